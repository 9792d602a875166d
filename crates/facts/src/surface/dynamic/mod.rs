//! What a module's `__getattr__` answers for one name: its text is followed, nothing is run.
//!
//! Lives here: statements. Lives elsewhere: the values that its conditions compare (`value`).
//! Whatever is not followed makes the answer unclear; a name is refused only where every way ends in `raise`.

mod value;

use std::collections::BTreeMap;
use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtFunctionDef};

use super::module::{Deprecated, Module, What};
use super::resolve::Resolver;
use super::tree::At;
use super::warned::warns;
use value::{Value, Values};

/// Statements that are followed for one name.
const STEPS: usize = 4000;
/// Functions that call each other.
const CALLS: usize = 6;

/// What comes of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Given(Option<Deprecated>),
    Refused,
    Unclear,
}

pub(super) fn answer(resolver: &Resolver<'_>, module: &Rc<Module>, name: &str, depth: usize) -> Answer {
    let function = match module.bindings.get("__getattr__").map(Vec::as_slice) {
        Some([one]) => match &one.what {
            What::Function { .. } => module
                .functions
                .get("__getattr__")
                .map(|f| Value::Function(Rc::clone(f), BTreeMap::new(), module.name.clone())),
            // `__getattr__ = made_by(__name__)`
            What::Value(made) => {
                let mut run = Run::new(resolver, module, name, depth);
                match run.called(made, &Names::new()) {
                    Some(Ends::Returned { value, .. }) => value,
                    _ => Some(run.values(&Names::new()).of(made)),
                }
            }
            _ => None,
        },
        _ => None,
    };
    let Some(Value::Function(function, around, home)) = function else { return Answer::Unclear };
    let mut run = Run::new(resolver, module, name, depth);
    match run.call(&function, around, &home, vec![Value::Text(name.to_owned())]) {
        Ends::Raised => Answer::Refused,
        Ends::Returned { certain: true, .. } | Ends::Fell => Answer::Given(run.deprecated),
        Ends::Returned { .. } if run.listed => Answer::Given(run.deprecated),
        Ends::Returned { .. } | Ends::Unclear => Answer::Unclear,
    }
}

/// Names of a function by what they hold.
type Names = BTreeMap<String, Value>;

/// How a list of statements ends.
#[derive(Debug, Clone)]
enum Ends {
    /// Past its last statement.
    Fell,
    /// `certain`: nothing in what is returned could fail.
    Returned {
        certain: bool,
        value: Option<Value>,
    },
    Raised,
    Unclear,
}

impl Ends {
    fn is_like(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Fell, Self::Fell)
                | (Self::Returned { certain: true, .. }, Self::Returned { certain: true, .. })
                | (Self::Returned { certain: false, .. }, Self::Returned { certain: false, .. })
                | (Self::Raised, Self::Raised)
        )
    }
}

struct Run<'r, 't> {
    resolver: &'r Resolver<'t>,
    module: Rc<Module>,
    name: String,
    origin: String,
    depth: usize,
    steps: usize,
    calls: usize,
    /// The name was found in something that is written out.
    listed: bool,
    deprecated: Option<Deprecated>,
}

impl<'r, 't> Run<'r, 't> {
    fn new(resolver: &'r Resolver<'t>, module: &Rc<Module>, name: &str, depth: usize) -> Self {
        Self {
            resolver,
            module: Rc::clone(module),
            name: name.to_owned(),
            origin: module.name.clone(),
            depth,
            steps: 0,
            calls: 0,
            listed: false,
            deprecated: None,
        }
    }

    fn values<'v>(&'v mut self, names: &'v Names) -> Values<'v> {
        Values {
            resolver: self.resolver,
            module: &self.module,
            asked: &self.name,
            names,
            listed: &mut self.listed,
            origin: &self.origin,
            depth: self.depth,
        }
    }

    fn call(&mut self, function: &StmtFunctionDef, around: Names, home: &str, arguments: Vec<Value>) -> Ends {
        self.calls += 1;
        let At::Source(module) = self.resolver.tree.at(home) else { return Ends::Unclear };
        if self.calls > CALLS {
            return Ends::Unclear;
        }
        let before = std::mem::replace(&mut self.module, module);
        let mut names = around;
        for (parameter, argument) in
            function.parameters.iter().zip(arguments.into_iter().chain(std::iter::repeat(Value::Unclear)))
        {
            names.insert(parameter.name().to_string(), argument);
        }
        let body: Vec<&Stmt> = function.body.iter().collect();
        let ends = self.follow(&body, names);
        self.module = before;
        self.calls -= 1;
        ends
    }

