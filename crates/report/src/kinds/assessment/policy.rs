//! Where the policies in force are broken, what is set aside until when, licences that targets would change.

use uplift_model::analysis::PolicyFinding;
use uplift_model::dossier::Dossier;

use crate::document::{Block, Section, Table, Text, Tone};

/// `None`: no policy is in force.
pub(super) fn section(dossier: &Dossier) -> Option<Section> {
    let report = dossier.analysis.policy.as_ref()?;
    let columns = ["Component", "Package", "In use", "Rule", "What", "Stated in", "State"];
    let mut table = Table::new("policy", "Policy", &columns, "nothing breaks the policies in force");
    for finding in &report.findings {
        let place = finding.file.as_ref().map(|file| match finding.line {
            Some(line) => format!("{file}:{line}"),
            None => file.clone(),
        });
        let (state, tone) = state(finding);
        let instead = finding.instead.as_ref().map(|instead| format!("; use {instead}")).unwrap_or_default();
        let row = table.row(vec![
            Text::from(super::parts::component(dossier, &finding.component)),
            Text::from(finding.package.clone()),
            finding.version.clone().map_or_else(|| Text::new().unknown("nothing says which version runs"), Text::from),
            Text::from(format!("{} ({})", finding.rule, finding.policy)),
            Text::from(format!("{}{instead}", finding.what)),
            place.map_or_else(|| Text::new().unknown("no file states it"), |place| Text::new().code(place)),
            state,
        ]);
        row.tone = tone;
    }
    let text = Text::new().plain("In force: ").plain(report.policies.join(", ")).plain(". ");
    let text = text.span(table.count("finding")).plain(": ").count(report.failing().count(), "violation", "policy");
    let mut section = Section::new("policy-section", "Policy").say(text.plain(" that fail the check."));
    section = section.with(Block::Table(table));
    let more: Vec<Text> =
        report.unjudged.iter().chain(&report.changes).chain(&report.unused).cloned().map(Text::from).collect();
    Some(if more.is_empty() { section } else { section.with(Block::List(more)) })
}

fn state(finding: &PolicyFinding) -> (Text, Tone) {
    match &finding.exception {
        Some(exception) if !exception.expired => {
            let until = exception.until.as_ref().map(|day| format!(" until {day}")).unwrap_or_default();
            let owner = exception.owner.as_ref().map(|owner| format!(", owner {owner}")).unwrap_or_default();
            (Text::from(format!("set aside{until}{owner}: {}", exception.reason)), Tone::Warning)
        }
        Some(exception) => {
            let day = exception.until.as_deref().unwrap_or("an earlier day");
            (Text::from(format!("the exception ended on {day}")), Tone::Bad)
        }
        None if finding.fails => (Text::from("fails"), Tone::Bad),
        None => (Text::from("told, does not fail"), Tone::Unknown),
    }
}
