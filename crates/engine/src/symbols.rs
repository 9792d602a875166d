//! What becomes of the names that the code uses: asked for every move of a plan, and for the package that a check explains.
//!
//! Lives here: opening the door for artifacts, and what the answer is in the evidence of a move. Lives elsewhere: reading
//! and comparing releases (`uplift_facts::surface`), what it weighs (`decide::risk`).

use std::path::Path;
use std::time::Duration;

use uplift_decide::risk::{Breaking, Evidence};
use uplift_facts::gather::Gathered;
use uplift_facts::releases::Store;
use uplift_facts::surface::{self, Asked, Doors, LARGEST_ARTIFACT};
use uplift_facts::usage::Index;
use uplift_model::analysis::{DependencyRow, Pinning};
use uplift_model::symbols::SymbolChanges;
use uplift_model::{Datum, Ecosystem, PackageName};
use uplift_sandbox::Cancel;
use uplift_sandbox::fetch::{Fetch, FetchSettings};

use crate::judge;

/// The question for one package; `None`: the code uses nothing of it.
pub(crate) fn asked(code: &Index, name: &PackageName, from: &str, to: &str) -> Option<Asked> {
    let references = code.references(Ecosystem::Python, name.as_str(), None);
    let asked = Asked { name: name.clone(), from: from.to_owned(), to: to.to_owned(), references };
    (!asked.references.is_empty()).then_some(asked)
}

/// Downloads what is not known yet. `root` is that of the cache.
pub(crate) fn look_up(
    asked: &[Asked],
    indexes: &Result<Vec<String>, String>,
    fetch: &Fetch,
    root: &Path,
    cancel: &Cancel,
) -> Vec<Datum<SymbolChanges>> {
    let settings = FetchSettings {
        connections: 4,
        time_limit: Duration::from_secs(90),
        body_limit: LARGEST_ARTIFACT,
        ..FetchSettings::default()
    };
    match Fetch::new(settings) {
        Ok(artifacts) => {
            with_doors(indexes, fetch, &artifacts.cancelled_by(cancel), root, |doors| surface::changes(asked, doors))
        }
        Err(e) => asked.iter().map(|_| Datum::not_retrieved(e.to_string())).collect(),
    }
}

fn with_doors<T>(
    indexes: &Result<Vec<String>, String>,
    fetch: &Fetch,
    artifacts: &Fetch,
    root: &Path,
    ask: impl FnOnce(&Doors<'_>) -> T,
) -> T {
    // Pages that a plan asked for a moment ago come from the door's own cache.
    let store = Store::new(&root.join("symbols"), fetch, Duration::from_secs(600), false).sharing(true);
    ask(&Doors { store: &store, artifacts, indexes })
}

/// Where it goes, and from where, if the question makes sense for it.
fn way(row: &DependencyRow) -> Option<(PackageName, String, String)> {
    let moves = row.direct && row.ecosystem == Ecosystem::Python && row.pinning != Pinning::Elsewhere;
    let (from, to) = (row.current_version.clone()?, row.target_version.clone()?);
    (moves && from != to).then_some(())?;
    Some((PackageName::new(&row.name).ok()?, from, to))
}

/// Puts into an analysis what earlier questions have left in the cache.
pub(crate) fn recall(gathered: &mut Gathered, fetch: &Fetch, root: &Path) {
    if !root.join("symbols").is_dir() {
        return;
    }
    let Gathered { analysis, code, indexes, .. } = gathered;
    with_doors(indexes, fetch, fetch, root, |doors| {
        for (component, code) in analysis.components.iter_mut().zip(code.iter()) {
            for row in &mut component.dependencies {
                let asked = way(row).and_then(|(name, from, to)| asked(code, &name, &from, &to));
                row.symbols = asked.and_then(|asked| surface::recalled(&asked, doors));
            }
        }
    });
    judge::weigh_again(gathered);
}

/// Puts what becomes of the names of one package into an analysis, wherever it has a target.
pub(crate) fn explain(gathered: &mut Gathered, name: &str, fetch: &Fetch, root: &Path, offline: bool, cancel: &Cancel) {
    let Gathered { analysis, code, indexes, .. } = gathered;
    for (component, code) in analysis.components.iter_mut().zip(code.iter()) {
        for row in component.dependencies.iter_mut().filter(|row| row.is_named(name) && row.symbols.is_none()) {
            let Some(asked) = way(row).and_then(|(name, from, to)| asked(code, &name, &from, &to)) else { continue };
            row.symbols = match offline {
                true => Some(Datum::not_retrieved("nothing is asked over the network")),
                false => look_up(&[asked], indexes, fetch, root, cancel).pop(),
            };
        }
    }
}

/// What the answer is in the evidence of the move that it is about.
pub(crate) fn weigh(evidence: &mut Evidence, symbols: &Datum<SymbolChanges>) {
    match symbols {
        Datum::None => evidence.breaking = Datum::None,
        Datum::NotRetrieved { why } => evidence.breaking = Datum::not_retrieved(why.clone()),
        Datum::Found { value } => {
            let about = evidence.current.as_deref() == Some(&value.from) && evidence.target == value.to;
            // Where nothing could be judged it is as if nobody had asked, which raises nothing.
            if about && value.judged > 0 {
                evidence.breaking = Datum::found(Breaking {
                    known: value.changes.len(),
                    removed: value.gone().map(|change| change.placed()).collect(),
                    deprecated: value.deprecated().map(|change| change.placed()).collect(),
                    untold: value.untold.len(),
                });
            }
        }
    }
}

/// Names that the target no longer has, one sentence each.
pub(crate) fn sentences(changes: &SymbolChanges) -> Vec<String> {
    changes.gone().map(|change| format!("{} no longer has {}", changes.to, change.placed())).collect()
}
