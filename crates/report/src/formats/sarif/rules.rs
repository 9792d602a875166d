//! The rules: one for each advisory, one for each other kind of finding, with what helps.

use uplift_model::advisory::{Finding, Severity};

use super::log::{Configuration, Descriptor, Level, Message, RuleProperties};
use crate::clean;
use crate::formats::identity;

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) id: String,
    short: String,
    full: String,
    help: String,
    uri: Option<String>,
    level: Level,
    /// 0.0 to 10.0.
    severity: Option<f64>,
    tags: Vec<String>,
}

/// Kinds of finding beside advisories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Unavailable,
    Yanked,
    Deprecated,
    Outdated,
    Unpinned,
    /// Components have a package in different versions.
    Differs,
    EndOfLife,
    /// A planned move that none of the above asks for.
    Upgrade,
    Held,
    /// A policy refuses the licence, or nobody can tell it.
    Licence,
    Banned,
    /// An advisory above a policy's limit.
    AboveLimit,
}

impl Kind {
    pub(super) fn level(self) -> Level {
        match self {
            Self::Unavailable | Self::Licence | Self::Banned | Self::AboveLimit => Level::Error,
            Self::Yanked | Self::Deprecated | Self::Unpinned | Self::EndOfLife | Self::Held => Level::Warning,
            Self::Outdated | Self::Differs | Self::Upgrade => Level::Note,
        }
    }

    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Unavailable => [
                "uplift/unavailable",
                "Version cannot be installed",
                "The version in use was never released, or no distribution of it fits this interpreter and platform.",
                "Go to the target that the message names, or to one of the versions around it; a fresh environment cannot be made before.",
            ],
            Self::Yanked => [
                "uplift/yanked",
                "Version was withdrawn",
                "The maintainers withdrew (yanked) the version in use. It can still be installed by an exact pin.",
                "Read the maintainers' reason and go to a release that is not withdrawn.",
            ],
            Self::Deprecated => [
                "uplift/deprecated",
                "Package is given up",
                "The maintainers say that the package is deprecated, or it has had no release for years.",
                "Move to the successor where one is named; else plan to do without it.",
            ],
            Self::Outdated => [
                "uplift/outdated",
                "Dependency is outdated",
                "A direct dependency is behind the newest stable release.",
                "`uplift plan` shows what moves together and what it risks; `uplift upgrade` tries it with the project's tests.",
            ],
            Self::Unpinned => [
                "uplift/unpinned",
                "Dependency has no version",
                "Neither a bound, nor a lock, nor an installation says which version of a direct dependency is in use.",
                "Write the pin that the message names, or keep a lock: advisories cannot be matched before.",
            ],
            Self::Differs => [
                "uplift/differs-between-components",
                "Components have it in different versions",
                "Components of this repository that need the package to run have it in different versions, or require it differently.",
                "Move them together: `uplift plan --component FOLDER` says of each step whether it ends the difference.",
            ],
            Self::EndOfLife => [
                "uplift/end-of-life",
                "Runtime is past its end of life",
                "An interpreter or engine that the project names gets no security fixes any more.",
                "Move every statement of it to a line that is supported; `uplift check` lists all of them.",
            ],
            Self::Upgrade => [
                "uplift/upgrade",
                "Dependency moves with others",
                "The plan moves a package because others need it, or because it was asked for.",
                "`uplift plan --explain PACKAGE` shows the evidence.",
            ],
            Self::Held => [
                "uplift/held",
                "Dependency stays below its target",
                "A package could not go to its newest release.",
                "The message says who or what holds it; `uplift show RUN PACKAGE` shows the evidence.",
            ],
            Self::Licence => [
                "uplift/policy-licence",
                "Licence does not pass the policy",
                "The licence of a package is denied, is not allowed, or cannot be told.",
                "Do without the package, or state an exception with reason, owner and last day in `[[policy.exception]]`.",
            ],
            Self::Banned => [
                "uplift/policy-banned",
                "Package is banned by the policy",
                "A policy bans the package, or the version in use.",
                "Move to what the message names; where it has to stay for now, state it in `[[policy.exception]]`.",
            ],
            Self::AboveLimit => [
                "uplift/policy-severity",
                "Advisories above the policy's limit",
                "A package has an advisory worse than the policy accepts.",
                "The advisory's own result says which version mends it; `uplift plan --strategy security` moves there.",
            ],
        }
    }
}

