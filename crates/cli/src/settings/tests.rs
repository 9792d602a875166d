//! Settings as people get them wrong, and as flags override them.
#![allow(clippy::unwrap_used)]

use super::*;

fn says(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE), text).unwrap();
    read(folder.path(), folder.path()).unwrap_err().to_string()
}

#[test]
fn an_unknown_key_is_an_error_on_its_line() {
    let told = says("[test]\ncommand = \"pytest\"\n\n[upgrade]\nstrateggy = \"latest\"\n");
    assert!(told.starts_with("uplift.toml:5: unknown field `strateggy`"), "{told}");
}

#[test]
fn a_wrong_type_is_an_error_on_its_line() {
    let told = says("[test]\nbaseline-runs = \"three\"\n");
    assert!(told.starts_with("uplift.toml:2: invalid type"), "{told}");
}

#[test]
fn a_value_without_sense_is_an_error_on_its_line() {
    assert_eq!(says("[test]\nbaseline-runs = 11\n"), "uplift.toml:2: [test] baseline-runs: 11 is not between 1 and 10");
    assert_eq!(
        says("[upgrade.hold]\ndjango = \"five\"\n"),
        "uplift.toml:2: [upgrade] hold.django: `five` is no bound on a version"
    );
    assert_eq!(says("[upgrade]\nbranch = \"a b\"\n"), "uplift.toml:2: [upgrade] branch: `a b` is not a branch's name");
}

#[test]
fn values_that_only_look_right_are_refused_by_name() {
    for (text, told) in [
        ("[check]\nfail-on = [\"age=-5\"]\n", "uplift.toml:2: [check] fail-on: `age=-5` is no condition"),
        ("[limits]\nconnections = 4000000000\n", "uplift.toml:2: [limits] connections: 4000000000 at once"),
        ("[upgrade]\nbranch = \"main\"\n", "uplift.toml:2: [upgrade] branch: `main` is the project's own branch"),
        (
            "[[advisories.ignore]]\nid = \"CVE-1\"\nreason = \"no\"\nuntil = 2027-01-31\n",
            "uplift.toml:4: `2027-01-31` is a date without quotes: quote it",
        ),
    ] {
        let said = says(text);
        assert!(said.starts_with(told), "{said}");
    }
}

#[test]
fn one_package_in_two_spellings_is_an_error_on_its_line() {
    // Keys come sorted, so that either of the two may be the second.
    let told = |text: &str, line: usize| {
        let said = says(text);
        assert!(said.starts_with(&format!("uplift.toml:{line}: `flask` and `Flask` are one package")), "{said}");
    };
    for key in ["hold", "pin", "target"] {
        told(&format!("[upgrade.{key}]\nflask = \"<5\"\n# the same\nFlask = \"<2\"\n"), 2);
        told(&format!("[upgrade.{key}]\nFlask = \"<5\"\n# the same\nflask = \"<2\"\n"), 4);
    }
    told("[upgrade]\nhold = { flask = \"<5\", Flask = \"<2\" }\n", 2);
}

#[test]
fn the_table_in_pyproject_is_read_and_its_errors_have_their_line_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(PYPROJECT);
    std::fs::write(&file, "[project]\nname = \"x\"\n[tool.uplift.test]\ncommand = \"tox\"\n").unwrap();
    assert_eq!(read(folder.path(), folder.path()).unwrap().test.command.as_deref(), Some("tox"));
    std::fs::write(&file, "[project]\nname = \"x\"\n[tool.uplift.test]\ncomand = \"tox\"\n").unwrap();
    let told = read(folder.path(), folder.path()).unwrap_err().to_string();
    assert!(told.starts_with("pyproject.toml:4: unknown field `comand`"), "{told}");
}

#[test]
fn the_components_own_file_wins_over_the_roots() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("backend");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(root.path().join(FILE), "[test]\ncommand = \"root\"\n").unwrap();
    // A pyproject.toml without the table is not a settings file.
    std::fs::write(folder.join(PYPROJECT), "[project]\nname = \"x\"\n").unwrap();
    assert_eq!(read(&folder, root.path()).unwrap().test.command.as_deref(), Some("root"));
    std::fs::write(folder.join(FILE), "[test]\ncommand = \"own\"\n").unwrap();
    assert_eq!(read(&folder, root.path()).unwrap().test.command.as_deref(), Some("own"));
}

#[test]
fn flags_add_to_lists_and_replace_values() {
    let mut settings: Settings = toml::from_str("[upgrade]\nignore = [\"a\"]\nhold = { django = \"<4\" }\n").unwrap();
    let selection = Selection {
        ignore: vec![PackageName::new("b").unwrap()],
        hold: vec!["django<5".parse().unwrap()],
        budget: Some(7),
        no_refresh: true,
        ..Selection::default()
    };
    overrule(&mut settings, &selection);
    assert_eq!(settings.upgrade.ignore.len(), 2);
    assert_eq!(settings.upgrade.hold.values().collect::<Vec<_>>(), ["<5"]);
    assert_eq!((settings.upgrade.run_budget, settings.upgrade.refresh), (7, false));
}

#[test]
fn a_rule_needs_a_package_and_a_bound() {
    let rule: Rule = "Django >=4.2, <5".parse().unwrap();
    assert_eq!((rule.name.as_str(), rule.specifier.as_str()), ("django", ">=4.2, <5"));
    for bad in ["django", "<5", "django<", "django=5", "django<five"] {
        assert!(bad.parse::<Rule>().is_err(), "{bad}");
    }
    assert!("numpy==1.26.*".parse::<Rule>().is_ok());
}

#[test]
fn every_key_is_documented() {
    let page = include_str!("../../../../docs/settings.md");
    let full = r#"
        services = [{ name = "db", command = "c" }]
        [project]
        component = "x"
        python = "3"
        [test]
        command = "x"
        directory = "x"
        time-limit = 1
    "#;
    let settings: Settings = toml::from_str(full).unwrap();
    let toml::Value::Table(tables) = toml::Value::try_from(settings).unwrap() else { panic!("not a table") };
    for (name, table) in tables {
        assert!(page.contains(&format!("[{name}]")), "[{name}]");
        let table = if let toml::Value::Array(all) = table { all.first().cloned().unwrap() } else { table };
        for key in table.as_table().unwrap().keys() {
            assert!(page.contains(&format!("`{key}`")), "[{name}] {key}");
        }
    }
}
