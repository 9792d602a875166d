//! What the metadata beside a release's wheel say (PEP 658): which extras it has, and whatever else is asked for.
//!
//! Asked for few releases only: one page and one small file each, kept for good, since the metadata of a release never
//! changes. Lives elsewhere: the pages that metadata name (`crate::reading`).

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uplift_ecosystems::python::registry::{self, File};
use uplift_model::{PackageName, Version};
use uplift_sandbox::fetch::{FetchError, Request, Response};
use uplift_sandbox::redact;
use url::Url;

use super::Store;
use super::python::ACCEPT;

/// Extras of a release in normal form, or why they are not known.
pub(crate) type Provided = BTreeMap<(PackageName, String), Result<Vec<String>, String>>;

/// Largest metadata that is read, in bytes; descriptions of a megabyte exist.
const LARGEST: usize = 8 << 20;

/// Asks for the extras of `releases`. The first index that has a page for the package counts.
pub(crate) fn provided(
    store: &Store<'_>,
    indexes: &Result<Vec<String>, String>,
    releases: &[(PackageName, String)],
) -> Provided {
    read_metadata(store, indexes, releases, "extras", &extras)
}

/// What `read` finds in the metadata of each of `releases`, kept for good under `what`.
pub(crate) fn read_metadata<T: Clone + Serialize + DeserializeOwned>(
    store: &Store<'_>,
    indexes: &Result<Vec<String>, String>,
    releases: &[(PackageName, String)],
    what: &str,
    read: &dyn Fn(&[u8]) -> Result<T, String>,
) -> BTreeMap<(PackageName, String), Result<T, String>> {
    let mut all = BTreeMap::new();
    let indexes = match indexes {
        Ok(indexes) => indexes,
        Err(why) => return releases.iter().map(|r| (r.clone(), Err(why.clone()))).collect(),
    };
    for index in indexes {
        let mut open: Vec<&(PackageName, String)> = Vec::new();
        for release in releases {
            if matches!(all.get(release), Some(Ok(_))) {
                continue;
            }
            if let Some(known) = store.recall::<T>(&about(index, what, release)) {
                all.insert(release.clone(), Ok(known));
            } else {
                open.push(release);
            }
        }
        let pages = store.get_all(open.iter().map(|(name, _)| page(index, name)).collect());
        let mut files: Vec<(&(PackageName, String), String)> = Vec::new();
        for (release, answer) in open.into_iter().zip(pages) {
            match answer.map_err(|e| (e.is_not_found(), e.to_string())).and_then(|r| metadata(index, &r, release)) {
                Ok(url) => files.push((release, url)),
                // Another index may have it.
                Err((true, why)) => {
                    all.entry(release.clone()).or_insert(Err(why));
                }
                Err((false, why)) => {
                    all.insert(release.clone(), Err(why));
                }
            }
        }
        let texts = store.get_all(files.iter().map(|(_, url)| Request::new(url)).collect());
        for ((release, _), answer) in files.into_iter().zip(texts) {
            let found = answer.map_err(|e| not_served(&e)).and_then(|response| read(&response.body));
            if let Ok(found) = &found {
                store.remember(&about(index, what, release), found.clone());
            }
            all.insert(release.clone(), found);
        }
    }
    all
}

/// The request for a package's page.
pub(crate) fn page(index: &str, name: &PackageName) -> Request {
    Request::new(format!("{index}/{name}/")).header("accept", ACCEPT)
}

/// Under which the answer is kept; nothing lies at this address.
fn about(index: &str, what: &str, (name, version): &(PackageName, String)) -> Request {
    Request::new(format!("{index}/{name}/#{what}-of-{version}"))
}

fn not_served(error: &FetchError) -> String {
    if error.is_not_found() { "the index serves no metadata beside its wheels".to_owned() } else { error.to_string() }
}

/// The address of the metadata beside a wheel of the release, with the index's credentials where it is the same server.
fn metadata(
    index: &str,
    response: &Response,
    (name, version): &(PackageName, String),
) -> Result<String, (bool, String)> {
    let body = String::from_utf8_lossy(&response.body);
    let files = registry::parse(response.content_type.as_deref().unwrap_or_default(), &body);
    let files = files.map_err(|e| (false, e.to_string()))?;
    let wanted = Version::new(version).ok();
    let of_release = |f: &&File| f.is_wheel() && f.version(name) == wanted && wanted.is_some();
    let file = files.iter().find(of_release);
    let file = file.ok_or_else(|| (true, format!("the index has no wheel of {name} {version}")))?;
    let mut url = address(index, response, file).map_err(|why| (false, why))?;
    let path = format!("{}.metadata", url.path());
    url.set_path(&path);
    Ok(url.into())
}

/// The address of a file that a page lists, with the index's credentials where it is the same server.
///
/// # Errors
/// What is odd about it, in words without credentials.
pub(crate) fn address(index: &str, page: &Response, file: &File) -> Result<Url, String> {
    let strange = |why: String| redact::text(&format!("the address of {} is odd: {why}", file.name));
    let mut url = page.url.join(&file.url).map_err(|e| strange(e.to_string()))?;
    if !matches!(url.scheme(), "http" | "https" | "file") {
        return Err(strange("neither http, https nor a file".to_owned()));
    }
    url.set_fragment(None);
    if let Ok(home) = Url::parse(index)
        && home.origin() == url.origin()
        && url.username().is_empty()
    {
        // These fail for addresses that cannot have a user, which then need none.
        let _ = url.set_username(home.username());
        let _ = url.set_password(home.password());
    }
    Ok(url)
}

/// Every `Provides-Extra` of the head, in normal form.
fn extras(metadata: &[u8]) -> Result<Vec<String>, String> {
    let fields = head(metadata)?;
    let provided = fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case("provides-extra"));
    Ok(provided.map(|(_, value)| normal(value)).collect())
}

/// The fields of the head of metadata, key and value, in their order.
///
/// # Errors
/// Why it is none.
pub(crate) fn head(metadata: &[u8]) -> Result<Vec<(String, String)>, String> {
    if metadata.len() > LARGEST {
        return Err("the metadata is larger than any that was seen".to_owned());
    }
    let text = String::from_utf8_lossy(metadata);
    let head = text.lines().take_while(|line| !line.trim().is_empty());
    let field = |line: &str| line.split_once(':').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()));
    let fields: Vec<(String, String)> = head.filter_map(field).collect();
    if !fields.iter().any(|(key, _)| key.eq_ignore_ascii_case("metadata-version")) {
        return Err("what the index served is no metadata".to_owned());
    }
    Ok(fields)
}

/// As package names: `Async_IO` is `async-io`. Source: PEP 685.
pub(crate) fn normal(extra: &str) -> String {
    PackageName::new(extra).map_or_else(|_| extra.to_ascii_lowercase(), Into::into)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn extras_come_from_the_head_only_and_in_normal_form() {
        let text = b"Metadata-Version: 2.1\nName: redis\nProvides-Extra: hiredis\nProvides-Extra: Async_IO\n\nProvides-Extra: no\n";
        assert_eq!(extras(text).unwrap(), ["hiredis", "async-io"]);
        assert!(extras(b"<html>sign in</html>").is_err());
    }

    proptest! {
        #[test]
        fn no_metadata_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[A-Za-z:\\-\n ]{0,200}") {
            let _ = extras(&bytes);
            let _ = extras(format!("Metadata-Version: 2.1\n{text}").as_bytes());
        }
    }
}
