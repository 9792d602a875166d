//! Taking a mask away where it is written, so that a failing step fails the build.

use super::edits::Edits;
use crate::ci::{Muzzle, MuzzleKind, Step};
use crate::shell::MaskKind;

/// Lines below an action in which its inputs are looked for.
const REACH: u32 = 15;

/// Takes every muzzle of `step` away. What was done, a line each.
///
/// # Errors
/// Why one of them takes a person.
pub(super) fn unmask(step: &Step, edits: &mut Edits<'_>) -> Result<Vec<String>, String> {
    let mut done = Vec::new();
    for muzzle in &step.muzzles {
        let place = format!("{}:{}", muzzle.file, muzzle.line);
        let mended = match muzzle.kind {
            MuzzleKind::Shell(MaskKind::Or) => or(step, muzzle, edits),
            MuzzleKind::Shell(MaskKind::SetPlusE) => switch(muzzle, edits),
            MuzzleKind::Key | MuzzleKind::Never => key(muzzle, edits),
            MuzzleKind::Tool => tool(step, muzzle, edits),
            MuzzleKind::ByHand | MuzzleKind::Shell(_) => false,
        };
        if !mended {
            return Err(format!("{place}: `{}` has to be taken away by hand", muzzle.written));
        }
        done.push(format!("{place}: without `{}`", muzzle.written));
    }
    Ok(done)
}

/// Cuts `|| …` off, up to the end of the statement.
fn or(step: &Step, muzzle: &Muzzle, edits: &mut Edits<'_>) -> bool {
    let Some(line) = edits.line(&muzzle.file, muzzle.line) else { return false };
    let word = step.words().first().map_or("", String::as_str);
    let from = line.find(word).unwrap_or(0);
    let Some(at) = line.get(from..).and_then(|rest| rest.find("||")).map(|at| from + at) else {
        // An earlier step of the same line may have taken it away for both.
        return !line.is_empty();
    };
    let (before, tail) = line.split_at(at);
    // A scalar in quotes ends with its quote, one in a flow map with the brace.
    let quote = ['"', '\''].into_iter().find(|q| before.matches(*q).count() % 2 == 1);
    // In a flow map a plain scalar ends at a comma.
    let in_flow = quote.is_none() && before.matches('{').count() > before.matches('}').count();
    let mut depth = 0_i32;
    let mut inner: Option<char> = None;
    let mut end = tail.len();
    let mut previous = ' ';
    for (index, c) in tail.char_indices() {
        if let Some(open) = inner {
            if c == open {
                inner = None;
            }
        } else if Some(c) == quote && previous != '\\' {
            end = index;
            break;
        } else if (c == '"' || c == '\'') && quote.is_none() {
            inner = Some(c);
        } else if "({".contains(c) {
            depth += 1;
        } else if ")}".contains(c) {
            depth -= 1;
            if depth < 0 {
                end = index;
                break;
            }
        } else if depth == 0 && (c == ';' || (c == ',' && in_flow) || c == '\r' || (c == '#' && previous == ' ')) {
            end = index;
            break;
        }
        previous = c;
    }
    let rest = tail.get(end..).unwrap_or_default();
    let joint = if rest.starts_with('#') { "  " } else { "" };
    edits.set(&muzzle.file, muzzle.line, Some(format!("{}{joint}{rest}", before.trim_end())))
}

/// Takes the `set +e` out that stands above.
fn switch(muzzle: &Muzzle, edits: &mut Edits<'_>) -> bool {
    let above = (1..=muzzle.line).rev().take(30);
    for number in above {
        if edits.line(&muzzle.file, number).is_some_and(|l| l.trim() == "set +e") {
            return edits.set(&muzzle.file, number, None);
        }
    }
    false
}

/// Takes the line of a key out, or turns its value where the line holds more.
fn key(muzzle: &Muzzle, edits: &mut Edits<'_>) -> bool {
    let Some(line) = edits.line(&muzzle.file, muzzle.line) else {
        // Taken out for another step of the same job.
        return true;
    };
    if line.trim() == muzzle.written {
        return edits.set(&muzzle.file, muzzle.line, None);
    }
    let turned = muzzle.written.replace("true", "false");
    let has = line.contains(&muzzle.written) && turned != muzzle.written;
    has && edits.set(&muzzle.file, muzzle.line, Some(line.replacen(&muzzle.written, &turned, 1)))
}

/// Tells the tool itself to fail.
fn tool(step: &Step, muzzle: &Muzzle, edits: &mut Edits<'_>) -> bool {
    let Some(line) = edits.line(&step.file, step.line) else { return false };
    let swap = |from: &str, to: &str| line.contains(from).then(|| line.replacen(from, to, 1));
    let zero = swap("--exit-code 0", "--exit-code 1").or_else(|| swap("--exit-code=0", "--exit-code=1"));
    let added = ["trivy image", "trivy i", "trivy fs", "trivy filesystem", "trivy repo"]
        .into_iter()
        .find_map(|call| swap(&format!("{call} "), &format!("{call} --exit-code 1 ")));
    let others = || {
        swap(" --continue-on-error", "")
            .or_else(|| swap("grype ", "grype --fail-on high "))
            .or_else(|| swap("snyk monitor", "snyk test"))
            .or_else(|| swap("docker scout cves ", "docker scout cves --exit-code "))
    };
    if let Some(text) = zero.or(added).or_else(others).filter(|_| !step.words().is_empty()) {
        return edits.set(&step.file, step.line, Some(text));
    }
    input(step, muzzle, edits)
}

/// Sets the input of an action that makes it fail.
fn input(step: &Step, muzzle: &Muzzle, edits: &mut Edits<'_>) -> bool {
    let (name, value) = match muzzle.written.as_str() {
        "fail-build: false" => ("fail-build", "true"),
        "warn-only: true" => ("warn-only", "false"),
        "fail-on-vuln: false" => ("fail-on-vuln", "true"),
        "fail-on-issues: false" => ("fail-on-issues", "true"),
        written if written.contains("exit-code: true") => ("exit-code", "true"),
        written if written.contains("`exit-code`") => ("exit-code", "\"1\""),
        _ => return false,
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = edits.line(&step.file, step.line).map_or(0, |l| l.find("uses:").unwrap_or_else(|| indent(&l)));
    let mut with: Option<(u32, String)> = None;
    for number in step.line + 1..step.line + REACH {
        let Some(line) = edits.line(&step.file, number) else { break };
        if line.trim_start().starts_with("- ") || (!line.trim().is_empty() && indent(&line) < own) {
            break;
        }
        if line.trim_start().starts_with(&format!("{name}:")) {
            let text = format!("{}{name}: {value}", " ".repeat(indent(&line)));
            return edits.set(&step.file, number, Some(text));
        }
        if line.trim() == "with:" {
            with = Some((number, line));
        }
    }
    let Some((number, line)) = with else { return false };
    let deeper = edits.line(&step.file, number + 1).map_or(indent(&line) + 2, |l| indent(&l));
    edits.set(&step.file, number, Some(format!("{line}\n{}{name}: {value}", " ".repeat(deeper))))
}
