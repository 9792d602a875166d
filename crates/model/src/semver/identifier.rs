//! One identifier of a prerelease: `beta`, `11`.

use std::cmp::Ordering;
use std::fmt;

use super::MAX_NUMBER;

/// Numbers come before words; numbers compare by value, words by their bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identifier {
    Number(u64),
    /// Digits of a number that JavaScript cannot hold exactly, without leading zeros.
    Huge(String),
    Word(String),
}

impl Identifier {
    /// Reads one identifier; `None` when it is empty, has a foreign character or (unless `loose`) a leading zero.
    pub(super) fn parse(text: &str, loose: bool) -> Option<Self> {
        if text.is_empty() || !text.bytes().all(is_identifier_byte) {
            return None;
        }
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Self::Word(text.to_owned()));
        }
        if !loose && text.len() > 1 && text.starts_with('0') {
            return None;
        }
        Some(match text.parse::<u64>() {
            Ok(number) if number < MAX_NUMBER => Self::Number(number),
            _ => Self::Huge(text.trim_start_matches('0').to_owned()),
        })
    }

    /// Reads `alpha.1`; `None` when any part is no identifier.
    pub(super) fn parse_all(text: &str, loose: bool) -> Option<Vec<Self>> {
        text.split('.').map(|part| Self::parse(part, loose)).collect()
    }
}

pub(super) fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

impl Ord for Identifier {
    fn cmp(&self, other: &Self) -> Ordering {
        use Identifier::{Huge, Number, Word};
        match (self, other) {
            (Number(a), Number(b)) => a.cmp(b),
            (Huge(a), Huge(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Word(a), Word(b)) => a.cmp(b),
            (Number(_), _) | (Huge(_), Word(_)) => Ordering::Less,
            (_, Number(_)) | (Word(_), Huge(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Identifier {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Huge(text) | Self::Word(text) => f.write_str(text),
        }
    }
}
