//! What a package that moves needs itself: held against the copies of the lock, and moved where they do not fit.
//!
//! Lives here: following the dependencies of what moves, down to copies that stay. Lives elsewhere: peers and engines
//! (`ecosystems::javascript::peers`), the verdict (`super`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use uplift_ecosystems::javascript::lockfile::{Lock, LockKind};
use uplift_ecosystems::javascript::peers::{Member, Set};
use uplift_model::compatibility::{Cause, CauseKind, Constraint, Shift};
use uplift_model::semver::Version;

use super::asked::{Asked, shown};
use super::documents::Documents;

/// Packages that are followed, at most; behind them nothing is concluded.
const FOLLOWED: usize = 400;
/// Walks until nothing more gives way.
const WALKS: usize = 4;

/// What comes along.
#[derive(Debug, Default)]
pub(super) struct Carried {
    pub(super) shifts: Vec<Shift>,
    /// Needs that no release fulfils.
    pub(super) refused: Vec<Cause>,
    /// What could not be found out, one sentence each.
    pub(super) unknown: Vec<String>,
    /// Everything that was followed, what was named among it.
    pub(super) moved: Vec<Moved>,
    /// Positions of the lock's copies that others took the place of.
    pub(super) gone: BTreeSet<usize>,
}

/// A package at the version that it moves to.
#[derive(Debug, Clone)]
pub(super) struct Moved {
    /// As it is installed.
    pub(super) name: String,
    /// As the registry knows it.
    pub(super) real: String,
    pub(super) version: Version,
}

/// A package that moves, and the copy of the lock that it takes the place of.
struct Mover {
    /// As it is installed.
    name: String,
    /// As the registry knows it.
    real: String,
    version: Version,
    was: Option<usize>,
}

/// Where the walk stands.
pub(super) struct Walk<'a, 'd> {
    pub(super) documents: &'a mut Documents<'d>,
    pub(super) lock: &'a Lock,
    /// Of the member of the workspace that is looked at.
    pub(super) folder: &'a str,
    pub(super) node: Option<&'a Version>,
    /// Names of the project with the packages that they stand for, where these are others.
    pub(super) aliases: &'a BTreeMap<String, String>,
}

impl Walk<'_, '_> {
    /// Follows what `names` need in the versions of `after`, which gets what takes the place of its own packages.
    pub(super) fn follow(mut self, names: impl Iterator<Item = String>, after: &mut Set) -> Carried {
        let names: Vec<String> = names.collect();
        // A copy gives way once everybody who needs it has moved, and that is known at the end of a walk only.
        let mut moved = BTreeSet::new();
        for _ in 0..WALKS {
            let mut set = after.clone();
            let (carried, gone) = self.walk(&names, &mut set, &moved);
            if gone == moved {
                *after = set;
                return Carried { gone, ..carried };
            }
            moved = gone;
        }
        let (carried, gone) = self.walk(&names, after, &BTreeSet::new());
        Carried { gone, ..carried }
    }

