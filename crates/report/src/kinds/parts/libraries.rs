//! One package in full: the state of every research field, and what its release notes say.

use std::collections::BTreeSet;

use uplift_model::analysis::{Availability, CurrentFrom, Pinning};
use uplift_model::dossier::Dossier;
use uplift_model::notes::{Note, NoteKind, ReleaseNotes};
use uplift_model::risk::Touching;
use uplift_model::{Datum, Risk};

use super::pairs::{Basis, Pair};
use super::symbols;
use super::words::{self, state};
use crate::document::{Block, Table, Target, Text, Tone};
use crate::numbers::count;

/// What is known of the release notes of a pair.
pub(crate) fn notes_of<'d>(dossier: &'d Dossier, pair: &Pair<'_>) -> Option<&'d Datum<ReleaseNotes>> {
    let found = dossier.notes.iter().find(|n| n.component == pair.component && n.package == pair.name);
    found.map(|found| &found.notes)
}

/// Vulnerabilities that the release notes in between say are fixed and that no source of advisories told of.
pub(crate) fn named_in_notes(dossier: &Dossier, pair: &Pair<'_>) -> Option<Text> {
    let notes = notes_of(dossier, pair)?.value()?;
    let told = pair.row.and_then(|row| row.advisories.value()).map(Vec::as_slice).unwrap_or_default();
    let known = |id: &str| {
        told.iter().any(|f| f.id.eq_ignore_ascii_case(id) || f.aliases.iter().any(|a| a.eq_ignore_ascii_case(id)))
    };
    let mut named = BTreeSet::new();
    for note in notes.releases.iter().flat_map(|release| &release.notes) {
        let words = note.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        named.extend(words.filter(|word| is_advisory(word) && !known(word)).map(str::to_ascii_uppercase));
    }
    let named: Vec<String> = named.into_iter().collect();
    (!named.is_empty()).then(|| {
        Text::from("The release notes say that ").code(named.join(", ")).plain(
            " was fixed in between; the sources of advisories that were asked do not list it for the version in use",
        )
    })
}

/// `CVE-2024-47081`, `GHSA-9hjg-9r4m-mvj7`.
fn is_advisory(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let digits = |text: &str| text.len() >= 4 && text.bytes().all(|b| b.is_ascii_digit());
    match parts.as_slice() {
        [cve, year, number] => cve.eq_ignore_ascii_case("CVE") && digits(year) && digits(number),
        [ghsa, rest @ ..] => {
            ghsa.eq_ignore_ascii_case("GHSA")
                && rest.len() == 3
                && rest.iter().all(|part| part.len() == 4 && part.bytes().all(|b| b.is_ascii_alphanumeric()))
        }
        [] => false,
    }
}

/// The table of every research field with its state: found, none found, or not retrieved with the reason. Needs
/// `advisories_table`, and [`places`] in the section [`usage_id`].
pub(crate) fn research(dossier: &Dossier, pair: &Pair<'_>) -> Table {
    let id = format!("research-{}", pair.id);
    let mut table =
        Table::new(id, "What was looked up, and how that went", &["Field", "State", "What"], "nothing was looked up");
    let mut field = |name: &str, (state, what): (Text, Text)| {
        let missing = matches!(what.0.first(), Some(crate::document::Span::Unknown(_)));
        let row = table.row(vec![Text::from(name), state, what]);
        row.tone = if missing { Tone::Unknown } else { Tone::Plain };
    };
    if let Some(row) = pair.row {
        let code = |v: &String| Text::new().code(v.clone());
        let plain = |v: &String| Text::from(v.clone());
        field("Newest release", state(&row.latest, code));
        field("Newest that can be installed here", state(&row.latest_installable, code));
        field("Released (version in use)", state(&row.released, plain));
        field("Released (target)", state(&row.target_released, plain));
        field("Availability of the version in use", state(&row.availability, |a| Text::from(availability(a))));
        field(
            "Deprecation",
            state(&row.deprecation, |d| {
                let successor = d.successor.as_ref().map(|s| format!("; successor: {s}")).unwrap_or_default();
                Text::from(format!("{}{successor}", d.message))
            }),
        );
        field(
            "Security: version in use",
            state(&row.advisories, |found| {
                let ids: Vec<String> = found.iter().map(|f| format!("{} ({})", f.id, f.severity)).collect();
                Text::from(if ids.is_empty() { "no advisory".to_owned() } else { ids.join(", ") })
            }),
        );
        field(
            "Use in the code",
            state(&row.usage, |u| {
                let places = format!("{} in {}", count(u.count, "place"), count(u.files, "file"));
                Text::new().link(places, Target::Here(usage_id(pair)))
            }),
        );
    }
    let effect = pair.assessment().map(|a| a.security.clone()).unwrap_or_else(|| Datum::not_retrieved("not weighed"));
    field(
        "Security: effect of the target",
        state(&effect, |e| {
            let counted = |list: &[Touching]| list.iter().filter(|t| !t.finding.is_set_aside()).count();
            let [removed, remaining, new] = [&e.removed, &e.remaining, &e.introduced].map(|list| counted(list));
            let told = format!("{} removed, {remaining} remaining, {new} introduced", count(removed, "advisory"));
            Text::new().link(told, Target::Here("advisories".to_owned()))
        }),
    );
    let unasked = Datum::not_retrieved("not asked");
    field(
        "Release notes",
        state(notes_of(dossier, pair).unwrap_or(&unasked), |notes| {
            let items: usize = notes.releases.iter().map(|r| r.notes.len()).sum();
            let silent = if notes.silent.is_empty() {
                String::new()
            } else {
                format!(", no word on {}", notes.silent.join(", "))
            };
            Text::from(format!("{} on {}{silent}", count(items, "note"), count(notes.releases.len(), "release")))
        }),
    );
    table
}

