//! Version 1 of the documents: a `schema` field, then the model's fields as they are.
//!
//! Lives here: one document a command, as text. Lives elsewhere: the fields themselves (`model`).
//! Readers refuse a higher number behind the last `/`; fields may be added within one.

use serde::Serialize;
use uplift_model::analysis::{Analysis, DependencyRow};
use uplift_model::notes::ReleaseNotes;
use uplift_model::outcome::{Held, Kept, RunReport};
use uplift_model::plan::Unmoved;
use uplift_model::{Candidate, Datum, PackageName, Plan};

use crate::terminal::{HistoryLine, RunLine};

pub const RUN: &str = "uplift/run/1";
pub const PLAN: &str = "uplift/plan/1";
pub const RUNS: &str = "uplift/runs/1";
pub const STATUS: &str = "uplift/status/1";
pub const PACKAGE: &str = "uplift/package/1";
pub const DONE: &str = "uplift/done/1";
pub const DEPENDENCY: &str = "uplift/dependency/1";
pub const ANALYSES: &str = "uplift/analyses/1";
pub const ADVISORIES: &str = "uplift/advisories/1";
pub const DOCTOR: &str = "uplift/doctor/1";
pub const HYGIENE: &str = "uplift/hygiene/1";
pub const HYGIENE_FIX: &str = "uplift/hygiene-fix/1";
pub const APPROVALS: &str = "uplift/approvals/1";
pub const ERROR: &str = "uplift/error/1";

#[derive(Serialize)]
struct Document<'a, T> {
    schema: &'static str,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct DependencyIn<'a> {
    component: &'a str,
    #[serde(flatten)]
    row: &'a DependencyRow,
}

#[derive(Serialize)]
struct Dependencies<'a> {
    found: &'a [DependencyIn<'a>],
}

/// The analyses that are kept.
#[derive(Serialize)]
pub struct Analyses<'a> {
    pub analyses: &'a [HistoryLine],
}

#[derive(Serialize)]
struct Runs<'a> {
    runs: &'a [RunLine],
}

/// All that is known of one package.
#[derive(Serialize)]
struct Package<'a> {
    name: &'a PackageName,
    run: Option<&'a str>,
    kept: Vec<&'a Kept>,
    held: Vec<&'a Held>,
    planned: Vec<&'a Candidate>,
    unmoved: Vec<&'a Unmoved>,
    /// Absent when they were not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    release_notes: Option<&'a Datum<ReleaseNotes>>,
}

/// What a command that failed says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    pub error: String,
    /// What led to it, outermost first.
    pub causes: Vec<String>,
    pub hint: Option<String>,
    pub exit_code: u8,
}

/// Any body with its schema in front, as one document that ends in a line break.
///
/// # Errors
/// When a value has no form in JSON, such as a map whose keys are no strings.
pub fn document<T: Serialize>(schema: &'static str, body: &T) -> Result<String, serde_json::Error> {
    Ok(safe(&serde_json::to_string_pretty(&Document { schema, body })?))
}

/// A run.
///
/// # Errors
/// As [`document`].
pub fn run(report: &RunReport) -> Result<String, serde_json::Error> {
    // The report has its schema as its first field; this writer decides what it is.
    let report = RunReport { schema: RUN.to_owned(), ..report.clone() };
    Ok(safe(&serde_json::to_string_pretty(&report)?))
}

/// A body that carries its own schema: an analysis, a comparison.
///
/// # Errors
/// As [`document`].
pub fn bare<T: Serialize>(body: &T) -> Result<String, serde_json::Error> {
    Ok(safe(&serde_json::to_string_pretty(body)?))
}

/// All that an analysis knows of one package; `None` when no component depends on it.
///
/// # Errors
/// As [`document`].
pub fn dependency(analysis: &Analysis, name: &str) -> Result<Option<String>, serde_json::Error> {
    let rows = analysis.components.iter().flat_map(|c| {
        let of_name = c.dependencies.iter().filter(|r| r.is_named(name));
        of_name.map(|row| DependencyIn { component: &c.path, row })
    });
    let found: Vec<DependencyIn<'_>> = rows.collect();
    if found.is_empty() { Ok(None) } else { document(DEPENDENCY, &Dependencies { found: &found }).map(Some) }
}

/// A plan.
///
/// # Errors
/// As [`document`].
pub fn plan(plan: &Plan) -> Result<String, serde_json::Error> {
    document(PLAN, plan)
}

/// Reads a plan that [`plan`] wrote, by this or an earlier release of the same form.
///
/// # Errors
/// What is wrong with the text, to be put behind the file's name.
pub fn read_plan(text: &str) -> Result<Plan, String> {
    #[derive(serde::Deserialize)]
    struct Head {
        schema: String,
    }
    let head: Head = serde_json::from_str(text).map_err(|e| format!("is no plan: {e}"))?;
    if head.schema != PLAN {
        return Err(format!(
            "is no plan that this release can carry out: its schema is `{}`, not `{PLAN}`",
            head.schema
        ));
    }
    serde_json::from_str(text).map_err(|e| format!("is a damaged plan: {e}"))
}