    /// One walk, and the copies of the lock that it replaces; `moved`: those that are taken to be replaced from the start.
    fn walk(&mut self, names: &[String], after: &mut Set, moved: &BTreeSet<usize>) -> (Carried, BTreeSet<usize>) {
        let mut carried = Carried::default();
        let mut gone: BTreeSet<usize> = BTreeSet::new();
        let mut open: VecDeque<Mover> = VecDeque::new();
        for name in names {
            let Some(version) = after.members.get(name).map(|member| member.version.clone()) else { continue };
            let was = self.lock.imported(self.folder, name).map(|(at, _)| at);
            let stays =
                was.and_then(|at| self.lock.packages.get(at)).is_some_and(|p| p.version.as_ref() == Some(&version));
            if !stays {
                gone.extend(was);
                let real = self.aliases.get(name).unwrap_or(name).clone();
                open.push_back(Mover { name: name.clone(), real, version, was });
            }
        }
        let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
        while let Some(mover) = open.pop_front() {
            if seen.len() > FOLLOWED {
                carried.unknown.push(format!("more than {FOLLOWED} packages would come along"));
                break;
            }
            if !seen.insert((mover.name.clone(), mover.version.to_string())) {
                continue;
            }
            carried.moved.push(Moved {
                name: mover.name.clone(),
                real: mover.real.clone(),
                version: mover.version.clone(),
            });
            let by = format!("{}@{}", shown(&mover.name, &mover.real), mover.version);
            let needs = match self.documents.of(&mover.real) {
                Ok(document) => document.and_then(|d| d.release(&mover.version)).map(|r| r.dependencies.clone()),
                Err(why) => {
                    carried.unknown.push(format!("what {by} needs was not retrieved: {why}"));
                    continue;
                }
            };
            let Some(needs) = needs else {
                carried.unknown.push(format!("the registry does not say what {by} needs"));
                continue;
            };
            let mut wanted = Vec::new();
            for (name, text) in needs {
                match Asked::read(&name, &text) {
                    Some(asked) if self.there(&name, &asked, after) => {}
                    Some(asked) => wanted.push((name, text, asked)),
                    None => {
                        carried.unknown.push(format!("{by} needs {name}@{text}, which is no range of the registry"))
                    }
                }
            }
            self.documents.load(wanted.iter().map(|(.., asked)| asked.real.clone()).collect::<Vec<_>>());
            for (name, text, asked) in wanted {
                let member = match self.documents.of(&asked.real) {
                    Ok(document) => document.and_then(|d| asked.pick(d, self.node)).map(Member::from),
                    Err(why) => {
                        let name = shown(&name, &asked.real);
                        carried.unknown.push(format!("{name}, which {by} needs, was not retrieved: {why}"));
                        continue;
                    }
                };
                let Some(member) = member else {
                    carried.refused.push(refused(&by, &name, &text, &asked.real));
                    continue;
                };
                let old = self.copy_of(&mover, &name);
                let version = member.version.clone();
                let away = |by: &usize| gone.contains(by) || moved.contains(by);
                let replaces = old.filter(|at| !gone.contains(at) && self.gives_way(*at, &asked.real, &version, &away));
                let real = asked.real.clone();
                let both = shown(&name, &real);
                open.push_back(Mover { name: name.clone(), real, version: version.clone(), was: replaces.or(old) });
                let was = old.and_then(|at| self.lock.packages.get(at)).and_then(|p| p.version.clone());
                let at_top = after.members.get(&name).map(|m| m.version.clone());
                let shift = match replaces {
                    Some(at) => {
                        gone.insert(at);
                        if at_top == was {
                            after.insert(name.clone(), member);
                        }
                        let from = was.map(|v| v.to_string());
                        Shift { name: both, from, to: Some(version.to_string()), named: false }
                    }
                    None if at_top.is_none() => {
                        if self.lock.kind == LockKind::Npm {
                            after.insert(name.clone(), member);
                        }
                        Shift { name: both, from: None, to: Some(version.to_string()), named: false }
                    }
                    // Others need the copy that is there: a second one comes beside it.
                    None => Shift {
                        name: format!("{name} (for {})", mover.name),
                        from: None,
                        to: Some(version.to_string()),
                        named: false,
                    },
                };
                let again = |known: &Shift| {
                    let base = |shift: &Shift| shift.name.split(' ').next().unwrap_or_default().to_owned();
                    known.to == shift.to && base(known) == base(&shift)
                };
                if !carried.shifts.iter().any(again) {
                    carried.shifts.push(shift);
                }
            }
        }
        carried.shifts.sort_by(|a, b| a.name.cmp(&b.name));
        (carried, gone)
    }

    /// Whether a copy that fits is there already: at the top with npm, anywhere in the lock with the others.
    fn there(&self, name: &str, asked: &Asked, after: &Set) -> bool {
        let fits = |version: &Version| asked.fits(version);
        let locked = || self.lock.copies(&asked.real).any(|(_, package)| package.version.as_ref().is_some_and(fits));
        // Another package may lie under the same name.
        let other = |version: &Version| {
            let top = self.lock.imported(self.folder, name).map(|(_, package)| package);
            top.is_some_and(|p| p.version.as_ref() == Some(version) && p.name != asked.real)
        };
        after.members.get(name).is_some_and(|member| fits(&member.version) && !other(&member.version))
            || self.lock.kind != LockKind::Npm && locked()
    }

    /// The copy of `name` that the old version of `mover` has, else the one at the top.
    fn copy_of(&self, mover: &Mover, name: &str) -> Option<usize> {
        let edges = mover.was.and_then(|at| self.lock.packages.get(at)).map(|p| p.needs.as_slice()).unwrap_or_default();
        let own = edges.iter().find(|edge| edge.name == name).and_then(|edge| edge.to);
        own.or_else(|| self.lock.imported(self.folder, name).map(|(at, _)| at))
    }

    /// Whether everybody who needs a copy moves as well or takes the new version.
    fn gives_way(&self, at: usize, real: &str, version: &Version, away: &dyn Fn(&usize) -> bool) -> bool {
        self.lock.dependents(at).into_iter().filter(|by| !away(by)).all(|by| {
            let edges = self.lock.packages.get(by).map(|p| p.needs.as_slice()).unwrap_or_default();
            edges.iter().filter(|edge| edge.to == Some(at)).all(|edge| {
                Asked::read(&edge.name, &edge.range)
                    .is_some_and(|asked| asked.real == real && asked.range().is_some() && asked.fits(version))
            })
        })
    }
}

fn refused(by: &str, name: &str, range: &str, real: &str) -> Cause {
    Cause {
        kind: CauseKind::NeverReleased,
        constraints: vec![Constraint {
            by: Some(by.to_owned()),
            place: None,
            on: name.to_owned(),
            requires: format!("{name}@{range}"),
        }],
        sentence: format!("{by} needs {name}@{range}, and no release of {real} fulfils that"),
    }
}
