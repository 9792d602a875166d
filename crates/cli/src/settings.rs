//! Settings: found in `uplift.toml` or `[tool.uplift]`, checked, and overridden by flags.
//!
//! Lives here: where the file is looked for, errors with file and line, what flags override.
//! Lives elsewhere: the keys and their defaults (`uplift_model::settings`, `docs/settings.md`), what values make sense
//! (`check`).

mod bounded;
mod check;
pub(crate) mod policy;
mod stages;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;
use uplift_engine::EngineError;
use uplift_model::{ExitCode, Hint, PackageName, Settings, Version};
use uplift_sandbox::git::Git;

pub(crate) use check::Wrong;

use crate::args::Selection;
use crate::exit::Failure;

pub(crate) const FILE: &str = "uplift.toml";
pub(crate) const PYPROJECT: &str = "pyproject.toml";

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("could not read `{0}`")]
    Read(PathBuf, #[source] std::io::Error),
    #[error("{file}:{line}: {what}")]
    Text { file: String, line: usize, what: String },
    #[error("{file}{}: {wrong}", line.map(|l| format!(":{l}")).unwrap_or_default())]
    Value { file: String, line: Option<usize>, wrong: Box<Wrong> },
    #[error("could not read the policy in `{0}`: {1}")]
    Policy(PathBuf, #[source] std::io::Error),
    #[error("could not read the stages in `{0}`")]
    Stages(PathBuf, #[source] std::io::Error),
    #[error("{file}:{line}: {what}")]
    Order { file: String, line: usize, what: String },
    #[error("{0}")]
    Flag(Box<Wrong>),
}

impl Hint for SettingsError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Read(..) => Some("make it readable, or move it away: every setting has a default".to_owned()),
            Self::Policy(..) => {
                Some("--policy names a file with a table `[policy]`; docs/settings.md#policy".to_owned())
            }
            Self::Stages(..) | Self::Order { .. } => {
                Some("a stage a line, in their order: `orm = sqlalchemy, alembic`; docs/reference/plan.md".to_owned())
            }
            Self::Text { what, .. } if what.contains("unknown field") => {
                Some("docs/settings.md lists every key; a typing slip is not ignored silently".to_owned())
            }
            Self::Text { .. } => Some("docs/settings.md shows the form of every key".to_owned()),
            Self::Value { wrong, .. } | Self::Flag(wrong) => Some(wrong.hint.to_owned()),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        let code = if matches!(error, SettingsError::Flag(_)) { ExitCode::Usage } else { ExitCode::Repository };
        Self::new(&error, code)
    }
}

/// `name` and the bound that its version must keep: `django<5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) name: PackageName,
    pub(crate) specifier: String,
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let at = text
            .find(['<', '>', '=', '!', '~'])
            .ok_or_else(|| "there is no bound in it; write a package and a bound, such as 'django<5'".to_owned())?;
        let (name, specifier) = text.split_at(at);
        let name = PackageName::new(name.trim()).map_err(|e| e.to_string())?;
        check::specifier(specifier).map_err(|what| format!("{what}; a bound looks like `<5` or `>=4.2,<5`"))?;
        Ok(Self { name, specifier: specifier.trim().to_owned() })
    }
}

/// `name` and the version that it shall go to: `django==4.2.16`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    name: PackageName,
    version: String,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, version) = text
            .split_once("==")
            .ok_or_else(|| "write a package and one exact version, such as 'django==4.2.16'".to_owned())?;
        let name = PackageName::new(name.trim()).map_err(|e| e.to_string())?;
        let version = Version::new(version.trim()).map_err(|e| e.to_string())?.to_string();
        Ok(Self { name, version })
    }
}

/// The settings for the project at `path`, with what the flags override.
pub(crate) fn load(path: &Path, selection: &Selection) -> Result<Settings, Failure> {
    let repository = Git::find(path).map_err(EngineError::from)?;
    let asked = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = selection.component.as_ref().map_or(asked, |c| repository.top.join(c));
    let mut settings = read(&folder, &repository.top)?;
    overrule(&mut settings, selection);
    if let Some(file) = &selection.stages {
        settings.plan.stages = stages::read(file)?;
    }
    check::all(&settings).map_err(|wrong| SettingsError::Flag(Box::new(wrong)))?;
    Ok(settings)
}

