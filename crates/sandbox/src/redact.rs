//! Taking credentials out of addresses. Lives elsewhere: the rule for any text (`uplift_model::redact`).

use url::Url;

pub use uplift_model::redact::{MASK, text};

/// A URL without user, password, query and fragment.
pub fn url(url: &Url) -> String {
    let mut clean = url.clone();
    clean.set_query(None);
    clean.set_fragment(None);
    // These fail for URLs that cannot have a user, which then have none.
    let _ = clean.set_username("");
    let _ = clean.set_password(None);
    clean.to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_host_and_path_only() {
        let full = Url::parse("https://me:pa%40ss@example.invalid:8443/simple/x/?token=1#frag").unwrap();
        assert_eq!(url(&full), "https://example.invalid:8443/simple/x/");
        assert_eq!(url(&Url::parse("file:///tmp/x?y").unwrap()), "file:///tmp/x");
    }
}
