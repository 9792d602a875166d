//! A Python index and an npm registry on this machine's loopback, made of facts: names, days, interpreters, yanks.
//!
//! Lives here: serving them, in any mood, and remembering who asked with which credentials. Nothing can be installed
//! from here: a check reads lists only. Lives elsewhere: an index of real wheels (`support::index`).

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// One file of a Python release.
#[derive(Debug, Clone, Default)]
pub struct PythonFile {
    pub name: String,
    /// Day of upload.
    pub day: Option<String>,
    pub requires_python: Option<String>,
    pub yanked: Option<String>,
    /// The text of the `METADATA` beside it.
    pub metadata: Option<String>,
}

/// One release of an npm package.
#[derive(Debug, Clone, Default)]
pub struct NpmRelease {
    pub version: String,
    pub day: Option<String>,
    pub engines: Value,
    pub peers: Value,
    /// `peerDependenciesMeta`.
    pub peers_meta: Value,
    pub dependencies: Value,
    pub deprecated: Option<String>,
    /// `license`, of any form.
    pub licence: Value,
}

/// Everything that is on offer.
#[derive(Debug, Clone, Default)]
pub struct Stock {
    pub python: BTreeMap<String, Vec<PythonFile>>,
    pub npm: BTreeMap<String, Vec<NpmRelease>>,
}

/// How a door behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Good,
    Status(u16),
    /// Bytes that are no page, though they say so.
    Garbage,
    /// JSON of the right shape with every field of a wrong type.
    WrongTypes,
    /// A body without end.
    Huge,
    /// The connection closes in the middle of the body.
    BreaksOff,
    Slow(Duration),
    /// 401 without this `Authorization` header.
    Asks(&'static str),
}

/// Who asked for what.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub authorization: Option<String>,
}

struct Shared {
    stock: Mutex<Stock>,
    /// By the start of a path; the longest one that fits counts.
    moods: Mutex<BTreeMap<String, Mood>>,
    seen: Mutex<Vec<Seen>>,
}

/// The running market; it ends with the process.
pub struct Market {
    shared: Arc<Shared>,
    port: u16,
}

impl Market {
    pub fn serve(stock: Stock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            stock: Mutex::new(stock),
            moods: Mutex::new(BTreeMap::new()),
            seen: Mutex::new(Vec::new()),
        });
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                std::thread::spawn(move || served.answer(stream));
            }
        });
        Self { shared, port }
    }

    /// The address of the Python index; `login` is `user:password@` or empty.
    pub fn simple(&self, login: &str) -> String {
        format!("http://{login}127.0.0.1:{}/simple", self.port)
    }

    /// The address of the npm registry, with a slash at its end.
    pub fn npm(&self, login: &str) -> String {
        format!("http://{login}127.0.0.1:{}/npm/", self.port)
    }

    /// Sets how everything whose path starts with `start` behaves from now on.
    pub fn set(&self, start: &str, mood: Mood) {
        self.shared.moods.lock().unwrap().insert(start.to_owned(), mood);
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }
}

