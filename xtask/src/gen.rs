//! `cargo xtask gen`: what is written by the code about itself, the JSON schemas in `docs/reference`.
//!
//! Lives here: which schemas there are, writing them, and telling when one is stale (for `tidy`). Lives elsewhere: the
//! types and their words (`uplift_model`, feature `schema`).

use std::path::Path;

use anyhow::{Context, Result};
use schemars::Schema;
use serde_json::Value;
use uplift_model::analysis::Analysis;
use uplift_model::comparison::Comparison;

/// File from the root, the name that documents of it start with, and the schema.
fn schemas() -> [(&'static str, &'static str, Schema); 2] {
    [
        ("docs/reference/check.schema.json", uplift_model::analysis::SCHEMA, schemars::schema_for!(Analysis)),
        ("docs/reference/check-diff.schema.json", uplift_model::comparison::SCHEMA, schemars::schema_for!(Comparison)),
    ]
}

/// The text of a schema's file. `schema` may hold its own name only, so that a document of another form does not fit.
fn text(name: &str, mut schema: Schema) -> Result<String> {
    schema.insert("title".to_owned(), name.into());
    let property = schema.pointer_mut("/properties/schema").context("a document has no field `schema`")?;
    *property = serde_json::json!({ "const": name, "description": "Name and version of this form." });
    let mut value = schema.to_value();
    reword(&mut value);
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// Descriptions are comments of the code: what only its readers know is put in JSON's words, or left out.
fn reword(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text) if name == "description" => {
                        *text = without_rows(text).replace("`None`", "null")
                    }
                    other => reword(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(reword),
        _ => {}
    }
}

/// One line, without `(row A8)` and the like: rows of `docs/requirements.md`.
fn without_rows(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut kept: Vec<String> = Vec::new();
    while let Some(word) = words.next() {
        if word != "(row" && word != "(rows" {
            kept.push(word.to_owned());
            continue;
        }
        // `A8)`, `A21,`, `I4):` and whatever stands behind the bracket.
        let end = words.by_ref().find(|word| word.contains(')')).unwrap_or_default();
        if let (Some(before), Some((_, after))) = (kept.last_mut(), end.split_once(')')) {
            before.push_str(after);
        }
    }
    kept.join(" ")
}

/// Writes every file that is not as it should be.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn run(root: &Path) -> Result<bool> {
    for (file, name, schema) in schemas() {
        let (path, text) = (root.join(file), text(name, schema)?);
        if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            std::fs::write(&path, text).with_context(|| format!("cannot write {file}"))?;
            println!("{file}: written");
        }
    }
    Ok(true)
}

/// Files that `run` would write anew.
///
/// # Errors
/// When a schema cannot be made.
pub(crate) fn stale(root: &Path) -> Result<Vec<&'static str>> {
    let mut stale = Vec::new();
    for (file, name, schema) in schemas() {
        if std::fs::read_to_string(root.join(file)).ok() != Some(text(name, schema)?) {
            stale.push(file);
        }
    }
    Ok(stale)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_or_changed_is_stale_until_it_is_written() {
        let folder = std::env::temp_dir().join(format!("uplift-gen-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("docs/reference")).unwrap();
        assert_eq!(stale(&folder).unwrap().len(), 2);
        assert!(run(&folder).unwrap());
        assert_eq!(stale(&folder).unwrap(), Vec::<&str>::new());
        std::fs::write(folder.join("docs/reference/check.schema.json"), "{}").unwrap();
        assert_eq!(stale(&folder).unwrap(), ["docs/reference/check.schema.json"]);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_schema_names_its_fields_and_states() {
        let [(_, name, schema), _] = schemas();
        let text = text(name, schema).unwrap();
        for word in ["\"const\": \"uplift/check/1\"", "not-retrieved", "latest_installable", "YYYY-MM-DD"] {
            assert!(text.contains(word), "{word}");
        }
        for word in ["(row", "`None`"] {
            assert!(!text.contains(word), "{word}");
        }
        assert_eq!(without_rows("What it\nis (rows B2, B6): all of it."), "What it is: all of it.");
    }
}
