//! Ids, versions and data in words.

use uplift_model::dossier::Dossier;
use uplift_model::{Datum, Distance};

use crate::document::Text;

/// What a component is called: its folder; at the root the repository's name.
pub(crate) fn component(dossier: &Dossier, folder: &str) -> String {
    if folder.is_empty() || folder == "." { dossier.analysis.repository.clone() } else { folder.to_owned() }
}

/// An anchor, `[a-z0-9-]+`. `number` makes it unique among those of one `prefix`.
pub(crate) fn id(prefix: &str, number: usize, text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = text.chars().take(60).map(plain).collect();
    format!("{prefix}-{}-{}", number + 1, slug.trim_matches('-')).trim_end_matches('-').to_owned()
}

/// `0.104.1 -> 0.121.0`; a version that nothing states is said not to be known.
pub(crate) fn versions(current: Option<&str>, target: &str) -> Text {
    match current {
        Some(current) => Text::new().code(format!("{current} -> {target}")),
        None => Text::new().unknown("no file says which version runs").plain(" -> ").code(target),
    }
}

pub(crate) fn distance(distance: Option<Distance>) -> Text {
    match distance {
        Some(distance) => Text::from(crate::words::distance(distance)),
        None => Text::new().unknown("no version in use"),
    }
}

/// The state of one field of research: found, none found, or not retrieved with the reason; `found` says what was found.
pub(crate) fn state<T>(datum: &Datum<T>, found: impl FnOnce(&T) -> Text) -> (Text, Text) {
    match datum {
        Datum::Found { value } => (Text::from("found"), found(value)),
        Datum::None => (Text::from("none found"), Text::from("the source answered, and there is nothing")),
        Datum::NotRetrieved { why } => (Text::from("not retrieved"), Text::new().unknown(why.clone())),
    }
}

/// What a reader who adds up rows has to know.
pub(crate) const ROUNDED: &str =
    "Each figure is rounded up to half an hour by itself, a total from its minutes, so that rows may add up to more.";

/// `45 min`, `2.5 h`; hours are rounded up to halves.
pub(crate) fn effort(minutes: u64) -> String {
    if minutes < 60 {
        return format!("{minutes} min");
    }
    let halves = minutes.div_ceil(30);
    if halves.is_multiple_of(2) { format!("{} h", halves / 2) } else { format!("{}.5 h", halves / 2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_hold_nothing_that_needs_escaping() {
        assert_eq!(id("pair", 0, "@vitejs/Plugin_vue"), "pair-1-vitejs-plugin-vue");
        assert_eq!(id("pair", 1, "\u{202e}\"><b>"), "pair-2-b");
        assert_eq!(id("pair", 2, "…"), "pair-3");
    }

    #[test]
    fn what_was_not_retrieved_never_reads_as_none() {
        let (state, what) = state(&Datum::<u8>::not_retrieved("no answer"), |_| Text::from("x"));
        assert_eq!(state, Text::from("not retrieved"));
        assert_eq!(what, Text::new().unknown("no answer"));
    }
}
