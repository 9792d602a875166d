//! The list of runs.

use uplift_model::outcome::RunState;

use super::table::{Table, cell, toned};
use crate::clean;
use crate::view::{Tone, View};
use crate::words;

/// One run in the list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RunLine {
    pub run: String,
    pub component: String,
    pub state: RunState,
    /// Unix seconds.
    pub created: i64,
    pub branch: Option<String>,
    pub kept: usize,
    pub held: usize,
    /// Whether tests verified what was delivered.
    pub verified: bool,
    /// Whether what is checked out contains it.
    pub applied: bool,
}

/// The runs of a repository.
pub fn runs(lines: &[RunLine], view: &View) -> String {
    if lines.is_empty() {
        return format!("no run yet\n{}", view.next(&[view.on_path("upgrade")]));
    }
    let mut table = Table::new(0, &["run", "started (UTC)", "state", "kept", "held", "component", "branch"]);
    for line in lines {
        let tone = match line.state {
            RunState::Done if line.verified => Tone::Good,
            RunState::Failed => Tone::Bad,
            RunState::Done | RunState::Running => Tone::Plain,
            RunState::Interrupted | RunState::Cancelled | RunState::RolledBack => Tone::Held,
        };
        table.row(
            vec![
                cell(clean::line(&line.run)),
                cell(time(line.created)),
                toned(tone, state(line)),
                cell(line.kept.to_string()),
                cell(line.held.to_string()),
                cell(if line.component.is_empty() { ".".to_owned() } else { clean::line(&line.component) }),
                cell(line.branch.as_deref().map_or_else(|| "-".to_owned(), clean::line)),
            ],
            Vec::new(),
        );
    }
    let newest = lines.first().map(|l| clean::line(&l.run)).unwrap_or_default();
    format!("{}{}", table.render(view), view.next(&[view.on_run("show", &newest)]))
}

fn state(line: &RunLine) -> String {
    match line.state {
        RunState::Done if line.branch.is_some() => {
            let mut words = vec!["done"];
            words.extend((!line.verified).then_some("not verified"));
            words.extend(line.applied.then_some("applied"));
            words.join(", ")
        }
        state => words::state(state).to_owned(),
    }
}

fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map(|t| t.strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_else(|_| "?".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_has_its_state_and_its_branch() {
        let line = RunLine {
            run: "01JD8Q".to_owned(),
            component: "backend".to_owned(),
            state: RunState::Done,
            created: 1_795_219_200,
            branch: Some("uplift/2026-11-21-01jd8q".to_owned()),
            applied: false,
            kept: 17,
            held: 1,
            verified: true,
        };
        let applied = RunLine { applied: true, ..line.clone() };
        let stopped = RunLine {
            run: "01JD7A".to_owned(),
            state: RunState::Interrupted,
            branch: None,
            kept: 0,
            verified: false,
            ..line.clone()
        };
        insta::assert_snapshot!(runs(&[line, applied, stopped], &View::new(100, false)), @r"
        run     started (UTC)     state          kept  held  component  branch
        01JD8Q  2026-11-21 00:00  done           17    1     backend    uplift/2026-11-21-01jd8q
        01JD8Q  2026-11-21 00:00  done, applied  17    1     backend    uplift/2026-11-21-01jd8q
        01JD7A  2026-11-21 00:00  interrupted    0     1     backend    -
        next: uplift show 01JD8Q
        ");
    }

    #[test]
    fn no_run_is_no_empty_page() {
        assert_eq!(runs(&[], &View::new(80, false)), "no run yet\nnext: uplift upgrade\n");
    }
}
