//! `container-scan`: what is built into images is scanned where the image is built, and can fail that.

use std::collections::BTreeSet;

use uplift_model::hygiene::{Evidence, Presence};

use super::scanners::{Scan, builds_image, container};
use super::{Answer, found, present};
use crate::place::{self, listed};
use crate::survey::Survey;

const ADVICE: &str = "scan each image between its build and its push, with a severity that fails the step (`trivy image \
                      --exit-code 1 --severity HIGH,CRITICAL IMAGE`, `grype IMAGE --fail-on high`); \
                      `uplift hygiene --fix container-scan` writes a workflow";

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    if survey.dockerfiles.is_empty() {
        return Answer::left_out("no Dockerfile: no image is built here");
    }
    let scans: Vec<Scan> = survey.steps().filter_map(container).collect();
    let builds: Vec<_> = survey.steps().filter(|s| builds_image(s)).collect();
    let scanned: BTreeSet<&str> = scans.iter().filter(|s| s.is_enforced()).map(|s| s.step.file.as_str()).collect();
    let mut evidence: Vec<Evidence> = scans.iter().flat_map(|s| s.step.evidence()).collect();
    if !scanned.is_empty() {
        let open: BTreeSet<&str> = builds.iter().map(|s| s.file.as_str()).filter(|f| !scanned.contains(f)).collect();
        // A workflow of its own that builds every Dockerfile anew speaks for all of them.
        let whole = scans.iter().any(|s| {
            s.is_enforced() && builds.iter().filter(|b| b.file == s.step.file).count() >= survey.dockerfiles.len()
        });
        if open.is_empty() || whole {
            return present("images are scanned, and a finding fails the step", evidence);
        }
        let open: Vec<String> = open.into_iter().map(str::to_owned).collect();
        let because = format!("one pipeline scans its image; {} build without a scan", listed(&open));
        evidence.extend(builds.iter().filter(|b| open.contains(&b.file)).flat_map(|b| b.evidence()));
        return found(Presence::Partial, because, evidence, ADVICE);
    }
    if let Some(scan) = scans.first() {
        let why: Vec<&str> = scan.step.muzzles.iter().map(|m| m.written.as_str()).collect();
        let because = format!("an image is scanned, but what is found cannot fail the build: `{}`", why.join("`, `"));
        let advice = "let the scan fail the build; `uplift hygiene --fix container-scan` mends it";
        return found(Presence::Neutralised, because, evidence, advice);
    }
    let because = if builds.is_empty() {
        "Dockerfiles are here, and nothing in CI scans what they build".to_owned()
    } else {
        let files: BTreeSet<String> = builds.iter().map(|s| s.file.clone()).collect();
        format!("{} build images, and nothing scans them", listed(&files.into_iter().collect::<Vec<_>>()))
    };
    evidence.extend(builds.iter().flat_map(|s| s.evidence()));
    evidence.extend(survey.dockerfiles.iter().map(|d| place::evidence(&d.path, None, "built and not scanned")));
    found(Presence::Missing, because, evidence, ADVICE)
}
