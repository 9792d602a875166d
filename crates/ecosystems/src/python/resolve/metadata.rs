//! What one release of a package requires, from its core metadata.
//!
//! Lives here: reading `METADATA` files (email headers) as far as compatibility goes.
//! Lives elsewhere: fetching them (`engine::validate`), what markers are held against (`super::environment`). Source: the
//! core metadata specification, PEP 508, PEP 658.

use std::str::FromStr;

use uplift_model::{PackageName, Version};
use uv_pep508::{MarkerTree, Requirement, VerbatimUrl, VersionOrUrl};

use super::environment::Environment;
use crate::python::manifest;

/// Requirements of one release.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    pub requires_python: Option<String>,
    /// Normalised.
    pub extras: Vec<String>,
    pub requires: Vec<Required>,
}

/// One `Requires-Dist`.
#[derive(Debug, Clone, PartialEq)]
pub struct Required {
    pub name: PackageName,
    pub extras: Vec<String>,
    /// On PEP 440's grammar, as written: `>=4.2.0,<6`; empty: any version.
    pub specifier: String,
    /// The extra of the requiring package that it takes; `None`: always, as far as the rest of the marker goes.
    pub extra: Option<String>,
    /// Where it applies: what it says of another platform or Python decides nothing here.
    marker: MarkerTree,
}

impl Metadata {
    /// Reads the headers; lines that cannot be read are left out.
    pub fn parse(text: &str) -> Self {
        let mut metadata = Self::default();
        // The description follows the first empty line.
        for line in text.lines().take_while(|l| !l.trim().is_empty()) {
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "requires-python" if !value.is_empty() => metadata.requires_python = Some(value.to_owned()),
                "provides-extra" => {
                    metadata.extras.extend(PackageName::new(value).ok().map(|name| name.to_string()));
                }
                "requires-dist" => metadata.requires.extend(Required::parse(value)),
                _ => {}
            }
        }
        metadata
    }

    /// Requirements that hold in `environment` when the package is asked for with `extras`.
    pub fn on<'m>(&'m self, environment: &Environment, extras: &[String]) -> impl Iterator<Item = &'m Required> {
        let held: Vec<&Required> = self.requires.iter().filter(|r| environment.holds(r.marker, extras)).collect();
        held.into_iter()
    }
}

impl Required {
    fn parse(text: &str) -> Option<Self> {
        // The marker's parser recurses, so what no person writes is not given to it.
        if text.len() > 4096 || text.matches('(').count() > 100 {
            return None;
        }
        let read = Requirement::<VerbatimUrl>::from_str(text).ok()?;
        let (front, marker) = text.split_once(';').map_or((text, ""), |(front, marker)| (front, marker.trim()));
        let specifier = match &read.version_or_url {
            Some(VersionOrUrl::Url(_)) | None => String::new(),
            Some(VersionOrUrl::VersionSpecifier(_)) => written(front),
        };
        Some(Self {
            name: PackageName::new(read.name.as_ref()).ok()?,
            extras: read.extras.iter().map(ToString::to_string).collect(),
            specifier,
            extra: extra_of(marker),
            marker: read.marker,
        })
    }

    /// `redis[hiredis]>=4.2.0,<6`.
    pub fn text(&self) -> String {
        let extras = if self.extras.is_empty() { String::new() } else { format!("[{}]", self.extras.join(",")) };
        format!("{}{extras}{}", self.name, self.specifier)
    }

    pub fn admits(&self, version: &Version) -> bool {
        self.specifier.is_empty() || manifest::admits(&self.specifier, version)
    }

    /// Exactly one version is admitted: that version.
    pub fn exact(&self) -> Option<Version> {
        manifest::pinned(&self.specifier)
    }
}

