//! The walk over a Python file's tree: every import, and every use of a name that an import bound.

use ruff_python_ast::visitor::{
    Visitor, walk_arguments, walk_except_handler, walk_expr, walk_parameters, walk_stmt, walk_type_params,
};
use ruff_python_ast::{self as ast, Comprehension, ExceptHandler, Expr, Parameters, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::lines::is_dotted;
use super::scopes::{Scopes, targets};
use crate::usage::sighting::{Kind, LineNumbers, Sighting, short};

/// Calls that import the module named by their first argument.
const IMPORTERS: [&str; 4] = [
    "importlib.import_module",
    "importlib.util.find_spec",
    "pytest.importorskip",
    "django.utils.module_loading.import_string",
];

pub(super) fn walk(text: &str, numbers: &LineNumbers, body: &[Stmt]) -> Vec<Sighting> {
    let mut walker = Walker { text, numbers, scopes: Scopes::default(), guards: 0, found: Vec::new() };
    walker.scopes.enter(false, &[], body);
    walker.visit_body(body);
    walker.found
}

struct Walker<'t, 'a> {
    text: &'t str,
    numbers: &'t LineNumbers,
    scopes: Scopes<'a>,
    /// Conditions around the place under which an import may fail or is for types only.
    guards: usize,
    found: Vec<Sighting>,
}

impl<'a> Walker<'_, 'a> {
    fn add(&mut self, kind: Kind, range: TextRange, module: &str, member: &str, what: String) {
        self.found.push(Sighting {
            kind,
            module: module.to_owned(),
            member: member.to_owned(),
            line: self.numbers.at(usize::from(range.start())),
            what,
            guarded: self.guards > 0,
        });
    }

    fn text(&self, range: TextRange) -> String {
        short(self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or_default())
    }

    /// `a.b.c` where `a` is bound by an import. False when `expr` is something else and has to be walked.
    fn chain(&mut self, expr: &'a Expr) -> bool {
        let mut names: Vec<&str> = Vec::new();
        let mut root = expr;
        while let Expr::Attribute(attribute) = root {
            names.push(attribute.attr.as_str());
            root = &attribute.value;
        }
        names.reverse();
        let member = names.join(".");
        match root {
            Expr::Name(name) => {
                if name.ctx.is_load() {
                    let bounds = self.scopes.lookup(name.id.as_str()).to_vec();
                    // A module and its stand-in may share a name; the place is one.
                    for bound in bounds {
                        let kind = if bound.derived { Kind::Derived } else { Kind::Use };
                        let what = self.text(expr.range());
                        self.add(kind, expr.range(), &bound.path, &member, what);
                    }
                }
                true
            }
            Expr::Call(_) | Expr::Await(_) if !names.is_empty() => {
                if let Some(bound) = self.scopes.resolve(root) {
                    let last = TextRange::new(root.range().end(), expr.range().end());
                    let what = self.text(expr.range());
                    self.add(Kind::Derived, last, &bound.path, &member, what);
                }
                self.visit_expr(root);
                true
            }
            _ if !names.is_empty() => {
                self.visit_expr(root);
                true
            }
            _ => false,
        }
    }

    /// `import_module("a.b")`, `__import__("a")`.
    fn imported_by_call(&mut self, call: &'a ast::ExprCall) {
        let Some(Expr::StringLiteral(literal)) = call.arguments.args.first() else { return };
        let module = literal.value.to_str();
        let builtin = matches!(call.func.as_ref(), Expr::Name(name) if name.id.as_str() == "__import__");
        let importer = || self.scopes.resolve(&call.func).is_some_and(|b| IMPORTERS.contains(&b.path.as_str()));
        if is_dotted(module) && (builtin || importer()) {
            let what = self.text(call.range());
            // Whoever imports by a call is often ready for a failure, but nothing here says so.
            self.add(Kind::Import, call.range(), module, "", what);
        }
    }

    fn parameters(&mut self, parameters: &'a Parameters) -> Vec<&'a str> {
        parameters.iter().map(|p| p.name().as_str()).collect()
    }

    fn comprehension(&mut self, generators: &'a [Comprehension], expr: &'a Expr) {
        let mut own = Vec::new();
        generators.iter().for_each(|g| targets(&g.target, &mut own));
        self.scopes.enter_plain(own);
        walk_expr(self, expr);
        self.scopes.leave();
    }
}

impl<'a> Visitor<'a> for Walker<'_, 'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                let what = self.text(import.range());
                import
                    .names
                    .iter()
                    .for_each(|a| self.add(Kind::Import, import.range(), a.name.as_str(), "", what.clone()));
            }
            Stmt::ImportFrom(import) => {
                let (Some(module), 0) = (&import.module, import.level) else { return };
                let what = self.text(import.range());
                for alias in &import.names {
                    let member = if alias.name.as_str() == "*" { "" } else { alias.name.as_str() };
                    self.add(Kind::Import, import.range(), module.as_str(), member, what.clone());
                }
            }
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|d| self.visit_decorator(d));
                if let Some(types) = &function.type_params {
                    walk_type_params(self, types);
                }
                walk_parameters(self, &function.parameters);
                if let Some(returns) = &function.returns {
                    self.visit_annotation(returns);
                }
                let own = self.parameters(&function.parameters);
                self.scopes.enter(false, &own, &function.body);
                self.visit_body(&function.body);
                self.scopes.leave();
            }
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|d| self.visit_decorator(d));
                if let Some(types) = &class.type_params {
                    walk_type_params(self, types);
                }
                if let Some(arguments) = &class.arguments {
                    walk_arguments(self, arguments);
                }
                self.scopes.enter(true, &[], &class.body);
                self.visit_body(&class.body);
                self.scopes.leave();
            }
            Stmt::Try(attempt) if attempt.handlers.iter().any(catches_imports) => {
                self.guards += 1;
                self.visit_body(&attempt.body);
                attempt.handlers.iter().for_each(|h| walk_except_handler(self, h));
                self.guards -= 1;
                self.visit_body(&attempt.orelse);
                self.visit_body(&attempt.finalbody);
            }
            Stmt::If(condition) if is_type_checking(&condition.test) || asks_for_a_name(&condition.test) => {
                self.visit_expr(&condition.test);
                self.guards += 1;
                self.visit_body(&condition.body);
                self.guards -= 1;
                condition.elif_else_clauses.iter().for_each(|c| self.visit_elif_else_clause(c));
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(_) | Expr::Attribute(_) => {
                self.chain(expr);
            }
            Expr::Call(call) => {
                self.imported_by_call(call);
                walk_expr(self, expr);
            }
            Expr::Lambda(lambda) => {
                let own = lambda.parameters.as_deref().map(|p| self.parameters(p)).unwrap_or_default();
                if let Some(parameters) = &lambda.parameters {
                    walk_parameters(self, parameters);
                }
                self.scopes.enter_plain(own);
                self.visit_expr(&lambda.body);
                self.scopes.leave();
            }
            Expr::ListComp(c) => self.comprehension(&c.generators, expr),
            Expr::SetComp(c) => self.comprehension(&c.generators, expr),
            Expr::DictComp(c) => self.comprehension(&c.generators, expr),
            Expr::Generator(c) => self.comprehension(&c.generators, expr),
            _ => walk_expr(self, expr),
        }
    }
}

/// `except ImportError`, `except (ImportError, …)`, `except AttributeError`, `except Exception`, a bare `except`.
fn catches_imports(handler: &ExceptHandler) -> bool {
    let ExceptHandler::ExceptHandler(handler) = handler;
    let names = |e: &Expr| matches!(e, Expr::Name(n) if matches!(n.id.as_str(), "ImportError" | "ModuleNotFoundError" | "AttributeError" | "Exception" | "BaseException"));
    match handler.type_.as_deref() {
        None => true,
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(names),
        Some(one) => names(one),
    }
}

/// `hasattr(module, "name")`, alone or with other conditions.
fn asks_for_a_name(test: &Expr) -> bool {
    match test {
        Expr::Call(call) => matches!(call.func.as_ref(), Expr::Name(name) if name.id.as_str() == "hasattr"),
        Expr::BoolOp(several) => several.values.iter().any(asks_for_a_name),
        _ => false,
    }
}

fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

#[cfg(test)]
mod tests;
