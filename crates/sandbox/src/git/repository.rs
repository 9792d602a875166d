//! Looking at a repository: where it is, what is checked out, whether there are changes.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Git, GitError, Oid, path_line, zero_separated};

/// Where a repository is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Root of the work tree; the git folder itself when bare.
    pub top: PathBuf,
    /// The git folder that all worktrees share, absolute.
    pub git_common_dir: PathBuf,
    pub bare: bool,
}

impl Place {
    /// The commit that is checked out; `None` for a bare repository, before the first commit, and where git cannot tell.
    #[must_use]
    pub fn head(&self) -> Option<Oid> {
        if self.bare { None } else { Git::at(&self.top).commit_of("HEAD").ok().flatten() }
    }
}

/// What a repository looks like right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Root of the work tree; the git folder itself when bare.
    pub top: PathBuf,
    /// The git folder that all worktrees share, absolute.
    pub git_common_dir: PathBuf,
    pub bare: bool,
    /// `None` before the first commit.
    pub head: Option<Oid>,
    /// `None` when detached. Without `refs/heads/`.
    pub head_branch: Option<String>,
    /// Changed or untracked files; ignored ones do not count.
    pub dirty: bool,
    pub submodules: bool,
}

impl Repository {
    /// The commit that is checked out, if this is a repository to work in.
    ///
    /// # Errors
    /// [`GitError::Bare`], [`GitError::NoCommits`].
    pub fn usable_head(&self) -> Result<&Oid, GitError> {
        if self.bare {
            return Err(GitError::Bare(self.top.clone()));
        }
        self.head.as_ref().ok_or_else(|| GitError::NoCommits(self.top.clone()))
    }
}

impl Git {
    /// Looks at the repository that `path` (a folder or a file) lies in.
    ///
    /// # Errors
    /// [`GitError::NotARepository`], [`GitError::OtherOwner`], and those of running git. A bare or empty repository is
    /// no error here: see [`Repository::usable_head`].
    pub fn open(path: &Path) -> Result<Repository, GitError> {
        let Place { top, git_common_dir, bare } = Self::find(path)?;
        let git = Self::at(&top);
        Ok(Repository {
            head: git.commit_of("HEAD")?,
            head_branch: git.head_branch()?,
            dirty: !bare && !git.run(&["status", "--porcelain", "-z", "--untracked-files=normal"])?.is_empty(),
            submodules: !bare
                && zero_separated(&git.run(&["ls-files", "-s", "-z"])?).any(|e| e.starts_with(b"160000 ")),
            top,
            git_common_dir,
            bare,
        })
    }

    /// Finds the repository that `path` (a folder or a file) lies in, with one call of git.
    ///
    /// # Errors
    /// [`GitError::NotARepository`], [`GitError::OtherOwner`], and those of running git.
    pub fn find(path: &Path) -> Result<Place, GitError> {
        let path = path.canonicalize().map_err(GitError::file(path))?;
        let folder = if path.is_dir() { &path } else { path.parent().unwrap_or(&path) };
        let asked = ["--is-bare-repository", "--is-inside-work-tree", "--git-common-dir", "--show-cdup"];
        let told = Self::at(folder).run(&[&["rev-parse", "--path-format=absolute"][..], &asked].concat())?;
        // Two words, a path that may hold line breaks, and a row of `../`.
        let mut parts = told.strip_suffix(b"\n").unwrap_or(&told).splitn(3, |b| *b == b'\n');
        let (bare, inside) = (parts.next() == Some(b"true"), parts.next() == Some(b"true"));
        let rest = parts.next().unwrap_or_default();
        let cut = rest.iter().rposition(|b| *b == b'\n').unwrap_or(rest.len());
        let (common, up) = (rest.get(..cut).unwrap_or_default(), rest.get(cut + 1..).unwrap_or_default());
        let git_common_dir = PathBuf::from(OsStr::from_bytes(common));
        if bare {
            return Ok(Place { top: git_common_dir.clone(), git_common_dir, bare });
        }
        if !inside {
            return Err(GitError::NotARepository(path));
        }
        let up = folder.join(OsStr::from_bytes(up));
        Ok(Place { top: up.canonicalize().map_err(GitError::file(&up))?, git_common_dir, bare })
    }

    /// The git folder that all worktrees share.
    pub(super) fn common_dir(&self) -> Result<PathBuf, GitError> {
        Ok(path_line(&self.run(&["rev-parse", "--path-format=absolute", "--git-common-dir"])?))
    }

    /// Branch that is checked out; `None` when detached.
    fn head_branch(&self) -> Result<Option<String>, GitError> {
        let args = ["symbolic-ref", "--quiet", "HEAD"];
        let finished = self.answer(&args, None)?;
        match finished.exit {
            Some(0) => {
                let name = finished.stdout_text();
                Ok(name.trim_end().strip_prefix("refs/heads/").map(str::to_owned))
            }
            Some(1) => Ok(None),
            _ => Err(self.failure(&args, &finished)),
        }
    }

    /// Who the user is to git, `Name <address>`; `None` when the configuration names nobody.
    ///
    /// # Errors
    /// Those of running git.
    pub fn identity(&self) -> Result<Option<String>, GitError> {
        let mut parts = Vec::new();
        for key in ["user.name", "user.email"] {
            let args = ["config", "--get", key];
            let finished = self.answer(&args, None)?;
            let text = finished.stdout_text().trim().to_owned();
            match finished.exit {
                Some(0) if !text.is_empty() => parts.push(text),
                Some(0 | 1) => return Ok(None),
                _ => return Err(self.failure(&args, &finished)),
            }
        }
        Ok(Some(format!("{} <{}>", parts.first().map_or("", String::as_str), parts.get(1).map_or("", String::as_str))))
    }

    /// The commit that `revision` stands for; `None` when there is none.
    ///
    /// # Errors
    /// Those of running git.
    pub fn commit_of(&self, revision: &str) -> Result<Option<Oid>, GitError> {
        self.peel(revision, "commit")
    }

    /// The tree of a revision (a commit, a reference or a tree).
    ///
    /// # Errors
    /// [`GitError::Unknown`].
    pub fn tree_of(&self, revision: &str) -> Result<Oid, GitError> {
        self.peel(revision, "tree")?.ok_or_else(|| GitError::Unknown(revision.to_owned()))
    }

    fn peel(&self, revision: &str, kind: &str) -> Result<Option<Oid>, GitError> {
        let name = format!("{revision}^{{{kind}}}");
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", &name];
        let finished = self.answer(&args, None)?;
        match finished.exit {
            Some(0) => Ok(Oid::parse(finished.stdout_text().trim())),
            Some(1) => Ok(None),
            _ if finished.stderr_text().contains("Not a valid object name") => Ok(None),
            _ => Err(self.failure(&args, &finished)),
        }
    }
}
