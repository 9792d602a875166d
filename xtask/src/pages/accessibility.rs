//! Whether everybody can read a page: axe-core in both themes and at both widths, nothing cut off or drawn over, and no
//! request that leaves the page.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::browser::Browser;
use super::{VIEWS, pages};

/// Runs axe-core and tells each violation with the elements that it is about.
const AXE: &str = "axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(result => ({
    rules: result.passes.length,
    violations: result.violations.flatMap(rule => rule.nodes.slice(0, 5).map(
        node => rule.id + ' (' + rule.impact + '): ' + rule.help + ': ' + node.target.join(' ') + ': ' + node.failureSummary)),
    unsure: result.incomplete.map(rule => rule.id + ': ' + rule.nodes.length + ' to look at: ' + rule.nodes[0].target)}))";

/// What axe-core does not look for: a page wider than the window, text that leaves its drawing or stands on other text.
const LAYOUT: &str = "(() => {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth)
        found.push('the page is ' + root.scrollWidth + ' pixels wide in a window of ' + root.clientWidth);
    for (const svg of document.querySelectorAll('svg.drawing')) {
        if (!svg.checkVisibility()) continue;
        const frame = svg.getBoundingClientRect();
        const name = svg.querySelector('title').textContent;
        const texts = [...svg.querySelectorAll('text')].map(text => {
            const lines = [...text.childNodes].filter(node => node.nodeType === 3).map(node => node.data);
            return [lines.join(''), text.getBoundingClientRect()];
        });
        texts.forEach(([said, box], index) => {
            if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1)
                found.push(name + ': `' + said + '` leaves the drawing');
            for (const [other, its] of texts.slice(index + 1))
                if (box.left < its.right - 1 && its.left < box.right - 1 && box.top < its.bottom - 4 && its.top < box.bottom - 4)
                    found.push(name + ': `' + said + '` stands on `' + other + '`');
        });
    }
    return found;
})()";

/// `accessibility FILE.html…`: false when anything was found.
pub(crate) fn run(args: &[String]) -> Result<bool> {
    let (pages, _) = pages(args)?;
    let folder = tempfile::tempdir()?;
    let axe = axe(folder.path())?;
    let mut browser = Browser::start()?;
    let mut clean = true;
    for page in &pages {
        for (width, theme) in VIEWS {
            let findings = findings(&mut browser, page, width, theme, &axe)?;
            clean &= findings.is_empty();
            let name = page.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            println!("{name}, {width} px, {theme}: {} findings", findings.len());
            findings.iter().for_each(|finding| println!("  {finding}"));
        }
    }
    Ok(clean)
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

fn findings(browser: &mut Browser, page: &Path, width: u32, theme: &str, axe: &str) -> Result<Vec<String>> {
    browser.open(page, width, theme)?;
    // Words that are folded away are read as well.
    browser.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")?;
    let mut findings = strings(&browser.evaluate(LAYOUT)?);
    findings.extend(outside(browser.events(), page));
    let loaded = browser.evaluate("performance.getEntriesByType('resource').map(entry => 'loads ' + entry.name)")?;
    findings.extend(strings(&loaded));
    browser.evaluate(&format!("{axe};0"))?;
    let result = browser.evaluate(AXE)?;
    findings.extend(strings(result.get("violations").unwrap_or(&Value::Null)));
    for unsure in strings(result.get("unsure").unwrap_or(&Value::Null)) {
        println!("  to look at: {unsure}");
    }
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
