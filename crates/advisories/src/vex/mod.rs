//! VEX: what others (or we) state about vulnerabilities in products.
//!
//! Lives here: statements, and telling the two formats apart. `openvex.rs` and `cyclonedx.rs` read them, `purl.rs`
//! the names of packages.
//! Lives elsewhere: applying statements to findings (`crate::exceptions`), writing them (`uplift_report::formats`).

mod cyclonedx;
mod openvex;
pub(crate) mod purl;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use self::purl::Purl;
use crate::entry::Place;
use crate::index::limited;

/// Bytes of one document.
const LIMIT: u64 = 64 << 20;

/// A document that was named and cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VexError {
    #[error("could not read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{}` is neither OpenVEX nor CycloneDX: {why}", path.display())]
    Shape { path: PathBuf, why: String },
}

/// One statement: these vulnerabilities, in these packages, are so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Name of the document's file.
    pub(crate) document: String,
    /// Every name of the vulnerability.
    pub(crate) names: Vec<String>,
    pub(crate) products: Vec<Purl>,
    /// The finding does not count: not affected, fixed, or a false positive.
    pub(crate) sets_aside: bool,
    /// Status, justification and words.
    pub(crate) reason: String,
    /// RFC 3339; the later of two statements holds.
    pub(crate) time: String,
}

impl Statement {
    pub(crate) fn is_about(&self, place: &Place, version: &str, names: &[&str]) -> bool {
        let named = |name: &String| names.iter().any(|other| name.eq_ignore_ascii_case(other));
        self.names.iter().any(named) && self.products.iter().any(|purl| purl.holds(place, version))
    }
}

/// Statements of one document, in the order in which they hold: the last that applies decides.
///
/// # Errors
/// [`VexError`]. A statement that cannot be understood is left out: it sets nothing aside.
pub fn read(path: &Path) -> Result<Vec<Statement>, VexError> {
    let trouble = |source| VexError::Read { path: path.to_owned(), source };
    let bytes = File::open(path).and_then(|file| limited(file, LIMIT)).map_err(trouble)?;
    let bytes = bytes.ok_or_else(|| trouble(io::Error::other(format!("larger than {LIMIT} bytes"))))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    parse(&name, &bytes).map_err(|why| VexError::Shape { path: path.to_owned(), why })
}

pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Vec<Statement>, String> {
    let document: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let mut statements = if document.get("bomFormat").and_then(Value::as_str) == Some("CycloneDX") {
        cyclonedx::statements(name, &document)
    } else if document.get("statements").is_some_and(Value::is_array) {
        openvex::statements(name, &document)
    } else {
        return Err("it has neither `statements` nor `bomFormat`".to_owned());
    };
    statements.sort_by(|a, b| a.time.cmp(&b.time));
    Ok(statements)
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn list<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value.get(field).and_then(Value::as_array).into_iter().flatten()
}

/// `status: justification: words`, without what is missing.
fn reason(parts: [Option<&str>; 3]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests;
