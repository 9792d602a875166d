//! `poetry run`, `uv run`, `hatch run` and their like: what is behind them, and the scripts that projects
//! name for them in `pyproject.toml` or `Pipfile`.

use super::command::{Place, Script, after_options, in_script, meaning};
use super::{Project, TestCommand, join};

const VALUES: &[&str] = &[
    "--python",
    "-p",
    "--with",
    "--extra",
    "--group",
    "--only-group",
    "--no-group",
    "--package",
    "--env-file",
    "--project",
    "--with-requirements",
    "--with-editable",
    "--index",
    "--default-index",
    "--no-extra",
    "--from",
    "--spec",
    "-e",
    "--env",
    "--directory",
    "-C",
    "-P",
    "-n",
    "--name",
    "--resolution",
    "--venv",
    "--prefix",
    "--cwd",
];

/// What `program rest…` runs in the end.
pub(super) fn behind_runner(
    project: &Project<'_>,
    program: &str,
    rest: &[String],
    place: Place,
    passed_over: &mut Vec<String>,
) -> Result<Vec<TestCommand>, String> {
    let rest = if matches!(program, "uvx" | "poe") { rest } else { after_options(rest, VALUES) };
    let behind = match (program, rest) {
        ("uvx" | "poe", rest) => after_options(rest, VALUES),
        ("uv", [tool, run, tail @ ..]) if tool == "tool" && run == "run" => after_options(tail, VALUES),
        ("hatch", [test, tail @ ..]) if test == "test" => {
            let words: Vec<String> = std::iter::once("pytest".to_owned()).chain(tail.iter().cloned()).collect();
            return meaning(project, &words, place, passed_over);
        }
        // `pdm test` is short for `pdm run test`.
        ("pdm", [name, tail @ ..]) if name != "run" => {
            let script = script(project, program, name, tail, &place);
            return Ok(script.map(|script| in_script(project, &script, passed_over)).unwrap_or_default());
        }
        (_, [run, tail @ ..]) if run == "run" => {
            // `uv run -m pytest` is `uv run python -m pytest`.
            if let Some(at) =
                tail.iter().position(|word| word == "-m" || word == "--module").filter(|_| program == "uv")
            {
                let plain = after_options(tail, VALUES);
                if at < tail.len() - plain.len() {
                    let tail = tail.get(at + 1..).unwrap_or_default();
                    let words = ["python".to_owned(), "-m".to_owned()].into_iter().chain(tail.iter().cloned());
                    return meaning(project, &words.collect::<Vec<_>>(), place, passed_over);
                }
            }
            after_options(tail, VALUES)
        }
        _ => return Ok(Vec::new()),
    };
    let Some((name, tail)) = behind.split_first() else {
        return Ok(Vec::new());
    };
    if let Some(script) = script(project, program, name, tail, &place) {
        return Ok(in_script(project, &script, passed_over));
    }
    let plain = if program == "hatch" { name.rsplit(':').next().unwrap_or(name) } else { name };
    let words: Vec<String> = std::iter::once(plain.to_owned()).chain(tail.iter().cloned()).collect();
    meaning(project, &words, place, passed_over)
}

/// The script that the project defines under this name.
fn script(project: &Project<'_>, program: &str, name: &str, arguments: &[String], place: &Place) -> Option<Script> {
    let file = join(project.component, if program == "pipenv" { "Pipfile" } else { "pyproject.toml" });
    let text = project.files.read(&file)?;
    let root: toml::Table = toml::from_str(&text).ok()?;
    let at =
        |path: &[&str]| path.iter().try_fold(&toml::Value::Table(root.clone()), |value, key| value.get(key)).cloned();
    let value = match program {
        "pipenv" => at(&["scripts", name])?,
        "pdm" => at(&["tool", "pdm", "scripts", name])?,
        "rye" => at(&["tool", "rye", "scripts", name])?,
        "hatch" => {
            let (env, script) = name.split_once(':').unwrap_or(("default", name));
            at(&["tool", "hatch", "envs", env, "scripts", script])?
        }
        _ => at(&["tool", "poe", "tasks", name])?,
    };
    let lines = lines(&value)?;
    let tail = arguments.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    let number = |line: &str| text.lines().position(|have| have.contains(line)).map_or(0, |at| at as u32 + 1);
    let filled = |line: String| {
        // hatch's `{args:default}`, pdm's `{args}`; else arguments go to the end.
        let plain = line.clone();
        let line = match line.split_once("{args").and_then(|(head, rest)| Some((head, rest.split_once('}')?))) {
            Some((head, (default, rest))) => {
                let value = if tail.is_empty() { default.trim_start_matches(':') } else { &tail };
                format!("{head}{value}{rest}")
            }
            None => format!("{line} {tail}").trim().to_owned(),
        };
        (number(&plain), line)
    };
    let env = match value.get("env") {
        Some(toml::Value::Table(pairs)) => {
            pairs.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
        }
        _ => Default::default(),
    };
    let mut script = Script {
        lines: lines.into_iter().map(filled).collect(),
        file,
        env: place.env.clone(),
        directory: place.directory.clone(),
        notes: place.notes.clone(),
        depth: place.depth + 1,
    };
    script.notes.push(format!("named by {}", place.found_in));
    script.env.extend::<std::collections::BTreeMap<String, String>>(env);
    Some(script)
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The command lines of a script's value: a text, a list of texts, or a table with `cmd`, `shell`, `composite`.
fn lines(value: &toml::Value) -> Option<Vec<String>> {
    match value {
        toml::Value::String(line) => Some(vec![line.clone()]),
        toml::Value::Array(items) => Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()),
        toml::Value::Table(table) => {
            let keys = ["cmd", "shell", "composite", "sequence"];
            match keys.iter().find_map(|key| table.get(*key))? {
                toml::Value::Array(words) if table.contains_key("cmd") => {
                    let words: Vec<String> = words.iter().filter_map(|word| word.as_str()).map(quoted).collect();
                    Some(vec![words.join(" ")])
                }
                inner => lines(inner),
            }
        }
        _ => None,
    }
}
