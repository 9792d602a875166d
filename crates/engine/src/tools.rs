//! Test tools that a project runs but its environment does not name: pytest and what tox installs beside it.
//!
//! Lives here: finding them and fixing them once a run, against the environment as it is now. They are no part of the
//! project's lock, never move, and are only put where the environment itself has nothing of that name.

use uplift_ecosystems::python::resolve::{self, Answer, Freshness, Question};
use uplift_model::{PackageName, Solution};

use crate::error::EngineError;
use crate::solver::Solver;
use crate::subject::Tree;

/// The packages to add, or why none could be found. Empty when the environment has pytest.
pub(crate) fn missing(
    solver: &Solver<'_>,
    tree: &Tree<'_>,
    root: &str,
    base: &Solution,
) -> Result<Result<Solution, String>, EngineError> {
    let has = |name: &str| PackageName::new(name).is_ok_and(|n| base.version(&n).is_some());
    if has("pytest") {
        return Ok(Ok(Solution::default()));
    }
    let mut roots = vec!["pytest".to_owned()];
    let text = |file: &str| tree.read(file).and_then(|b| String::from_utf8(b).ok()).unwrap_or_default();
    let folder = if root.is_empty() { String::new() } else { format!("{root}/") };
    for file in [format!("{folder}tox.ini"), "tox.ini".to_owned()] {
        roots.extend(tox_deps(&text(&file)));
    }
    roots.sort();
    roots.dedup();
    let constraints = resolve::preferences(base);
    let ask = |roots: Vec<String>| {
        solver.ask_aged(
            Question { roots, constraints: constraints.clone(), ..Question::default() },
            Freshness::CacheFirst,
        )
    };
    let answer = match ask(roots)? {
        Answer::Solved(solved) => Answer::Solved(solved),
        Answer::Refused(_) => ask(vec!["pytest".to_owned()])?,
    };
    Ok(match answer {
        Answer::Solved(solved) => Ok(without(&solved.solution, base)),
        Answer::Refused(conflict) => Err(conflict.text),
    })
}

/// What of `tools` the environment `base` does not have.
pub(crate) fn without(tools: &Solution, base: &Solution) -> Solution {
    let mut rest = tools.clone();
    rest.packages.retain(|name, _| base.version(name).is_none() && !base.urls.contains_key(name));
    rest
}

/// Plain requirements below `deps =` of `[testenv]`; files, links and lines for single factors are left out.
fn tox_deps(text: &str) -> Vec<String> {
    let (mut inside, mut listing, mut deps) = (false, false, Vec::new());
    for line in text.lines() {
        let indented = line.starts_with([' ', '\t']);
        if line.starts_with('[') {
            inside = line.trim() == "[testenv]";
            listing = false;
            continue;
        }
        let mut item = line.trim();
        if !indented {
            listing = false;
            if let Some((key, rest)) = line.split_once('=')
                && inside
                && key.trim() == "deps"
            {
                listing = true;
                item = rest.trim();
            }
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.[]<>=!~, ".contains(c);
        if listing && !item.is_empty() && item.starts_with(|c: char| c.is_ascii_alphabetic()) && item.chars().all(plain)
        {
            deps.push(item.to_owned());
        }
    }
    deps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tox_names_the_tools_in_plain_lines() {
        let text = "[tox]\nenvlist = py\n[testenv]\ndeps =\n    -r requirements.txt\n    pytest>=6\n    py27: mock\n    pytest-cov\ncommands =\n    pytest\n[testenv:docs]\ndeps = sphinx\n";
        assert_eq!(tox_deps(text), ["pytest>=6", "pytest-cov"]);
    }

    #[test]
    fn one_line_of_deps_counts_too() {
        assert_eq!(tox_deps("[testenv]\ndeps = pytest\n"), ["pytest"]);
    }
}
