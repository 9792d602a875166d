//! Agreement of people to a plan: taken down, and asked for before a run carries a step out (row C22).
//!
//! Lives here: who agrees to which plan, in which role; what a run leaves out without it.
//! Lives elsewhere: which moves wait (`decide::approvals`), who must agree (`decide::risk::register`), the table
//! (`crate::journal`).

use std::collections::BTreeMap;
use std::path::Path;

use uplift_decide::approvals::{lacking, same, waiting};
use uplift_facts::days;
use uplift_model::approval::Approval;
use uplift_model::settings::Approvals;
use uplift_model::{Move, PackageName, Plan};
use uplift_sandbox::{Cancel, clock};

use crate::desk::Desk;
use crate::error::EngineError;
use crate::planning::{self, Drafted};

/// The plan that somebody agrees to.
#[derive(Debug, Clone, PartialEq)]
pub enum Named {
    /// One that was read from a file.
    Brought(Box<Plan>),
    /// The id of one that was drawn or carried out in this repository; its first digits are enough.
    Id(String),
}

/// Who agrees to what.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    pub plan: Named,
    /// Empty: everything in the plan that waits for the role.
    pub packages: Vec<PackageName>,
    pub role: String,
    pub note: Option<String>,
    /// The agreement in this role no longer holds, whoever gave it.
    pub withdraw: bool,
}

/// What was taken down, and what still waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreed {
    pub plan: String,
    /// What was agreed; or, where agreements were withdrawn, who did that to which.
    pub taken_down: Vec<Approval>,
    pub withdrawn: bool,
    /// Packages of each move that still waits, and why.
    pub waiting: Vec<(Vec<PackageName>, String)>,
}

/// Takes an agreement, or its withdrawal, down in the journal of the repository at `path`.
///
/// # Errors
/// [`EngineError::Repository`] when the plan is not known or was changed by hand, when nothing in it waits for the role or
/// nobody has agreed to what is withdrawn, or when git knows no name for who agrees.
pub fn approve(path: &Path, agreement: &Agreement) -> Result<Agreed, EngineError> {
    let desk = Desk::open(path, &Cancel::new())?;
    let plan = match &agreement.plan {
        Named::Brought(plan) => (**plan).clone(),
        Named::Id(id) => find(&desk, id)?,
    };
    genuine(&plan)?;
    if desk.git.commit_of(&plan.commit)?.is_none() {
        return Err(EngineError::repository(
            format!("plan {} is of another repository: there is no commit {} here", plan.id, plan.commit),
            "agree to it where it was drawn, or fetch that commit first",
        ));
    }
    let by = desk.git.identity()?.ok_or_else(|| {
        EngineError::repository(
            "git knows no name and address for who agrees",
            "set them: `git config user.name NAME` and `git config user.email ADDRESS`",
        )
    })?;
    let day = days::of_seconds(clock::now());
    let mut asked = asked(&plan, agreement)?;
    let known = desk.journal.approvals(&plan.id)?;
    if agreement.withdraw {
        asked = agreed_already(asked, &known, agreement)?;
    } else if agreement.packages.is_empty() {
        // What somebody has agreed to, perhaps with a note, is not agreed to again in passing.
        asked.retain(|(one, role)| !given(&known, one, role));
    }
    let mut taken_down = Vec::new();
    for (one, role) in asked {
        for candidate in &one.candidates {
            let approval = Approval {
                plan: plan.id.clone(),
                package: candidate.name.clone(),
                role: role.clone(),
                by: by.clone(),
                day: day.clone(),
                note: agreement.note.clone(),
            };
            desk.journal.agree(&approval, agreement.withdraw)?;
            taken_down.push(approval);
        }
    }
    let known = desk.journal.approvals(&plan.id)?;
    let waiting = waiting(&plan, &known).into_iter().map(|w| (w.packages.clone(), w.reason())).collect();
    Ok(Agreed { plan: plan.id, taken_down, withdrawn: agreement.withdraw, waiting })
}

/// The moves that the agreement is about, each with the role as the plan writes it.
fn asked<'p>(plan: &'p Plan, agreement: &Agreement) -> Result<Vec<(&'p Move, String)>, EngineError> {
    // Whoever has agreed already may do so again: a note can be added.
    let wants = |one: &Move| lacking(plan, one, &[]).into_iter().find(|role| same(role, &agreement.role));
    if agreement.packages.is_empty() {
        let all: Vec<(&Move, String)> = plan.moves.iter().filter_map(|one| Some((one, wants(one)?))).collect();
        if all.is_empty() {
            return Err(EngineError::repository(
                format!("nothing in plan {} waits for the role `{}`", plan.id, agreement.role),
                format!("it asks for: {}", roles(plan)),
            ));
        }
        return Ok(all);
    }
    let mut found = Vec::new();
    for name in &agreement.packages {
        let Some(one) = plan.moves.iter().find(|m| m.candidates.iter().any(|c| c.name == *name)) else {
            let moved: Vec<&str> = plan.candidates.iter().map(|c| c.name.as_str()).collect();
            return Err(EngineError::repository(
                format!("plan {} does not move {name}", plan.id),
                if moved.is_empty() { "it moves nothing".to_owned() } else { format!("it moves {}", moved.join(", ")) },
            ));
        };
        let Some(role) = wants(one) else {
            let roles = lacking(plan, one, &[]);
            return Err(EngineError::repository(
                format!("{name} does not wait for the role `{}`", agreement.role),
                if roles.is_empty() {
                    "nobody has to agree to it".to_owned()
                } else {
                    format!("it waits for: {}", roles.join(", "))
                },
            ));
        };
        found.push((one, role));
    }
    Ok(found)
}

