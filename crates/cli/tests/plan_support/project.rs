//! A repository in a folder of its own, and the binary run on it in an environment that holds nothing of the machine's
//! but its programs.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;
use uplift_sandbox::git::Git;

use super::index::Index;

/// A repository with the caches that go with it.
pub struct Project {
    home: TempDir,
    binary: PathBuf,
    index: String,
}

/// How the binary ended.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("no JSON ({e}):\n{}\n{}", self.stdout, self.stderr))
    }

    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl Project {
    /// A repository with one commit that holds `files`.
    pub fn new(binary: &str, index: &Index, files: &[(&str, &str)]) -> Self {
        let project = Self { home: tempfile::tempdir().unwrap(), binary: PathBuf::from(binary), index: index.url() };
        std::fs::create_dir_all(project.path()).unwrap();
        project.git(&["init", "--quiet", "--initial-branch=main"]);
        project.commit(files, "as it was");
        project
    }

    pub fn path(&self) -> PathBuf {
        self.home.path().join("repo")
    }

    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn commit(&self, files: &[(&str, &str)], message: &str) {
        for (file, text) in files {
            self.write(file, text);
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    /// Runs git in the repository and gives what it says.
    pub fn git(&self, args: &[&str]) -> String {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.invalid"])
            .args(args)
            .current_dir(self.path());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A hash over everything of the user's: HEAD, index, references, stash, work tree.
    pub fn fingerprint(&self) -> String {
        Git::at(self.path()).fingerprint().unwrap()
    }

    /// Branches that were delivered.
    pub fn delivered(&self) -> Vec<String> {
        self.git(&["branch", "--list", "uplift/*", "--format=%(refname:short)"]).lines().map(str::to_owned).collect()
    }

    /// What must not be left: other worktrees, private references.
    pub fn leftovers(&self) -> Vec<String> {
        let worktrees = self.git(&["worktree", "list", "--porcelain"]);
        let mut left: Vec<String> =
            worktrees.lines().filter(|l| l.starts_with("worktree ")).skip(1).map(str::to_owned).collect();
        left.extend(self.git(&["for-each-ref", "--format=%(refname)", "refs/uplift/runs"]).lines().map(str::to_owned));
        left
    }

    /// The command, ready to be started: its own process group, a scrubbed environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(args).current_dir(self.path()).env_clear().stdin(Stdio::null()).process_group(0);
        let home = self.home.path();
        let path = format!(
            "{}:{}:/usr/local/bin:/usr/bin:/bin",
            uv().parent().unwrap().display(),
            python().parent().unwrap().display()
        );
        command.env("PATH", path).env("HOME", home.join("home")).env("CI", "1").env("NO_COLOR", "1");
        command
            .env("UPLIFT_CACHE_DIR", home.join("cache"))
            .env("UV_CACHE_DIR", home.join("uv"))
            .env("UV_DEFAULT_INDEX", &self.index);
        // Nothing listens there: what is not on this machine cannot be asked, and no test depends on it.
        command.env("HTTPS_PROXY", "http://127.0.0.1:9");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null");
        command
    }

    pub fn run(&self, args: &[&str]) -> Outcome {
        finish(self.command(args))
    }
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Outcome {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Outcome { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// The interpreter behind `python3`, whatever shims are in front of it.
pub fn python() -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON
        .get_or_init(|| {
            let script = "import os, sys; print(os.path.join(sys.base_prefix, 'bin', 'python3'))";
            let output = Command::new("python3").args(["-c", script]).output().expect("these tests need python3");
            PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
        })
        .clone()
}

/// uv: on `PATH`, else installed once through this machine's own pip.
pub fn uv() -> PathBuf {
    static UV: OnceLock<PathBuf> = OnceLock::new();
    UV.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        if let Some(found) = std::env::split_paths(&path).map(|dir| dir.join("uv")).find(|p| p.is_file()) {
            return found;
        }
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("uv");
        let exe = place.join("bin/uv");
        let _one_at_a_time = uv_lock(&place);
        if !exe.is_file() {
            let made = Command::new("python3").args(["-m", "venv"]).arg(&place).status().is_ok_and(|s| s.success());
            let got = made
                && Command::new(place.join("bin/python"))
                    .args(["-m", "pip", "install", "--quiet", "uv>=0.9,<0.14"])
                    .status()
                    .is_ok_and(|s| s.success());
            assert!(got, "these tests need uv, and pip could not install it: is the package index reachable?");
        }
        exe
    })
    .clone()
}

fn uv_lock(place: &Path) -> uplift_sandbox::lock::Lock {
    let file = place.with_extension("lock");
    loop {
        match uplift_sandbox::lock::Lock::take(&file) {
            Ok(lock) => return lock,
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(200)),
        }
    }
}
