//! Analyses for the tests: one that is known by heart, one of any size, and hostile ones drawn at random.

use proptest::prelude::*;
use uplift_model::advisory::{Exception, Finding, Severity};
use uplift_model::analysis::{
    Analysis, Availability, Behind, ComponentAnalysis, CurrentFrom, DependencyRow, Deprecation, EndOfLife, FileProblem,
    Pinning, Reason, RuntimeRow, RuntimeStatement, SCHEMA, SourceState, Statement, Usage,
};
use uplift_model::risk::Urgency;
use uplift_model::{Datum, Distance, Ecosystem, Role};

pub(super) fn finding(id: &str, severity: Severity, fixed: &[&str]) -> Finding {
    Finding {
        id: id.to_owned(),
        aliases: vec![format!("GHSA-{}", id.len())],
        records: vec![format!("PYSEC-{}", id.len())],
        severity,
        score: Some(7.5),
        vector: Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N".to_owned()),
        classes: vec!["CWE-502 deserialization of untrusted data".to_owned()],
        summary: "reads [too](much) {of it}".to_owned(),
        affected: ">=0, <2.6.0".to_owned(),
        fixed: fixed.iter().map(|f| (*f).to_owned()).collect(),
        published: Some("2024-02-03".to_owned()),
        modified: Some("soon".to_owned()),
        epss: None,
        known_exploited: None,
        exception: None,
    }
}

pub(super) fn exception(by: &str, reason: &str, expired: bool) -> Option<Exception> {
    let until = Some("2026-01-01".to_owned());
    Some(Exception { by: by.to_owned(), reason: reason.to_owned(), owner: Some("ann".to_owned()), until, expired })
}

pub(super) fn row(ecosystem: Ecosystem, name: &str, version: &str, line: u32) -> DependencyRow {
    let text = |text: &str| text.to_owned();
    DependencyRow {
        release_notes: None,
        licence: None,
        target_licence: None,
        symbols: None,
        name: text(name),
        ecosystem,
        direct: line > 0,
        role: Role::Runtime,
        stated: (line > 0)
            .then(|| Statement {
                file: text("back end/requirements.txt"),
                line,
                written: format!("{name}=={version}"),
                specifier: format!("=={version}"),
                marker: None,
                group: text("main"),
            })
            .into_iter()
            .collect(),
        extras: Vec::new(),
        pinning: Pinning::Pinned,
        floor: None,
        locked: Some(text(version)),
        installed: None,
        current_version: Some(text(version)),
        current_from: CurrentFrom::Locked,
        other_versions: Vec::new(),
        latest: Datum::found(text("3.0.0")),
        latest_installable: Datum::found(text("3.0.0")),
        target_version: Some(text("3.0.0")),
        held_by: None,
        reasons: vec![Reason::Outdated],
        distance: Some(Distance::Major),
        behind: Some(Behind { majors: 1, minors: 0, releases: 14 }),
        released: Datum::found(text("2023-01-01")),
        target_released: Datum::found(text("2026-01-01")),
        age_days: Some(1055),
        availability: Datum::found(Availability::Installable),
        deprecation: Datum::None,
        advisories: Datum::None,
        paths: Vec::new(),
        usage: Datum::found(Usage { count: 3, ..Usage::default() }),
        dependents: Vec::new(),
        risk: None,
        findings: Vec::new(),
        warnings: Vec::new(),
    }
}

pub(super) fn component(path: &str, ecosystem: Ecosystem, dependencies: Vec<DependencyRow>) -> ComponentAnalysis {
    ComponentAnalysis {
        runtime_upgrade: None,
        path: path.to_owned(),
        ecosystem,
        name: None,
        runtime: Some("3.9".to_owned()),
        runtime_from: None,
        platform: "linux x86_64".to_owned(),
        environment: "requirements.txt".to_owned(),
        dependencies,
        runtimes: vec![RuntimeRow {
            name: "python".to_owned(),
            stated: vec![RuntimeStatement {
                file: "Dockerfile".to_owned(),
                line: 1,
                written: "python:3.9".to_owned(),
                kind: "image".to_owned(),
                lines: vec!["3.9".to_owned()],
                exact: true,
            }],
            disagreements: Vec::new(),
            end_of_life: vec![EndOfLife { line: "3.9".to_owned(), date: Some("2025-10-31".to_owned()), passed: true }],
        }],
        drift: Vec::new(),
        notes: Vec::new(),
    }
}

