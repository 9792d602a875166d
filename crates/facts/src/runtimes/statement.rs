//! One place that states a version of a runtime.

use uplift_model::Ecosystem;
use uplift_model::analysis::RuntimeStatement;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runtime {
    Python,
    Node,
}

impl Runtime {
    pub fn of(ecosystem: Ecosystem) -> Self {
        match ecosystem {
            Ecosystem::Python => Self::Python,
            Ecosystem::JavaScript => Self::Node,
        }
    }

    pub fn ecosystem(self) -> Ecosystem {
        match self {
            Self::Python => Ecosystem::Python,
            Self::Node => Ecosystem::JavaScript,
        }
    }

    /// As in [`uplift_model::analysis::RuntimeRow::name`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
        }
    }

    /// As people write it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Node => "Node",
        }
    }
}

/// Values of [`RuntimeStatement::kind`].
pub mod kind {
    /// `requires-python`, `python_requires`, Poetry's `python`.
    pub const REQUIRES: &str = "requires";
    pub const CLASSIFIERS: &str = "classifiers";
    /// `.python-version`, `.nvmrc`, `.tool-versions`, volta, …
    pub const VERSION_FILE: &str = "version-file";
    /// What it runs in: Dockerfile, compose file, hosting.
    pub const IMAGE: &str = "image";
    pub const CI: &str = "ci";
    /// `engines` of `package.json`.
    pub const ENGINES: &str = "engines";
    /// Environments of tox and nox.
    pub const TOOL: &str = "tool";
    /// The header of a compiled requirements file.
    pub const LOCK: &str = "lock";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stated {
    pub(crate) runtime: Runtime,
    pub(crate) statement: RuntimeStatement,
    /// What stands before `written` in the file: `FROM`, `python-version:`.
    pub(crate) lead: &'static str,
    /// Versions as far as they are written: `3.11.4` where the line is `3.11`.
    pub(crate) versions: Vec<String>,
    /// Where each version is written: line, and the text there.
    pub(crate) sites: Vec<(u32, String)>,
    /// A range on PEP 440's grammar or npm's.
    pub(crate) range: Option<String>,
    /// Text around the place, in which a component's folder may be named.
    pub(crate) around: String,
}

impl Stated {
    pub(crate) fn place(&self) -> (&str, u32, &str) {
        (&self.statement.file, self.statement.line, &self.statement.written)
    }

    /// `Dockerfile:1`
    pub(crate) fn at(&self) -> String {
        format!("{}:{}", self.statement.file, self.statement.line)
    }

    /// `Dockerfile:1 FROM python:3.11-slim`
    pub(crate) fn told(&self) -> String {
        let lead = if self.lead.is_empty() { String::new() } else { format!("{} ", self.lead) };
        format!("{} {lead}{}", self.at(), self.statement.written)
    }

    pub(crate) fn is(&self, kind: &str) -> bool {
        self.statement.kind == kind
    }
}
