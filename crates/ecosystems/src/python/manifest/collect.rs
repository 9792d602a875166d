//! Filling a [`Manifest`] entry by entry: the part that all kinds of manifest share.

use super::fragment::{Fragment, Lines};
use super::requirement::{self, Requirement};
use super::specifier::{self, Reading, Syntax};
use super::{Dynamic, Manifest, ManifestKind, Problem, RequiresPython, Source, Stated, Toml, role_of};
use toml_edit::TableLike;
use uplift_model::Role;

/// A manifest in the making.
pub(crate) struct Collector {
    pub(crate) manifest: Manifest,
    pub(crate) lines: Lines,
}

/// Group of a requirement and whether it is an extra that users may install.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group<'a> {
    pub(crate) name: &'a str,
    pub(crate) role: Role,
}

impl<'a> Group<'a> {
    pub(crate) fn extra(name: &'a str) -> Self {
        Self { name, role: role_of(name, true) }
    }

    pub(crate) fn of(name: &'a str) -> Self {
        Self { name, role: role_of(name, false) }
    }
}

impl Collector {
    pub(crate) fn new(kind: ManifestKind, text: &str) -> Self {
        let manifest = Manifest {
            kind,
            project: None,
            stated: Vec::new(),
            references: Vec::new(),
            includes: Vec::new(),
            options: Vec::new(),
            group_includes: Vec::new(),
            requires_python: None,
            classifiers: Vec::new(),
            has_hashes: false,
            dynamic: Vec::new(),
            problems: Vec::new(),
            lost: Vec::new(),
        };
        Self { manifest, lines: Lines::of(text) }
    }

    pub(crate) fn problem(&mut self, at: usize, message: impl Into<String>) {
        let line = self.lines.number(at);
        self.manifest.problems.push(Problem { line, message: message.into() });
    }

    /// An entry that states a package and cannot be read: the package is missing from the manifest.
    pub(crate) fn lost(&mut self, at: usize, message: impl Into<String>) {
        self.problem(at, message);
        self.manifest.lost.push(self.lines.number(at));
    }

    /// The table at `key`; a problem where something else stands there.
    pub(crate) fn table<'t>(
        &mut self,
        toml: &Toml<'_>,
        table: &'t dyn TableLike,
        key: &str,
    ) -> Option<&'t dyn TableLike> {
        let item = table.get(key)?;
        if item.as_table_like().is_none() {
            self.problem(toml.key(table, key).start, format!("`{key}` wants a table, and what stands there is none"));
        }
        item.as_table_like()
    }

    pub(crate) fn dynamic(&mut self, at: usize, field: &str) {
        let dynamic = Dynamic { field: field.to_owned(), line: self.lines.number(at) };
        if !self.manifest.dynamic.contains(&dynamic) {
            self.manifest.dynamic.push(dynamic);
        }
    }

    /// Reads `text` as a PEP 508 requirement; a problem when it is none.
    pub(crate) fn requirement(&mut self, text: &Fragment, group: Group<'_>) {
        let text = text.trimmed();
        match requirement::read(&text) {
            Ok(read) => self.state(read, text.text(), group),
            Err(message) => self.lost(text.span().start, message),
        }
    }

    pub(crate) fn state(&mut self, read: Requirement, written: &str, group: Group<'_>) {
        let source = match read.url {
            Some(url) if url.starts_with("file:") || !url.contains("://") => Source::Path(url),
            Some(url) => Source::Url(url),
            None => Source::Index,
        };
        let stated = Stated {
            name: read.name,
            extras: read.extras,
            specifier: read.specifier.text().to_owned(),
            syntax: Syntax::Pep440,
            pep440: String::new(),
            marker: read.marker,
            source,
            editable: false,
            group: group.name.to_owned(),
            role: group.role,
            written: written.to_owned(),
            line: 0,
            span: 0..0,
            fragment: read.specifier,
            hashes: Vec::new(),
        };
        self.add(stated);
    }

    /// Adds `stated`; its line, span and translation are taken from its fragment.
    pub(crate) fn add(&mut self, mut stated: Stated) {
        stated.span = stated.fragment.span();
        stated.line = self.lines.number(stated.span.start);
        match Reading::new(&stated.specifier, stated.syntax) {
            Ok(reading) => stated.pep440 = reading.pep440(),
            // PEP 440 has any text behind `===`, compared as text: no bound, and nothing to compare releases by.
            Err(_) if specifier::arbitrary(&stated.specifier).is_some() => {
                let message = format!(
                    "`{}` of `{}` names no version of PEP 440: it is kept as it stands and cannot be compared",
                    stated.specifier, stated.name
                );
                self.problem(stated.span.start, message);
            }
            Err(bad) => return self.lost(stated.span.start, format!("{bad} (of `{}`)", stated.name)),
        }
        let same = |other: &&Stated| {
            let kind = (&other.name, &other.group, &other.marker, &other.extras);
            kind == (&stated.name, &stated.group, &stated.marker, &stated.extras) && other.span != stated.span
        };
        if let Some(other) = self.manifest.stated.iter().find(same) {
            let message =
                format!("`{}` is stated twice in `{}`, first on line {}", stated.name, stated.group, other.line);
            self.problem(stated.span.start, message);
        }
        self.manifest.has_hashes |= !stated.hashes.is_empty();
        self.manifest.stated.push(stated);
    }

    pub(crate) fn requires_python(&mut self, text: &Fragment, syntax: Syntax) {
        let text = text.trimmed();
        match Reading::new(text.text(), syntax) {
            Ok(reading) => {
                self.manifest.requires_python = Some(RequiresPython {
                    written: text.text().to_owned(),
                    specifier: reading.pep440(),
                    line: self.lines.number(text.span().start),
                    span: text.span(),
                });
            }
            Err(bad) => self.problem(text.span().start, format!("{bad} (of Python)")),
        }
    }

    /// Keeps the version of a classifier such as `Programming Language :: Python :: 3.8`.
    pub(crate) fn classifier(&mut self, text: &str) {
        let version = text.trim().strip_prefix("Programming Language :: Python :: ").map(str::trim);
        let is_version = |v: &&str| v.contains('.') && v.split('.').all(|n| n.parse::<u32>().is_ok());
        if let Some(version) = version.filter(is_version) {
            self.manifest.classifiers.push(version.to_owned());
        }
    }
}
