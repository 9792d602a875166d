//! Names of a Python file: what an import binds, what hides it, and what was made from it.
//!
//! A name belongs to its function as a whole, as in the language; a class's names are seen in its body only.
//! Of two bindings of one name in one scope an import wins: `except ImportError: yaml = None` hides nothing.

use std::collections::HashMap;

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Pattern, Stmt};

/// Steps from an imported name that are followed: `a.b().c` has three.
const STEPS: usize = 12;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    /// Full dotted name; `()` marks a call: `redis.from_url()`.
    pub(super) path: String,
    /// Not the imported thing itself, but what came out of it.
    pub(super) derived: bool,
}

#[derive(Debug, Default)]
struct Scope<'a> {
    class: bool,
    /// Empty: a name of the file's own.
    names: HashMap<&'a str, Vec<Bound>>,
}

#[derive(Debug, Default)]
pub(super) struct Scopes<'a> {
    stack: Vec<Scope<'a>>,
}

impl<'a> Scopes<'a> {
    /// Opens the scope of a module, function or class: all that `body` binds, and `own` names such as parameters.
    pub(super) fn enter(&mut self, class: bool, own: &[&'a str], body: &'a [Stmt]) {
        let mut collected = Collector::default();
        collected.visit_body(body);
        let mut names: HashMap<&'a str, Vec<Bound>> = own.iter().map(|name| (*name, Vec::new())).collect();
        for name in collected.stored.keys().filter(|name| !collected.outer.contains(*name)) {
            names.entry(name).or_default();
        }
        for (name, path) in collected.imported {
            names.entry(name).or_default().push(Bound { path, derived: false });
        }
        self.stack.push(Scope { class, names });
        // In the order of the file, so that one may build on the other.
        for (name, value, kind) in collected.made {
            let single = collected.stored.get(name) == Some(&1) && !collected.outer.contains(&name);
            let resolved = if single { self.resolve(value) } else { None };
            let Some(scope) = self.stack.last_mut() else { continue };
            if let Some(mut bound) = resolved
                && scope.names.get(name).is_some_and(Vec::is_empty)
            {
                bound.derived |= kind != Made::Alias;
                scope.names.insert(name, vec![bound]);
            }
        }
    }

    /// Opens a scope of plain names: a lambda, a comprehension.
    pub(super) fn enter_plain(&mut self, own: Vec<&'a str>) {
        self.stack.push(Scope { class: false, names: own.into_iter().map(|name| (name, Vec::new())).collect() });
    }

    pub(super) fn leave(&mut self) {
        self.stack.pop();
    }

    /// What `name` stands for here; empty when it has nothing to do with an import.
    pub(super) fn lookup(&self, name: &str) -> &[Bound] {
        let innermost = self.stack.len().saturating_sub(1);
        let seen = |(level, scope): &(usize, &Scope<'a>)| !scope.class || *level == innermost;
        let mut scopes = self.stack.iter().enumerate().rev().filter(seen);
        scopes.find_map(|(_, scope)| scope.names.get(name)).map_or(&[], Vec::as_slice)
    }

    /// The full name of an expression that starts at an imported name.
    pub(super) fn resolve(&self, expr: &Expr) -> Option<Bound> {
        self.follow(expr, STEPS)
    }

    fn follow(&self, expr: &Expr, steps: usize) -> Option<Bound> {
        let steps = steps.checked_sub(1)?;
        match expr {
            Expr::Name(name) => self.lookup(name.id.as_str()).first().cloned(),
            Expr::Attribute(attribute) => {
                let mut bound = self.follow(&attribute.value, steps)?;
                bound.path.push('.');
                bound.path.push_str(attribute.attr.as_str());
                Some(bound)
            }
            Expr::Call(call) => {
                let mut bound = self.follow(&call.func, steps)?;
                bound.path.push_str("()");
                bound.derived = true;
                Some(bound)
            }
            Expr::Await(inner) => self.follow(&inner.value, steps),
            _ => None,
        }
    }
}

/// How a name came to its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    Alias,
    /// `class Model(pydantic.BaseModel)`
    Subclass,
}

/// What one scope binds; the scopes inside it are left alone.
#[derive(Debug, Default)]
struct Collector<'a> {
    imported: Vec<(&'a str, String)>,
    /// Names that are bound otherwise, and how often.
    stored: HashMap<&'a str, usize>,
    made: Vec<(&'a str, &'a Expr, Made)>,
    /// Named by `global` or `nonlocal`.
    outer: Vec<&'a str>,
}

impl<'a> Collector<'a> {
    fn store(&mut self, name: &'a str) {
        *self.stored.entry(name).or_default() += 1;
    }
}

impl<'a> Visitor<'a> for Collector<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.as_str();
                    match &alias.asname {
                        Some(name) => self.imported.push((name.as_str(), module.to_owned())),
                        None => {
                            let top = module.split('.').next().unwrap_or(module);
                            self.imported.push((top, top.to_owned()));
                        }
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    match (&import.module, import.level) {
                        (Some(module), 0) => self.imported.push((name, format!("{module}.{}", alias.name))),
                        _ => self.store(name),
                    }
                }
            }
            Stmt::FunctionDef(function) => self.store(function.name.as_str()),
            Stmt::ClassDef(class) => {
                self.store(class.name.as_str());
                if let Some(base) = class.arguments.iter().flat_map(|a| a.args.iter()).next() {
                    self.made.push((class.name.as_str(), base, Made::Subclass));
                }
            }
            Stmt::Global(global) => self.outer.extend(global.names.iter().map(|n| n.as_str())),
            Stmt::Nonlocal(nonlocal) => self.outer.extend(nonlocal.names.iter().map(|n| n.as_str())),
            _ => {
                match statement {
                    Stmt::Assign(assign) => {
                        if let [Expr::Name(name)] = assign.targets.as_slice() {
                            self.made.push((name.id.as_str(), &assign.value, Made::Alias));
                        }
                    }
                    Stmt::AnnAssign(assign) => {
                        if let (Expr::Name(name), Some(value)) = (assign.target.as_ref(), &assign.value) {
                            self.made.push((name.id.as_str(), value, Made::Alias));
                        }
                    }
                    Stmt::With(with) => {
                        for item in &with.items {
                            if let Some(Expr::Name(name)) = item.optional_vars.as_deref() {
                                self.made.push((name.id.as_str(), &item.context_expr, Made::Alias));
                            }
                        }
                    }
                    _ => {}
                }
                walk_stmt(self, statement);
            }
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if !name.ctx.is_load() => self.store(name.id.as_str()),
            Expr::Lambda(_) | Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {}
            _ => walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.store(name.as_str());
        }
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(ast::PatternMatchAs { name, .. }) => name.as_ref(),
            Pattern::MatchStar(ast::PatternMatchStar { name, .. }) => name.as_ref(),
            Pattern::MatchMapping(ast::PatternMatchMapping { rest, .. }) => rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.store(name.as_str());
        }
        walk_pattern(self, pattern);
    }
}

/// Names that a target such as `(a, *b)` binds.
pub(super) fn targets<'a>(expr: &'a Expr, into: &mut Vec<&'a str>) {
    match expr {
        Expr::Name(name) => into.push(name.id.as_str()),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|e| targets(e, into)),
        Expr::List(list) => list.elts.iter().for_each(|e| targets(e, into)),
        Expr::Starred(starred) => targets(&starred.value, into),
        _ => {}
    }
}
