//! Where a package that the project does not state itself may lie: npm nests it, and what it wants beside itself, below
//! whoever needs it, so a peer is violated only when no such place gives it what it wants.
//!
//! Lives elsewhere: the peers of what lies at the top (`ecosystems::javascript::peers`), what comes along (`super::carried`).

use std::collections::BTreeSet;

use uplift_ecosystems::javascript::lockfile::{EdgeKind, Lock, LockKind, Package};
use uplift_ecosystems::javascript::peers::{Kind, Set, Violation, peer_admits};
use uplift_model::compatibility::Shift;
use uplift_model::semver::Version;

use super::asked::Asked;
use super::carried::Moved;
use super::documents::Documents;

/// Peers of peers that are followed upwards, at most.
const DEPTH: usize = 12;

/// The packages after a move, with who needs whom.
pub(super) struct Nest<'a, 'd> {
    pub(super) documents: &'a mut Documents<'d>,
    pub(super) lock: &'a Lock,
    pub(super) moved: &'a [Moved],
    /// Positions in the lock that nothing needs any more.
    pub(super) gone: &'a BTreeSet<usize>,
    /// What the project states, the overlay names, or others brought in as a peer: it lies at the top.
    pub(super) stated: &'a BTreeSet<String>,
    pub(super) after: &'a Set,
}

/// Somebody who needs a package.
struct Dependent {
    name: String,
    version: Option<Version>,
    member: bool,
    /// As it is installed, what stands behind it, and whether it is a peer.
    needs: Vec<(String, String, bool)>,
}

impl Nest<'_, '_> {
    /// Whether npm finds a place for the package of a violation where its peer fits.
    pub(super) fn settles(&mut self, violation: &Violation) -> bool {
        let Violation { package, version, kind, wants, range, .. } = violation;
        *kind == Kind::Peer && (self.nests(package, version, wants, range, DEPTH) || self.makes_room(wants, range))
    }

    /// The second copy that a settled violation brings, unless one of `brought` is it already.
    pub(super) fn copy(&mut self, settled: &Violation, brought: &[Shift]) -> Option<Shift> {
        let Violation { package, wants, range, .. } = settled;
        let fits = |text: &str| Version::new(text).is_ok_and(|version| peer_admits(range, &version));
        let there = |shift: &Shift| {
            shift.name.split(' ').next() == Some(wants.as_str()) && shift.to.as_deref().is_some_and(fits)
        };
        if brought.iter().any(there) {
            return None;
        }
        let asked = Asked::read(wants, range)?;
        let version = asked.pick(self.documents.of(&asked.real).ok()??, None)?.version.to_string();
        Some(Shift { name: format!("{wants} (for {package})"), from: None, to: Some(version), named: false })
    }

    /// Whether every dependent of `package` can have its own copy, with a `peer` beside it that `range` admits.
    fn nests(&mut self, package: &str, version: &Version, peer: &str, range: &str, depth: usize) -> bool {
        if depth == 0 || self.at_top(package, version) {
            return false;
        }
        let dependents = self.dependents(package, version);
        !dependents.is_empty() && dependents.iter().all(|by| self.provides(by, package, peer, range, depth))
    }

    fn provides(&mut self, by: &Dependent, package: &str, peer: &str, range: &str, depth: usize) -> bool {
        let need = |name: &str| by.needs.iter().find(|(n, ..)| n == name).map(|(_, text, peer)| (text.clone(), *peer));
        let (Some(version), false) = (&by.version, by.member) else { return false };
        let above = need(package).is_some_and(|(_, peer)| peer);
        match need(peer) {
            // The dependent's own copy is the one that is seen.
            Some((text, false)) if !above => self.released(peer, &[range, &text]),
            None if !above && self.lock.kind == LockKind::Npm => self.released(peer, &[range]),
            // It gets the peer from above as well: the two go down together.
            _ => self.nests(&by.name, version, peer, range, depth - 1),
        }
    }

    /// Whether the copy of `peer` at the top, which the project does not state, can give way to one that fits: those
    /// that need the old one get it nested.
    fn makes_room(&mut self, peer: &str, range: &str) -> bool {
        if self.lock.kind != LockKind::Npm || self.stated.contains(peer) {
            return false;
        }
        let stated = self.after.members.iter().filter(|(name, _)| self.stated.contains(*name));
        let wanted = stated.flat_map(|(_, member)| &member.peers).filter(|p| p.name == peer);
        let ranges: Vec<String> = wanted.map(|p| p.range.clone()).chain([range.to_owned()]).collect();
        self.released(peer, &ranges.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Whether there is a release that all these admit.
    fn released(&mut self, name: &str, ranges: &[&str]) -> bool {
        let asked: Option<Vec<Asked>> = ranges.iter().map(|range| Asked::read(name, range)).collect();
        let Some(asked) = asked else { return false };
        let Some(real) = asked.first().map(|a| a.real.clone()) else { return false };
        let Ok(Some(document)) = self.documents.of(&real) else { return false };
        asked.iter().all(|a| a.real == real)
            && document.releases.iter().any(|r| asked.iter().all(|a| a.fits(&r.version)))
    }

    fn at_top(&self, package: &str, version: &Version) -> bool {
        self.stated.contains(package) && self.after.members.get(package).is_some_and(|m| m.version == *version)
    }

    /// Who gets this version of a package: packages that move, members, and copies of the lock that stay.
    fn dependents(&mut self, package: &str, version: &Version) -> Vec<Dependent> {
        let mut found = Vec::new();
        for moved in self.moved {
            let Ok(Some(document)) = self.documents.of(&moved.real) else { continue };
            let Some(release) = document.release(&moved.version) else { continue };
            let peers = release.peers.iter().map(|p| (p.name.clone(), p.range.clone(), true));
            let plain = release.dependencies.iter().map(|(name, text)| (name.clone(), text.clone(), false));
            let needs = plain.chain(peers).collect();
            found.push(Dependent {
                name: moved.name.clone(),
                version: Some(moved.version.clone()),
                member: false,
                needs,
            });
        }
        let stays = self.lock.packages.iter().enumerate().filter(|(at, _)| !self.gone.contains(at));
        found.extend(stays.map(|(_, package)| of_lock(package)));
        let gets = |(name, text, _): &(String, String, bool)| name == package && peer_admits(text, version);
        found.retain(|by| by.needs.iter().any(gets));
        found
    }
}

fn of_lock(package: &Package) -> Dependent {
    let peer = |kind: EdgeKind| matches!(kind, EdgeKind::Peer | EdgeKind::OptionalPeer);
    let mut needs: Vec<(String, String, bool)> =
        package.needs.iter().map(|edge| (edge.name.clone(), edge.range.clone(), peer(edge.kind))).collect();
    needs.sort_by_key(|(.., peer)| *peer);
    // The last part of a path is the name that it is installed under.
    let name = package.id.rsplit_once("node_modules/").map_or(package.name.as_str(), |(_, name)| name);
    Dependent { name: name.to_owned(), version: package.version.clone(), member: package.is_member(), needs }
}
