//! What becomes of the names that the code uses: a plan reads both releases and names what went, with the places; a check
//! tells it from then on without asking; reports have it in tables; without a network it is not retrieved.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod support;

use serde_json::Value;
use support::{Ended, Package, Repo, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

const OLD: &str = "from .forms import Form\nfrom gamma import paint\ndef loan(): ...\ndef due(): ...\ndef fee(): ...\n";
const NEW: &str = "from .forms import Form\nimport warnings\ndef loan(): ...\n\
    def fee():\n    warnings.warn('use loan() instead', DeprecationWarning)\n";
const FORM: &str = "class Form:\n    def stays(self): ...\n";

const APP: &str = "\
import alpha
from alpha import loan, paint, Form

try:
    from alpha import due
except ImportError:
    due = None

form = Form()


def total():
    form.stays()
    form.goes()
    return alpha.fee() + alpha.due()
";

struct Project {
    stage: Stage,
    repo: Repo,
}

fn project() -> Option<Project> {
    let old = Package::new("alpha", "1.0", OLD).requires("gamma");
    let new = Package::new("alpha", "2.0", NEW).requires("gamma");
    let packages = vec![
        old.with_file("alpha/forms.py", &format!("{FORM}    def goes(self): ...\n")),
        new.with_file("alpha/forms.py", FORM),
        Package::new("gamma", "1.0", "def paint(): ...\n"),
    ];
    let stage = Stage::new(PROGRAM, packages)?;
    let files = [
        ("requirements.in", "alpha==1.0\n"),
        ("requirements.txt", "alpha==1.0\ngamma==1.0\n"),
        ("app.py", APP),
        ("tests/__init__.py", ""),
        ("tests/test_app.py", "import app\n"),
    ];
    let repo = stage.repo("shop", &files);
    Some(Project { stage, repo })
}

impl Project {
    fn run(&self, args: &[&str]) -> Ended {
        self.stage.run(self.repo.path(), args)
    }
}

/// The page that a command gives holds each of `words`, whatever the width that it was written for.
fn shows(ended: &Ended, words: &[&str]) {
    let page = ended.expect(0).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(page.contains(word), "no `{word}` in\n{}", ended.stdout);
    }
}

fn alpha(plan: &Value) -> &Value {
    let all = plan["dependencies"].as_array().unwrap();
    all.iter().find(|one| one["name"] == "alpha").unwrap_or_else(|| panic!("alpha does not move: {plan:#}"))
}

fn changes(symbols: &Value) -> Vec<(String, String, Vec<u64>)> {
    let lines = |one: &Value| -> Vec<u64> {
        one["sites"].as_array().unwrap().iter().map(|site| site["line"].as_u64().unwrap()).collect()
    };
    let all = symbols["value"]["changes"].as_array().unwrap_or_else(|| panic!("{symbols:#}"));
    let text = |one: &Value, key: &str| one.pointer(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    all.iter().map(|one| (text(one, "/symbol"), text(one, "/fate/kind"), lines(one))).collect()
}

#[test]
fn a_plan_names_what_went_and_where_the_code_uses_it() {
    let Some(project) = project() else { return };
    let plan = project.run(&["plan", "--format", "json"]).json(0);
    let candidate = alpha(&plan);
    let expected = [
        ("alpha.Form().goes", "removed", vec![14]),
        ("alpha.due", "removed", vec![15]),
        ("alpha.fee", "deprecated", vec![15]),
        ("alpha.paint", "moved", vec![2]),
    ];
    let found = changes(&candidate["symbols"]);
    assert_eq!(found, expected.map(|(name, fate, lines)| (name.to_owned(), fate.to_owned(), lines)), "{candidate:#}");
    assert_eq!(candidate["breaking_changes"].as_array().unwrap().len(), 3);
    assert_eq!(candidate["risk_level"], "high");
    let reasons = candidate["reasons"].to_string();
    let sentence = "the code uses 3 names that alpha 2.0 no longer has: alpha.Form().goes (app.py:14), alpha.due \
        (app.py:15), alpha.paint (app.py:2; now gamma.paint)";
    assert!(reasons.contains(sentence), "{reasons}");

    let asked = |part: &str| project.stage.index.requests().iter().filter(|r| r.contains(part)).count();
    let before = (asked("alpha-1.0"), asked("alpha-2.0"));
    let again = project.run(&["plan", "--format", "json"]).json(0);
    assert_eq!(again["id"], plan["id"], "the same facts give the same plan");
    assert_eq!(alpha(&again), candidate);
    assert_eq!((asked("alpha-1.0"), asked("alpha-2.0")), before, "nothing is downloaded a second time");

    let told = project.run(&["plan", "--explain", "alpha"]);
    shows(&told, &["names in use: 3 of", "alpha.paint moved to gamma.paint", "app.py:14"]);
    let page = project.run(&["report", "migration-guide", "--format", "markdown"]);
    shows(&page, &["Names that the code uses and that change", "moved to gamma.paint", "app.py:14"]);
    let page = project.run(&["report", "plan", "--format", "markdown"]);
    shows(&page, &["Names that the code uses and that change", "alpha.due"]);
}

#[test]
fn a_check_asks_when_it_explains_and_remembers() {
    let Some(project) = project() else { return };
    let check = |more: &[&str]| {
        let args: Vec<&str> = ["check", "--format", "json"].iter().chain(more).copied().collect();
        project.run(&args).json(0)
    };
    let row = |analysis: &Value| -> Value {
        let rows = analysis["components"][0]["dependencies"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == "alpha").unwrap().clone()
    };
    assert!(row(&check(&[]))["symbols"].is_null(), "nobody asked");
    let wheels = || project.stage.index.requests().iter().any(|r| r.contains("alpha-1.0") && !r.contains("metadata"));
    assert!(!wheels(), "a plain check downloads nothing: {:?}", project.stage.index.requests());
    let offline = check(&["--offline", "--explain", "alpha"]);
    assert_eq!(offline["found"][0]["symbols"]["state"], "not-retrieved", "{offline:#}");
    let told = project.run(&["check", "--explain", "alpha"]);
    shows(&told, &["names in use: 3 of", "alpha.Form().goes removed", "deprecated: use loan() instead"]);
    let later = row(&check(&[]));
    assert_eq!(changes(&later["symbols"]).len(), 4, "{later:#}");
    let factors = later["risk"]["factors"].as_array().unwrap();
    assert!(factors.iter().any(|factor| factor["signal"] == "breaking-changes"), "{factors:?}");
}
