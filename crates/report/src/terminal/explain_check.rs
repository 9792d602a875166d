//! Everything that an analysis knows of one package, in every component that has it.

use uplift_model::advisory::Finding;
use uplift_model::analysis::{Analysis, Availability, ComponentAnalysis, CurrentFrom, DependencyRow};
use uplift_model::{Datum, Distance, Ecosystem};

use super::lines::paragraph;
use super::release_notes::release_notes;
use super::symbols::symbols;
use crate::clean;
use crate::numbers::{count, list};
use crate::view::{Tone, View};

/// `None` when no component depends on it.
pub fn explain_in_check(analysis: &Analysis, name: &str, view: &View) -> Option<String> {
    let mut page = String::new();
    for component in &analysis.components {
        for row in component.dependencies.iter().filter(|r| r.is_named(name)) {
            let place =
                if component.path == "." { analysis.repository.clone() } else { format!("{}/", component.path) };
            let title = format!("{} in {place} ({})", row.name, component.ecosystem);
            page.push_str(&paragraph(view, "", &clean::line(&title), Tone::Heading));
            page.push_str(&versions(row, view));
            page.push_str(&advisories(row, view));
            if let Some(notes) = &row.release_notes {
                page.push_str(&release_notes(notes, view));
            }
            page.push_str(&surroundings(row, view));
            if let Some(known) = &row.symbols {
                page.push_str(&symbols(known, view));
            }
            page.push_str(&risk(row, view));
            page.push('\n');
        }
    }
    if page.is_empty() {
        return None;
    }
    page.push_str(&view.next(&next(analysis, name, view)));
    Some(page)
}

/// A plan is for one Python component: the first that has the package, where there are several.
fn next(analysis: &Analysis, name: &str, view: &View) -> Vec<String> {
    let python = || analysis.components.iter().filter(|c| c.ecosystem == Ecosystem::Python);
    let has = |c: &&ComponentAnalysis| c.dependencies.iter().any(|row| row.is_named(name));
    let Some(holder) = python().find(has) else { return vec![view.on_path("check --all")] };
    let which = if python().count() > 1 && holder.path != "." {
        format!(" --component {}", uplift_model::shell::word(&clean::path(&holder.path)))
    } else {
        String::new()
    };
    vec![view.on_path(&format!("plan{which}")), view.on_path(&format!("upgrade{which}"))]
}

fn fact(view: &View, label: &str, text: &str) -> String {
    paragraph(view, &format!("  {label}: "), &clean::line(text), Tone::Plain)
}

fn datum<T>(datum: &Datum<T>, found: impl Fn(&T) -> String, none: &str) -> String {
    match datum {
        Datum::Found { value } => found(value),
        Datum::None => none.to_owned(),
        Datum::NotRetrieved { why } => format!("not retrieved: {why}"),
    }
}

fn versions(row: &DependencyRow, view: &View) -> String {
    let mut page = String::new();
    for stated in &row.stated {
        page.push_str(&fact(view, "stated", &format!("`{}` at {}:{}", stated.written, stated.file, stated.line)));
    }
    let from = match row.current_from {
        CurrentFrom::Locked => "by the lock",
        CurrentFrom::Pinned => "by an exact pin",
        CurrentFrom::Installed => "as installed beside the project",
        CurrentFrom::Unknown => "nothing says which version runs",
    };
    let current = row.current_version.as_ref().map_or_else(|| from.to_owned(), |v| format!("{v}, {from}"));
    let age = row.age_days.map(|d| format!(", {d} days old")).unwrap_or_default();
    let date = datum(&row.released, |d| format!("; released {d}{age}"), "");
    page.push_str(&fact(view, "in use", &format!("{current}{date}")));
    if !row.other_versions.is_empty() {
        page.push_str(&fact(view, "more copies in the lock", &list(&row.other_versions)));
    }
    let latest = datum(&row.latest, Clone::clone, "none");
    let here = datum(&row.latest_installable, Clone::clone, "none that can be installed");
    let both =
        if latest == here { latest } else { format!("{latest}; that fits this interpreter and platform: {here}") };
    page.push_str(&fact(view, "latest", &both));
    if let Some(behind) = row.behind {
        let scale = match row.distance {
            Some(Distance::Major) => "a breaking step on its own scheme",
            Some(Distance::Minor) => "a minor step",
            Some(Distance::Patch) => "a patch",
            _ => "current",
        };
        let text = format!(
            "{}, {}, {}; {scale}",
            count(usize::try_from(behind.majors).unwrap_or(usize::MAX), "major"),
            count(usize::try_from(behind.minors).unwrap_or(usize::MAX), "minor"),
            count(behind.releases, "release")
        );
        page.push_str(&fact(view, "behind", &text));
    }
    if let Some(target) = &row.target_version {
        let reasons: Vec<String> = row.reasons.iter().map(|r| format!("{r:?}").to_lowercase()).collect();
        let held = row.held_by.as_ref().map(|h| format!("; {h}")).unwrap_or_default();
        page.push_str(&fact(view, "target", &format!("{target} ({}){held}", list(&reasons))));
    }
    page.push_str(&fact(
        view,
        "availability",
        &datum(&row.availability, availability, "not asked: no version is known"),
    ));
    let gone = |d: &uplift_model::analysis::Deprecation| {
        let successor = d.successor.as_ref().map(|s| format!("; use {s}")).unwrap_or_default();
        format!("{}{successor}", d.message)
    };
    page.push_str(&fact(view, "deprecated", &datum(&row.deprecation, gone, "no")));
    for warning in &row.warnings {
        page.push_str(&fact(view, "mind", warning));
    }
    for finding in &row.findings {
        page.push_str(&fact(view, "finding", finding));
    }
    page
}

