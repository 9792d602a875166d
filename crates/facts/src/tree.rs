//! The files of a repository as they lie on the disk: which there are, and reading them within bounds.
//!
//! Lives here: walking (what git ignores is left out), size limits, links that lead out.
//! Lives elsewhere: what the files say (`ecosystems`, `crate::usage`, `crate::runtimes`).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use uplift_ecosystems::python::discover::is_metadata;
use uplift_model::analysis::FileProblem;

/// Folders that hold what tools made or what others wrote.
const SKIPPED: [&str; 14] = [
    ".git",
    ".hg",
    ".svn",
    ".tox",
    ".nox",
    ".venv",
    "venv",
    "node_modules",
    "site-packages",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".next",
    ".uplift",
];

fn is_made(folder: &str) -> bool {
    SKIPPED.contains(&folder) || is_metadata(folder)
}

/// Largest file that is read, in bytes. Locks of large monorepos reach some 10 MiB.
const LARGEST: u64 = 32 << 20;

/// Reads one file of a tree, by its path from the root.
pub type Reader<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// The files below a folder, or those of a commit.
pub struct Tree<'a> {
    root: PathBuf,
    /// `None`: from the disk.
    reader: Option<Reader<'a>>,
    /// From the root, with `/`, sorted.
    pub files: Vec<String>,
    problems: RefCell<BTreeMap<String, FileProblem>>,
    lost: RefCell<BTreeMap<String, Option<u32>>>,
}

impl std::fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tree").field("root", &self.root).field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl<'a> Tree<'a> {
    /// Files that somebody else lists and reads, such as those of a commit; `root` is where they lie when checked out.
    pub fn of(root: &Path, files: &[String], reader: Reader<'a>) -> Self {
        let made = |file: &String| file.split('/').rev().skip(1).any(is_made);
        let mut files: Vec<String> = files.iter().filter(|f| !made(f)).cloned().collect();
        files.sort();
        Self {
            root: root.to_owned(),
            reader: Some(reader),
            files,
            problems: RefCell::new(BTreeMap::new()),
            lost: RefCell::default(),
        }
    }

    /// Walks `root`. Folders that cannot be entered and links that lead out become problems.
    pub fn walk(root: &Path) -> Self {
        let mut problems = BTreeMap::new();
        let mut files = Vec::new();
        let top = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let walk = WalkBuilder::new(root)
            .hidden(false)
            .require_git(false)
            .follow_links(false)
            .filter_entry(|entry| {
                let name = entry.file_name().to_string_lossy();
                entry.depth() == 0 || !entry.file_type().is_some_and(|t| t.is_dir()) || !is_made(&name)
            })
            .build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(e) => {
                    let problem = FileProblem {
                        file: String::new(),
                        line: None,
                        message: format!("a folder could not be read: {e}"),
                        hint: Some("what is in it was left out of the analysis".to_owned()),
                    };
                    problems.insert(e.to_string(), problem);
                    continue;
                }
            };
            let Some(kind) = entry.file_type().filter(|t| !t.is_dir()) else { continue };
            let Ok(path) = entry.path().strip_prefix(root) else { continue };
            let path = path.to_string_lossy().replace('\\', "/");
            if kind.is_symlink() {
                match entry.path().canonicalize() {
                    Ok(target) if target.starts_with(&top) && target.is_file() => {}
                    Ok(target) if !target.is_file() => continue,
                    found => {
                        let message = match found {
                            Ok(_) => "is a link that leads out of the repository, and was not read",
                            Err(_) => "is a link to nothing",
                        };
                        problems.insert(path.clone(), problem(&path, message, None));
                        continue;
                    }
                }
            }
            // Reading a pipe or a device may never end.
            if !kind.is_symlink() && !kind.is_file() {
                problems.insert(path.clone(), problem(&path, "is no plain file, and was not read", None));
                continue;
            }
            files.push(path);
        }
        files.sort();
        Self { root: root.to_owned(), reader: None, files, problems: RefCell::new(problems), lost: RefCell::default() }
    }

    /// The file's bytes; `None` when there is no such file, or it is too large or unreadable (a problem then).
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        if self.files.binary_search_by(|f| f.as_str().cmp(path)).is_err() {
            return None;
        }
        if let Some(reader) = self.reader {
            return reader(path).filter(|bytes| u64::try_from(bytes.len()).is_ok_and(|size| size <= LARGEST));
        }
        let full = self.root.join(path);
        let size = std::fs::metadata(&full).map(|m| m.len());
        if let Ok(size) = size
            && size > LARGEST
        {
            let message = format!("has {} MiB, more than the {} MiB that are read", size >> 20, LARGEST >> 20);
            self.note(problem(path, &message, Some("is it the file that was meant?")));
            return None;
        }
        match std::fs::read(&full) {
            Ok(bytes) => Some(bytes),
            Err(e) => {
                self.note(problem(path, &format!("could not be read: {e}"), None));
                None
            }
        }
    }

    /// Adds a problem, once for a file and message.
    pub fn note(&self, problem: FileProblem) {
        let key = format!("{}\u{0}{}\u{0}{}", problem.file, problem.line.unwrap_or(0), problem.message);
        self.problems.borrow_mut().insert(key, problem);
    }

    /// Adds the problem of a manifest or lock of which nothing could be taken: what it states is missing from the analysis.
    pub fn lose(&self, problem: FileProblem) {
        self.lost.borrow_mut().insert(problem.file.clone(), None);
        self.note(problem);
    }

    /// A manifest that [`Self::read`] could not read, and said why.
    pub fn lose_unread(&self, path: &str) {
        self.lost.borrow_mut().insert(path.to_owned(), None);
    }

    /// A manifest with a line that states a package and could not be read: that package is missing from the analysis.
    pub fn lose_line(&self, path: &str, line: u32) {
        self.lost.borrow_mut().entry(path.to_owned()).or_insert(Some(line));
    }

    /// Manifests and locks of which something could not be taken, sorted; the first such line, `None`: the whole file.
    pub fn lost(&self) -> Vec<(String, Option<u32>)> {
        self.lost.borrow().iter().map(|(file, line)| (file.clone(), *line)).collect()
    }

    /// Every problem so far that concerns a file which states dependencies, or the walk itself.
    pub fn problems(&self) -> Vec<FileProblem> {
        self.problems.borrow().values().cloned().collect()
    }

    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// A problem with a whole file.
