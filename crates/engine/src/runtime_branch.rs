//! The edits of a runtime's upgrade as one commit on a branch of their own.
//!
//! Lives here: putting together what every component needs, on the commit that is checked out. The user's work tree stays.
//! Lives elsewhere: what is edited (`uplift_facts::runtimes::upgrade`), the branch (`crate::hygiene`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use uplift_facts::runtimes::upgrade::applied;
use uplift_model::hygiene::Presence;
use uplift_model::plan::{Edit, RuntimeUpgrade};
use uplift_sandbox::git::Git;
use uplift_sandbox::redact;

use crate::check::{CheckRequest, check};
use crate::error::EngineError;
use crate::hygiene::{Mended, deliver};

/// Name of the branch, and what `uplift hygiene --fix` calls it.
const NAME: &str = "runtime";

/// Writes what the analysis of the repository around `request.path` proposes for its runtimes, as a commit on
/// `uplift/hygiene-runtime`.
///
/// # Errors
/// [`EngineError`] when no runtime should move, nothing can be edited, the files differ from the commit, or the branch
/// holds something else.
pub fn move_runtime(request: &CheckRequest) -> Result<Mended, EngineError> {
    let repository = Git::open(&request.path)?;
    let head = repository.usable_head()?.clone();
    let git = Git::at(&repository.top);
    let checked = check(&CheckRequest { path: repository.top.clone(), ..request.clone() })?;
    let components = checked.analysis.components.iter();
    let upgrades: Vec<(&str, &RuntimeUpgrade)> =
        components.filter_map(|c| Some((c.path.as_str(), c.runtime_upgrade.as_ref()?))).collect();
    if upgrades.is_empty() {
        return Err(EngineError::repository(
            "no runtime has to move: those in use are supported and keep no package back",
            "`uplift check --format json` has what each component runs on",
        ));
    }
    let by_file = together(&upgrades)?;
    if by_file.is_empty() {
        let places: Vec<&str> = upgrades.iter().flat_map(|(_, u)| &u.by_hand).map(String::as_str).collect();
        return Err(EngineError::repository(
            "no file can be edited here: nothing states the version, or what does is left to a person",
            if places.is_empty() {
                "state the version in `.python-version` or `.nvmrc`".to_owned()
            } else {
                places.join("; ")
            },
        ));
    }
    let mut changes: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
    for (file, edits) in &by_file {
        let committed = git.read_file(head.as_str(), Path::new(file))?.and_then(|bytes| String::from_utf8(bytes).ok());
        let new = committed.and_then(|text| applied(&text, edits));
        let new = new.ok_or_else(|| {
            EngineError::repository(
                format!("`{file}` in the work tree is not as it was committed, and edits are for the commit"),
                "commit or stash the change, then run it again",
            )
        })?;
        changes.push((PathBuf::from(file), Some(new.into_bytes())));
    }
    let written = git.write_tree(&git.tree_of(head.as_str())?, &changes)?;
    let branch = format!("uplift/hygiene-{NAME}");
    let ways: Vec<String> = upgrades.iter().map(|(path, u)| format!("{path}: {}", u.way())).collect();
    let done: Vec<String> = by_file.values().flatten().map(|edit| in_words(edit)).collect();
    let mut notes: Vec<String> =
        upgrades.iter().flat_map(|(_, u)| &u.by_hand).map(|p| format!("by hand: {p}")).collect();
    notes.dedup();
    let open = notes.len();
    notes.extend(upgrades.iter().map(|(path, u)| {
        format!("{path}: locks are not written anew here: `{}` says what would move on {}", u.command, u.to)
    }));
    let reasons: Vec<&String> = upgrades.iter().flat_map(|(_, u)| &u.reasons).collect();
    let (commit, existed) = deliver(&git, &branch, &head, &written, &message(&ways, &reasons, &notes))?;
    Ok(Mended {
        check: NAME.to_owned(),
        diff: redact::text(&git.diff_text(head.as_str(), commit.as_str())?),
        branch,
        commit: commit.to_string(),
        base: head.to_string(),
        done,
        notes,
        before: Presence::Partial,
        after: if open == 0 { Presence::Present } else { Presence::Partial },
        existed,
    })
}

/// The edits of all components, file by file; what two of them share is made once.
fn together<'u>(upgrades: &[(&str, &'u RuntimeUpgrade)]) -> Result<BTreeMap<&'u str, Vec<&'u Edit>>, EngineError> {
    let mut by_file: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in upgrades.iter().flat_map(|(_, upgrade)| &upgrade.edits) {
        let edits = by_file.entry(edit.file.as_str()).or_default();
        match edits.iter().find(|other| other.line == edit.line) {
            None => edits.push(edit),
            Some(same) if same.new == edit.new => {}
            Some(_) => {
                return Err(EngineError::repository(
                    format!("{}:{}: two components want different versions there", edit.file, edit.line),
                    "edit that line by hand, commit it, then run it again",
                ));
            }
        }
    }
    Ok(by_file)
}

fn in_words(edit: &Edit) -> String {
    let new = if edit.new.is_empty() { "taken out".to_owned() } else { edit.new.trim().replace('\n', " and ") };
    format!("{}:{}: {} -> {new}", edit.file, edit.line, edit.old.trim())
}

fn message(ways: &[String], reasons: &[&String], notes: &[String]) -> String {
    let mut text = format!("Move the runtime ({})\n\n", ways.join(", "));
    for reason in reasons {
        text.push_str(&format!("- {reason}\n"));
    }
    for note in notes {
        text.push_str(&format!("\nNote: {note}\n"));
    }
    text
}
