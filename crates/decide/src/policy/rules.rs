//! Policies held against an analysis, and against a version before it is proposed.
//!
//! Each policy is held by itself, with its own exceptions: none can loosen another.

use uplift_model::advisory::{Exception, Severity};
use uplift_model::analysis::{
    Analysis, ComponentAnalysis, DependencyRow, Pinning, PolicyFinding, PolicyReport, PolicyRule, Statement,
};
use uplift_model::licence::Licence;
use uplift_model::settings::{Banned, NamedPolicy, PolicyException, Settings, UnknownLicence};
use uplift_model::{Datum, Ecosystem};

use super::licences::{Standing, Terms};

/// Whether a specifier admits a version. Specifiers were read once when the settings were.
pub type Admits<'a> = &'a dyn Fn(Ecosystem, &str, &str) -> bool;

/// The policies in force, read once.
pub struct Gate<'a> {
    policies: Vec<(NamedPolicy, Terms)>,
    /// How many of `policies` are from outside the repository; they come first.
    outside: usize,
    admits: Admits<'a>,
    repository: String,
    /// `YYYY-MM-DD`
    today: String,
}

/// Holds the policies of `settings` against an analysis; `None`: there is none.
pub fn hold(analysis: &Analysis, settings: &Settings, admits: Admits<'_>) -> Option<PolicyReport> {
    let gate = Gate::new(settings, admits, &analysis.repository, &analysis.as_of);
    (!gate.is_open()).then(|| gate.report(analysis))
}

impl<'a> Gate<'a> {
    /// `repository`: its folder's name; `today`: the day that exceptions are counted to.
    pub fn new(settings: &Settings, admits: Admits<'a>, repository: &str, today: &str) -> Self {
        let outside = settings.policies.iter().filter(|policy| !policy.rules.is_empty()).count();
        let read = |policy: NamedPolicy| (Terms::of(&policy.rules), policy);
        let policies = settings.policies_in_force().into_iter().map(read).map(|(terms, policy)| (policy, terms));
        Self {
            policies: policies.collect(),
            outside,
            admits,
            repository: repository.to_owned(),
            today: today.to_owned(),
        }
    }

    /// No policy is in force.
    pub fn is_open(&self) -> bool {
        self.policies.is_empty()
    }

    /// Why a version is not to be moved to; `None`: nothing speaks against it. A licence that fails already where the
    /// package stands is no reason to stay there, and neither is a ban of the whole package.
    pub fn refuses(
        &self,
        component: &str,
        row: &DependencyRow,
        version: &str,
        licence: Option<&Datum<Licence>>,
    ) -> Option<String> {
        self.policies.iter().find_map(|(policy, terms)| {
            let set_aside = |rule| self.exception(policy, component, row, rule).is_some_and(|e| !e.expired);
            let banned = policy.rules.banned.iter().filter(|banned| banned.versions.is_some());
            let mut banned = banned.filter(|banned| is_meant(banned, row) && self.covers(banned, row, version));
            if let Some(banned) = banned.find(|_| !set_aside(PolicyRule::Banned)) {
                return Some(format!("{version} is banned by {}: {}", policy.file, banned.reason));
            }
            let fails = |licence: &Datum<Licence>| match terms.standing(licence) {
                Standing::Fails(why) => Some(why),
                _ => None,
            };
            let why = licence.filter(|_| policy.rules.asks_for_licences()).and_then(fails)?;
            let already = row.licence.as_ref().and_then(fails).is_some();
            let free = already || set_aside(PolicyRule::Licence);
            (!free).then(|| format!("{version}: {why} by {}", policy.file))
        })
    }

    /// Some policy has rules on licences.
    pub fn asks_for_licences(&self) -> bool {
        self.policies.iter().any(|(policy, _)| policy.rules.asks_for_licences())
    }

    /// Everything that the policies say of an analysis.
    pub fn report(&self, analysis: &Analysis) -> PolicyReport {
        let mut report = PolicyReport {
            policies: self.policies.iter().map(|(policy, _)| policy.file.clone()).collect(),
            ..PolicyReport::default()
        };
        for (at, (policy, terms)) in self.policies.iter().enumerate() {
            let mut findings = Vec::new();
            for component in &analysis.components {
                for row in &component.dependencies {
                    let of = Of { gate: self, policy, terms, component, row };
                    findings.extend(of.banned());
                    findings.extend(of.severity());
                    findings.extend(of.licence());
                }
            }
            if at >= self.outside {
                report.unused.extend(self.unused(policy, analysis, &findings));
            }
            report.findings.extend(findings);
            report.unjudged.extend(unjudged(policy, analysis));
        }
        report.findings.sort_by(|a, b| {
            let key = |f: &PolicyFinding| (f.component.clone(), f.package.clone(), f.rule, f.policy.clone());
            key(a).cmp(&key(b))
        });
        let rows = analysis.components.iter().flat_map(|c| c.dependencies.iter().map(move |row| (c, row)));
        report.changes =
            rows.filter_map(|(component, row)| Some(format!("{}: {}", component.path, change(row)?))).collect();
        report
    }

