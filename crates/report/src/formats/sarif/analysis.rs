//! What an analysis found, as results.

use std::collections::BTreeMap;

use uplift_model::advisory::Finding;
use uplift_model::analysis::{
    Analysis, Availability, ComponentAnalysis, DependencyRow, Drift, Pinning, PolicyFinding, PolicyRule, RuntimeRow,
    Statement,
};

use super::log::{Fix, Level, Log, Suppression};
use super::rules::{Kind, Rule, level};
use super::{About, Gap, Place, Remark, fix, log};
use crate::formats::ReadLine;
use crate::formats::standing::{Standing, mend, still_touches};

pub(in crate::formats) fn analysis(analysis: &Analysis, lines: &ReadLine<'_>) -> Log {
    let mut remarks = Vec::new();
    for component in &analysis.components {
        let of = Of { component, statements: statements(component), lines };
        for row in &component.dependencies {
            of.advisories(row, &mut remarks);
            of.others(row, &mut remarks);
        }
        for runtime in &component.runtimes {
            of.runtime(runtime, &mut remarks);
        }
        let findings = analysis.policy.iter().flat_map(|report| &report.findings);
        for finding in findings.filter(|finding| finding.component == component.path) {
            of.policy(finding, &mut remarks);
        }
    }
    remarks.extend(analysis.drift.iter().filter(|drift| drift.shared).map(between));
    let about = About {
        what: "check",
        subject: analysis.repository.clone(),
        commit: analysis.commit.clone(),
        day: analysis.as_of.clone(),
        more: vec![("urgency", analysis.urgency.level.clone()), ("formula", analysis.urgency.formula.clone())],
    };
    log(&about, remarks, gaps(analysis))
}

/// A component, and where its direct dependencies are stated.
struct Of<'a> {
    component: &'a ComponentAnalysis,
    statements: BTreeMap<&'a str, &'a Statement>,
    lines: &'a ReadLine<'a>,
}

/// What components that need a package to run have differently, at every place that states it.
fn between(drift: &Drift) -> Remark {
    let sides: Vec<String> = drift.components.iter().map(|c| format!("{} in {}", c.shown(), c.component)).collect();
    let mut places = drift.components.iter().flat_map(|c| c.stated.first()).map(of_statement);
    let kind = Kind::Differs;
    Remark {
        level: kind.level(),
        rule: Rule::of_kind(kind),
        kind: None,
        message: format!("{} differs between components: {}", drift.package, sides.join(", ")),
        place: places.next(),
        others: places.collect(),
        logical: drift.package.clone(),
        same: vec![drift.ecosystem.to_string(), drift.package.clone()],
        suppression: None,
        baseline: None,
        fixes: Vec::new(),
    }
}

fn statements(component: &ComponentAnalysis) -> BTreeMap<&str, &Statement> {
    component.dependencies.iter().filter_map(|row| Some((row.name.as_str(), row.stated.first()?))).collect()
}

