//! Where the code uses its dependencies: imports and uses of imported names, by file and line.
//!
//! Lives here: the index over all source files and the questions that are asked of it.
//! Lives elsewhere: which distributions a component has (`ecosystems`), what a use means for the risk (`decide`).
//! Start reading at [`Index::read`] and [`Index::usage`].

mod aliases;
mod javascript;
pub mod names;
mod own;
mod python;
mod reading;
mod sighting;
mod sources;
mod stdlib;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uplift_model::Ecosystem;
use uplift_model::analysis::{Site, Usage};

use aliases::Aliases;
use own::OwnModules;
use sighting::{FileUses, Kind, Sighting};

/// Most sites that [`Usage::sites`] lists.
const SITES: usize = 50;

/// What every source file imports and which imported names it uses.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// In the order of their paths.
    files: Vec<Arc<FileUses>>,
    own: Arc<OwnModules>,
    aliases: Arc<Aliases>,
}

/// A distribution's use, with the part of it that tests make up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Code and tests together.
    pub usage: Usage,
    /// Of `usage.files`, those that are tests.
    pub test_files: usize,
    /// Of `usage.count`, those in tests.
    pub test_count: usize,
}

/// One use of something that a distribution provides, by its full name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    pub site: Site,
    /// `numpy.float_` for `np.float_`; `redis.asyncio.from_url().close` for a method of what a call gave;
    /// `axios.get`. For an import the module or the imported name.
    pub symbol: String,
    /// The name was not imported: it holds what a call gave, or a class made from an imported one.
    pub derived: bool,
    /// The file is a test.
    pub test: bool,
    /// The code is ready for the name to be missing: its import stands in `try` with another way, or is for type
    /// checkers.
    pub guarded: bool,
}

/// A top-level module (Python) or package (JavaScript) that files import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    pub ecosystem: Ecosystem,
    pub module: String,
    pub files: usize,
    /// Of `files`, those that are tests.
    pub test_files: usize,
}

/// An import that no stated dependency provides, at the first place where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undeclared {
    pub module: String,
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// Every file that imports it is a test.
    pub only_tests: bool,
}

/// A source file whose syntax could not be read as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unparsed {
    pub file: String,
    pub why: String,
}

