//! Hygiene of a repository: its files handed to the audit, and what mends a finding put on a branch of its own.
//!
//! Lives here: reading a folder or a commit, and the commit of a fix. Nothing of the user's work tree is touched.
//! Lives elsewhere: what is looked for and how it is mended (`uplift_hygiene`).

use std::path::{Path, PathBuf};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use uplift_facts::components;
use uplift_facts::days;
use uplift_facts::runtimes::{self, Place};
use uplift_facts::tree::Tree;
use uplift_hygiene::{Component, Fix, FixError, Repository, Requirement, Wish};
use uplift_model::Hint;
use uplift_model::analysis::FileProblem;
use uplift_model::hygiene::{HygieneFinding, HygieneReport, Presence};
use uplift_sandbox::git::{Git, Oid, Signature};
use uplift_sandbox::{Cancel, clock, redact};

use crate::error::EngineError;

pub use uplift_hygiene::{Wish as HygieneWish, names as hygiene_checks};

/// How often the flag is looked at while the files are read.
const POLL: Duration = Duration::from_millis(50);

/// A fix, delivered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mended {
    pub check: String,
    pub branch: String,
    pub commit: String,
    /// The commit that it stands on.
    pub base: String,
    /// What was changed, a line each.
    pub done: Vec<String>,
    /// What it leaves open.
    pub notes: Vec<String>,
    /// The state before and after.
    pub before: Presence,
    pub after: Presence,
    /// As `git diff` writes it, without the values of secrets; the commit itself holds them as the files do.
    pub diff: String,
    /// The branch was there already, with this very content.
    pub existed: bool,
}

/// Looks at the files of `path` as they lie there. `only`: names of checks, all when empty.
///
/// # Errors
/// [`EngineError`] when the path cannot be read at all, or a name is no check's; [`EngineError::Cancelled`] when
/// `cancel` was raised before there was an answer.
pub fn hygiene(path: &Path, only: &[String], cancel: &Cancel) -> Result<HygieneReport, EngineError> {
    let folder = folder(path)?;
    known(only)?;
    let (sender, answer) = std::sync::mpsc::sync_channel(1);
    let (only, flag) = (only.to_vec(), cancel.clone());
    // Nothing is written, so that nobody has to wait for the file or the check that is looked at when the flag goes up:
    // the reader sees the flag too, and ends behind it.
    let reader = move || {
        let _nobody_waits = sender.send(audit(&Tree::walk(&folder), &only, &flag));
    };
    drop(reader_thread().spawn(reader).map_err(no_thread)?);
    loop {
        match answer.recv_timeout(POLL) {
            Ok(report) => return report,
            Err(RecvTimeoutError::Timeout) => going_on(cancel)?,
            Err(RecvTimeoutError::Disconnected) => return Err(gave_up()),
        }
    }
}

/// Mends the finding of the check `name` on the commit that is checked out, as a commit on `uplift/hygiene-<name>`.
///
/// # Errors
/// [`EngineError`] when there is no such commit, nothing to mend, it takes a person, or the branch holds something else;
/// [`EngineError::Cancelled`] when `cancel` was raised before anything was written.
pub fn mend(path: &Path, name: &str, wish: &Wish, cancel: &Cancel) -> Result<Mended, EngineError> {
    deep(|| mended(path, name, wish, cancel))
}

fn mended(path: &Path, name: &str, wish: &Wish, cancel: &Cancel) -> Result<Mended, EngineError> {
    let folder = folder(path)?;
    let repository = Git::open(&folder)?;
    let head = repository.usable_head()?.clone();
    let git = Git::at(&repository.top);
    let files: Vec<String> = git.list_files(head.as_str())?.iter().map(|p| p.to_string_lossy().into_owned()).collect();
    let read = |file: &str| git.read_file(head.as_str(), Path::new(file)).ok().flatten();
    let tree = Tree::of(&repository.top, &files, &read);
    let fix = prepared(&tree, name, wish, cancel)?;
    let before = state(&tree, name, cancel)?;

    let mut with: Vec<String> = files.clone();
    with.extend(fix.changes.iter().map(|c| c.path.clone()));
    with.sort();
    with.dedup();
    let changed = |file: &str| {
        let change = fix.changes.iter().find(|c| c.path == file);
        change.map_or_else(|| read(file), |c| Some(c.text.clone().into_bytes()))
    };
    let after = state(&Tree::of(&repository.top, &with, &changed), name, cancel)?;
    let (Some(before), Some(after)) = (before, after) else {
        return Err(EngineError::Bug(format!("the check `{name}` does not answer any more")));
    };
    if !is_better(&before, &after) {
        return Err(EngineError::repository(
            format!("what would be written does not mend `{name}`: {}", after.because),
            after.advice.unwrap_or_else(|| "mend it by hand".to_owned()),
        ));
    }
    let changes: Vec<(PathBuf, Option<Vec<u8>>)> =
        fix.changes.iter().map(|c| (PathBuf::from(&c.path), Some(c.text.clone().into_bytes()))).collect();
    let written = git.write_tree(&git.tree_of(head.as_str())?, &changes)?;
    let branch = format!("uplift/hygiene-{name}");
    let (commit, existed) = deliver(&git, &branch, &head, &written, &message(&fix))?;
    Ok(Mended {
        check: name.to_owned(),
        diff: redact::text(&git.diff_text(head.as_str(), commit.as_str())?),
        branch,
        commit: commit.to_string(),
        base: head.to_string(),
        done: fix.body,
        notes: fix.notes,
        before: before.state,
        after: after.state,
        existed,
    })
}

