//! Judging an analysis: for each dependency a target with its reasons and a risk with its factors, then the urgency.
//!
//! Lives here: turning gathered facts into the questions that `decide` answers. Lives elsewhere: the answers' rules
//! (`decide::targets`, `decide::risk`), whether targets go together (the planner asks the resolver).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use uplift_decide::policy::Gate;
use uplift_decide::risk::urgency::{self, Counts};
use uplift_decide::risk::{self, Evidence, Native, effect_between};
use uplift_decide::targets::{self, Fix, Hold, Question, Reach, Release, Scheme};
use uplift_ecosystems::python::manifest;
use uplift_facts::days;
use uplift_facts::gather::Gathered;
use uplift_facts::releases::{Answer, Known};
use uplift_facts::rows;
use uplift_model::advisory::{Finding, Severity};
use uplift_model::analysis::{Analysis, Availability, DependencyRow, Pinning, Reason};
use uplift_model::notes::ReleaseNotes;
use uplift_model::risk::{SecurityEffect, Touching};
use uplift_model::semver::{self, Range};
use uplift_model::settings::Settings;
use uplift_model::{Datum, Ecosystem, PackageName, Version};

use crate::policy::{self, Refusals, Refused};
use crate::symbols;

/// What is known to touch a version of a package; asked for every version that could be a target.
pub(crate) type Affected<'a> = &'a dyn Fn(Ecosystem, &str, &str) -> Datum<Vec<Finding>>;

/// Fills in targets, reasons, risks, what the policies say, and the urgency. `learn` enters the licences of the targets.
pub(crate) fn judge(gathered: &mut Gathered, settings: &Settings, learn: &dyn Fn(&mut Gathered)) -> Refused {
    let gate = Gate::new(settings, &policy::admits, &gathered.analysis.repository, &gathered.analysis.as_of);
    let mut refusals = Refusals::new(gate);
    let mut refused = judge_rows(gathered, settings, &refusals, &|_, _| true);
    learn(gathered);
    for round in 0.. {
        let again = refusals.learn(gathered, round);
        if again.is_empty() {
            break;
        }
        refused.extend(judge_rows(gathered, settings, &refusals, &|at, index| again.contains(&(at, index))));
        learn(gathered);
    }
    let asked = refusals.gate.asks_for_licences();
    for row in gathered.analysis.components.iter_mut().flat_map(|c| &mut c.dependencies) {
        let new = policy::warnings(row, asked);
        row.warnings.extend(new);
    }
    gathered.analysis.urgency = urgency::urgency(&counts(&gathered.analysis));
    gathered.analysis.policy = policy::report(gathered, settings);
    refused
}

fn judge_rows(
    gathered: &mut Gathered,
    settings: &Settings,
    refusals: &Refusals<'_>,
    is_meant: &dyn Fn(usize, usize) -> bool,
) -> Refused {
    let mut all = Refused::new();
    let Gathered { analysis, releases, vulnerabilities: known, licences, .. } = gathered;
    let as_of = analysis.as_of.clone();
    for (at, (component, answers)) in analysis.components.iter_mut().zip(releases.iter()).enumerate() {
        let path = component.path.clone();
        let affected: Affected<'_> = &|ecosystem, name, version| known.findings(&path, ecosystem, name, version);
        for (_, row) in component.dependencies.iter_mut().enumerate().filter(|(index, _)| is_meant(at, *index)) {
            let answer = answers.get(&row.name);
            let Some(Answer::Known(known)) = answer else {
                given_up(row);
                continue;
            };
            let stands = row.clone();
            let told: RefCell<BTreeMap<String, String>> = RefCell::default();
            let refused = |version: &str| {
                let why = refusals.of(&path, &stands, answer, licences, version);
                told.borrow_mut().extend(why.clone().map(|why| (version.to_owned(), why)));
                why
            };
            let judging = Judging { settings, as_of: &as_of, affected, refused: &refused };
            match row.ecosystem {
                Ecosystem::Python => {
                    let read = |text: &str| Version::new(text).ok();
                    propose(row, known, &judging, &read, &|specifier, v| manifest::admits(specifier, v));
                }
                Ecosystem::JavaScript => {
                    let read = |text: &str| semver::Version::new(text).ok();
                    propose(row, known, &judging, &read, &|range, v| Range::new(range).is_ok_and(|r| r.satisfies(v)));
                }
            }
            given_up(row);
            assess(row, known, &as_of, affected);
            let told = told.into_inner();
            if !told.is_empty() {
                all.insert((path.clone(), row.name.clone()), told);
            }
        }
    }
    all
}

