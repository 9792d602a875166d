//! Which release of its runtime a component runs on, as far as its files say: the one answer for a check and a plan.
//!
//! What deploys it counts most (an image), then version files, then the one version that CI runs, then the one that its
//! lock was compiled with. A range is a promise to whoever installs the project and says nothing of what runs: then the
//! newest line that it admits is assumed.
//! Lives elsewhere: what the versions in use say of it (`crate::runtime`), which interpreters this machine has
//! (`engine::subject`).

use uplift_ecosystems::python::manifest::admits;
use uplift_model::Version;

use super::belonging::Place;
use super::node_range::NodeRange;
use super::statement::{Runtime, Stated, kind};
use super::{end_of_life, versions};

/// What a choice rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// An image, a version file, the one version that CI runs, or the header of the lock: this is what runs.
    Stated,
    /// CI or tox run several versions: each of them may be what runs.
    Tested,
    /// A range or classifiers, or nothing at all: what runs is not known.
    Assumed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// As far as it is written: `3.11`, `3.11.4`, `20`; of a range a line.
    pub version: String,
    /// `3.11`, `20`.
    pub line: String,
    /// Where it stands (`Dockerfile:1 FROM python:3.11-slim`), or `assumed:` and why.
    pub from: String,
    pub ground: Ground,
    /// Other lines that may be what runs, the likelier first; none where it is stated.
    pub others: Vec<String>,
}

/// Releases of a Python line that are tried against a range: more than any line has had.
const PATCHES: u64 = 60;

pub(super) fn choose(component: &Place, stated: &[&Stated], as_of: &str) -> Option<Chosen> {
    let of = |kind: &'static str| stated.iter().copied().filter(move |s| s.is(kind));
    let exact = |kind: &'static str| of(kind).filter(|s| s.statement.exact && !s.versions.is_empty());
    let near = |s: &&Stated| std::cmp::Reverse(nearness(component, s));
    // Of the stages of one file the last is what runs.
    let image = exact(kind::IMAGE).min_by_key(|s| {
        let name = s.statement.file.rsplit('/').next().unwrap_or_default().to_owned();
        (std::cmp::Reverse(nearness(component, s)), name.len(), name, std::cmp::Reverse(s.statement.line))
    });
    let image = image.and_then(|s| pinned(s, s.versions.last()?));
    // A version file lists its preferred version first; of several files the nearest counts.
    let by_file = || exact(kind::VERSION_FILE).min_by_key(near).and_then(|s| pinned(s, s.versions.first()?));
    let run = |kind: &'static str| tested(&exact(kind).collect::<Vec<_>>());
    let alone = |chosen: &Chosen| chosen.ground == Ground::Stated;
    let ranges = || of(kind::REQUIRES).filter_map(|s| s.range.as_deref());
    let compiled = || {
        let fits = |s: &&Stated| s.statement.lines.iter().all(|l| ranges().all(|r| holds(s.runtime, r, l)));
        let first = |s: &&Stated| (std::cmp::Reverse(nearness(component, s)), s.statement.file.len());
        exact(kind::LOCK).filter(fits).min_by_key(first).and_then(|s| pinned(s, s.versions.first()?))
    };
    image
        .or_else(by_file)
        .or_else(|| run(kind::CI).filter(alone))
        .or_else(compiled)
        .or_else(|| run(kind::CI))
        .or_else(|| run(kind::TOOL))
        .or_else(|| promised(&of(kind::REQUIRES).chain(of(kind::ENGINES)).collect::<Vec<_>>(), as_of))
        .or_else(|| listed(&of(kind::CLASSIFIERS).collect::<Vec<_>>()))
}

/// The line that is assumed where nothing at all is stated: the newest one that is supported on the day.
pub(crate) fn unstated(runtime: Runtime, as_of: &str) -> Chosen {
    let mut lines = end_of_life::in_use(runtime, as_of).into_iter().map(str::to_owned);
    let line = lines.next().unwrap_or_else(|| "3".to_owned());
    Chosen {
        version: line.clone(),
        from: format!("assumed: nothing states one, and {line} is the newest that is supported"),
        line,
        ground: Ground::Assumed,
        others: lines.collect(),
    }
}

/// Lines that the classifiers list, ascending.
pub(super) fn classified(stated: &[&Stated]) -> Vec<String> {
    let listed = stated.iter().filter(|s| s.is(kind::CLASSIFIERS));
    versions::sorted(listed.flat_map(|s| s.statement.lines.iter().cloned()))
}

