//! Why a set has no solution: the smallest part of it that has none, and the constraints that collide in it.
//!
//! Lives here: shrinking (the resolver is asked again about parts of the set) and naming the constraints from metadata.
//! Lives elsewhere: the asking (`super::ask`), how it is told (`super::words`). Start reading at [`explain`].

use uplift_ecosystems::python::resolve::{self, Claim, Conflict};
use uplift_model::compatibility::{Cause, CauseKind, Constraint};
use uplift_model::{PackageName, Version};

use super::ask::Asker;
use super::overlay::Root;
use super::pages::Standing;
use super::runtimes::Runtime;
use crate::error::EngineError;

/// Questions that one explanation may cost.
const BUDGET: u32 = 25;
/// Packages that are asked about alone.
const ALONE: usize = 6;

/// What collides in `roots`, which the resolver refused with `conflict`. Never empty.
///
/// # Errors
/// Those of the resolver.
pub(super) fn explain(
    asker: &Asker<'_>,
    roots: &[Root],
    constraints: &[String],
    conflict: Conflict,
) -> Result<Vec<Cause>, EngineError> {
    let until = asker.asked.get() + BUDGET;
    asker.pages.load(roots.iter().filter(|r| !r.url).map(|r| r.name.clone()));
    let mut causes = Vec::new();
    let mut rest = Vec::new();
    for root in roots {
        match alone(asker, root) {
            Some(_)
                if causes
                    .iter()
                    .filter(|c: &&Cause| c.constraints.iter().any(|k| k.on == root.name.as_str()))
                    .count()
                    > 0 => {}
            // Another place than the index (a folder of wheels) may have it: the resolver has the last word.
            Some(cause)
                if causes.len() >= ALONE || asker.refusal(std::slice::from_ref(root), constraints)?.is_some() =>
            {
                causes.push(cause);
            }
            _ => rest.push(root.clone()),
        }
    }
    let conflict = if causes.is_empty() {
        conflict
    } else {
        match asker.refusal(&rest, constraints)? {
            None => return Ok(causes),
            Some(more) => more,
        }
    };
    let (core, conflict) = shrink(asker, rest, constraints, conflict, until)?;
    causes.push(collision(asker, &core, &conflict));
    Ok(causes)
}

/// Why a single requirement can never be met here, whatever the others say.
fn alone(asker: &Asker<'_>, root: &Root) -> Option<Cause> {
    if root.url || root.marker.is_some() {
        return None;
    }
    let version = root.pinned()?;
    let standing = asker.pages.standing(&root.name, &version, &asker.runtime.tags());
    let (kind, requires) = of_standing(&root.name, &version, &standing, asker.runtime)?;
    let own = root.constraint();
    let sentence = match kind {
        CauseKind::RequiresPython | CauseKind::WheelTags => format!("{requires} ({})", own.words()),
        _ => format!("{} but {requires}", own.words()),
    };
    Some(Cause { kind, constraints: vec![own], sentence })
}

/// The kind and the words for a release that cannot be had: `faiss-cpu==1.7.4 has no cp312 wheel (…)`.
pub(super) fn of_standing(
    name: &PackageName,
    version: &Version,
    standing: &Standing,
    runtime: &Runtime,
) -> Option<(CauseKind, String)> {
    let tag = format!("cp{}", runtime.interpreter.minor().replace('.', ""));
    Some(match standing {
        Standing::Wheel | Standing::Sources(_) | Standing::Unknown(_) => return None,
        Standing::NoSuchPackage => (CauseKind::NoSuchPackage, format!("the index has no package {name}")),
        Standing::NeverReleased { last, line } => {
            let last = last.as_ref().map_or_else(
                || format!("there is no release {line} at all"),
                |last| format!("{last} is the last {line}"),
            );
            (CauseKind::NeverReleased, format!("{name}=={version} was never released ({last})"))
        }
        Standing::OtherPython { requires } => {
            (CauseKind::RequiresPython, format!("{name}=={version} requires Python {requires}"))
        }
        Standing::OtherTags { exist } => {
            (CauseKind::WheelTags, format!("{name}=={version} has no {tag} wheel, only {}", exist.join(", ")))
        }
    })
}