pub(crate) fn availability(availability: &Availability) -> String {
    match availability {
        Availability::Installable => "can be installed".to_owned(),
        Availability::SourceOnly => "only as a source distribution for this interpreter".to_owned(),
        Availability::Yanked { reason } => format!("withdrawn by its maintainers: {reason}"),
        Availability::NoDistribution { exists_for } => {
            format!("it exists, and nothing of it fits here; it exists for {}", Availability::tags(exists_for))
        }
        Availability::NoSuchVersion { nearest } => format!("never released; nearest: {}", nearest.join(", ")),
        Availability::NoSuchPackage => "the index does not know the package".to_owned(),
    }
}

/// In use, and how it is stated.
pub(crate) fn in_use(pair: &Pair<'_>) -> Text {
    let Some(row) = pair.row else {
        return pair.current.clone().map_or_else(|| Text::new().unknown("not stated"), |v| Text::new().code(v));
    };
    let pinning = match row.pinning {
        Pinning::Pinned => "pinned",
        Pinning::Bounded => "bounded on both sides",
        Pinning::Floor => "a lower bound only",
        Pinning::Unpinned => "not pinned",
        Pinning::Elsewhere => "from elsewhere",
    };
    let floor = row.floor.as_ref().map(|f| format!(", floor {f}")).unwrap_or_default();
    let from = match row.current_from {
        CurrentFrom::Locked => "by the lock",
        CurrentFrom::Pinned => "by an exact pin",
        CurrentFrom::Installed => "as installed beside it",
        CurrentFrom::Unknown => "no file says which version runs",
    };
    match &row.current_version {
        Some(version) => Text::new().code(version.clone()).plain(format!(" {from}; {pinning}{floor}")),
        None => Text::from(format!("{pinning}{floor}: ")).unknown(from),
    }
}

/// So many notes of one package are told; the JSON has all.
const TOLD: usize = 8;

/// Notes of some kinds, each with release and source: those that name what the code uses first, then as they stand, up to
/// [`TOLD`]; what was not retrieved is said so. `none`: what is said when the notes were read and hold nothing of these
/// kinds.
pub(crate) fn notes(dossier: &Dossier, pair: &Pair<'_>, kinds: &[NoteKind], none: &str) -> Block {
    let notes = match notes_of(dossier, pair) {
        None => return Block::Paragraph(Text::new().unknown("release notes: not asked")),
        Some(Datum::NotRetrieved { why }) => {
            return Block::Paragraph(Text::new().unknown(format!("release notes not retrieved: {why}")));
        }
        Some(Datum::None) => {
            return Block::Paragraph(Text::from("None found: the package publishes no release notes."));
        }
        Some(Datum::Found { value }) => value,
    };
    let of_kind = notes.releases.iter().flat_map(|release| {
        let own = release.notes.iter().filter(|note| kinds.contains(&note.kind));
        own.map(|note| (release.version.as_str(), note))
    });
    let all: Vec<(&str, &Note)> = of_kind.collect();
    let used = used_names(pair);
    let mut telling: Vec<(bool, &str, &Note)> = all
        .iter()
        .filter(|(_, note)| says_something(&note.text))
        .map(|(version, note)| (!names(&note.text).any(|name| used.contains(name)), *version, *note))
        .collect();
    telling.sort_by_key(|(elsewhere, ..)| *elsewhere);
    telling.truncate(TOLD);
    let sources: BTreeSet<usize> = telling.iter().map(|(.., note)| note.source).collect();
    let source = |at: usize| notes.sources.get(at).map_or("?", |source| source.name.as_str());
    let mut items: Vec<Text> = telling
        .iter()
        .map(|(_, version, note)| {
            let from = if sources.len() > 1 { format!("{}, ", source(note.source)) } else { String::new() };
            let line = Text::new().code(*version).plain(": ").plain(note.text.clone());
            line.plain(format!(" ({from}line {})", note.line))
        })
        .collect();
    let left = all.len() - telling.len();
    if items.is_empty() && left == 0 {
        let silent = if notes.silent.is_empty() {
            Text::new()
        } else {
            Text::from(" ").unknown(format!("no source mentions {}", notes.silent.join(", ")))
        };
        return Block::Paragraph(Text::from(none).and(silent));
    }
    let mut end = Text::new();
    if left > 0 {
        end = end.plain(format!("{} in ", count(left, "more note"))).code("--format json");
    }
    if let (1, Some(at)) = (sources.len(), sources.first()) {
        let read = if left > 0 { "; read in " } else { "Read in " };
        end = end.plain(read).code(source(*at));
    }
    if !end.is_empty() {
        items.push(end);
    }
    Block::List(items)
}

