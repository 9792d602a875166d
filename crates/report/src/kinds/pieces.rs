//! Small pieces of text that update, initiative and migration guide share.
//!
//! Lives here: lists of names, places, what nobody gave. Lives elsewhere: what stands around a report (`super::parts`).

use uplift_model::advisory::Severity;
use uplift_model::dossier::Dossier;

use crate::document::{Target, Text, Tone};

/// The title that people gave, else `what` and the repository.
pub(super) fn title(dossier: &Dossier, what: &str) -> Text {
    let otherwise = || Text::from(format!("{what}: {}", dossier.analysis.repository));
    dossier.given.title.as_deref().map_or_else(otherwise, Text::from)
}

/// A commit's first ten digits.
pub(super) fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}

/// `file:line`, as code.
pub(super) fn place(file: &str, line: Option<u32>) -> Text {
    Text::new().code(line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}")))
}

/// Pieces with something between them.
pub(super) fn joined(pieces: impl IntoIterator<Item = Text>, between: &str) -> Text {
    let mut all = Text::new();
    for piece in pieces {
        if !all.is_empty() {
            all = all.plain(between);
        }
        all = all.and(piece);
    }
    all
}

/// `text` where it is known, else unknown for that reason.
pub(super) fn known(text: Option<&str>, why_not: &str) -> Text {
    text.map_or_else(|| Text::new().unknown(why_not), Text::from)
}

/// Names as code, with commas.
pub(super) fn codes<T: AsRef<str>>(names: &[T]) -> Text {
    joined(names.iter().map(|name| Text::new().code(name.as_ref())), ", ")
}

/// What a run says that was not verified, without saying it twice.
pub(super) fn not_verified(verification: &str) -> Text {
    let why = verification.strip_prefix("not verified by tests: ").unwrap_or(verification);
    Text::new().strong("Not verified by tests: ").plain(why)
}

/// Sentences as texts.
pub(super) fn texts(lines: &[String]) -> Vec<Text> {
    lines.iter().map(|line| Text::from(line.as_str())).collect()
}

/// `not given: deployment`, with where to give it.
pub(super) fn not_given(key: &str) -> Text {
    Text::new().unknown(format!("not given: `{key}` of [report] in uplift.toml"))
}

pub(super) fn here(text: &str, anchor: &str) -> Text {
    Text::new().link(text, Target::Here(anchor.to_owned()))
}

pub(super) fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::High => Tone::Bad,
        Severity::Moderate | Severity::Low => Tone::Warning,
        Severity::Unknown => Tone::Unknown,
        Severity::None => Tone::Plain,
    }
}

/// Whole percent, rounded down so that it never tells more than was done; `None` of nothing.
pub(super) fn percent(part: usize, whole: usize) -> Option<usize> {
    part.checked_mul(100)?.checked_div(whole)
}

/// A state of hygiene as a word and how it is shown.
pub(super) fn presence(state: uplift_model::hygiene::Presence) -> (&'static str, Tone) {
    use uplift_model::hygiene::Presence;
    match state {
        Presence::Missing => ("missing", Tone::Bad),
        Presence::Neutralised => ("neutralised", Tone::Bad),
        Presence::Partial => ("partial", Tone::Warning),
        Presence::Present => ("present", Tone::Good),
        Presence::Unknown => ("unknown", Tone::Unknown),
    }
}