/// What a row is judged by.
struct Judging<'a> {
    settings: &'a Settings,
    as_of: &'a str,
    affected: Affected<'a>,
    /// Why a policy refuses a version of the package.
    refused: &'a dyn Fn(&str) -> Option<String>,
}

/// A package that was given up has to go even where no release of its own is left to go to.
fn given_up(row: &mut DependencyRow) {
    if row.deprecation.value().is_some() && !row.reasons.contains(&Reason::Deprecated) {
        row.reasons.push(Reason::Deprecated);
    }
}

fn propose<V: Scheme>(
    row: &mut DependencyRow,
    known: &Known,
    judging: &Judging<'_>,
    read: &dyn Fn(&str) -> Option<V>,
    admits: &dyn Fn(&str, &V) -> bool,
) {
    let Judging { as_of, affected, refused, .. } = *judging;
    let upgrade = &judging.settings.upgrade;
    let current = row.current_version.as_deref().and_then(read);
    let troubled = row.advisories.value().is_some_and(|found| !found.is_empty());
    let releases: Vec<Release<V>> = known
        .releases
        .iter()
        .filter_map(|release| {
            let version = read(&release.version)?;
            // Only what could be a target is asked about; a package that was never touched needs no asking.
            let candidate = !release.prerelease && current.as_ref().is_none_or(|c| version >= *c);
            let ids = |found: Datum<Vec<Finding>>| -> Vec<String> {
                let standing = found.value().into_iter().flatten().filter(|f| !f.is_set_aside());
                standing.map(|f| f.id.clone()).collect()
            };
            Some(Release {
                age_days: release.date.as_deref().and_then(|d| days::between(d, as_of)),
                installable: release.installs(),
                yanked: release.yanked.is_some(),
                affected_by: if candidate && (troubled || row.current_version.is_none()) {
                    ids(affected(row.ecosystem, &row.name, &release.version))
                } else {
                    Vec::new()
                },
                version,
            })
        })
        .collect();
    let floor = row.floor.as_deref().and_then(read);
    let name = PackageName::new(&row.name).ok();
    let pin = name.as_ref().and_then(|n| upgrade.pin.get(n)).and_then(|text| read(text));
    let requested = name.as_ref().and_then(|n| upgrade.target.get(n)).and_then(|text| read(text));
    let hold_text = name.as_ref().and_then(|n| upgrade.hold.get(n)).cloned();
    let holds = |version: &V| hold_text.as_deref().is_none_or(|text| admits(text, version));
    let bounds: Vec<String> = row.stated.iter().map(|s| s.specifier.clone()).collect();
    let exact = row.pinning == Pinning::Pinned;
    let within = |version: &V| exact || bounds.iter().all(|b| b.is_empty() || admits(b, version));
    let fixes = row.advisories.clone().map(|found| {
        let standing = found.into_iter().filter(|f| !f.is_set_aside());
        standing.map(|f| Fix { fixed: fixed_in(&f, &releases, current.as_ref(), read), id: f.id }).collect()
    });
    let answer = targets::propose(&Question {
        releases: &releases,
        current: current.as_ref(),
        floor: floor.as_ref(),
        reach: Reach::from(upgrade.strategy),
        within: &within,
        minimum_age_days: i64::from(upgrade.minimum_release_age),
        advisories: fixes,
        ignored: name.as_ref().is_some_and(|n| upgrade.ignore.contains(n)),
        pin: pin.as_ref(),
        hold: hold_text.as_deref().map(|text| Hold { admits: &holds, text }),
        refused: &|version| refused(&version.to_string()),
        requested: requested.as_ref(),
        deprecated: row.deprecation.value().is_some(),
        needed_by: None,
        lockstep_with: None,
    });
    row.target_version = answer.target.map(|v| v.to_string());
    row.held_by = answer.held_by.map(|why| with_what_decides(why, known));
    row.reasons = answer.reasons;
    row.warnings = answer.warnings;
    let gone = matches!(
        row.availability.value(),
        Some(Availability::NoSuchVersion { .. } | Availability::NoDistribution { .. } | Availability::Yanked { .. })
    );
    if gone && row.target_version.is_some() && !row.reasons.contains(&Reason::Unavailable) {
        row.reasons.push(Reason::Unavailable);
    }
    let released = row.target_version.as_deref().and_then(|t| known.find(t)).and_then(|r| r.date.clone());
    if row.target_version.is_some() {
        row.target_released = match released {
            Some(date) => Datum::found(date),
            None => Datum::not_retrieved("the index gives no date for this release"),
        };
    }
}