/// What is left of headings and references, `(gh-27789)`, `Attention`, tells nobody anything.
fn says_something(text: &str) -> bool {
    text.split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1).count() > 2
}

/// Words that can be names in code.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.filter(|word| word.len() > 3 && !word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Names that the code takes from the package: `array` of `numpy.array`; not the package's own.
fn used_names<'d>(pair: &Pair<'d>) -> BTreeSet<&'d str> {
    let Some(usage) = pair.row.and_then(|row| row.usage.value()) else { return BTreeSet::new() };
    let plain = ["import", "from", "require", "const", "with", "type"];
    let own = |name: &&str| {
        let package = name.eq_ignore_ascii_case(pair.name) || usage.modules.iter().any(|module| module == name);
        !package && !plain.contains(name)
    };
    usage.sites.iter().flat_map(|site| names(&site.what)).filter(own).collect()
}

/// What is known to break, from the distance, the risk's factors and the notes; never "none" on a guess.
pub(crate) fn breaking(dossier: &Dossier, pair: &Pair<'_>) -> Vec<Block> {
    let mut items = Vec::new();
    if let Basis::Planned { candidate, .. } = pair.basis
        && pair.symbols().is_none()
    {
        items.extend(candidate.breaking_changes.iter().map(|change| Text::from(change.clone())));
    }
    let telling = ["version-distance", "breaking-changes", "abi", "lockstep", "blast-radius"];
    let factors =
        pair.assessment().into_iter().flat_map(|a| &a.factors).filter(|f| telling.contains(&f.signal.as_str()));
    items.extend(factors.map(|factor| Text::from(factor.reason.clone())));
    let mut blocks = Vec::new();
    if let Some(risk) = pair.risk() {
        let tone = if risk == Risk::High { Tone::Warning } else { Tone::Plain };
        let score = pair.assessment().map(|a| format!(", {} of 100 points", a.score)).unwrap_or_default();
        blocks.push(Block::Callout(tone, Text::from(format!("Risk: {risk}{score}"))));
    }
    if !items.is_empty() {
        blocks.push(Block::List(items));
    }
    blocks.extend(symbols::symbols(&format!("symbols-{}", pair.id), pair.symbols()).map(Block::Table));
    blocks.extend(symbols::untold(pair.symbols()));
    let kinds = [NoteKind::Breaking, NoteKind::Deprecated];
    blocks.push(notes(dossier, pair, &kinds, "The release notes between the two versions name no breaking change."));
    let unknown = unknown(dossier, pair);
    if !unknown.is_empty() {
        blocks.push(Block::Paragraph(Text::from("Not known: ").unknown(unknown.join("; "))));
    }
    blocks
}

/// What the risk was weighed without. It was weighed before the release notes were asked for, so what is known of those
/// counts instead of what the weighing says.
pub(crate) fn unknown(dossier: &Dossier, pair: &Pair<'_>) -> Vec<String> {
    let notes = notes_of(dossier, pair);
    let told = |gap: &String| -> Option<String> {
        // Once the names in use were asked for, what is missing of them is their own.
        let asked = pair.symbols().is_some();
        let field = ["release notes", "breaking changes"].into_iter().find(|field| gap.starts_with(field));
        let field = field.filter(|field| !asked || *field == "release notes");
        match (field, notes) {
            (None, _) | (Some(_), None) => Some(gap.clone()),
            (Some(_), Some(Datum::Found { .. })) | (Some("release notes"), Some(Datum::None)) => None,
            (Some(field), Some(Datum::None)) => Some(format!("{field}: the package publishes no release notes")),
            (Some("release notes"), Some(Datum::NotRetrieved { why })) => {
                Some(format!("release notes: {}", without_addresses(why)))
            }
            (Some(field), Some(Datum::NotRetrieved { .. })) => Some(format!("{field}: no release notes were read")),
        }
    };
    let gaps = pair.assessment().into_iter().flat_map(|assessment| &assessment.unknown);
    gaps.filter(|gap| !gap.starts_with(super::sources::ORIGIN)).filter_map(told).collect()
}

