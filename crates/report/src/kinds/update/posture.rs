//! Security posture: before and after with the share that goes, and the claims that the evidence allows (rows I6, I10).

use uplift_model::advisory::Severity;
use uplift_model::compatibility::Verdict;

use super::{Facts, vulnerabilities};
use crate::document::{Block, Item, ItemState, Section, Table, Text, Tone};
use crate::kinds::emptiness;
use crate::kinds::exposure::{Basis, Exposed};
use crate::kinds::{pieces, ways};
use crate::numbers::count;

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let exposure = &facts.exposure;
    let mut section = Section::new("posture", "Security posture").with(Block::Table(levels(facts)));
    section = section.say(share(facts)).say(vulnerabilities::basis(exposure.basis));
    if !exposure.gaps.is_empty() {
        let mut gaps = Table::new("posture-gaps", "What could not be asked", &["What and why"], "").whole();
        for gap in &exposure.gaps {
            gaps.row(vec![Text::from(gap.as_str())]).tone = Tone::Unknown;
        }
        let text = Text::new()
            .span(gaps.count("gap"))
            .plain(": nothing here says that the rest is free of known vulnerabilities.");
        section = section.with(Block::Callout(Tone::Unknown, text)).with(Block::Table(gaps));
    }
    section.with(Block::Checklist(vec![critical(facts), newest(facts), conflicts(facts), tests(facts)]))
}

