//! Scanners as CI runs them: what they look at, and whether what they find can fail the build.

use uplift_model::Ecosystem;

use super::reach::{self, Reach};
use super::tools::{flag, plain, tool};
use crate::ci::{Does, Muzzle, MuzzleKind, Step};
use crate::place;
use crate::repository::Component;
use crate::survey::Survey;

/// One run of a scanner.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    pub(crate) step: Step,
    /// `None`: both.
    pub(crate) ecosystem: Option<Ecosystem>,
    /// Files or folders that it is pointed at, from the root.
    pub(crate) targets: Vec<String>,
    pub(crate) reach: Reach,
}

impl Scan {
    pub(crate) fn is_enforced(&self) -> bool {
        self.step.is_enforced()
    }

    /// Whether it looks at what the component asks for.
    pub(crate) fn covers(&self, survey: &Survey<'_>, component: &Component) -> bool {
        self.ecosystem.is_none_or(|e| e == component.ecosystem)
            && match self.reach {
                Reach::Environment => reach::of_environment(survey, &self.step, component),
                reach => self.targets.iter().any(|t| reach::of_target(survey, reach, t, component)),
            }
    }

    /// Whether it looks at no component at all.
    pub(crate) fn is_idle(&self, survey: &Survey<'_>) -> bool {
        let mut all = survey.repository.components.iter().filter(|c| !c.requirements.is_empty());
        !all.any(|c| self.covers(survey, c))
    }
}

/// A muzzle that lies in how the tool is called.
fn lenient(step: &Step, written: &str) -> Muzzle {
    Muzzle { file: step.file.clone(), line: step.line, written: written.to_owned(), kind: MuzzleKind::Tool }
}

/// Reads a step as a scan of dependencies.
pub(crate) fn dependency(step: &Step) -> Option<Scan> {
    let mut step = step.clone();
    let (ecosystem, targets, reach, lax) = match step.does.clone() {
        Does::Runs(words) => by_command(&step, &words)?,
        Does::Uses { name, with } => by_action(&name, &with)?,
    };
    step.muzzles.extend(lax.map(|l| lenient(&step, l)));
    let targets = targets.iter().map(|t| place::join(&step.folder, t)).collect();
    Some(Scan { step, ecosystem, targets, reach })
}

