//! One JavaScript component with an overlay: peers and engines evaluated here, since npm with a lock only warns.
//!
//! Lives here: the set before and after, and the verdict. Lives elsewhere: peers of one set
//! (`ecosystems::javascript::peers`), locks and registries (`ecosystems::javascript`). Start reading at [`check`].

mod asked;
mod carried;
mod documents;
mod judged;
mod nested;
mod stated;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::javascript::client::Registries;
use uplift_ecosystems::javascript::discover::{Component, ManifestFile};
use uplift_ecosystems::javascript::peers::{Kind, Member, Set, Violation, peer_admits};
use uplift_facts::tree::Tree;
use uplift_model::Ecosystem;
use uplift_model::compatibility::{
    Cause, CauseKind, Check, ComponentCompatibility, Constraint, Family, Overlay, Shift, Verdict,
};
use uplift_model::semver::{Options, Range, Version};

use super::overlay::OverlayItem;
use super::{ValidateRequest, words};
use crate::error::EngineError;
use asked::Asked;
use carried::{Carried, Walk};
use documents::Documents;
use nested::Nest;
use stated::{Stated, asked_for};

/// Peers that are brought in for the sake of others, at most.
const BROUGHT: usize = 40;

/// The state of one check.
struct Look<'a> {
    component: &'a Component,
    items: Vec<&'a OverlayItem>,
    node: Option<(String, Version)>,
    /// What CI, images and manifests state of Node; `None`: one Node was asked for.
    stated: Option<Stated>,
    documents: Documents<'a>,
    /// Names under which the project installs another package, with that package's own.
    aliases: BTreeMap<String, String>,
    notes: Vec<String>,
}

/// Checks the component.
///
/// # Errors
/// When the registry is not known or did not answer for a package of the overlay.
pub(super) fn check(
    request: &ValidateRequest,
    doors: &Doors,
    tree: &Tree,
    component: &Component,
) -> Result<ComponentCompatibility, EngineError> {
    let items: Vec<&OverlayItem> = request.overlay.iter().filter(|i| i.ecosystem == Ecosystem::JavaScript).collect();
    let folder: PathBuf =
        if component.root.is_empty() { tree.root().to_owned() } else { tree.root().join(&component.root) };
    let registries = Registries::load(&doors.clients, Some(&folder))?;
    let documents = Documents { doors, registries, as_of: request.as_of.as_deref(), known: BTreeMap::new() };
    let node = asked_for(request)?;
    let stated = if request.node.is_some() { None } else { Some(Stated::of(tree, component)) };
    let node = match &stated {
        Some(stated) => stated.node(component),
        None => node,
    };
    let mut aliases = asked::aliases(component);
    for item in &items {
        if let Some(asked) = Asked::read(&item.name, &item.specifier).filter(|asked| asked.real != item.name) {
            aliases.insert(item.name.clone(), asked.real);
        }
    }
    let mut look = Look { component, items, node, stated, documents, aliases, notes: component.notes.clone() };
    look.documents.load(look.items.iter().map(|i| look.real(&i.name).to_owned()).collect::<Vec<_>>());
    let folders: Vec<&ManifestFile> = look.component.manifests.iter().collect();
    let mut checks = Vec::new();
    let mut matrix = Vec::new();
    let mut families = Vec::new();
    for file in folders {
        let before = look.before(file)?;
        let (mut check, after) = look.one(file, &before)?;
        check.paragraph = words::paragraph(&check, &[]);
        matrix.extend(look.rows(file, &after, &check));
        families.extend(told::families(&before).into_iter().chain(told::families(&after)));
        checks.push(check);
    }
    families.sort_by(|a: &Family, b| a.members.cmp(&b.members));
    families.dedup_by(|a, b| a.members == b.members);
    let lock = component.lock.as_ref().map(|l| l.path.clone());
    let overlay = look.items.iter().map(|item| look.overlay(item)).collect();
    let verdict = checks.iter().map(|c| c.verdict).max().unwrap_or(Verdict::NotChecked);
    Ok(ComponentCompatibility {
        path: super::shown(&component.root).to_owned(),
        ecosystem: Ecosystem::JavaScript,
        files: component.manifests.iter().map(|m| m.path.clone()).chain(lock).collect(),
        overlay,
        verdict,
        checks,
        window: None,
        matrix,
        families,
        notes: look.notes,
        steps: Vec::new(),
    })
}

