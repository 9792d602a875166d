//! Known vulnerabilities: what one advisory, with all its names, says of one version of one package.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad. Ordered: `Unknown` stands above `None` and below `Low`, and is never shown as harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Scored, and the score is 0.
    None,
    /// Neither score nor word in any record.
    Unknown,
    Low,
    Moderate,
    High,
    Critical,
}

impl Severity {
    /// The rating of a CVSS base score, 0.0 to 10.0. Source: CVSS v3.1 section 5, the same in v4.0.
    pub fn of_score(score: f64) -> Self {
        match score {
            s if s >= 9.0 => Self::Critical,
            s if s >= 7.0 => Self::High,
            s if s >= 4.0 => Self::Moderate,
            s if s > 0.0 => Self::Low,
            _ => Self::None,
        }
    }

    /// The word that a database uses, in any case: `MODERATE` and `MEDIUM` are one.
    pub fn of_word(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Some(Self::Critical),
            "high" | "important" => Some(Self::High),
            "moderate" | "medium" => Some(Self::Moderate),
            "low" => Some(Self::Low),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Unknown => "unknown",
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// One vulnerability that touches one version of a package: records that are aliases of each other, merged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The name to use: the CVE where there is one, else GHSA, else the record's own id.
    pub id: String,
    /// Every other name.
    pub aliases: Vec<String>,
    /// Ids of the records that were read, as the source has them.
    pub records: Vec<String>,
    pub severity: Severity,
    /// CVSS base score, 0.0 to 10.0, of the newest CVSS version that is given.
    pub score: Option<f64>,
    /// The vector that `score` comes from.
    pub vector: Option<String>,
    /// Weaknesses: `CWE-502 deserialization of untrusted data`.
    pub classes: Vec<String>,
    /// One line, from outside: escape before showing.
    pub summary: String,
    /// The versions affected, in words: `>=0, <2.6.0`.
    pub affected: String,
    /// Versions at or above which it is fixed, ascending; empty: no fix is known.
    pub fixed: Vec<String>,
    /// Dates, `YYYY-MM-DD`.
    pub published: Option<String>,
    pub modified: Option<String>,
    /// Probability of exploitation within 30 days, 0.0 to 1.0, where an EPSS file was given.
    pub epss: Option<f64>,
    /// Day it entered the catalogue of known exploited vulnerabilities, where one was given.
    pub known_exploited: Option<String>,
    /// Set aside by a rule or a VEX statement; still listed.
    pub exception: Option<Exception>,
}

/// Why a finding does not count, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Exception {
    /// `settings` or the VEX document's name.
    pub by: String,
    pub reason: String,
    pub owner: Option<String>,
    /// `YYYY-MM-DD`, the last day it holds.
    pub until: Option<String>,
    /// Past `until`: the finding counts again, and the check fails.
    pub expired: bool,
}

impl Finding {
    /// One of which only the id and the severity are known.
    pub fn bare(id: &str, severity: Severity) -> Self {
        Self {
            id: id.to_owned(),
            aliases: Vec::new(),
            records: Vec::new(),
            severity,
            score: None,
            vector: None,
            classes: Vec::new(),
            summary: String::new(),
            affected: String::new(),
            fixed: Vec::new(),
            published: None,
            modified: None,
            epss: None,
            known_exploited: None,
            exception: None,
        }
    }

    /// Set aside, and the rule still holds.
    pub fn is_set_aside(&self) -> bool {
        self.exception.as_ref().is_some_and(|e| !e.expired)
    }
}
