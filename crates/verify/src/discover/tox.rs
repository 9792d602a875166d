//! tox: the `commands` of its test environments, from `tox.ini`, `setup.cfg`, `pyproject.toml` and `tox.toml`.
//!
//! tox itself is never run: it would build environments of its own. Substitutions: `tox_values`.

use std::collections::BTreeMap;

use super::command::{Place, Script, in_script};
use super::ini::{self, Section};
use super::tox_values::{UNKNOWN, Values, applies, condition};
use super::{Discovered, Project, TestCommand, join};

pub(super) fn commands(project: &Project<'_>, found: &mut Discovered) {
    let place = Place {
        env: BTreeMap::new(),
        directory: project.component.to_owned(),
        found_in: String::new(),
        notes: Vec::new(),
        depth: 0,
    };
    if let Some(tox) = Tox::read(project, project.component) {
        found.commands.extend(tox.all(project, None, None, &place, &mut found.notes));
    }
}

/// What `tox arguments…` would run.
pub(super) fn follow(
    project: &Project<'_>,
    arguments: &[String],
    place: Place,
    passed_over: &mut Vec<String>,
) -> Result<Vec<TestCommand>, String> {
    let mut names = None;
    let mut posargs = None;
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--" => {
                posargs = Some(
                    rest.by_ref()
                        .map(|word| format!("'{}'", word.replace('\'', r"'\''")))
                        .collect::<Vec<_>>()
                        .join(" "),
                );
            }
            "-e" | "--env" | "-m" => names = rest.next().map(|list| (list.clone(), word == "-m")),
            "-c" | "--conf" | "--workdir" | "-x" => {
                rest.next();
            }
            "-l" | "--listenvs" | "-a" | "--showconfig" | "--notest" | "devenv" | "config" | "list" => {
                return Ok(Vec::new());
            }
            word => {
                if let Some(list) = word.strip_prefix("-e").filter(|list| !list.is_empty() && !list.starts_with('-')) {
                    names = Some((list.to_owned(), false));
                }
            }
        }
    }
    let folder = place.directory.clone();
    let Some(tox) = Tox::read(project, &folder).or_else(|| Tox::read(project, project.component)) else {
        return Err("no tox settings were found".into());
    };
    // A label (`-m`) groups environments; the default one stands for it.
    let names = names.filter(|(_, label)| !label).map(|(list, _)| list);
    Ok(tox.all(project, names.as_deref(), posargs.as_deref(), &place, passed_over))
}

struct Tox {
    file: String,
    folder: String,
    sections: Vec<Section>,
}

impl Tox {
    fn read(project: &Project<'_>, folder: &str) -> Option<Self> {
        let read = |name: &str| {
            let file = join(folder, name);
            project.files.read(&file).map(|text| (file, text))
        };
        let folder = folder.to_owned();
        if let Some((file, text)) = read("tox.ini") {
            let sections = ini::parse(&text);
            if sections.iter().any(|section| section.name.starts_with("testenv")) {
                return Some(Self { file, folder, sections });
            }
        }
        if let Some((file, text)) = read("setup.cfg") {
            let sections = ini::parse(&text);
            if sections.iter().any(|section| section.name == "tox:tox") {
                return Some(Self { file, folder, sections });
            }
        }
        for (name, inside) in [("pyproject.toml", true), ("tox.toml", false)] {
            let Some((file, text)) = read(name) else {
                continue;
            };
            let Ok(root) = toml::from_str::<toml::Table>(&text) else {
                continue;
            };
            let root = toml::Value::Table(root);
            let table = if inside { root.get("tool").and_then(|tool| tool.get("tox")).cloned() } else { Some(root) };
            let Some(table) = table else { continue };
            let sections = match table.get("legacy_tox_ini").and_then(|text| text.as_str()) {
                Some(text) => ini::parse(text).into_iter().map(unnumbered).collect(),
                None => native(&table),
            };
            if sections.iter().any(|section| section.name.starts_with("testenv")) {
                return Some(Self { file, folder, sections });
            }
        }
        None
    }

