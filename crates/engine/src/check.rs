//! Looking at everything: facts gathered, then judged. Nothing is changed, no foreign code runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use uplift_decide::comparison;
use uplift_decide::policy::{self, Condition};
use uplift_ecosystems::python::client::Clients;
use uplift_ecosystems::python::interpreter;
use uplift_facts::days;
use uplift_facts::gather::{self, Ask, Gathered, Named};
use uplift_facts::releases::Answer;
use uplift_facts::vulnerabilities::Sources;
use uplift_model::analysis::Analysis;
use uplift_model::comparison::Comparison;
use uplift_model::{Settings, Version};
use uplift_sandbox::dirs::Dirs;
use uplift_sandbox::fetch::{Fetch, FetchSettings};
use uplift_sandbox::git::{Git, Place};
use uplift_sandbox::{Cancel, clock};

use crate::error::EngineError;
use crate::history;
use crate::judge;
use crate::release_notes::{self, NotesRequest};
use crate::symbols;

/// What a check is asked for.
#[derive(Debug, Clone)]
pub struct CheckRequest {
    /// A repository, or any folder.
    pub path: PathBuf,
    pub settings: Settings,
    pub cancel: Cancel,
    /// The day that ages are counted to, and after which releases are not seen: `YYYY-MM-DD`. Default: today.
    pub as_of: Option<String>,
    /// Nothing is asked over the network.
    pub offline: bool,
    /// Ask everything anew.
    pub fresh: bool,
    /// Export archives, folders or files of OSV records; they replace those of the settings.
    pub advisories: Vec<PathBuf>,
    /// What makes it fail.
    pub fail_on: Vec<Condition>,
    /// An older analysis to compare with: a file, or the name of a kept one.
    pub diff: Option<String>,
    /// The package whose release notes are read as well, out of downloaded artifacts.
    pub notes_of: Option<String>,
}

/// An analysis and what was asked of it.
#[derive(Debug, Clone)]
pub struct Checked {
    pub analysis: Analysis,
    /// Where it meets a condition of `fail_on`, one sentence each.
    pub violations: Vec<String>,
    pub comparison: Option<Comparison>,
    /// In the order of the analysis' components: what the index said of each of its packages.
    pub releases: Vec<BTreeMap<String, Answer>>,
    /// Why the analysis is not among those that `--history` lists; `None`: it is, or there is no repository to keep it in.
    pub not_kept: Option<String>,
}

/// How long an index's answer counts as fresh.
const FRESH: Duration = Duration::from_secs(600);

