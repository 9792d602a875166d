//! Who requires whom, and the way from a direct dependency down to a transitive one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Names only: several copies of a package count as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    requires: BTreeMap<String, BTreeSet<String>>,
    required_by: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    pub fn add(&mut self, from: &str, to: &str) {
        if from != to {
            self.requires.entry(from.to_owned()).or_default().insert(to.to_owned());
            self.required_by.entry(to.to_owned()).or_default().insert(from.to_owned());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.requires.is_empty()
    }

    /// Packages that require `name`.
    pub fn dependents(&self, name: &str) -> Vec<String> {
        self.required_by.get(name).into_iter().flatten().cloned().collect()
    }

    /// Packages that `name` requires.
    pub fn requires(&self, name: &str) -> Vec<String> {
        self.requires.get(name).into_iter().flatten().cloned().collect()
    }

    /// A shortest path from each direct dependency that reaches `name`, shortest first, at most `most` of them.
    /// Each starts with the direct one and ends with `name`.
    pub fn paths(&self, name: &str, direct: &dyn Fn(&str) -> bool, most: usize) -> Vec<Vec<String>> {
        let mut next: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = VecDeque::from([name]);
        let mut found: Vec<&str> = Vec::new();
        while let Some(at) = queue.pop_front() {
            for parent in self.required_by.get(at).into_iter().flatten() {
                if parent == name || next.contains_key(parent.as_str()) {
                    continue;
                }
                next.insert(parent, at);
                if direct(parent) {
                    found.push(parent);
                    if found.len() == most {
                        queue.clear();
                        break;
                    }
                }
                queue.push_back(parent);
            }
        }
        let path = |start: &&str| {
            let mut at = *start;
            let mut path = vec![at.to_owned()];
            while at != name {
                let Some(down) = next.get(at) else { break };
                path.push((*down).to_owned());
                at = down;
            }
            path
        };
        found.iter().map(path).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_direct_ones_down_and_survive_rings() {
        let mut graph = Graph::default();
        for (from, to) in [
            ("flask", "werkzeug"),
            ("werkzeug", "markupsafe"),
            ("jinja2", "markupsafe"),
            ("flask", "jinja2"),
            ("markupsafe", "flask"),
        ] {
            graph.add(from, to);
        }
        let direct = |name: &str| name == "flask" || name == "jinja2";
        assert_eq!(
            graph.paths("markupsafe", &direct, 5),
            [vec!["jinja2", "markupsafe"], vec!["flask", "jinja2", "markupsafe"]]
        );
        assert_eq!(graph.dependents("markupsafe"), ["jinja2", "werkzeug"]);
        assert!(graph.paths("nobody", &direct, 5).is_empty());
    }
}
