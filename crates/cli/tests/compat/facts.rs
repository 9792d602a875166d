//! From facts to wheels: every version that a manifest, a case or a fact names, with what the facts say of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

use super::server::Answers;

/// Interpreters that compiled packages without tags of their own are made for.
const NATIVE: [&str; 6] = ["cp38", "cp39", "cp310", "cp311", "cp312", "cp313"];
/// What no day is known of was there long before every case.
const LONG_AGO: &str = "2020-01-01";

#[derive(Debug, Clone, Default)]
struct Release {
    day: Option<String>,
    requires_python: Option<String>,
    requires: Vec<String>,
    tags: Vec<String>,
    extras: BTreeSet<String>,
    module: String,
}

/// Releases by name and version.
#[derive(Debug, Default)]
pub(crate) struct World {
    releases: BTreeMap<String, BTreeMap<String, Release>>,
    /// Versions that the facts say were never released.
    missing: BTreeSet<(String, String)>,
    /// Names without any version beside them.
    open: BTreeSet<String>,
}

fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

/// Name, extras and specifier of a requirement line.
fn taken_apart(line: &str) -> Option<(String, Vec<String>, String)> {
    let line = line.split(['#', ';']).next()?.trim();
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if name.is_empty() || name.starts_with('-') {
        return None;
    }
    let (extras, specifier) = match rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        Some((extras, specifier)) => (extras.split(',').map(str::to_owned).collect(), specifier),
        None => (Vec::new(), rest),
    };
    Some((normal(name), extras, specifier.trim().to_owned()))
}

impl World {
    /// The world of the cases.
    pub(crate) fn new(cases: &Value, facts: &Value, manifests: &[String]) -> Self {
        let mut world = Self::default();
        for (name, of) in facts["pypi"].as_object().unwrap() {
            for missing in of["missing_versions"].as_array().into_iter().flatten() {
                world.missing.insert((name.clone(), missing.as_str().unwrap().to_owned()));
            }
            if let Some(last) = of["last_41"].as_str() {
                world.release(name, last);
            }
        }
        for line in manifests.iter().flat_map(|text| text.lines()) {
            world.named(line);
        }
        for case in cases["python"].as_array().unwrap() {
            for (name, version) in case["set"].as_object().unwrap() {
                let version = version.as_str().unwrap();
                let operator = if version.starts_with(['>', '<', '=', '~']) { "" } else { "==" };
                world.named(&format!("{name}{operator}{version}"));
            }
        }
        for (day, of) in facts["latest_on"].as_object().unwrap() {
            for (name, version) in of.as_object().unwrap() {
                let release = world.release(&normal(name), version.as_str().unwrap());
                // The first day on which it is known to be there.
                let known = release.day.get_or_insert_with(|| day.clone());
                if *day < *known {
                    known.clone_from(day);
                }
            }
        }
        for (name, of) in facts["pypi"].as_object().unwrap() {
            let versions = of.as_object().unwrap().iter().filter(|(v, of)| of.is_object() && v.contains('.'));
            for (version, fact) in versions {
                world.fact(name, version, fact);
            }
        }
        for name in std::mem::take(&mut world.open) {
            if !world.releases.contains_key(&name) {
                world.release(&name, "1.0");
            }
        }
        world.behaviour();
        world
    }

    fn release(&mut self, name: &str, version: &str) -> &mut Release {
        self.releases.entry(name.to_owned()).or_default().entry(version.to_owned()).or_default()
    }

    /// The version that a requirement pins or starts at.
    fn named(&mut self, line: &str) {
        let Some((name, extras, specifier)) = taken_apart(line) else { return };
        let Some(first) = specifier.split(',').find(|s| s.starts_with(['=', '>', '~'])) else {
            self.open.insert(name);
            return;
        };
        let version = first.trim_start_matches(['=', '>', '~', ' ']).to_owned();
        if self.missing.contains(&(name.clone(), version.clone())) {
            return;
        }
        self.release(&name, &version);
        for release in self.releases.get_mut(&name).into_iter().flat_map(BTreeMap::values_mut) {
            release.extras.extend(extras.iter().cloned());
        }
    }

