//! Holds the culprit search to its figures over 300 simulated worlds of each kind.
#![allow(unreachable_pub)]

#[path = "../benches/worlds/mod.rs"]
mod worlds;

use worlds::figures::{Row, measure, rows};

fn hold(these: impl Fn(&Row) -> bool) {
    for row in rows().into_iter().filter(these) {
        let figures = measure(row.kind);
        let (name, runs) = (row.name, figures.full + figures.probes);
        if let Some(bar) = row.bar {
            assert!(runs <= bar.runs, "{name}: {runs} runs on average, at most {}", bar.runs);
            assert!(figures.full <= bar.full, "{name}: {} full runs on average, at most {}", figures.full, bar.full);
            assert!(figures.p95 <= bar.p95, "{name}: 95th percentile {} runs, at most {}", figures.p95, bar.p95);
        }
        assert!(figures.lost <= row.lost, "{name}: {} good upgrades lost per search", figures.lost);
        assert_eq!(figures.broken, 0, "{name}: kept sets that fail");
        assert_eq!(figures.unproven, 0, "{name}: blames without proof");
        assert!(
            figures.innocent <= row.innocent,
            "{name}: {} innocents blamed, at most {}",
            figures.innocent,
            row.innocent
        );
        assert_eq!(figures.unattributed, 0, "{name}: units without an answer");
    }
}

fn all_alike(row: &Row) -> bool {
    !row.kind.hints && !row.kind.telling
}

#[test]
fn where_all_failures_look_alike_the_search_keeps_to_its_budget() {
    hold(|row| row.bar.is_some() && all_alike(row));
}

#[test]
fn hints_and_telling_symptoms_do_not_make_it_dearer_than_its_budget() {
    hold(|row| row.bar.is_some() && !all_alike(row));
}

#[test]
fn pairs_silent_needs_flaky_tests_and_wrong_priors_cost_few_good_upgrades() {
    hold(|row| row.bar.is_none());
}
