//! Exit codes: public and stable, listed in `docs/reference/exit-codes.md`.

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Done, or nothing to do.
    Done = 0,
    /// Something that the settings forbid to hold was held or rolled back.
    Held = 1,
    /// The command line does not make sense.
    Usage = 2,
    /// The settings or the repository are not fit for what was asked.
    Repository = 3,
    /// A tool or service outside failed.
    Outside = 4,
    /// Waits for an approval.
    Approval = 5,
    /// A fault of Uplift's own.
    Bug = 70,
}
