//! The environment that the answers hold for: what the settings say of it, held against the set where that can be done,
//! and the hardware variants of which nothing here can tell whether they fit (rows D16, D17).
//!
//! Lives here: judging solutions and sizes. Lives elsewhere: the settings (`model::settings::Environment`).

use std::collections::BTreeSet;

use uplift_ecosystems::python::discover::Component;
use uplift_model::compatibility::{Check, ComponentCompatibility, Condition, Profile, Verdict};
use uplift_model::settings::Environment;
use uplift_model::{PackageName, Version};

use super::pages::Pages;
use super::runtimes::Runtime;

/// What the wheels of a set come to, packed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weight {
    pub(super) bytes: u64,
    /// Packages whose size the index tells, and packages of the set.
    pub(super) told: usize,
    pub(super) of: usize,
}

impl Weight {
    /// Of the wheels that `runtime` would install.
    pub(super) fn of(pages: &Pages<'_>, runtime: &Runtime, check: &Check) -> Self {
        let parsed =
            |(name, version): (&String, &String)| Some((PackageName::new(name).ok()?, Version::new(version).ok()?));
        let set: Vec<(PackageName, Version)> = check.solution.iter().filter_map(parsed).collect();
        pages.load(set.iter().map(|(name, _)| name.clone()));
        let tags = runtime.tags();
        let sizes: Vec<u64> = set.iter().filter_map(|(name, version)| pages.wheel_size(name, version, &tags)).collect();
        Self { bytes: sizes.iter().sum(), told: sizes.len(), of: set.len() }
    }

    fn words(self) -> String {
        format!("the wheels of {} of {} packages are {} MiB packed", self.told, self.of, self.bytes >> 20)
    }
}

/// Platform, conditions, and what is not checked.
pub(super) fn of(components: &[ComponentCompatibility], stated: &Environment, weight: Option<Weight>) -> Profile {
    let variants = variants(components);
    Profile {
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        stated: conditions(components, stated, weight, &variants),
        not_checked: variants,
    }
}

