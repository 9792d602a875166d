//! The seed projects, and the market of the day on which each was looked at.
//!
//! The facts give few days, so that most are made up: what a project pins came out [`OLD`] days before its day, what
//! its documents aim at [`MIDDLE`] days, what the registry's list of the day adds [`YOUNG`] days.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::desk::{Desk, TODAY};
use super::market::{Market, NpmRelease, PythonFile, Stock};

pub const OLD: i64 = 700;
pub const MIDDLE: i64 = 200;
pub const YOUNG: i64 = 14;

/// Extras that the metadata of the projects' packages states; `redis[asyncio]` is missing by the facts.
const EXTRAS: [(&str, &str); 7] = [
    ("passlib", "bcrypt"),
    ("pydantic", "email"),
    ("python-jose", "cryptography"),
    ("redis", "hiredis"),
    ("redis", "ocsp"),
    ("sqlalchemy", "asyncio"),
    ("uvicorn", "standard"),
];

/// One of the folders below `data/seed-projects`.
pub struct Seed {
    name: &'static str,
    pub expected: Value,
    /// The day of its document.
    pub as_of: String,
    stock: Stock,
    /// Packages that some manifest names without a version that could be put on offer.
    open: BTreeSet<String>,
}

impl Seed {
    pub fn read(name: &'static str) -> Self {
        let expected = json(&folder().join(name).join("expected.json"));
        let as_of = expected["as_of"].as_str().unwrap_or(TODAY).to_owned();
        let mut seed = Self { name, expected, as_of, stock: Stock::default(), open: BTreeSet::new() };
        seed.pins();
        seed.locks();
        seed
    }

    /// What the documents aim at is on offer as well.
    #[must_use]
    pub fn with_targets(mut self) -> Self {
        let rows = ["upgrades", "missed_by_seed"].iter().filter_map(|list| self.expected[list].as_array()).flatten();
        let rows: Vec<Value> = rows.cloned().collect();
        for row in &rows {
            let name = row["package"].as_str().unwrap();
            for field in ["seed_target", "target", "minimum_safe"] {
                if let Some(version) = row[field].as_str().filter(|v| !v.contains(' ')) {
                    if row["component"] == "frontend" {
                        self.npm(name, version, MIDDLE)
                    } else {
                        self.python(name, version, MIDDLE)
                    }
                }
            }
        }
        let ranked = self.expected["priorities"].as_array().cloned().unwrap_or_default();
        for rank in &ranked {
            for package in rank["packages"].as_array().unwrap() {
                let name = package.as_str().unwrap();
                let target = rank["target"].as_str().or(rank["target"][name].as_str());
                if let Some(target) = target {
                    self.python(name, target, MIDDLE);
                }
            }
            for (name, version) in rank["also_pin"].as_object().into_iter().flatten() {
                self.python(name, version.as_str().unwrap(), MIDDLE);
            }
        }
        self
    }

    /// What the registry held on `day`, by the facts.
    #[must_use]
    pub fn with_latest_on(mut self, day: &str) -> Self {
        let facts = facts();
        for (name, version) in facts["latest_on"][day].as_object().expect("a day of the facts") {
            self.python(name, version.as_str().unwrap(), YOUNG);
        }
        self
    }

    /// More releases of a package, `days` before the project's day.
    #[must_use]
    pub fn with(mut self, name: &str, versions: &[&str], days: i64) -> Self {
        for version in versions {
            self.python(name, version, days);
        }
        self
    }

    /// One release states a requirement, as its real metadata do.
    #[must_use]
    pub fn stating(mut self, name: &str, version: &str, requirement: &str) -> Self {
        let files = self.stock.python.get_mut(name).into_iter().flatten().filter(|f| of_version(&f.name, version));
        let mut stated = 0;
        for metadata in files.filter_map(|file| file.metadata.as_mut()) {
            *metadata = metadata.replacen("\n\n", &format!("\nRequires-Dist: {requirement}\n\n"), 1);
            stated += 1;
        }
        assert!(stated > 0, "{name} {version} is not on offer");
        self
    }

