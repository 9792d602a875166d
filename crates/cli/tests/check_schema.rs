//! What `uplift check --format json` prints is what `docs/reference/*.schema.json` says: every field, nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use std::path::Path;

use check_support::{Seed, seeds};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

/// As much of JSON Schema as the generated files use; an unknown keyword fails, so that none is passed over.
struct Schema {
    root: Value,
}

impl Schema {
    fn read(file: &str) -> Self {
        Self { root: seeds::json(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(file)) }
    }

    fn wrong(&self, value: &Value) -> Option<String> {
        self.differs(&self.root, value, "$").err()
    }

    fn differs(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let Some(schema) = schema.as_object() else { return Ok(()) };
        for (keyword, said) in schema {
            match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" | "format" | "default" => {}
                "$ref" => {
                    let name = said.as_str().unwrap().trim_start_matches("#/$defs/");
                    self.differs(&self.root["$defs"][name], value, at)?;
                }
                "const" if said == value => {}
                "enum" if said.as_array().unwrap().contains(value) => {}
                "type" if is_of(said, value) => {}
                "minimum" if value.as_f64().is_none_or(|n| n >= said.as_f64().unwrap()) => {}
                "maxItems" if value.as_array().is_none_or(|a| a.len() as u64 <= said.as_u64().unwrap()) => {}
                "minItems" if value.as_array().is_none_or(|a| a.len() as u64 >= said.as_u64().unwrap()) => {}
                "required" => {
                    for field in said.as_array().unwrap().iter().map(|f| f.as_str().unwrap()) {
                        value.get(field).ok_or_else(|| format!("{at}: no field `{field}`"))?;
                    }
                }
                "properties" => {
                    for (field, inner) in value.as_object().into_iter().flatten() {
                        let known =
                            said.get(field).ok_or_else(|| format!("{at}: field `{field}` is not in the schema"))?;
                        self.differs(known, inner, &format!("{at}.{field}"))?;
                    }
                }
                "items" => {
                    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.differs(said, item, &format!("{at}[{number}]"))?;
                    }
                }
                "anyOf" | "oneOf" => {
                    let cases = said.as_array().unwrap().iter();
                    let tried: Vec<String> = cases.filter_map(|case| self.differs(case, value, at).err()).collect();
                    if tried.len() == said.as_array().unwrap().len() {
                        return Err(format!("{at}: none of the cases: {}", tried.join("; ")));
                    }
                }
                _ => return Err(format!("{at}: {value} breaks `{keyword}`: {said}")),
            }
        }
        Ok(())
    }
}

fn is_of(said: &Value, value: &Value) -> bool {
    let one = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type `{other}`"),
    };
    match said {
        Value::String(name) => one(name),
        names => names.as_array().unwrap().iter().any(|name| one(name.as_str().unwrap())),
    }
}

#[test]
fn analyses_and_comparisons_are_as_their_schemas_say() {
    let (analysis, comparison) = (Schema::read("check.schema.json"), Schema::read("check-diff.schema.json"));
    let advisories = seeds::folder().join("advisories.json").display().to_string();
    let seed = Seed::read("omni-platform").with_targets().with_latest_on("2025-11-04");
    let (desk, _market) = seed.desk(BINARY, &[]);
    let whole = desk.analysis(&["--as-of", &seed.as_of, "--advisories", &advisories]).0;
    let silent = desk.analysis(&["--as-of", &seed.as_of, "--offline"]).0;
    for document in [&whole, &silent] {
        assert_eq!(analysis.wrong(document), None);
    }
    desk.write("gateway/requirements.txt", "fastapi==0.121.0\n");
    let differs =
        desk.run(&["check", "--diff", "last", "--as-of", &seed.as_of, "--advisories", &advisories, "--format", "json"]);
    let differs: Value = serde_json::from_str(&differs.stdout).unwrap();
    assert!(!differs["changes"].as_array().unwrap().is_empty());
    assert_eq!(comparison.wrong(&differs), None);
    // The other way round nothing fits, and a document that lacks or invents something does not.
    assert!(analysis.wrong(&differs).is_some() && comparison.wrong(&whole).is_some());
    let mut changed = whole.clone();
    changed["components"][0]["dependencies"][0]["pinning"] = json!("loosely");
    assert!(analysis.wrong(&changed).is_some_and(|why| why.contains("pinning")), "{:?}", analysis.wrong(&changed));
    let mut more = whole.clone();
    more["components"][0]["surprise"] = json!(1);
    assert!(analysis.wrong(&more).is_some_and(|why| why.contains("surprise")));
    let mut less = whole;
    less["urgency"].as_object_mut().unwrap().remove("formula");
    assert!(analysis.wrong(&less).is_some_and(|why| why.contains("formula")));
}
