//! Upgrades of whole repositories: each case is a folder with the files before and after.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use uplift_model::Ecosystem;
use uplift_model::plan::Edit;

use super::*;
use crate::components::Graph;
use crate::runtimes::{Gathered, Place, gather};

/// By path from the root.
type Files = BTreeMap<String, String>;

/// The day of all cases.
const DAY: &str = "2025-11-01";

fn files(folder: &Path) -> Files {
    let mut all = Files::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                all.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    all
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtimes");
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

fn component(ecosystem: Ecosystem) -> Component {
    Component {
        root: String::new(),
        ecosystem,
        name: None,
        environment: String::new(),
        packages: BTreeMap::new(),
        graph: Graph::default(),
        complete: false,
        drift: Vec::new(),
        notes: Vec::new(),
    }
}

fn gathered(files: &Files) -> Gathered {
    let names: Vec<String> = files.keys().cloned().collect();
    gather(&names, &|path| files.get(path).map(|text| text.clone().into_bytes()))
}

/// What is proposed where `from` is in use, whatever the files say runs.
fn proposed(files: &Files, ecosystem: Ecosystem, from: &str) -> Option<RuntimeUpgrade> {
    let gathered = gathered(files);
    let place = Place::new("", ecosystem);
    let chosen = crate::runtime::given(from, "a case");
    propose(&Asking {
        component: &component(ecosystem),
        chosen: &chosen,
        stated: gathered.of(&place, std::slice::from_ref(&place)),
        read: &|path| files.get(path).map(|text| text.clone().into_bytes()),
        as_of: DAY,
        ask: &|_, _| Answer::Unknown,
    })
}

fn made(files: &Files, edits: &[Edit]) -> Files {
    let of = |file: &str| edits.iter().filter(|edit| edit.file == file).collect::<Vec<_>>();
    files.iter().map(|(file, text)| (file.clone(), applied(text, &of(file)).unwrap())).collect()
}

#[test]
fn every_case_turns_before_into_after_and_then_rests() {
    for case in cases() {
        let told = std::fs::read_to_string(case.join("case.txt")).unwrap();
        let (way, left) = told.split_once('\n').unwrap();
        let (runtime, way) = way.split_once(' ').unwrap();
        let (from, to) = way.split_once(" -> ").unwrap();
        let ecosystem = if runtime == "python" { Ecosystem::Python } else { Ecosystem::JavaScript };
        let (before, after) = (files(&case.join("before")), files(&case.join("after")));
        // Where the case says another line than the day gives, more is unlocked there.
        let upgrade = proposed(&before, ecosystem, from).unwrap();
        let upgrade = if upgrade.to == to { upgrade } else { unlocking(&before, from, to) };
        assert_eq!(upgrade.to, to, "{}", case.display());
        assert_eq!(made(&before, &upgrade.edits), after, "{}", case.display());
        let by_hand: Vec<&str> = left.lines().filter_map(|line| line.strip_prefix("by hand: ")).collect();
        assert_eq!(upgrade.by_hand, by_hand, "{}", case.display());
        let again = proposed(&after, ecosystem, from).unwrap();
        let again = if again.to == to { again } else { unlocking(&after, from, to) };
        assert_eq!(again.edits, [], "{}: a second time changed the files", case.display());
    }
}

/// As [`proposed`], where one package exists for `to` and later only.
fn unlocking(files: &Files, from: &str, to: &str) -> RuntimeUpgrade {
    let gathered = gathered(files);
    let place = Place::new("", Ecosystem::Python);
    let mut component = component(Ecosystem::Python);
    let package = Package { direct: true, pinned: Some("1.0".to_owned()), ..Package::new("late") };
    component.packages.insert("late".to_owned(), package);
    let ask = late(to);
    let chosen = crate::runtime::given(from, "a case");
    let asking = Asking {
        component: &component,
        chosen: &chosen,
        stated: gathered.of(&place, std::slice::from_ref(&place)),
        read: &|path| files.get(path).map(|text| text.clone().into_bytes()),
        as_of: DAY,
        ask: &ask,
    };
    propose(&asking).unwrap()
}

/// An index on which 1.0 is for every line, and 2.0 for `first` and those after it.
fn late(first: &str) -> impl Fn(&Package, &str) -> Answer {
    use uplift_model::analysis::Availability;
    let first = first.to_owned();
    move |_, line| {
        let release = |version: &str, fits: bool| crate::releases::Release {
            version: version.to_owned(),
            date: None,
            prerelease: false,
            yanked: None,
            deprecated: None,
            availability: if fits {
                Availability::Installable
            } else {
                Availability::NoDistribution { exists_for: Vec::new() }
            },
            native: None,
            stable_abi: false,
            size: None,
        };
        let fits = versions::Line::read(line) >= versions::Line::read(&first);
        let releases = vec![release("1.0", true), release("2.0", fits)];
        Answer::Known(std::sync::Arc::new(crate::releases::Known { releases, ..Default::default() }))
    }
}

#[test]
fn a_line_that_lasts_is_left_only_for_what_it_keeps_back() {
    let files = Files::from([(".python-version".to_owned(), "3.11\n".to_owned())]);
    assert_eq!(proposed(&files, Ecosystem::Python, "3.11"), None);
    let upgrade = unlocking(&files, "3.11", "3.13");
    assert_eq!((upgrade.from.as_str(), upgrade.to.as_str()), ("3.11", "3.13"));
    let told: Vec<String> =
        upgrade.unlocks.iter().map(|u| format!("{} {} {}", u.package, u.capped_at, u.becomes)).collect();
    assert_eq!(told, ["late 1.0 2.0"]);
    assert_eq!(
        upgrade.reasons,
        [
            "3.11 keeps back late at 1.0 (3.13 admits 2.0)",
            "3.13 is the lowest that unlocks all of them and is supported for at least a year more, until 2029-10-31"
        ]
    );
    assert_eq!(upgrade.command, "uplift plan --python 3.13");
}

#[test]
fn a_line_near_its_end_is_left_for_one_that_lasts() {
    let none = Files::new();
    let told = |from: &str| proposed(&none, Ecosystem::Python, from).map(|u| (u.to, u.reasons));
    let (to, reasons) = told("3.9").unwrap();
    assert_eq!((to.as_str(), reasons[0].as_str()), ("3.11", "Python 3.9 is out of support since 2025-10-31"));
    assert_eq!(told("3.10"), None, "its end is a year away");
    assert_eq!(proposed(&none, Ecosystem::JavaScript, "20").map(|u| u.to).as_deref(), Some("22"));
    assert_eq!(told("3.14"), None, "there is none after it");
}

proptest::proptest! {
    /// Whatever a file holds, its edits fit it.
    #[test]
    fn edits_fit_the_file_that_they_were_made_for(
        text in "(python-version|: |\\[|\\]|3\\.8|3\\.9|\"3\\.9\"|, |- |\n|\r\n|FROM python:|-slim|py38|envlist = |\\{|\\}|#| |matrix|\\PC){0,24}",
        name in proptest::sample::select(vec!["Dockerfile", ".python-version", "tox.ini", "noxfile.py", "setup.cfg", ".github/workflows/a.yml", ".tool-versions", "pyproject.toml"]),
    ) {
        let files = Files::from([(name.to_owned(), text)]);
        if let Some(upgrade) = proposed(&files, Ecosystem::Python, "3.9") {
            made(&files, &upgrade.edits);
        }
    }
}