fn availability(availability: &Availability) -> String {
    match availability {
        Availability::Installable => "can be installed".to_owned(),
        Availability::SourceOnly => "a source distribution only, to be built".to_owned(),
        Availability::Yanked { reason } if reason.is_empty() => "yanked, no reason given".to_owned(),
        Availability::Yanked { reason } => format!("yanked: {reason}"),
        Availability::NoDistribution { exists_for } => {
            format!("nothing of it fits; it exists for {}", Availability::tags(exists_for))
        }
        Availability::NoSuchVersion { nearest } => format!("was never released; nearest: {}", list(nearest)),
        Availability::NoSuchPackage => "the index has no such package".to_owned(),
    }
}

fn advisories(row: &DependencyRow, view: &View) -> String {
    let found = match &row.advisories {
        Datum::Found { value } if !value.is_empty() => value,
        Datum::NotRetrieved { why } => return fact(view, "advisories", &format!("not retrieved: {why}")),
        _ => return fact(view, "advisories", "none known for the version in use"),
    };
    let mut page = fact(view, "advisories", &count(found.len(), "finding"));
    for finding in found {
        page.push_str(&one(finding, view));
    }
    for path in &row.paths {
        page.push_str(&fact(view, "comes with", &path.join(" > ")));
    }
    page
}

fn one(finding: &Finding, view: &View) -> String {
    let score = finding.score.map(|s| format!(" {s:.1}")).unwrap_or_default();
    let classes = if finding.classes.is_empty() { String::new() } else { format!(", {}", list(&finding.classes)) };
    let fixed = match finding.fixed.first() {
        Some(first) => format!("fixed in {first}"),
        None => "no fix is known".to_owned(),
    };
    let mut lines = vec![
        format!("{} {}{score}{classes}: {}", finding.id, finding.severity, finding.summary),
        format!("  affects {}; {fixed}", finding.affected),
    ];
    if !finding.aliases.is_empty() {
        lines.push(format!("  also {}", list(&finding.aliases)));
    }
    if let Some(day) = &finding.known_exploited {
        lines.push(format!("  known to be exploited since {day}"));
    }
    if let Some(epss) = finding.epss {
        lines.push(format!("  probability of exploitation within 30 days {:.1} %", epss * 100.0));
    }
    if let Some(exception) = &finding.exception {
        let until = exception.until.as_ref().map(|u| format!(" until {u}")).unwrap_or_default();
        let state = if exception.expired { "the exception ended" } else { "set aside" };
        lines.push(format!("  {state} by {}{until}: {}", exception.by, exception.reason));
    }
    lines.iter().map(|l| paragraph(view, "    ", &clean::line(l), Tone::Plain)).collect()
}

fn surroundings(row: &DependencyRow, view: &View) -> String {
    let mut page = String::new();
    if !row.dependents.is_empty() {
        page.push_str(&fact(view, "required by", &list(&row.dependents)));
    }
    match &row.usage {
        Datum::Found { value } => {
            let text = format!("{} in {}", count(value.count, "place"), count(value.files, "file"));
            page.push_str(&fact(view, "used", &text));
            for site in value.sites.iter().take(12) {
                page.push_str(&paragraph(
                    view,
                    "    ",
                    &clean::line(&format!("{}:{} {}", site.file, site.line, site.what)),
                    Tone::Quiet,
                ));
            }
            if value.sites.len() > 12 {
                let more = format!("and {} more (--format json)", value.sites.len() - 12);
                page.push_str(&paragraph(view, "    ", &more, Tone::Quiet));
            }
        }
        Datum::None => page.push_str(&fact(view, "used", "no import of it was found in this component")),
        Datum::NotRetrieved { why } => page.push_str(&fact(view, "used", &format!("not retrieved: {why}"))),
    }
    page
}

fn risk(row: &DependencyRow, view: &View) -> String {
    let Some(risk) = &row.risk else { return String::new() };
    let mut page = fact(view, "risk", &format!("{}, score {} of 100", risk.level, risk.score));
    for factor in &risk.factors {
        let text = format!("{} ({})", factor.reason, factor.signal);
        page.push_str(&paragraph(view, &format!("    {:>3}  ", factor.points), &clean::line(&text), Tone::Plain));
    }
    for unknown in &risk.unknown {
        page.push_str(&paragraph(view, "    unknown: ", &clean::line(unknown), Tone::Held));
    }
    page
}
