//! The HTTP door: many requests at once, bounded, cached with validators, retried, redacted; `file://` as well.
//!
//! Lives here: [`Fetch`] and its settings. `exchange.rs` makes one request, `cache.rs` keeps answers, `netrc.rs`
//! knows the user's passwords.
//! Lives elsewhere: which addresses are asked, and what answers mean (`ecosystems`, `facts`).
//!
//! Calls block. Inside is a small tokio runtime, which nobody outside sees.

mod cache;
mod error;
mod exchange;
mod netrc;

use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;
use url::Url;

pub use error::FetchError;

use self::cache::Cache;
use self::netrc::Netrc;
use crate::cancel::Cancel;
use crate::environment;

/// How the door behaves. The default suits an interactive run.
#[derive(Debug, Clone)]
pub struct FetchSettings {
    /// Requests at once.
    pub connections: usize,
    /// For one attempt, from the connection to the last byte.
    pub time_limit: Duration,
    /// Bytes of one body, unpacked.
    pub body_limit: u64,
    /// Answer from the cache only, however old.
    pub offline: bool,
    /// Folder of the cache; `None`: nothing is kept.
    pub cache: Option<PathBuf>,
    /// Pause before the second attempt; four times as long before the third.
    pub pause: Duration,
    /// File with passwords. The default is `NETRC`, else `~/.netrc`.
    pub netrc: Option<PathBuf>,
    /// Go through the proxies that the user's environment names.
    pub proxies: bool,
}

impl Default for FetchSettings {
    fn default() -> Self {
        let home = || environment::home().map(|home| home.join(".netrc"));
        Self {
            connections: 8,
            time_limit: Duration::from_secs(60),
            body_limit: 64 << 20,
            offline: false,
            cache: None,
            pause: Duration::from_millis(300),
            netrc: environment::variable("NETRC").map(PathBuf::from).or_else(home),
            proxies: true,
        }
    }
}

/// One thing to get, or one question to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `http`, `https` or `file`; may carry user and password. Judged when it is asked for.
    pub url: String,
    /// Names and values, beside those that this door sets itself.
    pub headers: Vec<(String, String)>,
    /// An answer in the cache of at most this age is taken without asking.
    pub max_age: Duration,
    /// Of an answer that the caller keeps in a form of its own. The door's cache is then left out, and an unchanged
    /// answer comes back as [`Source::Unchanged`] with an empty body.
    pub known: Option<Validators>,
    /// Sent with POST; `None` is a GET. The answer to a POST is never kept.
    pub body: Option<Vec<u8>>,
}

/// What lets a server say "unchanged".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

impl Request {
    /// Asks the server every time, though with validators: an unchanged answer comes from the cache.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), headers: Vec::new(), max_age: Duration::ZERO, known: None, body: None }
    }

    /// A question that is too long for an address. It may be asked several times when answers break off, so it must
    /// change nothing on the server.
    pub fn post(url: impl Into<String>, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..Self::new(url) }.header("content-type", content_type)
    }

    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// See [`Request::known`].
    #[must_use]
    pub fn known(mut self, validators: Validators) -> Self {
        self.known = Some(validators);
        self
    }

    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }
}

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Server,
    /// The server said that the cached answer still holds (304).
    Revalidated,
    /// The server said so of what the caller keeps (304); there is no body.
    Unchanged,
    /// The cache, without asking.
    Cache,
    Disk,
}

/// A successful answer (any 2xx).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub body: Vec<u8>,
    pub content_type: Option<String>,
    /// Where redirections ended, without credentials: relative links in the body start from here.
    pub url: Url,
    pub source: Source,
    pub validators: Validators,
}

/// The door. Make one for a session: it keeps connections open.
#[derive(Debug)]
pub struct Fetch {
    inside: Inside,
    cancel: Cancel,
    runtime: Runtime,
}

/// What an exchange needs.
#[derive(Debug)]
struct Inside {
    client: reqwest::Client,
    settings: FetchSettings,
    cache: Option<Cache>,
    netrc: Netrc,
}

impl Fetch {
    /// # Errors
    /// [`FetchError::Setup`] when certificates or the cache cannot be read.
    pub fn new(settings: FetchSettings) -> Result<Self, FetchError> {
        let setup = |what: &str, e: &dyn std::error::Error| FetchError::Setup {
            message: format!("{what}: {}", error::causes(e)),
        };
        // An error means that a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = reqwest::Client::builder()
            .user_agent(concat!("uplift/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::limited(10))
            .connect_timeout(settings.time_limit.min(Duration::from_secs(15)))
            .pool_max_idle_per_host(settings.connections);
        if !settings.proxies {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|e| setup("HTTP cannot be set up", &e))?;
        let cache = match &settings.cache {
            Some(folder) => Some(Cache::open(folder).map_err(|e| setup("the HTTP cache cannot be made", &e))?),
            None => None,
        };
        let netrc = settings.netrc.as_deref().map(Netrc::read).unwrap_or_default();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("fetch")
            .enable_all()
            .build()
            .map_err(|e| setup("threads for HTTP cannot be had", &e))?;
        Ok(Self { inside: Inside { client, settings, cache, netrc }, cancel: Cancel::new(), runtime })
    }

    /// The same door, given up on when `cancel` is raised.
    #[must_use]
    pub fn cancelled_by(mut self, cancel: &Cancel) -> Self {
        self.cancel = cancel.clone();
        self
    }

    /// Gets one thing, or asks one question.
    ///
    /// # Errors
    /// [`FetchError`]; a status other than 2xx is [`FetchError::Status`].
    pub fn get(&self, request: Request) -> Result<Response, FetchError> {
        let missing = FetchError::Setup { message: "no answer to one request".to_owned() };
        self.get_all(vec![request]).pop().unwrap_or(Err(missing))
    }

    /// The same for many at once; one answer per request, in the same order.
    pub fn get_all(&self, requests: Vec<Request>) -> Vec<Result<Response, FetchError>> {
        self.runtime.block_on(async {
            let jobs = requests.into_iter().enumerate().map(|(number, request)| async move {
                let work = pin!(exchange::answer(&self.inside, &request));
                let answer = match select(work, pin!(raised(&self.cancel))).await {
                    Either::Left((answer, _)) => answer,
                    Either::Right(((), _)) => Err(FetchError::Cancelled),
                };
                (number, answer)
            });
            let connections = self.inside.settings.connections.max(1);
            let mut answers: Vec<_> = stream::iter(jobs).buffer_unordered(connections).collect().await;
            answers.sort_by_key(|(number, _)| *number);
            answers.into_iter().map(|(_, answer)| answer).collect()
        })
    }
}

async fn raised(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
