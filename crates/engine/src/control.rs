//! Looking at runs and steering them: list, show, resume, cancel, apply.
//!
//! Lives here: everything about a run but carrying it out. Lives elsewhere: taking kept runs back (`crate::rollback`).

use std::collections::BTreeSet;
use std::path::Path;

use uplift_model::outcome::RunState;
use uplift_model::{Event, PackageName};
use uplift_sandbox::Cancel;
use uplift_sandbox::dirs::Dirs;
use uplift_sandbox::git::Oid;

use crate::desk::{Desk, Request, Watch};
use crate::error::EngineError;
use crate::journal::RunRow;
use crate::pipeline;

/// Every run of the repository, newest first. A run whose process is gone shows as interrupted.
///
/// # Errors
/// [`EngineError`].
pub fn runs(path: &Path) -> Result<Vec<RunRow>, EngineError> {
    let desk = Desk::open(path, &Cancel::new())?;
    let mut rows = desk.journal.runs()?;
    let alive = desk.own().is_err();
    for row in rows.iter_mut().filter(|r| r.state == RunState::Running) {
        if !alive {
            row.state = RunState::Interrupted;
        }
    }
    Ok(rows)
}

/// Ids of the runs whose result is part of what is checked out.
///
/// # Errors
/// [`EngineError`].
pub fn applied(path: &Path) -> Result<BTreeSet<String>, EngineError> {
    let desk = Desk::open(path, &Cancel::new())?;
    let head = desk.repository.usable_head()?;
    let mut ids = BTreeSet::new();
    for row in desk.journal.runs()?.into_iter().filter(|r| r.state == RunState::Done) {
        // A tip that git has cleared away cannot be in the history.
        if let Some(tip) = row.tip.as_deref().and_then(Oid::parse)
            && desk.git.is_ancestor(&tip, head).unwrap_or(false)
        {
            ids.insert(row.id);
        }
    }
    Ok(ids)
}

/// One run with everything that happened in it; `id` may be shortened.
///
/// # Errors
/// [`EngineError::Repository`] when there is no such run.
pub fn run(path: &Path, id: &str) -> Result<(RunRow, Vec<(i64, Event)>), EngineError> {
    let desk = Desk::open(path, &Cancel::new())?;
    let row = find(&desk, id)?;
    let events = desk.journal.events(&row.id)?;
    Ok((row, events))
}

/// Goes on with a run that was interrupted: the one named, else the newest one.
///
/// # Errors
/// [`EngineError`].
pub fn resume(
    path: &Path,
    id: Option<&str>,
    cancel: &Cancel,
    watch: Watch<'_>,
) -> Result<uplift_model::outcome::RunReport, EngineError> {
    let desk = Desk::open(path, cancel)?;
    let _owner = desk.own()?;
    let row = match id {
        Some(id) => find(&desk, id)?,
        None => open_run(&desk)?.ok_or_else(|| {
            EngineError::repository(
                "there is no interrupted run to resume",
                "`uplift runs` lists the runs of this repository",
            )
        })?,
    };
    match row.state {
        RunState::Running | RunState::Interrupted => {}
        _ => {
            return match row.report {
                Some(report) if row.state == RunState::Done => Ok(report),
                _ => Err(EngineError::repository(
                    format!("run {} has ended and cannot be resumed", row.id),
                    "start a new one with `uplift upgrade`",
                )),
            };
        }
    }
    desk.journal.set_state(&row.id, RunState::Running)?;
    let request = Request {
        path: path.to_owned(),
        settings: row.settings.clone(),
        cancel: cancel.clone(),
        tests: !desk.journal.without_tests(&row.id)?,
        python_asked: desk.journal.outcome(&row.id, "python-asked")?.unwrap_or_default(),
        fresh: false,
        plan: None,
    };
    pipeline::carry_out(&desk, &row, &request, watch)
}

/// Gives a run up and removes everything of it but its journal: worktree, private references, folders, and the branch
/// if it was just being delivered.
///
/// # Errors
/// [`EngineError`].
pub fn cancel(path: &Path, id: Option<&str>) -> Result<RunRow, EngineError> {
    let desk = Desk::open(path, &Cancel::new())?;
    let row = match id {
        Some(id) => find(&desk, id)?,
        None => match open_run(&desk)? {
            Some(row) => row,
            None => crate::rollback::left_open(&desk)?.ok_or_else(|| {
                EngineError::repository("there is no run to cancel", "`uplift runs` lists the runs of this repository")
            })?,
        },
    };
    if crate::rollback::is_open(&desk, &row)? {
        let _owner = take_over(&desk)?;
        crate::rollback::give_up(&desk, &row)?;
        return Ok(row);
    }
    if !matches!(row.state, RunState::Running | RunState::Interrupted) {
        return Err(EngineError::repository(
            format!("run {} has ended already", row.id),
            "`uplift rollback` takes a finished run back",
        ));
    }
    let _owner = take_over(&desk)?;
    crate::finale::unmake_branch(&desk, &row.id)?;
    clear(&desk, &row.id)?;
    desk.journal.set_state(&row.id, RunState::Cancelled)?;
    Ok(RunRow { state: RunState::Cancelled, ..row })
}

