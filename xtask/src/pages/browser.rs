//! A headless Chromium, spoken to over pipes in the DevTools protocol.
//!
//! Lives here: starting it, calls and their answers, events kept until somebody asks. Lives elsewhere: what is asked.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::View;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Reads and writes messages on its descriptors 3 and 4, which are this shell's ends of our pipes.
const LAUNCH: &str = "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1";

pub(super) struct Browser {
    child: Child,
    calls: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    next: u64,
    session: Option<String>,
    /// What happened since it was last asked for.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// # Errors
    /// When no Chromium is on PATH, or it does not answer.
    pub(super) fn start() -> Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = NAMES.iter().find(|name| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()));
        let Some(program) = found else {
            bail!("no Chromium on PATH (looked for {}); on Debian: apt-get install chromium", NAMES.join(", "));
        };
        let profile = tempfile::tempdir()?;
        let mut child = Command::new("sh")
            .args(["-c", LAUNCH, program, "--headless=new", "--remote-debugging-pipe", "--no-first-run"])
            // Needed where we are root; the page that is opened is one that we wrote.
            .args(["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        let calls = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().context("the browser has no output")?);
        let mut browser = Self { child, calls, answers, next: 1, session: None, events: Vec::new(), _profile: profile };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}))?;
        let target = target.get("targetId").cloned().context("the browser opened no page")?;
        let attached = browser.call("Target.attachToTarget", &json!({"targetId": target, "flatten": true}))?;
        browser.session = attached.get("sessionId").and_then(Value::as_str).map(str::to_owned);
        for domain in ["Page.enable", "Network.enable", "Log.enable", "Runtime.enable"] {
            browser.call(domain, &json!({}))?;
        }
        Ok(browser)
    }

    /// One call and its answer.
    ///
    /// # Errors
    /// When the browser went away or refuses the call.
    pub(super) fn call(&mut self, method: &str, parameters: &Value) -> Result<Value> {
        let id = self.next;
        self.next += 1;
        let mut message = json!({"id": id, "method": method, "params": parameters});
        if let (Some(session), Some(fields)) = (&self.session, message.as_object_mut()) {
            fields.insert("sessionId".to_owned(), json!(session));
        }
        let calls = self.calls.as_mut().context("the browser was closed")?;
        calls.write_all(message.to_string().as_bytes())?;
        calls.write_all(&[0])?;
        calls.flush()?;
        loop {
            let mut answer = self.read()?;
            if answer.get("id").and_then(Value::as_u64) != Some(id) {
                self.events.push(answer);
                continue;
            }
            if let Some(error) = answer.get("error") {
                bail!("{method}: {error}");
            }
            return Ok(answer.get_mut("result").map(Value::take).unwrap_or_default());
        }
    }

    fn read(&mut self) -> Result<Value> {
        let mut message = Vec::new();
        self.answers.read_until(0, &mut message)?;
        if message.pop() != Some(0) {
            bail!("the browser went away");
        }
        Ok(serde_json::from_slice(&message)?)
    }

    /// Opens a file in a view, and waits until it is laid out.
    ///
    /// # Errors
    /// When the browser does not.
    pub(super) fn open(&mut self, page: &Path, view: View) -> Result<()> {
        self.look(view)?;
        self.events.clear();
        self.call("Page.navigate", &json!({"url": format!("file://{}", page.display())}))?;
        while !self.events.iter().any(|event| event.get("method") == Some(&json!("Page.loadEventFired"))) {
            let event = self.read()?;
            self.events.push(event);
        }
        Ok(())
    }

    /// Shows what is open in another view.
    ///
    /// # Errors
    /// When the browser does not.
    pub(super) fn look(&mut self, view: View) -> Result<()> {
        let media = json!({"media": if view.paper { "print" } else { "" },
                           "features": [{"name": "prefers-color-scheme", "value": view.theme}]});
        self.call("Emulation.setEmulatedMedia", &media)?;
        let size = json!({"width": view.width, "height": view.height, "deviceScaleFactor": 1,
                          "mobile": view.width < 600});
        self.call("Emulation.setDeviceMetricsOverride", &size)?;
        Ok(())
    }

    /// What an expression comes to; a promise is waited for.
    ///
    /// # Errors
    /// What the expression throws.
    pub(super) fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let call = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", &call)?;
        if let Some(thrown) = answer.get("exceptionDetails") {
            bail!("the page says: {thrown}");
        }
        Ok(answer.pointer("/result/value").cloned().unwrap_or_default())
    }

    /// Everything that happened since the page was opened.
    pub(super) fn events(&self) -> &[Value] {
        &self.events
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends by itself when its pipe closes; the kill is for one that hangs.
        self.calls.take();
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Bytes out of base64 (RFC 4648), as the protocol sends pictures.
///
/// # Errors
/// A sign that is none of its digits.
pub(super) fn bytes(base64: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(base64.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for sign in base64.bytes().filter(|sign| *sign != b'=') {
        let digit = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => bail!("`{}` is no digit of base64", char::from(sign)),
        };
        held = held << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn base64_as_the_rfc_has_it() {
        for (text, raw) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")] {
            assert_eq!(bytes(text).unwrap(), raw.as_bytes());
        }
        assert!(bytes("Z*").is_err());
    }
}
