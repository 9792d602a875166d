//! The values of a module's straight-line assignments.
//!
//! Lives here: literals, names, `+`, subscripts of dictionaries, `append`, `extend`, `update`, `+=`. Whatever a branch,
//! loop, function or unknown call may change is [`Value::Unknown`] from there on.

use std::cell::Cell;
use std::collections::BTreeMap;

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{Expr, ExprCall, Operator, Stmt};
use ruff_text_size::Ranged;

use super::touched::{Touched, is_setup};
use crate::python::manifest::fragment::Fragment;
use crate::python::manifest::literals;

/// What is known of a value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(Fragment),
    /// Lists, tuples and sets.
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// Computed; the byte where.
    Unknown(usize),
}

impl Value {
    /// A byte of the file that belongs to the value.
    pub(super) fn at(&self) -> usize {
        match self {
            Self::Text(text) => text.span().start,
            Self::List(items) => items.first().map_or(0, Self::at),
            Self::Dict(entries) => entries.first().map_or(0, |(key, _)| key.at()),
            Self::Unknown(at) => *at,
        }
    }

    /// Characters and items.
    fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.text().len() + 1,
            Self::List(items) => 1 + items.iter().map(Self::weight).sum::<usize>(),
            Self::Dict(entries) => 1 + entries.iter().map(|(k, v)| k.weight() + v.weight()).sum::<usize>(),
            Self::Unknown(_) => 1,
        }
    }

    fn is(&self, text: &str) -> bool {
        matches!(self, Self::Text(t) if t.text() == text)
    }
}

/// Nesting beyond this is not followed.
const DEPTH: usize = 100;
/// Characters and items that may be copied in all: `a = a + a`, again and again, would fill the memory.
const BUDGET: usize = 2_000_000;

/// What is known while the module runs, statement by statement.
pub(super) struct Known<'a> {
    file: &'a str,
    mark: usize,
    names: BTreeMap<String, Value>,
    setup: Vec<(String, Value)>,
    /// What is left of [`BUDGET`].
    budget: Cell<usize>,
}

impl<'a> Known<'a> {
    /// `mark`: length of the byte order mark before the parsed text.
    pub(super) fn new(file: &'a str, mark: usize) -> Self {
        Self { file, mark, names: BTreeMap::new(), setup: Vec::new(), budget: Cell::new(BUDGET) }
    }

    /// Keywords of the `setup` call and their values.
    pub(super) fn setup(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.setup.iter().map(|(keyword, value)| (keyword.as_str(), value))
    }

