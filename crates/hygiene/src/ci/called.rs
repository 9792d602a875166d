//! What a step calls inside the repository: scripts of `package.json`, targets of a Makefile, shell scripts.

use super::{Does, Muzzle, MuzzleKind, Step};
use crate::place;
use crate::repository::Repository;
use crate::shell::{self, Start};

/// A script of the repository.
pub(crate) struct Script {
    pub(crate) file: String,
    /// 1-based line at which it begins.
    pub(crate) line: u32,
    pub(crate) text: String,
    folder: String,
    errexit: bool,
    /// A leading `-` of make: its failure is ignored.
    ignored: bool,
}

/// The commands behind `step`, one call deep, each with the step's own muzzles.
pub(super) fn by(repository: &Repository<'_>, step: &Step) -> Vec<Step> {
    let mut out = Vec::new();
    for script in scripts(repository, step) {
        let start = Start { folder: &script.folder, errexit: script.errexit, pipefail: false };
        for command in shell::commands(&script.text, start) {
            let line = script.line + u32::try_from(command.line).unwrap_or(0);
            let mut muzzles = Vec::new();
            let muzzle = |written: String, kind| Muzzle { file: script.file.clone(), line, written, kind };
            if let Some(mask) = command.mask {
                muzzles.push(muzzle(mask.written, MuzzleKind::Shell(mask.kind)));
            } else if script.ignored {
                muzzles.push(muzzle("- (make ignores its failure)".to_owned(), MuzzleKind::Key));
            }
            muzzles.extend(step.muzzles.iter().cloned());
            out.push(Step {
                file: script.file.clone(),
                line,
                folder: command.folder,
                does: Does::Runs(command.words),
                muzzles,
                expands: false,
                ..step.clone()
            });
        }
    }
    out
}

fn scripts(repository: &Repository<'_>, step: &Step) -> Vec<Script> {
    let words: Vec<&str> = step.words().iter().map(String::as_str).collect();
    match words.as_slice() {
        ["make", rest @ ..] => rest
            .iter()
            .filter(|w| !w.starts_with('-') && !w.contains('='))
            .flat_map(|t| recipe(repository, step, t))
            .collect(),
        ["bash" | "sh", rest @ ..] => {
            let script = rest.iter().find(|w| !w.starts_with('-'));
            script
                .and_then(|s| file(repository, step, s, rest.iter().any(|w| w.starts_with("-e"))))
                .into_iter()
                .collect()
        }
        [program, ..] if program.ends_with(".sh") => file(repository, step, program, false).into_iter().collect(),
        _ => npm_name(&words).and_then(|name| npm(repository, &npm_folder(step), name)).into_iter().collect(),
    }
}

/// The script that `npm run NAME`, `npm test`, `yarn NAME` or `pnpm NAME` names.
pub(crate) fn npm_name<'w>(words: &[&'w str]) -> Option<&'w str> {
    let (program, rest) = words.split_first()?;
    if !["npm", "yarn", "pnpm", "bun"].contains(program) {
        return None;
    }
    let mut rest = rest.iter().copied().peekable();
    while let Some(word) = rest.next() {
        match word {
            "--prefix" | "-C" | "--cwd" | "--dir" | "-w" | "--workspace" | "--filter" | "-F" => drop(rest.next()),
            flag if flag.starts_with('-') => {}
            "run" | "run-script" => return rest.find(|w| !w.starts_with('-')),
            "test" | "t" | "tst" => return Some("test"),
            "start" => return Some("start"),
            _ => return None,
        }
    }
    None
}

/// The folder whose `package.json` a call of npm means.
pub(crate) fn npm_folder(step: &Step) -> String {
    let pairs = step.words().windows(2);
    let flag = |w: &&[String]| matches!(w, [f, _] if ["--prefix", "-C", "--cwd", "--dir"].contains(&f.as_str()));
    let named = pairs.into_iter().find(flag).and_then(|w| w.get(1));
    named.map_or_else(|| step.folder.clone(), |to| place::join(&step.folder, to))
}

/// The script `name` of the `package.json` in `folder`.
pub(crate) fn npm(repository: &Repository<'_>, folder: &str, name: &str) -> Option<Script> {
    let path = place::join(folder, "package.json");
    let text = repository.text(&path)?;
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    let script = json.get("scripts")?.get(name)?.as_str()?.to_owned();
    let key = format!("\"{name}\"");
    let from =
        text.find("\"scripts\"").map_or(0, |at| text.get(..at).unwrap_or_default().lines().count().saturating_sub(1));
    let line = text.lines().enumerate().skip(from).find(|(_, l)| l.contains(&key)).map_or(1, |(n, _)| place::number(n));
    Some(Script { file: path, line, text: script, folder: folder.to_owned(), errexit: false, ignored: false })
}

/// A target's lines; make starts a shell for each and stops at the first that fails.
fn recipe(repository: &Repository<'_>, step: &Step, target: &str) -> Vec<Script> {
    let names = ["Makefile", "makefile", "GNUmakefile"].map(|n| place::join(&step.folder, n));
    let Some((path, text)) = names.into_iter().find_map(|p| repository.text(&p).map(|t| (p, t))) else {
        return Vec::new();
    };
    let head = |line: &str| line.split_once(':').is_some_and(|(t, _)| t.split_whitespace().any(|w| w == target));
    let lines = text.lines().enumerate().skip_while(|(_, l)| l.starts_with('\t') || !head(l)).skip(1);
    let lines =
        lines.take_while(|(_, l)| l.starts_with('\t') || l.trim().is_empty()).filter(|(_, l)| !l.trim().is_empty());
    lines
        .map(|(index, line)| {
            let line = line.trim();
            let text = line.trim_start_matches(['@', '-', '+']);
            let ignored = line.get(..line.len() - text.len()).is_some_and(|signs| signs.contains('-'));
            Script {
                file: path.clone(),
                line: place::number(index),
                text: text.to_owned(),
                folder: step.folder.clone(),
                errexit: false,
                ignored,
            }
        })
        .collect()
}

fn file(repository: &Repository<'_>, step: &Step, path: &str, errexit: bool) -> Option<Script> {
    let path = place::join(&step.folder, path);
    let text = repository.text(&path)?;
    let errexit = errexit || text.lines().next().is_some_and(|l| l.starts_with("#!") && l.contains(" -e"));
    Some(Script { file: path, line: 1, text, folder: step.folder.clone(), errexit, ignored: false })
}
