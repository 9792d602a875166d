//! Documents that an upgrade makes wrong: which, for what, who writes them, and where they stand (row M12).
//!
//! Lives here: the rules, and the section that plan, update and initiative share. Whether a document is needed follows from
//! distance, class, notes and advisories of each package; what Uplift writes itself names its command.

use uplift_model::dossier::{Dossier, Subject};
use uplift_model::notes::NoteKind;
use uplift_model::{Datum, Distance};

use super::parts::{self, Pair};
use super::pieces;
use crate::document::{Block, Section, Table, Text, Tone};
use crate::numbers::list;

/// Packages that a row names; the table by package has all.
const NAMED: usize = 6;
/// Files that a row names.
const FILES: usize = 4;
const BY_PACKAGE: &str = "documents-by-package";

pub(super) fn section(dossier: &Dossier) -> Section {
    let pairs: Vec<Pair<'_>> = parts::pairs(dossier).into_iter().filter(|pair| is_told(dossier, pair)).collect();
    let columns = ["Document", "Needed for", "Because", "Who writes it", "Where it stands"];
    let mut table = Table::new("documents", "Documents to write or change", &columns, "");
    let needs: Vec<Vec<Subject>> = pairs.iter().map(|pair| needed(dossier, pair)).collect();
    for subject in Subject::ALL {
        let own = pairs.iter().zip(&needs).filter(|(_, needs)| needs.contains(&subject));
        let names: Vec<&str> = own.map(|(pair, _)| pair.name).collect();
        let runtimes = if subject == Subject::Environment { runtimes(dossier) } else { Vec::new() };
        let row = table.row(vec![
            Text::from(word(subject)),
            whom(&names, &runtimes),
            Text::from(if names.is_empty() && runtimes.is_empty() { "—" } else { because(subject) }),
            writer(dossier, subject),
            places(dossier, subject),
        ]);
        row.tone = match (names.is_empty() && runtimes.is_empty(), is_generated(subject)) {
            (true, _) => Tone::Plain,
            (false, true) => Tone::Good,
            (false, false) => Tone::Warning,
        };
    }
    let mut by_package = Table::new(BY_PACKAGE, "Documents by package", &["Package", "Component", "Documents"], "none");
    for (pair, needs) in pairs.iter().zip(&needs) {
        let words: Vec<&str> = needs.iter().map(|subject| word(*subject)).collect();
        by_package.row(vec![pair.name.into(), parts::component(dossier, pair.component).into(), list(&words).into()]);
    }
    let summary = Text::from("Documents by package");
    Section::new("documents-section", "Documents to write or change")
        .with(Block::Table(table))
        .with(Block::Details { summary, blocks: vec![Block::Table(by_package)] })
}

/// A run tells what it kept; without one everything that could move is told.
fn is_told(dossier: &Dossier, pair: &Pair<'_>) -> bool {
    dossier.run.as_ref().is_none_or(|run| {
        run.component == pair.component && run.kept.iter().any(|kept| kept.name.as_str() == pair.name)
    })
}

fn needed(dossier: &Dossier, pair: &Pair<'_>) -> Vec<Subject> {
    let major = pair.distance() == Some(Distance::Major);
    let notes = parts::notes_of(dossier, pair);
    let said = || notes.and_then(Datum::value).into_iter().flat_map(|notes| &notes.releases).flat_map(|one| &one.notes);
    let breaking = || said().filter(|note| matches!(note.kind, NoteKind::Breaking | NoteKind::Deprecated));
    // Notes that nobody could read are no reason to write nothing.
    let unread = notes.is_none_or(|notes| notes.missing().is_some());
    let class = pair.assessment().map_or("", |assessment| assessment.class.as_str());
    let native = pair.assessment().is_some_and(|a| a.factors.iter().any(|factor| factor.signal == "abi"));
    let removes = pair.assessment().and_then(|a| a.security.value()).is_some_and(|effect| !effect.removed.is_empty());
    let framework = class == "core framework";
    let rules = [
        (Subject::Changelog, true),
        (Subject::Migration, major && (unread || breaking().next().is_some())),
        (Subject::Usage, framework && major),
        (Subject::Environment, breaking().any(|note| is_setting(&note.text))),
        (Subject::Runbook, major && (framework || RUNS.contains(&class))),
        (Subject::Capacity, native || COSTS.contains(&class) || (framework && major)),
        (Subject::Security, removes || class == "security library"),
    ];
    rules.into_iter().filter(|(_, needed)| *needed).map(|(subject, _)| subject).collect()
}

