//! How risky each move is: candidates with level, score, factors, reasons and what they do to advisories.

use std::collections::BTreeSet;

use uplift_decide::effort::{self, Urge};
use uplift_decide::risk::{self, Class, Evidence, Partner, Step, classes, effect_between};
use uplift_model::advisory::Severity;
use uplift_model::analysis::{Availability, Reason};
use uplift_model::risk::Touching;
use uplift_model::roadmap::Priority;
use uplift_model::solution::Change;
use uplift_model::symbols::SymbolChanges;
use uplift_model::{Candidate, Datum, Ecosystem, PackageName, Risk, Role};

use super::{Aim, Facts};
use crate::error::EngineError;
use crate::state::Mover;
use crate::symbols;

/// One mover with everything that is known of it.
pub(super) struct Weighed {
    pub(super) candidates: Vec<Candidate>,
    pub(super) level: Risk,
    pub(super) score: u32,
    pub(super) priority: Priority,
    /// It removes something critical, high or exploited.
    pub(super) presses: bool,
    /// The largest step and the class of the riskiest package.
    pub(super) step: Step,
    pub(super) class: Class,
    /// Places in the code that use its packages.
    pub(super) sites: usize,
    /// Places that use a name which the target no longer has.
    pub(super) broken_sites: usize,
}

