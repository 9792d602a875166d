//! OSV records as they come: read leniently, so that one wrongly typed field never costs a record.
//!
//! Lives here: the fields of the OSV schema that anything here uses, and the form of `advisories.json` subsets.
//! Lives elsewhere: what a range means (`range`), what is kept of a record (`entry`).
//!
//! Source: the Open Source Vulnerability schema, version 1.6. Unknown fields are ignored; of a list, only the elements
//! that cannot be read are left out; a field of the wrong type reads as absent. The id alone is required.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Why a JSON value is no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    #[error("not JSON: {0}")]
    Json(String),
    #[error("no record: it has no `id`")]
    NoId,
}

/// One vulnerability as one database tells it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Record {
    #[serde(default, deserialize_with = "text_or_empty")]
    pub id: String,
    #[serde(default, deserialize_with = "texts")]
    pub aliases: Vec<String>,
    /// Akin, but not the same vulnerability: never merged.
    #[serde(default, deserialize_with = "texts")]
    pub related: Vec<String>,
    #[serde(default, deserialize_with = "texts")]
    pub upstream: Vec<String>,
    /// When it was taken back; such a record says nothing any more.
    #[serde(default, deserialize_with = "some_text")]
    pub withdrawn: Option<String>,
    #[serde(default, deserialize_with = "some_text")]
    pub published: Option<String>,
    #[serde(default, deserialize_with = "some_text")]
    pub modified: Option<String>,
    #[serde(default, deserialize_with = "text_or_empty")]
    pub summary: String,
    #[serde(default, deserialize_with = "text_or_empty")]
    pub details: String,
    #[serde(default, deserialize_with = "each")]
    pub severity: Vec<Score>,
    #[serde(default, deserialize_with = "each")]
    pub affected: Vec<Affected>,
    #[serde(default, deserialize_with = "each")]
    pub references: Vec<Reference>,
    #[serde(default, deserialize_with = "lenient")]
    pub database_specific: DatabaseSpecific,
}

/// `CVSS_V3` and a vector, or a scheme of the database's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Score {
    #[serde(default, rename = "type", deserialize_with = "text_or_empty")]
    pub kind: String,
    #[serde(default, deserialize_with = "text_or_empty")]
    pub score: String,
}

/// A page about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Reference {
    #[serde(default, rename = "type", deserialize_with = "text_or_empty")]
    pub kind: String,
    #[serde(default, deserialize_with = "text_or_empty")]
    pub url: String,
}

/// One package that the record touches.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Affected {
    #[serde(default, deserialize_with = "lenient")]
    pub package: Package,
    #[serde(default, deserialize_with = "each")]
    pub ranges: Vec<Range>,
    #[serde(default, deserialize_with = "texts")]
    pub versions: Vec<String>,
    /// Takes the place of the record's, for this package.
    #[serde(default, deserialize_with = "each")]
    pub severity: Vec<Score>,
    #[serde(default, deserialize_with = "lenient")]
    pub database_specific: DatabaseSpecific,
    #[serde(default, deserialize_with = "lenient")]
    pub ecosystem_specific: DatabaseSpecific,
}

/// A package by OSV's names: `PyPI`, `npm`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Package {
    #[serde(default, deserialize_with = "text_or_empty")]
    pub ecosystem: String,
    #[serde(default, deserialize_with = "text_or_empty")]
    pub name: String,
}

/// `SEMVER`, `ECOSYSTEM` or `GIT`, and its events in the record's order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Range {
    #[serde(default, rename = "type", deserialize_with = "text_or_empty")]
    pub kind: String,
    #[serde(default, deserialize_with = "events")]
    pub events: Vec<Event>,
}

/// Where a range opens or closes; the value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Affected from here on, inclusive.
    Introduced(String),
    /// Not affected from here on, inclusive.
    Fixed(String),
    /// Not affected above this.
    LastAffected(String),
    /// The range says nothing from here on.
    Limit(String),
}

/// What databases add on their own: GitHub's word for the severity, weaknesses, classes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct DatabaseSpecific {
    #[serde(default, deserialize_with = "some_text")]
    pub severity: Option<String>,
    #[serde(default, deserialize_with = "texts")]
    pub cwe_ids: Vec<String>,
    #[serde(default, deserialize_with = "each")]
    pub cwes: Vec<Cwe>,
    /// The kind of weakness in words, where there is no CWE id.
    #[serde(default, deserialize_with = "some_text")]
    pub class: Option<String>,
}

/// As malicious-package records have it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Cwe {
    #[serde(default, rename = "cweId", deserialize_with = "text_or_empty")]
    pub id: String,
}

impl Record {
    /// # Errors
    /// [`RecordError`]: not JSON, or no id. Nothing else makes a record unreadable.
    pub fn parse(json: &[u8]) -> Result<Self, RecordError> {
        let value = serde_json::from_slice(json).map_err(|e| RecordError::Json(e.to_string()))?;
        Self::of(value)
    }

    /// # Errors
    /// [`RecordError::NoId`].
    pub fn of(value: Value) -> Result<Self, RecordError> {
        let value = if is_subset_form(&value) { from_subset_form(&value) } else { value };
        let record: Self = serde_json::from_value(value).map_err(|_| RecordError::NoId)?;
        if record.id.trim().is_empty() { Err(RecordError::NoId) } else { Ok(record) }
    }

