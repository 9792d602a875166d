//! Release notes of one package on a terminal: what breaks and what secures first, in a dozen lines, each with its source.

use uplift_model::Datum;
use uplift_model::notes::{Note, NoteKind, ReleaseNotes};

use super::lines::{cut, paragraph};
use crate::clean;
use crate::numbers::{count, list};
use crate::view::{Tone, View};

/// Lines of notes that are shown; JSON has them all.
const LINES: usize = 12;

/// What the releases between the version in use and the target say of themselves.
pub(super) fn release_notes(notes: &Datum<ReleaseNotes>, view: &View) -> String {
    let say = |text: &str, tone: Tone| paragraph(view, "  release notes: ", &clean::line(text), tone);
    match notes {
        Datum::NotRetrieved { why } => say(&format!("not retrieved: {why}"), Tone::Held),
        Datum::None => say("none: its artifacts hold no changelog, and they name no page of one", Tone::Plain),
        Datum::Found { value } => found(value, view, &say),
    }
}

/// How grave a note is: what is shown first.
fn order(kind: NoteKind) -> (usize, &'static str) {
    match kind {
        NoteKind::Breaking => (0, "breaking"),
        NoteKind::Security => (1, "security"),
        NoteKind::Deprecated => (2, "deprecated"),
        NoteKind::Feature => (3, "feature"),
        NoteKind::Performance => (4, "performance"),
        NoteKind::Fix => (5, "fix"),
        NoteKind::Other => (6, "other"),
    }
}

fn found(notes: &ReleaseNotes, view: &View, say: &dyn Fn(&str, Tone) -> String) -> String {
    let from = notes.from.as_ref().map(|from| format!("after {from} ")).unwrap_or_default();
    let span = format!("{from}up to {}", notes.to);
    let mut all: Vec<(&str, &Note)> =
        notes.releases.iter().flat_map(|r| r.notes.iter().map(|n| (r.version.as_str(), n))).collect();
    if all.is_empty() {
        let read: Vec<&str> = notes.sources.iter().map(|s| s.name.as_str()).collect();
        return say(&format!("nothing is said of the releases {span} in {}", list(&read)), Tone::Plain);
    }
    all.sort_by_key(|(_, note)| order(note.kind).0);
    let of = |kind: NoteKind| all.iter().filter(|(_, n)| n.kind == kind).count();
    let mut parts = vec![count(all.len(), "note")];
    parts.extend(
        [(NoteKind::Breaking, "breaking"), (NoteKind::Security, "of security"), (NoteKind::Deprecated, "deprecating")]
            .into_iter()
            .filter(|(kind, _)| of(*kind) > 0)
            .map(|(kind, word)| format!("{} {word}", of(kind))),
    );
    let told = notes.releases.iter().filter(|r| !r.notes.is_empty()).count();
    let mut page = say(&format!("{span}: {}, in {}", parts.join(", "), count(told, "release")), Tone::Plain);
    let room = LINES - usize::from(all.len() > LINES);
    for (version, note) in all.iter().take(room) {
        page.push_str(&one(notes, version, note, view));
    }
    if all.len() > room {
        let more = format!("    and {} more (--format json)\n", all.len() - room);
        page.push_str(&view.paint(Tone::Quiet, &more));
    }
    if !notes.silent.is_empty() {
        let some: Vec<&str> = notes.silent.iter().take(8).map(String::as_str).collect();
        let rest = notes.silent.len() - some.len();
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        page.push_str(&say(&format!("nothing is said of {}{rest}", list(&some)), Tone::Quiet));
    }
    page
}

/// `breaking 3.0.0 The thing is gone  (flask-3.1.2.tar.gz: CHANGES.rst:12)`, in one line.
fn one(notes: &ReleaseNotes, version: &str, note: &Note, view: &View) -> String {
    let source = notes.sources.get(note.source).map(|s| s.name.as_str()).unwrap_or_default();
    // The archive's name is told by JSON; the file within it is what a reader opens.
    let file = source.rsplit_once(": ").map_or(source, |(_, file)| file);
    let (rank, word) = order(note.kind);
    let tone = match rank {
        0 | 1 => Tone::Bad,
        2 => Tone::Held,
        _ => Tone::Plain,
    };
    let place = clean::line(&format!("({file}:{})", note.line));
    let place = cut(&place, 40);
    let head = format!("    {word:<11} {} ", clean::line(version));
    let room = view.columns().saturating_sub(head.chars().count() + place.chars().count() + 1).max(24);
    let text = cut(&clean::line(&note.text), room);
    format!("{}{text} {}\n", view.paint(tone, &head), view.paint(Tone::Quiet, &place))
}

#[cfg(test)]
mod tests {
    use uplift_model::Ecosystem;
    use uplift_model::notes::{NotesOf, NotesSource};

    use super::*;

    fn sample(count: usize) -> ReleaseNotes {
        let note = |kind, text: &str, line| Note { kind, text: text.to_owned(), source: 0, line };
        let mut newest: Vec<Note> = (0..count).map(|n| note(NoteKind::Fix, "Mend a thing", 20 + n as u32)).collect();
        newest.insert(0, note(NoteKind::Feature, "A \u{1b}[31mred thing", 9));
        ReleaseNotes {
            package: "demo".to_owned(),
            ecosystem: Ecosystem::Python,
            from: Some("1.0".to_owned()),
            to: "2.1".to_owned(),
            releases: vec![
                NotesOf { version: "2.1".to_owned(), date: None, notes: newest },
                NotesOf {
                    version: "2.0".to_owned(),
                    date: None,
                    notes: vec![
                        note(
                            NoteKind::Breaking,
                            "`run` is gone, and everything that was built upon it for years is too",
                            40,
                        ),
                        note(NoteKind::Security, "Escape names", 41),
                    ],
                },
            ],
            sources: vec![NotesSource { name: "demo-2.1.tar.gz: CHANGES.rst".to_owned(), kind: "sdist".to_owned() }],
            silent: vec!["1.5".to_owned()],
        }
    }

    #[test]
    fn what_breaks_and_what_secures_comes_first_with_its_line() {
        let text = release_notes(&Datum::found(sample(1)), &View::new(80, false));
        let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} is not in\n{text}"));
        assert!(place("breaking    2.0 `run` is gone") < place("security    2.0 Escape names (CHANGES.rst:41)"));
        assert!(place("(CHANGES.rst:41)") < place("feature     2.1 A"));
        assert!(place("(CHANGES.rst:40)") < place("nothing is said of 1.5"));
        assert!(text.contains("1 breaking, 1 of security") && !text.contains('\u{1b}'), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn never_more_than_a_dozen_lines_of_notes() {
        for count in [9, 10, 200] {
            let text = release_notes(&Datum::found(sample(count)), &View::new(80, false));
            assert!(
                text.lines().filter(|l| l.starts_with("    ") && !l.starts_with("     ")).count() <= LINES,
                "{text}"
            );
            assert_eq!(text.contains("more (--format json)"), count > 9, "{text}");
        }
    }

    #[test]
    fn missing_notes_say_why_and_never_read_as_none() {
        let view = View::new(80, false);
        let missing = release_notes(&Datum::not_retrieved("the index did not answer"), &view);
        assert_eq!(missing, "  release notes: not retrieved: the index did not answer\n");
        assert!(release_notes(&Datum::None, &view).contains("none"));
    }
}