    /// Commands of the named environments (comma separated), else of the default one, else of any that tests.
    fn all(
        &self,
        project: &Project<'_>,
        names: Option<&str>,
        posargs: Option<&str>,
        place: &Place,
        passed_over: &mut Vec<String>,
    ) -> Vec<TestCommand> {
        let mut notes = Vec::new();
        let mut found = Vec::new();
        match names {
            Some(names) => {
                for name in names.split(',') {
                    found.extend(self.environment(project, name.trim(), false, posargs, place, &mut notes));
                }
            }
            None => {
                found.extend(self.environment(project, "py", false, posargs, place, &mut notes));
                if found.is_empty() {
                    // Every line hangs on a factor: each is a candidate of its own, the one that
                    // leaves out least (the shortest) first.
                    found.extend(self.environment(project, "py", true, posargs, place, &mut notes));
                    found.sort_by_key(|command: &TestCommand| command.argv.len());
                }
                let others = self.sections.iter().filter_map(|section| section.name.strip_prefix("testenv:"));
                let tests = |name: &&str| ["test", "unit", "py"].iter().any(|part| name.starts_with(part));
                for name in others.filter(tests).filter(|_| found.is_empty()).collect::<Vec<_>>() {
                    found.extend(self.environment(project, name, false, posargs, place, &mut notes));
                }
            }
        }
        if found.is_empty() {
            passed_over.extend(notes);
        }
        found
    }

    fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    fn environment(
        &self,
        project: &Project<'_>,
        name: &str,
        any_factor: bool,
        posargs: Option<&str>,
        place: &Place,
        passed_over: &mut Vec<String>,
    ) -> Vec<TestCommand> {
        let own = format!("testenv:{name}");
        let get = |key: &str| {
            let own = self.section(&own).and_then(|section| section.get(key));
            own.or_else(|| self.section("testenv").and_then(|section| section.get(key)))
        };
        let bare = Values { sections: &self.sections, env_name: name, posargs, root: "." };
        let changed = get("changedir").or_else(|| get("change_dir")).and_then(|entry| entry.lines.first());
        let changed = changed.map(|(_, folder)| bare.fill(folder, 0)).filter(|folder| !folder.contains(UNKNOWN));
        let directory = join(&self.folder, changed.as_deref().unwrap_or_default());
        let depth = |path: &str| path.split('/').filter(|part| !part.is_empty()).count();
        let ups = depth(&directory).saturating_sub(depth(&self.folder));
        let root = if ups == 0 { ".".to_owned() } else { vec![".."; ups].join("/") };
        let values = Values { root: &root, ..bare };

        let mut script = Script {
            file: self.file.clone(),
            env: place.env.clone(),
            directory,
            notes: place.notes.clone(),
            depth: place.depth + 1,
            ..Script::default()
        };
        if !place.found_in.is_empty() {
            script.notes.push(format!("named by {}", place.found_in));
        }
        for (_, line) in
            get("setenv").or_else(|| get("set_env")).map(|entry| entry.lines.as_slice()).unwrap_or_default()
        {
            let filled = values.fill(line, 0);
            for line in filled.lines() {
                let (factor, line) = condition(line);
                let counts = factor.is_none_or(|factor| applies(&factor, name));
                if let Some((key, value)) = line.split_once('=').filter(|(_, value)| counts && !value.contains(UNKNOWN))
                {
                    script.env.insert(key.trim().to_owned(), value.trim().to_owned());
                }
            }
        }
        if get("commands_pre").is_some() {
            script.notes.push("`commands_pre` of tox is not run".into());
        }
        let entry = get("commands").map(|entry| entry.lines.as_slice()).unwrap_or_default();
        script.lines = lines(entry, &values, name, any_factor, &mut script.notes);
        in_script(project, &script, passed_over)
    }
}

