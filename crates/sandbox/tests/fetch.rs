//! The HTTP door against a small server that says what it is told to.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use uplift_sandbox::Cancel;
use uplift_sandbox::fetch::{Fetch, FetchError, FetchSettings, Request, Response, Source, Validators};
use url::Url;

/// Head of a request as it arrived, header names in lower case.
type Seen = Arc<Mutex<Vec<String>>>;

/// Answers every connection with `reply(request head, number of the request)`, then closes it.
struct Server {
    port: u16,
    seen: Seen,
}

impl Server {
    fn start(reply: impl Fn(&str, usize, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Seen::default();
        let (noted, reply) = (Arc::clone(&seen), Arc::new(reply));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (noted, reply) = (Arc::clone(&noted), Arc::clone(&reply));
                thread::spawn(move || {
                    let mut head = String::new();
                    let mut lines = BufReader::new(stream.try_clone().unwrap());
                    while lines.read_line(&mut head).is_ok_and(|n| n > 2) {}
                    let number = {
                        let mut noted = noted.lock().unwrap();
                        noted.push(head.clone());
                        noted.len()
                    };
                    reply(&head, number, &mut stream);
                });
            }
        });
        Self { port, seen }
    }

    fn always(answer: &'static str) -> Self {
        Self::start(move |_, _, stream| drop(stream.write_all(answer.as_bytes())))
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap()
    }

    fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn quick() -> FetchSettings {
    FetchSettings { pause: Duration::from_millis(5), netrc: None, proxies: false, ..FetchSettings::default() }
}

fn get(settings: FetchSettings, url: Url) -> Result<Response, FetchError> {
    Fetch::new(settings).unwrap().get(Request::new(url))
}

#[test]
fn an_answer_arrives_with_its_type() {
    let server = Server::always("HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nConnection: close\r\n\r\n\u{fffd}body");
    let response = get(quick(), server.url("/a?b")).unwrap();
    assert_eq!((response.source, response.content_type.as_deref()), (Source::Server, Some("text/x")));
    assert_eq!(response.body, "\u{fffd}body".as_bytes());
}

