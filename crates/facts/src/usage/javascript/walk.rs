//! The walk over a JavaScript file's tree: every import, and every use of a name that an import bound.
//!
//! An inner name hides an imported one from its declaration on; a `var` that is declared later is not foreseen.

use std::collections::HashMap;

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, BindingIdentifier, BindingPattern, CallExpression, ExportAllDeclaration, ExportFromDeclaration,
    Expression, IdentifierReference, ImportDeclaration, ImportDeclarationSpecifier, ImportExpression,
    JSXMemberExpression, JSXMemberExpressionObject, Program, Statement, StaticMemberExpression,
    TSImportEqualsDeclaration, TSImportType, TSModuleReference, TSQualifiedName, TSTypeName, VariableDeclarator,
};
use oxc_ast_visit::Visit;
use oxc_ast_visit::walk::{
    walk_call_expression, walk_export_all_declaration, walk_export_from_declaration, walk_import_expression,
    walk_static_member_expression, walk_ts_import_type, walk_variable_declarator,
};
use oxc_span::{GetSpan, Span};

use super::specifier::package;
use crate::usage::sighting::{Kind, LineNumbers, Sighting, short};

/// Steps from an imported name that are followed: `a.b().c` has three.
const STEPS: usize = 12;
/// Functions of test runners whose first argument names a module.
const MOCKS: [&str; 6] = ["mock", "unmock", "doMock", "requireActual", "importActual", "requireMock"];

/// What a name stands for.
#[derive(Debug, Clone)]
struct Bound {
    package: String,
    /// Dotted; `()` marks a call.
    member: String,
    /// Not the imported thing itself, but what came out of it.
    derived: bool,
}

impl Bound {
    fn of(package: String) -> Self {
        Self { package, member: String::new(), derived: false }
    }

    fn step(mut self, name: &str) -> Self {
        if !self.member.is_empty() {
            self.member.push('.');
        }
        self.member.push_str(name);
        self
    }
}

pub(super) fn walk<'a>(text: &str, numbers: &LineNumbers, program: &Program<'a>) -> Vec<Sighting> {
    let mut walker = Walker { text, numbers, scopes: vec![HashMap::new()], guards: 0, found: Vec::new() };
    // Imports hold from the first line on, wherever they stand.
    for statement in &program.body {
        if let Statement::ImportDeclaration(import) = statement {
            walker.bind_import(import);
        }
    }
    for statement in &program.body {
        walker.visit_statement(statement);
    }
    walker.found
}

struct Walker<'t> {
    text: &'t str,
    numbers: &'t LineNumbers,
    /// `None`: a name of the file's own.
    scopes: Vec<HashMap<String, Option<Bound>>>,
    /// `try` blocks around the place.
    guards: usize,
    found: Vec<Sighting>,
}

