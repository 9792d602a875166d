//! Why a run could not go on, sorted by what a person can do about it.

use std::path::PathBuf;

use uplift_ecosystems::python::client::ClientError;
use uplift_ecosystems::python::environment::EnvironmentError;
use uplift_ecosystems::python::relock::RelockError;
use uplift_ecosystems::python::resolve::ResolveError;
use uplift_model::{ExitCode, Hint};
use uplift_sandbox::ProcessError;
use uplift_sandbox::git::GitError;

use crate::journal::JournalError;

/// Everything that ends a run early.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Client(ClientError),
    #[error(transparent)]
    Resolve(ResolveError),
    #[error(transparent)]
    Environment(EnvironmentError),
    #[error(transparent)]
    Relock(RelockError),
    #[error("could not run the project's code")]
    Process(#[from] ProcessError),
    #[error("could not read or write `{0}`")]
    Disk(PathBuf, #[source] std::io::Error),
    /// The repository is not fit for what was asked: what, and what to do.
    #[error("{what}")]
    Repository { what: String, hint: String },
    /// A service outside did not answer: what, and what to do.
    #[error("{what}")]
    Outside { what: String, hint: String },
    #[error("run {run} of this repository is still going (process {pid})")]
    Busy { run: String, pid: String },
    /// Something that only looks, or a run before it began.
    #[error("it was cancelled before there was an answer; no run was started, and nothing was changed")]
    Cancelled,
    #[error("the run was cancelled; `uplift resume` takes it up again")]
    RunCancelled,
    /// Something that must never happen.
    #[error("internal fault: {0}")]
    Bug(String),
}

impl From<ClientError> for EngineError {
    fn from(error: ClientError) -> Self {
        if matches!(error, ClientError::Cancelled) { Self::Cancelled } else { Self::Client(error) }
    }
}

impl From<ResolveError> for EngineError {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Client(client) => client.into(),
            other => Self::Resolve(other),
        }
    }
}

impl From<EnvironmentError> for EngineError {
    fn from(error: EnvironmentError) -> Self {
        match error {
            EnvironmentError::Client(client) => client.into(),
            other => Self::Environment(other),
        }
    }
}

impl From<RelockError> for EngineError {
    fn from(error: RelockError) -> Self {
        match error {
            RelockError::Client(client) => client.into(),
            RelockError::Environment(environment) => environment.into(),
            other => Self::Relock(other),
        }
    }
}

impl EngineError {
    pub(crate) fn repository(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Repository { what: what.into(), hint: hint.into() }
    }

    pub(crate) fn outside(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Outside { what: what.into(), hint: hint.into() }
    }

    /// How the command ends.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Git(_)
            | Self::Journal(_)
            | Self::Repository { .. }
            | Self::Busy { .. }
            | Self::Disk(..)
            | Self::Relock(RelockError::NoTool { .. }) => ExitCode::Repository,
            Self::Client(_)
            | Self::Resolve(_)
            | Self::Environment(_)
            | Self::Relock(_)
            | Self::Process(_)
            | Self::Outside { .. }
            | Self::Cancelled
            | Self::RunCancelled => ExitCode::Outside,
            Self::Bug(_) => ExitCode::Bug,
        }
    }
}

impl Hint for EngineError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Git(e) => e.hint(),
            Self::Journal(e) => e.hint(),
            Self::Client(e) => e.hint(),
            Self::Environment(e) => e.hint(),
            Self::Relock(e) => e.hint(),
            Self::Process(e) => e.hint(),
            Self::Resolve(ResolveError::Unreachable(_)) => {
                Some("check the network and the index settings of uv or pip, then run again".to_owned())
            }
            Self::Resolve(ResolveError::Failed(why)) if why.contains("No space left") => {
                Some("the disk that holds the cache is full; free some room and run it again; a run that had begun goes on with `uplift resume`".to_owned())
            }
            Self::Resolve(_) => None,
            Self::Disk(path, e) if e.raw_os_error() == Some(28) => {
                Some(format!("the disk that holds `{}` is full; free some room and run it again; a run that had begun goes on with `uplift resume`", path.display()))
            }
            Self::Disk(..) => {
                Some("nothing of yours was changed; `uplift resume` goes on once it can be written".to_owned())
            }
            Self::Repository { hint, .. } | Self::Outside { hint, .. } => Some(hint.clone()),
            Self::Busy { .. } => {
                Some("wait for it, watch it with `uplift status`, or end it with `uplift cancel`".to_owned())
            }
            Self::Cancelled | Self::RunCancelled => None,
            Self::Bug(_) => Some("please report this; nothing of yours was changed".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_whoever_met_it_first() {
        let full = || std::io::Error::from_raw_os_error(28);
        let said = "error: failed to write to the cache: No space left on device (os error 28)".to_owned();
        let errors = [
            EngineError::Disk("cache".into(), full()),
            EnvironmentError::Disk("cache".into(), full()).into(),
            ResolveError::Failed(said).into(),
        ];
        for error in errors {
            assert!(error.hint().is_some_and(|h| h.contains("free some room")), "{error}: {:?}", error.hint());
        }
        assert_eq!(EngineError::from(ResolveError::Failed("odd".to_owned())).hint(), None);
    }
}
