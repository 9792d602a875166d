//! Who may depend on whom: `layers.toml` held against the workspace as it is.
//!
//! Lives here: levels and edges between crates. Lives elsewhere: rules inside a crate (`apart`, `purity`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Finding;
use super::apart::Apart;
use super::purity::Pure;
use super::workspace::Crate;

/// The file `layers.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layers {
    levels: BTreeMap<String, u32>,
    uses: BTreeMap<String, BTreeSet<String>>,
    tools: BTreeMap<String, BTreeSet<String>>,
    pub(crate) pure: Pure,
    #[serde(default)]
    pub(crate) apart: Vec<Apart>,
}

const FILE: &str = "layers.toml";

pub(crate) fn check(layers: &Layers, crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in crates {
        if !layers.levels.contains_key(&one.name) && !layers.tools.contains_key(&one.name) {
            findings.push(Finding::error(FILE, 0, format!("`{}` has no level; give it one in [levels]", one.name)));
            continue;
        }
        findings.extend(edges(layers, one));
    }
    let known: BTreeSet<&str> = crates.iter().map(|one| one.name.as_str()).collect();
    for name in layers.uses.keys().chain(layers.tools.keys()).filter(|name| !known.contains(name.as_str())) {
        findings.push(Finding::error(FILE, 0, format!("edges of `{name}` are listed, but there is no such crate")));
    }
    findings
}

fn edges(layers: &Layers, one: &Crate) -> Vec<Finding> {
    let name = &one.name;
    let nothing = BTreeSet::new();
    let listed = layers.uses.get(name).or_else(|| layers.tools.get(name)).unwrap_or(&nothing);
    let used: BTreeSet<&String> = one.edges.iter().filter(|edge| !edge.dev).map(|edge| &edge.to).collect();
    let mut wrong = Vec::new();
    for to in &used {
        if layers.tools.contains_key(*to) {
            wrong.push(format!("`{name}` depends on `{to}`, which is a tool: only [dev-dependencies] may name it"));
            continue;
        }
        if !listed.contains(*to) {
            wrong.push(format!("`{name}` depends on `{to}`, which is not listed under [uses]"));
        }
        // A tool stands outside the levels and may look at any of them.
        if let (Some(from), Some(below)) = (layers.levels.get(name), layers.levels.get(*to))
            && below >= from
        {
            wrong.push(format!("`{name}` (level {from}) depends on `{to}` (level {below}): arrows point down"));
        }
    }
    for to in listed.iter().filter(|to| !used.contains(to)) {
        wrong.push(format!("`{name}` is listed with `{to}` but does not depend on it; take it out"));
    }
    wrong.into_iter().map(|what| Finding::error(FILE, 0, what)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::workspace::Edge;
    use super::*;

    const LAYERS: &str = "
        [levels]
        model = 0
        decide = 1
        engine = 4
        server = 5
        [uses]
        decide = ['model']
        engine = ['model', 'decide']
        [tools]
        testkit = ['model']
        [pure]
        crates = []
    ";

    fn found(edges: &[(&str, &[&str])]) -> Vec<String> {
        let crates: Vec<Crate> = edges
            .iter()
            .map(|(name, to)| {
                let edge =
                    |to: &&str| Edge { to: to.trim_start_matches("dev:").to_owned(), dev: to.starts_with("dev:") };
                Crate { name: (*name).to_owned(), edges: to.iter().map(edge).collect() }
            })
            .collect();
        check(&toml::from_str(LAYERS).unwrap(), &crates).into_iter().map(|finding| finding.what).collect()
    }

    /// The workspace as `LAYERS` describes it, with one crate's edges replaced.
    fn with(name: &str, to: &[&str]) -> Vec<String> {
        let mut all: BTreeMap<&str, &[&str]> = BTreeMap::from([
            ("model", &[] as &[&str]),
            ("decide", &["model"]),
            ("engine", &["model", "decide"]),
            ("testkit", &["model"]),
        ]);
        all.insert(name, to);
        found(&all.into_iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_workspace_as_listed_is_in_order_and_places_may_be_kept_free() {
        assert_eq!(with("engine", &["model", "decide", "dev:testkit"]), Vec::<String>::new());
    }

    #[test]
    fn an_edge_that_is_not_listed_is_refused() {
        assert_eq!(
            with("testkit", &["model", "decide"]),
            ["`testkit` depends on `decide`, which is not listed under [uses]"]
        );
    }

    #[test]
    fn an_arrow_upwards_is_refused_even_where_the_list_has_it() {
        let wrong = with("model", &["decide"]);
        assert!(
            wrong.contains(&"`model` (level 0) depends on `decide` (level 1): arrows point down".to_owned()),
            "{wrong:?}"
        );
    }

    #[test]
    fn the_product_never_links_a_tool() {
        let wrong = with("decide", &["model", "testkit"]);
        assert_eq!(wrong, ["`decide` depends on `testkit`, which is a tool: only [dev-dependencies] may name it"]);
    }

    #[test]
    fn a_listed_edge_that_nobody_uses_is_refused() {
        assert_eq!(with("decide", &[]), ["`decide` is listed with `model` but does not depend on it; take it out"]);
    }

    #[test]
    fn a_crate_without_a_level_is_refused() {
        assert_eq!(with("extra", &[]), ["`extra` has no level; give it one in [levels]"]);
    }
}
