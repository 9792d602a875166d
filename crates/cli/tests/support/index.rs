//! A fake package index on a port of this machine: the simple repository API, the files, and every way to misbehave.
//!
//! Lives here: an HTTP server in threads of this process, without a framework; it ends when it is dropped.
//! Lives elsewhere: the bytes that it serves (`super::wheel`).
//! Source: PEP 503 and 691 (pages), PEP 592 (yanks), PEP 658 (metadata beside the file).

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::wheel::{Package, sha256};

/// The form of project pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Html,
    Json,
}

/// How the index misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Every answer waits so long first.
    Slow(Duration),
    /// Every answer is this status.
    Status(u16),
    /// Every answer is bytes that mean nothing, with status 200.
    Garbage,
    /// Connections are closed in the middle of the answer.
    Cut,
}

/// A running index.
#[derive(Debug)]
pub struct Index {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    packages: Vec<Package>,
    form: Form,
    fault: Option<Fault>,
    /// Only requests whose path contains this suffer from the fault.
    only: String,
    requests: Vec<String>,
    closed: bool,
}

struct Answer {
    status: u16,
    content_type: &'static str,
    body: Vec<u8>,
}

impl Index {
    /// Serves `packages` until it is dropped.
    pub fn start(packages: Vec<Package>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("no port of this machine can be listened on");
        let address = listener.local_addr().unwrap();
        let state = Shared {
            packages,
            form: Form::Json,
            fault: None,
            only: String::new(),
            requests: Vec::new(),
            closed: false,
        };
        let shared = Arc::new(Mutex::new(state));
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if lock(&served).closed {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let served = Arc::clone(&served);
                std::thread::spawn(move || {
                    // A client that went away is its own affair.
                    let _gone = serve(&stream, &served);
                });
            }
        });
        Self { address, shared }
    }

    /// An address at which nobody listens.
    pub fn nowhere() -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        format!("http://{}/simple", listener.local_addr().unwrap())
    }

    /// The address to configure clients with, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}/simple", self.address)
    }

    /// Publishes one more release.
    pub fn publish(&self, package: Package) {
        lock(&self.shared).packages.push(package);
    }

    /// Pages come in this form from now on.
    pub fn form(&self, form: Form) {
        lock(&self.shared).form = form;
    }

    /// Every request suffers from `fault` from now on; `None`: none does.
    pub fn fault(&self, fault: Option<Fault>) {
        self.fault_at("", fault);
    }

    /// Requests whose path contains `part` suffer from `fault` from now on.
    pub fn fault_at(&self, part: &str, fault: Option<Fault>) {
        let mut shared = lock(&self.shared);
        shared.fault = fault;
        part.clone_into(&mut shared.only);
    }

    /// Paths asked for so far, in order of arrival.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.shared).requests.clone()
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        lock(&self.shared).closed = true;
        // Wakes the thread that waits for the next connection.
        let _woken = TcpStream::connect(self.address);
    }
}

fn lock(shared: &Mutex<Shared>) -> std::sync::MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers the requests of one connection, one after the other.
fn serve(stream: &TcpStream, shared: &Mutex<Shared>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
                break;
            }
        }
        let mut words = first.split_whitespace();
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default().to_owned());
        let (fault, answer) = {
            let mut shared = lock(shared);
            shared.requests.push(path.clone());
            let fault = shared.fault.filter(|_| path.contains(&shared.only));
            (fault, answer(&shared, &path))
        };
        let answer = match fault {
            Some(Fault::Slow(pause)) => {
                std::thread::sleep(pause);
                answer
            }
            Some(Fault::Status(status)) => {
                Answer { status, content_type: "text/plain", body: b"the index is not well\n".to_vec() }
            }
            Some(Fault::Garbage) => Answer {
                status: 200,
                content_type: "application/vnd.pypi.simple.v1+json",
                body: vec![0xff, 0x00, 0x7b, 0x5d],
            },
            Some(Fault::Cut) | None => answer,
        };
        send(stream, &answer, method == "HEAD", fault == Some(Fault::Cut))?;
        if fault == Some(Fault::Cut) {
            return stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

fn send(mut stream: &TcpStream, answer: &Answer, head_only: bool, cut: bool) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: max-age=0\r\n\r\n",
        answer.status,
        if answer.status == 200 { "OK" } else { "No" },
        answer.content_type,
        answer.body.len()
    );
    let mut bytes = head.into_bytes();
    if !head_only {
        bytes.extend_from_slice(&answer.body);
    }
    if cut {
        bytes.truncate(bytes.len().saturating_sub(answer.body.len() / 2 + 1));
    }
    stream.write_all(&bytes)?;
    stream.flush()
}

