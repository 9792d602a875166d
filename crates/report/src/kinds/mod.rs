//! The kinds of report: what each says, section by section, made from one dossier.
//!
//! Lives here: one file or folder a kind, and the list. Every figure comes from the dossier; a template holds none.
//! Lives elsewhere: the pieces that kinds share (`parts`), gathering (`uplift_engine::dossier`), the forms
//! (`crate::markdown`, `crate::html`).

mod assessment;
mod changelog;
mod checklist;
mod documents;
mod emptiness;
mod exposure;
mod initiative;
mod migration_guide;
mod overview;
mod parts;
mod pieces;
mod plan;
mod pr;
mod reasons;
mod runtimes;
mod summary;
mod update;
mod ways;

#[cfg(test)]
mod sample;

use std::fmt;
use std::str::FromStr;

use uplift_model::dossier::Dossier;

use crate::document::Document;

pub use overview::overview;

/// What a report is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What to move, in which order and why; every research field; how to go about it.
    Plan,
    /// What a run changed, mended and verified.
    Update,
    /// The whole project: state, priorities, gaps, roadmap, costs, risks.
    Assessment,
    /// The plan as a programme: phases, gates, roles, traceable to what it serves.
    Initiative,
    /// What contributors have to do and to know.
    MigrationGuide,
    /// The text of a pull request.
    Pr,
    /// The entry of a run for CHANGELOG.md.
    Changelog,
    /// The plan as items to tick off: progress, time, blockers.
    Checklist,
    /// One page: what first, why, what it breaks, who must agree, how to undo.
    Summary,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Plan,
        Self::Update,
        Self::Assessment,
        Self::Initiative,
        Self::MigrationGuide,
        Self::Pr,
        Self::Changelog,
        Self::Checklist,
        Self::Summary,
    ];

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Update => "update",
            Self::Assessment => "assessment",
            Self::Initiative => "initiative",
            Self::MigrationGuide => "migration-guide",
            Self::Pr => "pr",
            Self::Changelog => "changelog",
            Self::Checklist => "checklist",
            Self::Summary => "summary",
        }
    }

    /// It tells what a run did; the newest one where none is named.
    pub fn tells_run(self) -> bool {
        matches!(self, Self::Update | Self::Pr | Self::Changelog)
    }

    /// It shows what release notes say; reading them downloads artifacts.
    pub fn asks_notes(self) -> bool {
        matches!(self, Self::Plan | Self::Update | Self::Assessment | Self::Initiative | Self::MigrationGuide)
    }

    /// It shows on which interpreters the targets go together.
    pub fn asks_compatibility(self) -> bool {
        matches!(self, Self::Update | Self::Initiative | Self::MigrationGuide)
    }

    /// It shows what the repository does to keep itself in order.
    pub fn asks_hygiene(self) -> bool {
        matches!(self, Self::Update | Self::Assessment | Self::Initiative | Self::MigrationGuide)
    }

    /// Without a run it has nothing to say.
    pub fn needs_run(self) -> bool {
        matches!(self, Self::Pr | Self::Changelog)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchKind(pub String);

impl fmt::Display for NoSuchKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        write!(f, "there is no report of kind `{}`; there are {}", self.0, crate::numbers::list(&known))
    }
}

impl std::error::Error for NoSuchKind {}

impl FromStr for Kind {
    type Err = NoSuchKind;

    fn from_str(text: &str) -> Result<Self, NoSuchKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| NoSuchKind(text.to_owned()))
    }
}

/// The report of one kind.
pub fn write(kind: Kind, dossier: &Dossier) -> Document {
    let mut document = match kind {
        Kind::Plan => plan::write(dossier),
        Kind::Assessment => assessment::write(dossier),
        Kind::Checklist => checklist::write(dossier),
        Kind::Summary => summary::write(dossier),
        Kind::Update => update::write(dossier),
        Kind::Initiative => initiative::write(dossier),
        Kind::MigrationGuide => migration_guide::write(dossier),
        Kind::Pr => pr::write(dossier),
        Kind::Changelog => changelog::write(dossier),
    };
    // What is pasted into another page has no place for a list of reasons.
    if !kind.needs_run() {
        reasons::once(&mut document);
    }
    document
}
