//! `committed-secrets`: keys, passwords and tokens are not in the repository. Values are never shown.

use uplift_model::hygiene::{Evidence, Presence};
use uplift_model::redact;

use super::{Answer, found, present};
use crate::place;
use crate::survey::Survey;
use uplift_yaml::{self as yaml, Node};

/// Names whose literal value is a secret.
const NAMES: [&str; 7] = ["password", "passwd", "secret", "token", "api_key", "apikey", "private_key"];
/// Files that are not looked into: written by tools, or full of text that looks random.
const PASSED_OVER: [&str; 8] = [".lock", "-lock.json", "lock.yaml", ".svg", ".ipynb", ".map", ".min.js", ".csv"];

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let mut secret: Vec<Evidence> = Vec::new();
    let mut weak: Vec<Evidence> = Vec::new();
    for path in survey.repository.files().iter().filter(|f| !place::beside_production(f)) {
        let name = place::name(path);
        if PASSED_OVER.iter().any(|end| path.ends_with(end)) {
            continue;
        }
        if let Some(what) = by_name(name) {
            let filled = survey.repository.text(path).is_none_or(|t| t.lines().any(is_filled));
            if filled {
                secret.push(place::evidence(path, None, what));
                continue;
            }
        }
        let Some(text) = survey.repository.text(path) else { continue };
        for (index, line) in text.lines().enumerate() {
            if let Some(what) = by_content(line) {
                secret.push(place::evidence(path, Some(place::number(index)), what));
            }
        }
        if is_compose(name) {
            weak.extend(in_compose(path, &text));
        }
    }
    if !secret.is_empty() {
        let because = format!(
            "{} {} like secrets, and everybody who has the repository has them",
            secret.len(),
            if secret.len() == 1 { "place looks" } else { "places look" }
        );
        let advice = "revoke them at their issuer first, for history keeps them; then take them out of the repository, read them \
                      from the environment or a secret manager, and let a scanner (gitleaks) watch every push";
        secret.extend(weak);
        return found(Presence::Missing, because, secret, advice);
    }
    if !weak.is_empty() {
        let because = "values of secrets stand in a compose file; good for a developer's machine at most";
        let advice = "write `${NAME:?}` there and keep the value in an `.env` file that git ignores";
        return found(Presence::Partial, because, weak, advice);
    }
    present("no file and no line looks like a secret", Vec::new())
}

/// Files that are secrets by what they are called.
fn by_name(name: &str) -> Option<&'static str> {
    let sample = ["example", "sample", "template", "dist", "test"].iter().any(|w| name.contains(w));
    match name {
        _ if sample => None,
        "id_rsa" | "id_ed25519" | "id_ecdsa" | "id_dsa" => Some("a private key of SSH (value not shown)"),
        ".env" | ".env.production" | ".env.prod" | ".env.local" => Some("a file of environment values (not shown)"),
        ".pypirc" | ".netrc" | ".htpasswd" => Some("a file of credentials (not shown)"),
        name if name.ends_with(".pfx") || name.ends_with(".p12") || name.ends_with(".jks") => {
            Some("a key store (not shown)")
        }
        _ => None,
    }
}

/// A line of an environment file that sets something.
fn is_filled(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#') && line.split_once('=').is_none_or(|(_, v)| !v.trim().is_empty())
}

fn by_content(line: &str) -> Option<&'static str> {
    if line.contains("-----BEGIN") && line.contains("PRIVATE KEY-----") {
        return Some("a private key (value not shown)");
    }
    if line.contains("_authToken=") && !line.contains("${") && !line.trim_end().ends_with('=') {
        return Some("a registry's token (value not shown)");
    }
    redact::issuer(line)
}

fn is_compose(name: &str) -> bool {
    (name.starts_with("docker-compose") || name.starts_with("compose"))
        && (name.ends_with(".yml") || name.ends_with(".yaml"))
}

/// Literal values of variables that are called like secrets; only their names are shown.
fn in_compose(path: &str, text: &str) -> Vec<Evidence> {
    let Ok(root) = yaml::read(text) else { return Vec::new() };
    let mut found = Vec::new();
    for (service, node) in root.get("services").map(Node::entries).unwrap_or_default() {
        let Some(environment) = node.get("environment") else { continue };
        let pairs = environment.entries().iter().filter_map(|(k, v)| Some((k.clone(), v.text()?.to_owned(), v.line)));
        let items = environment.items().iter().filter_map(|i| {
            let (name, value) = i.text()?.split_once('=')?;
            Some((name.to_owned(), value.to_owned(), i.line))
        });
        for (name, value, line) in pairs.chain(items) {
            let lower = name.to_lowercase();
            let named = NAMES.iter().any(|n| lower.contains(n)) || lower.ends_with("_keys") || lower.ends_with("_key");
            if named && !value.trim().is_empty() && !value.contains("${") && !lower.ends_with("_file") {
                found.push(place::evidence(path, Some(line), &format!("{service}: {name} (value not shown)")));
            }
        }
    }
    found
}
