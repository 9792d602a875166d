//! The analysis' screen: how urgent, then each component with what needs attention first.

use uplift_model::advisory::{Finding, Severity};
use uplift_model::analysis::{Analysis, Availability, ComponentAnalysis, CurrentFrom, DependencyRow, Pinning};
use uplift_model::{Datum, Ecosystem, Risk};

mod attention;
mod drift;
mod policy;

use attention::weight;

use super::lines::{paragraph, width};
use super::runtime;
use super::table::{Cell, Table, cell, toned};
use crate::clean;
use crate::numbers::{count, list};
use crate::view::{Tone, View};
use crate::words;

/// Rows that a component shows without `--all`.
const SHOWN: usize = 25;
/// What the other columns say as well.
const OUTDATED: &str = "outdated";
const NOT_KNOWN: &str = "version unknown";
/// Statements that differ, as many as are told without `--all`.
const DRIFTS: usize = 5;

/// An analysis, as `uplift check` shows it. `all`: current and low-risk dependencies as well.
pub fn check(analysis: &Analysis, all: bool, view: &View) -> String {
    let mut page = head(analysis, view);
    for component in &analysis.components {
        page.push('\n');
        page.push_str(&self::component(component, all, view));
    }
    if analysis.components.is_empty() {
        let nothing = if analysis.sources.iter().any(|s| s.source == "manifests and locks") {
            "no dependency could be read here: see below"
        } else {
            "no manifest that states dependencies was found here"
        };
        page.push_str(&paragraph(view, "", nothing, Tone::Held));
    }
    page.push_str(&drift::between(analysis, all, view));
    page.push_str(&policy::section(analysis, all, view));
    page.push_str(&problems(analysis, view));
    page.push_str(&not_retrieved(analysis, view));
    page.push('\n');
    page.push_str(&attention::next(analysis, view));
    page
}

/// What makes the check fail, one line each.
pub fn violations(violations: &[String], view: &View) -> String {
    let mut page = paragraph(view, "", &format!("failed: {}", count(violations.len(), "violation")), Tone::Bad);
    for violation in violations {
        page.push_str(&paragraph(view, "  ", &clean::line(violation), Tone::Plain));
    }
    page
}

fn head(analysis: &Analysis, view: &View) -> String {
    let rows: usize = analysis.components.iter().map(|c| c.dependencies.len()).sum();
    let title = format!(
        "{}: {}, {}, as of {}",
        clean::line(&analysis.repository),
        count(analysis.components.len(), "component"),
        count(rows, "dependency"),
        analysis.as_of
    );
    let mut page = paragraph(view, "", &title, Tone::Heading);
    let urgency = &analysis.urgency;
    let tone = match urgency.level.as_str() {
        "CRITICAL" | "HIGH" => Tone::Bad,
        "MEDIUM" | "MEDIUM-HIGH" => Tone::Held,
        _ => Tone::Plain,
    };
    if !urgency.level.is_empty() {
        page.push_str(&paragraph(view, "", &urgency_line(analysis), tone));
    }
    let found: Vec<String> = analysis
        .sources
        .iter()
        .filter(|s| s.state == "found")
        .map(|s| format!("{}: {}", s.source, clean::line(&s.detail)))
        .collect();
    if !found.is_empty() {
        page.push_str(&paragraph(view, "  ", &found.join("; "), Tone::Quiet));
    }
    for source in analysis.sources.iter().filter(|s| s.state != "found") {
        let text = format!("{}: {}: {}", source.source, source.state.replace('-', " "), clean::line(&source.detail));
        page.push_str(&paragraph(view, "  ", &text, Tone::Bad));
    }
    page
}

