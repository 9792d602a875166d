//! Looking at HTML reports: pictures of them, and a check of what people with other senses and settings get.
//!
//! Lives here: the two verbs' arguments. Lives elsewhere: driving the browser (`browser`), each verb in its file.
//! Nothing of this is committed: screenshots go to the folder that is given, axe-core to a temporary one.

mod accessibility;
mod browser;
mod screenshots;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

pub(crate) use accessibility::run as accessibility;
pub(crate) use screenshots::run as screenshots;

/// What a page is looked at in: width in pixels, and the theme that the reader prefers.
const VIEWS: [(u32, &str); 4] = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")];

/// The pages to look at, and the value behind `--out`.
fn pages(args: &[String]) -> Result<(Vec<PathBuf>, Option<PathBuf>)> {
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
    ensure!(!pages.is_empty(), "name at least one HTML file");
    Ok((pages, out))
}
