//! What the compatibility cases stand on: an index made of facts, and the binary run against it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

pub(crate) mod facts;
pub(crate) mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A file of the seed projects.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/seed-projects").join(name)
}

pub(crate) fn json(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data(name)).unwrap()).unwrap()
}

/// Folders of the interpreters that cases are executed on, the machine's own first.
pub(crate) fn interpreters(own: &Path) -> Vec<PathBuf> {
    let mut all = vec![own.to_owned()];
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    for folder in std::fs::read_dir(home.join(".pyenv/versions")).into_iter().flatten().flatten() {
        let bin = folder.path().join("bin");
        if bin.join("python3.9").is_file() {
            all.push(bin);
        }
    }
    all
}

/// Runs the binary in an environment that holds nothing of the machine's but its programs.
pub(crate) fn uplift(
    caches: &Path,
    path: &str,
    variables: &[(&str, &str)],
    directory: &Path,
    args: &[String],
) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uplift"));
    command.args(args).current_dir(directory).env_clear().stdin(Stdio::null()).env("PATH", path).env("CI", "1");
    command.env("HOME", caches.join("home")).env("NO_COLOR", "1").env("UPLIFT_CACHE_DIR", caches.join("uplift"));
    command.env("UV_CACHE_DIR", caches.join("uv")).envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
