//! Releases on the Python indexes that the user's clients are set up for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uplift_ecosystems::python::registry::{self, File, Tags};
use uplift_model::analysis::{Availability, Deprecation};
use uplift_model::{PackageName, Version};
use uplift_sandbox::fetch::{Request, Response};

use super::store::Said;
use super::{Answer, Known, Release, Store};

pub(super) const ACCEPT: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/// What is kept of a project page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    files: Vec<Entry>,
}

/// One file: its name, and what matters of the rest. Short keys, since there are thousands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    n: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    /// Day of upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    d: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<u64>,
}

/// The indexes, in the order in which they are asked.
#[derive(Debug)]
pub struct Python {
    /// Addresses without a trailing slash; may hold credentials, never printed. `Err`: why they are not known.
    pub indexes: Result<Vec<String>, String>,
}

impl Python {
    /// Pages of `names`. The first index that knows a package is the one that counts, as uv has it.
    pub fn pages(
        &self,
        store: &Store<'_>,
        names: &[PackageName],
    ) -> BTreeMap<PackageName, Result<Option<Page>, String>> {
        let indexes = match &self.indexes {
            Ok(indexes) => indexes,
            Err(why) => return names.iter().map(|n| (n.clone(), Err(why.clone()))).collect(),
        };
        let mut all: BTreeMap<PackageName, Result<Option<Page>, String>> = BTreeMap::new();
        for index in indexes {
            let open: Vec<&PackageName> =
                names.iter().filter(|n| !matches!(all.get(*n), Some(Ok(Some(_)) | Err(_)))).collect();
            let requests = open.iter().map(|n| Request::new(format!("{index}/{n}/")).header("accept", ACCEPT));
            let said = store.ask(requests.collect(), &|_, response| page(response));
            for (name, said) in open.into_iter().zip(said) {
                let answer = match said {
                    Said::Summary(page) => Ok(Some(page)),
                    Said::Missing => Ok(None),
                    Said::Failed(why) => Err(why),
                };
                all.insert(name.clone(), answer);
            }
        }
        all
    }
}

fn page(response: &Response) -> Result<Page, String> {
    let body = String::from_utf8_lossy(&response.body);
    let files = registry::parse(response.content_type.as_deref().unwrap_or_default(), &body);
    let files = files.map_err(|e| e.to_string())?;
    let entry =
        |f: File| Entry { n: f.name, p: f.requires_python, y: f.yanked, d: f.uploaded.and_then(day), s: f.size };
    Ok(Page { files: files.into_iter().map(entry).collect() })
}

/// The day of an RFC 3339 time.
fn day(time: String) -> Option<String> {
    let day = time.get(..10)?;
    day.bytes()
        .enumerate()
        .all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() })
        .then(|| day.to_owned())
}

/// What the page comes to for one interpreter as of a day (`YYYY-MM-DD`).
pub(crate) fn known(name: &PackageName, page: &Page, tags: &Tags, as_of: &str) -> Known {
    let mut by_version: BTreeMap<Version, Vec<File>> = BTreeMap::new();
    let mut later: BTreeSet<Version> = BTreeSet::new();
    for entry in &page.files {
        let file = File {
            name: entry.n.clone(),
            url: String::new(),
            sha256: None,
            requires_python: entry.p.clone(),
            yanked: entry.y.clone(),
            uploaded: entry.d.clone(),
            size: entry.s,
        };
        let Some(version) = file.version(name) else { continue };
        if entry.d.as_deref().is_some_and(|d| d > as_of) {
            later.insert(version);
        } else {
            by_version.entry(version).or_default().push(file);
        }
    }
    // A file that was added to an old release later makes it no later release.
    let later = later.into_iter().filter(|v| !by_version.contains_key(v)).map(|v| v.to_string()).collect();
    let releases: Vec<Release> =
        by_version.into_iter().map(|(version, files)| release(version, &files, tags)).collect();
    let dated = releases.iter().any(|r| r.date.is_some());
    Known {
        deprecation: inactive(&releases, as_of),
        releases,
        dated,
        newest: None,
        newest_here: None,
        later,
        licences: None,
    }
}

