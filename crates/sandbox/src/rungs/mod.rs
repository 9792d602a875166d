//! What foreign code may touch, and the three rungs that enforce it more or less.
//!
//! Lives here: [`Confinement`] (what is allowed), [`Rung`] (how it is enforced), one file per rung, and [`Ladder`],
//! which proves the rungs with a canary and takes the best one that holds.
//! Lives elsewhere: entering Landlock and seccomp (`crate::launch`), time limits (`crate::process`).

mod bubblewrap;
mod ladder;
mod landlock;
mod plain;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use ladder::{Canary, Ladder};

use crate::launch::Jail;
use crate::process::ProcessError;

/// How a confinement is enforced, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rung {
    /// Namespaces of its own for files, processes and network; loopback is up inside.
    Bubblewrap,
    /// The kernel refuses files outside the list and all sockets but Unix ones, loopback included. `/tmp` cannot be
    /// written (`TMPDIR` can), and a read-only folder inside a writable one cannot be had.
    Landlock,
    /// Limits and a cleared environment only.
    Plain,
}

/// Whether a folder may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    ReadOnly,
    ReadWrite,
}

/// A folder or file shown at another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    pub from: PathBuf,
    /// Must exist, unless it lies in a hidden folder. Anything but `from` needs [`Rung::Bubblewrap`].
    pub to: PathBuf,
    pub access: Access,
}

/// What foreign code may touch. All paths are absolute.
///
/// Everything can be read but what is hidden; nothing can be written but what is listed. The deeper path wins: a
/// hidden home may hold a shown interpreter, a writable worktree a read-only environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confinement {
    pub rung: Rung,
    /// Must exist.
    pub read_write: Vec<PathBuf>,
    /// Shown although they lie in a hidden folder, or protected although they lie in a writable one.
    pub read_only: Vec<PathBuf>,
    /// The user's home and the like. Under bubblewrap `/tmp`, `/var/tmp` and `/run` are always hidden.
    pub hide: Vec<PathBuf>,
    pub binds: Vec<Bind>,
    /// True: the machine's network; false: none (see [`Rung`] about loopback).
    pub network: bool,
    /// Private folder for temporary files, writable. Put it into `TMPDIR`.
    pub tmp: PathBuf,
    /// Private home, writable. Put it into `HOME`.
    pub home: PathBuf,
}

impl Confinement {
    /// Nothing writable but `tmp` and `home`, nothing hidden, no network.
    pub fn new(rung: Rung, tmp: impl Into<PathBuf>, home: impl Into<PathBuf>) -> Self {
        Self {
            rung,
            read_write: Vec::new(),
            read_only: Vec::new(),
            hide: Vec::new(),
            binds: Vec::new(),
            network: false,
            tmp: tmp.into(),
            home: home.into(),
        }
    }

    /// Everything shown by name: place, source, access.
    fn shown(&self) -> Vec<Bind> {
        let own = [&self.tmp, &self.home];
        let same = |path: &PathBuf, access| Bind { from: path.clone(), to: path.clone(), access };
        let mut shown: Vec<Bind> = self.read_only.iter().map(|path| same(path, Access::ReadOnly)).collect();
        shown.extend(self.read_write.iter().chain(own).map(|path| same(path, Access::ReadWrite)));
        shown.extend(self.binds.iter().cloned());
        shown
    }

    /// Whether the program can be seen from inside: itself, and what it is a link to.
    pub(crate) fn shows(&self, program: &Path) -> bool {
        if self.rung == Rung::Plain {
            return true;
        }
        let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
        let mut hidden = self.hide.clone();
        if self.rung == Rung::Bubblewrap {
            hidden.extend(bubblewrap::ALWAYS_HIDDEN.iter().map(PathBuf::from));
        }
        let depth = |path: &Path, folder: &Path| path.starts_with(folder).then(|| folder.components().count());
        [program, &real].iter().all(|path| {
            let hides = hidden.iter().flat_map(|folder| [Some(folder.clone()), folder.canonicalize().ok()]);
            let hides = hides.flatten().filter_map(|folder| depth(path, &folder)).max().unwrap_or(0);
            let shown = self.shown();
            let shows = shown.iter().flat_map(|bind| [Some(bind.to.clone()), bind.to.canonicalize().ok()]);
            let shows = shows.flatten().filter_map(|folder| depth(path, &folder)).max().unwrap_or(0);
            hides == 0 || shows >= hides
        })
    }

    /// Only namespaces can show a folder at another place.
    fn refuse_moved_binds(&self) -> Result<(), ProcessError> {
        match self.binds.iter().find(|bind| bind.from != bind.to) {
            Some(bind) => Err(ProcessError::Sandbox {
                message: format!(
                    "showing `{}` at `{}` needs bubblewrap, which does not work here",
                    bind.from.display(),
                    bind.to.display()
                ),
            }),
            None => Ok(()),
        }
    }

    /// The program with its arguments, wrapped where the rung can do without our launcher.
    pub(crate) fn wrap_without_launcher(
        &self,
        program: &Path,
        args: &[OsString],
        cwd: &Path,
    ) -> Result<(PathBuf, Vec<OsString>), ProcessError> {
        match self.rung {
            Rung::Bubblewrap => self.bubblewrapped(program, args, cwd),
            Rung::Landlock => Err(ProcessError::NoLauncher),
            Rung::Plain => {
                self.refuse_moved_binds()?;
                Ok((program.to_owned(), args.to_vec()))
            }
        }
    }

    /// The same as a bubblewrap command.
    pub(crate) fn bubblewrapped(
        &self,
        program: &Path,
        args: &[OsString],
        cwd: &Path,
    ) -> Result<(PathBuf, Vec<OsString>), ProcessError> {
        let outer = bubblewrap::program()?;
        Ok((outer, bubblewrap::arguments(self, program, args, cwd)))
    }

    /// The same for Landlock and seccomp.
    pub(crate) fn jail(&self) -> Result<Jail, ProcessError> {
        self.refuse_moved_binds()?;
        Ok(landlock::jail(self))
    }

    /// Checks what the plain rung can promise.
    pub(crate) fn check_plain(&self) -> Result<(), ProcessError> {
        self.refuse_moved_binds()
    }
}
