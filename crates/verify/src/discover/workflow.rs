//! CI: the `run:` lines of GitHub workflows, the `script:` lines of GitLab and Travis.
//!
//! They carry what other places lack: variables, working directories, services. Lines that depend on
//! a matrix or a secret are passed over and named.

use std::collections::BTreeMap;

use serde_json::Value;

use super::command::{Script, in_script};
use super::{Discovered, Project, Runner, TestCommand, join, shell};

/// Variables that steer other tools than the tests.
const NOT_FOR_TESTS: &[&str] = &[
    "PIP_",
    "UV_",
    "POETRY_",
    "TOX_",
    "NOX_",
    "CODECOV",
    "COVERALLS",
    "GITHUB_",
    "CACHE",
    "COVERAGE_",
    "PYTHON_VERSION",
];
/// Words in the name of a workflow, job or step that tell of other work than the unit tests.
const ASIDE: &[&str] = &[
    "integration",
    "e2e",
    "end-to-end",
    "bench",
    "perf",
    "release",
    "deploy",
    "publish",
    "doc",
    "lint",
    "nightly",
    "windows",
    "macos",
    "pypy",
    "wheel",
    "smoke",
    "upstream",
    "canary",
    "typing",
    "mypy",
    "minimum",
    "oldest",
];

pub(super) fn commands(project: &Project<'_>, found: &mut Discovered) {
    let mut ranked: Vec<(u32, TestCommand)> = Vec::new();
    let workflows = project.files.paths().iter().filter(|path| {
        let inside = path.strip_prefix(".github/workflows/").is_some_and(|name| !name.contains('/'));
        inside && (path.ends_with(".yml") || path.ends_with(".yaml"))
    });
    let others = [".gitlab-ci.yml", ".travis.yml"].map(str::to_owned);
    for file in workflows.cloned().chain(others) {
        let Some(text) = project.files.read(&file) else {
            continue;
        };
        let root: Value = match serde_saphyr::from_str(&text) {
            Ok(root) => root,
            Err(_) => {
                found.notes.push(format!("{file}: cannot be read as YAML, passed over"));
                continue;
            }
        };
        let mut reader = Reader { project, file: &file, text: &text, ranked: &mut ranked, notes: &mut found.notes };
        if file.starts_with(".github/") {
            reader.github(&root);
        } else {
            reader.scripts(&root);
        }
    }
    // Stable: within one rank, files by name and lines in order.
    ranked.sort_by_key(|(rank, _)| *rank);
    found.commands.extend(ranked.into_iter().map(|(_, command)| command).filter(|command| concerns(project, command)));
}

/// Whether the command belongs to this component, and its folder exists.
fn concerns(project: &Project<'_>, command: &TestCommand) -> bool {
    let component = project.component;
    let inside =
        |path: &str| path == component || path.strip_prefix(component).is_some_and(|rest| rest.starts_with('/'));
    let names = || command.argv.iter().any(|word| inside(&join(&command.directory, word)));
    project.files.is_folder(&command.directory) && (component.is_empty() || inside(&command.directory) || names())
}

