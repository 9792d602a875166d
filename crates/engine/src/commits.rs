//! Kept moves as commits: edited manifests, a lock written by its own tool, one conventional commit a move.
//!
//! Lives here: making commits out of states; nothing is checked out for the user and no branch moves.
//! Lives elsewhere: what was kept (`crate::rounds`), the branch (`crate::finale`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::relock::{Relock, RelockError};
use uplift_ecosystems::python::resolve::{Answer, Freshness, Solved};
use uplift_model::outcome::Kept;
use uplift_model::solution::Change;
use uplift_model::{Event, PackageName, Phase, Place};
use uplift_sandbox::git::{Oid, Signature};

use crate::commit_text::{message, states, subject};
use crate::edits;
use crate::error::EngineError;
use crate::lab::Lab;
use crate::solver::{Solver, Wish};
use crate::state::{Mover, State};
use crate::subject::Tree;
use crate::targets;

/// Commits of one phase that are tested by themselves because something that needs them comes later. Suites can be long,
/// and the end of the phase is tested in any case.
const LOOKS: usize = 8;

/// One commit, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Committed {
    pub(crate) commit: Oid,
    pub(crate) subject: String,
    pub(crate) kept: Vec<Kept>,
    pub(crate) refreshed: Vec<Change>,
    pub(crate) notes: Vec<String>,
}

/// What came of the attempt to make a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Made {
    Refused(Refusal),
    Commit(Committed),
}

/// A lock's own tool does not write the lock of what was to be committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    tool: String,
    lock: String,
    why: String,
}

impl Refusal {
    /// In words, for reports.
    pub(crate) fn sentence(&self) -> String {
        format!("{} does not write {} with it: {}", self.tool, self.lock, self.why)
    }
}

impl From<Refusal> for EngineError {
    fn from(Refusal { tool, lock, why }: Refusal) -> Self {
        Self::Relock(RelockError::Tool { tool, lock, why })
    }
}

/// What a phase came to as commits.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) commits: Vec<Committed>,
    /// Movers whose locks were refused. When there are any, `commits` lack them and lead to a set that nobody tested:
    /// they only show what else would be refused.
    pub(crate) refused: Vec<(Mover, Refusal)>,
}

/// Writes commits on top of one another.
pub(crate) struct Committer<'a> {
    pub(crate) lab: &'a Lab<'a>,
    pub(crate) solver: &'a Solver<'a>,
    pub(crate) component: &'a Component,
    /// Unix seconds; the same for every commit of a run, so that a step done twice makes the same commit.
    pub(crate) date: i64,
    /// The plan's order of packages; what it does not name comes last.
    pub(crate) rank: &'a BTreeMap<PackageName, usize>,
    pub(crate) tell: &'a dyn Fn(Event) -> Result<(), EngineError>,
}