    fn fact(&mut self, name: &str, version: &str, fact: &Value) {
        let texts = |key: &str| -> Vec<String> {
            fact[key].as_array().into_iter().flatten().map(|v| v.as_str().unwrap().to_owned()).collect()
        };
        let requires = texts("requires");
        requires.iter().for_each(|line| self.named(line));
        let release = self.release(name, version);
        release.requires = requires;
        release.requires_python = fact["requires_python"].as_str().map(str::to_owned);
        release.tags = texts("wheel_tags");
        for extra in texts("extras_missing") {
            release.extras.remove(&extra);
        }
        if let Some(abi) = fact["abi"].as_str() {
            let major = abi.trim_start_matches("numpy");
            release.tags = NATIVE.map(str::to_owned).to_vec();
            release.module = format!(
                "import numpy\nif numpy.__version__.split('.')[0] != '{major}':\n    raise ImportError('numpy.core.multiarray failed to import')\n"
            );
        }
    }

    /// What the executed cases say of packages: numpy is compiled, SQLAlchemy's asyncio needs a part of its own.
    fn behaviour(&mut self) {
        for release in self.releases.get_mut("numpy").unwrap().values_mut() {
            release.tags = NATIVE.map(str::to_owned).to_vec();
        }
        let newer = self.release("sqlalchemy", "2.1.0");
        newer.day = Some("2026-01-15".to_owned());
        newer.extras.insert("asyncio".to_owned());
        newer.requires = vec!["greenlet>=1 ; extra == 'asyncio'".to_owned()];
        self.named("greenlet==1.1.0");
        for (version, release) in self.releases.get_mut("sqlalchemy").unwrap() {
            let body = match version.as_str() {
                "1.4.0" => "    raise LookupError(\"Can't load plugin: sqlalchemy.dialects:sqlite.aiosqlite\")\n",
                _ => "    import greenlet\n    return url\n",
            };
            if release.requires.is_empty() && version != "1.4.0" {
                release.requires.push("greenlet>=1".to_owned());
            }
            release.module = format!("def create_async_engine(url):\n{body}");
        }
        for (version, release) in self.releases.get_mut("alembic").unwrap() {
            release.module =
                if version == "1.7.0" { "def upgrade(): pass\n" } else { "def check(): pass\n" }.to_owned();
        }
    }

    /// Everything that the index answers, below `/simple` and `/files`.
    pub(crate) fn answers(&self) -> Answers {
        let mut answers = Answers::new();
        for (name, versions) in &self.releases {
            let mut files = Vec::new();
            for (version, release) in versions {
                for file in release.file_names(name, version) {
                    let bytes = release.wheel(name, version, &file);
                    let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
                    let day = release.day.as_deref().unwrap_or(LONG_AGO);
                    files.push(json!({
                        "filename": file, "url": format!("/files/{file}"), "hashes": {"sha256": digest},
                        "requires-python": release.requires_python, "upload-time": format!("{day}T00:00:00Z"),
                    }));
                    answers.insert(
                        format!("/files/{file}.metadata"),
                        ("text/plain", release.metadata(name, version).into_bytes()),
                    );
                    answers.insert(format!("/files/{file}"), ("application/octet-stream", bytes));
                }
            }
            let page = json!({"meta": {"api-version": "1.0"}, "name": name, "files": files});
            let kind = "application/vnd.pypi.simple.v1+json";
            answers.insert(format!("/simple/{name}"), (kind, page.to_string().into_bytes()));
        }
        answers
    }
}

