//! What is masked and what is not.

use super::*;

const CI: Start<'_> = Start { folder: "", errexit: true, pipefail: false };
const PLAIN: Start<'_> = Start { folder: "", errexit: false, pipefail: false };

fn mask(script: &str, start: Start<'_>, first: &str) -> Option<String> {
    let all = commands(script, start);
    let found = all.iter().find(|c| c.words[0] == first).unwrap_or_else(|| panic!("no {first} in {all:?}"));
    found.mask.as_ref().map(|m| m.written.clone())
}

#[test]
fn what_swallows_a_failure_is_named() {
    for (script, written) in [
        ("safety check --json || true", "|| true"),
        ("cd backend && pytest tests/ || echo \"tests finished\"", "|| echo tests finished"),
        ("safety check || exit 0", "|| exit 0"),
        ("(cd backend && pytest) || :", "|| :"),
        ("pytest | tee log", "| tee"),
        ("set +e\npytest\necho done", "set +e"),
        ("pytest && safety check || true", "|| true"),
    ] {
        let tool = if script.contains("pytest") { "pytest" } else { "safety" };
        assert_eq!(mask(script, CI, tool).as_deref(), Some(written), "{script}");
    }
    assert_eq!(mask("pytest; true", PLAIN, "pytest").as_deref(), Some("a later command's exit code"));
}

#[test]
fn what_can_still_fail_is_not_called_masked() {
    for script in [
        "pytest",
        "pytest || exit 1",
        "pytest || (echo failed; exit 1)",
        "pytest || { echo failed; exit 2; }",
        "pytest || pytest --last-failed",
        "set -o pipefail\npytest | tee log",
        "set +e\npytest\nset -e\nexit $status",
        "set +e\npytest",
        "echo a || true; pytest",
        "pytest # || true",
        "pytest; true",
        "cat <<END\n|| true\nEND\npytest",
    ] {
        assert_eq!(mask(script, CI, "pytest"), None, "{script}");
    }
}

#[test]
fn folders_and_lines_are_followed() {
    let all = commands("pip install x\n(cd a && pytest \\\n  -q)\ncd b\nFOO=1 npm test", CI);
    let told: Vec<(&str, usize, &str)> = all.iter().map(|c| (c.words[0].as_str(), c.line, c.folder.as_str())).collect();
    assert_eq!(told, [("pip", 0, ""), ("cd", 1, "a"), ("pytest", 1, "a"), ("cd", 3, "b"), ("npm", 4, "b")]);
}

proptest::proptest! {
    #[test]
    fn any_script_is_read(script in "(a|cd|set|-e|\\+e|exit|\\$|;|&|\\||\\(|\\)|\\{|\\}|<<|E|\n|'|\"|\\\\| |#|\\PC){0,40}") {
        for command in commands(&script, CI) {
            proptest::prop_assert!(!command.words.is_empty());
            proptest::prop_assert!(command.line <= script.matches('\n').count());
        }
    }
}