/// Where an advisory ends: the fixes that it names; where it only names the last version affected, the next release
/// after that one which it does not touch.
fn fixed_in<V: Scheme>(
    finding: &Finding,
    releases: &[Release<V>],
    current: Option<&V>,
    read: &dyn Fn(&str) -> Option<V>,
) -> Vec<V> {
    let named: Vec<V> = finding.fixed.iter().filter_map(|v| read(v)).collect();
    let ends = finding.affected.contains("<=");
    if !named.is_empty() || !ends {
        return named;
    }
    let later = releases.iter().filter(|release| !release.version.is_prerelease() && !release.yanked);
    let later = later.filter(|release| current.is_some_and(|current| release.version > *current));
    let next = later.filter(|release| !release.affected_by.contains(&finding.id)).map(|release| &release.version).min();
    next.cloned().into_iter().collect()
}

/// Where the newest release does not fit here: what it is for, since that is what has to move first.
fn with_what_decides(why: String, known: &Known) -> String {
    match known.latest().map(|latest| (&latest.version, &latest.availability)) {
        Some((latest, Availability::NoDistribution { exists_for }))
            if why.starts_with(latest.as_str()) && !exists_for.is_empty() =>
        {
            format!("{why}: it exists for {}", Availability::tags(exists_for))
        }
        _ => why,
    }
}

/// Weighs once more what release notes, or the names in use, were asked for; those that are missing count now.
pub(crate) fn weigh_again(gathered: &mut Gathered) {
    let known = &gathered.vulnerabilities;
    let as_of = gathered.analysis.as_of.clone();
    for (component, answers) in gathered.analysis.components.iter_mut().zip(&gathered.releases) {
        let path = component.path.clone();
        let affected: Affected<'_> = &|ecosystem, name, version| known.findings(&path, ecosystem, name, version);
        for row in component.dependencies.iter_mut().filter(|r| r.release_notes.is_some() || r.symbols.is_some()) {
            if let Some(Answer::Known(known)) = answers.get(&row.name) {
                assess(row, known, &as_of, affected);
            }
        }
    }
}

/// The risk of going to the target; none where nothing moves.
fn assess(row: &mut DependencyRow, known: &Known, as_of: &str, affected: Affected<'_>) {
    let Some(target) = row.target_version.clone() else { return };
    row.risk = Some(risk::assess(&evidence(row, known, &target, as_of, affected)));
}

/// The facts of going from the version in use to `target`, which need not be the one that was proposed.
pub(crate) fn evidence(
    row: &DependencyRow,
    known: &Known,
    target: &str,
    as_of: &str,
    affected: Affected<'_>,
) -> Evidence {
    let mut evidence = Evidence::new(&row.name, row.ecosystem, row.role, target);
    let from = row.current_version.as_deref().or(row.floor.as_deref());
    evidence.current.clone_from(&row.current_version);
    evidence.floor.clone_from(&row.floor);
    evidence.distance = from.and_then(|f| rows::distance(row.ecosystem, f, target));
    let (majors, minors) = from.and_then(|f| rows::apart(row.ecosystem, f, target)).unwrap_or_default();
    (evidence.majors, evidence.minors) = (majors, minors);
    evidence.direct = row.direct;
    evidence.pinning = row.pinning;
    evidence.locked = row.locked.is_some();
    evidence.admitted =
        !row.stated.is_empty() && row.stated.iter().all(|s| admits(row.ecosystem, &s.specifier, target));
    let (before, after) = (from.and_then(|f| known.find(f)), known.find(target));
    evidence.native = match (before.and_then(|r| r.native), after.and_then(|r| r.native)) {
        (None, None) => Datum::not_retrieved("the index lists no wheel that would tell"),
        (before, after) => Datum::found(Native {
            before: before.unwrap_or(false),
            after: after.unwrap_or(false),
            stable_abi: known.find(target).is_some_and(|r| r.stable_abi),
        }),
    };
    evidence.usage = row.usage.clone();
    evidence.dependents.clone_from(&row.dependents);
    evidence.current_age_days = row.released.clone().map(|d| days::between(&d, as_of).unwrap_or(0));
    evidence.target_age_days = match after.and_then(|r| r.date.as_deref()) {
        Some(date) => Datum::found(days::between(date, as_of).unwrap_or(0)),
        None => Datum::not_retrieved("the index gives no date for this release"),
    };
    let last = known.releases.iter().filter_map(|r| r.date.as_deref()).max();
    evidence.days_since_release = last.and_then(|d| days::between(d, as_of));
    evidence.median_cadence_days = cadence(known);
    evidence.current_availability = row.availability.clone();
    evidence.target_availability = Datum::answered(after.map(|r| r.availability.clone()));
    evidence.deprecation = row.deprecation.clone();
    evidence.advisories = security(row, target, affected);
    if let Some(notes) = &row.release_notes {
        let read = |notes: ReleaseNotes| notes.sources.into_iter().map(|s| s.name).collect::<Vec<_>>().join(", ");
        evidence.release_notes = notes.clone().map(read);
    }
    if let Some(symbols) = &row.symbols {
        symbols::weigh(&mut evidence, symbols);
    }
    evidence
}

