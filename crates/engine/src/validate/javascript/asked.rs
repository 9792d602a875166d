//! What a name and its specifier ask of the registry: the package's own name behind an alias, a range or a tag.
//!
//! Lives elsewhere: the grammar of specifiers (`ecosystems::javascript::manifest`).

use std::collections::BTreeMap;

use uplift_ecosystems::javascript::discover::Component;
use uplift_ecosystems::javascript::manifest::Specifier;
use uplift_ecosystems::javascript::registry::{Packument, Release};
use uplift_model::semver::{Range, Version};

/// One request to the registry.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    /// The package's own name; with `npm:NAME@RANGE` not the one that it is installed under.
    pub(super) real: String,
    want: Want,
}

#[derive(Debug, Clone, PartialEq)]
enum Want {
    Range(Range),
    Tag(String),
}

impl Asked {
    /// Reads what stands behind a name; `None`: it leads outside the registry.
    pub(super) fn read(name: &str, text: &str) -> Option<Self> {
        let specifier = Specifier::parse(text);
        let real = specifier.alias().unwrap_or(name).to_owned();
        let inner = match &specifier {
            Specifier::Alias { inner, .. } => inner.as_ref(),
            other => other,
        };
        let want = match inner {
            Specifier::Tag(tag) => Want::Tag(tag.clone()),
            other => Want::Range(other.range()?),
        };
        Some(Self { real, want })
    }

    /// The range; `None`: a tag.
    pub(super) fn range(&self) -> Option<&Range> {
        match &self.want {
            Want::Range(range) => Some(range),
            Want::Tag(_) => None,
        }
    }

    /// Whether a version that is there already is kept; with a tag each one is, as npm has it.
    pub(super) fn fits(&self, version: &Version) -> bool {
        self.range().is_none_or(|range| range.is_any() || range.satisfies(version))
    }

    /// The release that npm takes.
    pub(super) fn pick<'p>(&self, document: &'p Packument, node: Option<&Version>) -> Option<&'p Release> {
        match &self.want {
            Want::Range(range) => document.pick(range, node),
            Want::Tag(tag) => document.tagged(tag),
        }
    }
}

/// Names under which the project installs another package, with that package's own name.
pub(super) fn aliases(component: &Component) -> BTreeMap<String, String> {
    let stated = component.statements().filter_map(|(_, stated)| {
        let real = stated.specifier.alias()?;
        Some((stated.name.clone(), real.to_owned()))
    });
    stated.collect()
}

/// A package as it is shown: under both names when it has two.
pub(super) fn shown(name: &str, real: &str) -> String {
    if name == real { name.to_owned() } else { format!("{name} (npm:{real})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::new(text).unwrap()
    }

    #[test]
    fn an_alias_asks_for_the_package_behind_it() {
        let asked = Asked::read("string-width-cjs", "npm:string-width@^4.2.0").unwrap();
        assert_eq!(asked.real, "string-width");
        assert!(asked.fits(&version("4.2.3")) && !asked.fits(&version("5.1.0")));
        assert_eq!(shown("string-width-cjs", &asked.real), "string-width-cjs (npm:string-width)");
        let scoped = Asked::read("old", "npm:@scope/real").unwrap();
        assert_eq!(scoped.real, "@scope/real");
        assert!(scoped.fits(&version("1.0.0")));
        let plain = Asked::read("react", "^18.0.0").unwrap();
        assert_eq!((plain.real.as_str(), shown("react", "react").as_str()), ("react", "react"));
        assert!(!plain.fits(&version("19.0.0")));
    }

    #[test]
    fn a_tag_takes_its_release_and_a_place_outside_the_registry_asks_nothing() {
        let document =
            br#"{"name":"a","dist-tags":{"latest":"1.0.0","next":"2.0.0"},"versions":{"1.0.0":{},"2.0.0":{}}}"#;
        let document = uplift_ecosystems::javascript::registry::parse(document).unwrap();
        let next = Asked::read("b", "npm:a@next").unwrap();
        assert_eq!(next.pick(&document, None).unwrap().version, version("2.0.0"));
        assert_eq!(next.range(), None);
        for text in ["github:somebody/fork", "file:../a", "workspace:^", "https://host.example/a.tgz"] {
            assert_eq!(Asked::read("a", text), None, "{text}");
        }
    }
}
