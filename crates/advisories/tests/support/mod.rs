//! A small HTTP server that says what it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use uplift_sandbox::fetch::{Fetch, FetchSettings};

/// Status and body, and how long to wait before them.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) etag: Option<&'static str>,
    pub(crate) delay: Duration,
}

impl Reply {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into(), etag: None, delay: Duration::ZERO }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::ok("") }
    }
}

/// Requests as they came: `POST /path` and what was sent with it.
pub(crate) struct Server {
    pub(crate) base: String,
    seen: Arc<Mutex<Vec<(String, String)>>>,
}

impl Server {
    /// `reply(method and path, head in lower case, body)`.
    pub(crate) fn start(reply: impl Fn(&str, &str, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let (noted, reply) = (Arc::clone(&seen), Arc::new(reply));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (noted, reply) = (Arc::clone(&noted), Arc::clone(&reply));
                thread::spawn(move || {
                    let mut lines = BufReader::new(stream.try_clone().unwrap());
                    let mut head = String::new();
                    while lines.read_line(&mut head).is_ok_and(|n| n > 2) {}
                    let head = head.to_lowercase();
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                    let mut body = vec![0; length.unwrap_or(0)];
                    lines.read_exact(&mut body).unwrap();
                    let body = String::from_utf8(body).unwrap();
                    let asked: Vec<&str> = head.lines().next().unwrap_or_default().split(' ').take(2).collect();
                    let asked = asked.join(" ");
                    noted.lock().unwrap().push((asked.clone(), body.clone()));
                    let reply = reply(&asked, &head, &body);
                    thread::sleep(reply.delay);
                    let etag = reply.etag.map(|etag| format!("ETag: {etag}\r\n")).unwrap_or_default();
                    let head = format!(
                        "HTTP/1.1 {} Said\r\nContent-Length: {}\r\n{etag}Connection: close\r\n\r\n",
                        reply.status,
                        reply.body.len()
                    );
                    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&reply.body));
                });
            }
        });
        Self { base, seen }
    }

    pub(crate) fn seen(&self) -> Vec<(String, String)> {
        self.seen.lock().unwrap().clone()
    }
}

/// A door that does not wait long.
pub(crate) fn quick() -> Fetch {
    Fetch::new(FetchSettings {
        pause: Duration::from_millis(2),
        time_limit: Duration::from_millis(700),
        netrc: None,
        proxies: false,
        ..FetchSettings::default()
    })
    .unwrap()
}
