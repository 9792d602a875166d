//! The Node of a component as its own files state it: version files, images, CI, `engines` (row D13).
//!
//! Lives here: which one engines are held against, and which places are below what a package needs.
//! Lives elsewhere: finding the statements (`uplift_facts::runtimes`).

use uplift_ecosystems::javascript::discover::{self, Component};
use uplift_ecosystems::javascript::peers::Set;
use uplift_facts::days;
use uplift_facts::runtimes::{self, Chosen, Gathered, Ground, Place};
use uplift_facts::tree::Tree;
use uplift_model::Ecosystem;
use uplift_model::compatibility::{Cause, CauseKind, Constraint};
use uplift_model::semver::{Options, Range, Version};
use uplift_sandbox::clock;

use super::super::ValidateRequest;
use crate::error::EngineError;

/// The Node that was asked for, as it is shown.
pub(super) fn asked_for(request: &ValidateRequest) -> Result<Option<(String, Version)>, EngineError> {
    let Some(wanted) = &request.node else { return Ok(None) };
    let read = line_of_node(wanted).ok_or_else(|| {
        EngineError::repository(format!("`{wanted}` is no version of Node"), "write it as 20 or 20.19.0")
    })?;
    Ok(Some((format!("node {wanted}"), read)))
}

/// `20` stands for its latest release; `v20.19.0` for itself.
fn line_of_node(text: &str) -> Option<Version> {
    let bare = text.trim_start_matches('v');
    let parts: Vec<u64> = bare.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    match parts.as_slice() {
        [major] => Version::release(*major, 9999, 9999),
        [major, minor] => Version::release(*major, *minor, 9999),
        [major, minor, patch] => Version::release(*major, *minor, *patch),
        _ => None,
    }
}

/// Everything that is stated of Node in a repository, seen from one component.
pub(super) struct Stated {
    gathered: Gathered,
    place: Place,
    all: Vec<Place>,
    /// `YYYY-MM-DD`.
    today: String,
}

impl Stated {
    pub(super) fn of(tree: &Tree, component: &Component) -> Self {
        let all = discover::components(&tree.files, &|path| tree.read(path));
        let place = |root: &str| Place::new(root, Ecosystem::JavaScript);
        Self {
            gathered: runtimes::gather(&tree.files, &|path| tree.read(path)),
            place: place(&component.root),
            all: all.iter().map(|c| place(&c.root)).collect(),
            today: days::of_seconds(clock::now()),
        }
    }

    /// The Node that engines are held against, as it is shown: what a version file, an image or CI says, else the lowest
    /// that the manifest's own `engines` admit.
    pub(super) fn node(&self, component: &Component) -> Option<(String, Version)> {
        let chosen = self.gathered.node_for(&self.place, &self.all, &self.today);
        let told = chosen.as_ref().and_then(|c| Some((format!("node {}", c.version), line_of_node(&c.version)?)));
        let in_manifest = |c: &Chosen| c.from.split(' ').next().unwrap_or_default().contains("package.json");
        if told.is_some() && chosen.is_some_and(|c| c.ground != Ground::Assumed && !in_manifest(&c)) {
            return told;
        }
        // Of a range the lowest release counts, not the latest of its lowest line.
        let engine = component.manifests.first().and_then(|m| m.manifest.engine("node"));
        let lowest = engine.and_then(|e| Range::parse(&e.value, Options::LOOSE).ok()?.min_version());
        lowest.map(|version| (format!("node {version}"), version)).or(told)
    }

    /// Places of the project whose Node a package of `after` does not take; what stood there before is not told again.
    pub(super) fn below(&self, after: &Set, before: &Set) -> Vec<Cause> {
        let mut causes = Vec::new();
        for (name, member) in &after.members {
            let Some(range) = member.engines.get("node") else { continue };
            if before.members.get(name).is_some_and(|b| b.engines.get("node") == Some(range)) {
                continue;
            }
            let range = range.to_string();
            let by = format!("{name}@{}", member.version);
            let mut constraints = vec![Constraint {
                by: Some(by.clone()),
                place: None,
                on: "node".to_owned(),
                requires: format!("node {range}"),
            }];
            let mut places = Vec::new();
            for place in self.gathered.refused(&self.place, &self.all, &range) {
                let at = format!("{}:{}", place.file, place.line);
                let lines = place.lines.join(", ");
                places.push(format!("{at} ({}) has {lines}", place.kind));
                constraints.push(Constraint {
                    by: None,
                    place: Some(at),
                    on: "node".to_owned(),
                    requires: format!("node {lines}"),
                });
            }
            if places.is_empty() {
                continue;
            }
            let they = if places.len() == 1 { "it has" } else { "they have" };
            causes.push(Cause {
                kind: CauseKind::Engine,
                sentence: format!("{by} needs node {range}, and {}: {they} to move first", places.join(", ")),
                constraints,
            });
        }
        causes
    }
}
