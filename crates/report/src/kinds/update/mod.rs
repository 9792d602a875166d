//! `update`: what was wrong, what was changed, what proves it, what is left to do (row M2).
//!
//! Lives here: the order of the sections. Without a run it tells the plan as proposed, and says so.
//! Lives elsewhere: who moves (`super::ways`), advisories before and after (`super::exposure`), one file a section.

mod changes;
mod matrix;
mod operation;
mod posture;
mod problem;
mod steps;
mod testing;
mod vulnerabilities;

#[cfg(test)]
mod tests;

use uplift_model::dossier::Dossier;

use super::documents;
use super::exposure::{self, Exposure};
use super::ways::{self, Way};
use super::{parts, pieces};
use crate::document::{Document, Text};

/// Everything that the sections look at.
struct Facts<'a> {
    dossier: &'a Dossier,
    ways: Vec<Way<'a>>,
    exposure: Exposure<'a>,
}

pub(super) fn write(dossier: &Dossier) -> Document {
    let facts = Facts { dossier, ways: ways::ways(dossier), exposure: exposure::exposure(dossier) };
    let moving = facts.ways.iter().filter(|way| way.moves()).count();
    let in_short = parts::Rows { packages: ("updated", moving), decisions: None };
    let what = if dossier.run.is_some() { "Dependency updates" } else { "Dependency updates, proposed" };
    let mut header = parts::header(dossier);
    header.extend(dossier.run.as_ref().map(|run| {
        let branch = match (ways::delivered(dossier), &run.branch) {
            (Some(_), Some(branch)) => Text::from("branch ").code(branch),
            _ => Text::from("nothing"),
        };
        ("Delivered".to_owned(), branch)
    }));
    Document {
        title: pieces::title(dossier, what),
        header,
        sections: vec![
            parts::in_short(dossier, &parts::pairs(dossier), &in_short),
            problem::section(&facts),
            vulnerabilities::section(&facts),
            changes::section(&facts),
            matrix::section(&facts),
            testing::section(&facts),
            operation::deployment(&facts),
            operation::verification(&facts),
            steps::notes(&facts),
            documents::section(dossier),
            posture::section(&facts),
            steps::next(&facts),
            parts::sources(dossier),
        ],
        footer: parts::footer(dossier),
    }
}