impl Release {
    fn file_names(&self, name: &str, version: &str) -> Vec<String> {
        let stem = format!("{}-{version}", name.replace('-', "_"));
        if self.tags.is_empty() {
            return vec![format!("{stem}-py3-none-any.whl")];
        }
        let platform = match std::env::consts::OS {
            "macos" => format!("macosx_11_0_{}", if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }),
            _ => format!("manylinux2014_{}", std::env::consts::ARCH),
        };
        self.tags.iter().map(|tag| format!("{stem}-{}-{tag}-{platform}.whl", tag.trim_end_matches('m'))).collect()
    }

    fn metadata(&self, name: &str, version: &str) -> String {
        let mut text = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        text.extend(self.requires_python.iter().map(|r| format!("Requires-Python: {r}\n")));
        text.extend(self.extras.iter().map(|e| format!("Provides-Extra: {e}\n")));
        text.extend(self.requires.iter().map(|r| format!("Requires-Dist: {r}\n")));
        text
    }

    fn wheel(&self, name: &str, version: &str, file: &str) -> Vec<u8> {
        let module = if name == "opencv-python" { "cv2".to_owned() } else { name.replace('-', "_") };
        let info = format!("{}-{version}.dist-info", name.replace('-', "_"));
        let tag: Vec<&str> = file.trim_end_matches(".whl").rsplitn(4, '-').collect();
        let tag = format!("{}-{}-{}", tag[2], tag[1], tag[0]);
        let mut files = vec![
            (format!("{module}.py"), format!("{}\n__version__ = '{version}'\n", self.module)),
            (format!("{info}/METADATA"), self.metadata(name, version)),
            (
                format!("{info}/WHEEL"),
                format!("Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n"),
            ),
        ];
        if name == "numpy" {
            files.push((
                "numpy/_core/include/numpy/arrayobject.h".to_owned(),
                "/* what others compile against */\n".to_owned(),
            ));
        }
        let mut record: String = files.iter().map(|(path, text)| format!("{path},,{}\n", text.len())).collect();
        record.push_str(&format!("{info}/RECORD,,\n"));
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (path, text) in files.into_iter().chain([(format!("{info}/RECORD"), record)]) {
            zip.start_file(path, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}

/// Packages of no case: one that is published as sources only, and one whose newer version pins something lower.
pub(crate) fn beside() -> Answers {
    let mut world = World::default();
    for (name, version, requires) in
        [("upper", "1.0", "lower>=1"), ("upper", "2.0", "lower==2.0"), ("lower", "2.0", ""), ("lower", "3.0", "")]
    {
        world.release(name, version).requires.extend((!requires.is_empty()).then(|| requires.to_owned()));
    }
    let mut answers = world.answers();
    let page = json!({"meta": {"api-version": "1.0"}, "name": "olden", "files": [
        {"filename": "olden-1.0.tar.gz", "url": "/files/olden-1.0.tar.gz", "hashes": {}, "upload-time": "2015-01-01T00:00:00Z"},
    ]});
    answers.insert("/simple/olden".to_owned(), ("application/vnd.pypi.simple.v1+json", page.to_string().into_bytes()));
    answers.insert("/files/olden-1.0.tar.gz".to_owned(), ("application/octet-stream", b"no archive".to_vec()));
    answers
}

/// Documents of npm packages, below `/npm`. Exact versions that only a case names have neither peers nor engines.
pub(crate) fn npm(facts: &Value, cases: &Value) -> Answers {
    let mut by_name: BTreeMap<String, serde_json::Map<String, Value>> = BTreeMap::new();
    for fact in facts.as_array().unwrap() {
        let (name, version) = (fact["name"].as_str().unwrap(), fact["version"].as_str().unwrap());
        by_name.entry(name.to_owned()).or_default().insert(version.to_owned(), fact.clone());
    }
    for (name, version) in cases["npm"].as_array().unwrap().iter().flat_map(|c| c["set"].as_object().unwrap()) {
        let version = version.as_str().unwrap();
        if name != "+" && version.starts_with(|c: char| c.is_ascii_digit()) {
            let of = by_name.entry(name.clone()).or_default();
            of.entry(version.to_owned()).or_insert_with(|| json!({"name": name, "version": version}));
        }
    }
    let order = |v: &&String| -> Vec<u64> { v.split('.').map(|p| p.parse().unwrap_or(0)).collect() };
    let document = |(name, versions): (String, serde_json::Map<String, Value>)| {
        let latest = versions.keys().max_by_key(order).cloned();
        let document = json!({"name": name, "dist-tags": {"latest": latest}, "versions": versions});
        (format!("/npm/{name}"), ("application/json", document.to_string().into_bytes()))
    };
    by_name.into_iter().map(document).collect()
}
