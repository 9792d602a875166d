//! `uplift demo`: the example project, copied out of this executable, committed, and upgraded.

use std::path::Path;
use std::time::Duration;

use rust_embed::RustEmbed;
use uplift_model::{ExitCode, Hint};
use uplift_report::json;
use uplift_sandbox::{Cancel, Task, environment};

use super::{Desk, Done, quoted};
use crate::args::Selection;
use crate::exit::{Ended, Failure};

/// `examples/shelf`, as it was when this executable was built.
#[derive(RustEmbed)]
#[folder = "../../examples/shelf"]
#[exclude = "*__pycache__*"]
#[exclude = "*.pytest_cache*"]
#[exclude = "*.pyc"]
struct Shelf;

/// The commit is the same everywhere and at any time.
const DATE: &str = "2022-12-15T12:00:00+00:00";

#[derive(Debug, thiserror::Error)]
enum DemoError {
    #[error("`{0}` exists already and is not empty")]
    Exists(String),
    #[error("could not write `{0}`")]
    Write(String, #[source] std::io::Error),
    #[error("could not make `{0}` a repository")]
    Git(String, #[source] uplift_sandbox::ProcessError),
    #[error("`git {0}` failed: {1}")]
    GitSaid(String, String),
}

impl Hint for DemoError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Exists(_) => Some("name another folder: uplift demo DEST".to_owned()),
            Self::Write(..) => Some("name a folder that can be written: uplift demo DEST".to_owned()),
            Self::Git(_, error) => error.hint(),
            Self::GitSaid(..) => Some("`uplift doctor` looks at what is needed".to_owned()),
        }
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        let code = if matches!(error, DemoError::Exists(_)) { ExitCode::Usage } else { ExitCode::Outside };
        Self::new(&error, code)
    }
}

pub(crate) fn run(dest: &Path, no_upgrade: bool, desk: &Desk) -> Ended {
    let dest = desk.path(dest);
    copy_out(&dest)?;
    commit(&dest, &desk.cancel)?;
    if no_upgrade {
        let path = quoted(&dest);
        desk.answer(
            || format!("copied out to {path} and committed\nnext: uplift plan {path}   |   uplift upgrade {path}\n"),
            json::v1::DONE,
            &Done::new("copied out"),
        )?;
        return Ok(ExitCode::Done);
    }
    let request = super::upgrade::request(&dest, &Selection::default(), desk)?;
    super::upgrade::upgrade(&request, false, None, desk)
}

fn copy_out(dest: &Path) -> Result<(), DemoError> {
    let shown = |path: &Path| path.display().to_string();
    let occupied = match std::fs::read_dir(dest) {
        Ok(mut entries) => entries.next().is_some(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => false,
        Err(e) => return Err(DemoError::Write(shown(dest), e)),
    };
    if occupied {
        return Err(DemoError::Exists(shown(dest)));
    }
    for name in Shelf::iter() {
        let Some(file) = Shelf::get(&name) else { continue };
        let path = dest.join(name.as_ref());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| DemoError::Write(shown(folder), e))?;
        }
        std::fs::write(&path, &file.data).map_err(|e| DemoError::Write(shown(&path), e))?;
    }
    Ok(())
}

fn commit(dest: &Path, cancel: &Cancel) -> Result<(), DemoError> {
    // A program is started from a full path.
    let full = dest.canonicalize().map_err(|e| DemoError::Write(dest.display().to_string(), e))?;
    let dest = full.as_path();
    git(dest, cancel, &["init", "--quiet", "--initial-branch=main"])?;
    git(dest, cancel, &["add", "--all", "--force"])?;
    git(dest, cancel, &["commit", "--quiet", "--no-gpg-sign", "--message", "Shelf, as it was left in December 2022"])
}

fn git(dest: &Path, cancel: &Cancel, args: &[&str]) -> Result<(), DemoError> {
    let own = [
        ("GIT_AUTHOR_NAME", "Shelf"),
        ("GIT_AUTHOR_EMAIL", "shelf@example.invalid"),
        ("GIT_AUTHOR_DATE", DATE),
        ("GIT_COMMITTER_NAME", "Shelf"),
        ("GIT_COMMITTER_EMAIL", "shelf@example.invalid"),
        ("GIT_COMMITTER_DATE", DATE),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("LC_ALL", "C"),
    ];
    // The user's hooks, templates and line endings have no part in the example.
    let fixed = ["-c", "core.hooksPath=/dev/null", "-c", "init.templateDir=", "-c", "core.autocrlf=false"];
    let task = Task::new("git", dest)
        .env(environment::trusted(own))
        .args(fixed.iter().chain(args).copied())
        .wall_limit(Duration::from_secs(60));
    let finished = uplift_sandbox::run(&task, cancel).map_err(|e| DemoError::Git(dest.display().to_string(), e))?;
    if finished.success() {
        return Ok(());
    }
    let verb = args.first().copied().unwrap_or_default().to_owned();
    Err(DemoError::GitSaid(verb, finished.stderr_text().trim().to_owned()))
}
