//! How an advisory stands for one package: touching, set aside with a reason, fixed, or not known.
//!
//! A finding that a rule of the settings sets aside is an accepted risk, which is not the same as "not affected": it
//! stays affected, with the decision as the action, unless the rule's reason opens with one of OpenVEX's own
//! justifications (`vulnerable_code_not_in_execute_path: only the parser is used`).

use std::cmp::Ordering;

use uplift_model::advisory::{Exception, Finding};
use uplift_model::semver;
use uplift_model::{Ecosystem, Version};

use crate::clean;

/// [`Exception::by`] of rules in the settings, as `uplift_advisories` writes it.
const SETTINGS: &str = "settings";

/// OpenVEX's justifications, and what CycloneDX calls the same where it does.
/// Source: OpenVEX 0.2.0 "Status Justifications", CycloneDX 1.6 `impactAnalysisJustification`.
const JUSTIFICATIONS: [(&str, Option<&str>); 5] = [
    ("component_not_present", Some("code_not_present")),
    ("vulnerable_code_not_present", Some("code_not_present")),
    ("vulnerable_code_not_in_execute_path", Some("code_not_reachable")),
    ("vulnerable_code_cannot_be_controlled_by_adversary", None),
    ("inline_mitigations_already_exist", Some("protected_by_mitigating_control")),
];

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// It touches, and this is what can be done.
    Affected {
        action: String,
    },
    /// It touches, and somebody decided to live with it.
    Accepted {
        decision: String,
    },
    NotAffected {
        justification: Option<Justification>,
        why: String,
    },
    /// The version that is now in use is not touched any more.
    Fixed {
        how: String,
    },
    /// Not known whether it touches.
    Open {
        why: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Justification {
    pub(super) openvex: &'static str,
    pub(super) cyclonedx: Option<&'static str>,
}

impl Standing {
    pub(super) fn of(finding: &Finding) -> Self {
        match &finding.exception {
            Some(exception) if !exception.expired => Self::set_aside(exception),
            Some(exception) => {
                let until = exception.until.as_deref().unwrap_or("an earlier day");
                Self::Affected { action: format!("{}; the exception held until {}", mend(finding), clean::line(until)) }
            }
            None => Self::Affected { action: mend(finding) },
        }
    }

    fn set_aside(exception: &Exception) -> Self {
        let why = clean::line(&exception.reason);
        let words: Vec<&str> = why.split(':').map(str::trim).collect();
        let justification = words.iter().find_map(|word| Justification::read(word));
        let first = words.first().copied().unwrap_or_default();
        if exception.by != SETTINGS {
            return match first {
                "fixed" | "resolved" | "resolved_with_pedigree" => Self::Fixed { how: why },
                _ => Self::NotAffected { justification, why },
            };
        }
        match Justification::read(first) {
            Some(justification) => Self::NotAffected { justification: Some(justification), why },
            None => {
                let by = exception.owner.as_ref().map(|owner| format!(" by {}", clean::line(owner)));
                let until = exception.until.as_ref().map(|until| format!(" until {}", clean::line(until)));
                let (by, until) = (by.unwrap_or_default(), until.unwrap_or_default());
                Self::Accepted { decision: format!("accepted{by}{until}: {why}") }
            }
        }
    }
}

impl Justification {
    /// From a word of either standard.
    fn read(word: &str) -> Option<Self> {
        let known = |(openvex, cyclonedx): &(&str, Option<&str>)| *openvex == word || *cyclonedx == Some(word);
        // `code_not_present` is said of both; of the code, rather than of the whole component.
        let found = JUSTIFICATIONS.iter().rfind(|pair| known(pair))?;
        Some(Self { openvex: found.0, cyclonedx: found.1 })
    }
}

/// What would end it.
pub(super) fn mend(finding: &Finding) -> String {
    match finding.fixed.first() {
        Some(fix) => format!("update to {} or later", clean::line(fix)),
        None => "no fix is known".to_owned(),
    }
}

/// Whether `version` is touched, as far as the fixes tell: at or above every fix it is not, below every fix it is taken
/// to be, in between (fixes on several lines) only the whole ranges could tell.
pub(super) fn still_touches(ecosystem: Ecosystem, version: &str, finding: &Finding) -> Option<bool> {
    let mut orders = finding.fixed.iter().map(|fix| order(ecosystem, version, fix));
    let first = orders.next()?? == Ordering::Less;
    orders.all(|order| order.is_some_and(|order| (order == Ordering::Less) == first)).then_some(first)
}

fn order(ecosystem: Ecosystem, a: &str, b: &str) -> Option<Ordering> {
    match ecosystem {
        Ecosystem::Python => Some(Version::new(a).ok()?.cmp(&Version::new(b).ok()?)),
        Ecosystem::JavaScript => Some(semver::Version::new(a).ok()?.cmp(&semver::Version::new(b).ok()?)),
    }
}
