//! `uplift report`: a document of one kind, in one form, on stdout or in a file; changes nothing else.

use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use uplift_engine::DossierRequest;
use uplift_model::dossier::{Dossier, SCHEMA};
use uplift_model::{ExitCode, Settings};
use uplift_report::kinds::Kind;
use uplift_report::{html, json, kinds, markdown};

use super::Desk;
use crate::args::{Format, Reporting};
use crate::exit::{Ended, Failure};
use crate::settings;

/// Stands in every page that is written to a file, so that the next one may take its place.
const MARK: &str = "<!-- written by uplift report -->";
/// How names of files begin that are written and not yet in their place.
const TORN: &str = ".uplift-report-";
/// Largest file that is looked into for [`MARK`], in bytes.
const LARGEST: u64 = 64 << 20;

pub(crate) fn run(args: &Reporting, desk: &Desk) -> Ended {
    let (path, named) = subject(args, desk)?;
    if let Some(output) = &args.output {
        may_write(&desk.path(output), args.force)?;
    }
    let mut settings = settings::around(&path)?;
    settings::policy::add(&mut settings, &args.policies, desk)?;
    let run = match named {
        None if args.kind.tells_run() => newest(&path),
        named => named,
    };
    if run.is_none() && args.kind.needs_run() {
        return Err(Failure::plain(
            ExitCode::Repository,
            format!("`{}` tells what a run did, and this repository has no finished run", args.kind),
            "carry one out with `uplift upgrade`, or ask for `uplift report plan`",
        ));
    }
    let request = DossierRequest {
        as_of: args.as_of.clone(),
        offline: args.offline,
        advisories: args.advisories.clone(),
        notes: args.kind.asks_notes() && !args.no_notes,
        ..request(args.kind, path, settings, run, desk)
    };
    let dossier = gathered(&request, desk)?;
    let text = match desk.format() {
        Format::Json => json::v1::bare(&dossier)?,
        form => {
            let document = kinds::write(args.kind, &dossier);
            if form == Format::Html { html::document(&document) } else { markdown::document(&document) }
        }
    };
    match &args.output {
        None => desk.say(&text)?,
        Some(output) => write(&desk.path(output), &text, desk.format())?,
    }
    Ok(ExitCode::Done)
}

/// What a report of `kind` asks for, of today and with the network.
fn request(kind: Kind, path: PathBuf, settings: Settings, run: Option<String>, desk: &Desk) -> DossierRequest {
    DossierRequest {
        path,
        settings,
        cancel: desk.cancel.clone(),
        as_of: None,
        offline: false,
        advisories: Vec::new(),
        plans: run.is_none() || !kind.tells_run(),
        notes: kind.asks_notes(),
        compatibility: kind.asks_compatibility(),
        hygiene: kind.asks_hygiene(),
        run,
    }
}

fn gathered(request: &DossierRequest, desk: &Desk) -> Result<Dossier, Failure> {
    let live = desk.live();
    Ok(uplift_engine::dossier(request, &|event| live.event(event))?)
}

/// The page of a plan, with the settings that its flags made.
pub(super) fn of_plan(
    path: &Path,
    settings: &Settings,
    as_of: Option<&str>,
    desk: &Desk,
) -> Result<Option<String>, Failure> {
    if !desk.is_page() {
        return Ok(None);
    }
    let request = DossierRequest {
        as_of: as_of.map(str::to_owned),
        ..request(Kind::Plan, path.to_owned(), settings.clone(), None, desk)
    };
    let dossier = gathered(&request, desk)?;
    Ok(desk.page(&|| kinds::write(Kind::Plan, &dossier)))
}

/// The page of a run: what it changed, mended and verified.
pub(super) fn of_run(run: &str, desk: &Desk) -> Result<Option<String>, Failure> {
    if !desk.is_page() {
        return Ok(None);
    }
    let path = desk.here().to_owned();
    let settings = settings::around(&path)?;
    let dossier = gathered(&request(Kind::Update, path, settings, Some(run.to_owned()), desk), desk)?;
    Ok(desk.page(&|| kinds::write(Kind::Update, &dossier)))
}

