//! Where a Python release's artifacts are: its page on the index, the metadata beside its wheel, its files.

use std::collections::BTreeMap;

use uplift_ecosystems::python::registry::{self, File};
use uplift_model::{PackageName, Version};
use uplift_sandbox::fetch::{Request, Response};

use super::{Asked, Doors, Place, Sources};
use crate::releases::{address, page};

/// Artifacts of each release asked for, in the same order. The first index that has the package counts.
pub(super) fn sources(asked: &[&Asked], doors: &Doors<'_>) -> Vec<Result<Sources, String>> {
    let indexes = match doors.indexes {
        Ok(indexes) => indexes,
        Err(why) => return asked.iter().map(|_| Err(why.clone())).collect(),
    };
    let mut found: BTreeMap<usize, Result<Sources, String>> = BTreeMap::new();
    for index in indexes {
        let open: Vec<(usize, PackageName, &Asked)> = asked
            .iter()
            .enumerate()
            .filter(|(at, _)| !matches!(found.get(at), Some(Ok(_))))
            .filter_map(|(at, asked)| Some((at, PackageName::new(&asked.name).ok()?, *asked)))
            .collect();
        let pages = doors.store.get_all(open.iter().map(|(_, name, _)| page(index, name)).collect());
        for ((at, name, asked), answer) in open.into_iter().zip(pages) {
            let answer = match answer {
                Ok(response) => of_page(index, &response, &name, asked),
                Err(e) => Err(e.to_string()),
            };
            // A later index may have it; the first reason stays.
            if answer.is_ok() || !found.contains_key(&at) {
                found.insert(at, answer);
            }
        }
    }
    let missing = |asked: &&Asked| Err(format!("no index was asked for {}", asked.name));
    asked.iter().enumerate().map(|(at, asked)| found.remove(&at).unwrap_or_else(|| missing(asked))).collect()
}

fn of_page(index: &str, response: &Response, name: &PackageName, asked: &Asked) -> Result<Sources, String> {
    let body = String::from_utf8_lossy(&response.body);
    let files = registry::parse(response.content_type.as_deref().unwrap_or_default(), &body);
    let files = files.map_err(|e| e.to_string())?;
    let wanted = Version::new(&asked.to).map_err(|e| e.to_string())?;
    let mut versions: Vec<Version> =
        files.iter().filter(|f| f.yanked.is_none()).filter_map(|f| f.version(name)).collect();
    versions.sort();
    versions.dedup();
    let of_release = |f: &&File| f.version(name).as_ref() == Some(&wanted);
    let mine: Vec<&File> = files.iter().filter(of_release).collect();
    let readable = |f: &&&File| [".tar.gz", ".tgz", ".zip"].iter().any(|e| f.name.ends_with(e));
    let wheel = mine.iter().find(|f| f.name.ends_with("-none-any.whl")).or_else(|| mine.iter().find(|f| f.is_wheel()));
    let place = |file: &File, kind: &'static str| -> Result<Place, String> {
        let url = address(index, response, file)?;
        Ok(Place { name: file.name.clone(), kind, request: Request::new(url), sha256: file.sha256.clone() })
    };
    let metadata = wheel.map(|file| {
        let mut beside = address(index, response, file)?;
        beside.set_path(&format!("{}.metadata", beside.path()));
        let name = format!("{}: METADATA", file.name);
        Ok::<Place, String>(Place { name, kind: "wheel", request: Request::new(beside), sha256: None })
    });
    let sdist = mine.iter().find(readable).map(|file| place(file, "sdist")).transpose()?;
    let wheel = wheel.map(|file| place(file, "wheel")).transpose()?;
    if sdist.is_none() && wheel.is_none() {
        return Err(format!("the index has no file of {name} {} that could be read", asked.to));
    }
    Ok(Sources {
        versions: versions.iter().map(ToString::to_string).collect(),
        metadata: metadata.transpose()?,
        archive: sdist,
        other: wheel,
    })
}
