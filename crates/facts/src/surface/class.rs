//! What the text of a class gives its objects: names of its body, and those that its methods put on `self`.
//!
//! Lives elsewhere: what its bases give (`resolve`).

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

use super::module::Deprecated;
use super::warned::{by_decorator, deprecation, last};

/// Decorators that add nothing that is not written in the class.
const PLAIN: [&str; 8] =
    ["final", "dataclass", "total_ordering", "runtime_checkable", "deprecated", "deprecate", "define", "frozen"];

/// One class.
#[derive(Debug, Clone, Default)]
pub(super) struct Class {
    /// The module that has its text.
    pub(super) module: String,
    pub(super) names: BTreeSet<String>,
    /// Methods that say so.
    pub(super) deprecated: BTreeMap<String, Deprecated>,
    /// It says so itself, or whoever makes one is told.
    pub(super) own: Option<Deprecated>,
    /// As written, dotted; `None`: not a name.
    pub(super) bases: Vec<Option<String>>,
    /// It answers for names that nobody can read here.
    pub(super) dynamic: bool,
}

pub(super) fn read(definition: &StmtClassDef, module: &str) -> Class {
    let mut class = Class { module: module.to_owned(), ..Class::default() };
    class.own = definition.decorator_list.iter().find_map(by_decorator);
    class.dynamic =
        definition.decorator_list.iter().any(|d| !last(&d.expression).is_some_and(|name| PLAIN.contains(&name)));
    if let Some(arguments) = &definition.arguments {
        class.bases = arguments.args.iter().map(dotted).collect();
        // A metaclass may add anything; the one for abstract classes does not.
        class.dynamic |= arguments.keywords.iter().any(|k| last(&k.value) != Some("ABCMeta"));
    }
    Body { class: &mut class, depth: 0 }.visit_body(&definition.body);
    class
}

/// `a.b` of `a.b` and of `a.b[T]`.
pub(super) fn dotted(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(format!("{}.{}", dotted(&attribute.value)?, attribute.attr)),
        Expr::Subscript(subscript) => dotted(&subscript.value),
        _ => None,
    }
}

struct Body<'c> {
    class: &'c mut Class,
    /// Functions around the place.
    depth: usize,
}

impl Body<'_> {
    fn bind(&mut self, name: &str) {
        self.class.names.insert(name.to_owned());
    }

    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) if self.depth == 0 => self.bind(name.id.as_str()),
            // Whatever it is called: `self`, `cls`, `obj` of a factory.
            Expr::Attribute(attribute) => self.bind(attribute.attr.as_str()),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|one| self.target(one)),
            Expr::List(list) => list.elts.iter().for_each(|one| self.target(one)),
            Expr::Starred(starred) => self.target(&starred.value),
            Expr::Subscript(subscript) => self.class.dynamic |= is_own_namespace(&subscript.value),
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Body<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                let name = function.name.as_str();
                if self.depth == 0 {
                    self.bind(name);
                    self.class.dynamic |=
                        matches!(name, "__getattr__" | "__getattribute__" | "__new__" | "__init_subclass__");
                    if let Some(says) = deprecation(&function.decorator_list, &function.body) {
                        match name {
                            "__init__" => self.class.own = Some(says),
                            _ => {
                                self.class.deprecated.insert(name.to_owned(), says);
                            }
                        }
                    }
                }
                self.depth += 1;
                walk_stmt(self, statement);
                self.depth -= 1;
                return;
            }
            Stmt::ClassDef(inner) => {
                if self.depth == 0 {
                    self.bind(inner.name.as_str());
                }
                return;
            }
            Stmt::Import(import) => {
                for alias in import.names.iter().filter(|_| self.depth == 0) {
                    self.class.names.insert(alias.asname.as_ref().unwrap_or(&alias.name).to_string());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in import.names.iter().filter(|_| self.depth == 0) {
                    self.class.names.insert(alias.asname.as_ref().unwrap_or(&alias.name).to_string());
                }
            }
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| self.target(target));
                // Names in `__slots__` are names of its objects.
                let slots = |target: &Expr| matches!(target, Expr::Name(n) if n.id.as_str() == "__slots__");
                if self.depth == 0 && assign.targets.iter().any(slots) {
                    Strings(&mut self.class.names).visit_expr(&assign.value);
                }
            }
            Stmt::AnnAssign(assign) => self.target(&assign.target),
            Stmt::AugAssign(assign) => self.target(&assign.target),
            Stmt::For(each) => self.target(&each.target),
            Stmt::With(with) => {
                for target in with.items.iter().filter_map(|item| item.optional_vars.as_deref()) {
                    self.target(target);
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.class.dynamic |= match call.func.as_ref() {
                Expr::Name(name) => matches!(name.id.as_str(), "setattr" | "exec" | "locals" | "vars"),
                Expr::Attribute(method) => {
                    matches!(method.attr.as_str(), "update" | "setdefault") && is_own_namespace(&method.value)
                        || method.attr.as_str() == "__setattr__"
                }
                _ => false,
            };
        }
        walk_expr(self, expr);
    }
}

/// `self.__dict__`, `locals()`.
fn is_own_namespace(expr: &Expr) -> bool {
    match expr {
        Expr::Attribute(attribute) => attribute.attr.as_str() == "__dict__",
        Expr::Call(call) => matches!(call.func.as_ref(), Expr::Name(n) if matches!(n.id.as_str(), "locals" | "vars")),
        _ => false,
    }
}

/// Every string that could be a name.
struct Strings<'n>(&'n mut BTreeSet<String>);

impl<'a> Visitor<'a> for Strings<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::StringLiteral(text) = expr {
            self.0.insert(text.value.to_str().to_owned());
        }
        walk_expr(self, expr);
    }
}

/// Whether an expression is a class that adds nothing: `object`, `Generic[T]`, `ABC`, `Protocol`.
pub(super) fn adds_nothing(base: &str) -> bool {
    matches!(base.rsplit('.').next(), Some("object" | "Generic" | "Protocol" | "ABC"))
}
