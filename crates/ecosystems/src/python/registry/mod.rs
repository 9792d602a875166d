//! Releases of a package as an index lists them: files, yanks, interpreters.
//!
//! Lives here: reading a project page of the simple repository API (HTML or JSON) and summing files up
//! into releases. Lives elsewhere: fetching it (`facts`), knowing which index (`super::index`).
//! Source: PEP 503, 592, 629, 691, 700.

mod filename;
mod licence;
mod page;
mod tags;

pub use filename::{WheelName, sdist_name};
pub use licence::licence;
pub use page::{PageError, parse};
pub use tags::Tags;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uplift_model::{PackageName, Version};

/// One file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub name: String,
    /// Absolute, or relative to the page.
    pub url: String,
    pub sha256: Option<String>,
    pub requires_python: Option<String>,
    /// `Some` when yanked, with the reason (may be empty).
    pub yanked: Option<String>,
    /// RFC 3339, as the index says it.
    pub uploaded: Option<String>,
    /// Bytes, where the index says so (PEP 700).
    pub size: Option<u64>,
}

impl File {
    pub fn is_wheel(&self) -> bool {
        self.name.ends_with(".whl")
    }

    pub fn is_sdist(&self) -> bool {
        [".tar.gz", ".zip", ".tar.bz2", ".tgz"].iter().any(|e| self.name.ends_with(e))
    }

    /// The version in the file's name, `None` when the name is not of this package.
    pub fn version(&self, package: &PackageName) -> Option<Version> {
        if let Some(stem) = self.name.strip_suffix(".whl") {
            let mut parts = stem.split('-');
            let _name = parts.next()?;
            return Version::new(parts.next()?).ok();
        }
        let stem = [".tar.gz", ".zip", ".tar.bz2", ".tgz"].iter().find_map(|e| self.name.strip_suffix(e))?;
        // A name may hold dashes, and so may an old version: take the first cut whose left side is the name.
        stem.match_indices('-').find_map(|(at, _)| {
            let (left, right) = (stem.get(..at)?, stem.get(at + 1..)?);
            (PackageName::new(left).ok().as_ref() == Some(package)).then(|| Version::new(right).ok())?
        })
    }
}

/// One release and what can be done with it on one interpreter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub version: Version,
    pub yanked: Option<String>,
    /// Earliest upload of its files, RFC 3339.
    pub uploaded: Option<String>,
    /// A wheel fits the interpreter and its `Requires-Python` admits it.
    pub wheel: bool,
    /// Only a source distribution fits.
    pub sdist: Option<File>,
}

impl Release {
    pub fn installable(&self) -> bool {
        self.wheel || self.sdist.is_some()
    }
}

/// Sums `files` up into releases, ascending by version.
pub fn releases(package: &PackageName, files: &[File], tags: &Tags) -> Vec<Release> {
    let mut by_version: BTreeMap<Version, Vec<&File>> = BTreeMap::new();
    for file in files {
        if let Some(version) = file.version(package) {
            by_version.entry(version).or_default().push(file);
        }
    }
    by_version
        .into_iter()
        .map(|(version, files)| {
            let fits = |f: &&&File| tags.admits_python(f.requires_python.as_deref());
            let live: Vec<&&File> = files.iter().filter(|f| f.yanked.is_none()).collect();
            let all_yanked = live.is_empty();
            let pool: Vec<&&File> = if all_yanked { files.iter().collect() } else { live };
            Release {
                yanked: all_yanked.then(|| files.iter().find_map(|f| f.yanked.clone()).unwrap_or_default()),
                uploaded: files.iter().filter_map(|f| f.uploaded.clone()).min(),
                wheel: pool.iter().filter(|f| fits(f)).any(|f| f.is_wheel() && tags.admits_wheel(&f.name)),
                sdist: pool.iter().filter(|f| fits(f)).find(|f| f.is_sdist()).map(|f| (**f).clone()),
                version,
            }
        })
        .collect()
}

/// The newest of the releases that are [`offered`].
pub fn newest(releases: &[Release]) -> Option<&Release> {
    offered(releases).pop()
}

/// The releases that may be proposed, ascending: those that can be installed and are neither yanked nor pre-releases; of a
/// package that has nothing but pre-releases, these.
pub fn offered(releases: &[Release]) -> Vec<&Release> {
    let usable: Vec<&Release> = releases.iter().filter(|r| r.yanked.is_none() && r.installable()).collect();
    if usable.iter().all(|r| r.version.is_prerelease()) {
        return usable;
    }
    usable.into_iter().filter(|r| !r.version.is_prerelease()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> File {
        File {
            name: name.into(),
            url: String::new(),
            sha256: None,
            requires_python: None,
            yanked: None,
            uploaded: None,
            size: None,
        }
    }

    #[test]
    fn a_file_name_gives_its_version_even_with_dashes_in_the_name() {
        let name = PackageName::new("zope.interface").unwrap();
        assert_eq!(file("zope.interface-5.4.0.tar.gz").version(&name).unwrap().to_string(), "5.4.0");
        let name = PackageName::new("pytest-cov").unwrap();
        assert_eq!(file("pytest-cov-2.12.1.tar.gz").version(&name).unwrap().to_string(), "2.12.1");
        assert_eq!(file("pytest_cov-4.0.0-py3-none-any.whl").version(&name).unwrap().to_string(), "4.0.0");
        assert_eq!(file("other-4.0.0.tar.gz").version(&name), None);
    }

    #[test]
    fn what_is_yanked_or_for_another_interpreter_is_not_newest() {
        let name = PackageName::new("demo").unwrap();
        let mut files = vec![
            file("demo-1.0-py3-none-any.whl"),
            file("demo-2.0-py3-none-any.whl"),
            file("demo-3.0-py3-none-any.whl"),
        ];
        files[1].requires_python = Some(">=3.12".into());
        files[2].yanked = Some("broken".into());
        let tags = Tags::new("3.9.18", "linux", "x86_64");
        let all = releases(&name, &files, &tags);
        assert_eq!(newest(&all).unwrap().version.to_string(), "1.0");
        assert_eq!(all[2].yanked.as_deref(), Some("broken"));
    }
}
