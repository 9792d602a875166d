//! The same package stated differently in two places (row A20).

use std::collections::BTreeMap;

use uplift_ecosystems::python::manifest;
use uplift_model::analysis::Statement;

/// One sentence for each package whose statements differ, and for each line that stands twice in one file.
pub(super) fn drift(name: &str, stated: &[Statement]) -> Vec<String> {
    let mut found = Vec::new();
    let mut by_file: BTreeMap<(&str, &str), Vec<&Statement>> = BTreeMap::new();
    for statement in stated {
        by_file.entry((&statement.file, &statement.group)).or_default().push(statement);
    }
    for ((file, _), twice) in by_file.iter().filter(|(_, s)| s.len() > 1) {
        // Two lines that markers keep apart are one requirement in two cases.
        if twice.iter().all(|s| s.marker.is_some()) {
            continue;
        }
        let lines: Vec<String> = twice.iter().map(|s| s.line.to_string()).collect();
        found.push(format!("{name} stands {} times in {file} (lines {})", twice.len(), lines.join(", ")));
    }
    let mut forms: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for statement in stated.iter().filter(|s| s.group != "build") {
        forms.entry(&statement.specifier).or_default().push(format!("{}:{}", statement.file, statement.line));
    }
    if forms.len() > 1 && stated.iter().any(|s| stated.iter().any(|o| disagree(s, o))) {
        let said: Vec<String> = forms
            .iter()
            .map(|(specifier, places)| {
                let specifier = if specifier.is_empty() { "any version" } else { specifier };
                format!("{specifier} in {}", places.join(", "))
            })
            .collect();
        found.push(format!("{name} is stated differently: {}", said.join("; ")));
    }
    found
}

/// Two files say different things, and it is not one stating a range and the other the version chosen from it.
fn disagree(one: &Statement, other: &Statement) -> bool {
    let differ = one.file != other.file && one.specifier != other.specifier;
    differ && one.group != "build" && other.group != "build" && !layered(one, other) && !layered(other, one)
}

/// `range` is what a package promises or a constraints file narrows, and `pin` one version that it admits.
pub(super) fn layered(pin: &Statement, range: &Statement) -> bool {
    let name = |s: &Statement| s.file.rsplit('/').next().unwrap_or_default().to_owned();
    let promise = matches!(name(range).as_str(), "setup.py" | "setup.cfg" | "pyproject.toml");
    let narrowed = name(pin).contains("constraint") || name(range).contains("constraint");
    let admitted = || manifest::pinned(&pin.specifier).is_some_and(|v| manifest::admits(&range.specifier, &v));
    !range.specifier.is_empty() && (promise || narrowed) && admitted()
}

/// One sentence for a package for which members of a workspace ask differently.
pub(super) fn between_members(name: &str, stated: &[Statement]) -> Option<String> {
    let mut forms: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for statement in stated.iter().filter(|s| s.group != "peerDependencies") {
        forms.entry(&statement.specifier).or_default().push(format!("{}:{}", statement.file, statement.line));
    }
    let said: Vec<String> = forms.iter().map(|(form, places)| format!("{form} in {}", places.join(", "))).collect();
    (said.len() > 1).then(|| format!("{name} is stated differently: {}", said.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(file: &str, line: u32, specifier: &str) -> Statement {
        Statement {
            file: file.into(),
            line,
            written: format!("x{specifier}"),
            specifier: specifier.into(),
            marker: None,
            group: "main".into(),
        }
    }

    #[test]
    fn doubles_and_differences_are_told_apart() {
        let twice = [statement("r.txt", 1, "==1"), statement("r.txt", 9, "==1")];
        assert_eq!(drift("x", &twice), ["x stands 2 times in r.txt (lines 1, 9)"]);
        let differ = [statement("r.txt", 1, "==1"), statement("pyproject.toml", 4, "")];
        assert_eq!(drift("x", &differ), ["x is stated differently: any version in pyproject.toml:4; ==1 in r.txt:1"]);
        let layered = [statement("constraints.txt", 1, "==1.4"), statement("r.txt", 4, ">=1.2")];
        assert!(drift("x", &layered).is_empty());
        let promised = [statement("r.txt", 1, "==1.4"), statement("setup.py", 4, ">=2")];
        assert_eq!(drift("x", &promised), ["x is stated differently: ==1.4 in r.txt:1; >=2 in setup.py:4"]);
        let same = [statement("r.txt", 1, "==1"), statement("s.txt", 4, "==1")];
        assert!(drift("x", &same).is_empty());
    }
}
