//! The middle rung: which paths a Landlock domain allows. Entering it: `crate::launch::Jail`.
//!
//! Landlock can only allow. Hiding a home therefore means: allow every neighbour on the way down to it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Access, Confinement};
use crate::launch::Jail;

pub(super) const STATEMENT: &str = "Landlock and seccomp: the tests can neither change files outside their folders nor \
                                    reach any network, loopback included; sockets of local services stay reachable \
                                    as files, and memory is not limited";

/// Devices that programs write to as a matter of course.
const DEVICES: [&str; 9] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/ptmx",
    "/dev/pts",
    "/dev/shm",
];

pub(super) fn jail(confinement: &Confinement) -> Jail {
    let hidden: Vec<PathBuf> =
        confinement.hide.iter().map(|path| path.canonicalize().unwrap_or_else(|_| path.clone())).collect();
    let mut read = Vec::new();
    allow_around(Path::new("/"), &hidden, &mut read);
    let mut write: Vec<OsString> = DEVICES.iter().map(OsString::from).collect();
    for bind in confinement.shown() {
        let list = if bind.access == Access::ReadWrite { &mut write } else { &mut read };
        list.push(bind.to.into_os_string());
    }
    Jail { read, write, network: confinement.network }
}

/// Allows `folder`, or its entries one by one where something below it is hidden.
fn allow_around(folder: &Path, hidden: &[PathBuf], allowed: &mut Vec<OsString>) {
    if hidden.iter().any(|path| folder.starts_with(path)) {
        return;
    }
    if !hidden.iter().any(|path| path.starts_with(folder)) {
        allowed.push(folder.as_os_str().to_owned());
        return;
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        // A link grants nothing by itself; its target is judged where it lies.
        if entry.file_type().is_ok_and(|kind| !kind.is_symlink()) {
            allow_around(&entry.path(), hidden, allowed);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn hiding_a_folder_allows_its_neighbours_and_not_its_parents() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        for folder in ["a", "home/me/.ssh", "home/you"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let mut allowed = Vec::new();
        allow_around(&root, &[root.join("home/me")], &mut allowed);
        allowed.sort();
        assert_eq!(allowed, [root.join("a").into_os_string(), root.join("home/you").into_os_string()]);
    }
}
