//! The inventory that CycloneDX, SPDX and OpenVEX tell: what the repository is made of, what needs what, which
//! advisories touch it.
//!
//! Lives here: the shape, and keeping it free of doubles. `analysis.rs`, `plan.rs` and `run.rs` fill it.
//! Lives elsewhere: how a standard writes it (`super::cyclonedx` and the others).

mod analysis;
mod plan;
mod run;

pub(super) use self::plan::findings;
pub(super) use self::run::delivered;

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::Ecosystem;
use uplift_model::advisory::Finding;

use super::identity;
use super::purl;
use super::standing::Standing;
use crate::clean;

/// Bytes; what is longer is no version, and CycloneDX takes none.
const LONGEST_VERSION: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Bill {
    /// What it is the inventory of: the repository, or a component where only that is known.
    pub(super) subject: String,
    pub(super) commit: Option<String>,
    /// `YYYY-MM-DD`, or empty.
    pub(super) day: String,
    pub(super) parts: Vec<Part>,
    pub(super) packages: Vec<Package>,
    pub(super) edges: BTreeSet<(Node, Node)>,
    /// One for each advisory and package, sorted by id and package.
    pub(super) threats: Vec<Threat>,
    /// Packages are missing from it, with the reason; `None`: none is known to be.
    pub(super) incomplete: Option<String>,
    /// Why advisories are not known; empty: every source answered.
    pub(super) unasked: String,
    /// What a reader should know: name and text.
    pub(super) remarks: Vec<(&'static str, String)>,
    known: BTreeMap<String, usize>,
}

/// A component of the repository.
#[derive(Debug)]
pub(super) struct Part {
    /// Folder from the root, `.` for the root.
    pub(super) path: String,
    pub(super) name: String,
    pub(super) remarks: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// Index into [`Bill::parts`].
    Part(usize),
    /// Index into [`Bill::packages`].
    Package(usize),
}

#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: Option<String>,
    /// `None`: it comes from elsewhere than an index (an address, a path).
    pub(super) purl: Option<String>,
    /// Some component needs it when it runs.
    pub(super) required: bool,
    pub(super) remarks: BTreeSet<(&'static str, String)>,
}

#[derive(Debug)]
pub(super) struct Threat {
    pub(super) finding: Finding,
    /// Index into [`Bill::packages`].
    pub(super) package: usize,
    pub(super) standing: Standing,
}

/// A package as the data name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) ecosystem: Ecosystem,
    pub(super) name: &'a str,
    pub(super) version: Option<&'a str>,
    pub(super) from_index: bool,
    pub(super) required: bool,
}

impl Bill {
    /// The package's index; one that is already there is the same.
    fn package(&mut self, named: Named<'_>) -> usize {
        let purl = named.from_index.then(|| purl::purl(named.ecosystem, named.name, named.version)).flatten();
        let elsewhere =
            || format!("elsewhere:{}:{}@{}", named.ecosystem, named.name, named.version.unwrap_or_default());
        let key = purl.clone().unwrap_or_else(elsewhere);
        let index = *self.known.entry(key).or_insert(self.packages.len());
        if index == self.packages.len() {
            self.packages.push(Package {
                name: clean::line(named.name),
                version: named.version.map(clean::line).filter(|v| !v.is_empty() && v.len() <= LONGEST_VERSION),
                purl,
                required: false,
                remarks: BTreeSet::new(),
            });
        }
        if let Some(package) = self.packages.get_mut(index) {
            package.required |= named.required;
        }
        index
    }

    fn remark(&mut self, package: usize, name: &'static str, text: impl Into<String>) {
        if let Some(package) = self.packages.get_mut(package) {
            package.remarks.insert((name, text.into()));
        }
    }

    fn threat(&mut self, finding: &Finding, package: usize, standing: Standing) {
        self.threats.push(Threat { finding: finding.clone(), package, standing });
    }

    /// Puts threats in order; of two with the same word on the same package one stays.
    fn finished(mut self) -> Self {
        self.threats.sort_by(|a, b| {
            let key = |t: &Threat| (t.finding.id.clone(), t.package, t.standing.clone());
            key(a).cmp(&key(b))
        });
        self.threats
            .dedup_by(|a, b| a.finding.id == b.finding.id && a.package == b.package && a.standing == b.standing);
        self
    }

    /// The text that refers to a node inside a document.
    pub(super) fn reference(&self, node: Node) -> String {
        match node {
            Node::Part(index) => {
                let path = self.parts.get(index).map(|part| part.path.as_str()).unwrap_or_default();
                format!("component-{index}:{}", purl::path(path))
            }
            Node::Package(index) => {
                let package = self.packages.get(index);
                let purl = package.and_then(|package| package.purl.clone());
                let name = package.map(|package| purl::escaped(&package.name)).unwrap_or_default();
                // VEX documents want an IRI, which the name of what lies on no index is not.
                purl.unwrap_or_else(|| format!("urn:uplift:elsewhere:{index}:{name}"))
            }
        }
    }

    /// The id of the document: it changes with anything that the document tells.
    pub(super) fn uuid(&self, standard: &str) -> String {
        let threats = self.threats.iter().map(|t| format!("{} {} {:?}", t.finding.id, t.package, t.standing));
        let edges = self.edges.iter().map(|edge| format!("{edge:?}"));
        let packages = self.packages.iter().map(|p| format!("{p:?}"));
        let parts = self.parts.iter().map(|p| format!("{p:?}"));
        let commit = self.commit.clone().unwrap_or_default();
        let head = [standard.to_owned(), self.subject.clone(), commit, self.day.clone(), format!("{:?}", self.remarks)];
        let all: Vec<String> = head.into_iter().chain(parts).chain(packages).chain(edges).chain(threats).collect();
        identity::uuid(all.iter().map(String::as_str))
    }
}
