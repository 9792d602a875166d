//! `uplift report migration-guide` on the project of seed document 004, before its upgrade and on the state after it:
//! every section with true content, each number a count over the JSON, answers from what was detected.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use check_support::pages::{
    self, count, counts_lead_to_rows, data, dependencies, headings, list, numbers, plans, refuse, report, require,
    require_sections, row, table, words, written,
};
use check_support::{Desk, Market, Seed, seeds};
use proptest::prelude::*;
use serde_json::Value;
use uplift_report::kinds::Kind;

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");
const ROOT: &str = "apps/orchestrator";

/// What the index has of the packages that the document is about, with the interpreters that they are for.
const NEWEST: [(&str, &str, &str); 5] = [
    ("alembic", "1.17.1", ">=3.10"),
    ("fastapi", "0.121.0", ">=3.8"),
    ("pydantic", "2.12.3", ">=3.9"),
    ("sqlalchemy", "2.0.44", ">=3.7"),
    ("uvicorn", "0.38.0", ">=3.9"),
];

/// What the upgrade that people made by hand ended at.
const BY_HAND: [(&str, &str, &str); 9] = [
    ("fastapi", "0.99.1", "0.115.5"),
    ("pydantic", "1.10.13", "2.10.0"),
    ("sqlalchemy", "1.4.54", "2.0.36"),
    ("alembic", "1.12.1", "1.13.3"),
    ("uvicorn", "0.23.2", "0.30.6"),
    ("aiosqlite", "0.19.0", "0.20.0"),
    ("httpx", "0.24.1", "0.27.2"),
    ("websockets", "11.0.3", "12.0"),
    ("python-multipart", "0.0.6", "0.0.18"),
];

const NOTES: &str = "Changes\n=======\n\n2.0.0\n-----\n\n- BREAKING: ``declarative_base`` moved to ``sqlalchemy.orm``\n\
    - BREAKING: ``sqlalchemy.future`` is gone\n- Add typed mappings\n\n1.4.54\n------\n\n- a fix\n";

/// The document's order of phases, and what its verification list asks of the service.
const GIVEN: &str = "[project]\npython = \"3.11\"\n[report]\nverify = [\"`GET /` answers\", \"a WebSocket stays open\"]\n\n\
    [[plan.stages]]\nname = \"SQLAlchemy\"\npackages = [\"sqlalchemy\"]\n\
    [[plan.stages]]\nname = \"Pydantic\"\npackages = [\"pydantic\"]\n\
    [[plan.stages]]\nname = \"FastAPI and uvicorn\"\npackages = [\"fastapi\", \"uvicorn\"]\n\
    [[plan.stages]]\nname = \"Alembic and cleanup\"\npackages = [\"alembic\"]\n";

fn seed() -> Seed {
    let seed = Seed::read("synapps-orchestrator")
        .with("pytest", &["8.4.2"], seeds::MIDDLE)
        .with("pytest-asyncio", &["0.26.0"], seeds::MIDDLE)
        .with("requests", &["2.32.5"], seeds::MIDDLE)
        .with("ruff", &["0.14.2"], seeds::MIDDLE);
    let seed = NEWEST.iter().fold(seed, |seed, (name, version, python)| {
        seed.with(name, &[version], seeds::MIDDLE).for_python(name, version, python)
    });
    seed.describing("sqlalchemy", "2.0.44", NOTES)
}

fn desk(seed: &Seed) -> (Desk, Market) {
    let (desk, market) = seed.desk(BINARY, &[]);
    desk.write("uplift.toml", GIVEN);
    desk.commit("what people give");
    (desk, market)
}

fn moving(data: &Value) -> Vec<&Value> {
    plans(data).flat_map(|plan| list(plan, "/dependencies")).collect()
}

fn statements(data: &Value) -> Vec<&Value> {
    let runtimes = list(data, "/analysis/components").iter().flat_map(|component| list(component, "/runtimes"));
    runtimes.flat_map(|runtime| list(runtime, "/stated")).collect()
}

/// Lines that the complete set cannot be solved on, of one statement.
fn refused(data: &Value, statement: &Value) -> usize {
    let refused = list(data, "/compatibility/value/components/0/window/refused");
    list(statement, "/lines").iter().filter(|line| refused.contains(line)).count()
}