/// The settings for any folder, in a repository or not.
pub(crate) fn around(path: &Path) -> Result<Settings, Failure> {
    let folder = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let root = Git::find(&folder).map_or_else(|_| folder.clone(), |r| r.top);
    Ok(read(&folder, &root)?)
}

/// The first file that has settings: in the folder, in each one above it, up to the repository's root.
fn read(folder: &Path, root: &Path) -> Result<Settings, SettingsError> {
    for place in folder.ancestors().take_while(|p| p.starts_with(root)) {
        for name in [FILE, PYPROJECT] {
            let file = place.join(name);
            let text = match bounded::text(&file, Some(root)) {
                Ok(text) => text,
                Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                    continue;
                }
                Err(e) => return Err(SettingsError::Read(file, e)),
            };
            let shown = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            let found = if name == FILE { own(&text, &shown).map(Some) } else { pyproject(&text, &shown) };
            if let Some(mut settings) = found? {
                if !settings.policies.is_empty() || !settings.file.is_empty() {
                    let key = if settings.file.is_empty() { "policies" } else { "file" };
                    let line = text.lines().position(|line| line.contains(key)).map_or(1, |at| at + 1);
                    return Err(SettingsError::Text { file: shown, line, what: format!("unknown field `{key}`") });
                }
                tracing::info!("Read the settings of {shown}");
                check::all(&settings).map_err(|wrong| {
                    let line = wrong.line_in(&text);
                    SettingsError::Value { file: shown.clone(), line, wrong: Box::new(wrong) }
                })?;
                settings.file = shown;
                return Ok(settings);
            }
        }
    }
    Ok(Settings::default())
}

fn own(text: &str, file: &str) -> Result<Settings, SettingsError> {
    toml::from_str(text).map_err(|e| in_file(&e, text, file))
}

/// `[tool.uplift]`; `None` when there is none. What else is in the file is not judged here.
fn pyproject(text: &str, file: &str) -> Result<Option<Settings>, SettingsError> {
    #[derive(Deserialize)]
    struct Pyproject {
        tool: Option<Tool>,
    }
    #[derive(Deserialize)]
    struct Tool {
        uplift: Option<Settings>,
    }
    let found: Pyproject = match toml::from_str(text) {
        Ok(found) => found,
        // A broken pyproject.toml without settings is for whoever reads the project, with their own words.
        Err(_) if !text.contains("tool.uplift") => return Ok(None),
        Err(e) => return Err(in_file(&e, text, file)),
    };
    Ok(found.tool.and_then(|tool| tool.uplift))
}

fn in_file(error: &toml::de::Error, text: &str, file: &str) -> SettingsError {
    let Range { start, .. } = error.span().unwrap_or_default();
    let line = text.bytes().take(start).filter(|b| *b == b'\n').count() + 1;
    let mut what = error.message().trim().replace('\n', " ");
    // TOML has dates of its own, which begin with a digit and need no quotes; here a date is text.
    let written = text.lines().nth(line - 1).and_then(|l| l.split_once('=')).map(|(_, value)| value.trim());
    if let Some(value) = written.filter(|_| what.starts_with("invalid type") && what.contains("expected a string")) {
        let bare = value.split('#').next().unwrap_or_default().trim();
        if bare.len() >= 10 && bare.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            what = format!("`{bare}` is a date without quotes: quote it, \"{bare}\"");
        }
    }
    SettingsError::Text { file: file.to_owned(), line, what }
}

fn overrule(settings: &mut Settings, selection: &Selection) {
    let Selection {
        test,
        no_tests: _,
        python,
        component,
        strategy,
        ignore,
        hold,
        target,
        stages: _,
        no_refresh,
        budget,
        fresh: _,
    } = selection.clone();
    if test.is_some() {
        settings.test.command = test;
    }
    if python.is_some() {
        settings.project.python = python;
    }
    if component.is_some() {
        settings.project.component = component;
    }
    if let Some(reach) = strategy {
        settings.upgrade.strategy = reach.into();
    }
    settings.upgrade.ignore.extend(ignore);
    settings.upgrade.hold.extend(hold.into_iter().map(|rule| (rule.name, rule.specifier)));
    settings.upgrade.target.extend(target.into_iter().map(|wanted| (wanted.name, wanted.version)));
    if no_refresh {
        settings.upgrade.refresh = false;
    }
    if let Some(budget) = budget {
        settings.upgrade.run_budget = budget;
    }
}

#[cfg(test)]
#[path = "settings/tests.rs"]
mod tests;
