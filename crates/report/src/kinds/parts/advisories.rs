//! Known vulnerabilities before and after: one row an advisory, what becomes of it, and what may be claimed.

use uplift_model::advisory::{Finding, Severity};
use uplift_model::dossier::Dossier;
use uplift_model::risk::{SecurityEffect, Touching};

use super::pairs::{Basis, Pair, pairs};
use super::words;
use crate::document::{Block, Table, Text, Tone};
use crate::kinds::emptiness;

/// One advisory on one package of one component.
#[derive(Debug, Clone)]
pub(crate) struct AdvisoryRow<'d> {
    pub(crate) component: &'d str,
    pub(crate) package: &'d str,
    /// The version that it touches today; for one that a target brings: the target.
    pub(crate) version: String,
    pub(crate) finding: &'d Finding,
    pub(crate) after: After,
}

/// What becomes of it when everything goes to its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum After {
    /// The target, asked against the same source, is not affected.
    Gone { target: String },
    /// The target is affected as well.
    Remains { target: String },
    /// Nothing moves the package.
    Stays,
    /// The target brings it.
    Introduced,
    /// Nothing says whether the target is affected.
    Unknown,
}

/// Every advisory that counts, today's and those that targets bring, worst first.
pub(crate) fn advisories(dossier: &Dossier) -> Vec<AdvisoryRow<'_>> {
    let pairs = pairs(dossier);
    let index: std::collections::BTreeMap<(&str, &str), &Pair<'_>> =
        pairs.iter().map(|pair| ((pair.component, pair.name), pair)).collect();
    let mut rows = Vec::new();
    for component in &dossier.analysis.components {
        for row in &component.dependencies {
            let pair = index.get(&(component.path.as_str(), row.name.as_str())).copied();
            for finding in row.advisories.value().into_iter().flatten().filter(|f| !f.is_set_aside()) {
                rows.push(AdvisoryRow {
                    component: &component.path,
                    package: &row.name,
                    version: row.current_version.clone().unwrap_or_default(),
                    finding,
                    after: pair.map_or_else(
                        || indirectly(dossier, &component.path, &row.name, finding),
                        |p| after(p, finding),
                    ),
                });
            }
        }
    }
    for pair in &pairs {
        for touching in effect(pair).into_iter().flat_map(|e| &e.introduced).filter(|t| !t.finding.is_set_aside()) {
            rows.push(AdvisoryRow {
                component: pair.component,
                package: &touching.package,
                version: if touching.package == pair.name { pair.target.clone() } else { String::new() },
                finding: &touching.finding,
                after: After::Introduced,
            });
        }
    }
    rows.sort_by(|a, b| {
        let key = |r: &AdvisoryRow<'_>| (std::cmp::Reverse(r.finding.severity), r.after == After::Introduced);
        let name = |r: &AdvisoryRow<'_>| (r.component.to_owned(), r.package.to_owned(), r.finding.id.clone());
        key(a).cmp(&key(b)).then_with(|| name(a).cmp(&name(b)))
    });
    rows.dedup_by(|a, b| {
        (a.component, a.package, &a.finding.id, &a.after) == (b.component, b.package, &b.finding.id, &b.after)
    });
    rows
}

fn effect<'d>(pair: &Pair<'d>) -> Option<&'d SecurityEffect> {
    pair.assessment().and_then(|assessment| assessment.security.value())
}

/// Of a package with a target of its own.
fn after(pair: &Pair<'_>, finding: &Finding) -> After {
    // The plan's own account is of the complete set that it ends with, and counts before that of one package.
    let of_plan = match pair.basis {
        Basis::Planned { plan, .. } => in_plan(&plan.security, pair.name, &finding.id),
        Basis::Proposed => None,
    };
    let lists = |list: &[Touching]| list.iter().any(|t| t.package == pair.name && t.finding.id == finding.id);
    let gone = of_plan.or_else(|| {
        let effect = effect(pair)?;
        if lists(&effect.remaining) { Some(false) } else { lists(&effect.removed).then_some(true) }
    });
    match gone {
        Some(true) => After::Gone { target: pair.target.clone() },
        Some(false) => After::Remains { target: pair.target.clone() },
        None => After::Unknown,
    }
}

fn in_plan(security: &uplift_model::plan::Security, package: &str, id: &str) -> Option<bool> {
    let has = |list: &[uplift_model::plan::Vulnerable]| list.iter().any(|v| v.package == package && v.id == id);
    if has(&security.remaining) { Some(false) } else { has(&security.removed).then_some(true) }
}

/// Of a package that moves with others, or not at all.
fn indirectly(dossier: &Dossier, component: &str, package: &str, finding: &Finding) -> After {
    let plan = dossier.plan_of(component);
    match plan.and_then(|plan| in_plan(&plan.security, package, &finding.id)) {
        Some(true) => After::Gone { target: "the plan's end".to_owned() },
        _ => After::Stays,
    }
}

