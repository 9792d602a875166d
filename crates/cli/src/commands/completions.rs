//! `uplift completions`: for bash, zsh, fish, elvish and PowerShell.

use clap::CommandFactory;
use clap_complete::Shell;
use uplift_model::ExitCode;

use crate::args::Args;
use crate::exit::Ended;

pub(crate) fn run(shell: Shell) -> Ended {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "uplift", &mut text);
    super::say(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::Done)
}
