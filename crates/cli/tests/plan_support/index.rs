//! A package index on this machine's loopback: the simple API over [`Package`]s.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::wheel::{Package, sha256};

/// How the index behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Good,
    /// Every answer has this status.
    Status(u16),
    /// Answers are no pages.
    Garbage,
    /// Every answer takes this long.
    Slow(Duration),
}

struct Shared {
    packages: Mutex<Vec<Package>>,
    mood: Mutex<Mood>,
}

/// The running index; it ends with the process.
pub struct Index {
    shared: Arc<Shared>,
    port: u16,
}

impl Index {
    pub fn serve(packages: Vec<Package>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared { packages: Mutex::new(packages), mood: Mutex::new(Mood::Good) });
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                std::thread::spawn(move || served.answer(stream));
            }
        });
        Self { shared, port }
    }

    /// The address for `UV_DEFAULT_INDEX`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/simple", self.port)
    }

    pub fn publish(&self, package: Package) {
        self.shared.packages.lock().unwrap().push(package);
    }

    pub fn set(&self, mood: Mood) {
        *self.shared.mood.lock().unwrap() = mood;
    }
}

impl Shared {
    fn answer(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut first = String::new();
        if reader.read_line(&mut first).is_err() {
            return;
        }
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap_or(0) > 2 {
            line.clear();
        }
        let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
        let mood = *self.mood.lock().unwrap();
        let (status, kind, body) = match mood {
            Mood::Status(status) => (status, "text/plain", b"no".to_vec()),
            Mood::Garbage => (200, "text/html", b"\x00\xff garbage".to_vec()),
            Mood::Slow(pause) => {
                std::thread::sleep(pause);
                self.page(&path)
            }
            Mood::Good => self.page(&path),
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        let body = if first.starts_with("HEAD") { Vec::new() } else { body };
        // A client that hangs up in the middle is its own business.
        let _sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
    }

    fn page(&self, path: &str) -> (u16, &'static str, Vec<u8>) {
        let packages = self.packages.lock().unwrap();
        if let Some(file) = path.strip_prefix("/files/") {
            let found = packages.iter().find(|p| p.file_name() == file);
            return found.map_or((404, "text/plain", Vec::new()), |p| (200, "application/octet-stream", p.wheel()));
        }
        let name = path.trim_start_matches("/simple/").trim_end_matches('/');
        let link =
            |p: &Package| format!("<a href=\"/files/{0}#sha256={1}\">{0}</a>\n", p.file_name(), sha256(&p.wheel()));
        let links: String = packages.iter().filter(|p| p.name == name).map(link).collect();
        if links.is_empty() {
            return (404, "text/plain", Vec::new());
        }
        (200, "text/html", format!("<!DOCTYPE html><html><body>\n{links}</body></html>").into_bytes())
    }
}
