//! How the search does on many worlds: runs spent, upgrades lost, blames without proof.

use uplift_decide::culprit::{Dropped, Found, Limits, search};
use uplift_model::outcome::Proof;

use super::{Kind, World};

/// Worlds per row.
pub const WORLDS: u64 = 300;

const LOST: f64 = 0.03;

/// What a row is held to: mean runs, mean full runs, 95th percentile of runs.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    pub runs: f64,
    pub full: f64,
    pub p95: u32,
}

/// One kind of world.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub name: &'static str,
    pub kind: Kind,
    pub bar: Option<Bar>,
    /// Good upgrades that may be lost per search.
    pub lost: f64,
    /// Innocents that may be blamed, in all worlds together.
    pub innocent: usize,
}

/// Measured over [`WORLDS`] worlds.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    pub full: f64,
    pub probes: f64,
    pub p95: u32,
    /// Good upgrades wrongly dropped, per search.
    pub lost: f64,
    /// Kept sets that break something.
    pub broken: usize,
    /// Blamed units without two logged trials that differ by that unit, or without a need of a blamed one.
    pub unproven: usize,
    /// Units blamed although nothing is wrong with them or with what they need.
    pub innocent: usize,
    /// Units neither kept nor blamed.
    pub unattributed: usize,
}

/// The rows, with bars for those that have one.
pub fn rows() -> Vec<Row> {
    const BARS: [Bar; 5] = [
        Bar { runs: 1.0, full: 1.0, p95: 1 },
        Bar { runs: 7.0, full: 2.1, p95: 8 },
        Bar { runs: 11.0, full: 2.6, p95: 14 },
        Bar { runs: 14.0, full: 3.0, p95: 19 },
        Bar { runs: 17.0, full: 3.5, p95: 23 },
    ];
    const PLAIN: [&str; 5] = ["k=0", "k=1", "k=2", "k=3", "k=4"];
    const HINTS: [&str; 5] = ["k=0, hints", "k=1, hints", "k=2, hints", "k=3, hints", "k=4, hints"];
    const TELLING: [&str; 5] =
        ["k=0, own symptoms", "k=1, own symptoms", "k=2, own symptoms", "k=3, own symptoms", "k=4, own symptoms"];
    const UNIFORM: [&str; 5] =
        ["k=0, wrong priors", "k=1, wrong priors", "k=2, wrong priors", "k=3, wrong priors", "k=4, wrong priors"];
    let mut rows = Vec::new();
    for (k, bar) in BARS.iter().enumerate() {
        let (kind, bar) = (Kind::plain(k), Some(*bar));
        rows.push(Row { name: PLAIN[k], kind, bar, lost: LOST, innocent: 0 });
        rows.push(Row { name: HINTS[k], kind: Kind { hints: true, ..kind }, bar, lost: LOST, innocent: 0 });
        rows.push(Row { name: TELLING[k], kind: Kind { telling: true, ..kind }, bar, lost: LOST, innocent: 0 });
        rows.push(Row { name: UNIFORM[k], kind: Kind { uniform: true, ..kind }, bar: None, lost: LOST, innocent: 0 });
    }
    let hard = |name, kind| Row { name, kind, bar: None, lost: LOST, innocent: 0 };
    // Where symptoms cannot be told apart, or chance speaks, a few innocents are blamed.
    let some = |innocent, name, kind| Row { innocent, ..hard(name, kind) };
    let pair = |k| Kind { pair: true, ..Kind::plain(k) };
    let codependency = |k| Kind { codependency: true, ..Kind::plain(k) };
    // Silent needs behind a culprit that hides all else; each cause has its own symptom.
    let group = |k, groups, group| Kind { groups, group, masking: true, telling: true, ..Kind::plain(k) };
    rows.extend([
        hard("pair", pair(0)),
        hard("pair, k=1", pair(1)),
        hard("co-dependency", codependency(0)),
        hard("co-dependency, k=1", codependency(1)),
        hard("pair, co-dependency, k=2", Kind { pair: true, ..codependency(2) }),
        hard("tied backwards", group(0, 1, 2)),
        hard("tied backwards, k=1", group(1, 1, 2)),
        hard("tied backwards, each, k=1", Kind { each: true, ..group(1, 1, 2) }),
        hard("tied backwards, alike, k=1", Kind { telling: false, ..group(1, 1, 2) }),
        hard("two backwards, k=1", group(1, 2, 2)),
        hard("two backwards, k=2", group(2, 2, 2)),
        hard("two backwards, hints, k=2", Kind { hints: true, ..group(2, 2, 2) }),
        hard("group of four, k=1", group(1, 1, 4)),
        hard("group of four, each, k=2", Kind { each: true, ..group(2, 1, 4) }),
        some(4, "two backwards, alike, k=2", Kind { telling: false, ..group(2, 2, 2) }),
        // Neither the resolver nor a symptom tells why: a limit of the method, measured and not held to much.
        Row {
            lost: 2.0,
            innocent: 400,
            ..hard("group of four, alike, k=1", Kind { telling: false, ..group(1, 1, 4) })
        },
        hard("noisy symptoms, k=2", Kind { telling: true, noise: 0.3, ..Kind::plain(2) }),
        hard("nothing but noise, k=2", Kind { noise: 1.0, ..Kind::plain(2) }),
        some(1, "backwards, noisy, k=2", Kind { noise: 0.3, ..group(2, 1, 2) }),
        some(2, "backwards, flaky, k=2", Kind { flaky: 0.1, ..group(2, 1, 2) }),
        some(2, "flaky 10 %", Kind { flaky: 0.1, ..Kind::plain(0) }),
        hard("flaky 10 %, k=2", Kind { flaky: 0.1, ..Kind::plain(2) }),
    ]);
    rows
}

