//! Writing a requirements file of pins that no tool wrote: versions in place, lines added and removed.
//!
//! Lives elsewhere: locks of tools (`super::super::relock`), files with ranges (`manifest::edit`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::{PackageName, Solution};

use super::LockError;
use crate::python::manifest::{
    self, Bump, Hashes, Lines, ManifestError, ManifestKind, Policy, Source, Stated, edit_with_hashes, logical_lines,
    without_mark,
};

/// `old` with the packages of `solution`: a seed for a tool that compiles the file again.
///
/// Hashes of versions that move are dropped; for a file that stays as it is written here, see [`write_plain_with`].
pub fn write_plain(old: &str, solution: &Solution) -> String {
    write(old, solution, &BTreeSet::new(), None).unwrap_or_else(|_| old.to_owned())
}

/// `old` with the packages of `solution`, byte-exact but for what differs.
///
/// Versions change in place. Lines of packages that are not in `solution` go, unless they are in `keep` or have a
/// marker: those are for other environments. New packages are added where their name sorts. Comments stay.
///
/// # Errors
/// [`LockError::NoHashes`] when the file has hashes and `hashes` lacks those of a version that moves or comes in.
pub fn write_plain_with(
    old: &str,
    solution: &Solution,
    keep: &BTreeSet<PackageName>,
    hashes: &Hashes,
) -> Result<String, LockError> {
    write(old, solution, keep, Some(hashes))
}

/// `hashes` as `None`: hashes of what moves are dropped.
fn write(
    old: &str,
    solution: &Solution,
    keep: &BTreeSet<PackageName>,
    hashes: Option<&Hashes>,
) -> Result<String, LockError> {
    let bare;
    let old = if hashes.is_none() {
        bare = without_stale_hashes(old, solution)?;
        bare.as_str()
    } else {
        old
    };
    let before = manifest::parse(ManifestKind::Requirements, old)?;
    let bump = |(name, to): (&PackageName, &uplift_model::Version)| Bump {
        name: name.clone(),
        to: to.clone(),
        policy: Policy::Admit,
    };
    // Lines that hold ranges are no pins; they are pinned all the same, since the file says what is installed.
    let pinned: BTreeSet<&PackageName> = before
        .stated
        .iter()
        .filter(|s| s.source == Source::Index && !s.specifier.is_empty())
        .map(|s| &s.name)
        .collect();
    let bumps: Vec<Bump> = solution.packages.iter().filter(|(name, _)| pinned.contains(name)).map(bump).collect();
    let none = Hashes::new();
    let edited =
        edit_with_hashes(ManifestKind::Requirements, old, &bumps, hashes.unwrap_or(&none)).or_else(
            |error| match error {
                // A floor above the solution, in a file that should hold pins only: write the pin.
                ManifestError::Refused { .. } => {
                    let exact: Vec<Bump> = bumps.iter().cloned().map(|b| Bump { policy: Policy::Exact, ..b }).collect();
                    edit_with_hashes(ManifestKind::Requirements, old, &exact, hashes.unwrap_or(&none))
                }
                other => Err(other),
            },
        );
    let text = match edited {
        Ok(edited) => edited.text,
        Err(ManifestError::NoHashes { line, name, to }) => return Err(LockError::NoHashes { line, name, to }),
        Err(other) => return Err(other.into()),
    };
    let text = without_gone(&text, solution, keep)?;
    let ending = if old.contains("\r\n") { "\r\n" } else { "\n" };
    with_new(&text, solution, hashes.filter(|_| before.has_hashes), ending)
}

/// Takes the hashes off every line whose version moves.
fn without_stale_hashes(text: &str, solution: &Solution) -> Result<String, LockError> {
    let manifest = manifest::parse(ManifestKind::Requirements, text)?;
    let mut cuts = Vec::new();
    for stated in &manifest.stated {
        let moves =
            solution.version(&stated.name).is_some_and(|to| manifest::pinned(&stated.pep440).as_ref() != Some(to));
        if let (Some(first), Some(last), true) = (stated.hashes.first(), stated.hashes.last(), moves) {
            let (start, end) = (first.span().start, last.span().end);
            let head = text.get(..start).unwrap_or_default();
            let gap = head.trim_end_matches(|c: char| c.is_whitespace() || c == '\\').len();
            cuts.push((gap..end, String::new()));
        }
    }
    Ok(spliced(text, cuts))
}

