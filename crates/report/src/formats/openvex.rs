//! OpenVEX 0.2.0: one statement for each advisory and package in use.
//!
//! Source: the OpenVEX specification 0.2.0. Its schema wants a justification or an impact statement, never both, so that
//! the words beside a justification are `status_notes`.

use serde::Serialize;

use super::bill::{Bill, Node};
use super::error::FormatError;
use super::identity::{TOOL, VERSION, moment_or_epoch};
use super::standing::{Justification, Standing};
use crate::clean;

#[derive(Serialize)]
pub(super) struct Document {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@id")]
    id: String,
    author: String,
    role: &'static str,
    timestamp: String,
    version: u32,
    tooling: String,
    statements: Vec<Statement>,
}

#[derive(Serialize)]
struct Statement {
    vulnerability: Vulnerability,
    products: Vec<Product>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact_statement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement: Option<String>,
}

#[derive(Serialize)]
struct Vulnerability {
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
}

#[derive(Serialize)]
struct Product {
    #[serde(rename = "@id")]
    id: String,
}

pub(super) fn document(bill: &Bill) -> Result<Document, FormatError> {
    let mut statements: Vec<Statement> = bill.threats.iter().map(|threat| statement(bill, threat)).collect();
    // Ids that differ in what a terminal obeys only are the same once they are clean.
    let mut seen = std::collections::BTreeSet::new();
    statements.retain(|statement| serde_json::to_string(statement).is_ok_and(|text| seen.insert(text)));
    if statements.is_empty() {
        return Err(FormatError::NothingToState { unasked: bill.unasked.clone() });
    }
    Ok(Document {
        context: "https://openvex.dev/ns/v0.2.0",
        id: format!("https://openvex.dev/docs/public/vex-{}", bill.uuid("openvex")),
        author: if bill.subject.is_empty() { TOOL.to_owned() } else { bill.subject.clone() },
        role: "Project",
        timestamp: moment_or_epoch(&bill.day),
        version: 1,
        tooling: format!("{TOOL} {VERSION}"),
        statements,
    })
}

fn statement(bill: &Bill, threat: &super::bill::Threat) -> Statement {
    let finding = &threat.finding;
    let mut aliases: Vec<String> = finding.aliases.iter().map(|alias| clean::line(alias)).collect();
    aliases.sort();
    aliases.dedup();
    let mut statement = Statement {
        vulnerability: Vulnerability {
            name: clean::line(&finding.id),
            description: clean::line(&finding.summary),
            aliases,
        },
        products: vec![Product { id: bill.reference(Node::Package(threat.package)) }],
        status: "affected",
        status_notes: None,
        justification: None,
        impact_statement: None,
        action_statement: None,
    };
    match &threat.standing {
        Standing::Affected { action } => statement.action_statement = Some(action.clone()),
        Standing::Accepted { decision } => statement.action_statement = Some(decision.clone()),
        Standing::NotAffected { justification: Some(justification), why } => {
            statement.status = "not_affected";
            statement.justification = Some(justification.openvex);
            statement.status_notes = notes(why, *justification);
        }
        Standing::NotAffected { justification: None, why } => {
            statement.status = "not_affected";
            // The status is not said twice, however often a document is read and written again.
            statement.impact_statement = Some(why.trim_start_matches("not_affected: ").to_owned());
        }
        Standing::Fixed { how } => {
            statement.status = "fixed";
            statement.status_notes = Some(how.clone());
        }
        Standing::Open { why } => {
            statement.status = "under_investigation";
            statement.status_notes = Some(why.clone());
        }
    }
    statement
}

/// What stands behind the justification.
fn notes(why: &str, justification: Justification) -> Option<String> {
    let mut words = [Some(justification.openvex), justification.cyclonedx].into_iter().flatten();
    let (_, rest) = words.find_map(|word| why.split_once(word))?;
    let rest = rest.trim_start_matches([':', ' ']);
    (!rest.is_empty()).then(|| rest.to_owned())
}
