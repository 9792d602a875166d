//! Requirements files that are locks of their own: written by `pip freeze`, they pin all that they need.
//!
//! Lives here: telling them from files of wishes, by the resolver's answer about who wants what. No tools, no disk.
//! Lives elsewhere: writing them (`crate::python::relock`), the other environments (`super::environment`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::{PackageName, Solution};

use super::{Component, EnvironmentSource, ManifestFile, Pinned};
use crate::python::manifest::{self, Source, Stated};

impl Component {
    /// The question that [`Self::frozen`] needs the answer of: every line of the requirements files. `None` when no file
    /// can be complete.
    pub fn lines_to_freeze(&self) -> Option<Vec<String>> {
        let EnvironmentSource::Requirements { files, constraints } = &self.environment else { return None };
        let all: Vec<&ManifestFile> = files.iter().filter_map(|f| self.manifest(f)).collect();
        if !constraints.is_empty() || !all.iter().any(|f| pins_only(f)) {
            return None;
        }
        let line = |s: &Stated| {
            let extras = if s.extras.is_empty() { String::new() } else { format!("[{}]", s.extras.join(",")) };
            let marker = s.marker.as_ref().map(|m| format!(" ; {m}")).unwrap_or_default();
            match &s.source {
                Source::Url(url) => Some(format!("{}{extras} @ {url}{marker}", s.name)),
                Source::Index | Source::Named(_) => Some(format!("{}{extras}{}{marker}", s.name, s.pep440)),
                Source::Path(_) | Source::Workspace => None,
            }
        };
        Some(all.iter().flat_map(|f| &f.manifest.stated).filter_map(line).collect())
    }

    /// The component with its frozen files told from the others; as it was when there are none.
    ///
    /// `solution` and `via` answer [`Self::lines_to_freeze`]; `imported` tells whether the project imports a package.
    pub fn frozen(
        mut self,
        solution: &Solution,
        via: &BTreeMap<PackageName, Vec<PackageName>>,
        imported: &dyn Fn(&PackageName) -> bool,
    ) -> Self {
        let EnvironmentSource::Requirements { files, .. } = &self.environment else { return self };
        let files = files.clone();
        let manifests: Vec<&ManifestFile> = files.iter().filter_map(|f| self.manifest(f)).collect();
        let mut known: BTreeSet<&PackageName> = BTreeSet::new();
        let mut complete = Vec::new();
        let mut carried: BTreeSet<&PackageName> = BTreeSet::new();
        for file in &manifests {
            let own: BTreeSet<&PackageName> = file.manifest.stated.iter().map(|s| &s.name).collect();
            known.extend(&own);
            // What the file's packages want, and which of it is pinned there or in a file before it.
            let wanted: BTreeSet<&PackageName> =
                via.iter().filter(|(_, parents)| parents.iter().any(|p| own.contains(p))).map(|(n, _)| n).collect();
            if pins_only(file) && wanted.iter().all(|w| known.contains(w)) && wanted.iter().any(|w| own.contains(w)) {
                complete.push(file.path.clone());
                carried.extend(own.intersection(&wanted));
            }
        }
        if complete.is_empty() {
            return self;
        }
        let wished = |f: &&&ManifestFile| !complete.contains(&f.path);
        let elsewhere: BTreeSet<&PackageName> =
            manifests.iter().filter(wished).flat_map(|f| f.manifest.stated.iter().map(|s| &s.name)).collect();
        let mut direct: BTreeSet<PackageName> = known
            .iter()
            .filter(|n| !carried.contains(**n) || elsewhere.contains(**n) || imported(n))
            .map(|n| (*n).clone())
            .collect();
        // Packages that want one another, and that nobody else wants, would be lost.
        let lost: Vec<PackageName> = known
            .iter()
            .filter(|n| solution.packages.contains_key(**n) && !reached(n, &direct, via))
            .map(|n| (*n).clone())
            .collect();
        direct.extend(lost);
        self.notes.push(format!("{} pins all that it needs; it is kept complete", complete.join(", ")));
        let pins = solution.packages.iter().map(|(name, version)| Pinned {
            name: name.clone(),
            version: Some(version.clone()),
            url: None,
            marker: None,
        });
        let urls = solution.urls.iter().map(|(name, url)| Pinned {
            name: name.clone(),
            version: None,
            url: Some(url.clone()),
            marker: None,
        });
        self.locked = Some(pins.chain(urls).collect());
        self.environment = EnvironmentSource::Frozen { files, complete, direct };
        self
    }
}

