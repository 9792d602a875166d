//! A scan of images that can fail: masks taken away, or a workflow that builds each image and scans it.

use std::fmt::Write;

use uplift_model::shell::word as quoted;

use super::dependency_scan::free;
use super::edits::Edits;
use super::unmask::unmask;
use super::{Change, Fix, Wish};
use crate::checks::{container, context_of};
use crate::survey::Survey;

const WORKFLOW: &str = ".github/workflows/container-scan.yml";
const SUBJECT: &str = "Scan container images, and fail on what is found";

pub(super) fn write(survey: &Survey<'_>, _: &Wish) -> Result<Fix, String> {
    let mut edits = Edits::of(survey.repository);
    let (mut body, mut notes) = (Vec::new(), Vec::new());
    for scan in survey.steps().filter_map(container).filter(|s| !s.is_enforced()) {
        match unmask(&scan.step, &mut edits) {
            Ok(done) => body.extend(done),
            Err(why) => notes.push(why),
        }
    }
    let changes = edits.changes();
    if !changes.is_empty() {
        return Ok(Fix { subject: SUBJECT.to_owned(), body, changes, notes });
    }
    let github = survey.ci.files.is_empty()
        || survey.repository.has_folder(".github")
        || survey.ci.files.iter().all(|f| f.contains("cloudbuild"));
    if !github || survey.dockerfiles.is_empty() {
        return Err("a workflow is written for GitHub alone; add the step between the build and the push of the image"
            .to_owned());
    }
    let path = free(survey, WORKFLOW);
    let mut text = String::from(
        "name: Container scan\non:\n  push:\n  pull_request:\n  schedule:\n    - cron: \"41 5 * * 1\"\npermissions:\n  contents: read\njobs:\n",
    );
    for (index, file) in survey.dockerfiles.iter().enumerate() {
        let context = context_of(survey, file);
        let context = if context.is_empty() { ".".to_owned() } else { context };
        let tag = format!("scanned-{}:ci", index + 1);
        let _ = writeln!(
            text,
            "  image-{}:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4",
            index + 1
        );
        let _ = writeln!(text, "      - run: docker build -t {tag} -f {} {}", quoted(&file.path), quoted(&context));
        let _ = writeln!(
            text,
            "      - uses: anchore/scan-action@v6\n        with:\n          image: {tag}\n          fail-build: true\n          severity-cutoff: high"
        );
        body.push(format!("{path}: builds {} from `{context}` and fails on findings of high severity", file.path));
    }
    notes.push("images that are built elsewhere are pushed without waiting for this: put the scan before the push there as well".to_owned());
    Ok(Fix { subject: SUBJECT.to_owned(), body, changes: vec![Change { path, text }], notes })
}
