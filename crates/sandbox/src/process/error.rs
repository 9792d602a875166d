//! What can keep a program from running, and what to do about it.

use std::io;
use std::path::PathBuf;

use uplift_model::Hint;

/// The program did not run, or its run could not be watched to the end.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("the program `{program}` was not found in {searched}")]
    NotFound { program: String, searched: String },
    #[error("`{}` is not executable", program.display())]
    NotExecutable { program: PathBuf },
    #[error("`{}` lies in a folder that the sandbox hides", program.display())]
    Hidden { program: PathBuf },
    #[error("the folder `{}` to run in does not exist", path.display())]
    NoFolder { path: PathBuf },
    #[error("could not start `{}`", program.display())]
    Start { program: PathBuf, source: io::Error },
    #[error("the launcher failed: {message}")]
    Launcher { message: String },
    #[error("the sandbox could not be set up: {message}")]
    Sandbox { message: String },
    #[error("this sandbox needs Uplift's own launcher, and none is known")]
    NoLauncher,
    #[error("could not write the log `{}`", path.display())]
    Log { path: PathBuf, source: io::Error },
    #[error("a process of `{}` could not be ended", program.display())]
    Unstoppable { program: PathBuf },
}

impl Hint for ProcessError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { program, .. } => Some(format!("install `{program}`, or name it by its full path")),
            Self::NotExecutable { program } => Some(format!("chmod +x {}", program.display())),
            Self::Hidden { .. } => Some("add its folder to the folders that the sandbox shows".to_owned()),
            Self::Sandbox { .. } => Some("`uplift doctor` shows which sandbox works on this machine".to_owned()),
            Self::Log { .. } => Some("check the free space and the permissions of that folder".to_owned()),
            Self::NoFolder { .. }
            | Self::Start { .. }
            | Self::Launcher { .. }
            | Self::NoLauncher
            | Self::Unstoppable { .. } => None,
        }
    }
}
