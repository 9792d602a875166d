//! An index and an npm registry on this machine's loopback.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// Answers by path: media type and body.
pub(crate) type Answers = BTreeMap<String, (&'static str, Vec<u8>)>;

/// Serves `answers` until the process ends; gives the address, without a slash at its end.
pub(crate) fn serve(answers: Answers) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answers = Arc::new(answers);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = Arc::clone(&answers);
            std::thread::spawn(move || answer(&answers, stream));
        }
    });
    format!("http://127.0.0.1:{port}")
}

fn answer(answers: &Answers, mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    let mut line = String::new();
    if reader.read_line(&mut first).is_err() {
        return;
    }
    while reader.read_line(&mut line).unwrap_or(0) > 2 {
        line.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or("/").replace("%2f", "/").replace("%2F", "/");
    let none = ("text/plain", b"no".to_vec());
    let (status, (kind, body)) = match answers.get(path.trim_end_matches('/')) {
        Some(found) => (200, found),
        None => (404, &none),
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let body: &[u8] = if first.starts_with("HEAD") { b"" } else { body };
    // A client that hangs up in the middle is its own business.
    let _sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}
