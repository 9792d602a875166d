//! What CI does: every command and every action of every pipeline, and whether its failure stops anything.
//!
//! Lives here: [`Step`] and finding the files. Lives elsewhere: one host's format each (`github`, `gitlab`, `cloud_build`,
//! `azure`, `circle`, `jenkins`), scripts that are called from a step (`called`), shell itself (`crate::shell`).

mod azure;
pub(crate) mod called;
mod circle;
mod cloud_build;
mod github;
mod gitlab;
mod jenkins;

use uplift_model::analysis::FileProblem;
use uplift_model::hygiene::Evidence;

use crate::place;
use crate::repository::Repository;
use crate::shell::{self, MaskKind, Start};
use uplift_yaml::{self as yaml, Node};

/// One command or action of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) file: String,
    /// The file of CI that it belongs to: another one than `file` for what a script of the repository runs.
    pub(crate) pipeline: String,
    /// 1-based.
    pub(crate) line: u32,
    pub(crate) job: String,
    /// Where it runs, from the repository's root.
    pub(crate) folder: String,
    pub(crate) does: Does,
    /// Why its failure stops nothing; empty: it can fail the pipeline.
    pub(crate) muzzles: Vec<Muzzle>,
    /// It runs on a timetable alone, after the change is in.
    pub(crate) scheduled: bool,
    /// It calls a script of the repository, whose commands are steps of their own.
    pub(crate) expands: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Does {
    Runs(Vec<String>),
    Uses { name: String, with: Vec<(String, String)> },
}

/// One reason for which a failure goes unnoticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Muzzle {
    pub(crate) file: String,
    /// 1-based.
    pub(crate) line: u32,
    /// As it is written: `|| true`.
    pub(crate) written: String,
    pub(crate) kind: MuzzleKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MuzzleKind {
    Shell(MaskKind),
    /// A key beside the step or the job: `continue-on-error: true`, `allow_failure: true`.
    Key,
    /// `if: false`, or a pipeline that nothing starts.
    Never,
    /// It waits for somebody to start it.
    ByHand,
    /// The tool itself is told, or made, to end well whatever it finds.
    Tool,
}

impl Step {
    pub(crate) fn words(&self) -> &[String] {
        match &self.does {
            Does::Runs(words) => words,
            Does::Uses { .. } => &[],
        }
    }

    pub(crate) fn is_enforced(&self) -> bool {
        self.muzzles.is_empty()
    }

    /// As it stands there, with what muzzles it.
    pub(crate) fn told(&self) -> String {
        let mut text = match &self.does {
            Does::Runs(words) => words.iter().map(|w| word(w)).collect::<Vec<_>>().join(" "),
            Does::Uses { name, .. } => format!("uses: {name}"),
        };
        let shell = self.muzzles.iter().filter(|m| matches!(m.kind, MuzzleKind::Shell(MaskKind::Or | MaskKind::Pipe)));
        for muzzle in shell {
            text = format!("{text} {}", muzzle.written);
        }
        text
    }

    /// The step itself, and every muzzle that stands elsewhere.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        let mut all = vec![place::evidence(&self.file, Some(self.line), &self.told())];
        for muzzle in self.muzzles.iter().filter(|m| m.line != self.line || m.file != self.file) {
            all.push(place::evidence(&muzzle.file, Some(muzzle.line), &muzzle.written));
        }
        all
    }
}

/// A word as a shell has it: what holds spaces stands in quotes.
fn word(word: &str) -> std::borrow::Cow<'_, str> {
    match (word.contains(char::is_whitespace), word.contains('\'')) {
        (false, _) => word.into(),
        (true, false) => format!("'{word}'").into(),
        (true, true) => format!("\"{word}\"").into(),
    }
}

/// Everything that CI does, by file and line, and the files that could not be read.
#[derive(Debug, Default)]
pub(crate) struct Pipelines {
    pub(crate) steps: Vec<Step>,
    /// Files that describe a pipeline.
    pub(crate) files: Vec<String>,
    pub(crate) problems: Vec<FileProblem>,
}

/// A reader of one host's format.
type Reader = fn(&File<'_>, &mut Vec<Step>);

/// One file of a pipeline.
pub(super) struct File<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    /// Absent for formats that are no YAML.
    pub(super) root: Option<Node>,
    pub(super) repository: &'a Repository<'a>,
}

/// Which reader a path is for.
fn reader(path: &str) -> Option<(Reader, bool)> {
    let name = place::name(path);
    let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let in_folder =
        |folder: &str| place::folder(path) == folder || place::folder(path).ends_with(&format!("/{folder}"));
    if yaml && place::folder(path) == ".github/workflows" {
        return Some((github::read, true));
    }
    if name == ".gitlab-ci.yml" || (yaml && in_folder(".gitlab/ci")) {
        return Some((gitlab::read, true));
    }
    if yaml && (name.starts_with("cloudbuild") || name.starts_with("cloud-build")) {
        return Some((cloud_build::read, true));
    }
    if yaml && name.starts_with("azure-pipelines") {
        return Some((azure::read, true));
    }
    if path == ".circleci/config.yml" {
        return Some((circle::read, true));
    }
    (name == "Jenkinsfile" || name.ends_with(".jenkinsfile")).then_some((jenkins::read as Reader, false))
}

