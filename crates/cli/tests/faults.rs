//! Faults that were found by trying, each with the test that shows it mended.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::expect::{kept, refused, upgrades_as_usual, with};
use support::lending::small;
use support::runs::{UPGRADE, assert_clean};
use support::{Fault, Package, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

fn stage() -> Option<Stage> {
    Stage::new(PROGRAM, small::packages())
}

/// Just enough of a build backend to run setup.py.
const BACKEND: &str = "\
def _run(*a, **k):
    exec(compile(open('setup.py').read(), 'setup.py', 'exec'), {'__file__': 'setup.py'})

class _Legacy:
    build_editable = build_wheel = staticmethod(_run)

build_editable = build_wheel = _run
__legacy__ = _Legacy()
";

/// What is noted of a project whose setup.py fails, with these generations of the backend on the index.
fn notes_of_unbuildable(generations: &[&str]) -> Option<String> {
    let mut packages = small::packages();
    packages.push(Package::new("wheel", "0.45.0", ""));
    let backend =
        |version: &&str| Package::new("setuptools", version, "").with_file("setuptools/build_meta.py", BACKEND);
    packages.extend(generations.iter().map(backend));
    let stage = Stage::new(PROGRAM, packages)?;
    let setup = ("setup.py", "raise RuntimeError('needs a compiler that nobody has')\n");
    let repo = stage.repo("unbuildable", &with(&[setup]));
    let notes = upgrades_as_usual(&stage, &repo, repo.path())["notes"].to_string();
    assert!(notes.contains("put on the path instead of being installed"), "{notes}");
    Some(notes)
}

#[test]
fn a_project_that_cannot_be_built_is_tested_from_its_folder_and_the_report_says_why() {
    let Some(notes) = notes_of_unbuildable(&["57.0.0", "80.0.0"]) else { return };
    assert!(notes.contains("needs a compiler that nobody has"), "{notes}");
}

/// The project's own backend is tried first; older generations are only a way out.
#[test]
fn the_reason_why_a_project_cannot_be_built_is_that_of_the_backend_it_asked_for() {
    let Some(notes) = notes_of_unbuildable(&["80.0.0"]) else { return };
    assert!(notes.contains("needs a compiler that nobody has"), "{notes}");
}

#[test]
fn an_index_that_breaks_off_is_named_as_the_cause() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("cut", &small::files());
    stage.index.fault(Some(Fault::Cut));
    refused(&stage, &repo, &["upgrade"], 4, &["index"]);
}

#[test]
fn a_main_manifest_that_is_no_text_is_named() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("latin", &small::files());
    repo.git(&["rm", "-q", "requirements.in"]);
    repo.write("requirements.txt", b"alpha==1.0.0  # gr\xfc\xdfe\n");
    repo.commit("in another encoding");
    refused(&stage, &repo, &["upgrade"], 3, &["requirements.txt"]);
}

#[test]
fn a_file_that_is_included_counts_whatever_it_is_called() {
    let Some(stage) = stage() else { return };
    let (first, more) = ("-r more.txt\nalpha==1.0.0\neta==1.0.0\n", "-r requirements.txt\ngamma==1.0.0\n");
    let mut files = with(&[("requirements.txt", first), ("more.txt", more)]);
    files.retain(|(name, _)| *name != "requirements.in");
    let repo = stage.repo("two", &files);
    let before = repo.fingerprint();
    let report = stage.run(repo.path(), &UPGRADE).json(0);
    assert_clean(&stage, &repo, &before, "after the run");
    let kept: Vec<String> = kept(&report).into_iter().filter(|k| !k.starts_with("eta")).collect();
    assert_eq!(kept, ["alpha 1.1.0", "gamma 1.1.0"]);
}

#[test]
fn changes_that_are_in_the_way_of_applying_are_named() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("small", &small::files());
    let report = stage.run(repo.path(), &UPGRADE).json(0);
    repo.write("requirements.in", b"alpha==1.0.0\ngamma==1.0.0\n# mine\n");
    let run = report["run"].as_str().unwrap();
    stage.run(repo.path(), &["apply", run]).expect(3).tells(&["requirements.in"]);
}
