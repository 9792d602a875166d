//! The complete set after every move, put to the resolver (row D1), and moves cut and ordered so that each of them has one.
//!
//! Lives here: asking set by set in the order of the plan; what to do with a move whose set does not exist although the
//! move alone is taken: it goes behind the one that it needs, else together with the next ones.
//! Lives elsewhere: which moves need each other from the start (`crate::targets`), the order (`decide::phases`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_decide::phases::Arranged;
use uplift_ecosystems::python::resolve::{Answer, Freshness};
use uplift_model::compatibility::Verdict;
use uplift_model::plan::Validated;
use uplift_model::solution::Change;
use uplift_model::{PackageName, Solution};

use super::caps::shortened;
use super::weigh::Weighed;
use super::{Aim, Facts};
use crate::error::EngineError;
use crate::state::{Mover, State};
use crate::targets::{closure, grouped};

/// Later moves that are tried in front of one whose set does not exist.
const TRIED: usize = 24;

/// Moves of which each has a set of its own, with everything that is known of them.
pub(super) struct Cut {
    pub(super) movers: Vec<Mover>,
    pub(super) weighed: Vec<Weighed>,
    pub(super) induced: Vec<Vec<Change>>,
    pub(super) arranged: Arranged,
    /// One a move, in the order in which they are carried out.
    pub(super) after: Vec<Validated>,
}

/// Why a move was joined or put behind another, by a package of it.
type Mended = BTreeMap<PackageName, String>;

