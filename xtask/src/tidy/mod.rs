//! `cargo xtask tidy`: the house rules that no compiler holds.
//!
//! Lives here: running the rules and telling what they found. Lives elsewhere: one rule per file; what they
//! look at (`workspace`, `files`). Every rule is a function from what was read to findings, so that its tests
//! need no disk.

mod apart;
mod exceptions;
mod files;
mod layers;
mod papers;
mod purity;
mod shape;
mod words;
mod workspace;

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};

/// One breach of a rule, said in one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) file: String,
    /// Counted from 1; 0 means the file as a whole.
    pub(crate) line: usize,
    pub(crate) what: String,
    /// A warning is told and fails nothing.
    pub(crate) warning: bool,
}

impl Finding {
    fn error(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into(), warning: false }
    }

    fn warning(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { warning: true, ..Self::error(file, line, what) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.warning { "warning" } else { "error" };
        write!(out, "{kind}: {}", self.file)?;
        if self.line > 0 {
            write!(out, ":{}", self.line)?;
        }
        write!(out, ": {}", self.what)
    }
}

/// Runs every rule; `false` when one found an error.
///
/// # Errors
/// When the workspace, `layers.toml` or `xtask/tidy.toml` cannot be read.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let files = files::tracked(root)?;
    let layers: layers::Layers = read_toml(root, "layers.toml")?;
    let exceptions: exceptions::Exceptions = read_toml(root, "xtask/tidy.toml")?;

    let mut findings = layers::check(&layers, &workspace::read(root)?);
    findings.extend(purity::check(&layers.pure, &files));
    findings.extend(apart::check(&layers.apart, &files));
    findings.extend(shape::check(&files, &exceptions));
    findings.extend(words::check(&files));
    findings.extend(papers::check(&files));
    let stale = crate::r#gen::stale(root)?.into_iter();
    findings.extend(stale.map(|file| Finding::error(file, 0, "is not what the code says; run `cargo xtask gen`")));
    findings.sort();
    findings.dedup();

    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| !finding.warning).count();
    println!("tidy: {} files, {errors} errors, {} warnings", files.len(), findings.len() - errors);
    Ok(errors == 0)
}

fn read_toml<T: serde::de::DeserializeOwned>(root: &Path, file: &str) -> Result<T> {
    let text = std::fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"))?;
    toml::from_str(&text).with_context(|| format!("{file} is not as tidy expects it"))
}
