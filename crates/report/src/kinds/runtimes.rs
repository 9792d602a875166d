//! Places that state a runtime, held against the complete set of their component (rows A19, D6, E5).
//!
//! Lives here: what update and migration guide both say of them. Lives elsewhere: finding the places (`facts`), asking
//! the resolver (`engine::validate`).

use uplift_model::analysis::RuntimeStatement;
use uplift_model::compatibility::Window;
use uplift_model::dossier::Dossier;
use uplift_model::plan::RuntimeUpgrade;

use super::{pieces, ways};
use crate::document::{Block, Table, Text, Tone};

/// The runtimes on which a resolver solved the component's complete set.
pub(super) fn window<'a>(dossier: &'a Dossier, part: &ways::Part<'_>) -> Option<&'a Window> {
    let report = dossier.compatibility.value()?;
    let own = report.components.iter().find(|c| ways::normal(&c.path) == part.path && c.ecosystem == part.ecosystem)?;
    own.window.as_ref()
}

/// Places of `kind` that state a runtime, each once however many components it is for.
pub(super) fn places<'a>(
    parts: &[ways::Part<'a>],
    kind: &'a str,
) -> impl Iterator<Item = (ways::Part<'a>, &'a RuntimeStatement)> {
    let mut seen = std::collections::BTreeSet::new();
    let stated = parts.iter().flat_map(|part| {
        let rows = part.analysis.into_iter().flat_map(|component| &component.runtimes);
        rows.flat_map(|row| &row.stated).map(|one| (*part, one))
    });
    let all: Vec<_> = stated.filter(|(_, one)| one.kind == kind && seen.insert((&one.file, one.line))).collect();
    all.into_iter()
}

/// Why a runtime should move, what that unlocks, and what is left to a person; `id`: of the section around it.
pub(super) fn upgrade(upgrade: &RuntimeUpgrade, id: &str) -> Vec<Block> {
    let reasons = upgrade.reasons.iter().map(|reason| Text::from(reason.as_str()));
    let by_hand = upgrade.by_hand.iter().map(|place| Text::from("By hand: ").plain(place));
    let done = Text::from("As though it were done: ").code(&upgrade.command);
    let mut table = Table::new(
        format!("{id}-unlocks"),
        format!("What {} keeps back", upgrade.from),
        &["Package", "In use", "Capped at", "Would become", "Told by"],
        format!("{} keeps no direct package back.", upgrade.from),
    );
    for unlocked in &upgrade.unlocks {
        let current =
            unlocked.current.as_ref().map_or_else(|| Text::new().unknown("nothing says"), |v| Text::new().code(v));
        table.row(vec![
            Text::new().code(&unlocked.package),
            current,
            Text::new().code(&unlocked.capped_at),
            Text::new().code(&unlocked.becomes),
            Text::from(unlocked.told_by.as_str()),
        ]);
    }
    vec![Block::List(reasons.chain(by_hand).chain([done]).collect()), Block::Table(table)]
}

/// Images that the project builds on: their state is seen by building them, which nothing here does.
pub(super) fn images(dossier: &Dossier, parts: &[ways::Part<'_>]) -> Table {
    let mut table = Table::new(
        "images",
        "Images to build from the delivered state",
        &["Where", "Base", "Against the complete set"],
        "No file of the repository describes an image.",
    );
    for (part, place) in places(parts, "image") {
        let (tone, verdict) = against(window(dossier, &part), &place.lines, place.exact);
        let cells = vec![pieces::place(&place.file, Some(place.line)), Text::new().code(&place.written), verdict];
        table.row(cells).tone = tone;
    }
    table
}

/// Lines that a place names, held against those that were solved. A range is judged by its lowest line.
pub(super) fn against(window: Option<&Window>, lines: &[String], exact: bool) -> (Tone, Text) {
    let Some(window) = window else {
        return (Tone::Unknown, Text::new().unknown("nobody asked"));
    };
    let refused: Vec<&str> = lines.iter().filter(|line| window.refused.contains(line)).map(String::as_str).collect();
    let unasked: Vec<&str> = lines
        .iter()
        .filter(|line| !window.refused.contains(line) && !window.solved.contains(line))
        .map(String::as_str)
        .collect();
    if !refused.is_empty() {
        let what = if exact { "cannot be solved on " } else { "admits, and cannot be solved on, " };
        (Tone::Bad, Text::from(format!("{what}{}", refused.join(", "))))
    } else if !unasked.is_empty() {
        (Tone::Unknown, Text::new().unknown(format!("nobody asked about {}", unasked.join(", "))))
    } else if lines.is_empty() {
        (Tone::Unknown, Text::new().unknown("it names no line"))
    } else {
        (Tone::Good, Text::from("solved"))
    }
}
