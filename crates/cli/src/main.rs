//! `uplift`: the command line.
//!
//! Lives here: reading flags and settings, the terminal, signals, exit codes; one file a verb in `commands/`.
//! Lives elsewhere: what the verbs do (`engine`), what their screens look like (`report`).

mod args;
mod commands;
mod exit;
mod lines;
mod live;
mod logging;
mod settings;
mod signals;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // This executable also starts itself as the supervisor of foreign code.
    if let Some(code) = uplift_sandbox::launch::intercept() {
        return code;
    }
    let args = args::Args::parse();
    terminal::choose_colour(args.everywhere.color);
    logging::start(args.everywhere.verbose);
    let cancel = uplift_sandbox::Cancel::new();
    signals::watch(&cancel);
    let desk = commands::Desk::new(&args.everywhere, cancel);
    let ended = args.everywhere.format.check(&args.command).and_then(|()| commands::run(args.command, &desk));
    exit::tell(ended, args.everywhere.format)
}
