//! Poetry's tables in `pyproject.toml`.
//!
//! Lives elsewhere: `[project]` and the tables of other tools (`pyproject`), the entries (`native`).

use super::Toml;
use super::collect::{Collector, Group};
use super::native::NativeTable;
use super::specifier::Syntax;
use uplift_model::{PackageName, Role};

pub(crate) fn collect(collector: &mut Collector, toml: &Toml<'_>) {
    let Some(poetry) = toml.table(&["tool", "poetry"]) else { return };
    if collector.manifest.project.is_none() {
        let name = toml.get(poetry, "name");
        collector.manifest.project = name.and_then(|n| PackageName::new(n.text()).ok());
    }
    let syntax = Syntax::Poetry;
    if let Some(table) = poetry.get("dependencies").and_then(|i| i.as_table_like()) {
        let group = Group { name: "main", role: Role::Runtime };
        NativeTable { toml, table, syntax, group }.collect(collector, &["python"]);
        if let Some(python) = toml.get(table, "python") {
            collector.requires_python(&python, syntax);
        }
    }
    if let Some(table) = poetry.get("dev-dependencies").and_then(|i| i.as_table_like()) {
        NativeTable { toml, table, syntax, group: Group::of("dev") }.collect(collector, &["python"]);
    }
    for (name, group) in toml.table(&["tool", "poetry", "group"]).into_iter().flat_map(|t| t.iter()) {
        let dependencies = group.as_table_like().and_then(|t| t.get("dependencies"));
        if let Some(table) = dependencies.and_then(|i| i.as_table_like()) {
            NativeTable { toml, table, syntax, group: Group::of(name) }.collect(collector, &["python"]);
        }
    }
    let (classifiers, _) = toml.strings(poetry, "classifiers");
    for classifier in classifiers {
        collector.classifier(classifier.text());
    }
}
