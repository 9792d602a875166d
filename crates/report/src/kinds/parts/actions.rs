//! What to do and to type: steps of plans, commands for what no plan covers.

use uplift_model::Ecosystem;
use uplift_model::Role;
use uplift_model::analysis::ComponentAnalysis;
use uplift_model::dossier::Dossier;
use uplift_model::plan::PlanStep;
use uplift_model::shell::word as shell;

use super::pairs::{Basis, Pair};
use crate::document::{Block, Table, Text};

/// What a person would type for one pair, from the repository's root.
pub(crate) fn commands(dossier: &Dossier, pair: &Pair<'_>) -> Vec<String> {
    if let Basis::Planned { step: Some(step), .. } = pair.basis
        && !step.commands.is_empty()
    {
        return step.commands.clone();
    }
    let component = dossier.analysis.components.iter().find(|c| c.path == pair.component);
    let environment = component.map(|c| c.environment.as_str()).unwrap_or_default();
    let mut lines = Vec::new();
    if pair.component != "." {
        lines.push(format!("cd {}", shell(pair.component)));
    }
    match pair.ecosystem {
        Ecosystem::Python => lines.push(format!("pip install {}", shell(&format!("{}=={}", pair.name, pair.target)))),
        Ecosystem::JavaScript => {
            let tool = ["pnpm", "yarn"].into_iter().find(|tool| environment.contains(tool));
            let development = pair.row.is_some_and(|row| row.role != Role::Runtime);
            let wanted = shell(&format!("{}@{}", pair.name, pair.target));
            lines.push(match (tool, development) {
                (None, false) => format!("npm install {wanted}"),
                (None, true) => format!("npm install --save-dev {wanted}"),
                (Some(tool), false) => format!("{tool} add {wanted}"),
                (Some(tool), true) => format!("{tool} add --dev {wanted}"),
            });
        }
    }
    lines
}

/// How to go back in each component that no plan covers: its changes are commits that a person makes.
pub(crate) fn ways_back(dossier: &Dossier) -> Vec<(String, Text)> {
    let unplanned = dossier.analysis.components.iter().filter(|one| dossier.plan_of(&one.path).is_none());
    let way = |component: &ComponentAnalysis| {
        let tool = ["pnpm", "yarn"].into_iter().find(|tool| component.environment.contains(tool));
        let text = Text::from("revert the package's commit (").code("git revert COMMIT").plain("), then ");
        match (component.ecosystem, tool) {
            (Ecosystem::Python, _) => text.plain("install from the lock or manifest that stands there again"),
            (Ecosystem::JavaScript, None) => text.code("npm ci").plain(" installs what the lock has again"),
            (Ecosystem::JavaScript, Some(tool)) => {
                text.code(format!("{tool} install --frozen-lockfile")).plain(" installs what the lock has again")
            }
        }
    };
    unplanned.map(|one| (super::component(dossier, &one.path), way(one))).collect()
}

pub(crate) fn commands_block(lines: &[String]) -> Option<Block> {
    (!lines.is_empty()).then(|| Block::Code { language: "sh".to_owned(), text: lines.join("\n") })
}

/// The lines of manifests that a step changes.
pub(crate) fn edits(step: &PlanStep, id: &str) -> Option<Block> {
    if step.edits.is_empty() {
        return None;
    }
    let mut table = Table::new(format!("edits-{id}"), "Lines to change", &["Place", "Now", "Then"], "");
    for edit in &step.edits {
        table.row(vec![
            Text::new().code(format!("{}:{}", edit.file, edit.line)),
            Text::new().code(edit.old.clone()),
            Text::new().code(edit.new.clone()),
        ]);
    }
    Some(Block::Table(table))
}

/// The lines to write for a pair that no plan covers: an exact pin in place of each statement.
pub(crate) fn pins(pair: &Pair<'_>) -> Option<Block> {
    let row = pair.row.filter(|row| row.ecosystem == Ecosystem::Python && !row.stated.is_empty())?;
    let mut table = Table::new(format!("edits-{}", pair.id), "Lines to change", &["Place", "Now", "Then"], "");
    for statement in &row.stated {
        let extras = if row.extras.is_empty() { String::new() } else { format!("[{}]", row.extras.join(",")) };
        let marker = statement.marker.as_ref().map(|m| format!("; {m}")).unwrap_or_default();
        table.row(vec![
            Text::new().code(format!("{}:{}", statement.file, statement.line)),
            Text::new().code(statement.written.clone()),
            Text::new().code(format!("{}{extras}=={}{marker}", row.name, pair.target)),
        ]);
    }
    Some(Block::Table(table))
}

#[cfg(test)]
mod tests {
    use super::shell;

    #[test]
    fn a_name_cannot_become_a_command() {
        assert_eq!(shell("react@18.3.1"), "react@18.3.1");
        assert_eq!(shell("a; rm -rf ~"), "'a; rm -rf ~'");
        assert_eq!(shell("a'$(b)"), "'a'\\''$(b)'");
        assert_eq!(shell("-rf"), "'-rf'");
        assert_eq!(shell(""), "''");
    }
}
