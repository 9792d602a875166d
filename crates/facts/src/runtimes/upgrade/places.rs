//! What each statement of a runtime becomes: by kind of place, with what is left to a person and why.

use uplift_model::plan::Edit;

use super::lists::{self, Item, Wish};
use super::ranges;
use super::sheet::Sheet;
use super::tags;
use super::version::Line;
use crate::runtimes::statement::{Runtime, Stated, kind};
use crate::runtimes::versions;

const CLASSIFIER: &str = "Programming Language :: Python :: ";

/// From one line to another.
pub(super) struct Move<'m> {
    /// The line that is left.
    pub(super) from: &'m str,
    pub(super) to: Line,
    /// The lowest line that is promised afterwards.
    pub(super) floor: Line,
    /// Lines that nothing should run any more.
    pub(super) ended: &'m dyn Fn(&str) -> bool,
}

/// Edits by file and line, and places that are left, each with the reason.
pub(super) fn edits(
    moving: &Move<'_>,
    stated: &[&Stated],
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> (Vec<Edit>, Vec<String>) {
    let (mut edits, mut left) = (Vec::new(), Vec::new());
    let mut files: Vec<&str> = stated.iter().map(|s| s.statement.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let Some(text) = read(file).and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
        let mut sheet = Sheet::of(file, &text);
        let mut seen: Vec<&[(u32, String)]> = Vec::new();
        for one in stated.iter().filter(|s| s.statement.file == file) {
            // Two jobs may take their version from one place.
            if seen.contains(&one.sites.as_slice()) && one.is(kind::CI) {
                continue;
            }
            seen.push(&one.sites);
            if let Err(why) = moving.place(one, &mut sheet) {
                left.push(format!("{}: {why}", one.told()));
            }
        }
        edits.extend(sheet.edits());
    }
    (edits, left)
}

impl Move<'_> {
    fn goes(&self, line: &str) -> bool {
        line == self.from || (self.ended)(line)
    }

    fn place(&self, stated: &Stated, sheet: &mut Sheet<'_>) -> Result<(), String> {
        match stated.statement.kind.as_str() {
            kind::REQUIRES | kind::ENGINES => self.range(stated, sheet),
            kind::CLASSIFIERS => self.classifiers(sheet),
            kind::LOCK => Ok(()),
            kind::TOOL if stated.lead == "envlist" => self.environments(stated, sheet),
            _ if !stated.statement.exact => Ok(()),
            _ if is_image(stated) => self.image(stated, sheet),
            _ => self.versions(stated, sheet),
        }
    }

    /// Versions as they are written: version files, CI, matrices, sessions of nox.
    fn versions(&self, stated: &Stated, sheet: &mut Sheet<'_>) -> Result<(), String> {
        let mut items: Vec<Item> = Vec::new();
        for (line, text) in &stated.sites {
            let Some(named) = versions::named(stated.runtime, text) else { continue };
            let from = items.iter().filter(|i| i.line == *line).map(|i| i.outer.end).max().unwrap_or_default();
            let Some((outer, inner)) = sheet.line(*line).and_then(|whole| lists::found(whole, text, from)) else {
                let whole = stated.statement.lines.iter().any(|line| self.goes(line));
                return if whole { Err("the place where it is written was not found".to_owned()) } else { Ok(()) };
            };
            items.push(Item { line: *line, outer, inner, names: named.line });
        }
        if items.iter().any(|item| sheet.is_changed(item.line)) {
            return Ok(());
        }
        if stated.statement.file.ends_with(".python-version") && sheet.any_changed() {
            // The preferred version of several, one a line, was renewed already.
            if let Some(item) = items.first().filter(|item| self.goes(&item.names)) {
                sheet.set(item.line, Vec::new());
            }
            return Ok(());
        }
        let written = |old: &str| self.to.loosely(old);
        // `python: 3.9` is one version and no list, also where it is included in a matrix.
        let value = |item: &Item| {
            let before = sheet.line(item.line).and_then(|line| line.get(..item.outer.start)).unwrap_or_default();
            before.trim_end().ends_with([':', '=']) && !before.trim_end().ends_with("::")
        };
        let (single, several): (Vec<Item>, Vec<Item>) = items.into_iter().partition(value);
        // One version is what runs; of several, those that are still supported stay.
        let alone = several.len() == 1;
        let goes = |line: &str| (self.ended)(line) || alone && line == self.from;
        if !several.is_empty() && (!alone || several.iter().any(|item| goes(&item.names))) {
            lists::change(sheet, &several, &Wish { to: self.to.text(), goes: &goes, written: &written })?;
        }
        let goes = |line: &str| self.goes(line);
        for item in single.into_iter().filter(|item| goes(&item.names)) {
            lists::change(sheet, &[item], &Wish { to: self.to.text(), goes: &goes, written: &written })?;
        }
        Ok(())
    }

    fn image(&self, stated: &Stated, sheet: &mut Sheet<'_>) -> Result<(), String> {
        if !stated.statement.lines.iter().any(|line| self.goes(line)) {
            return Ok(());
        }
        let (line, written) = (stated.statement.line, stated.statement.written.as_str());
        let whole = sheet.line(line).unwrap_or_default();
        if stated.lead == "runtime:" || stated.lead == "RUN" {
            let new = tags::hosted(written, &self.to).ok_or("it is written in a form of its own")?;
            return replaced(sheet, line, written, &new);
        }
        if whole.contains(written) {
            return replaced(sheet, line, written, &tags::image(written, &self.to)?);
        }
        // The tag comes from the default of an `ARG`.
        let defaults: Vec<(u32, String)> = sheet
            .lines()
            .filter(|(at, text)| *at < line && text.trim_start().to_ascii_uppercase().starts_with("ARG "))
            .filter_map(|(at, text)| Some((at, text.split_once('=')?.1.trim().trim_matches(['"', '\'']).to_owned())))
            .filter(|(_, value)| !value.is_empty() && written.contains(value.as_str()))
            .collect();
        let [(at, value)] = defaults.as_slice() else { return Err("its tag is put together elsewhere".to_owned()) };
        let new = if value.contains(':') { tags::image(value, &self.to)? } else { tags::tag(value, &self.to)? };
        // What is appended to the default has to fit as well.
        tags::image(written, &self.to)?;
        replaced(sheet, *at, value, &new)
    }

    fn range(&self, stated: &Stated, sheet: &mut Sheet<'_>) -> Result<(), String> {
        let written = stated.statement.written.trim();
        let new = ranges::renewed(written, &self.floor, &self.to)?;
        if new == written {
            return Ok(());
        }
        let line = stated.statement.line;
        match sheet.line(line) {
            Some(whole) if whole.matches(written).count() == 1 => replaced(sheet, line, written, &new),
            _ => Err("it is not written in one piece".to_owned()),
        }
    }

    fn classifiers(&self, sheet: &mut Sheet<'_>) -> Result<(), String> {
        let mut items = Vec::new();
        for (line, text) in sheet.lines() {
            for (at, lead) in text.match_indices(CLASSIFIER) {
                let start = at + lead.len();
                let rest = text.get(start..).unwrap_or_default();
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                let version = rest.get(..end).unwrap_or_default();
                let Some(names) = versions::line(Runtime::Python, version).filter(|l| l == version && l.contains('.'))
                else {
                    continue;
                };
                items.push(Item {
                    line,
                    outer: lists::quoted(text, &(at..start + end)),
                    inner: start..start + end,
                    names,
                });
            }
        }
        let written = |_: &str| Some(self.to.text().to_owned());
        // What is below the new floor is no longer promised.
        let floor = versions::Line::read(self.floor.text());
        let goes = |line: &str| (self.ended)(line) || versions::Line::read(line) < floor;
        lists::change(sheet, &items, &Wish { to: self.to.text(), goes: &goes, written: &written })
    }

    /// `py38,py39`, `py{38,39}`; environments with factors are left.
    fn environments(&self, stated: &Stated, sheet: &mut Sheet<'_>) -> Result<(), String> {
        let mut items: Vec<Item> = Vec::new();
        let first = stated.statement.line;
        for (line, text) in sheet.lines().filter(|(line, _)| *line >= first) {
            let continues = text.starts_with([' ', '\t', ']', '"', '\'']) && !text.contains('=');
            if line > first && !continues {
                break;
            }
            let text = text.split('#').next().unwrap_or_default();
            for (at, _) in text.match_indices("py") {
                if text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric)) {
                    continue;
                }
                let rest = text.get(at + 2..).unwrap_or_default();
                let (whole, braces) = match rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
                    Some((inner, behind)) => {
                        if behind.starts_with('-') {
                            return Err("environments with factors are written by hand".to_owned());
                        }
                        (inner, true)
                    }
                    None => (rest, false),
                };
                let mut from = at + 2 + usize::from(braces);
                for factor in if braces { whole.split(',').collect::<Vec<_>>() } else { vec![whole] } {
                    let end = factor.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(factor.len());
                    let digits = factor.get(..end).unwrap_or_default();
                    let behind = factor.get(end..).unwrap_or_default();
                    if behind.starts_with('-') {
                        return Err("environments with factors are written by hand".to_owned());
                    }
                    if let Some(names) = versions::undotted(digits).filter(|l| l.contains('.')) {
                        let inner = from..from + digits.len();
                        let outer = if braces { inner.clone() } else { lists::quoted(text, &(at..inner.end)) };
                        items.push(Item { line, outer, inner, names });
                    }
                    from += factor.len() + 1;
                }
            }
        }
        if items.is_empty() {
            return Ok(());
        }
        let single = items.len() == 1;
        let goes = |line: &str| (self.ended)(line) || single && line == self.from;
        let written = |old: &str| {
            if old.contains('.') { Some(self.to.text().to_owned()) } else { self.to.undotted(old) }
        };
        lists::change(sheet, &items, &Wish { to: self.to.text(), goes: &goes, written: &written })
    }
}

/// The version stands in the name of an image, or of a hosted runtime.
fn is_image(stated: &Stated) -> bool {
    matches!(stated.lead, "FROM" | "image:" | "container:" | "runtime:" | "RUN")
}

fn replaced(sheet: &mut Sheet<'_>, line: u32, old: &str, new: &str) -> Result<(), String> {
    let whole = sheet.line(line).filter(|whole| whole.contains(old)).ok_or("the place was not found")?;
    if !sheet.is_changed(line) {
        sheet.set(line, vec![whole.replacen(old, new, 1)]);
    }
    Ok(())
}
