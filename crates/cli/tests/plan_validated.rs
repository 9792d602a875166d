//! A plan validates itself: what `uplift plan` says of its steps on a seed project, `uplift validate --plan` says too.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use check_support::{Desk, Seed, seeds};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

/// Python components of each project.
const PROJECTS: [(&str, &[&str]); 5] = [
    ("omni-backend-cloudrun", &["backend"]),
    ("omni-platform", &["backend"]),
    ("sos-cidadao", &["api"]),
    ("synapps-orchestrator", &["apps/orchestrator"]),
    ("video-ai-system", &[".", "src/api_gateway"]),
];

fn json(desk: &Desk, args: &[&str]) -> Value {
    let outcome = desk.run(args);
    assert!(matches!(outcome.code, Some(0 | 1)), "{args:?}: {}", outcome.all());
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{args:?}: no JSON ({e}): {}", outcome.all()))
}

/// The plan of a component, and what validating it says.
fn both(desk: &Desk, seed: &Seed, component: &str) -> (Value, Value) {
    let advisories = seeds::folder().join("advisories.json").display().to_string();
    let asked = ["plan", "--component", component, "--as-of", &seed.as_of, "--advisories", &advisories];
    let plan = json(desk, &[asked.as_slice(), &["--format", "json"]].concat());
    let file = desk.home.path().join("plan.json").display().to_string();
    std::fs::write(&file, plan.to_string()).unwrap();
    let asked = ["validate", "--plan", &file, "--as-of", &seed.as_of, "--no-imports", "--format", "json"];
    let report = json(desk, &asked);
    (plan, report)
}

/// Number and verdict of every step that moves something.
fn of_plan(plan: &Value) -> Vec<(u64, String)> {
    let steps = plan["steps"].as_array().unwrap().iter().filter(|step| step["kind"] == "move");
    steps
        .map(|step| (step["number"].as_u64().unwrap(), step["validated"]["verdict"].as_str().unwrap().to_owned()))
        .collect()
}

/// As [`of_plan`]; what was not imported, as it was asked for, counts as what the resolver says of it.
fn of_report(report: &Value) -> Vec<(u64, String)> {
    let solved = |step: &Value| {
        step["checks"].as_array().unwrap().iter().all(|c| !c["solution"].as_object().unwrap().is_empty())
    };
    let steps = report["components"][0]["steps"].as_array().unwrap().iter();
    steps
        .map(|step| {
            let verdict = step["verdict"].as_str().unwrap();
            let told = if verdict == "not-checked" && solved(step) { "sat" } else { verdict };
            (step["number"].as_u64().unwrap(), told.to_owned())
        })
        .collect()
}

#[test]
fn the_plan_of_every_seed_project_holds_when_it_is_validated() {
    let mut moved = 0;
    for (name, components) in PROJECTS {
        let seed = Seed::read(name).with_targets();
        let (desk, _market) = seed.desk(BINARY, &[]);
        for component in components {
            let (plan, report) = both(&desk, &seed, component);
            moved += of_plan(&plan).len();
            assert_eq!(of_plan(&plan), of_report(&report), "{name}/{component}: {report:#}");
        }
    }
    assert!(moved > 20, "only {moved} steps were compared");
}

#[test]
fn constraints_that_the_plan_raises_for_what_comes_along_are_raised_when_it_is_validated() {
    // constraints-before.txt pins starlette, which nothing of the project states: it moves with fastapi.
    let seed = Seed::read("synapps-orchestrator")
        .with("fastapi", &["0.119.0"], seeds::MIDDLE)
        .with("starlette", &["0.48.0"], seeds::MIDDLE)
        .stating("fastapi", "0.99.1", "starlette<0.28.0,>=0.27.0")
        .stating("fastapi", "0.119.0", "starlette<0.49.0,>=0.40.0");
    let (desk, _market) = seed.desk(BINARY, &[]);
    let (plan, report) = both(&desk, &seed, "apps/orchestrator");
    let edits: Vec<&Value> =
        plan["steps"].as_array().unwrap().iter().flat_map(|s| s["edits"].as_array().unwrap()).collect();
    assert!(edits.iter().any(|e| e["new"] == "starlette==0.48.0"), "{edits:#?}");
    assert_eq!(of_plan(&plan), of_report(&report), "{report:#}");
    assert!(of_plan(&plan).iter().all(|(_, verdict)| verdict == "sat"), "{plan:#}");
    let end = &report["components"][0]["checks"][0]["solution"];
    assert_eq!((&end["fastapi"], &end["starlette"]), (&"0.119.0".into(), &"0.48.0".into()));

    // A report that asks the same finds the interpreter that the plan was made for as usable as the plan does.
    let advisories = seeds::folder().join("advisories.json").display().to_string();
    let asked = ["report", "migration-guide", "--as-of", &seed.as_of, "--advisories", &advisories, "--format", "json"];
    let data = json(&desk, &asked);
    let line: Vec<&str> = plan["interpreter"].as_str().unwrap().split('.').take(2).collect();
    let solved = data["compatibility"]["value"]["components"][0]["window"]["solved"].to_string();
    assert!(solved.contains(&format!("\"{}\"", line.join("."))), "{solved}: {}", data["compatibility"]);
}
