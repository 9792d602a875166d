//! What is laid over the files: `NAME==VERSION`, `NAME>=VERSION`, `NAME@RANGE`, and the requirement lines that result.
//!
//! Lives here: reading an overlay, joining it with a Python component's statements. Lives elsewhere: asking (`super::ask`).

use std::collections::BTreeMap;
use std::str::FromStr;

use uplift_ecosystems::python::discover::{Component, EnvironmentSource};
use uplift_ecosystems::python::manifest::{self, Bump, ManifestKind, Policy, Source, Stated};
use uplift_model::compatibility::{Constraint, Overlay};
use uplift_model::plan::MendedPin;
use uplift_model::solution::Change;
use uplift_model::{Ecosystem, PackageName, Version};

/// One requirement in place of what the files say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlayItem {
    pub ecosystem: Ecosystem,
    /// As the ecosystem writes it; normalised for Python.
    pub name: String,
    pub extras: Vec<String>,
    /// `==2.5.1`, `>=2.0.0,<3`; for npm a range without the `@`.
    pub specifier: String,
}

/// A text that is no overlay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a requirement: {why}")]
pub struct BadOverlay {
    pub text: String,
    pub why: String,
}

impl FromStr for OverlayItem {
    type Err = BadOverlay;

    fn from_str(text: &str) -> Result<Self, BadOverlay> {
        let bad = |why: &str| BadOverlay { text: text.to_owned(), why: why.to_owned() };
        // The first character may be the `@` of a scope.
        if let Some((at, _)) = text.char_indices().skip(1).find(|(_, c)| *c == '@') {
            let (name, range) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default().trim());
            let plain = |c: char| c.is_ascii_alphanumeric() || "@/-_.~".contains(c);
            if name.trim().is_empty() || !name.chars().all(plain) {
                return Err(bad("what stands before the `@` is not the name of an npm package"));
            }
            if range.is_empty() {
                return Err(bad("there is no range behind the `@`"));
            }
            return Ok(Self {
                ecosystem: Ecosystem::JavaScript,
                name: name.to_owned(),
                extras: Vec::new(),
                specifier: range.to_owned(),
            });
        }
        let read = manifest::parse(ManifestKind::Requirements, text).map_err(|e| bad(&e.to_string()))?;
        let stated = match (read.stated.as_slice(), read.problems.first()) {
            (_, Some(problem)) => return Err(bad(&problem.message)),
            ([one], None) if one.source == Source::Index && one.marker.is_none() => one,
            _ => return Err(bad("write NAME==VERSION, NAME>=VERSION, or NAME@RANGE for npm")),
        };
        if stated.pep440.is_empty() {
            return Err(bad("it names no version; write NAME==VERSION, or NAME>=VERSION"));
        }
        Ok(Self {
            ecosystem: Ecosystem::Python,
            name: stated.name.to_string(),
            extras: stated.extras.clone(),
            specifier: stated.pep440.clone(),
        })
    }
}

/// One requirement of the set that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root {
    pub(super) name: PackageName,
    pub(super) extras: Vec<String>,
    /// On PEP 440's grammar; for a direct reference the URL.
    pub(super) specifier: String,
    pub(super) url: bool,
    pub(super) marker: Option<String>,
    /// `backend/requirements.txt:41`, `--set`, or words for a floor that was added.
    pub(super) place: String,
    /// The overlay names it.
    pub(super) named: bool,
}

impl Root {
    /// The line for the resolver.
    pub(super) fn line(&self) -> String {
        let extras = if self.extras.is_empty() { String::new() } else { format!("[{}]", self.extras.join(",")) };
        let marker = self.marker.as_ref().map(|m| format!(" ; {m}")).unwrap_or_default();
        let at = if self.url { " @ " } else { "" };
        format!("{}{extras}{at}{}{marker}", self.name, self.specifier)
    }

    pub(super) fn pinned(&self) -> Option<Version> {
        if self.url { None } else { manifest::pinned(&self.specifier) }
    }

    pub(super) fn admits(&self, version: &Version) -> bool {
        self.url || self.specifier.is_empty() || manifest::admits(&self.specifier, version)
    }

    /// The requirement as one side of a conflict.
    pub(super) fn constraint(&self) -> Constraint {
        Constraint {
            by: None,
            place: Some(self.place.clone()),
            on: self.name.to_string(),
            requires: format!("{}{}", self.name, self.specifier),
        }
    }
}

