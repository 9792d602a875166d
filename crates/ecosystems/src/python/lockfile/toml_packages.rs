//! What the TOML locks share: `[[package]]` tables and their strings.

use toml_edit::{Item, TableLike, Value};
use uplift_model::{PackageName, Version};

use super::{Lock, LockError, Locked};
use crate::python::manifest::{Lines, Problem, Toml};

/// A TOML lock and its line numbers.
pub(super) struct Reader<'a> {
    pub(super) toml: Toml<'a>,
    lines: Lines,
}

impl<'a> Reader<'a> {
    /// # Errors
    /// [`LockError::Syntax`] with the line.
    pub(super) fn new(text: &'a str) -> Result<Self, LockError> {
        Ok(Self { toml: Toml::parse(text)?, lines: Lines::of(text) })
    }

    /// Whether the file is a lock of its tool at all: any TOML would do as one without packages.
    ///
    /// # Errors
    /// [`LockError::Syntax`] when none of `marks` (a table's path and a key in it) is there, or when `key`, where the
    /// packages stand, holds something else.
    pub(super) fn expect(&self, tool: &str, key: &str, marks: &[(&[&str], &str)]) -> Result<(), LockError> {
        let packages = self.toml.root().get(key);
        if let Some(item) = packages.filter(|item| !item.is_array_of_tables() && !item.is_array()) {
            let line = self.lines.number(self.toml.span(item).start);
            return Err(LockError::Syntax { line, message: format!("`{key}` is no list of packages") });
        }
        let marked = marks.iter().any(|(path, key)| self.toml.table(path).is_some_and(|table| table.contains_key(key)));
        if packages.is_some() || marked {
            return Ok(());
        }
        let wanted: Vec<String> = marks.iter().map(|(path, key)| [*path, &[*key]].concat().join(".")).collect();
        let wanted = wanted.join("` nor `");
        Err(LockError::Syntax {
            line: 1,
            message: format!("it is TOML, and no lock of {tool}: it has neither `{key}` nor `{wanted}`"),
        })
    }

    /// Calls `read` for each table of the array `key` with its name and version filled in.
    pub(super) fn packages(&self, lock: &mut Lock, key: &str, read: impl Fn(&dyn TableLike, &mut Locked)) {
        for table in tables(self.toml.root(), key) {
            let at = table.get("name").map_or(0, |item| self.toml.span(item).start);
            let line = self.lines.number(at);
            let Some(Ok(name)) = text(table, "name").map(PackageName::new) else {
                lock.problems.push(Problem { line, message: "a package without a name".to_owned() });
                continue;
            };
            let mut locked = Locked::new(name, line);
            match text(table, "version").map(Version::new) {
                Some(Ok(version)) => locked.version = Some(version),
                Some(Err(bad)) => {
                    lock.problems.push(Problem { line, message: format!("{bad} (of `{}`)", locked.name) })
                }
                None => {}
            }
            read(table, &mut locked);
            lock.packages.push(locked);
        }
    }

    /// A string or number of the table at `path`, as text.
    pub(super) fn scalar(&self, path: &[&str], key: &str) -> Option<String> {
        let table = self.toml.table(path)?;
        let item = table.get(key)?;
        item.as_str().map(str::to_owned).or_else(|| item.as_integer().map(|n| n.to_string()))
    }
}

/// The tables of the array at `key`, whether `[[key]]` or `key = [{…}]`.
pub(super) fn tables<'t>(table: &'t dyn TableLike, key: &str) -> Vec<&'t dyn TableLike> {
    match table.get(key) {
        Some(Item::ArrayOfTables(tables)) => tables.iter().map(|t| t as &dyn TableLike).collect(),
        Some(Item::Value(Value::Array(array))) => {
            array.iter().filter_map(|v| v.as_inline_table()).map(|t| t as &dyn TableLike).collect()
        }
        _ => Vec::new(),
    }
}

pub(super) fn text<'t>(table: &'t dyn TableLike, key: &str) -> Option<&'t str> {
    table.get(key)?.as_str()
}

pub(super) fn table<'t>(of: &'t dyn TableLike, key: &str) -> Option<&'t dyn TableLike> {
    of.get(key)?.as_table_like()
}

pub(super) fn on(table: &dyn TableLike, key: &str) -> bool {
    table.get(key).and_then(Item::as_bool) == Some(true)
}

/// The strings of the array at `key`.
pub(super) fn strings<'t>(table: &'t dyn TableLike, key: &str) -> Vec<&'t str> {
    let array = table.get(key).and_then(Item::as_array);
    array.into_iter().flatten().filter_map(|v| v.as_str()).collect()
}

/// The names in an array of `{ name = … }`.
pub(super) fn names(table: &dyn TableLike, key: &str) -> Vec<PackageName> {
    tables(table, key).into_iter().filter_map(|t| PackageName::new(text(t, "name")?).ok()).collect()
}

/// Adds `more` without doubles.
pub(super) fn add(to: &mut Vec<PackageName>, more: impl IntoIterator<Item = PackageName>) {
    for name in more {
        if !to.contains(&name) {
            to.push(name);
        }
    }
}
