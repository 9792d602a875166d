//! `uplift report initiative` on the project of seed document 003: the programme with every part that the document
//! has, each number a count over the JSON, nothing against what is known of the project.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use std::collections::BTreeSet;

use check_support::pages::{
    self, count, counts_lead_to_rows, data, dependencies, known, list, moving, one_week_each, plans, refuse, report,
    require, require_sections, row, table, words, written,
};
use check_support::{Desk, Market, Seed, seeds};
use proptest::prelude::*;
use serde_json::Value;
use uplift_report::kinds::Kind;

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

/// Versions without the advisories of the project's own, as they are on offer.
const MENDED: [(&str, &str); 4] =
    [("black", "25.1.0"), ("cryptography", "44.0.1"), ("flask-cors", "6.0.1"), ("requests", "2.32.4")];

fn seed() -> Seed {
    let seed = Seed::read("sos-cidadao").with_targets().with_latest_on("2025-10-16");
    MENDED.iter().fold(seed, |seed, (name, version)| seed.with(name, &[version], seeds::MIDDLE))
}

/// The thresholds of the document's companion, as people give them.
fn desk(seed: &Seed) -> (Desk, Market) {
    let (desk, market) = seed.desk(BINARY, &[]);
    let thresholds = seed.expected["thresholds"].as_object().unwrap();
    let metrics = thresholds.iter().map(|(name, value)| {
        format!("[[report.metrics]]\nname = \"{name}\"\nwanted = \"{value}\"\nsource = \"the design\"\n")
    });
    let roles = "[report.roles]\n\"technical lead\" = \"Ada\"\n";
    desk.write("uplift.toml", metrics.collect::<String>() + roles);
    (desk, market)
}

/// Steps of the programme that no plan covers, with the level at which each was weighed.
fn proposed(data: &Value) -> Vec<(&str, Vec<&str>)> {
    let steps = list(data, "/programme/steps").iter().zip(list(data, "/programme/effort/rows"));
    let open = steps.filter(|(step, _)| step["planned"] == false);
    let packages = |step: &'_ Value| list(step, "/packages").to_vec();
    open.map(|(step, row)| {
        let names: Vec<&str> = list(step, "/packages").iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(names.len(), packages(step).len());
        (row["level"].as_str().unwrap(), names)
    })
    .collect()
}

fn figures(data: &Value) -> Vec<(String, usize)> {
    let direct = dependencies(data).filter(|row| row["direct"] == true);
    let held_by = direct.filter(|row| row["held_by"].is_string()).map(|row| row["name"].as_str().unwrap());
    let mut held: Vec<&str> = held_by.collect();
    held.extend(plans(data).flat_map(|plan| list(plan, "/unmoved")).map(|one| one["name"].as_str().unwrap()));
    let held = held.into_iter().collect::<std::collections::BTreeSet<_>>().len();
    let of_plans = |pointer: &str| plans(data).map(|plan| list(plan, pointer).len()).sum::<usize>();
    let gone = ["no-such-version", "no-such-package", "no-distribution", "yanked"];
    let obstacles = dependencies(data)
        .filter(|row| row["availability"]["value"]["kind"].as_str().is_some_and(|kind| gone.contains(&kind)))
        .count();
    let observed = list(data, "/hygiene/value/findings").iter().filter(|one| one["area"] == "observability").count();
    let tested = list(data, "/hygiene/value/findings").iter().filter(|one| one["area"] == "testing").count();
    let mut all = vec![
        ("rows of scope-packages".to_owned(), moving(data)),
        ("scope-packages".to_owned(), moving(data)),
        ("scope-components".to_owned(), list(data, "/analysis/components").len()),
        ("rows of scope-held".to_owned(), held),
        ("rows of obstacles".to_owned(), obstacles),
        ("rows of initiative-advisories".to_owned(), known(data).len()),
        ("rows of effort-rows".to_owned(), list(data, "/programme/effort/rows").len()),
        ("rows of weeks".to_owned(), list(data, "/programme/calendar/weeks").len()),
        ("rows of rollback-points".to_owned(), of_plans("/steps") + proposed(data).len()),
        ("rows of risk-register".to_owned(), of_plans("/register") + list(data, "/programme/register").len()),
        (
            "rows of decision-list".to_owned(),
            of_plans("/decision_points") + list(data, "/programme/decision_points").len(),
        ),
        ("decision-list".to_owned(), of_plans("/decision_points") + list(data, "/programme/decision_points").len()),
        ("rows of monitoring-findings".to_owned(), observed),
        ("rows of testing-findings".to_owned(), tested),
        ("sources".to_owned(), list(data, "/analysis/sources").len()),
    ];
    for (number, level) in [(1, "low"), (2, "medium"), (3, "high")] {
        let own = proposed(data).iter().filter(|(own, _)| *own == level).count();
        all.push((format!("phase-{number}-proposed"), own));
    }
    all
}

