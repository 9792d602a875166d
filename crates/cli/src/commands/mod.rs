//! The verbs, one file each, and what they share: streams, cancellation, the path in question.

mod advisories;
mod apply;
mod approve;
mod cancel;
mod check;
mod completions;
mod demo;
mod doctor;
mod hygiene;
mod init;
mod lift;
mod plan;
mod report;
mod resume;
mod rollback;
mod runs;
mod show;
mod status;
mod upgrade;
mod validate;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use uplift_model::ExitCode;
use uplift_report::formats::Standard;
use uplift_report::{View, json};
use uplift_sandbox::Cancel;
use uplift_sandbox::git::Git;

use crate::args::{Command, Everywhere, Format};
use crate::exit::{Ended, Failure};
use crate::live::Live;
use crate::terminal;

/// Carries out a verb.
pub(crate) fn run(command: Command, desk: &Desk) -> Ended {
    match command {
        Command::Upgrade(args) => upgrade::run(&args, desk),
        Command::Advisories { verb } => advisories::run(&verb, desk),
        Command::Check(args) => check::run(&args, desk),
        Command::Plan(args) => plan::run(&args, desk),
        Command::Validate(args) => validate::run(&args, desk),
        Command::Report(args) => report::run(&args, desk),
        Command::Hygiene(args) => hygiene::run(&args, desk),
        Command::Approve(args) => approve::run(&args, desk),
        Command::Status => status::run(desk),
        Command::Runs => runs::run(desk),
        Command::Show(args) => show::run(&args, desk),
        Command::Resume { run } => resume::run(run.as_deref(), desk),
        Command::Cancel { run } => cancel::run(run.as_deref(), desk),
        Command::Rollback { run, packages } => rollback::run(&run, &packages, desk),
        Command::Apply { run } => apply::run(&run, desk),
        Command::Lift { package } => lift::run(&package, desk),
        Command::Init { path } => init::run(&path, desk),
        Command::Doctor => doctor::run(desk),
        Command::Demo { dest, no_upgrade } => demo::run(&dest, no_upgrade, desk),
        Command::Completions { shell } => completions::run(shell),
    }
}

/// What every verb works with.
pub(crate) struct Desk {
    pub(crate) cancel: Cancel,
    format: Format,
    quiet: bool,
    logging: bool,
    directory: PathBuf,
}

impl Desk {
    pub(crate) fn new(everywhere: &Everywhere, cancel: Cancel) -> Self {
        let Everywhere { directory, format, color: _, verbose, quiet } = everywhere.clone();
        let directory = directory.unwrap_or_else(|| PathBuf::from("."));
        Self { cancel, format, quiet, logging: verbose > 0, directory }
    }

    /// A path as given, seen from the folder of `-C`.
    pub(crate) fn path(&self, given: &Path) -> PathBuf {
        if given == Path::new(".") {
            self.directory.clone()
        } else if self.directory == Path::new(".") {
            given.to_owned()
        } else {
            self.directory.join(given)
        }
    }

    /// The folder of `-C`.
    pub(crate) fn here(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// The answer goes to other programs in a form of theirs.
    pub(crate) fn standard(&self) -> Option<Standard> {
        self.format.standard()
    }

    /// `document` as a page, where one is asked for.
    pub(crate) fn page(&self, document: &dyn Fn() -> uplift_report::document::Document) -> Option<String> {
        match self.format {
            Format::Html => Some(uplift_report::html::document(&document())),
            Format::Markdown => Some(uplift_report::markdown::document(&document())),
            _ => None,
        }
    }

    pub(crate) fn is_page(&self) -> bool {
        matches!(self.format, Format::Html | Format::Markdown)
    }

    pub(crate) fn is_screen(&self) -> bool {
        self.format == Format::Table
    }

    pub(crate) fn view(&self, path: &Path) -> View {
        let top = Git::find(path).ok().map(|repository| repository.top);
        let name = top.as_ref().and_then(|top| top.file_name()).map(|name| name.to_string_lossy().into_owned());
        let view = terminal::view(&quoted(path));
        View { project: name.unwrap_or_else(|| view.project.clone()), ..view }
    }

    /// Progress on stderr, until it is dropped.
    pub(crate) fn live(&self) -> Live {
        Live::start(self.quiet, self.logging)
    }

    /// Writes the command's answer.
    pub(crate) fn say(&self, text: &str) -> Result<(), Failure> {
        say(text)
    }

    /// Writes one of two forms of an answer: the screen, or the document.
    pub(crate) fn answer<T: Serialize>(
        &self,
        screen: impl FnOnce() -> String,
        schema: &'static str,
        body: &T,
    ) -> Result<(), Failure> {
        let text = if self.is_json() { json::v1::document(schema, body)? } else { screen() };
        say(&text)
    }
}

/// What a command without a richer answer has done.
#[derive(Serialize)]
pub(crate) struct Done<'a> {
    pub(crate) done: &'a str,
    pub(crate) run: Option<&'a str>,
    pub(crate) branch: Option<&'a str>,
    pub(crate) commit: Option<&'a str>,
    pub(crate) packages: Vec<&'a str>,
    pub(crate) held: Vec<&'a str>,
    pub(crate) verified: Option<bool>,
}

impl<'a> Done<'a> {
    pub(crate) fn new(done: &'a str) -> Self {
        Self { done, run: None, branch: None, commit: None, packages: Vec::new(), held: Vec::new(), verified: None }
    }
}

pub(crate) fn say(text: &str) -> Result<(), Failure> {
    match anstream::stdout().write_all(text.as_bytes()) {
        // Who reads through `head` has seen enough.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(Failure::output(&e)),
        Ok(()) => Ok(()),
    }
}

/// A path as a shell takes it back.
fn quoted(path: &Path) -> String {
    uplift_model::shell::word(&path.display().to_string())
}

/// The exit code of a run that came to its end.
pub(crate) fn ended(report: &uplift_model::outcome::RunReport, fail_on_held: &[String]) -> ExitCode {
    use uplift_model::outcome::{Held, Proof, RunState};
    let waits = |held: &Held| held.proof == Proof::Approval;
    let forbidden = |name: &str| {
        fail_on_held.iter().any(|f| f == "*" || uplift_model::PackageName::new(f).is_ok_and(|f| f.as_str() == name))
    };
    let failed = matches!(report.state, RunState::Failed | RunState::RolledBack);
    if failed || report.held.iter().any(|held| !waits(held) && forbidden(held.name.as_str())) {
        ExitCode::Held
    } else if report.held.iter().any(waits) {
        ExitCode::Approval
    } else {
        ExitCode::Done
    }
}
