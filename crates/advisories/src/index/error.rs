//! Why an index cannot be made or asked.

use std::io;
use std::path::PathBuf;

use uplift_model::{Ecosystem, Hint};

use crate::known::AskError;

/// An index cannot be used. Never to be read as "no vulnerabilities".
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("there is no advisory index at `{}`", .0.display())]
    Missing(PathBuf),
    #[error("the advisory index `{}` was made by another version of Uplift", .0.display())]
    OtherVersion(PathBuf),
    #[error("the advisory index `{}` is damaged: {why}", path.display())]
    Damaged { path: PathBuf, why: String },
    #[error("the advisory index holds nothing about {} packages", .0.osv())]
    NotCovered(Ecosystem),
    #[error(transparent)]
    Ask(#[from] AskError),
}

/// An index could not be built; the one before, if any, is untouched.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("could not read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{}` is no archive of advisories: {why}", path.display())]
    Archive { path: PathBuf, why: String },
    #[error("`{}` holds no advisory that can be read{}", path.display(), first.as_ref().map(|f| format!("; {f}")).unwrap_or_default())]
    Empty { path: PathBuf, first: Option<String> },
    #[error("`{}` unpacks to more than {limit} bytes", path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("could not write the advisory index `{}`: {why}", path.display())]
    Write { path: PathBuf, why: String },
}

impl Hint for IndexError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Missing(_) | Self::NotCovered(_) => {
                Some("fetch advisories with `uplift advisories update`, or name files under `advisories.paths`".into())
            }
            Self::OtherVersion(_) | Self::Damaged { .. } => {
                Some("build it again with `uplift advisories update`".into())
            }
            Self::Ask(_) => None,
        }
    }
}

impl Hint for BuildError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Archive { .. } | Self::Empty { .. } => {
                Some("give an export archive of OSV, a folder of records, or a JSON file of records".into())
            }
            _ => None,
        }
    }
}
