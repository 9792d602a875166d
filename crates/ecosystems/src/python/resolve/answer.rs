//! The resolver's answers: a solution with who wants what, or a conflict in words.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uplift_model::{PackageName, Solution, Version};

use super::ResolveError;

/// An answer, either way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Solved(Solved),
    Refused(Conflict),
}

/// A complete set and the reason why each member is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solved {
    pub solution: Solution,
    /// Package to the packages that require it; the project's own roots are not named.
    pub via: BTreeMap<PackageName, Vec<PackageName>>,
    /// Package, version and an extra that it was asked for and does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_extras: Vec<(PackageName, Version, String)>,
}

/// Why no set exists, in the resolver's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    pub text: String,
    /// Packages that exist only as source distributions where builds were refused: build them and ask again.
    pub wants_wheels: Vec<PackageName>,
}

/// What is said in place of a derivation, before the time that was given.
const TOO_LONG: &str = "the resolver found no answer within";

impl Conflict {
    pub(super) fn too_long(limit: Duration) -> Self {
        Self { text: format!("{TOO_LONG} {} s", limit.as_secs()), wants_wheels: Vec::new() }
    }

    /// The resolver did not get to an answer, so that nothing is known to stand against anything.
    pub fn is_silence(&self) -> bool {
        self.text.starts_with(TOO_LONG)
    }
}

/// Reads uv's output with `--annotation-style line`: `name==version  # via a, b`.
pub(super) fn read(text: &str) -> Result<Solved, String> {
    let mut solved = Solved::default();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') || line.starts_with('-') {
            continue;
        }
        let (pin, note) = line.split_once("  #").unwrap_or((line, ""));
        let pin = pin.split(" ;").next().unwrap_or(pin).trim();
        if let Some((name, url)) = pin.split_once(" @ ") {
            let name = parse_name(name)?;
            solved.solution.urls.insert(name, url.trim().to_owned());
            continue;
        }
        let (name, version) = pin.split_once("==").ok_or_else(|| format!("its answer has the line `{line}`"))?;
        let name = parse_name(name)?;
        let version = Version::new(version).map_err(|e| e.to_string())?;
        let via = note.trim().strip_prefix("via ").unwrap_or_default();
        let parents = via.split(", ").filter(|p| !p.starts_with('-')).filter_map(|p| parse_name(p).ok());
        solved.via.insert(name.clone(), parents.collect());
        solved.solution.packages.insert(name, version);
    }
    Ok(solved)
}

fn parse_name(text: &str) -> Result<PackageName, String> {
    let bare = text.split('[').next().unwrap_or(text).trim();
    PackageName::new(bare).map_err(|e| e.to_string())
}

/// What clients say when the index did not answer, or broke off.
const NETWORK: [&str; 14] = [
    "error sending request",
    "Connection refused",
    "dns error",
    "timed out",
    "Network is unreachable",
    "HTTP status server error",
    "Connection reset",
    "connection closed before message completed",
    "error decoding response body",
    "error reading a body from connection",
    "end of file before message length reached",
    "unexpected end of file",
    "IncompleteRead",
    "Max retries exceeded",
];

/// Whether a client failed for want of the index rather than of a solution.
pub(in crate::python) fn is_network(said: &str) -> bool {
    NETWORK.iter().any(|n| said.contains(n))
}

/// Tells a refusal (no set exists) from a failure (the index did not answer).
pub(super) fn refusal(stderr: &str) -> Result<Answer, ResolveError> {
    let text = tidy(stderr);
    let refused = text.contains("No solution found")
        || text.contains("not found in the package registry")
        || text.contains("no usable wheels")
        || text.contains("building from source is disabled");
    if !refused && is_network(stderr) {
        return Err(ResolveError::Unreachable(first_lines(&text, 3)));
    }
    if refused
        || text.contains("onflict")
        || text.contains("Building source distributions is disabled")
        || text.contains("nsatisfiable")
    {
        let wants_wheels = wants_wheels(&text);
        return Ok(Answer::Refused(Conflict { text, wants_wheels }));
    }
    Err(ResolveError::Failed(first_lines(&text, 6)))
}