/// The folder and the run that are meant: what is no folder is a run of the repository at hand.
fn subject(args: &Reporting, desk: &Desk) -> Result<(PathBuf, Option<String>), Failure> {
    let path = desk.path(&args.of);
    if path.exists() {
        return Ok((path, args.run.clone()));
    }
    let run = args.of.display().to_string();
    if run.contains(['/', '.']) {
        return Err(Failure::plain(
            ExitCode::Repository,
            format!("`{run}` cannot be read"),
            "give the folder of a project, or a run of `uplift runs`",
        ));
    }
    if args.run.as_ref().is_some_and(|other| *other != run) {
        return Err(Failure::plain(ExitCode::Usage, "two runs are named", "name one, as argument or with --run"));
    }
    Ok((desk.here().to_owned(), Some(run)))
}

/// The newest run that came to its end.
fn newest(path: &Path) -> Option<String> {
    let runs = uplift_engine::runs(path).ok()?;
    runs.into_iter().find(|run| run.report.is_some()).map(|run| run.id)
}

/// Nothing is there, or something that this verb wrote, or `force`.
fn may_write(path: &Path, force: bool) -> Result<(), Failure> {
    let Ok(there) = std::fs::symlink_metadata(path) else { return Ok(()) };
    // An empty file holds nothing that could be lost, and is what a full disk once left of a report.
    if there.is_file() && there.len() == 0 {
        return Ok(());
    }
    let own = || there.len() <= LARGEST && std::fs::read_to_string(path).is_ok_and(|text| is_ours(&text));
    if there.is_file() && (force || own()) {
        return Ok(());
    }
    let hint = if there.is_file() { "name another file, or add --force to overwrite it" } else { "name a file" };
    Err(Failure::plain(ExitCode::Repository, format!("`{}` is there, and no report of Uplift's", path.display()), hint))
}

fn is_ours(text: &str) -> bool {
    let json = || {
        text.trim_start().strip_prefix('{').is_some_and(|rest| {
            rest.trim_start()
                .strip_prefix("\"schema\"")
                .is_some_and(|rest| rest.trim_start_matches([':', ' ']).starts_with(&format!("\"{SCHEMA}\"")))
        })
    };
    text.trim_end().ends_with(MARK) || json()
}

/// Beside its place first and renamed into it, so that a disk that fills up leaves the report that was there. What a link
/// leads to is replaced, not the link; the file's mode stays.
fn write(path: &Path, text: &str, form: Format) -> Result<(), Failure> {
    let whole = if form == Format::Json { text.to_owned() } else { format!("{}\n{MARK}\n", text.trim_end()) };
    renamed(path, whole.as_bytes()).map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                "the disk is full, or your share of it; free some room, or name a file on another one. \
                 What was there before is as it was"
            }
            _ => "name a file in a folder that is there and can be written",
        };
        Failure::plain(ExitCode::Repository, format!("could not write `{}`: {error}", path.display()), hint)
    })
}

fn renamed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let there = std::fs::metadata(path).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        // A device or a pipe has no place of its own to be renamed into.
        return std::fs::write(path, bytes);
    }
    let place = if there.is_some() { path.canonicalize()? } else { path.to_owned() };
    let folder = place.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mode = there.as_ref().map_or(0o666, |there| there.permissions().mode() & 0o777);
    let mut file =
        tempfile::Builder::new().prefix(TORN).permissions(std::fs::Permissions::from_mode(mode)).tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(there) = &there {
        // The umask had its say when the file was made; the mode that somebody chose since then stays.
        file.as_file().set_permissions(there.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&place).map_err(|e| e.error)?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]
mod tests {
    use super::*;

    #[test]
    fn a_report_takes_its_place_whole_and_keeps_mode_and_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("plan.md"), folder.path().join("link.md"));
        write(&file, "one", Format::Markdown).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("plan.md", &link).unwrap();
        write(&link, "two", Format::Markdown).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("two\n{MARK}\n"));
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        let names = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 2, "something is left beside the report");
    }

    #[test]
    fn a_folder_that_takes_no_file_leaves_the_old_report_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plan.md");
        write(&file, "one", Format::Markdown).unwrap();
        let missing = folder.path().join("none/plan.md");
        let told = write(&missing, "two", Format::Markdown).unwrap_err();
        assert!(format!("{told:?}").contains("could not write"), "{told:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("one\n{MARK}\n"));
    }

    #[test]
    fn only_what_carries_the_mark_is_taken_for_ours() {
        assert!(is_ours(&format!("# Plan\n\ntext\n{MARK}\n")));
        assert!(is_ours(&format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"plans\": []\n}}")));
        for other in ["", "# Plan", "{}", "{\"schema\": \"uplift/check/1\"}", &format!("{MARK}\n# my own notes")] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
