//! The work tree as discovery sees it: names and texts, nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files of a work tree. Paths are relative to its root, with `/`.
pub trait Files {
    /// The text, or `None` when the file does not exist or is no text.
    fn read(&self, path: &str) -> Option<String>;

    /// Every file, sorted.
    fn paths(&self) -> &[String];

    fn is_file(&self, path: &str) -> bool {
        self.paths().binary_search_by(|have| have.as_str().cmp(path)).is_ok()
    }

    /// Whether any file lies below `folder`; the root always exists.
    fn is_folder(&self, folder: &str) -> bool {
        let below = format!("{}/", folder.trim_end_matches('/'));
        folder.is_empty() || self.paths().iter().any(|path| path.starts_with(&below))
    }
}

/// A folder on disk, listed once. Links are not followed; generated and hidden folders are left out.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    paths: Vec<String>,
}

/// Enough for any repository that people write by hand.
const MOST_FILES: usize = 200_000;
const LARGEST_TEXT: u64 = 4 * 1024 * 1024;
const PASSED_OVER: &[&str] = &["node_modules", "__pycache__", "site-packages", "venv", "env"];

impl Folder {
    pub fn new(root: &Path) -> Self {
        let mut paths = Vec::new();
        let mut waiting = vec![(root.to_owned(), String::new())];
        while let Some((folder, prefix)) = waiting.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue;
            };
            for entry in entries.flatten() {
                let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else {
                    continue;
                };
                let hidden = name.starts_with('.') && name != ".github";
                if kind.is_dir() && !hidden && !PASSED_OVER.contains(&name.as_str()) {
                    waiting.push((entry.path(), format!("{prefix}{name}/")));
                } else if kind.is_file() && paths.len() < MOST_FILES {
                    paths.push(format!("{prefix}{name}"));
                }
            }
        }
        paths.sort();
        Self { root: root.to_owned(), paths }
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Option<String> {
        let path = self.root.join(path);
        let small = std::fs::metadata(&path).is_ok_and(|data| data.len() <= LARGEST_TEXT);
        small.then(|| std::fs::read_to_string(path).ok()).flatten()
    }

    fn paths(&self) -> &[String] {
        &self.paths
    }
}

/// Files held in memory: for tests, and for trees that are not checked out.
#[derive(Debug, Clone, Default)]
pub struct Held {
    texts: BTreeMap<String, String>,
    paths: Vec<String>,
}

impl Held {
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let texts: BTreeMap<_, _> = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        Self { paths: texts.keys().cloned().collect(), texts }
    }
}

impl Files for Held {
    fn read(&self, path: &str) -> Option<String> {
        self.texts.get(path).cloned()
    }

    fn paths(&self) -> &[String] {
        &self.paths
    }
}
