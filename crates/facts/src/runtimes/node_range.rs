//! Ranges of Node versions as `engines` states them: which lines and versions are admitted.
//!
//! Lives elsewhere: the grammar of ranges (`uplift_model::semver`).

use uplift_model::semver::{Options, Range};

/// A range that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeRange(Range);

impl NodeRange {
    /// `None` when it is no range.
    pub(crate) fn read(text: &str) -> Option<Self> {
        Range::parse(text, Options::LOOSE).ok().map(Self)
    }

    /// Whether `version` is admitted; for one that is not written in full (`18`, `18.2`) whether any of it is.
    pub(crate) fn admits(&self, version: &str) -> bool {
        Range::parse(version, Options::LOOSE).is_ok_and(|written| self.0.intersects(&written))
    }

    /// The lowest version, `18.12.0`.
    pub(crate) fn floor(&self) -> Option<String> {
        self.0.min_version().map(|version| version.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(range: &str, version: &str) -> bool {
        NodeRange::read(range).unwrap().admits(version)
    }

    #[test]
    fn ranges_admit_lines_and_versions() {
        for (range, yes, no) in [
            (">=18.0.0", "18", "16"),
            ("^20.19.0 || >=22.12.0", "20", "18"),
            ("^20.19.0 || >=22.12.0", "22.12", "21"),
            ("18.x", "18.20.1", "19"),
            ("~18.2", "18.2.5", "18.3.0"),
            (">=16 <21", "20", "21"),
            (">= 14 <= 16", "16.9.9", "17"),
            ("14 - 16", "16", "17"),
            ("^0.10.3", "0.10.5", "0.12"),
            ("*", "8", "latest"),
            (">18", "19", "18"),
        ] {
            assert!(admits(range, yes), "{range} {yes}");
            assert!(!admits(range, no), "{range} {no}");
        }
        assert_eq!(NodeRange::read("^20.19.0 || >=22.12.0").and_then(|r| r.floor()).as_deref(), Some("20.19.0"));
        assert_eq!(NodeRange::read("lts"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(>=|<|\\^|~|[0-9]{1,25}|\\.|x|\\*| - | |\\|\\||\\PC){0,12}") {
            if let Some(range) = NodeRange::read(&text) {
                range.admits("18");
                range.floor();
            }
        }
    }
}
