//! Case folders of real changelogs, the shapes that no case has, and what no text may do.
//!
//! A case is a folder of `tests/data/notes`: `case.toml` asks, the text beside it answers, `expected.txt` says how it is
//! read. `UPLIFT_BLESS=1` writes what is read now; the difference is then read by a person.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    package: String,
    ecosystem: Ecosystem,
    from: String,
    to: String,
    text: String,
}

fn span(from: &str, to: &str) -> Span {
    Span::new(Ecosystem::Python, Some(from), to).unwrap()
}

fn told_as_text(reading: &Reading) -> String {
    let mut out = String::new();
    for release in &reading.releases {
        let date = release.date.as_deref().unwrap_or("no date");
        writeln!(out, "{} ({date})", release.version).unwrap();
        for note in &release.notes {
            writeln!(out, "  {:>4} {:<11} {}", note.line, format!("{:?}", note.kind).to_lowercase(), note.text)
                .unwrap();
        }
    }
    writeln!(out, "goes down to the version in use: {}", reading.reaches).unwrap();
    out
}

#[test]
fn every_real_changelog_is_read_as_its_case_says() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/notes");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(&root).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 20, "cases are missing: {}", folders.len());
    let mut wrong = Vec::new();
    for folder in folders {
        let case: Case = toml::from_str(&std::fs::read_to_string(folder.join("case.toml")).unwrap()).unwrap();
        let text = std::fs::read_to_string(folder.join(&case.text)).unwrap();
        let span = Span::new(case.ecosystem, Some(&case.from), &case.to).unwrap();
        let wanted = Wanted { package: &case.package, ecosystem: case.ecosystem, span: &span };
        let reading = if case.text == "METADATA" {
            let form = description::form(&text);
            let text = description::of_metadata(&text).unwrap();
            read(&description::changes(&text, form, &wanted).unwrap(), form, &wanted, None)
        } else {
            let named = case.text.rsplit_once('.').and_then(|(stem, _)| Number::read(case.ecosystem, stem));
            let named = named.map(|number| (number, case.to.clone()));
            read(&text, Form::of(&case.text), &wanted, named.as_ref())
        };
        let found = told_as_text(&reading);
        let place = folder.join("expected.txt");
        if std::env::var_os("UPLIFT_BLESS").is_some() {
            std::fs::write(&place, &found).unwrap();
        }
        if std::fs::read_to_string(&place).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", folder.file_name().unwrap().to_string_lossy()));
        }
    }
    assert!(wrong.is_empty(), "read differently than expected:\n{}", wrong.join("\n"));
}

type Notes = Vec<(NoteKind, String, u32)>;

fn notes_of(text: &str, form: Form, from: &str, to: &str) -> Vec<(String, Notes)> {
    let span = span(from, to);
    let wanted = Wanted { package: "demo", ecosystem: Ecosystem::Python, span: &span };
    let release = |t: Told| (t.version, t.notes.into_iter().map(|n| (n.kind, n.text, n.line)).collect());
    read(text, form, &wanted, None).releases.into_iter().map(release).collect()
}

#[test]
fn keep_a_changelog_is_cut_to_the_span_with_lines() {
    let text = "# Changelog\n\n## [Unreleased]\n\n- later\n\n## [2.0.0] - 2024-01-02\n\n### Added\n\n- A thing\n  that goes on\n\n### Removed\n\n- `old()`\n\n## [1.1.0] - 2023-01-01\n\n### Security\n\n- Escape names\n\n## [1.0.0]\n\n- first\n\n[2.0.0]: https://x.example\n";
    let found = notes_of(text, Form::Markdown, "1.0.0", "2.0.0");
    assert_eq!(
        found,
        [
            (
                "2.0.0".to_owned(),
                vec![
                    (NoteKind::Breaking, "old()".to_owned(), 16),
                    (NoteKind::Feature, "A thing that goes on".to_owned(), 11)
                ]
            ),
            ("1.1.0".to_owned(), vec![(NoteKind::Security, "Escape names".to_owned(), 22)]),
        ]
    );
}

#[test]
fn code_tables_comments_and_addresses_are_no_notes() {
    let text = "1.1\n---\n\n.. code-block:: python\n\n    x = 1\n\n.. _label:\n\n=== ===\na   b\n=== ===\n\n* kept::\n\n      muted\n\n* also kept\n\n  .. note:: said aside\n\n<!-- a\ncomment -->\n";
    let found = notes_of(text, Form::Rest, "1.0", "1.1");
    let texts: Vec<&str> = found[0].1.iter().map(|n| n.1.as_str()).collect();
    assert_eq!(texts, ["kept:", "also kept said aside"]);
}

#[test]
fn items_that_name_a_release_open_it() {
    let text = "=========\nChangelog\n=========\n\n* :release:`1.1.0 <2022-11-04>`\n* :feature:`12` Add a way in\n* :bug:`-` Mend it\n* :release:`1.0.0 <2022-01-01>`\n* :bug:`3` Old\n";
    let found = notes_of(text, Form::Rest, "1.0.0", "1.1.0");
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].1,
        [(NoteKind::Feature, "#12 Add a way in".to_owned(), 6), (NoteKind::Fix, "Mend it".to_owned(), 7)]
    );
    let text = "* 1.1\n  BACKWARDS INCOMPATIBLE CHANGES\n    * `run` takes no name\n  OTHER CHANGES\n    * Slept\n* 1.0\n    * x\n";
    let found = notes_of(text, Form::Unknown, "1.0", "1.1");
    assert_eq!(
        found[0].1,
        [(NoteKind::Breaking, "run takes no name".to_owned(), 3), (NoteKind::Other, "Slept".to_owned(), 5)]
    );
}