    /// One release is for these interpreters, as its real metadata say.
    #[must_use]
    pub fn for_python(mut self, name: &str, version: &str, range: &str) -> Self {
        for file in self.stock.python.get_mut(name).into_iter().flatten().filter(|f| of_version(&f.name, version)) {
            file.requires_python = Some(range.to_owned());
        }
        self
    }

    /// The description of one release, where release notes are read from.
    #[must_use]
    pub fn describing(mut self, name: &str, version: &str, words: &str) -> Self {
        let files = self.stock.python.get_mut(name).into_iter().flatten().filter(|f| of_version(&f.name, version));
        for metadata in files.filter_map(|file| file.metadata.as_mut()) {
            *metadata = format!("{}\n\n{words}\n", metadata.split("\n\n").next().unwrap());
        }
        self
    }

    #[must_use]
    pub fn with_yanked(mut self, name: &str, version: &str, reason: &str) -> Self {
        for file in self.stock.python.get_mut(name).into_iter().flatten().filter(|f| of_version(&f.name, version)) {
            file.yanked = Some(reason.to_owned());
        }
        self
    }

    /// A desk with the project and the market on it; `without`: files that are left out.
    pub fn desk(&self, binary: &str, without: &[&str]) -> (Desk, Market) {
        let files: Vec<(String, Vec<u8>)> = self
            .files()
            .into_iter()
            .filter(|f| !without.contains(&f.as_str()))
            .map(|f| (f.clone(), std::fs::read(folder().join(self.name).join(&f)).unwrap()))
            .collect();
        let files: Vec<(&str, &[u8])> = files.iter().map(|(f, bytes)| (f.as_str(), bytes.as_slice())).collect();
        let mut stock = self.stock.clone();
        for name in &self.open {
            let name = name.to_ascii_lowercase().replace(['_', '.'], "-");
            let file = format!("{}-0.1-py3-none-any.whl", name.replace('-', "_"));
            let (day, metadata) = (Some(before(&self.as_of, OLD)), Some(metadata(&name, "0.1", &[])));
            stock
                .python
                .entry(name)
                .or_insert_with(|| vec![PythonFile { name: file, day, metadata, ..PythonFile::default() }]);
        }
        let market = Market::serve(stock);
        let desk = Desk::new(binary, &market, &files);
        (desk, market)
    }

    /// The project's own files: the answers and the words about it left out.
    fn files(&self) -> Vec<String> {
        files_below(&folder().join(self.name))
    }

    /// Every `name==version` of its Python manifests, and the lower bound of every `name>=version`.
    fn pins(&mut self) {
        for file in self.files() {
            let name = file.rsplit('/').next().unwrap();
            if !(name.ends_with(".txt") || ["pyproject.toml", "setup.py"].contains(&name)) {
                continue;
            }
            let text = std::fs::read_to_string(folder().join(self.name).join(&file)).unwrap();
            for word in text.split(|c: char| c.is_whitespace() || matches!(c, '"' | ',')).filter(|w| !w.is_empty()) {
                let (stem, version) = word.split_once("==").or_else(|| word.split_once(">=")).unwrap_or((word, ""));
                let stem = stem.split('[').next().unwrap();
                if is_word(stem) && version.starts_with(|c: char| c.is_ascii_digit()) {
                    self.python(stem, version, OLD);
                } else if let Some(stem) =
                    stem.split(['<', '>', '=', '~']).next().filter(|s| !s.is_empty() && is_word(s))
                {
                    self.open.insert(stem.to_owned());
                }
            }
        }
    }

