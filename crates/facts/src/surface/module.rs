//! What the text of one module binds at its top: in every branch, since nobody knows which one runs.
//!
//! Lives here: bindings, `__all__`, star imports, and the signs of a module that fills itself at run time.
//! Lives elsewhere: classes (`class`), what a name leads to (`resolve`), what `__getattr__` answers (`dynamic`).

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Mod, Stmt, StmtFunctionDef};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use super::class::{self, Class};
use super::warned::deprecation;

/// One module.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// Dotted.
    pub(super) name: String,
    pub(super) package: bool,
    pub(super) stub: bool,
    pub(super) bindings: BTreeMap<String, Vec<Binding>>,
    /// Modules of `from x import *`.
    pub(super) stars: Vec<String>,
    /// `__all__` as far as it is written out.
    pub(super) all: All,
    /// Functions by name, the last one of each.
    pub(super) functions: BTreeMap<String, Rc<StmtFunctionDef>>,
    /// It puts names into itself, or itself into `sys.modules`.
    pub(super) fills_itself: bool,
    pub(super) deleted: BTreeSet<String>,
    /// Names that something changes in place: `x.update()`, `x[0] = 1`, `x += []`.
    pub(super) changed: BTreeSet<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum All {
    /// Not stated.
    #[default]
    Absent,
    Listed(BTreeSet<String>),
    /// Put together in a way that is not followed.
    Unclear,
}

/// One way in which a name comes to be.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub(super) what: What,
    /// Below `if TYPE_CHECKING`, or an import of a stub that is its own business.
    pub(super) types_only: bool,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Function {
        deprecated: Option<Deprecated>,
    },
    Class(Rc<Class>),
    /// `from module import name`, `import module`. The module is absolute.
    Import {
        module: String,
        name: Option<String>,
    },
    Value(Rc<Expr>),
    /// A loop's, a `with`'s, a part of what was unpacked.
    Other,
}

/// Something says that it is deprecated, perhaps in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Deprecated {
    pub(super) says: Option<String>,
}

/// `None` when the text is not Python as far as this parser knows it.
pub(super) fn read(text: &str, name: &str, package: bool, stub: bool) -> Option<Module> {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    if !parsed.errors().is_empty() {
        return None;
    }
    let Mod::Module(tree) = parsed.into_syntax() else { return None };
    let mut module = Module { name: name.to_owned(), package, stub, ..Module::default() };
    module.statements(&tree.body, false);
    let mut signs = Signs { module: &mut module, depth: 0, loops: Vec::new() };
    signs.visit_body(&tree.body);
    Some(module)
}

impl Module {
    fn bind(&mut self, name: &str, what: What, types_only: bool) {
        self.bindings.entry(name.to_owned()).or_default().push(Binding { what, types_only });
    }

    /// The module that `from …level module` means here; `None`: it leads out of the release.
    pub(super) fn absolute(&self, level: u32, module: Option<&str>) -> Option<String> {
        if level == 0 {
            return module.map(str::to_owned);
        }
        let mut base = self.name.as_str();
        for _ in u32::from(self.package)..level {
            base = base.rsplit_once('.').map_or("", |(up, _)| up);
        }
        match (base.is_empty(), module) {
            (true, _) => None,
            (false, None) => Some(base.to_owned()),
            (false, Some(module)) => Some(format!("{base}.{module}")),
        }
    }

    fn statements(&mut self, body: &[Stmt], types_only: bool) {
        for statement in body {
            self.statement(statement, types_only);
        }
    }

