//! Which rows of an analysis a reader has to see, in which order, and what to do next.

use uplift_model::analysis::{Analysis, Availability, ComponentAnalysis, DependencyRow, Pinning};
use uplift_model::{Distance, Ecosystem, Risk};

use crate::clean;
use crate::numbers::{count, list};
use crate::view::View;

/// Rows that no limit hides: what is vulnerable, cannot be had, was given up or is of high risk.
pub(super) fn must_be_seen(row: &DependencyRow) -> bool {
    let vulnerable = row.advisories.value().is_some_and(|found| found.iter().any(|f| !f.is_set_aside()));
    let gone = !matches!(row.availability.value(), None | Some(Availability::Installable | Availability::SourceOnly));
    let risky = moves(row) && row.risk.as_ref().is_some_and(|r| r.level == Risk::High);
    vulnerable || gone || row.deprecation.value().is_some() || risky
}

/// `43 more rows: 39 outdated (9 of medium risk), 3 current, 1 of unknown version (--all)`.
pub(super) fn left_out(rows: &[&DependencyRow]) -> String {
    let number = |of: &dyn Fn(&DependencyRow) -> bool| rows.iter().filter(|r| of(r)).count();
    let outdated = |row: &DependencyRow| row.behind.is_some_and(|b| b.releases > 0);
    let unknown = |row: &DependencyRow| row.behind.is_none();
    let mut parts = Vec::new();
    let medium = number(&|r| outdated(r) && r.risk.as_ref().is_some_and(|risk| risk.level == Risk::Medium));
    match (number(&outdated), medium) {
        (0, _) => {}
        (behind, 0) => parts.push(format!("{behind} outdated")),
        (behind, medium) => parts.push(format!("{behind} outdated ({medium} of medium risk)")),
    }
    for (said, n) in
        [("current", number(&|r| !outdated(r) && !unknown(r))), ("whose distance is not known", number(&unknown))]
    {
        if n > 0 {
            parts.push(format!("{n} {said}"));
        }
    }
    format!("{}: {} (--all)", count(rows.len(), "more row"), parts.join(", "))
}

fn moves(row: &DependencyRow) -> bool {
    row.target_version.is_some() && row.target_version != row.current_version
}

/// What puts a row first; 0: it needs nothing now.
pub(super) fn weight(row: &DependencyRow) -> u32 {
    let advisories = row.advisories.value().map_or(0, |found| {
        found.iter().filter(|f| !f.is_set_aside()).map(|f| 100 + 200 * f.severity as u32).max().unwrap_or(0)
    });
    let broken = match row.availability.value() {
        Some(Availability::NoSuchVersion { .. } | Availability::NoSuchPackage) => 1500,
        Some(Availability::NoDistribution { .. }) => 1200,
        Some(Availability::Yanked { .. }) => 300,
        _ => 0,
    };
    let risk = row.risk.as_ref().map_or(0, |r| match r.level {
        Risk::High => 60,
        Risk::Medium => 30,
        Risk::Low => 5,
    });
    let moves = moves(row);
    let distance = match row.distance {
        Some(Distance::Major) => 20,
        Some(Distance::Minor) => 10,
        Some(Distance::Patch) => 5,
        _ => 0,
    };
    let unpinned = u32::from(row.direct && row.pinning == Pinning::Unpinned && row.current_version.is_none());
    let deprecated = if row.deprecation.value().is_some() { 40 } else { 0 };
    let odd = u32::from(!row.findings.is_empty());
    // Whole majors behind, and something else has to move first.
    let stuck =
        if row.direct && !moves && row.held_by.is_some() && row.behind.is_some_and(|b| b.majors > 0) { 15 } else { 0 };
    advisories + broken + deprecated + unpinned + odd + stuck + if moves { risk + distance } else { 0 }
}

/// Commands that work on this repository: a plan is for one Python component.
pub(super) fn next(analysis: &Analysis, view: &View) -> String {
    let heaviest = |component: &ComponentAnalysis| component.dependencies.iter().map(weight).max().unwrap_or(0);
    let rows = analysis.components.iter().flat_map(|c| &c.dependencies);
    let first = rows.filter(|r| weight(r) > 0).max_by_key(|r| (weight(r), r.direct));
    let Some(first) = first else { return view.next(&[view.on_path("check --all")]) };
    let mut commands = vec![view.on_path(&format!("check --explain {}", clean::line(&first.name)))];
    let of = |ecosystem| analysis.components.iter().filter(move |c| c.ecosystem == ecosystem);
    let python: Vec<&ComponentAnalysis> = of(Ecosystem::Python).collect();
    let root_or_only = python.len() == 1 || python.iter().any(|c| c.path == ".");
    // The component at the root is meant where none is named.
    let which = python.iter().filter(|_| !root_or_only).max_by_key(|c| heaviest(c));
    let which =
        which.map(|c| format!(" --component {}", uplift_model::shell::word(&clean::path(&c.path)))).unwrap_or_default();
    if python.is_empty() {
        commands.push(view.on_path("report summary"));
        let found = of(Ecosystem::JavaScript).count();
        let note = if found > 0 { "plan and upgrade are for Python so far\n" } else { "" };
        return format!("{note}{}", view.next(&commands));
    }
    commands.push(view.on_path(&format!("plan{which}")));
    commands.push(view.on_path(&format!("upgrade{which}")));
    let others: Vec<String> =
        python.iter().filter(|c| python.len() > 1 && c.path != ".").map(|c| clean::path(&c.path)).collect();
    let note = if others.is_empty() {
        String::new()
    } else {
        format!("a plan is for one component: --component takes {}\n", list(&others))
    };
    format!("{note}{}", view.next(&commands))
}
