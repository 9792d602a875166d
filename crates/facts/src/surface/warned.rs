//! Whether a function says that it is deprecated: by a decorator, or by a warning that every call gives.

use ruff_python_ast::{Decorator, Expr, ExprCall, Stmt};

use super::module::Deprecated;

/// Longest text that is kept of what it says, in characters.
const SAYS: usize = 160;

/// A warning in a branch is for some arguments only, and does not count.
pub(super) fn deprecation(decorators: &[Decorator], body: &[Stmt]) -> Option<Deprecated> {
    decorators.iter().find_map(by_decorator).or_else(|| body.iter().find_map(by_warning))
}

/// `@deprecated("…")`, `@util.deprecated("1.4", "…")`.
pub(super) fn by_decorator(decorator: &Decorator) -> Option<Deprecated> {
    let (name, call) = match &decorator.expression {
        Expr::Call(call) => (last(&call.func)?, Some(call)),
        other => (last(other)?, None),
    };
    matches!(name, "deprecated" | "deprecate").then(|| Deprecated { says: call.and_then(longest) })
}

fn by_warning(statement: &Stmt) -> Option<Deprecated> {
    let Stmt::Expr(expression) = statement else { return None };
    let Expr::Call(call) = expression.value.as_ref() else { return None };
    warns(call)
}

/// `warnings.warn("…", DeprecationWarning)`.
pub(super) fn warns(call: &ExprCall) -> Option<Deprecated> {
    let name = last(&call.func)?;
    let category = |expr: &Expr| {
        let named = last(expr).unwrap_or_default();
        // Frameworks have their own: `RemovedInDjango60Warning`, `MatplotlibDeprecationWarning`.
        named.ends_with("DeprecationWarning") || named == "FutureWarning" || named.starts_with("RemovedIn")
    };
    let arguments = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|k| &k.value));
    let deprecates = name == "warn" && arguments.clone().any(category);
    (deprecates || name == "warn_deprecated").then(|| Deprecated { says: longest(call) })
}

/// `c` of `a.b.c`.
pub(super) fn last(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Call(call) => last(&call.func),
        _ => None,
    }
}

/// The longest plain string among the arguments: versions are short.
fn longest(call: &ExprCall) -> Option<String> {
    let arguments = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|k| &k.value));
    let texts = arguments.filter_map(|one| match one {
        Expr::StringLiteral(text) => Some(text.value.to_str()),
        _ => None,
    });
    let longest = texts.max_by_key(|text| text.len()).filter(|text| text.contains(' '))?;
    let line: Vec<&str> = longest.split_whitespace().collect();
    let line = line.join(" ");
    let short: String = line.chars().take(SAYS).collect();
    Some(if short.len() < line.len() { format!("{short}…") } else { short })
}
