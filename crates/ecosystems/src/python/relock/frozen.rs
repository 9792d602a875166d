//! Requirements files that pin all that they need: versions in place, new packages added, gone ones removed.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::{PackageName, Solution};

use super::{Relock, RelockError};
use crate::python::lockfile;
use crate::python::manifest::{self, ManifestKind};

/// Writes the files of `complete` in the work tree.
pub(super) fn write(relock: &Relock<'_>, complete: &[String]) -> Result<(), RelockError> {
    let texts = complete.iter().map(|path| Ok((path, relock.read(path)?))).collect::<Result<Vec<_>, RelockError>>()?;
    let stated: Vec<BTreeSet<PackageName>> = texts.iter().map(|(_, text)| names(text)).collect();
    let elsewhere = relock.component.manifests.iter().filter(|m| !complete.contains(&m.path));
    let others: BTreeSet<PackageName> =
        elsewhere.flat_map(|m| m.manifest.stated.iter().map(|s| s.name.clone())).collect();
    let parts = parts(&stated, &others, &relock.after.solution, &relock.after.via);
    for ((path, text), part) in texts.iter().zip(parts) {
        let new = lockfile::write_plain_with(text, &part, &BTreeSet::new(), relock.hashes)
            .map_err(|e| RelockError::Tool { tool: "Uplift".to_owned(), lock: (*path).clone(), why: e.to_string() })?;
        relock.put(path, &new)?;
    }
    Ok(())
}

fn names(text: &str) -> BTreeSet<PackageName> {
    manifest::parse(ManifestKind::Requirements, text)
        .map(|m| m.stated.into_iter().map(|s| s.name).collect())
        .unwrap_or_default()
}

/// What of `solution` each file holds: what it had, and what is new because of that. What comes for the sake of the
/// `others`, packages of files that are not kept complete, is left to the installer.
fn parts(
    stated: &[BTreeSet<PackageName>],
    others: &BTreeSet<PackageName>,
    solution: &Solution,
    via: &BTreeMap<PackageName, Vec<PackageName>>,
) -> Vec<Solution> {
    let mut held: BTreeSet<PackageName> = stated.iter().flatten().chain(others).cloned().collect();
    let mut parts = Vec::new();
    for own in stated {
        let mut own = own.clone();
        loop {
            let wanted = |(name, parents): &(&PackageName, &Vec<PackageName>)| {
                !held.contains(*name) && parents.iter().any(|p| own.contains(p))
            };
            let more: Vec<PackageName> = via.iter().filter(wanted).map(|(name, _)| name.clone()).collect();
            if more.is_empty() {
                break;
            }
            held.extend(more.iter().cloned());
            own.extend(more);
        }
        let mut part = solution.clone();
        part.packages.retain(|name, _| own.contains(name));
        part.urls.retain(|name, _| own.contains(name));
        parts.push(part);
    }
    parts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn new_packages_go_to_the_file_that_wants_them() {
        let name = |n: &str| PackageName::new(n).unwrap();
        let set = |names: &[&str]| names.iter().map(|n| name(n)).collect::<BTreeSet<_>>();
        let pins = ["flask", "blinker", "pytest", "pygments", "mypy", "mypy-extensions"];
        let solution = Solution {
            packages: pins.iter().map(|n| (name(n), "1".parse().unwrap())).collect(),
            urls: BTreeMap::new(),
        };
        let via = BTreeMap::from(
            [("blinker", "flask"), ("pygments", "pytest"), ("mypy-extensions", "mypy")]
                .map(|(n, p)| (name(n), vec![name(p)])),
        );
        let parts = parts(&[set(&["flask", "gone"]), set(&["pytest"])], &set(&["mypy"]), &solution, &via);
        let held: Vec<Vec<String>> =
            parts.iter().map(|p| p.packages.keys().map(ToString::to_string).collect()).collect();
        assert_eq!(held, [vec!["blinker", "flask"], vec!["pygments", "pytest"]]);
    }
}
