//! Processes that outlive what started them: found by a folder that only they know.
//!
//! Source: `/proc`; on systems without it nothing is found, and tests that rely on it prove less.

use std::path::Path;
use std::time::{Duration, Instant};

/// Processes other than this one that mention `folder` in their command, their environment or as their place:
/// process id and command.
pub fn of(folder: &Path) -> Vec<(u32, String)> {
    let needle = folder.as_os_str().as_encoded_bytes();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else { continue };
        if pid == std::process::id() || is_dead(&entry.path()) {
            continue;
        }
        let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let command = read("cmdline");
        let place = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        let mentions = |bytes: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        if mentions(&command) || mentions(&read("environ")) || place.starts_with(folder) {
            found.push((pid, String::from_utf8_lossy(&command).replace('\0', " ")));
        }
    }
    found
}

/// Ended already and only not waited for yet.
fn is_dead(process: &Path) -> bool {
    let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z'))
}

/// What [`of`] still finds after at most `patience`: the kernel may need a moment to end a tree.
pub fn after(folder: &Path, patience: Duration) -> Vec<(u32, String)> {
    let began = Instant::now();
    loop {
        let left = of(folder);
        if left.is_empty() || began.elapsed() > patience {
            return left;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
