//! Python locks: which packages at which versions a project has pinned, and by what.
//!
//! Lives here: text in, data or text out. Locks that a tool wrote are written by that tool again (`super::relock`);
//! only plain `requirements.txt` files without a tool are changed here, see [`write_plain`].
//! Start reading at [`parse`].

mod compiled;
mod header;
mod pdm;
mod pipfile;
mod plain;
mod poetry;
mod pylock;
mod toml_packages;
mod uv;

use uplift_model::{Hint, PackageName, Version};

use super::manifest::{ManifestError, Problem};

pub use header::{Compiler, Header, header, with_header_of};
pub use plain::{write_plain, write_plain_with};
pub use poetry::generation as poetry_generation;

/// The forms of lock that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockKind {
    /// `requirements.txt`, compiled by a tool or frozen by hand.
    Requirements,
    /// `uv.lock`
    Uv,
    /// `poetry.lock`, 1.x and 2.x
    Poetry,
    /// `Pipfile.lock`
    Pipfile,
    /// `pdm.lock`
    Pdm,
    /// `pylock.toml` (PEP 751)
    Pylock,
}

/// What a lock holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    pub kind: LockKind,
    /// In the order of the file; a package forked by markers stands once for each version.
    pub packages: Vec<Locked>,
    /// Version of the lock's form, as written: `1` (uv), `2.1` (poetry, `lock-version`).
    pub format: Option<String>,
    /// uv's `revision`.
    pub revision: Option<String>,
    /// What wrote the lock, as far as it says so: `poetry 1.8.2`, `pip-compile`.
    pub tool: Option<Tool>,
    /// The Python that the lock is for, as written: `>=3.8` (uv, poetry, pdm, pylock), `3.8` (headers, Pipfile).
    pub requires_python: Option<String>,
    /// Hash of the manifest that the lock belongs to (poetry, pdm, Pipfile).
    pub content_hash: Option<String>,
    /// Of compiled requirements.
    pub header: Option<Header>,
    /// Entries that could not be read.
    pub problems: Vec<Problem>,
}

impl Lock {
    /// Some package has hashes.
    pub fn has_hashes(&self) -> bool {
        self.packages.iter().any(|p| p.hashes > 0)
    }

    pub(crate) fn new(kind: LockKind) -> Self {
        Self {
            kind,
            packages: Vec::new(),
            format: None,
            revision: None,
            tool: None,
            requires_python: None,
            content_hash: None,
            header: None,
            problems: Vec::new(),
        }
    }
}

/// A program and, where it is known, its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    pub name: String,
    pub version: Option<String>,
}

/// One package of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    pub name: PackageName,
    /// `None` where the lock leaves it to the source (URL, path).
    pub version: Option<Version>,
    /// Archive or repository (`git+https://…@commit`) instead of an index.
    pub url: Option<String>,
    /// Folder or file of this machine, the project itself (`.`) among them.
    pub path: Option<String>,
    pub editable: bool,
    /// Where the package applies; forks of one package are told apart by it.
    pub marker: Option<String>,
    pub extras: Vec<String>,
    /// Number of hashes.
    pub hashes: usize,
    /// Names only, in the order of the file. Compiled requirements: turned round from `# via`.
    pub dependencies: Vec<PackageName>,
    /// `main`, `dev`, …, where the lock says so.
    pub groups: Vec<String>,
    /// 1-based.
    pub line: u32,
}

impl Locked {
    pub(crate) fn new(name: PackageName, line: u32) -> Self {
        Self {
            name,
            version: None,
            url: None,
            path: None,
            editable: false,
            marker: None,
            extras: Vec::new(),
            hashes: 0,
            dependencies: Vec::new(),
            groups: Vec::new(),
            line,
        }
    }

    /// From a path: the project itself, a member of its workspace, a vendored package.
    pub fn is_local(&self) -> bool {
        self.path.is_some()
    }
}

/// Why a lock is not read or written. The file's name is the caller's to add.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    #[error("line {line}: {message}")]
    Syntax { line: u32, message: String },
    #[error("line {line}: {name} has hashes, and those of {to} are not known")]
    NoHashes { line: u32, name: PackageName, to: Version },
}

impl LockError {
    /// The line that it names, 1-based.
    pub fn line(&self) -> u32 {
        match self {
            Self::Syntax { line, .. } | Self::NoHashes { line, .. } => *line,
        }
    }
}

impl Hint for LockError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Syntax { .. } => "let the tool that wrote the lock write it again",
            Self::NoHashes { .. } => {
                "compile the file with a tool (`uv pip compile --generate-hashes`), or leave hashes out"
            }
        };
        Some(hint.to_owned())
    }
}

impl From<ManifestError> for LockError {
    fn from(error: ManifestError) -> Self {
        match error {
            ManifestError::Syntax { line, message } => Self::Syntax { line, message },
            other => Self::Syntax { line: 1, message: other.to_string() },
        }
    }
}

/// Reads a lock.
///
/// # Errors
/// [`LockError::Syntax`] when the text as a whole is not of its kind (not TOML, not JSON).
pub fn parse(kind: LockKind, text: &str) -> Result<Lock, LockError> {
    match kind {
        LockKind::Requirements => Ok(compiled::parse(text)),
        LockKind::Uv => uv::parse(text),
        LockKind::Poetry => poetry::parse(text),
        LockKind::Pipfile => pipfile::parse(text),
        LockKind::Pdm => pdm::parse(text),
        LockKind::Pylock => pylock::parse(text),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const KINDS: [LockKind; 5] = [LockKind::Uv, LockKind::Poetry, LockKind::Pdm, LockKind::Pylock, LockKind::Pipfile];

    #[test]
    fn what_is_toml_or_json_and_no_lock_is_refused() {
        for kind in KINDS {
            let text = if kind == LockKind::Pipfile { "{\"hello\": 1}" } else { "hello = 1\n" };
            let told = parse(kind, text).unwrap_err().to_string();
            assert!(told.starts_with("line 1: it is ") && told.contains("no lock of"), "{kind:?}: {told}");
        }
        let told = parse(LockKind::Uv, "version = 1\npackage = 3\n").unwrap_err();
        assert_eq!((told.line(), told.to_string().as_str()), (2, "line 2: `package` is no list of packages"));
    }

    #[test]
    fn a_lock_without_packages_is_one() {
        for (kind, text) in [
            (LockKind::Uv, "version = 1\nrequires-python = \">=3.9\"\n"),
            (LockKind::Poetry, "package = []\n\n[metadata]\nlock-version = \"2.0\"\n"),
            (LockKind::Pdm, "[metadata]\nlock_version = \"4.4\"\n"),
            (LockKind::Pylock, "lock-version = \"1.0\"\npackages = []\n"),
            (LockKind::Pipfile, "{\"_meta\": {}, \"default\": {}}"),
        ] {
            assert_eq!(parse(kind, text).unwrap().packages, [], "{kind:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_taken_for_a_lock_by_its_syntax_alone(key in "[a-z]{4,8}", number in 0..9u8) {
            let known = ["package", "packages", "version", "metadata", "default", "develop"];
            proptest::prop_assume!(!known.contains(&key.as_str()));
            for kind in KINDS {
                let toml = kind != LockKind::Pipfile;
                let text = if toml { format!("{key} = {number}\n") } else { format!("{{\"{key}\": {number}}}") };
                proptest::prop_assert!(parse(kind, &text).is_err(), "{kind:?}: {text}");
            }
        }
    }
}
