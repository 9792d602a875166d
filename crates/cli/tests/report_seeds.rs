//! `uplift report` on the seed projects: every section of the source documents is there with true content, and what
//! the documents got wrong is right (requirements, sections 13 and 16).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use check_support::Seed;
use check_support::pages::{data, headings, moving, one_week_each, report, require, rows_below, words};

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

#[test]
fn the_plan_of_the_video_project() {
    let seed = Seed::read("video-ai-system").with_targets().with_latest_on("2025-07-03");
    let (desk, _market) = seed.desk(BINARY, &[]);
    let page = report(&desk, &seed, "plan", "markdown", &[]);
    let titles = headings(&page);
    for title in [
        "Prioritized upgrade list",
        "Detailed library analysis",
        "Proposed action plan",
        "Review and merge",
        "Staging, then production",
        "How to go back",
        "Who must agree",
        "Known vulnerabilities",
        "Sources",
    ] {
        assert!(titles.iter().any(|t| t.contains(title)), "no {title} in {titles:?}");
    }
    // fastapi and uvicorn are not pinned: told with the pin and its place, never as version 0.
    require(
        &page,
        &[
            "fastapi==0.115.14",
            "uvicorn==0.35.0",
            "src/api_gateway/requirements.txt",
            "no file says which version runs",
            "release notes",
            "not retrieved",
        ],
    );
    let data = data(&desk, &seed, "plan");
    let pairs = rows_below(&page, "What could move, what presses first");
    let moving = moving(&data);
    assert_eq!(pairs, moving, "the table has another number of rows than the data");
    let programme = data["programme"]["steps"].as_array().unwrap();
    let scheduled: usize = programme.iter().map(|step| step["packages"].as_array().unwrap().len()).sum();
    assert_eq!(scheduled, moving, "everything that moves is in the calendar");
    // A package never has two weeks.
    one_week_each(&data);
}

#[test]
fn the_assessment_of_the_platform() {
    let seed = Seed::read("omni-platform").with_targets().with_latest_on("2025-11-04");
    let (desk, _market) = seed.desk(BINARY, &[]);
    desk.write(
        "uplift.toml",
        "[report]\nauthor = \"Ada\"\ninvestment = 50000\nsavings-per-year = 150000\ncurrency = \"USD\"\n\
         [report.roles]\n\"finance\" = \"Grace\"\n",
    );
    let page = report(&desk, &seed, "assessment", "markdown", &[]);
    let titles = headings(&page);
    for title in [
        "Executive summary",
        "Current state",
        "Critical findings",
        "Urgency",
        "Priority 1",
        "Missing features",
        "Security",
        "Infrastructure",
        "Testing",
        "Performance",
        "Implementation roadmap",
        "Cost and benefit",
        "Risk assessment",
        "Success metrics",
        "Next steps",
        "Decision points",
        "Resources needed",
        "References",
    ] {
        assert!(titles.iter().any(|t| t.contains(title)), "no {title} in {titles:?}");
    }
    let said = words(&page);
    // Section 16: "no critical vulnerabilities" and "approved for implementation" are not true.
    assert!(!said.contains("No critical advisory is known"), "{said}");
    assert!(!said.to_uppercase().contains("APPROVED FOR"), "{said}");
    require(
        &page,
        &[
            "CVE-2025-32434",
            "150,000 USD / 50,000 USD = 300 %",
            "= 200 %",
            "= 4 months",
            "Author",
            "Ada",
            "nobody named",
            "proposed: nothing was carried out",
        ],
    );
    let data = data(&desk, &seed, "plan");
    assert_eq!(rows_below(&page, "What could move, what presses first"), moving(&data));
    one_week_each(&data);
    // Nothing that the lock already has at or above the document's target is proposed below it.
    let frontend = data["analysis"]["components"].as_array().unwrap().iter().find(|c| c["path"] == "frontend").unwrap();
    for row in frontend["dependencies"].as_array().unwrap().iter().filter(|row| row["direct"] == true) {
        assert!(row["target_version"].is_null() || row["target_version"] != "1.7.7", "{row}");
    }
    for expected in seed.expected["upgrades"].as_array().unwrap().iter().filter(|u| u["component"] != "frontend") {
        let name = expected["package"].as_str().unwrap();
        assert!(said.contains(name), "{name} is not spoken of");
    }
    // The same page again is the same page, but for the comparison with the one before.
    let html = report(&desk, &seed, "summary", "html", &[]);
    assert!(html.starts_with("<!doctype html>") || html.starts_with("<!DOCTYPE html>"));
}

#[test]
fn a_source_that_failed_is_never_no_vulnerabilities() {
    let seed = Seed::read("omni-platform").with_targets();
    let (desk, _market) = seed.desk(BINARY, &[]);
    for kind in ["plan", "assessment", "summary"] {
        let page = desk.run(&["report", kind, "--offline", "--as-of", &seed.as_of]);
        assert_eq!(page.code, Some(0), "{}", page.all());
        let said = words(&page.stdout);
        assert!(said.contains("cannot be said"), "{kind}: {said}");
        assert!(!said.contains("No critical advisory is known"), "{kind}: {said}");
    }
}

/// What a failed source leaves unknown is said once, and not once a package.
#[test]
fn an_assessment_without_advisories_stays_small() {
    let seed = Seed::read("omni-platform").with_targets().with_latest_on("2025-11-04");
    let (desk, _market) = seed.desk(BINARY, &[]);
    let kept = desk.run(&["check", "--as-of", &seed.as_of]);
    assert_eq!(kept.code, Some(0), "{}", kept.all());
    let outcome = desk.run(&["report", "assessment", "--offline", "--as-of", &seed.as_of, "--format", "html"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    let page = outcome.stdout;
    assert!(page.len() < 300_000, "{} bytes", page.len());
    let why = "nothing was fetched for offline use";
    assert!((1..=3).contains(&page.matches(why).count()), "said {} times", page.matches(why).count());
    assert!(page.matches("href=\"#reason-").count() > 25, "the rows refer to it");
    assert!(page.matches("id=\"package-pair-").count() > 25, "there is nothing to be small about");
}

#[test]
fn a_file_of_somebody_elses_is_left_alone() {
    let seed = Seed::read("video-ai-system").with_targets();
    let (desk, _market) = seed.desk(BINARY, &[]);
    desk.write("notes.md", "my own notes");
    let args = ["report", "summary", "--offline", "--as-of", &seed.as_of, "-o", "notes.md"];
    let refused = desk.run(&args);
    assert_eq!(refused.code, Some(3), "{}", refused.all());
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(desk.path().join("notes.md")).unwrap(), "my own notes");
    let forced = desk.run(&[&args[..], &["--force"]].concat());
    assert_eq!(forced.code, Some(0), "{}", forced.all());
    // What it wrote itself it writes again.
    let again = desk.run(&args);
    assert_eq!(again.code, Some(0), "{}", again.all());
}

#[test]
fn a_kind_that_tells_a_run_says_that_there_is_none() {
    let seed = Seed::read("video-ai-system");
    let (desk, _market) = seed.desk(BINARY, &[]);
    let outcome = desk.run(&["report", "changelog"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.all());
    assert!(outcome.stderr.contains("has no finished run"), "{}", outcome.stderr);
    let unknown = desk.run(&["report", "novel"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.all());
    assert!(unknown.stderr.contains("migration-guide"), "{}", unknown.stderr);
}
