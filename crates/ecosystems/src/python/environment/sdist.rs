//! Wheels from source distributions, for packages that publish nothing else.
//!
//! The archive is fetched without running it, checked against the index's hash, unpacked, and built confined
//! and offline. Built wheels are kept for good in a folder that every resolve and install looks into.

use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use uplift_model::PackageName;

use super::backend::{Build, Kind};
use super::{Builder, EnvironmentError};
use crate::doors::Doors;
use crate::python::registry::File;

/// Largest sum of unpacked bytes.
const UNPACKED_LIMIT: u64 = 2 << 30;

/// What to build.
#[derive(Debug)]
pub struct Source<'a> {
    pub name: &'a PackageName,
    pub file: &'a File,
    /// Absolute address of the file.
    pub url: &'a str,
}

/// Builds a wheel of `source` into `builder.wheels`, unless it is there; `Err` inside holds the reason in words.
///
/// # Errors
/// [`EnvironmentError`] when the machine or the index is at fault rather than the package.
pub fn build(
    doors: &Doors,
    builder: &Builder<'_>,
    source: &Source<'_>,
) -> Result<Result<PathBuf, String>, EnvironmentError> {
    std::fs::create_dir_all(builder.wheels).map_err(|e| EnvironmentError::Disk(builder.wheels.to_owned(), e))?;
    let mark = builder.wheels.join(format!(".{}.built", source.file.name));
    if let Ok(text) = std::fs::read_to_string(&mark) {
        let wheel = builder.wheels.join(text.trim());
        if wheel.is_file() {
            return Ok(Ok(wheel));
        }
    }
    let bytes = match doors.download(source.url) {
        Ok(bytes) => bytes,
        Err(e) => return Err(EnvironmentError::Unreachable(e.to_string())),
    };
    if let Some(wanted) = &source.file.sha256 {
        let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        if &digest != wanted {
            return Ok(Err(format!("`{}` does not have the hash that the index states", source.file.name)));
        }
    }
    let scratch =
        builder.clients.scratch("sdist").map_err(|e| EnvironmentError::Disk(builder.clients.dirs.scratch(), e))?;
    let (tree, out) = (scratch.path().join("tree"), scratch.path().join("out"));
    for folder in [&tree, &out] {
        std::fs::create_dir_all(folder).map_err(|e| EnvironmentError::Disk(folder.clone(), e))?;
    }
    let top = match unpack(&source.file.name, &bytes, &tree) {
        Ok(top) => top,
        Err(e) => return Ok(Err(format!("`{}` cannot be unpacked: {e}", source.file.name))),
    };
    let logs = builder.clients.dirs.logs();
    std::fs::create_dir_all(&logs).map_err(|e| EnvironmentError::Disk(logs.clone(), e))?;
    let log = logs.join(format!("build-{}.log", source.file.name));
    let built = Build {
        doors,
        builder,
        tree: &top,
        kind: Kind::Wheel,
        limit: builder.limit,
        env: std::collections::BTreeMap::new(),
        log,
    }
    .run(&out)?;
    let wheel = match built {
        Ok(wheel) => wheel,
        Err(why) => return Ok(Err(format!("{} cannot be built: {why}", source.name))),
    };
    let name = wheel.file_name().unwrap_or_default().to_owned();
    let kept = builder.wheels.join(&name);
    let disk = |e| EnvironmentError::Disk(kept.clone(), e);
    std::fs::copy(&wheel, &kept).map_err(disk)?;
    std::fs::write(&mark, name.to_string_lossy().as_bytes()).map_err(disk)?;
    Ok(Ok(kept))
}

/// Unpacks into `folder`; gives the one top folder. Entries that point outside are refused.
fn unpack(name: &str, bytes: &[u8], folder: &Path) -> std::io::Result<PathBuf> {
    if name.ends_with(".zip") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).map_err(std::io::Error::other)?;
        archive.extract(folder).map_err(std::io::Error::other)?;
    } else {
        let plain = flate2::read::GzDecoder::new(bytes).take(UNPACKED_LIMIT);
        let mut archive = tar::Archive::new(plain);
        archive.set_preserve_permissions(true);
        archive.unpack(folder)?;
    }
    let mut tops = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    match (tops.pop(), tops.is_empty()) {
        (Some(top), true) if top.path().is_dir() => Ok(top.path()),
        _ => Err(std::io::Error::other("it does not hold exactly one folder")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn archive(paths: &[&str]) -> Vec<u8> {
        let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for path in paths {
            let mut header = tar::Header::new_gnu();
            header.set_size(1);
            header.set_mode(0o644);
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            tar.append(&header, &b"x"[..]).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap()
    }

    #[test]
    fn an_archive_gives_its_top_folder() {
        let folder = tempfile::tempdir().unwrap();
        let top = unpack("demo-1.0.tar.gz", &archive(&["demo-1.0/setup.py"]), folder.path()).unwrap();
        assert!(top.join("setup.py").is_file());
    }

    #[test]
    fn an_archive_never_writes_outside() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        let _refused = unpack("demo-1.0.tar.gz", &archive(&["../evil"]), &folder);
        assert!(!outer.path().join("evil").exists());
    }

    #[test]
    fn garbage_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(unpack("demo-1.0.tar.gz", b"no archive", folder.path()).is_err());
        assert!(unpack("demo-1.0.zip", b"no archive", folder.path()).is_err());
    }
}
