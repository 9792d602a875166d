//! The seal of a plan: one digest over everything that a reviewer reads.
//!
//! The id names what would be done, so that it is the same tomorrow; ages and words differ from day to day. The seal binds
//! the rest of one drawing: risk, reasons, warnings, commands, decisions, hours. Left out are `notes` and `approvals`,
//! which are of the moment in which a plan is shown, and the seal itself.

use serde_json::Value;
use sha2::{Digest, Sha256};
use uplift_model::Plan;

use crate::error::EngineError;

const LEFT_OUT: [&str; 3] = ["seal", "notes", "approvals"];

/// # Errors
/// [`EngineError::Bug`] when the plan has no JSON.
pub(crate) fn of(plan: &Plan) -> Result<String, EngineError> {
    let mut whole = serde_json::to_value(plan).map_err(|e| EngineError::Bug(e.to_string()))?;
    if let Value::Object(fields) = &mut whole {
        fields.retain(|name, _| !LEFT_OUT.contains(&name.as_str()));
    }
    let mut digest = Sha256::new();
    feed(&mut digest, &whole);
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Every value with its kind and length, so that no two trees read alike. Numbers with a fraction count to six places: the
/// last bit may differ once they were written and read.
fn feed(digest: &mut Sha256, value: &Value) {
    let mut put = |kind: &str, text: &str| digest.update(format!("{kind}{}:{text}", text.len()));
    match value {
        Value::Null => put("z", ""),
        Value::Bool(yes) => put("b", if *yes { "1" } else { "0" }),
        Value::String(text) => put("s", text),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(fraction) => put("f", &format!("{fraction:.6}")),
            None => put("n", &number.to_string()),
        },
        Value::Array(items) => {
            put("a", &items.len().to_string());
            items.iter().for_each(|item| feed(digest, item));
        }
        Value::Object(fields) => {
            put("o", &fields.len().to_string());
            let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            for (name, field) in sorted {
                feed(digest, &Value::String(name.clone()));
                feed(digest, field);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of_value(value: &Value) -> String {
        let mut digest = Sha256::new();
        feed(&mut digest, value);
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn no_two_trees_have_one_digest() {
        let all = [
            json!(null),
            json!(""),
            json!("1"),
            json!(1),
            json!(1.5),
            json!([]),
            json!([[]]),
            json!(["a", "b"]),
            json!(["ab"]),
            json!({"a": "b"}),
            json!({"a": null}),
            json!({}),
        ];
        let digests: std::collections::BTreeSet<String> = all.iter().map(of_value).collect();
        assert_eq!(digests.len(), all.len());
    }

    proptest::proptest! {
        /// What is written and read again has the digest that it had.
        #[test]
        fn writing_and_reading_changes_nothing(score in -1.0e6..1.0e6_f64, text in ".*") {
            let value = json!({"score": score, "text": text, "list": [score, null]});
            let again: Value = serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap();
            proptest::prop_assert_eq!(of_value(&value), of_value(&again));
        }
    }
}
