//! `pyproject.toml`: PEP 621, PEP 518 and PEP 735 tables, and those of PDM, uv, Hatch and Flit.
//!
//! Lives elsewhere: Poetry's tables (`poetry`), requirement strings (`requirement`).

use super::collect::{Collector, Group};
use super::specifier::Syntax;
use super::{GroupInclude, Manifest, ManifestError, ManifestKind, Source, Toml, poetry};
use toml_edit::{Item, TableLike};
use uplift_model::{PackageName, Role};

pub(crate) fn parse(text: &str) -> Result<Manifest, ManifestError> {
    let toml = Toml::parse(text)?;
    let mut collector = Collector::new(ManifestKind::Pyproject, text);
    if let Some(project) = collector.table(&toml, toml.root(), "project") {
        metadata(&mut collector, &toml, project);
    }
    if let Some(build) = collector.table(&toml, toml.root(), "build-system") {
        list(&mut collector, &toml, build, "requires", Group::of("build"));
    }
    if let Some(groups) = collector.table(&toml, toml.root(), "dependency-groups") {
        dependency_groups(&mut collector, &toml, groups);
    }
    poetry::collect(&mut collector, &toml);
    other_tools(&mut collector, &toml);
    uv_sources(&mut collector, &toml);
    Ok(collector.manifest)
}

/// The requirement strings of the array at `key`.
fn list(collector: &mut Collector, toml: &Toml<'_>, table: &dyn TableLike, key: &str, group: Group<'_>) {
    let (strings, others) = toml.strings(table, key);
    for string in strings {
        collector.requirement(&string, group);
    }
    for at in others {
        collector.lost(at, format!("`{key}` wants a list of strings"));
    }
}

/// Every key of `table` as a list of requirements in the group of the key's name.
fn lists(collector: &mut Collector, toml: &Toml<'_>, table: &dyn TableLike, extra: bool) {
    for (key, _) in table.iter() {
        let group = if extra { Group::extra(key) } else { Group::of(key) };
        list(collector, toml, table, key, group);
    }
}

fn metadata(collector: &mut Collector, toml: &Toml<'_>, project: &dyn TableLike) {
    let name = toml.get(project, "name");
    collector.manifest.project = name.and_then(|n| PackageName::new(n.text()).ok());
    list(collector, toml, project, "dependencies", Group { name: "main", role: Role::Runtime });
    if let Some(extras) = collector.table(toml, project, "optional-dependencies") {
        lists(collector, toml, extras, true);
    }
    if let Some(python) = toml.get(project, "requires-python") {
        collector.requires_python(&python, Syntax::Pep440);
    }
    let (classifiers, _) = toml.strings(project, "classifiers");
    for classifier in classifiers {
        collector.classifier(classifier.text());
    }
    let (dynamic, _) = toml.strings(project, "dynamic");
    for field in dynamic {
        if ["dependencies", "optional-dependencies", "requires-python", "classifiers"].contains(&field.text()) {
            collector.dynamic(field.span().start, field.text());
        }
    }
}

fn dependency_groups(collector: &mut Collector, toml: &Toml<'_>, groups: &dyn TableLike) {
    let normal = |name: &str| PackageName::new(name).map_or_else(|_| name.to_owned(), |n| n.to_string());
    for (key, item) in groups.iter() {
        let Some(array) = item.as_array() else {
            collector.problem(toml.span(item).start, format!("the group `{key}` wants a list"));
            continue;
        };
        for value in array {
            let at = toml.place(value.span()).start;
            let included = value.as_inline_table().and_then(|t| t.get("include-group")).and_then(|v| v.as_str());
            if let Some(text) = toml.value(value) {
                collector.requirement(&text, Group::of(key));
            } else if let Some(included) = included {
                let line = collector.lines.number(at);
                let include = GroupInclude { group: key.to_owned(), included: included.to_owned(), line };
                if !groups.iter().any(|(other, _)| normal(other) == normal(included)) {
                    collector.problem(at, format!("there is no group `{included}`"));
                }
                collector.manifest.group_includes.push(include);
            } else {
                collector
                    .lost(at, format!("an entry of the group `{key}` is neither a requirement nor `include-group`"));
            }
        }
    }
    circles(collector, normal);
}