#[test]
fn what_is_missing_is_told_from_what_could_not_be_asked() {
    let server = Server::always("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let error = get(quick(), server.url("/x")).unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(server.requests(), 1);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = get(quick(), Url::parse(&format!("http://127.0.0.1:{closed}/")).unwrap()).unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }) && !error.is_not_found(), "{error}");
}

#[test]
fn a_server_that_stumbles_twice_is_asked_a_third_time() {
    let server = Server::start(|_, number, stream| {
        let answer = match number {
            1 => "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
            // Gone in the middle of an answer.
            2 => "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\nhalf".to_owned(),
            _ => ok("third"),
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    assert_eq!(get(quick(), server.url("/")).unwrap().body, b"third");
    let server = Server::always("HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let error = get(quick(), server.url("/")).unwrap_err();
    assert!(matches!(error, FetchError::Status { status: 503, .. }));
    assert_eq!(server.requests(), 3);
}

#[test]
fn a_known_answer_is_confirmed_then_taken_from_the_cache_then_offline() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|head, _, stream| {
        let answer = if head.contains("if-none-match: \"one\"") {
            "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_owned()
        } else {
            ok("body").replace("Connection", "ETag: \"one\"\r\nContent-Type: text/x\r\nConnection")
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let cached = FetchSettings { cache: Some(folder.path().join("http")), ..quick() };
    let request = Request::new(server.url("/a"));
    let from = |settings: &FetchSettings, request: &Request| Fetch::new(settings.clone()).unwrap().get(request.clone());
    let first = from(&cached, &request).unwrap();
    assert_eq!(first.source, Source::Server);
    let second = from(&cached, &request).unwrap();
    assert_eq!(second, Response { source: Source::Revalidated, ..first.clone() });
    let third = from(&cached, &request.clone().max_age(Duration::from_secs(60))).unwrap();
    assert_eq!(third.source, Source::Cache);
    assert_eq!(server.requests(), 2);
    // Another Accept is another answer.
    assert_eq!(from(&cached, &request.clone().header("Accept", "text/y")).unwrap().source, Source::Server);

    let offline = FetchSettings { offline: true, ..cached.clone() };
    assert_eq!(from(&offline, &request).unwrap(), Response { source: Source::Cache, ..first });
    let error = from(&offline, &Request::new(server.url("/b"))).unwrap_err();
    assert!(matches!(error, FetchError::Offline { .. }));

    // A torn file is no answer.
    for shelf in std::fs::read_dir(folder.path().join("http")).unwrap().flatten() {
        for file in std::fs::read_dir(shelf.path()).unwrap().flatten() {
            let bytes = std::fs::read(file.path()).unwrap();
            std::fs::write(file.path(), &bytes[..bytes.len() - 1]).unwrap();
        }
    }
    assert_eq!(from(&cached, &request).unwrap().source, Source::Server);
}

#[test]
fn slow_servers_and_huge_bodies_are_given_up() {
    let server = Server::start(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nstart");
        thread::sleep(Duration::from_secs(20));
    });
    let began = Instant::now();
    let error = get(FetchSettings { time_limit: Duration::from_millis(200), ..quick() }, server.url("/")).unwrap_err();
    assert!(matches!(error, FetchError::TooSlow { .. }), "{error}");
    assert!(began.elapsed() < Duration::from_secs(5));

    let endless = Server::start(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    for server in [endless, Server::always("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n")] {
        let error = get(FetchSettings { body_limit: 10_000, ..quick() }, server.url("/")).unwrap_err();
        assert!(matches!(error, FetchError::TooLarge { limit: 10_000, .. }), "{error}");
        assert_eq!(server.requests(), 1);
    }
}

#[test]
fn garbage_is_an_error_with_a_redacted_address() {
    let server = Server::always("this is not HTTP\r\n\r\n");
    let mut url = server.url("/path?token=secret#x");
    url.set_username("me").unwrap();
    url.set_password(Some("hunter2")).unwrap();
    let text = get(quick(), url).unwrap_err().to_string();
    assert!(text.contains(&format!("`http://127.0.0.1:{}/path`", server.port)), "{text}");
    assert!(!text.contains("secret") && !text.contains("hunter2") && !text.contains("me:"), "{text}");
    let error = Fetch::new(quick()).unwrap().get(Request::new("me:hunter2@/x?token=secret")).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
    let error = get(quick(), Url::parse("ftp://example.invalid/x").unwrap()).unwrap_err();
    assert!(matches!(error, FetchError::Scheme { .. }));
}

#[test]
fn credentials_come_from_the_address_then_from_netrc() {
    let folder = tempfile::tempdir().unwrap();
    let netrc = folder.path().join("netrc");
    std::fs::write(&netrc, "machine 127.0.0.1 login file password pass").unwrap();
    let server = Server::start(|_, _, stream| drop(stream.write_all(ok("x").as_bytes())));
    let settings = FetchSettings { netrc: Some(netrc), ..quick() };
    let response = get(settings.clone(), server.url("/")).unwrap();
    assert!(response.url.username().is_empty());
    let mut url = server.url("/");
    url.set_username("me").unwrap();
    url.set_password(Some("p%40s")).unwrap();
    let response = get(settings, url).unwrap();
    assert!(response.url.username().is_empty());
    let seen = server.seen.lock().unwrap();
    // base64 of file:pass and of me:p@s
    assert!(seen[0].contains("authorization: Basic ZmlsZTpwYXNz"), "{}", seen[0]);
    assert!(seen[1].contains("authorization: Basic bWU6cEBz"), "{}", seen[1]);
}

#[test]
fn redirections_end() {
    let server = Server::start(|head, _, stream| {
        let answer = if head.starts_with("GET /from ") {
            "HTTP/1.1 302 Found\r\nLocation: /to/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned()
        } else if head.starts_with("GET /loop ") {
            "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned()
        } else {
            ok("there")
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    assert_eq!(get(quick(), server.url("/from")).unwrap().url, server.url("/to/"));
    let error = get(quick(), server.url("/loop")).unwrap_err().to_string();
    assert!(error.contains("redirect"), "{error}");
}

#[test]
fn many_answers_keep_their_order_and_the_bound() {
    let (now, most) = (Arc::new(Mutex::new(0_i32)), Arc::new(Mutex::new(0_i32)));
    let (counted, top) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::start(move |head, _, stream| {
        {
            let mut now = counted.lock().unwrap();
            *now += 1;
            let mut top = top.lock().unwrap();
            *top = (*top).max(*now);
        }
        thread::sleep(Duration::from_millis(20));
        *counted.lock().unwrap() -= 1;
        let path = head.split(' ').nth(1).unwrap().to_owned();
        let _ = stream.write_all(ok(&path).as_bytes());
    });
    let fetcher = Fetch::new(FetchSettings { connections: 3, ..quick() }).unwrap();
    let requests = (0..30).map(|n| Request::new(server.url(&format!("/{n}")))).collect();
    let bodies: Vec<String> =
        fetcher.get_all(requests).into_iter().map(|answer| String::from_utf8(answer.unwrap().body).unwrap()).collect();
    assert_eq!(bodies, (0..30).map(|n| format!("/{n}")).collect::<Vec<_>>());
    assert!(*most.lock().unwrap() <= 3);
}

#[test]
fn cancelling_lets_go_at_once() {
    let server = Server::start(|_, _, stream| {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    });
    let cancel = Cancel::new();
    let other = cancel.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        other.cancel();
    });
    let began = Instant::now();
    let answers = Fetch::new(quick()).unwrap().cancelled_by(&cancel).get_all(vec![Request::new(server.url("/")); 20]);
    assert!(answers.iter().all(|answer| matches!(answer, Err(FetchError::Cancelled))));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn files_are_read_from_disk_also_offline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b.json");
    std::fs::write(&path, "{}").unwrap();
    let settings = FetchSettings { offline: true, ..quick() };
    let response = get(settings.clone(), Url::from_file_path(&path).unwrap()).unwrap();
    assert_eq!((response.source, response.body.as_slice()), (Source::Disk, &b"{}"[..]));
    assert_eq!(response.content_type.as_deref(), Some("application/json"));
    let error = get(settings, Url::from_file_path(folder.path().join("none")).unwrap()).unwrap_err();
    assert!(error.is_not_found());
}

#[test]
fn what_the_caller_keeps_itself_is_confirmed_without_a_body_and_stays_out_of_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|head, _, stream| {
        let answer = if head.contains("if-none-match: \"one\"") {
            "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_owned()
        } else {
            ok("body").replace("Connection", "ETag: \"one\"\r\nConnection")
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let door = Fetch::new(FetchSettings { cache: Some(folder.path().join("http")), ..quick() }).unwrap();
    let request = |known| Request::new(server.url("/a")).known(known);
    let first = door.get(request(Validators::default())).unwrap();
    assert_eq!((first.source, first.validators.etag.as_deref()), (Source::Server, Some("\"one\"")));
    let second = door.get(request(first.validators)).unwrap();
    assert_eq!((second.source, second.body.len()), (Source::Unchanged, 0));
    assert_eq!(std::fs::read_dir(folder.path().join("http")).unwrap().count(), 0);
}

#[test]
fn a_question_is_posted_asked_again_when_it_fails_and_its_answer_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|head, number, stream| {
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let answer = match number {
            1 => "HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
            _ => ok(&format!("{} bytes", length.unwrap_or(0))),
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let settings = || FetchSettings { cache: Some(folder.path().to_owned()), ..quick() };
    let question = || Request::post(server.url("/q"), "application/json", "{\"a\": 1}");
    for asked in 2..4 {
        let answer = Fetch::new(settings()).unwrap().get(question()).unwrap();
        assert_eq!((answer.body.as_slice(), answer.source), (&b"8 bytes"[..], Source::Server));
        assert_eq!(server.requests(), asked);
    }
    let head = server.seen.lock().unwrap().last().unwrap().to_lowercase();
    assert!(head.starts_with("post /q ") && head.contains("content-type: application/json"), "{head}");
    let offline = Fetch::new(FetchSettings { offline: true, ..settings() }).unwrap().get(question());
    assert!(matches!(offline, Err(FetchError::Offline { .. })));
}
