//! Taking a kept run back, whole or by package, tested again, and holding what was taken back.
//!
//! Lives here: rollback as an upgrade in reverse: the same solver, the same lab, the same verdict.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use uplift_ecosystems::python::resolve::{Answer, Freshness};
use uplift_model::outcome::{Counts, Kept, RunReport, RunState};
use uplift_model::{Event, PackageName, Settings};
use uplift_sandbox::git::Oid;
use uplift_sandbox::{Cancel, clock};

use crate::baseline::{self, Standing};
use crate::commits::{self, Committer};
use crate::control;
use crate::desk::{self, Desk, Watch};
use crate::error::EngineError;
use crate::finale;
use crate::index::Index;
use crate::journal::{Hold, RunRow};
use crate::lab::{Lab, Layer};
use crate::pipeline::{self, Places};
use crate::solver::{Solver, Wish};
use crate::state::State;
use crate::subject::{self, Tree};

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolledBack {
    /// Where the result is; `None` when the run's own branch was simply removed.
    pub branch: Option<String>,
    pub commit: Option<String>,
    pub packages: Vec<PackageName>,
    /// Packages that stay where they are until something newer exists, or until they are lifted.
    pub held: Vec<PackageName>,
    /// The result was tested again.
    pub verified: bool,
    pub sentence: String,
}

/// Takes run `id` back: all of it, or the named packages.
///
/// # Errors
/// [`EngineError::Repository`] with the reason when others depend on what shall go back.
pub fn rollback(
    path: &Path,
    id: &str,
    packages: &[PackageName],
    cancel: &Cancel,
    watch: Watch<'_>,
) -> Result<RolledBack, EngineError> {
    let desk = Desk::open(path, cancel)?;
    let _owner = desk.own()?;
    let row = control::find(&desk, id)?;
    let Some(report) = row.report.clone().filter(|r| r.state == RunState::Done && r.tip.is_some()) else {
        return Err(EngineError::repository(
            format!("run {} kept nothing that could be taken back", row.id),
            "`uplift runs` lists the runs of this repository",
        ));
    };
    let unknown: Vec<String> =
        packages.iter().filter(|p| !report.kept.iter().any(|k| k.name == **p)).map(ToString::to_string).collect();
    if !unknown.is_empty() {
        return Err(EngineError::repository(
            format!("run {} did not move {}", row.id, unknown.join(", ")),
            format!("it moved {}", report.kept.iter().map(|k| k.name.to_string()).collect::<Vec<_>>().join(", ")),
        ));
    }
    let chosen: Vec<Kept> =
        report.kept.iter().filter(|k| packages.is_empty() || packages.contains(&k.name)).cloned().collect();
    let tip =
        report.tip.as_deref().and_then(Oid::parse).ok_or_else(|| EngineError::Bug("a run without a tip".to_owned()))?;
    let applied = desk.git.is_ancestor(&tip, desk.repository.usable_head()?)?;
    let outcome = if packages.is_empty() && !applied {
        drop_branch(&desk, &row, &report, &tip)?
    } else {
        revert(&desk, &row, &report, &chosen, packages.is_empty(), &tip, cancel, watch)?
    };
    for kept in &chosen {
        let reason = format!("rolled back with run {}", row.id);
        // Held below its newest version already then: only what is newer than everything known ends the hold.
        let known =
            report.plan.candidates.iter().find(|c| c.name == kept.name).map(|c| c.newest.clone().max(c.target.clone()));
        let above = known.map_or_else(|| kept.to.clone(), |newest| newest.max(kept.to.clone()));
        desk.journal.hold(&Hold {
            component: report.component.clone(),
            package: kept.name.clone(),
            version: kept.from.clone(),
            above,
            run: row.id.clone(),
            reason,
        })?;
    }
    let names: Vec<PackageName> = chosen.iter().map(|k| k.name.clone()).collect();
    if packages.is_empty() {
        desk.journal.finish(&row.id, &RunReport { state: RunState::RolledBack, ..report })?;
    }
    Ok(RolledBack { packages: names.clone(), held: names, ..outcome })
}

