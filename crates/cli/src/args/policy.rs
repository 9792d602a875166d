//! The flag of every verb that is held to policies.

use std::path::PathBuf;

#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Policies {
    /// A policy from outside the repository, with the tables of `[policy]`; held beside the repository's own, which cannot
    /// loosen it; may be given again
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Vec<PathBuf>,
}
