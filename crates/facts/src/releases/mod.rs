//! Releases of packages as their indexes list them: fetched once, kept in short, read as of a day.
//!
//! Lives here: what a release is to a check, in one form for both ecosystems. `store.rs` keeps answers, `python.rs` and
//! `javascript.rs` ask. Lives elsewhere: reading pages (`ecosystems`), choosing a target (`decide`).

mod javascript;
mod python;
mod store;

pub(crate) use javascript::{answer as javascript_answer, documents};
pub use python::{Page, Python, answer as python_answer};
pub use store::Store;

use uplift_model::analysis::{Availability, Deprecation};

/// One release of a package, seen from one runtime and platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    pub version: String,
    /// `YYYY-MM-DD`; `None`: the index gives no date.
    pub date: Option<String>,
    pub prerelease: bool,
    pub yanked: Option<String>,
    /// In the maintainers' words, where they gave it up (npm).
    pub deprecated: Option<String>,
    pub availability: Availability,
    /// Ships compiled code; `None`: its files do not tell.
    pub native: Option<bool>,
    /// All of its compiled code is for the interpreter's stable interface.
    pub stable_abi: bool,
}

impl Release {
    /// Stable, not withdrawn, and something of it fits.
    pub fn usable(&self) -> bool {
        !self.prerelease && self.yanked.is_none() && self.installs()
    }

    pub fn installs(&self) -> bool {
        matches!(self.availability, Availability::Installable | Availability::SourceOnly | Availability::Yanked { .. })
    }
}

/// What an index said of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Ascending by version, those after the as-of day left out.
    Known(Known),
    /// The index has no such package.
    Unknown,
    /// It comes from a path, a repository or a workspace: no index is asked.
    Elsewhere,
    /// In words, without credentials.
    NotRetrieved(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub releases: Vec<Release>,
    pub deprecation: Option<Deprecation>,
    /// Some release has a date, so that ages can be told.
    pub dated: bool,
    /// Where the index says itself which release is its newest (npm's `latest`), and the newest that fits here.
    pub newest: Option<String>,
    pub newest_here: Option<String>,
}

impl Known {
    pub fn find(&self, version: &str) -> Option<&Release> {
        self.releases.iter().find(|r| r.version == version)
    }

    /// The newest release that is stable and not withdrawn, whether or not it fits here.
    pub fn latest(&self) -> Option<&Release> {
        if let Some(newest) = &self.newest {
            return self.find(newest);
        }
        let stable = |r: &&Release| !r.prerelease && r.yanked.is_none();
        self.releases.iter().rev().find(stable).or_else(|| self.releases.last())
    }

    pub fn latest_installable(&self) -> Option<&Release> {
        if self.newest.is_some() {
            return self.newest_here.as_deref().and_then(|newest| self.find(newest));
        }
        let live = |r: &&Release| r.yanked.is_none() && r.installs();
        self.releases.iter().rev().find(|r| r.usable()).or_else(|| self.releases.iter().rev().find(live))
    }
}
