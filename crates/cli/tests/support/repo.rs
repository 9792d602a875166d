//! Repositories in temporary folders: written, committed, and watched for anything that moves.
//!
//! Lives here: [`Repo`]. Commits carry a fixed author and date, so that the same files make the same commit.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use uplift_sandbox::git::Git;

/// A git repository with a work tree.
#[derive(Debug, Clone)]
pub struct Repo {
    path: PathBuf,
}

impl Repo {
    /// A repository at `path` without a commit; the branch is `main`.
    pub fn empty(path: &Path) -> Self {
        std::fs::create_dir_all(path).unwrap();
        // As tools will name it: without links in the path.
        let repo = Self { path: path.canonicalize().unwrap() };
        repo.git(&["init", "-q", "-b", "main"]);
        repo
    }

    /// A repository with one commit that holds `files`.
    pub fn with(path: &Path, files: &[(&str, &str)]) -> Self {
        let repo = Self::empty(path);
        for (name, text) in files {
            repo.write(name, text.as_bytes());
        }
        repo.commit("start");
        repo
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Writes a file whose name is any bytes.
    pub fn write_odd(&self, name: &[u8], bytes: &[u8]) {
        std::fs::write(self.path.join(std::ffi::OsStr::from_bytes(name)), bytes).unwrap();
    }

    /// Commits everything in the work tree.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.head()
    }

    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs git and gives what it said, trimmed.
    ///
    /// # Panics
    /// When git fails: a test that expects that uses [`Self::try_git`].
    pub fn git(&self, args: &[&str]) -> String {
        self.try_git(args).unwrap_or_else(|why| panic!("git {}: {why}", args.join(" ")))
    }

    /// # Errors
    /// What git said on stderr.
    pub fn try_git(&self, args: &[&str]) -> Result<String, String> {
        let mut command = Command::new("git");
        command
            .args(args)
            .current_dir(&self.path)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Tess");
            command.env(format!("GIT_{who}_EMAIL"), "tess@example.invalid");
            command.env(format!("GIT_{who}_DATE"), "2024-01-01T12:00:00Z");
        }
        let output = command.output().expect("git is not on this machine");
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }

    /// One hash over all that is the user's: see `uplift_sandbox::git::Git::fingerprint`.
    pub fn fingerprint(&self) -> String {
        Git::at(&self.path).fingerprint().unwrap()
    }

    /// A file as it is in a revision, byte for byte; `None` when it is not in it.
    pub fn file_in(&self, revision: &str, path: &str) -> Option<Vec<u8>> {
        Git::at(&self.path).read_file(revision, Path::new(path)).unwrap()
    }

    /// The tree of a revision.
    pub fn tree(&self, revision: &str) -> String {
        self.git(&["rev-parse", &format!("{revision}^{{tree}}")])
    }

    /// Subjects of the commits on top of `base`, oldest first.
    pub fn subjects(&self, base: &str, tip: &str) -> Vec<String> {
        let text = self.git(&["log", "--reverse", "--format=%s", &format!("{base}..{tip}")]);
        text.lines().map(str::to_owned).collect()
    }

    /// Local branches below `uplift/`.
    pub fn branches(&self) -> Vec<String> {
        let text = self.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads/uplift/"]);
        text.lines().map(str::to_owned).collect()
    }

    /// What a run must not leave behind: worktrees besides the user's, and private references of runs.
    pub fn leftovers(&self) -> Vec<String> {
        let worktrees = self.git(&["worktree", "list", "--porcelain"]);
        let own = format!("worktree {}", self.path.display());
        let strays = worktrees.lines().filter(|l| l.starts_with("worktree ") && *l != own);
        let refs = self.git(&["for-each-ref", "--format=%(refname)", "refs/uplift/runs/"]);
        strays.chain(refs.lines()).map(str::to_owned).collect()
    }
}
