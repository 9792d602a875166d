//! SARIF 2.1.0, as code scanning takes it: what was found, where it stands in a manifest, and the change that mends it.
//!
//! Source: OASIS SARIF 2.1.0 (Errata 01). Lives here: the log around the results. Lives elsewhere: the types (`log.rs`),
//! the rules (`rules.rs`), what becomes a result (`analysis.rs`, `plan.rs`, `run.rs`), changes of a line (`fix.rs`).

mod analysis;
mod fix;
mod log;
mod plan;
mod rules;
mod run;

pub(super) use self::analysis::analysis;
use self::log::{
    ArtifactLocation, ArtifactLocations, Automation, Descriptor, Driver, Invocation, Level, Location, Log,
    LogicalLocation, Message, Notification, PhysicalLocation, Properties, Region, Run, RunProperties, Suppression,
    Tool,
};
pub(super) use self::plan::plan;
use self::rules::Rule;
pub(super) use self::run::run;
use super::{identity, purl};
use crate::clean;

/// The folder that was looked at, in every location.
const ROOT: &str = "%SRCROOT%";

/// One result, before it has the form of the log.
struct Remark {
    rule: Rule,
    level: Level,
    /// `None`: `fail`.
    kind: Option<&'static str>,
    message: String,
    place: Option<Place>,
    /// Other lines that state it.
    others: Vec<Place>,
    /// `backend/redis`.
    logical: String,
    /// What makes it the same finding in the next analysis: no line and no version.
    same: Vec<String>,
    suppression: Option<Suppression>,
    baseline: Option<&'static str>,
    fixes: Vec<log::Fix>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    file: String,
    /// 1-based.
    line: u32,
}

/// A datum that was not retrieved, or a file that could not be read.
struct Gap {
    id: &'static str,
    level: Level,
    message: String,
    place: Option<Place>,
}

/// What the whole is about.
struct About {
    /// `check`, `plan`, `run`.
    what: &'static str,
    subject: String,
    commit: Option<String>,
    day: String,
    more: Vec<(&'static str, String)>,
}

fn log(about: &About, remarks: Vec<Remark>, gaps: Vec<Gap>) -> Log {
    let mut all: Vec<Rule> = Vec::new();
    let mut known = std::collections::BTreeMap::new();
    let mut results = Vec::with_capacity(remarks.len());
    for remark in remarks {
        let index = *known.entry(remark.rule.id.clone()).or_insert(all.len());
        match all.get_mut(index) {
            // The same advisory may be rated by more than one record: the worse counts.
            Some(rule) => rule.merge(&remark.rule),
            None => all.push(remark.rule.clone()),
        }
        results.push(result(remark, index));
    }
    let mut kinds: Vec<&'static str> = gaps.iter().map(|gap| gap.id).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let properties = Properties::new(
        about
            .more
            .iter()
            .cloned()
            .chain([("day", about.day.clone())])
            .chain(about.commit.clone().map(|c| ("commit", c))),
    );
    Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: vec![Run {
            tool: Tool {
                driver: Driver {
                    name: "Uplift",
                    semantic_version: identity::VERSION,
                    rules: all.iter().map(Rule::descriptor).collect(),
                    notifications: kinds.into_iter().map(Descriptor::of_notification).collect(),
                },
            },
            automation_details: Automation { id: format!("uplift/{}/{}/", about.what, purl::escaped(&about.subject)) },
            original_uri_base_ids: ArtifactLocations::root("the folder that was looked at"),
            column_kind: "utf16CodeUnits",
            invocations: vec![Invocation {
                execution_successful: gaps.iter().all(|gap| gap.level != Level::Error),
                tool_execution_notifications: gaps.into_iter().map(notification).collect(),
            }],
            results,
            properties: RunProperties { uplift: properties },
        }],
    }
}

fn result(remark: Remark, index: usize) -> log::Result {
    let same = std::iter::once(remark.rule.id.as_str()).chain(remark.same.iter().map(String::as_str));
    let print = identity::hash(same).get(..32).unwrap_or_default().to_owned();
    let location = Location {
        physical_location: remark.place.as_ref().map(physical),
        logical_locations: vec![LogicalLocation { fully_qualified_name: clean::line(&remark.logical), kind: "module" }],
    };
    let related = remark
        .others
        .iter()
        .map(|place| Location { physical_location: Some(physical(place)), logical_locations: Vec::new() });
    log::Result {
        rule_id: remark.rule.id,
        rule_index: index,
        level: remark.level,
        kind: remark.kind,
        message: Message::new(&remark.message),
        locations: vec![location],
        related_locations: related.collect(),
        partial_fingerprints: log::Fingerprints { finding: print },
        suppressions: remark.suppression.into_iter().collect(),
        baseline_state: remark.baseline,
        fixes: remark.fixes,
    }
}

fn notification(gap: Gap) -> Notification {
    let place = gap
        .place
        .as_ref()
        .map(|place| Location { physical_location: Some(physical(place)), logical_locations: Vec::new() });
    Notification {
        descriptor: Descriptor::reference(gap.id),
        level: gap.level,
        message: Message::new(&gap.message),
        locations: place.into_iter().collect(),
    }
}

fn physical(place: &Place) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: artifact(&place.file),
        region: Region { start_line: place.line.max(1), start_column: None, end_line: None, end_column: None },
    }
}

fn artifact(file: &str) -> ArtifactLocation {
    ArtifactLocation { uri: purl::path(file), uri_base_id: ROOT }
}
