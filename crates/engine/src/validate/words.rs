//! Verdicts and causes in sentences that a person understands.

use uplift_model::compatibility::{Cause, CauseKind, Check, Constraint, Shift, Verdict};
use uplift_model::solution::Change;

use super::overlay::Root;

/// The place of a floor that is added to find out why a package would go back.
pub(super) const FLOOR: &str = "staying at the version in use";

/// One paragraph: the verdict, its reason, and what to do about it.
pub(super) fn paragraph(check: &Check, roots: &[Root]) -> String {
    let on = match check.runtime.as_str() {
        "any" => String::new(),
        node if node.starts_with("node") => format!(" on {node}"),
        python => format!(" on Python {python}"),
    };
    let because = sentences(&check.causes);
    let mut text = match check.verdict {
        Verdict::Sat if check.warnings.iter().any(lacks_engine) => {
            format!(
                "The complete set fits together, and the project's own runtime is too old: {} packages.",
                check.solution.len()
            )
        }
        Verdict::Sat => format!("The complete set goes together{on}: {} packages.", check.solution.len()),
        Verdict::Unsat => format!("No set fulfils all requirements{on}: {because}."),
        Verdict::Downgrade => format!("The set goes together{on} only by going back: {because}."),
        Verdict::ImportFails => format!("Metadata accept the set{on}, and it does not work: {because}."),
        Verdict::PeerViolation => format!("npm would install this{on} and only warn: {because}."),
        Verdict::NotChecked if because.is_empty() => format!("Nothing could be concluded{on}."),
        Verdict::NotChecked => format!("Nothing could be concluded{on}: {because}."),
    };
    let advice = advice(&check.causes, roots);
    if !advice.is_empty() {
        text.push(' ');
        text.push_str(&advice);
    }
    let moves = along(&check.induced);
    if check.verdict == Verdict::Sat && !moves.is_empty() {
        text.push_str(&format!(" Besides those that were named, {moves}."));
    }
    if !check.warnings.is_empty() {
        text.push_str(&format!(" Mind: {}.", sentences(&check.warnings)));
    }
    text
}

/// A package needs another runtime than the project states.
pub(super) fn lacks_engine(warning: &Cause) -> bool {
    warning.kind == CauseKind::Engine && !warning.constraints.is_empty()
}