impl Walker<'_> {
    fn add(&mut self, kind: Kind, span: Span, bound: &Bound) {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        self.found.push(Sighting {
            kind,
            module: bound.package.clone(),
            member: bound.member.clone(),
            line: self.numbers.at(span.start as usize),
            what: short(text),
            guarded: self.guards > 0,
        });
    }

    fn import(&mut self, specifier: &str, span: Span) {
        if let Some(package) = package(specifier) {
            self.add(Kind::Import, span, &Bound::of(package));
        }
    }

    fn used(&mut self, bound: &Bound, span: Span) {
        self.add(if bound.derived { Kind::Derived } else { Kind::Use }, span, bound);
    }

    fn lookup(&self, name: &str) -> Option<&Bound> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).and_then(Option::as_ref)
    }

    fn bind(&mut self, name: &str, bound: Option<Bound>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), bound);
        }
    }

    fn bind_import(&mut self, import: &ImportDeclaration<'_>) {
        let Some(package) = package(&import.source.value) else { return };
        for specifier in import.specifiers.iter().flatten() {
            let whole = Bound::of(package.clone());
            let bound = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(s) if s.imported.name() != "default" => {
                    whole.step(s.imported.name().as_str())
                }
                _ => whole,
            };
            self.bind(specifier.name().as_str(), Some(bound));
        }
    }

    /// What an expression that starts at an imported name or at a `require` stands for.
    fn resolve(&self, expression: &Expression<'_>, steps: usize) -> Option<Bound> {
        let steps = steps.checked_sub(1)?;
        match expression.get_inner_expression() {
            Expression::Identifier(name) => self.lookup(&name.name).cloned(),
            Expression::StaticMemberExpression(member) => {
                let object = self.resolve(&member.object, steps)?;
                // What a bundler puts around CommonJS modules.
                Some(if member.property.name == "default" { object } else { object.step(&member.property.name) })
            }
            Expression::CallExpression(call) => {
                if let Some(specifier) = self.required(call) {
                    return package(specifier).map(Bound::of);
                }
                if is_promisify(&call.callee) {
                    return self.resolve(call.arguments.first()?.as_expression()?, steps);
                }
                let mut bound = self.resolve(&call.callee, steps)?;
                bound.member.push_str("()");
                bound.derived = true;
                Some(bound)
            }
            Expression::NewExpression(new) => {
                let mut bound = self.resolve(&new.callee, steps)?;
                bound.member.push_str("()");
                bound.derived = true;
                Some(bound)
            }
            Expression::AwaitExpression(inner) => self.resolve(&inner.argument, steps),
            Expression::ImportExpression(import) => match &import.source {
                Expression::StringLiteral(text) => package(&text.value).map(Bound::of),
                _ => None,
            },
            _ => None,
        }
    }

    /// The specifier of `require("x")`, also in wrappers: `__importDefault(require("x"))`.
    fn required<'c>(&self, call: &'c CallExpression<'_>) -> Option<&'c str> {
        let mut call = call;
        for _ in 0..3 {
            let Expression::Identifier(name) = &call.callee else { return None };
            match call.arguments.first()? {
                Argument::StringLiteral(text) if name.name == "require" => return Some(text.value.as_str()),
                Argument::CallExpression(inner) if name.name.starts_with("_") => call = inner,
                _ => return None,
            }
        }
        None
    }

    fn bind_pattern(&mut self, pattern: &BindingPattern<'_>, bound: &Bound) {
        match pattern {
            BindingPattern::BindingIdentifier(name) => self.bind(&name.name, Some(bound.clone())),
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    if let Some(key) = property.key.static_name() {
                        let inner = if key == "default" { bound.clone() } else { bound.clone().step(&key) };
                        self.bind_pattern(&property.value, &inner);
                    }
                }
            }
            BindingPattern::AssignmentPattern(assignment) => self.bind_pattern(&assignment.left, bound),
            BindingPattern::ArrayPattern(_) => {}
        }
    }
}

