//! What a commit says: its subject in the conventional form, its body, and which edited lines it speaks of.
//!
//! Lives here: words only. Lives elsewhere: making commits (`crate::commits`).

use uplift_model::solution::Change;

use crate::state::Mover;

/// `build(deps): flask 2.0.1 -> 3.1.2, werkzeug 2.0.1 -> 3.1.3`.
pub(crate) fn subject(movers: &[Mover]) -> String {
    let steps: Vec<String> =
        movers.iter().flat_map(|m| &m.steps).map(|s| format!("{} {} -> {}", s.name, s.from, s.to)).collect();
    let breaking =
        movers.iter().flat_map(|m| &m.steps).any(|s| s.from.distance(&s.to) == uplift_model::Distance::Major);
    let kind = if breaking { "feat(deps)" } else { "build(deps)" };
    match steps.as_slice() {
        [] => format!("{kind}: update dependencies"),
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{kind}: {first}, {second}, {third} and {} more", rest.len())
        }
        few => format!("{kind}: {}", few.join(", ")),
    }
}

/// The whole message: what moves by itself, what comes along, and the run.
pub(crate) fn message(title: &str, changes: &[Change], movers: &[Mover], run: &str) -> String {
    let mut text = format!("{title}\n\n");
    let named: Vec<_> = movers.iter().flat_map(|m| m.steps.iter().map(|s| &s.name)).collect();
    let line = |c: &Change| {
        let version =
            |v: &Option<uplift_model::Version>| v.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        format!("- {} {} -> {}\n", c.name, version(&c.from), version(&c.to))
    };
    let own: String = changes.iter().filter(|c| named.contains(&&c.name)).map(line).collect();
    let others: String = changes.iter().filter(|c| !named.contains(&&c.name)).map(line).collect();
    text.push_str(&own);
    if !others.is_empty() {
        text.push_str(if named.is_empty() { "" } else { "\nThese come along:\n" });
        text.push_str(&others);
    }
    text.push_str(&format!("\nUplift-Run: {run}\n"));
    text
}

/// Whether an edited line speaks of the package.
pub(crate) fn states(line: &str, name: &str) -> bool {
    let plain = |t: &str| t.to_lowercase().replace(['_', '.'], "-");
    plain(line).contains(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use uplift_model::{PackageName, Version};

    use super::*;
    use crate::state::Step;

    fn mover(name: &str) -> Mover {
        let version = |v: &str| Version::new(v).unwrap();
        let step = Step { name: PackageName::new(name).unwrap(), from: version("1.0"), to: version("2.0") };
        Mover { steps: vec![step], prior: 0.3, needs: Vec::new() }
    }

    #[test]
    fn the_subject_names_what_moves() {
        assert_eq!(subject(&[mover("a")]), "feat(deps): a 1.0 -> 2.0");
        let many: Vec<Mover> = ["a", "b", "c", "d", "e"].iter().map(|n| mover(n)).collect();
        assert!(subject(&many).ends_with("and 2 more"));
    }

    #[test]
    fn the_message_tells_what_comes_along_and_names_the_run() {
        let change = |name: &str, from: Option<&str>, to: &str| Change {
            name: PackageName::new(name).unwrap(),
            from: from.map(|v| Version::new(v).unwrap()),
            to: Some(Version::new(to).unwrap()),
        };
        let changes = [change("a", Some("1.0"), "2.0"), change("blinker", None, "1.9")];
        let text = message("feat(deps): a 1.0 -> 2.0", &changes, &[mover("a")], "01JD");
        let along = "These come along:\n- blinker none -> 1.9\n";
        assert_eq!(text, format!("feat(deps): a 1.0 -> 2.0\n\n- a 1.0 -> 2.0\n\n{along}\nUplift-Run: 01JD\n"));
        assert!(states("zope.interface==5", "zope-interface") && !states("flask==2", "werkzeug"));
    }
}
