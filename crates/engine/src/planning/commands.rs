//! What a person would type for a step, to the same effect as the run: the same tool, the same Python, the same versions.
//!
//! Lives elsewhere: how the run itself writes a lock (`ecosystems::python::relock`), the rest of a step (`super::steps`).

use std::collections::BTreeMap;
use std::path::Path;

use uplift_ecosystems::python::discover::{EnvironmentSource, Pair};
use uplift_ecosystems::python::lockfile::{self, Compiler, LockKind};
use uplift_model::plan::Reading;
use uplift_model::shell::word as quoted;
use uplift_model::{Distance, Move, PackageName};

use super::Facts;

/// The environment that a person who follows a plan by hand makes, in the component's folder.
pub(super) const ENVIRONMENT: &str = ".venv-upgrade";

/// Puts `pins` (`flask==3.1.2`) into [`ENVIRONMENT`].
pub(super) fn install(pins: &[String]) -> String {
    let quoted: Vec<String> = pins.iter().map(|pin| format!("'{pin}'")).collect();
    format!("uv pip install --python {ENVIRONMENT} {}", quoted.join(" "))
}

impl Facts<'_> {
    /// What fills [`ENVIRONMENT`] with all that the component states, typed in its folder. `None`: a tool with a lock of its
    /// own does that.
    pub(super) fn installing(&self) -> Option<String> {
        let none = Vec::new();
        let (files, limits): (Vec<&String>, &Vec<String>) = match &self.component.environment {
            EnvironmentSource::Locked { .. } => return None,
            EnvironmentSource::Compiled { pairs } => (pairs.iter().map(|pair| &pair.output).collect(), &none),
            EnvironmentSource::Requirements { files, constraints } => (files.iter().collect(), constraints),
            EnvironmentSource::Frozen { files, .. } | EnvironmentSource::Declared { files } => {
                (files.iter().collect(), &none)
            }
        };
        let up = "../".repeat(self.component.root.split('/').filter(|part| !part.is_empty()).count());
        let home = if up.is_empty() { String::new() } else { format!("{}/", self.component.root) };
        let here = |file: &str| file.strip_prefix(&home).map_or_else(|| format!("{up}{file}"), str::to_owned);
        let named = files.into_iter().map(|file| format!("-r {}", quoted(&here(file))));
        let named: Vec<String> = named.chain(limits.iter().map(|file| format!("-c {}", quoted(&here(file))))).collect();
        Some(format!("uv pip install --python {ENVIRONMENT} {}", named.join(" ")))
    }

    /// What a person would type after the edit; `interpreter`: `3.11.9`.
    pub(super) fn commands(
        &self,
        one: &Move,
        interpreter: &str,
        reading: &BTreeMap<PackageName, Vec<Reading>>,
    ) -> Vec<String> {
        let mut commands: Vec<String> = one
            .candidates
            .iter()
            .filter(|c| c.distance == Distance::Major)
            .map(|c| {
                let page = reading.get(&c.name).and_then(|pages| pages.first());
                let page = page.map(|page| format!(" ({})", page.url)).unwrap_or_default();
                format!(
                    "# first read what changed in {} from {} to {}{page}: it may break callers",
                    c.name, c.current, c.target
                )
            })
            .collect();
        let pins: Vec<String> = one.candidates.iter().map(|c| format!("{}=={}", c.name, c.target)).collect();
        let names: Vec<&str> = one.candidates.iter().map(|c| c.name.as_str()).collect();
        // What comes along has its version in the plan as well: without it the tool takes the newest.
        let along = one.induced.iter().filter_map(|c| Some(format!("{}=={}", c.name, c.to.as_ref()?)));
        let all: Vec<String> =
            pins.iter().cloned().chain(along).map(|pin| format!("--upgrade-package '{pin}'")).collect();
        let each = all.join(" ");
        match &self.component.environment {
            EnvironmentSource::Locked { kind, .. } => commands.push(match kind {
                LockKind::Uv => self.at_home(&format!("uv lock {each}")),
                LockKind::Poetry => self.at_home(&format!("poetry update {}", names.join(" "))),
                LockKind::Pdm => self.at_home(&format!("pdm update {}", names.join(" "))),
                LockKind::Pipfile => self.at_home(&format!("pipenv upgrade {}", pins.join(" "))),
                LockKind::Pylock | LockKind::Requirements => {
                    self.at_home(&format!("uv export --format pylock.toml {each}"))
                }
            }),
            EnvironmentSource::Compiled { pairs } => {
                commands.extend(pairs.iter().map(|pair| self.compile(pair, interpreter, &each)));
            }
            EnvironmentSource::Requirements { .. }
            | EnvironmentSource::Frozen { .. }
            | EnvironmentSource::Declared { .. } => {
                commands.push(self.at_home(&install(&pins)));
            }
        }
        commands
    }

    /// The command in the header of `pair.output` where a tool wrote one, else uv's, for this Python and no other.
    fn compile(&self, pair: &Pair, interpreter: &str, packages: &str) -> String {
        let text = self.tree.read(&pair.output).and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(header) = text.as_deref().and_then(lockfile::header) else {
            let (input, output) = (quoted(&pair.input), quoted(&pair.output));
            return format!("uv pip compile {input} -o {output} --python-version {interpreter} {packages}");
        };
        let arguments = header.arguments(&pair.input, &pair.output);
        let told = |argument: &String| argument.starts_with("--python-version");
        let mut words: Vec<String> = match header.compiler {
            Compiler::Uv if arguments.iter().any(told) => vec!["uv pip compile".to_owned()],
            Compiler::Uv => vec![format!("uv pip compile --python-version {interpreter}")],
            // pip-compile answers for the Python that runs it.
            Compiler::PipCompile => {
                let line: Vec<&str> = interpreter.split('.').take(2).collect();
                vec![format!("python{} -m piptools compile", line.join("."))]
            }
        };
        words.extend(arguments.iter().map(|argument| quoted(argument)));
        words.push(packages.to_owned());
        let folder = header.directory(Path::new(""), &pair.output).display().to_string();
        let command = words.join(" ");
        if folder.is_empty() { command } else { format!("cd {} && {command}", quoted(&folder)) }
    }
}