impl Committer<'_> {
    /// Commits the way from `before` to `after` on top of `parent`, a commit for each mover, in an order that the
    /// resolver accepts. Where a mover is in place and one that needs it is not yet, `stands` is asked whether the tests
    /// pass there; where they fail, the two become one commit.
    pub(crate) fn phase(
        &self,
        parent: &Oid,
        before: &State,
        after: &State,
        phase: Phase,
        stands: &dyn Fn(&State) -> Result<bool, EngineError>,
    ) -> Result<Written, EngineError> {
        let moved: BTreeSet<_> = after
            .pins
            .iter()
            .filter(|(n, v)| before.pins.get(*n).is_some_and(|b| b < *v))
            .map(|(n, _)| n.clone())
            .collect();
        let goal = Solved { solution: after.solution.clone(), ..Solved::default() };
        let mut steps = targets::steps(before, &goal, &moved);
        steps.sort_by_key(|step| self.rank.get(&step.name).copied().unwrap_or(usize::MAX));
        let movers = in_order(targets::movers(self.solver, before, &steps, &|_| Ok(()))?);
        let (mut tip, mut state) = (parent.clone(), before.clone());
        let mut written = Written::default();
        let mut waiting: Vec<Mover> = Vec::new();
        let mut looks = 0;
        for (at, mover) in movers.iter().enumerate() {
            waiting.push(mover.clone());
            let last = at + 1 == movers.len() && written.refused.is_empty();
            let next = if last { Some(after.clone()) } else { self.advance(&state, &waiting)? };
            // A step that does not resolve by itself goes into the next commit.
            let Some(next) = next else { continue };
            let first = at + 1 - waiting.len();
            let rest = movers.get(at + 1..).unwrap_or_default();
            let partner = rest.iter().find(|m| m.needs.iter().any(|need| (first..=at).contains(need)));
            if let Some(partner) = partner.filter(|_| looks < LOOKS) {
                looks += 1;
                if !stands(&next)? {
                    let names: Vec<String> = waiting.iter().map(Mover::title).collect();
                    let text = format!("{} fails without {}: they are one commit", names.join(", "), partner.title());
                    (self.tell)(Event::Noted { text })?;
                    continue;
                }
            }
            let title = subject(&waiting);
            match self.commit(&tip, &state, &next, phase, &title, &waiting)? {
                Made::Commit(committed) => {
                    tip = committed.commit.clone();
                    state = next;
                    waiting.clear();
                    written.commits.push(committed);
                }
                Made::Refused(refusal) => {
                    written.refused.extend(waiting.drain(..).map(|mover| (mover, refusal.clone())));
                }
            }
        }
        Ok(written)
    }

    /// One commit for the refresh of everything that nobody names; the inner error tells that the lock was refused.
    pub(crate) fn refresh(
        &self,
        parent: &Oid,
        before: &State,
        after: &State,
    ) -> Result<Result<Option<Committed>, Refusal>, EngineError> {
        if before.solution == after.solution {
            return Ok(Ok(None));
        }
        let title = "build(deps): refresh the rest of the lock";
        Ok(match self.commit(parent, before, after, Phase::Integration, title, &[])? {
            Made::Commit(committed) => Ok(Some(committed)),
            Made::Refused(refusal) => Err(refusal),
        })
    }

    /// One commit that goes back from `before` to `after`. With `original`, the files that the run changed come back
    /// exactly as they were there; else the versions are written as an upgrade would write them.
    pub(crate) fn back(
        &self,
        parent: &Oid,
        before: &State,
        after: &State,
        title: &str,
        original: Option<&str>,
    ) -> Result<Committed, EngineError> {
        let Some(original) = original else {
            return match self.commit(parent, before, after, Phase::Integration, title, &[])? {
                Made::Commit(committed) => Ok(committed),
                Made::Refused(refusal) => Err(refusal.into()),
            };
        };
        let git = self.lab.git;
        let mut files: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
        let locks = |path: &str| self.component.environment.is_lock(path);
        for file in git.diff_names(original, parent.as_str())? {
            let known = file.to_str().is_some_and(|p| locks(p) || self.component.manifest(p).is_some());
            if known {
                let bytes = git.read_file(original, &file)?;
                files.push((file, bytes));
            }
        }
        let tree = git.write_tree(&git.tree_of(parent.as_str())?, &files)?;
        let who = Signature { name: "Uplift".to_owned(), email: "uplift@localhost".to_owned(), seconds: self.date };
        let commit = git.commit_tree(&tree, Some(parent), &format!("{title}\n"), &who)?;
        Ok(Committed { commit, subject: title.to_owned(), kept: Vec::new(), refreshed: Vec::new(), notes: Vec::new() })
    }

    fn advance(&self, state: &State, moving: &[Mover]) -> Result<Option<State>, EngineError> {
        let wishes = state.wishes_with(moving);
        let Answer::Solved(solved) = self.solver.solve(&wishes, &state.solution, &|_| true, Freshness::CacheFirst)?
        else {
            return Ok(None);
        };
        let pins = wishes.into_iter().filter_map(|(name, wish)| match wish {
            Wish::Exactly(version) => Some((name, version)),
            _ => None,
        });
        Ok(Some(State { pins: pins.collect(), solution: solved.solution }))
    }

    fn commit(
        &self,
        parent: &Oid,
        before: &State,
        after: &State,
        phase: Phase,
        title: &str,
        movers: &[Mover],
    ) -> Result<Made, EngineError> {
        // The same title can stand for other sets: what comes along differs with what was refused before.
        let set = crate::lab::digest(after.solution.lines().lines());
        let made = self.lab.journal.step(self.lab.run, &format!("commit:{parent}:{title}:{set}"), || {
            match self.make(parent, before, after, phase, title, movers) {
                Ok(committed) => Ok(Made::Commit(committed)),
                Err(EngineError::Relock(RelockError::Tool { tool, lock, why })) => {
                    Ok(Made::Refused(Refusal { tool, lock, why }))
                }
                Err(other) => Err(other),
            }
        })?;
        if let Made::Commit(Committed { commit, subject, .. }) = &made {
            (self.tell)(Event::Committed { commit: commit.to_string(), subject: subject.clone() })?;
        }
        Ok(made)
    }

    fn make(
        &self,
        parent: &Oid,
        before: &State,
        after: &State,
        phase: Phase,
        title: &str,
        movers: &[Mover],
    ) -> Result<Committed, EngineError> {
        let git = self.lab.git;
        git.checkout_clean(self.lab.worktree, parent.as_str())?;
        let tree = Tree::of(git, parent.as_str())?;
        let changes = before.solution.changes(&after.solution);
        let mut notes = Vec::new();
        let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        let mut files: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
        let moved = after.pins.iter().filter(|(n, v)| before.pins.get(*n) != Some(*v));
        let fixed: BTreeSet<_> = self.solver.constrained().into_iter().collect();
        let along: Vec<Change> = changes.iter().filter(|c| !after.pins.contains_key(&c.name)).cloned().collect();
        let bumps = edits::bumps(moved, &along, &fixed);
        let read = |path: &str| tree.read(path);
        let going = changes.iter().filter_map(|c| Some((&c.name, c.to.as_ref()?)));
        let hashes = edits::hashes(self.component, &read, self.solver.index, going)?;
        let wanted = edits::Wanted { read: &read, bumps: &bumps, along: &along, hashes: &hashes };
        let edited = edits::fitting(self.solver, &wanted)?;
        notes.extend(edited.notes);
        for file in edited.files {
            for line in &file.lines {
                places.entry(line.new.clone()).or_default().push(Place {
                    file: file.file.clone(),
                    line: line.line,
                    written: line.new.clone(),
                    specifier: String::new(),
                });
            }
            self.put(&file.file, file.text.as_bytes())?;
            files.push((PathBuf::from(&file.file), Some(file.text.into_bytes())));
        }
        let via = match self.solver.solve(&after.wishes(), &after.solution, &|_| true, Freshness::CacheFirst)? {
            Answer::Solved(solved) => solved.via,
            Answer::Refused(_) => BTreeMap::new(),
        };
        let solved = Solved { solution: after.solution.clone(), via, ..Solved::default() };
        let builder = self.lab.builder();
        let relock = Relock {
            doors: self.lab.doors,
            builder: &builder,
            worktree: self.lab.worktree,
            component: self.component,
            before: &before.solution,
            after: &solved,
            hashes: &hashes,
            limit: Duration::from_secs(600),
        };
        for lock in relock.write()? {
            let path = self.lab.worktree.join(&lock);
            let bytes = std::fs::read(&path).map_err(|e| EngineError::Disk(path, e))?;
            files.retain(|(path, _)| path != Path::new(&lock));
            files.push((PathBuf::from(lock), Some(bytes)));
        }
        let base = git.tree_of(parent.as_str())?;
        let tree = git.write_tree(&base, &files)?;
        let who = Signature { name: "Uplift".to_owned(), email: "uplift@localhost".to_owned(), seconds: self.date };
        let message = message(title, &changes, movers, self.lab.run);
        let commit = git.commit_tree(&tree, Some(parent), &message, &who)?;
        let names: Vec<_> = movers.iter().flat_map(|m| m.steps.iter().map(|s| s.name.clone())).collect();
        let kept = movers.iter().flat_map(|m| &m.steps).map(|s| Kept {
            name: s.name.clone(),
            from: s.from.clone(),
            to: s.to.clone(),
            distance: s.from.distance(&s.to),
            direct: self.component.roots().iter().any(|(_, stated)| stated.name == s.name),
            phase,
            with: names.iter().filter(|n| **n != s.name).cloned().collect(),
            commit: commit.to_string(),
            places: places
                .iter()
                .filter(|(line, _)| states(line, s.name.as_str()))
                .flat_map(|(_, p)| p.clone())
                .collect(),
        });
        let kept: Vec<Kept> = kept.collect();
        // Where nothing pins what comes along, nothing of it is written.
        let refreshed = if !self.solver.pins_everything() {
            Vec::new()
        } else if movers.is_empty() {
            changes
        } else {
            changes.into_iter().filter(|c| !names.contains(&c.name)).collect()
        };
        Ok(Committed { commit, subject: title.to_owned(), kept, refreshed, notes })
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), EngineError> {
        let path = self.lab.worktree.join(path);
        std::fs::write(&path, bytes).map_err(|e| EngineError::Disk(path.clone(), e))
    }
}

