//! The changes within a package's long description: the end of a README, of METADATA, of PKG-INFO.
//!
//! Lives here: taking the description out of the metadata, and blanking everything but the changes, so that lines keep
//! their numbers. Source: core metadata, PEP 566 (body) and PEP 314 (folded header).

use super::Wanted;
use super::heading::{Form, headings};

/// Titles under which a description tells its changes.
const TITLES: [&str; 14] = [
    "changes",
    "changelog",
    "change log",
    "changelogs",
    "release notes",
    "release history",
    "releases",
    "history",
    "news",
    "what's new",
    "version history",
    "changes history",
    "recent changes",
    "change history",
];

/// The long description, with everything before it as blank lines; `None` when the metadata have none.
pub(crate) fn of_metadata(metadata: &str) -> Option<String> {
    let mut out = String::with_capacity(metadata.len());
    let mut lines = metadata.lines();
    let mut folded = false;
    let mut found = false;
    for line in lines.by_ref() {
        if line.trim().is_empty() && !folded {
            break;
        }
        if let Some(rest) = line.strip_prefix("Description:") {
            (folded, found) = (true, true);
            out.push_str(rest.trim_start());
        } else if folded && (line.starts_with([' ', '\t']) || line.trim().is_empty()) {
            out.push_str(
                line.strip_prefix("        ").or_else(|| line.strip_prefix("       |")).unwrap_or(line.trim_start()),
            );
        } else {
            folded = false;
        }
        out.push('\n');
    }
    out.push('\n');
    for line in lines {
        found |= !line.trim().is_empty();
        out.push_str(line);
        out.push('\n');
    }
    found.then_some(out)
}

/// Which markup the description is in.
pub(crate) fn form(metadata: &str) -> Form {
    let stated = metadata.lines().take_while(|l| !l.trim().is_empty()).find_map(|l| {
        l.to_ascii_lowercase().strip_prefix("description-content-type:").map(|rest| rest.trim().to_owned())
    });
    match stated.as_deref() {
        Some(kind) if kind.starts_with("text/markdown") => Form::Markdown,
        Some(kind) if kind.starts_with("text/x-rst") => Form::Rest,
        _ => Form::Unknown,
    }
}

/// The text with everything blanked that is not told under a title of changes; `None` when no such title is there.
pub(crate) fn changes(text: &str, form: Form, wanted: &Wanted<'_>) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let found = headings(&lines, form, wanted);
    let titled = |text: &str| {
        let bare: String = text
            .to_lowercase()
            .replace('’', "'")
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '\''))
            .collect();
        TITLES.contains(&bare.trim())
    };
    let mut keep = vec![false; lines.len()];
    let mut any = false;
    for (at, heading) in found.iter().enumerate().filter(|(_, h)| h.release.is_none() && titled(&h.text)) {
        let end = found.iter().skip(at + 1).find(|h| {
            h.release.is_none() && h.level <= heading.level && super::kind::section(&h.text) == super::Section::Open
        });
        let end = end.map_or(lines.len(), |h| h.line);
        for kept in keep.iter_mut().take(end).skip(heading.body) {
            *kept = true;
        }
        any = true;
    }
    let shown = |(line, kept): (&&str, &bool)| if *kept { format!("{line}\n") } else { "\n".to_owned() };
    any.then(|| lines.iter().zip(&keep).map(shown).collect())
}