impl Index {
    /// Reads every Python and JavaScript source file of `files` (from the repository's root, with `/`).
    /// Vendored folders and files above 2 MiB are left out. A file that `read` does not give is passed over.
    pub fn read(files: &[String], read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Self {
        let sources = sources::of(files);
        let own = OwnModules::of(&sources);
        let aliases = Aliases::of(files, read);
        let files = reading::read(&sources, read).into_iter().map(Arc::new).collect();
        Self { files, own: Arc::new(own), aliases: Arc::new(aliases) }
    }

    /// The part below `folder` (empty or `.`: the root), without what lies below the folders of `nested` in it.
    #[must_use]
    pub fn within(&self, folder: &str, nested: &[&str]) -> Self {
        let inner: Vec<&str> =
            nested.iter().copied().filter(|n| trimmed(n) != trimmed(folder) && below(n, folder)).collect();
        let ours = |path: &str| below(path, folder) && !inner.iter().any(|n| below(path, n));
        let files = self.files.iter().filter(|f| ours(&f.path)).cloned().collect();
        Self { files, own: Arc::clone(&self.own), aliases: Arc::clone(&self.aliases) }
    }

    /// Where `distribution` is used. `provided`: its import names from installed metadata; without them
    /// the table of [`names`] tells. At most 50 sites are listed, all are counted.
    pub fn usage(&self, ecosystem: Ecosystem, distribution: &str, provided: Option<&[String]>) -> Usage {
        self.counted(ecosystem, distribution, provided).usage
    }

    /// As [`Self::usage`], with tests told apart.
    pub fn counted(&self, ecosystem: Ecosystem, distribution: &str, provided: Option<&[String]>) -> Counted {
        let modules = names::import_names(ecosystem, distribution, provided);
        let mut counted =
            Counted { usage: Usage { modules: modules.clone(), ..Usage::default() }, ..Counted::default() };
        let mut by_file: Vec<(&str, Vec<&Sighting>)> = Vec::new();
        for file in self.files.iter().filter(|f| f.language.ecosystem() == ecosystem) {
            let mut found: Vec<&Sighting> =
                file.sightings.iter().filter(|s| s.kind != Kind::Derived && s.is_of(ecosystem, &modules)).collect();
            // `from a import b, c` is one import.
            found.dedup_by(|a, b| a.kind == b.kind && a.kind == Kind::Import && a.line == b.line && a.what == b.what);
            if found.is_empty() {
                continue;
            }
            counted.usage.files += 1;
            counted.usage.count += found.len();
            counted.test_files += usize::from(file.test);
            counted.test_count += if file.test { found.len() } else { 0 };
            by_file.push((&file.path, found));
        }
        let most = shares(&by_file.iter().map(|(_, found)| found.len()).collect::<Vec<_>>());
        for ((path, found), room) in by_file.into_iter().zip(most) {
            counted.usage.sites.extend(found.into_iter().take(room).map(|s| s.site(path)));
        }
        counted
    }

    /// Every import and use by its full name, methods of objects that calls gave among them.
    pub fn references(&self, ecosystem: Ecosystem, distribution: &str, provided: Option<&[String]>) -> Vec<Reference> {
        let modules = names::import_names(ecosystem, distribution, provided);
        let mut all = Vec::new();
        for file in self.files.iter().filter(|f| f.language.ecosystem() == ecosystem) {
            let ready = guarded_imports(file);
            all.extend(file.sightings.iter().filter(|s| s.is_of(ecosystem, &modules)).map(|s| Reference {
                site: s.site(&file.path),
                symbol: s.symbol(),
                derived: s.kind == Kind::Derived,
                test: file.test,
                guarded: s.guarded || ready.contains(&s.module),
            }));
        }
        all
    }

    /// Every top-level module or package that is imported, the language's own and the project's own ones among them.
    pub fn imported_modules(&self) -> Vec<Imported> {
        let mut counts: BTreeMap<(Ecosystem, &str), (usize, usize)> = BTreeMap::new();
        for file in &self.files {
            let ecosystem = file.language.ecosystem();
            let tops: BTreeSet<&str> = file.imports().map(|s| s.top(ecosystem)).collect();
            for top in tops {
                let entry = counts.entry((ecosystem, top)).or_default();
                entry.0 += 1;
                entry.1 += usize::from(file.test);
            }
        }
        counts
            .into_iter()
            .map(|((ecosystem, module), (files, test_files))| Imported {
                ecosystem,
                module: module.to_owned(),
                files,
                test_files,
            })
            .collect()
    }

    /// Imports of third-party modules that none of `provided` covers: import names of the stated dependencies
    /// (Python, see [`names::import_names`]) or their package names (JavaScript). The language's own modules,
    /// the project's own and imports that may fail (`try` … `except ImportError`) are left out.
    pub fn undeclared(&self, ecosystem: Ecosystem, provided: &[String]) -> Vec<Undeclared> {
        let mut found: BTreeMap<&str, Undeclared> = BTreeMap::new();
        for file in self.files.iter().filter(|f| f.language.ecosystem() == ecosystem) {
            // What `setup.py` imports is there before anything is installed.
            if file.path.rsplit('/').next() == Some("setup.py") {
                continue;
            }
            for seen in file.imports().filter(|s| !s.guarded && !s.is_of(ecosystem, provided)) {
                let top = seen.top(ecosystem);
                let known = match ecosystem {
                    Ecosystem::Python => stdlib::holds(top) || self.own.holds(top, &file.path),
                    Ecosystem::JavaScript => self.aliases.hold(top, &file.path) || stated_types(top, provided),
                };
                if known {
                    continue;
                }
                let entry = found.entry(top).or_insert_with(|| Undeclared {
                    module: top.to_owned(),
                    file: file.path.clone(),
                    line: seen.line,
                    only_tests: true,
                });
                entry.only_tests &= file.test;
            }
        }
        found.into_values().collect()
    }

    /// Source files that were read.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Files whose syntax could not be read as a whole: their imports were taken from the lines.
    pub fn unparsed(&self) -> Vec<Unparsed> {
        let of = |f: &Arc<FileUses>| f.unparsed.clone().map(|why| Unparsed { file: f.path.clone(), why });
        self.files.iter().filter_map(of).collect()
    }
}

/// Names that a file imports only where it is ready for them to be missing.
fn guarded_imports(file: &FileUses) -> Vec<String> {
    // `try: import x` is ready for the whole package to be missing, which says nothing of what it holds.
    let named = |s: &&Sighting| !s.member.is_empty();
    let symbols =
        |guarded: bool| file.imports().filter(named).filter(move |s| s.guarded == guarded).map(Sighting::symbol);
    let plain: BTreeSet<String> = symbols(false).collect();
    symbols(true).filter(|name| !plain.contains(name)).collect()
}

/// Whether a top-level module belongs to Python itself.
pub(crate) fn is_standard(top: &str) -> bool {
    stdlib::holds(top)
}

/// Types alone are enough for `import type … from "estree"`.
fn stated_types(package: &str, provided: &[String]) -> bool {
    let types = match package.strip_prefix('@') {
        Some(scoped) => format!("@types/{}", scoped.replace('/', "__")),
        None => format!("@types/{package}"),
    };
    provided.contains(&types)
}

fn trimmed(folder: &str) -> &str {
    match folder.trim_matches('/') {
        "." => "",
        other => other,
    }
}

fn below(path: &str, folder: &str) -> bool {
    let folder = trimmed(folder);
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// How many of each file's sites are listed, at most [`SITES`] in all: a file with many leaves room for the others.
fn shares(found: &[usize]) -> Vec<usize> {
    let mut most = vec![0; found.len()];
    let mut room = SITES;
    while room > 0 {
        let open: Vec<usize> = (0..found.len()).filter(|at| most.get(*at) < found.get(*at)).collect();
        let Some(each) = room.checked_div(open.len()) else { break };
        for at in open.into_iter().take(room) {
            let (Some(own), Some(all)) = (most.get_mut(at), found.get(at)) else { continue };
            let more = each.max(1).min(all - *own);
            *own += more;
            room -= more;
        }
    }
    most
}

#[cfg(test)]
mod tests;
