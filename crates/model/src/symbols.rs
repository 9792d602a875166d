//! What becomes of the names that a code base uses of a package, between the version in use and the target.
//!
//! Lives here: the data. Lives elsewhere: reading the releases and comparing them (`uplift_facts::surface`), what it
//! means for the risk (`uplift_decide::risk`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::analysis::Site;

/// Most places that [`SymbolChange::sites`] lists.
pub const SITES: usize = 20;

/// The names of one package that the code uses, judged by the files of two releases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SymbolChanges {
    pub from: String,
    pub to: String,
    /// Names that the code uses.
    pub used: usize,
    /// Of [`Self::used`], those that both releases tell of: the rest is in [`Self::untold`].
    pub judged: usize,
    /// By name.
    pub changes: Vec<SymbolChange>,
    /// By name. Never taken for one that is still there, nor for one that went.
    pub untold: Vec<Untold>,
    /// The files that were read: `flask-2.0.0-py3-none-any.whl`.
    pub read: Vec<String>,
}

/// One name that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SymbolChange {
    /// By its full name: `flask.Markup`; `flask.Flask().before_first_request` for what an object of a class has.
    pub symbol: String,
    pub fate: Fate,
    /// The first [`SITES`] places of this code that use it, in the order of files and lines.
    pub sites: Vec<Site>,
    /// All of them.
    pub count: usize,
    /// Every place is ready for it: the import stands in `try` with another way, or is for type checkers.
    pub guarded: bool,
}

/// What became of a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fate {
    Removed,
    /// The name is gone from where the code has it; `to` is where the target has it, or where it always came from.
    Moved {
        to: String,
    },
    Deprecated {
        /// What the release says of it, from outside: escape.
        says: Option<String>,
    },
}

/// A name of which the files do not tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Untold {
    pub symbol: String,
    /// In words.
    pub why: String,
}

impl SymbolChange {
    /// The target no longer has it where the code looks for it.
    pub fn is_gone(&self) -> bool {
        matches!(self.fate, Fate::Removed | Fate::Moved { .. })
    }

    /// `removed`, `moved to markupsafe.Markup`, `deprecated: use x`.
    pub fn became(&self) -> String {
        match &self.fate {
            Fate::Removed => "removed".to_owned(),
            Fate::Moved { to } => format!("moved to {to}"),
            Fate::Deprecated { says: Some(says) } => format!("deprecated: {says}"),
            Fate::Deprecated { says: None } => "deprecated".to_owned(),
        }
    }

    /// `flask.Markup (app/views.py:12 and 2 more; now markupsafe.Markup)`.
    pub fn placed(&self) -> String {
        let mut notes = Vec::new();
        if let Some(first) = self.sites.first() {
            let places: BTreeSet<(&str, u32)> = self.sites.iter().map(|s| (s.file.as_str(), s.line)).collect();
            let more = self.count.saturating_sub(1 + (self.sites.len() - places.len()));
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            notes.push(format!("{}:{}{more}", first.file, first.line));
        }
        match &self.fate {
            Fate::Moved { to } => notes.push(format!("now {to}")),
            _ if self.guarded => notes.push("the code is ready for it".to_owned()),
            _ => {}
        }
        if notes.is_empty() { self.symbol.clone() } else { format!("{} ({})", self.symbol, notes.join("; ")) }
    }
}

impl SymbolChanges {
    /// Names that the target no longer has where code that is not ready for it looks for them.
    pub fn gone(&self) -> impl Iterator<Item = &SymbolChange> {
        self.changes.iter().filter(|change| change.is_gone() && !change.guarded)
    }

    pub fn deprecated(&self) -> impl Iterator<Item = &SymbolChange> {
        self.changes.iter().filter(|change| !change.is_gone())
    }

    /// `4 of 6 names that the code uses were judged`, with a reason where some were not.
    pub fn extent(&self) -> String {
        let names = if self.used == 1 { "name" } else { "names" };
        match self.untold.first() {
            None => format!("all {} {names} that the code uses were judged", self.used),
            Some(first) => format!(
                "{} of {} {names} that the code uses were judged; {}: {}",
                self.judged, self.used, first.symbol, first.why
            ),
        }
    }
}
