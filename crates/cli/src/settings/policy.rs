//! Policies: what values make sense in `[policy]`, and reading the files of `--policy`.
//!
//! Lives elsewhere: the keys (`uplift_model::settings`), what they mean (`uplift_decide::policy`).

use std::path::Path;

use serde::Deserialize;
use uplift_model::advisory::Severity;
use uplift_model::semver::Range;
use uplift_model::settings::{Banned, NamedPolicy, Policy, PolicyException};
use uplift_model::{Ecosystem, Settings};

use super::check::{self, Wrong};
use super::{SettingsError, bounded, in_file};
use crate::args::Policies;
use crate::commands::Desk;

/// Enters the policies of the files that are named. Each is held by itself, beside the repository's own.
///
/// # Errors
/// When a file cannot be read, is no policy, or holds a value that makes no sense.
pub(crate) fn add(settings: &mut Settings, named: &Policies, desk: &Desk) -> Result<(), SettingsError> {
    for file in &named.policy {
        settings.policies.push(read(&desk.path(file))?);
    }
    Ok(())
}

fn read(file: &Path) -> Result<NamedPolicy, SettingsError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Text {
        policy: Policy,
    }
    let text = bounded::text(file, None).map_err(|e| SettingsError::Policy(file.to_owned(), e))?;
    let shown = file.display().to_string();
    let Text { policy } = toml::from_str(&text).map_err(|e| in_file(&e, &text, &shown))?;
    all(&policy).map_err(|wrong| {
        let line = wrong.line_in(&text);
        SettingsError::Value { file: shown.clone(), line, wrong: Box::new(wrong) }
    })?;
    // A platform's policy without a rule is a slip: nothing would ever fail.
    if policy.is_empty() {
        let what = "it has no rule".to_owned();
        return Err(SettingsError::Text { file: shown, line: 1, what });
    }
    Ok(NamedPolicy { file: shown, rules: policy })
}

/// # Errors
/// The first value that makes no sense.
pub(super) fn all(policy: &Policy) -> Result<(), Wrong> {
    for (key, list) in [("licences-allowed", &policy.licences_allowed), ("licences-denied", &policy.licences_denied)] {
        for text in list {
            uplift_engine::licence(text).map_err(|what| {
                let hint =
                    "write one SPDX identifier each, such as \"MIT\" or \"GPL-2.0-only WITH Classpath-exception-2.0\"";
                Wrong::new("policy", key, what, hint).beside(&quoted(text))
            })?;
        }
    }
    if let Some(both) = policy.licences_allowed.iter().find(|text| policy.licences_denied.contains(text)) {
        let what = format!("`{both}` is denied as well");
        return Err(
            Wrong::new("policy", "licences-allowed", what, "leave it in one of the lists").beside(&quoted(both))
        );
    }
    for (key, limit) in
        [("max-severity", policy.max_severity), ("max-severity-transitive", policy.max_severity_transitive)]
    {
        if limit == Some(Severity::Unknown) {
            let hint = "write critical, high, moderate, low or none: an unknown one counts as moderate";
            return Err(Wrong::new("policy", key, "`unknown` is no limit", hint));
        }
    }
    policy.banned.iter().try_for_each(banned)?;
    policy.exception.iter().try_for_each(exception)
}

fn banned(banned: &Banned) -> Result<(), Wrong> {
    let wrong = |key: &str, what: String, hint| {
        Err(Wrong::new("policy", &format!("banned.{key}"), what, hint).beside(&quoted(&banned.name)))
    };
    if banned.name.trim().is_empty() {
        return wrong("name", "a ban names no package".to_owned(), "give the package's name");
    }
    if banned.reason.trim().is_empty() {
        return wrong("reason", format!("the ban of {} gives no reason", banned.name), "say why it is not to be used");
    }
    let Some(versions) = &banned.versions else { return Ok(()) };
    let is_python = check::specifier(versions).is_ok();
    let is_npm = Range::new(versions).is_ok();
    let (fits, hint) = match banned.ecosystem {
        Some(Ecosystem::Python) => (is_python, "a bound looks like `<5` or `>=4.2,<5`"),
        Some(Ecosystem::JavaScript) => (is_npm, "a range looks like `<4.17.21` or `^3 || 4.0.1`"),
        None => (is_python && is_npm, "say which `ecosystem` is meant, or write a bound that both read: `<4.17.21`"),
    };
    if fits { Ok(()) } else { wrong("versions", format!("`{versions}` is no bound on a version"), hint) }
}

