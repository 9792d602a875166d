//! The values that a `__getattr__` compares a name with: texts, and what is written out of them.

use std::collections::BTreeMap;
use std::rc::Rc;

use ruff_python_ast::{
    BoolOp, CmpOp, Comprehension, Expr, FStringPart, InterpolatedStringElement, Operator, StmtFunctionDef, UnaryOp,
};

use crate::surface::module::{Module, What};
use crate::surface::resolve::Resolver;
use crate::surface::tree::At;

/// Modules and nested expressions that are followed.
const DEEPEST: usize = 30;

/// What an expression comes to.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Nothing,
    Truth(bool),
    /// Keys and values. `None` for a key: not known which.
    Pairs(Vec<(Value, Value)>),
    Items(Vec<Value>),
    /// With the names around it, and the module that has its text.
    Function(Rc<StmtFunctionDef>, BTreeMap<String, Value>, String),
    /// What a call at the top of a module gave.
    Made(Rc<Expr>, String),
    /// `globals()`, or another name for it.
    Namespace,
    /// `name` of a module of this release.
    Imported(String, String),
    /// A look-up of something that is not there: an error at run time.
    Missing,
    Unclear,
}

/// Reads expressions of one function.
pub(super) struct Values<'v> {
    pub(super) resolver: &'v Resolver<'v>,
    pub(super) module: &'v Rc<Module>,
    /// The name that is asked for.
    pub(super) asked: &'v str,
    pub(super) names: &'v BTreeMap<String, Value>,
    /// Set when the name is found in something that is written out.
    pub(super) listed: &'v mut bool,
    /// The module that is asked.
    pub(super) origin: &'v str,
    pub(super) depth: usize,
}