/// Removes the lines of packages that are gone.
fn without_gone(text: &str, solution: &Solution, keep: &BTreeSet<PackageName>) -> Result<String, LockError> {
    let lines = Lines::of(text);
    let manifest = manifest::parse(ManifestKind::Requirements, text)?;
    let gone = |s: &&Stated| {
        let there = solution.packages.contains_key(&s.name) || solution.urls.contains_key(&s.name);
        let local = matches!(s.source, Source::Path(_)) || s.editable;
        !there && s.marker.is_none() && !local && !keep.contains(&s.name)
    };
    let gone: BTreeSet<u32> = manifest.stated.iter().filter(gone).map(|s| s.line).collect();
    let mut cuts = Vec::new();
    let mut dropping = false;
    for line in logical_lines(text) {
        if line.content.is_empty() {
            // The annotation goes with its package; other comments stay.
            let indented = text.get(line.span.clone()).is_some_and(|t| t.starts_with([' ', '\t']));
            dropping &= indented && line.comment.is_some();
        } else {
            dropping = gone.contains(&lines.number(line.content.span().start));
        }
        if dropping {
            cuts.push((line.span.start..line.next, String::new()));
        }
    }
    Ok(spliced(text, cuts))
}

/// Adds what the file does not have yet, with `hashes` where the file has any.
fn with_new(text: &str, solution: &Solution, hashes: Option<&Hashes>, ending: &str) -> Result<String, LockError> {
    let manifest = manifest::parse(ManifestKind::Requirements, text)?;
    let there: BTreeSet<&PackageName> = manifest.stated.iter().map(|s| &s.name).collect();
    let mut new: BTreeMap<&PackageName, String> = BTreeMap::new();
    for (name, version) in solution.packages.iter().filter(|(name, _)| !there.contains(name)) {
        let mut line = format!("{name}=={version}");
        if let Some(hashes) = hashes {
            let own = hashes.get(&(name.clone(), version.clone())).filter(|h| !h.is_empty());
            let own = own.ok_or_else(|| LockError::NoHashes { line: 1, name: name.clone(), to: version.clone() })?;
            for hash in own {
                line.push_str(&format!(" \\{ending}    --hash={hash}"));
            }
        }
        new.insert(name, line);
    }
    for (name, url) in solution.urls.iter().filter(|(name, _)| !there.contains(name)) {
        new.insert(name, format!("{name} @ {url}"));
    }
    if new.is_empty() {
        return Ok(text.to_owned());
    }
    // Each package's place: from its line to where the next logical line starts, annotations included.
    let lines = Lines::of(text);
    let mut places: Vec<(&PackageName, usize, usize)> = Vec::new();
    for line in logical_lines(text) {
        if line.content.is_empty() {
            let indented = text.get(line.span.clone()).is_some_and(|t| t.starts_with([' ', '\t']));
            if let (Some(last), true) = (places.last_mut(), indented && line.comment.is_some())
                && last.2 == line.span.start
            {
                last.2 = line.next;
            }
        } else if let Some(stated) = manifest.stated.iter().find(|s| s.line == lines.number(line.content.span().start))
        {
            places.push((&stated.name, line.span.start, line.next));
        }
    }
    let sorted = places.windows(2).all(|pair| matches!(pair, [a, b] if a.0 <= b.0));
    let mut inserts = Vec::new();
    for (name, line) in new {
        let before = places.iter().rev().find(|(other, ..)| !sorted || *other < name);
        let at = match (before, places.first()) {
            (Some((_, _, end)), _) => *end,
            (None, Some((_, start, _))) => *start,
            (None, None) => text.len(),
        };
        let open = at == text.len() && at > without_mark(text).0 && !text.ends_with('\n');
        // A file without a line break at its end stays so.
        let whole = if open { format!("{ending}{line}") } else { format!("{line}{ending}") };
        inserts.push((at..at, whole));
    }
    Ok(spliced(text, inserts))
}

