//! Shell scripts as commands: which are run, in which folder, and which of them may fail without anybody noticing.
//!
//! Lives here: words, `&&`, `||`, `;`, pipes, groups, `cd`, `set -e` and `set +e`; enough for what stands in CI files.
//! Not here: variables, functions, loops that are computed. What is not understood is not called masked.

mod tokens;

use crate::place;
use tokens::{Op, Token, tokens};

/// How the script is started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a> {
    /// From the repository's root.
    pub(crate) folder: &'a str,
    /// `-e`: the first command that fails ends it.
    pub(crate) errexit: bool,
    /// `-o pipefail`: a pipe fails with any of its parts.
    pub(crate) pipefail: bool,
}

/// Why a command's failure stops nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mask {
    /// As it is written: `|| true`, `set +e`, `| tee`.
    pub(crate) written: String,
    pub(crate) kind: MaskKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MaskKind {
    Or,
    SetPlusE,
    Pipe,
    /// A later command decides about the exit code.
    Later,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) words: Vec<String>,
    /// Index of the script's line.
    pub(crate) line: usize,
    pub(crate) folder: String,
    pub(crate) mask: Option<Mask>,
}

/// Words before a command that do not change what is run.
const PREFIXES: [&str; 14] =
    ["if", "then", "else", "elif", "do", "while", "until", "time", "sudo", "exec", "command", "!", "nohup", "nice"];
/// Commands that swallow a failure when they follow `||`.
const SWALLOWING: [&str; 9] = ["true", ":", "echo", "printf", "exit", "logger", "warn", "cat", "/bin/true"];

/// The commands of `script`, in order.
pub(crate) fn commands(script: &str, start: Start<'_>) -> Vec<Command> {
    let all = tokens(script);
    let mut reader = Reader { errexit: start.errexit, pipefail: start.pipefail, found: Vec::new() };
    // `exit $status`: the script keeps exit codes and answers with one of them.
    let kept = |w: &[Token]| matches!(w, [exit, code] if exit.word() == Some("exit") && code.word().is_some_and(|c| c.contains('$')));
    let captures = all.windows(2).any(kept);
    let mut folder = start.folder.to_owned();
    reader.list(&all, &mut folder, None, captures);
    reader.found
}

struct Reader {
    errexit: bool,
    pipefail: bool,
    found: Vec<Command>,
}

impl Reader {
    /// Statements between `;`, `&` and line ends. `captures`: the script keeps exit codes and ends with one of them.
    fn list(&mut self, all: &[Token], folder: &mut String, outer: Option<&Mask>, captures: bool) {
        let statements = split(all, |op| matches!(op, Op::End));
        let count = statements.len();
        for (index, (statement, _)) in statements.into_iter().enumerate() {
            let last = index + 1 == count;
            let later = (!last && !self.errexit && !captures).then(|| Mask {
                written: if self.was_switched_off() {
                    "set +e".to_owned()
                } else {
                    "a later command's exit code".to_owned()
                },
                kind: if self.was_switched_off() { MaskKind::SetPlusE } else { MaskKind::Later },
            });
            self.and_or(statement, folder, outer.or(later.as_ref()));
        }
    }

    fn was_switched_off(&self) -> bool {
        self.found.iter().any(|c| sets(&c.words, '+', "e"))
    }

    fn and_or(&mut self, statement: &[Token], folder: &mut String, outer: Option<&Mask>) {
        let parts = split(statement, |op| matches!(op, Op::And | Op::Or));
        let ors: Vec<Option<Mask>> = (0..parts.len()).map(|at| or_after(&parts, at)).collect();
        for ((part, _), or) in parts.iter().zip(&ors) {
            self.pipeline(part, folder, or.as_ref().or(outer));
        }
    }

    fn pipeline(&mut self, part: &[Token], folder: &mut String, mask: Option<&Mask>) {
        let members = split(part, |op| matches!(op, Op::Pipe));
        let count = members.len();
        for (index, (member, _)) in members.iter().enumerate() {
            let next = members.get(index + 1).and_then(|(m, _)| m.iter().find_map(Token::word)).unwrap_or_default();
            let piped = (index + 1 < count && !self.pipefail)
                .then(|| Mask { written: format!("| {next}"), kind: MaskKind::Pipe });
            self.simple(member, folder, mask.or(piped.as_ref()));
        }
    }

