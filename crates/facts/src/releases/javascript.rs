//! Releases on the npm registries that the user's settings name.

use std::collections::BTreeSet;
use std::sync::Arc;

use uplift_ecosystems::javascript::client::{Form, Registries};
use uplift_ecosystems::javascript::registry::{self, Packument};
use uplift_model::analysis::{Availability, Deprecation};
use uplift_model::semver::{Options, Version};
use uplift_sandbox::fetch::Response;

use super::store::Said;
use super::{Answer, Known, Release, Store};

/// Documents of `names`, in the same order: `Ok(None)`, the registry has no such package.
pub(crate) fn documents(
    store: &Store<'_>,
    registries: &Result<Registries, String>,
    names: &[String],
) -> Vec<Result<Option<Packument>, String>> {
    let registries = match registries {
        Ok(registries) => registries,
        Err(why) => return names.iter().map(|_| Err(why.clone())).collect(),
    };
    // The short form has no days, and a check without days cannot tell how old anything is.
    let requests = names.iter().map(|name| registries.request(name, Form::Full)).collect();
    let digest = |_: usize, response: &Response| registry::parse(&response.body).map_err(|e| e.to_string());
    let answer = |said| match said {
        Said::Summary(document) => Ok(Some(document)),
        Said::Missing => Ok(None),
        Said::Failed(why) => Err(why),
    };
    store.ask(requests, &digest).into_iter().map(answer).collect()
}

/// What a document comes to for one version of node (`20`, `20.19.0`) as of a day.
pub(crate) fn answer(document: &Result<Option<Packument>, String>, node: Option<&str>, as_of: &str) -> Answer {
    match document {
        Ok(Some(document)) => {
            let then = document.until(as_of);
            let seen: BTreeSet<String> = then.releases.iter().map(|r| r.version.to_string()).collect();
            let all = document.releases.iter().map(|r| r.version.to_string());
            let later = all.filter(|v| !seen.contains(v)).collect();
            Answer::Known(Arc::new(Known { later, ..known(&then, node.and_then(node_version).as_ref()) }))
        }
        Ok(None) => Answer::Unknown,
        Err(why) => Answer::NotRetrieved(why.clone()),
    }
}

/// A line such as `20` stands for its newest release: what an image of that line runs.
fn node_version(text: &str) -> Option<Version> {
    let mut parts: Vec<&str> = text.split('.').collect();
    while parts.len() < 3 {
        parts.push("999");
    }
    Version::parse(&parts.join("."), Options::LOOSE).ok()
}

fn known(document: &Packument, node: Option<&Version>) -> Known {
    let release = |r: &registry::Release| Release {
        prerelease: r.version.is_prerelease(),
        version: r.version.to_string(),
        date: r.published.as_deref().and_then(|p| p.get(..10)).map(str::to_owned),
        yanked: None,
        deprecated: r.deprecated.clone(),
        availability: match (node, r.engines.get("node")) {
            (Some(node), Some(range)) if !r.admits_node(node) => {
                Availability::NoDistribution { exists_for: vec![format!("node {range}")] }
            }
            _ => Availability::Installable,
        },
        native: None,
        stable_abi: false,
        size: r.unpacked_size,
    };
    let newest = document.newest();
    // A package is given up when its newest release says so; older ones may say "upgrade" only.
    let gone = newest.and_then(|r| r.deprecated.clone());
    let releases: Vec<Release> = document.releases.iter().map(release).collect();
    Known {
        dated: releases.iter().any(|r| r.date.is_some()),
        deprecation: gone.map(|message| Deprecation { successor: successor(&message), message }),
        newest: newest.map(|r| r.version.to_string()),
        newest_here: match node {
            Some(node) => document.newest_for_node(node).map(|r| r.version.to_string()),
            None => newest.map(|r| r.version.to_string()),
        },
        releases,
        later: Vec::new(),
        licences: Some(document.licences.clone()),
    }
}

/// The package that a deprecation message tells to use: `use @scope/name instead`, `renamed to x`.
fn successor(message: &str) -> Option<String> {
    let lower = message.to_ascii_lowercase();
    let after = ["please use ", "use ", "renamed to ", "moved to ", "replaced by ", "in favor of ", "in favour of "];
    let at = after.iter().filter_map(|words| lower.find(words).map(|at| at + words.len())).min()?;
    let word = message.get(at..)?.split_whitespace().find(|w| !matches!(*w, "the" | "package" | "npm" | "instead"))?;
    let name = word.trim_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '@' || c == '/'));
    let like_a_name = !name.is_empty()
        && name.len() < 100
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "@/-._".contains(c))
        && name.chars().any(|c| c.is_ascii_lowercase())
        && !name.contains("//");
    let plain = ["at", "a", "an", "it", "this", "version", "v2", "node", "native", "your", "any", "one", "of"];
    (like_a_name && !plain.contains(&name)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_that_node_can_run_is_told_from_the_newest() {
        let text = br#"{"name":"chalk","dist-tags":{"latest":"6.0.0"},"versions":{
            "5.0.0":{"version":"5.0.0"},"6.0.0":{"version":"6.0.0","engines":{"node":">=22"}}},
            "time":{"5.0.0":"2023-01-02T00:00:00Z","6.0.0":"2025-01-02T00:00:00Z"}}"#;
        let document = Ok(Some(registry::parse(text).unwrap()));
        let Answer::Known(known) = answer(&document, Some("20"), "2026-01-01") else { panic!() };
        assert_eq!(known.latest().unwrap().version, "6.0.0");
        assert_eq!(known.latest_installable().unwrap().version, "5.0.0");
        let Answer::Known(then) = answer(&document, Some("20"), "2024-01-01") else { panic!() };
        assert_eq!(then.latest().unwrap().version, "5.0.0");
    }

    #[test]
    fn a_successor_is_named_only_where_the_message_names_one() {
        assert_eq!(successor("Please use @babel/preset-env instead").as_deref(), Some("@babel/preset-env"));
        assert_eq!(successor("request has been deprecated, see https://example.com"), None);
        assert_eq!(successor("Use a supported version"), None);
    }
}
