//! Resource limits of one process tree, as the kernel enforces them. Time limits are in [`crate::process`].

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

/// Limits that a program and all its children inherit. Core dumps are always off.
///
/// Memory is not limited here: `RLIMIT_AS` breaks runtimes that reserve address space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Open files per process.
    pub open_files: Option<u64>,
    /// Largest file that may be written, in bytes.
    pub file_bytes: Option<u64>,
    /// CPU seconds per process.
    pub cpu_seconds: Option<u64>,
}

impl Default for Limits {
    /// 4,096 open files, 2 GiB a file, CPU unlimited: the defaults of the `[limits]` settings.
    fn default() -> Self {
        Self { open_files: Some(4096), file_bytes: Some(2 << 30), cpu_seconds: None }
    }
}

impl Limits {
    /// Nothing limited (core dumps stay off).
    pub fn none() -> Self {
        Self { open_files: None, file_bytes: None, cpu_seconds: None }
    }

    /// Applies the limits to this very process. Meant for the launcher, right before it becomes the program.
    pub(crate) fn apply(&self) -> Result<(), String> {
        lower(Resource::Core, Some(0)).map_err(|e| format!("could not switch core dumps off: {e}"))?;
        lower(Resource::Nofile, self.open_files).map_err(|e| format!("could not limit open files: {e}"))?;
        lower(Resource::Fsize, self.file_bytes).map_err(|e| format!("could not limit file sizes: {e}"))?;
        lower(Resource::Cpu, self.cpu_seconds).map_err(|e| format!("could not limit CPU time: {e}"))
    }
}

/// Sets soft and hard limit, never above the hard limit in force: raising needs a privilege.
fn lower(resource: Resource, wanted: Option<u64>) -> rustix::io::Result<()> {
    let Some(wanted) = wanted else { return Ok(()) };
    let now = getrlimit(resource);
    let value = now.maximum.map_or(wanted, |hard| hard.min(wanted));
    setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
}
