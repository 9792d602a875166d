//! `uplift approve`: takes down that somebody agrees to steps of a plan.

use std::path::Path;

use serde::Serialize;
use uplift_engine::{Agreed, Agreement, Named};
use uplift_model::approval::Approval;
use uplift_model::{ExitCode, PackageName};
use uplift_report::{clean, json};

use super::Desk;
use crate::args::Approving;
use crate::exit::{Ended, Failure};

/// Stands for everything that waits for the role.
const ALL: &str = "all";

#[derive(Serialize)]
struct Document<'a> {
    plan: &'a str,
    approvals: &'a [Approval],
    withdrawn: &'a [Approval],
    waiting: Vec<Waiting<'a>>,
}

#[derive(Serialize)]
struct Waiting<'a> {
    packages: &'a [PackageName],
    reason: &'a str,
}

pub(crate) fn run(args: &Approving, desk: &Desk) -> Ended {
    let file = desk.path(Path::new(&args.plan));
    let plan = if file.is_file() {
        Named::Brought(Box::new(super::upgrade::read_plan(&file)?))
    } else {
        Named::Id(args.plan.clone())
    };
    let agreed = uplift_engine::approve(
        desk.here(),
        &Agreement {
            plan,
            packages: packages(&args.packages)?,
            role: args.role.clone(),
            note: args.note.clone(),
            withdraw: args.withdraw,
        },
    )?;
    let waiting = agreed.waiting.iter().map(|(packages, reason)| Waiting { packages, reason }).collect();
    let (approvals, withdrawn): (&[Approval], &[Approval]) =
        if agreed.withdrawn { (&[], &agreed.taken_down) } else { (&agreed.taken_down, &[]) };
    let document = Document { plan: &agreed.plan, approvals, withdrawn, waiting };
    desk.answer(|| screen(&agreed), json::v1::APPROVALS, &document)?;
    Ok(ExitCode::Done)
}

fn packages(named: &[String]) -> Result<Vec<PackageName>, Failure> {
    if named.iter().any(|name| name == ALL) {
        return Ok(Vec::new());
    }
    let read = |name: &String| {
        PackageName::new(name).map_err(|e| {
            Failure::plain(ExitCode::Usage, e.to_string(), "name packages of the plan, or `all` that wait for the role")
        })
    };
    named.iter().map(read).collect()
}

fn screen(agreed: &Agreed) -> String {
    let mut page = String::new();
    let (done, by) = if agreed.withdrawn { ("no longer agreed", "withdrawn by") } else { ("agreed", "by") };
    for one in &agreed.taken_down {
        page.push_str(&clean::line(&format!("{}: {done} as {} {by} {}", one.package, one.role, one.by)));
        page.push('\n');
    }
    for (packages, reason) in &agreed.waiting {
        let names: Vec<&str> = packages.iter().map(PackageName::as_str).collect();
        page.push_str(&clean::line(&format!("{} still: {reason}", names.join(", "))));
        page.push('\n');
    }
    if agreed.waiting.is_empty() {
        page.push_str(&format!("nothing in plan {} waits for anybody\n", clean::line(&agreed.plan)));
    }
    page
}
