//! package.json: what a JavaScript project states about its dependencies, engines, scripts and workspaces.
//!
//! Lives here: text in, data out, with lines. An entry that cannot be read becomes a problem; the rest is still read.
//! Lives elsewhere: which files a project has (`super::discover`), what is locked (`super::lockfile`).
//! Start reading at [`parse`].

mod json;
mod specifier;

pub use specifier::Specifier;

use std::collections::BTreeMap;
use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use uplift_model::{Hint, Role};

use json::{Source, kind};

/// Which table of package.json states a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    Dependencies,
    Development,
    Optional,
    Peer,
}

impl Group {
    pub const ALL: [Self; 4] = [Self::Dependencies, Self::Development, Self::Optional, Self::Peer];

    /// The table's name in package.json.
    pub fn table(self) -> &'static str {
        match self {
            Self::Dependencies => "dependencies",
            Self::Development => "devDependencies",
            Self::Optional => "optionalDependencies",
            Self::Peer => "peerDependencies",
        }
    }

    pub fn role(self) -> Role {
        match self {
            Self::Development => Role::Development,
            Self::Dependencies | Self::Optional | Self::Peer => Role::Runtime,
        }
    }
}

/// Everything that is read of one package.json.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    pub name: Option<String>,
    pub version: Option<String>,
    pub private: bool,
    /// `module` or `commonjs`, where stated.
    pub module_type: Option<String>,
    /// Patterns of the members' folders, `!` before those left out.
    pub workspaces: Vec<String>,
    /// In the order of the file.
    pub stated: Vec<Stated>,
    /// `overrides` (npm), `resolutions` (yarn), `pnpm.overrides`: each leaf, in the order of the file.
    pub overrides: Vec<Override>,
    /// `node`, `npm`, … with the range as written.
    pub engines: Vec<Entry>,
    /// `pnpm@8.15.9+sha512.…`, as written.
    pub package_manager: Option<Entry>,
    pub scripts: Vec<Entry>,
    /// Catalogs that the root keeps here (bun): by catalog, then by package. The default catalog has no name.
    pub catalogs: BTreeMap<String, BTreeMap<String, String>>,
    /// What could not be read, and doubles, by line.
    pub problems: Vec<Problem>,
}

/// One dependency as package.json states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The name it is installed under, as written.
    pub name: String,
    pub group: Group,
    /// As written; may hold credentials, see [`Specifier`]'s `Display`.
    pub written: String,
    pub specifier: Specifier,
    /// A peer that need not be there.
    pub optional_peer: bool,
    /// 1-based.
    pub line: u32,
    /// Bytes of the specifier's text in the file, quotes included.
    pub span: Range<usize>,
}

/// A name, its text and its 1-based line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub value: String,
    pub line: u32,
}

/// One forced version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// From the outermost package to the one forced: `["a", "b"]` forces `b` below `a`. May hold `@range` behind a name.
    pub path: Vec<String>,
    pub written: String,
    pub line: u32,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// 1-based.
    pub line: u32,
    pub message: String,
}

/// Why a package.json is not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    #[error("line {line}: {message}")]
    Syntax { line: u32, message: String },
    #[error("it holds {found}, not an object")]
    NotAnObject { found: &'static str },
}

impl Hint for ManifestError {
    fn hint(&self) -> Option<String> {
        Some("correct the file; npm cannot read it either".to_owned())
    }
}

/// Reads a package.json. A byte order mark and any line ends will do; comments are not JSON.
///
/// # Errors
/// [`ManifestError`] when the text is no JSON object.
pub fn parse(text: &str) -> Result<Manifest, ManifestError> {
    let source = Source::new(text);
    let value = source.parse().map_err(|(line, message)| ManifestError::Syntax { line, message })?;
    let root = match &value {
        Some(Value::Object(root)) => root,
        Some(other) => return Err(ManifestError::NotAnObject { found: kind(other) }),
        None => return Err(ManifestError::NotAnObject { found: "nothing" }),
    };
    let mut reader = Reader { source: &source, manifest: Manifest::default() };
    reader.root(root);
    let mut manifest = reader.manifest;
    manifest.problems.sort_by_key(|p| p.line);
    Ok(manifest)
}