/// The set of a component with an overlay on top.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) roots: Vec<Root>,
    /// Lines of constraints files, less what the overlay replaces.
    pub(super) constraints: Vec<String>,
    pub(super) overlay: Vec<Overlay>,
}

/// What the files of `component` say.
pub(super) fn as_it_stands(component: &Component) -> Wanted {
    let roots = component.roots().into_iter().filter_map(|(file, stated)| root(&file.path, stated)).collect();
    let files: &[String] = match &component.environment {
        EnvironmentSource::Requirements { constraints, .. } => constraints,
        _ => &[],
    };
    let lines = files.iter().filter_map(|c| component.manifest(c)).flat_map(|f| &f.manifest.stated);
    let line = |s: &Stated| {
        let marker = s.marker.as_ref().map(|m| format!(" ; {m}")).unwrap_or_default();
        format!("{}{}{marker}", s.name, s.pep440)
    };
    Wanted { roots, constraints: lines.map(line).collect(), overlay: Vec::new() }
}

/// The set with the pins that a plan mends before anything else: what it starts from.
pub(super) fn mended(mut before: Wanted, pins: &[MendedPin]) -> Wanted {
    for root in before.roots.iter_mut().filter(|root| !root.url) {
        if let Some(pin) = pins.iter().find(|pin| pin.name == root.name && root.pinned().as_ref() == Some(&pin.from)) {
            root.specifier = format!("=={}", pin.to);
        }
    }
    before
}

/// The set with the lines of its constraints files as a plan edits them for packages that come along with its moves.
pub(super) fn raised(mut before: Wanted, along: &[Change]) -> Wanted {
    for line in &mut before.constraints {
        for (name, to) in along.iter().filter_map(|change| Some((&change.name, change.to.as_ref()?))) {
            let bump = [Bump { name: name.clone(), to: to.clone(), policy: Policy::Admit }];
            // What cannot be written stays as it is, there as here.
            if let Ok(edited) = manifest::edit(ManifestKind::Requirements, line, &bump) {
                *line = edited.text;
            }
        }
    }
    before
}

fn root(file: &str, stated: &Stated) -> Option<Root> {
    let (specifier, url) = match &stated.source {
        Source::Url(url) => (url.clone(), true),
        // The project's own folders: their requirements are stated beside them.
        Source::Path(_) | Source::Workspace => return None,
        Source::Index | Source::Named(_) => (stated.pep440.clone(), false),
    };
    Some(Root {
        name: stated.name.clone(),
        extras: stated.extras.clone(),
        specifier,
        url,
        marker: stated.marker.clone(),
        place: format!("{file}:{}", stated.line),
        named: false,
    })
}

/// The set with `items` in place of the statements of the same names; a name that nothing states is added.
pub(super) fn laid_over(before: &Wanted, items: &[OverlayItem]) -> Wanted {
    let mut items: Vec<&OverlayItem> = items.iter().filter(|i| i.ecosystem == Ecosystem::Python).collect();
    let mut merged: BTreeMap<PackageName, (String, Vec<String>)> = BTreeMap::new();
    items.sort_by_key(|i| i.name.clone());
    for item in items {
        let Ok(name) = PackageName::new(&item.name) else { continue };
        let entry = merged.entry(name).or_default();
        entry.0.clone_from(&item.specifier);
        entry.1.extend(item.extras.iter().cloned());
    }
    let mut wanted = Wanted { constraints: before.constraints.clone(), ..Wanted::default() };
    let named = |line: &String| merged.keys().any(|name| is_about(line, name));
    wanted.constraints.retain(|line| !named(line));
    for root in &before.roots {
        match merged.get(&root.name) {
            None => wanted.roots.push(root.clone()),
            Some((specifier, extras)) => {
                let mut both = root.extras.clone();
                both.extend(extras.iter().cloned());
                both.sort();
                both.dedup();
                wanted.roots.push(Root {
                    specifier: specifier.clone(),
                    extras: both,
                    url: false,
                    place: "--set".to_owned(),
                    named: true,
                    ..root.clone()
                });
            }
        }
    }
    for (name, (specifier, extras)) in merged {
        let replaced: Vec<&Root> = before.roots.iter().filter(|r| r.name == name).collect();
        wanted.overlay.push(Overlay {
            name: name.to_string(),
            requirement: format!("{name}{specifier}"),
            replaces: replaced.iter().map(|r| format!("{}{} ({})", r.name, r.specifier, r.place)).collect(),
        });
        if replaced.is_empty() {
            let root =
                Root { name, extras, specifier, url: false, marker: None, place: "--set".to_owned(), named: true };
            wanted.roots.push(root);
        }
    }
    wanted.roots.dedup();
    wanted
}

