//! The modules of one release: which there are, in what form, and the text of those that can be read.
//!
//! Lives here: paths to modules. Lives elsewhere: what a module's text binds (`module`), looking a name up (`resolve`).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::module::{self, Module};

/// Longer files are not parsed, in bytes.
const PARSED: usize = 512 * 1024;
/// Deepest nesting of brackets that is parsed.
const NESTING: usize = 500;

/// The files of a release that matter, as read from its archive.
#[derive(Debug, Clone, Default)]
pub(super) struct Files {
    /// The archive's name.
    pub(super) name: String,
    /// By path from the archive's root, with `/`.
    pub(super) texts: BTreeMap<String, String>,
    /// Paths of compiled modules.
    pub(super) compiled: BTreeSet<String>,
    /// Nothing is made when it is installed: a module that is not in it is not there.
    pub(super) whole: bool,
    /// It is laid out as it will be installed.
    pub(super) wheel: bool,
}

/// What stands at a dotted name.
#[derive(Debug, Clone)]
pub(super) enum At {
    Source(Rc<Module>),
    /// Compiled; its stub, where there is one.
    Compiled(Option<Rc<Module>>),
    /// A folder without `__init__`, of which other packages may hold parts.
    Namespace,
    /// It is there and cannot be read, with the reason.
    Unread(String),
    Missing,
}

impl At {
    pub(super) fn is_there(&self) -> bool {
        !matches!(self, Self::Missing)
    }
}

#[derive(Debug, Default)]
struct Parts {
    source: Option<String>,
    stub: Option<String>,
    compiled: bool,
    folder: bool,
    package: bool,
}

/// One release, read as far as it is asked for.
#[derive(Debug)]
pub(super) struct Tree {
    files: Files,
    parts: BTreeMap<String, Parts>,
    read: RefCell<BTreeMap<String, At>>,
    stubs: RefCell<BTreeMap<String, Option<Rc<Module>>>>,
}

impl Tree {
    pub(super) fn new(files: Files) -> Self {
        let base = root(&files);
        let mut parts: BTreeMap<String, Parts> = BTreeMap::new();
        for path in files.texts.keys().chain(&files.compiled) {
            let Some(inner) = path.strip_prefix(base).map(installed) else { continue };
            let (folder, file) = inner.rsplit_once('/').unwrap_or(("", inner));
            let Some((stem, ending)) = file.split_once('.') else { continue };
            let package = folder.replace('/', ".");
            if folder.split('/').any(|part| part.contains('.')) {
                continue;
            }
            let is_init = stem == "__init__";
            let name = match (is_init, package.is_empty()) {
                (true, _) => package.clone(),
                (false, true) => stem.to_owned(),
                (false, false) => format!("{package}.{stem}"),
            };
            if name.is_empty() {
                continue;
            }
            let mut above = package.as_str();
            while !above.is_empty() {
                parts.entry(above.to_owned()).or_default().folder = true;
                above = above.rsplit_once('.').map_or("", |(up, _)| up);
            }
            let one = parts.entry(name).or_default();
            // A package goes before a module of the same name.
            if one.package && !is_init {
                continue;
            }
            if is_init && !one.package {
                *one = Parts { folder: true, package: true, ..Parts::default() };
            }
            match ending {
                "py" => one.source = Some(path.clone()),
                "pyi" => one.stub = Some(path.clone()),
                _ => one.compiled = true,
            }
        }
        Self { files, parts, read: RefCell::default(), stubs: RefCell::default() }
    }

    pub(super) fn file(&self) -> &str {
        &self.files.name
    }

    /// A module that is not in it is not there.
    pub(super) fn is_whole(&self) -> bool {
        self.files.whole
    }

    /// Names of the modules that have a text.
    pub(super) fn modules(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().filter_map(|(name, parts)| {
            let path = parts.source.as_ref()?;
            Some((name.as_str(), self.files.texts.get(path)?.as_str()))
        })
    }

    /// Whether anything stands at a name without a dot.
    pub(super) fn has_top(&self, top: &str) -> bool {
        self.parts.contains_key(top)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Packages that its metadata require, as written.
    pub(super) fn requires(&self) -> impl Iterator<Item = &str> {
        let metadata = self.files.texts.iter().find(|(path, _)| path.ends_with(".dist-info/METADATA"));
        let lines = metadata.map(|(_, text)| text.lines()).into_iter().flatten();
        lines.take_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix("Requires-Dist: "))
    }

    /// What stands at `name`.
    pub(super) fn at(&self, name: &str) -> At {
        if let Some(known) = self.read.borrow().get(name) {
            return known.clone();
        }
        let found = match self.parts.get(name) {
            None => At::Missing,
            Some(parts) => match (&parts.source, parts.compiled) {
                // A compiled module goes before the source beside it, whose names it has.
                (Some(path), _) => match self.parsed(name, path, parts.package, false) {
                    Ok(module) => At::Source(module),
                    Err(why) => At::Unread(why),
                },
                (None, true) => At::Compiled(self.stub(name)),
                // A stub without a module stands for something that is made when it is installed.
                (None, false) if parts.stub.is_some() => At::Compiled(self.stub(name)),
                (None, false) => At::Namespace,
            },
        };
        self.read.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    /// The stub beside a module.
    pub(super) fn stub(&self, name: &str) -> Option<Rc<Module>> {
        if let Some(known) = self.stubs.borrow().get(name) {
            return known.clone();
        }
        let found = self
            .parts
            .get(name)
            .and_then(|parts| Some((parts.stub.as_ref()?, parts.package)))
            .and_then(|(path, package)| self.parsed(name, path, package, true).ok());
        self.stubs.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    fn parsed(&self, name: &str, path: &str, package: bool, stub: bool) -> Result<Rc<Module>, String> {
        let text = self.files.texts.get(path).map_or("", String::as_str);
        if text.len() > PARSED {
            return Err(format!("`{path}` is longer than {} KiB", PARSED / 1024));
        }
        if nesting(text) > NESTING {
            return Err(format!("`{path}` is nested deeper than {NESTING}"));
        }
        // A parser that gives up by panicking costs one module.
        let read = catch_unwind(AssertUnwindSafe(|| module::read(text, name, package, stub)));
        match read {
            Ok(Some(module)) => Ok(Rc::new(module)),
            Ok(None) => Err(format!("`{path}` is not Python as this version reads it")),
            Err(_) => Err(format!("the parser gave `{path}` up")),
        }
    }
}

/// Below which folder packages lie: a source distribution may have them in `src` or `lib`.
fn root(files: &Files) -> &'static str {
    let holds = |folder: &str| {
        files.texts.keys().any(|path| {
            path.strip_prefix(folder)
                .is_some_and(|rest| rest.ends_with("/__init__.py") && rest.matches('/').count() == 1)
        })
    };
    if files.wheel { "" } else { ["src/", "lib/"].into_iter().find(|folder| holds(folder)).unwrap_or("") }
}

/// Where a wheel's file lands: `x-1.0.data/purelib/a.py` is `a.py`.
fn installed(path: &str) -> &str {
    let mut parts = path.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(top), Some("purelib" | "platlib"), Some(rest)) if top.ends_with(".data") => rest,
        _ => path,
    }
}

/// Deepest nesting of brackets, those in strings and comments counted as well.
fn nesting(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                most = most.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}