impl Facts<'_> {
    /// Cuts and orders `movers` so that the complete set after each of them resolves, as far as that can be.
    pub(super) fn cut(&self, mut movers: Vec<Mover>, aim: &Aim<'_>, interpreter: &str) -> Result<Cut, EngineError> {
        let state = aim.state;
        let mut mended = Mended::new();
        loop {
            let induced = self.induced(&movers, state)?;
            let weighed = self.weigh(&movers, &induced, aim)?;
            let arranged = self.arrange(&movers, &weighed)?;
            let after = self.walk(&movers, &arranged.order, state, interpreter, &mended)?;
            let broken = after.iter().position(|one| one.verdict == Verdict::Unsat);
            let needs = match broken {
                Some(at) => self.way_out(&movers, &arranged.order, at, state)?,
                None => None,
            };
            let (Some(at), Some(needs)) = (broken, needs) else {
                let induced = where_it_happens(induced, &arranged.order, &after);
                let weighed = self.weigh(&movers, &induced, aim)?;
                return Ok(Cut { movers, weighed, induced, arranged, after });
            };
            let why = after.get(at).and_then(|one| one.decides.clone()).unwrap_or_default();
            movers = self.joined(movers, &needs, &why, &mut mended);
        }
    }

    /// What each move comes to on top of those before.
    fn walk(
        &self,
        movers: &[Mover],
        order: &[usize],
        state: &State,
        interpreter: &str,
        mended: &Mended,
    ) -> Result<Vec<Validated>, EngineError> {
        let mut done: BTreeSet<usize> = BTreeSet::new();
        let mut stands = state.solution.clone();
        let mut all = Vec::with_capacity(order.len());
        for at in order {
            done.insert(*at);
            let own: BTreeSet<&PackageName> =
                movers.get(*at).into_iter().flat_map(|m| &m.steps).map(|s| &s.name).collect();
            let why = own.iter().find_map(|name| mended.get(*name)).cloned();
            let mut one = Validated {
                verdict: Verdict::Sat,
                decides: why,
                interpreters: vec![interpreter.to_owned()],
                packages: 0,
                along: Vec::new(),
            };
            match self.set(movers, &done, state, &stands)? {
                Answer::Solved(solved) => {
                    let changes = stands.changes(&solved.solution);
                    one.along = changes.into_iter().filter(|c| !own.contains(&c.name)).collect();
                    let back = stands.downgrades(&solved.solution);
                    if !back.is_empty() {
                        let told: Vec<String> = back.iter().map(change).collect();
                        one.verdict = Verdict::Downgrade;
                        one.decides =
                            Some(format!("{} in this step, and not below the version in use", told.join(", ")));
                    }
                    one.packages = solved.solution.packages.len() + solved.solution.urls.len();
                    stands = solved.solution;
                }
                Answer::Refused(conflict) => {
                    one.verdict = Verdict::Unsat;
                    one.decides = Some(shortened(&conflict.text));
                }
            }
            all.push(one);
        }
        Ok(all)
    }

    /// The set with the movers of `done` at their targets: from `stands` on, else from what is installed, so that what an
    /// earlier move brought along may go back as far as that.
    fn set(
        &self,
        movers: &[Mover],
        done: &BTreeSet<usize>,
        state: &State,
        stands: &Solution,
    ) -> Result<Answer, EngineError> {
        let wishes = state.wishes_with(done.iter().filter_map(|at| movers.get(*at)));
        let answer = self.solver.solve(&wishes, stands, &|_| true, Freshness::CacheFirst)?;
        if matches!(answer, Answer::Solved(_)) || *stands == state.solution {
            return Ok(answer);
        }
        match self.solver.solve(&wishes, &state.solution, &|_| true, Freshness::CacheFirst)? {
            Answer::Solved(solved) => Ok(Answer::Solved(solved)),
            Answer::Refused(_) => Ok(answer),
        }
    }

    /// Needs that give the move at `at` of `order` a set: positions of movers, who needs whom.
    fn way_out(
        &self,
        movers: &[Mover],
        order: &[usize],
        at: usize,
        state: &State,
    ) -> Result<Option<Vec<(usize, usize)>>, EngineError> {
        let (before, rest) = order.split_at(at.min(order.len()));
        let Some((stuck, later)) = rest.split_first() else { return Ok(None) };
        let goes = |more: &[usize]| -> Result<bool, EngineError> {
            let done: BTreeSet<usize> = before.iter().chain(more).copied().collect();
            Ok(matches!(self.set(movers, &done, state, &state.solution)?, Answer::Solved(_)))
        };
        for other in later.iter().take(TRIED) {
            let needed = closure(movers, *other);
            let free = !needed.contains(stuck) && needed.iter().all(|n| n == other || before.contains(n));
            if free && goes(&[*stuck, *other])? {
                let behind = vec![(*stuck, *other)];
                return Ok(Some(if goes(&[*other])? { behind } else { vec![(*stuck, *other), (*other, *stuck)] }));
            }
        }
        // No single one helps: as many of the next ones as it takes.
        let mut together = vec![*stuck];
        for other in later {
            together.push(*other);
            if together.len() > 2 && goes(&together)? {
                let others = together.iter().skip(1);
                return Ok(Some(others.flat_map(|o| [(*stuck, *o), (*o, *stuck)]).collect()));
            }
        }
        Ok(None)
    }

    fn joined(&self, mut movers: Vec<Mover>, needs: &[(usize, usize)], why: &str, mended: &mut Mended) -> Vec<Mover> {
        let mutual = needs.iter().any(|(who, whom)| needs.contains(&(*whom, *who)));
        for (who, whom) in needs {
            let title = movers.get(*whom).map(Mover::title).unwrap_or_default();
            if let Some(mover) = movers.get_mut(*who) {
                mover.needs.push(*whom);
                let how = if mutual { "joined with" } else { "put behind" };
                let text = format!("{how} {title}, since no set exists without it: {why}");
                for step in &mover.steps {
                    mended.entry(step.name.clone()).or_insert_with(|| text.clone());
                }
            }
        }
        grouped(&movers)
    }
}

/// What comes along with each mover, once: with the first one in the order after which it is there.
fn where_it_happens(alone: Vec<Vec<Change>>, order: &[usize], after: &[Validated]) -> Vec<Vec<Change>> {
    let mut all = alone;
    for (at, one) in order.iter().zip(after).filter(|(_, one)| one.verdict != Verdict::Unsat) {
        if let Some(slot) = all.get_mut(*at) {
            slot.clone_from(&one.along);
        }
    }
    all
}

fn change(change: &Change) -> String {
    let told = |version: &Option<uplift_model::Version>| version.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{} goes back from {} to {}", change.name, told(&change.from), told(&change.to))
}
