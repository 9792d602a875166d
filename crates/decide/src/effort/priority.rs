//! How urgent one step is, by what it mends: 1 to 3 (rows C10, C12).

use uplift_model::Datum;
use uplift_model::advisory::Severity;
use uplift_model::analysis::Availability;
use uplift_model::risk::SecurityEffect;
use uplift_model::roadmap::Priority;

use crate::risk::Evidence;

/// What makes a step urgent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Urge {
    /// The worst advisory that the step removes.
    pub removes: Option<(String, Severity)>,
    /// One of those is known to be exploited.
    pub exploited: bool,
    /// The version in use cannot be installed any more.
    pub unavailable: bool,
    pub deprecated: bool,
}

impl Urge {
    pub fn of(evidence: &Evidence) -> Self {
        let none = SecurityEffect::default();
        let removed = &evidence.advisories.value().unwrap_or(&none).removed;
        let counting = || removed.iter().filter(|one| !one.finding.is_set_aside());
        let worst = counting()
            .max_by(|a, b| a.finding.severity.cmp(&b.finding.severity).then_with(|| b.finding.id.cmp(&a.finding.id)));
        Self {
            removes: worst.map(|one| (one.finding.id.clone(), one.finding.severity)),
            exploited: counting().any(|one| one.finding.known_exploited.is_some()),
            unavailable: evidence.current_availability.value().is_some_and(|availability| {
                !matches!(availability, Availability::Installable | Availability::SourceOnly)
            }),
            deprecated: matches!(evidence.deprecation, Datum::Found { .. }),
        }
    }
}

/// 1: it closes what is exploited, critical or high, or mends what cannot be installed. 2: it closes another advisory, or
/// leaves a deprecated version. 3: everything else. Risk is no urgency: what presses nobody is taken low risk first.
pub fn priority(urge: &Urge) -> Priority {
    let grave = |severity: Severity| severity >= Severity::High || severity == Severity::Unknown;
    let (number, because) = match &urge.removes {
        Some((id, _)) if urge.exploited => {
            (1, format!("it removes {id}, and what it removes is known to be exploited"))
        }
        Some((id, severity)) if grave(*severity) => (1, format!("it removes {id} ({severity})")),
        _ if urge.unavailable => (1, "the version in use cannot be installed any more".to_owned()),
        Some((id, severity)) => (2, format!("it removes {id} ({severity})")),
        None if urge.deprecated => (2, "the version in use is deprecated".to_owned()),
        None => (3, "nothing presses".to_owned()),
    };
    Priority { number, because }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removing(severity: Severity) -> Urge {
        Urge { removes: Some(("CVE-2023-50782".to_owned(), severity)), ..Urge::default() }
    }

    #[test]
    fn security_comes_first_and_says_why() {
        let first = priority(&removing(Severity::High));
        assert_eq!((first.number, first.because.as_str()), (1, "it removes CVE-2023-50782 (high)"));
        assert_eq!(priority(&removing(Severity::Unknown)).number, 1, "unrated is not harmless");
        assert_eq!(priority(&removing(Severity::Low)).number, 2);
        assert_eq!(priority(&Urge { exploited: true, ..removing(Severity::Low) }).number, 1);
        assert_eq!(priority(&Urge { unavailable: true, ..Urge::default() }).number, 1);
        assert_eq!(priority(&Urge::default()).number, 3);
    }
}