/// A part of `roots` that is refused, and of which every member is needed for that as far as the budget went.
fn shrink(
    asker: &Asker<'_>,
    roots: Vec<Root>,
    constraints: &[String],
    conflict: Conflict,
    until: u32,
) -> Result<(Vec<Root>, Conflict), EngineError> {
    let mut left = roots;
    let mut last = conflict;
    // What the derivation speaks of is nearly always enough.
    let spoken: Vec<Root> = left.iter().filter(|r| resolve::mentions(&last.text, &r.name)).cloned().collect();
    if !spoken.is_empty()
        && spoken.len() < left.len()
        && let Some(refused) = asker.refusal(&spoken, constraints)?
    {
        (left, last) = (spoken, refused);
    }
    // What the overlay names is taken out last, so that the explanation speaks of it where it can.
    left.sort_by_key(|r| r.named);
    let mut size = left.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        while at < left.len() && asker.asked.get() < until {
            let end = (at + size).min(left.len());
            let without: Vec<Root> =
                left.iter().enumerate().filter(|(i, _)| !(at..end).contains(i)).map(|(_, r)| r.clone()).collect();
            match if without.is_empty() { None } else { asker.refusal(&without, constraints)? } {
                Some(refused) => (left, last) = (without, refused),
                None => at = end,
            }
        }
        if size == 1 || asker.asked.get() >= until {
            return Ok((left, last));
        }
        size = (size / 2).max(1);
    }
}

/// The constraints that collide in a minimal set.
fn collision(asker: &Asker<'_>, core: &[Root], conflict: &Conflict) -> Cause {
    let unbuilt: Vec<Cause> = asker
        .unbuilt
        .borrow()
        .iter()
        .filter(|(name, _)| conflict.wants_wheels.contains(name))
        .map(|(name, why)| {
            let own = core.iter().find(|r| r.name == *name).map(Root::constraint);
            Cause { kind: CauseKind::SourcesOnly, constraints: own.into_iter().collect(), sentence: why.clone() }
        })
        .collect();
    if let Some(cause) = unbuilt.into_iter().next() {
        return cause;
    }
    let all = constraints_of(asker, core, conflict);
    let mut targets: Vec<&str> = all.iter().map(|k| k.constraint.on.as_str()).collect();
    targets.sort_unstable();
    targets.dedup();
    for target in targets {
        if let Some(cause) = on_one(asker, target, &all) {
            return cause;
        }
    }
    from_derivation(core, conflict)
}

/// One constraint and what it admits.
struct Known {
    constraint: Constraint,
    /// On PEP 440's grammar; empty: any.
    specifier: String,
    /// The roots' own requirements are what the project can change.
    own: bool,
}

/// What the members of the core say of packages: themselves, and by the metadata of the version that they come to.
fn constraints_of(asker: &Asker<'_>, core: &[Root], conflict: &Conflict) -> Vec<Known> {
    let tags = asker.runtime.tags();
    let Some(environment) = asker.runtime.environment() else { return Vec::new() };
    let mut all: Vec<Known> = Vec::new();
    let mut releases = Vec::new();
    for root in core.iter().filter(|r| !r.url) {
        all.push(Known { constraint: root.constraint(), specifier: root.specifier.clone(), own: true });
        // An open range stands for the newest release that it admits.
        let newest =
            || asker.pages.installable(&root.name, &tags).into_iter().rfind(|v| root.admits(v) && !v.is_prerelease());
        releases.extend(root.pinned().or_else(newest).map(|version| (root, version)));
    }
    asker.pages.load_metadata(releases.iter().map(|(root, version)| (root.name.clone(), version.clone())));
    for (root, version) in releases {
        let Some(metadata) = asker.pages.metadata(&root.name, &version) else {
            // The index serves none: the resolver has read them and says what counts.
            all.extend(resolve::claims(&conflict.text).into_iter().filter(|c| c.name == root.name).map(|claim| {
                Known {
                    specifier: claim
                        .on
                        .find(['=', '<', '>', '!', '~'])
                        .and_then(|at| claim.on.get(at..))
                        .unwrap_or_default()
                        .to_owned(),
                    constraint: claimed(claim, core),
                    own: false,
                }
            }));
            continue;
        };
        for required in metadata.on(&environment, &root.extras) {
            let constraint = Constraint {
                by: Some(format!("{}=={version}", root.name)),
                place: Some(root.place.clone()),
                on: required.name.to_string(),
                requires: required.text(),
            };
            all.push(Known { constraint, specifier: required.specifier.clone(), own: false });
        }
    }
    all
}