/// A reason without the address that is of one package only, so that what is the same for all reads the same.
fn without_addresses(why: &str) -> String {
    let pieces = why.split('`').enumerate();
    let told = pieces.map(|(at, piece)| match at % 2 {
        1 if piece.contains("://") => "its address".to_owned(),
        1 => format!("`{piece}`"),
        _ => piece.to_owned(),
    });
    told.collect()
}

/// Id of the section that shows where the code uses a package.
pub(crate) fn usage_id(pair: &Pair<'_>) -> String {
    format!("library-breaking-{}", pair.id)
}

/// Where the code uses it, the first places.
pub(crate) fn places(pair: &Pair<'_>, most: usize) -> Option<Block> {
    let usage = pair.row?.usage.value()?;
    let items: Vec<Text> = usage
        .sites
        .iter()
        .take(most)
        .map(|site| Text::new().code(format!("{}:{}", site.file, site.line)).plain(" ").code(site.what.clone()))
        .collect();
    (!items.is_empty()).then(|| {
        let left = usage.count.saturating_sub(items.len());
        let summary = Text::from(format!(
            "Where the code uses it: {} in {}",
            count(usage.count, "place"),
            count(usage.files, "file")
        ));
        let mut blocks = vec![Block::List(items)];
        if left > 0 {
            blocks.push(Block::Paragraph(Text::from(format!("and {left} more"))));
        }
        Block::Details { summary, blocks }
    })
}

/// How far behind, how old, in words.
pub(crate) fn behind(pair: &Pair<'_>) -> Text {
    let mut text = words::distance(pair.distance());
    if let Some(behind) = pair.behind() {
        let of =
            |lines: u64, which: &str| format!("{} and ", count(usize::try_from(lines).unwrap_or(usize::MAX), which));
        let lines = match (behind.majors, behind.minors) {
            (0, 0) => String::new(),
            (0, minors) => of(minors, "minor line"),
            (majors, _) => of(majors, "major line"),
        };
        text = text.plain(format!("; {lines}{} behind the newest", count(behind.releases, "release")));
    }
    match pair.row.and_then(|row| row.age_days) {
        Some(days) => text.plain(format!("; {} old", count(usize::try_from(days).unwrap_or(0), "day"))),
        None => text.plain("; ").unknown("age not known"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uplift_model::dossier::Dossier;

    use super::super::made_up::{Made, dossier, read};
    use crate::kinds::{Kind, write};

    fn with_notes(notes: &[&str], sites: &[&str]) -> String {
        let mut value = serde_json::to_value(dossier(&[Made::new("numpy", "backend")])).unwrap_or_default();
        let all: Vec<_> = notes
            .iter()
            .enumerate()
            .map(|(line, text)| json!({"kind": "feature", "text": text, "source": 0, "line": line + 1}))
            .collect();
        value["notes"] = json!([{"component": "backend", "package": "numpy", "notes": {"state": "found", "value": {
            "package": "numpy", "ecosystem": "python", "from": "1.4", "to": "9.0", "silent": [],
            "releases": [{"version": "9.0", "date": null, "notes": all}],
            "sources": [{"name": "numpy-9.0.tar.gz: NEWS", "kind": "sdist"}]}}}]);
        let sites: Vec<_> = sites.iter().map(|what| json!({"file": "a.py", "line": 1, "what": what})).collect();
        value["analysis"]["components"][0]["dependencies"][0]["usage"]["value"]["sites"] = json!(sites);
        let data: Dossier = serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}"));
        read(&write(Kind::Plan, &data)).text
    }

    #[test]
    fn of_many_notes_those_come_first_that_name_what_the_code_uses_and_the_rest_is_counted() {
        let many: Vec<String> = (0..40).map(|at| format!("a new thing that nobody here uses, number {at}")).collect();
        let mut notes: Vec<&str> = many.iter().map(String::as_str).collect();
        notes.push("a faster `histogram` for large arrays");
        let text = with_notes(&notes, &["import numpy as np", "np.histogram(values)"]);
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("`{what}` is not in {text}"));
        assert!(at("a faster `histogram`") < at("number 0"), "{text}");
        assert!(text.contains("number 6") && !text.contains("number 7 "), "{text}");
        assert!(text.contains("33 more notes in --format json; read in numpy-9.0.tar.gz: NEWS"), "{text}");
    }

    #[test]
    fn what_is_left_of_a_heading_is_no_note() {
        let text = with_notes(&["(gh-27789)", "Attention", "the default of `axis` is the last one"], &[]);
        assert!(!text.contains("gh-27789") && !text.contains("9.0: Attention"), "{text}");
        assert!(text.contains("the default of `axis`") && text.contains("2 more notes in"), "{text}");
    }
}