impl Rule {
    pub(super) fn of_kind(kind: Kind) -> Self {
        let [id, short, full, help] = kind.texts();
        let tag = if matches!(kind, Kind::EndOfLife | Kind::Yanked | Kind::AboveLimit) {
            "security"
        } else {
            "maintainability"
        };
        Self {
            id: id.to_owned(),
            short: short.to_owned(),
            full: full.to_owned(),
            help: help.to_owned(),
            uri: None,
            level: kind.level(),
            // Only advisories are rated; code scanning would take a number here for a CVSS score.
            severity: None,
            tags: vec!["dependencies".to_owned(), tag.to_owned()],
        }
    }

    pub(super) fn of_advisory(finding: &Finding) -> Self {
        let id = clean::line(&finding.id);
        let summary = clean::line(&finding.summary);
        let classes: Vec<String> = finding.classes.iter().map(|class| clean::line(class)).collect();
        let fixed: Vec<String> = finding.fixed.iter().map(|fix| clean::line(fix)).collect();
        let mut help = vec![if fixed.is_empty() {
            "No fix is known.".to_owned()
        } else {
            format!("Fixed in {}.", fixed.join(", "))
        }];
        let affected = clean::line(&finding.affected);
        if !affected.is_empty() {
            help.push(format!("Affected: {affected}."));
        }
        if !finding.aliases.is_empty() {
            help.push(format!("Also known as {}.", clean::line(&finding.aliases.join(", "))));
        }
        if !classes.is_empty() {
            help.push(format!("Class: {}.", classes.join("; ")));
        }
        if let Some(vector) = &finding.vector {
            help.push(format!("{}.", clean::line(vector)));
        }
        let weaknesses =
            finding.classes.iter().filter_map(|class| class.split(' ').next()).filter(|c| c.starts_with("CWE-"));
        let mut tags = vec!["dependencies".to_owned(), "security".to_owned(), "vulnerability".to_owned()];
        // Code scanning shows at most 20.
        tags.extend(weaknesses.map(|c| format!("external/cwe/{}", clean::line(c).to_ascii_lowercase())).take(10));
        tags.sort();
        tags.dedup();
        Self {
            short: if summary.is_empty() { format!("{id}: known vulnerability") } else { format!("{id}: {summary}") },
            full: if summary.is_empty() { format!("Known vulnerability {id}") } else { summary },
            help: help.join(" "),
            uri: Some(identity::advisory(&finding.id)),
            level: level(finding.severity),
            severity: severity(finding),
            tags,
            id: if id.is_empty() { "unnamed".to_owned() } else { id },
        }
    }

    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// Of two ratings of one advisory the worse one.
    pub(super) fn merge(&mut self, other: &Self) {
        self.level = self.level.max(other.level);
        self.severity = match (self.severity, other.severity) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
    }

    pub(super) fn descriptor(&self) -> Descriptor {
        Descriptor {
            id: self.id.clone(),
            short_description: Some(Message::new(&self.short)),
            full_description: Some(Message::new(&self.full)),
            help: Some(Message::new(&self.help)),
            help_uri: self.uri.clone(),
            default_configuration: Some(Configuration { level: self.level }),
            properties: Some(RuleProperties {
                tags: self.tags.clone(),
                security_severity: self.severity.map(|severity| format!("{severity:.1}")),
                precision: "very-high",
            }),
        }
    }
}

pub(super) fn level(severity: Severity) -> Level {
    match severity {
        Severity::Critical | Severity::High => Level::Error,
        // What nobody rated is not harmless.
        Severity::Moderate | Severity::Unknown => Level::Warning,
        Severity::Low | Severity::None => Level::Note,
    }
}

/// The score, or where only a word is known the lowest score of that word's range: code scanning turns it back into the
/// word. Source: CVSS v3.1 section 5.
fn severity(finding: &Finding) -> Option<f64> {
    let word = match finding.severity {
        Severity::Critical => Some(9.0),
        Severity::High => Some(7.0),
        Severity::Moderate => Some(4.0),
        Severity::Low => Some(0.1),
        Severity::None => Some(0.0),
        Severity::Unknown => None,
    };
    finding.score.filter(|score| (0.0..=10.0).contains(score)).or(word)
}
