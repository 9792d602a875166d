//! One Python component on one interpreter: the complete set, what it moves, what it lowers, whether it imports.
//!
//! Lives here: the order of questions and the verdict. Lives elsewhere: asking (`super::ask`), explaining
//! (`super::conflict`), importing (`super::imports`). Start reading at [`Subject::check`].

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::resolve::{self, Answer, Conflict, Solved};
use uplift_facts::tree::Tree;
use uplift_model::compatibility::{Cause, CauseKind, Check, Shift, UnknownExtra, Verdict};
use uplift_model::solution::Change;
use uplift_model::{PackageName, Solution, Version};

use super::ask::Asker;
use super::conflict;
use super::imports::{self, Wish};
use super::overlay::{Root, Wanted};
use super::pages::Pages;
use super::runtimes::Runtime;
use super::words;
use crate::error::EngineError;

/// Rounds of "with that floor as well" before a downgrade is told as it is.
const FLOORS: usize = 4;

/// A component with an overlay, ready to be checked on interpreters.
pub(super) struct Subject<'a> {
    pub(super) doors: &'a Doors,
    pub(super) tree: &'a Tree<'a>,
    pub(super) pages: &'a Pages<'a>,
    pub(super) component: &'a Component,
    /// The component's folder.
    pub(super) directory: PathBuf,
    /// The set as the files have it.
    pub(super) before: Wanted,
    /// The same with the overlay.
    pub(super) after: Wanted,
    /// What the lock holds; empty without one.
    pub(super) locked: Solution,
    pub(super) as_of: Option<String>,
    pub(super) limit: Duration,
    pub(super) wish: Wish,
}

/// A check, and what its matrix rows are made of.
pub(super) struct Checked {
    pub(super) check: Check,
    pub(super) runtime: Runtime,
}

