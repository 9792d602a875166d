//! The conditions of `--fail-on`, and where an analysis meets them or breaks a policy.

use std::fmt;
use std::str::FromStr;

use uplift_model::advisory::Severity;
use uplift_model::analysis::{
    Analysis, Availability, ComponentAnalysis, DependencyRow, Pinning, PolicyFinding, SourceState,
};

/// One condition of `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// An advisory of this severity or worse that no rule sets aside. `Unknown` counts as `moderate`.
    Severity(Severity),
    /// A direct dependency whose version in use is older than so many days.
    Age(i64),
    /// A direct dependency so many majors behind, or more.
    Majors(u64),
    /// A version that does not exist or does not fit the interpreter.
    Unavailable,
    Yanked,
    Deprecated,
    /// A direct dependency without any version: neither bound, lock nor installation.
    Unpinned,
    /// A runtime past its end of life.
    EndOfLife,
    /// A datum that a source should have given and did not.
    NotRetrieved,
}

/// A text that is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no condition; there are critical, high, moderate, low, age=DAYS, majors=N, unavailable, yanked, deprecated, unpinned, end-of-life, not-retrieved"
)]
pub struct BadCondition(pub String);

impl FromStr for Condition {
    type Err = BadCondition;

    fn from_str(text: &str) -> Result<Self, BadCondition> {
        let bad = || BadCondition(text.to_owned());
        let word = text.trim().to_ascii_lowercase();
        if let Some((name, number)) = word.split_once('=') {
            return match name {
                "age" => match number.trim_end_matches('d').parse() {
                    Ok(days) if days >= 0 => Ok(Self::Age(days)),
                    _ => Err(bad()),
                },
                "majors" => number.parse().map(Self::Majors).map_err(|_| bad()),
                _ => Err(bad()),
            };
        }
        match word.as_str() {
            "unavailable" => Ok(Self::Unavailable),
            "yanked" => Ok(Self::Yanked),
            "deprecated" => Ok(Self::Deprecated),
            "unpinned" => Ok(Self::Unpinned),
            "end-of-life" | "eol" => Ok(Self::EndOfLife),
            "not-retrieved" => Ok(Self::NotRetrieved),
            _ => match Severity::of_word(&word) {
                Some(severity) if severity > Severity::Unknown => Ok(Self::Severity(severity)),
                _ => Err(bad()),
            },
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Severity(severity) => write!(f, "{severity}"),
            Self::Age(days) => write!(f, "age={days}"),
            Self::Majors(number) => write!(f, "majors={number}"),
            Self::Unavailable => f.write_str("unavailable"),
            Self::Yanked => f.write_str("yanked"),
            Self::Deprecated => f.write_str("deprecated"),
            Self::Unpinned => f.write_str("unpinned"),
            Self::EndOfLife => f.write_str("end-of-life"),
            Self::NotRetrieved => f.write_str("not-retrieved"),
        }
    }
}

/// One sentence for every place where `analysis` meets one of `conditions` or breaks a policy, and for every ignore rule
/// past its day.
pub fn violations(analysis: &Analysis, conditions: &[Condition]) -> Vec<String> {
    let mut found = Vec::new();
    for component in &analysis.components {
        for row in &component.dependencies {
            found.extend(expired(component, row));
            found.extend(conditions.iter().filter_map(|c| violation(*c, component, row)));
        }
        if conditions.contains(&Condition::EndOfLife) {
            for (runtime, line) in component.ended() {
                let date = line.date.as_deref().unwrap_or("an unknown day");
                found
                    .push(format!("{}: {} {} is out of support since {date}", component.path, runtime.name, line.line));
            }
        }
    }
    if let Some(severity) = conditions.iter().find(|c| matches!(c, Condition::Severity(_))) {
        // A source that failed is never "no vulnerabilities", least of all where a build depends on it.
        // Neither is a package that no source was asked about, since its line could not be read.
        let counts = |s: &&SourceState| s.source.starts_with("advisories") || s.source == "manifests and locks";
        let failed = analysis.sources.iter().filter(counts).filter(|s| s.state != "found");
        found.extend(failed.map(|s| format!("`{severity}` cannot be judged: {}: {}: {}", s.source, s.state, s.detail)));
    }
    if conditions.contains(&Condition::NotRetrieved) {
        let failed = analysis.sources.iter().filter(|s| s.state != "found");
        found.extend(failed.map(|s| format!("{}: {}: {}", s.source, s.state, s.detail)));
    }
    if let Some(policy) = &analysis.policy {
        found.extend(policy.failing().map(PolicyFinding::sentence));
        found.extend(policy.unjudged.iter().cloned());
    }
    found.sort();
    found.dedup();
    found
}

