//! What can go wrong with a manifest as a whole. Entries that cannot be read are a manifest's `problems` instead.

use uplift_model::{Hint, PackageName, Version};

use super::raise::Refusal;

/// Why a manifest is not read or not changed. Lines are 1-based; the file's name is the caller's to add.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    #[error("line {line}: the text is not UTF-8")]
    NotUtf8 { line: u32 },
    #[error("the text is UTF-16")]
    Utf16,
    #[error("line {line}: {message}")]
    Syntax { line: u32, message: String },
    #[error("line {line}: {name} cannot move to {to}: {refusal}")]
    Refused { line: u32, name: PackageName, to: Version, refusal: Refusal },
    #[error("line {line}: the version of {name} is written with escapes or in parts")]
    Escaped { line: u32, name: PackageName },
    #[error("line {line}: {name} has hashes, and those of {to} are not known")]
    NoHashes { line: u32, name: PackageName, to: Version },
    #[error("two different versions are asked for {name}: {one} and {other}")]
    TwoVersions { name: PackageName, one: Version, other: Version },
    #[error("{file}, line {line}: `{included}` includes itself: {chain}")]
    Cycle { file: String, line: u32, included: String, chain: String },
    #[error("{file}: {error}")]
    InFile { file: String, error: Box<ManifestError> },
    #[error("{file}, line {line}: `{included}` cannot be read: {message}")]
    Include { file: String, line: u32, included: String, message: String },
}

impl ManifestError {
    /// The line that it names, 1-based.
    pub fn line(&self) -> Option<u32> {
        match self {
            Self::NotUtf8 { line }
            | Self::Syntax { line, .. }
            | Self::Refused { line, .. }
            | Self::Escaped { line, .. }
            | Self::NoHashes { line, .. }
            | Self::Cycle { line, .. }
            | Self::Include { line, .. } => Some(*line),
            Self::Utf16 | Self::TwoVersions { .. } => None,
            Self::InFile { error, .. } => error.line(),
        }
    }
}

impl Hint for ManifestError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotUtf8 { .. } | Self::Utf16 => "save the file as UTF-8",
            Self::Syntax { .. } => "correct the file; the project's own tools cannot read it either",
            Self::Refused { refusal: Refusal::Floor { .. }, .. } => {
                "lower the bound by hand if the older version is wanted"
            }
            Self::Refused { refusal: Refusal::Excluded { .. }, .. } => "drop the `!=` by hand if the version is wanted",
            Self::Refused { refusal: Refusal::NoForm { .. }, .. } => "rewrite the specifier by hand",
            Self::Escaped { .. } => "write the requirement as one plain string",
            Self::NoHashes { .. } => "let the tool that wrote the hashes write them again",
            Self::TwoVersions { .. } => return None,
            Self::Cycle { .. } => "remove one of the `-r` or `-c` lines of the circle",
            Self::InFile { error, .. } => return error.hint(),
            Self::Include { .. } => "correct the path behind `-r` or `-c`, or add the file",
        };
        Some(hint.to_owned())
    }
}

/// The bytes of a manifest or lock as text.
///
/// # Errors
/// [`ManifestError::NotUtf8`] with the line of the first bad byte, [`ManifestError::Utf16`] by its byte order mark or by its zero bytes.
pub fn text(bytes: &[u8]) -> Result<&str, ManifestError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(ManifestError::Utf16);
    }
    // Without a mark every other byte of plain words is zero, which is valid UTF-8 and no text that anybody wrote.
    let zeros = bytes.iter().take(1024).filter(|byte| **byte == 0).count();
    if zeros > 0 && zeros * 3 >= bytes.len().min(1024) {
        return Err(ManifestError::Utf16);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let breaks = good.iter().filter(|b| **b == b'\n').count();
        ManifestError::NotUtf8 { line: u32::try_from(breaks + 1).unwrap_or(u32::MAX) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_utf8_names_its_line() {
        assert_eq!(text(b"a\nb\n\xe9\n"), Err(ManifestError::NotUtf8 { line: 3 }));
        assert_eq!(text(b"\xff\xfea\0"), Err(ManifestError::Utf16));
        let words = "requests==2.25.0\n";
        let big: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let little: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!((text(&big), text(&little)), (Err(ManifestError::Utf16), Err(ManifestError::Utf16)));
        assert_eq!(text(b"a==1 # one \0 in a comment\n"), Ok("a==1 # one \0 in a comment\n"));
        assert_eq!(text("é".as_bytes()), Ok("é"));
    }
}
