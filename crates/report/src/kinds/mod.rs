//! The kinds of report: what each says, section by section, made from one dossier.
//!
//! Lives here: one file or folder a kind, and the list. Every figure comes from the dossier; a template holds none.
//! Lives elsewhere: gathering (`uplift_engine::dossier`), the forms (`crate::markdown`, `crate::html`).