struct Reader<'a> {
    project: &'a Project<'a>,
    file: &'a str,
    text: &'a str,
    ranked: &'a mut Vec<(u32, TestCommand)>,
    notes: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn github(&mut self, root: &Value) {
        let jobs = root.get("jobs").and_then(Value::as_object).into_iter().flatten();
        let folder = |value: &Value| string(value.pointer("/defaults/run/working-directory"));
        let mut used = Vec::new();
        for (name, job) in jobs {
            let mut notes = Vec::new();
            if let Some(services) = job.get("services").and_then(Value::as_object).filter(|all| !all.is_empty()) {
                let names: Vec<&str> = services.keys().map(String::as_str).collect();
                notes.push(format!("the job `{name}` starts services beside its tests: {}", names.join(", ")));
            }
            let title = string(job.get("name")).unwrap_or_default();
            let system = string(job.get("runs-on")).unwrap_or_default();
            for step in job.get("steps").and_then(Value::as_array).into_iter().flatten() {
                let Some(run) = string(step.get("run")) else {
                    continue;
                };
                if matches!(string(step.get("shell")).as_deref(), Some("pwsh" | "powershell" | "cmd")) {
                    continue;
                }
                let mut env = BTreeMap::new();
                for place in [root, job, step] {
                    variables(place.get("env"), &mut env);
                }
                let directory = string(step.get("working-directory")).or_else(|| folder(job)).or_else(|| folder(root));
                let directory = directory.unwrap_or_default();
                let directory = directory.trim_start_matches("${{ github.workspace }}");
                let words = [
                    self.file,
                    name,
                    &title,
                    &system,
                    &string(step.get("name")).unwrap_or_default(),
                    &string(step.get("if")).unwrap_or_default(),
                ];
                let rank = rank(&words.join(" "));
                self.script(&run, env, directory, notes.clone(), rank, &mut used);
            }
        }
    }

    /// GitLab's jobs and Travis' single one: `script:` as a text or a list.
    fn scripts(&mut self, root: &Value) {
        let mut used = Vec::new();
        let mut common = BTreeMap::new();
        variables(root.get("variables"), &mut common);
        let jobs = root.as_object().into_iter().flatten().filter(|(_, job)| job.get("script").is_some());
        let travis = root.get("script").is_some().then(|| ("script".to_owned(), root.clone()));
        let jobs: Vec<(String, Value)> = jobs.map(|(name, job)| (name.clone(), job.clone())).chain(travis).collect();
        for (name, job) in jobs {
            let mut env = common.clone();
            if name != "script" {
                variables(job.get("variables"), &mut env);
            }
            let mut lines = Vec::new();
            for key in ["before_script", "script"] {
                flatten(job.get(key), &mut lines);
            }
            let notes = match job.get("services") {
                Some(Value::Array(all)) if !all.is_empty() => {
                    vec![format!("the job `{name}` starts services beside its tests")]
                }
                _ => Vec::new(),
            };
            self.script(&lines.join("\n"), env, "", notes, rank(&format!("{} {name}", self.file)), &mut used);
        }
    }

    fn script(
        &mut self,
        run: &str,
        env: BTreeMap<String, String>,
        directory: &str,
        notes: Vec<String>,
        rank: u32,
        used: &mut Vec<usize>,
    ) {
        let lines = shell::logical_lines(run).into_iter().map(|(at, line)| {
            let first = run.lines().nth(at).unwrap_or_default().trim();
            (self.line_of(first, used), line)
        });
        let script = Script {
            lines: lines.collect(),
            file: self.file.to_owned(),
            env,
            directory: join("", directory),
            notes,
            depth: 0,
        };
        for mut command in in_script(self.project, &script, self.notes) {
            command.env.retain(|name, _| !NOT_FOR_TESTS.iter().any(|prefix| name.starts_with(prefix)));
            let other = u32::from(command.runner == Runner::Other);
            self.ranked.push((rank + other, command));
        }
    }

    /// 1-based line of the file that holds this text and was not yet taken; 0 when it was reshaped by YAML.
    fn line_of(&self, text: &str, used: &mut Vec<usize>) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let holds = |(at, line): &(usize, &str)| line.contains(text) && !used.contains(at);
        match self.text.lines().enumerate().find(holds) {
            Some((at, _)) => {
                used.push(at);
                u32::try_from(at + 1).unwrap_or(0)
            }
            None => 0,
        }
    }
}

fn rank(words: &str) -> u32 {
    let words = words.to_lowercase();
    let aside = ASIDE.iter().any(|word| words.contains(word));
    let tests = words.contains("test") || words.contains("ci");
    match (aside, tests) {
        (true, _) => 20,
        (false, true) => 0,
        (false, false) => 10,
    }
}

fn string(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

/// Variables with a plain value; those made of expressions stay unknown.
fn variables(value: Option<&Value>, env: &mut BTreeMap<String, String>) {
    for (name, value) in value.and_then(Value::as_object).into_iter().flatten() {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => yes.to_string(),
            _ => continue,
        };
        if !text.contains("${{") && !text.contains('$') {
            env.insert(name.clone(), text);
        }
    }
}

fn flatten(value: Option<&Value>, lines: &mut Vec<String>) {
    match value {
        Some(Value::String(line)) => lines.push(line.clone()),
        Some(Value::Array(items)) => items.iter().for_each(|item| flatten(Some(item), lines)),
        _ => {}
    }
}
