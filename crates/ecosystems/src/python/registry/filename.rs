//! What the names of distribution files say: package, version, build number, tags.
//!
//! Lives here: reading names strictly, as pip does. Lives elsewhere: whether tags fit an interpreter (`tags`).
//! Source: PEP 427, PEP 625 and pypa/packaging's `utils`; held to its tables in `tests/python_conformance.rs`.

use std::collections::BTreeSet;

use uplift_model::Version;

/// The name of a wheel, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WheelName {
    /// In its normal form; may hold letters beyond ASCII.
    pub package: String,
    pub version: Version,
    /// Number and what follows it.
    pub build: Option<(u64, String)>,
    /// Every combination, `cp311-cp311-manylinux_2_17_x86_64`.
    pub tags: BTreeSet<String>,
}

impl WheelName {
    /// Reads `package-version(-build)-python-abi-platform.whl`; `None` when it is none.
    pub fn parse(file: &str) -> Option<Self> {
        let parts: Vec<&str> = file.strip_suffix(".whl")?.split('-').collect();
        let (package, version, build, python, abi, platform) = match parts.as_slice() {
            [package, version, python, abi, platform] => (package, version, None, python, abi, platform),
            [package, version, build, python, abi, platform] => {
                (package, version, Some(build_number(build)?), python, abi, platform)
            }
            _ => return None,
        };
        let within = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        if package.is_empty() || package.contains("__") || !package.chars().all(within) {
            return None;
        }
        let begins_with_letter = |tag: &str| tag.starts_with(|c: char| c.is_ascii_alphabetic());
        let whole = |set: &str| set.split('.').all(|tag| !tag.is_empty());
        if ![python, abi, platform].iter().all(|set| whole(set)) || !python.split('.').all(begins_with_letter) {
            return None;
        }
        let mut tags = BTreeSet::new();
        for python in python.split('.') {
            for abi in abi.split('.') {
                tags.extend(platform.split('.').map(|on| format!("{python}-{abi}-{on}").to_lowercase()));
            }
        }
        Some(Self { package: normal(package), version: Version::new(version).ok()?, build, tags })
    }
}

fn build_number(text: &str) -> Option<(u64, String)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest.to_owned()))
}

/// Package (in its normal form) and version of a source distribution's name; `None` when it is none.
pub fn sdist_name(file: &str) -> Option<(String, Version)> {
    let stem = file.strip_suffix(".tar.gz").or_else(|| file.strip_suffix(".zip"))?;
    let (package, version) = stem.rsplit_once('-')?;
    if package.is_empty() {
        return None;
    }
    Some((normal(package), Version::new(version).ok()?))
}

/// Lower case, runs of `-`, `_`, `.` as one `-`.
fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.to_lowercase().chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.push(c),
        }
    }
    out
}
