//! What an index said, in short, kept beside the validators that let it say "unchanged".
//!
//! One file a package. Its name is a hash of the address, so that no address is written down. A torn or foreign file is
//! no answer. Pages reach megabytes; what a check needs of them is a few kilobytes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uplift_sandbox::fetch::{Fetch, FetchError, Request, Response, Source, Validators};

/// Changes whenever the form of what is kept does.
const VERSION: u32 = 3;

/// Answers of indexes, on disk.
#[derive(Debug)]
pub struct Store<'a> {
    folder: PathBuf,
    fetch: &'a Fetch,
    /// An answer of at most this age is taken without asking.
    max_age: Duration,
    offline: bool,
    /// Whole answers that are new are left in the client's own cache as well, for whoever asks for them next.
    shares: bool,
}

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    version: u32,
    validators: Validators,
    summary: T,
}

/// Why a whole batch got no answer at all: whoever is not there for sixteen requests is not there for a thousand, and
/// each of them would be waited for.
fn silence(answers: &[Result<Response, FetchError>]) -> Option<String> {
    let why = answers.first()?.as_ref().err()?.to_string();
    let silent = |answer: &Result<Response, FetchError>| {
        matches!(answer, Err(FetchError::TooSlow { .. } | FetchError::Unreachable { .. }))
    };
    (answers.len() > 1 && answers.iter().all(silent)).then_some(why)
}

/// What one address said.
pub(super) enum Said<T> {
    Summary(T),
    /// 404 or 410.
    Missing,
    Failed(String),
}

impl<'a> Store<'a> {
    pub fn new(folder: &Path, fetch: &'a Fetch, max_age: Duration, offline: bool) -> Self {
        Self { folder: folder.to_owned(), fetch, max_age, offline, shares: false }
    }

    /// The same, with whole answers left in the client's cache: a plan asks for the files of the same pages a moment later.
    #[must_use]
    pub fn sharing(self, shares: bool) -> Self {
        Self { shares, ..self }
    }

    /// Asks for every request whose answer is not kept or too old, in batches, so that few bodies are held at once.
    pub(super) fn ask<T: Serialize + DeserializeOwned>(
        &self,
        requests: Vec<Request>,
        digest: &dyn Fn(usize, &Response) -> Result<T, String>,
    ) -> Vec<Said<T>> {
        let mut said: Vec<Option<Said<T>>> = Vec::with_capacity(requests.len());
        let mut open: Vec<(usize, Request, Option<Kept<T>>)> = Vec::new();
        for (at, request) in requests.into_iter().enumerate() {
            let (kept, age) = self.find::<T>(&request).map_or((None, Duration::MAX), |(k, age)| (Some(k), age));
            match kept {
                Some(kept) if self.offline || age <= self.max_age => said.push(Some(Said::Summary(kept.summary))),
                kept => {
                    said.push(None);
                    open.push((at, request, kept));
                }
            }
        }
        let mut dead: Option<String> = None;
        while !open.is_empty() {
            if let Some(why) = &dead {
                for (at, ..) in open.drain(..) {
                    if let Some(slot) = said.get_mut(at) {
                        *slot = Some(Said::Failed(format!("not asked, since nobody answered before: {why}")));
                    }
                }
                break;
            }
            let batch: Vec<_> = open.drain(..open.len().min(16)).collect();
            let asked = batch.iter().map(|(_, request, kept)| match kept {
                None if self.shares => request.clone().max_age(self.max_age),
                kept => request.clone().known(kept.as_ref().map(|k| k.validators.clone()).unwrap_or_default()),
            });
            let answers = self.fetch.get_all(asked.collect());
            dead = silence(&answers);
            for ((at, request, kept), answer) in batch.into_iter().zip(answers) {
                if let Some(slot) = said.get_mut(at) {
                    *slot = Some(self.heard(&request, kept, answer, &|response| digest(at, response)));
                }
            }
        }
        said.into_iter().map(|s| s.unwrap_or(Said::Failed("it was not asked".to_owned()))).collect()
    }

    /// What was kept about something that never changes, whatever its age.
    pub(crate) fn recall<T: DeserializeOwned>(&self, about: &Request) -> Option<T> {
        self.find::<T>(about).map(|(kept, _)| kept.summary)
    }

    /// Keeps something that never changes; `about` need not be an address that answers.
    pub(crate) fn remember<T: Serialize>(&self, about: &Request, summary: T) {
        self.keep(about, &Kept { version: VERSION, validators: Validators::default(), summary });
    }

    /// Several addresses at once, nothing kept but in the client's cache where it is shared.
    pub(crate) fn get_all(&self, requests: Vec<Request>) -> Vec<Result<Response, FetchError>> {
        let aged = |request: Request| if self.shares { request.max_age(self.max_age) } else { request };
        self.fetch.get_all(requests.into_iter().map(aged).collect())
    }

