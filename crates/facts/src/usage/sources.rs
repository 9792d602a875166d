//! Which files are source code, in which language, and which of them are tests.

use uplift_model::Ecosystem;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    /// `.js`, `.jsx`: may be a script or a module.
    JavaScript,
    Module,
    CommonJs,
    TypeScript,
    Tsx,
    Declarations,
    /// Vue and Svelte: code in `<script>` blocks.
    Blocks,
}

impl Language {
    pub(crate) fn ecosystem(self) -> Ecosystem {
        if self == Self::Python { Ecosystem::Python } else { Ecosystem::JavaScript }
    }

    fn of(name: &str) -> Option<Self> {
        if [".d.ts", ".d.mts", ".d.cts"].iter().any(|end| name.ends_with(end)) {
            return Some(Self::Declarations);
        }
        Some(match name.rsplit_once('.')?.1 {
            "py" | "pyi" | "pyw" => Self::Python,
            "js" | "jsx" => Self::JavaScript,
            "mjs" => Self::Module,
            "cjs" => Self::CommonJs,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "vue" | "svelte" => Self::Blocks,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) language: Language,
    pub(crate) test: bool,
}

/// Folders whose code is not the project's own.
const VENDORED: [&str; 20] = [
    ".git",
    ".hg",
    ".tox",
    ".nox",
    ".venv",
    "venv",
    ".eggs",
    "__pycache__",
    "site-packages",
    "node_modules",
    "bower_components",
    ".yarn",
    ".next",
    ".nuxt",
    ".svelte-kit",
    "vendor",
    "_vendor",
    "third_party",
    "dist",
    ".uplift",
];

/// The source files among `files`, by path, each once.
pub(crate) fn of(files: &[String]) -> Vec<Source> {
    let mut sources: Vec<Source> = files.iter().filter_map(|f| source(f)).collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources.dedup_by(|a, b| a.path == b.path);
    sources
}

fn source(path: &str) -> Option<Source> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folder.split('/').any(|part| VENDORED.contains(&part)) || is_generated(name) {
        return None;
    }
    Some(Source { path: path.to_owned(), language: Language::of(name)?, test: is_test(folder, name) })
}

/// Bundles that a build wrote: nobody edits them, and their imports are long resolved.
fn is_generated(name: &str) -> bool {
    [".min.js", ".min.mjs", ".bundle.js", ".chunk.js", "-lock.js"].iter().any(|end| name.ends_with(end))
        || name.starts_with(".pnp.")
}

pub(crate) fn is_test(folder: &str, name: &str) -> bool {
    const FOLDERS: [&str; 10] =
        ["tests", "test", "testing", "__tests__", "__mocks__", "spec", "specs", "e2e", "cypress", "integration_tests"];
    let stem = name.split('.').next().unwrap_or(name);
    folder.split('/').any(|part| FOLDERS.contains(&part))
        || name == "conftest.py"
        || name.ends_with(".py") && (stem.starts_with("test_") || stem.ends_with("_test") || stem == "tests")
        || !name.ends_with(".py") && name.split('.').skip(1).any(|part| matches!(part, "test" | "spec" | "cy"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str) -> Option<(Language, bool)> {
        source(path).map(|s| (s.language, s.test))
    }

    #[test]
    fn languages_go_by_the_ending() {
        assert_eq!(one("a/b.py"), Some((Language::Python, false)));
        assert_eq!(one("a/b.d.ts"), Some((Language::Declarations, false)));
        assert_eq!(one("a/App.vue"), Some((Language::Blocks, false)));
        assert_eq!(one("Makefile"), None);
        assert_eq!(one("README.md"), None);
    }

    #[test]
    fn vendored_and_generated_files_are_left_out() {
        for path in ["node_modules/a/i.js", "web/dist/x.js", ".venv/lib/a.py", "static/jquery.min.js", ".pnp.cjs"] {
            assert_eq!(one(path), None, "{path}");
        }
        assert!(one("distribution/x.py").is_some());
    }

    #[test]
    fn tests_are_told_from_code() {
        for path in
            ["tests/helpers.py", "a/test_b.py", "conftest.py", "src/x.test.tsx", "src/__tests__/a.js", "a.cy.ts"]
        {
            assert_eq!(one(path).map(|(_, test)| test), Some(true), "{path}");
        }
        for path in ["contest.py", "a/testbed.py", "src/test-kit.ts", "latest.js"] {
            assert_eq!(one(path).map(|(_, test)| test), Some(false), "{path}");
        }
    }
}
