//! Pieces that the kinds of report share. Each takes the dossier and gives parts of a document.
//!
//! | file | what is there |
//! | --- | --- |
//! | `figures` | [`figures`]: ages, risk by phase, who depends on whom |
//! | `frame` | [`header`], [`footer`]: the lines above and below every report |
//! | `pairs` | [`pairs`]: every (component, package) that could move, with plan, row and week; [`pairs_table`]; [`stays_table`]: what does not |
//! | `advisories` | [`advisories`]: one row an advisory with what becomes of it; [`advisories_table`], [`posture`], [`security`] |
//! | `libraries` | one package in full: [`research`], [`notes`], [`breaking`], [`places`], [`behind`] |
//! | `actions` | [`commands`], [`edits`], [`pins`]: what to type and to write |
//! | `measure` | [`verdict`]: a target of performance against what was measured; [`how`] to measure it |
//! | `people` | [`register`], [`decisions`], [`effort_blocks`], [`calendar`], [`metrics`]: who, when, how long |
//! | `reading` | [`read_first`]: pages to read before a major |
//! | `short` | [`in_short`]: five lines for who has a minute |
//! | `sizes` | [`sizes`]: what has to be downloaded before and after, with the tables `sizes` and `sizes-packages` |
//! | `sources` | [`sources`]: the section that every report ends with; [`not_known`]: the callout of what is not known; [`urgency`] |
//! | `symbols` | [`symbols`], [`untold`]: what becomes of the names that the code uses |
//! | `words` | ids, versions, data in words |
//!
//! Rules: text from outside goes in raw (the forms escape it); a number of rows is a `Count` that points to a table of
//! the same document, so a kind that uses [`posture`] has to show [`advisories_table`], and so on; each says which.

mod actions;
mod advisories;
mod figures;
mod frame;
mod libraries;
#[cfg(test)]
pub(crate) mod made_up;
mod measure;
mod pairs;
mod people;
mod reading;
mod short;
mod sizes;
mod sources;
mod symbols;
mod words;

pub(crate) use actions::{commands, commands_block, edits, pins, ways_back};
pub(crate) use advisories::{AdvisoryRow, After, advisories, advisories_table, classes, posture, security};
pub(crate) use figures::figures;
pub(crate) use frame::{footer, header};
pub(crate) use libraries::{
    behind, breaking, in_use, named_in_notes, notes, notes_of, places, research, unknown, usage_id,
};
pub(crate) use measure::{how, verdict};
pub(crate) use pairs::{Basis, Pair, pairs, pairs_table, reason_word, stays_table};
pub(crate) use people::{
    approvals, before, calendar, decisions, decisions_table, effort as effort_blocks, given_metrics, metrics, question,
    register, risks, standing, weeks_of, who,
};
pub(crate) use reading::{read_first, step_reads_first};
pub(crate) use short::{Rows, in_short};
pub(crate) use sizes::sizes;
pub(crate) use sources::{SOURCES, not_known, rows_of_urgency, sources, urgency};
pub(crate) use symbols::{symbols, untold};
pub(crate) use words::{ROUNDED, component, effort, id, versions};
