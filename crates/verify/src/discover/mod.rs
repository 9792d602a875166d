//! Finding the command that runs the project's tests.
//!
//! Lives here: the order of the places where it may be written, and what a found command is.
//! Lives elsewhere: each place (one file each), shell words (`shell`), what a line means (`command`),
//! and whether a command collects any test (`checks::unit`, run by `engine`). Start at [`discover`].

mod command;
mod conventions;
mod files;
mod ini;
mod makefile;
mod nox;
mod options;
mod pytest_config;
mod scripts;
mod settings;
mod shell;
mod tox;
mod tox_values;
mod workflow;

use std::collections::BTreeMap;

use uplift_model::Hint;
use uplift_model::settings::Test;

pub use files::{Files, Folder, Held};

/// The project to look into.
#[derive(Clone, Copy)]
pub struct Project<'a> {
    pub files: &'a dyn Files,
    /// Folder of the component, from the repository's root; empty: the root.
    pub component: &'a str,
    pub settings: &'a Test,
    /// Whether a package (normal name) is part of the environment.
    pub has_package: &'a dyn Fn(&str) -> bool,
    /// Whether a program can be found, in the environment or on the machine.
    pub program_exists: &'a dyn Fn(&str) -> bool,
}

/// What kind of runner a command starts: decides how its results are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runner {
    Pytest,
    Unittest,
    Django,
    /// Only the exit status is certain.
    Other,
}

/// One way to run the tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCommand {
    /// Program and arguments; a first word `python` stands for the environment's interpreter.
    /// For [`Runner::Pytest`] it is `python … -m pytest …`.
    pub argv: Vec<String>,
    pub env: BTreeMap<String, String>,
    /// Working directory, from the repository's root; empty: the root.
    pub directory: String,
    pub runner: Runner,
    /// File and line: `tox.ini:7`; `settings`; or the convention that it rests on.
    pub found_in: String,
    /// What was left out of the command as written, and why.
    pub notes: Vec<String>,
}

impl TestCommand {
    /// The command as one would type it.
    pub fn shown(&self) -> String {
        let word = |word: &String| {
            let plain = |c: char| c.is_alphanumeric() || "-_./=:,@+%[]".contains(c);
            if !word.is_empty() && word.chars().all(plain) {
                word.clone()
            } else {
                format!("'{}'", word.replace('\'', r"'\''"))
            }
        };
        self.argv.iter().map(word).collect::<Vec<_>>().join(" ")
    }
}

/// Candidates in the order to try, and what was passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovered {
    pub commands: Vec<TestCommand>,
    /// Lines that look like tests but cannot be used, with the reason.
    pub notes: Vec<String>,
}

/// The settings name a test command that cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoverError {
    #[error("the test command in the settings is empty")]
    Empty,
    #[error("the test command in the settings (`{command}`) cannot be read: {reason}")]
    Unreadable { command: String, reason: String },
    #[error("the test command in the settings (`{command}`) names `{script}`, which does not exist in `{directory}`")]
    NoScript { command: String, script: String, directory: String },
    #[error(
        "the test command in the settings (`{command}`) starts `{program}`, which is neither in the environment nor on this machine"
    )]
    NoProgram { command: String, program: String },
    #[error("the test directory in the settings (`{0}`) does not exist")]
    NoDirectory(String),
}

impl Hint for DiscoverError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Empty => "remove `command` below `[test]` to have it found, or write one".into(),
            Self::Unreadable { .. } => "close the quotes in `command` below `[test]`".into(),
            Self::NoScript { .. } => {
                "correct `command` or `directory` below `[test]`; paths start at that directory".into()
            }
            Self::NoProgram { program, .. } => {
                format!(
                    "add `{program}` to the project's test dependencies, install it, or correct `command` below `[test]`"
                )
            }
            Self::NoDirectory(_) => "correct `directory` below `[test]`; it starts at the repository's root".into(),
        })
    }
}

/// Finds the ways to run the project's tests, best first.
///
/// The settings come first and alone; then CI workflows, tox, nox, pytest's own settings, Makefile
/// targets, Django's `manage.py`, and last what the files look like.
///
/// # Errors
/// Only for a command or directory in the settings that does not exist. Nothing found is no error.
pub fn discover(project: &Project<'_>) -> Result<Discovered, DiscoverError> {
    if let Some(command) = settings::command(project)? {
        return Ok(Discovered { commands: vec![command], notes: Vec::new() });
    }
    let directory = project.settings.directory.as_deref().map(|folder| folder.trim_matches('/'));
    let component = directory.filter(|folder| *folder != ".").unwrap_or(project.component);
    let project = &Project { component, ..*project };
    let mut found = Discovered::default();
    let sources: [fn(&Project<'_>, &mut Discovered); 7] = [
        workflow::commands,
        tox::commands,
        nox::commands,
        pytest_config::commands,
        makefile::commands,
        conventions::django,
        conventions::tests,
    ];
    for source in sources {
        source(project, &mut found);
    }
    for command in &mut found.commands {
        let own = project.settings.env.iter().map(|(name, value)| (name.clone(), value.clone()));
        command.env.extend(own);
    }
    let mut kept: Vec<TestCommand> = Vec::new();
    for command in found.commands {
        if !kept.iter().any(|other| other.argv == command.argv && other.directory == command.directory) {
            kept.push(command);
        }
    }
    found.commands = kept;
    found.notes.dedup();
    Ok(found)
}

/// `folder/name`, either part may be empty; `.` and `..` are worked out.
fn join(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
