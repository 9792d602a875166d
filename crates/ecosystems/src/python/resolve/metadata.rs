//! What one release of a package requires, from its core metadata.
//!
//! Lives here: reading `METADATA` files (email headers) as far as compatibility goes.
//! Lives elsewhere: fetching them (`engine::validate`). Source: the core metadata specification, PEP 508, PEP 658.

use std::str::FromStr;

use uplift_model::{PackageName, Version};
use uv_pep508::{MarkerTree, Requirement, VerbatimUrl, VersionOrUrl};

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
    /// The marker on Python's version alone, for [`Required::applies`].
    python: Option<String>,
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

    /// Requirements that hold on `python` when the package is asked for with `extras`.
    pub fn on<'m>(&'m self, python: &'m Version, extras: &'m [String]) -> impl Iterator<Item = &'m Required> {
        self.requires.iter().filter(move |r| r.applies(python, extras))
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
            python: python_of(marker),
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

    fn applies(&self, python: &Version, extras: &[String]) -> bool {
        self.extra.as_ref().is_none_or(|e| extras.contains(e))
            && self.python.as_ref().is_none_or(|p| manifest::admits(p, python))
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

/// Comparisons of `python_version` that are joined by `and` alone, as one specifier.
fn python_of(marker: &str) -> Option<String> {
    if marker.contains(" or ") || MarkerTree::from_str(marker).is_err() {
        return None;
    }
    let mut parts = Vec::new();
    for part in marker.split(" and ") {
        let part = part.trim().trim_matches(['(', ')']).trim();
        let Some(behind) = part.strip_prefix("python_version").or_else(|| part.strip_prefix("python_full_version"))
        else {
            continue;
        };
        let operator: String = behind.trim().chars().take_while(|c| "<>=!~".contains(*c)).collect();
        let version = behind.split(['"', '\'']).nth(1)?;
        match operator.as_str() {
            // `python_version` is `3.9` on 3.9.18, so that equality and limits mean the whole line.
            "==" | "!=" => parts.push(format!("{operator}{version}.*")),
            "<=" => parts.push(format!("<{}", next_minor(version)?)),
            ">" => parts.push(format!(">={}", next_minor(version)?)),
            "<" | ">=" => parts.push(format!("{operator}{version}")),
            _ => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join(","))
}

fn next_minor(version: &str) -> Option<String> {
    let (major, minor) = version.split_once('.')?;
    let minor: u32 = minor.split('.').next()?.parse().ok()?;
    Some(format!("{major}.{}", minor.checked_add(1)?))
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
            metadata.on(&Version::new(python).unwrap(), &extras).map(Required::text).collect()
        };
        assert_eq!(on("3.11.7", &[]), ["redis[hiredis]<6,>=4.2.0", "click>=8.0"]);
        assert_eq!(on("3.10.2", &["watch"]).len(), 4);
        let redis = &metadata.requires[0];
        assert!(redis.admits(&Version::new("5.0.7").unwrap()) && !redis.admits(&Version::new("6.2.0").unwrap()));
    }

    #[test]
    fn an_exact_requirement_is_told_from_a_range() {
        let metadata = Metadata::parse(
            "Requires-Dist: a==1.28.2\nRequires-Dist: b~=1.12\nRequires-Dist: c==0.49b2 ; python_version <= \"3.9\"\n",
        );
        let exact: Vec<Option<String>> = metadata.requires.iter().map(|r| r.exact().map(|v| v.to_string())).collect();
        assert_eq!(exact, [Some("1.28.2".to_owned()), None, Some("0.49b2".to_owned())]);
        assert_eq!(metadata.on(&Version::new("3.9.18").unwrap(), &[]).count(), 3);
        assert_eq!(metadata.on(&Version::new("3.10.0").unwrap(), &[]).count(), 2);
    }

    proptest! {
        #[test]
        fn no_metadata_makes_the_reader_panic(text in "(Requires-Dist: |extra == |python_version|\\PC){0,60}") {
            let _ = Metadata::parse(&text);
            let _ = Metadata::parse(&format!("Requires-Dist: a ; {text}"));
        }
    }
}
