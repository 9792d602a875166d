//! What can go wrong with a repository, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use uplift_model::Hint;

use crate::process::ProcessError;

/// A git command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("`{}` is not in a git repository", .0.display())]
    NotARepository(PathBuf),
    #[error("`{}` is a bare repository: it has no files to upgrade", .0.display())]
    Bare(PathBuf),
    #[error("the repository `{}` has no commits yet", .0.display())]
    NoCommits(PathBuf),
    #[error("git refuses the repository `{}`, which belongs to another user", .0.display())]
    OtherOwner(PathBuf),
    #[error("`{reference}` is no longer where it was: somebody else moved it")]
    Moved { reference: String },
    #[error("git's lock `{}` is in the way", .0.display())]
    Locked(PathBuf),
    #[error("`{0}` does not name a commit, a tree or a file here")]
    Unknown(String),
    #[error("`{}` is not an ordinary path inside the repository", .0.display())]
    Path(PathBuf),
    #[error("`{}` is a link or a submodule in the repository, not a file", .0.display())]
    NotAFile(PathBuf),
    #[error("`{}` is not a worktree made by Uplift", .0.display())]
    NotOurs(PathBuf),
    #[error("changes in the work tree are in the way: {}", some(files))]
    InTheWay { files: Vec<String> },
    #[error("`git {command}` failed in `{}`: {message}", folder.display())]
    Failed { command: String, folder: PathBuf, message: String },
    #[error("`git {command}` took more than {seconds} s")]
    TooSlow { command: String, seconds: u64 },
    #[error("the answer of `git {command}` is too large")]
    TooLarge { command: String },
    #[error("`git {command}` answered `{answer}`")]
    Odd { command: String, answer: String },
    #[error("cancelled")]
    Cancelled,
    #[error("could not use `{}`", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Process(#[from] ProcessError),
}

impl GitError {
    /// Reads git's message (in English: the language is fixed).
    pub(super) fn from_git(command: String, folder: &Path, stderr: &str) -> Self {
        let message = stderr.trim();
        if message.contains("not a git repository") {
            return Self::NotARepository(folder.to_owned());
        }
        if message.contains("dubious ownership") {
            return Self::OtherOwner(folder.to_owned());
        }
        if let Some((_, rest)) = message.split_once("Unable to create '")
            && let Some((lock, _)) = rest.split_once("': File exists")
        {
            return Self::Locked(lock.into());
        }
        if message.contains("would be overwritten by") {
            let files = message.lines().filter_map(|line| line.strip_prefix('\t')).map(str::to_owned).collect();
            return Self::InTheWay { files };
        }
        // The last words of git say what happened; the lines before are often progress.
        let line = message.lines().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
        let message = line.or_else(|| message.lines().last()).unwrap_or("it said nothing");
        Self::Failed { command, folder: folder.to_owned(), message: message.to_owned() }
    }

    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}

/// Up to five of them by name.
fn some(files: &[String]) -> String {
    let named = files.iter().take(5).map(|f| format!("`{f}`")).collect::<Vec<_>>().join(", ");
    match files.len().saturating_sub(5) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

impl Hint for GitError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NotARepository(_) => Some("run `git init` and commit the files, or name another folder".to_owned()),
            Self::Bare(_) => Some("clone it and name the clone".to_owned()),
            Self::NoCommits(_) => Some("commit the files first: Uplift works on a copy of a commit".to_owned()),
            Self::OtherOwner(path) => {
                Some(format!("if you trust it: git config --global --add safe.directory '{}'", path.display()))
            }
            Self::Moved { .. } => Some("run the command again".to_owned()),
            Self::Locked(path) => {
                Some(format!("wait for the other git; if none is running, remove `{}`", path.display()))
            }
            Self::InTheWay { .. } => Some("commit them or put them aside with `git stash`, then try again".to_owned()),
            Self::Process(error) => error.hint(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_the_way_are_named_up_to_five() {
        let of = |names: &[&str]| {
            let list: String = names.iter().map(|n| format!("\t{n}\n")).collect();
            let said = format!(
                "error: Your local changes to the following files would be overwritten by merge:\n{list}Please commit your changes or stash them before you merge.\nAborting"
            );
            GitError::from_git("merge".to_owned(), Path::new("/x"), &said)
        };
        let few = of(&["a.txt", "b c.txt"]);
        assert_eq!(few.to_string(), "changes in the work tree are in the way: `a.txt`, `b c.txt`");
        assert!(few.hint().is_some_and(|hint| hint.contains("git stash")));
        let many = of(&["a", "b", "c", "d", "e", "f", "g"]);
        assert_eq!(many.to_string(), "changes in the work tree are in the way: `a`, `b`, `c`, `d`, `e` and 2 more");
    }
}
