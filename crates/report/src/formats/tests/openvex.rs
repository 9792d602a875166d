//! The rules of OpenVEX 0.2.0 in our own words: no published package carries its JSON schema.
//!
//! Source: the specification's tables of fields, and the schema that stands beside it (read, not copied).

use std::collections::BTreeSet;

use serde_json::Value;

const DOCUMENT: [&str; 9] =
    ["@context", "@id", "author", "role", "timestamp", "last_updated", "version", "tooling", "statements"];
const STATEMENT: [&str; 13] = [
    "@id",
    "version",
    "vulnerability",
    "timestamp",
    "last_updated",
    "products",
    "status",
    "supplier",
    "status_notes",
    "justification",
    "impact_statement",
    "action_statement",
    "action_statement_timestamp",
];
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

/// The first breach; `None`: it is valid.
pub(crate) fn wrong(document: &Value) -> Option<String> {
    let strings = ["@context", "@id", "author", "timestamp"];
    if let Some(field) = strings.into_iter().find(|field| !document[*field].is_string()) {
        return Some(format!("no {field}"));
    }
    if document["timestamp"].as_str()?.parse::<jiff::Timestamp>().is_err() {
        return Some("the timestamp is none".to_owned());
    }
    if document["version"].as_u64().is_none_or(|version| version == 0) {
        return Some("the version is no number from 1".to_owned());
    }
    let statements = match document["statements"].as_array() {
        Some(statements) if !statements.is_empty() => statements,
        _ => return Some("no statements".to_owned()),
    };
    let texts: BTreeSet<String> = statements.iter().map(Value::to_string).collect();
    if texts.len() != statements.len() {
        return Some("two statements are the same".to_owned());
    }
    unknown(document, &DOCUMENT).or_else(|| statements.iter().find_map(statement))
}

fn statement(statement: &Value) -> Option<String> {
    let has = |field: &str| statement[field].is_string();
    let vulnerability = &statement["vulnerability"];
    if !vulnerability["name"].is_string() {
        return Some(format!("a statement without a vulnerability's name: {statement}"));
    }
    let aliases: Vec<&Value> = vulnerability["aliases"].as_array().into_iter().flatten().collect();
    if aliases.iter().any(|alias| !alias.is_string())
        || aliases.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len() != aliases.len()
    {
        return Some(format!("aliases that are doubled or no text: {statement}"));
    }
    let products: Vec<&Value> = statement["products"].as_array().into_iter().flatten().collect();
    // `@id` is an IRI: it has a scheme, and no spaces or quotes.
    let id = |product: &&Value| {
        let id = product["@id"].as_str().unwrap_or_default();
        !id.contains(':') || id.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
    };
    if products.is_empty() || products.iter().any(id) {
        return Some(format!("a product without an IRI: {statement}"));
    }
    if statement["justification"].as_str().is_some_and(|given| !JUSTIFICATIONS.contains(&given)) {
        return Some(format!("no justification of OpenVEX: {statement}"));
    }
    let fits = match statement["status"].as_str().unwrap_or_default() {
        // One of the two, and not both.
        "not_affected" => has("justification") != has("impact_statement"),
        "affected" => has("action_statement"),
        "fixed" | "under_investigation" => true,
        _ => false,
    };
    if !fits {
        return Some(format!("the status does not go with the rest: {statement}"));
    }
    unknown(statement, &STATEMENT)
        .or_else(|| unknown(vulnerability, &["@id", "name", "description", "aliases"]))
        .or_else(|| {
            products.iter().find_map(|product| unknown(product, &["@id", "identifiers", "hashes", "subcomponents"]))
        })
}

fn unknown(value: &Value, known: &[&str]) -> Option<String> {
    let field = value.as_object()?.keys().find(|field| !known.contains(&field.as_str()))?;
    Some(format!("field `{field}` is not known: {value}"))
}
