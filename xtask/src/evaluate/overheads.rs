//! What Uplift itself costs: a second plan, and a trial that changes one package against a fresh environment.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

/// One measured line: what, and the figure in words.
pub(super) fn measure(binary: &Path, repo: &Path, python: &str, work: &Path) -> Result<Vec<(String, String)>> {
    let plan = |fresh: bool| -> Result<(f64, f64)> {
        let mut command = Command::new(binary);
        command.args(["plan", "--format", "json", "--python", python]).arg(repo);
        if fresh {
            command.arg("--fresh");
        }
        timed(&mut command)
    };
    let (first_cpu, first_wall) = plan(true)?;
    let (again_cpu, again_wall) = plan(false)?;
    let mut lines = vec![(
        "`uplift plan` on an unchanged repository".to_owned(),
        format!(
            "first {first_cpu:.2} s CPU, {first_wall:.1} s wall; second {again_cpu:.2} s CPU, {again_wall:.1} s wall"
        ),
    )];
    let lock = repo.join("requirements.txt");
    let scratch = work.join("overheads");
    let _old = std::fs::remove_dir_all(&scratch);
    std::fs::create_dir_all(&scratch)?;
    let install = |name: &str, cache: &Path, list: &Path| -> Result<(f64, f64)> {
        let place = scratch.join(name);
        let exe = super::outside::interpreter(python)?;
        timed(Command::new("uv").args(["venv", "--quiet", "--no-project", "--python", &exe]).arg(&place))?;
        let target = place.join("bin/python");
        timed(
            Command::new("uv")
                .env("UV_CACHE_DIR", cache)
                .args(["pip", "install", "--quiet", "--no-deps", "--python"])
                .arg(&target)
                .arg("-r")
                .arg(list),
        )
    };
    let cache = scratch.join("cache");
    let (cold_cpu, cold_wall) = install("cold", &cache, &lock)?;
    let text = std::fs::read_to_string(&lock)?;
    let changed: String = text
        .lines()
        .map(|l| if l.starts_with("idna==") { "idna==3.10\n".to_owned() } else { format!("{l}\n") })
        .collect();
    let other = scratch.join("changed.txt");
    std::fs::write(&other, changed)?;
    let (warm_cpu, warm_wall) = install("one-changed", &cache, &other)?;
    lines.push((
        format!("environment of {} packages with one of them changed, against one made from nothing", text.lines().count()),
        format!("{warm_cpu:.2} s CPU, {warm_wall:.1} s wall against {cold_cpu:.2} s CPU, {cold_wall:.1} s wall: {:.0} % of the wall time", 100.0 * warm_wall / cold_wall.max(0.001)),
    ));
    Ok(lines)
}

/// CPU seconds of the command with everything below it, and wall seconds.
fn timed(command: &mut Command) -> Result<(f64, f64)> {
    let before = child_cpu();
    let started = Instant::now();
    let output = command.output().with_context(|| format!("{:?}", command.get_program()))?;
    let wall = started.elapsed().as_secs_f64();
    anyhow::ensure!(
        output.status.success(),
        "{:?} failed: {}",
        command.get_program(),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok((child_cpu() - before, wall))
}

/// CPU seconds of all children waited for: fields 16 and 17 of proc(5), in hundredths.
pub(crate) fn child_cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|f| f.parse().ok().or(Some(0.0)))
        .collect();
    (fields.get(13).unwrap_or(&0.0) + fields.get(14).unwrap_or(&0.0)) / 100.0
}
