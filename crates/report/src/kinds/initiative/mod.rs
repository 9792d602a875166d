//! `initiative`: the plan as a programme, in the shape of a design document (seed 003): aims, phases with gates, roles,
//! flow, ways back, measures, decisions, weeks, risks, and which requirement each part serves.
//!
//! Lives here: the order of the sections. Lives elsewhere: one file for each group of sections; who moves
//! (`super::ways`), advisories (`super::exposure`), what stands around a report (`super::parts`).

mod aims;
mod course;
mod measure;
mod people;
mod phases;
mod proposals;
mod trace;

#[cfg(test)]
mod tests;

use uplift_model::dossier::Dossier;
use uplift_model::plan::{Plan, PlanStep};

use super::documents;
use super::exposure::{self, Exposure};
use super::ways::{self, Part, Way};
use super::{parts, pieces};
use crate::document::Document;

/// Everything that the sections look at.
struct Facts<'a> {
    dossier: &'a Dossier,
    parts: Vec<Part<'a>>,
    ways: Vec<Way<'a>>,
    exposure: Exposure<'a>,
}

impl<'a> Facts<'a> {
    /// Plans with the folder of their component.
    fn plans(&self) -> impl Iterator<Item = (&'a str, &'a Plan)> {
        self.parts.iter().filter_map(|part| Some((part.path, part.plan?)))
    }

    fn steps(&self) -> impl Iterator<Item = (&'a str, &'a PlanStep)> {
        self.plans().flat_map(|(path, plan)| plan.steps.iter().map(move |step| (path, step)))
    }
}

/// What could move and is a row of the scope.
fn shown_pairs<'a>(facts: &Facts<'a>) -> Vec<parts::Pair<'a>> {
    let shown = |pair: &parts::Pair<'_>| {
        let path = ways::normal(pair.component);
        facts.ways.iter().any(|way| way.direct && way.moves() && way.component == path && way.name == pair.name)
    };
    parts::pairs(facts.dossier).into_iter().filter(shown).collect()
}

pub(super) fn write(dossier: &Dossier) -> Document {
    let facts = Facts {
        dossier,
        parts: ways::parts(dossier),
        ways: ways::ways(dossier).into_iter().chain(ways::beside(dossier)).collect(),
        exposure: exposure::exposure(dossier),
    };
    let pairs = shown_pairs(&facts);
    let moving = facts.ways.iter().filter(|way| way.direct && way.moves()).count();
    let in_short = parts::Rows { packages: ("scope-packages", moving), decisions: Some("decision-list") };
    Document {
        title: pieces::title(dossier, "Dependency upgrade initiative"),
        header: parts::header(dossier),
        sections: vec![
            parts::in_short(dossier, &pairs, &in_short),
            aims::overview(&facts),
            aims::scope(&facts),
            phases::section(&facts),
            people::roles(&facts),
            course::flow(&facts),
            course::rollback(&facts),
            measure::testing(&facts),
            aims::security(&facts),
            measure::criteria(&facts),
            people::decisions(&facts),
            measure::calendar(&facts),
            documents::section(dossier),
            people::risks(&facts),
            trace::section(&facts),
            parts::sources(dossier),
        ],
        footer: parts::footer(dossier),
    }
}
