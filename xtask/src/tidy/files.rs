//! The repository's text files, as git would commit them.
//!
//! Lives here: which files a rule sees, and where a Rust file's tests begin. Lives elsewhere: the rules.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// One file: its path from the root with `/`, and its text.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Source of a crate of ours: below `crates/<name>/src` or `xtask/src`.
    pub(crate) fn is_crate_source(&self) -> bool {
        self.is_rust()
            && (self.path.starts_with("xtask/src/")
                || self
                    .path
                    .strip_prefix("crates/")
                    .and_then(|rest| rest.split_once('/'))
                    .is_some_and(|(_, inside)| inside.starts_with("src/")))
    }

    /// Lines before the tests, numbered from 1; none in a file that is all tests.
    ///
    /// House style puts `#[cfg(test)] mod tests` last in a file or in a file named `tests.rs`.
    pub(crate) fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let all_tests = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        self.lines().take_while(move |(_, line)| !all_tests && !line.trim_start().starts_with("#[cfg(test)]"))
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// What git has or would add, ignored files left out; files that are not text are passed over.
///
/// # Errors
/// When git cannot list the files.
pub(crate) fn tracked(root: &Path) -> Result<Vec<File>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("cannot start git")?;
    ensure!(listed.status.success(), "git cannot list the files: {}", String::from_utf8_lossy(&listed.stderr).trim());
    let mut files = Vec::new();
    for path in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|path| !path.is_empty()) {
        // A file that is deleted but not yet staged is still listed; one that is not UTF-8 has no lines to judge.
        if let Ok(text) = std::fs::read_to_string(root.join(path)) {
            files.push(File { path: path.to_owned(), text });
        }
    }
    ensure!(!files.is_empty(), "git lists no files below {}", root.display());
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files.dedup_by(|left, right| left.path == right.path);
    Ok(files)
}

#[cfg(test)]
pub(crate) fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_the_product_end_where_the_tests_begin() {
        let source = file("crates/a/src/b.rs", "fn one() {}\n#[cfg(test)]\nmod tests {}\n");
        assert_eq!(source.product_lines().collect::<Vec<_>>(), [(1, "fn one() {}")]);
        assert_eq!(file("crates/a/src/b/tests.rs", "fn two() {}").product_lines().count(), 0);
    }

    #[test]
    fn tests_beside_the_source_are_not_the_crates_source() {
        assert!(file("crates/a/src/b.rs", "").is_crate_source());
        assert!(!file("crates/a/tests/b.rs", "").is_crate_source());
        assert!(!file("crates/a/src/b.py", "").is_crate_source());
    }
}
