//! Python manifests: what a project states about its dependencies, and changing the versions in place.
//!
//! Lives here: text in, data or text out. A line that cannot be read becomes a problem; the rest is still read.
//! Lives elsewhere: which files a project has (`discover`), locks (`super::lockfile`), resolving (`super::resolve`).
//! Start reading at [`parse`] and [`edit`].

mod collect;
mod edit;
mod error;
mod fragment;
mod literals;
mod native;
mod pipfile;
mod poetry;
mod pyproject;
mod raise;
mod requirement;
pub mod requirements;
mod setup_cfg;
mod setup_py;
pub mod specifier;
mod specifier_set;
mod toml_text;

use std::ops::Range;

use uplift_model::{PackageName, Role, Version};

pub use edit::{Bump, Edited, EditedLine, Hashes, Left, edit, edit_with_hashes};
pub use error::{ManifestError, text};
pub use fragment::Fragment;
pub(crate) use fragment::{Lines, without_mark};
pub use raise::{Policy, Refusal};
pub(crate) use requirements::logical_lines;
pub use specifier::{Syntax, admits, arbitrary, cap, floor, pinned};
pub use specifier_set::SpecifierSet;
pub(crate) use toml_text::Toml;

/// The forms of manifest that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ManifestKind {
    /// `requirements*.txt`, `requirements*.in`, constraints files.
    Requirements,
    Pyproject,
    SetupCfg,
    SetupPy,
    Pipfile,
}

impl ManifestKind {
    /// The kind that a file of this name (the last part of a path) usually has; `None`: no manifest by its name.
    pub fn of_file(name: &str) -> Option<Self> {
        match name {
            "pyproject.toml" => Some(Self::Pyproject),
            "setup.cfg" => Some(Self::SetupCfg),
            "setup.py" => Some(Self::SetupPy),
            "Pipfile" => Some(Self::Pipfile),
            _ => {
                let name = name.to_ascii_lowercase();
                let ending = name.ends_with(".txt") || name.ends_with(".in");
                let words = ["requirements", "constraints", "requires", "deps"];
                (ending && words.iter().any(|w| name.contains(w))).then_some(Self::Requirements)
            }
        }
    }
}

/// Everything that a manifest states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub kind: ManifestKind,
    /// The project's own name, where the manifest gives one.
    pub project: Option<PackageName>,
    /// In the order of the file.
    pub stated: Vec<Stated>,
    /// Projects, archives and repositories without a package name: `-e .[dev]`, `./vendor/foo.whl`.
    pub references: Vec<Reference>,
    /// Other files of requirements or constraints that belong to this one.
    pub includes: Vec<Include>,
    /// Options of a requirements file: `--index-url https://…`, in the order of the file.
    pub options: Vec<FileOption>,
    /// Groups that take in another one (PEP 735 `include-group`, Poetry's extras are not among them).
    pub group_includes: Vec<GroupInclude>,
    pub requires_python: Option<RequiresPython>,
    /// Python versions named by classifiers, `3.8`, in the order of the file; bare `3` is left out.
    pub classifiers: Vec<String>,
    /// Some requirement has `--hash`.
    pub has_hashes: bool,
    /// Values that are computed when the project is built, and so not known here.
    pub dynamic: Vec<Dynamic>,
    /// What could not be read, and doubles, by line.
    pub problems: Vec<Problem>,
    /// Lines, 1-based, of entries that state a package and could not be read: what they state is missing from `stated`.
    pub lost: Vec<u32>,
}

/// One requirement as a manifest states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    pub name: PackageName,
    /// Normalised.
    pub extras: Vec<String>,
    /// As written, on the grammar of `syntax`; empty when any version will do.
    pub specifier: String,
    pub syntax: Syntax,
    /// `specifier` on PEP 440's grammar; for alternatives (`||`) their hull, see [`Stated::admits`].
    pub pep440: String,
    /// On PEP 508's grammar; Poetry's `python` and `platform` keys are translated.
    pub marker: Option<String>,
    pub source: Source,
    pub editable: bool,
    /// `main`, an extra's name, `dev`, a dependency group's name, `build`, `constraints`.
    pub group: String,
    pub role: Role,
    /// The whole requirement as written.
    pub written: String,
    /// 1-based, of the specifier.
    pub line: u32,
    /// Bytes of the specifier's text in the file; an empty range where one would stand.
    pub span: Range<usize>,
    pub(crate) fragment: Fragment,
    /// `--hash` options, each with its place.
    pub(crate) hashes: Vec<Fragment>,
}

