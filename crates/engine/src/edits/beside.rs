//! Manifests beside the environment: files that state packages which move and are no part of the set that is solved. Each
//! is a set of its own, with the files that it takes in, and an edit must leave it one that resolves.
//!
//! Lives here: those sets before and after an edit, put to the resolver. Lives elsewhere: how far a package may go on their
//! account (`crate::planning`), the edits themselves (`super`).

use std::collections::BTreeSet;

use uplift_ecosystems::python::discover::ManifestFile;
use uplift_ecosystems::python::manifest::{self, IncludeKind, Manifest, Stated};
use uplift_ecosystems::python::resolve::{Answer, Conflict, Freshness, Question, Youngest};
use uplift_model::PackageName;

use crate::error::EngineError;
use crate::planning::shortened;
use crate::solver::{Solver, Wishes, line};

/// Text of a file, from the repository's root; `None`: there is none, or it is no text.
pub(crate) type Text<'t> = dyn Fn(&str) -> Option<String> + 't;

/// What is installed together on account of one manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set {
    pub(crate) stated: Vec<Stated>,
    constraints: Vec<String>,
}

/// What an edit does to the sets of a manifest.
#[derive(Debug)]
pub(crate) enum Fate {
    /// What resolved before does so after it.
    Fits,
    /// It did not resolve before either, or nobody can tell, for this reason.
    NeverDid(String),
    /// This set resolved before the edit and does not after it.
    Broken { set: Set, conflict: Conflict },
}

/// Manifests of the component that are no part of its set.
pub(crate) fn manifests<'s>(solver: &'s Solver<'_>) -> Vec<&'s ManifestFile> {
    let component = solver.component;
    let own = component.files();
    let beside = |file: &&ManifestFile| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        !own.contains(&file.path) && !component.environment.is_lock(&file.path) && !name.contains("constraint")
    };
    component.manifests.iter().filter(beside).collect()
}

/// Puts the sets of `file` to the resolver as they were and as they become; asks nothing where they are the same.
///
/// # Errors
/// When the resolver or the index did not answer; a refusal is an answer.
pub(crate) fn fate(
    solver: &Solver<'_>,
    file: &ManifestFile,
    before: &Text<'_>,
    after: &Text<'_>,
) -> Result<Fate, EngineError> {
    let (Some(old), Some(new)) = (Reader { file, text: before }.manifests(), Reader { file, text: after }.manifests())
    else {
        return Ok(Fate::Fits);
    };
    let (whole, changed) = (Set::of(&old, None), Set::of(&new, None));
    if whole.lines() == changed.lines() && whole.constraints == changed.constraints {
        return Ok(Fate::Fits);
    }
    let why = match ask(solver, &whole, &Wishes::new())? {
        Answer::Solved(_) => {
            return Ok(match ask(solver, &changed, &Wishes::new())? {
                Answer::Solved(_) => Fate::Fits,
                Answer::Refused(conflict) if conflict.is_silence() => Fate::NeverDid(shortened(&conflict.text)),
                Answer::Refused(conflict) => Fate::Broken { set: changed, conflict },
            });
        }
        Answer::Refused(conflict) => shortened(&conflict.text),
    };
    // Extras and groups need not go together: then each goes by itself with the main part.
    let mut parts = 0;
    for group in groups(&old) {
        let (part, changed) = (Set::of(&old, Some(&group)), Set::of(&new, Some(&group)));
        if !matches!(ask(solver, &part, &Wishes::new())?, Answer::Solved(_)) {
            continue;
        }
        parts += 1;
        if let Answer::Refused(conflict) = ask(solver, &changed, &Wishes::new())?
            && !conflict.is_silence()
        {
            return Ok(Fate::Broken { set: changed, conflict });
        }
    }
    Ok(if parts == 0 { Fate::NeverDid(why) } else { Fate::Fits })
}

