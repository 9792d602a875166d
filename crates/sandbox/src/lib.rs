//! Every door to the world outside: processes, git, HTTP, the environment, the clock, the disk.
//!
//! Lives here: starting programs under limits and in a sandbox, proving that the sandbox holds, the user's git,
//! fetching with a cache, folders of ours, locks, redaction. Everything blocks; nothing here knows about packages.
//! Lives elsewhere: what is run and why (`ecosystems`, `verify`, `engine`).
//! Start reading at [`process::run`], then [`rungs`] and [`launch`].

pub mod cancel;
pub mod clock;
pub mod dirs;
pub mod disk;
pub mod environment;
pub mod fetch;
pub mod folder;
pub mod git;
pub mod launch;
pub mod limits;
pub mod lock;
pub mod process;
pub mod redact;
pub mod rungs;

pub use cancel::Cancel;
pub use environment::Env;
pub use limits::Limits;
pub use process::{Finished, ProcessError, Stopped, Task, run};
pub use rungs::{Access, Bind, Confinement, Ladder, Rung};
