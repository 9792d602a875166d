//! The evaluation as text: a line while it runs, a page at the end.

use super::Result1;

/// One line for the terminal.
pub(super) fn line(result: &Result1) -> String {
    let (s, o) = (&result.score, &result.outside);
    format!(
        "  {}: outside {} -> {} passed, {} newly failing; landed {}/{}; best {}/{}; innocents held: {}; {:.0} s{}",
        result.entry.name,
        o.before,
        o.after,
        o.newly_failing.len(),
        s.landed,
        s.landable,
        s.best_reached,
        s.culprits,
        if s.innocent.is_empty() { "none".to_owned() } else { s.innocent.join(", ") },
        result.seconds,
        detail(result),
    )
}

fn detail(result: &Result1) -> String {
    let triple = |(name, wanted, got): &(String, String, String)| format!("{name} {got} (corpus {wanted})");
    let mut parts: Vec<String> = result.score.missed.iter().map(triple).collect();
    parts.extend(result.score.below.iter().map(triple));
    parts.dedup();
    if parts.is_empty() { String::new() } else { format!("; below the corpus: {}", parts.join(", ")) }
}

/// The page for `docs/`.
pub(super) fn page(results: &[Result1]) -> String {
    let count = |key: &str, r: &Result1| {
        r.report.pointer(&format!("/counts/{key}")).and_then(serde_json::Value::as_u64).unwrap_or(0)
    };
    let number = |key: &str, r: &Result1| {
        r.report.pointer(&format!("/counts/{key}")).and_then(serde_json::Value::as_f64).unwrap_or(0.0)
    };
    let mut page = String::from(
        "# Evaluation\n\nMade by `cargo xtask evaluate`, which needs `uv` on PATH and the interpreters that the corpus names; anybody can run it again.\nFacts about the projects: `evaluation/corpus.json`. Times are from a shared machine with 2 cores: compare them as ratios.\n\n## Real projects\n\nEach row: the stale project was upgraded by `uplift upgrade`, the delivered branch cloned,\ninstalled from its manifests by plain uv, and tested outside Uplift. \"Landed\" counts the updates that were found to be possible\nby hand, at the recorded version or newer; \"best\" the culprits held at the recorded best version or newer.\n\n| project | outside: passed before -> after | newly failing | landed | best | held with proof | innocents held | full runs + probes | seconds | own CPU of all CPU | peak MiB |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for r in results {
        let s = &r.score;
        let none = |list: &[String]| if list.is_empty() { "none".to_owned() } else { list.join(", ") };
        page.push_str(&format!(
            "| {} | {} -> {} | {} | {}/{} | {}/{} | {} | {} | {} + {} | {:.0} | {:.1} of {:.0} s ({:.1} %) | {:.0} |\n",
            r.entry.name,
            r.outside.before,
            r.outside.after,
            r.outside.newly_failing.len(),
            s.landed,
            s.landable,
            s.best_reached,
            s.culprits,
            none(&s.held),
            none(&s.innocent),
            count("full_runs", r),
            count("probes", r),
            r.seconds,
            number("own_cpu_seconds", r),
            number("own_cpu_seconds", r) + number("child_cpu_seconds", r),
            100.0 * number("own_cpu_seconds", r)
                / (number("own_cpu_seconds", r) + number("child_cpu_seconds", r)).max(0.001),
            number("peak_mib", r),
        ));
    }
    let sum = |f: &dyn Fn(&Result1) -> usize| results.iter().map(f).sum::<usize>();
    let (landed, landable) = (sum(&|r| r.score.landed), sum(&|r| r.score.landable));
    let (best, culprits) = (sum(&|r| r.score.best_reached), sum(&|r| r.score.culprits));
    page.push_str(&format!(
        "\nIn all: {} projects, {} newly failing tests, {landed} of {landable} possible updates landed ({:.1} %), {best} of {culprits} culprits at the recorded best version or newer ({:.1} %), {} innocent packages held, {} held without attribution.\n",
        results.len(),
        sum(&|r| r.outside.newly_failing.len()),
        share(landed, landable),
        share(best, culprits),
        sum(&|r| r.score.innocent.len()),
        sum(&|r| r.score.unproven.len()),
    ));
    for r in results.iter().filter(|r| !detail(r).is_empty() || !r.outside.newly_failing.is_empty()) {
        page.push_str(&format!("\n- {}{}", r.entry.name, detail(r)));
        if let Some(first) = r.outside.newly_failing.first() {
            page.push_str(&format!("; newly failing: {first} and {} more", r.outside.newly_failing.len() - 1));
        }
    }
    page.push('\n');
    page
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

/// What Uplift itself costs.
pub(super) fn overheads(lines: &[(String, String)], results: &[Result1]) -> String {
    let number = |key: &str, r: &Result1| {
        r.report.pointer(&format!("/counts/{key}")).and_then(serde_json::Value::as_f64).unwrap_or(0.0)
    };
    let own: f64 = results.iter().map(|r| number("own_cpu_seconds", r)).sum();
    let all: f64 = own + results.iter().map(|r| number("child_cpu_seconds", r)).sum::<f64>();
    let peak = results.iter().map(|r| number("peak_mib", r)).fold(0.0, f64::max);
    let mut page = format!(
        "\n## Overheads\n\n| what | measured |\n| --- | --- |\n| Uplift's own CPU over all runs above | {own:.1} s of {all:.0} s ({:.1} %) |\n| largest resident memory of Uplift itself | {peak:.0} MiB |\n",
        100.0 * own / all.max(0.001)
    );
    for (what, figure) in lines {
        page.push_str(&format!("| {what} | {figure} |\n"));
    }
    page
}

/// The search over simulated worlds, as its bench prints it.
pub(super) fn search(bench: &str) -> String {
    format!(
        "\n## The culprit search over simulated worlds\n\n`cargo bench -p uplift-decide --bench search`; the same code that the product runs. Each row: 300 worlds, fixed seeds.\n\n```text\n{}\n```\n",
        bench.trim_end()
    )
}
