//! Every section of the assessment is there; money, benefits and weeks come from data.
#![allow(clippy::unwrap_used)]

use uplift_model::Datum;
use uplift_model::dossier::Dossier;
use uplift_model::hygiene::{Area, Claim, Evidence, HygieneFinding, HygieneReport, Presence, Progress};

use super::super::parts::made_up::{Made, dossier, read};
use super::super::{Kind, write};

#[test]
fn every_section_is_there() {
    let page = read(&write(Kind::Assessment, &dossier(&[Made::new("stripe", "backend")])));
    let wanted = [
        "summary",
        "state",
        "findings",
        "urgency",
        "priority-1",
        "priority-2",
        "priority-3",
        "features",
        "security",
        "infrastructure",
        "testing",
        "performance",
        "roadmap",
        "costs",
        "risks",
        "success",
        "next",
        "decision-points",
        "resources",
        "references",
        "sources-section",
    ];
    for id in wanted {
        assert!(page.sections.iter().any(|section| section == id), "no section {id}");
    }
    page.hold_together();
}

#[test]
fn money_comes_from_what_was_given_with_its_formula() {
    let mut data = dossier(&[Made::new("stripe", "backend")]);
    let page = |data: &Dossier| read(&write(Kind::Assessment, data)).text;
    assert!(page(&data).contains("unknown(not given: investment and savings-per-year of [report] in uplift.toml)"));
    (data.given.investment, data.given.savings_per_year) = (Some(50_000.0), Some(150_000.0));
    data.given.currency = Some("USD".to_owned());
    let text = page(&data);
    for line in [
        "Ratio: 150,000 USD / 50,000 USD = 300 %",
        "Net return of the first year: (150,000 USD - 50,000 USD) / 50,000 USD = 200 %",
        "Payback: 50,000 USD / (150,000 USD / 12) = 4 months",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    data.given.investment = Some(100_000.0);
    assert!(page(&data).contains("= 150 %") && page(&data).contains("= 8 months"));
    data.given.investment = Some(0.0);
    assert!(page(&data).contains("nothing divides by it"));
    data.given.hourly_rate = Some(80.0);
    assert!(page(&data).contains("1.5 h x 80 USD an hour = 120 USD"));
}

#[test]
fn a_package_of_two_components_has_one_week_and_counts_twice() {
    let both = [
        Made { priority: 1, ..Made::new("fastapi", "backend") },
        Made { priority: 1, ..Made::new("fastapi", "gateway") },
    ];
    let page = read(&write(Kind::Assessment, &dossier(&both)));
    let weeks: Vec<_> = page.table("pairs").rows.iter().map(|row| row.cells[6].clone()).collect();
    assert_eq!(weeks.len(), 2);
    assert_eq!(weeks[0], weeks[1]);
    assert!(page.text.contains("2 x package could move: 1 x name"), "{}", page.text);
}

#[test]
fn hygiene_and_claims_are_shown_with_their_places() {
    let mut data = dossier(&[]);
    data.hygiene = Datum::found(HygieneReport {
        findings: vec![HygieneFinding {
            check: "dependency-scan".to_owned(),
            area: Area::Security,
            title: "Dependencies are scanned".to_owned(),
            state: Presence::Neutralised,
            because: "its exit code is thrown away".to_owned(),
            evidence: vec![Evidence {
                file: "ci.yml".to_owned(),
                line: Some(31),
                what: "safety check || true".to_owned(),
            }],
            advice: Some("let it fail".to_owned()),
            fixable: true,
        }],
        claims: vec![Claim {
            file: "ROADMAP.md".to_owned(),
            line: 12,
            title: "GDPR".to_owned(),
            declared: Some(Progress::Completed),
            found: Progress::Partial,
            named: vec![("gdpr.py".to_owned(), true), ("consent.py".to_owned(), false)],
        }],
        ..HygieneReport::default()
    });
    let page = read(&write(Kind::Assessment, &data));
    page.hold_together();
    for said in
        ["present but neutralised", "ci.yml:31", "uplift hygiene --fix dependency-scan", "ROADMAP.md:12", "1 of 2"]
    {
        assert!(page.text.contains(said), "{said}");
    }
    assert_eq!(page.count("neutralised check", "hygiene-security"), [1]);
    assert_eq!(page.count("item", "claims"), [1, 1]);
}

#[test]
fn what_release_notes_tell_is_no_longer_unknown() {
    let mut data = dossier(&[Made::new("stripe", "backend")]);
    let gaps = ["release notes: nobody asked", "breaking changes: nobody asked", "origin: nobody asked"];
    let risk = data.analysis.components[0].dependencies[0].risk.as_mut().unwrap();
    risk.unknown = gaps.map(str::to_owned).to_vec();
    let text = |data: &Dossier| read(&write(Kind::Assessment, data)).text;
    // The origin is the same gap for all packages, and said once for the whole.
    let origin = "whether that changed: unknown(nobody asked)";
    assert!(gaps.iter().take(2).all(|gap| text(&data).contains(gap)), "nobody asked indeed");
    assert_eq!(text(&data).matches(origin).count(), 1);
    let mut with = |notes: serde_json::Value| {
        data.notes =
            serde_json::from_value(serde_json::json!([{"component": "backend", "package": "stripe", "notes": notes}]))
                .unwrap();
        text(&data)
    };
    let notes = serde_json::json!({"package": "stripe", "ecosystem": "python", "from": "1.4", "to": "9.0", "releases": [],
                                   "sources": [], "silent": []});
    let told = with(serde_json::json!({"state": "found", "value": notes}));
    assert!(
        told.contains(origin) && !told.contains("release notes: ") && !told.contains("breaking changes: "),
        "{told}"
    );
    let told = with(serde_json::json!({"state": "none"}));
    assert!(told.contains("breaking changes: the package publishes no release notes"), "{told}");
    let told = with(serde_json::json!({"state": "not-retrieved", "why": "the page did not answer"}));
    assert!(told.contains("release notes: the page did not answer") && !told.contains(gaps[0]), "{told}");
}