/// Classes that operators meet: what they store in, watch by, or are paid through.
const RUNS: [&str; 3] = ["database library", "observability library", "payment library"];
/// Classes whose versions differ in memory and speed.
const COSTS: [&str; 3] = ["machine learning framework", "inference or media library", "numeric library"];

/// A note on what has to be set somewhere.
fn is_setting(text: &str) -> bool {
    let text = text.to_lowercase();
    ["environment variable", "env var", "setting", "configuration"].iter().any(|word| text.contains(word))
}

/// Runtimes that are out of support or stated in two ways, by component.
fn runtimes(dossier: &Dossier) -> Vec<String> {
    let mut all = Vec::new();
    for component in &dossier.analysis.components {
        for runtime in &component.runtimes {
            let ended = runtime.end_of_life.iter().any(|end| end.passed);
            if ended || !runtime.disagreements.is_empty() {
                all.push(format!("{} of {}", runtime.name, parts::component(dossier, &component.path)));
            }
        }
    }
    all
}

fn whom(names: &[&str], runtimes: &[String]) -> Text {
    let mut text = Text::new();
    if !names.is_empty() {
        let more = names.len().saturating_sub(NAMED);
        let named = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        text = text.count(names.len(), "package", BY_PACKAGE).plain(format!(": {named}{more}"));
    }
    if !runtimes.is_empty() {
        text = if text.is_empty() { text } else { text.plain("; ") };
        text = text.plain(format!("the runtime {}", runtimes.join(", ")));
    }
    if text.is_empty() { Text::from("nothing here") } else { text }
}

fn word(subject: Subject) -> &'static str {
    match subject {
        Subject::Changelog => "changelog",
        Subject::Migration => "migration guide",
        Subject::Usage => "usage",
        Subject::Environment => "environment",
        Subject::Runbook => "runbook",
        Subject::Capacity => "capacity",
        Subject::Security => "security note",
    }
}

fn because(subject: Subject) -> &'static str {
    match subject {
        Subject::Changelog => "every version that changes is told",
        Subject::Migration => "a major whose notes name breaking changes, or could not be read",
        Subject::Usage => "the interface of a framework changes by a major",
        Subject::Environment => "a runtime has to change, or notes name settings that do",
        Subject::Runbook => "what is stored in, watched by, paid through or served by changes by a major",
        Subject::Capacity => "compiled or serving code needs other memory or time",
        Subject::Security => "known vulnerabilities go, or security code changes",
    }
}

fn is_generated(subject: Subject) -> bool {
    matches!(subject, Subject::Changelog | Subject::Migration | Subject::Security)
}

fn writer(dossier: &Dossier, subject: Subject) -> Text {
    let run = dossier.run.as_ref().map_or("RUN", |run| run.run.as_str());
    let generated = |command: String| Text::from("Uplift: ").code(command);
    match subject {
        Subject::Changelog => generated(format!("uplift report changelog {run}")),
        Subject::Migration => generated("uplift report migration-guide".to_owned()),
        Subject::Security => generated(format!("uplift report update {run}")).plain(", what it fixed"),
        Subject::Environment => {
            Text::from("a person; places that state a runtime: ").code("uplift report migration-guide")
        }
        Subject::Usage | Subject::Runbook => Text::from("a person"),
        Subject::Capacity => Text::from("a person, from a measurement before and after"),
    }
}

