//! What was looked at on this machine, and what to do about what is missing.

use super::table::{Table, cell, toned};
use crate::clean;
use crate::numbers::count;
use crate::view::{Tone, View};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CheckLine {
    pub what: String,
    pub state: String,
    pub ok: bool,
    /// Without it nothing works.
    pub needed: bool,
    pub hint: Option<String>,
}

/// The machine, line by line.
pub fn doctor(checks: &[CheckLine], view: &View) -> String {
    let mut table = Table::new(0, &["", "what", "state"]);
    for check in checks {
        let (word, tone) = match (check.ok, check.needed) {
            (true, _) => ("ok", Tone::Good),
            (false, true) => ("missing", Tone::Bad),
            (false, false) => ("note", Tone::Held),
        };
        let hint = check.hint.as_ref().filter(|_| !check.ok);
        let below = hint.map(|h| toned(Tone::Held, format!("hint: {}", clean::line(h))));
        table.row(
            vec![toned(tone, word), cell(clean::line(&check.what)), cell(clean::line(&check.state))],
            below.into_iter().collect(),
        );
    }
    let missing = checks.iter().filter(|c| c.needed && !c.ok).count();
    let verdict = if missing == 0 {
        "ready: nothing that is needed is missing\n".to_owned()
    } else {
        format!("not ready: {} missing\n", count(missing, "needed thing"))
    };
    format!("{}\n{verdict}", table.render(view))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(what: &str, ok: bool, needed: bool) -> CheckLine {
        CheckLine {
            what: what.to_owned(),
            state: if ok { "found" } else { "not found" }.to_owned(),
            ok,
            needed,
            hint: (!ok).then(|| format!("install {what}")),
        }
    }

    #[test]
    fn what_is_missing_comes_with_what_to_do() {
        let checks = [check("git", true, true), check("python", false, true), check("bwrap", false, false)];
        insta::assert_snapshot!(doctor(&checks, &View::new(80, false)), @r"
                 what    state
        ok       git     found
        missing  python  not found
            hint: install python
        note     bwrap   not found
            hint: install bwrap

        not ready: 1 needed thing missing
        ");
    }
}