    /// The end of a call of a function that is written down in the release.
    fn called(&mut self, expr: &Expr, names: &Names) -> Option<Ends> {
        let Expr::Call(call) = expr else { return None };
        let mut function = self.values(names).of(&call.func);
        if let Value::Made(made, home) = &function {
            let At::Source(module) = self.resolver.tree.at(home) else { return None };
            self.calls += 1;
            if self.calls > CALLS {
                return None;
            }
            let before = std::mem::replace(&mut self.module, module);
            let ends = self.called(made, &Names::new());
            self.module = before;
            self.calls -= 1;
            let Some(Ends::Returned { value: Some(value), .. }) = ends else { return None };
            function = value;
        }
        let Value::Function(function, around, home) = function else { return None };
        let arguments = call.arguments.args.iter().map(|a| self.values(names).of(a)).collect();
        Some(self.call(&function, around, &home, arguments))
    }

    fn follow(&mut self, body: &[&Stmt], mut names: Names) -> Ends {
        for (at, statement) in body.iter().enumerate() {
            self.steps += 1;
            if self.steps > STEPS {
                return Ends::Unclear;
            }
            let rest = body.get(at + 1..).unwrap_or_default();
            let with = |first: &[Stmt]| -> Vec<Stmt> { first.to_vec() };
            match statement {
                Stmt::Return(returned) => return self.returned(returned.value.as_deref(), &names),
                Stmt::Raise(_) => return Ends::Raised,
                Stmt::If(condition) => {
                    let mut branches: Vec<(Option<&Expr>, &[Stmt])> = vec![(Some(&condition.test), &condition.body)];
                    branches.extend(condition.elif_else_clauses.iter().map(|c| (c.test.as_ref(), c.body.as_slice())));
                    return self.branches(&branches, rest, names);
                }
                Stmt::Try(attempt) => {
                    let inner: Vec<&Stmt> = attempt.body.iter().collect();
                    let first = match self.follow(&inner, names.clone()) {
                        Ends::Fell => {
                            // What it bound is not known any more.
                            forget(&attempt.body, &mut names);
                            let more: Vec<&Stmt> =
                                attempt.orelse.iter().chain(&attempt.finalbody).chain(rest.iter().copied()).collect();
                            self.follow(&more, names.clone())
                        }
                        other => other,
                    };
                    // A call inside may fail, and then a handler takes over.
                    let handlers = attempt.handlers.iter().map(|ExceptHandler::ExceptHandler(h)| with(&h.body));
                    forget(&attempt.body, &mut names);
                    for handler in handlers.collect::<Vec<_>>() {
                        let more: Vec<&Stmt> =
                            handler.iter().chain(&attempt.finalbody).chain(rest.iter().copied()).collect();
                        if !self.follow(&more, names.clone()).is_like(&first) {
                            return Ends::Unclear;
                        }
                    }
                    return first;
                }
                Stmt::With(with) => {
                    let more: Vec<&Stmt> = with.body.iter().chain(rest.iter().copied()).collect();
                    return self.follow(&more, names);
                }
                Stmt::For(_) | Stmt::While(_) | Stmt::Match(_) => {
                    if Leaves::any(statement) {
                        return Ends::Unclear;
                    }
                    forget(std::slice::from_ref(*statement), &mut names);
                }
                Stmt::Assign(assign) => {
                    let value = match self.called(&assign.value, &names) {
                        Some(Ends::Raised) => return Ends::Raised,
                        Some(Ends::Returned { value: Some(value), .. }) => value,
                        _ => self.values(&names).of(&assign.value),
                    };
                    if matches!(value, Value::Missing) {
                        return Ends::Raised;
                    }
                    match assign.targets.as_slice() {
                        [Expr::Name(name)] => {
                            names.insert(name.id.to_string(), value);
                        }
                        _ => forget(std::slice::from_ref(*statement), &mut names),
                    }
                }
                Stmt::AnnAssign(assign) => {
                    let value = assign.value.as_deref().map_or(Value::Unclear, |value| self.values(&names).of(value));
                    if let Expr::Name(name) = assign.target.as_ref() {
                        names.insert(name.id.to_string(), value);
                    }
                }
                Stmt::ImportFrom(import) => {
                    let module = self.module.absolute(import.level, import.module.as_ref().map(|m| m.as_str()));
                    for alias in &import.names {
                        let own = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                        let value = module
                            .as_deref()
                            .map_or(Value::Unclear, |from| Value::Imported(from.to_owned(), alias.name.to_string()));
                        names.insert(own, value);
                    }
                }
                Stmt::FunctionDef(inner) => {
                    names.insert(
                        inner.name.to_string(),
                        Value::Function(Rc::new(inner.clone()), names.clone(), self.module.name.clone()),
                    );
                }
                Stmt::Expr(expression) => {
                    if let Expr::Call(call) = expression.value.as_ref() {
                        if let Some(says) = warns(call).or_else(|| plain_warning(call)) {
                            self.deprecated = Some(says);
                        } else if let Some(Ends::Raised) = self.called(&expression.value, &names) {
                            return Ends::Raised;
                        }
                    }
                }
                Stmt::AugAssign(_) | Stmt::Import(_) => forget(std::slice::from_ref(*statement), &mut names),
                _ => {}
            }
        }
        Ends::Fell
    }