/// The table `advisories`, one row each.
pub(crate) fn advisories_table(dossier: &Dossier, rows: &[AdvisoryRow<'_>]) -> Table {
    let columns = ["Advisory", "Severity", "Package", "Component", ">Affected", "What", "Fixed in", "After"];
    // "None" is said only when everybody answered.
    let empty = match unanswered(dossier).as_slice() {
        [] => Text::from("none is known for the versions in use"),
        gaps => Text::new().unknown(gaps.join("; ")),
    };
    let mut table = Table::new("advisories", "Known vulnerabilities, worst first", &columns, empty).whole();
    for (number, advisory) in rows.iter().enumerate() {
        let finding = advisory.finding;
        let aliases =
            if finding.aliases.is_empty() { String::new() } else { format!(" ({})", finding.aliases.join(", ")) };
        let (after, tone) = match &advisory.after {
            After::Gone { target } => (Text::from("gone at ").code(target.clone()), Tone::Good),
            After::Remains { target } => (Text::from("remains at ").code(target.clone()), Tone::Bad),
            After::Stays => (Text::from("stays: nothing moves it"), Tone::Bad),
            After::Introduced => (Text::from("introduced by the target"), Tone::Bad),
            After::Unknown => (Text::new().unknown("the target could not be asked about"), Tone::Unknown),
        };
        let row = table.row(vec![
            Text::new().code(finding.id.clone()).plain(aliases),
            severity(finding.severity),
            Text::from(advisory.package),
            Text::from(words::component(dossier, advisory.component)),
            Text::new().code(advisory.version.clone()),
            what(finding),
            if finding.fixed.is_empty() {
                Text::from("no fix is known")
            } else {
                Text::new().code(finding.fixed.join(", "))
            },
            after,
        ]);
        row.id = Some(words::id("advisory", number, &finding.id));
        row.tone = tone;
    }
    table
}

/// The summary, with the class of weakness where the summary does not name it already.
fn what(finding: &Finding) -> Text {
    let text = Text::from(finding.summary.clone());
    if finding.classes.is_empty() {
        return text.plain("; class: ").unknown("not stated");
    }
    let classes = classes(finding);
    if classes.is_empty() { text } else { text.plain(format!("; class: {}", classes.join(", "))) }
}

/// Classes of weakness that the summary does not name.
pub(crate) fn classes(finding: &Finding) -> Vec<&str> {
    let said = finding.summary.to_lowercase();
    // `CWE-502 deserialization of untrusted data`, or the words alone.
    let name = |class: &str| match class.split_once(' ') {
        Some((id, name)) if id.starts_with("CWE-") => name.to_lowercase(),
        _ => class.to_lowercase(),
    };
    finding.classes.iter().map(String::as_str).filter(|class| !said.contains(&name(class))).collect()
}

fn severity(severity: Severity) -> Text {
    match severity {
        Severity::Unknown => Text::new().unknown("nobody rated it"),
        known => Text::from(known.to_string()),
    }
}

/// Why nothing may be said about vulnerabilities as a whole; empty: every source answered for every version in use.
pub(crate) fn unanswered(dossier: &Dossier) -> Vec<String> {
    let advisory = |source: &str| source.starts_with("advisories");
    let sources = &dossier.analysis.sources;
    let mut gaps: Vec<String> = sources
        .iter()
        .filter(|s| advisory(&s.source) && s.state != "found")
        .map(|s| format!("{}: {}", s.source, s.detail))
        .collect();
    let rows = || dossier.analysis.components.iter().flat_map(|c| &c.dependencies);
    if !sources.iter().any(|s| advisory(&s.source)) {
        gaps.push("no source of advisories was asked".to_owned());
    }
    let unasked = rows().filter(|row| row.advisories.missing().is_some()).count();
    if unasked > 0 {
        gaps.push(format!(
            "versions in use: {} could not be asked about",
            crate::numbers::count(unasked, "dependency")
        ));
    }
    gaps
}

/// Advisories before and after, with the share that goes and its base (row I10). Needs [`advisories_table`].
pub(crate) fn posture(dossier: &Dossier, rows: &[AdvisoryRow<'_>]) -> Vec<Block> {
    let of = |wanted: &dyn Fn(&After) -> bool| rows.iter().filter(|row| wanted(&row.after)).count();
    if let Some(why) = emptiness::advisories(&dossier.analysis).filter(|_| rows.is_empty()) {
        let text = Text::from("Advisories before and after: ").unknown(why);
        return vec![Block::Paragraph(text), security(dossier, rows)];
    }
    let introduced = of(&|after| *after == After::Introduced);
    let before = rows.len() - introduced;
    let gone = of(&|after| matches!(after, After::Gone { .. }));
    let unknown = of(&|after| *after == After::Unknown);
    let left = rows.len() - gone;
    let mut text = Text::new()
        .count(before, "advisory", "advisories")
        .plain(" before, ")
        .count(left, "advisory", "advisories")
        .plain(" after everything has moved: ")
        .count(gone, "advisory", "advisories")
        .plain(" gone, ")
        .count(introduced, "advisory", "advisories")
        .plain(" introduced, ")
        .count(unknown, "advisory", "advisories")
        .plain(" of which the target could not be asked about");
    if before > 0 {
        let change = (before as f64 - left as f64) / before as f64 * 100.0;
        text = text.plain(format!("; ({before} - {left}) / {before} = {change:.0} % fewer"));
    }
    let mut blocks = vec![Block::Paragraph(text)];
    blocks.push(security(dossier, rows));
    blocks
}

/// What may be claimed about critical vulnerabilities today: never "none" while a source is missing. Needs
/// [`advisories_table`].
pub(crate) fn security(dossier: &Dossier, rows: &[AdvisoryRow<'_>]) -> Block {
    let today = |row: &&AdvisoryRow<'_>| row.after != After::Introduced && row.finding.severity == Severity::Critical;
    let critical = rows.iter().filter(today).count();
    let gaps = unanswered(dossier);
    if critical > 0 {
        let text = Text::new().count(critical, "critical advisory", "advisories").plain(" on versions in use");
        let text = if gaps.is_empty() { text } else { text.plain("; there may be more: ").unknown(gaps.join("; ")) };
        return Block::Callout(Tone::Bad, text);
    }
    if gaps.is_empty() {
        let text = "No critical advisory is known for the versions in use; every source of advisories answered.";
        return Block::Callout(Tone::Good, Text::from(text));
    }
    let text = Text::from("Whether there are critical vulnerabilities cannot be said: ").unknown(gaps.join("; "));
    Block::Callout(Tone::Unknown, text)
}
