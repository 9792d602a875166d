//! The papers a repository needs before a stranger may use it.
//!
//! Lives here: which ones, and one sign of each that it is the right text.

use super::Finding;
use super::files::File;

const PAPERS: [(&str, &str); 4] = [
    ("LICENSE-APACHE", "Apache License"),
    ("LICENSE-MIT", "Permission is hereby granted"),
    ("CONTRIBUTING.md", "cargo xtask ci"),
    ("CHANGELOG.md", "Unreleased"),
];

pub(crate) fn check(files: &[File]) -> Vec<Finding> {
    PAPERS
        .iter()
        .filter_map(|(path, sign)| match files.iter().find(|file| file.path == *path) {
            None => Some(Finding::error(path, 0, "is missing")),
            Some(file) if !file.text.contains(sign) => Some(Finding::error(path, 0, format!("does not hold `{sign}`"))),
            Some(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::files::file;
    use super::*;

    #[test]
    fn a_missing_or_empty_licence_is_told() {
        let mut files: Vec<File> = PAPERS.iter().map(|(path, sign)| file(path, sign)).collect();
        assert!(check(&files).is_empty());
        files.remove(0);
        files.push(file("LICENSE-APACHE", ""));
        assert_eq!(check(&files).len(), 1);
        files.pop();
        assert_eq!(check(&files).len(), 1);
    }
}