/// Nobody uses the branch yet: it goes, and a private reference keeps its commits findable.
fn drop_branch(desk: &Desk, row: &RunRow, report: &RunReport, tip: &Oid) -> Result<RolledBack, EngineError> {
    let kept = format!("refs/uplift/rolled-back/{}", row.id);
    if desk.git.reference(&kept)?.is_none() {
        desk.git.update_ref(&kept, tip, None)?;
    }
    let mut sentence = format!("nothing was merged, so your branches are as they were; {kept} still holds the commits");
    if let Some(branch) = &report.branch {
        let reference = format!("refs/heads/{branch}");
        match desk.git.reference(&reference)? {
            Some(at) if at == *tip && desk.repository.head_branch.as_deref() != Some(branch) => {
                desk.git.delete_ref(&reference, &at)?;
                sentence = format!("the branch {branch} was removed; {sentence}");
            }
            Some(_) => {
                sentence = format!("the branch {branch} was changed or is checked out, and was left alone; {sentence}")
            }
            None => {}
        }
    }
    Ok(RolledBack { branch: None, commit: None, packages: Vec::new(), held: Vec::new(), verified: false, sentence })
}

#[expect(clippy::too_many_arguments, reason = "one caller, which has just gathered them")]
fn revert(
    desk: &Desk,
    row: &RunRow,
    report: &RunReport,
    chosen: &[Kept],
    whole: bool,
    tip: &Oid,
    cancel: &Cancel,
    watch: Watch<'_>,
) -> Result<RolledBack, EngineError> {
    let settings: Settings = row.settings.clone();
    let doors = desk::doors(&settings, cancel)?;
    let head = desk.repository.usable_head()?.clone();
    // On top of what is checked out when the run was merged, else on top of the run's own branch.
    let parent = if desk.git.is_ancestor(tip, &head)? { head } else { tip.clone() };
    let key = format!("rollback-{}-{}", row.id, ulid::Ulid::generate());
    let tell = |event: Event| {
        watch(&event);
        Ok::<(), EngineError>(())
    };
    let tree = Tree::of(&desk.git, parent.as_str())?;
    let component = subject::component(&tree, if report.component == "." { "" } else { &report.component }, &settings)?;
    let places = Places::of(&doors, &key);
    std::fs::create_dir_all(&places.logs).map_err(|e| EngineError::Disk(places.logs.clone(), e))?;
    desk.git.worktree_add_detached(&places.worktree, parent.as_str())?;
    let folder = commits::folder(&places.worktree, &component);
    let mut same = settings.clone();
    same.project.python.get_or_insert_with(|| report.interpreter.clone());
    let chosen_interpreter =
        subject::interpreter(&doors, &tree, &component, &same, &folder, &|minor| doors.clients.dirs.wheels(minor))?;
    let interpreter = chosen_interpreter.interpreter;
    let wheels = doors.clients.dirs.wheels(&interpreter.minor());
    let component = subject::with_own_lock(&doors, &tree, component, &interpreter, &folder, &wheels)?;
    let index = Index::new(&doors, &interpreter, false);
    let solver = Solver {
        doors: &doors,
        journal: &desk.journal,
        run: &key,
        component: &component,
        interpreter: &interpreter,
        index: &index,
        directory: &folder,
        wheels: &wheels,
        limit: Duration::from_secs(settings.limits.resolve_seconds),
        asked: Cell::new(0),
    };
    let lab = Lab {
        doors: &doors,
        git: &desk.git,
        journal: &desk.journal,
        run: &key,
        settings: &settings,
        interpreter: &interpreter,
        worktree: &places.worktree,
        folder: &folder,
        logs: &places.logs,
        wheels: &wheels,
        tree: RefCell::new(parent.to_string()),
        layer: RefCell::new(Layer::Path(String::new())),
        tools: RefCell::new(uplift_model::Solution::default()),
        rootdir: RefCell::new(None),
        usual: Cell::new(None),
        counts: RefCell::new(Counts::default()),
    };
    let outcome = back(desk, row, report, chosen, whole, &parent, &lab, &solver, &component, &tree, &tell);
    control::clear(desk, &key)?;
    desk.journal.forget_steps(&key)?;
    outcome
}