/// Whether somebody has agreed to `one` in that role.
fn given(known: &[Approval], one: &Move, role: &str) -> bool {
    one.candidates.iter().any(|c| known.iter().any(|a| a.package == c.name && same(&a.role, role)))
}

/// What can be withdrawn: moves of `asked` that somebody has agreed to in that role.
fn agreed_already<'p>(
    mut asked: Vec<(&'p Move, String)>,
    known: &[Approval],
    agreement: &Agreement,
) -> Result<Vec<(&'p Move, String)>, EngineError> {
    let nobody = |what: String| {
        let held: Vec<String> = known.iter().map(|a| format!("{} as {} by {}", a.package, a.role, a.by)).collect();
        EngineError::repository(
            format!("nobody has agreed to {what} as {}", agreement.role),
            if held.is_empty() {
                "there is no agreement to this plan".to_owned()
            } else {
                format!("agreed is: {}", held.join("; "))
            },
        )
    };
    if agreement.packages.is_empty() {
        asked.retain(|(one, role)| given(known, one, role));
        return if asked.is_empty() { Err(nobody("anything".to_owned())) } else { Ok(asked) };
    }
    match asked.iter().position(|(one, role)| !given(known, one, role)) {
        Some(at) => Err(nobody(agreement.packages.get(at).map_or_else(|| "this".to_owned(), ToString::to_string))),
        None => Ok(asked),
    }
}

fn roles(plan: &Plan) -> String {
    let mut all: Vec<&str> = plan.steps.iter().flat_map(|s| &s.approvals).map(String::as_str).collect();
    all.sort_unstable();
    all.dedup();
    if all.is_empty() { "nobody".to_owned() } else { all.join(", ") }
}

/// A plan that was drawn or carried out here.
fn find(desk: &Desk, id: &str) -> Result<Plan, EngineError> {
    let mut plans = desk.journal.drawn_plans()?;
    plans.extend(desk.journal.runs()?.into_iter().filter_map(|run| Some(run.report?.plan)));
    plans.retain(|plan| !id.is_empty() && plan.id.starts_with(&id.to_lowercase()));
    plans.sort_by(|a, b| a.id.cmp(&b.id));
    plans.dedup_by(|a, b| a.id == b.id);
    match (plans.len(), plans.pop()) {
        (1, Some(plan)) => Ok(plan),
        (0, _) => Err(EngineError::repository(
            format!("there is no file and no plan `{id}`"),
            "`uplift plan` shows its id in the second line; or name a file of `uplift plan --format json`",
        )),
        (several, _) => {
            Err(EngineError::repository(format!("{several} plans begin with `{id}`"), "give more digits of the id"))
        }
    }
}

/// Whether a plan is as it was drawn: its id that of what it would do, its seal that of all that it says.
///
/// # Errors
/// [`EngineError::Repository`].
pub(crate) fn genuine(plan: &Plan) -> Result<(), EngineError> {
    if plan.seal == planning::seal_of(plan)? { named_rightly(plan) } else { Err(changed(plan)) }
}

/// Whether a plan's id is that of what it would do.
fn named_rightly(plan: &Plan) -> Result<(), EngineError> {
    if planning::name_of(plan) == plan.id { Ok(()) } else { Err(changed(plan)) }
}

fn changed(plan: &Plan) -> EngineError {
    EngineError::repository(
        format!(
            "plan {} was changed after it was drawn, or by another release: its content is not what its id and its seal name",
            plan.id
        ),
        "draw it again with `uplift plan --format json`, and have that one agreed to",
    )
}

/// Takes out of a draft what waits for an agreement, where the settings ask for one; gives each package's reason.
///
/// What the plan does not name cannot have been agreed to, so that nothing else moves, and nothing further than its target.
///
/// # Errors
/// [`EngineError::Repository`] when the plan's id is not that of its content.
pub(crate) fn leave_out(drafted: &mut Drafted, asks: Approvals) -> Result<BTreeMap<PackageName, String>, EngineError> {
    if asks == Approvals::List {
        return Ok(BTreeMap::new());
    }
    // Its seal was looked at when it was brought; what a run adds to it since then is the run's own.
    named_rightly(&drafted.plan)?;
    let waits: BTreeMap<PackageName, String> = waiting(&drafted.plan, &drafted.plan.approvals)
        .into_iter()
        .flat_map(|one| one.packages.iter().map(|name| (name.clone(), one.reason())).collect::<Vec<_>>())
        .collect();
    let planned: BTreeMap<&PackageName, _> = drafted.plan.candidates.iter().map(|c| (&c.name, &c.target)).collect();
    drafted.movable.retain(|name| planned.contains_key(name) && !waits.contains_key(name));
    drafted.exact.retain(|name, _| !waits.contains_key(name));
    for (name, target) in planned {
        drafted
            .ceilings
            .entry(name.clone())
            .and_modify(|ceiling| *ceiling = ceiling.clone().min(target.clone()))
            .or_insert_with(|| target.clone());
    }
    Ok(waits)
}
