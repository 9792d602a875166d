//! `cargo xtask ci`: everything that must hold before a commit is kept, in the order that fails soonest.
//!
//! Lives here: the steps and the tally of tests at the end. Lives elsewhere: what `tidy` asks (`crate::tidy`),
//! what a machine needs before the first step (`.ci/run`).

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};

/// What the crash tests need beside the default.
const FEATURES: &str = "uplift-cli/failpoints";

/// Runs every step; `false` as soon as one fails, since the later ones build on it.
///
/// # Errors
/// When cargo cannot be started, or tidy cannot read the workspace.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let began = Instant::now();
    let mut closing = None;
    let passed = step("format", || cargo(root, &["fmt", "--all", "--check"]))?
        && step("tidy", || crate::tidy::run(root))?
        && step("clippy", || {
            cargo(root, &["clippy", "--workspace", "--all-targets", "--features", FEATURES, "--", "-D", "warnings"])
        })?
        && step("tests", || {
            let (passed, tally) = tests(root)?;
            closing = Some(tally.closing(passed));
            Ok(passed)
        })?;
    println!("\nci: {} in {} s", if passed { "everything holds" } else { "failed" }, began.elapsed().as_secs());
    if let Some(closing) = closing {
        println!("{closing}");
    }
    Ok(passed)
}

fn step(name: &str, act: impl FnOnce() -> Result<bool>) -> Result<bool> {
    println!("\n== {name}");
    let passed = act().with_context(|| format!("step `{name}` could not run"))?;
    if !passed {
        println!("== {name} failed");
    }
    Ok(passed)
}

/// Every test, its output passed on as it comes, and closing lines, in the runner's own words and in
/// plain ones, that sum up the many test programs of a workspace.
fn tests(root: &Path) -> Result<(bool, Tally)> {
    let mut child = cargo_with(root, &["test", "--workspace", "--features", FEATURES, "--no-fail-fast"])
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let output = child.stdout.take().context("cargo's output is not connected")?;
    let mut tally = Tally::default();
    let mut screen = std::io::stdout().lock();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("cannot read cargo's output")?;
        screen.write_all(&line)?;
        screen.write_all(b"\n")?;
        tally.read(&String::from_utf8_lossy(&line));
    }
    // "No test ran" is never a pass.
    let passed = child.wait().context("cannot wait for cargo")?.success() && tally.passed > 0;
    Ok((passed, tally))
}

fn cargo(root: &Path, words: &[&str]) -> Result<bool> {
    Ok(cargo_with(root, words).status().context("cannot start cargo")?.success())
}

/// The cargo that runs us, so that a toolchain chosen with `cargo +x` stays chosen.
fn cargo_with(root: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words).current_dir(root);
    command
}

/// The sum of cargo's `test result:` lines.
#[derive(Debug, Default)]
struct Tally {
    programs: u32,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        self.programs += 1;
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else {
                continue;
            };
            let number = number.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    fn closing(&self, passed: bool) -> String {
        let Self { programs, passed: good, failed, ignored } = self;
        let word = if passed { "ok" } else { "FAILED" };
        format!(
            "test result: {word}. {good} passed; {failed} failed; {ignored} ignored; 0 measured; 0 filtered out; \
             in {programs} test programs\n{good} passed, {failed} failed, {ignored} skipped"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_sums_up_every_test_program() {
        let mut tally = Tally::default();
        tally.read("running 3 tests");
        tally.read("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        tally.read("test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s");
        let closing = tally.closing(false);
        assert!(closing.starts_with("test result: FAILED. 7 passed; 2 failed; 1 ignored; "), "{closing}");
        assert!(closing.ends_with("in 2 test programs\n7 passed, 2 failed, 1 skipped"), "{closing}");
    }

    #[test]
    fn what_a_test_prints_is_not_a_result() {
        let mut tally = Tally::default();
        tally.read("the test result: 5 passed");
        assert_eq!(tally.programs, 0);
    }
}
