//! What several texts say, joined: each release from the first text that tells of it.
//!
//! Lives here: the order of belief, and the form in which notes are handed out. Lives elsewhere: reading one text
//! (`changelog`), which texts there are (`candidates`).

use uplift_model::Ecosystem;
use uplift_model::notes::{Note, NotesOf, NotesSource, ReleaseNotes};

use super::archive::Text;
use super::candidates::{Candidate, Role, candidate};
use super::changelog::number::{Number, Span};
use super::changelog::{Reading, Told, Wanted, description, read};

/// Releases that are kept; the rest of a longer span is silent.
const RELEASES: usize = 400;

/// Notes in the making.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    sources: Vec<NotesSource>,
    /// A changelog that says nothing of the span: told where no other says more.
    mute: Option<NotesSource>,
    releases: Vec<(Told, usize)>,
    /// Some text goes down to the version in use.
    pub(crate) reaches: bool,
    /// Some text is a changelog, whatever it says of the span.
    pub(crate) is_changelog: bool,
}

impl Collected {
    /// Adds the texts of one archive, the most credible first.
    pub(crate) fn archive<'t>(&mut self, archive: &str, kind: &str, texts: &'t [Text], wanted: &Wanted<'_>) {
        let of = |text: &'t Text| Some((candidate(&text.path, wanted.package, wanted.span)?, text));
        let mut found: Vec<(Candidate, &Text)> = texts.iter().filter_map(of).collect();
        found.sort_by(|(a, left), (b, right)| (a.rank, &left.path).cmp(&(b.rank, &right.path)));
        for (candidate, text) in found {
            // A description repeats what a file of its own says better.
            if candidate.rank >= 80 && self.reaches {
                break;
            }
            let reading = match &candidate.role {
                Role::Changelog => read(&text.text, candidate.form, wanted, None),
                Role::OneRelease(number, version) => {
                    read(&text.text, candidate.form, wanted, Some(&(number.clone(), version.clone())))
                }
                Role::Readme => match description::changes(&text.text, candidate.form, wanted) {
                    Some(changes) => read(&changes, candidate.form, wanted, None),
                    None => continue,
                },
                Role::Metadata => {
                    self.metadata(&format!("{archive}: {}", text.path), kind, &text.text, wanted);
                    continue;
                }
                Role::Manifest => continue,
            };
            self.add(reading, &format!("{archive}: {}", text.path), kind);
        }
    }

    /// Adds what the long description of a package's metadata tells.
    pub(crate) fn metadata(&mut self, name: &str, kind: &str, metadata: &str, wanted: &Wanted<'_>) {
        let form = description::form(metadata);
        let changes = description::of_metadata(metadata).and_then(|text| description::changes(&text, form, wanted));
        if let Some(changes) = changes {
            self.add(read(&changes, form, wanted, None), name, kind);
        }
    }

    /// Adds what one text tells of releases that no text before it told.
    pub(crate) fn add(&mut self, reading: Reading, name: &str, kind: &str) {
        self.is_changelog |= reading.is_changelog;
        self.reaches |= reading.reaches;
        let place = self.sources.len();
        let mut used = false;
        for told in reading.releases {
            let full = self.releases.len() >= RELEASES;
            let known = self.releases.iter_mut().find(|(known, _)| known.number == told.number);
            match known {
                Some((known, source)) if known.notes.is_empty() && !told.notes.is_empty() => {
                    let date = known.date.take();
                    *known = told;
                    known.date = known.date.take().or(date);
                    *source = place;
                }
                Some(_) => continue,
                None if full => continue,
                None => self.releases.push((told, place)),
            }
            used = true;
        }
        let source = NotesSource { name: name.to_owned(), kind: kind.to_owned() };
        if used {
            self.sources.push(source);
        } else if reading.is_changelog && self.mute.is_none() {
            self.mute = Some(source);
        }
    }

    pub(crate) fn has_notes(&self) -> bool {
        self.releases.iter().any(|(told, _)| !told.notes.is_empty())
    }

    /// The notes; `None` when nothing that was read is a changelog. `known` are the versions that the index lists.
    pub(crate) fn finish(mut self, asked: &super::Asked, span: &Span, known: &[String]) -> Option<ReleaseNotes> {
        if !self.is_changelog {
            return None;
        }
        self.releases.sort_by(|(a, _), (b, _)| b.number.cmp(&a.number));
        if self.sources.is_empty() {
            self.sources.extend(self.mute.take());
        }
        let silent = silent(&self.releases, asked.ecosystem, span, known);
        let release = |(told, source): (Told, usize)| NotesOf {
            version: told.version,
            date: told.date,
            notes: told
                .notes
                .into_iter()
                .map(|line| Note { kind: line.kind, text: line.text, source, line: line.line })
                .collect(),
        };
        Some(ReleaseNotes {
            package: asked.name.clone(),
            ecosystem: asked.ecosystem,
            from: asked.from.clone(),
            to: asked.to.clone(),
            releases: self.releases.into_iter().map(release).collect(),
            sources: self.sources,
            silent,
        })
    }
}

/// Stable releases of the index within the span that no text mentions, ascending.
fn silent(told: &[(Told, usize)], ecosystem: Ecosystem, span: &Span, known: &[String]) -> Vec<String> {
    let mut missing: Vec<(Number, &String)> = known
        .iter()
        .filter_map(|version| Some((Number::read(ecosystem, version)?, version)))
        .filter(|(number, _)| span.holds(number) && !number.is_prerelease())
        .filter(|(number, _)| !told.iter().any(|(told, _)| told.number == *number))
        .collect();
    missing.sort();
    missing.dedup_by(|a, b| a.0 == b.0);
    missing.into_iter().map(|(_, version)| version.clone()).collect()
}
