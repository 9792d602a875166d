//! What a scan of dependencies looks at: files that it is pointed at, folders, or what its job has installed.
//!
//! Lives here: whether a component is reached. Lives elsewhere: which steps scan, and how (`scanners`).

use uplift_model::{Ecosystem, Role};

use super::tools::{flag, tool};
use crate::ci::Step;
use crate::place;
use crate::repository::Component;
use crate::survey::Survey;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Everything below a folder.
    Deep,
    /// One folder's own manifest and lock.
    Own,
    /// One folder's project in `pyproject.toml`: pip-audit reads no other file of a folder.
    Project,
    /// What is installed where the scan runs.
    Environment,
}

/// Where packages of Python are installed before a scan.
enum Installs {
    /// A requirements file.
    File(String),
    /// A project in a folder.
    Folder(String),
}

/// Whether `target`, a file or a folder from the root, reaches the component.
pub(crate) fn of_target(survey: &Survey<'_>, reach: Reach, target: &str, component: &Component) -> bool {
    if names_a_file(target) {
        return of_file(target, component);
    }
    match reach {
        Reach::Deep => place::within(&component.root, target),
        Reach::Own => target == component.root,
        Reach::Project => target == component.root && has_project(survey, target),
        Reach::Environment => false,
    }
}

fn of_file(file: &str, component: &Component) -> bool {
    let states = |role: Option<Role>| {
        let mut some = component.requirements.iter().filter(|r| role.is_none_or(|role| r.role == role));
        some.any(|r| r.stated.iter().any(|s| s.file == file))
    };
    if states(None) {
        // Tools of development alone are not what the component runs on.
        let runs = component.requirements.iter().any(|r| r.role == Role::Runtime && !r.stated.is_empty());
        return !runs || states(Some(Role::Runtime));
    }
    let name = place::name(file);
    let javascript = name == "package.json" || name.contains("-lock.") || name == "yarn.lock" || name == "bun.lock";
    place::folder(file) == component.root && javascript == (component.ecosystem == Ecosystem::JavaScript)
}

fn names_a_file(target: &str) -> bool {
    let name = place::name(target);
    name.contains('.') && !name.starts_with('.')
}

/// Whether the folder holds a project as packaging standards have it.
pub(crate) fn has_project(survey: &Survey<'_>, folder: &str) -> bool {
    let text = survey.repository.text(&place::join(folder, "pyproject.toml")).unwrap_or_default();
    text.lines().any(|l| l.trim() == "[project]")
}

/// Whether the environment that `scan` looks at holds what the component asks for.
pub(crate) fn of_environment(survey: &Survey<'_>, scan: &Step, component: &Component) -> bool {
    match runner(scan.words()) {
        // A tool's own environment holds nothing of the project.
        Some("uvx" | "pipx") => return false,
        Some(_) => {
            let folder = flag(scan.words(), &["--project", "--directory", "-C"]);
            return folder.map_or_else(|| scan.folder.clone(), |f| place::join(&scan.folder, f)) == component.root;
        }
        None => {}
    }
    let before =
        |s: &&Step| s.pipeline == scan.pipeline && s.job == scan.job && (s.file != scan.file || s.line <= scan.line);
    survey.ci.steps.iter().filter(before).flat_map(installs).any(|installed| match installed {
        Installs::File(file) => of_file(&file, component),
        Installs::Folder(folder) => folder == component.root,
    })
}

/// What starts a command in an environment of its own.
fn runner(words: &[String]) -> Option<&str> {
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["uvx", ..] | ["uv", "tool", "run", ..] => Some("uvx"),
        ["pipx", "run", ..] => Some("pipx"),
        [first @ ("uv" | "poetry" | "pdm" | "pipenv" | "hatch" | "rye"), "run", ..] => {
            words.first().map(String::as_str).filter(|w| w == first)
        }
        _ => None,
    }
}

/// What a step installs into the environment of its job.
fn installs(step: &Step) -> Vec<Installs> {
    let Some((program, arguments)) = tool(step.words()) else { return Vec::new() };
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let rest = match (program, words.as_slice()) {
        ("pip" | "pip3", ["install", rest @ ..]) | ("uv", ["pip", "install" | "sync", rest @ ..]) => rest,
        ("pipenv", ["install" | "sync", rest @ ..]) if rest.contains(&"--system") => {
            return vec![Installs::Folder(step.folder.clone())];
        }
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    let mut rest = rest.iter().copied();
    while let Some(word) = rest.next() {
        match word {
            "-r" | "--requirement" | "--requirements" => {
                found.extend(rest.next().map(|f| Installs::File(place::join(&step.folder, f))));
            }
            "-c" | "--constraint" | "-i" | "--index-url" | "--extra-index-url" | "--python" => drop(rest.next()),
            word if word.starts_with("--requirement=") => {
                found.extend(word.split_once('=').map(|(_, f)| Installs::File(place::join(&step.folder, f))));
            }
            word if word.starts_with("-r") => {
                found.extend(word.get(2..).map(|f| Installs::File(place::join(&step.folder, f))));
            }
            word if word.starts_with('-') || word.contains("://") || word.contains('@') => {}
            word => {
                let path = word.split('[').next().unwrap_or(word);
                let is_path = path == "." || path.contains('/');
                let is_file = path.ends_with(".whl") || path.ends_with(".gz");
                let is_manifest = path.ends_with(".txt") || path.ends_with(".in");
                if is_manifest {
                    // `uv pip sync requirements.txt`
                    found.push(Installs::File(place::join(&step.folder, path)));
                } else if is_path && !is_file {
                    found.push(Installs::Folder(place::join(&step.folder, path)));
                }
            }
        }
    }
    found
}
