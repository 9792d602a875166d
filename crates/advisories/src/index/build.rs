//! Making an index: all inputs into one file, beside the old one, then in its place.
//!
//! Lives here: the newest of several records of one id, the tables written. Lives elsewhere: reading inputs (`input`),
//! asking (`super`).

use std::collections::BTreeMap;
use std::collections::btree_map;
use std::fs;
use std::path::{Path, PathBuf};

use redb::Database;

use super::error::BuildError;
use super::input::Input;
use super::{ABOUT, About, Index, PACKAGES, VERSION, key};
use crate::entry::{Entry, Place};
use crate::record::Record;

/// What a build did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    pub about: About,
    /// False: the index was already made of these very inputs.
    pub fresh: bool,
}

/// Newest `modified`, and what the record says; nothing when it was taken back.
type Newest = BTreeMap<String, (Option<String>, Vec<(Place, Entry)>)>;

/// Builds the index `file` out of `inputs` (archives, folders, JSON files), unless it was built of them as they are.
///
/// Of several records of one id, the one modified last counts. Readers see the old index or the new one.
///
/// # Errors
/// [`BuildError`]; an input without a single record is one, since "no vulnerabilities" would be read out of it.
pub fn build(file: &Path, inputs: &[PathBuf]) -> Result<Built, BuildError> {
    let inputs = super::input::archives_within(inputs)?;
    let inputs = inputs.iter().map(|path| Input::find(path)).collect::<Result<Vec<_>, _>>()?;
    if let Ok(index) = Index::open(file) {
        let same =
            |(old, new): (&super::SourceInfo, &Input)| old.fingerprint == new.fingerprint && old.name == new.name();
        let sources = &index.about().sources;
        if sources.len() == inputs.len() && sources.iter().zip(&inputs).all(same) {
            return Ok(Built { about: index.about().clone(), fresh: false });
        }
    }
    let mut newest = Newest::new();
    let mut about = About { version: VERSION, ..About::default() };
    for input in &inputs {
        let mut elsewhere = 0;
        let mut info = input.read(&mut |record| elsewhere += usize::from(!keep(&mut newest, &record)))?;
        info.elsewhere = elsewhere;
        about.sources.push(info);
    }
    let mut packages: BTreeMap<Place, Vec<Entry>> = BTreeMap::new();
    for (place, entry) in newest.into_values().flat_map(|(_, entries)| entries) {
        packages.entry(place).or_default().push(entry);
    }
    about.packages = packages.len();
    for (place, entries) in &packages {
        *about.ecosystems.entry(place.ecosystem).or_default() += entries.len();
    }
    write(file, &about, &packages)?;
    Ok(Built { about, fresh: true })
}

/// False when the record is about none of our worlds.
fn keep(newest: &mut Newest, record: &Record) -> bool {
    let entries = Entry::of(record);
    let ours = record.is_withdrawn() || !entries.is_empty();
    let fresh = (record.modified.clone(), entries);
    match newest.entry(record.id.clone()) {
        btree_map::Entry::Vacant(free) if ours => drop(free.insert(fresh)),
        btree_map::Entry::Occupied(mut taken) if fresh.0 > taken.get().0 => drop(taken.insert(fresh)),
        _ => {}
    }
    ours
}

fn write(file: &Path, about: &About, packages: &BTreeMap<Place, Vec<Entry>>) -> Result<(), BuildError> {
    let trouble = |why: String| BuildError::Write { path: file.to_owned(), why };
    let said = |e: &dyn std::fmt::Display| trouble(e.to_string());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| said(&e))?;
    let beside =
        tempfile::Builder::new().prefix(".advisories-").tempfile_in(folder).map_err(|e| said(&e))?.into_temp_path();
    let mut database = Database::create(&beside).map_err(|e| said(&e))?;
    let transaction = database.begin_write().map_err(|e| said(&e))?;
    {
        let mut table = transaction.open_table(PACKAGES).map_err(|e| said(&e))?;
        for (place, entries) in packages {
            let json = serde_json::to_vec(entries).map_err(|e| said(&e))?;
            table.insert(key(place).as_str(), json.as_slice()).map_err(|e| said(&e))?;
        }
        let mut table = transaction.open_table(ABOUT).map_err(|e| said(&e))?;
        let json = serde_json::to_vec(about).map_err(|e| said(&e))?;
        table.insert("about", json.as_slice()).map_err(|e| said(&e))?;
    }
    transaction.commit().map_err(|e| said(&e))?;
    database.compact().map_err(|e| said(&e))?;
    database.close().map_err(|e| said(&e))?;
    beside.persist(file).map_err(|e| said(&e.error))
}
