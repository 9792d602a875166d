//! What sort of change a note tells: by the heading above it first, by its own words where those leave no doubt.
//!
//! Lives here: the words. A sentence that denies something ("not a breaking change") never counts as saying it.

use uplift_model::notes::NoteKind;

/// What a heading says of the notes below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// All of them are of this kind.
    Of(NoteKind),
    /// Deprecations and removals under one heading: the words tell which.
    DeprecatedOrRemoved,
    /// Says nothing of their kind (`Changed`, `Core`, a feature's name).
    Open,
    /// Documentation, tests, chores.
    Chores,
    /// Names of people.
    People,
}

/// Reads a heading in plain text.
pub(super) fn section(title: &str) -> Section {
    let text = title.to_lowercase().replace(['-', '_'], " ");
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if has(&["contributor", "committer", "thanks", "credits", "sponsor", "acknowledg", "authors", "❤"])
        && !has(&["for contributors", "contributor facing", "internal"])
    {
        return Section::People;
    }
    let removal = has(&["removal", "removed", "remove "])
        && !has(&["to be removed", "removed in next", "removed in the next", "removed in a future"]);
    // What breaks counts before what will: `Breaking Changes & Deprecations`.
    if !denies_breaking(&text) && has(&["breaking", "incompatib", "major changes", "dropped support", "upgrade notice"])
    {
        return Section::Of(NoteKind::Breaking);
    }
    if has(&["deprecat"]) {
        return if removal { Section::DeprecatedOrRemoved } else { Section::Of(NoteKind::Deprecated) };
    }
    if removal {
        return Section::Of(NoteKind::Breaking);
    }
    if has(&["security", "vulnerabilit", "cve "]) {
        return Section::Of(NoteKind::Security);
    }
    if has(&["performance", "speed", "optimi", "faster"]) || text.trim() == "perf" {
        return Section::Of(NoteKind::Performance);
    }
    if has(&[
        "documentation",
        "internal",
        "chore",
        "trivial",
        "test",
        "build",
        "housekeeping",
        "maintenance",
        "packaging",
        "code style",
        "refactor",
        "misc",
    ]) || matches!(text.trim(), "docs" | "doc" | "ci" | "style")
    {
        return Section::Chores;
    }
    if has(&["bug", "fix", "patch changes", "regression", "correction"]) {
        return Section::Of(NoteKind::Fix);
    }
    if has(&[
        "feature",
        "added",
        "enhancement",
        "new ",
        "minor changes",
        "improvement",
        "what's new",
        "what’s new",
        "addition",
    ]) || matches!(text.trim_matches(|c: char| !c.is_alphanumeric()), "new" | "add" | "improved")
    {
        return Section::Of(NoteKind::Feature);
    }
    Section::Open
}

/// The kind of one note under `section`.
pub(super) fn kind(text: &str, section: Section) -> NoteKind {
    let lower = text.to_lowercase();
    match section {
        Section::Of(NoteKind::Breaking) => return NoteKind::Breaking,
        Section::Of(NoteKind::Security) => return NoteKind::Security,
        _ => {}
    }
    if says_breaking(&lower, text) {
        return NoteKind::Breaking;
    }
    if says_security(&lower) {
        return NoteKind::Security;
    }
    match section {
        Section::Of(kind) => kind,
        Section::DeprecatedOrRemoved => {
            if begins(&lower, &["remov", "drop", "delet"]) || lower.contains("removed") || lower.contains("no longer") {
                NoteKind::Breaking
            } else {
                NoteKind::Deprecated
            }
        }
        Section::Chores | Section::People => NoteKind::Other,
        Section::Open => by_words(&lower),
    }
}

