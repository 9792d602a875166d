//! Release notes between the version in use and the target, read out of the artifacts themselves.
//!
//! Start reading at [`notes`]. `python` and `javascript` say where artifacts are, `archive` reads them in memory,
//! `candidates` knows changelogs by name, `changelog` takes their text apart, `collect` joins what several texts say,
//! `pages` reads what a package names as its changelog. Lives elsewhere: showing them (`report`), weighing that they
//! are missing (`decide::risk`).

pub(crate) mod archive;
mod candidates;
mod changelog;
mod collect;
mod javascript;
mod pages;
mod python;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uplift_ecosystems::javascript::client::Registries;
use uplift_model::notes::ReleaseNotes;
use uplift_model::{Datum, Ecosystem};
use uplift_sandbox::fetch::{Fetch, FetchError, Request, Response};

use crate::releases::Store;
use changelog::Wanted;
use changelog::number::Span;
use collect::Collected;

/// Largest artifact that is read, in bytes: the body limit for [`Doors::artifacts`].
pub const LARGEST_ARTIFACT: u64 = archive::PACKED;
/// Artifacts that are held at once.
const AT_ONCE: usize = 4;
/// Changes whenever notes are read differently, so that older readings are not taken for it.
const READING: u32 = 1;

/// One package whose notes are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub ecosystem: Ecosystem,
    pub name: String,
    /// The version in use, left out of the span. `None`: only the target's own notes are read.
    pub from: Option<String>,
    pub to: String,
}

/// Whom to ask.
#[derive(Debug, Clone, Copy)]
pub struct Doors<'a> {
    /// Keeps what was read; its door asks indexes and pages.
    pub store: &'a Store<'a>,
    /// Its limit on bodies is to be [`LARGEST_ARTIFACT`].
    pub artifacts: &'a Fetch,
    /// Python indexes in their order, without a slash at the end; may hold credentials. `Err`: why they are not known.
    pub indexes: &'a Result<Vec<String>, String>,
    pub registries: &'a Result<Registries, String>,
}

/// Where one artifact is.
struct Place {
    /// As it is told: `flask-3.1.2.tar.gz`.
    name: String,
    kind: &'static str,
    request: Request,
    sha256: Option<String>,
}

/// Artifacts of one release.
struct Sources {
    /// Versions that the index lists, in no order.
    versions: Vec<String>,
    /// The metadata beside a wheel, which cost little.
    metadata: Option<Place>,
    archive: Option<Place>,
    /// Read when there is no `archive`, or it cannot be had.
    other: Option<Place>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    reading: u32,
    notes: Datum<ReleaseNotes>,
}

/// One package on its way.
struct Work<'a> {
    asked: &'a Asked,
    span: Span,
    collected: Collected,
    sources: Option<Sources>,
    page: Option<String>,
    /// What of the artifacts could not be read.
    problems: Vec<String>,
}

