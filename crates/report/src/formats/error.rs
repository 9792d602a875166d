//! Why an answer has no form in a standard.

use std::fmt;

use uplift_model::Hint;

use super::Standard;

#[derive(Debug)]
pub enum FormatError {
    /// The standard has no place for this answer.
    NotOfThis {
        standard: Standard,
        /// `a plan`, `a run`.
        answer: &'static str,
    },
    /// OpenVEX has no document without a statement. `unasked`: why advisories are not known; empty: every source answered.
    NothingToState {
        unasked: String,
    },
    Json(serde_json::Error),
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOfThis { standard, answer } => write!(f, "{answer} has no form in {}", standard.word()),
            Self::NothingToState { unasked } if unasked.is_empty() => {
                write!(f, "no advisory is known to touch anything, and OpenVEX has no empty document")
            }
            Self::NothingToState { unasked } => {
                write!(f, "advisories were not retrieved, so that nothing can be stated: {unasked}")
            }
            Self::Json(_) => write!(f, "could not write the result as JSON"),
        }
    }
}

impl std::error::Error for FormatError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json(source) => Some(source),
            _ => None,
        }
    }
}

impl Hint for FormatError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NotOfThis { .. } => Some("docs/reference/formats.md lists what goes together".to_owned()),
            Self::NothingToState { .. } => Some(
                "`--format cyclonedx` writes a document that can say so; `--format json` says which data were not retrieved"
                    .to_owned(),
            ),
            Self::Json(_) => Some("please report this".to_owned()),
        }
    }
}

impl From<serde_json::Error> for FormatError {
    fn from(source: serde_json::Error) -> Self {
        Self::Json(source)
    }
}
