//! Two releases and the names that the code uses: what went, where to, what is deprecated, what nobody can tell.
//!
//! A name went only where the old release surely has it and the new one surely does not.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::symbols::{Fate, SITES, SymbolChange, SymbolChanges, Untold};

use super::module::What;
use super::resolve::{Found, Kind, Resolver, Thing};
use super::tree::{At, Tree};
use crate::usage::Reference;

/// What became of one symbol: judged, with the part of its name that changed where one did.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    There,
    Changed { part: String, fate: Fate },
    Untold { part: String, why: String },
}

/// Judges every reference. The texts of both trees are read on a thread with a deep stack.
pub(super) fn compare(old: &Tree, new: &Tree, references: &[Reference]) -> SymbolChanges {
    let (before, after) = (Resolver::new(old), Resolver::new(new));
    let mut by_symbol: BTreeMap<&str, Vec<&Reference>> = BTreeMap::new();
    for reference in references.iter().filter(|r| is_judged(r)) {
        by_symbol.entry(&reference.symbol).or_default().push(reference);
    }
    let mut changes: BTreeMap<String, (Fate, Vec<&Reference>)> = BTreeMap::new();
    let mut untold: BTreeMap<String, String> = BTreeMap::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (symbol, references) in by_symbol {
        match judge(&before, &after, symbol) {
            Verdict::There => {
                names.insert(symbol.to_owned());
            }
            Verdict::Changed { part, fate } => {
                names.insert(part.clone());
                changes.entry(part).or_insert_with(|| (fate, Vec::new())).1.extend(references);
            }
            Verdict::Untold { part, why } => {
                untold.insert(part, why);
            }
        }
    }
    let changes: Vec<SymbolChange> =
        changes.into_iter().map(|(symbol, (fate, used))| change(symbol, fate, used)).collect();
    SymbolChanges {
        from: String::new(),
        to: String::new(),
        used: names.len() + untold.len(),
        judged: names.len(),
        changes,
        untold: untold.into_iter().map(|(symbol, why)| Untold { symbol, why }).collect(),
        read: [old, new].map(|tree| tree.file().to_owned()).to_vec(),
    }
}

/// A class made from an imported one has names of its own, which say nothing of the package.
fn is_judged(reference: &Reference) -> bool {
    !reference.derived || reference.symbol.contains("()")
}

fn change(symbol: String, fate: Fate, mut used: Vec<&Reference>) -> SymbolChange {
    used.sort();
    used.dedup_by(|a, b| (&a.site.file, a.site.line) == (&b.site.file, b.site.line));
    let guarded = used.iter().all(|reference| reference.guarded);
    // What the code is not ready for comes first.
    let open = used.iter().filter(|r| guarded || !r.guarded);
    let sites = open.clone().take(SITES).map(|reference| reference.site.clone()).collect();
    SymbolChange { symbol, fate, sites, count: open.count(), guarded }
}

fn judge(before: &Resolver<'_>, after: &Resolver<'_>, symbol: &str) -> Verdict {
    let (old, new) = (before.trail(symbol), after.trail(symbol));
    let mut deprecated = None;
    for (at, (part, found)) in old.iter().enumerate() {
        let thing = match found {
            Found::Present(thing) => thing,
            Found::Absent { .. } => {
                return untold(part, format!("`{}` does not have it either", before.tree.file()));
            }
            Found::Unknown(why) => return untold(part, why.clone()),
        };
        match new.get(at) {
            // What follows is of something that the new release does not write down.
            None => break,
            Some((_, Found::Present(now))) => {
                deprecated = deprecated.or_else(|| now.deprecated.clone().map(|says| (part.clone(), says)));
            }
            Some((_, Found::Unknown(why))) => return untold(part, why.clone()),
            Some((_, Found::Absent { stub: true })) if !thing.stub => {
                return untold(part, "only a stub says that it is gone".to_owned());
            }
            Some((_, Found::Absent { .. })) => {
                if is_patched(after.tree, part) {
                    return untold(part, "something may put it there at run time".to_owned());
                }
                let to = destination(before, after, part, thing);
                let fate = to.map_or(Fate::Removed, |to| Fate::Moved { to });
                return Verdict::Changed { part: part.clone(), fate };
            }
        }
    }
    match deprecated {
        Some((part, says)) => Verdict::Changed { part, fate: Fate::Deprecated { says: says.says } },
        None => Verdict::There,
    }
}

fn untold(part: &str, why: String) -> Verdict {
    Verdict::Untold { part: part.to_owned(), why }
}

fn leaf(part: &str) -> &str {
    part.rsplit('.').next().unwrap_or(part)
}

/// Whether the text of some module stores the name into something that is not an object of its own: `flask.x = y`.
fn is_patched(tree: &Tree, part: &str) -> bool {
    let stored = [format!(".{} =", leaf(part)), format!(".{}=", leaf(part))];
    tree.modules().any(|(_, text)| {
        stored.iter().any(|stored| {
            text.match_indices(stored.as_str()).any(|(at, _)| {
                let after = text.get(at + stored.len()..).unwrap_or_default();
                let head = text.get(..at).unwrap_or_default();
                let holder: String =
                    head.chars().rev().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
                let holder: String = holder.chars().rev().collect();
                !after.starts_with('=') && !matches!(holder.as_str(), "self" | "cls" | "")
            })
        })
    })
}

/// Where the new release has it instead, or where it always came from.
fn destination(before: &Resolver<'_>, after: &Resolver<'_>, part: &str, old: &Thing) -> Option<String> {
    if part.contains("()") {
        return None;
    }
    if let Some(home) = &old.home
        && home != part
    {
        let top = home.split('.').next().unwrap_or(home);
        // Of another package, which may have it still: nobody looked.
        if !after.tree.has_top(top) {
            return (!is_standard(top)).then(|| home.clone());
        }
        if is_public(home) && is_there(after, home) {
            return Some(home.clone());
        }
    }
    let (module, name) = part.rsplit_once('.')?;
    let top = module.split('.').next().unwrap_or(module);
    let mut places: Vec<&str> = Vec::new();
    for (place, text) in after.tree.modules() {
        let inside = place == top || place.strip_prefix(top).is_some_and(|rest| rest.starts_with('.'));
        if inside && is_public(place) && text.contains(name) && defines(after.tree, place, name, old) {
            places.push(place);
        }
    }
    match places.as_slice() {
        // What has its name there already is another thing that is called the same.
        [only] if !is_there(before, &format!("{only}.{name}")) && is_there(after, &format!("{only}.{name}")) => {
            Some(format!("{only}.{name}"))
        }
        _ => None,
    }
}

/// A module that makes something of the same kind under the name.
fn defines(tree: &Tree, place: &str, name: &str, old: &Thing) -> bool {
    let At::Source(module) = tree.at(place) else { return false };
    module.bindings.get(name).into_iter().flatten().any(|binding| match &binding.what {
        What::Function { .. } => matches!(old.kind, Kind::Function),
        What::Class(_) => matches!(old.kind, Kind::Class(_)),
        _ => false,
    })
}

fn is_there(resolver: &Resolver<'_>, symbol: &str) -> bool {
    let trail = resolver.trail(symbol);
    matches!(trail.last(), Some((path, Found::Present(_))) if path == symbol)
}

fn is_public(path: &str) -> bool {
    let aside = ["tests", "test", "testing", "_vendor", "compat", "v1", "deprecated", "legacy"];
    path.split('.').all(|part| !part.starts_with('_') && !aside.contains(&part))
}

/// What came from the language's own library is no hint of where a package's name went.
fn is_standard(top: &str) -> bool {
    crate::usage::is_standard(top)
}
