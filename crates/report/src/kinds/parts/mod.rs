//! Pieces that the kinds of report share. Each takes the dossier and gives parts of a document.
//!
//! | file | what is there |
//! | --- | --- |
//! | `frame` | [`header`], [`footer`], [`status`]: the lines above and below every report |
//! | `pairs` | [`pairs`]: every (component, package) that could move, with plan, row and week; [`stays`]: what does not; [`pairs_table`] |
//! | `advisories` | [`advisories`]: one row an advisory with what becomes of it; [`advisories_table`], [`posture`], [`security`] |
//! | `sources` | [`sources`]: the section that every report ends with; [`not_known`]: the callout of what is not known; [`urgency`] |
//! | `words` | ids, versions, data in words |
//!
//! Rules: text from outside goes in raw (the forms escape it); a number of rows is a `Count` that points to a table of
//! the same document, so a kind that uses [`posture`] has to show [`advisories_table`], and so on; each says which.

mod advisories;
mod frame;
mod pairs;
mod sources;
mod words;

pub(crate) use advisories::{After, advisories, advisories_table, posture, security};
pub(crate) use frame::{footer, header, status};
pub(crate) use pairs::{Basis, Pair, pairs, pairs_table, stays, stays_table};
pub(crate) use sources::{not_known, sources, urgency};
pub(crate) use words::{component, distance, effort, id, state, versions};
