//! One request, from the cache to the last retry.

use std::path::Path;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{
    CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER,
};
use url::Url;

use super::cache::{Cache, Kept};
use super::error::causes;
use super::{FetchError, Inside, Request, Response, Source, Validators};
use crate::redact;

/// Attempts after the first.
const RETRIES: u32 = 2;
/// Longest pause that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

pub(super) async fn answer(inside: &Inside, request: &Request) -> Result<Response, FetchError> {
    let url = Url::parse(&request.url).map_err(|e| FetchError::Address {
        url: redact::text(request.url.split(['?', '#']).next().unwrap_or_default()),
        message: e.to_string(),
    })?;
    let name = redact::url(&url);
    match url.scheme() {
        "file" => return from_disk(inside, url, name).await,
        "http" | "https" => {}
        _ => return Err(FetchError::Scheme { url: name }),
    }
    let kept = cache_for(inside, request).and_then(|cache| cache.find(request));
    if let Some(kept) = &kept
        && (inside.settings.offline || kept.age <= request.max_age && !request.max_age.is_zero())
    {
        return Ok(kept.response(Source::Cache));
    }
    if inside.settings.offline {
        return Err(FetchError::Offline { url: name });
    }
    let mut pause = inside.settings.pause;
    let mut limit = inside.settings.time_limit;
    for attempt in 0..=RETRIES {
        let attempted = tokio::time::timeout(limit, once(inside, request, &url, kept.as_ref(), &name));
        let (error, asked) = match attempted.await {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(failed)) => failed,
            Err(_) => (FetchError::TooSlow { url: name.clone(), limit: inside.settings.time_limit }, None),
        };
        let slow = matches!(error, FetchError::TooSlow { .. });
        if attempt == RETRIES || !error.may_pass() || slow && limit < inside.settings.time_limit {
            return Err(error);
        }
        // A stalled connection may do better as a new one; a server that is slow seldom does, and people wait.
        if slow {
            limit /= 2;
        }
        tracing::debug!(url = %name, %error, attempt, "Trying again");
        tokio::time::sleep(asked.unwrap_or(pause)).await;
        pause *= 4;
    }
    Err(FetchError::Unreachable { url: name, message: "no attempt was made".to_owned() })
}

/// The cache, unless the caller keeps the answer itself or it belongs to a question.
fn cache_for<'a>(inside: &'a Inside, request: &Request) -> Option<&'a Cache> {
    inside.cache.as_ref().filter(|_| request.known.is_none() && request.body.is_none())
}

/// One attempt; a failure comes with the pause that the server asked for.
async fn once(
    inside: &Inside,
    request: &Request,
    url: &Url,
    kept: Option<&Kept>,
    name: &str,
) -> Result<Response, (FetchError, Option<Duration>)> {
    let unreachable = |e: reqwest::Error| {
        let message = causes(&e.without_url());
        (FetchError::Unreachable { url: name.to_owned(), message }, None)
    };
    let mut builder = match &request.body {
        Some(body) => inside.client.post(url.clone()).body(body.clone()),
        None => inside.client.get(url.clone()),
    };
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    // User and password in the URL itself are used by the client; they win over the file.
    if url.username().is_empty()
        && let Some((user, password)) = url.host_str().and_then(|host| inside.netrc.find(host))
    {
        builder = builder.basic_auth(user, Some(password));
    }
    if let Some(known) = request.known.as_ref().or(kept.map(|kept| &kept.validators)) {
        if let Some(etag) = &known.etag {
            builder = builder.header(IF_NONE_MATCH, etag);
        }
        if let Some(date) = &known.last_modified {
            builder = builder.header(IF_MODIFIED_SINCE, date);
        }
    }
    let mut reply = builder.send().await.map_err(unreachable)?;
    let status = reply.status();
    if status == StatusCode::NOT_MODIFIED
        && let Some(kept) = kept
    {
        if let Some(cache) = &inside.cache {
            cache.confirm(request);
        }
        return Ok(kept.response(Source::Revalidated));
    }
    if status == StatusCode::NOT_MODIFIED
        && let Some(known) = &request.known
    {
        return Ok(Response {
            body: Vec::new(),
            content_type: header(reply.headers(), CONTENT_TYPE),
            url: anonymous(reply.url()),
            source: Source::Unchanged,
            validators: known.clone(),
        });
    }
    if !status.is_success() {
        let asked = header(reply.headers(), RETRY_AFTER).and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let error = FetchError::Status { url: name.to_owned(), status: status.as_u16() };
        return Err((error, asked.map(|pause| pause.min(LONGEST_PAUSE))));
    }
    let limit = inside.settings.body_limit;
    let too_large = || (FetchError::TooLarge { url: name.to_owned(), limit }, None);
    if reply.content_length().is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let validators =
        Validators { etag: header(reply.headers(), ETAG), last_modified: header(reply.headers(), LAST_MODIFIED) };
    let content_type = header(reply.headers(), CONTENT_TYPE);
    let url = anonymous(reply.url());
    let mut body = Vec::new();
    loop {
        match reply.chunk().await {
            Ok(Some(chunk)) => {
                if (body.len() + chunk.len()) as u64 > limit {
                    return Err(too_large());
                }
                body.extend_from_slice(&chunk);
            }
            Ok(None) => break,
            Err(e) => {
                let message = causes(&e.without_url());
                return Err((FetchError::BrokenOff { url: name.to_owned(), message }, None));
            }
        }
    }
    let response = Response { body, content_type, url, source: Source::Server, validators };
    if let Some(cache) = cache_for(inside, request) {
        // A full disk costs speed, not the answer.
        if let Err(error) = cache.keep(request, &response) {
            tracing::warn!(url = %name, %error, "Could not keep an answer in the cache");
        }
    }
    Ok(response)
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The URL without user and password.
fn anonymous(url: &Url) -> Url {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

async fn from_disk(inside: &Inside, url: Url, name: String) -> Result<Response, FetchError> {
    let path = url.to_file_path().map_err(|()| FetchError::Scheme { url: name.clone() })?;
    let limit = inside.settings.body_limit;
    let read = move || -> Result<Response, FetchError> {
        let trouble = |source| FetchError::File { path: path.clone(), source };
        if std::fs::metadata(&path).map_err(trouble)?.len() > limit {
            return Err(FetchError::TooLarge { url: name, limit });
        }
        let body = std::fs::read(&path).map_err(trouble)?;
        Ok(Response {
            body,
            content_type: guessed(&path),
            url,
            source: Source::Disk,
            validators: Validators::default(),
        })
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(answer) => answer,
        Err(e) => Err(FetchError::Setup { message: e.to_string() }),
    }
}

/// By the ending: a folder of files has no headers.
fn guessed(path: &Path) -> Option<String> {
    match path.extension()?.to_str()? {
        "json" => Some("application/json".to_owned()),
        "html" => Some("text/html".to_owned()),
        _ => None,
    }
}