/// The lock, after asking its owner to end.
fn take_over(desk: &Desk) -> Result<uplift_sandbox::lock::Lock, EngineError> {
    let first = match desk.own() {
        Ok(lock) => return Ok(lock),
        Err(error) => error,
    };
    if let EngineError::Busy { pid, .. } = &first
        && let Ok(pid) = pid.parse::<i32>()
    {
        uplift_sandbox::process::ask_to_end(pid);
        for _ in 0..100 {
            std::thread::sleep(std::time::Duration::from_millis(100));
            if let Ok(lock) = desk.own() {
                return Ok(lock);
            }
        }
    }
    Err(first)
}

/// Fast-forwards the checked-out branch to what a run delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub branch: String,
    pub commit: String,
}

/// Fast-forwards the user's branch to the run's tip; refuses when it has moved on or when changes are in the way.
///
/// # Errors
/// [`EngineError`].
pub fn apply(path: &Path, id: &str) -> Result<Applied, EngineError> {
    let desk = Desk::open(path, &Cancel::new())?;
    let _owner = desk.own()?;
    let row = find(&desk, id)?;
    let (Some(branch), Some(tip)) = (&row.branch, row.tip.as_deref().and_then(Oid::parse)) else {
        return Err(EngineError::repository(
            format!("run {} delivered nothing to apply", row.id),
            "`uplift show` tells what it came to",
        ));
    };
    if row.state == RunState::RolledBack {
        return Err(EngineError::repository(
            format!("run {} was rolled back", row.id),
            format!("its branch {branch} is still there: `git merge {branch}` if you want it after all"),
        ));
    }
    // What is applied is what was tested: the branch must not have been moved since.
    let now = desk.git.reference(&format!("refs/heads/{branch}"))?;
    if now.as_ref() != Some(&tip) {
        return Err(EngineError::repository(
            format!("the branch {branch} is no longer where the run left it"),
            format!("merge it by hand, or look at it with `git log {branch}`"),
        ));
    }
    let head = desk.repository.usable_head()?;
    if *head == tip {
        return Ok(Applied { branch: branch.clone(), commit: tip.to_string() });
    }
    if !desk.git.is_ancestor(head, &tip)? {
        return Err(EngineError::repository(
            "the checked-out branch has moved on since the run started, so it cannot be fast-forwarded",
            format!("`git merge {branch}` or `git rebase`, then run the tests again"),
        ));
    }
    desk.git.merge_ff(&tip)?;
    Ok(Applied { branch: branch.clone(), commit: tip.to_string() })
}

/// Lifts the hold that a rollback left; true when there was one.
///
/// # Errors
/// [`EngineError`].
pub fn lift(path: &Path, package: &PackageName) -> Result<bool, EngineError> {
    let desk = Desk::open(path, &Cancel::new())?;
    let mut lifted = false;
    let components: BTreeSet<String> =
        desk.journal.runs()?.into_iter().filter_map(|r| r.report.map(|r| r.component)).collect();
    for component in components {
        lifted |= desk.journal.lift(&component, package)?;
    }
    Ok(lifted)
}

pub(crate) fn find(desk: &Desk, id: &str) -> Result<RunRow, EngineError> {
    desk.journal.run(id)?.ok_or_else(|| {
        EngineError::repository(
            format!("there is no run `{id}`, or more than one starts so"),
            "`uplift runs` lists the runs of this repository",
        )
    })
}

fn open_run(desk: &Desk) -> Result<Option<RunRow>, EngineError> {
    Ok(desk.journal.runs()?.into_iter().find(|r| matches!(r.state, RunState::Running | RunState::Interrupted)))
}

/// Runs that were still open when a new one starts keep their journal and can be resumed, but are not running.
pub(crate) fn abandon_stale(desk: &Desk) -> Result<(), EngineError> {
    for row in desk.journal.runs()?.into_iter().filter(|r| r.state == RunState::Running) {
        desk.journal.set_state(&row.id, RunState::Interrupted)?;
    }
    Ok(())
}

/// Removes what a run needed while it ran. Logs stay.
pub(crate) fn clear(desk: &Desk, run: &str) -> Result<(), EngineError> {
    let Ok(dirs) = Dirs::find() else { return Ok(()) };
    let root = dirs.run(run);
    desk.git.worktree_remove(&root.join("tree"))?;
    for part in ["clean", "project"] {
        let folder = root.join(part);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|e| EngineError::Disk(folder, e))?;
        }
    }
    for (reference, at) in desk.git.references(&format!("refs/uplift/runs/{run}"))? {
        desk.git.delete_ref(&reference, &at)?;
    }
    Ok(())
}