    pub(super) fn run(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                self.call_within(&assign.value);
                let value = self.value(&assign.value, DEPTH);
                let mut targets = assign.targets.iter();
                if let Some(first) = targets.next() {
                    for target in targets {
                        let copy = self.copy(&value, self.at(target));
                        self.assign(target, copy);
                    }
                    self.assign(first, value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.value(value, DEPTH);
                    self.assign(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => {
                let add = assign.op == Operator::Add;
                let at = self.at(assign);
                let left = self.value(&assign.target, DEPTH);
                let right = self.value(&assign.value, DEPTH);
                let sum = if add { sum(left, right, at) } else { Value::Unknown(at) };
                self.assign(&assign.target, sum);
            }
            Stmt::Expr(expression) => match &*expression.value {
                Expr::Call(call) if is_setup(call) => self.call(call),
                Expr::Call(call) => self.method(call),
                _ => {}
            },
            other => self.branch(other),
        }
    }

    /// Statements that may run or not, or later: what they touch is unknown after them.
    fn branch(&mut self, statement: &Stmt) {
        let at = self.at(statement);
        let mut touched = Touched::default();
        touched.visit_stmt(statement);
        if let Some(call) = touched.setup {
            // `if __name__ == "__main__": setup(…)`, or a function around it: what its body changes is unknown.
            let inner: Vec<String> = touched.names.iter().chain(&touched.locals).cloned().collect();
            let before: Vec<(String, Value)> = inner.iter().filter_map(|n| self.names.remove_entry(n)).collect();
            self.forget(inner.clone(), at);
            self.call(call);
            inner.iter().for_each(|name| drop(self.names.remove(name)));
            self.names.extend(before);
        }
        self.forget(touched.names, at);
    }

    fn forget(&mut self, names: Vec<String>, at: usize) {
        for name in names {
            self.names.insert(name, Value::Unknown(at));
        }
    }

    /// A `setup` call whose result is assigned.
    fn call_within(&mut self, value: &Expr) {
        if let Expr::Call(call) = value
            && is_setup(call)
        {
            self.call(call);
        }
        self.arguments_escape(value);
    }

    /// A list that is handed to a function may come back changed.
    fn arguments_escape(&mut self, value: &Expr) {
        let at = self.at(value);
        let mut touched = Touched::default();
        touched.visit_expr(value);
        self.forget(touched.names, at);
    }

    fn call(&mut self, call: &ExprCall) {
        for keyword in &call.arguments.keywords {
            let value = self.value(&keyword.value, DEPTH);
            match &keyword.arg {
                Some(name) => self.setup.push((name.to_string(), value)),
                // `**options` of a known dictionary.
                None => match value {
                    Value::Dict(entries) => {
                        for (key, value) in entries {
                            match key {
                                Value::Text(key) => self.setup.push((key.text().to_owned(), value)),
                                other => self.setup.push(("**".to_owned(), Value::Unknown(other.at()))),
                            }
                        }
                    }
                    other => self.setup.push(("**".to_owned(), other)),
                },
            }
        }
    }

    /// `name.append(…)` and the like on a line of its own; any other call makes its name unknown.
    fn method(&mut self, call: &ExprCall) {
        let at = self.at(call);
        let own = match &*call.func {
            Expr::Attribute(attribute) => match &*attribute.value {
                Expr::Name(name) => Some((name.id.to_string(), attribute.attr.to_string())),
                _ => None,
            },
            _ => None,
        };
        let argument = match (&*call.arguments.args, call.arguments.keywords.is_empty()) {
            ([one], true) => Some(self.value(one, DEPTH)),
            _ => None,
        };
        for expression in &*call.arguments.args {
            self.arguments_escape(expression);
        }
        let Some((name, method)) = own else {
            let mut touched = Touched::default();
            touched.escape(call);
            touched.visit_expr(&call.func);
            return self.forget(touched.names, at);
        };
        let Some(old) = self.names.remove(&name) else { return };
        let new = match (old, method.as_str(), argument) {
            (Value::List(items), "append", Some(item)) => sum(Value::List(items), Value::List(vec![item]), at),
            (Value::List(items), "extend", Some(Value::List(more))) => sum(Value::List(items), Value::List(more), at),
            (Value::Dict(entries), "update", Some(Value::Dict(more))) => {
                more.into_iter().fold(Value::Dict(entries), |dict, (key, value)| set(dict, key, value, at))
            }
            (
                old,
                "copy" | "keys" | "values" | "items" | "get" | "index" | "count" | "format" | "join" | "split",
                _,
            ) => old,
            _ => Value::Unknown(at),
        };
        self.names.insert(name, new);
    }

    fn assign(&mut self, target: &Expr, value: Value) {
        let at = self.at(target);
        match target {
            Expr::Name(name) => {
                self.names.insert(name.id.to_string(), value);
            }
            Expr::Subscript(subscript) => {
                if let Expr::Name(name) = &*subscript.value {
                    let key = self.value(&subscript.slice, DEPTH);
                    let old = self.names.remove(name.id.as_str()).unwrap_or(Value::Unknown(at));
                    self.names.insert(name.id.to_string(), set(old, key, value, at));
                } else {
                    self.arguments_escape(target);
                    let mut touched = Touched::default();
                    touched.store(target);
                    self.forget(touched.names, at);
                }
            }
            other => {
                let mut touched = Touched::default();
                touched.store(other);
                self.forget(touched.names, at);
            }
        }
    }

    fn value(&self, expression: &Expr, depth: usize) -> Value {
        let at = self.at(expression);
        let Some(depth) = depth.checked_sub(1) else { return Value::Unknown(at) };
        let items = |items: &[Expr]| {
            let mut values = Vec::new();
            for item in items {
                match item {
                    Expr::Starred(starred) => match self.value(&starred.value, depth) {
                        Value::List(more) => values.extend(more),
                        _ => values.push(Value::Unknown(self.at(item))),
                    },
                    item => values.push(self.value(item, depth)),
                }
            }
            Value::List(values)
        };
        match expression {
            Expr::StringLiteral(string) => {
                let mut whole = Fragment::at(at);
                for part in string.value.iter() {
                    let range = part.range();
                    let span = usize::from(range.start()) + self.mark..usize::from(range.end()) + self.mark;
                    whole.append(&literals::python(self.file, span, part));
                }
                Value::Text(whole)
            }
            Expr::List(list) => items(&list.elts),
            Expr::Tuple(tuple) => items(&tuple.elts),
            Expr::Set(set) => items(&set.elts),
            Expr::Dict(dict) => {
                let mut entries = Value::Dict(Vec::new());
                for item in &dict.items {
                    let value = self.value(&item.value, depth);
                    entries = match (&item.key, value) {
                        (Some(key), value) => set(entries, self.value(key, depth), value, at),
                        (None, Value::Dict(more)) => more.into_iter().fold(entries, |d, (k, v)| set(d, k, v, at)),
                        (None, other) => set(entries, Value::Unknown(other.at()), Value::Unknown(other.at()), at),
                    };
                }
                entries
            }
            Expr::Name(name) => self.names.get(name.id.as_str()).map_or(Value::Unknown(at), |v| self.copy(v, at)),
            Expr::BinOp(operation) if operation.op == Operator::Add => {
                sum(self.value(&operation.left, depth), self.value(&operation.right, depth), at)
            }
            Expr::Subscript(subscript) => {
                let key = self.value(&subscript.slice, depth);
                match (self.value(&subscript.value, depth), key) {
                    (Value::Dict(entries), Value::Text(key))
                        if entries.iter().all(|(k, _)| matches!(k, Value::Text(_))) =>
                    {
                        let found = entries.into_iter().find(|(k, _)| k.is(key.text()));
                        found.map_or(Value::Unknown(at), |(_, value)| value)
                    }
                    _ => Value::Unknown(at),
                }
            }
            _ => Value::Unknown(at),
        }
    }

    /// A copy as long as the budget lasts.
    fn copy(&self, value: &Value, at: usize) -> Value {
        if self.budget.get() == 0 {
            return Value::Unknown(at);
        }
        let left = self.budget.get().checked_sub(value.weight());
        self.budget.set(left.unwrap_or(0));
        if left.is_some() { value.clone() } else { Value::Unknown(at) }
    }

    fn at(&self, node: &impl Ranged) -> usize {
        usize::from(node.start()) + self.mark
    }
}

fn sum(left: Value, right: Value, at: usize) -> Value {
    match (left, right) {
        (Value::Text(mut a), Value::Text(b)) => {
            a.append(&b);
            Value::Text(a)
        }
        (Value::List(mut a), Value::List(b)) => {
            a.extend(b);
            Value::List(a)
        }
        // One side is computed: the other is still read.
        (Value::List(mut a), Value::Unknown(where_)) => {
            a.push(Value::Unknown(where_));
            Value::List(a)
        }
        (Value::Unknown(where_), Value::List(mut a)) => {
            a.insert(0, Value::Unknown(where_));
            Value::List(a)
        }
        _ => Value::Unknown(at),
    }
}

fn set(dict: Value, key: Value, value: Value, at: usize) -> Value {
    let Value::Dict(mut entries) = dict else { return Value::Unknown(at) };
    match &key {
        Value::Text(text) => match entries.iter_mut().find(|(k, _)| k.is(text.text())) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        },
        _ => entries.push((key, value)),
    }
    Value::Dict(entries)
}