pub(crate) fn problem(file: &str, message: &str, hint: Option<&str>) -> FileProblem {
    FileProblem { file: file.to_owned(), line: None, message: message.to_owned(), hint: hint.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_made_and_links_out_are_left_out() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.txt"), "x").unwrap();
        let dir = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        put("requirements.txt", "six==1.0\n");
        put("node_modules/a/package.json", "{}");
        put(".github/workflows/ci.yml", "on: push\n");
        put(".gitignore", "made.txt\n");
        put("made.txt", "");
        std::os::unix::fs::symlink(outside.path().join("secret.txt"), dir.path().join("constraints.txt")).unwrap();
        std::os::unix::fs::symlink("requirements.txt", dir.path().join("requirements-dev.txt")).unwrap();
        let tree = Tree::walk(dir.path());
        assert_eq!(tree.files, [".github/workflows/ci.yml", ".gitignore", "requirements-dev.txt", "requirements.txt"]);
        assert_eq!(tree.read("requirements-dev.txt").unwrap(), b"six==1.0\n");
        assert!(tree.read("constraints.txt").is_none());
        assert_eq!(tree.problems().len(), 1);
        assert_eq!(tree.problems()[0].file, "constraints.txt");
    }

    #[test]
    fn a_commits_files_are_read_by_whoever_has_them() {
        let files = ["b.txt", "node_modules/x.js", "a.txt"].map(str::to_owned);
        let read = |path: &str| (path == "a.txt").then(|| b"a".to_vec());
        let tree = Tree::of(Path::new("nowhere"), &files, &read);
        assert_eq!(tree.files, ["a.txt", "b.txt"]);
        assert_eq!((tree.read("a.txt"), tree.read("b.txt")), (Some(b"a".to_vec()), None));
        assert_eq!(tree.read("node_modules/x.js"), None);
    }

    #[test]
    fn a_huge_file_is_a_problem_and_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(dir.path().join("requirements.txt")).unwrap();
        file.set_len(100 << 20).unwrap();
        let tree = Tree::walk(dir.path());
        assert!(tree.read("requirements.txt").is_none());
        assert!(tree.problems()[0].message.contains("100 MiB"), "{:?}", tree.problems());
    }
}
