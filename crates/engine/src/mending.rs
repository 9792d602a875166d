//! What mends a set that cannot be installed today: a pin of a version that does not exist, pins that contradict others.
//!
//! Lives here: the fewest of the project's own pins that have to change, and for each the nearest release with which the
//! rest resolves. What the service runs on keeps its version where something else can give way, and nothing that exists
//! is lowered as long as going up helps. Lives elsewhere: what is planned from there on (`crate::planning`); a lock is not
//! mended here, its tool writes it anew. Start reading at [`found`].

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::manifest::{self, Source};
use uplift_ecosystems::python::registry::Release;
use uplift_ecosystems::python::resolve::{self, Answer, Freshness};
use uplift_facts::days;
use uplift_model::analysis::Reason;
use uplift_model::plan::{Edit, Mended, MendedPin};
use uplift_model::{PackageName, Role, Solution, Version};

use crate::age::Day;
use crate::edits;
use crate::error::EngineError;
use crate::index::Index;
use crate::planning::shortened;
use crate::solver::{Solver, Wish, Wishes};
use crate::subject::Tree;

/// Releases that are tried for one pin, nearest first; behind them the resolver chooses.
const TRIED: usize = 40;

/// Manifests by their path, as they become.
pub(crate) type Texts = BTreeMap<String, Vec<u8>>;
/// Pins that have to change, and the refusals that led there.
type Loosened = (BTreeSet<PackageName>, Vec<String>);

/// What mends the set, with the texts of the manifests as they become; `None`: it can be installed, or no change of the
/// project's own pins helps. Versions that were `asked` for are taken where the rest resolves with them.
///
/// # Errors
/// Those of asking the resolver and the index.
pub(crate) fn found(
    solver: &Solver<'_>,
    index: &Index<'_>,
    tree: &Tree<'_>,
    day: Day,
    asked: &BTreeMap<PackageName, String>,
) -> Result<Option<(Mended, Texts)>, EngineError> {
    if solver.pins_everything() {
        return Ok(None);
    }
    let ask = Mending { solver, index, day, asked };
    let Err(refusal) = ask.resolves(&Wishes::new())? else { return Ok(None) };
    let Some((why, pins)) = ask.pins(&refusal)? else { return Ok(None) };
    let moved: Vec<(&PackageName, &Version)> = pins.iter().map(|p| (&p.name, &p.to)).collect();
    let fixed: BTreeSet<PackageName> = solver.constrained().into_iter().collect();
    let bumps = edits::bumps(moved.iter().copied(), &[], &fixed);
    let read = |path: &str| tree.read(path);
    let hashes = edits::hashes(solver.component, &read, index, moved.into_iter())?;
    let edited = edits::edit(solver.component, &read, &bumps, &hashes);
    if edited.files.is_empty() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    let mut texts = BTreeMap::new();
    for file in edited.files {
        let edit = |l: &manifest::EditedLine| Edit {
            file: file.file.clone(),
            line: l.line,
            old: l.old.clone(),
            new: l.new.clone(),
        };
        lines.extend(file.lines.iter().map(edit));
        texts.insert(file.file.clone(), file.text.into_bytes());
    }
    Ok(Some((Mended { why, pins, edits: lines }, texts)))
}

/// Why a run is refused on such a project, with the exact edits.
pub(crate) fn refusal(mended: &Mended, python: &str) -> EngineError {
    let edits: Vec<String> = mended
        .edits
        .iter()
        .map(|edit| {
            format!("{}:{}: write `{}` in place of `{}`", edit.file, edit.line, edit.new.trim(), edit.old.trim())
        })
        .collect();
    EngineError::repository(
        format!("today's set cannot be installed for Python {python}: {}", mended.why),
        format!(
            "{}; commit that and run it again. Until then no test can run, and there would be nothing to judge updates by. \
             `uplift plan` shows what follows it",
            edits.join("; ")
        ),
    )
}

/// An exact pin of the project.
struct Pin {
    version: Version,
    role: Role,
}

struct Mending<'a> {
    solver: &'a Solver<'a>,
    index: &'a Index<'a>,
    day: Day,
    /// `--target`: tried before anything else.
    asked: &'a BTreeMap<PackageName, String>,
}

