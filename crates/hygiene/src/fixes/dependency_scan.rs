//! A scan of dependencies that can fail the build: masks taken away, and a workflow for what nothing scans.

use std::collections::BTreeSet;
use std::fmt::Write;

use uplift_model::Ecosystem;
use uplift_model::shell::word as quoted;

use super::edits::Edits;
use super::unmask::unmask;
use super::{Change, Fix, Wish};
use crate::checks::{Scan, dependency, has_project, uncovered};
use crate::place;
use crate::repository::Component;
use crate::survey::Survey;

pub(super) const WORKFLOW: &str = ".github/workflows/dependency-scan.yml";
const GITLAB: &str = ".gitlab-ci.yml";

pub(super) fn write(survey: &Survey<'_>, _: &Wish) -> Result<Fix, String> {
    let mut edits = Edits::of(survey.repository);
    let (mut body, mut notes) = (Vec::new(), Vec::new());
    let mut opened = Vec::new();
    for scan in survey.steps().filter_map(dependency).filter(|s| !s.is_enforced()) {
        if scan.is_idle(survey) {
            notes.push(format!(
                "{}:{}: `{}` stays as it is: it looks at nothing but what its job installs, and that is none of the \
                 project's requirements; take it out, or point it at a file with `-r`",
                scan.step.file,
                scan.step.line,
                scan.step.told()
            ));
            continue;
        }
        match unmask(&scan.step, &mut edits) {
            Ok(done) => {
                body.extend(done);
                opened.push(scan);
            }
            Err(why) => notes.push(why),
        }
    }
    let open: Vec<&Component> =
        uncovered(survey).into_iter().filter(|c| !opened.iter().any(|s: &Scan| s.covers(survey, c))).collect();
    let (open, unread): (Vec<&Component>, Vec<&Component>) =
        open.into_iter().partition(|c| !commands(survey, c).is_empty());
    for component in unread {
        notes.push(format!(
            "{} is left out: no scanner reads what states its dependencies; lock them first (`uv lock`, `pip-compile`)",
            place::called(&component.root)
        ));
    }
    let mut new = None;
    if !open.is_empty() {
        let names: Vec<String> =
            open.iter().map(|c| place::called(&c.root).to_owned()).collect::<BTreeSet<_>>().into_iter().collect();
        let is_github = survey.ci.files.is_empty() || survey.repository.has_folder(".github");
        if is_github {
            let path = free(survey, WORKFLOW);
            body.push(format!(
                "{path}: scans {} on every push, every pull request and once a week",
                place::listed(&names)
            ));
            new = Some(Change { path, text: workflow(survey, &open) });
        } else if survey.repository.has(GITLAB) {
            edits.append(GITLAB, &job(survey, &open));
            body.push(format!("{GITLAB}: a job that scans {}", place::listed(&names)));
        } else if body.is_empty() {
            return Err(format!("the CI in {} is none that jobs can be written for", place::listed(&survey.ci.files)));
        }
        notes.push(today(&open));
    }
    let mut changes = edits.changes();
    changes.extend(new);
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    if changes.is_empty() {
        return Err(if notes.is_empty() { "every component is scanned".to_owned() } else { notes.join("; ") });
    }
    body.dedup();
    Ok(Fix {
        subject: "Scan dependencies for known vulnerabilities, and fail on them".to_owned(),
        body,
        changes,
        notes,
    })
}

/// What today's findings will do, and what mends them: an upgrade moves packages of Python alone.
fn today(open: &[&Component]) -> String {
    let has = |ecosystem: Ecosystem| open.iter().any(|c| c.ecosystem == ecosystem);
    let upgrade = "`uplift upgrade --strategy security`";
    let how = match (has(Ecosystem::Python), has(Ecosystem::JavaScript)) {
        (true, false) => format!("{upgrade} does that"),
        (true, true) => format!(
            "{upgrade} does that for Python; those of JavaScript are moved by hand, for it moves none (`uplift check` \
             names the targets)"
        ),
        _ => "those of JavaScript are moved by hand (`uplift check` names the targets)".to_owned(),
    };
    format!("findings of today will fail CI until they are mended: {how}")
}

/// `path`, or the same with a number where a file of that name is there.
pub(super) fn free(survey: &Survey<'_>, path: &str) -> String {
    let (stem, end) = path.rsplit_once('.').unwrap_or((path, "yml"));
    let names = std::iter::once(path.to_owned()).chain((2..100).map(|n| format!("{stem}-{n}.{end}")));
    names.into_iter().find(|p| !survey.repository.has(p)).unwrap_or_else(|| path.to_owned())
}

/// The commands that scan one component, to be run in the repository's root, the last one the scan itself.
fn commands(survey: &Survey<'_>, component: &Component) -> Vec<String> {
    let at = |name: &str| place::join(&component.root, name);
    let has = |name: &str| survey.repository.has(&at(name));
    let folder = quoted(if component.root.is_empty() { "." } else { &component.root });
    if component.ecosystem == Ecosystem::JavaScript {
        let enter = if component.root.is_empty() { String::new() } else { format!("cd {folder} && ") };
        return if has("pnpm-lock.yaml") {
            vec![format!("{enter}npx --yes pnpm audit --audit-level high")]
        } else if has("yarn.lock") {
            let berry = has(".yarnrc.yml");
            vec![format!(
                "{enter}{}",
                if berry { "yarn npm audit --all --recursive --severity high" } else { "yarn audit --level high" }
            )]
        } else if has("package-lock.json") || has("npm-shrinkwrap.json") {
            vec![format!("{enter}npm audit --audit-level=high")]
        } else {
            vec![format!("{enter}npm install --package-lock-only --ignore-scripts && npm audit --audit-level=high")]
        };
    }
    python(survey, component, &folder)
}

