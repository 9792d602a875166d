//! Small questions to JSON of which no type is certain.

use std::collections::BTreeMap;

use serde_json::Value;

pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

pub(super) fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// The entries of an object whose values are texts.
pub(super) fn texts<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let object = value.get(key).and_then(Value::as_object);
    object.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
}

pub(super) fn map(value: &Value, key: &str) -> BTreeMap<String, String> {
    texts(value, key).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Names of a `…Meta` object that are marked optional.
pub(super) fn optional_names(value: &Value, key: &str) -> Vec<String> {
    let object = value.get(key).and_then(Value::as_object);
    object.into_iter().flatten().filter(|(_, meta)| flag(meta, "optional")).map(|(name, _)| name.clone()).collect()
}

/// Engines are an object; old packages have a list of `node >=0.8`.
pub(super) fn engines(value: &Value) -> BTreeMap<String, String> {
    let mut found = map(value, "engines");
    for entry in value.get("engines").and_then(Value::as_array).into_iter().flatten() {
        if let Some((name, range)) = entry.as_str().and_then(|text| text.trim().split_once(char::is_whitespace)) {
            found.insert(name.to_owned(), range.trim().to_owned());
        }
    }
    found
}

/// Deprecated with the maintainers' words; `true` alone and empty words count as well, `false` does not.
pub(super) fn deprecated(value: &Value) -> Option<String> {
    match value.get("deprecated")? {
        Value::String(text) => Some(text.clone()),
        Value::Bool(true) => Some(String::new()),
        _ => None,
    }
}
