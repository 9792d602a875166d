//! Taking a kept run back, whole or by package, tested again, and holding what was taken back.
//!
//! Lives here: rollback as an upgrade in reverse: the same solver, the same lab, the same verdict.

use std::collections::BTreeMap;
use std::path::Path;

use uplift_ecosystems::python::resolve::{Answer, Freshness};
use uplift_facts::days;
use uplift_model::outcome::{Kept, RunReport, RunState};
use uplift_model::{Event, PackageName, Settings, Solution};
use uplift_sandbox::git::Oid;
use uplift_sandbox::{Cancel, clock};

use crate::baseline::{self, Standing};
use crate::commits::Committer;
use crate::control;
use crate::desk::{Desk, Watch};
use crate::error::EngineError;
use crate::finale;
use crate::journal::{Hold, RunRow};
use crate::solver::{Solver, Wish};
use crate::state::State;
use crate::workshop::{Order, Site, Workshop};

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
    let outcome = match &outcome.branch {
        Some(branch) if applied => {
            let still = format!(
                "{}; your checked-out branch still has what was applied: `git merge {branch}` takes it back there",
                outcome.sentence
            );
            RolledBack { sentence: still, ..outcome }
        }
        _ => outcome,
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
    desk.journal.forget_steps(&journalled_as(&row))?;
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

/// The name below which a rollback of `row` is journalled.
fn journalled_as(row: &RunRow) -> String {
    format!("rollback-{}", row.id)
}

/// Whether a rollback of `row` was begun and neither ended nor given up.
pub(crate) fn is_open(desk: &Desk, row: &RunRow) -> Result<bool, EngineError> {
    Ok(desk.journal.outcome::<Vec<String>>(&journalled_as(row), "order")?.is_some())
}

/// The run of which a rollback was killed.
pub(crate) fn left_open(desk: &Desk) -> Result<Option<RunRow>, EngineError> {
    for row in desk.journal.runs()? {
        if is_open(desk, &row)? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Ends a rollback that was killed: its work tree, references and unfinished branch go, the run stays as it was.
pub(crate) fn give_up(desk: &Desk, row: &RunRow) -> Result<(), EngineError> {
    let key = journalled_as(row);
    finale::unmake_branch(desk, &key)?;
    control::clear(desk, &key)?;
    Ok(desk.journal.forget_steps(&key)?)
}

/// Enters the way back in the journal. One that was killed is gone on with when it had the same in mind, else given up;
/// its work tree is made anew either way.
fn attempt(desk: &Desk, row: &RunRow, chosen: &[Kept], parent: &Oid) -> Result<String, EngineError> {
    let key = journalled_as(row);
    let mut order = vec![parent.to_string()];
    order.extend(chosen.iter().map(|k| k.name.to_string()));
    if desk.journal.outcome::<Vec<String>>(&key, "order")?.is_some_and(|earlier| earlier != order) {
        give_up(desk, row)?;
    }
    control::clear(desk, &key)?;
    desk.journal.step(&key, "order", || Ok::<_, EngineError>(order))?;
    Ok(key)
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
    let head = desk.repository.usable_head()?.clone();
    // On top of what is checked out when the run was merged, else on top of the run's own branch.
    let parent = if desk.git.is_ancestor(tip, &head)? { head } else { tip.clone() };
    let key = attempt(desk, row, chosen, &parent)?;
    let tell = |event: Event| {
        watch(&event);
        Ok::<(), EngineError>(())
    };
    // On the interpreter of the run, whatever the project asks for by now.
    let mut settings: Settings = row.settings.clone();
    settings.project.python.get_or_insert_with(|| report.interpreter.clone());
    let order = Order {
        desk,
        run: &key,
        commit: parent.as_str(),
        inner: &report.component,
        settings: &settings,
        cancel,
        python_asked: false,
        as_of: days::of_seconds(clock::now()),
        fresh: false,
        site: Site::OwnTree,
    };
    let outcome = Workshop::open(order, &tell).and_then(|shop| {
        Reversal { row, report, chosen, whole, parent: &parent, shop: &shop, tell: &tell }.carry_out()
    });
    control::clear(desk, &key)?;
    if outcome.is_err() {
        desk.journal.forget_steps(&key)?;
    }
    outcome
}

/// One way back, with all that it needs.
struct Reversal<'a> {
    row: &'a RunRow,
    report: &'a RunReport,
    chosen: &'a [Kept],
    /// The run goes back as a whole.
    whole: bool,
    parent: &'a Oid,
    shop: &'a Workshop<'a>,
    tell: &'a dyn Fn(Event) -> Result<(), EngineError>,
}

impl Reversal<'_> {
    /// Commits the way back, tests it, and makes a branch of it.
    fn carry_out(&self) -> Result<RolledBack, EngineError> {
        let Self { row, report, chosen, whole, parent, shop, tell } = *self;
        let index = shop.index();
        let (solver, lab) = (shop.solver(&index), shop.lab());
        lab.prepare_layer("0")?;
        let now = solver.base()?;
        let (state, after) = self.ways(&solver, &now)?;
        let component = &shop.component;
        let rank = std::collections::BTreeMap::new();
        let committer = Committer { lab: &lab, solver: &solver, component, date: clock::now(), rank: &rank, tell };
        let names: Vec<String> = chosen.iter().map(|k| format!("{} {} -> {}", k.name, k.to, k.from)).collect();
        let title = if whole {
            format!("revert(deps): take back run {}", row.id)
        } else {
            format!("revert(deps): {}", names.join(", "))
        };
        let committed =
            committer.back(parent, &state, &after, &title, if whole { Some(&report.base_commit) } else { None })?;
        if let Ok(tools) = crate::tools::missing(&solver, &shop.tree, &component.root, &now)? {
            *lab.tools.borrow_mut() = tools;
        }
        let environment = lab.environment(&now)?.map_err(EngineError::Bug)?;
        let has = |name: &str| PackageName::new(name).is_ok_and(|n| now.version(&n).is_some());
        let standing = baseline::establish(&lab, &shop.tree, &component.root, &environment, &has, tell)?;
        let (verified, sentence) = match standing {
            Standing::Tested { command, baseline } => {
                let (tip, set) = (&committed.commit, &after.solution);
                let checked = finale::verify(&lab, &solver, tip, set, &component.root, &command, &baseline, tell)?;
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
        let branch = finale::branch(&lab, &format!("uplift/rollback-{short}"), &committed.commit)?;
        Ok(RolledBack {
            branch: Some(branch),
            commit: Some(committed.commit.to_string()),
            packages: Vec::new(),
            held: Vec::new(),
            verified,
            sentence,
        })
    }

    /// Where the packages stand, and where they stand with the chosen ones back.
    fn ways(&self, solver: &Solver<'_>, now: &Solution) -> Result<(State, State), EngineError> {
        let dependencies = self.shop.component.dependencies(now).into_iter().filter(|d| d.direct);
        let pins: BTreeMap<_, _> = dependencies.filter_map(|d| Some((d.name, d.in_use?))).collect();
        let state = State { pins, solution: now.clone() };
        let mut wishes = state.wishes();
        for kept in self.chosen {
            wishes.insert(kept.name.clone(), Wish::Exactly(kept.from.clone()));
        }
        // Going back is the one case in which a package may end below where it is: what comes along is free.
        match solver.solve(&wishes, &Solution::default(), &|_| true, Freshness::CacheFirst)? {
            Answer::Solved(solved) => {
                let exact = |(n, w): (&PackageName, &Wish)| match w {
                    Wish::Exactly(v) => Some((n.clone(), v.clone())),
                    _ => None,
                };
                let after = State { pins: wishes.iter().filter_map(exact).collect(), solution: solved.solution };
                Ok((state, after))
            }
            Answer::Refused(conflict) => {
                let names: Vec<String> = self.chosen.iter().map(|k| k.name.to_string()).collect();
                Err(EngineError::repository(
                    format!("{} cannot go back alone, others depend on it: {}", names.join(", "), conflict.text),
                    "name the others as well, or take the whole run back",
                ))
            }
        }
    }
}