fn exception(exception: &PolicyException) -> Result<(), Wrong> {
    let wrong = |key: &str, what: String, hint| {
        Err(Wrong::new("policy", &format!("exception.{key}"), what, hint).beside(&quoted(&exception.package)))
    };
    if exception.package.trim().is_empty() {
        return wrong("package", "an exception names no package".to_owned(), "give the package's name");
    }
    if exception.reason.trim().is_empty() {
        let what = format!("the exception for {} gives no reason", exception.package);
        return wrong("reason", what, "say why the rule does not count for it");
    }
    if let Some(until) = exception.until.as_ref().filter(|day| !uplift_engine::is_date(day)) {
        let what = format!("`{until}` is not a date");
        return wrong("until", what, "write the last day on which it holds, such as \"2027-01-31\"");
    }
    Ok(())
}

/// As it stands in the file, so that a short name is not found within other words.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]
mod tests {
    use super::*;

    fn says(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.toml");
        std::fs::write(&file, text).unwrap();
        let told = read(&file).map(|policy| format!("{policy:?}")).unwrap_or_else(|e| e.to_string());
        told.rsplit("policy.toml").next().unwrap().to_owned()
    }

    #[test]
    fn a_policy_is_read_with_all_its_tables() {
        let text = "[policy]\nlicences-allowed = [\"MIT\", \"apache-2.0\"]\nunknown-licence = \"allow\"\n\
            max-severity = \"moderate\"\n[[policy.banned]]\nname = \"request\"\necosystem = \"javascript\"\n\
            reason = \"given up\"\ninstead = \"undici\"\n[[policy.exception]]\npackage = \"a\"\nrule = \"licence\"\n\
            reason = \"bought\"\nuntil = \"2027-01-31\"\n";
        let policy: toml::Value = toml::from_str(text).unwrap();
        let policy: Policy = policy.get("policy").unwrap().clone().try_into().unwrap();
        assert!(all(&policy).is_ok() && !policy.is_empty() && policy.asks_for_licences());
        assert!(says(text).contains("rule: Licence"), "{}", says(text));
    }

    #[test]
    fn values_without_sense_are_errors_on_their_line() {
        for (text, expected) in [
            (
                "[policy]\nlicences-allowed = [\"MIT\", \"Custom\"]\n",
                ":2: [policy] licences-allowed: `Custom` is not on SPDX's list",
            ),
            (
                "[policy]\nlicences-denied = [\"MIT OR ISC\"]\n",
                ":2: [policy] licences-denied: `MIT OR ISC` is more than one licence",
            ),
            (
                "[policy]\nlicences-denied = [\"MIT\"]\nlicences-allowed = [\"MIT\"]\n",
                ":2: [policy] licences-allowed: `MIT` is denied as well",
            ),
            ("[policy]\nmax-severity = \"unknown\"\n", ":2: [policy] max-severity: `unknown` is no limit"),
            (
                "[policy]\n[[policy.banned]]\nname = \"a\"\nreason = \" \"\n",
                ":3: [policy] banned.reason: the ban of a gives no reason",
            ),
            (
                "[policy]\n[[policy.banned]]\nname = \"a\"\nreason = \"r\"\nversions = \"^1 || ^2\"\n",
                ":3: [policy] banned.versions: `^1 || ^2` is no bound on a version",
            ),
            (
                "[policy]\n[[policy.exception]]\npackage = \"a\"\nrule = \"licence\"\nreason = \"r\"\nuntil = \"soon\"\n",
                ":3: [policy] exception.until: `soon` is not a date",
            ),
            (
                "[policy]\n[[policy.exception]]\npackage = \"a\"\nrule = \"age\"\nreason = \"r\"\n",
                ":4: unknown variant `age`, expected one of `licence`, `severity`, `banned`",
            ),
            ("[policy]\nlicenses-allowed = []\n", ":2: unknown field `licenses-allowed`"),
            ("[policy]\n", ":1: it has no rule"),
            ("[upgrade]\nignore = []\n", ":1: unknown field `upgrade`"),
        ] {
            assert!(says(text).starts_with(expected), "{text}: {}", says(text));
        }
    }
}