/// Movers after everything they need, and as soon after it as can be: between the two, the tests may fail.
fn in_order(movers: Vec<Mover>) -> Vec<Mover> {
    let needs: Vec<BTreeSet<usize>> = movers.iter().map(|m| m.needs.iter().copied().collect()).collect();
    let mut placed: Vec<usize> = Vec::new();
    while placed.len() < movers.len() {
        let open = |i: &usize| !placed.contains(i);
        let needs_of = |i: usize| needs.get(i).into_iter().flatten();
        let ready = |i: &usize| open(i) && needs_of(*i).all(|n| placed.contains(n));
        let follows = |i: &usize| needs_of(*i).any(|n| placed.contains(n));
        let awaited: BTreeSet<usize> =
            (0..movers.len()).filter(|i| open(i) && follows(i)).flat_map(|i| targets::closure(&movers, i)).collect();
        let next = (0..movers.len())
            .find(|i| ready(i) && awaited.contains(i))
            .or_else(|| (0..movers.len()).find(ready))
            // A ring cannot be left here, since rings are one mover; should one be, its first member goes first.
            .or_else(|| (0..movers.len()).find(open));
        let Some(next) = next else { break };
        placed.push(next);
    }
    let position: BTreeMap<usize, usize> = placed.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let renumber =
        |m: &Mover| Mover { needs: m.needs.iter().filter_map(|n| position.get(n).copied()).collect(), ..m.clone() };
    placed.iter().filter_map(|i| movers.get(*i)).map(renumber).collect()
}

/// The folder of a component in a work tree.
pub(crate) fn folder(worktree: &Path, component: &Component) -> PathBuf {
    if component.root.is_empty() { worktree.to_owned() } else { worktree.join(&component.root) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use uplift_model::Version;

    use super::*;
    use crate::state::Step;

    fn mover(name: &str, needs: &[usize]) -> Mover {
        let version = |v: &str| Version::new(v).unwrap();
        Mover {
            steps: vec![Step { name: PackageName::new(name).unwrap(), from: version("1.0"), to: version("2.0") }],
            prior: 0.3,
            needs: needs.to_vec(),
        }
    }

    #[test]
    fn movers_follow_what_they_need() {
        let order: Vec<String> =
            in_order(vec![mover("a", &[2]), mover("b", &[]), mover("c", &[1])]).iter().map(Mover::title).collect();
        assert_eq!(order, ["b", "c", "a"]);
    }

    #[test]
    fn what_needs_a_mover_follows_it_before_strangers_do() {
        let movers = vec![mover("core", &[]), mover("x", &[]), mover("y", &[]), mover("top", &[0, 2])];
        let order: Vec<String> = in_order(movers).iter().map(Mover::title).collect();
        assert_eq!(order, ["core", "y", "top", "x"]);
    }
}
