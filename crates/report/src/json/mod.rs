//! JSON documents, by version of their form. `docs/reference/json.md` describes every field.

pub mod v1;
