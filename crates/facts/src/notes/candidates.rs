//! Which files of a package may tell its changes, by their names alone.
//!
//! Lives here: names and their rank. Lives elsewhere: reading archives (`archive`), reading texts (`changelog`).

use super::changelog::Form;
use super::changelog::number::{Number, Span};

/// What a file is read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// Headings of releases.
    Changelog,
    /// One release, named by the file: `docs/releases/5.0.1.txt`.
    OneRelease(Number, String),
    /// A README: only what stands under a title of changes.
    Readme,
    /// Core metadata; its description is read as a README.
    Metadata,
    /// `package.json`, which names the repository.
    Manifest,
}

/// A file of interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) role: Role,
    pub(crate) form: Form,
    /// Smaller is believed first.
    pub(crate) rank: usize,
}

const NAMES: [&str; 13] = [
    "changelog",
    "changes",
    "history",
    "news",
    "releasenotes",
    "releases",
    "releasehistory",
    "whatsnew",
    "versionhistory",
    "changehistory",
    "changelogs",
    "release",
    "updates",
];
/// Top folders that tell of the package itself.
const FOLDERS: [&str; 16] = [
    "doc",
    "docs",
    "documentation",
    "sites",
    "site",
    "website",
    "changelog",
    "changelogs",
    "changes",
    "news",
    "history",
    "releases",
    "release-notes",
    "release_notes",
    "releasenotes",
    "whatsnew",
];
/// Folders of one file a release.
const RELEASES: [&str; 14] = [
    "releases",
    "release",
    "release-notes",
    "release_notes",
    "releasenotes",
    "relnotes",
    "whatsnew",
    "changes",
    "changelog",
    "changelogs",
    "news",
    "history",
    "release-history",
    "upcoming_changes",
];
/// Other people's code.
const FOREIGN: [&str; 12] = [
    "vendor",
    "_vendor",
    "vendored",
    "third_party",
    "thirdparty",
    "node_modules",
    "tests",
    "test",
    "testing",
    "examples",
    "example",
    "site-packages",
];
const DEEPEST: usize = 6;

/// Reads a path below the archive's top folder. `None` when it is of no interest for the span.
pub(crate) fn candidate(path: &str, package: &str, span: &Span) -> Option<Candidate> {
    let lower = path.to_ascii_lowercase();
    let mut folders: Vec<&str> = lower.split('/').collect();
    let file = folders.pop()?;
    if folders.len() > DEEPEST || folders.iter().any(|f| FOREIGN.contains(f)) {
        return None;
    }
    let form = Form::of(file);
    let of = |role: Role, rank: usize| Some(Candidate { role, form, rank });
    let in_info = folders.len() == 1 && folders.iter().any(|f| f.ends_with(".dist-info") || f.ends_with(".egg-info"));
    match file {
        "pkg-info" | "metadata" if folders.is_empty() || in_info => return of(Role::Metadata, 90),
        "package.json" if folders.is_empty() => return of(Role::Manifest, 99),
        _ => {}
    }
    let stem = ["md", "markdown", "mkd", "mdx", "rst", "rest", "txt"]
        .iter()
        .find_map(|ending| file.strip_suffix(ending).and_then(|f| f.strip_suffix('.')))
        .unwrap_or(file);
    if stem == file && file.contains('.') && form == Form::Unknown {
        return None;
    }
    let bare: String = stem.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let top = folders.first().copied();
    let at_home = top.is_none_or(|f| FOLDERS.contains(&f)) || in_info;
    if !at_home {
        return None;
    }
    if bare.starts_with("readme") && folders.is_empty() {
        return of(Role::Readme, 80);
    }
    if folders.iter().any(|f| RELEASES.contains(f))
        && let Some((number, version)) = version_in(stem, package, span)
    {
        if span.holds(&number) {
            // A list of every pull request is believed after notes that somebody wrote.
            let listed = stem.contains("changelog");
            return of(Role::OneRelease(number, version), if listed { 50 } else { 30 } + folders.len());
        }
        // `1.4.rst` may tell of 1.4.1 and 1.4.2 under headings of their own.
        return if version.matches('.').count() < 2 { of(Role::Changelog, 40 + folders.len()) } else { None };
    }
    let family = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let place =
        NAMES.iter().position(|name| *name == bare || *name == family || family.strip_suffix('v') == Some(name))?;
    of(Role::Changelog, if folders.is_empty() { place } else { 15 + folders.len() })
}

/// The version that a file's name is: `5.0.1`, `v2.0.0-notes`, `release-1.4`, `whatsnew-5.2`.
fn version_in(stem: &str, package: &str, span: &Span) -> Option<(Number, String)> {
    let mut text = stem;
    let package = package.to_ascii_lowercase();
    for before in ["version", "release", "whatsnew", "changelog", "changes", package.as_str(), "notes"] {
        text = text.strip_prefix(before).unwrap_or(text).trim_start_matches(['-', '_', '.']);
    }
    for after in ["release-notes", "release_notes", "notes", "changelog"] {
        text = text.strip_suffix(after).unwrap_or(text).trim_end_matches(['-', '_', '.']);
    }
    let text = text.strip_prefix('v').unwrap_or(text);
    let dotted = if text.contains('.') { text.to_owned() } else { text.replace(['_', '-'], ".") };
    dotted.contains('.').then(|| Number::read(span.ecosystem, &dotted).map(|number| (number, dotted)))?
}

#[cfg(test)]
mod tests {
    use uplift_model::Ecosystem;

    use super::*;

    #[test]
    fn names_of_changelogs_are_known_and_others_are_not() {
        let span = Span::new(Ecosystem::Python, Some("4.2"), "5.0.1").unwrap();
        let role = |path: &str| candidate(path, "demo", &span).map(|c| c.role);
        for path in [
            "CHANGELOG.md",
            "CHANGES",
            "HISTORY.rst",
            "docs/changelog.rst",
            "NEWS.txt",
            "docs/source/release_notes.md",
            "doc/build/changelog/changelog_20.rst",
            "Changelog.rst",
            "docs/history/changelog-5.2.rst",
            "CHANGELOG-v9.md",
        ] {
            assert_eq!(role(path), Some(Role::Changelog), "{path}");
        }
        for path in ["docs/releases/5.0.txt", "doc/source/release/5.0.0-notes.rst", "doc/source/whatsnew/v4.3.0.rst"] {
            assert!(matches!(role(path), Some(Role::OneRelease(..))), "{path}");
        }
        for path in [
            "src/demo/changes.py",
            "docs/releases/3.2.1.txt",
            "demo/_vendor/x/CHANGES",
            "tests/CHANGELOG.md",
            "src/history.md",
            "changes.json",
            "docs/index.rst",
        ] {
            assert_eq!(role(path), None, "{path}");
        }
        assert_eq!(role("PKG-INFO"), Some(Role::Metadata));
        assert_eq!(role("demo-1.0.dist-info/METADATA"), Some(Role::Metadata));
        assert_eq!(role("README.md"), Some(Role::Readme));
        assert_eq!(role("package.json"), Some(Role::Manifest));
    }
}
