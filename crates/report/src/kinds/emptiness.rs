//! Whether "nothing" is known: which failed source stands behind a list that came out empty.
//!
//! Lives here: the one place that decides when a report may say "none". Lives elsewhere: what is not known, told as a
//! list (`super::parts`); advisories that nobody could be asked about (`super::exposure`).

use uplift_model::analysis::{Analysis, DependencyRow, Pinning, SourceState};
use uplift_model::dossier::Dossier;

use crate::document::Text;

/// Why "no newer version" is not known; `None`: every index answered for every package, and every file was read.
///
/// Rests on: releases, and the files that say which packages there are.
pub(super) fn newer(analysis: &Analysis) -> Option<String> {
    let source = |state: &&SourceState| state.source.starts_with("releases") || is_files(state);
    failed(analysis, source).or_else(|| {
        let row = rows(analysis).find(|row| row.latest.missing().is_some())?;
        Some(format!("releases of {} were not retrieved: {}", row.name, row.latest.missing()?))
    })
}

/// Why "no known vulnerability" is not known; `None`: every source answered for every package.
///
/// Rests on: advisories, and the files that say which packages there are.
pub(super) fn advisories(analysis: &Analysis) -> Option<String> {
    let source = |state: &&SourceState| state.source.starts_with("advisories") || is_files(state);
    failed(analysis, source).or_else(|| {
        let row = rows(analysis).find(|row| row.advisories.missing().is_some())?;
        Some(format!("advisories of {} were not retrieved: {}", row.name, row.advisories.missing()?))
    })
}

/// `sentence` where it is known that nothing newer is there; else that this is unknown, and why.
pub(super) fn unless_unknown(dossier: &Dossier, sentence: &str) -> Text {
    match newer(&dossier.analysis) {
        Some(why) => Text::new().unknown(why),
        None => Text::from(sentence),
    }
}

fn is_files(state: &SourceState) -> bool {
    state.source == "manifests and locks"
}

/// Packages that an index could be asked about.
fn rows(analysis: &Analysis) -> impl Iterator<Item = &DependencyRow> {
    let rows = analysis.components.iter().flat_map(|component| &component.dependencies);
    rows.filter(|row| row.pinning != Pinning::Elsewhere)
}

fn failed(analysis: &Analysis, rests_on: impl Fn(&&SourceState) -> bool) -> Option<String> {
    let state = analysis.sources.iter().filter(rests_on).find(|state| state.state != "found")?;
    Some(format!("{}: {}, {}", state.source, state.state.replace('-', " "), state.detail))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use crate::kinds::sample::{changed, failed, found, row, text_of};
    use crate::kinds::{Kind, write};

    /// Sentences that claim that nothing is there.
    const CLAIMS: [&str; 12] = [
        "no newer version was found",
        "Nothing is to be moved",
        "Nothing is to be done",
        "nothing is to be done",
        "Nothing is to move",
        "Nothing newer that is known of",
        "None moves.",
        "No known vulnerability was found",
        "0 packages of high risk",
        "0 packages could move",
        "0 advisories before",
        "0 packages of this priority",
    ];

    /// One package, nothing planned, no advisory; `change` makes the sources fail.
    fn told(kind: Kind, change: impl Fn(&mut Value)) -> String {
        let dossier = changed(|v| {
            v["run"] = json!(null);
            v["plans"] = json!([]);
            v["hygiene"] = failed("not asked");
            v["compatibility"] = failed("not asked");
            v["given"] = json!({});
            v["analysis"]["components"][0]["dependencies"] = json!([row("flask", "1.1.2", json!({}))]);
            v["analysis"]["sources"] = json!([
                {"source": "advisories (PyPI)", "state": "found", "detail": "9000 records"},
                {"source": "releases (python)", "state": "found", "detail": "1 packages"},
            ]);
            change(v);
        });
        text_of(&write(kind, &dossier))
    }

    fn kinds() -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(|kind| !kind.needs_run())
    }

    fn claims(text: &str) -> Vec<&'static str> {
        CLAIMS.into_iter().filter(|claim| text.contains(claim)).collect()
    }

    #[test]
    fn with_every_source_answering_nothing_is_said_to_be_there() {
        for kind in kinds() {
            let text = told(kind, |_| {});
            assert!(!claims(&text).is_empty(), "{kind}: {text}");
            assert!(!text.contains("no answer"), "{kind}: {text}");
        }
    }

    #[test]
    fn a_source_that_failed_leaves_no_claim_of_nothing() {
        for kind in kinds() {
            let text = told(kind, |v| {
                for source in v["analysis"]["sources"].as_array_mut().unwrap() {
                    source["state"] = json!("not-retrieved");
                    source["detail"] = json!("no answer");
                }
                let row = &mut v["analysis"]["components"][0]["dependencies"][0];
                for field in ["latest", "latest_installable", "advisories", "availability"] {
                    row[field] = failed("no answer");
                }
            });
            assert_eq!(claims(&text), Vec::<&str>::new(), "{kind}: {text}");
            assert!(text.contains("no answer"), "{kind}: {text}");
            assert!(!text.contains("0 vulnerabilities |") && !text.contains("0 dependencies behind"), "{kind}: {text}");
        }
    }

    #[test]
    fn one_package_that_was_not_retrieved_is_enough() {
        let text = told(Kind::Summary, |v| {
            v["analysis"]["components"][0]["dependencies"][0]["latest"] = failed("HTTP 500");
        });
        assert!(text.contains("unknown (releases of flask were not retrieved: HTTP 500)"), "{text}");
        let elsewhere = told(Kind::Summary, |v| {
            let row = &mut v["analysis"]["components"][0]["dependencies"][0];
            row["latest"] = failed("it is no package of an index");
            row["pinning"] = json!("elsewhere");
        });
        assert!(elsewhere.contains("no newer version was found"), "{elsewhere}");
    }

    #[test]
    fn a_file_that_states_packages_and_was_not_read_is_enough() {
        let text = told(Kind::Checklist, |v| {
            let lost = json!({"source": "manifests and locks", "state": "partly", "detail": "requirements.txt"});
            v["analysis"]["sources"].as_array_mut().unwrap().push(lost);
        });
        assert!(text.contains("unknown (manifests and locks: partly, requirements.txt)"), "{text}");
    }

    #[test]
    fn what_was_found_is_still_counted() {
        let text = told(Kind::Initiative, |v| {
            v["analysis"]["sources"][1]["state"] = json!("partly");
            let row = &mut v["analysis"]["components"][0]["dependencies"][0];
            row["target_version"] = json!("3.1.2");
            row["latest"] = found(json!("3.1.2"));
        });
        assert!(text.contains("1 dependency behind"), "{text}");
    }
}
