//! The index: all records on disk, by package, answering offline.
//!
//! Lives here: opening and asking. `build.rs` makes it, `input.rs` reads what it is made of.
//! Lives elsewhere: what the answers mean (`crate::known`), fetching exports (`crate::export`).
//!
//! One file of redb: table `packages` (ecosystem and name to the entries, as JSON), table `about`.

mod build;
mod error;
mod input;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::{ReadOnlyDatabase, ReadOnlyTable, ReadableDatabase, TableDefinition};
use serde::{Deserialize, Serialize};
use uplift_model::Ecosystem;
use uplift_model::advisory::Finding;

pub use build::{Built, build};
pub use error::{BuildError, IndexError};
pub use input::SourceInfo;

pub(crate) use input::limited;

use crate::entry::{Entry, Place};
use crate::known::Known;

/// Raised whenever the form of the tables or of an entry changes: older files are then built again.
const VERSION: u32 = 1;
const PACKAGES: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("packages");
const ABOUT: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("about");

/// What an index was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    version: u32,
    pub sources: Vec<SourceInfo>,
    pub packages: usize,
    /// Entries (a record's word on a package) by ecosystem; one that is missing is not covered.
    pub ecosystems: BTreeMap<Ecosystem, usize>,
}

impl About {
    /// Newest change to any record: what was published later is not in here.
    pub fn newest(&self) -> Option<&str> {
        self.sources.iter().filter_map(|source| source.newest.as_deref()).max()
    }
}

/// An open index. Any number of processes may read one file, also while it is replaced.
pub struct Index {
    path: PathBuf,
    about: About,
    packages: ReadOnlyTable<&'static str, &'static [u8]>,
    _database: ReadOnlyDatabase,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("path", &self.path).field("about", &self.about).finish_non_exhaustive()
    }
}

impl Index {
    /// # Errors
    /// [`IndexError::Missing`], [`IndexError::OtherVersion`], [`IndexError::Damaged`].
    pub fn open(file: &Path) -> Result<Self, IndexError> {
        if !file.is_file() {
            return Err(IndexError::Missing(file.to_owned()));
        }
        let damaged = |why: String| IndexError::Damaged { path: file.to_owned(), why };
        let (about, packages, database) = guarded(|| {
            let database = ReadOnlyDatabase::open(file).map_err(|e| e.to_string())?;
            let reading = database.begin_read().map_err(|e| e.to_string())?;
            let about = reading.open_table(ABOUT).map_err(|e| e.to_string())?;
            let about = about.get("about").map_err(|e| e.to_string())?.ok_or("it says nothing about itself")?;
            let about = about.value().to_vec();
            let packages = reading.open_table(PACKAGES).map_err(|e| e.to_string())?;
            Ok((about, packages, database))
        })
        .map_err(damaged)?;
        #[derive(Deserialize)]
        struct Made {
            version: u32,
        }
        let made: Made = serde_json::from_slice(&about).map_err(|e| damaged(e.to_string()))?;
        if made.version != VERSION {
            return Err(IndexError::OtherVersion(file.to_owned()));
        }
        let about = serde_json::from_slice(&about).map_err(|e| damaged(e.to_string()))?;
        Ok(Self { path: file.to_owned(), about, packages, _database: database })
    }

    pub fn about(&self) -> &About {
        &self.about
    }

    /// Everything about one package; nothing known is an answer as well.
    ///
    /// # Errors
    /// [`IndexError::NotCovered`] when the index was made without records of this ecosystem; [`IndexError::Damaged`].
    pub fn known(&self, ecosystem: Ecosystem, name: &str) -> Result<Known, IndexError> {
        if !self.about.ecosystems.contains_key(&ecosystem) {
            return Err(IndexError::NotCovered(ecosystem));
        }
        let place = Place::new(ecosystem, name);
        let entries: Result<Vec<Entry>, String> =
            guarded(|| match self.packages.get(key(&place).as_str()).map_err(|e| e.to_string())? {
                Some(found) => serde_json::from_slice(found.value()).map_err(|e| e.to_string()),
                None => Ok(Vec::new()),
            });
        let entries = entries.map_err(|why| IndexError::Damaged { path: self.path.clone(), why })?;
        Ok(Known::from_entries(place, entries))
    }

    /// What touches one version of a package, the worst first.
    ///
    /// # Errors
    /// As for [`Index::known`] and [`Known::findings`].
    pub fn findings(&self, ecosystem: Ecosystem, name: &str, version: &str) -> Result<Vec<Finding>, IndexError> {
        Ok(self.known(ecosystem, name)?.findings(version)?)
    }
}

fn key(place: &Place) -> String {
    format!("{}/{}", place.ecosystem.osv(), place.name)
}

/// The database trusts its pages: in a file that was altered behind its back it may panic, which here is an answer.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("its pages do not fit together".to_owned()))
}