fn component(component: &ComponentAnalysis, all: bool, view: &View) -> String {
    let mut page = title(component, view);
    let mut rows: Vec<&DependencyRow> = component.dependencies.iter().collect();
    rows.sort_by_key(|r| std::cmp::Reverse((weight(r) > 0, r.direct, weight(r))));
    let mut rest = Vec::new();
    let mut shown = Vec::new();
    for row in rows {
        let seen = all || attention::must_be_seen(row) || (weight(row) > 0 && shown.len() < SHOWN);
        if seen { shown.push(row) } else { rest.push(row) }
    }
    if !shown.is_empty() {
        page.push_str(&table(&shown).render(view));
        let marked = |row: &&DependencyRow| {
            row.behind.is_some_and(|b| words::behind(b, row.distance).contains(words::BEFORE_ONE))
        };
        if shown.iter().any(marked) {
            let told = format!("{}: a minor step before 1.0 may break", words::BEFORE_ONE);
            page.push_str(&paragraph(view, "  ", &told, Tone::Quiet));
        }
    }
    if !rest.is_empty() {
        page.push_str(&paragraph(view, "  ", &attention::left_out(&rest), Tone::Quiet));
    }
    for runtime in &component.runtimes {
        for line in runtime.end_of_life.iter().filter(|e| e.passed && !is_own(component, &e.line)) {
            let date = line.date.as_deref().unwrap_or("an unknown day");
            let (verb, tone) = if component.runs_on(runtime, &line.line) {
                ("is", Tone::Held)
            } else {
                ("is only promised, and", Tone::Quiet)
            };
            let text = format!("{} {} {verb} out of support since {date}", runtime.name, line.line);
            page.push_str(&paragraph(view, "  ", &text, tone));
        }
        for disagreement in &runtime.disagreements {
            page.push_str(&paragraph(view, "  ", &clean::line(&disagreement.message), Tone::Held));
        }
    }
    if let Some(upgrade) = &component.runtime_upgrade {
        page.push_str(&runtime::in_short(upgrade, view));
    }
    let drift = if all { component.drift.len() } else { DRIFTS };
    for sentence in component.drift.iter().take(drift) {
        page.push_str(&paragraph(view, "  ", &clean::line(sentence), Tone::Held));
    }
    if component.drift.len() > drift {
        let text = format!("{} more are stated differently or twice (--all)", component.drift.len() - drift);
        page.push_str(&paragraph(view, "  ", &text, Tone::Held));
    }
    for note in &component.notes {
        page.push_str(&paragraph(view, "  note: ", &clean::line(note), Tone::Quiet));
    }
    page
}

/// `backend/  Python 3.9 by Dockerfile:1, out of support since 2025-10-31  requirements.in -> requirements.txt`.
fn title(component: &ComponentAnalysis, view: &View) -> String {
    let language = match component.ecosystem {
        Ecosystem::Python => "Python",
        Ecosystem::JavaScript => "Node",
    };
    let mut parts = Vec::new();
    if component.path != "." {
        parts.push(format!("{}/", clean::path(&component.path)));
    }
    if let Some(version) = &component.runtime {
        // `assumed: …` or the place alone; --format json has the whole reason.
        let from = component.runtime_from.as_deref().and_then(|f| f.split(' ').next()).unwrap_or_default();
        let from = match from.trim_end_matches(':') {
            "" => String::new(),
            "assumed" => " (assumed)".to_owned(),
            place => format!(" by {place}"),
        };
        let ended =
            component.runtimes.iter().flat_map(|r| &r.end_of_life).find(|e| e.passed && is_own(component, &e.line));
        let ended =
            ended.and_then(|e| e.date.as_ref()).map(|d| format!(", out of support since {d}")).unwrap_or_default();
        parts.push(format!("{language} {version}{from}{ended}"));
    }
    parts.push(clean::path(&component.environment));
    let wide = clean::line(&parts.join("  "));
    if width(&wide) <= view.columns() {
        return format!("{}\n", view.paint(Tone::Heading, &wide));
    }
    paragraph(view, "", &clean::line(&parts.join(", ")), Tone::Heading)
}

/// The component's own runtime is of this line: `3.11.4` and `3.11`.
fn is_own(component: &ComponentAnalysis, line: &str) -> bool {
    let version = component.runtime.as_deref().unwrap_or_default();
    version == line || version.strip_prefix(line).is_some_and(|rest| rest.starts_with('.'))
}

/// The table of the rows; `target` is a column of its own only where it says something that `latest` does not.
fn table(rows: &[&DependencyRow]) -> Table {
    let differs = |row: &&&DependencyRow| {
        row.target_version.is_some()
            && row.target_version.as_ref() != row.latest.value()
            && row.latest.missing().is_none()
    };
    let targets = rows.iter().any(|row| differs(&row));
    let mut titles = vec!["package", "in use", "target", "latest", "behind", "age", "risk", "why"];
    titles.retain(|title| targets || *title != "target");
    let mut table = Table::new(2, &titles).row_by_row();
    for row in rows {
        let findings = row.findings.iter().map(|f| toned(Tone::Held, clean::line(f))).collect();
        table.row(cells(row, targets), findings);
    }
    table
}

