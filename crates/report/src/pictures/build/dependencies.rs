//! The dependency map of a component, cut to the paths that end at an advisory or a high risk.

use std::cmp::Reverse;
use std::collections::HashMap;

use uplift_model::Risk;
use uplift_model::advisory::Severity;
use uplift_model::analysis::{ComponentAnalysis, DependencyRow};

use super::severity_tone;
use crate::document::Tone;
use crate::pictures::{Map, Node, Picture};

/// Packages that are drawn; the worst come first, the rest is counted.
const DRAWN: usize = 40;

/// From the component at the left to what matters at the right. Empty when nothing does.
pub fn dependency_map(component: &ComponentAnalysis) -> Picture {
    let mut matters: Vec<(&DependencyRow, Why)> =
        component.dependencies.iter().filter_map(|row| why(row).map(|why| (row, why))).collect();
    if matters.is_empty() {
        return Picture::Map(Map { nodes: Vec::new(), edges: Vec::new(), left_out: 0 });
    }
    matters.sort_by_key(|(row, why)| (Reverse((why.severity, why.risk)), row.name.as_str()));
    // As it is called everywhere else in a report: by its folder.
    let root = match component.path.as_str() {
        "." | "" => component.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("this project"),
        path => path,
    };
    let mut draft = Draft::from(root);
    let mut left_out = 0;
    for (row, _) in &matters {
        let own = row.direct.then(|| vec![row.name.as_str()]);
        let paths = row.paths.iter().map(|path| path.iter().map(String::as_str).collect());
        let mut drawn = false;
        for path in own.into_iter().chain(paths).filter(|path: &Vec<&str>| path.last() == Some(&row.name.as_str())) {
            drawn |= draft.add(&path);
        }
        if !drawn {
            left_out += 1;
        }
    }
    for (row, why) in &matters {
        draft.mark(row, why);
    }
    Picture::Map(draft.finish(left_out))
}

/// What makes a dependency worth a place on the map.
struct Why {
    severity: Option<Severity>,
    risk: bool,
    advisories: usize,
}

fn why(row: &DependencyRow) -> Option<Why> {
    let open = || row.advisories.value().into_iter().flatten().filter(|finding| !finding.is_set_aside());
    let severity = open().map(|finding| finding.severity).max();
    let risk = row.risk.as_ref().is_some_and(|risk| risk.level == Risk::High);
    (severity.is_some() || risk).then(|| Why { severity, risk, advisories: open().count() })
}

/// Nodes and edges while paths are laid in.
struct Draft<'a> {
    nodes: Vec<Node>,
    edges: Vec<(usize, usize)>,
    known: HashMap<&'a str, usize>,
}

impl<'a> Draft<'a> {
    fn from(root: &str) -> Self {
        let node = Node { label: root.to_owned(), column: 0, tone: Tone::Plain, note: String::new() };
        Self { nodes: vec![node], edges: Vec::new(), known: HashMap::new() }
    }

    /// Lays a path in; false when there is no room for it.
    fn add(&mut self, path: &[&'a str]) -> bool {
        let new = path.iter().filter(|name| !self.known.contains_key(*name)).count();
        if self.known.len() + new > DRAWN {
            return false;
        }
        let mut from = 0;
        for name in path {
            let to = match self.known.get(*name) {
                Some(known) => *known,
                None => {
                    self.nodes.push(Node {
                        label: (*name).to_owned(),
                        column: 0,
                        tone: Tone::Plain,
                        note: String::new(),
                    });
                    self.known.insert(name, self.nodes.len() - 1);
                    self.nodes.len() - 1
                }
            };
            // An edge that would close a circle has no place in a picture that goes from left to right.
            if !self.edges.contains(&(from, to)) && !self.leads(to, from) {
                self.edges.push((from, to));
            }
            from = to;
        }
        true
    }

    /// Whether edges lead from one node to the other.
    fn leads(&self, from: usize, to: usize) -> bool {
        let mut open = vec![from];
        let mut seen = vec![false; self.nodes.len()];
        while let Some(node) = open.pop() {
            if node == to {
                return true;
            }
            if seen.get(node).copied().unwrap_or(true) {
                continue;
            }
            if let Some(seen) = seen.get_mut(node) {
                *seen = true;
            }
            open.extend(self.edges.iter().filter(|edge| edge.0 == node).map(|edge| edge.1));
        }
        false
    }

    fn mark(&mut self, row: &DependencyRow, why: &Why) {
        let Some(node) = self.known.get(row.name.as_str()).and_then(|index| self.nodes.get_mut(*index)) else {
            return;
        };
        node.tone = match why.severity {
            Some(severity) if !why.risk => severity_tone(severity),
            _ => Tone::Bad,
        };
        let advisories = why.severity.map(|worst| {
            let noun = if why.advisories == 1 { "advisory" } else { "advisories" };
            format!("{} {noun}, worst {worst}", why.advisories)
        });
        let risk = why.risk.then(|| "high risk to move".to_owned());
        node.note = [advisories, risk].into_iter().flatten().collect::<Vec<_>>().join("; ");
    }

    /// Columns by the longest way from the root, so that every edge points to the right.
    fn finish(mut self, left_out: usize) -> Map {
        for _ in 0..self.nodes.len() {
            let mut settled = true;
            for (from, to) in &self.edges {
                let after = self.nodes.get(*from).map_or(0, |node| node.column + 1);
                if let Some(node) = self.nodes.get_mut(*to).filter(|node| node.column < after) {
                    node.column = after;
                    settled = false;
                }
            }
            if settled {
                break;
            }
        }
        Map { nodes: self.nodes, edges: self.edges, left_out }
    }
}
