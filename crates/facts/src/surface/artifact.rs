//! The files of a release: which one of its artifacts is read, and what of it matters.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use uplift_ecosystems::python::registry::{self, File};
use uplift_model::{PackageName, Version};
use uplift_sandbox::fetch::{FetchError, Request, Response};

use super::tree::Files;
use super::{Asked, Doors, LARGEST_ARTIFACT};
use crate::notes::archive::{self, Bounds};
use crate::releases::{address, page};

/// All of it, or nothing: a module that is left out would look as if it were gone.
const BOUNDS: Bounds = Bounds { packed: LARGEST_ARTIFACT, text: 4 << 20, texts: 200 << 20, most: 40_000, strict: true };
/// Endings of what is compiled when it is installed.
const BUILT: [&str; 9] = ["pyx", "pxd", "c", "cc", "cpp", "cxx", "rs", "f90", "in"];

/// Where one artifact is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) request: Request,
    pub(super) sha256: Option<String>,
    /// Bytes, where the index says so.
    pub(super) size: Option<u64>,
}

/// One artifact of each release that is asked for, old and new; the first index that has both counts.
pub(super) fn places(asked: &[&Asked], doors: &Doors<'_>) -> Vec<Result<[Place; 2], String>> {
    let indexes = match doors.indexes {
        Ok(indexes) => indexes,
        Err(why) => return asked.iter().map(|_| Err(why.clone())).collect(),
    };
    let mut found: BTreeMap<usize, Result<[Place; 2], String>> = BTreeMap::new();
    for index in indexes {
        let open: Vec<(usize, &Asked)> = asked
            .iter()
            .enumerate()
            .filter(|(at, _)| !matches!(found.get(at), Some(Ok(_))))
            .map(|(at, one)| (at, *one))
            .collect();
        let pages = doors.store.get_all(open.iter().map(|(_, one)| page(index, &one.name)).collect());
        for ((at, one), answer) in open.into_iter().zip(pages) {
            let answer = answer.map_err(|e| e.to_string()).and_then(|response| {
                Ok([of_page(index, &response, &one.name, &one.from)?, of_page(index, &response, &one.name, &one.to)?])
            });
            if answer.is_ok() || !found.contains_key(&at) {
                found.insert(at, answer);
            }
        }
    }
    let missing = |one: &&Asked| Err(format!("no index was asked for {}", one.name));
    asked.iter().enumerate().map(|(at, one)| found.remove(&at).unwrap_or_else(|| missing(one))).collect()
}

fn of_page(index: &str, response: &Response, name: &PackageName, version: &str) -> Result<Place, String> {
    let body = String::from_utf8_lossy(&response.body);
    let files = registry::parse(response.content_type.as_deref().unwrap_or_default(), &body);
    let files = files.map_err(|e| e.to_string())?;
    let wanted = Version::new(version).map_err(|e| e.to_string())?;
    let mine: Vec<&File> = files.iter().filter(|f| f.version(name).as_ref() == Some(&wanted)).collect();
    let file = best(&mine).ok_or_else(|| format!("the index has no file of {name} {version} that could be read"))?;
    if let Some(size) = file.size.filter(|size| *size > LARGEST_ARTIFACT) {
        return Err(format!(
            "`{}` has {} MiB, and no more than {} are read",
            file.name,
            size >> 20,
            LARGEST_ARTIFACT >> 20
        ));
    }
    let url = address(index, response, file)?;
    Ok(Place { name: file.name.clone(), request: Request::new(url), sha256: file.sha256.clone(), size: file.size })
}

/// Pure wheels before those for Linux before other wheels before source; the smallest of a kind.
fn best<'f>(files: &[&'f File]) -> Option<&'f File> {
    let readable = |file: &&&File| [".whl", ".tar.gz", ".tgz", ".zip"].iter().any(|e| file.name.ends_with(e));
    let rank = |file: &File| match () {
        () if !file.is_wheel() => 4,
        () if file.name.ends_with("-none-any.whl") && file.name.contains("py3") => 0,
        () if file.name.ends_with("-none-any.whl") => 1,
        () if file.name.contains("linux") => 2,
        () => 3,
    };
    files
        .iter()
        .filter(readable)
        .min_by_key(|file| (rank(file), file.size.unwrap_or(u64::MAX), file.name.clone()))
        .copied()
}

/// Downloads and reads each, in the same order.
pub(super) fn read(places: &[&Place], doors: &Doors<'_>) -> Vec<Result<Files, String>> {
    let answers = doors.artifacts.get_all(places.iter().map(|place| place.request.clone()).collect());
    places.iter().zip(answers).map(|(place, answer)| files(place, &answer.map_err(|e| refused(place, &e))?)).collect()
}

fn refused(place: &Place, error: &FetchError) -> String {
    match error {
        FetchError::TooLarge { .. } => {
            format!("`{}` is larger than the {} MiB that are read", place.name, LARGEST_ARTIFACT >> 20)
        }
        other => format!("{}: {other}", place.name),
    }
}

fn files(place: &Place, response: &Response) -> Result<Files, String> {
    if let Some(stated) = &place.sha256 {
        let digest: String = Sha256::digest(&response.body).iter().map(|byte| format!("{byte:02x}")).collect();
        if !stated.eq_ignore_ascii_case(&digest) {
            return Err(format!("`{}` does not have the hash that the index states", place.name));
        }
    }
    unpacked(&place.name, &response.body)
}

/// What matters of an archive.
///
/// # Errors
/// Why it cannot be read as a whole.
pub(super) fn unpacked(name: &str, bytes: &[u8]) -> Result<Files, String> {
    let (compiled, built) = (RefCell::new(BTreeSet::new()), RefCell::new(false));
    let wants = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        let ending = file.rsplit('.').next().unwrap_or_default();
        match ending {
            "so" | "pyd" => {
                compiled.borrow_mut().insert(path.to_owned());
                false
            }
            "py" | "pyi" => true,
            _ => {
                *built.borrow_mut() |= BUILT.contains(&ending) && !path.ends_with("MANIFEST.in");
                path.ends_with(".dist-info/METADATA")
            }
        }
    };
    let texts = archive::texts_within(name, bytes, &wants, BOUNDS).map_err(|e| e.to_string())?;
    let wheel = name.ends_with(".whl");
    Ok(Files {
        name: name.to_owned(),
        texts: texts.into_iter().map(|text| (text.path, text.text)).collect(),
        whole: wheel || !built.into_inner(),
        wheel,
        compiled: compiled.into_inner(),
    })
}
