//! `dependency-scan`: CI looks for known vulnerabilities of the dependencies, and fails on them.

use uplift_model::hygiene::{Evidence, Presence};

use super::scanners::{Scan, dependency};
use super::{Answer, found, present};
use crate::place::{self, called, listed};
use crate::repository::Component;
use crate::survey::Survey;

const ADVICE: &str = "run `pip-audit -r FILE` for each requirements file and `npm audit` for each lock as a step of its own \
                      that fails the build; `uplift hygiene --fix dependency-scan` writes it";

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let components = with_dependencies(survey);
    if components.is_empty() {
        return Answer::left_out("no manifest states dependencies");
    }
    let scans: Vec<Scan> = survey.steps().filter_map(dependency).collect();
    let evidence: Vec<Evidence> = scans.iter().flat_map(|s| s.step.evidence()).collect();
    let open = uncovered(survey);
    let enforced: Vec<&Scan> = scans.iter().filter(|s| s.is_enforced()).collect();
    if open.is_empty() {
        if enforced.iter().all(|s| s.step.scheduled) {
            let because = "the scan runs on a timetable alone, after a change is in";
            return found(Presence::Partial, because, evidence, "start the workflow on `pull_request` as well");
        }
        return present("every component is scanned, and a finding fails the build", evidence);
    }
    let names: Vec<String> = open.iter().map(|c| called(&c.root).to_owned()).collect();
    if components.iter().any(|c| enforced.iter().any(|s| s.covers(survey, c))) {
        let because = format!("part of it is scanned; no scan that can fail the build looks at {}", listed(&names));
        return found(Presence::Partial, because, evidence, ADVICE);
    }
    let masked: Vec<&Scan> = scans.iter().filter(|s| !s.is_enforced()).collect();
    if let Some(scan) = masked.iter().find(|s| !s.is_idle(survey)).or(masked.first()) {
        let why: Vec<&str> = scan.step.muzzles.iter().map(|m| m.written.as_str()).collect();
        let mut because = format!("a scan runs, but what it finds cannot fail the build: `{}`", why.join("`, `"));
        let mut advice = "let the scan fail the build; `uplift hygiene --fix dependency-scan` takes the mask away";
        if scan.is_idle(survey) {
            because.push_str(&format!("; besides, {}", nothing_of(&names)));
            advice = ADVICE;
        }
        return found(Presence::Neutralised, because, evidence, advice);
    }
    if !enforced.is_empty() {
        let because = format!("a scan runs, but {}", nothing_of(&names));
        return found(Presence::Neutralised, because, evidence, ADVICE);
    }
    let bots = bots(survey);
    if !bots.is_empty() {
        let because = "a bot proposes updates, but nothing in CI looks for known vulnerabilities";
        return found(Presence::Partial, because, bots, ADVICE);
    }
    let because = if survey.ci.files.is_empty() {
        "there is no CI, so that nothing scans them".to_owned()
    } else {
        format!("no step of {} scans them", listed(&survey.ci.files))
    };
    let evidence = survey.ci.files.iter().map(|f| place::evidence(f, None, "no scan of dependencies")).collect();
    found(Presence::Missing, because, evidence, ADVICE)
}

/// A scan of an environment in which nothing of the project is.
fn nothing_of(names: &[String]) -> String {
    format!("it is pointed at no file of {}, and its job installs none of their requirements", listed(names))
}

fn with_dependencies<'s>(survey: &'s Survey<'_>) -> Vec<&'s Component> {
    survey.repository.components.iter().filter(|c| !c.requirements.is_empty()).collect()
}

/// Components that no scan looks at which can fail the build.
pub(crate) fn uncovered<'s>(survey: &'s Survey<'_>) -> Vec<&'s Component> {
    let scans: Vec<Scan> = survey.steps().filter_map(dependency).filter(Scan::is_enforced).collect();
    let covered = |c: &Component| scans.iter().any(|s| s.covers(survey, c));
    with_dependencies(survey).into_iter().filter(|c| !covered(c)).collect()
}

/// Configuration of bots that propose updates.
fn bots(survey: &Survey<'_>) -> Vec<Evidence> {
    const FILES: [&str; 8] = [
        ".github/dependabot.yml",
        ".github/dependabot.yaml",
        "renovate.json",
        "renovate.json5",
        ".github/renovate.json",
        ".github/renovate.json5",
        ".renovaterc",
        ".renovaterc.json",
    ];
    FILES
        .iter()
        .filter(|f| survey.repository.has(f))
        .map(|f| place::evidence(f, None, "a bot proposes updates"))
        .collect()
}
