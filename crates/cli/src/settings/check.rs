//! What values make sense, beyond their type.

use std::collections::BTreeMap;
use std::fmt;

use uplift_model::dossier::Given;
use uplift_model::settings::{Environment, Ignore, Planning};
use uplift_model::{PackageName, Settings, Version};

use super::policy;

/// A value that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The key, as in the file: `[test] baseline-runs`.
    key: String,
    what: String,
    /// What to look for in the file to find its line: every one of these on one line.
    needles: Vec<String>,
    pub(crate) hint: &'static str,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.what)
    }
}

impl Wrong {
    pub(super) fn new(table: &str, key: &str, what: impl Into<String>, hint: &'static str) -> Self {
        Self { key: format!("[{table}] {key}"), what: what.into(), needles: vec![key.to_owned()], hint }
    }

    pub(super) fn beside(mut self, text: &str) -> Self {
        self.needles = vec![text.to_owned()];
        self
    }

    /// The line of `text` that holds the value, from 1.
    pub(crate) fn line_in(&self, text: &str) -> Option<usize> {
        let holds = |line: &str| {
            let code = line.split('#').next().unwrap_or_default();
            self.needles.iter().all(|needle| code.contains(needle))
        };
        text.lines().position(holds).map(|index| index + 1)
    }
}

/// Most connections at once.
const CONNECTIONS: usize = 256;

/// # Errors
/// The first value that makes no sense.
pub(crate) fn all(settings: &Settings) -> Result<(), Wrong> {
    let Settings {
        project,
        test,
        services,
        upgrade,
        limits,
        check,
        advisories,
        plan,
        report,
        environment,
        policy,
        policies: _,
        file: _,
    } = settings;
    if !(1..=10).contains(&test.baseline_runs) {
        return Err(Wrong::new(
            "test",
            "baseline-runs",
            format!("{} is not between 1 and 10", test.baseline_runs),
            "3 tells flaky tests from steady ones",
        ));
    }
    for (table, key, value) in [
        ("test", "silence-limit", test.silence_limit),
        ("test", "time-limit", test.time_limit.unwrap_or(1)),
        ("upgrade", "run-budget", u64::from(upgrade.run_budget)),
        ("limits", "resolve-seconds", limits.resolve_seconds),
        ("limits", "build-seconds", limits.build_seconds),
        ("limits", "file-mib", limits.file_mib),
        ("limits", "open-files", limits.open_files),
        ("limits", "connections", limits.connections as u64),
    ] {
        if value == 0 {
            return Err(Wrong::new(table, key, "0 leaves nothing to work with", "leave the key out for its default"));
        }
    }
    for (table, key, path) in [("project", "component", &project.component), ("test", "directory", &test.directory)] {
        if let Some(path) = path.as_ref().filter(|p| leaves(p)) {
            return Err(Wrong::new(
                table,
                key,
                format!("`{path}` is not inside the repository"),
                "give the folder from the repository's root, such as \"backend\"",
            ));
        }
    }
    if let Some(service) = services.iter().find(|s| s.command.trim().is_empty()) {
        return Err(Wrong::new(
            "services",
            "command",
            format!("service `{}` has no command", service.name),
            "give the command that starts it",
        )
        .beside(&service.name));
    }
    if limits.connections > CONNECTIONS {
        let what = format!("{} at once is more than any index takes, or this machine", limits.connections);
        return Err(Wrong::new("limits", "connections", what, "give 1 to 256, or leave the key out for its default"));
    }
    if limits.file_mib > 1 << 24 {
        let what = format!("{} MiB is more than any disk holds", limits.file_mib);
        return Err(Wrong::new("limits", "file-mib", what, "leave the key out for its default"));
    }
    if limits.open_files < 64 {
        let what = format!("{} is too few for any program", limits.open_files);
        return Err(Wrong::new("limits", "open-files", what, "leave the key out for its default"));
    }
    let odd =
        |(name, value): &(&String, &String)| name.is_empty() || name.contains(['=', '\0']) || value.contains('\0');
    if let Some((name, _)) = test.env.iter().find(odd) {
        let what = format!("`{}` cannot be a variable of a process", name.escape_debug());
        return Err(Wrong::new("test", "env", what, "a name without `=`, and no NUL in name or value"));
    }
    for (key, base) in [("api", &advisories.api), ("export", &advisories.export)] {
        if let Some(base) = base.as_ref().filter(|b| b.contains('@')) {
            let what = "the address holds a user or a password".to_owned();
            let hint = "keep them in ~/.netrc, which is read for every host";
            return Err(Wrong::new("advisories", key, what, hint).beside(base));
        }
    }
    branch(&upgrade.branch)?;
    for condition in &check.fail_on {
        condition.parse::<uplift_engine::Condition>().map_err(|e| {
            Wrong::new("check", "fail-on", e.to_string(), "docs/settings.md lists the conditions").beside(condition)
        })?;
    }
    for rule in &advisories.ignore {
        ignore(rule)?;
    }
    planning(plan)?;
    given(report)?;
    surroundings(environment)?;
    policy::all(policy)?;
    for (name, bound) in &upgrade.hold {
        specifier(bound).map_err(|what| {
            Wrong::new("upgrade", &format!("hold.{name}"), what, "a bound looks like `<5` or `>=4.2,<5`").beside(bound)
        })?;
    }
    for (key, versions) in [("pin", &upgrade.pin), ("target", &upgrade.target)] {
        for (name, version) in versions {
            Version::new(version).map_err(|e| {
                let hint = "it is one exact version, such as \"1.26.4\"";
                Wrong::new("upgrade", &format!("{key}.{name}"), e.to_string(), hint).beside(version)
            })?;
        }
    }
    Ok(())
}