impl Shared {
    fn answer(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut first = String::new();
        if reader.read_line(&mut first).is_err() {
            return;
        }
        let mut authorization = None;
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) <= 2 {
                break;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            match name.to_ascii_lowercase().as_str() {
                "authorization" => authorization = Some(value.trim().to_owned()),
                "content-length" => length = value.trim().parse().unwrap_or(0),
                _ => {}
            }
        }
        let _question = reader.take(length).read_to_end(&mut Vec::new());
        let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
        self.seen.lock().unwrap().push(Seen { path: path.clone(), authorization: authorization.clone() });
        let mood = self.mood(&path);
        // A client that hangs up in the middle is its own business.
        let _sent = self.reply(&mut stream, &path, mood, authorization.as_deref());
    }

    fn mood(&self, path: &str) -> Mood {
        let moods = self.moods.lock().unwrap();
        let fitting = moods.iter().filter(|(start, _)| path.starts_with(start.as_str()));
        fitting.max_by_key(|(start, _)| start.len()).map_or(Mood::Good, |(_, mood)| *mood)
    }

    fn reply(&self, stream: &mut TcpStream, path: &str, mood: Mood, login: Option<&str>) -> std::io::Result<()> {
        let json = "application/json";
        match mood {
            Mood::Good => {}
            Mood::Slow(pause) => std::thread::sleep(pause),
            Mood::Asks(wanted) if login == Some(wanted) => {}
            Mood::Asks(_) => return send(stream, 401, "text/plain", b"who are you?"),
            Mood::Status(status) => return send(stream, status, "text/plain", b"no"),
            Mood::Garbage => return send(stream, 200, json, b"\x00\xff{{{ not json \xfe"),
            Mood::WrongTypes => {
                let body =
                    json!({"files": {"a": 1}, "versions": [1, 2], "time": "yesterday", "dist-tags": 7, "name": []});
                return send(stream, 200, json, body.to_string().as_bytes());
            }
            Mood::BreaksOff => {
                return stream.write_all(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"",
                );
            }
            Mood::Huge => {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"")?;
                let chunk = vec![b'a'; 1 << 20];
                // Above every limit; whoever reads on regardless fills a gigabyte of memory and fails the test.
                for _ in 0..1024 {
                    stream.write_all(&chunk)?;
                }
                return Ok(());
            }
        }
        match self.page(path) {
            Some((kind, body)) => send(stream, 200, kind, &body),
            None => send(stream, 404, "text/plain", b"nothing of that name"),
        }
    }

    fn page(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        let stock = self.stock.lock().unwrap();
        if let Some(name) = path.strip_prefix("/simple/") {
            let name = name.trim_end_matches('/');
            let files: Vec<Value> = stock.python.get(name)?.iter().map(listed).collect();
            let page = json!({"meta": {"api-version": "1.1"}, "name": name, "files": files});
            return Some(("application/vnd.pypi.simple.v1+json", page.to_string().into_bytes()));
        }
        if let Some(file) = path.strip_prefix("/files/") {
            let name = file.strip_suffix(".metadata")?;
            let found = stock.python.values().flatten().find(|f| f.name == name)?;
            return Some(("text/plain", found.metadata.clone()?.into_bytes()));
        }
        let name = path.strip_prefix("/npm/")?.replace("%2f", "/").replace("%2F", "/");
        Some(("application/json", document(&name, stock.npm.get(&name)?).to_string().into_bytes()))
    }
}

fn listed(file: &PythonFile) -> Value {
    let mut entry = json!({
        "filename": file.name,
        "url": format!("/files/{}", file.name),
        "hashes": {},
        "core-metadata": file.metadata.is_some(),
        "yanked": false,
    });
    if let Some(day) = &file.day {
        entry["upload-time"] = json!(format!("{day}T12:00:00Z"));
    }
    if let Some(python) = &file.requires_python {
        entry["requires-python"] = json!(python);
    }
    if let Some(reason) = &file.yanked {
        entry["yanked"] = json!(reason);
    }
    entry
}

fn document(name: &str, releases: &[NpmRelease]) -> Value {
    let mut versions = serde_json::Map::new();
    let mut time = serde_json::Map::new();
    for release in releases {
        let mut entry = json!({"name": name, "version": release.version});
        if release.engines.is_object() {
            entry["engines"] = release.engines.clone();
        }
        if release.peers.is_object() {
            entry["peerDependencies"] = release.peers.clone();
        }
        if release.peers_meta.is_object() {
            entry["peerDependenciesMeta"] = release.peers_meta.clone();
        }
        if release.dependencies.is_object() {
            entry["dependencies"] = release.dependencies.clone();
        }
        if let Some(message) = &release.deprecated {
            entry["deprecated"] = json!(message);
        }
        if !release.licence.is_null() {
            entry["license"] = release.licence.clone();
        }
        versions.insert(release.version.clone(), entry);
        if let Some(day) = &release.day {
            time.insert(release.version.clone(), json!(format!("{day}T12:00:00.000Z")));
        }
    }
    let order = |r: &&NpmRelease| uplift_model::semver::Version::new(&r.version).unwrap();
    let latest = releases.iter().filter(|r| !r.version.contains('-')).max_by_key(order).map(|r| &r.version);
    json!({"name": name, "dist-tags": {"latest": latest}, "versions": versions, "time": time})
}

fn send(stream: &mut TcpStream, status: u16, kind: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}
