//! The verdicts of a compatibility report as a grid: sets and packages down, interpreters across.

use uplift_model::compatibility::{CompatibilityReport, ComponentCompatibility, MatrixRow, Verdict};

use crate::document::Tone;
use crate::pictures::{Matrix, Picture};

/// A row for each component's complete set, then one for each package that does not fit everywhere; what fits on every
/// interpreter that was asked stands together in one row, so that it cannot hide the rest.
pub fn matrix(report: &CompatibilityReport) -> Picture {
    let mut columns: Vec<String> = Vec::new();
    for component in &report.components {
        let checks = component.checks.iter().map(|check| &check.runtime);
        for runtime in checks.chain(component.matrix.iter().map(|row| &row.runtime)) {
            if !columns.contains(runtime) {
                columns.push(runtime.clone());
            }
        }
    }
    columns.sort_by_key(|runtime| numbers(runtime));
    let several = report.components.len() > 1;
    let rows = report.components.iter().flat_map(|component| of_component(component, &columns, several)).collect();
    Picture::Matrix(Matrix { columns, rows })
}

type Cells = Vec<(Tone, String)>;

fn of_component(component: &ComponentCompatibility, columns: &[String], several: bool) -> Vec<(String, Cells)> {
    let label = |what: &str| if several { format!("{}: {what}", component.path) } else { what.to_owned() };
    let mut rows = Vec::new();
    if !component.checks.is_empty() {
        let check = |runtime: &String| component.checks.iter().find(|check| check.runtime == *runtime);
        let cells = columns.iter().map(|runtime| cell(check(runtime).map(|check| check.verdict))).collect();
        rows.push((label("complete set"), cells));
    }
    let mut fitting: Vec<Vec<&MatrixRow>> = Vec::new();
    for group in packages(component) {
        if group.iter().all(|row| row.verdict == Verdict::Sat) {
            fitting.push(group);
            continue;
        }
        let Some(first) = group.first() else { continue };
        let version = first.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
        let verdict = |runtime: &String| group.iter().find(|row| row.runtime == *runtime).map(|row| row.verdict);
        let cells = columns.iter().map(|runtime| cell(verdict(runtime))).collect();
        rows.push((label(&format!("{}{version}", first.package)), cells));
    }
    if !fitting.is_empty() {
        let everywhere = |runtime: &String| {
            fitting.iter().all(|group| group.iter().any(|row| row.runtime == *runtime)).then_some(Verdict::Sat)
        };
        let cells = columns.iter().map(|runtime| cell(everywhere(runtime))).collect();
        let others = if rows.len() > usize::from(!component.checks.is_empty()) { "other " } else { "" };
        let noun = if fitting.len() == 1 { "package" } else { "packages" };
        rows.push((label(&format!("{} {others}{noun}", fitting.len())), cells));
    }
    rows
}

/// Rows of one package at one version, in the order of the report.
fn packages(component: &ComponentCompatibility) -> Vec<Vec<&MatrixRow>> {
    let mut groups: Vec<Vec<&MatrixRow>> = Vec::new();
    let mut known: std::collections::HashMap<(&str, Option<&str>), usize> = std::collections::HashMap::new();
    for row in &component.matrix {
        let place = *known.entry((&row.package, row.version.as_deref())).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

fn cell(verdict: Option<Verdict>) -> (Tone, String) {
    let (tone, word) = match verdict {
        None => (Tone::Unknown, "not asked"),
        Some(Verdict::Sat) => (Tone::Good, "fits"),
        Some(Verdict::NotChecked) => (Tone::Unknown, "not checked"),
        Some(Verdict::Downgrade) => (Tone::Warning, "downgrade"),
        Some(Verdict::ImportFails) => (Tone::Bad, "import fails"),
        Some(Verdict::PeerViolation) => (Tone::Bad, "peer unmet"),
        Some(Verdict::Unsat) => (Tone::Bad, "no set"),
    };
    (tone, word.to_owned())
}

/// `3.9` before `3.10`, `node 18` before `node 20`; what has no number comes last.
fn numbers(runtime: &str) -> (bool, Vec<u64>, String) {
    let all: Vec<u64> = runtime.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    (all.is_empty(), all, runtime.to_owned())
}