fn places(dossier: &Dossier, subject: Subject) -> Text {
    let files = match &dossier.documents {
        Datum::Found { value } => value.as_slice(),
        Datum::None => &[],
        Datum::NotRetrieved { why } => return Text::new().unknown(why.clone()),
    };
    let own: Vec<&str> = files.iter().filter(|one| one.about == subject).map(|one| one.path.as_str()).collect();
    if own.is_empty() {
        return Text::from("no file of that name");
    }
    let shown: Vec<&str> = own.iter().take(FILES).copied().collect();
    match own.len().saturating_sub(FILES) {
        0 => pieces::codes(&shown),
        more => pieces::codes(&shown).plain(format!(" and {more} more")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::parts::made_up::{Made, dossier, read};
    use super::super::{Kind, write};

    /// The rows of the table: document, needed for, who writes it, where it stands.
    fn rows(change: impl FnOnce(&mut serde_json::Value)) -> Vec<[String; 4]> {
        let data = dossier(&[Made { advisories: vec![("high", true)], ..Made::new("flask", "backend") }]);
        let mut value = serde_json::to_value(data).unwrap_or_default();
        change(&mut value);
        let data = serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}"));
        let page = read(&write(Kind::Plan, &data));
        page.hold_together();
        let table = page.table("documents");
        table.rows.iter().map(|row| [0, 1, 3, 4].map(|at| row.cells[at].words())).collect()
    }

    fn class(value: &mut serde_json::Value, class: &str) {
        value["analysis"]["components"][0]["dependencies"][0]["risk"]["class"] = json!(class);
    }

    #[test]
    fn every_document_is_told_and_its_need_follows_the_data() {
        let needed = |rows: &[[String; 4]]| -> Vec<String> {
            rows.iter().filter(|row| row[1] != "nothing here").map(|row| row[0].clone()).collect()
        };
        let plain = rows(|_| {});
        assert_eq!(plain.len(), 7);
        // A major of which no notes were read, and an advisory that goes.
        assert_eq!(needed(&plain), ["changelog", "migration guide", "security note"]);
        assert_eq!(plain[1][1], "1 package: flask");
        assert!(plain[1][2].contains("uplift report migration-guide") && plain[4][2] == "a person", "{plain:?}");
        assert!(plain[0][3].contains("nobody looked for documents"), "{plain:?}");
        let framework = rows(|value| class(value, "core framework"));
        assert_eq!(
            needed(&framework),
            ["changelog", "migration guide", "usage", "runbook", "capacity", "security note"]
        );
        let database = rows(|value| class(value, "database library"));
        assert!(needed(&database).contains(&"runbook".to_owned()));
    }

    #[test]
    fn notes_settle_the_migration_guide_and_the_environment() {
        let with = |kind: &str, text: &str| {
            rows(|value| {
                let notes = json!({"package": "flask", "ecosystem": "python", "from": "1.4", "to": "9.0", "silent": [],
                    "releases": [{"version": "9.0", "date": null, "notes": [{"kind": kind, "text": text, "source": 0, "line": 1}]}],
                    "sources": [{"name": "CHANGES", "kind": "sdist"}]});
                value["notes"] =
                    json!([{"component": "backend", "package": "flask", "notes": {"state": "found", "value": notes}}]);
            })
        };
        let fix = with("fix", "a fix");
        assert_eq!((fix[1][1].as_str(), fix[3][1].as_str()), ("nothing here", "nothing here"));
        let breaking = with("breaking", "The setting DEBUG_TB is gone");
        assert_eq!((breaking[1][1].as_str(), breaking[3][1].as_str()), ("1 package: flask", "1 package: flask"));
    }

    #[test]
    fn files_of_the_repository_are_named() {
        let told = rows(|value| {
            value["documents"] = json!({"state": "found", "value": [
                {"path": "CHANGELOG.md", "about": "changelog"}, {"path": "docs/runbook.md", "about": "runbook"}]});
        });
        assert_eq!((told[0][3].as_str(), told[4][3].as_str()), ("CHANGELOG.md", "docs/runbook.md"));
        assert_eq!(told[5][3], "no file of that name");
    }
}