/// The smallest part of the constraints on `target` that no release of it fulfils.
fn on_one(asker: &Asker<'_>, target: &str, all: &[Known]) -> Option<Cause> {
    let name = PackageName::new(target).ok()?;
    let mut on: Vec<&Known> = all.iter().filter(|k| k.constraint.on == target && !k.specifier.is_empty()).collect();
    if on.iter().all(|k| k.own) {
        return None;
    }
    let releases = asker.pages.installable(&name, &asker.runtime.tags());
    let admits = |k: &Known, v: &Version| uplift_ecosystems::python::manifest::admits(&k.specifier, v);
    let none = |on: &[&Known]| !releases.iter().any(|v| on.iter().all(|k| admits(k, v)));
    if !none(&on) {
        return None;
    }
    let mut at = 0;
    while at < on.len() {
        let mut without = on.clone();
        without.remove(at);
        if !without.is_empty() && none(&without) { on = without } else { at += 1 }
    }
    // Said by packages first, then what the project says.
    on.sort_by_key(|k| k.own);
    let constraints: Vec<Constraint> = on.iter().map(|k| k.constraint.clone()).collect();
    let words: Vec<String> = constraints.iter().map(Constraint::words).collect();
    let sentence = match words.as_slice() {
        [only] => format!("{only}, and there is no such release of {target}"),
        _ => words.join(", but "),
    };
    Some(Cause { kind: CauseKind::Requirements, constraints, sentence })
}

/// The resolver's own claims, where metadata do not show the collision on one package.
fn from_derivation(core: &[Root], conflict: &Conflict) -> Cause {
    let mut constraints: Vec<Constraint> =
        resolve::claims(&conflict.text).into_iter().map(|claim| claimed(claim, core)).collect();
    let kind = if constraints.is_empty() { CauseKind::Unexplained } else { CauseKind::Requirements };
    constraints.extend(core.iter().map(Root::constraint));
    // Of a single requirement the rest of the story lies deeper down, and only the derivation tells it.
    let sentence = if kind == CauseKind::Unexplained || core.len() == 1 {
        own_words(&conflict.text)
    } else {
        constraints.iter().map(Constraint::words).collect::<Vec<_>>().join("; ")
    };
    Cause { kind, constraints, sentence }
}

fn claimed(claim: Claim, core: &[Root]) -> Constraint {
    let end = claim.on.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(claim.on.len());
    let on = claim.on.get(..end).unwrap_or_default();
    Constraint {
        by: Some(claim.by),
        place: core.iter().find(|r| r.name == claim.name).map(|r| r.place.clone()),
        on: PackageName::new(on).map_or_else(|_| on.to_owned(), |n| n.to_string()),
        requires: claim.on,
    }
}

/// The derivation without what every derivation starts with.
pub(super) fn own_words(text: &str) -> String {
    let text = text.split(" hint: ").next().unwrap_or(text);
    let text = text.split_once("cause: ").or_else(|| text.split_once("dependencies: ")).map_or(text, |(_, t)| t);
    text.trim().to_owned()
}
