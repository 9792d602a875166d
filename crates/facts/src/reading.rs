//! Where a package's own metadata say that one reads what changed: upgrade guide, changelog, documentation, sources.
//!
//! Lives here: asking for few releases, and choosing among the addresses that they name. No address is made up, and only
//! `http` and `https` without credentials are passed on.
//! Lives elsewhere: reading the pages (`crate::notes`), where they are shown (`report`).

use std::collections::BTreeMap;

use uplift_ecosystems::javascript::client::Registries;
use uplift_ecosystems::javascript::registry::Packument;
use uplift_model::plan::{Reading, ReadingKind};
use uplift_model::{Datum, Ecosystem, PackageName};
use url::Url;

use crate::releases::{self, Store, head, read_metadata};

/// Most pages of one package.
const MOST: usize = 3;
/// Longest address and label, in bytes.
const LONGEST: usize = 500;

/// A package, and the release whose metadata count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    pub ecosystem: Ecosystem,
    pub name: String,
    pub version: String,
}

/// Pages of each release asked for, in the same order, the best first; [`Datum::None`]: its metadata name none.
///
/// `indexes`: Python's, in their order, without a slash at the end.
pub fn reading(
    asked: &[Asked],
    store: &Store<'_>,
    indexes: &Result<Vec<String>, String>,
    registries: &Result<Registries, String>,
) -> Vec<Datum<Vec<Reading>>> {
    let of = |ecosystem: Ecosystem| asked.iter().filter(move |one| one.ecosystem == ecosystem);
    let python: Vec<(PackageName, String)> = of(Ecosystem::Python)
        .filter_map(|one| Some((PackageName::new(&one.name).ok()?, one.version.clone())))
        .collect();
    let python = read_metadata(store, indexes, &python, "pages", &of_metadata);
    let names: Vec<String> = of(Ecosystem::JavaScript).map(|one| one.name.clone()).collect();
    let documents = releases::documents(store, registries, &names);
    let javascript: BTreeMap<&String, _> = names.iter().zip(documents).collect();
    let answer = |one: &Asked| -> Result<Vec<Reading>, String> {
        let named = match one.ecosystem {
            Ecosystem::Python => {
                let name = PackageName::new(&one.name).map_err(|e| e.to_string())?;
                let found = python.get(&(name, one.version.clone()));
                found.cloned().unwrap_or_else(|| Err("no index was asked".to_owned()))?
            }
            Ecosystem::JavaScript => match javascript.get(&one.name) {
                Some(Ok(Some(document))) => of_document(document),
                Some(Ok(None)) => return Err("the registry does not know it".to_owned()),
                Some(Err(why)) => return Err(why.clone()),
                None => return Err("no registry was asked".to_owned()),
            },
        };
        Ok(best(&one.name, named))
    };
    asked
        .iter()
        .map(|one| match answer(one) {
            Ok(pages) => Datum::answered((!pages.is_empty()).then_some(pages)),
            Err(why) => Datum::not_retrieved(why),
        })
        .collect()
}

/// A label and an address, as metadata name them.
type Named = (String, String);

/// Every project address of the head of metadata. Source: core metadata specifications, `Project-URL`, `Home-page`.
fn of_metadata(metadata: &[u8]) -> Result<Vec<Named>, String> {
    let fields = head(metadata)?;
    let named = fields.iter().filter_map(|(key, value)| {
        if key.eq_ignore_ascii_case("home-page") {
            return Some(("Home page".to_owned(), value.clone()));
        }
        let (label, address) = value.split_once(',').filter(|_| key.eq_ignore_ascii_case("project-url"))?;
        Some((label.trim().to_owned(), address.trim().to_owned()))
    });
    Ok(named.collect())
}

fn of_document(document: &Packument) -> Vec<Named> {
    let repository = document.repository.as_ref().map(|address| {
        // npm writes the address of a clone; without that it is the page.
        let page = address.strip_prefix("git+").unwrap_or(address);
        ("Repository".to_owned(), page.strip_suffix(".git").unwrap_or(page).to_owned())
    });
    let home = document.homepage.clone().map(|address| ("Home page".to_owned(), address));
    repository.into_iter().chain(home).collect()
}

/// The pages that tell most, each address once.
fn best(package: &str, named: Vec<Named>) -> Vec<Reading> {
    let mut pages: Vec<Reading> = named
        .into_iter()
        .filter_map(|(label, address)| {
            let url = safe(&address)?;
            let kind = kind(&label, &url)?;
            let label = label.chars().take(60).collect();
            Some(Reading { package: package.to_owned(), kind, label, url: url.into() })
        })
        .collect();
    pages.sort_by_key(|page| page.kind);
    let mut seen: Vec<String> = Vec::new();
    pages.retain(|page| {
        let address = page.url.trim_end_matches('/').to_owned();
        let new = !seen.contains(&address);
        seen.push(address);
        new
    });
    // Where changes are told, the front door adds nothing.
    if pages.first().is_some_and(|page| page.kind <= ReadingKind::Changelog) {
        pages.retain(|page| page.kind <= ReadingKind::Repository);
    }
    pages.truncate(MOST);
    pages
}