/// Every line is an exact pin or a direct reference, and there are several.
fn pins_only(file: &ManifestFile) -> bool {
    let stated = &file.manifest.stated;
    stated.len() > 1
        && stated
            .iter()
            .all(|s| manifest::pinned(&s.pep440).is_some() || !matches!(s.source, Source::Index | Source::Named(_)))
}

/// Whether `name` is one of `direct` or wanted by one, over any number of steps.
fn reached(name: &PackageName, direct: &BTreeSet<PackageName>, via: &BTreeMap<PackageName, Vec<PackageName>>) -> bool {
    let (mut open, mut seen) = (vec![name], BTreeSet::new());
    while let Some(at) = open.pop() {
        if direct.contains(at) {
            return true;
        }
        if seen.insert(at) {
            open.extend(via.get(at).into_iter().flatten());
        }
    }
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::python::discover::components;

    fn component(files: &[(&str, &str)]) -> Component {
        let names: Vec<String> = files.iter().map(|(n, _)| (*n).to_owned()).collect();
        let read = |path: &str| files.iter().find(|(n, _)| *n == path).map(|(_, t)| t.as_bytes().to_vec());
        components(&names, &read).remove(0)
    }

    fn answer(pins: &[(&str, &str, &[&str])]) -> (Solution, BTreeMap<PackageName, Vec<PackageName>>) {
        let name = |n: &str| PackageName::new(n).unwrap();
        let packages = pins.iter().map(|(n, v, _)| (name(n), v.parse().unwrap())).collect();
        let via = pins.iter().map(|(n, _, parents)| (name(n), parents.iter().map(|p| name(p)).collect())).collect();
        (Solution { packages, urls: BTreeMap::new() }, via)
    }

    fn direct(component: &Component) -> Vec<String> {
        let EnvironmentSource::Frozen { direct, .. } = &component.environment else {
            panic!("{:?}", component.environment)
        };
        direct.iter().map(ToString::to_string).collect()
    }

    const FLASK: &[(&str, &str, &[&str])] =
        &[("flask", "2.2.5", &[]), ("jinja2", "3.1.2", &["flask"]), ("markupsafe", "2.1.2", &["jinja2"])];

    #[test]
    fn a_freeze_is_a_lock_and_wishes_are_what_nobody_else_wants() {
        let freeze = component(&[("requirements.txt", "Flask==2.2.5\nJinja2==3.1.2\nMarkupSafe==2.1.2\n")]);
        assert_eq!(freeze.lines_to_freeze().unwrap(), ["flask==2.2.5", "jinja2==3.1.2", "markupsafe==2.1.2"]);
        let (solution, via) = answer(FLASK);
        let frozen = freeze.clone().frozen(&solution, &via, &|_| false);
        assert_eq!(direct(&frozen), ["flask"]);
        assert_eq!(frozen.locked.unwrap().len(), 3);
        let imported = freeze.frozen(&solution, &via, &|n| n.as_str() == "jinja2");
        assert_eq!(direct(&imported), ["flask", "jinja2"]);
    }

    #[test]
    fn pins_without_what_they_need_are_wishes() {
        let wishes = component(&[("requirements.txt", "flask==2.2.5\njinja2==3.1.2\n")]);
        let (solution, via) = answer(FLASK);
        assert_eq!(wishes.clone().frozen(&solution, &via, &|_| false), wishes);
        assert_eq!(component(&[("requirements.txt", "flask>=2\njinja2==3.1.2\n")]).lines_to_freeze(), None);
    }

    #[test]
    fn tools_beside_a_freeze_stay_wishes() {
        let both = component(&[
            ("requirements.txt", "flask==2.2.5\njinja2==3.1.2\nmarkupsafe==2.1.2\n"),
            ("requirements-dev.txt", "-r requirements.txt\npytest\n"),
        ]);
        let (solution, via) = answer(&[FLASK, &[("pytest", "8.0", &[]), ("pluggy", "1.0", &["pytest"])]].concat());
        let frozen = both.frozen(&solution, &via, &|_| false);
        assert_eq!(direct(&frozen), ["flask", "pytest"]);
        assert!(frozen.notes.iter().any(|n| n.starts_with("requirements.txt pins all")));
    }
}