fn cells(row: &DependencyRow, targets: bool) -> Vec<Cell> {
    let dash = || "-".to_owned();
    let current = match (&row.current_version, row.current_from) {
        (Some(version), _) => version.clone(),
        (None, CurrentFrom::Unknown) if row.pinning == Pinning::Unpinned => "unpinned".to_owned(),
        (None, _) if row.pinning == Pinning::Elsewhere => "elsewhere".to_owned(),
        (None, _) => {
            let stated = || row.stated.iter().map(|s| s.specifier.clone()).find(|s| !s.is_empty());
            row.floor.as_ref().map(|f| format!(">={f}")).or_else(stated).unwrap_or_else(dash)
        }
    };
    let shown = |datum: &Datum<String>| match datum {
        Datum::Found { value } => value.clone(),
        Datum::None => dash(),
        Datum::NotRetrieved { .. } => "?".to_owned(),
    };
    let behind = row.behind.map_or_else(dash, |b| words::behind(b, row.distance));
    let age =
        row.age_days.map_or_else(|| if row.released.missing().is_some() { "?".to_owned() } else { dash() }, words::age);
    let (risk, tone) = match row.risk.as_ref().map(|r| r.level) {
        Some(Risk::High) => ("high", Tone::Bad),
        Some(Risk::Medium) => ("medium", Tone::Held),
        Some(Risk::Low) => ("low", Tone::Plain),
        None => ("-", Tone::Quiet),
    };
    let mut cells = vec![cell(clean::line(&row.name)), cell(clean::line(&current))];
    if targets {
        cells.push(cell(row.target_version.clone().unwrap_or_else(dash)));
    }
    let why = clean::line(&why(row));
    let why = if [OUTDATED, NOT_KNOWN].contains(&why.as_str()) { toned(Tone::Quiet, why) } else { cell(why) };
    cells.extend([cell(shown(&row.latest)), cell(behind), cell(age), toned(tone, risk), why]);
    cells
}

/// What decides first: what cannot be had, what is vulnerable, what is given up, what holds it.
fn why(row: &DependencyRow) -> String {
    let mut reasons: Vec<String> = Vec::new();
    match row.availability.value() {
        Some(Availability::NoSuchVersion { nearest }) if nearest.is_empty() => {
            reasons.push("was never released".to_owned())
        }
        Some(Availability::NoSuchVersion { nearest }) => {
            reasons.push(format!("was never released (nearest: {})", list(nearest)));
        }
        Some(Availability::NoSuchPackage) => reasons.push("the index has no such package".to_owned()),
        Some(Availability::NoDistribution { exists_for }) => {
            reasons.push(format!("nothing of it fits here; it exists for {}", Availability::tags(exists_for)));
        }
        Some(Availability::Yanked { reason }) if reason.is_empty() => reasons.push("yanked".to_owned()),
        Some(Availability::Yanked { reason }) => reasons.push(format!("yanked: {reason}")),
        _ => {}
    }
    match &row.advisories {
        Datum::Found { value } => reasons.extend(vulnerable(row, value)),
        // Without a version in use nothing can be matched; that is said below, once.
        Datum::NotRetrieved { .. } if row.current_version.is_some() && row.latest.missing().is_none() => {
            reasons.push("advisories not retrieved".to_owned());
        }
        Datum::NotRetrieved { .. } | Datum::None => {}
    }
    if let Some(gone) = row.deprecation.value() {
        let successor = gone.successor.as_ref().filter(|s| !gone.message.contains(s.as_str()));
        let successor = successor.map(|s| format!(", use {s}")).unwrap_or_default();
        reasons.push(format!("deprecated: {}{successor}", gone.message));
    }
    reasons.extend(row.held_by.clone());
    if row.direct && row.current_version.is_none() && !matches!(row.pinning, Pinning::Elsewhere | Pinning::Pinned) {
        reasons.push(NOT_KNOWN.to_owned());
    }
    if let Some(why) = row.latest.missing() {
        reasons.push(format!("not retrieved: {why}"));
    }
    if reasons.is_empty() && row.target_version.is_some() && row.target_version != row.current_version {
        reasons.push(OUTDATED.to_owned());
    }
    if !row.direct
        && !reasons.is_empty()
        && let Some((_, path)) = row.paths.first().and_then(|p| p.split_last())
    {
        reasons.push(format!("comes with {}", path.join(" > ")));
    }
    reasons.join("; ")
}