    fn statement(&mut self, statement: &Stmt, types_only: bool) {
        match statement {
            Stmt::FunctionDef(function) => {
                let what = What::Function { deprecated: deprecation(&function.decorator_list, &function.body) };
                self.bind(function.name.as_str(), what, types_only);
                self.functions.insert(function.name.to_string(), Rc::new(function.clone()));
            }
            Stmt::ClassDef(definition) => {
                let class = class::read(definition, &self.name);
                self.bind(definition.name.as_str(), What::Class(Rc::new(class)), types_only);
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.as_str();
                    let (name, module) = match &alias.asname {
                        Some(name) => (name.as_str(), module),
                        None => {
                            let top = module.split('.').next().unwrap_or(module);
                            (top, top)
                        }
                    };
                    let own = types_only || (self.stub && alias.asname.as_ref().is_none_or(|n| n.as_str() != module));
                    self.bind(name, What::Import { module: module.to_owned(), name: None }, own);
                }
            }
            Stmt::ImportFrom(import) => self.import_from(import, types_only),
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assigned(target, Some(&assign.value), types_only);
                }
            }
            // `x: int` alone binds nothing, but in a stub it says that there is one.
            Stmt::AnnAssign(assign) if assign.value.is_some() || self.stub => {
                self.assigned(&assign.target, assign.value.as_deref(), types_only);
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = assign.target.as_ref() {
                    self.changed.insert(name.id.to_string());
                    if name.id.as_str() == "__all__" {
                        self.all_grows(&assign.value);
                    }
                }
            }
            Stmt::TypeAlias(alias) => self.assigned(&alias.name, None, types_only),
            Stmt::If(condition) => {
                let types = types_only || is_type_checking(&condition.test);
                self.statements(&condition.body, types);
                for clause in &condition.elif_else_clauses {
                    self.statements(&clause.body, types_only);
                }
            }
            Stmt::Try(attempt) => {
                self.statements(&attempt.body, types_only);
                for ast::ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                    self.statements(&handler.body, types_only);
                }
                self.statements(&attempt.orelse, types_only);
                self.statements(&attempt.finalbody, types_only);
            }
            Stmt::With(with) => {
                for item in &with.items {
                    if let Some(target) = &item.optional_vars {
                        self.assigned(target, None, types_only);
                    }
                }
                self.statements(&with.body, types_only);
            }
            Stmt::For(each) => {
                self.assigned(&each.target, None, types_only);
                self.statements(&each.body, types_only);
                self.statements(&each.orelse, types_only);
            }
            Stmt::While(each) => {
                self.statements(&each.body, types_only);
                self.statements(&each.orelse, types_only);
            }
            Stmt::Match(choice) => choice.cases.iter().for_each(|case| self.statements(&case.body, types_only)),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let Expr::Name(name) = target {
                        self.deleted.insert(name.id.to_string());
                    }
                }
            }
            Stmt::Expr(expression) => self.all_changes(&expression.value),
            _ => {}
        }
    }

    fn import_from(&mut self, import: &ast::StmtImportFrom, types_only: bool) {
        let module = self.absolute(import.level, import.module.as_ref().map(ast::Identifier::as_str));
        for alias in &import.names {
            let (name, own) = (alias.name.as_str(), alias.asname.as_ref().map(ast::Identifier::as_str));
            let Some(module) = &module else {
                self.bind(own.unwrap_or(name), What::Other, types_only);
                continue;
            };
            if name == "*" {
                if !types_only {
                    self.stars.push(module.clone());
                }
                continue;
            }
            let private = self.stub && own != Some(name);
            let what = What::Import { module: module.clone(), name: Some(name.to_owned()) };
            self.bind(own.unwrap_or(name), what, types_only || private);
        }
    }

    fn assigned(&mut self, target: &Expr, value: Option<&Expr>, types_only: bool) {
        match target {
            Expr::Name(name) => {
                let name = name.id.as_str();
                if name == "__all__" {
                    self.all = value.map_or(All::Unclear, |value| strings(value).map_or(All::Unclear, All::Listed));
                }
                let what = value.map_or(What::Other, |value| What::Value(Rc::new(value.clone())));
                self.bind(name, what, types_only);
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|one| self.assigned(one, None, types_only)),
            Expr::List(list) => list.elts.iter().for_each(|one| self.assigned(one, None, types_only)),
            Expr::Starred(starred) => self.assigned(&starred.value, None, types_only),
            _ => {}
        }
    }

    /// `__all__ += [...]`, and what is no list.
    fn all_grows(&mut self, value: &Expr) {
        match (&mut self.all, strings(value)) {
            (All::Listed(all), Some(more)) => all.extend(more),
            (all, _) => *all = All::Unclear,
        }
    }

    /// `__all__.extend([...])`, `__all__.append("x")`.
    fn all_changes(&mut self, expr: &Expr) {
        let Expr::Call(call) = expr else { return };
        let Expr::Attribute(method) = call.func.as_ref() else { return };
        let Expr::Name(name) = method.value.as_ref() else { return };
        if name.id.as_str() != "__all__" {
            return;
        }
        match (method.attr.as_str(), call.arguments.args.first()) {
            ("extend", Some(value)) => self.all_grows(value),
            ("append", Some(Expr::StringLiteral(one))) => match &mut self.all {
                All::Listed(all) => {
                    all.insert(one.value.to_str().to_owned());
                }
                other => *other = All::Unclear,
            },
            _ => self.all = All::Unclear,
        }
    }
}

/// The strings of a list, a tuple or a set of nothing else, or of a sum of them.
fn strings(value: &Expr) -> Option<BTreeSet<String>> {
    let elements = match value {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::Set(set) => &set.elts,
        Expr::BinOp(sum) if sum.op == ast::Operator::Add => {
            let mut all = strings(&sum.left)?;
            all.extend(strings(&sum.right)?);
            return Some(all);
        }
        _ => return None,
    };
    let text = |one: &Expr| match one {
        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
        _ => None,
    };
    elements.iter().map(text).collect()
}

/// `TYPE_CHECKING`, `typing.TYPE_CHECKING`.
pub(super) fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

