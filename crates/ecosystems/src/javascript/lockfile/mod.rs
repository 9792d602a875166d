//! JavaScript locks in one form: every installed copy of every package, and which copy each one gets for a name.
//!
//! Lives here: reading the locks of npm, yarn, pnpm and bun. Lives elsewhere: writing them (their own tools).
//! `graph.rs` answers who needs whom, `drift.rs` whether a package.json still agrees; each format has its own file.
//! Start reading at [`read`].

mod berry;
mod bun;
mod drift;
mod graph;
mod json;
mod npm;
mod npm_tree;
mod pnpm;
mod pnpm_form;
mod yarn;

pub use drift::{Drift, drift};

use std::collections::{BTreeMap, HashMap};

use uplift_model::Hint;
use uplift_model::semver::{Options, Version};

use super::manifest::{Group, Manifest};

/// Which tool's lock it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockKind {
    /// `package-lock.json`, `npm-shrinkwrap.json`.
    Npm,
    /// `yarn.lock` of yarn 1.
    YarnClassic,
    /// `yarn.lock` of yarn 2 and later.
    YarnBerry,
    Pnpm,
    Bun,
}

impl LockKind {
    /// The kind of a file, by the last part of its path and, for yarn, by what it holds.
    pub fn of(name: &str, text: &str) -> Option<Self> {
        match name {
            "package-lock.json" | "npm-shrinkwrap.json" => Some(Self::Npm),
            "yarn.lock" if text.lines().any(|line| line.starts_with("__metadata:")) => Some(Self::YarnBerry),
            "yarn.lock" => Some(Self::YarnClassic),
            "pnpm-lock.yaml" => Some(Self::Pnpm),
            "bun.lock" => Some(Self::Bun),
            _ => None,
        }
    }

    /// The program that writes it.
    pub fn tool(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::YarnClassic | Self::YarnBerry => "yarn",
            Self::Pnpm => "pnpm",
            Self::Bun => "bun",
        }
    }
}

/// Names of the files that are locks, in the order in which they win over each other.
pub const LOCK_FILES: [&str; 5] =
    ["npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"];

/// A lock. Positions in `packages` stand for packages everywhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    pub kind: LockKind,
    /// The version of the format, as the file says it: `3`, `6.0`, `8`.
    pub format: String,
    /// Members of the workspace (the root among them) and every installed copy.
    pub packages: Vec<Package>,
    /// What is odd about it, in words.
    pub problems: Vec<String>,
}

/// One installed copy, or a member of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// What tells it from other copies: a path (`node_modules/a/node_modules/b`), or the lock's own key.
    pub id: String,
    /// The package's own name; for an alias not the one that it is installed under.
    pub name: String,
    /// `None` where the lock gives none, or none that npm would accept.
    pub version: Option<Version>,
    pub origin: Origin,
    /// Needed for development only.
    pub dev: bool,
    /// May fail to install.
    pub optional: bool,
    /// There because others name it as a peer.
    pub peer: bool,
    /// Delivered within another package.
    pub bundled: bool,
    pub needs: Vec<Edge>,
    /// `node`, `npm`, … with ranges as written.
    pub engines: BTreeMap<String, String>,
    /// The maintainers' words. From outside: escape.
    pub deprecated: Option<String>,
    pub has_integrity: bool,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Registry,
    /// A member of the workspace, by its folder from the lock's own; empty for the root.
    Member {
        folder: String,
    },
    /// A link to a folder that is no member, as written.
    Link {
        to: String,
    },
    Git,
    /// An archive at an address, or a file.
    Archive,
}

/// One name that a package asks for, and the copy that it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// As it is imported.
    pub name: String,
    /// As the lock has it: a range, or (pnpm) the version chosen.
    pub range: String,
    pub kind: EdgeKind,
    /// Position in [`Lock::packages`]; `None`: it is not installed for this package.
    pub to: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    Normal,
    Optional,
    Peer,
    OptionalPeer,
    /// Stated by a member of the workspace for its development.
    Development,
}

impl From<Group> for EdgeKind {
    fn from(group: Group) -> Self {
        match group {
            Group::Dependencies => Self::Normal,
            Group::Development => Self::Development,
            Group::Optional => Self::Optional,
            Group::Peer => Self::Peer,
        }
    }
}