/// Reads every pipeline of the repository.
pub(crate) fn pipelines(repository: &Repository<'_>) -> Pipelines {
    let mut all = Pipelines::default();
    for path in repository.files() {
        let Some((reader, is_yaml)) = reader(path) else { continue };
        let Some(text) = repository.text(path) else {
            let message = "is no text that can be read, or larger than 2 MiB".to_owned();
            all.problems.push(FileProblem { file: path.clone(), line: None, message, hint: None });
            continue;
        };
        let root = match is_yaml.then(|| yaml::read(&text)).transpose() {
            Ok(root) => root,
            Err(message) => {
                all.problems.push(FileProblem {
                    file: path.clone(),
                    line: line_of(&message),
                    message: format!("is not YAML that can be read: {message}"),
                    hint: Some("what it runs was left out of the audit".to_owned()),
                });
                continue;
            }
        };
        all.files.push(path.clone());
        reader(&File { path, text: &text, root, repository }, &mut all.steps);
    }
    let mut called = Vec::new();
    for step in &mut all.steps {
        let inner = called::by(repository, step);
        step.expands = !inner.is_empty();
        called.extend(inner);
    }
    all.steps.extend(called);
    all
}

/// The line that a parser's message names, 1-based.
fn line_of(message: &str) -> Option<u32> {
    let rest = message.split_once("line ").map(|(_, rest)| rest)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok().filter(|line| *line > 0)
}

/// What surrounds a script in its file.
pub(super) struct Frame<'a> {
    pub(super) job: &'a str,
    pub(super) start: Start<'a>,
    /// Muzzles of the step, the job and the pipeline.
    pub(super) muzzles: &'a [Muzzle],
    pub(super) scheduled: bool,
}

impl File<'_> {
    pub(super) fn muzzle(&self, node: &Node, written: &str, kind: MuzzleKind) -> Muzzle {
        Muzzle { file: self.path.to_owned(), line: node.line, written: written.to_owned(), kind }
    }

    /// The commands of the script in `node`.
    pub(super) fn script(&self, node: &Node, frame: &Frame<'_>, steps: &mut Vec<Step>) {
        if let Some(script) = node.text() {
            self.commands(script, node.line, frame, steps);
        }
    }

    /// The commands of `script`, whose first line stands at or below `line`.
    pub(super) fn commands(&self, script: &str, line: u32, frame: &Frame<'_>, steps: &mut Vec<Step>) {
        let lines: Vec<u32> = self.lines(script, line);
        for command in shell::commands(script, frame.start) {
            let at = lines.get(command.line).copied().unwrap_or(line);
            let mut muzzles = frame.muzzles.to_vec();
            if let Some(mask) = command.mask {
                let kind = MuzzleKind::Shell(mask.kind);
                muzzles.insert(0, Muzzle { file: self.path.to_owned(), line: at, written: mask.written, kind });
            }
            steps.push(Step {
                file: self.path.to_owned(),
                pipeline: self.path.to_owned(),
                line: at,
                job: frame.job.to_owned(),
                folder: command.folder,
                does: Does::Runs(command.words),
                muzzles,
                scheduled: frame.scheduled,
                expands: false,
            });
        }
    }

    /// The file's line for each of the script's: a block's content begins below its key, and quotes change it.
    fn lines(&self, script: &str, first: u32) -> Vec<u32> {
        let source: Vec<&str> = self.text.lines().collect();
        let mut at = usize::try_from(first).unwrap_or(1).saturating_sub(1);
        let mut out = Vec::new();
        for line in script.lines() {
            let wanted = line.trim();
            let found = (at..source.len().min(at + 40)).find(|i| source.get(*i).is_some_and(|l| l.contains(wanted)));
            if let Some(found) = found.filter(|_| !wanted.is_empty()) {
                at = found;
            }
            out.push(place::number(at));
        }
        out
    }
}

/// `true` as YAML and expressions have it.
pub(super) fn is_true(node: Option<&Node>) -> bool {
    node.and_then(Node::text).is_some_and(|t| bare(t) == "true")
}

pub(super) fn is_false(node: Option<&Node>) -> bool {
    node.and_then(Node::text).is_some_and(|t| ["false", "0"].contains(&bare(t)))
}

/// Without `${{ }}`.
fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix("${{").and_then(|t| t.strip_suffix("}}")).map_or(text, str::trim)
}

#[cfg(test)]
mod tests;