/// `text` with the splices made, in order of their places; those at one place in the order given.
fn spliced(text: &str, mut splices: Vec<(std::ops::Range<usize>, String)>) -> String {
    splices.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (range, new) in splices {
        out.push_str(text.get(at..range.start.max(at)).unwrap_or_default());
        out.push_str(&new);
        at = range.end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn solution(pins: &[(&str, &str)]) -> Solution {
        let pin = |(name, version): &(&str, &str)| (name.parse().unwrap(), version.parse().unwrap());
        Solution { packages: pins.iter().map(pin).collect(), urls: BTreeMap::new() }
    }

    fn written(old: &str, pins: &[(&str, &str)]) -> String {
        write_plain_with(old, &solution(pins), &BTreeSet::new(), &Hashes::new()).unwrap()
    }

    #[test]
    fn versions_change_lines_go_and_come() {
        let old = "# pins\r\nBabel==2.9  # keep\r\nold==1\r\n# about zope\r\nzope.event[x]==4.0 ; os_name == 'nt'\r\n";
        let new = written(old, &[("babel", "2.12"), ("click", "8.1"), ("zope-event", "5.0"), ("zzz", "1")]);
        assert_eq!(
            new,
            "# pins\r\nBabel==2.12  # keep\r\nclick==8.1\r\n# about zope\r\nzope.event[x]==5.0 ; os_name == 'nt'\r\nzzz==1\r\n"
        );
        assert_eq!(written(&new, &[("babel", "2.12"), ("click", "8.1"), ("zope-event", "5.0"), ("zzz", "1")]), new);
    }

    #[test]
    fn a_missing_line_break_at_the_end_stays_missing() {
        assert_eq!(written("b==1", &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]), "a==1\nb==2\nc==3\nd==4");
        assert_eq!(written("a==1\nb==1", &[("a", "1")]), "a==1\n");
        assert_eq!(written("", &[("a", "1")]), "a==1\n");
    }

    #[test]
    fn lines_for_other_environments_and_kept_names_stay() {
        let old = "a==1\ncolorama==0.4 ; sys_platform == 'win32'\nroot==1\n-e .\n";
        let keep = BTreeSet::from(["root".parse().unwrap()]);
        let new = write_plain_with(old, &solution(&[("a", "2")]), &keep, &Hashes::new()).unwrap();
        assert_eq!(new, "a==2\ncolorama==0.4 ; sys_platform == 'win32'\nroot==1\n-e .\n");
    }

    #[test]
    fn an_unsorted_file_gets_new_packages_behind_its_last() {
        assert_eq!(
            written("b==1\na==1\n# end\n", &[("a", "1"), ("aa", "1"), ("b", "1")]),
            "b==1\na==1\naa==1\n# end\n"
        );
    }

    #[test]
    fn hashes_are_asked_for_or_dropped() {
        let old =
            "a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n    # via b\nb==1 \\\n    --hash=sha256:02\n";
        let to = solution(&[("a", "2"), ("b", "1")]);
        assert_eq!(write_plain(old, &to), "a==2\n    # via b\nb==1 \\\n    --hash=sha256:02\n");
        let error = write_plain_with(old, &to, &BTreeSet::new(), &Hashes::new()).unwrap_err();
        assert!(matches!(error, LockError::NoHashes { line: 1, .. }));
        let known = Hashes::from([(
            ("a".parse().unwrap(), "2".parse().unwrap()),
            vec!["sha256:09".to_owned(), "sha256:08".to_owned()],
        )]);
        let new = write_plain_with(old, &to, &BTreeSet::new(), &known).unwrap();
        assert_eq!(new, old.replace("a==1", "a==2").replace(":00", ":09").replace(":01", ":08"));
    }
}
