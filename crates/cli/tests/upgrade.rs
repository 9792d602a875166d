//! The whole way, on a small project against an index of its own: from stale to a branch, and back.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

use serde_json::Value;
mod support;

use support::{Index, Package, Project, lending};

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

fn start() -> (Index, Project) {
    let index = Index::serve(lending::packages());
    let project = Project::new(BINARY, &index, &lending::files());
    (index, project)
}

fn find<'v>(report: &'v Value, list: &str, name: &str) -> &'v Value {
    let all = report[list].as_array().unwrap_or_else(|| panic!("no {list}: {report:#}"));
    all.iter().find(|k| k["name"] == name).unwrap_or_else(|| panic!("no {name} in {list}: {report:#}"))
}

#[test]
fn everything_that_can_move_does_and_the_culprit_goes_as_far_as_it_can() {
    let (_index, project) = start();
    project.write("dirty.txt", "not committed");
    let before = project.fingerprint();
    let outcome = project.run(&["upgrade", "--format", "json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    let report = outcome.json();
    assert_eq!(find(&report, "kept", "alpha")["to"], "1.1");
    for name in ["beta", "gamma", "delta"] {
        assert_eq!(find(&report, "kept", name)["to"], "2.0", "{name}");
    }
    let alpha = find(&report, "held", "alpha");
    assert_eq!(
        (&alpha["best"], &alpha["target"], &alpha["first_failing"]),
        (&"1.1".into(), &"2.0".into(), &"2.0".into())
    );
    assert!(["witness", "probe"].contains(&alpha["proof"].as_str().unwrap()), "{alpha}");
    assert_eq!(alpha["first_error"]["error"], "AttributeError");
    assert_eq!(report["held"].as_array().unwrap().len(), 1, "{report:#}");
    assert_eq!(report["verified"], true);
    assert_eq!(report["test_results"][0]["status"], "passed");
    let branch = report["branch"].as_str().unwrap();
    let show = |file: &str| project.git(&["show", &format!("{branch}:{file}")]);
    assert_eq!(
        show("requirements.in"),
        "# what lending needs\nalpha==1.1  # loans\nbeta==2.0\ngamma==2.0\ndelta==2.0\n"
    );
    assert_eq!(show("requirements.txt"), "alpha==1.1\nbeta==2.0\ndelta==2.0\nepsilon==1.1\ngamma==2.0\n");
    assert_eq!(project.fingerprint(), before, "something of the user's was touched");
    assert!(project.leftovers().is_empty(), "{:?}", project.leftovers());
}

#[test]
fn plan_touches_nothing_and_says_the_same_twice() {
    let (_index, project) = start();
    let before = project.fingerprint();
    let first = project.run(&["plan", "--format", "json"]);
    assert_eq!(first.code, Some(0), "{}", first.all());
    assert_eq!(first.stdout, project.run(&["plan", "--format", "json"]).stdout);
    let fresh = project.run(&["plan", "--format", "json", "--fresh"]);
    assert_eq!(first.json()["id"], fresh.json()["id"]);
    assert_eq!(project.fingerprint(), before);
    assert!(project.delivered().is_empty());
}

#[test]
fn a_package_goes_back_alone_and_stays_until_something_newer_exists_or_it_is_lifted() {
    let (index, project) = start();
    let report = project.run(&["upgrade", "--format", "json"]).json();
    let run = report["run"].as_str().unwrap();
    let refused = project.run(&["rollback", run, "delta"]);
    assert_eq!(refused.code, Some(3), "{}", refused.all());
    assert!(refused.stderr.contains("others depend on it"), "{}", refused.stderr);
    let back = project.run(&["rollback", run, "beta"]);
    assert_eq!(back.code, Some(0), "{}", back.all());
    let branch = project.delivered().into_iter().find(|b| b.contains("rollback")).expect("no branch of the rollback");
    assert!(project.git(&["show", &format!("{branch}:requirements.in")]).contains("beta==1.0"));
    let planned = |project: &Project| {
        let plan = project.run(&["plan", "--format", "json", "--fresh"]).json();
        plan["dependencies"].as_array().unwrap().iter().any(|c| c["name"] == "beta")
    };
    assert!(!planned(&project), "what was rolled back moves again");
    index.publish(Package {
        name: "beta",
        version: "2.1",
        requires: &["epsilon"],
        module: "import epsilon\ndef size(): return epsilon.ONE",
    });
    assert!(planned(&project), "a newer release does not end the hold");
    assert_eq!(project.run(&["lift", "beta"]).code, Some(0));
    assert!(planned(&project));
}

#[test]
fn a_run_is_applied_by_fast_forward_only() {
    let (_index, project) = start();
    let report = project.run(&["upgrade", "--format", "json"]).json();
    let run = report["run"].as_str().unwrap();
    project.commit(&[("new.txt", "x")], "somebody went on");
    let refused = project.run(&["apply", run]);
    assert_eq!(refused.code, Some(3), "{}", refused.all());
    project.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let applied = project.run(&["apply", run]);
    assert_eq!(applied.code, Some(0), "{}", applied.all());
    assert_eq!(project.git(&["rev-parse", "HEAD"]).trim(), report["tip"].as_str().unwrap());
}

#[test]
fn a_whole_run_goes_back_by_losing_its_branch() {
    let (_index, project) = start();
    let report = project.run(&["upgrade", "--format", "json"]).json();
    let outcome = project.run(&["rollback", report["run"].as_str().unwrap()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    assert!(project.delivered().is_empty());
}
