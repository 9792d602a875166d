//! Looking at HTML reports: pictures of them, and a check of what people with other senses and settings get.
//!
//! Lives here: the two verbs' arguments, and the pages that they look at when none is named: every kind of report on
//! every seed project and after a run, as `crates/cli/tests/report_pages.rs` writes them.
//! Lives elsewhere: driving the browser (`browser`), each verb in its file.
//! Nothing of this is committed: screenshots go to the folder that is given, pages and axe-core to temporary ones.

mod accessibility;
mod browser;
mod screenshots;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

pub(crate) use accessibility::run as accessibility;
pub(crate) use screenshots::run as screenshots;

/// What a page is looked at in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct View {
    /// Of the window, in pixels.
    width: u32,
    height: u32,
    /// Which the reader prefers: `light`, `dark`.
    theme: &'static str,
    /// As it is laid out for print.
    paper: bool,
}

impl View {
    const fn screen(width: u32, theme: &'static str) -> Self {
        Self { width, height: 900, theme, paper: false }
    }
}

impl std::fmt::Display for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.paper { f.write_str("paper") } else { write!(f, "{} px {}", self.width, self.theme) }
    }
}

const SCREENS: [View; 4] =
    [View::screen(390, "light"), View::screen(390, "dark"), View::screen(1280, "light"), View::screen(1280, "dark")];

/// A4 less the margins that the style sheet sets (14 mm on both sides), at 96 pixels an inch.
const PAPER: View = View { width: 688, height: 1000, theme: "light", paper: true };

/// What a verb looks at.
struct Task {
    pages: Vec<PathBuf>,
    /// The value behind `--out`.
    out: Option<PathBuf>,
    /// Every page could be written and holds without a browser.
    whole: bool,
    /// Holds pages that were written for this only.
    _folder: Option<tempfile::TempDir>,
}

/// The pages that are named, or those of all seed projects.
///
/// # Errors
/// An argument that is no page, or pages that could not be written: the test that writes them says why.
fn task(args: &[String]) -> Result<Task> {
    let (mut pages, mut out, mut rest) = (Vec::new(), None, args.iter());
    while let Some(argument) = rest.next() {
        if argument == "--out" {
            out = Some(PathBuf::from(rest.next().context("`--out` wants a folder")?));
        } else {
            ensure!(!argument.starts_with('-'), "no option `{argument}`");
            let page = Path::new(argument);
            pages.push(page.canonicalize().with_context(|| format!("cannot read `{argument}`"))?);
        }
    }
    if !pages.is_empty() {
        return Ok(Task { pages, out, whole: true, _folder: None });
    }
    let folder = tempfile::tempdir()?;
    let whole = write(folder.path())?;
    pages = listed(folder.path())?;
    ensure!(!pages.is_empty(), "`cargo test --test report_pages` wrote no page");
    if !whole {
        println!("a page could not be written or does not hold (see above); those that are there are looked at");
    }
    Ok(Task { pages, out, whole, _folder: Some(folder) })
}

/// Has the tests write every kind of report into `folder`; false when one of them failed.
fn write(folder: &Path) -> Result<bool> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--quiet", "--package", "uplift-cli", "--test", "report_pages"])
        .current_dir(crate::root()?)
        .env("UPLIFT_PAGES", folder)
        .status()
        .context("cannot start cargo")?;
    Ok(status.success())
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    let mut pages: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    pages.retain(|page| page.extension().is_some_and(|end| end == "html"));
    pages.sort();
    Ok(pages)
}

fn name(page: &Path) -> String {
    page.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
