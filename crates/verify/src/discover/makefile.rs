//! Targets of a Makefile or justfile that run tests.

use std::collections::BTreeMap;

use super::command::{Place, Script, in_script};
use super::{Discovered, Project, TestCommand, join};

const TARGETS: &[&str] = &["test", "tests", "unittest", "unit", "pytest", "check", "test-unit", "unit-test"];

pub(super) fn commands(project: &Project<'_>, found: &mut Discovered) {
    let place = Place {
        env: BTreeMap::new(),
        directory: project.component.to_owned(),
        found_in: String::new(),
        notes: Vec::new(),
        depth: 0,
    };
    for target in TARGETS {
        let commands = target_commands(project, target, &place, &mut found.notes);
        found.commands.extend(commands);
    }
}

/// What `make arguments…` would run.
pub(super) fn follow(
    project: &Project<'_>,
    arguments: &[String],
    mut place: Place,
    passed_over: &mut Vec<String>,
) -> Vec<TestCommand> {
    let mut targets = Vec::new();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-C" | "--directory" => {
                let folder = rest.next().map(String::as_str).unwrap_or_default();
                place.directory = join(&place.directory, folder);
            }
            word if word.starts_with('-') || word.contains('=') => {}
            word => targets.push(word),
        }
    }
    targets.iter().flat_map(|target| target_commands(project, target, &place, passed_over)).collect()
}

fn target_commands(
    project: &Project<'_>,
    target: &str,
    place: &Place,
    passed_over: &mut Vec<String>,
) -> Vec<TestCommand> {
    for name in ["Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".justfile"] {
        let file = join(&place.directory, name);
        let Some(text) = project.files.read(&file) else {
            continue;
        };
        let just = name.to_lowercase().ends_with("justfile");
        let mut lines = recipe(&text, target, just);
        if lines.is_empty() {
            // A target may be nothing but the names of others: `test: unit lint`.
            let needs = prerequisites(&text, target);
            let test = needs.iter().find(|name| TARGETS.contains(&name.as_str()));
            lines = test.map(|name| recipe(&text, name, just)).unwrap_or_default();
        }
        let mut script = Script {
            lines,
            file,
            env: place.env.clone(),
            directory: place.directory.clone(),
            notes: place.notes.clone(),
            depth: place.depth,
        };
        if !place.found_in.is_empty() {
            script.notes.push(format!("named by {}", place.found_in));
        }
        let found = in_script(project, &script, passed_over);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn prerequisites(text: &str, target: &str) -> Vec<String> {
    let needs = text.lines().find_map(|line| line.strip_prefix(target)?.trim_start().strip_prefix(':'));
    needs.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// The recipe's lines, variables of the file filled in.
fn recipe(text: &str, target: &str, just: bool) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut inside = false;
    let mut open = false;
    let variables = variables(text);
    for (number, line) in (1u32..).zip(text.lines()) {
        let indented = line.starts_with('\t') || line.starts_with(' ');
        if !indented && !line.trim().is_empty() {
            let heads = line.split_once(':').filter(|(_, rest)| !rest.starts_with('='));
            inside = heads.is_some_and(|(heads, _)| {
                let mut names = heads.split_whitespace();
                // A justfile's parameters stand behind the name: `test *args:`.
                if just {
                    names.next().is_some_and(|name| name.trim_start_matches('@') == target)
                } else {
                    names.any(|name| name == target)
                }
            });
            continue;
        }
        if !inside || line.trim().is_empty() {
            continue;
        }
        let written = if open { line.trim() } else { line.trim().trim_start_matches(['@', '-', '+']) };
        let (part, more) = written.strip_suffix('\\').map_or((written, false), |part| (part.trim_end(), true));
        let part = if just { without_braces(part) } else { filled(part, &variables, 0) };
        match lines.last_mut().filter(|_| open) {
            Some((_, whole)) => *whole = format!("{whole} {part}"),
            None => lines.push((number, part)),
        }
        open = more;
    }
    lines
}

/// `NAME = value`, `?=`, `:=` at the start of a line.
fn variables(text: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::from([("MAKE".to_owned(), "make".to_owned())]);
    for line in text.lines().filter(|line| !line.starts_with('\t')) {
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim_end_matches(['?', ':', '+']).trim().trim_start_matches("export ");
        if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            let value = value.split(" #").next().unwrap_or_default().trim();
            variables.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    variables
}

/// `$(NAME)` and `${NAME}` filled in; unknown ones become empty, as make has it. `$$` is the shell's `$`.
fn filled(text: &str, variables: &BTreeMap<String, String>, depth: u32) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let tail = tail.get(1..).unwrap_or_default();
        let close = match tail.chars().next() {
            Some('(') => ')',
            Some('{') => '}',
            Some('$') => {
                out.push('$');
                rest = tail.get(1..).unwrap_or_default();
                continue;
            }
            _ => {
                rest = tail;
                continue;
            }
        };
        let Some(end) = tail.find(close) else {
            rest = tail;
            continue;
        };
        let name = tail.get(1..end).unwrap_or_default();
        match variables.get(name) {
            Some(value) if depth < 5 => out.push_str(&filled(value, variables, depth + 1)),
            // A function of make's (`$(shell …)`): left as a substitution, which makes the line unusable.
            _ if name.contains(' ') => out.push_str("$(…)"),
            _ => {}
        }
        rest = tail.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// `{{args}}` of a justfile, left empty.
fn without_braces(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some((head, tail)) = out.split_once("{{").and_then(|(head, rest)| Some((head, rest.split_once("}}")?.1)))
    {
        out = format!("{head}{tail}");
    }
    out
}
