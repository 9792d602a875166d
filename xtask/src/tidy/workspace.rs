//! The crates of this workspace and the edges between them, from `cargo metadata`.
//!
//! Lives here: reading them. Lives elsewhere: what they may be (`layers`).

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// A crate of ours and the crates of ours it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Crate {
    /// Without the prefix `uplift-`.
    pub(crate) name: String,
    pub(crate) edges: BTreeSet<Edge>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) to: String,
    /// Named under `[dev-dependencies]`, so never part of the product.
    pub(crate) dev: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build`, or nothing for a normal dependency.
    kind: Option<String>,
    /// Only dependencies on a folder have one.
    path: Option<String>,
}

/// # Errors
/// When cargo cannot read the workspace.
pub(crate) fn read(root: &Path) -> Result<Vec<Crate>> {
    let told = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cannot start cargo")?;
    ensure!(told.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&told.stderr).trim());
    from_json(&told.stdout)
}

fn from_json(json: &[u8]) -> Result<Vec<Crate>> {
    let metadata: Metadata = serde_json::from_slice(json).context("cargo metadata is not as expected")?;
    Ok(metadata
        .packages
        .into_iter()
        .map(|package| Crate {
            name: bare(&package.name),
            edges: package
                .dependencies
                .into_iter()
                .filter(|dependency| dependency.path.is_some())
                .map(|dependency| Edge { to: bare(&dependency.name), dev: dependency.kind.as_deref() == Some("dev") })
                .collect(),
        })
        .collect())
}

fn bare(name: &str) -> String {
    name.strip_prefix("uplift-").unwrap_or(name).to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_edges_to_our_own_crates_count() {
        let json = br#"{"packages": [{"name": "uplift-facts", "dependencies": [
            {"name": "uplift-model", "kind": null, "path": "crates/model"},
            {"name": "uplift-testkit", "kind": "dev", "path": "crates/testkit"},
            {"name": "serde", "kind": null}]}]}"#;
        let read = from_json(json).unwrap();
        let edges = [("model", false), ("testkit", true)].map(|(to, dev)| Edge { to: to.to_owned(), dev });
        assert_eq!(read, [Crate { name: "facts".to_owned(), edges: BTreeSet::from(edges) }]);
    }
}