fn hold(page: &str, data: &Value) {
    let moving = moving(data);
    let runtimes = list(data, "/analysis/components").iter().map(|c| list(c, "/runtimes").len()).sum::<usize>();
    assert_eq!(count(page, "targets"), moving.len(), "{page}");
    assert_eq!(table(page, "targets").len(), moving.len() + runtimes);
    assert_eq!(table(page, "runtime-places").len(), statements(data).len());
    let change = statements(data).into_iter().filter(|one| refused(data, one) > 0).count();
    assert_eq!(count(page, "runtime-places"), change);
    assert_eq!(table(page, "breaking-packages").len(), moving.len());
    let edits: usize = plans(data).flat_map(|plan| list(plan, "/steps")).map(|step| list(step, "/edits").len()).sum();
    let shown: usize = (0..9)
        .filter(|n| page.contains(&format!("id=\"phase-{n}-edits\"")))
        .map(|n| table(page, &format!("phase-{n}-edits")).len())
        .sum();
    assert_eq!(shown, edits, "{page}");
    for cells in table(page, "breaking-packages") {
        let name = cells[0].split(']').next().unwrap().trim_start_matches('[').to_owned();
        let row = dependencies(data).find(|row| row["name"] == name.as_str()).unwrap();
        let (all, listed) = (row["usage"]["value"]["count"].as_u64(), list(row, "/usage/value/sites").len());
        let anchor = cells[0].split("(#").nth(1).unwrap().trim_end_matches(')').to_owned();
        let places = table(page, &format!("{anchor}-places"));
        let lines: usize = places.iter().map(|cells| cells[0].split(", ").count()).sum();
        assert_eq!(lines, listed, "{name}: {places:#?}");
        match all {
            Some(one @ 1) => assert!(cells[5].starts_with(&format!("{one} place in")), "{cells:?}"),
            Some(all) => assert!(cells[5].starts_with(&format!("{all} places in")), "{cells:?}"),
            None => assert_eq!(cells[5], "none"),
        }
        let notes = list(data, "/notes").iter().find(|one| one["package"] == name.as_str()).unwrap();
        let releases = list(notes, "/notes/value/releases").iter().flat_map(|release| list(release, "/notes"));
        let broken = releases.filter(|note| note["kind"] == "breaking" || note["kind"] == "deprecated").count();
        assert_eq!(table(page, &format!("{anchor}-notes")).len(), broken, "{name}");
    }
    let direct: Vec<&Value> = dependencies(data).filter(|row| row["direct"] == true).collect();
    let open = direct.iter().filter(|row| {
        row["locked"].is_null() && ["floor", "unpinned"].iter().any(|pinning| row["pinning"] == *pinning)
    });
    match open.count() {
        0 => require(page, &["is pinned, bounded above or locked"]),
        open => require(page, &[&format!("{open} of {} direct dependenc", direct.len())]),
    }
    counts_lead_to_rows(page);
}

#[test]
fn the_guide_of_the_orchestrator() {
    let seed = seed();
    let (desk, _market) = desk(&seed);
    let page = report(&desk, &seed, "migration-guide", "markdown", &[]);
    let data = data(&desk, &seed, "migration-guide");
    assert_eq!(page, written(Kind::MigrationGuide, &data), "the JSON is what the page is written from");

    // Row M4, with the phases in the order that was given.
    require_sections(
        &page,
        &[
            "Upgrade overview",
            "Runtimes",
            "Migration phases",
            "Phase 0: before the first change",
            "Phase 1: SQLAlchemy",
            "Phase 2: Pydantic",
            "Phase 3: FastAPI and uvicorn",
            "Phase 4: Alembic and cleanup",
            "Phase 5: everything together",
            "Breaking changes",
            "Migration steps for local development",
            "Database migrations",
            "Verify",
            "Verification checklist",
            "Questions",
            "Sources",
        ],
    );
    hold(&page, &data);
    assert_eq!(pages::said_twice(&page), [] as [String; 0]);

    the_targets_of_the_document(&seed, &page);
    what_changes_and_what_does_not(&seed, &page);
    old_styles_are_found_where_they_stand(&seed, &page);
    section_16(&page);
    require(&page, &["Nothing of it is carried out yet", "GET / answers (given)"]);
    the_numbers_follow_the_data(&data);
}

