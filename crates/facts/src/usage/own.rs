//! Modules of the project itself: what an `import` finds in the repository and not in a distribution.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{Language, Source};

/// Folders that are put on the import path beside the one a program is started in.
const ROOTS: [&str; 4] = ["src", "lib", "python", "tests"];

#[derive(Debug, Default)]
pub(crate) struct OwnModules {
    /// Names that each folder gives to an import: its modules and its folders with Python files below.
    by_folder: BTreeMap<String, BTreeSet<String>>,
    /// Top-level packages anywhere: folders with `__init__.py` whose parent has none.
    packages: BTreeSet<String>,
}

impl OwnModules {
    pub(crate) fn of(sources: &[Source]) -> Self {
        let mut own = Self::default();
        let python = || sources.iter().filter(|s| s.language == Language::Python);
        let marked: BTreeSet<&str> = python().filter_map(|s| s.path.strip_suffix("/__init__.py")).collect();
        for source in python() {
            let (mut folder, name) = split(&source.path);
            let stem = name.split('.').next().unwrap_or(name);
            own.by_folder.entry(folder.to_owned()).or_default().insert(stem.to_owned());
            while !folder.is_empty() {
                let (parent, last) = split(folder);
                if !own.by_folder.entry(parent.to_owned()).or_default().insert(last.to_owned()) {
                    break;
                }
                folder = parent;
            }
        }
        for folder in &marked {
            let (parent, last) = split(folder);
            // A package among tests may bear the name of what it tests.
            if !marked.contains(parent) && !super::sources::is_test(parent, "") {
                own.packages.insert(last.to_owned());
            }
        }
        own
    }

    /// Whether an import of `top` in `file` means the project's own code: beside the file, in a folder above it
    /// or in one of the usual source folders there, or a package of the repository.
    pub(crate) fn holds(&self, top: &str, file: &str) -> bool {
        if self.packages.contains(top) {
            return true;
        }
        let has = |folder: &str| self.by_folder.get(folder).is_some_and(|names| names.contains(top));
        let mut folder = split(file).0;
        loop {
            let join = |root: &&str| if folder.is_empty() { (*root).to_owned() } else { format!("{folder}/{root}") };
            if has(folder) || ROOTS.iter().any(|root| has(&join(root))) {
                return true;
            }
            if folder.is_empty() {
                return false;
            }
            folder = split(folder).0;
        }
    }
}

/// Folder and name of a path; the folder is empty at the root.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_modules_are_found_from_where_the_import_stands() {
        let files = [
            "backend/main.py",
            "backend/tests/test_a.py",
            "backend/routes/x.py",
            "src/app/__init__.py",
            "src/app/core/__init__.py",
            "gateway/redis.py",
        ];
        let own = OwnModules::of(&super::super::sources::of(&files.map(str::to_owned)));
        assert!(own.holds("main", "backend/tests/test_a.py"));
        assert!(own.holds("routes", "backend/main.py"));
        assert!(own.holds("app", "scripts/run.py"));
        assert!(!own.holds("core", "backend/main.py"), "only below its package");
        assert!(own.holds("redis", "gateway/main.py"));
        assert!(!own.holds("redis", "backend/main.py"), "another component's module");
    }
}
