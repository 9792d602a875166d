//! What becomes of the names that the code uses of a package, on a terminal.

use uplift_model::Datum;
use uplift_model::symbols::{SymbolChange, SymbolChanges};

use super::lines::paragraph;
use crate::clean;
use crate::numbers::count;
use crate::view::{Tone, View};

/// Names that are shown; the JSON has them all.
const NAMES: usize = 20;
/// Places of one name that are shown.
const PLACES: usize = 4;
/// Names of which nobody can tell that are shown.
const UNTOLD: usize = 5;

pub(super) fn symbols(known: &Datum<SymbolChanges>, view: &View) -> String {
    let fact = |text: &str| paragraph(view, "  names in use: ", &clean::line(text), Tone::Plain);
    let changes = match known {
        Datum::Found { value } => value,
        Datum::None => return fact("none of it that could be judged"),
        Datum::NotRetrieved { why } => return fact(&format!("not retrieved: {why}")),
    };
    let gone = changes.changes.iter().filter(|change| change.is_gone()).count();
    let deprecated = changes.deprecated().count();
    let summary = format!(
        "{} of {} are gone in {}, {} deprecated, of {} nobody can tell",
        gone,
        count(changes.used, "name"),
        changes.to,
        deprecated,
        changes.untold.len()
    );
    let mut page = fact(&summary);
    for change in changes.changes.iter().take(NAMES) {
        page.push_str(&one(change, view));
    }
    let more = |all: usize, shown: usize| match all.saturating_sub(shown) {
        0 => String::new(),
        left => paragraph(view, "    ", &format!("and {left} more (--format json)"), Tone::Quiet),
    };
    page.push_str(&more(changes.changes.len(), NAMES));
    for untold in changes.untold.iter().take(UNTOLD) {
        let text = format!("{}: {}", untold.symbol, untold.why);
        page.push_str(&paragraph(view, "    cannot be told: ", &clean::line(&text), Tone::Quiet));
    }
    page.push_str(&more(changes.untold.len(), UNTOLD));
    page
}

fn one(change: &SymbolChange, view: &View) -> String {
    let ready = if change.guarded { "; the code is ready for it" } else { "" };
    let tone = if change.is_gone() && !change.guarded { Tone::Held } else { Tone::Plain };
    let text = format!("{} {}{ready}", change.symbol, change.became());
    let mut page = paragraph(view, "    ", &clean::line(&text), tone);
    for site in change.sites.iter().take(PLACES) {
        let text = format!("{}:{} {}", site.file, site.line, site.what);
        page.push_str(&paragraph(view, "      ", &clean::line(&text), Tone::Quiet));
    }
    if change.count > PLACES {
        let text = format!("and {} more", count(change.count - change.sites.len().min(PLACES), "place"));
        page.push_str(&paragraph(view, "      ", &text, Tone::Quiet));
    }
    page
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use uplift_model::analysis::Site;
    use uplift_model::symbols::{Fate, Untold};

    use super::*;

    fn sample(places: u32) -> SymbolChanges {
        let site = |line| Site { file: "app/\u{1b}[31mviews.py".to_owned(), line, what: "Markup(x)".to_owned() };
        let change = |symbol: &str, fate, places: u32| SymbolChange {
            symbol: symbol.to_owned(),
            fate,
            sites: (1..=places).map(site).collect(),
            count: places as usize,
            guarded: false,
        };
        SymbolChanges {
            from: "2.0.3".to_owned(),
            to: "3.1.2".to_owned(),
            used: 4,
            judged: 3,
            changes: vec![
                change("flask.Markup", Fate::Moved { to: "markupsafe.Markup".to_owned() }, places),
                change("flask.json_x", Fate::Deprecated { says: Some("use y".to_owned()) }, 1),
            ],
            untold: vec![Untold { symbol: "flask.z".to_owned(), why: "made at run time".to_owned() }],
            read: Vec::new(),
        }
    }

    #[test]
    fn names_are_told_with_their_fate_and_the_first_places() {
        let text = symbols(&Datum::found(sample(9)), &View::new(120, false));
        let shown = |what: &str| assert!(text.contains(what), "{what}: {text}");
        shown("names in use: 1 of 4 names are gone in 3.1.2, 1 deprecated, of 1 nobody can tell");
        shown("flask.Markup moved to markupsafe.Markup");
        shown("and 5 places more");
        shown("flask.json_x deprecated: use y");
        shown("cannot be told: flask.z: made at run time");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(!symbols(&Datum::found(sample(4)), &View::new(120, false)).contains("more"));
    }

    #[test]
    fn what_was_not_had_is_said_so() {
        let view = View::new(80, false);
        assert!(symbols(&Datum::not_retrieved("no answer"), &view).contains("names in use: not retrieved: no answer"));
        assert!(symbols(&Datum::None, &view).contains("none of it"));
    }
}
