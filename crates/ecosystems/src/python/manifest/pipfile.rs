//! `Pipfile`: `[packages]`, `[dev-packages]` and categories of other names.

use super::collect::{Collector, Group};
use super::fragment::Fragment;
use super::native::NativeTable;
use super::specifier::Syntax;
use super::{FileOption, Manifest, ManifestError, ManifestKind, Toml};
use toml_edit::Item;

/// Tables that hold no packages.
const OTHER: &[&str] = &["source", "requires", "scripts", "pipenv", "pipfile"];

pub(crate) fn parse(text: &str) -> Result<Manifest, ManifestError> {
    let toml = Toml::parse(text)?;
    let mut collector = Collector::new(ManifestKind::Pipfile, text);
    for (key, item) in toml.root().iter() {
        if ["packages", "dev-packages"].contains(&key) {
            collector.table(&toml, toml.root(), key);
        }
        let (Some(table), false) = (item.as_table_like(), OTHER.contains(&key)) else { continue };
        let name = match key {
            "packages" => "main",
            "dev-packages" => "dev",
            other => other,
        };
        let group = Group::of(name);
        NativeTable { toml: &toml, table, syntax: Syntax::Pipfile, group }.collect(&mut collector, &[]);
    }
    if let Some(requires) = toml.table(&["requires"]) {
        let full = toml.get(requires, "python_full_version");
        match full.or_else(|| toml.get(requires, "python_version")) {
            Some(version) if version.text().starts_with(|c: char| c.is_ascii_digit()) => {
                python(&mut collector, &version)
            }
            Some(version) => collector.requires_python(&version, Syntax::Pipfile),
            None => {}
        }
    }
    let sources = toml.root().get("source").and_then(Item::as_array_of_tables);
    for source in sources.into_iter().flatten() {
        if let Some(url) = toml.get(source, "url") {
            let name = if collector.manifest.options.is_empty() { "--index-url" } else { "--extra-index-url" };
            let line = collector.lines.number(url.span().start);
            let value = Some(url.text().to_owned());
            collector.manifest.options.push(FileOption { name: name.to_owned(), value, line });
        }
    }
    Ok(collector.manifest)
}

/// `3.8` means any 3.8.
fn python(collector: &mut Collector, version: &Fragment) {
    collector.requires_python(version, Syntax::Pipfile);
    if let Some(found) = &mut collector.manifest.requires_python
        && !found.written.contains('*')
        && found.written.matches('.').count() < 2
    {
        found.specifier = format!("=={}.*", found.written);
    }
}