/// Looks through the whole file for what puts names where nobody reads them.
struct Signs<'m> {
    module: &'m mut Module,
    /// Functions and classes around the place.
    depth: usize,
    /// What the loops around the place run over, where that is written out.
    loops: Vec<(String, BTreeSet<String>)>,
}

impl Signs<'_> {
    /// What is stored into: `globals()["x"]`, `sys.modules[__name__]`, a container of the module's.
    fn stored(&mut self, target: &Expr) {
        let inner = match target {
            Expr::Subscript(subscript) => subscript.value.as_ref(),
            Expr::Attribute(attribute) => {
                // `sys.modules[__name__].__class__ = …`, and names put into a module that was looked up.
                self.module.fills_itself |= is_modules(&attribute.value);
                return;
            }
            _ => return,
        };
        match inner {
            Expr::Name(name) => {
                self.module.changed.insert(name.id.to_string());
            }
            other if is_namespace(other) => match self.named(target, other) {
                Some(names) => names.iter().for_each(|name| self.module.bind(name, What::Other, false)),
                None => self.module.fills_itself = true,
            },
            _ => {}
        }
    }

    /// The names of `globals()["x"]`, and of `globals()[x]` in a loop over names that are written out.
    fn named(&self, target: &Expr, namespace: &Expr) -> Option<BTreeSet<String>> {
        let (Expr::Subscript(subscript), Expr::Call(_)) = (target, namespace) else { return None };
        match subscript.slice.as_ref() {
            Expr::StringLiteral(name) => Some(BTreeSet::from([name.value.to_str().to_owned()])),
            Expr::Name(name) => {
                self.loops.iter().rev().find(|(own, _)| own == name.id.as_str()).map(|(_, names)| names.clone())
            }
            _ => None,
        }
    }
}

impl<'a> Visitor<'a> for Signs<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            // What it keeps of its own answers is found by asking it.
            Stmt::FunctionDef(function) if self.depth == 0 && function.name.as_str() == "__getattr__" => return,
            Stmt::For(each) => {
                let target = match each.target.as_ref() {
                    Expr::Name(name) => strings(&each.iter).map(|names| (name.id.to_string(), names)),
                    _ => None,
                };
                let known = target.is_some();
                self.loops.extend(target);
                walk_stmt(self, statement);
                if known {
                    self.loops.pop();
                }
                return;
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {
                self.depth += 1;
                walk_stmt(self, statement);
                self.depth -= 1;
                return;
            }
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.stored(target)),
            Stmt::AugAssign(assign) => self.stored(&assign.target),
            Stmt::AnnAssign(assign) => self.stored(&assign.target),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.stored(target)),
            // Names of the module that a function binds.
            Stmt::Global(global) => {
                for name in global.names.iter().filter(|_| self.depth > 0) {
                    self.module.changed.insert(name.to_string());
                    self.module.bind(name.as_str(), What::Other, false);
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            match call.func.as_ref() {
                Expr::Name(name) => match name.id.as_str() {
                    "exec" | "eval" if self.depth == 0 => self.module.fills_itself = true,
                    "setattr" => {
                        let first = call.arguments.args.first();
                        self.module.fills_itself |= self.depth == 0 || first.is_some_and(is_modules);
                    }
                    _ => {}
                },
                Expr::Attribute(method) => {
                    let changes =
                        ["update", "setdefault", "pop", "extend", "append", "add", "insert", "remove", "clear"];
                    if changes.contains(&method.attr.as_str()) {
                        match method.value.as_ref() {
                            Expr::Name(name) => {
                                self.module.changed.insert(name.id.to_string());
                            }
                            other => self.module.fills_itself |= is_namespace(other),
                        }
                    }
                }
                _ => {}
            }
        }
        if let Expr::Named(named) = expr
            && self.depth == 0
            && let Expr::Name(name) = named.target.as_ref()
        {
            self.module.bind(name.id.as_str(), What::Other, false);
        }
        walk_expr(self, expr);
    }
}

/// `globals()`, `locals()`, `vars()`, `sys.modules`, `x.__dict__`.
fn is_namespace(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => {
            matches!(call.func.as_ref(), Expr::Name(n) if matches!(n.id.as_str(), "globals" | "locals" | "vars"))
        }
        Expr::Attribute(attribute) => match attribute.attr.as_str() {
            "modules" => matches!(attribute.value.as_ref(), Expr::Name(n) if n.id.as_str() == "sys"),
            "__dict__" => is_modules(&attribute.value),
            _ => false,
        },
        _ => false,
    }
}

/// `sys.modules[…]`, and the names that people give it.
fn is_modules(expr: &Expr) -> bool {
    match expr {
        Expr::Subscript(subscript) => is_namespace(&subscript.value),
        Expr::Name(name) => {
            matches!(name.id.as_str(), "module" | "mod" | "this" | "_self" | "this_module" | "current_module")
        }
        _ => false,
    }
}