pub(super) fn of(components: Vec<ComponentAnalysis>) -> Analysis {
    Analysis {
        schema: SCHEMA.to_owned(),
        repository: "shop".to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        as_of: "2026-11-21".to_owned(),
        components,
        drift: Vec::new(),
        sources: vec![SourceState {
            source: "releases (npm)".to_owned(),
            state: "not-retrieved".to_owned(),
            detail: "no answer within 10 s".to_owned(),
        }],
        urgency: Urgency { level: "HIGH".to_owned(), score: 0.7, formula: "1 + 1".to_owned(), because: Vec::new() },
        policy: None,
        problems: Vec::new(),
    }
}

/// Known by heart: two components, a transitive package, every kind of finding and exception.
pub(super) fn analysis() -> Analysis {
    let python = Ecosystem::Python;
    let mut redis = row(python, "Redis", "2.0.0", 3);
    let accepted = Finding {
        exception: exception("settings", "we accept it", false),
        ..finding("CVE-2024-2", Severity::Low, &[])
    };
    let expired = Finding {
        exception: exception("settings", "was fine", true),
        ..finding("CVE-2024-3", Severity::Critical, &[])
    };
    let unused = "vulnerable_code_not_in_execute_path: the parser only";
    let unreached = Finding {
        exception: exception("settings", unused, false),
        ..finding("CVE-2024-4", Severity::High, &["2.6.0"])
    };
    let foreign = Finding {
        exception: exception("vendor.json", "not_affected: code_not_reachable: cut out", false),
        ..finding("GHSA-aaaa-bbbb-cccc", Severity::Unknown, &["2.6.0"])
    };
    redis.advisories =
        Datum::found(vec![finding("CVE-2024-1", Severity::High, &["2.6.0"]), accepted, expired, unreached, foreign]);
    let mut hidden = row(python, "hiredis", "1.0", 0);
    hidden.dependents = vec!["redis".to_owned()];
    hidden.paths = vec![vec!["Redis".to_owned(), "hiredis".to_owned()]];
    hidden.advisories = Datum::found(vec![finding("CVE-2024-1", Severity::High, &["2.6.0"])]);
    let mut gone = row(python, "gone", "1.0", 4);
    gone.availability = Datum::found(Availability::NoSuchVersion { nearest: vec!["0.9".to_owned(), "1.1".to_owned()] });
    let mut yanked = row(python, "yanked", "1.0", 5);
    yanked.availability = Datum::found(Availability::Yanked { reason: "broke".to_owned() });
    yanked.deprecation =
        Datum::found(Deprecation { message: "given up".to_owned(), successor: Some("other".to_owned()) });
    let mut loose = row(python, "loose", "1.0", 6);
    loose.stated[0].written = "loose".to_owned();
    loose.stated[0].specifier = String::new();
    loose.pinning = Pinning::Unpinned;
    loose.current_version = None;
    loose.behind = None;
    loose.advisories = Datum::not_retrieved("nothing says which version runs");
    let mut scoped = row(Ecosystem::JavaScript, "@Scope/left-pad", "1.0.0-rc.1+b", 7);
    scoped.role = Role::Development;
    scoped.other_versions = vec!["0.9.0".to_owned(), "2.6.0".to_owned()];
    scoped.advisories = Datum::found(vec![finding("CVE-2024-5", Severity::Moderate, &["2.6.0"])]);
    let mut local = row(python, "local", "1.0", 8);
    local.pinning = Pinning::Elsewhere;
    of(vec![
        component("backend", python, vec![redis, hidden, gone, yanked, loose, local]),
        component("frontend", Ecosystem::JavaScript, vec![scoped]),
    ])
}

/// What stands on the lines of [`analysis`].
pub(super) fn line(file: &str, line: u32) -> Option<String> {
    let lines = ["", "", "Redis==2.0.0  # cache", "gone==1.0", "yanked==1.0 --hash=sha256:ab", "loose"];
    let text = lines.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
    (file == "back end/requirements.txt").then(|| (*text).to_owned())
}

/// `count` dependencies, each needing the one before, each tenth with an advisory.
pub(super) fn large(count: usize) -> Analysis {
    let one = |number: usize| {
        let mut row = row(Ecosystem::Python, &format!("package-{number}"), "1.2.3", 1 + u32::try_from(number).unwrap());
        row.dependents = vec![format!("package-{}", number + 1)];
        if number.is_multiple_of(10) {
            row.advisories = Datum::found(vec![finding(&format!("CVE-2024-{number}"), Severity::High, &["2.0"])]);
        }
        row
    };
    of(vec![component("backend", Ecosystem::Python, (0..count).map(one).collect())])
}

/// Draws from texts and numbers that proptest made, so that it can make them smaller.
struct Dice {
    texts: Vec<String>,
    numbers: Vec<u32>,
    at: usize,
}

impl Dice {
    fn text(&mut self) -> String {
        self.at += 1;
        self.texts[self.at % self.texts.len()].clone()
    }

