//! What becomes of the names that a code base uses of a package, from one release to another.
//!
//! Start reading at [`changes`]. `artifact` finds and downloads the files of a release, `tree` knows its modules, `module`
//! and `class` what their texts bind, `dynamic` what `__getattr__` answers, `resolve` looks a name up, `compare` judges.
//! Nothing of a release is run. Lives elsewhere: which names the code uses (`usage`), what it means (`decide::risk`).

mod artifact;
mod class;
mod compare;
mod dynamic;
mod module;
mod resolve;
#[cfg(test)]
mod tests;
mod tree;
mod warned;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uplift_model::symbols::SymbolChanges;
use uplift_model::{Datum, PackageName};
use uplift_sandbox::fetch::{Fetch, Request};

use crate::releases::Store;
use crate::usage::Reference;
use tree::{Files, Tree};

/// Largest artifact that is read, in bytes: the body limit for [`Doors::artifacts`].
pub const LARGEST_ARTIFACT: u64 = 40 << 20;
/// Bytes of artifacts that are downloaded for one question, where the index says how large they are.
pub const MOST_BYTES: u64 = 400 << 20;
/// Packages whose artifacts are held at once.
const AT_ONCE: usize = 3;
/// Address space for parsers and walks, which take stack for each level.
const STACK: usize = 1024 * 1024 * 1024;
/// Changes whenever names are judged differently, so that older judgements are not taken for it.
const READING: u32 = 1;

/// One package that moves, and the places of the code that use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub name: PackageName,
    pub from: String,
    pub to: String,
    pub references: Vec<Reference>,
}

/// Whom to ask.
#[derive(Debug, Clone, Copy)]
pub struct Doors<'a> {
    /// Keeps what was judged; its door asks indexes.
    pub store: &'a Store<'a>,
    /// Its limit on bodies is to be [`LARGEST_ARTIFACT`].
    pub artifacts: &'a Fetch,
    /// Python indexes in their order, without a slash at the end; may hold credentials. `Err`: why they are not known.
    pub indexes: &'a Result<Vec<String>, String>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    reading: u32,
    changes: SymbolChanges,
}

/// What becomes of the names of each package, in the same order.
///
/// [`Datum::None`]: the code uses no name that could be judged. What could not be downloaded or read is
/// [`Datum::NotRetrieved`] with the reason. What was judged is kept for good, since artifacts never change.
pub fn changes(asked: &[Asked], doors: &Doors<'_>) -> Vec<Datum<SymbolChanges>> {
    let mut answers: Vec<Option<Datum<SymbolChanges>>> = asked.iter().map(|one| recalled(one, doors)).collect();
    let open: Vec<usize> = (0..asked.len()).filter(|at| answers.get(*at).is_some_and(Option::is_none)).collect();
    let mine: Vec<&Asked> = open.iter().filter_map(|at| asked.get(*at)).collect();
    let mut left = MOST_BYTES;
    let places = artifact::places(&mine, doors);
    let mut work: Vec<(usize, &Asked, [artifact::Place; 2])> = Vec::new();
    for ((at, one), places) in open.iter().zip(&mine).zip(places) {
        match places {
            Ok(places) => {
                let bytes: u64 = places.iter().filter_map(|place| place.size).sum();
                if bytes > left {
                    let why =
                        format!("reading it would take more than the {} MiB that are downloaded", MOST_BYTES >> 20);
                    answer(&mut answers, *at, Datum::not_retrieved(why));
                } else {
                    left -= bytes;
                    work.push((*at, one, places));
                }
            }
            Err(why) => answer(&mut answers, *at, Datum::not_retrieved(why)),
        }
    }
    for batch in work.chunks(AT_ONCE) {
        let wanted: Vec<&artifact::Place> = batch.iter().flat_map(|(_, _, places)| places).collect();
        let mut read = artifact::read(&wanted, doors).into_iter();
        for (at, one, _) in batch {
            let judged = match (read.next(), read.next()) {
                (Some(Ok(old)), Some(Ok(new))) => judged(one, old, new),
                (Some(Err(why)), _) | (_, Some(Err(why))) => Err(why),
                _ => Err("it was not asked for".to_owned()),
            };
            let told = match judged {
                Ok(changes) => {
                    if let Some(about) = about(one, doors) {
                        doors.store.remember(&about, Kept { reading: READING, changes: changes.clone() });
                    }
                    found(changes)
                }
                Err(why) => Datum::not_retrieved(why),
            };
            answer(&mut answers, *at, told);
        }
    }
    answers.into_iter().map(|a| a.unwrap_or_else(|| Datum::not_retrieved("it was not asked for"))).collect()
}

/// As [`changes`], out of what earlier calls have kept; `None`: nothing is.
pub fn recalled(asked: &Asked, doors: &Doors<'_>) -> Option<Datum<SymbolChanges>> {
    if asked.references.is_empty() {
        return Some(Datum::None);
    }
    let kept = doors.store.recall::<Kept>(&about(asked, doors)?)?;
    (kept.reading == READING).then_some(found(kept.changes))
}

fn found(changes: SymbolChanges) -> Datum<SymbolChanges> {
    Datum::answered((changes.used > 0).then_some(changes))
}

fn answer(answers: &mut [Option<Datum<SymbolChanges>>], at: usize, told: Datum<SymbolChanges>) {
    if let Some(slot) = answers.get_mut(at) {
        *slot = Some(told);
    }
}

/// Under which the answer is kept; nothing lies at this address. The places are part of the question.
fn about(asked: &Asked, doors: &Doors<'_>) -> Option<Request> {
    let home = doors.indexes.as_ref().ok()?.join(" ");
    let mut hash = Sha256::new();
    for reference in &asked.references {
        let Reference { site, symbol, derived, guarded, .. } = reference;
        hash.update(format!("{symbol}\0{derived}{guarded}\0{}\0{}\0{}\n", site.file, site.line, site.what));
    }
    let used: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Some(Request::new(format!("{home}/{}/#symbols-from-{}-to-{}-of-{used}", asked.name, asked.from, asked.to)))
}

/// Reads both releases on a thread with a deep stack.
fn judged(asked: &Asked, old: Files, new: Files) -> Result<SymbolChanges, String> {
    let compared = std::thread::scope(|scope| {
        let reading = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || {
            let (old, new) = (Tree::new(old), Tree::new(new));
            compare::compare(&old, &new, &asked.references)
        });
        match reading {
            Ok(thread) => thread.join().map_err(|_| "reading the release failed".to_owned()),
            Err(e) => Err(format!("no memory to read it with: {e}")),
        }
    })?;
    Ok(SymbolChanges { from: asked.from.clone(), to: asked.to.clone(), ..compared })
}
