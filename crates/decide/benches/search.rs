//! Prints how the culprit search does on simulated worlds, next to what it is held to.
//!
//! `cargo bench -p uplift-decide` prints a table, with `-- --json` the same as JSON.
#![allow(clippy::print_stdout)]

#[allow(unreachable_pub)]
mod worlds;

use worlds::figures::{Figures, Row, measure, rows};

fn main() {
    let measured: Vec<(Row, Figures)> = rows().into_iter().map(|row| (row, measure(row.kind))).collect();
    if std::env::args().any(|argument| argument == "--json") {
        json(&measured);
    } else {
        table(&measured);
    }
}

fn table(measured: &[(Row, Figures)]) {
    println!(
        "{:26} {:>6} {:>7} {:>6} {:>4}  {:>5} {:>6} {:>8} {:>8}  held to",
        "world", "full", "probes", "runs", "p95", "lost", "broken", "unproven", "innocent"
    );
    for (row, f) in measured {
        let mut bar = format!("lost {}, innocent {}", row.lost, row.innocent);
        if let Some(runs) = row.bar {
            bar = format!("full {:.1}, runs {:.0}, p95 {}, {bar}", runs.full, runs.runs, runs.p95);
        }
        println!(
            "{:26} {:>6.2} {:>7.2} {:>6.2} {:>4}  {:>5.3} {:>6} {:>8} {:>8}  {bar}",
            row.name,
            f.full,
            f.probes,
            f.full + f.probes,
            f.p95,
            f.lost,
            f.broken,
            f.unproven,
            f.innocent
        );
    }
}

fn json(measured: &[(Row, Figures)]) {
    let rows: Vec<_> = measured
        .iter()
        .map(|(row, f)| {
            serde_json::json!({
                "world": row.name,
                "worlds": worlds::figures::WORLDS,
                "full": f.full,
                "probes": f.probes,
                "runs": f.full + f.probes,
                "p95": f.p95,
                "lost": f.lost,
                "broken": f.broken,
                "unproven": f.unproven,
                "innocent": f.innocent,
                "unattributed": f.unattributed,
                "lost_at_most": row.lost,
                "innocent_at_most": row.innocent,
                "bar": row.bar.map(|bar| serde_json::json!({ "full": bar.full, "runs": bar.runs, "p95": bar.p95 })),
            })
        })
        .collect();
    println!("{:#}", serde_json::Value::Array(rows));
}
