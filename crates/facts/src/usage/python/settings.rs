//! Dotted names in settings: Django's `INSTALLED_APPS`, `MIDDLEWARE`, backends and engines name modules by string.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::lines::is_dotted;
use crate::usage::sighting::{Kind, LineNumbers, Sighting, short};

/// Settings by the file's name or folder: `settings.py`, `settings_local.py`, `config/settings/base.py`.
pub(super) fn is_settings(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    name.contains("settings") || folder.rsplit('/').next() == Some("settings")
}

/// Strings that look like a module's name, in assignments to names in capitals.
pub(super) fn strings(numbers: &LineNumbers, body: &[Stmt], found: &mut Vec<Sighting>) {
    for statement in body {
        let (name, value) = match statement {
            Stmt::Assign(assign) => (assign.targets.first(), Some(assign.value.as_ref())),
            Stmt::AnnAssign(assign) => (Some(assign.target.as_ref()), assign.value.as_deref()),
            Stmt::AugAssign(assign) => (Some(assign.target.as_ref()), Some(assign.value.as_ref())),
            _ => continue,
        };
        let (Some(Expr::Name(name)), Some(value)) = (name, value) else { continue };
        if !name.id.chars().all(|c| c == '_' || c.is_ascii_uppercase() || c.is_ascii_digit()) {
            continue;
        }
        // A bare word is a module's name only where modules are listed.
        let bare = name.id.ends_with("APPS");
        Strings { numbers, bare, found }.visit_expr(value);
    }
}

struct Strings<'f> {
    numbers: &'f LineNumbers,
    bare: bool,
    found: &'f mut Vec<Sighting>,
}

impl<'a> Visitor<'a> for Strings<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let Expr::StringLiteral(literal) = expr else { return walk_expr(self, expr) };
        let text = literal.value.to_str();
        if is_dotted(text) && (self.bare || text.contains('.')) {
            self.found.push(Sighting {
                kind: Kind::Named,
                module: text.to_owned(),
                member: String::new(),
                line: self.numbers.at(usize::from(literal.range().start())),
                what: short(&format!("\"{text}\"")),
                guarded: false,
            });
        }
    }
}
