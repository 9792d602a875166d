//! The dossier: everything that a report is written from, and the JSON of `uplift report`.
//!
//! Lives here: the data. Lives elsewhere: gathering it (`uplift_engine::dossier`), writing it up (`uplift_report::kinds`).

use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, ComponentAnalysis, DependencyRow};
use crate::comparison::Comparison;
use crate::compatibility::CompatibilityReport;
use crate::hygiene::HygieneReport;
use crate::notes::ReleaseNotes;
use crate::outcome::RunReport;
use crate::plan::Reading;
use crate::risk::{DecisionPoint, RegisterEntry};
use crate::roadmap::{Calendar, Effort, Priority};
use crate::size::ComponentSizes;
use crate::{Datum, Plan};

/// Schema name and version of the JSON.
pub const SCHEMA: &str = "uplift/report/1";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dossier {
    /// [`SCHEMA`].
    pub schema: String,
    pub analysis: Analysis,
    /// One for each component that can be planned; why not, for the others.
    pub plans: Vec<ComponentPlan>,
    /// Of the targets, when it was asked for.
    pub compatibility: Datum<CompatibilityReport>,
    pub hygiene: Datum<HygieneReport>,
    /// For packages with a target.
    pub notes: Vec<NotesFor>,
    /// The run that the report is about.
    pub run: Option<RunReport>,
    /// What changed since the analysis before, where one is kept.
    pub since: Option<Comparison>,
    pub given: Given,
    /// Everything that is to move, of all components, in one calendar. `None`: nothing was weighed.
    #[serde(default)]
    pub programme: Option<Programme>,
    /// What installing each component brings, before and after everything has moved (row M9).
    #[serde(default)]
    pub sizes: Vec<ComponentSizes>,
    /// Where the repository writes down what an upgrade may change (row M12).
    #[serde(default = "unasked")]
    pub documents: Datum<Vec<DocumentFile>>,
    /// What to read before a package crosses a major that no plan moves; steps of plans have their own (row C16).
    #[serde(default)]
    pub reading: Vec<ReadingOf>,
}

fn unasked() -> Datum<Vec<DocumentFile>> {
    Datum::not_retrieved("nobody looked for documents")
}

/// A file of the repository that people read, and what it is about by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DocumentFile {
    /// From the repository's root, with `/`.
    pub path: String,
    pub about: Subject,
}

/// What documents tell that an upgrade may make wrong (row M12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    Changelog,
    Migration,
    Usage,
    Environment,
    Runbook,
    Capacity,
    Security,
}

impl Subject {
    pub const ALL: [Self; 7] = [
        Self::Changelog,
        Self::Migration,
        Self::Usage,
        Self::Environment,
        Self::Runbook,
        Self::Capacity,
        Self::Security,
    ];
}

/// Pages of one package of one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingOf {
    pub component: String,
    pub package: String,
    pub pages: Datum<Vec<Reading>>,
}

/// All moves of all components at once, so that one package never gets two weeks (row C10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Programme {
    /// One for each row of `effort`, in its order.
    pub steps: Vec<ProgrammeStep>,
    /// Its rows name packages as `backend: fastapi`.
    pub effort: Effort,
    /// One for each step.
    pub priorities: Vec<Priority>,
    /// Its indexes are those of the steps.
    pub calendar: Calendar,
    /// Of the steps that no plan covers; those of plans have their own.
    pub register: Vec<RegisterEntry>,
    pub decision_points: Vec<DecisionPoint>,
}

impl Dossier {
    /// The plan of the component at `folder`, where there is one.
    pub fn plan_of(&self, folder: &str) -> Option<&Plan> {
        self.plans.iter().find(|one| one.component == folder).and_then(|one| one.plan.value())
    }
}

/// What the analysis would move in a component and no plan covers: direct dependencies with a target of their own that
/// `plan` neither moves nor says to stay.
pub fn proposed<'a>(
    component: &'a ComponentAnalysis,
    plan: Option<&Plan>,
) -> impl Iterator<Item = (&'a DependencyRow, &'a str)> {
    let covered: std::collections::BTreeSet<String> = plan
        .map(|plan| {
            let moved = plan.moves.iter().flat_map(|m| &m.candidates).map(|c| c.name.to_string());
            moved.chain(plan.unmoved.iter().map(|u| u.name.to_string())).collect()
        })
        .unwrap_or_default();
    component.dependencies.iter().filter_map(move |row| {
        let target = row.target_version.as_deref()?;
        let moves = row.direct && row.current_version.as_deref() != Some(target) && !covered.contains(&row.name);
        moves.then_some((row, target))
    })
}

/// Packages of one component that move together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeStep {
    /// The component's folder, as in the analysis.
    pub component: String,
    pub packages: Vec<String>,
    /// False: no plan covers it, only the analysis proposes it.
    pub planned: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComponentPlan {
    /// The component's folder, as in the analysis.
    pub component: String,
    pub plan: Datum<Plan>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotesFor {
    pub component: String,
    pub package: String,
    pub notes: Datum<ReleaseNotes>,
}

/// What only people know; everything about money, benefits and roles comes from here or is left out (rows M6-M8).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Given {
    pub author: Option<String>,
    /// The document's own version.
    pub version: Option<String>,
    pub title: Option<String>,
    /// `EUR`, `USD`, …
    pub currency: Option<String>,
    pub investment: Option<f64>,
    pub savings_per_year: Option<f64>,
    /// Cost of one person-hour, in `currency`.
    pub hourly_rate: Option<f64>,
    pub benefits: Vec<Benefit>,
    /// Metrics with the value today and the one wanted.
    pub metrics: Vec<GivenMetric>,
    /// Roles and who has them: `security = "Ada"`.
    pub roles: std::collections::BTreeMap<String, String>,
    pub deployment: Option<Deployment>,
    /// More checks for the verification list.
    pub verify: Vec<String>,
}

/// A benefit that somebody states, with where it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Benefit {
    pub what: String,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GivenMetric {
    pub name: String,
    /// As text with its unit; `None`: not measured.
    #[serde(default)]
    pub today: Option<String>,
    pub wanted: String,
    #[serde(default)]
    pub source: Option<String>,
}

/// Where the project runs (row K10), rendered and never acted on here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Deployment {
    pub platform: Option<String>,
    pub region: Option<String>,
    pub service: Option<String>,
    pub port: Option<u32>,
    pub memory: Option<String>,
    pub cpu: Option<String>,
    pub instances: Option<u32>,
    /// Commands as people type them, in order.
    pub commands: Vec<String>,
    pub notes: Vec<String>,
}
