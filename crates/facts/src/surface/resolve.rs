//! Looking a name up in a release: is it there, is it surely not, or do the files not tell?
//!
//! Lives here: the rules of names, imports, stars, submodules, classes and their bases.
//! Lives elsewhere: what a module's `__getattr__` answers (`dynamic`), comparing two releases (`compare`).

use std::cell::Cell;
use std::rc::Rc;

use super::class::{self, Class};
use super::dynamic;
use super::module::{All, Deprecated, Module, What};
use super::tree::{At, Tree};

/// Imports and stars that are followed one after the other.
const DEEPEST: usize = 40;
/// Look-ups for one symbol.
const MOST: usize = 20_000;

/// What a name leads to.
#[derive(Debug, Clone)]
pub(super) enum Found {
    Present(Thing),
    /// Surely not there. `stub`: by what a stub says of compiled code.
    Absent {
        stub: bool,
    },
    /// Why nobody can tell.
    Unknown(String),
}

/// Something that a name leads to.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    pub(super) kind: Kind,
    /// Where it is made, by full name; of another package perhaps.
    pub(super) home: Option<String>,
    pub(super) deprecated: Option<Deprecated>,
    pub(super) stub: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Module(String),
    /// One for each branch that makes it.
    Class(Vec<Rc<Class>>),
    /// Made of a class.
    Object(Vec<Rc<Class>>),
    Function,
    Other,
}

impl Found {
    fn plain(kind: Kind, home: Option<String>) -> Self {
        Self::Present(Thing { kind, home, deprecated: None, stub: false })
    }

    fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown(why.into())
    }
}

/// Looks names up in one release.
#[derive(Debug)]
pub(super) struct Resolver<'t> {
    pub(super) tree: &'t Tree,
    asked: Cell<usize>,
}

