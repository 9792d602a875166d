//! One owner at a time: a lock on a file that the kernel lets go of when its owner dies, however it dies.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use uplift_model::Hint;

use crate::clock;

/// A lock held; given back on drop. The file stays: removing it would let two owners hold two files of one name.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    path: PathBuf,
}

/// The lock could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("another Uplift is at work here (process {pid}, since {seconds} s)", pid = holder.pid)]
    Held { path: PathBuf, holder: Holder, seconds: i64 },
    #[error("another Uplift is at work here")]
    HeldByUnknown { path: PathBuf },
    #[error("could not use the lock `{}`", path.display())]
    File { path: PathBuf, source: io::Error },
}

/// Who wrote itself into the lock file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    pub pid: u32,
    /// Unix seconds.
    pub since: i64,
}

impl Hint for LockError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Held { holder, .. } => Some(format!("wait for it, or end it with: kill {}", holder.pid)),
            Self::HeldByUnknown { .. } => Some("wait for it to end".to_owned()),
            Self::File { .. } => None,
        }
    }
}

impl Lock {
    /// Takes the lock without waiting, and writes this process into the file. Makes missing folders.
    ///
    /// # Errors
    /// [`LockError::Held`] with the owner, as far as it is known.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let trouble = |source: io::Error| LockError::File { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(trouble)?;
        }
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = open.map_err(trouble)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(held(path, &mut file)),
            Err(e) => return Err(trouble(e.into())),
        }
        let line = format!("{} {}\n", std::process::id(), clock::now());
        let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(line.as_bytes()));
        written.map_err(trouble)?;
        Ok(Self { _file: file, path: path.to_owned() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn held(path: &Path, file: &mut File) -> LockError {
    let mut line = String::new();
    let holder = file.read_to_string(&mut line).ok().and_then(|_| {
        let (pid, since) = line.trim().split_once(' ')?;
        Some(Holder { pid: pid.parse().ok()?, since: since.parse().ok()? })
    });
    match holder {
        Some(holder) => {
            let seconds = clock::now().saturating_sub(holder.since).max(0);
            LockError::Held { path: path.to_owned(), holder, seconds }
        }
        None => LockError::HeldByUnknown { path: path.to_owned() },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_second_owner_is_told_who_the_first_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/lock");
        let first = Lock::take(&path).unwrap();
        let error = Lock::take(&path).unwrap_err();
        let LockError::Held { holder, .. } = &error else { panic!("{error}") };
        assert_eq!(holder.pid, std::process::id());
        assert!(error.hint().unwrap().contains("kill"));
        drop(first);
        assert_eq!(Lock::take(&path).unwrap().path(), path);
    }
}
