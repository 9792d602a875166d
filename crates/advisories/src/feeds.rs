//! How likely, and whether, a vulnerability is exploited: EPSS and KEV, joined to findings by CVE.
//!
//! Lives here: the two files, both optional and local. Lives elsewhere: findings (`known`).
//!
//! Sources: EPSS of FIRST (CSV `cve,epss,percentile` after a comment line, also gzipped); the catalogue of known
//! exploited vulnerabilities of CISA (JSON, `vulnerabilities[].cveID` and `dateAdded`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use uplift_model::advisory::Finding;

use crate::index::limited;

/// Bytes of a file, unpacked; EPSS has about 10 MiB.
const LIMIT: u64 = 512 << 20;

/// A feed that was named and cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error("could not read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{}` is no {what}: {why}", path.display())]
    Shape { path: PathBuf, what: &'static str, why: String },
}

/// What the files say, by CVE in upper case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Feeds {
    /// Probability of exploitation within 30 days, 0.0 to 1.0.
    epss: BTreeMap<String, f64>,
    /// Day of entry, as the catalogue has it.
    exploited: BTreeMap<String, String>,
}

impl Feeds {
    /// # Errors
    /// [`FeedError`], for a file that is named and has no line that can be read.
    pub fn read(epss: Option<&Path>, kev: Option<&Path>) -> Result<Self, FeedError> {
        let mut feeds = Self::default();
        if let Some(path) = epss {
            feeds.epss = parse_epss(&bytes(path)?).map_err(|why| FeedError::Shape {
                path: path.to_owned(),
                what: "EPSS file",
                why,
            })?;
        }
        if let Some(path) = kev {
            feeds.exploited = parse_kev(&bytes(path)?).map_err(|why| FeedError::Shape {
                path: path.to_owned(),
                what: "KEV catalogue",
                why,
            })?;
        }
        Ok(feeds)
    }

    /// Fills in `epss` (the highest of its names) and `known_exploited` (the first day).
    pub fn join(&self, findings: &mut [Finding]) {
        for finding in findings {
            let names: Vec<String> =
                [&finding.id].into_iter().chain(&finding.aliases).map(|name| name.to_ascii_uppercase()).collect();
            finding.epss = names.iter().filter_map(|name| self.epss.get(name)).copied().reduce(f64::max);
            finding.known_exploited = names.iter().filter_map(|name| self.exploited.get(name)).min().cloned();
        }
    }
}

/// The file's bytes, unpacked when they are gzip, whatever the name says.
fn bytes(path: &Path) -> Result<Vec<u8>, FeedError> {
    let trouble = |source| FeedError::Read { path: path.to_owned(), source };
    let too_large = || trouble(io::Error::other(format!("larger than {LIMIT} bytes")));
    let raw = File::open(path).and_then(|file| limited(file, LIMIT)).map_err(trouble)?.ok_or_else(too_large)?;
    if !raw.starts_with(&[0x1f, 0x8b]) {
        return Ok(raw);
    }
    limited(flate2::read::MultiGzDecoder::new(raw.as_slice()), LIMIT).map_err(trouble)?.ok_or_else(too_large)
}

fn parse_epss(bytes: &[u8]) -> Result<BTreeMap<String, f64>, String> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let header: Vec<String> =
        lines.next().unwrap_or_default().split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
    let column = |name: &str| header.iter().position(|found| found == name).ok_or(format!("no column `{name}`"));
    let (cve, epss) = (column("cve")?, column("epss")?);
    let line = |line: &str| {
        let fields: Vec<&str> = line.split(',').map(|field| field.trim().trim_matches('"')).collect();
        let score: f64 = fields.get(epss)?.parse().ok()?;
        (0.0..=1.0).contains(&score).then(|| fields.get(cve).map(|cve| (cve.to_ascii_uppercase(), score)))?
    };
    let scores: BTreeMap<_, _> = lines.filter_map(line).collect();
    if scores.is_empty() { Err("no line with a CVE and a probability".to_owned()) } else { Ok(scores) }
}

fn parse_kev(bytes: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let catalogue: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let listed = catalogue.get("vulnerabilities").and_then(Value::as_array).ok_or("no list `vulnerabilities`")?;
    let entry = |entry: &Value| {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
        Some((text("cveID")?.to_ascii_uppercase(), text("dateAdded").unwrap_or_else(|| "day not told".to_owned())))
    };
    let entries: BTreeMap<_, _> = listed.iter().filter_map(entry).collect();
    if entries.is_empty() && !listed.is_empty() { Err("no entry has a `cveID`".to_owned()) } else { Ok(entries) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::known::Known;
    use crate::record::Record;

    const EPSS: &str = "#model_version:v2025.03.14,score_date:2025-11-01\ncve,epss,percentile\n\
        CVE-2024-1,0.25,0.9\nCVE-2024-2,1.5,0.9\nbroken\ncve-2024-3,0.75,0.99\n";

    fn finding() -> Finding {
        let json = br#"{"id": "GHSA-1", "aliases": ["CVE-2024-1", "CVE-2024-3"], "affected": [{"versions": ["1.0.0"],
            "package": {"ecosystem": "npm", "name": "a"}}]}"#;
        let known = Known::of(uplift_model::Ecosystem::JavaScript, "a", &[Record::parse(json).unwrap()]);
        known.findings("1.0.0").unwrap().remove(0)
    }

    #[test]
    fn both_feeds_are_joined_by_any_cve_of_a_finding_packed_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, packed, kev) =
            (folder.path().join("e.csv"), folder.path().join("e.csv.gz"), folder.path().join("kev.json"));
        std::fs::write(&plain, EPSS).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(File::create(&packed).unwrap(), flate2::Compression::default());
        gzip.write_all(EPSS.as_bytes()).unwrap();
        gzip.finish().unwrap();
        std::fs::write(&kev, r#"{"vulnerabilities": [{"cveID": "CVE-2024-1", "dateAdded": "2024-05-06"}, {}]}"#)
            .unwrap();
        for epss in [plain, packed] {
            let mut findings = [finding()];
            Feeds::read(Some(&epss), Some(&kev)).unwrap().join(&mut findings);
            assert_eq!((findings[0].epss, findings[0].known_exploited.as_deref()), (Some(0.75), Some("2024-05-06")));
        }
        let mut findings = [finding()];
        Feeds::read(None, None).unwrap().join(&mut findings);
        assert_eq!((findings[0].epss, &findings[0].known_exploited), (None, &None));
    }

    #[test]
    fn a_file_that_is_something_else_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        for text in ["", "a,b\n1,2\n", "cve,epss\n", "{\"vulnerabilities\": 3}"] {
            std::fs::write(&file, text).unwrap();
            assert!(Feeds::read(Some(&file), None).is_err() && Feeds::read(None, Some(&file)).is_err(), "{text}");
        }
        assert!(matches!(Feeds::read(Some(&folder.path().join("none")), None), Err(FeedError::Read { .. })));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "[cve,eps\n#0-9.\"]{0,200}") {
            let _ = (parse_epss(&bytes), parse_kev(&bytes), parse_epss(text.as_bytes()), parse_kev(text.as_bytes()));
            let _ = limited(flate2::read::MultiGzDecoder::new(bytes.as_slice()), 1 << 16);
        }
    }
}