impl<'t> Resolver<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        Self { tree, asked: Cell::new(0) }
    }

    /// What each part of a symbol leads to, by the name up to there: `flask`, `flask.Flask`, `flask.Flask().route`. Ends
    /// with the first that is not there or unknown, and where nothing of what follows is written down.
    pub(super) fn trail(&self, symbol: &str) -> Vec<(String, Found)> {
        self.asked.set(0);
        let mut trail: Vec<(String, Found)> = Vec::new();
        let mut here: Vec<Kind> = Vec::new();
        let mut path = String::new();
        for part in symbol.split('.') {
            let name = part.trim_end_matches("()");
            let calls = (part.len() - name.len()) / 2;
            let found = if path.is_empty() { vec![self.top(name)] } else { self.members(&here, name) };
            if found.is_empty() {
                break;
            }
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
            let (one, kinds) = joined(found);
            let present = matches!(one, Found::Present(_));
            trail.push((path.clone(), one));
            if !present {
                break;
            }
            here = kinds;
            if calls > 0 {
                path.push_str(&"()".repeat(calls));
                let made = here.into_iter().filter_map(|kind| match kind {
                    Kind::Class(classes) if calls == 1 => Some(Kind::Object(classes)),
                    _ => None,
                });
                here = made.collect();
            }
        }
        trail
    }

    fn top(&self, name: &str) -> Found {
        if self.tree.has_top(name) {
            return Found::plain(Kind::Module(name.to_owned()), None);
        }
        // What a package requires may bring the module in its stead.
        let normal = |text: &str| -> String {
            let end =
                text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(text.len());
            text.get(..end).unwrap_or_default().to_ascii_lowercase().replace(['_', '.'], "-")
        };
        let brought = self.tree.requires().any(|required| normal(required) == normal(name));
        if brought || self.tree.is_empty() || !self.tree.is_whole() {
            return Found::unknown(format!("`{}` has no module of that name", self.tree.file()));
        }
        Found::Absent { stub: false }
    }

    /// Nothing where no member of any can be known.
    fn members(&self, here: &[Kind], name: &str) -> Vec<Found> {
        let mut all = Vec::new();
        for kind in here {
            match kind {
                Kind::Module(module) => {
                    let inner = format!("{module}.{name}");
                    let found = self.name_in(module, name, 0);
                    let apart =
                        !matches!(&found, Found::Present(Thing { kind: Kind::Module(own), .. }) if *own == inner);
                    all.push(found);
                    if apart && self.tree.at(&inner).is_there() {
                        all.push(Found::plain(Kind::Module(inner), None));
                    }
                }
                Kind::Class(classes) | Kind::Object(classes) => {
                    all.extend(classes.iter().map(|class| self.member(class, name, 0)));
                }
                Kind::Function | Kind::Other => {}
            }
        }
        all
    }

    /// A name of a module of this release.
    pub(super) fn name_in(&self, module: &str, name: &str, depth: usize) -> Found {
        self.asked.set(self.asked.get() + 1);
        if depth > DEEPEST || self.asked.get() > MOST {
            return Found::unknown(format!("`{module}` leads too far"));
        }
        let inner = || {
            let inner = format!("{module}.{name}");
            self.tree.at(&inner).is_there().then_some(inner)
        };
        match self.tree.at(module) {
            At::Source(source) => self.in_source(&source, name, depth),
            At::Compiled(Some(stub)) => match self.in_stub(&stub, name, depth) {
                Found::Absent { .. } if inner().is_some() => {
                    Found::plain(Kind::Module(inner().unwrap_or_default()), None)
                }
                Found::Absent { .. } if is_given(name) => Found::plain(Kind::Other, None),
                found => found,
            },
            other => match inner() {
                Some(inner) => Found::plain(Kind::Module(inner), None),
                None => Found::Unknown(match other {
                    At::Compiled(_) => format!("`{module}` is compiled, and no stub tells what it has"),
                    At::Unread(why) => why,
                    At::Namespace => format!("`{module}` is a folder that other packages share"),
                    _ => format!("`{module}` is not in `{}`", self.tree.file()),
                }),
            },
        }
    }

    fn in_source(&self, module: &Rc<Module>, name: &str, depth: usize) -> Found {
        let bindings = module.bindings.get(name).map(Vec::as_slice).unwrap_or_default();
        if module.deleted.contains(name) {
            return Found::unknown(format!("`{}` deletes it again", module.name));
        }
        if bindings.iter().any(|b| !b.types_only) {
            return self.bound(module, name, depth);
        }
        let inner = format!("{}.{name}", module.name);
        if self.tree.at(&inner).is_there() {
            return Found::plain(Kind::Module(inner), None);
        }
        if is_given(name) {
            return Found::plain(Kind::Other, None);
        }
        let mut doubt = match self.through_stars(module, name, depth) {
            Ok(Some(thing)) => return Found::Present(thing),
            Ok(None) => None,
            Err(why) => Some(why),
        };
        let answers = module.bindings.get("__getattr__").map(Vec::as_slice).unwrap_or_default();
        if !bindings.is_empty() {
            // Names that are there for type checkers and come when they are asked for.
            if module.fills_itself || !answers.is_empty() {
                return Found::plain(Kind::Other, None);
            }
            doubt = doubt.or_else(|| Some(format!("`{}` has it for type checkers only", module.name)));
        }
        if module.fills_itself {
            doubt = doubt.or_else(|| Some(format!("`{}` makes names at run time", module.name)));
        }
        if !answers.is_empty() && doubt.is_none() {
            match dynamic::answer(self, module, name, depth) {
                dynamic::Answer::Given(deprecated) => {
                    return Found::Present(Thing { kind: Kind::Other, home: None, deprecated, stub: false });
                }
                dynamic::Answer::Refused => {}
                dynamic::Answer::Unclear => {
                    doubt = Some(format!("`{}` answers for names at run time", module.name));
                }
            }
        }
        if !self.tree.is_whole() && module.package {
            doubt = doubt.or_else(|| Some(format!("building `{}` may add to `{}`", self.tree.file(), module.name)));
        }
        if module.bindings.contains_key("__path__") {
            doubt = doubt.or_else(|| Some(format!("`{}` looks for its modules elsewhere", module.name)));
        }
        match doubt {
            None => Found::Absent { stub: false },
            Some(why) => {
                let stub = self.tree.stub(&module.name);
                match stub.map(|stub| self.in_stub(&stub, name, depth)) {
                    Some(Found::Present(thing)) => Found::Present(thing),
                    _ => Found::Unknown(why),
                }
            }
        }
    }

    fn in_stub(&self, stub: &Rc<Module>, name: &str, depth: usize) -> Found {
        let bindings = stub.bindings.get(name).map(Vec::as_slice).unwrap_or_default();
        let found = if bindings.iter().any(|b| !b.types_only) {
            self.bound(stub, name, depth)
        } else {
            match self.through_stars(stub, name, depth) {
                Ok(Some(thing)) => Found::Present(thing),
                Ok(None) if !bindings.is_empty() => {
                    Found::unknown(format!("the stub of `{}` only imports it", stub.name))
                }
                // A stub with `__getattr__` says of itself that it is not whole.
                Ok(None) if stub.bindings.contains_key("__getattr__") => {
                    Found::unknown(format!("the stub of `{}` is not whole", stub.name))
                }
                Ok(None) => Found::Absent { stub: true },
                Err(why) => Found::Unknown(why),
            }
        };
        match found {
            Found::Present(thing) => Found::Present(Thing { stub: true, ..thing }),
            other => other,
        }
    }

    /// What the bindings of a name come to.
    fn bound(&self, module: &Rc<Module>, name: &str, depth: usize) -> Found {
        let own = format!("{}.{name}", module.name);
        let bindings = module.bindings.get(name).into_iter().flatten().filter(|b| !b.types_only);
        let mut classes: Vec<Rc<Class>> = Vec::new();
        let (mut best, mut mixed, mut all_deprecated): (Option<Thing>, bool, Option<Deprecated>) = (None, false, None);
        let mut first = true;
        for binding in bindings {
            let thing = match &binding.what {
                What::Function { deprecated } => {
                    Thing { kind: Kind::Function, home: Some(own.clone()), deprecated: deprecated.clone(), stub: false }
                }
                What::Class(class) => Thing {
                    kind: Kind::Class(vec![Rc::clone(class)]),
                    home: Some(own.clone()),
                    deprecated: class.own.clone(),
                    stub: false,
                },
                What::Import { module: from, name: None } => self.imported_module(from),
                What::Import { module: from, name: Some(item) } => match self.imported(from, item, depth) {
                    Some(thing) => thing,
                    // In one branch it comes from where it is not; then another one is taken.
                    None => continue,
                },
                What::Value(value) => self.alias(module, value, depth).unwrap_or(Thing {
                    kind: Kind::Other,
                    home: Some(own.clone()),
                    deprecated: None,
                    stub: false,
                }),
                What::Other => Thing { kind: Kind::Other, home: None, deprecated: None, stub: false },
            };
            all_deprecated =
                if first { thing.deprecated.clone() } else { all_deprecated.and(thing.deprecated.clone()) };
            first = false;
            match &thing.kind {
                Kind::Class(more) => classes.extend(more.iter().cloned()),
                _ => mixed = true,
            }
            best = best.or(Some(thing));
        }
        let Some(mut thing) = best else {
            return Found::unknown(format!("`{}` imports it from where it is not", module.name));
        };
        thing.deprecated = all_deprecated;
        if !classes.is_empty() {
            // Of what is a class in one branch and something else in another nothing more is said.
            thing.kind = if mixed { Kind::Other } else { Kind::Class(classes) };
        }
        Found::Present(thing)
    }

    fn imported_module(&self, name: &str) -> Thing {
        let ours = self.tree.at(name).is_there();
        let kind = if ours { Kind::Module(name.to_owned()) } else { Kind::Other };
        Thing { kind, home: Some(name.to_owned()), deprecated: None, stub: false }
    }

    /// `None`: it is an import from this release of something that it surely does not have.
    fn imported(&self, from: &str, item: &str, depth: usize) -> Option<Thing> {
        let other = || Thing { kind: Kind::Other, home: Some(format!("{from}.{item}")), deprecated: None, stub: false };
        let top = from.split('.').next().unwrap_or(from);
        if !self.tree.has_top(top) || !self.tree.at(from).is_there() {
            return Some(other());
        }
        match self.name_in(from, item, depth + 1) {
            Found::Present(thing) => Some(thing),
            Found::Unknown(_) => Some(other()),
            Found::Absent { .. } => None,
        }
    }

    /// `Other = Name`, `Other = module.Name`.
    fn alias(&self, module: &Rc<Module>, value: &ruff_python_ast::Expr, depth: usize) -> Option<Thing> {
        if matches!(value, ruff_python_ast::Expr::Subscript(_)) {
            return None;
        }
        let path = class::dotted(value)?;
        match self.path_in(&module.name, &path, depth + 1)? {
            Found::Present(thing) => Some(thing),
            _ => None,
        }
    }

    /// A dotted name as a module sees it; `None`: it is no name of the module's own.
    fn path_in(&self, module: &str, path: &str, depth: usize) -> Option<Found> {
        let mut parts = path.split('.');
        let mut found = self.name_in(module, parts.next()?, depth);
        for part in parts {
            found = match found {
                Found::Present(Thing { kind: Kind::Module(inner), .. }) => self.name_in(&inner, part, depth + 1),
                Found::Present(_) => return None,
                other => return Some(other),
            };
        }
        Some(found)
    }

    /// Through `from x import *`. `Err`: why it cannot be told.
    fn through_stars(&self, module: &Rc<Module>, name: &str, depth: usize) -> Result<Option<Thing>, String> {
        let mut doubt = None;
        for star in &module.stars {
            let unclear = || format!("`{}` takes everything from `{star}`", module.name);
            let source = match self.tree.at(star) {
                At::Source(source) => source,
                At::Compiled(Some(stub)) => stub,
                _ => {
                    doubt = doubt.or_else(|| Some(unclear()));
                    continue;
                }
            };
            let listed = match &source.all {
                All::Listed(all) if all.contains(name) => true,
                All::Listed(_) => continue,
                All::Absent if name.starts_with('_') => continue,
                _ => false,
            };
            match self.name_in(star, name, depth + 1) {
                Found::Present(thing) => return Ok(Some(thing)),
                _ if listed => return Ok(Some(Thing { kind: Kind::Other, home: None, deprecated: None, stub: false })),
                Found::Absent { .. } => {}
                Found::Unknown(_) => doubt = doubt.or_else(|| Some(unclear())),
            }
        }
        doubt.map_or(Ok(None), Err)
    }

    /// A name of the objects of a class.
    fn member(&self, class: &Rc<Class>, name: &str, depth: usize) -> Found {
        if depth > DEEPEST {
            return Found::unknown("its bases lead too far");
        }
        if class.names.contains(name) {
            let deprecated = class.deprecated.get(name).cloned();
            return Found::Present(Thing { kind: Kind::Other, home: None, deprecated, stub: false });
        }
        if class.dynamic || name.starts_with("__") {
            return Found::unknown(format!("a class of `{}` makes names at run time", class.module));
        }
        let mut doubt = None;
        for base in &class.bases {
            let unclear = || format!("a base of a class in `{}` is not in this release", class.module);
            let Some(base) = base else {
                doubt = Some(unclear());
                continue;
            };
            let found = self.path_in(&class.module, base, depth + 1);
            let bases = match found {
                Some(Found::Present(Thing { kind: Kind::Class(bases), .. })) => bases,
                _ if class::adds_nothing(base) => continue,
                _ => {
                    doubt = Some(unclear());
                    continue;
                }
            };
            for base in bases {
                match self.member(&base, name, depth + 1) {
                    Found::Present(thing) => return Found::Present(thing),
                    Found::Unknown(why) => doubt = Some(why),
                    Found::Absent { .. } => {}
                }
            }
        }
        match doubt {
            Some(why) => Found::Unknown(why),
            None if matches!(self.tree.at(&class.module), At::Source(module) if module.fills_itself) => {
                Found::unknown(format!("`{}` makes names at run time", class.module))
            }
            None => Found::Absent { stub: false },
        }
    }
}

/// Names that every module has.
fn is_given(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}

/// Present where one is, absent where all are; with everything that it may be.
fn joined(found: Vec<Found>) -> (Found, Vec<Kind>) {
    let mut kinds = Vec::new();
    let (mut present, mut unknown, mut absent): (Option<Thing>, Option<String>, bool) = (None, None, false);
    for one in found {
        match one {
            Found::Present(thing) => {
                kinds.push(thing.kind.clone());
                present = present.or(Some(thing));
            }
            Found::Unknown(why) => unknown = unknown.or(Some(why)),
            Found::Absent { stub } => absent |= stub,
        }
    }
    let one = match (present, unknown) {
        (Some(thing), _) => Found::Present(thing),
        (None, Some(why)) => Found::Unknown(why),
        (None, None) => Found::Absent { stub: absent },
    };
    (one, kinds)
}