/// `2 packages move, 7 are new and 1 goes out`
fn along(induced: &[Shift]) -> String {
    let number =
        |from: bool, to: bool| induced.iter().filter(|s| (s.from.is_some(), s.to.is_some()) == (from, to)).count();
    let kinds = [
        (number(true, true), "moves", "move"),
        (number(false, true), "is new", "are new"),
        (number(true, false), "goes out", "go out"),
    ];
    let told: Vec<String> = kinds
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .enumerate()
        .map(|(at, (n, one, many))| {
            let what = match (at, n) {
                (0, 1) => " package",
                (0, _) => " packages",
                _ => "",
            };
            format!("{n}{what} {}", if n == 1 { one } else { many })
        })
        .collect();
    match told.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn sentences(causes: &[Cause]) -> String {
    causes.iter().map(|c| c.sentence.as_str()).collect::<Vec<_>>().join("; ")
}

/// What would resolve the conflict, where that can be told: the packages that hold it and are not part of the overlay.
fn advice(causes: &[Cause], roots: &[Root]) -> String {
    let is_named = |name: &str| roots.iter().any(|r| r.named && r.name.as_str() == name);
    let is_root = |name: &str| roots.iter().any(|r| r.name.as_str() == name);
    let holds = |k: &Constraint| -> Option<String> {
        let by =
            k.by.as_ref().map_or(k.on.as_str(), |by| by.split(['=', '>', '<', '@']).next().unwrap_or(by)).to_owned();
        (!is_named(&by) && is_root(&by)).then_some(by)
    };
    if !roots.iter().any(|r| r.named) {
        return String::new();
    }
    let colliding =
        causes.iter().filter(|c| matches!(c.kind, CauseKind::Requirements | CauseKind::Downgrade | CauseKind::Peer));
    let mut held: Vec<String> = colliding.flat_map(|c| &c.constraints).filter_map(holds).collect();
    held.sort();
    held.dedup();
    match held.as_slice() {
        [] => String::new(),
        [one] => format!(
            "{one} stays as the files state it: name a version of it that fits as well, or leave the others where they are."
        ),
        many => format!("{} stay as the files state them: name versions of them that fit as well.", many.join(", ")),
    }
}

/// Why packages go back, as a cause of its own.
pub(super) fn downgrade(lowered: &[Change], why: Cause) -> Cause {
    let one = |c: &Change| {
        let shown =
            |v: &Option<uplift_model::Version>| v.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
        format!("{} {} -> {}", c.name, shown(&c.from), shown(&c.to))
    };
    let moves: Vec<String> = lowered.iter().map(one).collect();
    Cause {
        kind: CauseKind::Downgrade,
        sentence: format!("a resolver goes back ({}), since {}", moves.join(", "), why.sentence),
        constraints: why.constraints,
    }
}

/// A version that was asked for lies below the one in use.
pub(super) fn asked_below(shift: &Shift) -> Cause {
    let (from, to) = (shift.from.as_deref().unwrap_or("?"), shift.to.as_deref().unwrap_or("?"));
    Cause {
        kind: CauseKind::Downgrade,
        constraints: vec![Constraint {
            by: None,
            place: Some("--set".to_owned()),
            on: shift.name.clone(),
            requires: format!("{} {to}", shift.name),
        }],
        sentence: format!("{} {to} is asked for, below {from} that is in use", shift.name),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use uplift_model::PackageName;

    fn root(name: &str, named: bool) -> Root {
        Root {
            name: PackageName::new(name).unwrap(),
            extras: Vec::new(),
            specifier: "==1".into(),
            url: false,
            marker: None,
            place: "r.txt:1".into(),
            named,
        }
    }

    #[test]
    fn what_comes_along_is_counted_by_what_becomes_of_it() {
        let shift = |from: Option<&str>, to: Option<&str>| Shift {
            name: "a".to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            named: false,
        };
        let all =
            [shift(Some("1"), Some("2")), shift(Some("1"), Some("2")), shift(None, Some("1")), shift(Some("1"), None)];
        assert_eq!(along(&all), "2 packages move, 1 is new and 1 goes out");
        assert_eq!(along(&all[2..3]), "1 package is new");
        assert_eq!(along(&[]), "");
    }

    #[test]
    fn a_conflict_is_told_with_who_holds_it() {
        let constraint = |by: Option<&str>, place: &str, on: &str, requires: &str| Constraint {
            by: by.map(str::to_owned),
            place: Some(place.to_owned()),
            on: on.to_owned(),
            requires: requires.to_owned(),
        };
        let constraints = vec![
            constraint(Some("torchvision==0.16.0"), "r.txt:1", "torch", "torch==2.1.0"),
            constraint(None, "--set", "torch", "torch==2.5.1"),
        ];
        let words: Vec<String> = constraints.iter().map(Constraint::words).collect();
        let check = Check {
            runtime: "3.11".into(),
            present: true,
            verdict: Verdict::Unsat,
            paragraph: String::new(),
            causes: vec![Cause { kind: CauseKind::Requirements, constraints, sentence: words.join(", but ") }],
            warnings: Vec::new(),
            solution: BTreeMap::new(),
            induced: Vec::new(),
            downgrades: Vec::new(),
            unknown_extras: Vec::new(),
            imports: Vec::new(),
            asked: 3,
        };
        assert_eq!(
            paragraph(&check, &[root("torch", true), root("torchvision", false)]),
            "No set fulfils all requirements on Python 3.11: torchvision==0.16.0 requires torch==2.1.0, but torch==2.5.1 is asked for. torchvision stays as the files state it: name a version of it that fits as well, or leave the others where they are."
        );
    }
}