pub fn measure(kind: Kind) -> Figures {
    let mut runs = Vec::new();
    let mut total =
        Figures { full: 0.0, probes: 0.0, p95: 0, lost: 0.0, broken: 0, unproven: 0, innocent: 0, unattributed: 0 };
    for seed in 0..WORLDS {
        let mut world = World::new(seed, kind);
        let units = world.units.clone();
        let found = match search(&units, &Limits::default(), &mut world, &mut |_| {}) {
            Ok(found) => found,
            Err(never) => match never {},
        };
        runs.push(found.full_runs + found.probes);
        total.full += f64::from(found.full_runs);
        total.probes += f64::from(found.probes);
        total.unattributed += found.unattributed.len();
        if world.passes(&found.kept) {
            total.lost += world.best as f64 - found.kept.len() as f64;
        } else {
            total.broken += 1;
        }
        total.unproven += found.dropped.iter().filter(|one| !proven(&world, &found, one)).count();
        let blamed = found.dropped.iter().filter(|one| one.needed_by_drop.is_none());
        total.innocent += blamed.filter(|one| world.innocent(one.unit)).count();
    }
    runs.sort_unstable();
    let count = WORLDS as f64;
    total.full /= count;
    total.probes /= count;
    total.lost /= count;
    total.p95 = runs[(runs.len() * 95).div_ceil(100) - 1];
    total
}

/// Checks the claim against the world's own log, not against what the search remembers.
fn proven(world: &World, found: &Found, one: &Dropped) -> bool {
    if let Some(needed) = one.needed_by_drop {
        return found.dropped.iter().any(|other| other.unit == needed);
    }
    let between = one.fails.minus(&one.passes);
    let differs = one.passes.is_subset(&one.fails)
        && between.contains(one.unit)
        && between.without(one.unit).iter().all(|unit| one.with.contains(&unit));
    let ran = |tests: &Option<Vec<_>>, test| tests.as_ref().is_none_or(|tests: &Vec<_>| tests.contains(test));
    let seen = one.tests.iter().all(|test| {
        let failed = world.log.iter().any(|(set, _, failed, _)| *set == one.fails && failed.contains(test));
        let passed = one.passes.is_empty()
            || world.log.iter().any(|(set, tests, failed, masked)| {
                *set == one.passes && !masked && ran(tests, test) && !failed.contains(test)
            });
        failed && passed
    });
    differs && seen && !one.tests.is_empty() && matches!(one.proof, Proof::Witness | Proof::Probe)
}
