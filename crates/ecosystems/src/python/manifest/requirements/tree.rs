//! A requirements file together with the files that it takes in by `-r` and `-c`.
//!
//! Lives here: paths, order, circles. Reading bytes is the caller's, so that this stays pure.

use crate::python::manifest::{IncludeKind, Manifest, ManifestError, text};

/// One file of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// As the root's path was given: relative to the same folder, with `/`.
    pub path: String,
    /// How it was included first; `None`: the root itself.
    pub included_as: Option<IncludeKind>,
    pub text: String,
    pub manifest: Manifest,
}

/// Reads bytes of a file by its path.
type Read<'a> = dyn FnMut(&str) -> std::io::Result<Vec<u8>> + 'a;

/// The file at `path` and everything it includes, each file once, the including one first.
///
/// # Errors
/// [`ManifestError::Cycle`], [`ManifestError::Include`] with the including line, [`ManifestError::InFile`].
pub fn read_tree(path: &str, read: &mut Read<'_>) -> Result<Vec<File>, ManifestError> {
    let mut files = Vec::new();
    let bytes = read(path).map_err(|error| ManifestError::Include {
        file: path.to_owned(),
        line: 0,
        included: path.to_owned(),
        message: error.to_string(),
    })?;
    let mut open = Vec::new();
    visit(normal(path), None, &bytes, &mut open, &mut files, read)?;
    Ok(files)
}

fn visit(
    path: String,
    included_as: Option<IncludeKind>,
    bytes: &[u8],
    open: &mut Vec<String>,
    files: &mut Vec<File>,
    read: &mut Read<'_>,
) -> Result<(), ManifestError> {
    let in_file = |error| ManifestError::InFile { file: path.clone(), error: Box::new(error) };
    let content = text(bytes).map_err(in_file)?.to_owned();
    let manifest = super::parse(&content);
    let includes = manifest.includes.clone();
    files.push(File { path: path.clone(), included_as, text: content, manifest });
    open.push(path.clone());
    for include in includes {
        let target = beside(&path, &include.path);
        if let Some(first) = open.iter().position(|p| *p == target) {
            let mut chain: Vec<&str> = open.iter().skip(first).map(String::as_str).collect();
            chain.push(&target);
            let chain = chain.join(" -> ");
            return Err(ManifestError::Cycle { file: path, line: include.line, included: include.path, chain });
        }
        if files.iter().any(|f| f.path == target) {
            continue;
        }
        let bytes = read(&target).map_err(|error| ManifestError::Include {
            file: path.clone(),
            line: include.line,
            included: include.path.clone(),
            message: error.to_string(),
        })?;
        visit(target, Some(include.kind), &bytes, open, files, read)?;
    }
    open.pop();
    Ok(())
}

/// `path` as seen from the folder of `file`.
fn beside(file: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    match file.rsplit_once('/') {
        Some((folder, _)) if !path.starts_with('/') => normal(&format!("{folder}/{path}")),
        _ => normal(&path),
    }
}

/// Without `.` and, where something stands before it, `..`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|p| *p != ".." && !p.is_empty()) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn tree(files: &[(&str, &str)], root: &str) -> Result<Vec<String>, ManifestError> {
        let files: BTreeMap<&str, &str> = files.iter().copied().collect();
        let mut read = |path: &str| {
            let found = files.get(path).map(|t| t.as_bytes().to_vec());
            found.ok_or_else(|| std::io::Error::new(std::io::ErrorKind::NotFound, "no such file"))
        };
        Ok(read_tree(root, &mut read)?.into_iter().map(|f| f.path).collect())
    }

    #[test]
    fn included_files_are_found_from_the_including_folder() {
        let files = [
            ("req/dev.txt", "-r base.txt\n-c ../all.txt\npytest"),
            ("req/base.txt", "a\n-c ../all.txt"),
            ("all.txt", ""),
        ];
        assert_eq!(tree(&files, "req/dev.txt").unwrap(), ["req/dev.txt", "req/base.txt", "all.txt"]);
    }

    #[test]
    fn a_circle_is_an_error_that_shows_it() {
        let files = [("a.txt", "x\n-r b.txt"), ("b.txt", "-r ./a.txt")];
        let error = tree(&files, "a.txt").unwrap_err();
        assert_eq!(error.to_string(), "b.txt, line 1: `./a.txt` includes itself: a.txt -> b.txt -> a.txt");
    }

    #[test]
    fn a_missing_file_names_the_line_that_wants_it() {
        let error = tree(&[("a.txt", "x\n\n-r b.txt")], "a.txt").unwrap_err();
        assert_eq!(error.to_string(), "a.txt, line 3: `b.txt` cannot be read: no such file");
    }
}
