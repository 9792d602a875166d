//! Writing OpenVEX: the same findings and time always give the same document.
//!
//! A finding that a rule of the settings sets aside is an accepted risk, which is not the same as "not affected": it is
//! stated as `affected` with the decision as the action, unless the rule's reason opens with one of OpenVEX's own
//! justifications (`vulnerable_code_not_in_execute_path: only the parser is used`).

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uplift_model::Ecosystem;
use uplift_model::advisory::Finding;

use super::purl::Purl;
use crate::exceptions::SETTINGS;

/// Source: OpenVEX 0.2.0, "Status Justifications".
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

/// One package at one version, with what touches it.
#[derive(Debug, Clone, Copy)]
pub struct Stated<'a> {
    pub ecosystem: Ecosystem,
    pub name: &'a str,
    pub version: &'a str,
    pub findings: &'a [Finding],
}

/// An OpenVEX document. `time` is RFC 3339.
pub fn openvex(author: &str, time: &str, packages: &[Stated<'_>]) -> String {
    let mut statements: Vec<(String, String, Value)> = Vec::new();
    for package in packages {
        let purl = Purl::write(package.ecosystem, package.name, package.version);
        for finding in package.findings {
            statements.push((finding.id.clone(), purl.clone(), statement(finding, &purl)));
        }
    }
    statements.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    statements.dedup_by(|a, b| (&a.0, &a.1) == (&b.0, &b.1));
    let statements: Vec<Value> = statements.into_iter().map(|(.., statement)| statement).collect();
    let mut document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "author": author,
        "timestamp": time,
        "version": 1,
        "statements": statements,
    });
    let hash: String = Sha256::digest(document.to_string()).iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(fields) = document.as_object_mut() {
        fields.insert("@id".to_owned(), Value::from(format!("https://openvex.dev/docs/public/vex-{hash}")));
    }
    format!("{document:#}\n")
}

fn statement(finding: &Finding, purl: &str) -> Value {
    let mut statement = json!({
        "vulnerability": { "name": finding.id, "aliases": finding.aliases },
        "products": [{ "@id": purl }],
    });
    let set_aside = finding.exception.as_ref().filter(|exception| !exception.expired);
    let fields: Vec<(&str, String)> = match set_aside {
        Some(exception) if exception.by != SETTINGS || justification(&exception.reason).is_some() => {
            let found = exception.reason.split(": ").find_map(justification);
            let impact = Some(("impact_statement", exception.reason.clone()));
            [Some(("status", "not_affected".to_owned())), found.map(|j| ("justification", j.to_owned())), impact]
                .into_iter()
                .flatten()
                .collect()
        }
        Some(exception) => {
            let owner = exception.owner.as_ref().map(|owner| format!(" by {owner}")).unwrap_or_default();
            let until = exception.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
            affected(format!("accepted{owner}{until}: {}", exception.reason))
        }
        None => affected(match finding.fixed.first() {
            Some(fix) => format!("update to {fix} or later"),
            None => "no fix is known".to_owned(),
        }),
    };
    if let Some(known) = statement.as_object_mut() {
        known.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))));
    }
    statement
}

fn affected(action: String) -> Vec<(&'static str, String)> {
    vec![("status", "affected".to_owned()), ("action_statement", action)]
}

fn justification(reason: &str) -> Option<&'static str> {
    let start = reason.split(':').next().unwrap_or_default().trim();
    JUSTIFICATIONS.into_iter().find(|known| *known == start)
}
