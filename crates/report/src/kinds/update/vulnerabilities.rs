//! Vulnerabilities: fixed, remaining, come in, open; a row each, none told louder than another (rows I4, I5, B6).

use super::Facts;
use crate::document::{Block, Figure, Section, Table, Text, Tone};
use crate::kinds::exposure::{Basis, Exposed, Fate};
use crate::kinds::pieces;
use crate::pictures::{Bars, Picture};
use uplift_model::advisory::Severity;

const COLUMNS: [&str; 8] = ["Package", ">Before", ">After", "Advisory", "Severity", "What", ">Fixed in", "Why"];

/// Section with the anchor that counts of all vulnerabilities point to.
pub(super) fn section(facts: &Facts<'_>) -> Section {
    let exposure = &facts.exposure;
    let proposed = exposure.basis == Basis::Proposed;
    let fixed = table(
        "vulnerabilities-fixed",
        if proposed { "Vulnerabilities that the plan would fix" } else { "Vulnerabilities fixed" },
        &exposure.fixed(),
        if proposed { "The plan would fix none." } else { "None was fixed." },
    );
    let remaining = table(
        "vulnerabilities-remaining",
        "Vulnerabilities that remain",
        &exposure.remaining(),
        "None of those known before remains.",
    );
    let introduced = table(
        "vulnerabilities-introduced",
        "Vulnerabilities that come in",
        &exposure.introduced(),
        "None is known to come in.",
    );
    let open = table(
        "vulnerabilities-open",
        "Neither fixed nor remaining can be said",
        &exposure.open(),
        "Each of the above was decided.",
    );
    let mut section =
        Section::new("vulnerabilities", if proposed { "Vulnerabilities" } else { "Vulnerabilities fixed" }).with(
            Block::Paragraph(
                Text::new()
                    .span(fixed.count("vulnerability"))
                    .plain(if proposed { " would be fixed, " } else { " fixed, " })
                    .span(remaining.count("vulnerability"))
                    .plain(if proposed { " would remain, " } else { " remaining, " })
                    .span(introduced.count("vulnerability"))
                    .plain(" coming in, ")
                    .span(open.count("vulnerability"))
                    .plain(" open. ")
                    .plain(basis(exposure.basis)),
            ),
        );
    for (gone, left) in exposure.half_fixed() {
        section = section.with(Block::Callout(Tone::Warning, half(gone, left, proposed)));
    }
    if let Some(figure) = picture(facts) {
        section = section.with(Block::Figure(figure));
    }
    for table in [fixed, remaining, introduced, open] {
        section = section.with(Block::Table(table));
    }
    if !exposure.set_aside().is_empty() {
        let aside = table(
            "vulnerabilities-set-aside",
            "Set aside by a rule that holds; not counted",
            &exposure.set_aside(),
            "",
        );
        section = section.with(Block::Table(aside));
    }
    section
}

/// What "fixed" rests on here, in a sentence.
pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Rescanned => "The delivered tree itself was looked at again.",
        Basis::PlanJudged => {
            "The run delivered exactly the set that the plan had judged; advisories published since are not in it."
        }
        Basis::Derived => {
            "The delivered set differs from what was planned and was not looked up again as a whole: `fixed` is read off \
             the fixed versions of each record."
        }
        Basis::Proposed => "Nothing was carried out: this is the plan's own look at where it would end.",
    }
}

fn half(gone: &Exposed<'_>, left: &Exposed<'_>, proposed: bool) -> Text {
    let fixed = if proposed { " would be fixed in " } else { " is fixed in " };
    let end = match left.fate {
        Fate::Open(_) => ", and whether it touches ",
        _ => " and still touches ",
    };
    let text = Text::new().strong(&left.id).plain(fixed).code(&gone.package).plain(end).code(&left.package);
    let version = left.after.as_deref().map(|v| format!(" {v}")).unwrap_or_default();
    text.plain(format!("{version}{}", if matches!(left.fate, Fate::Open(_)) { " is open." } else { "." }))
}

fn table(id: &str, caption: &str, rows: &[&Exposed<'_>], empty: &str) -> Table {
    let mut table = Table::new(id, caption, &COLUMNS, empty).whole();
    for one in rows {
        let names = one.finding.map(|f| f.aliases.clone()).unwrap_or_default();
        let mut id = Text::new().strong(&one.id);
        if !names.is_empty() {
            id = id.plain(format!(" ({})", names.join(", ")));
        }
        let (_, tone) = one.fate.told(one.severity);
        let cells = vec![
            Text::new().code(&one.package),
            pieces::known(one.before.as_deref(), "not in use before"),
            one.after.as_deref().map_or_else(|| Text::from("gone"), Text::from),
            id,
            Text::from(one.severity.to_string()),
            what(one),
            match one.finding {
                Some(record) if record.fixed.is_empty() => Text::from("no release"),
                Some(record) => Text::from(record.fixed.join(", ")),
                None => Text::new().unknown("the record was not read"),
            },
            Text::from(one.fate.reason()),
        ];
        table.row(cells).tone = tone;
    }
    table
}

/// Its class and what it says, once where both say the same.
fn what(one: &Exposed<'_>) -> Text {
    let Some(record) = one.finding else { return Text::new().unknown("the record was not read") };
    let classes = record.classes.join("; ");
    match (classes.as_str(), record.summary.as_str()) {
        ("", "") => Text::new().unknown("the record states neither class nor summary"),
        ("", only) | (only, "") => Text::from(only),
        (classes, summary) if summary.contains(classes) => Text::from(summary),
        (classes, summary) => Text::from(format!("{summary} ({classes})")),
    }
}

/// Before and after by severity; nothing to draw where there was nothing.
fn picture(facts: &Facts<'_>) -> Option<Figure> {
    let (before, after) = (facts.exposure.before(), facts.exposure.after());
    if before.is_empty() && after.is_empty() {
        return None;
    }
    let all =
        [Severity::Critical, Severity::High, Severity::Moderate, Severity::Low, Severity::Unknown, Severity::None];
    // As small a number as a list of advisories is the same as a float.
    let number = |rows: &[&Exposed<'_>], severity| rows.iter().filter(|one| one.severity == severity).count() as f64;
    let bar = |label: &str, rows: &[&Exposed<'_>]| (label.to_owned(), all.map(|s| number(rows, s)).to_vec());
    let last = if facts.exposure.basis == Basis::Proposed { "as planned" } else { "after" };
    let picture = Picture::Bars(Bars {
        parts: all.map(|s| (s.to_string(), pieces::severity_tone(s))).to_vec(),
        bars: vec![bar("before", &before), bar(last, &after)],
        unit: "vulnerabilities".to_owned(),
    });
    let caption = "Known vulnerabilities before and after; what is open counts as there";
    Some(Figure { id: "vulnerabilities-figure".to_owned(), caption: caption.into(), picture })
}