/// Tells groups that contain themselves.
fn circles(collector: &mut Collector, normal: impl Fn(&str) -> String) {
    let includes = collector.manifest.group_includes.clone();
    for include in &includes {
        let mut reached = vec![normal(&include.included)];
        let mut next = 0;
        while let Some(name) = reached.get(next).cloned() {
            next += 1;
            let further = includes.iter().filter(|i| normal(&i.group) == name).map(|i| normal(&i.included));
            for name in further.collect::<Vec<_>>() {
                if !reached.contains(&name) {
                    reached.push(name);
                }
            }
        }
        if reached.contains(&normal(&include.group)) {
            let message = format!("the group `{}` includes itself", include.group);
            collector.manifest.problems.push(super::Problem { line: include.line, message });
        }
    }
}

fn other_tools(collector: &mut Collector, toml: &Toml<'_>) {
    if let Some(groups) = toml.table(&["tool", "pdm", "dev-dependencies"]) {
        lists(collector, toml, groups, false);
    }
    if let Some(uv) = toml.table(&["tool", "uv"]) {
        list(collector, toml, uv, "dev-dependencies", Group::of("dev"));
        for key in ["constraint-dependencies", "override-dependencies"] {
            let name = key.trim_end_matches("-dependencies").to_owned() + "s";
            list(collector, toml, uv, key, Group { name: &name, role: Role::Runtime });
        }
        let name = "build-constraints";
        list(collector, toml, uv, "build-constraint-dependencies", Group { name, role: Role::Build });
    }
    for (name, environment) in toml.table(&["tool", "hatch", "envs"]).into_iter().flat_map(|t| t.iter()) {
        if let Some(table) = environment.as_table_like() {
            list(collector, toml, table, "dependencies", Group::of(name));
            list(collector, toml, table, "extra-dependencies", Group::of(name));
        }
    }
    if let Some(flit) = toml.table(&["tool", "flit", "metadata"]) {
        list(collector, toml, flit, "requires", Group { name: "main", role: Role::Runtime });
        if let Some(extras) = flit.get("requires-extra").and_then(Item::as_table_like) {
            lists(collector, toml, extras, true);
        }
        if let Some(python) = toml.get(flit, "requires-python") {
            collector.requires_python(&python, Syntax::Pep440);
        }
    }
}

/// `[tool.uv.sources]` says where a package comes from that other tables state.
fn uv_sources(collector: &mut Collector, toml: &Toml<'_>) {
    let Some(sources) = toml.table(&["tool", "uv", "sources"]) else { return };
    for (key, item) in sources.iter() {
        let Ok(name) = PackageName::new(key) else { continue };
        // Of several sources with markers, the first stands for all.
        let first = item.as_array().and_then(|a| a.get(0)).and_then(|v| v.as_inline_table());
        let table: Option<&dyn TableLike> = match first {
            Some(table) => Some(table),
            None => item.as_table_like(),
        };
        let Some(table) = table else { continue };
        let text = |key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
        let on = |key: &str| table.get(key).and_then(Item::as_bool) == Some(true);
        let source = if let Some(git) = text("git") {
            let at = ["rev", "tag", "branch"].iter().find_map(|k| text(k));
            Source::Url(at.map_or_else(|| format!("git+{git}"), |at| format!("git+{git}@{at}")))
        } else if let Some(url) = text("url") {
            Source::Url(url)
        } else if let Some(path) = text("path") {
            Source::Path(path)
        } else if let Some(index) = text("index") {
            Source::Named(index)
        } else if on("workspace") {
            Source::Workspace
        } else {
            continue;
        };
        for stated in collector.manifest.stated.iter_mut().filter(|s| s.name == name) {
            stated.source = source.clone();
            stated.editable = on("editable");
        }
    }
}
