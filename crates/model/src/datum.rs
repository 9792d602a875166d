//! One fact that was looked for: found, looked for and not there, or not retrieved.
//!
//! The third is never the second: a source that failed must not read as "nothing found".

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Datum<T> {
    Found {
        value: T,
    },
    /// The source answered, and there is nothing.
    None,
    /// The source did not answer, with the reason in words.
    NotRetrieved {
        why: String,
    },
}

impl<T> Datum<T> {
    pub fn found(value: T) -> Self {
        Self::Found { value }
    }

    pub fn not_retrieved(why: impl Into<String>) -> Self {
        Self::NotRetrieved { why: why.into() }
    }

    /// `None` when `value` is: the source answered.
    pub fn answered(value: Option<T>) -> Self {
        value.map_or(Self::None, Self::found)
    }

    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Found { value } => Some(value),
            _ => None,
        }
    }

    /// Why the source did not answer.
    pub fn missing(&self) -> Option<&str> {
        match self {
            Self::NotRetrieved { why } => Some(why),
            _ => None,
        }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Datum<U> {
        match self {
            Self::Found { value } => Datum::Found { value: f(value) },
            Self::None => Datum::None,
            Self::NotRetrieved { why } => Datum::NotRetrieved { why },
        }
    }
}
