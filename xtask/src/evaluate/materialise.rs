//! A stale project out of a package: its source distribution, its requirements of that day, one commit.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Entry;

/// Makes the project at `dest`.
pub(super) fn materialise(entry: &Entry, dest: &Path) -> Result<()> {
    let scratch = dest.with_extension("scratch");
    let _old = std::fs::remove_dir_all(&scratch);
    std::fs::create_dir_all(&scratch)?;
    let archive = download(entry, &scratch)?;
    let sum = run(Command::new("sha256sum").arg(&archive))?;
    if !sum.starts_with(&entry.sdist_sha256) {
        bail!("{} does not have the recorded hash", archive.display());
    }
    std::fs::create_dir_all(dest)?;
    run(Command::new("tar").arg("-xzf").arg(&archive).arg("--strip-components=1").arg("-C").arg(dest))?;
    let pin = |d: &super::Direct| {
        let extras = if d.extras.is_empty() { String::new() } else { format!("[{}]", d.extras.join(",")) };
        format!("{}{extras}=={}\n", d.name, d.version)
    };
    std::fs::write(dest.join("requirements.in"), entry.direct.iter().map(pin).collect::<String>())?;
    std::fs::write(dest.join("requirements.txt"), entry.lock.join("\n") + "\n")?;
    let git = |args: &[&str]| {
        let date = format!("{}T12:00:00+00:00", entry.as_of);
        let mut command = Command::new("git");
        command.args([
            "-c",
            "core.autocrlf=false",
            "-c",
            "user.name=Corpus",
            "-c",
            "user.email=corpus@example.invalid",
        ]);
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date).args(args).current_dir(dest);
        run(&mut command)
    };
    git(&["init", "--quiet", "--initial-branch=main"])?;
    git(&["add", "--all", "--force"])?;
    git(&[
        "commit",
        "--quiet",
        "--no-verify",
        "-m",
        &format!("{} {} as of {}", entry.package, entry.version, entry.as_of),
    ])?;
    std::fs::remove_dir_all(&scratch)?;
    Ok(())
}

/// pip prepares metadata as well, so old distributions get an old setuptools for that.
fn download(entry: &Entry, folder: &Path) -> Result<PathBuf> {
    let limits = folder.join("limits.txt");
    std::fs::write(&limits, "setuptools<70\n")?;
    let got = folder.join("got");
    run(Command::new("python3")
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--ignore-requires-python",
            "--no-binary",
            &entry.package,
            "--dest",
        ])
        .arg(&got)
        .arg(format!("{}=={}", entry.package, entry.version))
        .env("PIP_CONSTRAINT", &limits)
        .env("PIP_BUILD_CONSTRAINT", &limits))?;
    let first = std::fs::read_dir(&got)?.next().context("nothing was downloaded")??;
    Ok(first.path())
}

/// Runs to success and gives standard output.
pub(super) fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{:?}", command.get_program()))?;
    if !output.status.success() {
        bail!("{:?} failed: {}", command.get_program(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
