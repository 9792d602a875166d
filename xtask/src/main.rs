//! The house's own chores, run as `cargo xtask <verb>`.
//!
//! Lives here: the list of verbs. Lives elsewhere: each verb in a module of its name.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person who runs it")]

mod ci;
mod evaluate;
mod r#gen;
mod pages;
mod speed;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

const HELP: &str = "\
cargo xtask <verb>

  ci      format check, clippy, tidy, then every test; what the runner calls
  gen     writes what the code says of itself: the JSON schemas in docs/reference
  tidy    layers, file openings and lengths, forbidden words, papers
  evaluate [NAME…] [--binary PATH] [--work DIR] [--jobs N] [--keep] [--infer]
          upgrades the corpus' real projects and judges the branches from outside
  speed   measures `uplift check` beside uv and npm-check-updates, as ratios
  screenshots [FILE.html…] --out DIR
          HTML reports at 390 and 1,280 pixels, light and dark, and on paper; needs Chromium
  accessibility [FILE.html…]
          axe-core over HTML reports at both widths in both themes, dead links, overlaps, whatever scrolls sideways,
          weight, requests that leave a page; needs Chromium and npm
          without FILE both look at every kind of report on every seed project and after a run
  help    this text
";

fn main() -> ExitCode {
    let verb = std::env::args().nth(1);
    let outcome = match verb.as_deref() {
        Some("ci") => root().and_then(|root| ci::run(&root)),
        Some("gen") => root().and_then(|root| r#gen::run(&root)),
        Some("tidy") => root().and_then(|root| tidy::run(&root)),
        Some("evaluate") => {
            let args: Vec<String> = std::env::args().skip(2).collect();
            root().and_then(|root| evaluate::run(&root, &args))
        }
        Some("speed") => root().and_then(|root| speed::run(&root)),
        Some("screenshots") => pages::screenshots(&std::env::args().skip(2).collect::<Vec<_>>()),
        Some("accessibility") => pages::accessibility(&std::env::args().skip(2).collect::<Vec<_>>()),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(true)
        }
        other => {
            eprint!("{}{HELP}", other.map(|verb| format!("error: no verb `{verb}`\n\n")).unwrap_or_default());
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's root: the folder above this crate.
fn root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).context("xtask has no folder above it")
}