type Read = (Option<Ecosystem>, Vec<String>, Reach, Option<&'static str>);

fn by_command(step: &Step, words: &[String]) -> Option<Read> {
    let (program, arguments) = tool(words)?;
    let here = || vec![".".to_owned()];
    let or_here = |targets: Vec<String>| if targets.is_empty() { here() } else { targets };
    let files = |names: &[&str]| -> Vec<String> {
        let mut all: Vec<String> = arguments
            .windows(2)
            .filter(|w| matches!(w, [name, _] if names.contains(&name.as_str())))
            .filter_map(|w| w.get(1).cloned())
            .collect();
        all.extend(
            arguments
                .iter()
                .filter_map(|a| a.split_once('='))
                .filter(|(n, _)| names.contains(n))
                .map(|(_, v)| v.to_owned()),
        );
        all
    };
    let first = arguments.first().map_or("", String::as_str);
    let python = Some(Ecosystem::Python);
    let javascript = Some(Ecosystem::JavaScript);
    match program {
        "pip-audit" | "pip_audit" => {
            let mut targets = files(&["-r", "--requirement"]);
            targets.extend(plain(arguments).into_iter().map(str::to_owned));
            let reach = if targets.is_empty() { Reach::Environment } else { Reach::Project };
            Some((python, targets, reach, None))
        }
        "safety" if ["check", "scan"].contains(&first) => {
            let lax = arguments.iter().any(|a| a == "--continue-on-error").then_some("--continue-on-error");
            let named = files(&["-r", "--file", "--target"]);
            // `check` looks at what is installed, `scan` at the files below a folder.
            let reach = if named.is_empty() && first == "check" { Reach::Environment } else { Reach::Deep };
            Some((python, or_here(named), reach, lax))
        }
        "npm" | "yarn" | "pnpm" | "bun"
            if matches!(plain(arguments).as_slice(), ["audit", ..] | ["npm", "audit", ..]) =>
        {
            if arguments.iter().any(|a| a == "fix") {
                return None;
            }
            let folder = flag(arguments, &["--prefix", "-C", "--cwd", "--dir"]).unwrap_or(".").to_owned();
            Some((javascript, vec![folder], Reach::Own, None))
        }
        "audit-ci" | "better-npm-audit" => Some((javascript, here(), Reach::Own, None)),
        "osv-scanner" => {
            let mut targets = files(&["-L", "--lockfile", "-r"]);
            targets.extend(plain(arguments).into_iter().filter(|w| !["scan", "source"].contains(w)).map(str::to_owned));
            Some((None, or_here(targets), Reach::Deep, None))
        }
        "trivy" if ["fs", "filesystem", "repo", "repository", "rootfs"].contains(&first) => {
            let targets = plain(arguments.get(1..).unwrap_or_default()).into_iter().map(str::to_owned).collect();
            let fails = flag(arguments, &["--exit-code"]).is_some_and(|c| c != "0");
            Some((
                None,
                or_here(targets),
                Reach::Deep,
                (!fails).then_some("no `--exit-code`: trivy ends with 0 whatever it finds"),
            ))
        }
        "grype" if arguments.iter().any(|a| a.starts_with("dir:") || a == ".") => {
            let fails = flag(arguments, &["--fail-on", "-f"]).is_some();
            let targets = arguments.iter().filter_map(|a| a.strip_prefix("dir:")).map(str::to_owned).collect();
            Some((
                None,
                or_here(targets),
                Reach::Deep,
                (!fails).then_some("no `--fail-on`: grype ends with 0 whatever it finds"),
            ))
        }
        "snyk" if first == "test" || first == "monitor" => {
            let named = files(&["--file"]);
            let lax = (first == "monitor").then_some("`snyk monitor` reports and never fails");
            let shallow = !arguments.iter().any(|a| a == "--all-projects") && named.is_empty();
            let reach = if shallow && !step.folder.is_empty() { Reach::Own } else { Reach::Deep };
            Some((None, or_here(named), reach, lax))
        }
        "dependency-check" | "dependency-check.sh" => {
            let fails = flag(arguments, &["--failOnCVSS"]).is_some();
            Some((None, here(), Reach::Deep, (!fails).then_some("no `--failOnCVSS`")))
        }
        _ => None,
    }
}

fn by_action(name: &str, with: &[(String, String)]) -> Option<Read> {
    let here = || vec![".".to_owned()];
    let value = |key: &str| with.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
    let owner = name.split('@').next().unwrap_or(name);
    let list = |key: &str| {
        value(key).map(|v| v.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).filter(|v| !v.is_empty())
    };
    match owner {
        "pypa/gh-action-pip-audit" => {
            let inputs = list("inputs").unwrap_or_default();
            let reach = if inputs.is_empty() { Reach::Environment } else { Reach::Project };
            Some((Some(Ecosystem::Python), inputs, reach, None))
        }
        "pyupio/safety-action" | "pyupio/safety" => Some((Some(Ecosystem::Python), here(), Reach::Deep, None)),
        "actions/dependency-review-action" => {
            let lax = (value("warn-only") == Some("true")).then_some("warn-only: true");
            Some((None, here(), Reach::Deep, lax))
        }
        "aquasecurity/trivy-action"
            if ["fs", "repo", "filesystem"].contains(&value("scan-type").unwrap_or("image")) =>
        {
            let fails = value("exit-code").is_some_and(|c| c != "0");
            let targets = list("scan-ref").unwrap_or_else(here);
            Some((
                None,
                targets,
                Reach::Deep,
                (!fails).then_some("no `exit-code`: the action ends well whatever it finds"),
            ))
        }
        "anchore/scan-action" if value("path").is_some() => {
            let lax = (value("fail-build") == Some("false")).then_some("fail-build: false");
            Some((None, list("path").unwrap_or_else(here), Reach::Deep, lax))
        }
        "snyk/scan" => Some((
            None,
            here(),
            Reach::Deep,
            (value("fail-on-issues") == Some("false")).then_some("fail-on-issues: false"),
        )),
        other if other.starts_with("google/osv-scanner-action") => {
            let lax = (value("fail-on-vuln") == Some("false")).then_some("fail-on-vuln: false");
            Some((None, here(), Reach::Deep, lax))
        }
        other if other.starts_with("snyk/actions/") && !other.ends_with("/docker") && !other.ends_with("/iac") => {
            let ecosystem = match other.rsplit('/').next().unwrap_or_default() {
                "node" => Some(Ecosystem::JavaScript),
                other if other.starts_with("python") => Some(Ecosystem::Python),
                _ => None,
            };
            Some((ecosystem, here(), Reach::Deep, None))
        }
        other if other.contains("Dependency-Scanning") => Some((None, here(), Reach::Deep, None)),
        _ => None,
    }
}

/// Reads a step as a scan of a container image.
pub(crate) fn container(step: &Step) -> Option<Scan> {
    let mut step = step.clone();
    let lax = match step.does.clone() {
        Does::Runs(words) => image_command(&words)?,
        Does::Uses { name, with } => image_action(&name, &with)?,
    };
    step.muzzles.extend(lax.map(|l| lenient(&step, l)));
    Some(Scan { step, ecosystem: None, targets: Vec::new(), reach: Reach::Environment })
}

fn image_command(words: &[String]) -> Option<Option<&'static str>> {
    let (program, arguments) = tool(words)?;
    let first = arguments.first().map_or("", String::as_str);
    let set = |names: &[&str]| flag(arguments, names).is_some_and(|v| v != "0");
    match program {
        "trivy" if first == "image" || first == "i" => {
            Some((!set(&["--exit-code"])).then_some("no `--exit-code`: trivy ends with 0 whatever it finds"))
        }
        "grype" if !arguments.iter().any(|a| a.starts_with("dir:") || a == "." || a == "version") => {
            Some((!set(&["--fail-on", "-f"])).then_some("no `--fail-on`: grype ends with 0 whatever it finds"))
        }
        "snyk" if first == "container" => {
            let monitor = arguments.get(1).is_some_and(|a| a == "monitor");
            Some(monitor.then_some("`snyk container monitor` reports and never fails"))
        }
        "docker" if first == "scout" => {
            let fails = arguments.iter().any(|a| a == "--exit-code" || a == "-e");
            Some((!fails).then_some("no `--exit-code`: docker scout ends with 0 whatever it finds"))
        }
        "clair-scanner" | "dockle" => Some(None),
        "gcloud" if arguments.iter().any(|a| a == "scan") && arguments.iter().any(|a| a == "images") => {
            Some(Some("`gcloud … images scan` reports and never fails"))
        }
        _ => None,
    }
}