/// The branch at a commit of `tree` on `head`; one that is there with another content is left alone.
pub(crate) fn deliver(
    git: &Git,
    branch: &str,
    head: &Oid,
    tree: &Oid,
    message: &str,
) -> Result<(Oid, bool), EngineError> {
    let reference = format!("refs/heads/{branch}");
    if let Some(there) = git.reference(&reference)? {
        if git.tree_of(there.as_str())? == *tree && git.is_ancestor(head, &there)? {
            return Ok((there, true));
        }
        return Err(EngineError::repository(
            format!("the branch `{branch}` is there, and holds something else"),
            format!(
                "look at it (`git diff HEAD..{branch}`); merge it or delete it (`git branch -D {branch}`), then run again"
            ),
        ));
    }
    let who = Signature { name: "Uplift".to_owned(), email: "uplift@localhost".to_owned(), seconds: clock::now() };
    let commit = git.commit_tree(tree, Some(head), message, &who)?;
    git.update_ref(&reference, &commit, None)?;
    Ok((commit, false))
}

fn message(fix: &Fix) -> String {
    let mut text = format!("{}\n\n", fix.subject);
    for line in &fix.body {
        text.push_str(&format!("- {line}\n"));
    }
    for note in &fix.notes {
        text.push_str(&format!("\nNote: {note}\n"));
    }
    text
}

/// Does `work` on a thread whose stack is deep enough for whatever code it parses, and waits for its end.
fn deep<T: Send>(work: impl FnOnce() -> Result<T, EngineError> + Send) -> Result<T, EngineError> {
    std::thread::scope(|scope| {
        let thread = reader_thread().spawn_scoped(scope, work).map_err(no_thread)?;
        thread.join().unwrap_or_else(|_| Err(gave_up()))
    })
}

fn reader_thread() -> std::thread::Builder {
    std::thread::Builder::new().name("hygiene".to_owned()).stack_size(uplift_hygiene::STACK)
}

#[allow(clippy::needless_pass_by_value, reason = "given to `map_err`")]
fn no_thread(error: std::io::Error) -> EngineError {
    EngineError::repository(
        format!("no thread could be started to read the code with: {error}"),
        "give the process more address space (`ulimit -v`), then run again",
    )
}

fn gave_up() -> EngineError {
    EngineError::Bug("the thread that reads the repository's files gave up".to_owned())
}

fn going_on(cancel: &Cancel) -> Result<(), EngineError> {
    if cancel.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(()) }
}

fn prepared(tree: &Tree<'_>, name: &str, wish: &Wish, cancel: &Cancel) -> Result<Fix, EngineError> {
    let reader = |path: &str| text(tree, path);
    let stop = || cancel.is_cancelled();
    let repository = Repository::new(&tree.files, &reader, components_of(tree, cancel)?).stopped_by(&stop);
    let fix = uplift_hygiene::fix(&repository, name, wish);
    going_on(cancel)?;
    fix.map_err(|error| {
        let hint = match &error {
            FixError::Present(_) => "there is nothing to do".to_owned(),
            FixError::LeftOut(..) => "`uplift hygiene --all` says which checks apply".to_owned(),
            other => other.hint().unwrap_or_default(),
        };
        EngineError::repository(error.to_string(), hint)
    })
}

