//! Crates that only judge: no async, clock, disk, network, process, environment or randomness in them.
//!
//! Lives here: the names by which those come in. Lives elsewhere: dependencies between crates (`layers`).

use serde::Deserialize;

use super::Finding;
use super::files::File;

/// `[pure]` of `layers.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pure {
    crates: Vec<String>,
}

/// What comes in, and by which name.
const DOORS: [(&str, &str); 14] = [
    ("the disk", "std::fs"),
    ("the network", "std::net"),
    ("processes", "std::process"),
    ("the environment", "std::env"),
    ("threads", "std::thread"),
    ("the clock", "SystemTime"),
    ("the clock", "Instant::now"),
    ("the clock", "Timestamp::now"),
    ("the clock", "Zoned::now"),
    ("async", "async fn"),
    ("async", "tokio::"),
    ("randomness", "rand::"),
    ("randomness", "Ulid::new"),
    ("the network", "reqwest::"),
];

pub(crate) fn check(pure: &Pure, files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in &pure.crates {
        let source = format!("crates/{name}/src/");
        for file in files.iter().filter(|file| file.is_rust() && file.path.starts_with(&source)) {
            for (number, line) in file.product_lines() {
                let code = line.split("//").next().unwrap_or_default();
                for (what, _) in DOORS.iter().filter(|(_, door)| code.contains(door)) {
                    findings.push(Finding::error(
                        &file.path,
                        number,
                        format!("`{name}` is pure, but this lets in {what}"),
                    ));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::files::file;
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let pure = Pure { crates: vec!["decide".to_owned()] };
        check(&pure, &[file(path, text)]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_clock_in_a_judging_crate_is_seen() {
        let told = found("crates/decide/src/risk.rs", "//! Risk.\nlet now = SystemTime::now();\n");
        assert_eq!(told, ["error: crates/decide/src/risk.rs:2: `decide` is pure, but this lets in the clock"]);
    }

    #[test]
    fn comments_tests_and_other_crates_are_free() {
        assert!(found("crates/decide/src/risk.rs", "// no std::fs here\n#[cfg(test)]\nuse std::fs;\n").is_empty());
        assert!(found("crates/sandbox/src/disk.rs", "use std::fs;\n").is_empty());
    }
}