impl<'a> Visit<'a> for Walker<'_> {
    fn enter_node(&mut self, kind: AstKind<'a>) {
        if opens_scope(&kind) {
            self.scopes.push(HashMap::new());
        }
    }

    fn leave_node(&mut self, kind: AstKind<'a>) {
        if opens_scope(&kind) {
            self.scopes.pop();
        }
    }

    fn visit_binding_identifier(&mut self, name: &BindingIdentifier<'a>) {
        self.bind(&name.name, None);
    }

    fn visit_import_declaration(&mut self, import: &ImportDeclaration<'a>) {
        self.import(&import.source.value, import.span);
    }

    fn visit_export_from_declaration(&mut self, export: &ExportFromDeclaration<'a>) {
        self.import(&export.source.value, export.span);
        walk_export_from_declaration(self, export);
    }

    fn visit_export_all_declaration(&mut self, export: &ExportAllDeclaration<'a>) {
        self.import(&export.source.value, export.span);
        walk_export_all_declaration(self, export);
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        if let Expression::StringLiteral(text) = &import.source {
            self.import(&text.value, import.span);
        }
        walk_import_expression(self, import);
    }

    fn visit_ts_import_type(&mut self, import: &TSImportType<'a>) {
        self.import(&import.source.value, import.span);
        walk_ts_import_type(self, import);
    }

    fn visit_ts_import_equals_declaration(&mut self, import: &TSImportEqualsDeclaration<'a>) {
        if let TSModuleReference::ExternalModuleReference(module) = &import.module_reference {
            self.import(&module.expression.value, import.span);
            let bound = package(&module.expression.value).map(Bound::of);
            self.bind(&import.id.name, bound);
        }
    }

    fn visit_try_statement(&mut self, attempt: &oxc_ast::ast::TryStatement<'a>) {
        self.guards += 1;
        oxc_ast_visit::walk::walk_try_statement(self, attempt);
        self.guards -= 1;
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let first = match call.arguments.first() {
            Some(Argument::StringLiteral(text)) => Some(text.value.as_str()),
            _ => None,
        };
        let names_module = match &call.callee {
            Expression::Identifier(name) => name.name == "require" && self.lookup("require").is_none(),
            Expression::StaticMemberExpression(member) => {
                let on = |names: &[&str]| matches!(&member.object, Expression::Identifier(n) if names.contains(&n.name.as_str()));
                on(&["require"]) && member.property.name == "resolve"
                    || on(&["jest", "vi", "vitest"]) && MOCKS.contains(&member.property.name.as_str())
            }
            _ => false,
        };
        if let Some(specifier) = first.filter(|_| names_module) {
            self.import(specifier, call.span);
        }
        walk_call_expression(self, call);
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        // Resolved first: the name itself may hide what its value is made from.
        let bound = declarator.init.as_ref().and_then(|init| self.resolve(init, STEPS));
        walk_variable_declarator(self, declarator);
        if let Some(bound) = bound {
            self.bind_pattern(&declarator.id, &bound);
        }
    }

    fn visit_identifier_reference(&mut self, name: &IdentifierReference<'a>) {
        if let Some(bound) = self.lookup(&name.name).cloned() {
            self.used(&bound, name.span);
        }
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        let object = member.object.get_inner_expression();
        let rooted = matches!(object, Expression::Identifier(_) | Expression::StaticMemberExpression(_));
        let bound = self.resolve(&member.object, STEPS).map(|bound| bound.step(&member.property.name));
        match bound {
            Some(bound) if rooted && !bound.member.contains("()") => self.used(&bound, member.span),
            Some(bound) => {
                let start = member.property.span.start;
                let span = if rooted { member.span } else { Span::new(start, member.span.end) };
                self.used(&Bound { derived: true, ..bound }, span);
                if !rooted {
                    walk_static_member_expression(self, member);
                }
            }
            None => walk_static_member_expression(self, member),
        }
    }

    fn visit_jsx_member_expression(&mut self, member: &JSXMemberExpression<'a>) {
        let mut names = vec![member.property.name.as_str()];
        let mut object = &member.object;
        while let JSXMemberExpressionObject::MemberExpression(inner) = object {
            names.push(inner.property.name.as_str());
            object = &inner.object;
        }
        if let JSXMemberExpressionObject::IdentifierReference(root) = object
            && let Some(bound) = self.lookup(&root.name).cloned()
        {
            let bound = names.iter().rev().fold(bound, |bound, name| bound.step(name));
            self.used(&bound, member.span);
        }
    }

    fn visit_ts_qualified_name(&mut self, name: &TSQualifiedName<'a>) {
        let mut names = vec![name.right.name.as_str()];
        let mut left = &name.left;
        while let TSTypeName::QualifiedName(inner) = left {
            names.push(inner.right.name.as_str());
            left = &inner.left;
        }
        if let TSTypeName::IdentifierReference(root) = left
            && let Some(bound) = self.lookup(&root.name).cloned()
        {
            let bound = names.iter().rev().fold(bound, |bound, part| bound.step(part));
            self.used(&bound, name.span());
        }
    }
}

/// `promisify(f)` is `f` for whoever calls it.
fn is_promisify(callee: &Expression<'_>) -> bool {
    match callee {
        Expression::Identifier(name) => name.name == "promisify",
        Expression::StaticMemberExpression(member) => member.property.name == "promisify",
        _ => false,
    }
}

fn opens_scope(kind: &AstKind<'_>) -> bool {
    matches!(
        kind,
        AstKind::Function(_)
            | AstKind::ArrowFunctionExpression(_)
            | AstKind::BlockStatement(_)
            | AstKind::CatchClause(_)
            | AstKind::ForStatement(_)
            | AstKind::ForInStatement(_)
            | AstKind::ForOfStatement(_)
            | AstKind::SwitchStatement(_)
            | AstKind::Class(_)
            | AstKind::StaticBlock(_)
    )
}

#[cfg(test)]
mod tests;