impl Manifest {
    /// What a group states of a package. Within the whole file: production outranks development, which outranks peers.
    pub fn statement(&self, name: &str) -> Option<&Stated> {
        let of = |group: Group| self.stated.iter().find(|s| s.name == name && s.group == group);
        // An optional dependency replaces one of the same name in `dependencies`.
        [Group::Optional, Group::Dependencies, Group::Development, Group::Peer].into_iter().find_map(of)
    }

    pub fn engine(&self, name: &str) -> Option<&Entry> {
        self.engines.iter().find(|e| e.name == name)
    }

    pub fn script(&self, name: &str) -> Option<&str> {
        self.scripts.iter().find(|e| e.name == name).map(|e| e.value.as_str())
    }
}

struct Reader<'s, 'a> {
    source: &'s Source<'a>,
    manifest: Manifest,
}

impl Reader<'_, '_> {
    fn root(&mut self, root: &Object<'_>) {
        let mut optional_peers: Vec<String> = Vec::new();
        let entries = self.source.entries(root, &mut self.manifest.problems);
        for property in entries {
            match property.name.as_str() {
                "name" => self.manifest.name = self.text(property),
                "version" => self.manifest.version = self.text(property),
                "type" => self.manifest.module_type = self.text(property),
                "private" => {
                    self.manifest.private = property.value.as_boolean_lit().is_some_and(|b| b.value)
                        || property.value.as_string_lit().is_some_and(|s| s.value == "true");
                }
                "workspaces" => self.workspaces(property),
                "dependencies" => self.group(property, Group::Dependencies),
                "devDependencies" => self.group(property, Group::Development),
                "optionalDependencies" => self.group(property, Group::Optional),
                "peerDependencies" => self.group(property, Group::Peer),
                "peerDependenciesMeta" => optional_peers = self.optional_peers(property),
                "overrides" => self.overrides(property, &mut Vec::new()),
                "resolutions" => self.resolutions(property),
                "pnpm" => self.pnpm(property),
                "engines" => self.manifest.engines = self.texts(property),
                "scripts" => self.manifest.scripts = self.texts(property),
                "packageManager" => {
                    let (line, value) = (self.line(property), self.text(property));
                    self.manifest.package_manager = value.map(|value| Entry { name: String::new(), value, line });
                }
                "catalog" => {
                    let entries = self.plain(property);
                    self.manifest.catalogs.entry(String::new()).or_default().extend(entries);
                }
                "catalogs" => self.catalogs(property),
                _ => {}
            }
        }
        for stated in self.manifest.stated.iter_mut().filter(|s| s.group == Group::Peer) {
            stated.optional_peer = optional_peers.contains(&stated.name);
        }
    }

    fn line(&self, property: &ObjectProp<'_>) -> u32 {
        self.source.line(property.start())
    }

    fn problem(&mut self, line: u32, message: String) {
        self.manifest.problems.push(Problem { line, message });
    }

    fn odd(&mut self, property: &ObjectProp<'_>, wanted: &str) {
        let message = format!("`{}` is {}, not {wanted}", property.name.as_str(), kind(&property.value));
        self.problem(self.line(property), message);
    }

    fn text(&mut self, property: &ObjectProp<'_>) -> Option<String> {
        match &property.value {
            Value::StringLit(text) => Some(text.value.to_string()),
            _ => {
                self.odd(property, "a string");
                None
            }
        }
    }

    fn object<'o, 'v>(&mut self, property: &'o ObjectProp<'v>) -> Vec<&'o ObjectProp<'v>> {
        match &property.value {
            Value::Object(object) => self.source.entries(object, &mut self.manifest.problems),
            _ => {
                self.odd(property, "an object");
                Vec::new()
            }
        }
    }

    fn texts(&mut self, property: &ObjectProp<'_>) -> Vec<Entry> {
        let mut found = Vec::new();
        for entry in self.object(property) {
            let line = self.line(entry);
            if let Some(value) = self.text(entry) {
                found.push(Entry { name: entry.name.as_str().to_owned(), value, line });
            }
        }
        found
    }

    fn plain(&mut self, property: &ObjectProp<'_>) -> BTreeMap<String, String> {
        self.texts(property).into_iter().map(|entry| (entry.name, entry.value)).collect()
    }

    fn catalogs(&mut self, property: &ObjectProp<'_>) {
        for catalog in self.object(property) {
            let name = match catalog.name.as_str() {
                "default" => "",
                name => name,
            };
            let entries = self.plain(catalog);
            self.manifest.catalogs.entry(name.to_owned()).or_default().extend(entries);
        }
    }