fn state(tree: &Tree<'_>, name: &str, cancel: &Cancel) -> Result<Option<HygieneFinding>, EngineError> {
    Ok(audit(tree, &[name.to_owned()], cancel)?.findings.into_iter().next())
}

/// Present, or a better state than before, or the same with less to show against it.
fn is_better(before: &HygieneFinding, after: &HygieneFinding) -> bool {
    let rank = |state: Presence| match state {
        Presence::Missing => 0,
        Presence::Unknown => 1,
        Presence::Neutralised => 2,
        Presence::Partial => 3,
        Presence::Present => 4,
    };
    rank(after.state) > rank(before.state)
        || (after.state == before.state && after.evidence.len() < before.evidence.len())
}

fn audit(tree: &Tree<'_>, only: &[String], cancel: &Cancel) -> Result<HygieneReport, EngineError> {
    going_on(cancel)?;
    let reader = |path: &str| text(tree, path);
    let stop = || cancel.is_cancelled();
    let repository = Repository::new(&tree.files, &reader, components_of(tree, cancel)?).stopped_by(&stop);
    let mut report = uplift_hygiene::audit(&repository, only);
    going_on(cancel)?;
    let known: Vec<FileProblem> = report.problems.clone();
    report.problems.extend(tree.problems().into_iter().filter(|p| !known.contains(p)));
    Ok(report)
}

/// The file as text; one that is none is passed over, like a picture.
fn text(tree: &Tree<'_>, path: &str) -> Option<String> {
    String::from_utf8(tree.read(path)?).ok()
}

fn components_of(tree: &Tree<'_>, cancel: &Cancel) -> Result<Vec<Component>, EngineError> {
    let all = components::components(tree);
    going_on(cancel)?;
    let stated = runtimes::gather(&tree.files, &|path| tree.read(path).filter(|_| !cancel.is_cancelled()));
    going_on(cancel)?;
    let places: Vec<Place> = all.iter().map(|c| Place::new(&c.root, c.ecosystem)).collect();
    let today = days::of_seconds(clock::now());
    let runtime =
        |place: &Place| stated.python_for(place, &places, &today).or_else(|| stated.node_for(place, &places, &today));
    let owned = all
        .into_iter()
        .zip(&places)
        .take_while(|_| !cancel.is_cancelled())
        .map(|(component, place)| Component {
            root: component.root,
            ecosystem: component.ecosystem,
            runtime: runtime(place).map(|chosen| chosen.version),
            locked: component.complete,
            requirements: component
                .packages
                .into_values()
                .filter(|p| p.direct)
                .map(|p| Requirement {
                    in_use: p.resolved.or_else(|| p.locked.last().cloned()).or(p.installed),
                    pinned: p.pinned,
                    name: p.name,
                    role: p.role,
                    pinning: p.pinning,
                    stated: p.stated,
                    locked: p.locked,
                })
                .collect(),
        })
        .collect();
    going_on(cancel)?;
    Ok(owned)
}

fn folder(path: &Path) -> Result<PathBuf, EngineError> {
    let folder = path.canonicalize().map_err(|e| {
        EngineError::repository(format!("`{}` cannot be read: {e}", path.display()), "give the folder of a project")
    })?;
    if folder.is_dir() {
        return Ok(folder);
    }
    Err(EngineError::repository(format!("`{}` is not a folder", path.display()), "give the folder of a project"))
}

fn known(only: &[String]) -> Result<(), EngineError> {
    let names = hygiene_checks();
    match only.iter().find(|n| !names.contains(&n.as_str()) && *n != "roadmap") {
        None => Ok(()),
        Some(odd) => Err(EngineError::repository(
            format!("there is no check `{odd}`"),
            format!("checks are {} and roadmap", names.join(", ")),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_code_ends_no_audit_and_a_raised_flag_ends_it_at_once() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("requirements.txt"), "six==1.16.0\n").unwrap();
        std::fs::write(dir.path().join("sum.py"), format!("x={}'a'\n", "'a'+".repeat(50_000))).unwrap();
        std::fs::write(dir.path().join("lists.py"), format!("x={}\n", "[".repeat(20_000))).unwrap();
        let cancel = Cancel::new();
        let report = hygiene(dir.path(), &[], &cancel).unwrap();
        let unread: Vec<&str> = report.problems.iter().map(|p| p.file.as_str()).collect();
        assert_eq!(unread, ["lists.py"]);
        cancel.cancel();
        assert!(matches!(hygiene(dir.path(), &[], &cancel), Err(EngineError::Cancelled)));
    }
}