#[test]
fn a_file_of_one_release_is_read_by_its_name_with_sections_of_sections() {
    let text = "================\nDemo 1.1 notes\n================\n\n*December 4, 2023*\n\nWelcome to it, dear reader.\n\nWhat's new in Demo 1.1\n======================\n\nMinor features\n--------------\n\n* A door opens.\n\nBackwards incompatible changes in 1.1\n=====================================\n\nMiscellaneous\n-------------\n\n* The window is shut.\n";
    let span = span("1.0", "1.1");
    let wanted = Wanted { package: "demo", ecosystem: Ecosystem::Python, span: &span };
    let named = (Number::read(Ecosystem::Python, "1.1").unwrap(), "1.1".to_owned());
    let reading = read(text, Form::Rest, &wanted, Some(&named));
    let told: Vec<(NoteKind, &str)> = reading.releases[0].notes.iter().map(|n| (n.kind, n.text.as_str())).collect();
    assert_eq!(reading.releases[0].date.as_deref(), Some("December 4, 2023"));
    assert_eq!(
        told,
        [
            (NoteKind::Breaking, "The window is shut."),
            (NoteKind::Other, "Welcome to it, dear reader."),
            (NoteKind::Feature, "A door opens."),
        ]
    );
}

#[test]
fn a_long_note_is_cut_to_500_characters() {
    let text = format!("## 1.1\n\n- {}\n", "é".repeat(2000));
    let found = notes_of(&text, Form::Markdown, "1.0", "1.1");
    assert_eq!(found[0].1[0].1.chars().count(), 500);
    assert!(found[0].1[0].1.ends_with('…'));
}

#[test]
fn half_a_mebibyte_of_anything_is_read_in_a_time_that_does_not_run_away() {
    let span = span("1.0", "9.0");
    let wanted = Wanted { package: "demo", ecosystem: Ecosystem::Python, span: &span };
    for unit in [
        "## 2.0\n\n- a\n",
        "[",
        "`",
        "<a ",
        "* ",
        "_",
        "1.1\n---\n",
        "- x\n  - y\n",
        ":role:`",
        "(",
        "|a",
        "\n",
        ".. x\n",
        "#",
        "\\",
    ] {
        let text = format!("## 1.1\n\n{}", unit.repeat((512 << 10) / unit.len()));
        let began = Instant::now();
        for form in [Form::Markdown, Form::Rest, Form::Unknown] {
            let _ = read(&text, form, &wanted, None);
        }
        // Seconds where nobody else works; whatever is quadratic takes hours.
        assert!(began.elapsed() < Duration::from_secs(240), "{unit:?} took {:?}", began.elapsed());
    }
}

proptest! {
    #[test]
    fn no_text_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600), markup in "[#=*`_\\[\\](){}<>:.|~^ \\-\n0-3vaé!&]{0,400}", from in "[0-9.]{1,4}") {
        let text = String::from_utf8_lossy(&bytes);
        for ecosystem in [Ecosystem::Python, Ecosystem::JavaScript] {
            let Some(span) = Span::new(ecosystem, Some(&from), "3.0.0") else { continue };
            let wanted = Wanted { package: "demo", ecosystem, span: &span };
            for text in [text.as_ref(), &markup] {
                for form in [Form::Markdown, Form::Rest, Form::Unknown] {
                    let reading = read(text, form, &wanted, None);
                    for release in &reading.releases {
                        prop_assert!(span.holds(&release.number));
                        for note in &release.notes {
                            prop_assert!(note.text.chars().count() <= 500 && !note.text.chars().any(char::is_control));
                            prop_assert!(usize::try_from(note.line).unwrap() <= text.lines().count());
                        }
                    }
                    let _ = description::changes(text, form, &wanted);
                }
                let _ = (description::of_metadata(text), description::form(text));
            }
        }
    }

    #[test]
    fn items_of_a_release_come_out_whole_and_in_their_place(items in proptest::collection::vec("[A-Za-z]{3,12}( [a-z]{2,8}){0,4}", 1..12)) {
        let mut text = "# Changelog\n\n## 2.0.0 (2024-01-01)\n\n".to_owned();
        for item in &items {
            text.push_str(&format!("- {item}\n"));
        }
        text.push_str("\n## 1.0.0\n\n- first\n");
        let found = notes_of(&text, Form::Markdown, "1.0.0", "2.0.0");
        let mut lines: Vec<(u32, String)> = found[0].1.iter().map(|n| (n.2, n.1.clone())).collect();
        lines.sort();
        let expected: Vec<(u32, String)> = items.iter().enumerate().map(|(at, i)| (5 + u32::try_from(at).unwrap(), i.clone())).collect();
        prop_assert_eq!(lines, expected);
    }
}
