//! A program that is nothing but the launcher: what this crate's tests use in the place of `uplift`.

use std::process::ExitCode;

fn main() -> ExitCode {
    uplift_sandbox::launch::intercept().unwrap_or(ExitCode::FAILURE)
}
