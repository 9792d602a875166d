//! Flags of `uplift hygiene`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Hygiene {
    /// The repository, or any folder in it
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Look at these checks alone; may be given again, or with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with = "fix")]
    pub(crate) only: Vec<String>,
    /// List what is in place as well, and what does not apply
    #[arg(long)]
    pub(crate) all: bool,
    /// Mend this finding as a commit on the branch uplift/hygiene-NAME; `runtime`: move the runtime; your work tree is not
    /// touched
    #[arg(long, value_name = "NAME")]
    pub(crate) fix: Option<String>,
    /// With --fix coverage-gate: percent of coverage below which the build shall fail
    #[arg(long, value_name = "PERCENT", requires = "fix", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) threshold: Option<u8>,
    /// With --fix pinning: a version to pin where nothing says which is in use; may be given again
    #[arg(long, value_name = "NAME==VERSION", requires = "fix", value_parser = pin)]
    pub(crate) pin: Vec<(String, String)>,
}

/// `NAME==VERSION`; the version is written into files, so that nothing but a version may stand there.
fn pin(text: &str) -> Result<(String, String), String> {
    let (name, version) = text.split_once("==").ok_or("write it as NAME==VERSION")?;
    let plain = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_alphanumeric() || "._-+!@/".contains(c));
    if plain(name.trim()) && plain(version.trim()) {
        Ok((name.trim().to_owned(), version.trim().to_owned()))
    } else {
        Err("write it as NAME==VERSION".to_owned())
    }
}
