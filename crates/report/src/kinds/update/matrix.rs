//! The compatibility matrix: which packages go together on which runtime, and what decides (rows D2-D6).
//!
//! Shown are the packages that move or decide; the others of the set are folded away, and counted.

use uplift_model::Datum;
use uplift_model::compatibility::{CompatibilityReport, ComponentCompatibility, MatrixRow, Verdict};

use super::Facts;
use crate::document::{Block, Figure, Section, Table, Text, Tone};
use crate::kinds::{pieces, ways};
use crate::pictures::{Matrix, Picture};

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let section = Section::new("compatibility", "Compatibility matrix");
    let report = match &facts.dossier.compatibility {
        Datum::Found { value } => value,
        Datum::None => return section.with(Block::Callout(Tone::Unknown, Text::from("Compatibility was not asked."))),
        Datum::NotRetrieved { why } => {
            let text = Text::from("Compatibility of the complete set: ").unknown(why);
            return section.with(Block::Callout(Tone::Unknown, text));
        }
    };
    let about: Vec<&ComponentCompatibility> = report
        .components
        .iter()
        .filter(|c| ways::parts(facts.dossier).iter().any(|part| part.path == ways::normal(&c.path)))
        .collect();
    if about.is_empty() {
        let text = Text::from("Compatibility: ").unknown("the components of this report were not asked about");
        return section.with(Block::Callout(Tone::Unknown, text));
    }
    let section =
        about.iter().enumerate().fold(section, |section, (number, one)| section.below(part(facts, number + 1, one)));
    section.with(Block::Paragraph(machine(report)))
}

fn machine(report: &CompatibilityReport) -> Text {
    let text = Text::from(format!("The answers hold for {}", report.profile.platform));
    let text = match &report.as_of {
        Some(day) => text.plain(format!(" and releases up to {day}.")),
        None => text.plain(" and the releases of the day it was asked."),
    };
    if report.profile.not_checked.is_empty() {
        return text;
    }
    text.plain(" ").unknown(format!("not checked: {}", report.profile.not_checked.join("; ")))
}

/// A verdict in a person's words; `compatible` is said of solved sets only.
pub(super) fn verdict(verdict: Verdict) -> (Tone, &'static str) {
    match verdict {
        Verdict::Sat => (Tone::Good, "compatible"),
        Verdict::NotChecked => (Tone::Unknown, "not checked"),
        Verdict::Downgrade => (Tone::Bad, "only with a downgrade"),
        Verdict::ImportFails => (Tone::Bad, "an import fails"),
        Verdict::PeerViolation => (Tone::Bad, "a peer is violated"),
        Verdict::Unsat => (Tone::Bad, "no set exists"),
    }
}

fn part(facts: &Facts<'_>, number: usize, component: &ComponentCompatibility) -> Section {
    let (tone, word) = verdict(component.verdict);
    let mut told = Text::new().strong(word).plain(": ");
    told = match component.verdict {
        Verdict::Sat => told.plain("a resolver solved the complete set; no requirement stands against another."),
        Verdict::NotChecked => told.plain("nothing could be concluded."),
        _ => told.plain("what decides is below."),
    };
    let mut section = Section::new(format!("compatibility-{number}"), Text::new().code(&component.path))
        .with(Block::Callout(tone, told));
    if let Some(window) = &component.window {
        let refused = if window.refused.is_empty() {
            Text::new()
        } else {
            Text::from("; refused: ").and(pieces::codes(&window.refused))
        };
        let text = Text::from("Interpreters for the complete set: ").strong(&window.text).plain("; solved: ");
        section = section.say(text.and(pieces::codes(&window.solved)).and(refused).plain("."));
    }
    for check in component.checks.iter().filter(|c| c.verdict != Verdict::Sat) {
        section = section.say(Text::new().code(&check.runtime).plain(": ").plain(&check.paragraph));
    }
    for check in &component.checks {
        let failing: Vec<Text> = check
            .imports
            .iter()
            .filter(|import| !import.ok && !import.before)
            .map(|import| {
                let error = import.error.as_deref().unwrap_or("no error was told");
                Text::new().code(&import.what).plain(format!(" on {}: {error}", check.runtime))
            })
            .collect();
        if !failing.is_empty() {
            section = section.with(Block::List(failing));
        }
    }
    let packages = packages(component);
    let of_interest = |one: &Package<'_>| {
        let moves = |way: &ways::Way<'_>| way.name == one.name && way.moves();
        one.rows.iter().any(|row| row.deciding.is_some()) || facts.ways.iter().any(moves)
    };
    let (shown, others): (Vec<Package<'_>>, Vec<Package<'_>>) = packages.into_iter().partition(of_interest);
    let caption = "Packages that move or decide, on each runtime that was asked";
    let table = table(component, &format!("matrix-{number}"), caption, &shown);
    let rest = table_of_the_rest(component, number, &others);
    section = section.say(
        Text::new()
            .count(shown.len(), "package", &table.id)
            .plain(" of the set move or decide; ")
            .count(others.len(), "other", &rest.id)
            .plain(" stay and decide nothing."),
    );
    if let Some(figure) = figure(number, component, &shown) {
        section = section.with(Block::Figure(figure));
    }
    let section = section.with(Block::Table(table));
    section.with(Block::Details { summary: rest.caption.clone(), blocks: vec![Block::Table(rest)] })
}

