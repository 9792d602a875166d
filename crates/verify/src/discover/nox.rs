//! nox: `session.run("pytest", …)` in `noxfile.py`, read without running the file.

use std::collections::BTreeMap;

use super::command::{Place, meaning};
use super::{Discovered, Project, TestCommand, join};

pub(super) fn commands(project: &Project<'_>, found: &mut Discovered) {
    let place = Place {
        env: BTreeMap::new(),
        directory: project.component.to_owned(),
        found_in: String::new(),
        notes: Vec::new(),
        depth: 0,
    };
    let commands = follow(project, place, &mut found.notes);
    found.commands.extend(commands);
}

/// Every test command that a session of the noxfile runs with literal words.
pub(super) fn follow(project: &Project<'_>, place: Place, passed_over: &mut Vec<String>) -> Vec<TestCommand> {
    let file = join(&place.directory, "noxfile.py");
    let Some(text) = project.files.read(&file) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for call in ["session.run(", "session.run_always("] {
        for (at, _) in text.match_indices(call) {
            let before = text.get(..at).unwrap_or_default();
            let commented = before.rsplit('\n').next().is_some_and(|line| line.contains('#'));
            if commented {
                continue;
            }
            let line = before.matches('\n').count() + 1;
            let (words, skipped) = literal_arguments(text.get(at + call.len()..).unwrap_or_default());
            let mut place = Place { found_in: format!("{file}:{line}"), ..place.clone() };
            if !place.found_in.is_empty() && skipped {
                place.notes.push("left out arguments that the noxfile computes".into());
            }
            if let Ok(commands) = meaning(project, &words, place, passed_over) {
                found.extend(commands);
            }
        }
    }
    found
}

/// The string literals among the positional arguments of a call, and whether anything else
/// (but the session's own arguments) stood between them.
fn literal_arguments(text: &str) -> (Vec<String>, bool) {
    let mut words = Vec::new();
    let mut skipped = false;
    let mut argument = String::new();
    let mut literal: Option<String> = None;
    let mut depth = 0i32;
    let mut rest = text.chars().peekable();
    let mut end = |argument: &mut String, literal: &mut Option<String>, skipped: &mut bool| {
        let other = argument.trim();
        match literal.take() {
            Some(word) if other.is_empty() => words.push(word),
            // `env=…` and other keywords are no words; `*session.posargs` is empty for us.
            _ if other.is_empty() || other.starts_with("*session.posargs") || is_keyword(other) => {}
            _ => *skipped = true,
        }
        argument.clear();
    };
    while let Some(c) = rest.next() {
        match c {
            '#' => while rest.next_if(|c| *c != '\n').is_some() {},
            '"' | '\'' => {
                let mut word = String::new();
                while let Some(inside) = rest.next() {
                    if inside == '\\' {
                        word.extend(rest.next());
                    } else if inside == c {
                        break;
                    } else {
                        word.push(inside);
                    }
                }
                // Inside a nested call, or with a prefix such as `f`, the text is no word of its own.
                if depth == 0 && argument.trim().is_empty() {
                    literal.get_or_insert_with(String::new).push_str(&word);
                } else {
                    argument.push('?');
                }
            }
            ')' if depth == 0 => break,
            ',' if depth == 0 => end(&mut argument, &mut literal, &mut skipped),
            '(' | '[' | '{' => {
                depth += 1;
                argument.push(c);
            }
            ')' | ']' | '}' => {
                depth -= 1;
                argument.push(c);
            }
            c => argument.push(c),
        }
    }
    end(&mut argument, &mut literal, &mut skipped);
    (words, skipped)
}

fn is_keyword(argument: &str) -> bool {
    argument.split_once('=').is_some_and(|(name, _)| name.trim().chars().all(|c| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_words_are_kept_and_computed_ones_noted() {
        let (words, skipped) = literal_arguments("\n  'pytest', \"-q\", # c, d\n *session.posargs, env={'A': 'b'},\n)");
        assert_eq!((words.join(" "), skipped), ("pytest -q".to_owned(), false));
        let (words, skipped) = literal_arguments("'pytest', f'--x={y}', path(1), 'tests') more");
        assert_eq!((words.join(" "), skipped), ("pytest tests".to_owned(), true));
    }
}