impl Mending<'_> {
    /// The resolver's refusal where there is one.
    fn resolves(&self, wishes: &Wishes) -> Result<Result<Solution, String>, EngineError> {
        let nothing = Solution::default();
        Ok(match self.solver.solve(wishes, &nothing, &|_| false, Freshness::Index)? {
            Answer::Solved(solved) => Ok(solved.solution),
            Answer::Refused(conflict) => Err(conflict.text),
        })
    }

    /// Why the set is refused, and the pins that have to change.
    fn pins(&self, refusal: &str) -> Result<Option<(String, Vec<MendedPin>)>, EngineError> {
        let own = own_pins(self.solver.component);
        self.index.load(&own.keys().cloned().collect::<Vec<_>>())?;
        let mut gone = BTreeMap::new();
        for (name, pin) in &own {
            if let Some(why) = self.gone(name, &pin.version)? {
                gone.insert(name.clone(), why);
            }
        }
        // Upwards first; only when that does not help may something that exists be lowered.
        for lower in [false, true] {
            let Some((free, because)) = self.loosened(&own, &gone, refusal, lower)? else { continue };
            let pins = self.nearest(&own, &gone, &free, &because, lower)?;
            let why: BTreeSet<&str> = pins.iter().map(|p| p.because.as_str()).collect();
            let why = why.into_iter().collect::<Vec<_>>().join("; ");
            return Ok(Some((why, pins)));
        }
        Ok(None)
    }

    /// Why a version cannot be had; `None`: it can, or the index did not say.
    fn gone(&self, name: &PackageName, version: &Version) -> Result<Option<String>, EngineError> {
        let releases = self.index.releases(name)?;
        if releases.is_empty() {
            return Ok(None);
        }
        let minor = self.solver.interpreter.minor();
        Ok(match releases.iter().find(|r| r.version == *version) {
            None => Some(format!("{name} {version} was never released")),
            Some(release) if !release.installable() => {
                Some(format!("{name} {version} has no distribution for Python {minor}"))
            }
            Some(_) => None,
        })
    }

    /// The fewest pins without which the rest resolves, and the refusals that led there; `None`: no set of them helps.
    fn loosened(
        &self,
        own: &BTreeMap<PackageName, Pin>,
        gone: &BTreeMap<PackageName, String>,
        refusal: &str,
        lower: bool,
    ) -> Result<Option<Loosened>, EngineError> {
        let mut free: BTreeSet<PackageName> = gone.keys().cloned().collect();
        let mut refusals: Vec<String> = if gone.is_empty() { vec![refusal.to_owned()] } else { Vec::new() };
        let wishes = |free: &BTreeSet<PackageName>| -> Wishes {
            free.iter().filter_map(|n| Some((n.clone(), open(own.get(n)?, gone.contains_key(n) || lower)))).collect()
        };
        while let Err(text) = self.resolves(&wishes(&free))? {
            let others = || own.keys().filter(|n| !free.contains(*n));
            let mut more: Vec<PackageName> = others().filter(|n| resolve::mentions(&text, n)).cloned().collect();
            if more.is_empty() {
                more = others().cloned().collect();
            }
            if more.is_empty() {
                return Ok(None);
            }
            free.extend(more);
            if !refusals.contains(&text) {
                refusals.push(text);
            }
        }
        // What the service runs on is put back first, tools of the tests last: whatever cannot be put back has to change.
        let mut order: Vec<&PackageName> = own.keys().filter(|n| free.contains(*n) && !gone.contains_key(*n)).collect();
        order.sort_by_key(|n| (own.get(*n).map(|pin| pin.role), *n));
        for name in order {
            let mut fewer = free.clone();
            fewer.remove(name);
            if self.resolves(&wishes(&fewer))?.is_ok() {
                free = fewer;
            }
        }
        Ok(Some((free, refusals)))
    }

    /// For each loosened pin the nearest release with which the rest resolves.
    fn nearest(
        &self,
        own: &BTreeMap<PackageName, Pin>,
        gone: &BTreeMap<PackageName, String>,
        free: &BTreeSet<PackageName>,
        refusals: &[String],
        lower: bool,
    ) -> Result<Vec<MendedPin>, EngineError> {
        let mut wishes: Wishes =
            free.iter().filter_map(|n| Some((n.clone(), open(own.get(n)?, gone.contains_key(n) || lower)))).collect();
        let mut pins = Vec::new();
        for name in free {
            let Some(pin) = own.get(name) else { continue };
            let releases = self.index.releases(name)?;
            let asked = self.asked.get(name).and_then(|text| Version::new(text).ok());
            let near = self.near(&pin.version, &releases, gone.contains_key(name), lower);
            let mut to = None;
            for version in asked.into_iter().chain(near).take(TRIED) {
                let mut with = wishes.clone();
                with.insert(name.clone(), Wish::Exactly(version.clone()));
                if self.resolves(&with)?.is_ok() {
                    to = Some(version);
                    break;
                }
            }
            if to.is_none() {
                to = self.resolves(&wishes)?.ok().and_then(|solution| solution.version(name).cloned());
            }
            let Some(to) = to else { continue };
            wishes.insert(name.clone(), Wish::Exactly(to.clone()));
            let contradiction = || {
                let about = refusals.iter().find(|text| resolve::mentions(text, name)).or_else(|| refusals.first());
                about.map_or_else(|| "it contradicts another requirement".to_owned(), |text| in_words(text))
            };
            let because = gone.get(name).cloned();
            pins.push(MendedPin {
                name: name.clone(),
                from: pin.version.clone(),
                to,
                reason: if because.is_some() { Reason::Unavailable } else { Reason::Compatibility },
                because: because.unwrap_or_else(contradiction),
            });
        }
        Ok(pins)
    }

    /// Releases by how near they are: those above in the same minor line, for what does not exist those below in it, then
    /// those above, and at last those below where that is allowed.
    fn near(&self, pin: &Version, releases: &[Release], gone: bool, lower: bool) -> Vec<Version> {
        let day = match self.day {
            Day::Past(at) => Some(days::of_seconds(at)),
            Day::Present(_) => None,
        };
        let usable = |r: &&Release| {
            let known =
                |day: &String| r.uploaded.as_deref().is_none_or(|at| at.get(..10).is_none_or(|at| at <= day.as_str()));
            r.installable()
                && r.yanked.is_none()
                && (!r.version.is_prerelease() || pin.is_prerelease())
                && day.as_ref().is_none_or(known)
        };
        let versions: Vec<&Version> =
            releases.iter().filter(usable).map(|r| &r.version).filter(|v| *v != pin).collect();
        let line = |v: &Version| v.line(2) == pin.line(2);
        let above = || versions.iter().filter(|v| **v > pin);
        let below = || versions.iter().rev().filter(|v| **v < pin);
        let mut near: Vec<&Version> = above().filter(|v| line(v)).copied().collect();
        if gone {
            near.extend(below().filter(|v| line(v)).copied());
        }
        near.extend(above().filter(|v| !line(v)).copied());
        if gone || lower {
            near.extend(below().filter(|v| !gone || !line(v)).copied());
        }
        near.into_iter().cloned().collect()
    }
}

/// A refusal as one sentence: what comes before its conclusion.
fn in_words(refusal: &str) -> String {
    let text = shortened(refusal);
    text.strip_prefix("because ").unwrap_or(&text).replace("you require", "the project states")
}

/// The pin as a bound, or none at all.
fn open(pin: &Pin, lower: bool) -> Wish {
    let floor = if lower { Version::new("0").unwrap_or_else(|_| pin.version.clone()) } else { pin.version.clone() };
    Wish::AtLeast(floor)
}

/// Exact pins of the project's own files, each with the role that counts most.
fn own_pins(component: &Component) -> BTreeMap<PackageName, Pin> {
    let roles: BTreeMap<PackageName, Role> =
        component.dependencies(&Solution::default()).into_iter().map(|d| (d.name, d.role)).collect();
    let mut pins = BTreeMap::new();
    for (_, stated) in component.roots() {
        if !matches!(stated.source, Source::Index | Source::Named(_)) {
            continue;
        }
        let Some(version) = manifest::pinned(&stated.pep440) else { continue };
        let role = roles.get(&stated.name).copied().unwrap_or(Role::Runtime);
        pins.insert(stated.name.clone(), Pin { version, role });
    }
    pins
}
