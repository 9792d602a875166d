//! What components of one repository have differently, as a short section of the analysis' screen.

use uplift_model::analysis::{Analysis, Differs, Drift, InComponent};

use crate::clean;
use crate::numbers::{count, list};
use crate::terminal::lines::paragraph;
use crate::view::{Tone, View};

/// Packages that are told without `--all`.
const SHOWN: usize = 5;
/// Components of one version that are named.
const PLACES: usize = 3;

/// `2 packages differ between components`, and below it who has which; those that are needed to run come first.
pub(super) fn between(analysis: &Analysis, all: bool, view: &View) -> String {
    if analysis.drift.is_empty() {
        return String::new();
    }
    let of = |kind: Differs| analysis.drift.iter().filter(move |d| d.differs == kind).count();
    let verb = |n: usize, one: &'static str, more: &'static str| if n == 1 { one } else { more };
    let told = match (of(Differs::Version), of(Differs::Requirement)) {
        (0, stated) => {
            format!("{} {} stated differently between components", count(stated, "package"), verb(stated, "is", "are"))
        }
        (apart, 0) => format!("{} {} between components", count(apart, "package"), verb(apart, "differs", "differ")),
        (apart, stated) => format!(
            "{} {} between components, {stated} more {} stated differently",
            count(apart, "package"),
            verb(apart, "differs", "differ"),
            verb(stated, "is", "are")
        ),
    };
    let mut page = format!("\n{}", paragraph(view, "", &told, Tone::Held));
    let mut sorted: Vec<&Drift> = analysis.drift.iter().collect();
    sorted.sort_by_key(|d| (!d.shared, d.differs));
    let shown = if all { sorted.len() } else { SHOWN };
    for drift in sorted.iter().take(shown) {
        let aside = if drift.shared { "" } else { " (at most one needs it to run)" };
        let text = format!("{} {}{aside}", drift.package, sides(&drift.components).join(", "));
        page.push_str(&paragraph(view, "  ", &clean::line(&text), Tone::Plain));
    }
    if sorted.len() > shown {
        page.push_str(&paragraph(view, "  ", &format!("{} more (--all)", sorted.len() - shown), Tone::Quiet));
    }
    page
}

/// `0.85.0 in api (api/requirements.txt:3) and jobs (…)`, one for each version.
fn sides(components: &[InComponent]) -> Vec<String> {
    let mut sides: Vec<(&str, Vec<String>)> = Vec::new();
    for one in components {
        let folder = if one.component == "." { "the root".to_owned() } else { clean::path(&one.component) };
        let place = one.stated.first().map(|s| format!(" ({}:{})", clean::path(&s.file), s.line)).unwrap_or_default();
        let place = format!("{folder}{place}");
        match sides.iter_mut().find(|(version, _)| *version == one.shown()) {
            Some((_, places)) => places.push(place),
            None => sides.push((one.shown(), vec![place])),
        }
    }
    let side = |(version, places): (&str, Vec<String>)| {
        let more = places.len().saturating_sub(PLACES);
        let shown: Vec<&str> = places.iter().take(PLACES).map(String::as_str).collect();
        let shown = if more == 0 { list(&shown) } else { format!("{} and {more} more", shown.join(", ")) };
        format!("{version} in {shown}")
    };
    sides.into_iter().map(side).collect()
}
