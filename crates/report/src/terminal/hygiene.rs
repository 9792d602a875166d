//! The screen of `uplift hygiene`: what is wrong first, with the line that shows it and the command that mends it.

use uplift_model::hygiene::{Area, Claim, Evidence, HygieneFinding, HygieneReport, Presence, Progress};

use super::lines::{cut, pad, paragraph};
use crate::clean;
use crate::numbers::count;
use crate::view::{Tone, View};

/// Lines of evidence that a finding shows without `--all`.
const SHOWN: usize = 3;

/// A fix, as it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Mended<'a> {
    pub check: &'a str,
    pub branch: &'a str,
    /// What was changed, a line each.
    pub done: &'a [String],
    pub notes: &'a [String],
    pub before: Presence,
    pub after: Presence,
    pub diff: &'a str,
    /// The branch was there already, with this content.
    pub existed: bool,
}

/// The findings of a repository; `all`: what is in place and what does not apply as well.
pub fn hygiene(report: &HygieneReport, all: bool, view: &View) -> String {
    let wrong: Vec<&HygieneFinding> = by_gravity(report);
    let fine: Vec<&HygieneFinding> = report.findings.iter().filter(|f| f.state == Presence::Present).collect();
    let only_claims = report.findings.is_empty() && report.left_out.is_empty();
    let mut page = if only_claims { String::new() } else { headline(report, &wrong, view) };
    for area in [Area::Dependencies, Area::Security, Area::Testing, Area::Infrastructure, Area::Observability] {
        let here: Vec<&&HygieneFinding> = wrong.iter().filter(|f| f.area == area).collect();
        if here.is_empty() {
            continue;
        }
        page.push('\n');
        page.push_str(&view.paint(Tone::Heading, heading(area)));
        page.push('\n');
        for found in here {
            page.push_str(&finding(found, all, view));
        }
    }
    // Asked for alone, the items are the answer.
    page.push_str(&claims(&report.claims, all || only_claims, view));
    if all {
        page.push_str(&in_place(&fine, report, view));
    } else if !fine.is_empty() || !report.left_out.is_empty() {
        page.push_str(&format!(
            "\n{} in place, {} not apply   (--all)\n",
            fine.len(),
            if report.left_out.len() == 1 { "1 does".to_owned() } else { format!("{} do", report.left_out.len()) }
        ));
    }
    for problem in &report.problems {
        let line = problem.line.map(|l| format!(":{l}")).unwrap_or_default();
        let text = format!("{}{line}: {}", problem.file, problem.message);
        page.push_str(&paragraph(view, "not read: ", &clean::line(&text), Tone::Held));
    }
    page.push_str(&next(&wrong, all, view));
    page
}

fn headline(report: &HygieneReport, wrong: &[&HygieneFinding], view: &View) -> String {
    let of = |state: Presence| report.findings.iter().filter(|f| f.state == state).count();
    let mut parts = Vec::new();
    for (state, word) in [
        (Presence::Missing, "missing"),
        (Presence::Neutralised, "neutralised"),
        (Presence::Partial, "partial"),
        (Presence::Unknown, "unknown"),
        (Presence::Present, "in place"),
    ] {
        if of(state) > 0 {
            parts.push(format!("{} {word}", of(state)));
        }
    }
    let checks = format!("{} looked at", count(report.findings.len(), "check"));
    let told = if parts.is_empty() { "nothing was looked at".to_owned() } else { parts.join(", ") };
    let tone = if wrong.is_empty() { Tone::Good } else { Tone::Held };
    paragraph(view, "", &clean::line(&format!("{}: {checks}: {told}", view.project)), tone)
}

/// What is wrong, the worst state first within an area.
fn by_gravity(report: &HygieneReport) -> Vec<&HygieneFinding> {
    let mut wrong: Vec<&HygieneFinding> = report.findings.iter().filter(|f| f.state != Presence::Present).collect();
    wrong.sort_by_key(|f| match f.state {
        // What seems to be there and is not misleads more than what is absent.
        Presence::Neutralised => 0,
        Presence::Missing => 1,
        Presence::Partial => 2,
        Presence::Unknown | Presence::Present => 3,
    });
    wrong
}

fn finding(found: &HygieneFinding, all: bool, view: &View) -> String {
    let word = pad(state(found.state), 12);
    let first = format!("  {}{}  ", view.paint(tone(found.state), &word), found.check);
    let mut page = if view.colour {
        // A painted word is longer than it looks, so that the paragraph cannot measure it.
        format!("{first}\n{}", paragraph(view, "    ", &clean::line(&found.because), Tone::Plain))
    } else {
        paragraph(view, &first, &clean::line(&found.because), Tone::Plain)
    };
    let shown = if all { found.evidence.len() } else { SHOWN };
    for line in found.evidence.iter().take(shown) {
        page.push_str(&evidence(line, view));
    }
    if found.evidence.len() > shown {
        page.push_str(&format!("    {} more   (--only {} --all)\n", found.evidence.len() - shown, found.check));
    }
    if let Some(advice) = &found.advice {
        page.push_str(&paragraph(view, "    do: ", &clean::line(advice), Tone::Quiet));
    }
    page
}

