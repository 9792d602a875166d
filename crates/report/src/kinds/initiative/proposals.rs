//! Moves that no plan covers yet: what the analysis proposes, weighed, with its phase, weeks, tests and way back, and
//! what has to be mended before it can be planned (rows A8, B9, C3, C10, C21).
//!
//! Lives here: the steps of the programme beside those of plans. Lives elsewhere: those of plans (`super::phases`).

use uplift_model::Risk;
use uplift_model::analysis::{Availability, DependencyRow};
use uplift_model::plan::Phase;
use uplift_model::risk::RegisterEntry;
use uplift_model::roadmap::EffortRow;

use super::{Facts, people};
use crate::document::{Block, Section, Table, Text, Tone};
use crate::kinds::parts;
use crate::kinds::pieces;
use crate::kinds::ways::Part;
use crate::numbers::list;

/// One step of the programme that no plan covers.
pub(super) struct Proposal<'a> {
    /// Where it stands in the programme.
    pub at: usize,
    pub component: &'a str,
    pub packages: &'a [String],
    pub effort: &'a EffortRow,
    rows: Vec<&'a DependencyRow>,
}

/// In the order of the programme; none of a run, which is about one plan.
pub(super) fn all<'a>(facts: &Facts<'a>) -> Vec<Proposal<'a>> {
    let Some(programme) = facts.dossier.programme.as_ref().filter(|_| facts.dossier.run.is_none()) else {
        return Vec::new();
    };
    let steps = programme.steps.iter().zip(&programme.effort.rows).enumerate().filter(|(_, (step, _))| !step.planned);
    steps
        .map(|(at, (step, effort))| {
            let of = |part: &&Part<'a>| part.path == crate::kinds::ways::normal(&step.component);
            let row = |name: &String| facts.parts.iter().filter(of).find_map(|part| part.row(name));
            let rows = step.packages.iter().filter_map(row).collect();
            Proposal { at, component: &step.component, packages: &step.packages, effort, rows }
        })
        .collect()
}

impl<'a> Proposal<'a> {
    /// By the level that it was weighed at, as a plan would place it for want of needs.
    pub(super) fn phase(&self) -> Phase {
        match self.effort.level {
            Risk::Low => Phase::Low,
            Risk::Medium => Phase::Medium,
            Risk::High => Phase::High,
        }
    }