fn image_action(name: &str, with: &[(String, String)]) -> Option<Option<&'static str>> {
    let value = |key: &str| with.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
    let owner = name.split('@').next().unwrap_or(name);
    match owner {
        "aquasecurity/trivy-action" if value("scan-type").is_none_or(|t| t == "image") => {
            let fails = value("exit-code").is_some_and(|c| c != "0");
            Some((!fails).then_some("no `exit-code`: the action ends well whatever it finds"))
        }
        "anchore/scan-action" if value("image").is_some() => {
            Some((value("fail-build") == Some("false")).then_some("fail-build: false"))
        }
        "snyk/actions/docker" => Some(None),
        "docker/scout-action" => {
            let fails = value("exit-code") == Some("true");
            Some((!fails).then_some("no `exit-code: true`: the action ends well whatever it finds"))
        }
        other if other.contains("Container-Scanning") || other.starts_with("azure/container-scan") => Some(None),
        _ => None,
    }
}

/// A step that builds or pushes an image.
pub(crate) fn builds_image(step: &Step) -> bool {
    match &step.does {
        Does::Uses { name, .. } => {
            ["docker/build-push-action", "docker/bake-action", "Docker@", "redhat-actions/buildah-build"]
                .iter()
                .any(|n| name.starts_with(n))
        }
        Does::Runs(words) => match tool(words) {
            Some(("docker" | "podman" | "buildah" | "nerdctl", arguments)) => {
                let verbs = plain(arguments);
                matches!(verbs.as_slice(), ["build" | "buildx" | "bud", ..] | ["compose", "build", ..])
            }
            Some(("kaniko" | "executor", _)) => true,
            Some(("gcloud", arguments)) => {
                arguments.windows(2).any(|w| matches!(w, [a, b] if a == "builds" && b == "submit"))
            }
            Some(("pack", arguments)) => arguments.first().is_some_and(|a| a == "build"),
            _ => false,
        },
    }
}
