//! Release notes of one package between two versions, sentence by sentence, each with its source.
//!
//! Lives here: the data. Lives elsewhere: reading it out of artifacts and pages (`uplift_facts::notes`).

use serde::{Deserialize, Serialize};

use crate::Ecosystem;

/// What was found between the version in use (left out) and the target (taken in).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReleaseNotes {
    pub package: String,
    pub ecosystem: Ecosystem,
    pub from: Option<String>,
    pub to: String,
    /// Newest first.
    pub releases: Vec<NotesOf>,
    /// What was read; [`Note::source`] points into it.
    pub sources: Vec<NotesSource>,
    /// Releases in between that no source mentions.
    pub silent: Vec<String>,
}

/// One release's notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotesOf {
    pub version: String,
    /// As the source writes it.
    pub date: Option<String>,
    /// Breaking and security first, else as in the source.
    pub notes: Vec<Note>,
}

/// One sentence or list item. From outside: escape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Note {
    pub kind: NoteKind,
    /// Plain text, cut to 500 characters.
    pub text: String,
    /// Index into [`ReleaseNotes::sources`].
    pub source: usize,
    /// 1-based line in the source.
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum NoteKind {
    Breaking,
    Security,
    Deprecated,
    Feature,
    Performance,
    Fix,
    Other,
}

/// Where notes were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotesSource {
    /// `flask-3.1.2.tar.gz: CHANGES.rst`, or the page's address.
    pub name: String,
    /// `sdist`, `wheel`, `npm tarball`, `page`.
    pub kind: String,
}