    fn covers(&self, banned: &Banned, row: &DependencyRow, version: &str) -> bool {
        banned.versions.as_ref().is_none_or(|versions| (self.admits)(row.ecosystem, versions, version))
    }

    /// What sets a rule aside for a package.
    fn exception(
        &self,
        policy: &NamedPolicy,
        component: &str,
        row: &DependencyRow,
        rule: PolicyRule,
    ) -> Option<Exception> {
        let meant = |e: &&PolicyException| {
            e.rule == rule
                && row.is_named(&e.package)
                && e.component.as_ref().is_none_or(|c| same_folder(c, component))
                && e.repository.as_ref().is_none_or(|r| *r == self.repository)
        };
        let expired = |e: &PolicyException| e.until.as_ref().is_some_and(|until| *until < self.today);
        let found = policy.rules.exception.iter().filter(meant).min_by_key(|e| expired(e))?;
        Some(Exception {
            by: policy.file.clone(),
            reason: found.reason.clone(),
            owner: found.owner.clone(),
            until: found.until.clone(),
            expired: expired(found),
        })
    }

    /// Exceptions of the repository's own that nothing needs: what is not needed is not looked at again.
    fn unused(&self, policy: &NamedPolicy, analysis: &Analysis, findings: &[PolicyFinding]) -> Vec<String> {
        let named = |e: &PolicyException, finding: &PolicyFinding| {
            let rows = analysis.components.iter().filter(|c| c.path == finding.component).flat_map(|c| &c.dependencies);
            let mut rows = rows.filter(|row| row.name == finding.package && row.ecosystem == finding.ecosystem);
            finding.rule == e.rule && rows.any(|row| row.is_named(&e.package))
        };
        let idle = policy.rules.exception.iter().filter(|e| !findings.iter().any(|finding| named(e, finding)));
        idle.map(|e| format!("{}: the exception for {} ({}) sets nothing aside", policy.file, e.package, e.rule))
            .collect()
    }
}

/// One policy and one dependency.
struct Of<'a> {
    gate: &'a Gate<'a>,
    policy: &'a NamedPolicy,
    terms: &'a Terms,
    component: &'a ComponentAnalysis,
    row: &'a DependencyRow,
}