fn hold(page: &str, data: &Value) {
    for (what, expected) in figures(data) {
        let told = match what.strip_prefix("rows of ") {
            Some(anchor) => table(page, anchor).len(),
            None => count(page, &what),
        };
        assert_eq!(told, expected, "{what} in {page}");
    }
    counts_lead_to_rows(page);
    if let Some(minutes) = data["programme"]["effort"]["total_minutes"].as_u64().filter(|minutes| *minutes >= 60) {
        let halves = minutes.div_ceil(30);
        let hours = if halves.is_multiple_of(2) { format!("{}", halves / 2) } else { format!("{}.5", halves / 2) };
        require(page, &[&format!("{hours} h of work in all")]);
    }
}

#[test]
fn the_initiative_of_the_citizens_platform() {
    let seed = seed();
    let (desk, _market) = desk(&seed);
    let page = report(&desk, &seed, "initiative", "markdown", &[]);
    let data = data(&desk, &seed, "initiative");
    assert_eq!(page, written(Kind::Initiative, &data), "the JSON is what the page is written from");

    // What the design document has, each part with content.
    require_sections(
        &page,
        &[
            "Overview",
            "Goals",
            "Non-goals",
            "Scope",
            "Phases and gates",
            "Preparation",
            "Phase 1: low",
            "Phase 2: medium",
            "Phase 3: high",
            "Phase 4: integration",
            "Roles",
            "Flow",
            "Rollback strategy",
            "Testing strategy",
            "Security",
            "Monitoring and success criteria",
            "Decision points",
            "Calendar",
            "Risks",
            "Traceability",
            "Sources",
        ],
    );
    hold(&page, &data);
    assert_eq!(pages::said_twice(&page), [] as [String; 0]);
    one_week_each(&data);

    what_is_expected_of_packages(&seed, &page);
    phases_gates_and_ways_back(&page, &data);

    // Thresholds are those that were given, with what nobody measured told as unknown.
    for (name, value) in seed.expected["thresholds"].as_object().unwrap() {
        let told = row(&page, "success-criteria", name);
        assert_eq!((told[1].as_str(), told[2].as_str()), ("unknown (not measured)", value.to_string().as_str()));
    }
    require(&page, &["technical lead | Ada", "security | unknown (nobody named)"]);
    // Nothing was done, approved or measured, and nothing else of the design is claimed.
    require(&page, &["proposed: nothing was carried out"]);
    refuse(&page, &["Planned** (reached", "Blue-Green", "feature flag", "95%", "Machine learning", "20+"]);
    assert!(!page.contains("unknown (no component could be planned"), "{page}");
    the_numbers_follow_the_data(&data);
}

