//! Tables of `name = constraint`: the form that Poetry's dependencies and Pipfile share.
//!
//! Lives here: strings, tables with `version`, lists of tables, and their other keys as markers and sources.
//! Lives elsewhere: which tables there are (`poetry`, `pipfile`), the constraint grammars (`specifier`).

use toml_edit::{Item, TableLike, Value};
use uplift_model::PackageName;

use super::collect::{Collector, Group};
use super::fragment::Fragment;
use super::specifier::{Reading, Syntax};
use super::{Source, Stated, Toml, requirement};

/// A table of dependencies in its file.
pub(crate) struct NativeTable<'a> {
    pub(crate) toml: &'a Toml<'a>,
    pub(crate) table: &'a dyn TableLike,
    pub(crate) syntax: Syntax,
    pub(crate) group: Group<'a>,
}

impl NativeTable<'_> {
    /// Adds every entry of the table but those named in `besides`.
    pub(crate) fn collect(&self, collector: &mut Collector, besides: &[&str]) {
        for (key, item) in self.table.iter() {
            if besides.contains(&key) {
                continue;
            }
            let at = self.toml.key(self.table, key);
            let Ok(name) = PackageName::new(key) else {
                collector.lost(at.start, format!("`{key}` is not a package name"));
                continue;
            };
            let entry = Entry { of: self, name, key: Fragment::at(at.start) };
            match item {
                Item::Value(Value::Array(array)) if array.is_empty() => {
                    collector.problem(at.start, format!("`{key}` is an empty list, which states no version of it"));
                }
                Item::Value(Value::Array(array)) => {
                    for value in array {
                        entry.value(collector, value);
                    }
                }
                Item::ArrayOfTables(tables) => {
                    for table in tables {
                        entry.table(collector, table);
                    }
                }
                Item::Value(value) => entry.value(collector, value),
                item => match item.as_table_like() {
                    Some(table) => entry.table(collector, table),
                    None => collector.problem(at.start, format!("`{key}` has no version")),
                },
            }
        }
    }
}

/// One package of the table.
struct Entry<'a> {
    of: &'a NativeTable<'a>,
    name: PackageName,
    /// Empty, at the key.
    key: Fragment,
}

impl Entry<'_> {
    fn value(&self, collector: &mut Collector, value: &Value) {
        match value {
            Value::InlineTable(table) => self.table(collector, table),
            value => match self.of.toml.value(value) {
                Some(text) => {
                    let stated = self.stated(text.trimmed());
                    collector.add(stated);
                }
                None => {
                    let message = format!("`{}` wants a version, a table or a list of tables", self.name);
                    collector.problem(self.of.toml.place(value.span()).start, message);
                }
            },
        }
    }

    fn table(&self, collector: &mut Collector, table: &dyn TableLike) {
        let toml = self.of.toml;
        let text = |key: &str| table.get(key).and_then(Item::as_str);
        let specifier = toml.get(table, "version").map_or_else(|| self.key.clone(), |v| v.trimmed());
        let mut stated = self.stated(specifier);
        let (extras, _) = toml.strings(table, "extras");
        stated.extras = extras.iter().filter_map(|e| PackageName::new(e.text()).ok()).map(|e| e.to_string()).collect();
        stated.editable = ["editable", "develop"].iter().any(|k| table.get(k).and_then(Item::as_bool) == Some(true));
        let repository = ["git", "hg", "svn"].iter().find_map(|k| text(k).map(|url| format!("{k}+{url}")));
        if let Some(url) = repository {
            let at = ["rev", "tag", "branch", "ref"].iter().find_map(|k| text(k));
            stated.source = Source::Url(at.map_or_else(|| url.clone(), |at| format!("{url}@{at}")));
        } else if let Some(url) = text("url") {
            stated.source = Source::Url(url.to_owned());
        } else if let Some(path) = text("path").or_else(|| text("file")) {
            let remote = path.contains("://");
            stated.source = if remote { Source::Url(path.to_owned()) } else { Source::Path(path.to_owned()) };
        } else if let Some(index) = text("source").or_else(|| text("index")) {
            stated.source = Source::Named(index.to_owned());
        }
        match self.marker(table) {
            Ok(marker) => stated.marker = marker,
            Err(message) => collector.lost(self.key.span().start, format!("{message} (of `{}`)", self.name)),
        }
        collector.add(stated);
    }

    /// All keys that restrict where the entry applies, as one marker.
    fn marker(&self, table: &dyn TableLike) -> Result<Option<String>, String> {
        let mut parts = Vec::new();
        for (key, item) in table.iter() {
            let Some(text) = item.as_str() else { continue };
            let part = match key {
                "markers" => requirement::marker(text)?,
                "python" if self.of.syntax == Syntax::Poetry => match python_marker(text)? {
                    Some(marker) => marker,
                    None => continue,
                },
                "platform" if self.of.syntax == Syntax::Poetry => format!("sys_platform == \"{text}\""),
                "sys_platform"
                | "os_name"
                | "platform_machine"
                | "platform_system"
                | "platform_release"
                | "platform_version"
                | "platform_python_implementation"
                | "python_version"
                | "python_full_version"
                | "implementation_name"
                | "implementation_version"
                    if self.of.syntax == Syntax::Pipfile =>
                {
                    requirement::marker(&format!("{key} {text}"))?
                }
                _ => continue,
            };
            parts.push(part);
        }
        let several = parts.len() > 1;
        let bracketed = parts.into_iter().map(|p| if several && p.contains(" or ") { format!("({p})") } else { p });
        let all: Vec<String> = bracketed.collect();
        Ok((!all.is_empty()).then(|| all.join(" and ")))
    }

    fn stated(&self, specifier: Fragment) -> Stated {
        Stated {
            name: self.name.clone(),
            extras: Vec::new(),
            specifier: specifier.text().to_owned(),
            syntax: self.of.syntax,
            pep440: String::new(),
            marker: None,
            source: Source::Index,
            editable: false,
            group: self.of.group.name.to_owned(),
            role: self.of.group.role,
            written: format!("{} {}", self.name, specifier.text()).trim_end().to_owned(),
            line: 0,
            span: 0..0,
            fragment: specifier,
            hashes: Vec::new(),
        }
    }
}

