//! Signs of the Python that a project is run on: what its CI, images, tox and classifiers name.
//!
//! Lives here: reading minor versions out of texts, and when each of them came out. Enough to choose between
//! interpreters that are equally right otherwise; never a requirement.
//! Lives elsewhere: what the project asks for outright, and the choice itself (`crate::subject`).

use std::collections::BTreeSet;

use uplift_ecosystems::python::discover::Component;
use uplift_facts::runtimes::{Runtime, end_of_life};

/// Of minor versions of Python 3 that are equally right otherwise: the highest that is `named`, else the newest that had
/// come out on the `day` (`2021-05-31`) on which the lock was written, else the highest; with why, as the end of a
/// sentence. `None`: there is none to choose from.
///
/// # Errors
/// Those of `day`, which is asked only where names do not decide.
pub(crate) fn likeliest<E>(
    minors: &[u32],
    named: &BTreeSet<u32>,
    day: impl FnOnce() -> Result<Option<String>, E>,
) -> Result<Option<(u32, String)>, E> {
    let Some(highest) = minors.iter().max().copied() else { return Ok(None) };
    if minors.len() == 1 {
        return Ok(Some((highest, String::new())));
    }
    if let Some(best) = minors.iter().filter(|m| named.contains(m)).max() {
        return Ok(Some((*best, ", and the project's CI, image, tox or classifiers name it".to_owned())));
    }
    if let Some(day) = day()?
        && let Some(era) = newest_on(&day, minors)
    {
        return Ok(Some((era, format!(", and was the newest when the lock was written ({day} or later)"))));
    }
    Ok(Some((highest, ", and is the highest of several that do".to_owned())))
}

/// The newest of `minors` that had come out on `day`.
fn newest_on(day: &str, minors: &[u32]) -> Option<u32> {
    let out =
        |minor: &&u32| end_of_life::began(Runtime::Python, &format!("3.{minor}")).is_some_and(|began| began <= day);
    minors.iter().filter(out).max().copied()
}

/// Minor versions of Python 3 that the project's own files name.
pub(crate) fn named(files: &[String], read: &dyn Fn(&str) -> Option<Vec<u8>>, component: &Component) -> BTreeSet<u32> {
    let mut all: BTreeSet<u32> =
        component.manifests.iter().flat_map(|m| &m.manifest.classifiers).filter_map(|c| minor_of(c)).collect();
    let own = |path: &&String| {
        let inner = path.strip_prefix(&component.root).map_or(path.as_str(), |p| p.trim_start_matches('/'));
        !inner.contains('/') || path.starts_with(".github/workflows/") || path.starts_with(".circleci/")
    };
    for path in files.iter().filter(own) {
        let Some(kind) = Kind::of(path) else { continue };
        let text = read(path).and_then(|b| String::from_utf8(b).ok()).unwrap_or_default();
        all.extend(kind.minors(&text));
    }
    all
}

/// How a file speaks of Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `python-version: ["3.8", "3.9"]`, `python:` with a list below.
    Ci,
    /// `FROM python:3.9-slim`
    Image,
    /// `envlist = py38,py3{9,10}`
    Tox,
}

impl Kind {
    fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
        if name.starts_with("Dockerfile") || name == "Containerfile" || name == "runtime.txt" {
            Some(Self::Image)
        } else if name == "tox.ini" {
            Some(Self::Tox)
        } else if yaml && (path.starts_with('.') || name.starts_with('.') || name.contains("pipelines")) {
            Some(Self::Ci)
        } else {
            None
        }
    }

    fn minors(self, text: &str) -> BTreeSet<u32> {
        match self {
            Self::Tox => text.lines().flat_map(tox_minors).collect(),
            Self::Image => {
                let lines = text.lines().map(str::to_lowercase);
                lines.filter(|l| l.contains("python")).flat_map(|l| minors(&l)).collect()
            }
            Self::Ci => {
                let (mut all, mut inside) = (BTreeSet::new(), false);
                for line in text.lines().map(str::to_lowercase) {
                    let item = line.trim_start();
                    let speaks = item.contains("python") && !item.starts_with('#');
                    // A list below its key, one version a line.
                    inside = speaks || (inside && item.starts_with(['-', '"', '\'', ']', '3', '#']));
                    if inside && !item.starts_with('#') {
                        all.extend(minors(item));
                    }
                }
                all
            }
        }
    }
}