/// The specifier as written behind name and extras, without brackets and white space.
fn written(front: &str) -> String {
    let start = front.find(['=', '<', '>', '!', '~']).unwrap_or(front.len());
    let text = front.get(start..).unwrap_or_default().trim().trim_end_matches(')');
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The name in `extra == "…"`.
fn extra_of(marker: &str) -> Option<String> {
    let (_, behind) = marker.split_once("extra")?;
    let quoted = behind.split(['"', '\'']).nth(1)?;
    PackageName::new(quoted).ok().map(|n| n.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "Metadata-Version: 2.1\nName: arq\nRequires-Python: >=3.8\nProvides-Extra: watch\nRequires-Dist: redis[hiredis]<6,>=4.2.0\nRequires-Dist: click (>=8.0)\nRequires-Dist: watchfiles>=0.16 ; extra == 'watch'\nRequires-Dist: tomli ; python_version < \"3.11\"\n\nRequires-Dist: nothing\n";

    #[test]
    fn requirements_are_read_with_extras_and_markers() {
        let metadata = Metadata::parse(TEXT);
        assert_eq!(metadata.requires_python.as_deref(), Some(">=3.8"));
        let on = |python: &str, extras: &[&str]| -> Vec<String> {
            let extras: Vec<String> = extras.iter().map(|e| (*e).to_owned()).collect();
            metadata.on(&linux(python), &extras).map(Required::text).collect()
        };
        assert_eq!(on("3.11.7", &[]), ["redis[hiredis]<6,>=4.2.0", "click>=8.0"]);
        assert_eq!(on("3.10.2", &["watch"]).len(), 4);
        let redis = &metadata.requires[0];
        assert!(redis.admits(&Version::new("5.0.7").unwrap()) && !redis.admits(&Version::new("6.2.0").unwrap()));
    }

    fn linux(python: &str) -> Environment {
        Environment::new(python, "linux", "x86_64").unwrap()
    }

    #[test]
    fn what_is_for_another_platform_decides_nothing_here() {
        // As jupyter-core 5.8.1, and others like it, state them.
        let rows = [
            (
                "pywin32>=300 ; sys_platform == 'win32' and platform_python_implementation != 'PyPy'",
                [false, true, false],
            ),
            ("colorama ; os_name == 'nt'", [false, true, false]),
            ("appnope ; platform_system == 'Darwin'", [false, false, true]),
            (
                "nvidia-nccl-cu12==2.21.5 ; platform_system == 'Linux' and platform_machine == 'x86_64'",
                [true, false, false],
            ),
            (
                "uvloop>=0.14.0 ; (sys_platform != 'win32' and sys_platform != 'cygwin') and platform_python_implementation != 'PyPy'",
                [true, false, true],
            ),
            ("pexpect>4.3 ; sys_platform != 'win32' or python_version < '3.8'", [true, false, true]),
            ("six ; implementation_name == 'pypy'", [false, false, false]),
            ("traitlets>=5.3", [true, true, true]),
        ];
        let environments = [("linux", "x86_64"), ("windows", "amd64"), ("darwin", "arm64")]
            .map(|(system, machine)| Environment::new("3.11.7", system, machine).unwrap());
        for (text, expected) in rows {
            let metadata = Metadata::parse(&format!("Requires-Dist: {text}\n"));
            assert_eq!(metadata.requires.len(), 1, "{text}");
            let held = environments.each_ref().map(|e| metadata.on(e, &[]).count() == 1);
            assert_eq!(held, expected, "{text}");
        }
    }

    #[test]
    fn an_extra_is_asked_for_under_any_spelling_and_its_marker_holds_besides() {
        let metadata = Metadata::parse(
            "Requires-Dist: a ; extra == 'Fast_IO' and sys_platform == 'win32'\nRequires-Dist: b ; extra == 'fast-io'\n",
        );
        let asked = ["fast.io".to_owned()];
        let on: Vec<String> = metadata.on(&linux("3.11.7"), &asked).map(Required::text).collect();
        assert_eq!(on, ["b"]);
        assert_eq!(metadata.on(&linux("3.11.7"), &[]).count(), 0);
    }

    #[test]
    fn an_exact_requirement_is_told_from_a_range() {
        let metadata = Metadata::parse(
            "Requires-Dist: a==1.28.2\nRequires-Dist: b~=1.12\nRequires-Dist: c==0.49b2 ; python_version <= \"3.9\"\n",
        );
        let exact: Vec<Option<String>> = metadata.requires.iter().map(|r| r.exact().map(|v| v.to_string())).collect();
        assert_eq!(exact, [Some("1.28.2".to_owned()), None, Some("0.49b2".to_owned())]);
        assert_eq!(metadata.on(&linux("3.9.18"), &[]).count(), 3);
        assert_eq!(metadata.on(&linux("3.10.0"), &[]).count(), 2);
    }

    proptest! {
        #[test]
        fn no_metadata_makes_the_reader_panic(text in "(Requires-Dist: |extra == |python_version|\\PC){0,60}") {
            let _ = Metadata::parse(&text);
            let metadata = Metadata::parse(&format!("Requires-Dist: a ; {text}"));
            let _ = metadata.on(&linux("3.12.1"), std::slice::from_ref(&text)).count();
        }
    }
}