fn the_targets_of_the_document(seed: &Seed, page: &str) {
    // The document's column "current floor" is a floor, and never the version in use.
    let floors = [("fastapi", "0.68.0"), ("pydantic", "1.8.2"), ("sqlalchemy", "1.4.0"), ("alembic", "1.7.0")];
    for (name, floor) in floors.into_iter().chain([("uvicorn", "0.15.0")]) {
        let told = row(page, "targets", name);
        assert_eq!((told[1].as_str(), told[2].as_str()), (ROOT, floor), "{told:?}");
        assert!(numbers(&told[3]) > numbers(floor), "{told:?}");
        let wanted = seed.expected["targets"][name].as_str().unwrap().trim_end_matches(['+', 'x', '.']);
        assert!(numbers(&told[4]) >= numbers(wanted), "{told:?} is below {wanted}");
    }
    // No interpreter that the new set refuses is called usable, and no place that states one goes unsaid.
    let python = row(page, "targets", "python");
    assert_eq!((python[2].as_str(), python[3].as_str()), ("3.8", "3.9"));
    assert!(numbers(python[4].split('-').next().unwrap()) >= vec![3, 10], "{python:?}");
    let places = table(page, "runtime-places");
    for file in
        ["infra/docker/Dockerfile.orchestrator:1", "apps/orchestrator/setup.py:7", "apps/orchestrator/setup.py:18"]
    {
        let told = places.iter().find(|cells| cells[0] == file).unwrap_or_else(|| panic!("{file}: {places:#?}"));
        assert!(told[5].contains("cannot be solved on"), "{told:?}");
    }
    let page = words(page);
    for old in ["3.8", "3.9"] {
        let question = format!("### Can python {old} still be used?\n\nNo. The complete set cannot be solved on {old}");
        assert!(page.contains(&question), "{question} in {page}");
    }
    assert!(!headings(&page).contains(&"Can python 3.11 still be used?".to_owned()));
}

fn what_changes_and_what_does_not(seed: &Seed, page: &str) {
    let files = |list: &str| -> Vec<String> {
        seed.expected[list].as_array().unwrap().iter().map(|file| file.as_str().unwrap().to_owned()).collect()
    };
    // Each file that has to change is named: manifests by floor or runtime, code by its uses of what moves.
    for file in files("must_change") {
        assert!(words(page).contains(&file), "{file} is nowhere in {page}");
    }
    let edits: Vec<String> = (0..9)
        .filter(|n| page.contains(&format!("id=\"phase-{n}-edits\"")))
        .flat_map(|n| table(page, &format!("phase-{n}-edits")))
        .map(|cells| cells[0].clone())
        .collect();
    for file in files("must_not_change").into_iter().chain(files("must_delete")) {
        assert!(edits.iter().all(|place| !place.starts_with(&file)), "{file} among {edits:?}");
    }
    require(
        page,
        &[
            "and no migration script",
            "In apps/orchestrator, against a database for development:\n\nsh\nalembic upgrade head",
            "alembic check in apps/orchestrator finds no difference",
            "python -m pytest apps/orchestrator/tests",
            "ruff check apps/orchestrator",
            "sqlalchemy>=1.4.0 (apps/orchestrator/requirements.txt:7, ends at 2.0.44)",
        ],
    );
    // The document installs an extra of the root that its own repository does not have, and removes a file.
    refuse(page, &["pip install -e \".[dev]\"", "It has been removed", "migrate_db.py has"]);
    require(page, &["Not by the upgrade."]);
}