impl Values<'_> {
    pub(super) fn of(&mut self, expr: &Expr) -> Value {
        self.read(expr, 0)
    }

    /// Whether a condition holds; `None`: nobody knows.
    pub(super) fn holds(&mut self, test: &Expr) -> Option<bool> {
        self.truth(test, 0)
    }

    fn truth(&mut self, test: &Expr, deep: usize) -> Option<bool> {
        if deep > DEEPEST {
            return None;
        }
        match test {
            Expr::BoolOp(several) => {
                let ends = several.op == BoolOp::Or;
                let mut unclear = false;
                for one in &several.values {
                    match self.truth(one, deep + 1) {
                        Some(holds) if holds == ends => return Some(ends),
                        Some(_) => {}
                        None => unclear = true,
                    }
                }
                (!unclear).then_some(!ends)
            }
            Expr::UnaryOp(not) if not.op == UnaryOp::Not => self.truth(&not.operand, deep + 1).map(|holds| !holds),
            Expr::Compare(compare) => match (&*compare.ops, &*compare.comparators) {
                ([op], [right]) => {
                    let (left, right) = (self.read(&compare.left, deep + 1), self.read(right, deep + 1));
                    self.compared(&left, *op, &right)
                }
                _ => None,
            },
            other if crate::surface::module::is_type_checking(other) => Some(false),
            other => match self.read(other, deep + 1) {
                Value::Text(text) => Some(!text.is_empty()),
                Value::Nothing => Some(false),
                Value::Truth(truth) => Some(truth),
                Value::Pairs(pairs) => Some(!pairs.is_empty()),
                Value::Items(items) => Some(!items.is_empty()),
                Value::Function(..) => Some(true),
                _ => None,
            },
        }
    }

    fn compared(&mut self, left: &Value, op: CmpOp, right: &Value) -> Option<bool> {
        match op {
            CmpOp::Eq | CmpOp::Is => same(left, right).inspect(|same| self.found(*same, left)),
            CmpOp::NotEq | CmpOp::IsNot => same(left, right).map(|same| !same),
            CmpOp::In => self.within(left, right).inspect(|within| self.found(*within, left)),
            CmpOp::NotIn => self.within(left, right).map(|within| !within),
            _ => None,
        }
    }

    fn found(&mut self, found: bool, what: &Value) {
        *self.listed |= found && matches!(what, Value::Text(text) if text.contains(self.asked));
    }

    fn within(&mut self, what: &Value, holder: &Value) -> Option<bool> {
        let items: Vec<&Value> = match holder {
            Value::Pairs(pairs) => pairs.iter().map(|(key, _)| key).collect(),
            Value::Items(items) => items.iter().collect(),
            // Whatever the module has was found before anything was asked.
            Value::Namespace => return matches!(what, Value::Text(text) if text == self.asked).then_some(false),
            _ => return None,
        };
        let mut unclear = false;
        for item in items {
            match same(what, item) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => unclear = true,
            }
        }
        (!unclear).then_some(false)
    }

    fn read(&mut self, expr: &Expr, deep: usize) -> Value {
        if deep > DEEPEST {
            return Value::Unclear;
        }
        match expr {
            Expr::StringLiteral(text) => Value::Text(text.value.to_str().to_owned()),
            Expr::NoneLiteral(_) => Value::Nothing,
            Expr::BooleanLiteral(truth) => Value::Truth(truth.value),
            Expr::FString(text) => self.formatted(text, deep),
            Expr::List(list) => self.items(&list.elts, deep),
            Expr::Tuple(tuple) => self.items(&tuple.elts, deep),
            Expr::Set(set) => self.items(&set.elts, deep),
            Expr::Dict(dict) => {
                let mut pairs = Vec::new();
                for item in &dict.items {
                    let value = self.read(&item.value, deep + 1);
                    match (&item.key, value) {
                        (Some(key), value) => pairs.push((self.read(key, deep + 1), value)),
                        (None, Value::Pairs(more)) => pairs.extend(more),
                        (None, _) => return Value::Unclear,
                    }
                }
                Value::Pairs(pairs)
            }
            Expr::BinOp(sum) if matches!(sum.op, Operator::Add | Operator::BitOr) => {
                match (self.read(&sum.left, deep + 1), self.read(&sum.right, deep + 1)) {
                    (Value::Items(mut left), Value::Items(right)) => {
                        left.extend(right);
                        Value::Items(left)
                    }
                    (Value::Pairs(mut left), Value::Pairs(right)) => {
                        left.extend(right);
                        Value::Pairs(left)
                    }
                    (Value::Text(left), Value::Text(right)) if sum.op == Operator::Add => Value::Text(left + &right),
                    _ => Value::Unclear,
                }
            }
            Expr::Name(name) => self.named(name.id.as_str(), deep),
            Expr::Attribute(attribute) => self.attribute(attribute, deep),
            Expr::Subscript(subscript) => {
                let (holder, key) = (self.read(&subscript.value, deep + 1), self.read(&subscript.slice, deep + 1));
                self.looked_up(&holder, &key, Value::Missing)
            }
            Expr::Call(call) => self.call(call, deep),
            Expr::DictComp(made) => {
                let Some(key) = &made.key else { return Value::Unclear };
                let pairs = self
                    .each(&made.generators, deep, &mut |one, deep| (one.read(key, deep), one.read(&made.value, deep)));
                pairs.map_or(Value::Unclear, Value::Pairs)
            }
            Expr::SetComp(made) => {
                let items = self.each(&made.generators, deep, &mut |one, deep| one.read(&made.elt, deep));
                items.map_or(Value::Unclear, Value::Items)
            }
            Expr::ListComp(made) => {
                let items = self.each(&made.generators, deep, &mut |one, deep| one.read(&made.elt, deep));
                items.map_or(Value::Unclear, Value::Items)
            }
            Expr::Compare(_) | Expr::BoolOp(_) | Expr::UnaryOp(_) => {
                self.truth(expr, deep + 1).map_or(Value::Unclear, Value::Truth)
            }
            _ => Value::Unclear,
        }
    }

    /// What a comprehension over things that are written out makes of each; `None`: it is of another kind.
    fn each<T>(
        &mut self,
        generators: &[Comprehension],
        deep: usize,
        make: &mut dyn FnMut(&mut Values<'_>, usize) -> T,
    ) -> Option<Vec<T>> {
        let [generator] = generators else { return None };
        let Expr::Name(target) = &generator.target else { return None };
        let items = match self.read(&generator.iter, deep + 1) {
            Value::Items(items) if generator.ifs.is_empty() => items,
            Value::Pairs(pairs) if generator.ifs.is_empty() => pairs.into_iter().map(|(key, _)| key).collect(),
            _ => return None,
        };
        let mut names = self.names.clone();
        let mut all = Vec::new();
        for item in items {
            names.insert(target.id.to_string(), item);
            let mut inner = Values {
                resolver: self.resolver,
                module: self.module,
                asked: self.asked,
                names: &names,
                listed: self.listed,
                origin: self.origin,
                depth: self.depth,
            };
            all.push(make(&mut inner, deep + 1));
        }
        Some(all)
    }

    fn items(&mut self, elements: &[Expr], deep: usize) -> Value {
        let mut items = Vec::new();
        for element in elements {
            match element {
                Expr::Starred(starred) => match self.read(&starred.value, deep + 1) {
                    Value::Items(more) => items.extend(more),
                    Value::Pairs(pairs) => items.extend(pairs.into_iter().map(|(key, _)| key)),
                    _ => return Value::Unclear,
                },
                other => items.push(self.read(other, deep + 1)),
            }
        }
        Value::Items(items)
    }

    fn formatted(&mut self, text: &ruff_python_ast::ExprFString, deep: usize) -> Value {
        let mut out = String::new();
        for part in &text.value {
            match part {
                FStringPart::Literal(literal) => out.push_str(literal),
                FStringPart::FString(inner) => {
                    for element in &inner.elements {
                        match element {
                            InterpolatedStringElement::Literal(literal) => out.push_str(literal),
                            InterpolatedStringElement::Interpolation(place) => {
                                match self.read(&place.expression, deep + 1) {
                                    Value::Text(text) if place.format_spec.is_none() && place.debug_text.is_none() => {
                                        out.push_str(&text);
                                    }
                                    _ => return Value::Unclear,
                                }
                            }
                        }
                    }
                }
            }
        }
        Value::Text(out)
    }

    fn named(&mut self, name: &str, deep: usize) -> Value {
        let value = self.names.get(name).cloned();
        match value {
            Some(Value::Imported(module, name)) => self.in_module(&module, &name, deep + 1),
            Some(value) => value,
            None if name == "__name__" => Value::Text(self.module.name.clone()),
            None => {
                let module = self.module.name.clone();
                self.in_module(&module, name, deep + 1)
            }
        }
    }

    /// A name that a module of this release writes out once and does not change.
    fn in_module(&mut self, module: &str, name: &str, deep: usize) -> Value {
        if deep > DEEPEST || self.depth > DEEPEST {
            return Value::Unclear;
        }
        let At::Source(source) = self.resolver.tree.at(module) else { return Value::Unclear };
        let Some([one]) = source.bindings.get(name).map(Vec::as_slice) else { return Value::Unclear };
        if source.changed.contains(name) || source.deleted.contains(name) {
            return Value::Unclear;
        }
        match &one.what {
            What::Function { .. } => {
                let function = source.functions.get(name);
                function.map_or(Value::Unclear, |f| Value::Function(Rc::clone(f), BTreeMap::new(), module.to_owned()))
            }
            What::Value(value) => {
                let mut unused = false;
                let none = BTreeMap::new();
                let mut there = Values {
                    resolver: self.resolver,
                    module: &source,
                    asked: self.asked,
                    names: &none,
                    listed: &mut unused,
                    origin: self.origin,
                    depth: self.depth + 1,
                };
                match (there.read(value, deep + 1), value.as_ref()) {
                    (Value::Unclear, Expr::Call(_)) => Value::Made(Rc::clone(value), module.to_owned()),
                    (known, _) => known,
                }
            }
            What::Import { module, name: Some(name) } => self.in_module(module, name, deep + 1),
            _ => Value::Unclear,
        }
    }

    fn attribute(&mut self, attribute: &ruff_python_ast::ExprAttribute, deep: usize) -> Value {
        let name = attribute.attr.as_str();
        if name == "__dict__" {
            // `sys.modules[__name__].__dict__`
            let Expr::Subscript(inner) = attribute.value.as_ref() else { return Value::Unclear };
            let modules = crate::surface::class::dotted(&inner.value).is_some_and(|path| path == "sys.modules");
            let own = matches!(self.read(&inner.slice, deep + 1), Value::Text(text) if text == self.origin);
            return if modules && own { Value::Namespace } else { Value::Unclear };
        }
        let Expr::Name(holder) = attribute.value.as_ref() else { return Value::Unclear };
        // `module.NAMES`, where the module is one of this release.
        let holder = holder.id.as_str();
        let of = match self.names.get(holder) {
            Some(Value::Imported(from, item)) => Some(format!("{from}.{item}")),
            Some(_) => None,
            None => match self.module.bindings.get(holder).map(Vec::as_slice) {
                Some([one]) => match &one.what {
                    What::Import { module, name: None } => Some(module.clone()),
                    What::Import { module, name: Some(name) } => Some(format!("{module}.{name}")),
                    _ => None,
                },
                _ => None,
            },
        };
        of.map_or(Value::Unclear, |module| self.in_module(&module, name, deep + 1))
    }

    fn looked_up(&mut self, holder: &Value, key: &Value, otherwise: Value) -> Value {
        let Value::Pairs(pairs) = holder else { return Value::Unclear };
        let mut unclear = false;
        for (own, value) in pairs {
            match same(own, key) {
                Some(true) => {
                    self.found(true, key);
                    return value.clone();
                }
                Some(false) => {}
                None => unclear = true,
            }
        }
        if unclear { Value::Unclear } else { otherwise }
    }

    fn call(&mut self, call: &ruff_python_ast::ExprCall, deep: usize) -> Value {
        let arguments = &call.arguments.args;
        match call.func.as_ref() {
            Expr::Name(name) => match (name.id.as_str(), &**arguments) {
                ("globals" | "vars", []) => Value::Namespace,
                ("frozenset" | "set" | "list" | "tuple" | "sorted", [one]) => match self.read(one, deep + 1) {
                    Value::Pairs(pairs) => Value::Items(pairs.into_iter().map(|(key, _)| key).collect()),
                    items @ Value::Items(_) => items,
                    _ => Value::Unclear,
                },
                ("frozenset" | "set" | "list" | "tuple" | "dict", []) if call.arguments.keywords.is_empty() => {
                    Value::Items(Vec::new())
                }
                ("dict", [one]) if call.arguments.keywords.is_empty() => self.read(one, deep + 1),
                _ => Value::Unclear,
            },
            Expr::Attribute(method) => {
                let holder = self.read(&method.value, deep + 1);
                let first = arguments.first().map(|one| self.read(one, deep + 1));
                match (method.attr.as_str(), holder, first) {
                    ("startswith", Value::Text(text), Some(Value::Text(start))) => {
                        Value::Truth(text.starts_with(&start))
                    }
                    ("endswith", Value::Text(text), Some(Value::Text(end))) => Value::Truth(text.ends_with(&end)),
                    ("keys", pairs @ Value::Pairs(_), None) => pairs,
                    ("values", Value::Pairs(pairs), None) => Value::Items(pairs.into_iter().map(|(_, v)| v).collect()),
                    ("get", Value::Pairs(pairs), Some(key)) => {
                        let otherwise = arguments.get(1).map_or(Value::Nothing, |one| self.read(one, deep + 1));
                        self.looked_up(&Value::Pairs(pairs), &key, otherwise)
                    }
                    _ => Value::Unclear,
                }
            }
            _ => Value::Unclear,
        }
    }
}

/// Whether two values are the same; `None`: nobody knows.
fn same(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left == right),
        (Value::Nothing, Value::Nothing) => Some(true),
        (Value::Truth(left), Value::Truth(right)) => Some(left == right),
        (
            Value::Nothing,
            Value::Text(_) | Value::Truth(_) | Value::Pairs(_) | Value::Items(_) | Value::Function(..),
        )
        | (
            Value::Text(_) | Value::Truth(_) | Value::Pairs(_) | Value::Items(_) | Value::Function(..),
            Value::Nothing,
        ) => Some(false),
        _ => None,
    }
}