    fn group(&mut self, property: &ObjectProp<'_>, group: Group) {
        for entry in self.object(property) {
            let line = self.line(entry);
            let Some(written) = self.text(entry) else { continue };
            let name = entry.name.as_str().to_owned();
            if !is_name(&name) {
                self.problem(line, format!("`{name}` is not a package name"));
                continue;
            }
            let (from, to) = (entry.value.start() + self.source.skipped, entry.value.end() + self.source.skipped);
            self.manifest.stated.push(Stated {
                name,
                group,
                specifier: Specifier::parse(&written),
                written,
                optional_peer: false,
                line,
                span: from..to,
            });
        }
    }

    fn optional_peers(&mut self, property: &ObjectProp<'_>) -> Vec<String> {
        let is_optional = |entry: &&&ObjectProp<'_>| {
            entry.value.as_object().and_then(|o| o.get_boolean("optional")).is_some_and(|b| b.value)
        };
        self.object(property).iter().filter(is_optional).map(|e| e.name.as_str().to_owned()).collect()
    }

    fn workspaces(&mut self, property: &ObjectProp<'_>) {
        let list = match &property.value {
            Value::Object(object) => {
                for entry in self.source.entries(object, &mut self.manifest.problems) {
                    match entry.name.as_str() {
                        "packages" => self.workspaces(entry),
                        "catalog" | "catalogs" => {
                            let whole = entry.name.as_str() == "catalog";
                            if whole {
                                let entries = self.plain(entry);
                                self.manifest.catalogs.entry(String::new()).or_default().extend(entries);
                            } else {
                                self.catalogs(entry);
                            }
                        }
                        _ => {}
                    }
                }
                return;
            }
            Value::Array(list) => list,
            _ => return self.odd(property, "a list"),
        };
        for element in &list.elements {
            match element {
                Value::StringLit(text) => self.manifest.workspaces.push(text.value.to_string()),
                other => {
                    let message = format!("a workspace is {}, not a string", kind(other));
                    self.problem(self.source.line(other.start()), message);
                }
            }
        }
    }

    /// npm's overrides nest; `.` stands for the package that they are nested in.
    fn overrides(&mut self, property: &ObjectProp<'_>, above: &mut Vec<String>) {
        for entry in self.object(property) {
            let name = entry.name.as_str();
            let depth = above.len();
            if name != "." {
                above.push(name.to_owned());
            }
            if entry.value.as_object().is_some() {
                self.overrides(entry, above);
            } else {
                let line = self.line(entry);
                if let Some(written) = self.text(entry) {
                    self.manifest.overrides.push(Override { path: above.clone(), written, line });
                }
            }
            above.truncate(depth);
        }
    }

    /// yarn's resolutions are flat, with `/` or `>` between the names; `**/` says "anywhere".
    fn resolutions(&mut self, property: &ObjectProp<'_>) {
        for entry in self.texts(property) {
            let path = split_path(&entry.name);
            self.manifest.overrides.push(Override { path, written: entry.value, line: entry.line });
        }
    }

    fn pnpm(&mut self, property: &ObjectProp<'_>) {
        for entry in self.object(property) {
            if entry.name.as_str() == "overrides" {
                self.resolutions(entry);
            }
        }
    }
}

fn split_path(text: &str) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    let mut scoped = false;
    for part in text.split(['/', '>']).filter(|part| !part.is_empty() && *part != "**") {
        match path.last_mut() {
            Some(last) if scoped => *last = format!("{last}/{part}"),
            _ => path.push(part.to_owned()),
        }
        scoped = part.starts_with('@') && !scoped;
    }
    path
}

/// Whether a text can be the name of a package: what npm accepted at any time, so also capitals.
pub fn is_name(text: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty()
            && !p.starts_with(['.', '_'])
            && !p.contains(|c: char| c.is_whitespace() || c.is_control())
            && !p.contains(['/', '\\', '%', '?', '#', ':', '@'])
    };
    match text.strip_prefix('@') {
        Some(rest) => rest.split_once('/').is_some_and(|(scope, name)| part(scope) && part(name)),
        None => part(text),
    }
}

#[cfg(test)]
mod tests;
