//! Tags of container images, and names of runtimes of hosting services: the same form with another line.
//!
//! Source: the lists of official images for Python and Node (`library/python`, `library/node`), for which distributions a
//! line was built.

use super::version::Line;

/// Distributions that tags name, and the last line of Python and of Node that was built on each.
const SUITES: [(&str, (u32, u32), u32); 6] = [
    ("jessie", (3, 8), 12),
    ("stretch", (3, 10), 16),
    ("buster", (3, 11), 20),
    ("bullseye", (3, 13), 24),
    ("bookworm", (3, u32::MAX), u32::MAX),
    ("trixie", (3, u32::MAX), u32::MAX),
];

/// The image as written, on the new line; the words are why it is left to a person.
pub(super) fn image(written: &str, to: &Line) -> Result<String, String> {
    if written.contains('@') {
        return Err("it is pinned by its digest".to_owned());
    }
    let at = written.rfind('/').map_or(0, |at| at + 1);
    let (path, last) = written.split_at(at);
    let Some((name, tag)) = last.split_once(':') else {
        return Err("its name holds the version".to_owned());
    };
    if name.contains(|c: char| c.is_ascii_digit()) {
        return Err("its name holds the version".to_owned());
    }
    Ok(format!("{path}{name}:{}", self::tag(tag, to)?))
}

/// `3.9-slim-bullseye`, `18-alpine`, `hydrogen-slim`, `python3.11-bookworm` on the new line.
pub(super) fn tag(tag: &str, to: &Line) -> Result<String, String> {
    let (lead, bare) = match tag.strip_prefix(to.runtime.name()) {
        Some(rest) => (to.runtime.name(), rest),
        None => ("", tag),
    };
    let end = bare.find('-').unwrap_or(bare.len());
    let (version, rest) = bare.split_at(end);
    let new = match to.same_form(version) {
        Some(new) => new,
        None if version.split('.').count() > to.text().split('.').count() => {
            return Err(format!("`{tag}` names a patch release: choose one of {to}"));
        }
        None => return Err(format!("`{tag}` has a form of its own")),
    };
    for word in rest.split('-') {
        let fits = match SUITES.iter().find(|(suite, ..)| *suite == word) {
            Some((_, python, node)) => to.is_at_most(*python, *node),
            None => !word.starts_with("alpine") || word == "alpine",
        };
        if !fits {
            return Err(format!("whether there is an image of {to} on {word} is not known: choose another base"));
        }
    }
    Ok(format!("{lead}{new}{rest}"))
}

/// `python39`, `python3.9`, `nodejs18.x`, `setup_18.x`.
pub(super) fn hosted(written: &str, to: &Line) -> Option<String> {
    let at = written.find(|c: char| c.is_ascii_digit())?;
    let (lead, version) = written.split_at(at);
    Some(format!("{lead}{}", to.same_form(version).or_else(|| to.undotted(version))?))
}