/// `1 critical, 2 high`, and where that does not end at the target: why.
fn vulnerable(row: &DependencyRow, found: &[Finding]) -> Vec<String> {
    let live: Vec<&Finding> = found.iter().filter(|f| !f.is_set_aside()).collect();
    let mut by: Vec<(Severity, usize)> = Vec::new();
    for finding in &live {
        match by.iter_mut().find(|(s, _)| *s == finding.severity) {
            Some((_, n)) => *n += 1,
            None => by.push((finding.severity, 1)),
        }
    }
    by.sort_by_key(|(s, _)| std::cmp::Reverse(*s));
    let mut said = Vec::new();
    if !by.is_empty() {
        // Where the index did not answer, nothing is known to be out of reach.
        let silent = row.latest.missing().is_some() || row.latest_installable.missing().is_some();
        let open = match &row.target_version {
            Some(_) => String::new(),
            None if live.iter().all(|f| f.fixed.is_empty()) => ", no fix yet".to_owned(),
            None if silent => unasked(&live),
            None => ", no fix in reach".to_owned(),
        };
        said.push(by.iter().map(|(s, n)| words::advisories(*n, *s)).collect::<Vec<_>>().join(", ") + &open);
    }
    let aside = found.len() - live.len();
    if aside > 0 {
        said.push(format!("{aside} set aside"));
    }
    said
}

/// What the records name as fixes, where nobody could be asked for releases.
fn unasked(live: &[&Finding]) -> String {
    let mut fixes: Vec<&str> = live.iter().filter_map(|f| f.fixed.first()).map(String::as_str).collect();
    fixes.sort_unstable();
    fixes.dedup();
    let fixes: Vec<String> = fixes.into_iter().map(clean::line).collect();
    let rest = if live.iter().any(|f| f.fixed.is_empty()) { " (no fix for the others yet)" } else { "" };
    format!(", fixed in {}{rest}; whether it can be had is not known", list(&fixes))
}

/// The level with its reasons; without any, what it does not rest on.
fn urgency_line(analysis: &Analysis) -> String {
    let urgency = &analysis.urgency;
    if !urgency.because.is_empty() {
        return format!("urgency {}: {}", urgency.level, list(&urgency.because));
    }
    let failed: Vec<&str> = analysis.sources.iter().filter(|s| s.state != "found").map(|s| s.source.as_str()).collect();
    let rest = if failed.is_empty() {
        "nothing that was looked up presses".to_owned()
    } else {
        format!("nothing that is known presses; not all is known of {}", list(&failed))
    };
    format!("urgency {}: {rest}", urgency.level)
}

fn problems(analysis: &Analysis, view: &View) -> String {
    let mut page = String::new();
    if !analysis.problems.is_empty() {
        page.push('\n');
        page.push_str(&paragraph(view, "", "in the files", Tone::Held));
    }
    for problem in &analysis.problems {
        let line = problem.line.map(|l| format!(":{l}")).unwrap_or_default();
        let text = format!("{}{line}: {}", clean::path(&problem.file), clean::line(&problem.message));
        page.push_str(&paragraph(view, "  ", &text, Tone::Plain));
        if let Some(hint) = &problem.hint {
            page.push_str(&paragraph(view, "    hint: ", &clean::line(hint), Tone::Quiet));
        }
    }
    page
}

/// One line for each reason why something is missing, with how many rows it concerns.
fn not_retrieved(analysis: &Analysis, view: &View) -> String {
    let mut reasons: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for row in analysis.components.iter().flat_map(|c| &c.dependencies) {
        for (what, why) in [
            ("releases", row.latest.missing()),
            ("release dates", row.released.missing().filter(|_| row.latest.missing().is_none())),
            ("advisories", row.advisories.missing()),
            ("use in the code", row.usage.missing()),
        ] {
            if let Some(why) = why {
                *reasons.entry(format!("{what}: {}", clean::line(why))).or_default() += 1;
            }
        }
    }
    let mut page = String::new();
    if !reasons.is_empty() {
        page.push('\n');
    }
    for (reason, rows) in reasons {
        page.push_str(&paragraph(
            view,
            "not retrieved: ",
            &format!("{reason} ({})", count(rows, "dependency")),
            Tone::Held,
        ));
    }
    page
}

#[cfg(test)]
mod tests;
