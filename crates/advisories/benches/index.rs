//! What the index costs: opening it, and looking up a project's packages.
//!
//! The inputs that `UPLIFT_BENCH_ADVISORIES` names (separated by `:`), else records made here in the number and shape
//! of the PyPA database of 2024: 2,661 records on 1,200 packages, some with hundreds.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::json;
use uplift_advisories::Index;
use uplift_advisories::index::build;
use uplift_model::Ecosystem;

fn main() {
    divan::main();
}

fn made(folder: &Path) -> PathBuf {
    let record = |at: usize| {
        // A tenth of the records are on one package, as with tensorflow.
        let package = if at.is_multiple_of(10) { "large".to_owned() } else { format!("package-{}", at % 1200) };
        json!({
            "id": format!("PYSEC-2024-{at}"), "aliases": [format!("CVE-2024-{at}"), format!("GHSA-{at:04}")],
            "modified": "2024-05-01T00:00:00Z", "published": "2024-04-01T00:00:00Z",
            "details": "A vulnerability of the usual kind, told in a sentence of the usual length. ".repeat(8),
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected": [{"package": {"ecosystem": "PyPI", "name": package}, "ranges": [{"type": "ECOSYSTEM", "events": [
                {"introduced": "0"}, {"fixed": "1.5.3"}, {"introduced": "2.0.0"}, {"fixed": format!("2.{}.1", at % 40)}]}],
                "versions": (0..50).map(|minor| format!("1.{minor}.0")).collect::<Vec<_>>()}],
        })
    };
    let file = folder.join("made.json");
    fs::write(&file, serde_json::to_vec(&(0..2661).map(record).collect::<Vec<_>>()).unwrap()).unwrap();
    file
}

fn inputs(folder: &Path) -> Vec<PathBuf> {
    match std::env::var("UPLIFT_BENCH_ADVISORIES") {
        Ok(paths) => paths.split(':').map(PathBuf::from).collect(),
        Err(_) => vec![made(folder)],
    }
}

/// Built once for all benches.
fn file() -> &'static Path {
    static FOLDER: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("advisories.redb");
        build(&file, &inputs(folder.path())).unwrap();
        (folder, file)
    });
    file
}

#[divan::bench(sample_count = 3)]
fn building(bencher: divan::Bencher) {
    let folder = tempfile::tempdir().unwrap();
    let inputs = inputs(folder.path());
    bencher
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_refs(|into| build(&into.path().join("i.redb"), &inputs).unwrap().about.packages);
}

#[divan::bench]
fn opening(bencher: divan::Bencher) {
    let file = file();
    bencher.bench(|| Index::open(file).unwrap());
}

/// Packages of a large project, each once; some with hundreds of records.
#[divan::bench(args = [50, 500])]
fn looking_up(bencher: divan::Bencher, packages: usize) {
    let index = Index::open(file()).unwrap();
    let known = ["large", "tensorflow", "django", "pillow", "cryptography", "package-7", "requests", "urllib3"];
    let name = |at: usize| known.get(at).map_or_else(|| format!("package-{at}"), |name| (*name).to_owned());
    let names: Vec<String> = (0..packages).map(name).collect();
    bencher.bench(|| {
        let found = names.iter().map(|name| index.findings(Ecosystem::Python, name, "1.2.0").unwrap().len());
        found.sum::<usize>()
    });
}
