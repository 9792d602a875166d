//! How fast a check is, beside the field's fastest tools on the same project, as ratios in one run.
//!
//! `uv pip list --outdated` for Python, npm-check-updates for JavaScript, and a tree of 500 manifests. Needs `uv` and
//! `npx` on PATH and a release build; writes nothing but `target/speed`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

/// Runs of each command; the median counts.
const RUNS: usize = 5;

/// One measured command.
#[derive(Clone, Copy)]
struct Figure {
    cpu: f64,
    wall: f64,
    mib: f64,
}

/// Measures and prints; false when a bar of the issue is not met.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let built =
        Command::new("cargo").args(["build", "--quiet", "--release", "--bin", "uplift"]).current_dir(root).status()?;
    ensure!(built.success(), "the release build failed");
    let binary = root.join("target/release/uplift");
    let work = root.join("target/speed");
    let _old = std::fs::remove_dir_all(&work);
    std::fs::create_dir_all(&work)?;
    let mut met = true;
    let mut bar = |what: &str, ratio: f64, limit: f64| {
        met &= ratio <= limit;
        println!("{} {what}: {ratio:.2}, at most {limit}", if ratio <= limit { "ok  " } else { "MISS" });
    };

    let python = copied(root, &work, "requirements.txt", "python")?;
    let venv = work.join("venv");
    quiet(Command::new("uv").args(["venv", "--quiet", "--no-project"]).arg(&venv))?;
    quiet(
        Command::new("uv")
            .args(["pip", "install", "--quiet", "--no-deps", "--python"])
            .arg(venv.join("bin/python"))
            .arg("-r")
            .arg(python.join("requirements.txt")),
    )?;
    let cache = work.join("cache");
    let records = root.join("crates/cli/tests/data/seed-projects/advisories.json");
    let check = |folder: &Path, cache: &Path| {
        let mut command = Command::new(&binary);
        // Records of a file: what is compared with asks no source of advisories either.
        command.arg("check").arg(folder).args(["--format", "json", "--advisories"]).arg(&records);
        command.env("UPLIFT_CACHE_DIR", cache);
        command
    };
    let list = |fresh: bool| {
        let mut command = Command::new("uv");
        command.args(["pip", "list", "--outdated", "--quiet", "--python"]).arg(venv.join("bin/python"));
        command.args(fresh.then_some("--no-cache"));
        command
    };
    let cold = median(|n| check(&python, &work.join(format!("cold-{n}"))))?;
    let listed_cold = median(|_| list(true))?;
    let _first = median(|_| check(&python, &cache))?;
    let warm = median(|_| check(&python, &cache))?;
    let listed = median(|_| list(false))?;
    tell("uplift check, 25 pins, cold", cold);
    tell("uv pip list --outdated --no-cache", listed_cold);
    tell("uplift check, 25 pins, warm", warm);
    tell("uv pip list --outdated, warm", listed);
    bar("CPU of a warm check to uv pip list --outdated", warm.cpu / listed.cpu.max(0.001), 1.0);
    bar("wall of a cold check to uv pip list --outdated --no-cache", cold.wall / listed_cold.wall.max(0.001), 2.0);
    bar("memory of a check in MiB", cold.mib.max(warm.mib), 100.0);

    let javascript = copied(root, &work, "package.json", "javascript")?;
    let ncu = work.join("ncu");
    std::fs::create_dir_all(&ncu)?;
    quiet(
        Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
            .arg(&ncu)
            .arg("npm-check-updates"),
    )?;
    let cold = median(|n| check(&javascript, &work.join(format!("cold-js-{n}"))))?;
    let _first = median(|_| check(&javascript, &cache))?;
    let warm = median(|_| check(&javascript, &cache))?;
    let updates = median(|_| {
        let mut command = Command::new(ncu.join("node_modules/.bin/ncu"));
        command.arg("--jsonUpgraded").arg("--packageFile").arg(javascript.join("package.json"));
        command
    })?;
    tell("uplift check, 30 JavaScript dependencies, cold", cold);
    tell("uplift check, 30 JavaScript dependencies, warm", warm);
    tell("npm-check-updates", updates);
    bar("CPU of a warm check to npm-check-updates", warm.cpu / updates.cpu.max(0.001), 0.5);
    bar("CPU of a cold check to npm-check-updates", cold.cpu / updates.cpu.max(0.001), 0.5);

    let many = work.join("many");
    for number in 0..500 {
        let folder = many.join(format!("service-{number:03}"));
        std::fs::create_dir_all(&folder)?;
        std::fs::copy(python.join("requirements.txt"), folder.join("requirements.txt"))?;
    }
    let tree = median(|_| check(&many, &cache))?;
    tell("uplift check, 500 manifests, warm", tree);
    bar("CPU seconds of a check of 500 manifests", tree.cpu, 2.0);
    Ok(met)
}

fn tell(what: &str, figure: Figure) {
    println!("     {what}: {:.2} s CPU, {:.2} s wall, {:.0} MiB", figure.cpu, figure.wall, figure.mib);
}

fn copied(root: &Path, work: &Path, file: &str, name: &str) -> Result<PathBuf> {
    let folder = work.join(name);
    std::fs::create_dir_all(&folder)?;
    std::fs::copy(root.join("evaluation/speed").join(file), folder.join(file)).with_context(|| file.to_owned())?;
    Ok(folder)
}

fn quiet(command: &mut Command) -> Result<()> {
    let status = command.stdout(Stdio::null()).status().with_context(|| format!("{:?}", command.get_program()))?;
    ensure!(status.success(), "{:?} failed", command.get_program());
    Ok(())
}

/// The run with the median CPU time. GNU time is not everywhere, so the figures are read from `/proc`.
fn median(command: impl Fn(usize) -> Command) -> Result<Figure> {
    let mut figures = Vec::new();
    for number in 0..RUNS {
        figures.push(measured(&mut command(number))?);
    }
    figures.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    figures.get(RUNS / 2).copied().context("nothing was measured")
}

fn measured(command: &mut Command) -> Result<Figure> {
    let before = crate::evaluate::child_cpu();
    let started = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{:?}", command.get_program()))?;
    let status = format!("/proc/{}/status", child.id());
    let mut mib: f64 = 0.0;
    let ended = loop {
        let peak = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = peak.lines().find_map(|l| l.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
        mib = mib.max(peak.unwrap_or(0.0) / 1024.0);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(3));
    };
    let wall = started.elapsed().as_secs_f64();
    // uv and ncu answer with 0; a check as well, whatever it finds.
    ensure!(ended.success(), "{:?} ended with {ended}", command.get_program());
    Ok(Figure { cpu: crate::evaluate::child_cpu() - before, wall, mib })
}