/// One package with its rows, one a runtime.
struct Package<'a> {
    name: &'a str,
    rows: Vec<&'a MatrixRow>,
}

impl<'a> Package<'a> {
    /// Of the runtimes on which one was found.
    fn version(&self) -> Option<&'a str> {
        self.rows.iter().find_map(|row| row.version.as_deref())
    }

    fn range(&self) -> Option<&'a str> {
        self.rows.iter().find_map(|row| row.range.as_deref())
    }
}

fn packages(component: &ComponentCompatibility) -> Vec<Package<'_>> {
    let mut all: Vec<Package<'_>> = Vec::new();
    for row in &component.matrix {
        match all.iter_mut().find(|one| one.name == row.package) {
            Some(one) => one.rows.push(row),
            None => all.push(Package { name: &row.package, rows: vec![row] }),
        }
    }
    all
}

/// What decides on a runtime, for a package that does not itself.
fn decides<'a>(component: &ComponentCompatibility, row: &'a MatrixRow) -> &'a str {
    let whole = component.checks.iter().find(|check| check.runtime == row.runtime).map(|check| check.verdict);
    match (&row.deciding, row.verdict, whole) {
        (Some(deciding), ..) => deciding,
        (None, Verdict::Sat, _) => "nothing stands against it",
        (None, _, Some(Verdict::Unsat)) => "another package: no set exists there",
        (None, ..) => "nothing could be concluded there",
    }
}

/// One row for each package and answer, with the runtimes that share it.
fn table(component: &ComponentCompatibility, id: &str, caption: &str, packages: &[Package<'_>]) -> Table {
    let columns = ["Package", ">Version", "Runtimes", "Verdict", "What decides", "It is for"];
    let mut table = Table::new(id, caption, &columns, "None.");
    for one in packages {
        let mut answers: Vec<(Verdict, &str, Vec<&str>)> = Vec::new();
        for row in &one.rows {
            let why = decides(component, row);
            match answers.iter_mut().find(|(verdict, own, _)| *verdict == row.verdict && *own == why) {
                Some((.., runtimes)) => runtimes.push(&row.runtime),
                None => answers.push((row.verdict, why, vec![&row.runtime])),
            }
        }
        for (answer, why, runtimes) in answers {
            let (tone, word) = verdict(answer);
            let cells = vec![
                Text::new().code(one.name),
                pieces::known(one.version(), "none was found"),
                pieces::codes(&runtimes),
                Text::from(word),
                Text::from(why),
                pieces::known(one.range(), "it states no range"),
            ];
            table.row(cells).tone = tone;
        }
    }
    table
}

/// One row a package: on which runtimes it is in a set that was solved.
fn table_of_the_rest(component: &ComponentCompatibility, number: usize, packages: &[Package<'_>]) -> Table {
    let id = format!("matrix-{number}-others");
    let caption = format!("The other packages of the set of {}", component.path);
    let columns = ["Package", ">Version", "In a solved set on", "It is for"];
    let mut table = Table::new(id, caption, &columns, "There is none.");
    for one in packages {
        let solved: Vec<&str> =
            one.rows.iter().filter(|row| row.verdict == Verdict::Sat).map(|row| row.runtime.as_str()).collect();
        let solved = if solved.is_empty() { Text::from("none") } else { pieces::codes(&solved) };
        let version = pieces::known(one.version(), "none was found");
        table.row(vec![Text::new().code(one.name), version, solved, pieces::known(one.range(), "it states no range")]);
    }
    table
}

fn figure(number: usize, component: &ComponentCompatibility, packages: &[Package<'_>]) -> Option<Figure> {
    let mut columns: Vec<String> = Vec::new();
    for row in &component.matrix {
        if !columns.contains(&row.runtime) {
            columns.push(row.runtime.clone());
        }
    }
    let row = |one: &Package<'_>| {
        let label = one.version().map_or_else(|| one.name.to_owned(), |version| format!("{} {version}", one.name));
        let cell = |runtime: &String| {
            let own = one.rows.iter().find(|row| row.runtime == *runtime);
            let (tone, word) = own.map_or((Tone::Unknown, "not asked"), |own| verdict(own.verdict));
            (tone, word.to_owned())
        };
        (label, columns.iter().map(cell).collect())
    };
    let rows: Vec<_> = packages.iter().map(row).collect();
    (!rows.is_empty()).then(|| Figure {
        id: format!("matrix-figure-{number}"),
        caption: Text::from("Which of them goes on which runtime"),
        picture: Picture::Matrix(Matrix { columns, rows }),
    })
}
