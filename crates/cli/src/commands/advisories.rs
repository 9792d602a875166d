//! `uplift advisories`: known vulnerabilities kept for offline use.

use std::path::Path;

use serde::Serialize;
use uplift_engine::KeptAdvisories;
use uplift_model::ExitCode;
use uplift_report::json;

use super::Desk;
use crate::args::Advisories;
use crate::exit::Ended;
use crate::settings;

#[derive(Serialize)]
struct Body<'a> {
    kept: Option<&'a KeptAdvisories>,
}

pub(crate) fn run(verb: &Advisories, desk: &Desk) -> Ended {
    let kept = match verb {
        Advisories::Update => {
            let settings = settings::around(desk.path(Path::new(".")).as_path())?;
            Some(uplift_engine::update_advisories(&settings.advisories, &desk.cancel)?)
        }
        Advisories::Show => uplift_engine::kept_advisories()?,
    };
    desk.answer(|| screen(kept.as_ref()), json::v1::ADVISORIES, &Body { kept: kept.as_ref() })?;
    Ok(ExitCode::Done)
}

fn screen(kept: Option<&KeptAdvisories>) -> String {
    let Some(kept) = kept else {
        return "no advisories are kept; `uplift check` asks OSV's API\nnext: uplift advisories update\n".to_owned();
    };
    let records: Vec<String> = kept.records.iter().map(|(name, n)| format!("{n} on {name}")).collect();
    let newest = kept.newest.as_deref().unwrap_or("an unknown day");
    let renewed = if kept.renewed { "renewed: " } else { "" };
    let skipped = if kept.skipped == 0 { String::new() } else { format!(", {} files were no records", kept.skipped) };
    format!("{renewed}{} packages, {} up to {newest}{skipped}\n", kept.packages, records.join(", "))
}