fn answer(shared: &Shared, path: &str) -> Answer {
    let found = |content_type, body| Answer { status: 200, content_type, body };
    if let Some(file) = path.strip_prefix("/files/") {
        if let Some(package) = shared.packages.iter().find(|p| p.file_name() == file) {
            return found("application/octet-stream", package.bytes());
        }
        let of = file.strip_suffix(".metadata").and_then(|f| shared.packages.iter().find(|p| p.file_name() == f));
        if let Some(package) = of {
            return found("text/plain", package.metadata().into_bytes());
        }
    }
    let name = path.strip_prefix("/simple/").unwrap_or_default().trim_end_matches('/');
    let files: Vec<&Package> = shared.packages.iter().filter(|p| p.name == name).collect();
    if files.is_empty() {
        return Answer { status: 404, content_type: "text/plain", body: b"no such page\n".to_vec() };
    }
    match shared.form {
        Form::Html => found("text/html", html(&files).into_bytes()),
        Form::Json => found("application/vnd.pypi.simple.v1+json", json(name, &files).into_bytes()),
    }
}

fn html(files: &[&Package]) -> String {
    let mut page = String::from("<!DOCTYPE html>\n<html><body>\n");
    for file in files {
        let mut attributes = String::new();
        if let Some(python) = &file.requires_python {
            attributes
                .push_str(&format!(" data-requires-python=\"{}\"", python.replace('<', "&lt;").replace('>', "&gt;")));
        }
        if let Some(reason) = &file.yanked {
            attributes.push_str(&format!(" data-yanked=\"{reason}\""));
        }
        if file.wheel {
            attributes.push_str(&format!(" data-core-metadata=\"sha256={}\"", sha256(file.metadata().as_bytes())));
        }
        let name = file.file_name();
        page.push_str(&format!(
            "<a href=\"/files/{name}#sha256={}\"{attributes}>{name}</a><br>\n",
            sha256(&file.bytes())
        ));
    }
    page.push_str("</body></html>\n");
    page
}

fn json(name: &str, files: &[&Package]) -> String {
    let file = |package: &&Package| {
        let mut hashes = BTreeMap::new();
        hashes.insert("sha256", sha256(&package.bytes()));
        serde_json::json!({
            "filename": package.file_name(),
            "url": format!("/files/{}", package.file_name()),
            "hashes": hashes,
            "requires-python": package.requires_python,
            "yanked": package.yanked.as_ref().map_or(serde_json::Value::Bool(false), |r| r.as_str().into()),
            "core-metadata": package.wheel,
            "upload-time": uploaded(),
        })
    };
    let files: Vec<_> = files.iter().map(file).collect();
    serde_json::json!({ "meta": { "api-version": "1.1" }, "name": name, "files": files }).to_string()
}

/// Half a year ago: old enough for every minimum age, not so old that the package looks abandoned.
fn uploaded() -> String {
    let half_a_year = jiff::SignedDuration::from_hours(24 * 180);
    let day = jiff::Timestamp::now() - half_a_year;
    day.strftime("%Y-%m-%dT00:00:00Z").to_string()
}
