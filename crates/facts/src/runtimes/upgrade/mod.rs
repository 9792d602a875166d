//! Where a runtime should go: from which line to which, why, what it unlocks, and what every file becomes.
//!
//! Lives here: whether and where to. Lives elsewhere: what stands in each kind of place (`places`), lists of versions
//! (`lists`), ranges (`ranges`), tags of images (`tags`), what the resolver says of it (`engine::planning`).
//! Start reading at [`propose`].

mod lists;
mod places;
mod ranges;
mod sheet;
mod tags;
mod version;

use std::collections::BTreeSet;

use uplift_model::plan::{RuntimeUpgrade, Unlocked};

use super::statement::{Runtime, Stated, kind};
use super::{Chosen, Ground, end_of_life, versions};
use crate::components::{Component, Package};
use crate::days;
use crate::releases::Answer;
use crate::rows;

pub use sheet::applied;

/// Days before its end from which a line is left.
const SOON: i64 = 180;
/// Days for which the new line is still supported.
const LASTING: i64 = 365;
/// Packages that a sentence names.
const NAMED: usize = 3;

/// What a proposal is made from.
pub(crate) struct Asking<'a> {
    pub(crate) component: &'a Component,
    /// What is in use.
    pub(crate) chosen: &'a Chosen,
    pub(crate) stated: Vec<&'a Stated>,
    pub(crate) read: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    /// `YYYY-MM-DD`
    pub(crate) as_of: &'a str,
    /// What the index says of a package, seen from a line.
    pub(crate) ask: &'a dyn Fn(&Package, &str) -> Answer,
}

/// The upgrade of the component's runtime; `None`: the line in use is supported for long enough and keeps nothing back, or
/// there is no better one.
pub(crate) fn propose(asking: &Asking<'_>) -> Option<RuntimeUpgrade> {
    let runtime = Runtime::of(asking.component.ecosystem);
    let from = asking.chosen.line.as_str();
    let left = days_left(runtime, from, asking.as_of);
    let ending = left.is_some_and(|days| days <= SOON);
    let capped = asking.capped();
    if !ending && capped.is_empty() {
        return None;
    }
    let lines = candidates(runtime, from, asking.as_of);
    let mut best: Option<(&str, usize, Vec<Unlocked>)> = None;
    for line in lines {
        let (blocked, unlocks) = (asking.blocked(line), asking.unlocked(&capped, line));
        let better = best
            .as_ref()
            .is_none_or(|(_, least, most)| blocked < *least || blocked == *least && unlocks.len() > most.len());
        if better {
            best = Some((line, blocked, unlocks));
        }
    }
    let (to, blocked, unlocks) = best?;
    if !ending && unlocks.is_empty() {
        return None;
    }
    let ended = |line: &str| days_left(runtime, line, asking.as_of).is_some_and(|days| days <= SOON);
    let floor = asking.floor(to, &ended);
    let moving = places::Move {
        from,
        to: version::Line::new(runtime, to),
        floor: version::Line::new(runtime, &floor),
        ended: &ended,
    };
    let (edits, by_hand) = places::edits(&moving, &asking.stated, asking.read);
    let end = |line: &str| end_of_life::of(runtime, line, asking.as_of).date;
    Some(RuntimeUpgrade {
        runtime: runtime.name().to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        from_ends: end(from),
        to_ends: end(to),
        reasons: asking.reasons(to, left, &capped, &unlocks, blocked),
        edits,
        by_hand,
        unlocks,
        command: match runtime {
            Runtime::Python => format!("uplift plan --python {to}"),
            Runtime::Node => format!("uplift validate --node {to}"),
        },
    })
}

/// Days until a line gets no more fixes, negative when it gets none any more; `None`: its end is not known.
fn days_left(runtime: Runtime, line: &str, as_of: &str) -> Option<i64> {
    days::between(as_of, &end_of_life::of(runtime, line, as_of).date?)
}

/// Lines above `from` that had come out and last, the lowest first; of Node those with long-term support.
fn candidates(runtime: Runtime, from: &str, as_of: &str) -> Vec<&'static str> {
    let above = |line: &&str| versions::Line::read(line) > versions::Line::read(from);
    let lasts = |line: &&str| days_left(runtime, line, as_of).is_some_and(|days| days >= LASTING);
    let long = |line: &&str| runtime == Runtime::Python || line.parse::<u32>().is_ok_and(|major| major % 2 == 0);
    let mut lines: Vec<&str> = end_of_life::in_use(runtime, as_of);
    lines.retain(|line| above(line) && lasts(line) && long(line));
    lines.sort_by_key(|line| versions::Line::read(line));
    lines
}

