//! What the policies say, in short: sums, what is set aside or only told, licences that would change. What fails the check
//! is listed at the end of the screen, with everything else that does.

use std::collections::BTreeMap;

use uplift_model::analysis::{Analysis, PolicyFinding, PolicyReport};

use super::super::lines::paragraph;
use crate::clean;
use crate::numbers::{count, list};
use crate::view::{Tone, View};

/// Lines of one kind that are shown without `--all`.
const SHOWN: usize = 5;

/// Empty where no policy is in force.
pub(super) fn section(analysis: &Analysis, all: bool, view: &View) -> String {
    let Some(report) = &analysis.policy else { return String::new() };
    let mut page = format!("\n{}", paragraph(view, "", &head(report), tone(report)));
    let aside: Vec<String> = report.findings.iter().filter(|f| is_set_aside(f)).map(set_aside).collect();
    let told = report.findings.iter().filter(|f| !f.fails && !is_set_aside(f));
    let told: Vec<String> = told.map(PolicyFinding::sentence).collect();
    for (what, lines) in
        [("set aside: ", aside), ("told: ", told), ("", report.changes.clone()), ("", report.unused.clone())]
    {
        let shown = if all { lines.len() } else { SHOWN };
        for line in lines.iter().take(shown) {
            page.push_str(&paragraph(view, "  ", &clean::line(&format!("{what}{line}")), Tone::Plain));
        }
        if lines.len() > shown {
            let more = format!("{} more (--all)", lines.len() - shown);
            page.push_str(&paragraph(view, "  ", &more, Tone::Quiet));
        }
    }
    page
}

/// `policy (uplift.toml): 2 licence and 1 banned fail, 1 set aside`.
fn head(report: &PolicyReport) -> String {
    let mut failing: BTreeMap<String, usize> = BTreeMap::new();
    for finding in report.failing() {
        *failing.entry(finding.rule.to_string()).or_default() += 1;
    }
    let mut parts: Vec<String> = Vec::new();
    if !failing.is_empty() {
        let each: Vec<String> = failing.iter().map(|(rule, n)| format!("{n} {rule}")).collect();
        let sum: usize = failing.values().sum();
        parts.push(format!("{} (below)", count(sum, "violation").to_owned() + ": " + &list(&each)));
    }
    let aside = report.findings.iter().filter(|f| is_set_aside(f)).count();
    let told = report.findings.iter().filter(|f| !f.fails && !is_set_aside(f)).count();
    parts.extend(
        (!report.unjudged.is_empty()).then(|| count(report.unjudged.len(), "limit") + " that cannot be judged"),
    );
    parts.extend((aside > 0).then(|| format!("{aside} set aside")));
    parts.extend((told > 0).then(|| format!("{told} not known")));
    let said = if parts.is_empty() { "kept".to_owned() } else { parts.join(", ") };
    format!("policy ({}): {said}", clean::line(&list(&report.policies)))
}

fn tone(report: &PolicyReport) -> Tone {
    if report.failing().next().is_some() || !report.unjudged.is_empty() { Tone::Bad } else { Tone::Plain }
}

fn is_set_aside(finding: &PolicyFinding) -> bool {
    finding.exception.as_ref().is_some_and(|e| !e.expired)
}

fn set_aside(finding: &PolicyFinding) -> String {
    let Some(exception) = &finding.exception else { return finding.sentence() };
    let until = exception.until.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
    let owner = exception.owner.as_ref().map(|owner| format!(", owner {owner}")).unwrap_or_default();
    format!("{}; {}{owner}{until}", finding.sentence(), exception.reason)
}