    fn number(&mut self, below: u32) -> u32 {
        self.at += 1;
        self.numbers[self.at % self.numbers.len()].wrapping_add(u32::try_from(self.at).unwrap()) % below.max(1)
    }

    fn maybe(&mut self) -> Option<String> {
        (self.number(2) == 0).then(|| self.text())
    }

    fn texts(&mut self) -> Vec<String> {
        (0..self.number(3)).map(|_| self.text()).collect()
    }

    fn datum<T>(&mut self, value: T) -> Datum<T> {
        match self.number(3) {
            0 => Datum::None,
            1 => Datum::not_retrieved(self.text()),
            _ => Datum::found(value),
        }
    }

    fn finding(&mut self) -> Finding {
        const SEVERITIES: [Severity; 6] =
            [Severity::None, Severity::Unknown, Severity::Low, Severity::Moderate, Severity::High, Severity::Critical];
        let exception = (self.number(2) == 0).then(|| Exception {
            by: if self.number(2) == 0 { "settings".to_owned() } else { self.text() },
            reason: self.text(),
            owner: self.maybe(),
            until: self.maybe(),
            expired: self.number(2) == 0,
        });
        Finding {
            id: self.text(),
            aliases: self.texts(),
            records: self.texts(),
            severity: SEVERITIES[self.number(6) as usize],
            score: [None, Some(9.8), Some(f64::NAN), Some(-3.0)][self.number(4) as usize],
            vector: self.maybe(),
            classes: self.texts(),
            summary: self.text(),
            affected: self.text(),
            fixed: self.texts(),
            published: self.maybe(),
            modified: self.maybe(),
            epss: None,
            known_exploited: self.maybe(),
            exception,
        }
    }

    fn row(&mut self, ecosystem: Ecosystem) -> DependencyRow {
        let name = self.text();
        let mut row = row(ecosystem, &name, "1.0", self.number(4));
        for statement in &mut row.stated {
            statement.file = self.text();
            statement.written = self.text();
            statement.specifier = self.text();
        }
        row.current_version = self.maybe();
        row.other_versions = self.texts();
        row.target_version = self.maybe();
        row.held_by = self.maybe();
        row.age_days = Some(i64::from(self.number(100)) - 50);
        let latest = self.text();
        row.latest = self.datum(latest);
        row.pinning = [Pinning::Pinned, Pinning::Unpinned, Pinning::Elsewhere][self.number(3) as usize];
        let availability = match self.number(4) {
            0 => Availability::Yanked { reason: self.text() },
            1 => Availability::NoDistribution { exists_for: self.texts() },
            2 => Availability::NoSuchVersion { nearest: self.texts() },
            _ => Availability::NoSuchPackage,
        };
        row.availability = self.datum(availability);
        let deprecation = Deprecation { message: self.text(), successor: self.maybe() };
        row.deprecation = self.datum(deprecation);
        let findings = (0..self.number(3)).map(|_| self.finding()).collect();
        row.advisories = self.datum(findings);
        row.dependents = self.texts();
        row.paths = vec![self.texts()];
        row
    }

    fn analysis(&mut self) -> Analysis {
        let components = (0..self.number(3))
            .map(|_| {
                let ecosystem = Ecosystem::ALL[self.number(2) as usize];
                let rows = (0..self.number(5)).map(|_| self.row(ecosystem)).collect();
                let mut component = component(&self.text(), ecosystem, rows);
                component.name = self.maybe();
                component.environment = self.text();
                component.runtimes[0].stated[0].file = self.text();
                component
            })
            .collect();
        let mut analysis = of(components);
        analysis.repository = self.text();
        analysis.as_of = self.text();
        analysis.problems = vec![FileProblem {
            file: self.text(),
            line: Some(self.number(2)),
            message: self.text(),
            hint: self.maybe(),
        }];
        analysis
    }
}

/// Texts that want to be something else, and any text at all.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("redis".to_owned()),
        Just("1.0.0".to_owned()),
        Just("2026-11-21".to_owned()),
        Just("@scope/name".to_owned()),
        Just(String::new()),
        Just("=cmd|' /C calc'!A0".to_owned()),
        Just("\u{1b}]0;owned\u{7}\u{1b}[2J".to_owned()),
        Just("\",\"a\":\"b\r\n1,2,3".to_owned()),
        Just("[x](javascript:alert(1)) {0} \u{202e}".to_owned()),
        Just("../../etc/passwd%00?a#b".to_owned()),
        any::<String>(),
    ]
}

pub(super) fn any_analysis() -> impl Strategy<Value = Analysis> {
    (proptest::collection::vec(texts(), 1..20), proptest::collection::vec(any::<u32>(), 1..40))
        .prop_map(|(texts, numbers)| Dice { texts, numbers, at: 0 }.analysis())
}
