//! A file's lines while they are edited, and the edits as they are told: line, old text, new text.
//!
//! Line ends stay as they are; a line that is added gets the end of the one above it.

use std::collections::BTreeMap;

use uplift_model::plan::Edit;

/// One file being edited.
pub(super) struct Sheet<'t> {
    file: &'t str,
    lines: Vec<&'t str>,
    /// By index: what stands in place of a line; none: it is taken out.
    changed: BTreeMap<usize, Vec<String>>,
}

impl<'t> Sheet<'t> {
    pub(super) fn of(file: &'t str, text: &'t str) -> Self {
        Self { file, lines: text.lines().collect(), changed: BTreeMap::new() }
    }

    /// The line as it was; `line` is 1-based.
    pub(super) fn line(&self, line: u32) -> Option<&'t str> {
        self.lines.get(index(line)?).copied()
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = (u32, &'t str)> + '_ {
        (1_u32..).zip(self.lines.iter().copied())
    }

    pub(super) fn is_changed(&self, line: u32) -> bool {
        index(line).is_some_and(|at| self.changed.contains_key(&at))
    }

    pub(super) fn any_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Puts `new` in place of a line; nothing takes it out.
    pub(super) fn set(&mut self, line: u32, new: Vec<String>) {
        let Some(at) = index(line) else { return };
        if self.lines.get(at).is_some_and(|old| new.len() != 1 || new.first().is_some_and(|n| n != old)) {
            self.changed.insert(at, new);
        }
    }

    /// In the order of the lines.
    pub(super) fn edits(self) -> Vec<Edit> {
        let edit = |(at, new): (&usize, &Vec<String>)| {
            Some(Edit {
                file: self.file.to_owned(),
                line: u32::try_from(*at).ok()?.saturating_add(1),
                old: (*self.lines.get(*at)?).to_owned(),
                new: new.join("\n"),
            })
        };
        self.changed.iter().filter_map(edit).collect()
    }
}

fn index(line: u32) -> Option<usize> {
    usize::try_from(line).ok()?.checked_sub(1)
}

/// The text with the edits of its file made; `None`: a line is not as an edit found it. An edit without new text takes
/// the line out.
pub fn applied(text: &str, edits: &[&Edit]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut made = 0;
    for (number, whole) in (1_u32..).zip(text.split_inclusive('\n')) {
        let Some(edit) = edits.iter().find(|edit| edit.line == number) else {
            out.push_str(whole);
            continue;
        };
        let bare = whole.strip_suffix('\n').map_or(whole, |bare| bare.strip_suffix('\r').unwrap_or(bare));
        if bare != edit.old {
            return None;
        }
        made += 1;
        let end = whole.get(bare.len()..).unwrap_or_default();
        if edit.new.is_empty() {
            continue;
        }
        let between = if end.is_empty() { "\n" } else { end };
        out.push_str(&edit.new.split('\n').collect::<Vec<_>>().join(between));
        out.push_str(end);
    }
    (made == edits.len()).then_some(out)
}