fn safe(address: &str) -> Option<Url> {
    let url = Url::parse(address.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let open = url.username().is_empty() && url.password().is_none() && url.host_str().is_some();
    (open && url.as_str().len() <= LONGEST).then_some(url)
}

/// What a page tells, by its label, else by its address. `None`: funding, chat, issues, downloads.
///
/// Source: PyPA, well-known project URLs.
fn kind(label: &str, url: &Url) -> Option<ReadingKind> {
    let label: String = label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let tells = |words: &[&str]| words.iter().any(|word| label.contains(word));
    if tells(&["migrat", "upgrad"]) {
        return Some(ReadingKind::UpgradeGuide);
    }
    if tells(&["changelog", "releasenotes", "whatsnew", "releasehistory"])
        || ["changes", "history", "news", "releases", "changeslog", "releaselog"].contains(&label.as_str())
    {
        return Some(ReadingKind::Changelog);
    }
    if tells(&["docs", "documentation"]) || label == "doc" {
        return Some(ReadingKind::Documentation);
    }
    if tells(&["repository", "source", "code", "github", "gitlab"]) {
        let path = url.path().trim_end_matches('/');
        return (!path.ends_with("/issues")).then_some(ReadingKind::Repository);
    }
    (tells(&["homepage"]) || label == "home").then_some(ReadingKind::Home)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn urls(pages: &[Reading]) -> Vec<(ReadingKind, &str)> {
        pages.iter().map(|page| (page.kind, page.url.as_str())).collect()
    }

    #[test]
    fn what_tells_of_changes_comes_first_and_nothing_unsafe_comes_at_all() {
        let metadata =
            b"Metadata-Version: 2.1\nHome-page: https://x.example\nProject-URL: Source Code, https://x.example/src\n\
            Project-URL: Funding, https://pay.example\nProject-URL: Changelog, https://x.example/changes#v2\n\
            Project-URL: Migration guide, javascript:alert(1)\nProject-URL: Upgrading, https://x.example/upgrade\n\
            Project-URL: Release notes, https://me:hush@x.example/notes\n\nProject-URL: History, https://no.example\n";
        let pages = best("x", of_metadata(metadata).unwrap());
        assert_eq!(
            urls(&pages),
            [
                (ReadingKind::UpgradeGuide, "https://x.example/upgrade"),
                (ReadingKind::Changelog, "https://x.example/changes#v2"),
                (ReadingKind::Repository, "https://x.example/src"),
            ]
        );
        assert_eq!(pages[1].label, "Changelog");
    }

    #[test]
    fn an_npm_package_names_its_repository_and_its_home() {
        let text = br#"{"name":"a","versions":{"1.0.0":{"version":"1.0.0"}},"homepage":"https://a.example/",
            "repository":{"type":"git","url":"git+https://host.example/o/a.git"}}"#;
        let document = uplift_ecosystems::javascript::registry::parse(text).unwrap();
        let pages = best("a", of_document(&document));
        let expected =
            [(ReadingKind::Repository, "https://host.example/o/a"), (ReadingKind::Home, "https://a.example/")];
        assert_eq!(urls(&pages), expected);
        for odd in ["git+ssh://git@host.example/o/a.git", "o/a", "github:o/a", "file:///etc/passwd", ""] {
            let named = vec![("Repository".to_owned(), odd.to_owned())];
            assert!(best("a", named).is_empty(), "{odd}: no address is made up");
        }
    }

    #[test]
    fn a_package_that_names_only_its_home_gives_that() {
        let named = vec![("Homepage".to_owned(), "http://a.example".to_owned())];
        assert_eq!(urls(&best("a", named)), [(ReadingKind::Home, "http://a.example/")]);
    }

    proptest! {
        #[test]
        fn nothing_from_outside_panics_or_gets_through_unsafe(text in "[A-Za-z:,/@.\\-\n é]{0,300}", label in ".{0,80}", url in ".{0,120}") {
            let _ = of_metadata(text.as_bytes());
            let named = of_metadata(format!("Metadata-Version: 2.1\nProject-URL: Changelog, {url}\n{text}").as_bytes());
            let mut named = named.unwrap();
            named.push((label, url));
            for page in best("x", named) {
                prop_assert!(page.url.starts_with("http://") || page.url.starts_with("https://"), "{}", page.url);
                prop_assert!(!page.url.contains('@') || Url::parse(&page.url).unwrap().username().is_empty());
            }
        }
    }
}