impl Look<'_> {
    /// The name under which the registry knows what the project installs under `name`.
    fn real<'n>(&'n self, name: &'n str) -> &'n str {
        self.aliases.get(name).map_or(name, String::as_str)
    }

    fn overlay(&self, item: &OverlayItem) -> Overlay {
        let mut replaces = Vec::new();
        for (file, stated) in self.component.statements().filter(|(_, s)| s.name == item.name) {
            let locked = self.component.locked(file, stated).and_then(|p| p.version.as_ref());
            let locked = locked.map(|v| format!(", locked at {v}")).unwrap_or_default();
            replaces.push(format!("{}@{} ({}:{}{locked})", stated.name, stated.written, file.path, stated.line));
        }
        Overlay { name: item.name.clone(), requirement: format!("{}@{}", item.name, item.specifier), replaces }
    }

    /// What the folder's code sees now: the lock's top, else what the registry gives for the ranges.
    fn before(&mut self, file: &ManifestFile) -> Result<Set, EngineError> {
        if let Some(lock) = &self.component.lock {
            return Ok(Set::of_lock(&lock.lock, &file.folder));
        }
        let ranges: Vec<(String, Range)> =
            file.manifest.stated.iter().filter_map(|s| Some((s.name.clone(), s.specifier.range()?))).collect();
        self.documents.load(ranges.iter().map(|(name, _)| self.real(name).to_owned()).collect::<Vec<_>>());
        let node = self.node.as_ref().map(|(_, version)| version.clone());
        let mut set = Set::default();
        for (name, range) in ranges {
            let real = self.real(&name).to_owned();
            match self.documents.of(&real) {
                Ok(Some(document)) => {
                    if let Some(release) = document.pick(&range, node.as_ref()) {
                        set.insert(name, Member::from(release));
                    }
                }
                Ok(None) => self.notes.push(format!("the registry has no package {}", asked::shown(&name, &real))),
                Err(why) => self.notes.push(format!("{name} was not retrieved: {why}")),
            }
        }
        Ok(set)
    }

    fn one(&mut self, file: &ManifestFile, before: &Set) -> Result<(Check, Set), EngineError> {
        let mut check = told::blank(self.node.as_ref().map_or("any", |(name, _)| name));
        let mut after = before.clone();
        let items = self.items.clone();
        for item in &items {
            match self.chosen(item)? {
                Ok(member) => after.insert(item.name.clone(), member),
                Err(cause) => {
                    check.causes.push(cause);
                    check.verdict = Verdict::Unsat;
                }
            }
        }
        let mut brought = self.bring(&mut after, before, &items);
        let peers: Vec<String> = brought.iter().map(|shift| shift.name.clone()).collect();
        let carried = self.carry(file, &mut after, &items, &brought, &mut check);
        brought.extend(carried.shifts.iter().cloned());
        let mut violations = after.new_peer_violations(before);
        violations.extend(self.below(file, &after, &items, &carried));
        violations.extend(self.unmet(&after, before, &items));
        violations.sort();
        violations.dedup();
        self.settle(file, &after, peers, &carried, &mut violations, &mut brought);
        if !violations.is_empty() {
            check.verdict = check.verdict.max(self.weight(&violations, &after, &items));
            check.causes.extend(violations.iter().map(|v| told::cause(v, &items)));
        }
        for (name, from, to) in before.downgrades(&after) {
            let named = items.iter().any(|i| i.name == name);
            let shift = Shift { name, from: Some(from.to_string()), to: Some(to.to_string()), named };
            check.causes.push(words::asked_below(&shift));
            check.downgrades.push(shift);
            check.verdict = check.verdict.max(Verdict::Downgrade);
        }
        check.induced = brought;
        self.engines(&after, before, &mut check);
        let standing = before.peer_violations();
        if !standing.is_empty() && items.is_empty() {
            check.causes.extend(standing.iter().map(|v| told::cause(v, &items)));
            check.verdict = check.verdict.max(Verdict::PeerViolation);
        } else {
            check.warnings.extend(standing.iter().filter(|v| after.peer_violations().contains(v)).map(|v| {
                let mut known = told::cause(v, &items);
                known.sentence.push_str(" (without the overlay as well)");
                known
            }));
        }
        check.solution = after.members.iter().map(|(name, m)| (name.clone(), m.version.to_string())).collect();
        if file.manifest.stated.is_empty() && items.is_empty() && check.solution.is_empty() {
            check.verdict = Verdict::Sat;
        }
        Ok((check, after))
    }

    /// The release that an overlay's range comes to, or why there is none.
    fn chosen(&mut self, item: &OverlayItem) -> Result<Result<Member, Cause>, EngineError> {
        let node = self.node.as_ref().map(|(_, version)| version.clone());
        let own = Constraint {
            by: None,
            place: Some("--set".to_owned()),
            on: item.name.clone(),
            requires: format!("{}@{}", item.name, item.specifier),
        };
        let because = |kind, sentence| Cause { kind, constraints: vec![own.clone()], sentence };
        let real = self.real(&item.name).to_owned();
        let read = Asked::read(&item.name, &item.specifier);
        let Some(range) = read.as_ref().and_then(Asked::range) else {
            return Err(EngineError::repository(
                format!("`{}` is no range of npm", item.specifier),
                "write it as 7.1.9 or ^7.1.0",
            ));
        };
        let document = match self.documents.of(&real) {
            Ok(Some(document)) => document,
            Ok(None) => {
                return Ok(Err(because(CauseKind::NoSuchPackage, format!("the registry has no package {real}"))));
            }
            Err(why) => {
                return Err(EngineError::Resolve(uplift_ecosystems::python::resolve::ResolveError::Unreachable(
                    format!("{} was not retrieved: {why}", item.name),
                )));
            }
        };
        Ok(document.pick(range, node.as_ref()).map(Member::from).ok_or_else(|| {
            let last = document.newest().map(|r| format!(" (the newest is {})", r.version)).unwrap_or_default();
            because(CauseKind::NeverReleased, format!("no release of {real} fulfils {}{last}", item.specifier))
        }))
    }

    /// Required peers that nothing states: npm installs them by itself, and what they want counts as well.
    fn bring(&mut self, after: &mut Set, before: &Set, items: &[&OverlayItem]) -> Vec<Shift> {
        let mut brought = Vec::new();
        let node = self.node.as_ref().map(|(_, version)| version.clone());
        let before: BTreeSet<(String, String)> =
            before.missing_peers().into_iter().map(|v| (v.package, v.wants)).collect();
        let mut failed = BTreeSet::new();
        for _ in 0..BROUGHT {
            let missing = after.missing_peers();
            let next = missing.into_iter().find(|v| {
                !before.contains(&(v.package.clone(), v.wants.clone()))
                    && !failed.contains(&v.wants)
                    && !items.iter().any(|i| i.name == v.wants)
            });
            let Some(missing) = next else { break };
            let range = Range::parse(&missing.range, Options::LOOSE).ok();
            let found = match (self.documents.of(&missing.wants), range) {
                (Ok(Some(document)), Some(range)) => document.pick(&range, node.as_ref()).map(Member::from),
                _ => None,
            };
            match found {
                Some(member) => {
                    brought.push(Shift {
                        name: missing.wants.clone(),
                        from: None,
                        to: Some(member.version.to_string()),
                        named: false,
                    });
                    after.insert(missing.wants, member);
                }
                None => drop(failed.insert(missing.wants)),
            }
        }
        brought
    }

    /// What the packages that move need besides: a lock holds it for the old ones only.
    fn carry(
        &mut self,
        file: &ManifestFile,
        after: &mut Set,
        items: &[&OverlayItem],
        brought: &[Shift],
        check: &mut Check,
    ) -> Carried {
        let Some(lock) = &self.component.lock else { return Carried::default() };
        let node = self.node.as_ref().map(|(_, version)| version);
        let (lock, folder, aliases) = (&lock.lock, file.folder.as_str(), &self.aliases);
        let walk = Walk { documents: &mut self.documents, lock, folder, node, aliases };
        let names = items.iter().map(|item| item.name.clone()).chain(brought.iter().map(|shift| shift.name.clone()));
        let mut carried = walk.follow(names, after);
        if !carried.refused.is_empty() {
            check.verdict = check.verdict.max(Verdict::Unsat);
            check.causes.append(&mut carried.refused);
        }
        if !carried.unknown.is_empty() {
            check.verdict = check.verdict.max(Verdict::NotChecked);
            let cause = |sentence| Cause { kind: CauseKind::Unexplained, constraints: Vec::new(), sentence };
            check.causes.extend(carried.unknown.drain(..).map(cause));
        }
        carried
    }

    /// Leaves only the violations that no place in the tree settles; the copies that settle the others are `brought`.
    fn settle(
        &mut self,
        file: &ManifestFile,
        after: &Set,
        peers: Vec<String>,
        carried: &Carried,
        violations: &mut Vec<Violation>,
        brought: &mut Vec<Shift>,
    ) {
        let Some(lock) = &self.component.lock else { return };
        let own = file.manifest.stated.iter().map(|s| &s.name).chain(self.items.iter().map(|i| &i.name));
        let stated: BTreeSet<String> = own.cloned().chain(peers).collect();
        let (documents, moved, gone) = (&mut self.documents, carried.moved.as_slice(), &carried.gone);
        let mut nest = Nest { documents, lock: &lock.lock, moved, gone, stated: &stated, after };
        violations.retain(|violation| {
            let settled = nest.settles(violation);
            if settled {
                brought.extend(nest.copy(violation, brought));
            }
            !settled
        });
    }

    /// Packages deeper in the lock whose peer is a package that moves.
    fn below(&self, file: &ManifestFile, after: &Set, items: &[&OverlayItem], carried: &Carried) -> Vec<Violation> {
        let Some(lock) = &self.component.lock else { return Vec::new() };
        let mut found = Vec::new();
        for (_, package) in lock.lock.installed().filter(|(at, _)| !carried.gone.contains(at)) {
            // What lies at the top is part of the set already, and may move itself.
            let Some(version) = package.version.as_ref().filter(|_| !after.members.contains_key(&package.name)) else {
                continue;
            };
            for (edge, _) in package.peers().filter(|(e, _)| items.iter().any(|i| i.name == e.name)) {
                // A copy of its own stays where it is.
                let top = lock.lock.imported(&file.folder, &edge.name).map(|(at, _)| at);
                if edge.to != top {
                    continue;
                }
                let now = edge.to.and_then(|at| lock.lock.packages.get(at)).and_then(|p| p.version.as_ref());
                let then = after.members.get(&edge.name).map(|m| &m.version);
                if let (Some(now), Some(then)) = (now, then)
                    && peer_admits(&edge.range, now)
                    && !peer_admits(&edge.range, then)
                {
                    found.push(Violation {
                        package: package.name.clone(),
                        version: version.clone(),
                        kind: Kind::Peer,
                        wants: edge.name.clone(),
                        range: edge.range.clone(),
                        found: Some(then.clone()),
                    });
                }
            }
        }
        found
    }

    /// Required peers of what was named that could not be brought in.
    fn unmet(&self, after: &Set, before: &Set, items: &[&OverlayItem]) -> Vec<Violation> {
        let known = before.missing_peers();
        let is_known = |v: &Violation| known.iter().any(|k| k.package == v.package && k.wants == v.wants);
        let missing = after.missing_peers().into_iter();
        missing.filter(|v| items.iter().any(|i| i.name == v.package) && !is_known(v)).collect()
    }

    /// npm places a package together with its required peers and refuses when that group does not fit what the project
    /// asks for; a package without any it puts in place, and only warns about those that want another version of it.
    fn weight(&self, violations: &[Violation], after: &Set, items: &[&OverlayItem]) -> Verdict {
        let in_group = |name: &str| {
            items.iter().any(|i| i.name == name)
                && after.members.get(name).is_some_and(|m| m.peers.iter().any(|p| !p.optional))
        };
        let refused = |v: &Violation| in_group(&v.package) || in_group(&v.wants);
        let npm = self.component.manager.tool == "npm";
        if self.component.lock.is_none() || npm && violations.iter().any(refused) {
            Verdict::Unsat
        } else {
            Verdict::PeerViolation
        }
    }
}
