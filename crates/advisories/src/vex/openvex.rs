//! OpenVEX documents.
//!
//! Source: the OpenVEX specification 0.2.0, and the plainer form of 0.0.x (products and vulnerability as text).

use serde_json::Value;

use super::purl::Purl;
use super::{Statement, list, reason, text};

pub(super) fn statements(name: &str, document: &Value) -> Vec<Statement> {
    list(document, "statements").filter_map(|statement| one(name, document, statement)).collect()
}

fn one(name: &str, document: &Value, statement: &Value) -> Option<Statement> {
    let status = text(statement, "status")?;
    let vulnerability = statement.get("vulnerability")?;
    let mut names: Vec<String> = match vulnerability {
        Value::String(name) => vec![name.clone()],
        object => [text(object, "name"), text(object, "@id").map(last)].into_iter().flatten().map(Into::into).collect(),
    };
    names.extend(list(vulnerability, "aliases").filter_map(Value::as_str).map(str::to_owned));
    let time = text(statement, "timestamp").or_else(|| text(document, "timestamp")).unwrap_or_default();
    Some(Statement {
        document: name.to_owned(),
        names,
        products: list(statement, "products").flat_map(packages).collect(),
        sets_aside: matches!(status, "not_affected" | "fixed"),
        reason: reason([
            Some(status),
            text(statement, "justification"),
            text(statement, "impact_statement").or_else(|| text(statement, "status_notes")),
        ]),
        time: time.to_owned(),
    })
}

/// The subcomponents where there are any: the product is then the application that holds them.
fn packages(product: &Value) -> Vec<Purl> {
    let inside: Vec<Purl> = list(product, "subcomponents").filter_map(package).collect();
    if product.get("subcomponents").is_some_and(|inside| inside.as_array().is_some_and(|list| !list.is_empty())) {
        return inside;
    }
    package(product).into_iter().collect()
}

fn package(value: &Value) -> Option<Purl> {
    let id = value.as_str().or_else(|| text(value, "@id"));
    let purl = value.get("identifiers").and_then(|ids| text(ids, "purl"));
    purl.and_then(Purl::read).or_else(|| id.and_then(Purl::read))
}

/// Ids are often addresses that end with the name.
fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