/// A package whose newest release is not for the line in use: its name, and the newest that is.
struct Capped<'c> {
    package: &'c Package,
    at: String,
}

impl Asking<'_> {
    fn direct(&self) -> impl Iterator<Item = &Package> {
        self.component.packages.values().filter(|package| package.direct && package.from_index())
    }

    /// The newest release of a package that a line can install.
    fn newest(&self, package: &Package, line: &str) -> Option<String> {
        let Answer::Known(known) = (self.ask)(package, line) else { return None };
        known.latest_installable().filter(|release| release.usable()).map(|release| release.version.clone())
    }

    fn capped(&self) -> Vec<Capped<'_>> {
        let of = |package| {
            let Answer::Known(known) = (self.ask)(package, &self.chosen.version) else { return None };
            let (latest, here) = (known.latest()?, known.latest_installable()?);
            (latest.version != here.version && !latest.installs()).then(|| Capped { package, at: here.version.clone() })
        };
        self.direct().filter_map(of).collect()
    }

    fn unlocked(&self, capped: &[Capped<'_>], line: &str) -> Vec<Unlocked> {
        let of = |capped: &Capped<'_>| {
            let becomes = self.newest(capped.package, line).filter(|version| *version != capped.at)?;
            Some(Unlocked {
                package: capped.package.name.clone(),
                current: rows::current(capped.package).0,
                capped_at: capped.at.clone(),
                becomes,
                told_by: "metadata".to_owned(),
            })
        };
        capped.iter().filter_map(of).collect()
    }

    /// Direct packages of which nothing can be installed on a line.
    fn blocked(&self, line: &str) -> usize {
        let known = |package: &&Package| matches!((self.ask)(package, line), Answer::Known(_));
        self.direct().filter(known).filter(|package| self.newest(package, line).is_none()).count()
    }

    /// The lowest line that is promised afterwards: of those that are tested besides and last, else the new one.
    fn floor(&self, to: &str, ended: &dyn Fn(&str) -> bool) -> String {
        let several = self.stated.iter().filter(|s| s.is(kind::CI) || s.is(kind::TOOL)).filter(|s| s.sites.len() > 1);
        let lines: BTreeSet<versions::Line> = several
            .flat_map(|s| &s.statement.lines)
            .filter(|line| !ended(line))
            .filter_map(|line| versions::Line::read(line))
            .chain(versions::Line::read(to))
            .collect();
        lines.first().map_or_else(|| to.to_owned(), ToString::to_string)
    }

    fn reasons(
        &self,
        to: &str,
        left: Option<i64>,
        capped: &[Capped<'_>],
        unlocks: &[Unlocked],
        blocked: usize,
    ) -> Vec<String> {
        let runtime = Runtime::of(self.component.ecosystem);
        let (title, from) = (runtime.title(), self.chosen.line.as_str());
        let mut reasons = Vec::new();
        let date = end_of_life::of(runtime, from, self.as_of).date.unwrap_or_default();
        match left {
            Some(days) if days < 0 => reasons.push(format!("{title} {from} is out of support since {date}")),
            Some(days) if days <= SOON => {
                reasons.push(format!("{title} {from} gets its last fixes on {date}, in {days} days"));
            }
            _ => {}
        }
        if !unlocks.is_empty() {
            let told = |u: &Unlocked| format!("{} at {} ({to} admits {})", u.package, u.capped_at, u.becomes);
            let names: Vec<String> = unlocks.iter().take(NAMED).map(told).collect();
            let more = unlocks.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            reasons.push(format!("{from} keeps back {}{more}", names.join(", ")));
        }
        let end = end_of_life::of(runtime, to, self.as_of).date.unwrap_or_default();
        let most = match (unlocks.len(), capped.len()) {
            (_, 0) | (0, _) => String::new(),
            (some, all) if some == all => "unlocks all of them and ".to_owned(),
            (some, all) => format!("unlocks {some} of {all} and "),
        };
        reasons.push(format!("{to} is the lowest that {most}is supported for at least a year more, until {end}"));
        if blocked > 0 {
            let packages = if blocked == 1 {
                "1 direct package has".to_owned()
            } else {
                format!("{blocked} direct packages have")
            };
            reasons.push(format!("{packages} no release for {to} yet: look at them first"));
        }
        if self.chosen.ground == Ground::Assumed {
            reasons.push(format!("that it runs on {from} is {}", self.chosen.from));
        }
        reasons
    }
}

#[cfg(test)]
mod tests;
