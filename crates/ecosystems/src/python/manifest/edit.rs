//! Changing versions in a manifest: every byte but those of the versions stays.
//!
//! Lives here: which bytes change and what is told about it. Lives elsewhere: what a specifier becomes (`raise`).

use std::collections::BTreeMap;
use std::ops::Range;

use uplift_model::{PackageName, Version};

use super::raise::{self, Policy};
use super::{Fragment, Lines, ManifestError, ManifestKind, Source, Stated, Syntax, parse};

/// A package and the version that the manifest shall admit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bump {
    pub name: PackageName,
    pub to: Version,
    pub policy: Policy,
}

/// Hashes of a release, `sha256:…`, for requirements that state them.
pub type Hashes = BTreeMap<(PackageName, Version), Vec<String>>;

/// A changed manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    pub text: String,
    /// What changed, from top to bottom.
    pub lines: Vec<EditedLine>,
    /// Statements of bumped packages that name no version to change (URL, path).
    pub left: Vec<Left>,
}

/// A changed line without its line ending; several lines at once where hashes change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedLine {
    /// 1-based, in the old text.
    pub line: u32,
    pub old: String,
    pub new: String,
}

/// A statement that no edit can move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub line: u32,
    pub name: PackageName,
    pub source: Source,
}

/// Bytes of the file and what takes their place.
type Splice = (Range<usize>, String);

/// Makes every statement of the bumped packages admit their new version, see [`Policy`].
///
/// # Errors
/// [`ManifestError::Refused`] with the line when a floor or exclusion stands against it, and those of [`parse`].
pub fn edit(kind: ManifestKind, text: &str, bumps: &[Bump]) -> Result<Edited, ManifestError> {
    edit_with_hashes(kind, text, bumps, &Hashes::new())
}

/// Like [`edit`]; requirements with `--hash` get the new version's hashes in the layout of the old ones.
///
/// # Errors
/// Those of [`edit`], and [`ManifestError::NoHashes`] when `hashes` has none for a requirement that needs them.
pub fn edit_with_hashes(
    kind: ManifestKind,
    text: &str,
    bumps: &[Bump],
    hashes: &Hashes,
) -> Result<Edited, ManifestError> {
    let mut wanted: BTreeMap<&PackageName, &Bump> = BTreeMap::new();
    for bump in bumps {
        if let Some(other) = wanted.insert(&bump.name, bump).filter(|other| other.to != bump.to) {
            let (name, one, other) = (bump.name.clone(), other.to.clone(), bump.to.clone());
            return Err(ManifestError::TwoVersions { name, one, other });
        }
    }
    let manifest = parse(kind, text)?;
    let mut splices = Vec::new();
    let mut left = Vec::new();
    for stated in &manifest.stated {
        let Some(bump) = wanted.get(&stated.name) else { continue };
        let unversioned = stated.specifier.is_empty();
        // A table without `version` has no place for one.
        if unversioned && (stated.syntax != Syntax::Pep440 || matches!(stated.source, Source::Url(_) | Source::Path(_)))
        {
            left.push(Left { line: stated.line, name: stated.name.clone(), source: stated.source.clone() });
            continue;
        }
        splices.extend(moved(text, stated, bump, hashes)?);
    }
    // A list that two groups share is stated twice but written once.
    splices.sort_by(|a, b| (a.0.start, a.0.end, &a.1).cmp(&(b.0.start, b.0.end, &b.1)));
    splices.dedup();
    Ok(Edited { lines: told(text, &splices), text: raise::replaced(text, &splices), left })
}

/// The splices for one statement.
fn moved(text: &str, stated: &Stated, bump: &Bump, hashes: &Hashes) -> Result<Vec<Splice>, ManifestError> {
    let (line, name, to) = (stated.line, stated.name.clone(), bump.to.clone());
    let replacements = raise::raised(&stated.specifier, stated.syntax, &bump.to, bump.policy)
        .map_err(|refusal| ManifestError::Refused { line, name: name.clone(), to: to.clone(), refusal })?;
    let mut splices = Vec::new();
    for (range, new) in replacements {
        let place = stated.fragment.exact(text, range);
        splices.push((place.ok_or_else(|| ManifestError::Escaped { line, name: name.clone() })?, new));
    }
    if let (Some(first), Some(last), false) = (stated.hashes.first(), stated.hashes.last(), splices.is_empty()) {
        let new = hashes.get(&(name.clone(), to.clone())).filter(|h| !h.is_empty());
        let new = new.ok_or(ManifestError::NoHashes { line, name, to })?;
        let place = first.span().start..last.span().end;
        splices.push((place, hashed(text, stated, new, first)));
    }
    Ok(splices)
}

/// `new` as options, parted the way the old ones are.
fn hashed(text: &str, stated: &Stated, new: &[String], first: &Fragment) -> String {
    let option = if first.text().starts_with("--hash=") { "--hash=" } else { "--hash " };
    let start = first.span().start;
    let between = match stated.hashes.get(1) {
        Some(second) => text.get(first.span().end..second.span().start),
        // One hash: what parts it from the requirement, with its line break if there is one.
        None => text.get(..start).map(|head| {
            let gap = head.trim_end_matches(|c: char| c.is_whitespace() || c == '\\').len();
            head.get(gap..).unwrap_or(" ")
        }),
    };
    let options: Vec<String> = new.iter().map(|hash| format!("{option}{hash}")).collect();
    options.join(between.filter(|b| !b.is_empty()).unwrap_or(" "))
}

/// The lines that `splices` change, as they were and as they become.
fn told(text: &str, splices: &[Splice]) -> Vec<EditedLine> {
    let lines = Lines::of(text);
    let end_of = |at: usize| text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |i| at + i);
    let mut groups: Vec<(Range<usize>, Vec<Splice>)> = Vec::new();
    for (range, new) in splices {
        let whole = lines.start(range.start)..end_of(range.end);
        match groups.last_mut() {
            Some((last, members)) if whole.start < last.end || whole.start == last.start => {
                last.end = last.end.max(whole.end);
                members.push((range.clone(), new.clone()));
            }
            _ => groups.push((whole, vec![(range.clone(), new.clone())])),
        }
    }
    let told = groups.into_iter().map(|(whole, members)| {
        let old = text.get(whole.clone()).unwrap_or_default();
        let within = |range: &Range<usize>| range.start - whole.start..range.end - whole.start;
        let inner: Vec<Splice> = members.iter().map(|(range, new)| (within(range), new.clone())).collect();
        let clean = |s: &str| s.strip_suffix('\r').unwrap_or(s).trim_start_matches('\u{feff}').to_owned();
        EditedLine { line: lines.number(whole.start), old: clean(old), new: clean(&raise::replaced(old, &inner)) }
    });
    told.collect()
}
