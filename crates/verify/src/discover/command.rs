//! What a line of shell means for testing: which of its commands runs tests, and with which runner.
//!
//! Lives here: scripts of lines, wrappers (`coverage run`, `poetry run`, `xvfb-run`), and following
//! `tox`, `nox`, `make` and named scripts to where they are defined.
//! Lives elsewhere: splitting lines into words (`shell`), pytest's options (`options`).

use std::collections::BTreeMap;

use super::{Project, Runner, TestCommand, join, makefile, nox, options, scripts, shell, tox};

/// Lines that run one after the other: a `run:` block, the commands of an environment, a recipe.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    /// Text and 1-based line in `file`.
    pub lines: Vec<(u32, String)>,
    pub file: String,
    pub env: BTreeMap<String, String>,
    /// From the repository's root.
    pub directory: String,
    pub notes: Vec<String>,
    /// How many definitions were followed to get here.
    pub depth: u32,
}

/// What is known around one command.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub env: BTreeMap<String, String>,
    pub directory: String,
    pub found_in: String,
    pub notes: Vec<String>,
    pub depth: u32,
}

/// Definitions that name each other in a ring end here.
const DEEPEST: u32 = 5;

/// Every test command of the script; `passed_over` gets the lines that look like tests and cannot be used.
pub(super) fn in_script(project: &Project<'_>, script: &Script, passed_over: &mut Vec<String>) -> Vec<TestCommand> {
    let (mut env, mut directory) = (script.env.clone(), script.directory.clone());
    let mut found = Vec::new();
    for (line, text) in &script.lines {
        let found_in = if *line == 0 { script.file.clone() } else { format!("{}:{line}", script.file) };
        let simples = match shell::commands(text, &env) {
            Ok(simples) => simples,
            Err(reason) => {
                if looks_like_tests(text) {
                    passed_over.push(format!("{found_in}: `{}` is not used: {reason}", shortened(text)));
                }
                continue;
            }
        };
        let mut joined = "";
        for (at, simple) in simples.iter().enumerate() {
            // The other side of `||` runs when tests fail, and a pipe only reads what they print.
            let aside = joined == "||" || joined == "|";
            joined = &simple.then;
            if aside {
                continue;
            }
            let mut notes = script.notes.clone();
            if simple.then == "||" {
                let mask = simples.get(at + 1).map(|next| next.words.join(" ")).unwrap_or_default();
                notes.push(format!("left out `|| {mask}`, which would hide failures"));
            } else if simple.then == "|" {
                notes.push("left out the pipe that its output goes to".into());
            }
            match simple.words.split_first() {
                Some((word, [folder])) if word == "cd" || word == "pushd" => directory = join(&directory, folder),
                Some((word, exports)) if word == "export" => {
                    let pairs = exports.iter().filter_map(|word| shell::assignment(word));
                    env.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
                }
                _ => {
                    let place = Place {
                        env: env.clone(),
                        directory: directory.clone(),
                        found_in: found_in.clone(),
                        notes,
                        depth: script.depth,
                    };
                    match meaning(project, &simple.words, place, passed_over) {
                        Ok(commands) => found.extend(commands),
                        Err(reason) => {
                            passed_over.push(format!("{found_in}: `{}` is not used: {reason}", shortened(text)))
                        }
                    }
                }
            }
        }
    }
    found
}

fn looks_like_tests(text: &str) -> bool {
    let install = ["pip install", "pip3 install", "uv pip", "poetry add", "apt"].iter().any(|word| text.contains(word));
    !install
        && ["pytest", "py.test", "unittest", "manage.py", "tox", "nox", "test"].iter().any(|word| text.contains(word))
}

fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(120) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The test commands that these words stand for; none when they run no tests.
///
/// # Errors
/// Why words that do run tests cannot be used.
pub(super) fn meaning(
    project: &Project<'_>,
    words: &[String],
    mut place: Place,
    passed_over: &mut Vec<String>,
) -> Result<Vec<TestCommand>, String> {
    if place.depth > DEEPEST {
        return Err("its definitions name each other in a ring".into());
    }
    let Some((first, rest)) = words.split_first() else {
        return Ok(Vec::new());
    };
    if let Some((name, value)) = shell::assignment(first) {
        place.env.insert(name.to_owned(), value.to_owned());
        return meaning(project, rest, place, passed_over);
    }
    let program = first.rsplit('/').next().unwrap_or(first);
    let deeper = |mut place: Place| {
        place.depth += 1;
        place
    };
    match program {
        "env" | "sudo" | "time" | "exec" | "command" | "nice" | "then" | "do" | "else" => {
            meaning(project, after_options(rest, &["-u", "-g", "-n"]), place, passed_over)
        }
        "timeout" => {
            let rest = after_options(rest, &["-k", "-s", "--kill-after", "--signal"]);
            meaning(project, rest.get(1..).unwrap_or_default(), place, passed_over)
        }
        "xvfb-run" | "dbus-run-session" => {
            let rest = after_options(rest, &["-s", "--server-args", "-e", "--error-file", "-n", "--server-num", "-f"]);
            place.notes.push(format!("left out `{program}`: tests run without a display"));
            place.env.entry("QT_QPA_PLATFORM".into()).or_insert_with(|| "offscreen".into());
            meaning(project, rest, place, passed_over)
        }
        "poetry" | "pdm" | "pipenv" | "uv" | "rye" | "hatch" | "uvx" | "pipx" | "poe" | "conda" | "micromamba" => {
            place.notes.push(format!("left out `{program}`: the environment is Uplift's own"));
            scripts::behind_runner(project, program, rest, deeper(place), passed_over)
        }
        "coverage" | "coverage3" => match rest.split_first() {
            Some((run, rest)) if run == "run" => {
                const VALUES: &[&str] = &[
                    "--source",
                    "--rcfile",
                    "--omit",
                    "--include",
                    "--concurrency",
                    "--context",
                    "--data-file",
                    "--debug",
                ];
                let module = rest.iter().position(|word| word == "-m");
                let script = after_options(rest, VALUES);
                let at = rest.len() - script.len();
                let rest = rest.get(module.map_or(at, |module| module.min(at))..).unwrap_or_default();
                place.notes.push("left out `coverage run`".into());
                let words: Vec<String> = std::iter::once("python".to_owned()).chain(rest.iter().cloned()).collect();
                meaning(project, &words, place, passed_over)
            }
            _ => Ok(Vec::new()),
        },
        "pytest" | "py.test" | "pytest-3" | "pytest3" => Ok(pytest(&[], rest, place)),
        "tox" => tox::follow(project, rest, deeper(place), passed_over),
        "nox" => Ok(nox::follow(project, deeper(place), passed_over)),
        "make" | "gmake" | "just" => Ok(makefile::follow(project, rest, deeper(place), passed_over)),
        "manage.py" if rest.first().is_some_and(|word| word == "test") => {
            Ok(vec![built(Runner::Django, &["python", first.trim_start_matches("./")], rest, place)])
        }
        "django-admin" | "django-admin.py" if rest.first().is_some_and(|word| word == "test") => {
            Ok(vec![built(Runner::Django, &["python", "-m", "django"], rest, place)])
        }
        "nosetests" | "nose2" | "trial" | "green" | "ward" | "stestr" | "zope-testrunner" | "behave" => {
            Ok(vec![built(Runner::Other, &[first], rest, place)])
        }
        "bash" | "sh" => match rest.first() {
            Some(script) if is_test_script(script) => Ok(vec![built(Runner::Other, &[first], rest, place)]),
            _ => Ok(Vec::new()),
        },
        _ if is_python(program) => python(project, rest, place, passed_over),
        _ if first.contains('/') && is_test_script(first) => Ok(vec![built(Runner::Other, &[first], rest, place)]),
        _ => Ok(Vec::new()),
    }
}