    /// The records in a JSON document: one record, a list, or an object with a list `advisories` or `vulns`.
    ///
    /// # Errors
    /// [`RecordError::Json`] when the document is not JSON. An element that is no record is an error of its own.
    pub fn parse_all(json: &[u8]) -> Result<Vec<Result<Self, RecordError>>, RecordError> {
        let mut value: Value = serde_json::from_slice(json).map_err(|e| RecordError::Json(e.to_string()))?;
        for list in ["advisories", "vulns"] {
            if let Some(inside @ Value::Array(_)) = value.get_mut(list) {
                value = inside.take();
                break;
            }
        }
        Ok(match value {
            Value::Array(items) => items.into_iter().map(Self::of).collect(),
            one => vec![Self::of(one)],
        })
    }

    pub fn is_withdrawn(&self) -> bool {
        self.withdrawn.as_ref().is_some_and(|when| !when.trim().is_empty())
    }
}

/// A flat form: one package, its events, a class and a word for the severity, all at the top.
fn is_subset_form(value: &Value) -> bool {
    value.get("affected").is_none() && value.get("package").is_some_and(Value::is_string)
}

fn from_subset_form(flat: &Value) -> Value {
    let field = |name: &str| flat.get(name).cloned().unwrap_or(Value::Null);
    serde_json::json!({
        "id": field("id"),
        "aliases": field("aliases"),
        "withdrawn": field("withdrawn"),
        "published": field("published"),
        "modified": if flat.get("modified").is_some() { field("modified") } else { field("published") },
        "summary": if flat.get("summary").is_some() { field("summary") } else { field("class") },
        "details": field("details"),
        "affected": [{
            "package": { "ecosystem": field("ecosystem"), "name": field("package") },
            "ranges": [{ "type": "ECOSYSTEM", "events": field("events") }],
            "versions": field("versions"),
        }],
        "database_specific": {
            "severity": field("severity"), "cwe_ids": field("cwe_ids"), "class": field("class"),
        },
    })
}

fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(from)?).unwrap_or_default())
}

fn each<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(items) => items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect(),
        _ => Vec::new(),
    })
}

/// Numbers count as text: a version `2` without quotes is still a version.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn some_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

fn text_or_empty<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(text(&Value::deserialize(from)?).unwrap_or_default())
}

fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(items) => items.iter().filter_map(text).collect(),
        Value::String(one) => vec![one],
        _ => Vec::new(),
    })
}

fn events<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Event>, D::Error> {
    let Value::Array(items) = Value::deserialize(from)? else { return Ok(Vec::new()) };
    let mut events = Vec::new();
    for item in &items {
        let value = |name: &str| item.get(name).and_then(text);
        // Old records put several into one object; the order of the schema is then the order meant.
        events.extend(value("introduced").map(Event::Introduced));
        events.extend(value("fixed").map(Event::Fixed));
        events.extend(value("last_affected").map(Event::LastAffected));
        events.extend(value("limit").map(Event::Limit));
    }
    Ok(events)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn wrong_types_cost_their_field_and_no_more() {
        let record = Record::parse(
            br#"{"id": "A-1", "aliases": "CVE-1", "summary": 5, "published": 7, "withdrawn": null, "severity": {},
                "references": 3, "new": [], "database_specific": [], "affected": [7, {"package": {"ecosystem": "npm",
                "name": "x"}, "versions": [1, "2", null], "ranges": ["no", {"type": "SEMVER", "events": [
                {"introduced": 0}, "odd", {"fixed": {}}, {"introduced": "3", "fixed": "4"}]}]}]}"#,
        )
        .unwrap();
        assert_eq!((record.aliases.as_slice(), record.summary.as_str()), (&["CVE-1".to_owned()][..], "5"));
        assert_eq!((record.published.as_ref(), record.is_withdrawn()), (None, false));
        assert_eq!(record.affected.len(), 1);
        assert_eq!(record.affected[0].versions, ["1", "2"]);
        let [introduced, again, fixed] = &record.affected[0].ranges[0].events[..] else { panic!() };
        assert_eq!((introduced, again), (&Event::Introduced("0".into()), &Event::Introduced("3".into())));
        assert_eq!(fixed, &Event::Fixed("4".into()));
    }

    #[test]
    fn only_a_record_without_id_is_no_record() {
        assert_eq!(Record::parse(b"{\"id\": []}"), Err(RecordError::NoId));
        assert_eq!(Record::parse(b"[]"), Err(RecordError::NoId));
        assert!(matches!(Record::parse(b"{"), Err(RecordError::Json(_))));
        assert!(Record::parse(br#"{"id": "A", "id": "B"}"#).is_ok());
    }

    #[test]
    fn documents_hold_one_record_or_many_in_either_form() {
        let flat = br#"{"note": "n", "advisories": [{"id": "G-1", "aliases": ["CVE-1"], "package": "Pillow",
            "ecosystem": "PyPI", "events": [{"introduced": "0"}, {"fixed": "2"}], "class": "buffer overflow",
            "severity": "HIGH", "published": "2024-04-17"}, {}]}"#;
        let all = Record::parse_all(flat).unwrap();
        assert_eq!(all[1], Err(RecordError::NoId));
        let record = all[0].as_ref().unwrap();
        assert_eq!(record.affected[0].package.name, "Pillow");
        assert_eq!(record.affected[0].ranges[0].events.len(), 2);
        assert_eq!(record.database_specific.class.as_deref(), Some("buffer overflow"));
        assert_eq!(record.database_specific.severity.as_deref(), Some("HIGH"));
        assert_eq!(Record::parse_all(br#"[{"id": "A"}, {"id": "B"}]"#).unwrap().len(), 2);
        assert_eq!(Record::parse_all(br#"{"id": "A"}"#).unwrap().len(), 1);
    }
}
