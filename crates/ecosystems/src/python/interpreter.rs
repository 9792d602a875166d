//! Interpreters on this machine, and which one a request means.
//!
//! Lives here: finding and asking interpreters. Lives elsewhere: what a project asks for (`super::discover`,
//! `engine`). The search reads `PATH` and the usual homes of version managers; nothing is downloaded.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uplift_model::Version;

use super::client::{ClientError, Clients};

/// One interpreter, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    pub exe: PathBuf,
    /// `3.9.18`.
    pub version: String,
    pub base_prefix: PathBuf,
    /// `linux`, `darwin`.
    pub system: String,
    /// `x86_64`, `arm64`.
    pub machine: String,
    /// What `python3` means on this machine.
    #[serde(default)]
    pub default: bool,
}

impl Interpreter {
    /// `3.9`.
    pub fn minor(&self) -> String {
        self.version.split('.').take(2).collect::<Vec<_>>().join(".")
    }

    pub fn parsed(&self) -> Option<Version> {
        Version::new(&self.version).ok()
    }

    pub fn tags(&self) -> super::registry::Tags {
        super::registry::Tags::new(&self.version, &self.system, &self.machine)
    }
}

const ASK: &str = "import sys,platform,json;print(json.dumps(dict(exe=sys.executable,version=platform.python_version(),base_prefix=sys.base_prefix,system=platform.system().lower(),machine=platform.machine().lower())))";

/// Every CPython 3 found, newest first; one of each minor version, the one on `PATH` before others.
///
/// # Errors
/// [`ClientError`] only when the run is cancelled; an interpreter that does not start is left out.
pub fn find(clients: &Clients) -> Result<Vec<Interpreter>, ClientError> {
    let mut found: Vec<Interpreter> = Vec::new();
    for exe in candidates(clients) {
        if found.iter().any(|i| Some(i.minor().as_str()) == named_minor(&exe)) {
            continue;
        }
        if let Some(mut interpreter) = ask(clients, &exe)?
            && !found.iter().any(|i| i.minor() == interpreter.minor())
        {
            // `PATH` is searched in order, plain names first: the first one that starts is what people get.
            interpreter.default = found.is_empty();
            found.push(interpreter);
        }
    }
    found.sort_by_key(|i| std::cmp::Reverse(i.parsed()));
    Ok(found)
}

/// Asks one interpreter who it is; `None` when it does not start or is no Python 3.
///
/// # Errors
/// [`ClientError`] when the run is cancelled.
pub fn ask(clients: &Clients, exe: &Path) -> Result<Option<Interpreter>, ClientError> {
    let args = ["-I", "-c", ASK].map(str::to_owned);
    let answer = match clients.run(exe, &args, Path::new("/"), Duration::from_secs(20)) {
        Ok(answer) => answer,
        Err(ClientError::Missing { .. }) => return Ok(None),
        Err(other) => return Err(other),
    };
    let parsed: Option<Interpreter> = serde_json::from_str(answer.stdout.trim()).ok();
    Ok(parsed.filter(|i| i.version.starts_with("3.")))
}

/// The minor version that a path names: `…/python3.9` or `…/versions/3.9.18/bin/python`.
fn named_minor(exe: &Path) -> Option<&str> {
    let name = exe.file_name()?.to_str()?;
    if let Some(minor) = name.strip_prefix("python").filter(|m| m.starts_with("3.")) {
        return Some(minor);
    }
    None
}

fn candidates(clients: &Clients) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let names = ["python3", "python"];
    for dir in clients.search_path() {
        for name in names {
            all.push(dir.join(name));
        }
        all.extend((6..=16).rev().map(|minor| dir.join(format!("python3.{minor}"))));
    }
    let home = clients.home();
    let homes = [
        ".pyenv/versions",
        ".asdf/installs/python",
        ".local/share/uv/python",
        ".local/share/mise/installs/python",
        ".rye/py",
    ];
    let roots = homes.iter().map(|h| home.join(h)).chain([PathBuf::from("/opt/python")]);
    for root in roots {
        let mut versions: Vec<PathBuf> =
            std::fs::read_dir(&root).into_iter().flatten().flatten().map(|e| e.path()).collect();
        versions.sort();
        all.extend(versions.into_iter().rev().map(|v| v.join("bin/python3")));
    }
    all.retain(|path| path.is_file());
    all
}