/// An exception past its day fails the check whatever the conditions are.
fn expired(component: &ComponentAnalysis, row: &DependencyRow) -> Vec<String> {
    let findings = row.advisories.value().map(Vec::as_slice).unwrap_or_default();
    let late = findings.iter().filter_map(|f| Some((f, f.exception.as_ref().filter(|e| e.expired)?)));
    late.map(|(finding, exception)| {
        let until = exception.until.as_deref().unwrap_or("?");
        let owner = exception.owner.as_ref().map(|o| format!(", owner {o}")).unwrap_or_default();
        format!("{}: the exception for {} of {} ended on {until}{owner}", component.path, finding.id, row.name)
    })
    .collect()
}

fn violation(condition: Condition, component: &ComponentAnalysis, row: &DependencyRow) -> Option<String> {
    let version = row.current_version.as_deref().unwrap_or("any version");
    let what = match condition {
        Condition::Severity(least) => {
            let counts = |s: Severity| if s == Severity::Unknown { Severity::Moderate } else { s };
            let ids: Vec<&str> = row
                .advisories
                .value()?
                .iter()
                .filter(|f| !f.is_set_aside() && counts(f.severity) >= least)
                .map(|f| f.id.as_str())
                .collect();
            (!ids.is_empty()).then(|| ids.join(", "))?
        }
        Condition::Age(days) => {
            let age = row.age_days.filter(|age| row.direct && *age > days)?;
            format!("{age} days old")
        }
        Condition::Majors(number) => {
            let majors = row.behind.filter(|b| row.direct && b.majors >= number)?.majors;
            format!("{majors} majors behind")
        }
        Condition::Unavailable => match row.availability.value()? {
            Availability::NoSuchVersion { .. } => "was never released".to_owned(),
            Availability::NoSuchPackage => "not on the index".to_owned(),
            Availability::NoDistribution { .. } => "nothing of it fits the interpreter".to_owned(),
            _ => return None,
        },
        Condition::Yanked => match row.availability.value()? {
            Availability::Yanked { .. } => "yanked".to_owned(),
            _ => return None,
        },
        Condition::Deprecated => format!("deprecated: {}", row.deprecation.value()?.message),
        Condition::Unpinned => {
            let loose = row.direct && row.pinning == Pinning::Unpinned && row.current_version.is_none();
            loose.then(|| "nothing says which version runs".to_owned())?
        }
        Condition::NotRetrieved => {
            let missing = [row.latest.missing(), row.advisories.missing()].into_iter().flatten().next()?;
            format!("not retrieved: {missing}")
        }
        Condition::EndOfLife => return None,
    };
    Some(format!("{}: {} {version}: {what} ({condition})", component.path, row.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_as_they_are_written() {
        for text in
            ["critical", "moderate", "age=365", "majors=2", "yanked", "end-of-life", "not-retrieved", "unpinned"]
        {
            assert_eq!(text.parse::<Condition>().unwrap().to_string(), text);
        }
        assert_eq!("MEDIUM".parse::<Condition>(), Ok(Condition::Severity(Severity::Moderate)));
        for bad in ["", "none", "unknown", "age", "age=soon", "age=-5", "majors=-1", "sometimes"] {
            assert!(bad.parse::<Condition>().is_err(), "{bad}");
        }
    }
}