/// Whether a specifier as it is written lets `target` in; one that cannot be read does not.
fn admits(ecosystem: Ecosystem, specifier: &str, target: &str) -> bool {
    match ecosystem {
        Ecosystem::Python => {
            Version::new(target).is_ok_and(|v| specifier.is_empty() || manifest::admits(specifier, &v))
        }
        Ecosystem::JavaScript => {
            let range = Range::new(if specifier.is_empty() { "*" } else { specifier });
            range.is_ok_and(|range| semver::Version::new(target).is_ok_and(|v| range.satisfies(&v)))
        }
    }
}

fn security(row: &DependencyRow, target: &str, affected: Affected<'_>) -> Datum<SecurityEffect> {
    let touching = |found: &[Finding]| -> Vec<Touching> {
        found.iter().map(|f| Touching { package: row.name.clone(), finding: f.clone() }).collect()
    };
    let before = match (&row.advisories, &row.current_version) {
        (Datum::NotRetrieved { why }, _) => return Datum::not_retrieved(why.clone()),
        (Datum::Found { value }, _) => touching(value),
        (Datum::None, _) => Vec::new(),
    };
    match affected(row.ecosystem, &row.name, target) {
        Datum::NotRetrieved { why } => Datum::not_retrieved(why),
        Datum::Found { value } => Datum::found(effect_between(&before, &touching(&value))),
        Datum::None => Datum::found(effect_between(&before, &[])),
    }
}

/// Median of the days between two stable releases; `None`: fewer than three have dates.
fn cadence(known: &Known) -> Option<i64> {
    let mut dates: Vec<&str> =
        known.releases.iter().filter(|r| !r.prerelease).filter_map(|r| r.date.as_deref()).collect();
    dates.sort_unstable();
    dates.dedup();
    let mut gaps: Vec<i64> = dates.windows(2).filter_map(|w| days::between(w.first()?, w.get(1)?)).collect();
    gaps.sort_unstable();
    if gaps.len() < 2 { None } else { gaps.get(gaps.len() / 2).copied() }
}

fn counts(analysis: &Analysis) -> Counts {
    let mut counts = Counts::default();
    let mut ages = Vec::new();
    let (mut running, mut ended) = (BTreeSet::new(), BTreeSet::new());
    // One finding counts once a component, whatever the number of copies.
    let mut seen: BTreeMap<(String, String), ()> = BTreeMap::new();
    for component in &analysis.components {
        for row in &component.dependencies {
            counts.packages += 1;
            ages.extend(row.age_days);
            counts.direct += usize::from(row.direct);
            counts.majors_behind += usize::from(row.direct && row.behind.is_some_and(|b| b.majors > 0));
            counts.unavailable += usize::from(matches!(
                row.availability.value(),
                Some(
                    Availability::NoSuchVersion { .. }
                        | Availability::NoDistribution { .. }
                        | Availability::NoSuchPackage
                )
            ));
            for finding in row.advisories.value().into_iter().flatten().filter(|f| !f.is_set_aside()) {
                if seen.insert((component.path.clone(), format!("{}:{}", row.name, finding.id)), ()).is_some() {
                    continue;
                }
                counts.exploited += usize::from(finding.known_exploited.is_some());
                match finding.severity {
                    Severity::Critical => counts.critical += 1,
                    Severity::High => counts.high += 1,
                    Severity::Moderate | Severity::Unknown => counts.moderate += 1,
                    Severity::Low => counts.low += 1,
                    Severity::None => {}
                }
            }
        }
        for runtime in &component.runtimes {
            let lines = runtime.end_of_life.iter().filter(|e| component.runs_on(runtime, &e.line));
            running.extend(lines.map(|e| (&runtime.name, &e.line)));
        }
        ended.extend(component.ended().map(|(runtime, end)| (&runtime.name, &end.line)));
    }
    (counts.runtimes, counts.end_of_life) = (running.len(), ended.len());
    ages.sort_unstable();
    counts.median_age_days = ages.get(ages.len() / 2).copied();
    counts.failed_sources = analysis.sources.iter().filter(|s| s.state != "found").map(|s| s.source.clone()).collect();
    counts
}
