//! Releases of packages as their indexes list them: fetched once, kept in short, read as of a day.
//!
//! Lives here: what a release is to a check, in one form for both ecosystems. `store.rs` keeps answers, `python.rs` and
//! `javascript.rs` ask. Lives elsewhere: reading pages (`ecosystems`), choosing a target (`decide`).

mod doubt;
mod extras;
mod javascript;
mod python;
mod sizes;
mod store;

pub(crate) use doubt::doubted;
pub(crate) use extras::{Provided, address, head, normal as normal_extra, page, provided, read_metadata};
pub(crate) use javascript::{answer as javascript_answer, documents};
pub(crate) use python::succeeded;
pub use python::{Page, Python, answer as python_answer};
pub use store::Store;

use std::sync::Arc;

use uplift_model::Version;
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
    /// Bytes that installing it brings: of the file that would be downloaded (Python), of the files once unpacked (npm).
    /// `None`: the index does not say, or nothing fits.
    pub size: Option<u64>,
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
    /// Ascending by version, those after the as-of day left out. Components on one runtime share it.
    Known(Arc<Known>),
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
    /// Versions that came out after the day, and are not among `releases`.
    pub later: Vec<String>,
    /// Where the list of releases states licences (npm): what each states, from the lowest version on that does.
    pub licences: Option<Vec<(uplift_model::semver::Version, Option<String>)>>,
}

impl Known {
    /// The release, however its number is written: `2.0` is `2.0.0`.
    pub fn find(&self, version: &str) -> Option<&Release> {
        let same = || {
            let wanted = Version::new(version).ok()?;
            self.releases.iter().find(|r| Version::new(&r.version).is_ok_and(|v| v == wanted))
        };
        self.releases.iter().find(|r| r.version == version).or_else(same)
    }

    /// It exists, and came out after the day.
    pub fn came_later(&self, version: &str) -> bool {
        let same =
            |v: &String| v == version || Version::new(v).is_ok_and(|v| Version::new(version).is_ok_and(|w| v == w));
        self.later.iter().any(same)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_found_however_its_number_is_written() {
        let release = |version: &str| Release {
            version: version.to_owned(),
            date: None,
            prerelease: false,
            yanked: None,
            deprecated: None,
            availability: Availability::Installable,
            native: None,
            stable_abi: false,
            size: None,
        };
        let known =
            Known { releases: vec![release("2.0.0"), release("2.0.1")], later: vec!["3.0".into()], ..Known::default() };
        assert_eq!(known.find("2.0").unwrap().version, "2.0.0");
        assert_eq!(known.find("2.0.1").unwrap().version, "2.0.1");
        assert!(known.find("3.0.0").is_none() && known.came_later("3.0.0"));
    }
}
