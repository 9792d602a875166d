//! Whether everybody can read a page: axe-core in both themes and at both widths, every link leads somewhere, nothing is
//! cut off, drawn over or wider than the window, and no request leaves the page.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::browser::Browser;
use super::{PAPER, SCREENS, View, name, task};

/// Runs axe-core and tells each violation with the elements that it is about. What stands behind text in a drawing it
/// cannot see; those contrasts are computed from the style sheet (`crates/report/src/html/colours.rs`).
const AXE: &str = "axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(result => ({
    rules: result.passes.length,
    violations: result.violations.flatMap(rule => rule.nodes.slice(0, 5).map(
        node => rule.id + ' (' + rule.impact + '): ' + rule.help + ': ' + node.target.join(' ') + ': ' + node.failureSummary)),
    unsure: result.incomplete.filter(rule => rule.id !== 'color-contrast').map(
        rule => rule.id + ': axe-core is not sure of ' + rule.nodes.length + ', such as ' + rule.nodes[0].target)}))";

/// What axe-core does not look for.
const LAYOUT: &str = include_str!("layout.js");

/// Largest page in bytes: one that can still be sent by mail and opened on a telephone.
const LARGEST: u64 = 300_000;

/// `accessibility [FILE.html…]`: false when anything was found, or not every page could be written.
pub(crate) fn run(args: &[String]) -> Result<bool> {
    let task = task(args)?;
    let folder = tempfile::tempdir()?;
    let axe = axe(folder.path())?;
    let mut browser = Browser::start()?;
    let mut found = 0;
    for page in &task.pages {
        let size = std::fs::metadata(page)?.len();
        let mut told: Vec<(String, Vec<String>)> = Vec::new();
        if size > LARGEST {
            told.push((format!("the page has {size} bytes, more than {LARGEST}"), vec!["any view".to_owned()]));
        }
        for view in SCREENS.into_iter().chain([PAPER]) {
            for finding in findings(&mut browser, page, view, &axe)? {
                match told.iter_mut().find(|(known, _)| *known == finding) {
                    Some((_, views)) => views.push(view.to_string()),
                    None => told.push((finding, vec![view.to_string()])),
                }
            }
        }
        println!("{}: {size} bytes, {} findings", name(page), told.len());
        told.iter().for_each(|(finding, views)| println!("  {finding} [{}]", views.join(", ")));
        found += told.len();
    }
    println!("{} pages, {found} findings", task.pages.len());
    Ok(found == 0 && task.whole)
}

/// axe-core's source, fetched by npm into a folder that is thrown away.
fn axe(folder: &Path) -> Result<String> {
    let status = Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(folder)
        .arg("axe-core@4")
        .stdout(Stdio::null())
        .status()
        .context("cannot start npm, which fetches axe-core")?;
    ensure!(status.success(), "npm could not fetch axe-core");
    std::fs::read_to_string(folder.join("node_modules/axe-core/axe.min.js")).context("axe-core has no axe.min.js")
}

fn findings(browser: &mut Browser, page: &Path, view: View, axe: &str) -> Result<Vec<String>> {
    browser.open(page, view)?;
    // Words that are folded away are read as well.
    browser.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")?;
    let mut findings = strings(&browser.evaluate(LAYOUT)?);
    findings.extend(outside(browser.events(), page));
    let loaded = browser.evaluate("performance.getEntriesByType('resource').map(entry => 'loads ' + entry.name)")?;
    findings.extend(strings(&loaded));
    if view.paper {
        return Ok(findings);
    }
    browser.evaluate(&format!("{axe};0"))?;
    let result = browser.evaluate(AXE)?;
    findings.extend(["violations", "unsure"].iter().filter_map(|list| result.get(list)).flat_map(strings));
    let rules = result.get("rules").and_then(Value::as_u64).unwrap_or_default();
    ensure!(rules > 10, "axe-core applied {rules} rules only; something is wrong with the check");
    Ok(findings)
}

/// Requests for anything but the page, and what the browser logged: refused by the policy, not found.
fn outside(events: &[Value], page: &Path) -> Vec<String> {
    let own = format!("file://{}", page.display());
    let mut findings = Vec::new();
    for event in events {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        match text("/method") {
            "Network.requestWillBeSent" if text("/params/request/url") != own => {
                findings.push(format!("asks for {}", text("/params/request/url")));
            }
            "Log.entryAdded" => findings.push(format!("the browser logs: {}", text("/params/entry/text"))),
            _ => {}
        }
    }
    findings
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .unwrap_or(&Vec::new())
        .iter()
        .map(|one| one.as_str().map_or(json!(one).to_string(), str::to_owned))
        .collect()
}