/// All that a plan, and the run that carried it out, know of one package.
///
/// # Errors
/// As [`document`].
pub fn package(
    plan: &Plan,
    report: Option<&RunReport>,
    name: &PackageName,
    release_notes: Option<&Datum<ReleaseNotes>>,
) -> Result<String, serde_json::Error> {
    let kept = report.map(|r| r.kept.as_slice()).unwrap_or_default();
    let held = report.map(|r| r.held.as_slice()).unwrap_or_default();
    let body = Package {
        name,
        run: report.map(|r| r.run.as_str()),
        kept: kept.iter().filter(|k| k.name == *name).collect(),
        held: held.iter().filter(|h| h.name == *name).collect(),
        planned: plan.candidates.iter().filter(|c| c.name == *name).collect(),
        unmoved: plan.unmoved.iter().filter(|u| u.name == *name).collect(),
        release_notes,
    };
    document(PACKAGE, &body)
}

/// The list of runs.
///
/// # Errors
/// As [`document`].
pub fn runs(lines: &[RunLine]) -> Result<String, serde_json::Error> {
    document(RUNS, &Runs { runs: lines })
}

/// JSON escapes only the first 32 control characters; a terminal obeys more of them. Outside of strings a document
/// holds none, so that each can be escaped where it stands.
fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if c != '\n' && crate::clean::is_unsafe(c) {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    safe.push('\n');
    safe
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_run_reads_back_as_it_was() {
        let report = sample::hostile();
        let text = run(&report).unwrap();
        assert_eq!(serde_json::from_str::<RunReport>(&text).unwrap(), report);
        assert!(!text.chars().any(|c| c != '\n' && crate::clean::is_unsafe(c)));
    }

    #[test]
    fn a_plan_has_the_field_names_that_others_rely_on() {
        let value: serde_json::Value = serde_json::from_str(&plan(&sample::plan()).unwrap()).unwrap();
        assert_eq!(value["schema"], "uplift/plan/1");
        for field in ["id", "dependencies", "phases", "estimated_duration", "rollback_strategy", "success_criteria"] {
            assert!(!value[field].is_null(), "{field}");
        }
        for field in
            ["name", "current_version", "target_version", "ecosystem", "risk_level", "breaking_changes", "dependencies"]
        {
            assert!(!value["dependencies"][0][field].is_null(), "{field}");
        }
    }

    #[test]
    fn a_plan_reads_back_as_it_was_and_nothing_else_is_taken_for_one() {
        let text = plan(&sample::plan()).unwrap();
        assert_eq!(read_plan(&text).unwrap(), sample::plan());
        assert!(read_plan("not json").unwrap_err().starts_with("is no plan: "));
        let newer = text.replacen("uplift/plan/1", "uplift/plan/2", 1);
        assert!(read_plan(&newer).unwrap_err().contains("its schema is `uplift/plan/2`"));
        let run = run(&sample::report()).unwrap();
        assert!(read_plan(&run).unwrap_err().contains("`uplift/run/1`"));
        let damaged = text.replacen("\"target_version\"", "\"aim\"", 1);
        assert!(read_plan(&damaged).unwrap_err().starts_with("is a damaged plan: "));
        for part in [0, text.len() / 3, text.len() - 3].into_iter().filter_map(|cut| text.get(..cut)) {
            assert!(read_plan(part).unwrap_err().starts_with("is no plan: "), "{}", part.len());
        }
    }

    #[test]
    fn test_results_have_the_field_names_that_others_rely_on() {
        let value: serde_json::Value = serde_json::from_str(&run(&sample::report()).unwrap()).unwrap();
        assert_eq!(value["schema"], "uplift/run/1");
        insta::assert_snapshot!(value["test_results"][0], @r#"
        {"coverage_percentage":null,"execution_time":13.2,"failures":[],"performance_metrics":{},"status":"passed","test_type":"unit"}
        "#);
    }

    #[test]
    fn every_field_of_a_run_is_documented() {
        let page = concat!(
            include_str!("../../../../docs/reference/json.md"),
            include_str!("../../../../docs/reference/plan.md")
        );
        let mut names = std::collections::BTreeSet::new();
        collect(&serde_json::to_value(sample::report()).unwrap(), &mut names);
        let missing: Vec<&String> = names.iter().filter(|n| !page.contains(&format!("`{n}`"))).collect();
        assert!(missing.is_empty(), "docs/reference/json.md does not say what these are: {missing:?}");
    }

    fn collect(value: &serde_json::Value, names: &mut std::collections::BTreeSet<String>) {
        match value {
            serde_json::Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                names.insert(name.clone());
                collect(value, names);
            }),
            serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
            _ => {}
        }
    }
}
