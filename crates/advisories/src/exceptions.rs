//! Findings that do not count here: rules of the settings and VEX statements, applied and accounted for.
//!
//! Lives here: which rule applies, and what became of each. Lives elsewhere: the rules' form
//! (`uplift_model::settings::Ignore`), reading VEX (`vex`).
//!
//! Nothing is ever removed: a finding set aside is still listed, with the reason. A rule past its day sets nothing
//! aside, and a rule that matched nothing is told, so that the list does not rot.

use uplift_model::Ecosystem;
use uplift_model::advisory::{Exception, Finding};
use uplift_model::settings::Ignore;

use crate::entry::Place;
use crate::vex::Statement;

/// [`Exception::by`] of rules in the settings.
pub const SETTINGS: &str = "settings";

/// A rule that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("the exception for `{id}`: `{until}` is no day, write it as 2025-12-31")]
    Day { id: String, until: String },
    #[error("the exception for `{0}` gives no reason")]
    NoReason(String),
    #[error("an exception names no vulnerability")]
    NoId,
}

/// All rules and statements of a run.
#[derive(Debug, Clone, Default)]
pub struct Exceptions {
    rules: Vec<Rule>,
    statements: Vec<Statement>,
    today: String,
}

#[derive(Debug, Clone)]
struct Rule {
    ignore: Ignore,
    expired: bool,
    used: bool,
}

/// What became of the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Matched nothing; expired ones among them.
    pub unused: Vec<Ignore>,
    /// Past their last day.
    pub expired: Vec<Ignore>,
}

impl Exceptions {
    /// `today` as `YYYY-MM-DD`. Statements in the order in which they hold, documents one after the other.
    ///
    /// # Errors
    /// [`RuleError`] for a rule that cannot be meant.
    pub fn new(rules: Vec<Ignore>, statements: Vec<Statement>, today: &str) -> Result<Self, RuleError> {
        let judged = |ignore: Ignore| {
            if ignore.id.trim().is_empty() {
                return Err(RuleError::NoId);
            }
            if ignore.reason.trim().is_empty() {
                return Err(RuleError::NoReason(ignore.id));
            }
            if let Some(until) = ignore.until.clone().filter(|until| !is_day(until)) {
                return Err(RuleError::Day { id: ignore.id, until });
            }
            let expired = ignore.until.as_ref().is_some_and(|until| until.as_str() < today);
            Ok(Rule { ignore, expired, used: false })
        };
        let rules = rules.into_iter().map(judged).collect::<Result<_, _>>()?;
        Ok(Self { rules, statements, today: today.to_owned() })
    }

    /// The day that rules are judged by.
    pub fn today(&self) -> &str {
        &self.today
    }

    /// Notes beside each finding of one package what sets it aside. A rule that still holds comes first, then VEX, then
    /// a rule that has expired.
    pub fn apply(
        &mut self,
        ecosystem: Ecosystem,
        component: &str,
        name: &str,
        version: &str,
        findings: &mut [Finding],
    ) {
        let place = Place::new(ecosystem, name);
        for finding in findings {
            let names = names(finding);
            let mut found: Option<Exception> = None;
            for rule in &mut self.rules {
                if !matches(&rule.ignore, &place, component, &names) {
                    continue;
                }
                rule.used = true;
                if found.as_ref().is_none_or(|found| found.expired && !rule.expired) {
                    found = Some(Exception {
                        by: SETTINGS.to_owned(),
                        reason: rule.ignore.reason.clone(),
                        owner: rule.ignore.owner.clone(),
                        until: rule.ignore.until.clone(),
                        expired: rule.expired,
                    });
                }
            }
            // Of several statements the last holds, also when it takes an earlier one back.
            let about = |statement: &&Statement| statement.is_about(&place, version, &names);
            let stated = self.statements.iter().rfind(about).filter(|statement| statement.sets_aside);
            if let Some(statement) = stated.filter(|_| found.as_ref().is_none_or(|found| found.expired)) {
                found = Some(Exception {
                    by: statement.document.clone(),
                    reason: statement.reason.clone(),
                    owner: None,
                    until: None,
                    expired: false,
                });
            }
            finding.exception = found;
        }
    }

    /// After everything has been applied.
    pub fn accounts(self) -> Accounts {
        let mut accounts = Accounts::default();
        for rule in self.rules {
            if rule.expired {
                accounts.expired.push(rule.ignore.clone());
            }
            if !rule.used {
                accounts.unused.push(rule.ignore);
            }
        }
        accounts
    }
}

fn names(finding: &Finding) -> Vec<&str> {
    [&finding.id].into_iter().chain(&finding.aliases).chain(&finding.records).map(String::as_str).collect()
}

