//! The lines above a report that answer a reader who has a minute: what first, why, what it may break, who must agree,
//! how to undo it.

use std::collections::BTreeSet;

use uplift_model::Risk;
use uplift_model::dossier::Dossier;
use uplift_model::outcome::RunState;

use super::{Basis, Pair, component, decisions, standing, versions, ways_back, who};
use crate::document::{Block, Section, Text};
use crate::kinds::emptiness;
use crate::numbers::{count, list};

/// What a report of a kind has rows of, so that numbers lead to them.
pub(crate) struct Rows<'t> {
    /// The table of what could move, and how many it has.
    pub(crate) packages: (&'t str, usize),
    /// The table of decisions; `None`: the report shows none.
    pub(crate) decisions: Option<&'t str>,
}

/// The section `in-short`. Needs the tables that `rows` names.
pub(crate) fn in_short(dossier: &Dossier, pairs: &[Pair<'_>], rows: &Rows<'_>) -> Section {
    let lines = [
        ("Do first: ", first(dossier, pairs, rows)),
        ("Because: ", why(dossier)),
        ("It may break: ", breaks(dossier, pairs, rows)),
        ("Must agree: ", agree(dossier, rows)),
        ("Undo: ", undo(dossier, pairs)),
    ];
    let lines = lines.into_iter().map(|(name, text)| Text::new().strong(name).and(text)).collect();
    Section::new("in-short", "In short").with(Block::List(lines))
}

fn first(dossier: &Dossier, pairs: &[Pair<'_>], rows: &Rows<'_>) -> Text {
    if let Some(run) = &dossier.run {
        return match (&run.branch, run.state) {
            (Some(branch), RunState::Done) => Text::from("look at branch ")
                .code(branch.clone())
                .plain(", then take it over: ")
                .code(format!("uplift apply {}", run.run)),
            _ => Text::from("see why the run delivered nothing: ").code(format!("uplift show {}", run.run)),
        };
    }
    // Where today's set cannot be installed, nothing else can be tried before.
    let mended = dossier.plans.iter().find_map(|one| Some((one, one.plan.value()?.mended.as_ref()?)));
    if let Some((one, mended)) = mended {
        let pins = mended.pins.iter().map(|pin| format!("{} {} -> {}", pin.name, pin.from, pin.to));
        let pins: Vec<String> = pins.collect();
        let text = format!("{} ({}), since {}", pins.join(", "), component(dossier, &one.component), mended.why);
        return Text::from(text).plain("; then ").count(rows.packages.1, "package", rows.packages.0);
    }
    let Some(pair) = pairs.first() else {
        return emptiness::unless_unknown(dossier, "nothing: no newer version was found");
    };
    let text = Text::from(format!("{} ({}), ", pair.name, component(dossier, pair.component)));
    let text = text.and(versions(pair.current.as_deref(), &pair.target));
    let text = match pair.priority {
        Some((_, because)) => text.plain(format!(", {because}")),
        None => text,
    };
    let (table, number) = rows.packages;
    text.plain("; then the others of ").count(number, "package", table)
}

fn why(dossier: &Dossier) -> Text {
    let urgency = &dossier.analysis.urgency;
    let reasons: Vec<&str> = urgency.because.iter().take(3).map(String::as_str).collect();
    if urgency.level.is_empty() || reasons.is_empty() {
        let unknown = emptiness::advisories(&dossier.analysis).or_else(|| emptiness::newer(&dossier.analysis));
        let level = if urgency.level.is_empty() { "not judged" } else { urgency.level.as_str() };
        let text = Text::from(format!("urgency {level}: "));
        return match unknown {
            Some(why) => text.unknown(why),
            None => text.plain("nothing presses"),
        };
    }
    Text::from(format!("urgency {}: {}", urgency.level, reasons.join(", ")))
}

fn breaks(dossier: &Dossier, pairs: &[Pair<'_>], rows: &Rows<'_>) -> Text {
    if let Some(run) = &dossier.run {
        let held = match run.held.len() {
            0 => String::new(),
            held => format!("; what broke is held back: {}", count(held, "package")),
        };
        let told = if run.verified { "nothing that the tests see" } else { "not known, since no tests verified it" };
        return Text::from(format!("{told} ({}){held}", run.verification));
    }
    if let Some(why) = emptiness::newer(&dossier.analysis).filter(|_| pairs.is_empty()) {
        return Text::new().unknown(why);
    }
    let risky: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.risk() == Some(Risk::High)).collect();
    let text = Text::new().count(risky.len(), "package", rows.packages.0).plain(" of high risk");
    let Some(pair) = risky.first() else { return text };
    let factor = pair.assessment().and_then(|a| a.factors.first());
    let reason = factor.map(|f| format!(": {}", f.reason)).unwrap_or_default();
    text.plain(format!(", first of them {} ({}){reason}", pair.name, component(dossier, pair.component)))
}

fn agree(dossier: &Dossier, rows: &Rows<'_>) -> Text {
    let all = decisions(dossier);
    let roles: BTreeSet<&str> = all.iter().flat_map(|(_, d)| &d.roles).map(String::as_str).collect();
    if roles.is_empty() {
        return Text::from("nobody is asked for");
    }
    let mut text = Text::new();
    for (at, role) in roles.iter().enumerate() {
        text = if at > 0 { text.plain(", ").and(who(dossier, role)) } else { text.and(who(dossier, role)) };
    }
    let unnamed: Vec<&str> = roles.into_iter().filter(|role| !dossier.given.roles.contains_key(*role)).collect();
    if !unnamed.is_empty() {
        let these = match unnamed.as_slice() {
            [one] => format!("the {one}"),
            more => format!("{} of them", more.len()),
        };
        text = text.plain(format!(" (nobody named yet as {these}: `[report.roles]` of uplift.toml)"));
    }
    let open = Text::from("open: no agreement is on record");
    let waiting = all.iter().filter(|(_, d)| standing(dossier, &d.packages, &d.roles) == open).count();
    let (number, text) = match rows.decisions {
        Some(table) => (None, text.plain("; ").count(all.len(), "decision", table)),
        None => (Some(all.len()), text),
    };
    let text = number.map_or(text.clone(), |number| text.plain(format!("; {}", count(number, "decision"))));
    match waiting {
        0 => text.plain(", each agreed to by somebody"),
        _ if waiting == all.len() => text.plain(", none taken yet"),
        _ => text.plain(format!(", {waiting} of them without any agreement")),
    }
}

fn undo(dossier: &Dossier, pairs: &[Pair<'_>]) -> Text {
    if let Some(run) = &dossier.run {
        let text = Text::new().code(format!("uplift rollback {}", run.run)).plain(" takes back all, or one package; ");
        return text.plain("by hand, each kept package is one commit: ").code("git revert COMMIT");
    }
    let way = dossier.plans.iter().find_map(|one| one.plan.value());
    let way = way.map(|plan| plan.rollback_strategy.clone()).filter(|way| !way.is_empty());
    let text = Text::from(way.unwrap_or_else(|| {
        "nothing was changed; tag the state before the first change, and go back to that tag".to_owned()
    }));
    let proposed = pairs.iter().any(|pair| matches!(pair.basis, Basis::Proposed));
    let others = ways_back(dossier);
    if proposed && !others.is_empty() { text.plain("; ").and(joined(others)) } else { text }
}

fn joined(ways: Vec<(String, Text)>) -> Text {
    let mut all = Text::new();
    // The same way for several components is told once.
    let mut told: Vec<(Text, Vec<String>)> = Vec::new();
    for (name, way) in ways {
        match told.iter_mut().find(|(known, _)| *known == way) {
            Some((_, names)) => names.push(name),
            None => told.push((way, vec![name])),
        }
    }
    for (at, (way, names)) in told.into_iter().enumerate() {
        all = if at > 0 { all.plain("; ") } else { all };
        all = all.plain(format!("{}: ", list(&names))).and(way);
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::made_up::{Made, dossier, read};
    use crate::kinds::{Kind, sample, write};

    #[test]
    fn five_lines_stand_on_top_of_each_long_report_and_lead_to_rows() {
        let made: Vec<Made> = ["react", "vue"].map(|name| Made { risk: "high", ..Made::new(name, "frontend") }).into();
        for kind in [Kind::Plan, Kind::Assessment, Kind::Initiative, Kind::MigrationGuide, Kind::Update] {
            let page = read(&write(kind, &dossier(&made)));
            assert_eq!(page.sections[0], "in-short", "{kind}");
            for line in
                ["Do first: react", "Because: urgency HIGH", "It may break: 2 x package", "Must agree: tech lead"]
            {
                assert!(page.text.contains(line), "{kind}: {line} is not in {}", page.text);
            }
            // Nobody has agreed to anything, and JavaScript has a way back of its own.
            assert!(page.text.contains("none taken yet") && page.text.contains("npm ci"), "{kind}: {}", page.text);
            assert_eq!(page.text.matches("nobody named yet as").count(), 1, "{kind}");
        }
    }

    #[test]
    fn a_run_is_looked_at_and_taken_over_first() {
        let text = read(&write(Kind::Update, &sample::changed(|_| {}))).text;
        assert!(text.contains("Do first: look at branch ") && text.contains("uplift apply "), "{text}");
        let text = read(&write(Kind::Update, &sample::changed(|v| v["run"]["verified"] = json!(false)))).text;
        assert!(text.contains("It may break: not known, since no tests verified it"), "{text}");
    }

    #[test]
    fn the_head_tells_hours_and_what_they_cost() {
        let made = [Made { priority: 1, ..Made::new("a", "backend") }, Made::new("b", "backend")];
        let mut data = dossier(&made);
        let head = |data: &uplift_model::dossier::Dossier| {
            let document = write(Kind::Summary, data);
            let work = document.header.iter().find(|(name, _)| name == "Work").map(|(_, text)| text.words());
            work.unwrap_or_default()
        };
        assert_eq!(
            head(&data),
            "3 h by the rule table, of which 1.5 h for priority 1 alone; 2 weeks for 2 people with 40 h a week each"
        );
        (data.given.hourly_rate, data.given.currency) = (Some(80.0), Some("EUR".to_owned()));
        assert!(head(&data).ends_with("; 3.0 h x 80 EUR = 240 EUR"), "{}", head(&data));
    }
}