impl Of<'_> {
    fn banned(&self) -> Vec<PolicyFinding> {
        let row = self.row;
        let all = self.policy.rules.banned.iter().filter(|banned| is_meant(banned, row));
        let said = |banned: &Banned| {
            let spec = banned.versions.as_deref();
            let in_use: Vec<&String> = row.current_version.iter().chain(&row.other_versions).collect();
            let next = row.latest_installable.value().filter(|_| in_use.is_empty());
            let hit = in_use.into_iter().chain(next).find(|version| self.gate.covers(banned, row, version));
            let reason = &banned.reason;
            let (what, sure) = match (spec, hit) {
                (None, _) => (format!("it is banned: {reason}"), true),
                (Some(spec), Some(hit)) if Some(hit) != row.current_version.as_ref() => {
                    (format!("{hit} of it is banned ({spec}): {reason}"), true)
                }
                (Some(spec), Some(_)) => (format!("it is banned ({spec}): {reason}"), true),
                (Some(spec), None) if row.current_version.is_none() && row.latest_installable.value().is_none() => {
                    (format!("{spec} of it is banned, and nothing says which version runs: {reason}"), false)
                }
                (Some(_), None) => return None,
            };
            Some(PolicyFinding { instead: banned.instead.clone(), ..self.finding(PolicyRule::Banned, what, sure) })
        };
        all.filter_map(said).collect()
    }

    fn severity(&self) -> Option<PolicyFinding> {
        let (rules, row) = (&self.policy.rules, self.row);
        let limit = if row.direct { rules.max_severity } else { rules.max_severity_transitive.or(rules.max_severity) }?;
        // What nobody rated is not harmless.
        let counts = |s: Severity| if s == Severity::Unknown { Severity::Moderate } else { s };
        let worse = row.advisories.value()?.iter().filter(|f| !f.is_set_aside() && counts(f.severity) > limit);
        let named: Vec<String> = worse.map(|f| format!("{} ({})", f.id, f.severity)).collect();
        let what = format!("{} above the limit `{limit}`", named.join(", "));
        (!named.is_empty()).then(|| self.finding(PolicyRule::Severity, what, true))
    }

    fn licence(&self) -> Option<PolicyFinding> {
        if !self.policy.rules.asks_for_licences() || !is_foreign(self.row) {
            return None;
        }
        let unasked = Datum::not_retrieved("nobody was asked");
        match self.terms.standing(self.row.licence.as_ref().unwrap_or(&unasked)) {
            Standing::Passes => None,
            Standing::Fails(why) => Some(self.finding(PolicyRule::Licence, why, true)),
            Standing::Unknown(why) => {
                let fails = self.policy.rules.unknown_licence == UnknownLicence::Fail;
                Some(self.finding(PolicyRule::Licence, why, fails))
            }
        }
    }

    /// `counts`: it fails the check where nothing sets it aside.
    fn finding(&self, rule: PolicyRule, what: String, counts: bool) -> PolicyFinding {
        let (component, row) = (self.component, self.row);
        let exception = self.gate.exception(self.policy, &component.path, row, rule);
        let place = stated(component, row);
        PolicyFinding {
            rule,
            policy: self.policy.file.clone(),
            component: component.path.clone(),
            ecosystem: row.ecosystem,
            package: row.name.clone(),
            version: row.current_version.clone(),
            direct: row.direct,
            file: place.map(|place| place.file.clone()),
            line: place.map(|place| place.line),
            what,
            instead: None,
            fails: counts && exception.as_ref().is_none_or(|e| e.expired),
            exception,
        }
    }
}

/// A source of advisories that failed leaves a limit on them open, and that is never a pass.
fn unjudged(policy: &NamedPolicy, analysis: &Analysis) -> Vec<String> {
    if policy.rules.max_severity.or(policy.rules.max_severity_transitive).is_none() {
        return Vec::new();
    }
    let failed = analysis.sources.iter().filter(|s| s.source.starts_with("advisories") && s.state != "found");
    failed
        .map(|s| {
            format!("the severity limit of {} cannot be judged: {}: {}: {}", policy.file, s.source, s.state, s.detail)
        })
        .collect()
}

/// `rich 13.0 -> 14.0: the licence changes from MIT to GPL-3.0-only`.
fn change(row: &DependencyRow) -> Option<String> {
    let (from, to) = (row.licence.as_ref()?.value()?, row.target_licence.as_ref()?.value()?);
    let current = row.current_version.as_deref().unwrap_or(&from.version);
    from.differs(to).then(|| {
        let (before, after) = (from.shown(), to.shown());
        format!("{} {current} -> {}: the licence changes from {before} to {after}", row.name, to.version)
    })
}

fn is_meant(banned: &Banned, row: &DependencyRow) -> bool {
    banned.ecosystem.is_none_or(|ecosystem| ecosystem == row.ecosystem) && row.is_named(&banned.name)
}

fn same_folder(named: &str, path: &str) -> bool {
    let plain = |text: &str| text.trim_start_matches("./").trim_matches('/').trim_matches('.').to_owned();
    plain(named) == plain(path)
}

/// Somebody else's code: a path or a member of the workspace is the team's own.
fn is_foreign(row: &DependencyRow) -> bool {
    let away = |s: &Statement| {
        let address = s.written.contains("://") && !s.written.contains("file:");
        let host = ["git@", "github:", "gitlab:", "bitbucket:"].iter().any(|start| s.written.contains(start));
        let own =
            ["file:", "link:", "portal:", "workspace:", ".", "/"].iter().any(|start| s.specifier.starts_with(start));
        let short = row.ecosystem == Ecosystem::JavaScript && s.specifier.contains('/') && !own;
        address || host || short
    };
    row.pinning != Pinning::Elsewhere || row.stated.iter().any(away)
}

/// Where a dependency is stated; of a transitive one, where the direct one is that brings it along.
fn stated<'a>(component: &'a ComponentAnalysis, row: &'a DependencyRow) -> Option<&'a Statement> {
    let by = || {
        let first = row.paths.iter().filter_map(|path| path.first());
        let mut rows = first.filter_map(|name| component.dependencies.iter().find(|d| d.name == *name));
        rows.find_map(|d| d.stated.first())
    };
    row.stated.first().or_else(by)
}
