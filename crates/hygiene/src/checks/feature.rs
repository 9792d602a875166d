//! What a service has or lacks, service by service: shared by the checks of services.
//!
//! A library that code imports, or a call that sets it up, is presence; a library that is only declared is not: it is
//! called neutralised, for nothing reaches it.

use uplift_model::hygiene::{Evidence, Presence};

use super::{Answer, found, present};
use crate::code::Source;
use crate::place::{self, listed};
use crate::service::{Service, declares};
use crate::survey::Survey;

/// What a feature looks like in code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Feature {
    /// `rate limiting`.
    pub(super) called: &'static str,
    /// Modules, as Python and JavaScript import them.
    pub(super) modules: &'static [&'static str],
    /// Calls that set it up; when there are any, an import alone does not count.
    pub(super) calls: &'static [&'static str],
    /// Packages that bring it, to tell "declared" from "absent".
    pub(super) packages: &'static [&'static str],
    pub(super) advice: &'static str,
}

/// How one service has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Has {
    Used(Vec<Evidence>),
    Declared(Evidence),
    No,
}

pub(super) fn used(feature: &Feature, source: &Source) -> Option<Evidence> {
    if let Some(call) = source.calls_any(feature.calls) {
        return Some(source.evidence(call));
    }
    if feature.calls.is_empty() { source.imports_any(feature.modules) } else { None }
}

pub(super) fn of(feature: &Feature, survey: &Survey<'_>, service: &Service) -> Has {
    let shown: Vec<Evidence> = survey.code_of(service).into_iter().filter_map(|s| used(feature, s)).take(3).collect();
    if !shown.is_empty() {
        return Has::Used(shown);
    }
    let declared = survey.component(service).and_then(|c| declares(c, feature.packages));
    declared.map_or(Has::No, Has::Declared)
}

pub(super) fn label(service: &Service) -> String {
    place::called(&service.root).to_owned()
}

/// The state over all services. `outside`: what gives it to all of them, such as a proxy's configuration.
pub(super) fn state(feature: &Feature, survey: &Survey<'_>, outside: Vec<Evidence>) -> Answer {
    if survey.services.is_empty() {
        return Answer::left_out("no service that answers requests was seen");
    }
    let all: Vec<(&Service, Has)> = survey.services.iter().map(|s| (s, of(feature, survey, s))).collect();
    summed(feature, &all, outside)
}

/// The state out of what each service has.
pub(super) fn summed(feature: &Feature, all: &[(&Service, Has)], outside: Vec<Evidence>) -> Answer {
    if !outside.is_empty() {
        return present(format!("{} is configured for all services", feature.called), outside);
    }
    let mut evidence: Vec<Evidence> = Vec::new();
    let (mut with, mut declared, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for (service, has) in all {
        match has {
            Has::Used(shown) => {
                with.push(label(service));
                evidence.extend(shown.iter().cloned());
            }
            Has::Declared(shown) => {
                declared.push(label(service));
                evidence.push(shown.clone());
            }
            Has::No => {
                without.push(label(service));
                evidence.push(service.shown_by.clone());
            }
        }
    }
    let lacking = [declared.as_slice(), without.as_slice()].concat();
    if lacking.is_empty() {
        return present(format!("{} set up in {}", verb(feature.called), listed(&with)), evidence);
    }
    if !with.is_empty() {
        let because = format!("{} set up in {} and not in {}", verb(feature.called), listed(&with), listed(&lacking));
        return found(Presence::Partial, because, evidence, feature.advice);
    }
    if !declared.is_empty() {
        let because = format!("{} declared in {}, and no code sets it up", verb(feature.called), listed(&declared));
        return found(Presence::Neutralised, because, evidence, feature.advice);
    }
    found(
        Presence::Missing,
        format!("no code of {} sets up {}", listed(&without), feature.called),
        evidence,
        feature.advice,
    )
}

/// `tracing is`, `metrics are`.
fn verb(called: &str) -> String {
    format!("{called} {}", if called == "metrics" { "are" } else { "is" })
}

/// Files that `holds`, as evidence for what configuration gives.
pub(super) fn configured(
    survey: &Survey<'_>,
    named: impl Fn(&str) -> bool,
    holds: impl Fn(&str) -> bool,
) -> Vec<Evidence> {
    let mut all = Vec::new();
    for path in survey.repository.files().iter().filter(|f| named(f) && !place::beside_production(f)) {
        let Some(text) = survey.repository.text(path) else { continue };
        if let Some((line, what)) = place::find_line(&text, |l| !l.trim_start().starts_with(['#', '/']) && holds(l)) {
            all.push(place::evidence(path, Some(line), what));
        }
    }
    all
}
