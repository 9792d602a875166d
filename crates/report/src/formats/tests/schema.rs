//! As much of JSON Schema (draft 7) as the schemas in `tests/schemas` use. A keyword, format, pattern or reference that is
//! not known here ends the test, so that none is passed over. Used by the end-to-end tests as well.
#![allow(clippy::unwrap_used, dead_code, reason = "tests; each of them uses a part of it")]

use std::collections::BTreeSet;

use serde_json::Value;

pub(crate) struct Schema {
    root: Value,
}

/// Words that say nothing of what is valid.
const SILENT: [&str; 13] = [
    "$schema",
    "$id",
    "$comment",
    "title",
    "description",
    "definitions",
    "default",
    "examples",
    "meta:enum",
    "deprecated",
    "additionalItems",
    "if",
    "then",
];

impl Schema {
    pub(crate) fn sarif() -> Self {
        Self::of(include_str!("../../../tests/schemas/sarif-2.1.0.schema.json"))
    }

    pub(crate) fn cyclonedx() -> Self {
        Self::of(include_str!("../../../tests/schemas/cyclonedx-1.6.schema.json"))
    }

    pub(crate) fn spdx() -> Self {
        Self::of(include_str!("../../../tests/schemas/spdx-2.3.schema.json"))
    }

    fn of(text: &str) -> Self {
        Self { root: serde_json::from_str(text).unwrap() }
    }

    /// The first breach, with the place; `None`: it is valid.
    pub(crate) fn wrong(&self, value: &Value) -> Option<String> {
        self.differs(&self.root, value, "$").err()
    }

    fn differs(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let schema = match schema {
            Value::Bool(true) => return Ok(()),
            Value::Bool(false) => return Err(format!("{at}: nothing may stand here")),
            schema => schema.as_object().unwrap(),
        };
        for (keyword, said) in schema {
            let fits = match keyword.as_str() {
                word if SILENT.contains(&word) => true,
                "$ref" => {
                    self.differs(self.target(said.as_str().unwrap()), value, at)?;
                    true
                }
                "type" => is_of(said, value),
                "enum" => said.as_array().unwrap().contains(value),
                "const" => said == value,
                "pattern" => value.as_str().is_none_or(|text| matches(said.as_str().unwrap(), text)),
                "format" => value.as_str().is_none_or(|text| has_format(said.as_str().unwrap(), text)),
                "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= said.as_u64().unwrap()),
                "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= said.as_u64().unwrap()),
                "minimum" => value.as_f64().is_none_or(|number| number >= said.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= said.as_f64().unwrap()),
                "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= said.as_u64().unwrap()),
                "maxItems" => value.as_array().is_none_or(|list| list.len() as u64 <= said.as_u64().unwrap()),
                "uniqueItems" => said == &Value::Bool(false) || value.as_array().is_none_or(|list| unique(list)),
                "required" => {
                    let lacks = |field: &&Value| value.is_object() && value.get(field.as_str().unwrap()).is_none();
                    if let Some(field) = said.as_array().unwrap().iter().find(lacks) {
                        return Err(format!("{at}: no field {field}"));
                    }
                    true
                }
                "properties" => {
                    for (field, inner) in value.as_object().into_iter().flatten() {
                        if let Some(known) = said.get(field) {
                            self.differs(known, inner, &format!("{at}.{field}"))?;
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    let known = schema.get("properties");
                    let extra = value.as_object().into_iter().flatten();
                    for (field, inner) in extra.filter(|(field, _)| known.and_then(|k| k.get(*field)).is_none()) {
                        self.differs(said, inner, &format!("{at}.{field}"))?;
                    }
                    true
                }
                "items" => {
                    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                        let of = said.as_array().map_or(Some(said), |each| each.get(number));
                        if let Some(of) = of {
                            self.differs(of, item, &format!("{at}[{number}]"))?;
                        }
                    }
                    true
                }
                "allOf" => {
                    for case in said.as_array().unwrap() {
                        self.differs(case, value, at)?;
                    }
                    true
                }
                "anyOf" | "oneOf" => {
                    let cases = said.as_array().unwrap();
                    let wrong: Vec<String> = cases.iter().filter_map(|c| self.differs(c, value, at).err()).collect();
                    let right = cases.len() - wrong.len();
                    if right == 0 || keyword == "oneOf" && right > 1 {
                        return Err(format!("{at}: {right} cases of {keyword} hold: {}", wrong.join("; ")));
                    }
                    true
                }
                other => panic!("{at}: the validator does not know `{other}`"),
            };
            if !fits {
                return Err(format!("{at}: {value} breaks `{keyword}`: {said}"));
            }
        }
        match schema.get("if") {
            Some(condition) if self.differs(condition, value, at).is_ok() => {
                schema.get("then").map_or(Ok(()), |then| self.differs(then, value, at))
            }
            _ => Ok(()),
        }
    }

    fn target(&self, reference: &str) -> &Value {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("a reference to another file: {reference}"));
        self.root.pointer(pointer).unwrap_or_else(|| panic!("no {reference}"))
    }
}

fn is_of(said: &Value, value: &Value) -> bool {
    let one = |name: &Value| match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type `{other}`"),
    };
    said.as_array().map_or_else(|| one(said), |names| names.iter().any(one))
}

fn unique(list: &[Value]) -> bool {
    let mut seen = BTreeSet::new();
    list.iter().all(|item| seen.insert(item.to_string()))
}

/// Patterns of the schemas that a document of ours meets; others are known by name only and must not be met.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern {
        "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" => {
            let groups: Vec<&str> = text.strip_prefix("urn:uuid:").unwrap_or_default().split('-').collect();
            let digits = |group: &&str| group.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(digits)
        }
        // BOM-Links: a case of `anyOf` beside plain references, which ours are.
        link if link.starts_with("^urn:cdx:") => {
            assert!(!text.starts_with("urn:cdx:"), "no document of ours links to another: {text}");
            false
        }
        other => panic!("the validator does not know the pattern `{other}`"),
    }
}

fn has_format(format: &str, text: &str) -> bool {
    match format {
        "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
        "uri" => is_reference(text) && has_scheme(text),
        // Ours are all of ASCII, which makes them URI references as well.
        "uri-reference" | "iri-reference" => is_reference(text),
        other => panic!("the validator does not know the format `{other}`"),
    }
}

fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// Characters of RFC 3986, and every `%` before two hexadecimal digits.
fn is_reference(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let escape = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    text.chars().all(allowed) && text.split('%').skip(1).all(escape)
}