fn release(version: Version, files: &[File], tags: &Tags) -> Release {
    let yanked = files.iter().all(|f| f.yanked.is_some()).then(|| files.iter().find_map(|f| f.yanked.clone()));
    let yanked = yanked.map(Option::unwrap_or_default);
    let live: Vec<&File> = files.iter().filter(|f| yanked.is_some() || f.yanked.is_none()).collect();
    let wheels = files.iter().filter(|f| f.is_wheel());
    let fits = |f: &&&File| tags.admits_python(f.requires_python.as_deref());
    let wheel = live.iter().filter(fits).any(|f| f.is_wheel() && tags.admits_wheel(&f.name));
    let source = live.iter().filter(fits).any(|f| f.is_sdist());
    let availability = match (&yanked, wheel, source) {
        (Some(reason), true, _) | (Some(reason), _, true) => Availability::Yanked { reason: reason.clone() },
        (_, true, _) => Availability::Installable,
        (_, false, true) => Availability::SourceOnly,
        _ => Availability::NoDistribution { exists_for: exists_for(&live, tags) },
    };
    Release {
        prerelease: version.is_prerelease(),
        version: version.to_string(),
        date: files.iter().filter_map(|f| f.uploaded.clone()).min(),
        yanked,
        deprecated: None,
        availability,
        size: super::sizes::download(&live, tags),
        native: wheels.clone().next().map(|_| wheels.clone().any(|f| !f.name.ends_with("-none-any.whl"))),
        stable_abi: wheels.filter(|f| !f.name.ends_with("-none-any.whl")).all(|f| f.name.contains("-abi3-")),
    }
}

/// The interpreters that something of a release is for: `cp39`, `py3`, `source`; and what it requires of Python where
/// that is what keeps this one out.
fn exists_for(files: &[&File], here: &Tags) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for file in files {
        let python = match file.name.strip_suffix(".whl") {
            Some(stem) => stem.rsplit('-').nth(2).unwrap_or_default().to_owned(),
            None if file.is_sdist() => "source".to_owned(),
            None => continue,
        };
        let requires = file.requires_python.as_ref().filter(|r| !here.admits_python(Some(r)));
        let requires = requires.map(|r| format!(" (Python {r})")).unwrap_or_default();
        let tag = format!("{python}{requires}");
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let order = |tag: &String| {
        let number = tag.strip_prefix("cp3").map(|t| t.chars().take_while(char::is_ascii_digit).collect::<String>());
        (number.and_then(|n| n.parse::<u32>().ok()).unwrap_or(0), tag.clone())
    };
    tags.sort_by_key(order);
    tags
}

/// Packages whose maintainers said that they gave them up, in words that the index cannot carry, with what to use.
const SUCCEEDED: [(&str, &str, &str); 25] = [
    ("py2neo", "neo4j", "its author ended it in 2023 and took the releases down"),
    ("sklearn", "scikit-learn", "a placeholder name that refuses to install"),
    ("passlib", "libpass or pwdlib", "no release since 2020, does not work with bcrypt 5"),
    ("pycrypto", "pycryptodome", "no release since 2013, with known vulnerabilities"),
    ("nose", "pytest", "no release since 2015, does not run on Python 3.10"),
    ("pep8", "pycodestyle", "renamed"),
    ("python-jose", "pyjwt or joserfc", "hardly maintained since 2021"),
    ("jose", "joserfc", "no release since 2015"),
    ("pytest-runner", "pytest", "deprecated by its authors"),
    ("aioredis", "redis", "merged into redis 4.2 as redis.asyncio"),
    ("flask-jwt", "flask-jwt-extended", "no release since 2015"),
    ("flask-script", "flask's own command line", "no release since 2017"),
    ("raven", "sentry-sdk", "replaced by its authors"),
    ("boto", "boto3", "replaced by its authors"),
    ("google-api-python-client-stubs", "google-api-python-client", "stubs are shipped with it"),
    ("msgpack-python", "msgpack", "renamed"),
    ("beautifulsoup", "beautifulsoup4", "Python 2 only"),
    ("mock", "unittest.mock", "part of Python since 3.3"),
    ("dataclasses", "the standard library", "part of Python since 3.7"),
    ("enum34", "the standard library", "part of Python since 3.4"),
    ("pathlib", "the standard library", "part of Python since 3.4"),
    ("toml", "tomllib or tomli", "no release since 2020, does not read TOML 1.0"),
    ("pypdf2", "pypdf", "renamed"),
    ("tensorflow-gpu", "tensorflow", "merged into tensorflow, refuses to install"),
    ("fbprophet", "prophet", "renamed"),
];

