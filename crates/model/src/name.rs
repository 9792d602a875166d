//! Package names, compared the way the Python index compares them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A distribution's name in its normal form: lower case, runs of `-`, `_`, `.` as one `-`.
///
/// Source: PEP 503 and the name grammar of PEP 508.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackageName(String);

/// A text that is not a package name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a package name")]
pub struct BadName(pub String);

impl PackageName {
    /// # Errors
    /// [`BadName`] when `text` breaks the name grammar (letters, digits, `-_.`, no separator at the ends).
    pub fn new(text: &str) -> Result<Self, BadName> {
        let bytes = text.as_bytes();
        let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        let inner = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if !edge(bytes.first()) || !edge(bytes.last()) || !bytes.iter().all(inner) {
            return Err(BadName(text.to_owned()));
        }
        let mut normal = String::with_capacity(text.len());
        for c in text.chars() {
            if matches!(c, '-' | '_' | '.') {
                if !normal.ends_with('-') {
                    normal.push('-');
                }
            } else {
                normal.push(c.to_ascii_lowercase());
            }
        }
        Ok(Self(normal))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for PackageName {
    type Err = BadName;
    fn from_str(text: &str) -> Result<Self, BadName> {
        Self::new(text)
    }
}

impl TryFrom<String> for PackageName {
    type Error = BadName;
    fn try_from(text: String) -> Result<Self, BadName> {
        Self::new(&text)
    }
}

impl From<PackageName> for String {
    fn from(name: PackageName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_in_their_normal_form() {
        assert_eq!(PackageName::new("Zope.Interface").unwrap().as_str(), "zope-interface");
        assert_eq!(PackageName::new("a__b--c").unwrap().as_str(), "a-b-c");
    }

    #[test]
    fn what_is_not_a_name_is_refused() {
        for bad in ["", "-a", "a-", "a b", "ä", "a/b"] {
            assert!(PackageName::new(bad).is_err(), "{bad:?}");
        }
    }
}
