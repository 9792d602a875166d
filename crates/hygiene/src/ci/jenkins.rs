//! Jenkinsfiles, read for their `sh` steps alone: the rest is a program.

use super::{File, Frame, Muzzle, MuzzleKind, Step};
use crate::place;
use crate::shell::Start;

pub(super) fn read(file: &File<'_>, steps: &mut Vec<Step>) {
    let mut lines = file.text.lines().enumerate();
    let mut stage = "pipeline".to_owned();
    // `catchError` and `warnError` hold until their brace closes.
    let mut caught: Option<(usize, u32, String)> = None;
    let mut depth = 0_usize;
    while let Some((index, line)) = lines.next() {
        let trimmed = line.trim();
        if trimmed.starts_with("//") || trimmed.starts_with('*') {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix("stage(").and_then(|r| r.split(['\'', '"']).nth(1)) {
            name.clone_into(&mut stage);
        }
        if trimmed.starts_with("catchError") || trimmed.starts_with("warnError") {
            caught = Some((depth, place::number(index), trimmed.trim_end_matches('{').trim().to_owned()));
        }
        if let Some((script, first)) = script(trimmed, index, &mut lines) {
            let muzzles: Vec<Muzzle> = caught
                .iter()
                .map(|(_, line, written)| Muzzle {
                    file: file.path.to_owned(),
                    line: *line,
                    written: written.clone(),
                    kind: MuzzleKind::Key,
                })
                .collect();
            let start = Start { folder: "", errexit: true, pipefail: false };
            file.commands(&script, first, &Frame { job: &stage, start, muzzles: &muzzles, scheduled: false }, steps);
            continue;
        }
        depth = (depth + line.matches('{').count()).saturating_sub(line.matches('}').count());
        if caught.as_ref().is_some_and(|(at, _, _)| depth <= *at) {
            caught = None;
        }
    }
}

/// The script of a `sh` step that begins on this line, and the line at which it is looked for.
fn script<'a>(line: &str, index: usize, rest: &mut impl Iterator<Item = (usize, &'a str)>) -> Option<(String, u32)> {
    let after = line.strip_prefix("sh").filter(|a| a.starts_with([' ', '(']))?;
    let after = after.trim_start_matches([' ', '(']).trim_start_matches("script:").trim();
    for quote in ["'''", "\"\"\""] {
        let Some(begun) = after.strip_prefix(quote) else { continue };
        if let Some((whole, _)) = begun.split_once(quote) {
            return Some((whole.to_owned(), place::number(index)));
        }
        let mut script = begun.to_owned();
        for (_, line) in rest {
            script.push('\n');
            if let Some((last, _)) = line.split_once(quote) {
                script.push_str(last);
                break;
            }
            script.push_str(line);
        }
        return Some((script, place::number(index)));
    }
    let quote = after.chars().next().filter(|c| "'\"".contains(*c))?;
    let begun = after.get(1..)?;
    let end = begun.rfind(quote)?;
    Some((begun.get(..end)?.to_owned(), place::number(index)))
}
