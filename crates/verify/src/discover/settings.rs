//! The test command that the settings name: taken as it is, and checked to exist.

use std::collections::BTreeMap;

use super::command::{Place, meaning};
use super::{DiscoverError, Project, Runner, TestCommand, join, shell};

/// # Errors
/// When the command is empty, cannot be read, or names what does not exist.
pub(super) fn command(project: &Project<'_>) -> Result<Option<TestCommand>, DiscoverError> {
    let directory = project.settings.directory.as_deref().unwrap_or_default();
    let directory = join("", directory);
    if !project.files.is_folder(&directory) {
        return Err(DiscoverError::NoDirectory(directory));
    }
    let Some(text) = &project.settings.command else {
        return Ok(None);
    };
    if text.trim().is_empty() {
        return Err(DiscoverError::Empty);
    }
    let env: BTreeMap<String, String> = project.settings.env.clone();
    let place = Place {
        env: env.clone(),
        directory: directory.clone(),
        found_in: "settings".into(),
        notes: Vec::new(),
        depth: 0,
    };
    let as_shell = || TestCommand {
        argv: vec!["sh".into(), "-c".into(), text.clone()],
        env: env.clone(),
        directory: directory.clone(),
        runner: Runner::Other,
        found_in: "settings".into(),
        notes: vec!["run by a shell".into()],
    };
    let simple = match shell::commands(text, &env) {
        Ok(simples) => match <[_; 1]>::try_from(simples) {
            Ok([simple]) if !simple.redirected && simple.then.is_empty() => simple,
            // More than one command: all of it is what was asked for.
            _ => return Ok(Some(as_shell())),
        },
        Err(reason) if reason.contains("quotes") => {
            return Err(DiscoverError::Unreadable { command: text.clone(), reason });
        }
        Err(_) => return Ok(Some(as_shell())),
    };
    exists(project, text, &simple.words, &directory)?;
    let mut passed_over = Vec::new();
    let mut found = meaning(project, &simple.words, place, &mut passed_over).unwrap_or_default();
    if !found.is_empty() {
        // A command such as `make test` may stand for several; only a single one can take its place.
        if found.len() == 1 {
            let mut command = found.remove(0);
            command.found_in = "settings".into();
            exists(project, text, &command.argv, &command.directory)?;
            return Ok(Some(command));
        }
        return Ok(Some(as_shell()));
    }
    let assigned = simple.words.iter().take_while(|word| shell::assignment(word).is_some()).count();
    let mut plain = as_shell();
    plain.notes.clear();
    for (name, value) in simple.words.iter().take(assigned).filter_map(|word| shell::assignment(word)) {
        plain.env.insert(name.to_owned(), value.to_owned());
    }
    plain.argv = simple.words.get(assigned..).unwrap_or_default().to_vec();
    if plain.argv.is_empty() {
        return Err(DiscoverError::Empty);
    }
    Ok(Some(plain))
}

/// Whether the program and the script that it is given are there.
fn exists(project: &Project<'_>, text: &str, words: &[String], directory: &str) -> Result<(), DiscoverError> {
    let mut words = words.iter().skip_while(|word| shell::assignment(word).is_some());
    let Some(program) = words.next() else {
        return Ok(());
    };
    let shown = if directory.is_empty() { "the repository's root".to_owned() } else { directory.to_owned() };
    let missing = |script: &str| DiscoverError::NoScript {
        command: text.to_owned(),
        script: script.to_owned(),
        directory: shown.clone(),
    };
    let absolute = program.starts_with('/');
    if program.contains('/') && !absolute {
        if !project.files.is_file(&join(directory, program)) {
            return Err(missing(program));
        }
    } else if program != "python" && !(project.program_exists)(program) {
        return Err(DiscoverError::NoProgram { command: text.to_owned(), program: program.clone() });
    }
    let name = program.rsplit('/').next().unwrap_or(program);
    if name.starts_with("python") || name == "sh" || name == "bash" {
        // Options first; `-m` and `-c` name no file.
        let script = words.find(|word| !word.starts_with('-') || matches!(word.as_str(), "-m" | "-c"));
        let file = script.filter(|word| word.ends_with(".py") || word.ends_with(".sh"));
        if let Some(script) =
            file.filter(|word| !word.starts_with('/') && !project.files.is_file(&join(directory, word)))
        {
            return Err(missing(script));
        }
    }
    Ok(())
}
