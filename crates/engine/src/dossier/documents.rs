//! Documents of the repository by what their names say they are about.
//!
//! Lives here: finding them. Lives elsewhere: which of them an upgrade makes wrong (`uplift_report::kinds`).

use uplift_facts::tree::Tree;
use uplift_model::Datum;
use uplift_model::dossier::{DocumentFile, Subject};

use super::DossierRequest;

/// More than this are not listed; a repository of documentation has thousands of pages.
const MOST: usize = 60;

/// Those nearest to the root first.
pub(super) fn documents(request: &DossierRequest) -> Datum<Vec<DocumentFile>> {
    let tree = Tree::walk(&request.path);
    let mut found: Vec<DocumentFile> =
        tree.files.iter().filter_map(|path| Some(DocumentFile { path: path.clone(), about: about(path)? })).collect();
    found.sort_by_key(|one| (one.path.matches('/').count(), one.about, one.path.clone()));
    found.truncate(MOST);
    if found.is_empty() { Datum::None } else { Datum::found(found) }
}

/// Words of names, and what a document so called is about.
const WORDS: [(Subject, &[&str]); 7] = [
    (Subject::Runbook, &["runbook", "runbooks", "operations", "deploy", "deployment", "playbook", "oncall"]),
    (Subject::Migration, &["migration", "migrating", "upgrade", "upgrading"]),
    (Subject::Changelog, &["changelog", "changes", "history", "news", "releases"]),
    (Subject::Security, &["security", "threat"]),
    (Subject::Capacity, &["capacity", "sizing", "scaling", "performance", "benchmarks"]),
    (Subject::Environment, &["env", "install", "installation", "setup", "configuration", "environment", "development"]),
    (Subject::Usage, &["readme", "usage", "quickstart", "guide", "tutorial", "api"]),
];

/// By the words of its name; `None`: it is no document, or its name says nothing.
fn about(path: &str) -> Option<Subject> {
    let name = path.rsplit('/').next()?.to_lowercase();
    let sample = name.starts_with(".env.") || name.starts_with("env.");
    let (stem, end) = name.trim_start_matches('.').rsplit_once('.').unwrap_or((name.as_str(), ""));
    let text = matches!(end, "md" | "rst" | "adoc" | "txt") || (end.is_empty() && !name.starts_with('.'));
    if !(text || sample && matches!(end, "example" | "sample" | "template" | "dist")) {
        return None;
    }
    let words: Vec<&str> = stem.split(|c: char| !c.is_alphanumeric()).collect();
    WORDS.iter().find(|(_, known)| words.iter().any(|word| known.contains(word))).map(|(subject, _)| *subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_document_is_about() {
        for (path, subject) in [
            ("README.md", Some(Subject::Usage)),
            ("CHANGELOG", Some(Subject::Changelog)),
            ("docs/migration-guide.md", Some(Subject::Migration)),
            ("docs/DEPLOYMENT_GUIDE.md", Some(Subject::Runbook)),
            ("SECURITY.md", Some(Subject::Security)),
            ("docs/capacity.rst", Some(Subject::Capacity)),
            (".env.example", Some(Subject::Environment)),
            ("backend/env.sample", Some(Subject::Environment)),
            // A file with secrets, code, and names that say nothing.
            (".env", None),
            (".env.production", None),
            ("app/security.py", None),
            ("requirements.txt", None),
            ("docs/thoughts.md", None),
            ("", None),
        ] {
            assert_eq!(about(path), subject, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_name_is_too_odd(path in "\\PC{0,40}") {
            let _ = about(&path);
        }
    }
}
