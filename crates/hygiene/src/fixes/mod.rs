//! What mends a finding: changed files as text, to be put into a commit of its own and looked at.
//!
//! Lives here: which finding can be mended, and the shape of a fix. Lives elsewhere: one fix each (`dependency_scan`,
//! `container_scan`, `gates`, `pinning`), taking masks away (`unmask`), edits by line (`edits`), the branch (`engine`).

mod container_scan;
mod dependency_scan;
mod edits;
mod gates;
mod pinning;
mod unmask;

use std::collections::BTreeMap;

use uplift_model::Hint;
use uplift_model::hygiene::Presence;
use uplift_model::redact;

use crate::audit;
use crate::repository::Repository;
use crate::survey::Survey;
use crate::unread;

/// What only the one who asks can say.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Percent of coverage below which the build shall fail.
    pub threshold: Option<u8>,
    /// Versions to pin, by package, where nothing in the repository says which is in use.
    pub pins: BTreeMap<String, String>,
}

/// One file as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// From the repository's root, with `/`.
    pub path: String,
    pub text: String,
}

/// A finding mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The commit's first line.
    pub subject: String,
    /// What was changed and why, a line each.
    pub body: Vec<String>,
    /// By path; never empty.
    pub changes: Vec<Change>,
    /// What it leaves open, for the one who looks at it.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FixError {
    #[error("there is no check `{0}`")]
    Unknown(String),
    #[error("`{0}` does not apply here: {1}")]
    LeftOut(String, String),
    #[error("`{0}` is in place already")]
    Present(String),
    #[error("`{0}` cannot be mended from here: {1}")]
    Cannot(String, String),
}

impl Hint for FixError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown(_) => Some("`uplift hygiene --all` lists every check".to_owned()),
            Self::LeftOut(..) | Self::Present(_) => None,
            Self::Cannot(check, _) => Some(format!("`uplift hygiene --only {check}` says what to do by hand")),
        }
    }
}

/// What writes a fix; `Err` says why it cannot.
type Writer = fn(&Survey<'_>, &Wish) -> Result<Fix, String>;

const WRITERS: [(&str, Writer); 7] = [
    ("container-scan", container_scan::write),
    ("coverage-gate", gates::coverage),
    ("dependency-scan", dependency_scan::write),
    ("lint-gate", gates::lint),
    ("pinning", pinning::write),
    ("test-configuration", gates::configuration),
    ("tests-gate", gates::tests),
];

/// Names of the checks whose findings can be mended.
pub(crate) fn writer(name: &str) -> Option<Writer> {
    WRITERS.iter().find(|(n, _)| *n == name).map(|(_, w)| *w)
}

/// Whether `name` can be mended without anything more being said.
pub(crate) fn can(name: &str, survey: &Survey<'_>) -> bool {
    unread::refused(name, survey).is_none() && writer(name).is_some_and(|write| write(survey, &Wish::default()).is_ok())
}

/// Mends the finding of the check `name`.
///
/// # Errors
/// [`FixError`] when there is nothing to mend, or it takes a person.
pub fn fix(repository: &Repository<'_>, name: &str, wish: &Wish) -> Result<Fix, FixError> {
    let survey = Survey::of(repository);
    if !audit::names().contains(&name) {
        return Err(FixError::Unknown(name.to_owned()));
    }
    let report = audit::audit(repository, &[name.to_owned()]);
    if let Some((_, reason)) = report.left_out.first() {
        return Err(FixError::LeftOut(name.to_owned(), reason.clone()));
    }
    if report.findings.iter().any(|f| f.state == Presence::Present) {
        return Err(FixError::Present(name.to_owned()));
    }
    let cannot = |why: &str| FixError::Cannot(name.to_owned(), redact::text(why));
    if let Some(why) = unread::refused(name, &survey) {
        return Err(cannot(&why));
    }
    let write = writer(name).ok_or_else(|| cannot("no fix is written for it"))?;
    let fix = write(&survey, wish).map_err(|why| cannot(&why))?;
    let masked = |lines: Vec<String>| lines.iter().map(|line| redact::text(line)).collect();
    Ok(Fix { body: masked(fix.body), notes: masked(fix.notes), ..fix })
}