/// Extras in uv's warning "The package `redis==5.0.1` does not have an extra named `asyncio`".
pub(super) fn unknown_extras(stderr: &str) -> Vec<(PackageName, Version, String)> {
    let one = |line: &str| {
        let mut quoted = line.split('`').skip(1).step_by(2);
        let (name, version) = quoted.next()?.split_once("==")?;
        let bare = name.split('[').next().unwrap_or(name);
        Some((PackageName::new(bare).ok()?, Version::new(version).ok()?, quoted.next()?.to_owned()))
    };
    let mut all: Vec<_> =
        stderr.lines().filter(|l| l.contains("does not have an extra named")).filter_map(one).collect();
    all.sort();
    all.dedup();
    all
}

/// The message without warnings, arrows and line wraps.
fn tidy(stderr: &str) -> String {
    let keep = |l: &&str| !l.starts_with("warning:") && !l.trim().is_empty();
    let words = stderr.lines().filter(keep).flat_map(str::split_whitespace);
    let text: Vec<&str> = words.filter(|w| !matches!(*w, "×" | "╰─▶" | "│")).collect();
    text.join(" ")
}

fn first_lines(text: &str, sentences: usize) -> String {
    text.split(". ").take(sentences).collect::<Vec<_>>().join(". ")
}

/// Names in uv's hint "Wheels are required for `x` because building from source is disabled".
fn wants_wheels(text: &str) -> Vec<PackageName> {
    let quoted = |after: &str| {
        let name = after.trim_start().strip_prefix('`')?.split('`').next()?;
        PackageName::new(name).ok()
    };
    let mut names: Vec<_> = text.split("Wheels are required for").skip(1).filter_map(quoted).collect();
    names.extend(text.split("Failed to build").skip(1).filter_map(quoted));
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_solution_names_versions_and_who_wants_them() {
        let text =
            "flask==3.1.3   # via -r roots.in\nwerkzeug==3.1.9    # via flask, -c constraints.txt\nx @ file:///x\n";
        let solved = read(text).unwrap();
        let name = |n: &str| PackageName::new(n).unwrap();
        assert_eq!(solved.solution.version(&name("flask")).unwrap().to_string(), "3.1.3");
        assert_eq!(solved.via[&name("werkzeug")], [name("flask")]);
        assert!(solved.via[&name("flask")].is_empty());
        assert_eq!(solved.solution.urls[&name("x")], "file:///x");
    }

    #[test]
    fn a_refusal_is_an_answer_and_names_what_must_be_built() {
        let stderr = "  × No solution found when resolving dependencies:\n  ╰─▶ Because ipdb==0.13.9 has no usable wheels …\n\nhint: Wheels are required for `ipdb` because building from source is disabled for all packages";
        let Answer::Refused(conflict) = refusal(stderr).unwrap() else { panic!("solved?") };
        assert_eq!(conflict.wants_wheels, [PackageName::new("ipdb").unwrap()]);
        assert!(conflict.text.starts_with("No solution found when resolving dependencies: Because ipdb"));
    }

    #[test]
    fn an_extra_that_a_package_does_not_have_is_told() {
        let stderr =
            "warning: The package `redis==5.0.1` does not have an extra named `asyncio`\nResolved 6 packages in 3ms";
        let found = unknown_extras(stderr);
        assert_eq!(found[0].0.as_str(), "redis");
        assert_eq!((found[0].1.to_string().as_str(), found[0].2.as_str()), ("5.0.1", "asyncio"));
    }

    #[test]
    fn an_index_that_does_not_answer_is_no_refusal() {
        assert!(matches!(
            refusal("error: Failed to fetch\n  Caused by: error sending request"),
            Err(ResolveError::Unreachable(_))
        ));
    }

    #[test]
    fn an_answer_that_breaks_off_is_the_indexs_fault() {
        let said = "error: Failed to fetch: `http://127.0.0.1/simple/a/`\n  Caused by: error decoding response body\n  Caused by: unexpected end of file";
        assert!(matches!(refusal(said), Err(ResolveError::Unreachable(_))));
        let refused = "No solution found: a timed out b";
        assert!(matches!(refusal(refused), Ok(Answer::Refused(_))));
    }

    proptest! {
        #[test]
        fn no_output_makes_the_reader_panic(text in "\\PC{0,200}") {
            let _ = read(&text);
            let _ = refusal(&text);
            let _ = unknown_extras(&format!("does not have an extra named {text}"));
        }
    }
}