/// The first words of a note that stands under no telling heading.
fn by_words(lower: &str) -> NoteKind {
    let said = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    if begins(said, &["deprecat"])
        || [
            " is deprecated",
            " are deprecated",
            " is now deprecated",
            " are now deprecated",
            "deprecated in favor",
            "deprecated in favour",
            "deprecates ",
        ]
        .iter()
        .any(|w| said.contains(w))
    {
        return NoteKind::Deprecated;
    }
    // `Removed a needless copy` breaks nobody, and neither does no longer calling what others deprecated.
    let gone = ["remove", "drop"].iter().any(|w| said.starts_with(w))
        && ["deprecated", "support for", "legacy api"].iter().any(|w| said.contains(w))
        && !["calls", "usage", " use of", " uses of", "warning"].iter().any(|w| said.contains(w));
    if gone {
        return NoteKind::Breaking;
    }
    if begins(said, &["perf:", "perf(", "performance", "speed up", "sped up", "optimiz", "optimis"])
        || said.contains(" faster")
    {
        return NoteKind::Performance;
    }
    if ["[bugfix]", "[fix]", "[bug]"].iter().any(|w| lower.contains(w)) && !said.starts_with("new]") {
        return NoteKind::Fix;
    }
    if begins(said, &["fix", "bug", "correct", "resolve", "prevent", "[fix]", "regression"]) {
        return NoteKind::Fix;
    }
    if begins(said, &["add", "feat", "new ", "support", "introduc", "allow", "implement", "new]", "feature]"]) {
        return NoteKind::Feature;
    }
    NoteKind::Other
}

/// Whether the text begins with one of these.
fn begins(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.starts_with(w))
}

const BREAKING: [&str; 17] = [
    "breaking",
    "backwards incompatible",
    "backwards-incompatible",
    "backward incompatible",
    "backward-incompatible",
    "incompatible change",
    "incompatible with previous",
    "dropped support for",
    "drop support for",
    "drops support for",
    "dropping support for",
    "removed support for",
    "remove support for",
    "no longer supported",
    "has been removed",
    "have been removed",
    "support for python 2 ",
];
/// What denies it, mends it, or only looks like it; cut out before anything is looked for.
const NOT_BREAKING: [&str; 38] = [
    "not a breaking",
    "not breaking",
    "non-breaking",
    "nonbreaking",
    "non breaking",
    "no breaking",
    "not be breaking",
    "not be a breaking",
    "not considered breaking",
    "not considered a breaking",
    "without breaking",
    "without introducing any breaking",
    "without any breaking",
    "isn't breaking",
    "isn't a breaking",
    "isn’t a breaking",
    "aren't breaking",
    "never breaking",
    "any breaking",
    "avoid breaking",
    "avoids breaking",
    "prevent breaking",
    "prevents breaking",
    "stop breaking",
    "stopped breaking",
    "fix breaking",
    "fixed breaking",
    "fixes breaking",
    "revert breaking",
    "reverted breaking",
    "line breaking",
    "line-breaking",
    "word breaking",
    "word-breaking",
    "not backwards incompatible",
    "breaking out",
    "groundbreaking",
    "from breaking",
];

fn denies_breaking(lower: &str) -> bool {
    NOT_BREAKING.iter().any(|w| lower.contains(w))
}

/// `lower` with everything cut out that denies a breaking change.
fn without_denials(lower: &str) -> String {
    NOT_BREAKING
        .iter()
        .fold(lower.to_owned(), |text, words| if text.contains(words) { text.replace(words, " ") } else { text })
}

fn says_breaking(lower: &str, written: &str) -> bool {
    // Conventional commits: `feat!: …`, `refactor(core)!: …`.
    let head = written.split(':').next().unwrap_or_default();
    let marked = head.len() < 60
        && head.ends_with('!')
        && written.len() > head.len()
        && !head.trim_end_matches('!').contains(' ');
    if marked {
        return true;
    }
    let mentions = BREAKING.iter().any(|w| lower.contains(w));
    if !mentions && !begins(lower, &["drop python", "dropped python", "drop node", "dropped node"]) {
        return false;
    }
    let rest = without_denials(lower);
    let change = [
        "breaking change",
        "breaking:",
        "breaking]",
        "[breaking",
        "(breaking",
        "breaking -",
        "breaking –",
        "breaking —",
        "a breaking",
        "is breaking",
        "breaking api",
        "breaking behavio",
    ];
    change.iter().any(|w| rest.contains(w))
        || begins(
            rest.trim_start_matches(|c: char| !c.is_alphanumeric()),
            &["breaking", "drop python", "dropped python", "drop node", "dropped node"],
        )
        || BREAKING.iter().skip(1).any(|w| rest.contains(w) && !future(&rest, w))
}

/// `… will be removed`, `once support for 3.8 has been removed`: announced, not done.
fn future(lower: &str, words: &str) -> bool {
    let before = lower.find(words).and_then(|at| lower.get(..at)).unwrap_or_default();
    let before = before.rsplit(['.', ';']).next().unwrap_or_default();
    [
        "will ",
        "would ",
        "once ",
        "until ",
        "when ",
        "if ",
        "planned",
        "may ",
        "going to",
        "restore",
        "should ",
        "error message",
        "message when",
    ]
    .iter()
    .any(|w| before.contains(w))
}