fn evidence(line: &Evidence, view: &View) -> String {
    let place = line.line.map_or_else(|| line.file.clone(), |n| format!("{}:{n}", line.file));
    let text = format!("{}  {}", clean::line(&place), clean::line(&line.what));
    format!("    {}\n", cut(&text, view.columns().saturating_sub(4)))
}

fn claims(claims: &[Claim], all: bool, view: &View) -> String {
    let differs = |c: &&Claim| c.declared.is_some_and(|d| c.found != Progress::CannotTell && d != c.found);
    let shown: Vec<&Claim> = claims.iter().filter(|c| all || differs(c)).collect();
    let apart = claims.iter().filter(differs).count();
    if claims.is_empty() {
        return String::new();
    }
    let hidden = claims.len() - shown.len();
    let mut page = format!("\n{}\n", view.paint(Tone::Heading, "roadmap"));
    let verb = if apart == 1 { "says" } else { "say" };
    let told =
        format!("{}, {apart} of them {verb} something else than the files that they name", count(claims.len(), "item"));
    page.push_str(&paragraph(view, "  ", &told, Tone::Plain));
    for claim in shown {
        let there = claim.named.iter().filter(|(_, is_there)| *is_there).count();
        let declared = claim.declared.map_or("no status", progress);
        let text = format!(
            "{}:{}  {}: declared {declared}, found {} ({there} of {})",
            claim.file,
            claim.line,
            claim.title,
            progress(claim.found),
            count(claim.named.len(), "file")
        );
        page.push_str(&paragraph(
            view,
            "    ",
            &clean::line(&text),
            if differs(&claim) { Tone::Held } else { Tone::Plain },
        ));
    }
    if hidden > 0 {
        page.push_str(&format!("    {hidden} more   (--only roadmap)\n"));
    }
    page
}

fn in_place(fine: &[&HygieneFinding], report: &HygieneReport, view: &View) -> String {
    let mut page = String::new();
    if !fine.is_empty() {
        page.push_str(&format!("\n{}\n", view.paint(Tone::Heading, "in place")));
    }
    for found in fine {
        page.push_str(&paragraph(
            view,
            "  ",
            &clean::line(&format!("{}: {}", found.check, found.because)),
            Tone::Plain,
        ));
        for line in found.evidence.iter().take(SHOWN) {
            page.push_str(&evidence(line, view));
        }
    }
    if !report.left_out.is_empty() {
        page.push_str(&format!("\n{}\n", view.paint(Tone::Heading, "does not apply")));
    }
    for (check, reason) in &report.left_out {
        page.push_str(&paragraph(view, "  ", &clean::line(&format!("{check}: {reason}")), Tone::Quiet));
    }
    page
}

fn next(wrong: &[&HygieneFinding], all: bool, view: &View) -> String {
    let mut commands: Vec<String> = Vec::new();
    if let Some(first) = wrong.iter().find(|f| f.fixable) {
        commands.push(format!("{} --fix {}", view.on_path("hygiene"), first.check));
    }
    if let Some(first) = wrong.first() {
        commands.push(format!("{} --only {} --all", view.on_path("hygiene"), first.check));
    } else if !all {
        commands.push(format!("{} --all", view.on_path("hygiene")));
    }
    if commands.is_empty() { String::new() } else { format!("\n{}", view.next(&commands)) }
}

/// A fix, with its difference and what to do with it.
pub fn mended(fix: &Mended<'_>, view: &View) -> String {
    let verb = if fix.existed { "is there already on" } else { "is mended on" };
    let title = format!("{} {verb} branch {}: {} -> {}", fix.check, fix.branch, state(fix.before), state(fix.after));
    let mut page = paragraph(view, "", &clean::line(&title), Tone::Good);
    for line in fix.done {
        page.push_str(&paragraph(view, "  ", &clean::line(line), Tone::Plain));
    }
    for note in fix.notes {
        page.push_str(&paragraph(view, "  note: ", &clean::line(note), Tone::Held));
    }
    page.push('\n');
    page.push_str(&clean::block(fix.diff));
    page.push_str("\nyour work tree is untouched\n");
    let git = if view.path == "." { "git".to_owned() } else { format!("git -C {}", view.path) };
    page.push_str(&view.next(&[format!("{git} diff HEAD..{}", fix.branch), format!("{git} merge {}", fix.branch)]));
    page
}

fn state(state: Presence) -> &'static str {
    match state {
        Presence::Missing => "missing",
        Presence::Neutralised => "neutralised",
        Presence::Partial => "partial",
        Presence::Present => "in place",
        Presence::Unknown => "unknown",
    }
}