fn is_python(program: &str) -> bool {
    let version = program.strip_prefix("python").or_else(|| program.strip_prefix("pypy"));
    program == "py" || version.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// A script whose own name says that it tests.
fn is_test_script(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_suffix(".py").or_else(|| name.strip_suffix(".sh")).unwrap_or(name);
    !path.starts_with('-')
        && stem.split(['_', '-', '.']).any(|part| matches!(part, "test" | "tests" | "runtests" | "runtest"))
}

/// `python` with its own options, then `-m module` or a script.
fn python(
    project: &Project<'_>,
    arguments: &[String],
    mut place: Place,
    passed_over: &mut Vec<String>,
) -> Result<Vec<TestCommand>, String> {
    let mut own: Vec<String> = Vec::new();
    let mut rest = arguments;
    while let Some((word, tail)) = rest.split_first() {
        match word.as_str() {
            "-m" => break,
            "-W" | "-X" => {
                own.push(word.clone());
                own.extend(tail.first().cloned());
                rest = tail.get(1..).unwrap_or_default();
            }
            "-I" | "-E" | "-S" => {
                place.notes.push(format!("left out python's `{word}`, which would keep results from being recorded"));
                rest = tail;
            }
            "-c" => return Ok(Vec::new()),
            option if option.starts_with('-') => {
                own.push(word.clone());
                rest = tail;
            }
            _ => break,
        }
    }
    let with = |words: &[&str]| -> Vec<String> {
        let own = std::iter::once("python".to_owned()).chain(own.iter().cloned());
        own.chain(words.iter().map(|word| (*word).to_owned())).collect()
    };
    match rest {
        [m, module, tail @ ..] if m == "-m" => match module.as_str() {
            "pytest" | "py.test" => Ok(pytest(&own, tail, place)),
            "unittest" => Ok(vec![built_of(Runner::Unittest, with(&["-m", "unittest"]), tail, place)]),
            "django" if tail.first().is_some_and(|word| word == "test") => {
                Ok(vec![built_of(Runner::Django, with(&["-m", "django"]), tail, place)])
            }
            "coverage" | "tox" | "nox" | "poetry" | "pdm" | "pipenv" | "hatch" | "uv" => {
                let words: Vec<String> = std::iter::once(module.clone()).chain(tail.iter().cloned()).collect();
                meaning(project, &words, place, passed_over)
            }
            "nose" | "nose2" | "twisted.trial" | "testtools.run" | "ward" | "green" | "zope.testrunner" | "stestr" => {
                Ok(vec![built_of(Runner::Other, with(&["-m", module]), tail, place)])
            }
            module if module.split(['.', '_']).any(|part| matches!(part, "test" | "tests")) => {
                Ok(vec![built_of(Runner::Other, with(&["-m", module]), tail, place)])
            }
            _ => Ok(Vec::new()),
        },
        [script, tail @ ..] => {
            let name = script.rsplit('/').next().unwrap_or(script);
            let first = tail.first().map(String::as_str);
            match name {
                "manage.py" if first == Some("test") => {
                    Ok(vec![built_of(Runner::Django, with(&[script]), tail, place)])
                }
                "setup.py" if matches!(first, Some("test" | "pytest" | "nosetests")) => {
                    Err("setuptools no longer runs tests by `setup.py`".into())
                }
                "setup.py" | "manage.py" => Ok(Vec::new()),
                _ if is_test_script(script) => Ok(vec![built_of(Runner::Other, with(&[script]), tail, place)]),
                _ => Ok(Vec::new()),
            }
        }
        [] => Ok(Vec::new()),
    }
}

fn pytest(own: &[String], arguments: &[String], mut place: Place) -> Vec<TestCommand> {
    let Some((kept, notes)) = options::pytest(arguments) else {
        return Vec::new();
    };
    place.notes.extend(notes);
    let argv = std::iter::once("python".to_owned()).chain(own.iter().cloned()).chain(["-m".into(), "pytest".into()]);
    vec![built_of(Runner::Pytest, argv.collect(), &kept, place)]
}

fn built(runner: Runner, start: &[&str], rest: &[String], place: Place) -> TestCommand {
    built_of(runner, start.iter().map(|word| (*word).to_owned()).collect(), rest, place)
}

fn built_of(runner: Runner, mut argv: Vec<String>, rest: &[String], place: Place) -> TestCommand {
    argv.extend(rest.iter().cloned());
    let Place { env, directory, found_in, mut notes, .. } = place;
    if runner == Runner::Django {
        // Workers of a parallel run mix their output, and a pause for a person would hang.
        if let Some(at) = argv.iter().position(|word| word == "--parallel") {
            let count = argv.get(at + 1).is_some_and(|next| next == "auto" || next.parse::<u32>().is_ok());
            argv.drain(at..=at + usize::from(count));
        }
        argv.retain(|word| !word.starts_with("--parallel=") && word != "--failfast");
        if !argv.iter().any(|word| word.starts_with("--noinput") || word.starts_with("--no-input")) {
            argv.push("--noinput".into());
            notes.push("added `--noinput`: nobody is there to answer".into());
        }
    }
    if runner == Runner::Unittest {
        argv.retain(|word| word != "-f" && word != "--failfast");
    }
    TestCommand { argv, env, directory, runner, found_in, notes }
}

/// The words behind leading options; `with_value` lists those whose value is a word of its own.
pub(super) fn after_options<'a>(words: &'a [String], with_value: &[&str]) -> &'a [String] {
    let mut rest = words;
    while let Some((word, tail)) = rest.split_first() {
        if word == "--" {
            return tail;
        }
        if !word.starts_with('-') {
            break;
        }
        rest = if with_value.contains(&word.as_str()) { tail.get(1..).unwrap_or_default() } else { tail };
    }
    rest
}
