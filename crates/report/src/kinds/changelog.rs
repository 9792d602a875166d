//! `changelog`: the entry of a run for a changelog in the form of Keep a Changelog: changed, removed, security.

use uplift_model::dossier::Dossier;
use uplift_model::outcome::RunReport;

use super::exposure::{Basis, Exposed};
use super::{exposure, parts, pieces, ways};
use crate::document::{Block, Document, Section, Text, Tone};
use crate::numbers::list;

pub(super) fn write(dossier: &Dossier) -> Document {
    let sections = match ways::delivered(dossier) {
        Some(run) => vec![entry(dossier, run), parts::sources(dossier)],
        None => {
            let why = match &dossier.run {
                Some(run) => format!(
                    "The run is {} and delivered nothing: there is nothing to enter.",
                    crate::words::state(run.state)
                ),
                None => "There is no run: there is nothing to enter.".to_owned(),
            };
            vec![Section::new("unreleased", "Unreleased").say(why), parts::sources(dossier)]
        }
    };
    Document {
        title: pieces::title(dossier, "Changelog"),
        header: parts::header(dossier),
        sections,
        footer: parts::footer(dossier),
    }
}

fn entry(dossier: &Dossier, run: &RunReport) -> Section {
    let mut section = Section::new("unreleased", "Unreleased");
    if !run.verified {
        let text = Text::new().strong("Not verified by tests: ").plain(&run.verification);
        section = section.with(Block::Callout(Tone::Warning, text));
    }
    let all = ways::ways(dossier);
    let place = match ways::normal(&run.component) {
        "." => String::new(),
        path => format!(" ({path})"),
    };
    let mut added = Vec::new();
    let mut changed = Vec::new();
    let mut removed = Vec::new();
    for way in all.iter().filter(|way| way.moves()) {
        let name = Text::new().code(&way.name);
        match (&way.from, &way.to) {
            (Some(from), Some(to)) => {
                let text = name.plain(format!(" from {from} to {to}{place}"));
                changed.push(if way.direct { text } else { text.plain(", pulled in by others") });
            }
            (None, Some(to)) => added.push(name.plain(format!(" {to}{place}, pulled in by others"))),
            (Some(from), None) => removed.push(name.plain(format!(" {from}{place}, nothing requires it any more"))),
            (None, None) => {}
        }
    }
    for (id, title, lines) in
        [("added", "Added", added), ("changed", "Changed", changed), ("removed", "Removed", removed)]
    {
        if !lines.is_empty() {
            section = section.below(Section::new(id, title).with(Block::List(lines)));
        }
    }
    match security(dossier) {
        Some(lines) => section.below(lines),
        None => section,
    }
}

/// Only what is fixed by what was delivered; on what that rests is said.
fn security(dossier: &Dossier) -> Option<Section> {
    let exposure = exposure::exposure(dossier);
    let fixed = exposure.fixed();
    let left: Vec<&Exposed<'_>> = exposure.after();
    if fixed.is_empty() && left.is_empty() && exposure.gaps.is_empty() {
        return None;
    }
    let mut lines: Vec<Text> = fixed
        .iter()
        .map(|one| {
            let to = one.after.as_deref().map_or_else(|| "removed".to_owned(), |v| format!("now {v}"));
            Text::from(format!("{} ({}) fixed in ", one.id, one.severity)).code(&one.package).plain(format!(", {to}"))
        })
        .collect();
    if !left.is_empty() {
        let names: Vec<String> = left.iter().map(|one| format!("{} in {}", one.id, one.package)).collect();
        lines.push(Text::from(format!("Known and not shown to be fixed: {}", list(&names))));
    }
    if !exposure.gaps.is_empty() {
        lines.push(Text::from("Not known: ").unknown(exposure.gaps.join("; ")));
    }
    if exposure.basis == Basis::Derived && !fixed.is_empty() {
        lines.push(Text::from("\"Fixed\" is read off each record's fixed versions and the plan; the delivered set was not looked up again"));
    }
    Some(Section::new("security", "Security").with(Block::List(lines)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::sample::{anchors_hold, changed, failed, text_of};
    use serde_json::json;

    #[test]
    fn an_entry_has_versions_and_what_was_mended() {
        let document = write(&changed(|v| {
            v["run"]["refreshed"] = json!([
                {"name": "idna", "from": "3.4", "to": "3.11"}, {"name": "six", "from": "1.16.0", "to": null},
                {"name": "certifi", "from": null, "to": "2025.1"}]);
        }));
        anchors_hold(&document);
        let text = text_of(&document);
        for line in [
            "# Unreleased\n# Added\n- certifi 2025.1, pulled in by others\n# Changed\n- torch from 2.1.0 to 2.6.0\n",
            "- idna from 3.4 to 3.11, pulled in by others\n# Removed\n- six 1.16.0, nothing requires it any more\n# Security\n",
            "- CVE-2025-32434 (critical) fixed in torch, now 2.6.0\n",
            "CVE-2024-36039 in pymysql",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(!text.contains("keras from"), "what is held did not change");
    }

    #[test]
    fn nothing_delivered_is_nothing_entered() {
        for change in [json!(null), json!("failed")] {
            let text = text_of(&write(&changed(|v| match change.is_null() {
                true => v["run"] = json!(null),
                false => v["run"]["state"] = change.clone(),
            })));
            assert!(text.contains("there is nothing to enter") && !text.contains("fixed in"), "{text}");
        }
    }

    #[test]
    fn a_source_that_failed_is_told() {
        let text = text_of(&write(&changed(|v| {
            v["analysis"]["components"][0]["dependencies"][0]["advisories"] = failed("no answer");
        })));
        assert!(text.contains("Not known: unknown (torch: no answer)"), "{text}");
    }
}
