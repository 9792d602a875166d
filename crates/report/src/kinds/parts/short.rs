//! The lines above a report that answer a reader who has a minute: what first, why, what it may break, who must agree,
//! how to undo it.

use std::collections::BTreeSet;

use uplift_model::Risk;
use uplift_model::dossier::Dossier;

use super::{Pair, component, decisions, standing, versions, who};
use crate::document::{Block, Section, Text};

/// The section `in-short`. Needs the tables `pairs` and `decisions`.
pub(crate) fn in_short(dossier: &Dossier, pairs: &[Pair<'_>]) -> Section {
    let lines = [
        ("Do first: ", first(dossier, pairs)),
        ("Because: ", why(dossier)),
        ("It may break: ", breaks(dossier, pairs)),
        ("Must agree: ", agree(dossier)),
        ("Undo: ", undo(dossier)),
    ];
    let lines = lines.into_iter().map(|(name, text)| Text::new().strong(name).and(text)).collect();
    Section::new("in-short", "In short").with(Block::List(lines))
}

fn first(dossier: &Dossier, pairs: &[Pair<'_>]) -> Text {
    // Where today's set cannot be installed, nothing else can be tried before.
    let mended = dossier.plans.iter().find_map(|one| Some((one, one.plan.value()?.mended.as_ref()?)));
    if let Some((one, mended)) = mended {
        let pins = mended.pins.iter().map(|pin| format!("{} {} -> {}", pin.name, pin.from, pin.to));
        let pins: Vec<String> = pins.collect();
        let text = format!("{} ({}), since {}", pins.join(", "), component(dossier, &one.component), mended.why);
        return Text::from(text);
    }
    let Some(pair) = pairs.first() else { return Text::from("nothing: no newer version was found") };
    let text = Text::from(format!("{} ({}), ", pair.name, component(dossier, pair.component)));
    let text = text.and(versions(pair.current.as_deref(), &pair.target));
    let text = match pair.priority {
        Some((_, because)) => text.plain(format!(", {because}")),
        None => text,
    };
    text.plain("; then the others of ").count(pairs.len(), "package", "pairs")
}

fn why(dossier: &Dossier) -> Text {
    let urgency = &dossier.analysis.urgency;
    let reasons: Vec<&str> = urgency.because.iter().take(3).map(String::as_str).collect();
    Text::from(format!("urgency {}: {}", urgency.level, reasons.join(", ")))
}

fn breaks(dossier: &Dossier, pairs: &[Pair<'_>]) -> Text {
    let risky: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.risk() == Some(Risk::High)).collect();
    let text = Text::new().count(risky.len(), "package", "pairs").plain(" of high risk");
    let Some(pair) = risky.first() else { return text };
    let factor = pair.assessment().and_then(|a| a.factors.first());
    let reason = factor.map(|f| format!(": {}", f.reason)).unwrap_or_default();
    text.plain(format!(", first of them {} ({}){reason}", pair.name, component(dossier, pair.component)))
}

fn agree(dossier: &Dossier) -> Text {
    let all = decisions(dossier);
    let roles: BTreeSet<&str> = all.iter().flat_map(|(_, d)| &d.roles).map(String::as_str).collect();
    if roles.is_empty() {
        return Text::from("nobody is asked for");
    }
    let mut text = Text::new();
    for (at, role) in roles.into_iter().enumerate() {
        text = if at > 0 { text.plain(", ").and(who(dossier, role)) } else { text.and(who(dossier, role)) };
    }
    let open = Text::from("open: no agreement is on record");
    let waiting = all.iter().filter(|(_, d)| standing(dossier, &d.packages, &d.roles) == open).count();
    text.plain("; ")
        .count(all.len(), "decision", "decisions")
        .plain(", of which ")
        .count(waiting, "decision", "decisions")
        .plain(" without any agreement")
}

fn undo(dossier: &Dossier) -> Text {
    if let Some(run) = &dossier.run {
        return Text::new().code(format!("uplift rollback {}", run.run)).plain(" takes back all, or one package");
    }
    let way = dossier.plans.iter().find_map(|one| one.plan.value());
    let way = way.map(|plan| plan.rollback_strategy.clone()).filter(|way| !way.is_empty());
    Text::from(way.unwrap_or_else(|| {
        "nothing was changed; tag the state before the first change, and go back to that tag".to_owned()
    }))
}