    fn simple(&mut self, member: &[Token], folder: &mut String, mask: Option<&Mask>) {
        if let Some(open) = member.iter().position(|t| t.is(Op::Open)) {
            let close = member.iter().rposition(|t| t.is(Op::Close)).unwrap_or(member.len());
            let inner = member.get(open + 1..close.max(open + 1)).unwrap_or_default();
            // A group of its own does not move the script's folder.
            let mut inside = folder.clone();
            self.list(inner, &mut inside, mask, false);
            return;
        }
        let mut words: Vec<String> = member.iter().filter_map(Token::word).map(str::to_owned).collect();
        while words.first().is_some_and(|w| PREFIXES.contains(&w.as_str()) || is_assignment(w)) {
            words.remove(0);
        }
        if words.first().is_some_and(|w| w == "env") {
            words.remove(0);
            words = words.into_iter().skip_while(|w| is_assignment(w)).collect();
        }
        let line = member.iter().find_map(Token::line).unwrap_or(0);
        match words.first().map(String::as_str) {
            None => return,
            Some("cd" | "pushd") => {
                if let Some(to) = words.get(1).filter(|w| !w.starts_with('-') && !w.contains('$')) {
                    *folder = place::join(folder, to);
                }
            }
            Some("set") => {
                let off = |what: &str| sets(&words, '+', what);
                let on = |what: &str| sets(&words, '-', what);
                self.errexit = (self.errexit || on("e") || on("errexit")) && !off("e") && !off("errexit");
                self.pipefail = (self.pipefail || on("pipefail")) && !off("pipefail");
            }
            _ => {}
        }
        self.found.push(Command { words, line, folder: folder.clone(), mask: mask.cloned() });
    }
}

/// Whether `set` switches `what` on (`-`) or off (`+`): by letter or with `-o NAME`.
fn sets(words: &[String], sign: char, what: &str) -> bool {
    if words.first().is_none_or(|w| w != "set") {
        return false;
    }
    let named = what.len() > 1;
    words.windows(2).any(|w| matches!(w, [flag, name] if flag.starts_with(sign) && flag.ends_with('o') && name == what))
        || (!named && words.iter().skip(1).any(|w| w.starts_with(sign) && w.contains(what) && !w.starts_with("--")))
}

fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(char::is_numeric)
}

/// The swallowing `|| …` behind the part at `at`, if there is one.
fn or_after(parts: &[(&[Token], Option<Op>)], at: usize) -> Option<Mask> {
    let or = (at..parts.len()).find(|i| parts.get(*i).is_some_and(|(_, op)| *op == Some(Op::Or)))?;
    let rest: Vec<&Token> = parts.get(or + 1..)?.iter().flat_map(|(tokens, _)| tokens.iter()).collect();
    let mut heads = Vec::new();
    let mut at_head = true;
    for (index, token) in rest.iter().enumerate() {
        match token.word() {
            Some(word) if at_head => {
                let argument = rest.get(index + 1).and_then(|t| t.word());
                heads.push((word, argument));
                at_head = false;
            }
            Some(_) => {}
            None => at_head = true,
        }
    }
    let swallows = |(word, argument): &(&str, Option<&str>)| match *word {
        "exit" => *argument == Some("0"),
        word => SWALLOWING.contains(&word),
    };
    if heads.is_empty() || !heads.iter().all(swallows) {
        return None;
    }
    let words: Vec<&str> = rest.iter().filter_map(|t| t.word()).collect();
    Some(Mask { written: format!("|| {}", words.join(" ")), kind: MaskKind::Or })
}

/// Splits at operators outside of groups; each piece with the operator behind it. Empty pieces are left out.
fn split(all: &[Token], at: impl Fn(Op) -> bool) -> Vec<(&[Token], Option<Op>)> {
    let mut pieces = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (index, token) in all.iter().enumerate() {
        let Token::Op(op) = token else { continue };
        match op {
            Op::Open => depth += 1,
            Op::Close => depth = depth.saturating_sub(1),
            op if depth == 0 && at(*op) => {
                pieces.push((all.get(start..index).unwrap_or_default(), Some(*op)));
                start = index + 1;
            }
            _ => {}
        }
    }
    pieces.push((all.get(start..).unwrap_or_default(), None));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests;
