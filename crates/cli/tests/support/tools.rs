//! The tools of this machine that end-to-end tests work with: uv, and one Python.
//!
//! Lives here: finding them once per test program, and installing uv below the target folder when it is missing.
//! Lives elsewhere: what is done without them (`super::Stage::new`).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Oldest generation of uv that Uplift takes from `PATH`: the minor number of 0.x.
const OLDEST: u32 = 9;

/// The interpreter that the fixtures ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    /// Folder of the real executable, without links: what to put on `PATH`.
    pub folder: PathBuf,
    /// `3.11`.
    pub minor: String,
}

/// Says that a tool is missing.
///
/// # Panics
/// Unless `UPLIFT_TESTS_MAY_SKIP` is set: a test that did not run has not passed.
pub fn missing(what: &str) {
    assert!(std::env::var_os("UPLIFT_TESTS_MAY_SKIP").is_some(), "this test needs {what}");
    loudly(&format!("SKIPPED: this test needs {what}"));
}

/// A folder that holds `uv` and nothing else; `None`, where tests may be skipped, when there is none and none can be had.
pub fn uv() -> Option<&'static Path> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match FOUND.get_or_init(find_uv) {
        Ok(folder) => Some(folder),
        Err(why) => {
            missing(&format!("uv, and there is none: {why}"));
            None
        }
    }
}

/// The Python that `python3` means here.
pub fn python() -> Option<&'static Python> {
    static FOUND: OnceLock<Option<Python>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let ask = "import os,sys;print(os.path.realpath(sys.executable));print('%d.%d'%sys.version_info[:2])";
        let said = output(Command::new("python3").args(["-I", "-c", ask])).ok()?;
        let mut lines = said.lines();
        let exe = PathBuf::from(lines.next()?);
        Some(Python { folder: exe.parent()?.to_owned(), minor: lines.next()?.to_owned() })
    });
    if found.is_none() {
        missing("python3, and there is none on PATH");
    }
    found.as_ref()
}

/// Below cargo's target folder, so that `cargo clean` removes it and every test program shares it.
fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

fn find_uv() -> Result<PathBuf, String> {
    let home = home();
    let kept = home.join("uv-alone");
    let made = home.join("uv/bin/uv");
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|p| std::env::split_paths(&p).collect::<Vec<_>>());
    let uv = on_path.map(|folder| folder.join("uv")).find(|uv| is_known(uv));
    let uv = match uv {
        Some(uv) => uv,
        None if is_known(&made) => made,
        None => install(&home)?,
    };
    std::fs::create_dir_all(&kept).map_err(|e| format!("{}: {e}", kept.display()))?;
    let link = kept.join("uv");
    if std::fs::read_link(&link).ok().as_deref() != Some(&uv) {
        // Another test program may do the same at this moment: a link of its own, moved into place.
        let fresh = kept.join(format!(".uv-{}", std::process::id()));
        let _old = std::fs::remove_file(&fresh);
        let linked = std::os::unix::fs::symlink(&uv, &fresh).and_then(|()| std::fs::rename(&fresh, &link));
        linked.map_err(|e| format!("{}: {e}", link.display()))?;
    }
    Ok(kept)
}

fn is_known(uv: &Path) -> bool {
    let version = if uv.is_file() { output(Command::new(uv).arg("--version")) } else { Err(String::new()) };
    let minor = version.ok().and_then(|v| v.split('.').nth(1)?.parse::<u32>().ok());
    minor.is_some_and(|m| m >= OLDEST)
}

/// Through this machine's own pip: its configuration knows the way to an index, this file does not.
fn install(home: &Path) -> Result<PathBuf, String> {
    loudly("installing uv below the target folder, once");
    std::fs::create_dir_all(home).map_err(|e| format!("{}: {e}", home.display()))?;
    let (fresh, place) = (home.join(format!("uv-{}", std::process::id())), home.join("uv"));
    output(Command::new("python3").args(["-m", "venv"]).arg(&fresh))?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "uv>=0.9,<0.14"];
    let installed = output(Command::new(fresh.join("bin/python")).args(pip));
    // Only the program is taken: it does not care where it lies, unlike the environment around it.
    let moved = installed.and_then(|_| std::fs::rename(&fresh, &place).map_err(|e| e.to_string()));
    let _half_made = std::fs::remove_dir_all(&fresh);
    let uv = place.join("bin/uv");
    if is_known(&uv) {
        Ok(uv)
    } else {
        Err(moved.err().unwrap_or_else(|| "what pip installed does not start".to_owned()))
    }
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(stderr.lines().rev().find(|l| !l.trim().is_empty()).unwrap_or("it said nothing").to_owned())
}

/// To the real stderr: what the test harness captures of a passing test is never shown.
pub fn loudly(text: &str) {
    let _closed = writeln!(std::io::stderr(), "\n*** {text} ***");
}