    fn heard<T: Serialize + DeserializeOwned>(
        &self,
        request: &Request,
        kept: Option<Kept<T>>,
        answer: Result<Response, FetchError>,
        digest: &dyn Fn(&Response) -> Result<T, String>,
    ) -> Said<T> {
        match (answer, kept) {
            (Ok(response), Some(kept)) if response.source == Source::Unchanged => {
                self.keep(request, &kept);
                Said::Summary(kept.summary)
            }
            (Ok(response), _) => match digest(&response) {
                Ok(summary) => {
                    let kept = Kept { version: VERSION, validators: response.validators, summary };
                    self.keep(request, &kept);
                    Said::Summary(kept.summary)
                }
                Err(why) => Said::Failed(why),
            },
            (Err(FetchError::Status { status: 404 | 410, .. }), _) => Said::Missing,
            (Err(e), _) => Said::Failed(e.to_string()),
        }
    }

    fn path(&self, request: &Request) -> PathBuf {
        let mut hash = Sha256::new();
        hash.update(&request.url);
        for (name, value) in &request.headers {
            hash.update([0]);
            hash.update(name);
            hash.update([0]);
            hash.update(value);
        }
        let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let (shelf, rest) = name.split_at(2);
        self.folder.join(shelf).join(rest)
    }

    fn find<T: DeserializeOwned>(&self, request: &Request) -> Option<(Kept<T>, Duration)> {
        let path = self.path(request);
        let bytes = std::fs::read(&path).ok()?;
        let kept: Kept<T> = serde_json::from_slice(&bytes).ok()?;
        let written = std::fs::metadata(&path).and_then(|m| m.modified()).ok()?;
        let age = SystemTime::now().duration_since(written).unwrap_or(Duration::MAX);
        (kept.version == VERSION).then_some((kept, age))
    }

    /// A disk that is full costs speed, not the answer.
    fn keep<T: Serialize>(&self, request: &Request, kept: &Kept<T>) {
        let path = self.path(request);
        let shelf = path.parent().unwrap_or(&self.folder);
        let written = std::fs::create_dir_all(shelf).and_then(|()| {
            let mut file = tempfile::NamedTempFile::new_in(shelf)?;
            file.write_all(&serde_json::to_vec(kept)?)?;
            file.persist(&path).map_err(|e| e.error)?;
            Ok(())
        });
        if let Err(error) = written {
            tracing::warn!(%error, "Could not keep what an index said");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    use uplift_sandbox::fetch::FetchSettings;

    use super::*;

    #[test]
    fn a_page_whose_summary_was_made_is_not_fetched_again_for_its_files_where_it_is_shared() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = [0; 2048];
                let _read = stream.read(&mut head);
                counted.fetch_add(1, Ordering::Relaxed);
                let _sent = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\npage");
            }
        });
        for (shares, requests) in [(true, 1), (false, 2)] {
            let (kept, bodies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let settings =
                FetchSettings { cache: Some(bodies.path().to_owned()), proxies: false, ..FetchSettings::default() };
            let fetch = Fetch::new(settings).unwrap();
            let age = Duration::from_secs(600);
            let request = || Request::new(format!("http://{address}/simple/a/")).header("accept", "text/html");
            asked.store(0, Ordering::Relaxed);
            let store = Store::new(kept.path(), &fetch, age, false).sharing(shares);
            let said = store.ask::<usize>(vec![request()], &|_, response| Ok(response.body.len()));
            assert!(matches!(said.as_slice(), [Said::Summary(4)]));
            assert_eq!(fetch.get(request().max_age(age)).unwrap().body, b"page");
            assert_eq!(asked.load(Ordering::Relaxed), requests, "shared: {shares}");
        }
    }

    #[test]
    fn an_index_that_never_answers_is_waited_for_once_and_not_a_hundred_times() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        std::thread::spawn(move || {
            // Connections are kept open, and nothing is ever said.
            let mut open = Vec::new();
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::Relaxed);
                open.push(stream);
            }
        });
        let settings = FetchSettings {
            connections: 16,
            time_limit: Duration::from_millis(200),
            pause: Duration::from_millis(5),
            proxies: false,
            ..FetchSettings::default()
        };
        let (fetch, folder) = (Fetch::new(settings).unwrap(), tempfile::tempdir().unwrap());
        let store = Store::new(folder.path(), &fetch, Duration::ZERO, false);
        let requests = (0..200).map(|n| Request::new(format!("http://{address}/simple/p{n}/"))).collect();
        let began = Instant::now();
        let said = store.ask::<String>(requests, &|_, _| Ok(String::new()));
        assert!(said.iter().all(|s| matches!(s, Said::Failed(_))), "silence is no answer");
        assert_eq!(said.len(), 200);
        let last = said.last().map(|s| if let Said::Failed(why) = s { why.clone() } else { String::new() }).unwrap();
        assert!(last.contains("not asked, since nobody answered"), "{last}");
        // One batch of sixteen, each with its attempts.
        assert!(asked.load(Ordering::Relaxed) <= 16 * 4, "{}", asked.load(Ordering::Relaxed));
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
}
