//! How a file looks: it opens by saying what lives in it, it is short, and it is named for a concept.
//!
//! Lives here: openings, lengths, names. Lives elsewhere: words inside files (`words`).

use super::Finding;
use super::exceptions::Exceptions;
use super::files::File;

const LONGEST: usize = 600;
const COMFORTABLE: usize = 400;
/// Kinds of file that people write by hand and read from top to bottom.
const READ_BY_PEOPLE: [&str; 7] = [".rs", ".py", ".js", ".ts", ".sh", ".md", ".toml"];
/// Whole repositories kept as they were found, and pages that a tool writes.
const NOT_OURS: [&str; 4] = ["fixtures/", "recipes/", "docs/reference/", "fuzz/corpus/"];
const NAMELESS: [&str; 4] = ["utils", "util", "helpers", "common"];

pub(crate) fn check(files: &[File], exceptions: &Exceptions) -> Vec<Finding> {
    let mut findings: Vec<Finding> = files.iter().flat_map(|file| one(file, exceptions)).collect();
    findings.extend(
        exceptions.check(LONGEST, |path| files.iter().find(|file| file.path == path).map(|file| file.lines().count())),
    );
    findings
}

fn one(file: &File, exceptions: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.is_crate_source() && !file.text.starts_with("//!") {
        findings.push(Finding::error(
            &file.path,
            1,
            "does not open with `//!`: say what lives here, and what does not",
        ));
    }
    let by_hand = READ_BY_PEOPLE.iter().any(|end| file.path.ends_with(end))
        && !NOT_OURS.iter().any(|start| file.path.starts_with(start));
    let lines = file.lines().count();
    if by_hand && lines > LONGEST && !exceptions.excuse(&file.path, lines) {
        findings.push(Finding::error(&file.path, 0, format!("{lines} lines; split it, {LONGEST} is the limit")));
    } else if file.is_rust() && by_hand && lines > COMFORTABLE {
        findings.push(Finding::warning(&file.path, 0, format!("{lines} lines; {COMFORTABLE} is comfortable")));
    }
    if file.is_rust() && by_hand {
        findings.extend(nameless(file));
    }
    findings
}

/// Names that say nothing of what is inside, as a folder, a file or a module.
fn nameless(file: &File) -> Option<Finding> {
    let named = |name: &str| format!("`{name}` names no concept: call it what it holds");
    let part = file.path.trim_end_matches(".rs").split('/').find(|part| NAMELESS.contains(part));
    if let Some(part) = part {
        return Some(Finding::error(&file.path, 0, named(part)));
    }
    file.lines().find_map(|(number, line)| {
        let (_, after) = line
            .split_once("mod ")
            .filter(|(before, _)| before.trim().is_empty() || before.trim().starts_with("pub"))?;
        let name = after.trim_end_matches([';', '{', ' ']);
        NAMELESS.contains(&name).then(|| Finding::error(&file.path, number, named(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::files::file;
    use super::*;

    fn found(path: &str, text: &str) -> Vec<Finding> {
        check(&[file(path, text)], &Exceptions::default())
    }

    #[test]
    fn a_source_file_opens_by_saying_what_lives_in_it() {
        assert_eq!(found("crates/a/src/b.rs", "use std::fmt;\n").len(), 1);
        assert!(found("crates/a/src/b.rs", "//! Things.\n").is_empty());
        assert!(found("crates/a/tests/b.rs", "use std::fmt;\n").is_empty());
    }

    #[test]
    fn a_long_file_is_an_error_and_a_longish_one_a_warning() {
        let long = |lines: usize| "//! x\n".repeat(lines);
        assert!(found("crates/a/src/b.rs", &long(400)).is_empty());
        assert!(found("crates/a/src/b.rs", &long(401)).iter().all(|finding| finding.warning));
        assert!(found("crates/a/tests/b.rs", &long(601)).iter().any(|finding| !finding.warning));
        assert!(found("fixtures/a/b.rs", &long(601)).is_empty());
        assert!(found("Cargo.lock", &long(9000)).is_empty());
    }

    #[test]
    fn a_name_without_a_concept_is_refused() {
        for path in ["crates/a/src/utils.rs", "crates/a/src/helpers/b.rs", "crates/a/tests/common/mod.rs"] {
            assert_eq!(found(path, "//! x\n").len(), 1, "{path}");
        }
        assert_eq!(found("crates/a/src/b.rs", "//! x\npub(crate) mod helpers;\n").len(), 1);
        assert!(found("crates/a/src/b.rs", "//! x\n// a mod common to all\nmod commonality;\n").is_empty());
    }
}
