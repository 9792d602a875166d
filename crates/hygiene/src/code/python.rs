//! One Python file: imports, and calls by the names that imports give them.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Mod, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};
use uplift_model::Ecosystem;

use super::{Argument, Call, Import, Source, begin, first_line};
use crate::place;

/// Parts of a called name that are put together; a chain that is longer is nothing that is looked for.
const PARTS: usize = 16;
/// Expressions below one call that are looked through for texts.
const REACH: usize = 400;

/// The parser goes on after an error, so that a broken file still tells most of what it does.
pub(super) fn read(text: &str) -> Source {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let starts: Vec<usize> = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1).collect();
    let mut walker = Walker { text, starts, bound: BTreeMap::new(), imports: Vec::new(), calls: Vec::new() };
    let mut assigned = Vec::new();
    if let Mod::Module(module) = parsed.syntax() {
        walker.visit_body(&module.body);
        for statement in &module.body {
            let targets = match statement {
                Stmt::Assign(assign) => assign.targets.as_slice(),
                Stmt::AnnAssign(assign) => std::slice::from_ref(&*assign.target),
                _ => &[],
            };
            for target in targets {
                if let Expr::Name(name) = target {
                    assigned.push((name.id.to_string(), walker.line(name.range())));
                }
            }
        }
    }
    Source {
        path: String::new(),
        language: Ecosystem::Python,
        production: true,
        imports: walker.imports,
        calls: walker.calls,
        assigned,
    }
}

struct Walker<'t> {
    text: &'t str,
    /// Offsets at which lines begin, the first left out.
    starts: Vec<usize>,
    /// What a name means: `sa` is `sqlalchemy`.
    bound: BTreeMap<String, String>,
    imports: Vec<Import>,
    calls: Vec<Call>,
}

impl Walker<'_> {
    fn line(&self, range: TextRange) -> u32 {
        place::number(self.starts.partition_point(|start| *start <= range.start().to_usize()))
    }

    fn slice(&self, range: TextRange) -> &str {
        self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or_default()
    }

    fn import(&mut self, module: String, bound: Option<(&str, &str)>, range: TextRange) {
        if let Some((name, meaning)) = bound {
            self.bound.insert(name.to_owned(), meaning.to_owned());
        }
        let text = first_line(self.slice(range));
        self.imports.push(Import { module, line: self.line(range), text });
    }

    /// `a.b.c` with `a` as its import has it; `None` for what is no such chain, or a longer one than [`PARTS`].
    fn dotted(&self, expr: &Expr) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        let mut rest = expr;
        loop {
            match rest {
                Expr::Name(name) => {
                    let name = name.id.as_str();
                    let mut whole = self.bound.get(name).cloned().unwrap_or_else(|| name.to_owned());
                    for part in parts.iter().rev() {
                        whole.push('.');
                        whole.push_str(part);
                    }
                    return Some(whole);
                }
                Expr::Attribute(attribute) if parts.len() < PARTS => {
                    parts.push(attribute.attr.as_str());
                    rest = match &*attribute.value {
                        Expr::Call(call) => &call.func,
                        other => other,
                    };
                }
                _ => return None,
            }
        }
    }

    fn call(&mut self, call: &ExprCall) {
        let Some(name) = self.dotted(&call.func) else { return };
        let mut keywords = Vec::new();
        for keyword in &call.arguments.keywords {
            if let Some(name) = &keyword.arg {
                let value = first_line(self.slice(keyword.value.range()));
                keywords.push(Argument { name: name.to_string(), value, line: self.line(keyword.range()) });
            }
        }
        let spread = call.arguments.keywords.iter().any(|k| k.arg.is_none());
        let mut texts = Texts { found: Vec::new(), left: REACH };
        call.arguments.args.iter().for_each(|a| texts.visit_expr(a));
        call.arguments.keywords.iter().for_each(|k| texts.visit_expr(&k.value));
        let text = first_line(self.slice(call.range()));
        self.calls.push(Call { name, line: self.line(call.range()), keywords, spread, texts: texts.found, text });
    }
}

impl<'a> Visitor<'a> for Walker<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.to_string();
                    let top = module.split('.').next().unwrap_or_default().to_owned();
                    let bound =
                        alias.asname.as_ref().map_or((top.as_str(), top.as_str()), |n| (n.as_str(), module.as_str()));
                    self.import(module.clone(), Some(bound), import.range());
                }
            }
            Stmt::ImportFrom(import) if import.level == 0 => {
                let from = import.module.as_ref().map(ToString::to_string).unwrap_or_default();
                for alias in &import.names {
                    let whole = format!("{from}.{}", alias.name);
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.import(whole.clone(), Some((name.as_str(), &whole)), import.range());
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.call(call);
        }
        walk_expr(self, expr);
    }
}

/// Literal texts below an expression, the first of them.
struct Texts {
    found: Vec<String>,
    /// Expressions that are looked at still.
    left: usize,
}

impl<'a> Visitor<'a> for Texts {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        if let Expr::StringLiteral(literal) = expr {
            self.found.push(begin(literal.value.to_str()).to_owned());
        }
        walk_expr(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_followed_through_imports() {
        let source = read(
            "import sqlalchemy as sa\nfrom x.y import (\n    Limiter as L,\n)\n# from slowapi import Limiter\n'''\nimport redis\n'''\ne = sa.create_engine(\n    os.getenv('U', 'sqlite:///a'),\n    pool_size=int(3), **more)\nL(a)\nCACHES = {}\n",
        );
        let imports: Vec<(&str, u32)> = source.imports.iter().map(|i| (i.module.as_str(), i.line)).collect();
        assert_eq!(imports, [("sqlalchemy", 1), ("x.y.Limiter", 2)]);
        let engine = source.calls_any(&["create_engine"]).unwrap();
        assert_eq!((engine.name.as_str(), engine.line, engine.spread), ("sqlalchemy.create_engine", 9, true));
        assert_eq!((engine.keywords[0].name.as_str(), engine.keywords[0].line), ("pool_size", 11));
        assert_eq!(engine.texts, ["U", "sqlite:///a"]);
        assert!(source.calls_any(&["x.y.Limiter"]).is_some());
        assert!(source.assigned.iter().any(|(n, l)| n == "CACHES" && *l == 13));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(import|from|as|def|:|\\(|\\)|=|\\*\\*|a|\\.|,|\n| |'|\"\"\"|#|\\\\|\\PC){0,40}") {
            read(&text);
        }
    }
}
