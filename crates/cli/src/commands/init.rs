//! `uplift init`: writes `uplift.toml` from what was found, and never over an existing one.

use std::io::Write;
use std::path::Path;

use uplift_engine::{EngineError, Found};
use uplift_model::{ExitCode, Settings};
use uplift_report::{clean, json};
use uplift_sandbox::git::Git;

use super::{Desk, Done};
use crate::args::Selection;
use crate::exit::{Ended, Failure};
use crate::settings;

pub(crate) fn run(path: &Path, desk: &Desk) -> Ended {
    let path = desk.path(path);
    let root = Git::find(&path).map_err(EngineError::from)?.top;
    let file = root.join(settings::FILE);
    refuse_second(&root, &file)?;
    let settings = settings::load(&path, &Selection::default())?;
    let found = uplift_engine::found(&path, &settings, &desk.cancel)?;
    let text = written(&found);
    // Created anew or not at all: what came to be meanwhile is not written over.
    let mut out = std::fs::File::create_new(&file).map_err(|e| unwritten(&file, &e))?;
    out.write_all(text.as_bytes()).map_err(|e| unwritten(&file, &e))?;
    let screen = || {
        let notes: String = found.notes.iter().map(|n| format!("  note: {}\n", clean::line(n))).collect();
        format!("wrote {}\n{notes}next: uplift plan   |   uplift upgrade\n", file.display())
    };
    desk.answer(screen, json::v1::DONE, &Done::new("wrote uplift.toml"))?;
    Ok(ExitCode::Done)
}

fn refuse_second(root: &Path, file: &Path) -> Result<(), Failure> {
    if file.exists() {
        return Err(Failure::plain(
            ExitCode::Repository,
            format!("`{}` exists already", file.display()),
            "change it by hand, or move it away and run init again",
        ));
    }
    let pyproject = std::fs::read_to_string(root.join(settings::PYPROJECT)).unwrap_or_default();
    if pyproject.lines().any(|l| l.trim_start().starts_with("[tool.uplift")) {
        return Err(Failure::plain(
            ExitCode::Repository,
            "pyproject.toml has settings already, in [tool.uplift]",
            "keep them in one place: change them there",
        ));
    }
    Ok(())
}

fn unwritten(file: &Path, error: &std::io::Error) -> Failure {
    Failure::plain(
        ExitCode::Repository,
        format!("could not write `{}`: {error}", file.display()),
        "make the folder writable",
    )
}

/// The file: what was found is set where it would otherwise be guessed anew, the rest is shown with its default.
fn written(found: &Found) -> String {
    let defaults = Settings::default();
    let mut text =
        "# Settings of Uplift. Every key has a default; docs/settings.md of Uplift's own repository lists them all.\n\n[project]\n"
            .to_owned();
    text.push_str(&format!("component = {}\n", string(&found.component)));
    match &found.interpreter {
        Some(python) => text.push_str(&format!("python = {}\n", string(python))),
        None => text.push_str("# python = \"3.11\"    # none was found that fits\n"),
    }
    text.push_str(&format!("# installed from: {}\n\n[test]\n", clean::line(&found.environment)));
    for (index, (command, place)) in found.test_commands.iter().enumerate() {
        let off = if index == 0 { "" } else { "# " };
        text.push_str(&format!("{off}command = {}    # found in {}\n", string(command), clean::line(place)));
    }
    if found.test_commands.is_empty() {
        text.push_str("# command = \"pytest\"    # none was found; without one nothing can be verified\n");
    }
    text.push_str(&format!("# baseline-runs = {}\n# network = false\n\n[upgrade]\n", defaults.test.baseline_runs));
    text.push_str("# strategy = \"latest\"    # or \"compatible\", \"patch\", \"security\", \"minimal\"\n# ignore = []\n# hold = { django = \"<5\" }\n# fail-on-held = []\n");
    text.push_str(&format!(
        "# branch = {}\n# run-budget = {}\n",
        string(&defaults.upgrade.branch),
        defaults.upgrade.run_budget
    ));
    text
}

/// A TOML string.
fn string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let found = Found {
            component: "backend".to_owned(),
            environment: "requirements.txt\n[evil]".to_owned(),
            interpreter: Some("3.11".to_owned()),
            test_commands: vec![
                ("pytest -k \"a\" 'b'".to_owned(), "tox.ini\nx = 1".to_owned()),
                ("tox".to_owned(), "tox.ini".to_owned()),
            ],
            notes: Vec::new(),
        };
        let settings: Settings = toml::from_str(&written(&found)).unwrap();
        assert_eq!(settings.project.component.as_deref(), Some("backend"));
        assert_eq!(settings.test.command.as_deref(), Some("pytest -k \"a\" 'b'"));
    }

    #[test]
    fn what_was_not_found_stays_a_comment() {
        let found = Found {
            component: ".".to_owned(),
            environment: String::new(),
            interpreter: None,
            test_commands: Vec::new(),
            notes: Vec::new(),
        };
        let text = written(&found);
        for strategy in ["latest", "compatible", "patch", "security", "minimal"] {
            assert!(text.contains(&format!("\"{strategy}\"")), "{strategy} is not offered: {text}");
        }
        let settings: Settings = toml::from_str(&text).unwrap();
        assert_eq!((settings.project.python, settings.test.command), (None, None));
    }
}
