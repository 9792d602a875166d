//! Why something could not be had. Addresses are redacted: no user, no password, no query.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use uplift_model::Hint;

use crate::redact;

/// Every `url` here is redacted.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("{message}")]
    Setup { message: String },
    #[error("`{url}` is neither http, https nor a file on this machine")]
    Scheme { url: String },
    #[error("`{url}` is not a URL: {message}")]
    Address { url: String, message: String },
    #[error("`{url}` answered {status}")]
    Status { url: String, status: u16 },
    #[error("`{url}` is larger than {limit} bytes")]
    TooLarge { url: String, limit: u64 },
    #[error("`{url}` did not answer within {limit:?}")]
    TooSlow { url: String, limit: Duration },
    #[error("could not reach `{url}`: {message}")]
    Unreachable { url: String, message: String },
    #[error("the answer of `{url}` broke off: {message}")]
    BrokenOff { url: String, message: String },
    #[error("`{url}` is not in the cache, and this run is offline")]
    Offline { url: String },
    #[error("could not read `{}`", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("cancelled")]
    Cancelled,
}

impl FetchError {
    /// The server (or the disk) says that there is no such thing; anything else is "not retrieved".
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 404 | 410),
            Self::File { source, .. } => source.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }

    /// Whether another attempt may help.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500..=599),
            Self::TooSlow { .. } | Self::Unreachable { .. } | Self::BrokenOff { .. } => true,
            _ => false,
        }
    }
}

impl Hint for FetchError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Status { status: 401 | 403 | 407, .. } => {
                Some("check the credentials in the index's URL or in ~/.netrc".to_owned())
            }
            Self::Unreachable { .. } | Self::TooSlow { .. } => {
                Some("check the network and the proxy settings (HTTPS_PROXY, NO_PROXY)".to_owned())
            }
            Self::Offline { .. } => Some("run once without --offline".to_owned()),
            _ => None,
        }
    }
}

/// An error with its causes in one line, redacted; a cause that repeats the one before is left out.
pub(super) fn causes(error: &dyn Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let part = error.to_string();
        if !parts.iter().any(|earlier| earlier.contains(&part)) {
            parts.push(part);
        }
        next = error.source();
    }
    redact::text(&parts.join(": "))
}