/// Length of the path that the file shares with the component's folder.
fn nearness(component: &Place, stated: &Stated) -> usize {
    let folder = stated.statement.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.split('/').zip(component.folder.split('/')).take_while(|(a, b)| a == b && !a.is_empty()).count()
}

fn pinned(stated: &Stated, version: &str) -> Option<Chosen> {
    let line = versions::line(stated.runtime, version)?;
    Some(Chosen { version: version.to_owned(), line, from: stated.told(), ground: Ground::Stated, others: Vec::new() })
}

/// The highest that is run, at the first place that names it; it is what runs where it is the only line.
fn tested(stated: &[&Stated]) -> Option<Chosen> {
    let highest = highest(stated)?;
    let lines = versions::sorted(stated.iter().flat_map(|s| s.statement.lines.iter().cloned()));
    let others: Vec<String> = lines.into_iter().rev().filter(|l| *l != highest.line).collect();
    let ground = if others.is_empty() { Ground::Stated } else { Ground::Tested };
    Some(Chosen { ground, others, ..highest })
}

fn highest(stated: &[&Stated]) -> Option<Chosen> {
    let all = || stated.iter().flat_map(|s| s.versions.iter().map(move |v| (versions::Line::read(v), *s, v)));
    let best = all().map(|(line, ..)| line).max()?;
    all().find(|(line, ..)| *line == best).and_then(|(_, s, v)| pinned(s, v))
}

/// The newest line that every range admits, supported ones first. A range that admits one line only says what runs.
fn promised(stated: &[&Stated], as_of: &str) -> Option<Chosen> {
    let first = stated.first()?;
    let ranges: Vec<&str> = stated.iter().filter_map(|s| s.range.as_deref()).collect();
    let known = end_of_life::in_use(first.runtime, as_of);
    let admitted = |line: &&str| ranges.iter().all(|range| holds(first.runtime, range, line));
    let mut lines: Vec<String> = known.into_iter().filter(admitted).map(str::to_owned).collect();
    if lines.is_empty() {
        // Lines that this table does not know: the lowest that is named.
        return stated
            .iter()
            .filter_map(|s| pinned(s, s.versions.first()?))
            .max_by_key(|c| versions::Line::read(&c.version))
            .map(|c| Chosen { from: format!("assumed: {}", c.from), ground: Ground::Assumed, ..c });
    }
    if let Some(exact) = stated.iter().find(|s| s.statement.exact) {
        // `18` of npm is the line, not its first release.
        let written = versions::named(first.runtime, &exact.statement.written).filter(|n| n.exact).map(|n| n.version);
        return written.as_ref().or(exact.versions.first()).and_then(|version| pinned(exact, version));
    }
    let line = lines.remove(0);
    let told = stated.iter().map(|s| s.told()).collect::<Vec<_>>().join(" and ");
    if lines.is_empty() {
        let ground = Ground::Stated;
        return Some(Chosen { version: line.clone(), line, from: told, ground, others: lines });
    }
    let supported = if end_of_life::of(first.runtime, &line, as_of).passed { "" } else { " and that is supported" };
    Some(Chosen {
        version: line.clone(),
        from: format!("assumed: {told} pins none, and {line} is the newest that it admits{supported}"),
        line,
        ground: Ground::Assumed,
        others: lines,
    })
}

/// The highest that classifiers list.
fn listed(stated: &[&Stated]) -> Option<Chosen> {
    let highest = highest(stated)?;
    let lines = versions::sorted(stated.iter().flat_map(|s| s.statement.lines.iter().cloned()));
    let others = lines.into_iter().rev().filter(|l| *l != highest.line && l.contains('.')).collect();
    let from = format!("assumed: {} is the newest that is listed ({})", highest.version, highest.from);
    Some(Chosen { from, ground: Ground::Assumed, others, ..highest })
}

/// Whether a range admits any release of a line.
fn holds(runtime: Runtime, range: &str, line: &str) -> bool {
    match runtime {
        Runtime::Node => NodeRange::read(range).is_none_or(|r| r.admits(line)),
        Runtime::Python => {
            let patch = |patch: u64| Version::new(&format!("{line}.{patch}"));
            (0..=PATCHES).any(|p| patch(p).is_ok_and(|v| admits(range, &v)))
        }
    }
}