/// Whether a requirement line is about `name`.
fn is_about(line: &str, name: &PackageName) -> bool {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(line.len());
    line.get(..end).is_some_and(|n| PackageName::new(n).as_ref() == Ok(name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_overlay_makes_the_reader_panic(text in "(@|==|>=|\\[|\\]|;|[a-z0-9./ -]|\\PC){0,30}") {
            if let Ok(item) = text.parse::<OverlayItem>() {
                prop_assert!(!item.name.is_empty() && !item.specifier.is_empty());
                laid_over(&Wanted::default(), &[item]);
            }
        }
    }

    #[test]
    fn both_worlds_are_told_apart_by_the_at_sign() {
        let item = |text: &str| text.parse::<OverlayItem>().unwrap();
        let python = item("redis[asyncio]==5.2.0");
        assert_eq!(
            (python.ecosystem, python.name.as_str(), python.specifier.as_str()),
            (Ecosystem::Python, "redis", "==5.2.0")
        );
        assert_eq!(python.extras, ["asyncio"]);
        let npm = item("@vitejs/plugin-vue@^6.0.1 || 7");
        assert_eq!(
            (npm.ecosystem, npm.name.as_str(), npm.specifier.as_str()),
            (Ecosystem::JavaScript, "@vitejs/plugin-vue", "^6.0.1 || 7")
        );
        assert_eq!(item("vite@>=7").specifier, ">=7");
    }

    #[test]
    fn what_names_no_version_is_refused_with_what_to_write() {
        for bad in
            ["redis", "", "@scope/name", "a b==1", "x==1 ; python_version > '3'", "-r other.txt", "redis==", "vite@"]
        {
            assert!(bad.parse::<OverlayItem>().is_err(), "{bad:?}");
        }
        assert!("redis".parse::<OverlayItem>().unwrap_err().to_string().contains("NAME==VERSION"));
    }

    #[test]
    fn constraints_follow_what_comes_along() {
        let constraints = ["starlette==0.27.0 ; python_version < '4'", "anyio>=3", "idna<3"].map(str::to_owned);
        let before = Wanted { constraints: constraints.to_vec(), ..Wanted::default() };
        let change = |name: &str, to: Option<&str>| Change {
            name: PackageName::new(name).unwrap(),
            from: None,
            to: to.map(|to| Version::new(to).unwrap()),
        };
        let along = [change("starlette", Some("0.49.1")), change("anyio", Some("4.1")), change("idna", None)];
        let after = raised(before, &along);
        assert_eq!(after.constraints, ["starlette==0.49.1 ; python_version < '4'", "anyio>=3", "idna<3"]);
    }

    #[test]
    fn an_overlay_keeps_extras_and_says_what_it_replaces() {
        let root = |name: &str, extra: Option<&str>, line: u32| Root {
            name: PackageName::new(name).unwrap(),
            extras: extra.into_iter().map(str::to_owned).collect(),
            specifier: "==2.5.2".into(),
            url: false,
            marker: None,
            place: format!("r.txt:{line}"),
            named: false,
        };
        let before = Wanted {
            roots: vec![root("pydantic", None, 1), root("pydantic", Some("email"), 2), root("flask", None, 3)],
            constraints: vec!["pydantic<3".into(), "six>=1".into()],
            overlay: Vec::new(),
        };
        let items = ["pydantic==2.12.0", "new>=1"].map(|t| t.parse::<OverlayItem>().unwrap());
        let after = laid_over(&before, &items);
        let lines: Vec<String> = after.roots.iter().map(Root::line).collect();
        assert_eq!(lines, ["pydantic==2.12.0", "pydantic[email]==2.12.0", "flask==2.5.2", "new>=1"]);
        assert_eq!(after.constraints, ["six>=1"]);
        assert_eq!(after.overlay[1].replaces, ["pydantic==2.5.2 (r.txt:1)", "pydantic==2.5.2 (r.txt:2)"]);
    }
}