/// Every package of the companion's tasks: proposed at its target or above, or told with what holds it.
fn what_is_expected_of_packages(seed: &Seed, page: &str) {
    let moves = table(page, "scope-packages");
    let held = table(page, "scope-held");
    for expected in seed.expected["upgrades"].as_array().unwrap() {
        let name = expected["package"].as_str().unwrap();
        let same = |cells: &&Vec<String>| cells[0].eq_ignore_ascii_case(name);
        let target = expected["target"].as_str().unwrap();
        match (moves.iter().find(same), held.iter().find(same)) {
            (Some(cells), None) => {
                assert_eq!(cells[1], expected["component"].as_str().unwrap(), "{name}");
                assert_eq!(cells[2], expected["current"].as_str().unwrap(), "{name}");
                let (goal, least) = (pages::numbers(&cells[3]), pages::numbers(target));
                assert!(goal >= least, "{name} {} is below {target}", cells[3]);
            }
            (None, Some(cells)) => assert_eq!(cells[3], target, "{name}: {cells:?}"),
            both => panic!("{name} is told once, as moving or as held: {both:?}"),
        }
    }
    // Node 18 stands against the build tools: the plan of the companion did not have it.
    for name in ["vite", "@vitejs/plugin-vue"] {
        let told = row(page, "scope-held", name);
        assert!(told[4].contains("node ^20.19.0 || >=22.12.0"), "{told:?}");
    }
    require(page, &["Leave node 18, out of support since 2025-04-30"]);
    // A pin that no release answers is in the way of everything else, and said where it stands.
    let told = row(page, "obstacles", "cryptography");
    assert_eq!(told[2], "cryptography==41.0.8");
    assert!(told[3].starts_with("api/requirements-vercel.txt:"), "{told:?}");
    assert_eq!(told[4], "this version was never released");
    // Tests that do not gate anything are no gate.
    let dead = table(page, "testing-findings");
    for (words, state) in [("[tool:pytest]", "neutralised"), ("--fix", "partial"), ("test:unit", "missing")] {
        let found = dead.iter().any(|cells| cells[2].contains(words) && cells[1] == state);
        assert!(found, "{words} is not told as {state}: {dead:#?}");
    }
}

fn phases_gates_and_ways_back(page: &str, data: &Value) {
    let of_phase = |number: usize| -> Vec<Vec<String>> { table(page, &format!("phase-{number}-proposed")) };
    for (level, names) in proposed(data) {
        let number = ["low", "medium", "high"].iter().position(|own| *own == level).unwrap() + 1;
        let rows = of_phase(number);
        let step = rows.iter().find(|cells| names.iter().all(|name| cells[1].starts_with(&format!("{name} "))));
        let step = step.unwrap_or_else(|| panic!("{names:?} is not in phase {number}: {rows:#?}"));
        // Its tests, its week and its way back are known.
        assert!(!step[3].is_empty() && !step[5].contains("unknown"), "{step:?}");
        assert!(table(page, "rollback-points").iter().any(|cells| cells[1] == step[1]), "{step:?}");
    }
    for number in 1..=3 {
        let gate = words(page).lines().find(|line| line.contains(&format!("Gate {number}:"))).unwrap().to_owned();
        assert!(gate.contains("no test that passed before fails"), "{gate}");
    }
    // Whoever must agree before a step is in the list of decisions and among the roles.
    let asked: BTreeSet<String> = (1..=3).flat_map(of_phase).map(|cells| cells[4].clone()).collect();
    for role in asked.iter().filter(|role| *role != "nobody") {
        assert!(table(page, "role-list").iter().any(|cells| cells[0] == *role), "{role}");
        assert!(table(page, "decision-list").iter().any(|cells| cells[2].contains(role)), "{role}");
    }
    // What is served points to a section that is there.
    for cells in table(page, "requirements-served") {
        let anchor = cells[2].split("(#").nth(1).unwrap().trim_end_matches(')').to_owned();
        assert!(page.contains(&format!("<a id=\"{anchor}\"></a>")), "{cells:?}");
    }
}

fn the_numbers_follow_the_data(data: &Value) {
    let names: Vec<String> = dependencies(data).map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let some = proptest::sample::subsequence(names.clone(), 0..names.len());
    let followed = runner.run(&some, |gone| {
        let less = pages::without(data, &gone);
        prop_assert_eq!(dependencies(&less).count(), names.len() - gone.len());
        hold(&written(Kind::Initiative, &less), &less);
        Ok(())
    });
    followed.unwrap();
}