impl Subject<'_> {
    /// Asks for the complete set on `runtime`.
    ///
    /// # Errors
    /// When the resolver or the index did not answer.
    pub(super) fn check(&self, runtime: &Runtime) -> Result<Checked, EngineError> {
        let asker = Asker {
            doors: self.doors,
            pages: self.pages,
            runtime,
            directory: &self.directory,
            as_of: self.as_of.clone(),
            limit: self.limit,
            asked: Cell::new(0),
            unbuilt: RefCell::default(),
        };
        let mut check = match asker.ask(&self.after.roots, &self.after.constraints, &self.preferences())? {
            Answer::Refused(refused) => self.refused(&asker, refused)?,
            Answer::Solved(solved) => self.solved(&asker, solved)?,
        };
        check.asked = asker.asked.get();
        check.paragraph = words::paragraph(&check, &self.after.roots);
        Ok(Checked { check, runtime: runtime.clone() })
    }

    /// The overlay names the package.
    fn is_named(&self, name: &PackageName) -> bool {
        self.after.overlay.iter().any(|o| o.name == name.as_str())
    }

    /// Versions of the lock are kept where nothing forbids it; without a lock a fresh install takes the newest.
    fn preferences(&self) -> Vec<String> {
        let mut kept = self.locked.clone();
        kept.packages.retain(|name, _| !self.is_named(name));
        resolve::preferences(&kept)
    }

    fn blank(runtime: &Runtime, verdict: Verdict) -> Check {
        Check {
            runtime: runtime.name.clone(),
            present: runtime.present,
            verdict,
            paragraph: String::new(),
            causes: Vec::new(),
            warnings: Vec::new(),
            solution: BTreeMap::new(),
            induced: Vec::new(),
            downgrades: Vec::new(),
            unknown_extras: Vec::new(),
            imports: Vec::new(),
            asked: 0,
        }
    }

    fn refused(&self, asker: &Asker<'_>, refused: Conflict) -> Result<Check, EngineError> {
        let mut check = Self::blank(asker.runtime, Verdict::Unsat);
        if refused.is_silence() {
            check.verdict = Verdict::NotChecked;
            check.causes.push(Cause { kind: CauseKind::Unexplained, constraints: Vec::new(), sentence: refused.text });
            return Ok(check);
        }
        check.causes = conflict::explain(asker, &self.after.roots, &self.after.constraints, refused)?;
        if check.causes.iter().all(|c| c.kind == CauseKind::SourcesOnly) {
            check.verdict = Verdict::NotChecked;
        }
        Ok(check)
    }

    fn solved(&self, asker: &Asker<'_>, solved: Solved) -> Result<Check, EngineError> {
        let mut check = Self::blank(asker.runtime, Verdict::Sat);
        let base = self.base(asker)?;
        let solved = self.kept_up(asker, &base.solution, solved, &mut check)?;
        let shift = |c: &Change| Shift {
            name: c.name.to_string(),
            from: c.from.as_ref().map(ToString::to_string),
            to: c.to.as_ref().map(ToString::to_string),
            named: self.is_named(&c.name),
        };
        check.downgrades = base.solution.downgrades(&solved.solution).iter().map(shift).collect();
        check.causes.extend(check.downgrades.iter().filter(|s| s.named).map(words::asked_below));
        let is_stated = |s: &Shift| s.named || self.after.roots.iter().any(|r| r.name.as_str() == s.name);
        if check.downgrades.iter().any(is_stated) {
            check.verdict = Verdict::Downgrade;
        }
        if base.known {
            check.induced = base.solution.changes(&solved.solution).iter().map(shift).filter(|s| !s.named).collect();
        }
        let extra = |(name, version, extra): &(PackageName, Version, String)| UnknownExtra {
            name: name.to_string(),
            version: version.to_string(),
            extra: extra.clone(),
        };
        check.unknown_extras = solved.unknown_extras.iter().map(extra).collect();
        check.solution = solved.solution.packages.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        check.solution.extend(solved.solution.urls.iter().map(|(n, u)| (n.to_string(), u.clone())));
        self.import(asker, &base, &solved, &mut check)?;
        Ok(check)
    }

    /// The solution with nothing below its present version, as far as that can be. What must go back is told with the
    /// reason: as a cause where the project states the package, as a warning where it only comes along.
    fn kept_up(
        &self,
        asker: &Asker<'_>,
        base: &Solution,
        mut solved: Solved,
        check: &mut Check,
    ) -> Result<Solved, EngineError> {
        let floor = |change: &Change| floor(&change.name, change.from.as_ref()?);
        let with = |floors: &[Root]| self.after.roots.iter().chain(floors).cloned().collect::<Vec<Root>>();
        let mut floors: Vec<Root> = Vec::new();
        for _ in 0..FLOORS {
            let lowered = base.downgrades(&solved.solution).into_iter().filter(|c| !self.is_named(&c.name));
            let (stated, along): (Vec<_>, Vec<_>) =
                lowered.partition(|c| self.after.roots.iter().any(|r| r.name == c.name));
            if stated.is_empty() && along.is_empty() {
                break;
            }
            // A resolver may go back for no reason that holds: with floors it tells whether it must.
            let all: Vec<Root> = floors.iter().cloned().chain(stated.iter().chain(&along).filter_map(floor)).collect();
            let refused = match asker.ask(&with(&all), &self.after.constraints, &self.preferences())? {
                Answer::Solved(higher) => {
                    (solved, floors) = (higher, all);
                    continue;
                }
                Answer::Refused(refused) => refused,
            };
            if stated.is_empty() {
                let why = conflict::explain(asker, &with(&all), &self.after.constraints, refused)?;
                check.warnings.extend(why.into_iter().map(|cause| words::downgrade(&along, cause)));
                break;
            }
            let some: Vec<Root> = floors.iter().cloned().chain(stated.iter().filter_map(floor)).collect();
            match asker.ask(&with(&some), &self.after.constraints, &self.preferences())? {
                Answer::Solved(higher) => (solved, floors) = (higher, some),
                Answer::Refused(refused) => {
                    let why = conflict::explain(asker, &with(&some), &self.after.constraints, refused)?;
                    check.causes.extend(why.into_iter().map(|cause| words::downgrade(&stated, cause)));
                    break;
                }
            }
        }
        Ok(solved)
    }

    fn import(&self, asker: &Asker<'_>, base: &Base, solved: &Solved, check: &mut Check) -> Result<(), EngineError> {
        let crossed = imports::crossed(self.pages, &base.solution, solved);
        if !self.wish.asked() && crossed.is_empty() {
            return Ok(());
        }
        if self.wish.none {
            check.warnings.push(Cause {
                kind: CauseKind::Import,
                constraints: Vec::new(),
                sentence: format!("imports were not tried, as asked: {}", imports::told(&crossed)),
            });
            check.verdict = check.verdict.max(Verdict::NotChecked);
            return Ok(());
        }
        if !asker.runtime.present {
            let what = if crossed.is_empty() { String::new() } else { format!(" ({})", imports::told(&crossed)) };
            check.warnings.push(Cause {
                kind: CauseKind::Import,
                constraints: Vec::new(),
                sentence: format!(
                    "imports were not checked{what}: Python {} is not on this machine",
                    asker.runtime.name
                ),
            });
            if self.wish.asked() {
                check.verdict = check.verdict.max(Verdict::NotChecked);
            }
            return Ok(());
        }
        let outcome = imports::run(self, asker, base.known.then_some(&base.solution), solved, &crossed)?;
        check.imports = outcome.imports;
        if let Some(why) = outcome.not_run {
            check.warnings.push(Cause { kind: CauseKind::Import, constraints: Vec::new(), sentence: why });
            check.verdict = check.verdict.max(Verdict::NotChecked);
        }
        if !outcome.causes.is_empty() {
            check.verdict = check.verdict.max(Verdict::ImportFails);
            check.causes.extend(outcome.causes);
        }
        Ok(())
    }

    /// The set as it stands without the overlay: the lock, else what the resolver makes of the files.
    fn base(&self, asker: &Asker<'_>) -> Result<Base, EngineError> {
        if !self.locked.packages.is_empty() {
            return Ok(Base { solution: self.locked.clone(), known: true });
        }
        let mut pinned = Solution::default();
        pinned.packages.extend(self.before.roots.iter().filter_map(|r| Some((r.name.clone(), r.pinned()?))));
        if self.after.overlay.is_empty() || self.before.roots.is_empty() {
            return Ok(Base { solution: pinned, known: false });
        }
        Ok(match asker.ask(&self.before.roots, &self.before.constraints, &[])? {
            Answer::Solved(solved) => Base { solution: solved.solution, known: true },
            // Nothing stands as it is; the pins still say what must not be lowered.
            Answer::Refused(_) => Base { solution: pinned, known: false },
        })
    }
}

/// What the overlay is compared with.
struct Base {
    solution: Solution,
    /// False: only the pins are known, or there is nothing to compare with.
    known: bool,
}

fn floor(name: &PackageName, version: &Version) -> Option<Root> {
    Some(Root {
        name: name.clone(),
        extras: Vec::new(),
        specifier: format!(">={version}"),
        url: false,
        marker: None,
        place: words::FLOOR.to_owned(),
        named: false,
    })
}

/// The solution of a lock, as far as it pins versions.
pub(super) fn locked(component: &Component) -> Solution {
    let mut solution = Solution::default();
    for pin in component.locked.iter().flatten() {
        match (&pin.version, &pin.url) {
            (_, Some(url)) => drop(solution.urls.insert(pin.name.clone(), url.clone())),
            (Some(version), None) => drop(solution.packages.insert(pin.name.clone(), version.clone())),
            (None, None) => {}
        }
    }
    solution
}