fn matches(rule: &Ignore, place: &Place, component: &str, names: &[&str]) -> bool {
    let folder = |path: &str| path.trim().trim_start_matches("./").trim_matches('/').trim_start_matches('.').to_owned();
    names.iter().any(|name| name.eq_ignore_ascii_case(rule.id.trim()))
        && rule.package.as_ref().is_none_or(|name| Place::new(place.ecosystem, name) == *place)
        && rule.component.as_ref().is_none_or(|wanted| folder(wanted) == folder(component))
}

/// `YYYY-MM-DD` of a month and a day that can be.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |part: &str, length: usize| {
        part.parse::<u32>().ok().filter(|_| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
    };
    number(year, 4).is_some()
        && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Known;
    use crate::record::Record;

    fn findings() -> Vec<Finding> {
        let json = br#"{"id": "GHSA-1", "aliases": ["CVE-2024-1"], "affected": [{"versions": ["1.0"],
            "package": {"ecosystem": "PyPI", "name": "demo"}}]}"#;
        Known::of(Ecosystem::Python, "demo", &[Record::parse(json).unwrap()]).findings("1.0").unwrap()
    }

    fn rule(id: &str, package: Option<&str>, component: Option<&str>, until: Option<&str>) -> Ignore {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let reason = format!("reason of {id}");
        Ignore {
            id: id.into(),
            package: own(package),
            component: own(component),
            reason,
            owner: None,
            until: own(until),
        }
    }

    fn applied(rules: Vec<Ignore>, statements: Vec<Statement>, today: &str) -> (Option<Exception>, Accounts) {
        let mut exceptions = Exceptions::new(rules, statements, today).unwrap();
        let mut found = findings();
        exceptions.apply(Ecosystem::Python, "backend", "Demo", "1.0", &mut found);
        (found.remove(0).exception, exceptions.accounts())
    }

    #[test]
    fn a_rule_matches_any_name_of_the_vulnerability_in_its_package_and_component() {
        for (id, package, component, hit) in [
            ("cve-2024-1", None, None, true),
            ("GHSA-1", Some("DEMO"), Some("./backend/"), true),
            ("GHSA-1", Some("other"), None, false),
            ("GHSA-1", None, Some("frontend"), false),
            ("CVE-2024-2", None, None, false),
        ] {
            let (exception, accounts) = applied(vec![rule(id, package, component, None)], Vec::new(), "2025-01-01");
            assert_eq!((exception.is_some(), accounts.unused.len()), (hit, usize::from(!hit)), "{id} {package:?}");
        }
    }

    #[test]
    fn the_last_day_still_holds_and_the_day_after_does_not() {
        for (today, expired) in [("2025-01-31", false), ("2025-02-01", true)] {
            let (exception, accounts) =
                applied(vec![rule("GHSA-1", None, None, Some("2025-01-31"))], Vec::new(), today);
            assert_eq!((exception.unwrap().expired, accounts.expired.len()), (expired, usize::from(expired)));
        }
        let both = vec![rule("GHSA-1", None, None, Some("2020-01-01")), rule("CVE-2024-1", None, None, None)];
        let (exception, accounts) = applied(both, Vec::new(), "2025-01-01");
        assert_eq!(exception.unwrap().reason, "reason of CVE-2024-1");
        assert_eq!((accounts.expired.len(), accounts.unused.len()), (1, 0));
    }

    #[test]
    fn a_statement_sets_aside_until_a_later_one_takes_it_back() {
        let vex = |status: &str| {
            let json = format!(
                r#"{{"statements": [{{"vulnerability": {{"name": "CVE-2024-1"}}, "products": ["pkg:pypi/demo"],
                "status": "{status}"}}]}}"#
            );
            crate::vex::parse("v.json", json.as_bytes()).unwrap()
        };
        let expired = || vec![rule("GHSA-1", None, None, Some("2020-01-01"))];
        let (exception, _) = applied(expired(), vex("not_affected"), "2025-01-01");
        assert_eq!(exception.unwrap().by, "v.json");
        let (exception, _) = applied(expired(), [vex("not_affected"), vex("affected")].concat(), "2025-01-01");
        assert!(exception.unwrap().expired);
        let (exception, _) = applied(Vec::new(), vex("under_investigation"), "2025-01-01");
        assert_eq!(exception, None);
    }

    #[test]
    fn rules_that_cannot_be_meant_are_refused() {
        let new = |rule| Exceptions::new(vec![rule], Vec::new(), "2025-01-01").unwrap_err();
        for day in ["soon", "2025-13-01", "2025-1-1", "2025-01-32", "+025-01-01"] {
            assert!(matches!(new(rule("A", None, None, Some(day))), RuleError::Day { .. }), "{day}");
        }
        assert_eq!(new(rule(" ", None, None, None)), RuleError::NoId);
        assert_eq!(new(Ignore { reason: " ".into(), ..rule("A", None, None, None) }), RuleError::NoReason("A".into()));
    }
}