/// Occurrences that the document's patterns have, at the lines where they are.
fn old_styles_are_found_where_they_stand(seed: &Seed, page: &str) {
    let anchor = |name: &str| {
        let cells =
            table(page, "breaking-packages").into_iter().find(|cells| cells[0].starts_with(&format!("[{name}]")));
        cells.unwrap()[0].split("(#").nth(1).unwrap().trim_end_matches(')').to_owned()
    };
    for (package, name) in [("pydantic", "validator"), ("pydantic", "root_validator")] {
        let places = table(page, &format!("{}-places", anchor(package)));
        let hits: usize =
            places.iter().filter(|cells| cells[1] == name).map(|cells| cells[0].split(", ").count()).sum();
        assert_eq!(Some(hits as u64), seed.expected["patterns"][name].as_u64(), "{name}: {places:#?}");
    }
    let sqlalchemy = anchor("sqlalchemy");
    let places = table(page, &format!("{sqlalchemy}-places"));
    for (file, what) in
        [("repositories.py", "sqlalchemy.future"), ("models.py", "declarative_base"), ("db.py", "sessionmaker")]
    {
        let found =
            places.iter().any(|cells| cells[0].starts_with(&format!("{ROOT}/{file}:")) && cells[1].contains(what));
        assert!(found, "{what} in {file}: {places:#?}");
    }
    let notes = table(page, &format!("{sqlalchemy}-notes"));
    let told: Vec<&str> = notes.iter().map(|cells| cells[2].as_str()).collect();
    assert!(told.iter().any(|text| text.contains("declarative_base moved")), "{told:?}");
    assert!(notes.iter().all(|cells| cells[3].contains("METADATA:")), "each with its source: {notes:?}");
    assert!(!told.iter().any(|text| text.contains("typed mappings")), "a feature breaks nothing");
}

fn section_16(page: &str) {
    // That the schema stays as it was is not known, and how to find out is said.
    require(page, &["Whether the schema drifts: unknown", "alembic check compares them"]);
    // An open range reaches what nobody tested.
    require(page, &["A later install may take a version that nobody tested", "Nobody tests them."]);
    // No form of env.py is prescribed: several are acceptable.
    refuse(page, &["async_engine_from_config", "to take advantage of modern features"]);
}

fn the_numbers_follow_the_data(data: &Value) {
    let names: Vec<String> = dependencies(data).map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let some = proptest::sample::subsequence(names.clone(), 0..names.len());
    let followed = runner.run(&some, |gone| {
        let less = pages::without(data, &gone);
        prop_assert_eq!(dependencies(&less).count(), names.len() - gone.len());
        hold(&written(Kind::MigrationGuide, &less), &less);
        Ok(())
    });
    followed.unwrap();
}

/// The state after, as people made it: the guide of a run that delivered it tells it as done, and asks for no more.
#[test]
fn the_guide_of_the_state_after() {
    let seed = BY_HAND.iter().fold(seed(), |seed, (name, _, version)| seed.with(name, &[version], seeds::MIDDLE));
    let (desk, _market) = desk(&seed);
    let before = data(&desk, &seed, "migration-guide");
    seeds::replace(&desk, "synapps-orchestrator.golden");
    let mut after = data(&desk, &seed, "migration-guide");
    let tip = after["analysis"]["commit"].as_str().unwrap().to_owned();
    let run = pages::run(&before, &tip, &BY_HAND);
    pages::about(&mut after, &desk, &seed, &run);
    let page = written(Kind::MigrationGuide, &after);
    require_sections(
        &page,
        &[
            "Upgrade overview",
            "Runtimes",
            "Migration phases",
            "Breaking changes",
            "Verification checklist",
            "Questions",
        ],
    );
    require(&page, &["Carried out on branch uplift/made-up", "git switch uplift/made-up", "uplift rollback 01MADEUP"]);
    refuse(&page, &["Nothing of it is carried out yet", "[x]", "| In use |"]);
    // Phases tell where the run went, not where the plan wanted to go; nothing is to be typed again.
    require(&page, &["apps/orchestrator: sqlalchemy 1.4.54 -> 2.0.36, commit"]);
    // The environment is filled from the files that the branch has; no version is typed by hand.
    refuse(&page, &["2.0.44", "pip install --python .venv-upgrade '", "Other ways that are known"]);
    assert_eq!(count(&page, "targets"), BY_HAND.len());
    for (name, from, to) in BY_HAND {
        let told = row(&page, "targets", name);
        assert_eq!((told[3].as_str(), told[4].as_str()), (from, to), "{told:?}");
    }
    // Every place states what the code now needs.
    for cells in table(&page, "runtime-places") {
        assert!(!cells[4].contains("3.8") && !cells[4].contains("3.9"), "{cells:?}");
    }
    let page = words(&page);
    for gone in ["declarative_base", "root_validator", "sqlalchemy.future", "Can python 3.8", "Can python 3.9"] {
        assert!(!page.contains(&format!("| {gone}")) && !page.contains(&format!("### {gone}")), "{gone} in {page}");
    }
    counts_lead_to_rows(&page);
}
