//! Which names a piece of code may bind or change.
//!
//! Lives here: the cautious answer, without looking at values. Lives elsewhere: the values (`evaluate`).

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Stmt};

/// `setup(…)`, `setuptools.setup(…)`, `core.setup(…)`.
pub(super) fn is_setup(call: &ExprCall) -> bool {
    match &*call.func {
        Expr::Name(name) => name.id.as_str() == "setup",
        Expr::Attribute(attribute) => {
            let module = matches!(&*attribute.value, Expr::Name(n) if ["setuptools", "core", "distutils"].contains(&n.id.as_str()));
            attribute.attr.as_str() == "setup" && module
        }
        _ => false,
    }
}

/// Names that some code may bind or change, and the `setup` call in it.
#[derive(Default)]
pub(super) struct Touched<'a> {
    /// Of the module.
    pub(super) names: Vec<String>,
    /// Of functions: the module's names of the same spelling are others.
    pub(super) locals: Vec<String>,
    functions: usize,
    pub(super) setup: Option<&'a ExprCall>,
}

impl<'a> Touched<'a> {
    fn add(&mut self, name: &str) {
        if !self.names.iter().any(|n| n == name) {
            self.names.push(name.to_owned());
        }
    }

    /// The names in an assignment's target: `a`, `a["b"]`, `a.b`, `(a, b)`.
    pub(super) fn store(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.add(&name.id),
            Expr::Subscript(inner) => self.store(&inner.value),
            Expr::Attribute(inner) => self.store(&inner.value),
            Expr::Starred(inner) => self.store(&inner.value),
            Expr::Tuple(inner) => inner.elts.iter().for_each(|e| self.store(e)),
            Expr::List(inner) => inner.elts.iter().for_each(|e| self.store(e)),
            _ => {}
        }
    }

    /// Like `store`, but a plain name inside a function is its own.
    fn bind(&mut self, target: &Expr) {
        if self.functions == 0 {
            return self.store(target);
        }
        let mut inner = Self::default();
        inner.store(target);
        self.locals.append(&mut inner.names);
        if !matches!(target, Expr::Name(_) | Expr::Tuple(_) | Expr::List(_)) {
            self.store(target);
        }
    }

    /// The names that a call hands over or is made on.
    pub(super) fn escape(&mut self, call: &ExprCall) {
        let harmless = matches!(&*call.func, Expr::Name(n)
            if ["list", "dict", "set", "tuple", "sorted", "sum", "len", "print", "str", "open", "read", "setup"].contains(&n.id.as_str()));
        if !harmless && !is_setup(call) {
            let keywords = call.arguments.keywords.iter().map(|k| &k.value);
            call.arguments.args.iter().chain(keywords).for_each(|e| self.store(e));
        }
        if let Expr::Attribute(attribute) = &*call.func {
            let reads =
                ["copy", "keys", "values", "items", "get", "index", "count", "format", "join", "split", "setup"];
            if !reads.contains(&attribute.attr.as_str()) {
                self.store(&attribute.value);
            }
        }
    }
}

impl<'a> Visitor<'a> for Touched<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) => assign.targets.iter().for_each(|t| self.bind(t)),
            Stmt::AugAssign(assign) => self.store(&assign.target),
            Stmt::AnnAssign(assign) => self.bind(&assign.target),
            Stmt::For(inner) => self.bind(&inner.target),
            Stmt::Delete(inner) => inner.targets.iter().for_each(|t| self.store(t)),
            Stmt::With(inner) => {
                inner.items.iter().filter_map(|i| i.optional_vars.as_deref()).for_each(|t| self.bind(t));
            }
            Stmt::Global(inner) => inner.names.iter().for_each(|n| self.add(n)),
            Stmt::Import(inner) => inner.names.iter().for_each(|n| self.add(n.asname.as_ref().unwrap_or(&n.name))),
            Stmt::ImportFrom(inner) => inner.names.iter().for_each(|n| self.add(n.asname.as_ref().unwrap_or(&n.name))),
            Stmt::ClassDef(inner) => self.add(&inner.name),
            Stmt::FunctionDef(inner) => {
                self.add(&inner.name);
                self.locals.extend(inner.parameters.iter().map(|p| p.name().to_string()));
                self.functions += 1;
                walk_stmt(self, statement);
                self.functions -= 1;
                return;
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            if is_setup(call) && self.setup.is_none() {
                self.setup = Some(call);
            }
            self.escape(call);
        }
        if let Expr::Named(named) = expression {
            self.store(&named.target);
        }
        walk_expr(self, expression);
    }
}