impl Of<'_> {
    fn advisories(&self, row: &DependencyRow, remarks: &mut Vec<Remark>) {
        for finding in row.advisories.value().into_iter().flatten() {
            let version = row.current_version.as_deref().unwrap_or("at an unknown version");
            let mut message =
                format!("{} {version}: {} ({}) {}", row.name, finding.id, finding.severity, finding.summary.trim());
            message.push_str(&format!(". To mend it: {}.", mend(finding)));
            if let Some(target) = &row.target_version {
                message.push_str(&format!(" Target: {target}."));
            }
            if let Some(by) = row.paths.first().filter(|_| !row.direct) {
                message.push_str(&format!(" It comes by {}.", by.join(" -> ")));
            }
            if let Some(day) = &finding.known_exploited {
                message.push_str(&format!(" Known to be exploited since {day}."));
            }
            let expired = finding.exception.as_ref().filter(|exception| exception.expired);
            if let Some(exception) = expired {
                let until = exception.until.as_deref().unwrap_or("an earlier day");
                message.push_str(&format!(" The exception for it held until {until}."));
            }
            let fixes = if mends(row, finding) { self.fixes(row) } else { Vec::new() };
            remarks.push(Remark {
                level: level(finding.severity),
                suppression: suppression(finding),
                fixes,
                ..self.remark(row, Rule::of_advisory(finding), message)
            });
        }
    }

    fn others(&self, row: &DependencyRow, remarks: &mut Vec<Remark>) {
        let version = row.current_version.as_deref().unwrap_or("its version");
        let target = row.target_version.as_ref().map(|target| format!(" Target: {target}.")).unwrap_or_default();
        let gone = match row.availability.value() {
            Some(Availability::Yanked { reason }) => {
                let reason = if reason.trim().is_empty() { "no reason given" } else { reason.trim() };
                Some((Kind::Yanked, format!("was withdrawn by its maintainers: {reason}")))
            }
            Some(Availability::NoDistribution { exists_for }) => {
                let runtime = self.component.runtime.as_deref().unwrap_or("this runtime");
                let told = if exists_for.is_empty() { "nothing".to_owned() } else { exists_for.join(", ") };
                Some((Kind::Unavailable, format!("has no distribution for {runtime}; it exists for {told}")))
            }
            Some(Availability::NoSuchVersion { nearest }) => {
                let told = if nearest.is_empty() { "none".to_owned() } else { nearest.join(" and ") };
                Some((Kind::Unavailable, format!("was never released; the releases around it: {told}")))
            }
            Some(Availability::NoSuchPackage) => Some((Kind::Unavailable, "is unknown to the index".to_owned())),
            Some(Availability::Installable | Availability::SourceOnly) | None => None,
        };
        let mut push = |kind: Kind, told: String| {
            let message = format!("{} {version} {told}.{target}", row.name);
            let fixes = self.fixes(row);
            remarks.push(Remark { fixes, ..self.remark(row, Rule::of_kind(kind), message) });
        };
        if let Some((kind, told)) = gone {
            push(kind, told);
        }
        if let Some(deprecation) = row.deprecation.value() {
            let successor = deprecation.successor.as_ref().map(|name| format!("; successor: {name}"));
            let message = deprecation.message.trim();
            push(Kind::Deprecated, format!("is given up: {message}{}", successor.unwrap_or_default()));
        }
        let behind = row.behind.filter(|behind| row.direct && behind.releases > 0);
        if let (Some(behind), Some(latest)) = (behind, row.latest.value()) {
            let held = row.held_by.as_ref().map(|by| format!(" (held below it: {by})")).unwrap_or_default();
            let majors = if behind.majors > 0 { format!(", {} majors", behind.majors) } else { String::new() };
            push(Kind::Outdated, format!("is {} releases{majors} behind {latest}{held}", behind.releases));
        }
        if row.direct && row.pinning == Pinning::Unpinned && row.current_version.is_none() {
            push(Kind::Unpinned, "is said by nothing: no bound, no lock, no installation".to_owned());
        }
    }

    fn policy(&self, finding: &PolicyFinding, remarks: &mut Vec<Remark>) {
        let is_meant = |row: &&DependencyRow| row.name == finding.package && row.ecosystem == finding.ecosystem;
        let Some(row) = self.component.dependencies.iter().find(is_meant) else { return };
        let rule = Rule::of_kind(match finding.rule {
            PolicyRule::Licence => Kind::Licence,
            PolicyRule::Banned => Kind::Banned,
            PolicyRule::Severity => Kind::AboveLimit,
        });
        let set_aside = finding.exception.as_ref().filter(|exception| !exception.expired);
        let suppression = set_aside.map(|exception| Suppression {
            kind: "external",
            status: "accepted",
            justification: exception.reason.clone(),
        });
        // What a policy only tells fails nothing.
        let level = if finding.fails || set_aside.is_some() { rule.level() } else { Level::Note };
        let fixes = if finding.rule == PolicyRule::Licence { Vec::new() } else { self.fixes(row) };
        remarks.push(Remark { level, suppression, fixes, ..self.remark(row, rule, finding.sentence()) });
    }

    fn runtime(&self, runtime: &RuntimeRow, remarks: &mut Vec<Remark>) {
        // The floor of a range is a promise; nothing runs on it.
        let runs = |line: &str| self.component.runs_on(runtime, line);
        for end in runtime.end_of_life.iter().filter(|end| end.passed && runs(&end.line)) {
            let mut places = runtime
                .stated
                .iter()
                .filter(|statement| statement.lines.contains(&end.line))
                .map(|statement| Place { file: statement.file.clone(), line: statement.line });
            let place = places.next();
            let others = places.collect();
            let date = end.date.as_deref().unwrap_or("an unknown day");
            let kind = Kind::EndOfLife;
            remarks.push(Remark {
                level: kind.level(),
                rule: Rule::of_kind(kind),
                kind: None,
                message: format!("{} {} is past its end of life ({date})", runtime.name, end.line),
                place: place.or_else(|| self.somewhere()),
                others,
                logical: format!("{}/{}", self.component.path, runtime.name),
                same: vec![self.component.path.clone(), runtime.name.clone(), end.line.clone()],
                suppression: None,
                baseline: None,
                fixes: Vec::new(),
            });
        }
    }

    fn remark(&self, row: &DependencyRow, rule: Rule, message: String) -> Remark {
        let mut places = row.stated.iter().map(of_statement);
        let place = places.next().or_else(|| self.brought_by(row)).or_else(|| self.somewhere());
        let others = places.collect();
        Remark {
            level: rule.level(),
            rule,
            kind: None,
            message,
            place,
            others,
            logical: format!("{}/{}", self.component.path, row.name),
            same: vec![self.component.path.clone(), row.ecosystem.to_string(), row.name.clone()],
            suppression: None,
            baseline: None,
            fixes: Vec::new(),
        }
    }

    /// The line of the direct dependency that a transitive one comes by.
    fn brought_by(&self, row: &DependencyRow) -> Option<Place> {
        let first =
            row.paths.iter().filter_map(|path| path.first()).find_map(|name| self.statements.get(name.as_str()))?;
        Some(of_statement(first))
    }

    /// Code scanning wants a file for every result: the component's first manifest, where nothing states it.
    fn somewhere(&self) -> Option<Place> {
        let rows = self.component.dependencies.iter().flat_map(|row| &row.stated);
        let runtimes = self.component.runtimes.iter().flat_map(|runtime| &runtime.stated).map(|stated| &stated.file);
        let file = rows.map(|statement| &statement.file).chain(runtimes).next()?;
        Some(Place { file: file.clone(), line: 1 })
    }

    fn fixes(&self, row: &DependencyRow) -> Vec<Fix> {
        if row.target_version.is_none() || row.target_version == row.current_version {
            return Vec::new();
        }
        let mut seen = std::collections::BTreeSet::new();
        let once = row.stated.iter().filter(|statement| seen.insert((&statement.file, statement.line)));
        once.filter_map(|statement| fix::statement(self.component, row, statement, self.lines)).collect()
    }
}