/// Where a lock is put into pip-audit's form.
const AUDITED: &str = "audited.txt";

/// The same for Python. Requirements files are read as they are; a lock of another tool is exported by that tool first.
fn python(survey: &Survey<'_>, component: &Component, folder: &str) -> Vec<String> {
    let has = |name: &str| survey.repository.has(&place::join(&component.root, name));
    let enter = if component.root.is_empty() { String::new() } else { format!("cd {folder} && ") };
    let exported = |tool: &str, export: &str| {
        vec![format!("pip install {tool}"), format!("{enter}{export} && pip-audit --no-deps -r {AUDITED}")]
    };
    if has("uv.lock") {
        return exported("uv", &format!("uv export --frozen --no-emit-project --no-hashes --output-file {AUDITED}"));
    }
    if has("poetry.lock") {
        let export = format!("poetry export --without-hashes --output {AUDITED}");
        return exported("poetry poetry-plugin-export", &export);
    }
    if has("pdm.lock") {
        return exported("pdm", &format!("pdm export --format requirements --without-hashes --output {AUDITED}"));
    }
    if has("Pipfile.lock") {
        return exported("pipenv", &format!("pipenv requirements > {AUDITED}"));
    }
    let stated: BTreeSet<&str> =
        component.requirements.iter().flat_map(|r| &r.stated).map(|s| s.file.as_str()).collect();
    let files: BTreeSet<String> = stated
        .iter()
        .filter_map(|file| match file.rsplit_once('.') {
            Some((_, "txt")) => Some((*file).to_owned()),
            // What pip-compile made of it holds everything that comes along.
            Some((stem, "in")) => {
                Some(format!("{stem}.txt")).filter(|t| survey.repository.has(t)).or_else(|| Some((*file).to_owned()))
            }
            _ => None,
        })
        .collect();
    if !files.is_empty() {
        // Files of one component may pin the same package differently, so that each is scanned by itself.
        return files.iter().map(|f| format!("pip-audit -r {}", quoted(f))).collect();
    }
    if has_project(survey, &component.root) {
        return vec![format!("pip-audit {folder}")];
    }
    if has("setup.py") || has("setup.cfg") || has("pyproject.toml") {
        // Without a lock the project itself has to say what it brings: it is installed, and what is there is looked at.
        let path = if component.root.is_empty() { ".".to_owned() } else { format!("./{}", component.root) };
        return vec![format!("pip install {}", quoted(&path)), "pip-audit".to_owned()];
    }
    if has("Pipfile") {
        return exported("pipenv", &format!("pipenv lock && pipenv requirements > {AUDITED}"));
    }
    Vec::new()
}

/// A text as a YAML scalar.
pub(super) fn scalar(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn workflow(survey: &Survey<'_>, open: &[&Component]) -> String {
    let mut text = String::from(
        "name: Dependency scan\non:\n  push:\n  pull_request:\n  schedule:\n    - cron: \"17 5 * * 1\"\npermissions:\n  contents: read\njobs:\n",
    );
    let mut names = BTreeSet::new();
    for component in open {
        let python = component.ecosystem == Ecosystem::Python;
        let _ = writeln!(text, "  {}:", job_name(component, &mut names));
        text.push_str("    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n");
        let (action, input, default) = if python {
            ("actions/setup-python@v5", "python-version", "3.12")
        } else {
            ("actions/setup-node@v4", "node-version", "22")
        };
        let version = component.runtime.as_deref().unwrap_or(default);
        let _ = writeln!(text, "      - uses: {action}\n        with:\n          {input}: {}", scalar(version));
        if python {
            text.push_str("      - run: pip install pip-audit\n");
        }
        for command in commands(survey, component) {
            let _ = writeln!(text, "      - run: {}", line(&command));
        }
    }
    text
}

/// A command as it stands behind `run:`; in quotes only where YAML would read it differently.
fn line(command: &str) -> String {
    let odd = command.contains(": ")
        || command.contains(" #")
        || command.starts_with(['\'', '"', '@', '`', '&', '*', '!', '|', '>', '%']);
    if odd { scalar(command) } else { command.to_owned() }
}

fn job(survey: &Survey<'_>, open: &[&Component]) -> String {
    let mut text = String::new();
    let mut names = BTreeSet::new();
    for component in open {
        let python = component.ecosystem == Ecosystem::Python;
        let version = component.runtime.as_deref().unwrap_or(if python { "3.12" } else { "22" });
        let image = if python { format!("python:{version}-slim") } else { format!("node:{version}") };
        let _ = writeln!(
            text,
            "dependency-scan-{}:\n  image: {}\n  script:",
            job_name(component, &mut names),
            scalar(&image)
        );
        if python {
            text.push_str("    - pip install pip-audit\n");
        }
        for command in commands(survey, component) {
            // Each entry of a script goes on in the folder of the one before.
            let _ = writeln!(
                text,
                "    - {}",
                scalar(&if command.starts_with("cd ") { format!("({command})") } else { command })
            );
        }
    }
    text
}

/// `python-backend`, unique in its file.
fn job_name(component: &Component, taken: &mut BTreeSet<String>) -> String {
    let plain: String =
        component.root.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let base =
        if plain.is_empty() { component.ecosystem.to_string() } else { format!("{}-{plain}", component.ecosystem) };
    let mut name = base.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{base}-{number}");
        number += 1;
    }
    name
}
