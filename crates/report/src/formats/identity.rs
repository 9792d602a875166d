//! Ids and times made from the data alone, so that the same facts are the same document.

use sha2::{Digest, Sha256};

/// What wrote the documents.
pub(super) const TOOL: &str = "uplift";
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// SHA-256 of the parts in hexadecimal; a part cannot run into the next.
pub(super) fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A UUID of version 8 (RFC 9562, section 5.8: of our own making), from a hash of the parts.
pub(super) fn uuid<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let hash = hash(parts);
    let part = |range: std::ops::Range<usize>| hash.get(range).unwrap_or_default();
    // The variant's two bits are `10`, so that its digit is one of 8, 9, a, b; 8 is as good as any.
    format!("{}-{}-8{}-8{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
}

/// RFC 3339 of the first moment of a day `YYYY-MM-DD`; `None` for what is no such day.
pub(super) fn moment(day: &str) -> Option<String> {
    let day: jiff::civil::Date = day.get(..10)?.parse().ok()?;
    // Years of more than four digits have no place in RFC 3339.
    (0..=9999).contains(&day.year()).then(|| format!("{day}T00:00:00Z"))
}

/// As [`moment`]; the first day of Unix time where a document must have one and the data have none.
pub(super) fn moment_or_epoch(day: &str) -> String {
    moment(day).unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

/// Where an advisory is to be read, by the form of its id.
pub(super) fn advisory(id: &str) -> String {
    let id = id.trim();
    let address = match id.split('-').next() {
        Some("CVE") => "https://nvd.nist.gov/vuln/detail/",
        Some("GHSA") => "https://github.com/advisories/",
        _ => "https://osv.dev/vulnerability/",
    };
    format!("{address}{}", super::purl::escaped(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_every_part_and_on_where_it_ends() {
        assert_eq!(uuid(["a", "b"]), uuid(["a", "b"]));
        assert_ne!(uuid(["ab", ""]), uuid(["a", "b"]));
        let id = uuid(["x"]);
        assert_eq!((id.len(), &id[14..15], &id[19..20]), (36, "8", "8"), "{id}");
    }

    #[test]
    fn only_days_are_moments() {
        assert_eq!(moment("2026-11-21").as_deref(), Some("2026-11-21T00:00:00Z"));
        assert_eq!(moment("2026-11-21T10:00:00Z").as_deref(), Some("2026-11-21T00:00:00Z"));
        for bad in ["", "soon", "2026-13-01", "2026-11", "äöüäöüä"] {
            assert_eq!(moment(bad), None, "{bad}");
        }
        assert_eq!(moment_or_epoch(""), "1970-01-01T00:00:00Z");
    }
}