fn tone(state: Presence) -> Tone {
    match state {
        Presence::Missing | Presence::Neutralised => Tone::Bad,
        Presence::Partial | Presence::Unknown => Tone::Held,
        Presence::Present => Tone::Good,
    }
}

fn heading(area: Area) -> &'static str {
    match area {
        Area::Dependencies => "dependencies",
        Area::Security => "security",
        Area::Testing => "testing",
        Area::Infrastructure => "infrastructure",
        Area::Observability => "observability",
    }
}

fn progress(progress: Progress) -> &'static str {
    match progress {
        Progress::Completed => "completed",
        Progress::Partial => "partial",
        Progress::NotStarted => "not started",
        Progress::CannotTell => "cannot tell",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn report() -> HygieneReport {
        let finding = |check: &str, state| HygieneFinding {
            check: check.to_owned(),
            area: Area::Testing,
            title: "t".to_owned(),
            state,
            because: format!("because of {check}"),
            evidence: (1..=5)
                .map(|n| Evidence {
                    file: "ci.yml".to_owned(),
                    line: Some(n),
                    what: "pytest || true\u{1b}[31m".to_owned(),
                })
                .collect(),
            advice: Some("take it away".to_owned()),
            fixable: true,
        };
        HygieneReport {
            findings: vec![
                finding("load-tests", Presence::Missing),
                finding("tests-gate", Presence::Neutralised),
                finding("unit-tests", Presence::Present),
            ],
            claims: vec![Claim {
                file: "ROADMAP.md".to_owned(),
                line: 3,
                title: "Search".to_owned(),
                declared: Some(Progress::Completed),
                found: Progress::Partial,
                named: vec![("a.py".to_owned(), true), ("b.py".to_owned(), false)],
            }],
            left_out: vec![("lint-gate".to_owned(), "CI runs no linter".to_owned())],
            problems: Vec::new(),
        }
    }

    #[test]
    fn what_is_wrong_comes_first_and_names_its_fix() {
        let page = hygiene(&report(), false, &View::new(80, false));
        let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("no `{what}` in {page}"));
        assert!(at("neutralised tests-gate") < at("missing     load-tests"), "{page}");
        assert!(at("2 more   (--only tests-gate --all)") < at("missing     load-tests"));
        assert!(
            !page.contains("because of unit-tests") && page.contains("1 in place, 1 does not apply   (--all)"),
            "{page}"
        );
        assert!(page.contains("Search: declared completed, found partial (1 of 2 files)"), "{page}");
        assert!(page.contains("next: uplift hygiene --fix tests-gate"), "{page}");
        assert!(!page.contains('\u{1b}') && page.lines().all(|l| l.chars().count() <= 80), "{page}");
    }

    #[test]
    fn the_roadmap_alone_lists_every_item() {
        let mut asked = report();
        let agrees =
            Claim { line: 5, title: "Agrees".to_owned(), found: Progress::Completed, ..asked.claims[0].clone() };
        asked.claims.push(agrees);
        let page = hygiene(&asked, false, &View::new(80, false));
        assert!(!page.contains("Agrees") && page.contains("    1 more   (--only roadmap)\n"), "{page}");
        asked.findings.clear();
        asked.left_out.clear();
        let page = hygiene(&asked, false, &View::new(80, false));
        assert!(page.contains("ROADMAP.md:5 Agrees: declared completed, found completed"), "{page}");
        assert!(!page.contains("more   ("), "{page}");
    }

    #[test]
    fn everything_is_listed_on_demand() {
        let page = hygiene(&report(), true, &View::new(80, false));
        assert!(
            page.contains("because of unit-tests") && page.contains("CI runs no linter") && !page.contains("more   ("),
            "{page}"
        );
    }

    #[test]
    fn a_fix_says_where_it_is_and_shows_itself() {
        let fix = Mended {
            check: "tests-gate",
            branch: "uplift/hygiene-tests-gate",
            done: &["ci.yml:4: without `|| true`".to_owned()],
            notes: &[],
            before: Presence::Neutralised,
            after: Presence::Present,
            diff: "-pytest || true\n+pytest\n",
            existed: false,
        };
        let page = mended(&fix, &View::new(100, false));
        assert!(
            page.starts_with("tests-gate is mended on branch uplift/hygiene-tests-gate: neutralised -> in place\n")
        );
        assert!(
            page.contains("+pytest\n\nyour work tree is untouched\nnext: git diff HEAD..uplift/hygiene-tests-gate"),
            "{page}"
        );
        let elsewhere = View { path: "shop".to_owned(), ..View::new(100, false) };
        let page = mended(&fix, &elsewhere);
        assert!(
            page.contains("git -C shop diff HEAD..uplift/") && page.contains("git -C shop merge uplift/"),
            "{page}"
        );
    }
}
