//! Pictures of a page: two widths, two themes, and paper.
//!
//! A long page is cut into slices, because nobody can look at a picture that is 20,000 pixels high.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::browser::{Browser, bytes};
use super::{SCREENS, View, name, task};

/// Height of a slice in pixels.
const SLICE: u32 = 2400;

/// `screenshots [FILE.html…] --out DIR`
pub(crate) fn run(args: &[String]) -> Result<bool> {
    ensure!(args.iter().any(|word| word == "--out"), "say where they go: `--out DIR`");
    let task = task(args)?;
    let out = task.out.as_ref().context("`--out` wants a folder")?;
    std::fs::create_dir_all(out).with_context(|| format!("cannot make `{}`", out.display()))?;
    let mut browser = Browser::start()?;
    for page in &task.pages {
        for view in SCREENS {
            slices(&mut browser, page, View { height: SLICE, ..view }, out)?;
        }
        paper(&mut browser, page, out)?;
    }
    Ok(true)
}

fn slices(browser: &mut Browser, page: &Path, view: View, out: &Path) -> Result<()> {
    browser.open(page, view)?;
    let height = browser.evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)")?;
    let height = height.as_u64().and_then(|high| u32::try_from(high).ok()).context("the page has no height")?;
    for (number, top) in (0..height.max(1)).step_by(SLICE as usize).enumerate() {
        // The last slice shows the end of the page, and with it some of the one before.
        browser.evaluate(&format!("window.scrollTo(0, {top})"))?;
        let shot = browser.call("Page.captureScreenshot", &json!({"format": "png"}))?;
        write(&shot, &out.join(format!("{}-{}-{}-{}.png", name(page), view.width, view.theme, number + 1)))?;
    }
    Ok(())
}

fn paper(browser: &mut Browser, page: &Path, out: &Path) -> Result<()> {
    // Whoever reads in the dark still prints on white.
    browser.open(page, View::screen(1280, "dark"))?;
    let call = json!({"printBackground": true, "preferCSSPageSize": true, "paperWidth": 8.27, "paperHeight": 11.69});
    let pdf = browser.call("Page.printToPDF", &call)?;
    write(&pdf, &out.join(format!("{}-print.pdf", name(page))))
}

fn write(answer: &Value, file: &Path) -> Result<()> {
    let data = answer.get("data").and_then(Value::as_str).context("the browser sent no picture")?;
    std::fs::write(file, bytes(data)?).with_context(|| format!("cannot write `{}`", file.display()))?;
    println!("{}", file.display());
    Ok(())
}