/// Why a lock is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    #[error("it cannot be read: {0}")]
    Syntax(String),
    #[error("`{0}` is no lock that Uplift reads")]
    Unknown(String),
    #[error("format {format} of {tool}'s lock is not known")]
    Format { tool: &'static str, format: String },
}

impl LockError {
    /// The line that its own words name (`line 3`), 1-based.
    pub fn line(&self) -> Option<u32> {
        let Self::Syntax(message) = self else { return None };
        let behind = message.split_once("line ")?.1;
        let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        behind.get(..end)?.parse().ok().filter(|line| *line > 0)
    }
}

impl Hint for LockError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Syntax(_) => "solve merge conflicts in it, or let its own tool write it again".to_owned(),
            Self::Unknown(name) if name == "bun.lockb" => {
                "let bun write its text form: `bun install --save-text-lockfile`".to_owned()
            }
            Self::Unknown(_) => "name a package-lock.json, yarn.lock, pnpm-lock.yaml or bun.lock".to_owned(),
            Self::Format { tool, .. } => format!("let a current {tool} write it again"),
        })
    }
}

/// Reads a lock. `manifests`: the package.json of the root and of every member, by folder from the lock's own (empty
/// for the root); some formats leave to them what the members need.
///
/// # Errors
/// [`LockError`] when it is no lock of a known format.
pub fn read(file: &str, text: &str, manifests: &[(String, Manifest)]) -> Result<Lock, LockError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let name = file.rsplit('/').next().unwrap_or(file);
    let kind = LockKind::of(name, text).ok_or_else(|| LockError::Unknown(name.to_owned()))?;
    let mut lock = match kind {
        LockKind::Npm => npm::read(text, manifests)?,
        LockKind::YarnClassic => yarn::read(text, manifests)?,
        LockKind::YarnBerry => berry::read(text, manifests)?,
        LockKind::Pnpm => pnpm::read(text)?,
        LockKind::Bun => bun::read(text)?,
    };
    lock.mark_peers();
    Ok(lock)
}

impl Package {
    fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            version: None,
            origin: Origin::Registry,
            dev: false,
            optional: false,
            peer: false,
            bundled: false,
            needs: Vec::new(),
            engines: BTreeMap::new(),
            deprecated: None,
            has_integrity: false,
        }
    }

    /// A member of the workspace with what its package.json states.
    fn member(folder: &str, manifest: &Manifest) -> Self {
        let mut package = Self::new(folder, manifest.name.clone().unwrap_or_default());
        package.origin = Origin::Member { folder: folder.to_owned() };
        package.version = manifest.version.as_deref().and_then(version);
        package.engines = manifest.engines.iter().map(|e| (e.name.clone(), e.value.clone())).collect();
        package.needs = manifest
            .stated
            .iter()
            .map(|s| {
                let kind = if s.optional_peer { EdgeKind::OptionalPeer } else { s.group.into() };
                Edge { name: s.name.clone(), range: s.written.clone(), kind, to: None }
            })
            .collect();
        package
    }

    pub fn is_member(&self) -> bool {
        matches!(self.origin, Origin::Member { .. })
    }

    /// Peers with their ranges; the flag says that one may be missing.
    pub fn peers(&self) -> impl Iterator<Item = (&Edge, bool)> {
        self.needs.iter().filter_map(|edge| match edge.kind {
            EdgeKind::Peer => Some((edge, false)),
            EdgeKind::OptionalPeer => Some((edge, true)),
            _ => None,
        })
    }
}

/// A version as locks write it.
fn version(text: &str) -> Option<Version> {
    Version::parse(text, Options::LOOSE).ok()
}

/// Positions by key.
fn positions(packages: &[Package]) -> HashMap<String, usize> {
    packages.iter().enumerate().map(|(index, package)| (package.id.clone(), index)).collect()
}

/// The name at the front of `name@rest`, scope and all; `None` when there is no `@` behind it.
fn split_descriptor(text: &str) -> Option<(&str, &str)> {
    let skip = usize::from(text.starts_with('@'));
    let at = text.get(skip..)?.find('@')? + skip;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Folders joined and cleaned of `.` and `..`; a path that leaves the top keeps nothing above it.
fn joined(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = base.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests;