fn given(report: &Given) -> Result<(), Wrong> {
    let amounts = [
        ("investment", report.investment),
        ("savings-per-year", report.savings_per_year),
        ("hourly-rate", report.hourly_rate),
    ];
    for (key, amount) in amounts {
        if let Some(amount) = amount.filter(|a| !a.is_finite() || *a < 0.0) {
            let what = format!("{amount} is no amount of money");
            return Err(Wrong::new("report", key, what, "give a number that is not negative, or leave the key out"));
        }
    }
    Ok(())
}

fn planning(plan: &Planning) -> Result<(), Wrong> {
    let wrong = |key: &str, what: String, hint: &'static str, beside: &str| {
        Err(Wrong::new("plan", key, what, hint).beside(beside))
    };
    if plan.team.people == 0 || !(1..=168).contains(&plan.team.hours_a_week) {
        let what = format!("{} people with {} hours a week do nothing", plan.team.people, plan.team.hours_a_week);
        return wrong("team", what, "give one person at least, and 1 to 168 hours", "team");
    }
    for metric in &plan.metrics {
        if let Err(e) = uplift_engine::metric(metric) {
            return wrong("metrics", e, "docs/settings.md lists the metrics", metric);
        }
    }
    for rule in &plan.reviewers {
        if let Some(class) = rule.class.as_ref().filter(|class| !uplift_engine::is_class(class)) {
            let what = format!("there is no class `{class}`");
            return wrong("reviewers.class", what, "docs/reference/risk.md lists the classes", class);
        }
    }
    let mut seen: BTreeMap<&PackageName, &str> = BTreeMap::new();
    for stage in &plan.stages {
        for package in &stage.packages {
            if let Some(other) = seen.insert(package, &stage.name).filter(|other| *other != stage.name) {
                let what = format!("{package} is in stage `{other}` and in stage `{}`", stage.name);
                return wrong("stages", what, "name each package in one stage", &stage.name);
            }
        }
    }
    Ok(())
}

fn surroundings(environment: &Environment) -> Result<(), Wrong> {
    let wrong = |key: &str, what: String, hint| Err(Wrong::new("environment", key, what, hint));
    let python = environment.python.as_ref();
    if let Some(text) = python.filter(|text| Version::new(text).map_or(true, |v| v.line(1) != [3])) {
        return wrong("python", format!("`{text}` is no version of Python 3"), "write it as \"3.11\"");
    }
    if let Some(cpu) = environment.cpu.filter(|cpu| !(cpu.is_finite() && *cpu > 0.0)) {
        return wrong("cpu", format!("{cpu} processors do nothing"), "write a number such as 0.5 or 2");
    }
    for (key, value) in [
        ("memory-mib", environment.memory_mib),
        ("disk-mib", environment.disk_mib),
        ("timeout", environment.timeout),
        ("port", environment.port.map(u64::from)),
    ] {
        if value == Some(0) {
            return wrong(key, "0 leaves nothing to work with".to_owned(), "leave the key out where nothing is known");
        }
    }
    Ok(())
}

fn ignore(rule: &Ignore) -> Result<(), Wrong> {
    let wrong = |key: &str, what: String, hint| Err(Wrong::new("advisories", key, what, hint).beside(&rule.id));
    if rule.id.trim().is_empty() {
        return wrong("ignore.id", "a rule has no id".to_owned(), "give the advisory's id, such as \"CVE-2024-1234\"");
    }
    if rule.reason.trim().is_empty() {
        return wrong(
            "ignore.reason",
            format!("the rule for {} gives no reason", rule.id),
            "say why it does not apply",
        );
    }
    if let Some(until) = rule.until.as_ref().filter(|day| !uplift_engine::is_date(day)) {
        let what = format!("`{until}` is not a date");
        return wrong("ignore.until", what, "write the last day on which it holds, such as \"2027-01-31\"");
    }
    Ok(())
}

fn leaves(path: &str) -> bool {
    path.starts_with('/') || path.split('/').any(|part| part == "..")
}

/// A branch's name, by git's own rules as far as they can be broken by hand.
fn branch(name: &str) -> Result<(), Wrong> {
    let filled = name.replace("{date}", "d").replace("{run}", "r");
    let odd = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\{}".contains(c);
    let part_is_odd =
        |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock") || part.ends_with('.');
    if matches!(filled.as_str(), "main" | "master" | "trunk" | "develop" | "development") {
        let hint = "a run delivers on a branch of its own: the default is \"uplift/{date}-{run}\"";
        return Err(Wrong::new("upgrade", "branch", format!("`{name}` is the project's own branch"), hint));
    }
    let wrong = matches!(filled.as_str(), "HEAD" | "@")
        || filled.starts_with('-')
        || filled.contains("..")
        || filled.contains(odd)
        || filled.split('/').any(part_is_odd);
    if wrong {
        let hint = "the default is \"uplift/{date}-{run}\"; {date} and {run} are filled in";
        return Err(Wrong::new("upgrade", "branch", format!("`{name}` is not a branch's name"), hint));
    }
    Ok(())
}

/// Bounds on a version: comparisons with commas between them.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn specifier(text: &str) -> Result<(), String> {
    for part in text.split(',') {
        let part = part.trim();
        let version =
            ["===", "==", "!=", "<=", ">=", "~=", "<", ">"].iter().find_map(|operator| part.strip_prefix(operator));
        let fits = version.is_some_and(|version| {
            let version = version.trim();
            let whole = version.strip_suffix(".*").filter(|_| part.starts_with("==") || part.starts_with("!="));
            Version::new(whole.unwrap_or(version)).is_ok()
        });
        if !fits {
            return Err(format!("`{}` is no bound on a version", text.trim()));
        }
    }
    Ok(())
}
