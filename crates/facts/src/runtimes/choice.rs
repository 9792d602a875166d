//! The runtime that "installable" is judged by.

use super::belonging::Place;
use super::statement::{Stated, kind};
use super::versions::Line;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// As far as it is written: `3.11`, `3.11.4`, `20`.
    pub version: String,
    /// `3.11`, `20`.
    pub line: String,
    /// Where it stands: `Dockerfile:1 FROM python:3.11-slim`.
    pub from: String,
}

pub(super) fn choose(component: &Place, stated: &[&Stated]) -> Option<Chosen> {
    let of = |kind: &'static str| stated.iter().copied().filter(move |s| s.is(kind));
    let exact = |kind: &'static str| of(kind).filter(|s| s.statement.exact && !s.versions.is_empty());
    // A version file lists its preferred version first; of several files the nearest counts.
    let near = |s: &&Stated| std::cmp::Reverse(nearness(component, s));
    let by_file = exact(kind::VERSION_FILE).min_by_key(near).and_then(|s| chosen(s, s.versions.first()?));
    // Of the stages of one file the last is what runs.
    let image = exact(kind::IMAGE).min_by_key(|s| {
        let name = s.statement.file.rsplit('/').next().unwrap_or_default().to_owned();
        (std::cmp::Reverse(nearness(component, s)), name.len(), name, std::cmp::Reverse(s.statement.line))
    });
    let image = || image.and_then(|s| chosen(s, s.versions.last()?));
    let highest = |kind: &'static str| {
        let all = exact(kind).flat_map(|s| s.versions.iter().map(move |v| (Line::read(v), s, v)));
        // The first place of the highest version.
        let best = all.clone().map(|(line, ..)| line).max()?;
        all.into_iter().find(|(line, ..)| *line == best).and_then(|(_, s, v)| chosen(s, v))
    };
    let lowest = || {
        let ranges = of(kind::REQUIRES).chain(of(kind::ENGINES));
        ranges.filter_map(|s| chosen(s, s.versions.first()?)).max_by_key(|c| Line::read(&c.version))
    };
    by_file
        .or_else(image)
        .or_else(|| highest(kind::CI))
        .or_else(|| highest(kind::TOOL))
        .or_else(lowest)
        .or_else(|| highest(kind::CLASSIFIERS))
}

/// Length of the path that the file shares with the component's folder.
fn nearness(component: &Place, stated: &Stated) -> usize {
    let folder = stated.statement.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.split('/').zip(component.folder.split('/')).take_while(|(a, b)| a == b && !a.is_empty()).count()
}

fn chosen(stated: &Stated, version: &str) -> Option<Chosen> {
    let line = super::versions::line(stated.runtime, version)?;
    Some(Chosen { version: version.to_owned(), line, from: stated.told() })
}