fn levels(facts: &Facts<'_>) -> Table {
    let after = if facts.exposure.basis == Basis::Proposed { ">As planned" } else { ">After" };
    let mut table = Table::new(
        "posture-levels",
        "Known vulnerabilities by severity; what is open counts as there",
        &["Severity", ">Before", after],
        match emptiness::advisories(&facts.dossier.analysis) {
            Some(why) => Text::new().unknown(why),
            None => Text::from("No known vulnerability was found, as far as sources answered."),
        },
    );
    let (before, after) = (facts.exposure.before(), facts.exposure.after());
    let number = |rows: &[&Exposed<'_>], severity| rows.iter().filter(|one| one.severity == severity).count();
    for severity in
        [Severity::Critical, Severity::High, Severity::Moderate, Severity::Low, Severity::Unknown, Severity::None]
    {
        let (then, now) = (number(&before, severity), number(&after, severity));
        if then + now > 0 {
            let cells = vec![severity.to_string().into(), then.to_string().into(), now.to_string().into()];
            table.row(cells).tone = if now > 0 { pieces::severity_tone(severity) } else { Tone::Good };
        }
    }
    table
}

/// The change with its formula; of nothing there is no share.
fn share(facts: &Facts<'_>) -> Text {
    let exposure = &facts.exposure;
    let (before, after, open) = (exposure.before().len(), exposure.after().len(), exposure.open().len());
    let text = Text::new().count(before, "known vulnerability", "vulnerabilities").plain(" before, ").count(
        after,
        "vulnerability",
        "vulnerabilities",
    );
    let text = text.plain(if exposure.basis == Basis::Proposed { " as planned" } else { " after" });
    let text = if open > 0 { text.plain(format!(" ({open} of them open)")) } else { text };
    match (before.checked_sub(after), pieces::percent(before.saturating_sub(after), before)) {
        (_, None) => text.plain("; there is nothing to reduce."),
        (None, _) => text.plain("; that is more than before."),
        (Some(_), Some(share)) => text.plain(format!("; reduced by ({before} - {after}) / {before} = {share} %.")),
    }
}

fn item(state: ItemState, text: Text) -> Item {
    Item { state, text }
}

/// "Resolved" is said of a delivered set that was judged as a whole by sources that all answered, and of nothing else.
fn critical(facts: &Facts<'_>) -> Item {
    let exposure = &facts.exposure;
    let of = |rows: Vec<&Exposed<'_>>| rows.iter().filter(|one| one.severity == Severity::Critical).count();
    let (before, after) = (of(exposure.before()), of(exposure.after()));
    if exposure.critical_resolved() {
        let text = Text::from("All critical vulnerabilities that were known are resolved: ").count(
            before,
            "critical vulnerability",
            "vulnerabilities-fixed",
        );
        return item(ItemState::Done, text.plain(" before, none after."));
    }
    if after > 0 {
        let names: Vec<String> = exposure
            .after()
            .iter()
            .filter(|one| one.severity == Severity::Critical)
            .map(|one| format!("{} in {}", one.id, one.package))
            .collect();
        let text = Text::new().count(after, "critical vulnerability", "vulnerabilities");
        let verb = if exposure.basis == Basis::Proposed { " would remain: " } else { " not resolved: " };
        return item(ItemState::Open, text.plain(verb).plain(names.join(", ")).plain("."));
    }
    if before == 0 && exposure.is_complete() {
        return item(ItemState::Done, Text::from("No critical vulnerability is known of the versions in use."));
    }
    if exposure.basis == Basis::Proposed {
        let text = Text::new().count(before, "critical vulnerability", "vulnerabilities").plain(
            " known; as planned none would be left. Nothing has been carried out, so that none is resolved yet.",
        );
        return item(ItemState::Open, text);
    }
    let why = match exposure.basis {
        _ if !exposure.gaps.is_empty() => "not everything could be asked",
        _ => "the delivered set was not looked up again as a whole",
    };
    let text = Text::from("Whether every critical vulnerability is resolved: ").unknown(why);
    item(ItemState::Open, text.plain(format!(" ({before} known before, {after} known to remain)")))
}

/// "Latest" is a comparison with the newest release that is known, package by package (row A18).
fn newest(facts: &Facts<'_>) -> Item {
    let moved: Vec<&ways::Way<'_>> = facts.ways.iter().filter(|way| way.moves() && way.direct).collect();
    let below: Vec<String> = moved
        .iter()
        .filter_map(|way| {
            let (to, newest) = (way.to.as_ref()?, way.newest()?);
            (*to != newest).then(|| format!("{} {to} (newest: {newest})", way.name))
        })
        .collect();
    let unknown = moved.iter().filter(|way| way.newest().is_none()).count();
    if moved.is_empty() {
        return item(ItemState::Open, Text::from("No direct dependency moves, so that none becomes the newest."));
    }
    let text = Text::from(format!("{} of ", moved.len() - below.len() - unknown))
        .plain(count(moved.len(), "updated direct dependency"))
        .plain(" at the newest stable release known");
    let text = if below.is_empty() { text } else { text.plain(format!("; not: {}", below.join(", "))) };
    let text = if unknown > 0 {
        text.plain("; ").unknown(format!("{} without an answer", count(unknown, "package")))
    } else {
        text
    };
    item(if below.is_empty() && unknown == 0 { ItemState::Done } else { ItemState::Open }, text.plain("."))
}

fn conflicts(facts: &Facts<'_>) -> Item {
    let Some(report) = facts.dossier.compatibility.value() else {
        let text =
            Text::from("Whether requirements conflict: ").unknown("compatibility of the complete set was not asked");
        return item(ItemState::Open, text);
    };
    let about = ways::parts(facts.dossier);
    let own = report.components.iter().filter(|c| about.iter().any(|part| part.path == ways::normal(&c.path)));
    let verdicts: Vec<Verdict> = own.map(|c| c.verdict).collect();
    if !verdicts.is_empty() && verdicts.iter().all(|one| *one == Verdict::Sat) {
        let text = Text::from("No conflicting requirements: a resolver solved the complete set, see ");
        return item(ItemState::Done, text.and(pieces::here("the matrix", "compatibility")).plain("."));
    }
    let text = Text::from("Not shown to be free of conflicts, see ");
    item(ItemState::Open, text.and(pieces::here("the matrix", "compatibility")).plain("."))
}

fn tests(facts: &Facts<'_>) -> Item {
    match ways::delivered(facts.dossier) {
        Some(run) if run.verified => item(ItemState::Done, Text::from("Tests: ").plain(&run.verification).plain(".")),
        Some(run) => item(ItemState::Open, pieces::not_verified(&run.verification)),
        None => item(ItemState::Open, Text::from("Not verified by tests: nothing is delivered.")),
    }
}
