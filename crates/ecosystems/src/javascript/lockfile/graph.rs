//! Who needs whom in a lock: dependents, ways from the project to a package, what is for development only.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{EdgeKind, Lock, LockKind, Origin, Package};

impl Lock {
    /// The member of a folder (empty for the root), with its position.
    pub fn member(&self, folder: &str) -> Option<(usize, &Package)> {
        let is_it = |p: &Package| matches!(&p.origin, Origin::Member { folder: of } if of == folder);
        self.packages.iter().enumerate().find(|(_, p)| is_it(p))
    }

    /// Every member of the workspace, the root among them.
    pub fn members(&self) -> impl Iterator<Item = (usize, &Package)> {
        self.packages.iter().enumerate().filter(|(_, p)| p.is_member())
    }

    /// Every copy that is neither a member nor a link.
    pub fn installed(&self) -> impl Iterator<Item = (usize, &Package)> {
        let real = |p: &Package| !matches!(p.origin, Origin::Member { .. } | Origin::Link { .. });
        self.packages.iter().enumerate().filter(move |(_, p)| real(p))
    }

    /// Every installed copy of a package, by its own name.
    pub fn copies<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (usize, &'a Package)> {
        self.installed().filter(move |(_, p)| p.name == name)
    }

    /// The copy that a member of a folder imports under a name. Locks that do not say what members need are asked for
    /// the copy at the top.
    pub fn imported(&self, folder: &str, name: &str) -> Option<(usize, &Package)> {
        let stated = self.member(folder).and_then(|(_, member)| {
            let edge = member.needs.iter().find(|edge| edge.name == name && edge.to.is_some())?;
            edge.to
        });
        let top = || {
            let id = format!("node_modules/{name}");
            self.packages.iter().position(|p| p.id == id).filter(|_| self.kind == LockKind::Npm)
        };
        let at = stated.or_else(top)?;
        Some((at, self.packages.get(at)?))
    }

    /// Positions of what needs a package, ascending, members among them.
    pub fn dependents(&self, at: usize) -> Vec<usize> {
        let needs_it = |package: &Package| package.needs.iter().any(|edge| edge.to == Some(at));
        self.packages.iter().enumerate().filter(|(_, p)| needs_it(p)).map(|(index, _)| index).collect()
    }

    /// Ways from the project down to a package: for each direct dependency that leads there the shortest one, the
    /// direct one first and the package last; shortest ways first, at most `limit`.
    pub fn ways(&self, at: usize, limit: usize) -> Vec<Vec<usize>> {
        let mut needed_by: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut direct = HashSet::new();
        for (index, package) in self.packages.iter().enumerate() {
            for to in package.needs.iter().filter_map(|edge| edge.to) {
                if package.is_member() {
                    direct.insert(to);
                } else {
                    needed_by.entry(to).or_default().push(index);
                }
            }
        }
        let mut next: HashMap<usize, usize> = HashMap::new();
        let mut seen = HashSet::from([at]);
        let mut queue = VecDeque::from([at]);
        let mut ways = Vec::new();
        while let Some(current) = queue.pop_front() {
            if direct.contains(&current) {
                let mut way = vec![current];
                while let Some(step) = way.last().and_then(|last| next.get(last)) {
                    way.push(*step);
                }
                ways.push(way);
                if ways.len() == limit {
                    break;
                }
            }
            for above in needed_by.get(&current).into_iter().flatten() {
                if seen.insert(*above) {
                    next.insert(*above, current);
                    queue.push_back(*above);
                }
            }
        }
        ways
    }

    /// Positions that the members reach over edges of which `follow` approves.
    fn reached(&self, follow: impl Fn(EdgeKind) -> bool) -> HashSet<usize> {
        let mut seen: HashSet<usize> = self.members().map(|(index, _)| index).collect();
        let mut open: Vec<usize> = seen.iter().copied().collect();
        while let Some(current) = open.pop() {
            let Some(package) = self.packages.get(current) else { continue };
            for edge in package.needs.iter().filter(|edge| follow(edge.kind)) {
                if let Some(to) = edge.to
                    && seen.insert(to)
                {
                    open.push(to);
                }
            }
        }
        seen
    }

    /// Works out what is for development only and what is optional, for locks that do not say it.
    pub(super) fn mark_flags(&mut self) {
        let known = self.members().any(|(_, member)| !member.needs.is_empty());
        if !known {
            return;
        }
        let production = self.reached(|kind| kind != EdgeKind::Development);
        let required = self.reached(|kind| !matches!(kind, EdgeKind::Optional | EdgeKind::OptionalPeer));
        for (index, package) in self.packages.iter_mut().enumerate() {
            package.dev = !production.contains(&index);
            package.optional = !required.contains(&index);
        }
    }

    /// A package that is needed as a peer only is marked so.
    pub(super) fn mark_peers(&mut self) {
        let mut plain = HashSet::new();
        let mut peer = HashSet::new();
        for edge in self.packages.iter().flat_map(|p| &p.needs) {
            let as_peer = matches!(edge.kind, EdgeKind::Peer | EdgeKind::OptionalPeer);
            if let Some(to) = edge.to {
                if as_peer {
                    peer.insert(to)
                } else {
                    plain.insert(to)
                };
            }
        }
        for (index, package) in self.packages.iter_mut().enumerate() {
            package.peer |= peer.contains(&index) && !plain.contains(&index);
        }
    }
}
