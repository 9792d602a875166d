//! How much installing a component brings onto a disk, before and after everything has moved (row M9).
//!
//! Lives here: the data and their sums. Lives elsewhere: finding the sizes out (`uplift_facts::releases`), what moves
//! (`uplift_engine::dossier`).

use serde::{Deserialize, Serialize};

use crate::Datum;

/// What is installed for one component, package by package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentSizes {
    /// The component's folder, as in the analysis.
    pub component: String,
    pub measure: SizeMeasure,
    /// A lock names everything that is installed; false: only what manifests name is counted.
    pub complete: bool,
    /// By name; one that no index has is left out.
    pub packages: Vec<PackageSize>,
}

/// What the bytes are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SizeMeasure {
    /// Of the files that are downloaded: the wheel that the interpreter takes, else the source distribution.
    Download,
    /// Of the files once unpacked, which is what an npm registry tells.
    Unpacked,
}

/// One package. [`Datum::None`]: it is not installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageSize {
    pub package: String,
    /// Versions, several where a lock holds copies. Empty: not installed, or nothing says which.
    pub from: Vec<String>,
    pub to: Vec<String>,
    /// Bytes.
    pub before: Datum<u64>,
    pub after: Datum<u64>,
}

/// A sum with what it lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SizeSum {
    pub bytes: u64,
    /// Packages whose size is in it.
    pub known: usize,
    /// Packages that are installed and whose size is not known.
    pub unknown: usize,
}

impl ComponentSizes {
    pub fn before(&self) -> SizeSum {
        SizeSum::of(self.packages.iter().map(|one| &one.before))
    }

    pub fn after(&self) -> SizeSum {
        SizeSum::of(self.packages.iter().map(|one| &one.after))
    }
}

impl SizeSum {
    pub fn of<'a>(sizes: impl Iterator<Item = &'a Datum<u64>>) -> Self {
        sizes.fold(Self::default(), |sum, size| match size {
            Datum::Found { value } => Self { bytes: sum.bytes.saturating_add(*value), known: sum.known + 1, ..sum },
            Datum::None => sum,
            Datum::NotRetrieved { .. } => Self { unknown: sum.unknown + 1, ..sum },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_installed_is_no_unknown() {
        let all = [Datum::found(3), Datum::None, Datum::not_retrieved("x"), Datum::found(u64::MAX)];
        assert_eq!(SizeSum::of(all.iter()), SizeSum { bytes: u64::MAX, known: 2, unknown: 1 });
    }
}