/// Analyses the repository at `request.path`.
///
/// # Errors
/// [`EngineError`] when the path cannot be read at all or a setting is wrong; a source that fails is part of the answer.
pub fn check(request: &CheckRequest) -> Result<Checked, EngineError> {
    let path = &request.path;
    let folder = path.canonicalize().map_err(|e| {
        EngineError::repository(format!("`{}` cannot be read: {e}", path.display()), "give the folder of a project")
    })?;
    if !folder.is_dir() {
        return Err(EngineError::repository(
            format!("`{}` is not a folder", path.display()),
            "give the folder of a project",
        ));
    }
    // A name typed wrongly must not read as a source that failed today.
    for named in &request.advisories {
        if let Err(e) = std::fs::metadata(named) {
            return Err(EngineError::repository(
                format!("the advisories in `{}` cannot be read: {e}", named.display()),
                "name an export of OSV (a zip), a folder of records, or one record; `uplift advisories update` fetches them",
            ));
        }
    }
    if let Some(day) = request.as_of.as_ref().filter(|d| !days::is_date(d)) {
        return Err(EngineError::repository(format!("`{day}` is not a date"), "write it as 2026-11-21"));
    }
    let repository = Git::find(&folder).ok();
    if repository.as_ref().is_some_and(|r| r.bare && folder.starts_with(&r.top)) {
        return Err(EngineError::repository(
            format!("`{}` is a bare git repository: it holds history and no files", path.display()),
            "clone it (`git clone PATH FOLDER`) and name the clone, or add a work tree to it (`git worktree add FOLDER`)",
        ));
    }
    let commit = repository.as_ref().and_then(Place::head).map(|h| h.to_string());
    let name = repository.as_ref().map_or(&folder, |r| &r.top).file_name();
    let name = name.map_or_else(|| "project".to_owned(), |n| n.to_string_lossy().into_owned());
    let dirs = Dirs::find()
        .map_err(|e| EngineError::repository(e.to_string(), "set UPLIFT_CACHE_DIR to a folder that can be written"))?;
    let fetch = Fetch::new(FetchSettings {
        connections: request.settings.limits.connections.max(16),
        time_limit: Duration::from_secs(20),
        offline: request.offline,
        ..FetchSettings::default()
    })
    .map_err(|e| EngineError::Bug(e.to_string()))?
    .cancelled_by(&request.cancel);
    let (store, kept) = (dirs.root().join("releases"), dirs.root().join("advisories"));
    let clients = Clients::new(dirs, request.cancel.clone());
    let as_of = request.as_of.clone().unwrap_or_else(|| days::of_seconds(clock::now()));
    let python = request.settings.project.python.as_deref().and_then(|named| named_python(&clients, named));
    let gates = request.settings.policies_in_force();
    let ask = Ask {
        root: &folder,
        repository: name,
        commit,
        as_of: as_of.clone(),
        offline: request.offline,
        max_age: if request.fresh { Duration::ZERO } else { FRESH },
        fetch: &fetch,
        clients: &clients,
        store,
        advisories: Sources {
            settings: &request.settings.advisories,
            root: repository.as_ref().map_or(&folder, |r| &r.top),
            paths: &request.advisories,
            folder: &kept,
            fetch: &fetch,
            offline: request.offline,
            today: &as_of,
        },
        python: python.as_deref().map(|version| Named { version, from: "chosen by the settings" }),
        licences: gates.iter().any(|policy| policy.rules.asks_for_licences()),
        subject: None,
    };
    let mut gathered = gather::gather(&ask);
    if request.cancel.is_cancelled() {
        return Err(EngineError::Cancelled);
    }
    let _refused =
        judge::judge(&mut gathered, &request.settings, &|gathered| gather::licences_of_targets(&ask, gathered));
    // What an earlier plan found of the names in use costs nothing; nothing is downloaded for it.
    symbols::recall(&mut gathered, &fetch, clients.dirs.root());
    let comparison = match &request.diff {
        Some(which) => Some(comparison::compare(&history::older(&folder, which)?, &gathered.analysis)),
        None => None,
    };
    // What is kept does not depend on what was to be explained.
    let not_kept = history::keep(&folder, &gathered.analysis);
    if let Some(name) = &request.notes_of {
        let (settings, cancel) = (&request.settings, &request.cancel);
        let asking = NotesRequest { folder: &folder, settings, cancel, offline: request.offline };
        let root = clients.dirs.root();
        symbols::explain(&mut gathered, name, &fetch, root, request.offline, &request.cancel);
        release_notes::explain(&mut gathered, name, &folder, &asking)?;
        if request.cancel.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
    }
    let Gathered { analysis, releases, .. } = gathered;
    let violations = policy::violations(&analysis, &request.fail_on);
    Ok(Checked { analysis, violations, comparison, releases, not_kept })
}

/// The version that a setting means: `3.11`, `python3.11`, or a program that is asked. `None`: it is none, and the files
/// of the project decide.
fn named_python(clients: &Clients, named: &str) -> Option<String> {
    if named.contains('/') {
        return interpreter::ask(clients, Path::new(named)).ok().flatten().map(|found| found.version);
    }
    let bare = named.trim_start_matches("cpython-").trim_start_matches("python").trim_start_matches('-');
    Version::new(bare).ok().filter(|version| version.line(1) == [3]).map(|_| bare.to_owned())
}
