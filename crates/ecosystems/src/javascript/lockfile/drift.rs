//! Whether a package.json and its lock still agree.

use std::fmt;

use super::Lock;
use crate::javascript::manifest::{Group, Manifest, Stated};

/// One disagreement. Lines are of package.json, 1-based.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    /// Stated, and the lock has no copy of it.
    Missing { name: String, written: String, line: u32 },
    /// The lock has a version that the statement does not admit.
    Outside { name: String, written: String, locked: String, line: u32 },
    /// The lock was written for another statement, which the locked version may still satisfy.
    Restated { name: String, written: String, in_lock: String, line: u32 },
    /// The lock was written for a statement that is gone.
    Gone { name: String },
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name, written, .. } => write!(f, "{name} {written} is stated and not in the lock"),
            Self::Outside { name, written, locked, .. } => {
                write!(f, "{name} {written} is stated and the lock has {locked}")
            }
            Self::Restated { name, written, in_lock, .. } => {
                write!(f, "{name} {written} is stated and the lock was written for {in_lock}")
            }
            Self::Gone { name } => write!(f, "{name} is in the lock's list of what the project needs and not stated"),
        }
    }
}

/// Where the package.json of a folder (empty for the root) and the lock disagree, in the order of the file.
pub fn drift(folder: &str, manifest: &Manifest, lock: &Lock) -> Vec<Drift> {
    let mut found: Vec<Drift> =
        manifest.stated.iter().filter_map(|stated| of(folder, manifest, stated, lock)).collect();
    if let Some((_, member)) = lock.member(folder) {
        for edge in &member.needs {
            if !manifest.stated.iter().any(|s| s.name == edge.name) {
                found.push(Drift::Gone { name: edge.name.clone() });
            }
        }
    }
    found
}

fn of(folder: &str, manifest: &Manifest, stated: &Stated, lock: &Lock) -> Option<Drift> {
    // Peers need not be installed, optional ones may be left out, and a statement elsewhere in the file may outrank it.
    let counts = manifest.statement(&stated.name).is_some_and(|s| s.group == stated.group);
    if !counts || matches!(stated.group, Group::Peer | Group::Optional) {
        return None;
    }
    let (name, written, line) = (stated.name.clone(), stated.specifier.to_string(), stated.line);
    let edge = lock.member(folder).and_then(|(_, member)| member.needs.iter().find(|e| e.name == stated.name));
    let Some((_, package)) = lock.imported(folder, &stated.name) else {
        return Some(Drift::Missing { name, written, line });
    };
    let forced = manifest.overrides.iter().any(|o| {
        o.path.last().is_some_and(|last| last == &stated.name || last.starts_with(&format!("{}@", stated.name)))
    });
    if let (Some(range), Some(version)) = (stated.specifier.range(), &package.version)
        && !forced
        && !range.satisfies(version)
    {
        return Some(Drift::Outside { name, written, locked: version.to_string(), line });
    }
    let in_lock = edge.filter(|e| !e.range.is_empty() && !same(&e.range, &stated.written) && !forced)?;
    Some(Drift::Restated { name, written, in_lock: uplift_sandbox::redact::text(&in_lock.range), line })
}

/// yarn writes `npm:` before ranges.
fn same(in_lock: &str, written: &str) -> bool {
    let bare = |text: &str| text.strip_prefix("npm:").unwrap_or(text).trim().to_owned();
    bare(in_lock) == bare(written)
}
