//! Which packages go together: npm's peers and engines, evaluated here, because npm with a lock only warns about them.
//!
//! Lives here: a set of packages with what each wants beside itself, and what of it does not hold. Lives elsewhere: what
//! the packages want (`super::registry`, `super::lockfile`).

use std::collections::BTreeMap;
use std::fmt;

use uplift_model::semver::Version;

use super::lockfile::{Lock, Package};
use super::manifest::Specifier;
use super::registry::{Peer, Release, engine_admits};

/// One package of a set: its version and what it wants beside itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub version: Version,
    pub peers: Vec<Peer>,
    /// `node`, `npm`, … with ranges as written.
    pub engines: BTreeMap<String, String>,
}

impl From<&Release> for Member {
    fn from(release: &Release) -> Self {
        Self { version: release.version.clone(), peers: release.peers.clone(), engines: release.engines.clone() }
    }
}

/// Packages by name, one version each: what the project sees at its top.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Set {
    pub members: BTreeMap<String, Member>,
}

/// Something that a package wants and does not get.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    pub package: String,
    pub version: Version,
    pub kind: Kind,
    /// The peer's or engine's name.
    pub wants: String,
    /// As written.
    pub range: String,
    /// What is there instead; `None`: nothing.
    pub found: Option<Version>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Peer,
    Engine,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.kind {
            Kind::Peer => "peers",
            Kind::Engine => "needs",
        };
        let Self { package, version, wants, range, .. } = self;
        write!(f, "{package} {version} {verb} {wants} {range}, ")?;
        match &self.found {
            Some(found) => write!(f, "{wants} is {found}"),
            None => write!(f, "{wants} is not there"),
        }
    }
}

impl Set {
    pub fn insert(&mut self, name: impl Into<String>, member: Member) {
        self.members.insert(name.into(), member);
    }

    /// What a member of the workspace (by its folder, empty for the root) sees at the top of a lock: what it imports,
    /// and what lies beside that.
    pub fn of_lock(lock: &Lock, folder: &str) -> Self {
        let mut set = Self::default();
        let names = lock.member(folder).map(|(_, member)| member.needs.as_slice()).unwrap_or_default();
        let beside = lock.packages.iter().filter_map(|p| p.id.strip_prefix("node_modules/"));
        let beside = beside.filter(|path| !path.contains("node_modules/"));
        for name in names.iter().map(|edge| edge.name.as_str()).chain(beside) {
            if let Some((_, package)) = lock.imported(folder, name)
                && let Some(member) = member(package)
            {
                set.insert(name, member);
            }
        }
        set
    }

    /// Every peer that is there in another version than wanted, optional ones among them.
    pub fn peer_violations(&self) -> Vec<Violation> {
        self.peers(|peer, there| there.is_some_and(|version| !peer_admits(&peer.range, version)))
    }

    /// Every peer that must be there and is not. npm 7 and later, and pnpm by default, install these by themselves;
    /// yarn and older ones only warn.
    pub fn missing_peers(&self) -> Vec<Violation> {
        self.peers(|peer, there| there.is_none() && !peer.optional)
    }

    fn peers(&self, fails: impl Fn(&Peer, Option<&Version>) -> bool) -> Vec<Violation> {
        let mut found = Vec::new();
        for (name, member) in &self.members {
            for peer in &member.peers {
                let there = self.members.get(&peer.name).map(|m| &m.version);
                if fails(peer, there) {
                    found.push(violation(name, member, Kind::Peer, &peer.name, &peer.range, there));
                }
            }
        }
        found
    }

    /// Every engine (`node`, `npm`) of which the version at hand is not admitted. Engines that are not at hand say
    /// nothing.
    pub fn engine_violations(&self, at_hand: &BTreeMap<String, Version>) -> Vec<Violation> {
        let mut found = Vec::new();
        for (name, member) in &self.members {
            for (engine, range) in &member.engines {
                if let Some(version) = at_hand.get(engine)
                    && !engine_admits(range, version)
                {
                    found.push(violation(name, member, Kind::Engine, engine, range, Some(version)));
                }
            }
        }
        found
    }

    /// Peer violations that another set does not have already: the same package wants the same and misses it there too.
    pub fn new_peer_violations(&self, before: &Self) -> Vec<Violation> {
        let known: Vec<(String, String)> = before.peer_violations().into_iter().map(|v| (v.package, v.wants)).collect();
        let is_new = |v: &Violation| !known.iter().any(|(package, wants)| *package == v.package && *wants == v.wants);
        self.peer_violations().into_iter().filter(is_new).collect()
    }

    /// Packages that another set has at a lower version than this one: name, version here, version there.
    pub fn downgrades(&self, to: &Self) -> Vec<(String, Version, Version)> {
        let lower = |(name, member): (&String, &Member)| {
            let there = &to.members.get(name)?.version;
            (*there < member.version).then(|| (name.clone(), member.version.clone(), there.clone()))
        };
        self.members.iter().filter_map(lower).collect()
    }
}

/// Every peer within a lock that is of another version than wanted, judged by the copy that each package really gets.
/// Missing ones are left to [`Set::missing_peers`]: a lock does not always say where a peer was found.
pub fn lock_violations(lock: &Lock) -> Vec<Violation> {
    let mut found = Vec::new();
    for (_, package) in lock.installed() {
        let Some(version) = &package.version else { continue };
        for (edge, _) in package.peers() {
            let there = edge.to.and_then(|at| lock.packages.get(at)).and_then(|p| p.version.as_ref());
            if let Some(there) = there
                && !peer_admits(&edge.range, there)
            {
                found.push(Violation {
                    package: package.name.clone(),
                    version: version.clone(),
                    kind: Kind::Peer,
                    wants: edge.name.clone(),
                    range: edge.range.clone(),
                    found: Some(there.clone()),
                });
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Whether the range of a peer admits a version. `*` admits prereleases as well, and what is no range (a tag, a
/// workspace) is taken to hold.
pub fn peer_admits(range: &str, version: &Version) -> bool {
    Specifier::parse(range).range().is_none_or(|range| range.is_any() || range.satisfies(version))
}

fn member(package: &Package) -> Option<Member> {
    let peer = |(edge, optional): (&super::lockfile::Edge, bool)| Peer {
        name: edge.name.clone(),
        range: edge.range.clone(),
        optional,
    };
    Some(Member {
        version: package.version.clone()?,
        peers: package.peers().map(peer).collect(),
        engines: package.engines.clone(),
    })
}

fn violation(
    package: &str,
    member: &Member,
    kind: Kind,
    wants: &str,
    range: &str,
    found: Option<&Version>,
) -> Violation {
    Violation {
        package: package.to_owned(),
        version: member.version.clone(),
        kind,
        wants: wants.to_owned(),
        range: range.to_owned(),
        found: found.cloned(),
    }
}
