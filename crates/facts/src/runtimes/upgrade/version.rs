//! A line of a runtime to be written where another one stands, in the form that stands there.

use std::fmt;

use crate::runtimes::statement::Runtime;
use crate::runtimes::versions;

/// A line that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) runtime: Runtime,
    text: String,
}

impl Line {
    pub(super) fn new(runtime: Runtime, text: &str) -> Self {
        Self { runtime, text: text.to_owned() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// In the form of `old`, as precise as it is: `3.9` is `3.12`, `20.x` is `22.x`, `hydrogen` is `jod`, `lts/hydrogen`
    /// is `lts/jod`, `v18` is `v22`, `python-3.9` is `python-3.12`. `None`: `old` is a patch release, or another thing.
    pub(super) fn same_form(&self, old: &str) -> Option<String> {
        if let Some(name) = self.runtime_name(old) {
            return Some(name);
        }
        let at = old.find(|c: char| c.is_ascii_digit())?;
        let (lead, rest) = old.split_at(at);
        let (numbers, open) = match rest.strip_suffix(".x") {
            Some(numbers) => (numbers, ".x"),
            None => (rest, ""),
        };
        let plain = numbers.split('.').all(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
        let as_precise = numbers.split('.').count() == self.text.split('.').count();
        let known = ["", "v", "python-", "python", "nodejs", "setup_"].contains(&lead);
        (plain && as_precise && known).then(|| format!("{lead}{}{open}", self.text))
    }

    /// As [`Self::same_form`]; of a patch release the line is left: `3.9.7` is `3.12`, `v18.17.0` is `v22`.
    pub(super) fn loosely(&self, old: &str) -> Option<String> {
        if let Some(same) = self.same_form(old) {
            return Some(same);
        }
        let at = old.find(|c: char| c.is_ascii_digit())?;
        let (lead, rest) = old.split_at(at);
        let rest = rest.strip_suffix("-dev").unwrap_or(rest);
        let plain = rest.split('.').all(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
        let known = ["", "v", "python-", "cpython-"].contains(&lead);
        (plain && known).then(|| format!("{lead}{}", self.text))
    }

    /// `39` of `py39`: without the dot.
    pub(super) fn undotted(&self, old: &str) -> Option<String> {
        let plain = !old.is_empty() && old.chars().all(|c| c.is_ascii_digit());
        (plain && self.runtime == Runtime::Python).then(|| self.text.replace('.', ""))
    }

    pub(super) fn is_at_most(&self, python: (u32, u32), node: u32) -> bool {
        let mut numbers = self.text.split('.').filter_map(|n| n.parse::<u32>().ok());
        let first = numbers.next().unwrap_or(u32::MAX);
        match self.runtime {
            Runtime::Python => (first, numbers.next().unwrap_or(u32::MAX)) <= python,
            Runtime::Node => first <= node,
        }
    }

    fn runtime_name(&self, old: &str) -> Option<String> {
        if self.runtime != Runtime::Node {
            return None;
        }
        let (lead, name) = match old.rsplit_once('/') {
            Some((lead, name)) => (format!("{lead}/"), name),
            None => (String::new(), old),
        };
        versions::line_of_codename(&name.to_ascii_lowercase())?;
        Some(format!("{lead}{}", versions::codename(&self.text)?))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}