fn says_security(lower: &str) -> bool {
    let identified = ["cve-20", "cve-19"].iter().any(|w| {
        lower.match_indices(w).any(|(at, _)| {
            let digits = lower.get(at + 4..).unwrap_or_default().as_bytes();
            digits.iter().take(4).all(u8::is_ascii_digit) && digits.get(4) == Some(&b'-')
        })
    });
    let advisory = lower.match_indices("ghsa-").any(|(at, _)| {
        let rest = lower.get(at + 5..).unwrap_or_default().as_bytes();
        rest.len() >= 14 && rest.get(4) == Some(&b'-') && rest.get(9) == Some(&b'-')
    });
    let denied = [
        "no security",
        "not a security",
        "not security",
        "not a vulnerab",
        "without security",
        "no known vulnerab",
        "no vulnerab",
        "security policy",
        "security.md",
    ]
    .iter()
    .any(|w| lower.contains(w));
    let words = [
        "security fix",
        "security issue",
        "security vulnerab",
        "security release",
        "security:",
        "[security]",
        "(security)",
        "vulnerabilit",
        "denial of service",
        "denial-of-service",
        "prototype pollution",
        "redos",
        "cross-site scripting",
        "remote code execution",
        "arbitrary code execution",
        "path traversal",
        "directory traversal",
        "ssrf",
    ];
    identified || advisory || !denied && words.iter().any(|w| lower.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_decides_first() {
        let of = |title: &str, text: &str| kind(text, section(title));
        assert_eq!(of("⚠ BREAKING CHANGES", "the default is now strict"), NoteKind::Breaking);
        assert_eq!(of("Backwards incompatible changes in 5.0", "Misc"), NoteKind::Breaking);
        assert_eq!(of("Removed", "`old()`"), NoteKind::Breaking);
        assert_eq!(of("Security", "Escape names"), NoteKind::Security);
        assert_eq!(of("Deprecations (removed in next major release)", "`x`"), NoteKind::Deprecated);
        assert_eq!(of("Deprecations and Removals", "Remove `x`"), NoteKind::Breaking);
        assert_eq!(of("Deprecations and Removals", "`x` emits a warning"), NoteKind::Deprecated);
        assert_eq!(of("🐛 Bug Fixes", "Add a missing check"), NoteKind::Fix);
        assert_eq!(of("Patch Changes", "Removed a needless copy"), NoteKind::Fix);
        assert_eq!(of("Minor Changes", "a thing"), NoteKind::Feature);
        assert_eq!(of("Performance Improvements", "less work"), NoteKind::Performance);
        assert_eq!(of("Changed", "Add a parameter"), NoteKind::Feature);
        assert_eq!(of("Documentation", "Add a page"), NoteKind::Other);
        assert_eq!(of("Non-breaking changes", "a thing"), NoteKind::Other);
    }

    #[test]
    fn words_decide_only_without_doubt() {
        let of = |text: &str| kind(text, Section::Open);
        assert_eq!(of("feat(core)!: rename run"), NoteKind::Breaking);
        assert_eq!(of("BREAKING: the CDN moved"), NoteKind::Breaking);
        assert_eq!(of("Dropped support for Python 3.7"), NoteKind::Breaking);
        assert_eq!(of("`Request.is_xhr` has been removed"), NoteKind::Breaking);
        for denied in [
            "This is not a breaking change",
            "a non-breaking space is kept",
            "made smaller without introducing any breaking changes",
            "Fix line breaking in tables",
            "The alias will be kept until support for it has been removed",
            "Avoid breaking changes of the API",
        ] {
            assert_ne!(of(denied), NoteKind::Breaking, "{denied}");
        }
        assert_eq!(of("Fixes CVE-2024-12345"), NoteKind::Security);
        assert_eq!(of("see GHSA-68rp-wp8r-4726"), NoteKind::Security);
        assert_ne!(of("This has no security impact; not a vulnerability"), NoteKind::Security);
        assert_eq!(of("`x` is deprecated, use `y`"), NoteKind::Deprecated);
        assert_eq!(of("fix: the thing"), NoteKind::Fix);
        assert_eq!(of("fixes a prototype pollution"), NoteKind::Security);
        assert_eq!(of("not a breaking change, but a real breaking change: x"), NoteKind::Breaking);
    }
}