fn of_statement(statement: &Statement) -> Place {
    Place { file: statement.file.clone(), line: statement.line }
}

/// Going to the target would end the finding.
fn mends(row: &DependencyRow, finding: &Finding) -> bool {
    let Some(target) = &row.target_version else { return false };
    let effect = row.risk.as_ref().and_then(|risk| risk.security.value());
    let removed = effect.map(|effect| effect.removed.iter().any(|touching| touching.finding.id == finding.id));
    removed.unwrap_or_else(|| still_touches(row.ecosystem, target, finding) == Some(false))
}

fn suppression(finding: &Finding) -> Option<Suppression> {
    let why = match Standing::of(finding) {
        Standing::Affected { .. } => return None,
        Standing::Accepted { decision } => decision,
        Standing::NotAffected { why, .. } | Standing::Open { why } => why,
        Standing::Fixed { how } => how,
    };
    Some(Suppression { kind: "external", status: "accepted", justification: why })
}

/// Everything that is not known: sources that failed, data of single packages, files.
fn gaps(analysis: &Analysis) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for source in analysis.sources.iter().filter(|source| source.state != "found") {
        // Without advisories, "no result" means nothing: the run did not do what it is for.
        let vital = source.source.starts_with("advisories") && source.state == "not-retrieved";
        gaps.push(Gap {
            id: "not-retrieved",
            level: if vital { Level::Error } else { Level::Warning },
            message: format!("{}: {}: {}", source.source, source.state, source.detail),
            place: None,
        });
    }
    for limit in analysis.policy.iter().flat_map(|report| &report.unjudged) {
        gaps.push(Gap { id: "not-retrieved", level: Level::Error, message: limit.clone(), place: None });
    }
    for component in &analysis.components {
        let mut by_reason: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for row in &component.dependencies {
            let missing = [
                ("releases", row.latest.missing()),
                ("advisories", row.advisories.missing()),
                ("availability", row.availability.missing()),
                ("deprecation", row.deprecation.missing()),
                ("uses in the code", row.usage.missing()),
            ];
            for (what, why) in missing {
                if let Some(why) = why {
                    by_reason.entry((what, why)).or_default().push(&row.name);
                }
            }
        }
        for ((what, why), names) in by_reason {
            gaps.push(Gap {
                id: "not-retrieved",
                level: Level::Warning,
                message: format!("{}: {what} of {} not retrieved: {why}", component.path, names.join(", ")),
                place: None,
            });
        }
    }
    for problem in &analysis.problems {
        let hint = problem.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        gaps.push(Gap {
            id: "file-problem",
            level: Level::Warning,
            message: format!("{}: {}{hint}", problem.file, problem.message),
            place: Some(Place { file: problem.file.clone(), line: problem.line.unwrap_or(1) }),
        });
    }
    gaps
}
