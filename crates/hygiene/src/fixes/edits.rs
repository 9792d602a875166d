//! Edits by line of several files at once: what is not touched stays as it is, line ends included.

use std::collections::BTreeMap;

use super::Change;
use crate::repository::Repository;

/// Files under change; line numbers are those of the file before.
pub(super) struct Edits<'r> {
    repository: &'r Repository<'r>,
    files: BTreeMap<String, Vec<Option<String>>>,
}

impl<'r> Edits<'r> {
    pub(super) fn of(repository: &'r Repository<'r>) -> Self {
        Self { repository, files: BTreeMap::new() }
    }

    fn lines(&mut self, path: &str) -> Option<&mut Vec<Option<String>>> {
        if !self.files.contains_key(path) {
            let text = self.repository.text(path)?;
            self.files.insert(path.to_owned(), text.split('\n').map(|l| Some(l.to_owned())).collect());
        }
        self.files.get_mut(path)
    }

    /// The line as it is now; `None`: there is none, or it was taken out.
    pub(super) fn line(&mut self, path: &str, number: u32) -> Option<String> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.lines(path)?.get(at)?.clone()
    }

    /// Puts `text` in place of a line; it may hold several. False when there is no such line.
    pub(super) fn set(&mut self, path: &str, number: u32, text: Option<String>) -> bool {
        let Some(at) = usize::try_from(number).ok().and_then(|n| n.checked_sub(1)) else { return false };
        match self.lines(path).and_then(|lines| lines.get_mut(at)) {
            Some(line) if *line != text => {
                *line = text;
                true
            }
            _ => false,
        }
    }

    /// Puts lines behind the end of a file.
    pub(super) fn append(&mut self, path: &str, text: &str) {
        if let Some(lines) = self.lines(path) {
            while lines.last().is_some_and(|l| l.as_ref().is_none_or(|l| l.trim().is_empty())) {
                lines.pop();
            }
            lines.push(Some(String::new()));
            lines.extend(text.split('\n').map(|l| Some(l.to_owned())));
        }
    }

    /// Files that came out different, by path.
    pub(super) fn changes(self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (path, lines) in self.files {
            let kept: Vec<String> = lines.into_iter().flatten().collect();
            let text = kept.join("\n");
            if self.repository.text(&path).as_deref() != Some(text.as_str()) {
                changes.push(Change { path, text });
            }
        }
        changes
    }
}