/// Notes of each package asked for, in the same order.
///
/// [`Datum::None`] says that the artifacts were read and hold no changelog; whatever could not be asked or read is
/// [`Datum::NotRetrieved`] with the reason. What was found is kept for good, since artifacts never change.
pub fn notes(asked: &[Asked], doors: &Doors<'_>) -> Vec<Datum<ReleaseNotes>> {
    let mut answers: Vec<Option<Datum<ReleaseNotes>>> = asked.iter().map(|one| recalled(one, doors)).collect();
    let mut open: Vec<(usize, Work<'_>)> = Vec::new();
    for (at, (one, answer)) in asked.iter().zip(&mut answers).enumerate() {
        if answer.is_some() {
            continue;
        }
        match Span::new(one.ecosystem, one.from.as_deref(), &one.to) {
            Some(span) => open.push((at, Work::new(one, span))),
            None => *answer = Some(Datum::not_retrieved(format!("`{}` is no version", one.to))),
        }
    }
    find_sources(&mut open, doors);
    read_metadata(&mut open, doors);
    read_archives(&mut open, doors);
    read_pages(&mut open, doors);
    for (at, work) in open {
        let one = work.asked;
        let whole = work.problems.is_empty();
        let answer = work.finish();
        if whole && let Some(about) = about(one, doors) {
            doors.store.remember(&about, Kept { reading: READING, notes: answer.clone() });
        }
        if let Some(slot) = answers.get_mut(at) {
            *slot = Some(answer);
        }
    }
    answers.into_iter().map(|a| a.unwrap_or_else(|| Datum::not_retrieved("it was not asked for"))).collect()
}

/// Under which the answer is kept; nothing lies at this address.
fn about(asked: &Asked, doors: &Doors<'_>) -> Option<Request> {
    let home = match asked.ecosystem {
        Ecosystem::Python => doors.indexes.as_ref().ok()?.join(" "),
        Ecosystem::JavaScript => doors.registries.as_ref().ok()?.address(&asked.name).to_owned(),
    };
    let from = asked.from.as_deref().unwrap_or_default();
    Some(Request::new(format!("{home}/{}/#notes-from-{from}-to-{}", asked.name, asked.to)))
}

fn recalled(asked: &Asked, doors: &Doors<'_>) -> Option<Datum<ReleaseNotes>> {
    let kept = doors.store.recall::<Kept>(&about(asked, doors)?)?;
    (kept.reading == READING).then_some(kept.notes)
}

fn find_sources(open: &mut [(usize, Work<'_>)], doors: &Doors<'_>) {
    for ecosystem in [Ecosystem::Python, Ecosystem::JavaScript] {
        let mut mine: Vec<&mut Work<'_>> =
            open.iter_mut().map(|(_, work)| work).filter(|w| w.asked.ecosystem == ecosystem).collect();
        if mine.is_empty() {
            continue;
        }
        let asked: Vec<&Asked> = mine.iter().map(|w| w.asked).collect();
        let found = match ecosystem {
            Ecosystem::Python => python::sources(&asked, doors),
            Ecosystem::JavaScript => javascript::sources(&asked, doors),
        };
        for (work, found) in mine.iter_mut().zip(found) {
            match found {
                Ok(sources) => work.sources = Some(sources),
                Err(why) => work.problems.push(why),
            }
        }
    }
}

/// The long description first: a few kilobytes that sometimes tell everything.
fn read_metadata(open: &mut [(usize, Work<'_>)], doors: &Doors<'_>) {
    let mut mine: Vec<(&mut Work<'_>, Place)> = Vec::new();
    for (_, work) in open.iter_mut() {
        if let Some(place) = work.sources.as_mut().and_then(|s| s.metadata.take()) {
            mine.push((work, place));
        }
    }
    let answers = doors.store.get_all(mine.iter().map(|(_, place)| place.request.clone()).collect());
    for ((work, place), answer) in mine.into_iter().zip(answers) {
        // An index that serves none has the archive all the same.
        let Ok(response) = answer else { continue };
        let text = String::from_utf8_lossy(&response.body);
        if !text.get(..2000.min(text.len())).unwrap_or(&text).to_ascii_lowercase().contains("metadata-version:") {
            continue;
        }
        work.page = pages::of_metadata(&text);
        let mut collected = Collected::default();
        collected.metadata(&place.name, place.kind, &text, &work.wanted());
        let whole = collected.reaches && collected.has_notes();
        work.collected = collected;
        if let Some(sources) = &mut work.sources {
            // Wheels hold code and these metadata; the source distribution may hold more.
            sources.other = None;
            if whole {
                sources.archive = None;
            }
        }
    }
}

fn read_archives(open: &mut [(usize, Work<'_>)], doors: &Doors<'_>) {
    for second in [false, true] {
        let mut mine: Vec<(&mut Work<'_>, Place)> = Vec::new();
        for (_, work) in open.iter_mut() {
            let place = work.sources.as_mut().and_then(|sources| match second {
                false => sources.archive.take().or_else(|| sources.other.take()),
                true => sources.other.take(),
            });
            if let Some(place) = place
                && (!second || !work.problems.is_empty())
            {
                mine.push((work, place));
            }
        }
        for batch in mine.chunks_mut(AT_ONCE) {
            let answers = doors.artifacts.get_all(batch.iter().map(|(_, place)| place.request.clone()).collect());
            for ((work, place), answer) in batch.iter_mut().zip(answers) {
                match answer.map_err(|e| refused(place, &e)).and_then(|response| work.archive(place, &response)) {
                    Ok(()) => work.problems.clear(),
                    Err(why) => work.problems.push(why),
                }
            }
        }
    }
}

/// Why an artifact was not had, by the name that people know it by.
fn refused(place: &Place, error: &FetchError) -> String {
    match error {
        FetchError::TooLarge { .. } => {
            format!("`{}` is larger than the {} MiB that are read", place.name, LARGEST_ARTIFACT >> 20)
        }
        other => format!("{}: {other}", place.name),
    }
}

/// Where the artifacts tell nothing of the span, the page that they name as their changelog.
fn read_pages(open: &mut [(usize, Work<'_>)], doors: &Doors<'_>) {
    let mut mine: Vec<(&mut Work<'_>, String)> = Vec::new();
    for (_, work) in open.iter_mut() {
        let address = work.page.take().as_deref().and_then(pages::address);
        if let Some(address) = address.filter(|_| !work.collected.has_notes()) {
            mine.push((work, address));
        }
    }
    let answers = doors.store.get_all(mine.iter().map(|(_, address)| Request::new(address)).collect());
    for ((work, address), answer) in mine.into_iter().zip(answers) {
        match answer {
            Ok(response) => {
                let (text, form) =
                    pages::text(&response.body, response.content_type.as_deref().unwrap_or_default(), &address);
                let reading = changelog::read(&text, form, &work.wanted(), None);
                work.collected.add(reading, &address, "page");
            }
            Err(e) if e.is_not_found() => {}
            Err(e) => work.problems.push(format!("its artifacts tell nothing, and its changelog page: {e}")),
        }
    }
}

impl<'a> Work<'a> {
    fn new(asked: &'a Asked, span: Span) -> Self {
        Self { asked, span, collected: Collected::default(), sources: None, page: None, problems: Vec::new() }
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted { package: &self.asked.name, ecosystem: self.asked.ecosystem, span: &self.span }
    }

    /// Reads one archive.
    fn archive(&mut self, place: &Place, response: &Response) -> Result<(), String> {
        if let Some(stated) = &place.sha256 {
            let digest: String = Sha256::digest(&response.body).iter().map(|byte| format!("{byte:02x}")).collect();
            if !stated.eq_ignore_ascii_case(&digest) {
                return Err(format!("`{}` does not have the hash that the index states", place.name));
            }
        }
        let wants = |path: &str| candidates::candidate(path, &self.asked.name, &self.span).is_some();
        let texts = archive::texts(&place.name, &response.body, &wants).map_err(|e| e.to_string())?;
        let mut collected = Collected::default();
        collected.archive(&place.name, place.kind, &texts, &self.wanted());
        if collected.has_notes() || !self.collected.has_notes() {
            self.collected = collected;
        }
        let named = |path: &str| texts.iter().find(|t| t.path == path).map(|t| t.text.as_str());
        let page = named("package.json").and_then(pages::of_manifest);
        let page = page.or_else(|| named("PKG-INFO").and_then(pages::of_metadata));
        self.page = self.page.take().or(page);
        Ok(())
    }

    fn finish(self) -> Datum<ReleaseNotes> {
        let found = self.collected.has_notes();
        if !found && !self.problems.is_empty() {
            return Datum::not_retrieved(self.problems.join("; "));
        }
        let versions = self.sources.map(|s| s.versions).unwrap_or_default();
        Datum::answered(self.collected.finish(self.asked, &self.span, &versions))
    }
}