/// The commands that count for this environment, with substitutions filled in.
fn lines(
    written: &[(u32, String)],
    values: &Values<'_>,
    name: &str,
    any_factor: bool,
    notes: &mut Vec<String>,
) -> Vec<(u32, String)> {
    let mut whole: Vec<(u32, String)> = Vec::new();
    let mut open = false;
    for (number, line) in written {
        let (part, more) = line.strip_suffix('\\').map_or((line.as_str(), false), |part| (part.trim_end(), true));
        match whole.last_mut().filter(|_| open) {
            Some((_, text)) => *text = format!("{text} {part}"),
            None => whole.push((*number, part.to_owned())),
        }
        open = more;
    }
    let mut found = Vec::new();
    for (number, line) in whole {
        let (factor, line) = condition(&line);
        if factor.is_some_and(|factor| !any_factor && !applies(&factor, name)) {
            continue;
        }
        for line in values.fill(line, 0).lines() {
            let line = condition(line).1.trim();
            let line = line
                .strip_prefix("- ")
                .or_else(|| line.strip_prefix('-').filter(|rest| !rest.starts_with('-')))
                .unwrap_or(line);
            let Some((known, complete)) = known(line) else {
                notes.push(format!("`{}` is not used: only tox knows a path in it", line.replace(UNKNOWN, "{…}")));
                continue;
            };
            if !complete && known.contains("test") {
                notes.push("left out an option that only tox can fill in".into());
            }
            found.push((number, known));
        }
    }
    found
}

/// The line without options whose value only tox knows, and whether that is all of it. `None`: an
/// argument that is no option is unknown, and without it the line would mean something else.
fn known(line: &str) -> Option<(String, bool)> {
    let mut words: Vec<&str> = Vec::new();
    let mut complete = true;
    for word in line.split(' ') {
        if !word.contains(UNKNOWN) {
            words.push(word);
            continue;
        }
        complete = false;
        if !word.starts_with('-') {
            words.pop().filter(|option| option.starts_with("--") && !option.contains('='))?;
        }
    }
    Some((words.join(" "), complete))
}

/// Line numbers of a text inside another file say nothing.
fn unnumbered(mut section: Section) -> Section {
    for entry in &mut section.entries {
        for line in &mut entry.lines {
            line.0 = 0;
        }
    }
    section
}

/// tox 4's own TOML form, as sections of the older one.
fn native(table: &toml::Value) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut add = |name: String, env: &toml::Value| {
        let mut entries = Vec::new();
        if let Some(commands) = env.get("commands").and_then(|value| value.as_array()) {
            let lines = commands
                .iter()
                .filter_map(|command| Some((0, command.as_array()?.iter().map(word).collect::<Vec<_>>().join(" "))));
            entries.push(ini::Entry { key: "commands".into(), lines: lines.collect() });
        }
        if let Some(pairs) = env.get("set_env").and_then(|value| value.as_table()) {
            let lines = pairs.iter().filter_map(|(key, value)| Some((0, format!("{key}={}", value.as_str()?))));
            entries.push(ini::Entry { key: "set_env".into(), lines: lines.collect() });
        }
        if let Some(folder) = env.get("change_dir").and_then(|value| value.as_str()) {
            entries.push(ini::Entry { key: "change_dir".into(), lines: vec![(0, folder.to_owned())] });
        }
        sections.push(Section { name, line: 0, entries });
    };
    if let Some(base) = table.get("env_run_base") {
        add("testenv".into(), base);
    }
    if let Some(envs) = table.get("env").and_then(|value| value.as_table()) {
        for (name, env) in envs {
            add(format!("testenv:{name}"), env);
        }
    }
    sections
}

/// One word of a command in TOML; `{ replace = "posargs", default = […] }` becomes `{posargs:…}`.
fn word(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) if text.contains([' ', '"', '\'']) && !text.contains('{') => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        toml::Value::String(text) => text.clone(),
        toml::Value::Table(table) if table.get("replace").and_then(|value| value.as_str()) == Some("posargs") => {
            let default = table.get("default").and_then(|value| value.as_array());
            let words: Vec<String> = default.map(|words| words.iter().map(word).collect()).unwrap_or_default();
            format!("{{posargs:{}}}", words.join(" "))
        }
        _ => UNKNOWN.to_string(),
    }
}