    /// `httpx 0.25.2 -> 0.28.1`.
    pub(super) fn title(&self) -> String {
        let told = self.rows.iter().map(|row| {
            let from = row.current_version.as_deref().unwrap_or("(version in use not known)");
            format!("{} {from} -> {}", row.name, row.target_version.as_deref().unwrap_or("?"))
        });
        told.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn tests(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for test in self.rows.iter().filter_map(|row| row.risk.as_ref()).flat_map(|risk| &risk.required_tests) {
            if !all.contains(test) {
                all.push(test.clone());
            }
        }
        all
    }

    /// As the register and the decisions of the programme name packages.
    fn names(&self, package: &str) -> bool {
        self.packages.iter().any(|own| package == format!("{}: {own}", self.component) || package == own)
    }

    fn agree(&self, facts: &Facts<'a>) -> Vec<String> {
        let points = people::decision_points(facts).into_iter();
        let own = points.filter(|point| point.packages.iter().any(|package| self.names(package)));
        let mut roles: Vec<String> = own.flat_map(|point| point.roles.clone()).collect();
        roles.dedup();
        roles
    }

    fn weeks(&self, facts: &Facts<'a>) -> Vec<String> {
        let weeks = facts.dossier.programme.iter().flat_map(|programme| &programme.calendar.weeks);
        let own = weeks.filter(|week| week.starts.contains(&self.at) || week.continues.contains(&self.at));
        own.map(|week| week.number.to_string()).collect()
    }

    /// Of its first risk that the register holds.
    pub(super) fn register(&self, facts: &Facts<'a>) -> Option<&'a RegisterEntry> {
        let entries = facts.dossier.programme.iter().flat_map(|programme| &programme.register);
        entries.into_iter().find(|entry| entry.packages.iter().any(|package| self.names(package)))
    }

    fn why(&self) -> Text {
        let of = |row: &&DependencyRow| {
            let reasons: Vec<&str> = row.reasons.iter().map(|reason| parts::reason_word(*reason)).collect();
            let risk = row.risk.as_ref();
            let factor = risk.and_then(|risk| risk.factors.iter().max_by_key(|factor| factor.points));
            let evidence = factor.map(|factor| format!(": {}", factor.reason)).unwrap_or_default();
            let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
            Text::from(format!("{}{evidence}{reasons}", self.effort.level))
        };
        pieces::joined(self.rows.iter().map(of), "; ")
    }

    /// Ids that the step would be rid of.
    fn removes(&self) -> Vec<String> {
        let effects = self.rows.iter().filter_map(|row| row.risk.as_ref()?.security.value());
        effects
            .flat_map(|effect| &effect.removed)
            .map(|one| format!("{} no longer touches {}", one.finding.id, one.package))
            .collect()
    }
}

/// The proposals of one phase; `None`: there are none.
pub(super) fn table(facts: &Facts<'_>, phase: Phase) -> Option<Table> {
    let columns = ["Component", "What", "Risk and reasons", "Tests", "Must agree", ">Week", ">Effort"];
    let id = format!("phase-{}-proposed", phase.number());
    let caption = format!("Proposed for phase {}, not planned yet", phase.number());
    let mut table = Table::new(id, caption, &columns, "Nothing.");
    for one in all(facts).iter().filter(|one| one.phase() == phase) {
        let (tests, agree, weeks) = (one.tests(), one.agree(facts), one.weeks(facts));
        let row = table.row(vec![
            Text::new().code(one.component),
            Text::from(one.title()),
            one.why(),
            Text::from(if tests.is_empty() { "none".to_owned() } else { list(&tests) }),
            Text::from(if agree.is_empty() { "nobody".to_owned() } else { list(&agree) }),
            if weeks.is_empty() { Text::new().unknown("no week is booked") } else { Text::from(list(&weeks)) },
            Text::from(parts::effort(one.effort.minutes)),
        ]);
        row.tone = if agree.is_empty() { Tone::Plain } else { Tone::Warning };
    }
    (!table.rows.is_empty()).then_some(table)
}

/// What has to hold after the proposals of a phase, from the layers of tests that their risk asks for.
pub(super) fn criteria(facts: &Facts<'_>, phase: Phase) -> Vec<String> {
    let own: Vec<Proposal<'_>> = all(facts).into_iter().filter(|one| one.phase() == phase).collect();
    let mut tests: Vec<String> = Vec::new();
    for test in own.iter().flat_map(Proposal::tests) {
        if !tests.contains(&test) {
            tests.push(test);
        }
    }
    let mut all = Vec::new();
    if !tests.is_empty() {
        all.push(format!("no test that passed before fails, in the layers {}", list(&tests)));
    }
    all.extend(own.iter().flat_map(Proposal::removes));
    all
}

/// Versions that cannot be had, at the lines that state them: until they are mended, a set of them cannot be solved.
pub(super) fn obstacles(facts: &Facts<'_>) -> Table {
    let columns = ["Package", "Component", "Stated as", "Where", "What is wrong", "What there is"];
    let empty = "Every version in use that could be looked up can be had.";
    let mut table = Table::new("obstacles", "To be mended first", &columns, empty);
    for part in &facts.parts {
        for row in part.analysis.into_iter().flat_map(|component| &component.dependencies) {
            let (wrong, there) = match row.availability.value() {
                Some(Availability::NoSuchVersion { nearest }) => {
                    ("this version was never released", Text::from("nearest: ").and(pieces::codes(nearest)))
                }
                Some(Availability::NoSuchPackage) => ("the index does not know the package", Text::from("nothing")),
                Some(Availability::NoDistribution { exists_for }) => (
                    "no distribution of it fits this runtime and platform",
                    Text::from("for ").and(pieces::codes(exists_for)),
                ),
                Some(Availability::Yanked { reason }) => ("its maintainers withdrew it", Text::from(reason.as_str())),
                _ => continue,
            };
            let version = row.current_version.as_deref().unwrap_or_default();
            let lines = row.stated.iter().filter(|one| one.specifier.contains(version));
            let (written, places): (Vec<Text>, Vec<Text>) =
                lines.map(|one| (Text::new().code(&one.written), pieces::place(&one.file, Some(one.line)))).unzip();
            let cells = vec![
                Text::new().code(&row.name),
                Text::new().code(part.path),
                pieces::joined(written, ", "),
                pieces::joined(places, ", "),
                Text::from(wrong),
                there,
            ];
            table.row(cells).tone = Tone::Bad;
        }
    }
    table
}

/// Components without a plan, and why; said once, the other sections lead here.
pub(super) fn unplanned(facts: &Facts<'_>) -> Section {
    let mut section = Section::new("unplanned", "Components without a plan");
    let mut told = Vec::new();
    for part in facts.parts.iter().filter(|part| part.plan.is_none()) {
        let why = part.why_no_plan.unwrap_or("it was not planned");
        told.push(Text::new().code(part.path).plain(": ").unknown(why));
    }
    if told.is_empty() {
        return section.say("Every component has a plan.");
    }
    section = section.with(Block::List(told));
    let proposed = all(facts).len();
    if proposed == 0 {
        return section;
    }
    section.say(
        Text::from("What the analysis proposes for them is weighed and in the calendar (")
            .count(proposed, "step", "effort-rows")
            .plain("); whether it goes together, a plan has to show."),
    )
}
