//! Flags of `uplift approve`.

/// Who agrees to what; the name is git's.
#[derive(Debug, clap::Args)]
pub(crate) struct Approving {
    /// A plan: a file of `uplift plan --format json`, or its id (the first digits are enough)
    #[arg(value_name = "PLAN")]
    pub(crate) plan: String,
    /// Packages whose steps are agreed to, or `all` that wait for this role
    #[arg(value_name = "PACKAGE", required = true, num_args = 1..)]
    pub(crate) packages: Vec<String>,
    /// The role in which it is agreed, as the plan names it: `technical lead`
    #[arg(long = "as", value_name = "ROLE")]
    pub(crate) role: String,
    /// What is worth knowing about it later
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// The agreement in this role no longer holds, whoever gave it; both stay on record
    #[arg(long)]
    pub(crate) withdraw: bool,
}
