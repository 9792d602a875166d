//! The flags of `uplift report`.

use std::path::PathBuf;

use uplift_report::kinds::Kind;

use super::Policies;

#[derive(Debug, clap::Args)]
pub(crate) struct Reporting {
    /// plan, update, assessment, initiative, migration-guide, pr, changelog, checklist or summary
    pub(crate) kind: Kind,
    /// The repository, any folder in it, or a run of the repository at hand
    #[arg(default_value = ".", value_name = "PATH|RUN")]
    pub(crate) of: PathBuf,
    /// Write it into this file; one that Uplift did not write is not overwritten
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the file of --output, whoever wrote it
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// Count ages to this day and see no later release; the report then comes out the same tomorrow
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Ask nothing over the network; plans need it and are left out
    #[arg(long)]
    pub(crate) offline: bool,
    /// Download no artifacts for their release notes
    #[arg(long)]
    pub(crate) no_notes: bool,
    /// The run that it is about; the newest one where the kind needs one
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// OSV records to use: an export archive, a folder or a file; may be given again
    #[arg(long, value_name = "PATH")]
    pub(crate) advisories: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) policies: Policies,
}
