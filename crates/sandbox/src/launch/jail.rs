//! What a process without namespaces does to itself: Landlock for files, signals and abstract sockets, seccomp for
//! the network. Which paths are in it: `crate::rungs::landlock`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use serde::{Deserialize, Serialize};

/// Paths that stay usable; everything else is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Jail {
    pub(crate) read: Vec<OsString>,
    pub(crate) write: Vec<OsString>,
    /// False: no socket but Unix ones can be made, so that loopback is refused as well.
    pub(crate) network: bool,
}

impl Jail {
    /// Confines this process and all it will start, for good.
    pub(crate) fn enter(&self) -> Result<(), String> {
        // ABI 6 (Linux 6.12) adds signals and abstract sockets; ABI 3 (6.2) holds all that files need.
        match self.landlock(ABI::V6) {
            Ok(()) => {}
            Err(newest) => self.landlock(ABI::V3).map_err(|e| format!("Landlock: {e} (and {newest})"))?,
        }
        if self.network {
            return Ok(());
        }
        let filter = no_network().map_err(|e| format!("seccomp: {e}"))?;
        seccompiler::apply_filter(&filter).map_err(|e| format!("seccomp: {e}"))
    }

    /// All of `abi`, or an error: a kernel that enforces a part only would be a sandbox in name.
    fn landlock(&self, abi: ABI) -> Result<(), String> {
        let mut ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(abi))
            .map_err(|e| e.to_string())?;
        if abi >= ABI::V6 {
            ruleset = ruleset.scope(Scope::Signal | Scope::AbstractUnixSocket).map_err(|e| e.to_string())?;
        }
        let mut created = ruleset.create().map_err(|e| e.to_string())?;
        for (paths, access) in [(&self.read, AccessFs::from_read(abi)), (&self.write, AccessFs::from_all(abi))] {
            for path in paths {
                let Some(rule) = rule(Path::new(path), access, abi) else {
                    continue;
                };
                created = created.add_rule(rule).map_err(|e| e.to_string())?;
            }
        }
        let status = created.restrict_self().map_err(|e| e.to_string())?;
        match status.ruleset {
            RulesetStatus::FullyEnforced => Ok(()),
            other => Err(format!("only {other:?}")),
        }
    }
}

/// A path that does not exist needs no rule: it stays refused.
fn rule(path: &Path, access: BitFlags<AccessFs>, abi: ABI) -> Option<PathBeneath<PathFd>> {
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(abi) };
    Some(PathBeneath::new(PathFd::new(path).ok()?, access))
}

/// `socket` fails with EACCES for every family but Unix and netlink (which only asks about interfaces here), and so
/// does `io_uring_setup`, whose rings make sockets behind seccomp's back.
fn no_network() -> Result<BpfProgram, seccompiler::BackendError> {
    const EACCES: u32 = 13;
    const AF_UNIX: u64 = 1;
    const AF_NETLINK: u64 = 16;
    // Numbers of the kernel's system call tables, `asm/unistd.h`.
    const SOCKET: i64 = if cfg!(target_arch = "x86_64") { 41 } else { 198 };
    const IO_URING_SETUP: i64 = 425;
    let is_not = |family| SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, family);
    let other_families = SeccompRule::new(vec![is_not(AF_UNIX)?, is_not(AF_NETLINK)?])?;
    let rules = BTreeMap::from([(SOCKET, vec![other_families]), (IO_URING_SETUP, Vec::new())]);
    let arch = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(EACCES), arch)?.try_into()
}