impl Stated {
    /// Exact also for alternatives. A pre-release is admitted where its number is.
    pub fn admits(&self, version: &Version) -> bool {
        specifier::Reading::new(&self.specifier, self.syntax).is_ok_and(|r| r.admits(version))
    }

    /// Number of `--hash` options.
    pub fn hashes(&self) -> usize {
        self.hashes.len()
    }
}

/// Where a requirement is taken from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// The configured indexes.
    #[default]
    Index,
    /// An index by its name in the manifest.
    Named(String),
    /// Archive or repository (`git+https://…`), as written.
    Url(String),
    /// Folder or file, relative to the manifest.
    Path(String),
    /// A member of the same uv workspace.
    Workspace,
}

/// A requirement without a package name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub line: u32,
    /// Path or URL, extras left out.
    pub target: String,
    pub extras: Vec<String>,
    pub editable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncludeKind {
    /// `-r`
    Requirements,
    /// `-c`
    Constraints,
}

/// Another file that this one takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    pub kind: IncludeKind,
    /// As written, relative to the including file.
    pub path: String,
    pub line: u32,
}

/// An option line of a requirements file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOption {
    /// Long form, `--index-url`.
    pub name: String,
    pub value: Option<String>,
    pub line: u32,
}

/// A dependency group that contains another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupInclude {
    pub group: String,
    pub included: String,
    pub line: u32,
}

/// Which Python the project asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiresPython {
    pub written: String,
    /// On PEP 440's grammar; Pipfile's `3.8` becomes `==3.8.*`.
    pub specifier: String,
    pub line: u32,
    pub span: Range<usize>,
}

/// A value that only the project's build can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dynamic {
    /// `install_requires`, `dependencies`, …
    pub field: String,
    pub line: u32,
}

/// Something in a manifest that could not be read or looks wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub line: u32,
    pub message: String,
}

/// Reads a manifest.
///
/// # Errors
/// [`ManifestError::Syntax`] when the text as a whole is not of its kind (not TOML, not Python).
pub fn parse(kind: ManifestKind, text: &str) -> Result<Manifest, ManifestError> {
    let mut manifest = match kind {
        ManifestKind::Requirements => requirements::parse(text),
        ManifestKind::Pyproject => pyproject::parse(text)?,
        ManifestKind::SetupCfg => setup_cfg::parse(text),
        ManifestKind::SetupPy => setup_py::parse(text)?,
        ManifestKind::Pipfile => pipfile::parse(text)?,
    };
    manifest.stated.sort_by_key(|s| s.span.start);
    manifest.problems.sort_by(|a, b| (a.line, &a.message).cmp(&(b.line, &b.message)));
    Ok(manifest)
}

/// What a group is for, by its name: `tests`, `docs`, `lint`. `extra`: users of the package may install it.
pub(crate) fn role_of(group: &str, extra: bool) -> Role {
    let words: Vec<String> = group.split(['-', '_', '.', '/', ' ']).map(str::to_ascii_lowercase).collect();
    let any = |known: &[&str]| words.iter().any(|w| known.contains(&w.as_str()));
    if group == "main" {
        Role::Runtime
    } else if group == "build" {
        Role::Build
    } else if any(&["test", "tests", "testing", "pytest", "tox", "coverage", "cov", "ci"]) {
        Role::Test
    } else if !extra
        || any(&[
            "dev",
            "develop",
            "development",
            "doc",
            "docs",
            "lint",
            "linting",
            "linters",
            "typing",
            "mypy",
            "release",
            "style",
            "qa",
        ])
    {
        Role::Development
    } else {
        Role::Runtime
    }
}
