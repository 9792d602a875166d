//! What a reader should know of a target: requests that are not what they seem, fixes out of reach, raised bounds.

use uplift_model::{Datum, Distance};

use super::{Question, Release, Scheme, is_clean, is_fixed};

pub(super) fn of<V: Scheme>(question: &Question<'_, V>, stable: &[&Release<V>], chosen: Option<&V>) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(requested) = question.requested {
        warnings.extend(of_request(question, stable, requested));
    }
    if let Some(pin) = question.pin {
        let mut subject = of_request(question, stable, pin);
        warnings.append(&mut subject);
    }
    match &question.advisories {
        Datum::Found { value } => {
            for fix in value.iter().filter(|fix| chosen.is_none_or(|chosen| !is_fixed(fix, chosen))) {
                warnings.push(match fix.fixed.iter().max() {
                    None => format!("{} has no fix yet", fix.id),
                    Some(highest) => format!("{} is fixed in {highest}, and the target stays below", fix.id),
                });
            }
        }
        Datum::None => {}
        Datum::NotRetrieved { why } => {
            warnings.push(format!("advisories not retrieved ({why}): nothing says that the target is safe"));
        }
    }
    let release = chosen.and_then(|chosen| question.releases.iter().find(|release| release.version == *chosen));
    if let Some(release) = release {
        let touching = &release.affected_by;
        let new = touching
            .iter()
            .filter(|id| question.advisories.value().is_none_or(|fixes| fixes.iter().all(|fix| fix.id != **id)));
        let new: Vec<&str> = new.map(String::as_str).collect();
        if question.advisories.missing().is_none() && !new.is_empty() {
            warnings.push(format!("{} is itself affected by {}", release.version, new.join(", ")));
        }
        let fixing = question.advisories.value().is_some_and(|fixes| !fixes.is_empty()) && is_clean(question, release);
        if release.age_days.is_some_and(|age| age < question.minimum_age_days) {
            let why = if fixing { "it is taken because nothing older is fixed" } else { "it was asked for" };
            let days = question.minimum_age_days;
            warnings.push(format!("{} is younger than {days} days; {why}", release.version));
        }
    }
    if let Some(chosen) = chosen
        && question.current.is_none_or(|current| current != chosen)
        && !(question.within)(chosen)
    {
        warnings.push(format!("{chosen} lies outside the bounds that the project wrote: they have to be raised"));
    }
    warnings
}

/// What is odd about a version that somebody asked for.
fn of_request<V: Scheme>(question: &Question<'_, V>, stable: &[&Release<V>], requested: &V) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut say = |text: String| warnings.push(text);
    if let Some(current) = question.current
        && requested < current
    {
        say(format!("{requested} is older than {current}, which is in use: no version is lowered"));
    }
    if let Some(floor) = question.floor
        && requested < floor
    {
        say(format!("{requested} is below {floor}, the lowest that the project admits"));
    }
    match question.releases.iter().find(|release| release.version == *requested) {
        None => say(format!("{requested} was never released")),
        Some(release) if release.yanked => say(format!("{requested} was withdrawn")),
        Some(release) if !release.installable => say(format!("{requested} cannot be installed here")),
        Some(_) if requested.is_prerelease() => say(format!("{requested} is a prerelease")),
        Some(_) => {}
    }
    if let Some(hold) = question.hold.as_ref()
        && !(hold.admits)(requested)
    {
        say(format!("{requested} is outside the hold {}", hold.text));
    }
    if let Some(latest) = stable.last().map(|release| &release.version)
        && requested < latest
    {
        say(format!("{requested} is not the latest: {latest} is"));
    }
    let line = |release: &&&Release<V>| {
        release.version > *requested && requested.distance(&release.version) <= Distance::Patch
    };
    if let Some(patch) = stable.iter().rev().find(line) {
        say(format!("{requested} is not the newest patch of its line: {} is", patch.version));
    }
    warnings
}
