//! The flags of `uplift plan`.

use std::path::PathBuf;

use uplift_model::PackageName;

use super::{Policies, Selection};

#[derive(Debug, clap::Args)]
pub(crate) struct Planning {
    /// The repository, or the project's folder in it
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) policies: Policies,
    /// Count ages to this day and see no later release; the plan then comes out the same tomorrow
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// OSV records to use: an export archive, a folder or a file; may be given again
    #[arg(long, value_name = "PATH")]
    pub(crate) advisories: Vec<PathBuf>,
    /// Show all evidence for this package instead
    #[arg(long, value_name = "PACKAGE")]
    pub(crate) explain: Option<PackageName>,
}
