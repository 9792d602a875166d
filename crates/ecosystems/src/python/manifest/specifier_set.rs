//! Sets of specifiers as pip compares them: arbitrary equality, prereleases, what one set says of another.
//!
//! Lives here: whole sets against versions and against each other. Lives elsewhere: single specifiers, their places
//! and bounds (`specifier`).
//! Source: PEP 440 and pypa/packaging; held to its tables in `tests/python_conformance.rs`.

use std::str::FromStr;

use uv_pep440::{VersionSpecifier, VersionSpecifiers, canonicalize_version_ranges, release_specifiers_to_ranges};

use super::specifier::BadSpecifier;

/// Clauses that must all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecifierSet {
    compared: Vec<VersionSpecifier>,
    /// Texts behind `===`, in lower case: compared as text, whether or not they are versions.
    identical: Vec<String>,
    /// Whether prereleases count; `None`: when a clause names one, or when nothing else is there.
    pub prereleases: Option<bool>,
}

/// The versions that the compared clauses admit together, with bounds between versions brought to the next version.
/// A macro, since the type of the ranges has no name in this crate's dependencies.
macro_rules! region {
    ($compared:expr) => {{
        let mut region = release_specifiers_to_ranges(VersionSpecifiers::empty());
        for specifier in $compared {
            region = region.intersection(&VersionSpecifier::clone(specifier).into());
        }
        canonicalize_version_ranges(&region).unwrap_or(region)
    }};
}

impl SpecifierSet {
    /// Reads `>=1,<2,!=1.5`; empty: anything.
    ///
    /// # Errors
    /// [`BadSpecifier`] with the clause that cannot be read.
    pub fn parse(text: &str) -> Result<Self, BadSpecifier> {
        let (mut compared, mut identical) = (Vec::new(), Vec::new());
        for clause in text.split(',').map(str::trim).filter(|clause| !clause.is_empty()) {
            let bad = || BadSpecifier { part: clause.to_owned() };
            if let Some(exact) = clause.strip_prefix("===") {
                let exact = exact.trim();
                if exact.is_empty() || exact.contains(|c: char| c.is_whitespace() || matches!(c, ';' | ')')) {
                    return Err(bad());
                }
                identical.push(exact.to_lowercase());
            } else {
                let specifier = VersionSpecifier::from_str(clause).map_err(|_| bad())?;
                if !has_next(specifier.version()) {
                    return Err(bad());
                }
                compared.push(specifier);
            }
        }
        Ok(Self { compared, identical, prereleases: None })
    }

    /// Whether a version as written satisfies every clause, prereleases like releases. A text that is no version
    /// satisfies nothing but `===`.
    pub fn admits(&self, version: &str) -> bool {
        let lower = version.trim().to_lowercase();
        if !self.identical.iter().all(|text| *text == lower) {
            return false;
        }
        match uv_pep440::Version::from_str(version.trim()) {
            Ok(version) => region!(&self.compared).contains(&version),
            Err(_) => self.compared.is_empty(),
        }
    }

    /// Whether a version is taken on its own: as [`Self::admits`], with prereleases refused where they are refused.
    /// `installed`: it is there already, and being a prerelease is no reason against it.
    pub fn takes(&self, version: &str, prereleases: Option<bool>, installed: bool) -> bool {
        let refused = prereleases.or(self.prereleases) == Some(false);
        self.admits(version) && (installed || !refused || !is_prerelease(version))
    }

    /// Those of `versions` that are taken, in their order: prereleases when asked for, when a clause names one, or when
    /// nothing else satisfies.
    pub fn filter<'v>(&self, versions: &[&'v str], prereleases: Option<bool>) -> Vec<&'v str> {
        let admitted: Vec<&str> = versions.iter().copied().filter(|version| self.admits(version)).collect();
        let counts = prereleases.or(self.prereleases).or_else(|| self.names_prerelease().then_some(true));
        let releases: Vec<&str> = admitted.iter().copied().filter(|version| !is_prerelease(version)).collect();
        match counts {
            Some(true) => admitted,
            None if releases.is_empty() => admitted,
            _ => releases,
        }
    }

    /// A clause other than `!=` names a prerelease.
    fn names_prerelease(&self) -> bool {
        use uv_pep440::Operator::{NotEqual, NotEqualStar};
        let named = |s: &VersionSpecifier| s.any_prerelease() && !matches!(s.operator(), NotEqual | NotEqualStar);
        self.compared.iter().any(named) || self.identical.iter().any(|text| is_prerelease(text))
    }

    /// Whether any version at all satisfies every clause.
    pub fn is_satisfiable(&self) -> bool {
        match self.identical.as_slice() {
            [] => !region!(&self.compared).is_empty(),
            [first, rest @ ..] => rest.iter().all(|text| text == first) && self.admits(first),
        }
    }

    /// Whether no version satisfies both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        let mut both = self.clone();
        both.compared.extend(other.compared.iter().cloned());
        both.identical.extend(other.identical.iter().cloned());
        !both.is_satisfiable()
    }

    /// Whether every version that satisfies this set satisfies the other one.
    pub fn is_subset(&self, other: &Self) -> bool {
        if !self.is_satisfiable() {
            return true;
        }
        match self.identical.first() {
            Some(only) => other.admits(only),
            None => other.identical.is_empty() && region!(&self.compared).subset_of(&region!(&other.compared)),
        }
    }

    /// Whether every version that satisfies the other set satisfies this one.
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }
}

/// Whether every number of a version can be counted on, as the bounds of ranges are.
fn has_next(version: &uv_pep440::Version) -> bool {
    let mut numbers = version.release().to_vec();
    numbers.extend(version.pre().map(|pre| pre.number));
    numbers.extend(version.post());
    numbers.extend(version.dev());
    numbers.iter().all(|number| *number < u64::MAX)
}

fn is_prerelease(version: &str) -> bool {
    uv_pep440::Version::from_str(version.trim()).is_ok_and(|version| version.any_prerelease())
}