/// Poetry's `python = "^3.8"` as a marker; `None`: every Python.
fn python_marker(text: &str) -> Result<Option<String>, String> {
    let reading = Reading::new(text, Syntax::Poetry).map_err(|bad| bad.to_string())?;
    let mut alternatives = Vec::new();
    for clauses in &reading.alternatives {
        let parts: Vec<String> = clauses
            .iter()
            .flat_map(|clause| clause.meaning())
            .map(|s| {
                let version = s.version().to_string();
                let star = if s.operator().is_star() { ".*" } else { "" };
                let variable = if s.version().release().len() > 2 { "python_full_version" } else { "python_version" };
                let operator = s.operator().as_str().trim_end_matches(".*");
                format!("{variable} {operator} \"{version}{star}\"")
            })
            .collect();
        if parts.is_empty() {
            return Ok(None);
        }
        alternatives.push(parts.join(" and "));
    }
    Ok(Some(alternatives.join(" or ")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn python_constraints_become_markers() {
        let marker = |text: &str| python_marker(text).unwrap();
        assert_eq!(marker("^3.8").unwrap(), "python_version >= \"3.8\" and python_version < \"4.0\"");
        assert_eq!(marker("3.7.*").unwrap(), "python_version == \"3.7.*\"");
        assert_eq!(marker("<3.7.2").unwrap(), "python_full_version < \"3.7.2\"");
        assert_eq!(marker("*"), None);
        requirement::marker(&marker("~3.6 || >=3.8,<4").unwrap()).unwrap();
    }

    #[test]
    fn what_states_no_version_is_told_with_its_line_and_the_rest_is_read() {
        let text = "[tool.poetry.dependencies]\npython = \"^3.9\"\nflask = []\nsix = \"1.0\"\nfive = 5\n\n[tool.poetry.group]\ndev = 3\n";
        let read = crate::python::manifest::parse(crate::python::manifest::ManifestKind::Pyproject, text).unwrap();
        let names: Vec<&str> = read.stated.iter().map(|s| s.name.as_str()).collect();
        let told: Vec<(u32, &str)> = read.problems.iter().map(|p| (p.line, p.message.as_str())).collect();
        assert_eq!(names, ["six"]);
        assert_eq!(
            told,
            [
                (3, "`flask` is an empty list, which states no version of it"),
                (5, "`five` wants a version, a table or a list of tables"),
                (8, "`dev` wants a table, and what stands there is none"),
            ]
        );
    }
}