/// Asks for the complete set, with wishes in place of what it states. What it pins is taken whatever its age; nothing
/// else may be too young.
///
/// # Errors
/// As [`fate`].
pub(crate) fn ask(solver: &Solver<'_>, set: &Set, wishes: &Wishes) -> Result<Answer, EngineError> {
    let mut roots: Vec<String> = set.stated.iter().filter_map(|stated| line(stated, wishes)).collect();
    roots.sort();
    roots.dedup();
    let pinned = |s: &&Stated| manifest::pinned(&s.pep440).is_some() && !wishes.contains_key(&s.name);
    let pins: BTreeSet<PackageName> = set.stated.iter().filter(pinned).map(|s| s.name.clone()).collect();
    let youngest = solver.age.get().and_then(crate::age::Age::youngest);
    let question = Question {
        roots,
        constraints: set.constraints.clone(),
        youngest: youngest.map(|y| Youngest {
            exempt: pins.into_iter().chain(y.exempt).collect::<BTreeSet<_>>().into_iter().collect(),
            ..y
        }),
        ..Question::default()
    };
    // Whether there is a set, the cache may tell; which is the newest, only the index.
    solver.ask(&question, if wishes.is_empty() { Freshness::CacheFirst } else { Freshness::Index })
}

/// Reads one manifest with what it takes in.
struct Reader<'r> {
    file: &'r ManifestFile,
    text: &'r Text<'r>,
}

/// Manifests that are installed together, and lines of the constraints files that they name.
type Read = (Vec<Manifest>, Vec<String>);

impl Reader<'_> {
    /// `None`: the manifest cannot be read.
    fn manifests(&self) -> Option<Read> {
        let own = manifest::parse(self.file.kind, &(self.text)(&self.file.path)?).ok()?;
        let (mut all, mut constraints) = (Vec::new(), Vec::new());
        let mut seen: BTreeSet<String> = BTreeSet::from([self.file.path.clone()]);
        let mut open = vec![ManifestFile { manifest: own, ..self.file.clone() }];
        while let Some(file) = open.pop() {
            let paths = |kind| file.includes(kind).map(|(path, _)| path).collect::<Vec<String>>();
            for path in paths(IncludeKind::Requirements).into_iter().filter(|path| seen.insert(path.clone())) {
                open.extend(self.requirements(path));
            }
            for path in paths(IncludeKind::Constraints).into_iter().filter(|path| seen.insert(path.clone())) {
                let stated = self.requirements(path).map(|file| file.manifest.stated).unwrap_or_default();
                constraints.extend(stated.iter().filter_map(|s| line(s, &Wishes::new())));
            }
            all.push(file.manifest);
        }
        Some((all, constraints))
    }

    fn requirements(&self, path: String) -> Option<ManifestFile> {
        let kind = manifest::ManifestKind::Requirements;
        let text = (self.text)(&path)?;
        let manifest = manifest::parse(kind, &text).ok()?;
        Some(ManifestFile { path, kind, text, manifest })
    }
}

impl Set {
    /// Everything, or the main part with one group and those that it takes in.
    fn of((manifests, constraints): &Read, group: Option<&str>) -> Self {
        let mut stated = Vec::new();
        for manifest in manifests {
            let taken = group.map(|group| with_taken(manifest, group));
            let takes = |s: &&Stated| s.group != "build" && taken.as_ref().is_none_or(|t| t.contains(s.group.as_str()));
            stated.extend(manifest.stated.iter().filter(takes).cloned());
        }
        Self { stated, constraints: constraints.clone() }
    }

    fn lines(&self) -> Vec<Option<String>> {
        self.stated.iter().map(|s| line(s, &Wishes::new())).collect()
    }
}

/// Groups by name, the main part first.
fn groups((manifests, _): &Read) -> Vec<String> {
    let named: BTreeSet<&str> = manifests.iter().flat_map(|m| &m.stated).map(|s| s.group.as_str()).collect();
    let more = named.into_iter().filter(|group| !matches!(*group, "main" | "build"));
    ["main"].into_iter().chain(more).map(str::to_owned).collect()
}

fn with_taken<'m>(manifest: &'m Manifest, group: &'m str) -> BTreeSet<&'m str> {
    let (mut taken, mut open) = (BTreeSet::from(["main"]), vec![group]);
    while let Some(at) = open.pop() {
        if taken.insert(at) || at == "main" {
            let included = manifest.group_includes.iter().filter(|i| i.group == at).map(|i| i.included.as_str());
            open.extend(included.filter(|included| !taken.contains(included)));
        }
    }
    taken
}