/// What is known of the end of a package, whether or not its index still has it.
pub(crate) fn succeeded(name: &PackageName) -> Option<Deprecation> {
    let (_, successor, message) = SUCCEEDED.iter().find(|(n, ..)| *n == name.as_str())?;
    Some(Deprecation { message: (*message).to_owned(), successor: Some((*successor).to_owned()) })
}

/// No release for four years counts as given up until somebody says otherwise.
fn inactive(releases: &[Release], as_of: &str) -> Option<Deprecation> {
    let last = releases.iter().filter_map(|r| r.date.as_deref()).max()?;
    let year = |date: &str| date.get(..4).and_then(|y| y.parse::<i32>().ok());
    let age = crate::days::between(last, as_of)?;
    (age > 4 * 365 && year(last).is_some())
        .then(|| Deprecation { message: format!("no release since {last}"), successor: None })
}

/// The answer for one package, with what is known of its end.
pub fn answer(name: &PackageName, page: &Result<Option<Page>, String>, tags: &Tags, as_of: &str) -> Answer {
    match page {
        Ok(Some(page)) => {
            let mut known = known(name, page, tags, as_of);
            known.deprecation = succeeded(name).or(known.deprecation);
            Answer::Known(Arc::new(known))
        }
        Ok(None) => Answer::Unknown,
        Err(why) => Answer::NotRetrieved(why.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, day: &str) -> Entry {
        Entry { n: name.into(), p: None, y: None, d: Some(day.into()), s: None }
    }

    fn name() -> PackageName {
        PackageName::new("demo").unwrap()
    }

    #[test]
    fn a_release_without_a_wheel_for_the_interpreter_says_what_exists() {
        let page = Page {
            files: vec![
                entry("demo-1.0-cp39-cp39-manylinux2014_x86_64.whl", "2023-01-01"),
                entry("demo-1.0-cp311-cp311-manylinux2014_x86_64.whl", "2023-01-01"),
                entry("demo-1.1.tar.gz", "2024-01-01"),
                entry("demo-2.0-py3-none-any.whl", "2025-01-01"),
            ],
        };
        let tags = Tags::new("3.12.1", "linux", "x86_64");
        let known = known(&name(), &page, &tags, "2024-06-01");
        assert_eq!(known.releases.len(), 2, "the release after the day is not seen");
        assert_eq!(
            known.releases[0].availability,
            Availability::NoDistribution { exists_for: vec!["cp39".into(), "cp311".into()] }
        );
        let bound =
            |p: &str| Page { files: vec![Entry { p: Some(p.into()), ..entry("demo-1.0.tar.gz", "2023-01-01") }] };
        let of = |page: &Page| super::known(&name(), page, &tags, "2024-06-01").releases[0].availability.clone();
        assert_eq!(
            of(&bound(">=3.13")),
            Availability::NoDistribution { exists_for: vec!["source (Python >=3.13)".into()] }
        );
        assert_eq!(of(&bound(">=3.9")), Availability::SourceOnly);
        assert_eq!(known.latest_installable().unwrap().version, "1.1");
        assert_eq!(known.find("1.1").unwrap().availability, Availability::SourceOnly);
    }

    #[test]
    fn no_release_for_years_is_told() {
        let page = Page { files: vec![entry("demo-1.0.tar.gz", "2019-03-01")] };
        let tags = Tags::new("3.12.1", "linux", "x86_64");
        let known = known(&name(), &page, &tags, "2026-01-01");
        assert_eq!(known.deprecation.unwrap().message, "no release since 2019-03-01");
    }

    #[test]
    fn days_are_cut_from_times_and_nonsense_is_none() {
        assert_eq!(day("2016-04-20T04:14:43Z".into()).as_deref(), Some("2016-04-20"));
        assert_eq!(day("whenever it was".into()), None);
    }
}
