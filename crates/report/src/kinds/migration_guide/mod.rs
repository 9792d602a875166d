//! `migration-guide`: what contributors have to know and to do, in the shape of seed 004 (row M4).
//!
//! Lives here: the order of the sections. Lives elsewhere: one file for each; code before and after is shown only where
//! the data hold it, and a question is answered only from what was detected.

mod breaking;
mod database;
mod local;
mod phases;
mod questions;
mod targets;

#[cfg(test)]
mod tests;

use uplift_model::dossier::Dossier;
use uplift_model::plan::{Plan, PlanStep};

use super::ways::{self, Part, Way};
use super::{parts, pieces};
use crate::document::Document;

/// Everything that the sections look at.
struct Facts<'a> {
    dossier: &'a Dossier,
    parts: Vec<Part<'a>>,
    ways: Vec<Way<'a>>,
}

impl<'a> Facts<'a> {
    fn plans(&self) -> impl Iterator<Item = (&'a str, &'a Plan)> {
        self.parts.iter().filter_map(|part| Some((part.path, part.plan?)))
    }

    fn steps(&self) -> impl Iterator<Item = (&'a str, &'a PlanStep)> {
        self.plans().flat_map(|(path, plan)| plan.steps.iter().map(move |step| (path, step)))
    }

    /// Direct dependencies that end at another version.
    fn moving(&self) -> impl Iterator<Item = &Way<'a>> {
        self.ways.iter().filter(|way| way.direct && way.moves())
    }
}

pub(super) fn write(dossier: &Dossier) -> Document {
    let facts = Facts { dossier, parts: ways::parts(dossier), ways: ways::ways(dossier) };
    let moving = facts.moving().count();
    let in_short = parts::Rows { packages: ("targets", moving), decisions: None };
    let pairs = parts::pairs(dossier);
    let shown = |pair: &parts::Pair<'_>| {
        let path = ways::normal(pair.component);
        facts.moving().any(|way| way.component == path && way.name == pair.name)
    };
    let pairs: Vec<parts::Pair<'_>> = pairs.into_iter().filter(shown).collect();
    Document {
        title: pieces::title(dossier, "Upgrade and migration guide"),
        header: parts::header(dossier),
        sections: vec![
            parts::in_short(dossier, &pairs, &in_short),
            targets::overview(&facts),
            targets::runtimes(&facts),
            phases::section(&facts),
            breaking::section(&facts),
            local::steps(&facts),
            local::checklist(&facts),
            questions::section(&facts),
            parts::sources(dossier),
        ],
        footer: parts::footer(dossier),
    }
}
