//! What a release asks for only with one of its extras.
//!
//! Lives here: reading it from the metadata beside wheels. Lives elsewhere: which extras a release has at all
//! (`crate::releases`), what follows where a package is no longer installed (`engine`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uplift_ecosystems::python::manifest::{self, ManifestKind};
use uplift_model::PackageName;

use crate::releases::{Store, head, normal_extra, read_metadata};

/// One requirement that holds with an extra only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Optional {
    pub package: PackageName,
    /// In normal form.
    pub extra: String,
}

/// Of each release, what it asks for with an extra only; the inner error: why its metadata are not known.
///
/// `indexes`: in their order, without a slash at the end.
pub fn optional(
    store: &Store<'_>,
    indexes: &Result<Vec<String>, String>,
    releases: &[(PackageName, String)],
) -> BTreeMap<(PackageName, String), Result<Vec<Optional>, String>> {
    read_metadata(store, indexes, releases, "optional", &of_metadata)
}

/// Source: core metadata specifications, `Requires-Dist`; the marker's `extra` as in PEP 508.
fn of_metadata(metadata: &[u8]) -> Result<Vec<Optional>, String> {
    let fields = head(metadata)?;
    let mut all = Vec::new();
    for (_, requirement) in fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case("requires-dist")) {
        let Ok(read) = manifest::parse(ManifestKind::Requirements, requirement) else { continue };
        for stated in read.stated {
            let extras = stated.marker.as_deref().map(extras).unwrap_or_default();
            all.extend(extras.into_iter().map(|extra| Optional { package: stated.name.clone(), extra }));
        }
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// Every extra that a marker asks for by `extra == "name"`, in either order.
fn extras(marker: &str) -> Vec<String> {
    let mut parts = marker.split(['"', '\'']);
    let mut found = Vec::new();
    let mut before = parts.next().unwrap_or_default();
    // Quoted texts and what lies between them take turns.
    while let (Some(quoted), Some(after)) = (parts.next(), parts.next()) {
        let ahead = before.trim_end().strip_suffix("==").is_some_and(|left| is_extra(left.trim_end(), true));
        let behind = after.trim_start().strip_prefix("==").is_some_and(|right| is_extra(right.trim_start(), false));
        if (ahead || behind) && !quoted.is_empty() {
            found.push(normal_extra(quoted));
        }
        before = after;
    }
    found
}

/// Whether `text` ends (`at_end`) or begins with the word `extra`.
fn is_extra(text: &str, at_end: bool) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut words = text.split(|c: char| !part(c));
    (if at_end { words.next_back() } else { words.next() }) == Some("extra")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_an_extra_asks_for_is_told_from_what_is_always_installed() {
        let text = b"Metadata-Version: 2.1\nName: sqlalchemy\n\
            Requires-Dist: typing-extensions>=4.6\n\
            Requires-Dist: importlib-metadata; python_version < \"3.8\"\n\
            Requires-Dist: greenlet>=1; extra == \"asyncio\"\n\
            Requires-Dist: greenlet>=1; (platform_machine == 'aarch64') and 'Aio_MySQL' == extra\n\n\
            Requires-Dist: words; extra == \"no\"\n";
        let all = of_metadata(text).unwrap();
        let told: Vec<String> = all.iter().map(|o| format!("{} {}", o.package, o.extra)).collect();
        assert_eq!(told, ["greenlet aio-mysql", "greenlet asyncio"]);
    }

    proptest! {
        #[test]
        fn no_metadata_panics(text in "(extra|==|\"|'| |;|a|\\PC){0,40}") {
            extras(&text);
            let _ = of_metadata(format!("Metadata-Version: 2.1\nRequires-Dist: {text}").as_bytes());
        }
    }
}
