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
    if let Some(table) = collector.table(toml, poetry, "dependencies") {
        let group = Group { name: "main", role: Role::Runtime };
        NativeTable { toml, table, syntax, group }.collect(collector, &["python"]);
        if let Some(python) = toml.get(table, "python") {
            collector.requires_python(&python, syntax);
        }
    }
    if let Some(table) = collector.table(toml, poetry, "dev-dependencies") {
        NativeTable { toml, table, syntax, group: Group::of("dev") }.collect(collector, &["python"]);
    }
    let groups = collector.table(toml, poetry, "group");
    for (name, _) in groups.into_iter().flat_map(|t| t.iter()) {
        let group = groups.and_then(|groups| collector.table(toml, groups, name));
        if let Some(table) = group.and_then(|group| collector.table(toml, group, "dependencies")) {
            NativeTable { toml, table, syntax, group: Group::of(name) }.collect(collector, &["python"]);
        }
    }
    let (classifiers, _) = toml.strings(poetry, "classifiers");
    for classifier in classifiers {
        collector.classifier(classifier.text());
    }
}
