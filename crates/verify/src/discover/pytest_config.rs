//! pytest's own settings: a project that has them is tested with `python -m pytest`.

use std::collections::BTreeMap;

use super::{Discovered, Project, Runner, TestCommand, ini, join};

pub(super) fn commands(project: &Project<'_>, found: &mut Discovered) {
    if let Some(found_in) = place(project) {
        found.commands.push(TestCommand {
            argv: ["python", "-m", "pytest"].map(str::to_owned).to_vec(),
            env: BTreeMap::new(),
            directory: project.component.to_owned(),
            runner: Runner::Pytest,
            found_in,
            notes: Vec::new(),
        });
    }
}

/// Where pytest is configured, in pytest's own order.
pub(super) fn place(project: &Project<'_>) -> Option<String> {
    for name in ["pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"] {
        let file = join(project.component, name);
        if project.files.read(&file).is_some() {
            return Some(file);
        }
    }
    let file = join(project.component, "pyproject.toml");
    let text = project.files.read(&file).unwrap_or_default();
    for header in ["[tool.pytest.ini_options]", "[tool.pytest]"] {
        if let Some(at) = text.lines().position(|line| line.trim() == header) {
            return Some(format!("{file}:{}", at + 1));
        }
    }
    for (name, section) in [("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")] {
        let file = join(project.component, name);
        let sections = ini::parse(&project.files.read(&file).unwrap_or_default());
        if let Some(section) = sections.iter().find(|have| have.name == section) {
            return Some(format!("{file}:{}", section.line));
        }
    }
    None
}