#[expect(clippy::too_many_arguments, reason = "one caller, which has just gathered them")]
fn back(
    desk: &Desk,
    row: &RunRow,
    report: &RunReport,
    chosen: &[Kept],
    whole: bool,
    parent: &Oid,
    lab: &Lab<'_>,
    solver: &Solver<'_>,
    component: &uplift_ecosystems::python::discover::Component,
    tree: &Tree<'_>,
    tell: &dyn Fn(Event) -> Result<(), EngineError>,
) -> Result<RolledBack, EngineError> {
    lab.prepare_layer("0")?;
    let now = pipeline::base_solution(solver, component)?;
    let pins: BTreeMap<_, _> = component
        .dependencies(&now)
        .into_iter()
        .filter(|d| d.direct)
        .filter_map(|d| Some((d.name, d.in_use?)))
        .collect();
    let state = State { pins, solution: now.clone() };
    let mut wishes = state.wishes();
    for kept in chosen {
        wishes.insert(kept.name.clone(), Wish::Exactly(kept.from.clone()));
    }
    // Going back is the one case in which a package may end below where it is: what comes along is free.
    let free = State { pins: BTreeMap::new(), solution: Default::default() };
    let answer = solver.solve(&wishes, &free.solution, &|_| true, Freshness::CacheFirst)?;
    let solved = match answer {
        Answer::Solved(solved) => solved,
        Answer::Refused(conflict) => {
            let names: Vec<String> = chosen.iter().map(|k| k.name.to_string()).collect();
            return Err(EngineError::repository(
                format!("{} cannot go back alone, others depend on it: {}", names.join(", "), conflict.text),
                "name the others as well, or take the whole run back",
            ));
        }
    };
    let after = State {
        pins: wishes
            .iter()
            .filter_map(|(n, w)| if let Wish::Exactly(v) = w { Some((n.clone(), v.clone())) } else { None })
            .collect(),
        solution: solved.solution,
    };
    let committer = Committer { lab, solver, component, date: clock::now(), tell };
    let names: Vec<String> = chosen.iter().map(|k| format!("{} {} -> {}", k.name, k.to, k.from)).collect();
    let title = if whole {
        format!("revert(deps): take back run {}", row.id)
    } else {
        format!("revert(deps): {}", names.join(", "))
    };
    let committed =
        committer.back(parent, &state, &after, &title, if whole { Some(&report.base_commit) } else { None })?;
    if let Ok(tools) = crate::tools::missing(solver, tree, &component.root, &now)? {
        *lab.tools.borrow_mut() = tools;
    }
    let environment = lab.environment(&now)?.map_err(EngineError::Bug)?;
    let has = |name: &str| PackageName::new(name).is_ok_and(|n| now.version(&n).is_some());
    let (verified, sentence) = match baseline::establish(lab, tree, &component.root, &environment, &has, tell)? {
        Standing::Tested { command, baseline } => {
            let checked = finale::verify(
                lab,
                solver,
                &committed.commit,
                &after.solution,
                &component.root,
                &command,
                &baseline,
                tell,
            )?;
            if let Some((test, failure)) = checked.newly_failing.first() {
                return Err(EngineError::repository(
                    format!(
                        "taking back {} breaks {} tests, first {test}: {}: {}",
                        names.join(", "),
                        checked.newly_failing.len(),
                        failure.error,
                        failure.message
                    ),
                    "others of the kept packages rely on it by now; take them back together, or the whole run",
                ));
            }
            (true, format!("tested again: {} passed", checked.passed))
        }
        Standing::Untested { reason } => (false, format!("not verified by tests: {reason}")),
    };
    let short: String = row.id.chars().skip(row.id.len().saturating_sub(6)).collect::<String>().to_lowercase();
    let branch = finale::branch(lab, &format!("uplift/rollback-{short}"), &committed.commit)?;
    let _recorded = desk;
    Ok(RolledBack {
        branch: Some(branch),
        commit: Some(committed.commit.to_string()),
        packages: Vec::new(),
        held: Vec::new(),
        verified,
        sentence,
    })
}