/// Every `3.N` of a text that is a Python version: not part of a longer number, not of another name (`v3.1`, `pypy-3.9`).
fn minors(text: &str) -> Vec<u32> {
    let is_own = |before: &str| {
        let last = before.chars().next_back();
        let free = !last.is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '_') || before.ends_with("python");
        free && !before.trim_end_matches(['-', ':']).ends_with("pypy")
    };
    let found = text.match_indices("3.").filter(|(at, _)| text.get(..*at).is_some_and(is_own));
    found.filter_map(|(at, _)| minor_of(text.get(at..)?)).collect()
}

/// `3.9`, `3.9.1`, `3.10-slim`: the number behind the first dot.
fn minor_of(text: &str) -> Option<u32> {
    let rest = text.strip_prefix("3.")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..digits)?.parse().ok().filter(|minor| (3..40).contains(minor))
}

/// `py38`, `py310`, `py3.9`, `py{38,39}`, `py3{8,9}`.
fn tox_minors(line: &str) -> Vec<u32> {
    let mut all = Vec::new();
    for (at, _) in line.match_indices("py") {
        let starts_word = !line.get(..at).and_then(|b| b.chars().next_back()).is_some_and(char::is_alphanumeric);
        let Some(rest) = line.get(at + 2..).filter(|_| starts_word) else { continue };
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(end);
        let parts: Vec<String> = match tail.strip_prefix('{').and_then(|t| t.split_once('}')) {
            Some((inner, _)) => inner.split(',').map(|part| format!("{head}{}", part.trim())).collect(),
            None => vec![head.to_owned()],
        };
        let minor = |part: &String| part.replace('.', "").strip_prefix('3')?.parse::<u32>().ok();
        all.extend(parts.iter().filter_map(minor).filter(|m| (3..40).contains(m)));
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(path: &str, text: &str) -> Vec<u32> {
        Kind::of(path).map(|kind| kind.minors(text).into_iter().collect()).unwrap_or_default()
    }

    #[test]
    fn a_workflow_names_versions_in_lines_and_lists() {
        let text = "jobs:\n  test:\n    strategy:\n      matrix:\n        python-version:\n          - \"3.8\"\n          - 3.10\n          - pypy-3.9\n        os: [ubuntu-3.14]\n    steps:\n      - uses: actions/setup-python@v3.1\n      # python 3.12 one day\n      - run: python3.7 -m build\n";
        assert_eq!(of(".github/workflows/ci.yml", text), [7, 8, 10]);
        assert_eq!(of(".travis.yml", "python: [\"3.6\", '3.13.1']\n"), [6, 13]);
        assert_eq!(of("mkdocs.yml", "python: 3.6"), Vec::<u32>::new());
    }

    #[test]
    fn images_and_tox_name_versions_in_their_own_ways() {
        assert_eq!(of("Dockerfile.dev", "FROM python:3.9.7-slim\nRUN apt-get install tool=3.4\n"), [9]);
        assert_eq!(of("runtime.txt", "python-3.10.4\n"), [10]);
        assert_eq!(
            of("tox.ini", "[tox]\nenvlist = py27, py36,py3{7,8}-x\n  py{39,310}\n[testenv:pypy3]\n"),
            [6, 7, 8, 9, 10]
        );
    }

    #[test]
    fn names_decide_then_the_era_then_the_highest() {
        let choose = |minors: &[u32], named: &[u32], day: Option<&str>| {
            let day = || Ok::<_, std::convert::Infallible>(day.map(str::to_owned));
            likeliest(minors, &named.iter().copied().collect(), day).ok().flatten()
        };
        let best = |minors: &[u32], named: &[u32], day: Option<&str>| choose(minors, named, day).map(|(m, _)| m);
        assert_eq!(best(&[8, 9, 10], &[7, 8, 9, 12], Some("2022-01-01")), Some(9));
        assert_eq!(best(&[8, 9, 10, 11], &[7], Some("2022-01-01")), Some(10));
        assert_eq!(best(&[8, 9], &[], Some("2001-01-01")), Some(9));
        assert_eq!(best(&[8, 11, 9], &[], None), Some(11));
        assert_eq!(choose(&[9], &[8], None), Some((9, String::new())));
        assert_eq!(choose(&[], &[8], None), None);
    }

    #[test]
    fn the_era_is_the_newest_that_had_come_out() {
        assert_eq!(newest_on("2021-10-03", &[8, 9, 10]), Some(9));
        assert_eq!(newest_on("2021-10-04", &[8, 9, 10]), Some(10));
        assert_eq!(newest_on("2015-01-01", &[8, 9, 10]), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(py|3\\.|[{},\\-\n é\"]|python|[0-9]){0,40}") {
            for path in [".travis.yml", "tox.ini", "Dockerfile"] {
                prop_assert!(of(path, &text).iter().all(|m| (3..40).contains(m)));
            }
        }
    }
}