    fn returned(&mut self, value: Option<&Expr>, names: &Names) -> Ends {
        let Some(value) = value else { return Ends::Returned { certain: true, value: None } };
        match self.called(value, names) {
            Some(Ends::Fell) => return Ends::Returned { certain: true, value: None },
            Some(Ends::Unclear) | None => {}
            Some(ends) => return ends,
        }
        let known = self.values(names).of(value);
        if matches!(known, Value::Missing) {
            return Ends::Raised;
        }
        let mut calls = Calls(false);
        calls.visit_expr(value);
        Ends::Returned { certain: !calls.0 && !matches!(known, Value::Unclear), value: Some(known) }
    }

    /// The branches of an `if`, each followed by what comes after it.
    fn branches(&mut self, branches: &[(Option<&Expr>, &[Stmt])], rest: &[&Stmt], names: Names) -> Ends {
        let Some(((test, body), others)) = branches.split_first() else { return self.follow(rest, names) };
        let taken: Vec<&Stmt> = body.iter().chain(rest.iter().copied()).collect();
        let listed = self.listed;
        match test.map(|test| self.values(&names).holds(test)) {
            None | Some(Some(true)) => self.follow(&taken, names),
            Some(Some(false)) => {
                self.listed = listed;
                self.branches(others, rest, names)
            }
            Some(None) => {
                let (before, warned) = (self.listed, self.deprecated.clone());
                let yes = self.follow(&taken, names.clone());
                let said = std::mem::replace(&mut self.deprecated, warned);
                let was_listed = std::mem::replace(&mut self.listed, before);
                let no = self.branches(others, rest, names);
                self.listed &= was_listed;
                self.deprecated = self.deprecated.take().and(said);
                if yes.is_like(&no) { no } else { Ends::Unclear }
            }
        }
    }
}

/// `warn(f"…")` without a category that says so: whoever warns about a name means that it goes.
fn plain_warning(call: &ruff_python_ast::ExprCall) -> Option<Deprecated> {
    (super::warned::last(&call.func)? == "warn").then(Deprecated::default)
}

/// Names that statements bind hold nothing known.
fn forget(body: &[Stmt], names: &mut Names) {
    struct Bound<'n>(&'n mut Names);
    impl<'a> Visitor<'a> for Bound<'_> {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if let Stmt::Import(import) = statement {
                for alias in &import.names {
                    self.0.insert(alias.asname.as_ref().unwrap_or(&alias.name).to_string(), Value::Unclear);
                }
            }
            walk_stmt(self, statement);
        }

        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Name(name) = expr
                && !name.ctx.is_load()
            {
                self.0.insert(name.id.to_string(), Value::Unclear);
            }
            ruff_python_ast::visitor::walk_expr(self, expr);
        }
    }
    Bound(names).visit_body(body);
}

/// Whether a loop may end the function.
struct Leaves(bool);

impl Leaves {
    fn any(statement: &Stmt) -> bool {
        let mut leaves = Self(false);
        leaves.visit_stmt(statement);
        leaves.0
    }
}

impl<'a> Visitor<'a> for Leaves {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.0 |= matches!(statement, Stmt::Return(_) | Stmt::Raise(_));
        walk_stmt(self, statement);
    }
}

/// Whether an expression calls or looks up something, which may fail.
struct Calls(bool);

impl<'a> Visitor<'a> for Calls {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.0 |= matches!(expr, Expr::Call(_) | Expr::Subscript(_));
        ruff_python_ast::visitor::walk_expr(self, expr);
    }
}