/// Builds for certain hardware in the sets, each named once.
fn variants(components: &[ComponentCompatibility]) -> Vec<String> {
    let solved = || components.iter().flat_map(|c| &c.checks).flat_map(|c| &c.solution);
    let mut told: Vec<String> = Vec::new();
    let cuda: BTreeSet<&str> = solved().map(|(name, _)| name.as_str()).filter(|n| n.starts_with("nvidia-")).collect();
    if let Some(first) = cuda.first() {
        let others = if cuda.len() > 1 { format!(" and {} others", cuda.len() - 1) } else { String::new() };
        told.push(format!(
            "CUDA libraries are part of the set ({first}{others}): whether a GPU and its driver fit them"
        ));
    }
    for (name, version) in solved() {
        let text = if let Some(label) = version.split_once('+').map(|(_, l)| l).filter(|_| !version.contains("://")) {
            format!("{name} {version} is one build of several ({label}): whether the machine has what it was built for")
        } else if for_hardware(name) {
            format!("{name} {version} is by its name a build for certain hardware: whether the machine has it")
        } else {
            continue;
        };
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told
}

/// `tensorflow-gpu`, `cupy-cuda12x`, `onnxruntime-directml`: names that publishers give to such builds.
fn for_hardware(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').skip(1).collect();
    parts.iter().any(|part| {
        matches!(*part, "gpu" | "rocm" | "directml" | "openvino" | "tpu" | "metal")
            || part.strip_prefix("cuda").or_else(|| part.strip_prefix("cu")).is_some_and(|rest| {
                let rest = rest.trim_end_matches('x');
                part.starts_with("cuda") && rest.is_empty() || rest.parse::<u32>().is_ok()
            })
    })
}

/// Indexes that a component takes packages from besides the usual one: they often hold such builds.
pub(super) fn further_indexes(component: &Component) -> Vec<String> {
    let options = component.manifests.iter().flat_map(|m| m.manifest.options.iter().map(move |o| (&m.path, o)));
    let further = options.filter(|(_, option)| matches!(option.name.as_str(), "--extra-index-url" | "--find-links"));
    let told = |(path, option): (&String, &uplift_ecosystems::python::manifest::FileOption)| {
        format!(
            "{path}:{} takes packages from a further place ({}): which build it gives is not checked",
            option.line, option.name
        )
    };
    further.map(told).collect()
}

fn conditions(
    components: &[ComponentCompatibility],
    stated: &Environment,
    weight: Option<Weight>,
    variants: &[String],
) -> Vec<Condition> {
    let Environment { python, memory_mib, disk_mib, cpu, port, timeout, accelerator } = stated;
    let mut all = Vec::new();
    let mut add = |name: &str, value: String, verdict: Verdict, because: String| {
        all.push(Condition { name: name.to_owned(), value, verdict, because });
    };
    if let Some(line) = python {
        let (verdict, because) = on_python(components, line);
        add("python", line.clone(), verdict, because);
    }
    let packed = weight.map_or_else(|| "no set was solved".to_owned(), Weight::words);
    if let Some(room) = disk_mib {
        let (verdict, because) = match weight {
            Some(weight) if weight.bytes >> 20 > *room => {
                (Verdict::Unsat, format!("{packed}, and unpacked they take more"))
            }
            _ => (Verdict::NotChecked, format!("{packed}; what they take unpacked the index does not tell")),
        };
        add("disk-mib", room.to_string(), verdict, because);
    }
    if let Some(memory) = memory_mib {
        let because = format!("{packed}; what the program needs while it runs is not measured here");
        add("memory-mib", memory.to_string(), Verdict::NotChecked, because);
    }
    let unknown = [
        ("cpu", cpu.map(|c| c.to_string()), "no load is put on the project here"),
        ("port", port.map(|p| p.to_string()), "the project is not started here"),
        ("timeout", timeout.map(|t| t.to_string()), "no request is answered here"),
    ];
    for (name, value, because) in unknown {
        if let Some(value) = value {
            add(name, value, Verdict::NotChecked, because.to_owned());
        }
    }
    if let Some(accelerator) = accelerator {
        let none = ["none", "no", "cpu"].contains(&accelerator.to_lowercase().as_str());
        let (verdict, because) = match variants.len() {
            0 if none => {
                (Verdict::Sat, "nothing in the set is a build for an accelerator, as far as names tell".to_owned())
            }
            0 => (Verdict::NotChecked, "nothing in the set names it, and there is no such device here".to_owned()),
            n => (
                Verdict::NotChecked,
                format!("there is no such device here; {n} parts of the set depend on it, listed below"),
            ),
        };
        add("accelerator", accelerator.clone(), verdict, because);
    }
    all
}

fn on_python(components: &[ComponentCompatibility], line: &str) -> (Verdict, String) {
    let minor = |text: &str| text.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    let checks: Vec<&Check> =
        components.iter().flat_map(|c| &c.checks).filter(|c| minor(&c.runtime) == minor(line)).collect();
    match checks.iter().map(|c| c.verdict).max() {
        Some(Verdict::Sat) => (Verdict::Sat, format!("the complete set was solved on {line}")),
        Some(worst) => (worst, format!("on {line} the complete set is {}", worst.word())),
        None => (Verdict::NotChecked, format!("another Python was asked for; --python {line} asks for this one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hardware_builds_are_told_from_others() {
        for name in ["tensorflow-gpu", "cupy-cuda12x", "jax-cuda12-plugin", "nvidia-ml-cu12", "onnxruntime-directml"] {
            assert!(for_hardware(name), "{name}");
        }
        for name in ["gpu", "curio", "python-curses", "flask-cuba", "apache-cu", "requests"] {
            assert!(!for_hardware(name), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_not_checked_and_what_can_has_its_verdict() {
        let stated = Environment {
            python: Some("3.11".to_owned()),
            memory_mib: Some(512),
            disk_mib: Some(100),
            cpu: Some(0.5),
            port: Some(8080),
            timeout: Some(300),
            accelerator: Some("none".to_owned()),
        };
        let heavy = Weight { bytes: 200 << 20, told: 3, of: 4 };
        let profile = of(&[], &stated, Some(heavy));
        let told: Vec<(&str, Verdict)> = profile.stated.iter().map(|c| (c.name.as_str(), c.verdict)).collect();
        assert_eq!(
            told,
            [
                ("python", Verdict::NotChecked),
                ("disk-mib", Verdict::Unsat),
                ("memory-mib", Verdict::NotChecked),
                ("cpu", Verdict::NotChecked),
                ("port", Verdict::NotChecked),
                ("timeout", Verdict::NotChecked),
                ("accelerator", Verdict::Sat),
            ]
        );
        let light = of(&[], &stated, Some(Weight { bytes: 1 << 20, ..heavy }));
        assert_eq!(light.stated.get(1).map(|c| c.verdict), Some(Verdict::NotChecked));
        assert!(of(&[], &Environment::default(), None).stated.is_empty());
    }
}
