//! What the files look like when nobody wrote the command down: Django's `manage.py`, folders of tests.

use std::collections::BTreeMap;

use super::{Discovered, Project, Runner, TestCommand, join};

/// `manage.py test`, where a Django project has tests.
pub(super) fn django(project: &Project<'_>, found: &mut Discovered) {
    let below = below(project);
    let mut places: Vec<&str> = below.iter().filter_map(|path| path.strip_suffix("manage.py")).collect();
    places.retain(|folder| folder.matches('/').count() <= 1 && (folder.is_empty() || folder.ends_with('/')));
    places.sort_by_key(|folder| folder.len());
    let Some(folder) = places.first() else { return };
    let directory = join(project.component, folder);
    let manage = join(&directory, "manage.py");
    let is_django = project.files.read(&manage).is_some_and(|text| text.contains("django"));
    if is_django && below.iter().any(|path| is_test_file(path)) {
        found.commands.push(TestCommand {
            argv: ["python", "manage.py", "test", "--noinput"].map(str::to_owned).to_vec(),
            env: BTreeMap::new(),
            directory,
            runner: Runner::Django,
            found_in: manage,
            notes: Vec::new(),
        });
    }
}

/// pytest where it is part of the environment, else unittest.
pub(super) fn tests(project: &Project<'_>, found: &mut Discovered) {
    let below = below(project);
    let Some(example) = below.iter().find(|path| is_test_file(path)) else {
        return;
    };
    let pytest = (project.has_package)("pytest");
    let argv: &[&str] = if pytest {
        &["python", "-m", "pytest"]
    } else if below.iter().any(|path| path == "tests/__init__.py")
        || !below.iter().any(|path| path.starts_with("tests/"))
    {
        &["python", "-m", "unittest", "discover"]
    } else {
        &["python", "-m", "unittest", "discover", "-s", "tests"]
    };
    let why = if pytest { "and pytest in the environment" } else { "and no pytest in the environment" };
    found.commands.push(TestCommand {
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        env: BTreeMap::new(),
        directory: project.component.to_owned(),
        runner: if pytest { Runner::Pytest } else { Runner::Unittest },
        found_in: format!("test files such as {} {why}", join(project.component, example)),
        notes: Vec::new(),
    });
}

/// Paths below the component, from it.
fn below(project: &Project<'_>) -> Vec<String> {
    let prefix = if project.component.is_empty() { String::new() } else { format!("{}/", project.component) };
    project.files.paths().iter().filter_map(|path| path.strip_prefix(&prefix)).map(str::to_owned).collect()
}

/// `test_*.py`, `*_test.py`, `tests.py`.
pub(super) fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_suffix(".py").unwrap_or_default();
    stem.starts_with("test_") || stem.ends_with("_test") || stem == "tests"
}
