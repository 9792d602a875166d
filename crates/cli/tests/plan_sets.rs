//! The complete set after every step (row D1): asked step by step, and steps joined or put behind others where one alone
//! has none.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod support;

use serde_json::Value;
use support::lending::tied;
use support::{Package, Repo, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

const TESTS: &str = "\
import unittest
import a, b, c

class All(unittest.TestCase):
    def test_parts(self):
        self.assertTrue(a.__version__ and b.__version__ and c.__version__)
";

/// Three packages over one library `x` of versions 1 to 5: each step alone is taken, two of them together are not.
fn three(old: &[(&str, &str)], new: &[(&str, &str, &str)]) -> Option<(Stage, Repo)> {
    let mut packages: Vec<Package> = (1..=5).map(|n| Package::new("x", &format!("{n}.0"), "")).collect();
    packages.extend(old.iter().map(|(name, needs)| Package::new(name, "1.0.0", "").requires(needs)));
    packages.extend(new.iter().map(|(name, version, needs)| Package::new(name, version, "").requires(needs)));
    let stage = Stage::new(PROGRAM, packages)?;
    let files = [
        ("requirements.in", "a==1.0.0\nb==1.0.0\nc==1.0.0\n"),
        ("requirements.txt", "a==1.0.0\nb==1.0.0\nc==1.0.0\nx==1.0\n"),
        ("tests/__init__.py", ""),
        ("tests/test_all.py", TESTS),
        ("uplift.toml", "[test]\nbaseline-runs = 1\n"),
    ];
    let repo = stage.repo("three", &files);
    Some((stage, repo))
}

/// Names of each move, in order.
fn moves(plan: &Value) -> Vec<Vec<&str>> {
    plan["moves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["candidates"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect())
        .collect()
}

/// What the step that moves `name` says of its set.
fn validated<'v>(plan: &'v Value, name: &str) -> &'v Value {
    let steps = plan["steps"].as_array().unwrap();
    let moves = |step: &&Value| step["packages"].as_array().unwrap().iter().any(|p| p == name);
    &steps.iter().find(moves).unwrap_or_else(|| panic!("no step moves {name}: {plan:#}"))["validated"]
}

#[test]
fn a_step_whose_set_does_not_exist_goes_behind_the_one_that_makes_it_possible() {
    // a 1.1 and b 1.1 only agree on x 3, which c 1.0.0 refuses and c 2.0.0 takes.
    let old = [("a", "x"), ("b", "x"), ("c", "x!=3.0")];
    let new = [("a", "1.1.0", "x>=2.0,<=3.0"), ("b", "1.1.0", "x>=3.0,<=4.0"), ("c", "2.0.0", "x")];
    let Some((stage, repo)) = three(&old, &new) else { return };
    let plan = stage.run(repo.path(), &["plan", "--format", "json"]).json(0);
    assert_eq!(moves(&plan), [["a"], ["c"], ["b"]], "{plan:#}");
    for name in ["a", "b", "c"] {
        assert_eq!(validated(&plan, name)["verdict"], "sat", "{plan:#}");
        assert_eq!(validated(&plan, name)["packages"], 4);
        assert!(validated(&plan, name)["interpreters"][0].as_str().unwrap().starts_with(stage.minor()));
    }
    let why = validated(&plan, "b")["decides"].as_str().unwrap();
    assert!(why.starts_with("put behind c, since no set exists without it: because "), "{why}");
    assert_eq!(validated(&plan, "a")["decides"], Value::Null);
    assert_eq!(validated(&plan, "a")["along"][0]["name"], "x");
    let last = plan["steps"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["kind"], &last["validated"]["verdict"]), (&"integration".into(), &"sat".into()));
    let screen = stage.run(repo.path(), &["plan"]).stdout;
    assert!(screen.contains("validated: 3 of 3 steps with a complete set that resolves on Python"), "{screen}");
    assert!(stage.run(repo.path(), &["plan", "--explain", "b"]).stdout.contains("4 packages resolve on Python"));

    // Every commit of the run is a set that installs.
    let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    assert_eq!(report["kept"].as_array().unwrap().len(), 3, "{report:#}");
}

#[test]
fn steps_of_which_none_has_a_set_without_the_other_are_one() {
    // After a, neither b nor c goes alone: they agree on x 3 only together.
    let old = [("a", "x"), ("b", "x!=3.0"), ("c", "x!=3.0")];
    let new = [("a", "1.1.0", "x>=2.0,<=3.0"), ("b", "1.1.0", "x>=3.0,<=4.0"), ("c", "2.0.0", "x>=3.0,!=4.0")];
    let Some((stage, repo)) = three(&old, &new) else { return };
    let plan = stage.run(repo.path(), &["plan", "--format", "json"]).json(0);
    assert_eq!(moves(&plan), [vec!["a"], vec!["b", "c"]], "{plan:#}");
    let together = validated(&plan, "b");
    assert_eq!(together["verdict"], "sat", "{together:#}");
    assert!(together["decides"].as_str().unwrap().starts_with("joined with "), "{together:#}");
}

#[test]
fn a_plan_is_validated_step_by_step_on_every_python_that_is_asked_for() {
    let Some(stage) = Stage::new(PROGRAM, {
        let mut packages = tied::packages();
        packages.push(tied::beta("3.0").for_python(">=3.11"));
        packages
    }) else {
        return;
    };
    let repo = stage.repo("lending", &tied::files());
    let text = stage.run(repo.path(), &["plan", "--python", stage.minor(), "--format", "json"]);
    let plan = text.json(0);
    repo.write("plan.json", text.stdout.as_bytes());
    let report = stage.run(repo.path(), &["validate", "--plan", "plan.json", "--format", "json"]).json(0);
    let component = &report["components"][0];
    let steps = component["steps"].as_array().unwrap();
    assert_eq!(steps.len(), plan["moves"].as_array().unwrap().len(), "{report:#}");
    assert!(steps.iter().all(|s| s["verdict"] == "sat" && s["checks"].as_array().unwrap().len() == 1), "{report:#}");
    let last = steps.last().unwrap();
    assert_eq!(last["checks"][0]["solution"], component["checks"][0]["solution"], "the last step is the end");

    // On an older Python the step that moves beta is the first that has no set.
    let old = stage.run(repo.path(), &["validate", "--plan", "plan.json", "--python", "3.9", "--format", "json"]);
    if plan["dependencies"].as_array().unwrap().iter().any(|c| c["target_version"] == "3.0") {
        let report = old.json(1);
        let refused: Vec<&Value> =
            report["components"][0]["steps"].as_array().unwrap().iter().filter(|s| s["verdict"] == "unsat").collect();
        assert!(refused[0]["title"].as_str().unwrap().contains("beta 1.0 -> 3.0"), "{report:#}");
        assert!(refused[0]["checks"][0]["paragraph"].as_str().unwrap().contains("beta"), "{report:#}");
    }
    // Another repository state is another question.
    repo.write("requirements.in", b"alpha==1.1\nbeta==1.0\ngamma==1.0\ndelta==1.0\n");
    stage
        .run(repo.path(), &["validate", "--plan", "plan.json"])
        .expect(3)
        .tells(&["`requirements.in` has changed since the plan was drawn"]);
}