    fn locks(&mut self) {
        for file in self.files().iter().filter(|f| f.ends_with("package-lock.json")) {
            let lock = json(&folder().join(self.name).join(file));
            for (place, entry) in lock["packages"].as_object().unwrap() {
                if let (Some(name), Some(version)) = (place.rsplit("node_modules/").next(), entry["version"].as_str())
                    && !place.is_empty()
                {
                    self.npm(name, version, OLD);
                }
            }
        }
    }

    fn python(&mut self, name: &str, version: &str, days: i64) {
        let name = name.to_ascii_lowercase().replace(['_', '.'], "-");
        let facts = facts();
        let missing = facts["pypi"][&name]["missing_versions"].as_array().cloned().unwrap_or_default();
        let files = self.stock.python.entry(name.clone()).or_default();
        if missing.iter().any(|v| v == version) || files.iter().any(|f| of_version(&f.name, version)) {
            return;
        }
        let fact = &facts["pypi"][&name][version];
        let day = before(&self.as_of, days);
        let extras: Vec<&str> = EXTRAS.iter().filter(|(n, _)| *n == name).map(|(_, extra)| *extra).collect();
        let metadata = metadata(&name, version, &extras);
        let tags: Vec<String> = match fact["wheel_tags"].as_array() {
            Some(tags) => tags.iter().map(|t| t.as_str().unwrap()).map(platform_tag).collect(),
            None => vec!["py3-none-any".to_owned()],
        };
        for tag in tags {
            files.push(PythonFile {
                name: format!("{}-{version}-{tag}.whl", name.replace('-', "_")),
                day: Some(day.clone()),
                requires_python: fact["requires_python"].as_str().map(str::to_owned),
                yanked: None,
                metadata: Some(metadata.clone()),
            });
        }
    }

    fn npm(&mut self, name: &str, version: &str, days: i64) {
        let facts = json(&folder().join("npm-facts.json"));
        let fact = facts.as_array().unwrap().iter().find(|f| f["name"] == name && f["version"] == version).cloned();
        let fact = fact.unwrap_or(Value::Null);
        let releases = self.stock.npm.entry(name.to_owned()).or_default();
        if !releases.iter().any(|r| r.version == version) {
            releases.push(NpmRelease {
                version: version.to_owned(),
                day: Some(before(&self.as_of, days)),
                engines: fact["engines"].clone(),
                peers: fact["peerDependencies"].clone(),
                ..NpmRelease::default()
            });
        }
    }
}

fn metadata(name: &str, version: &str, extras: &[&str]) -> String {
    let extras: String = extras.iter().map(|extra| format!("Provides-Extra: {extra}\n")).collect();
    format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{extras}\nWords about it.\n")
}

/// Takes the desk's project away and puts another folder of the seed projects in its place, as a commit.
pub fn replace(desk: &Desk, name: &str) {
    for entry in std::fs::read_dir(desk.path()).unwrap().flatten().filter(|entry| entry.file_name() != ".git") {
        let path = entry.path();
        if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
    }
    let root = folder().join(name);
    for file in files_below(&root) {
        desk.write(&file, std::fs::read(root.join(&file)).unwrap());
    }
    desk.commit(name);
}

fn files_below(root: &Path) -> Vec<String> {
    let mut open = vec![root.to_path_buf()];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let file = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if !["expected.json", "README.md"].contains(&file.as_str()) {
                files.push(file);
            }
        }
    }
    files.sort();
    files
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn platform_tag(python: &str) -> String {
    let (interpreter, abi) = (python.trim_end_matches('m'), python);
    format!("{interpreter}-{abi}-manylinux_2_17_x86_64.manylinux2014_x86_64")
}

fn of_version(file: &str, version: &str) -> bool {
    file.split('-').nth(1) == Some(version)
}

/// `days` before a day.
pub fn before(day: &str, days: i64) -> String {
    let day: jiff::civil::Date = day.parse().unwrap();
    day.checked_sub(jiff::Span::new().days(days)).unwrap().to_string()
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/seed-projects")
}

pub fn facts() -> Value {
    json(&folder().join("registry-facts.json"))
}

pub fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