impl Facts<'_> {
    pub(super) fn weigh(
        &self,
        movers: &[Mover],
        induced: &[Vec<Change>],
        aim: &Aim<'_>,
    ) -> Result<Vec<Weighed>, EngineError> {
        self.research.learn(&aim.target.solution);
        self.research.learn_symbols(movers.iter().flat_map(|m| &m.steps).map(|s| (&s.name, &s.from, &s.to)));
        let needed: BTreeSet<usize> = movers.iter().flat_map(|m| m.needs.iter().copied()).collect();
        let mut all = Vec::with_capacity(movers.len());
        for (at, mover) in movers.iter().enumerate() {
            let along = induced.get(at).map(Vec::as_slice).unwrap_or_default();
            all.push(self.weigh_one(mover, along, needed.contains(&at), aim)?);
        }
        Ok(all)
    }

    fn weigh_one(&self, mover: &Mover, along: &[Change], needed: bool, aim: &Aim<'_>) -> Result<Weighed, EngineError> {
        let mut weighed = Weighed {
            candidates: Vec::new(),
            level: Risk::Low,
            score: 0,
            priority: Priority { number: 3, because: "nothing presses".to_owned() },
            presses: false,
            step: Step::Same,
            class: Class::Library,
            sites: 0,
            broken_sites: 0,
        };
        let judged = self.research.judged();
        let mut riskiest = None;
        let mut dropped = self.dropped(mover, along)?;
        for (first, step) in mover.steps.iter().enumerate().map(|(at, step)| (at == 0, step)) {
            let dependency = aim.dependencies.iter().find(|d| d.name == step.name);
            let newest = self.newest(&step.name, &step.from, &mut Vec::new())?.unwrap_or_else(|| step.to.clone());
            let capped_by = if newest > step.to { self.why_below(aim, &step.name, &newest)? } else { None };
            let role = dependency.map_or(Role::Runtime, |d| d.role);
            let mut evidence = judged.evidence(&step.name, &step.from, &step.to).unwrap_or_else(|| {
                let mut blank = Evidence::new(step.name.as_str(), Ecosystem::Python, role, &step.to.to_string());
                blank.current = Some(step.from.to_string());
                blank.distance = Some(step.from.distance(&step.to));
                blank
            });
            let dependents = aim.target.via.get(&step.name).cloned().unwrap_or_default();
            for dependent in &dependents {
                if !evidence.dependents.iter().any(|d| d == dependent.as_str()) {
                    evidence.dependents.push(dependent.to_string());
                }
            }
            let partners = mover.steps.iter().filter(|s| s.name != step.name);
            evidence.lockstep = partners.map(|s| Partner { name: s.name.to_string(), comes_along: true }).collect();
            let built = aim.built.get(&step.name).into_iter().flatten();
            evidence.built_against_by = built.map(ToString::to_string).collect();
            // What comes along is counted once, with the first package of the move.
            if first {
                self.add_along(&mut evidence, along);
            }
            let age_days = evidence.current_age_days.value().copied();
            evidence.dropped = dropped.remove(&step.name).unwrap_or_default();
            let assessment = risk::assess(&evidence);
            let urge = Urge::of(&evidence);
            let priority = effort::priority(&urge);
            weighed.presses |= urge.exploited
                || urge.removes.as_ref().is_some_and(|(_, s)| matches!(s, Severity::High | Severity::Critical));
            if weighed.candidates.is_empty() || priority.number < weighed.priority.number {
                weighed.priority = priority;
            }
            weighed.level = weighed.level.max(assessment.level);
            weighed.score = weighed.score.max(assessment.score);
            weighed.step = weighed.step.max(evidence.step());
            weighed.sites += evidence.usage.value().map_or(0, |usage| usage.count);
            let class = classes::classify(Ecosystem::Python, step.name.as_str(), role);
            if riskiest.is_none_or(|so_far| (assessment.level, assessment.score) > so_far) {
                riskiest = Some((assessment.level, assessment.score));
                weighed.class = class;
            }
            let row = judged.row(&step.name);
            let symbols = judged.symbols(&step.name, &step.from.to_string(), &step.to.to_string());
            let gone = symbols.as_ref().and_then(Datum::value).into_iter().flat_map(SymbolChanges::gone);
            weighed.broken_sites += gone.map(|change| change.count).sum::<usize>();
            weighed.candidates.push(Candidate {
                name: step.name.clone(),
                current: step.from.clone(),
                target: step.to.clone(),
                newest,
                capped_by,
                ecosystem: "python".to_owned(),
                direct: dependency.is_some_and(|d| d.direct),
                role,
                distance: step.from.distance(&step.to),
                risk: assessment.level,
                reasons: assessment.factors.iter().map(|factor| factor.reason.clone()).collect(),
                places: dependency.map(|d| d.places.clone()).unwrap_or_default(),
                dependents,
                breaking_changes: symbols.as_ref().and_then(Datum::value).map(symbols::sentences).unwrap_or_default(),
                age_days,
                symbols,
                reason_codes: codes(&evidence, mover.steps.len() > 1, needed),
                warnings: evidence
                    .dropped
                    .iter()
                    .map(|one| one.sentence.clone())
                    .chain(row.into_iter().flat_map(|row| row.warnings.iter().cloned()))
                    .collect(),
                assessment: Some(assessment),
            });
        }
        Ok(weighed)
    }

    fn why_below(
        &self,
        aim: &Aim<'_>,
        name: &PackageName,
        newest: &uplift_model::Version,
    ) -> Result<Option<String>, EngineError> {
        if let Some(why) = aim.limits.get(name) {
            return Ok(Some(why.clone()));
        }
        let asked = self.settings.upgrade.target.contains_key(name) || self.settings.upgrade.pin.contains_key(name);
        if asked {
            return Ok(Some("that version was asked for".to_owned()));
        }
        if let Some(now) = aim.state.pins.get(name)
            && let Some(why) = self.beyond(name, now, newest)
        {
            return Ok(Some(why));
        }
        if let Some(why) = self.cap(&aim.goal, name, newest)? {
            return Ok(Some(why));
        }
        Ok(self.research.judged().row(name).and_then(|row| row.held_by.clone()))
    }

    /// Advisories of packages that come along.
    fn add_along(&self, evidence: &mut Evidence, along: &[Change]) {
        let judged = self.research.judged();
        let Datum::Found { value: effect } = &mut evidence.advisories else { return };
        let at = |name: &PackageName, version: Option<&uplift_model::Version>| -> Vec<Touching> {
            let found = version.map(|v| judged.touching(name.as_str(), &v.to_string()));
            let found = found.as_ref().and_then(Datum::value).cloned().unwrap_or_default();
            found.into_iter().map(|finding| Touching { package: name.to_string(), finding }).collect()
        };
        for change in along {
            let more = effect_between(&at(&change.name, change.from.as_ref()), &at(&change.name, change.to.as_ref()));
            effect.removed.extend(more.removed);
            effect.remaining.extend(more.remaining);
            effect.introduced.extend(more.introduced);
        }
    }
}

/// Why it should move; `outdated` stands alone.
fn codes(evidence: &Evidence, together: bool, needed: bool) -> Vec<Reason> {
    let mut codes = Vec::new();
    let removed = evidence.advisories.value().map(|effect| effect.removed.as_slice()).unwrap_or_default();
    if removed.iter().any(|one| !one.finding.is_set_aside()) {
        codes.push(Reason::Security);
    }
    let gone =
        |availability: &Availability| !matches!(availability, Availability::Installable | Availability::SourceOnly);
    if evidence.current_availability.value().is_some_and(gone) {
        codes.push(Reason::Unavailable);
    }
    if needed {
        codes.push(Reason::Compatibility);
    }
    if evidence.deprecation.value().is_some() {
        codes.push(Reason::Deprecated);
    }
    if together {
        codes.push(Reason::Lockstep);
    }
    if codes.is_empty() {
        codes.push(Reason::Outdated);
    }
    codes
}
