//! Package URLs, as far as they name packages of Uplift's worlds.
//!
//! Source: the package-url specification, types `pypi` and `npm`. Qualifiers and subpaths say nothing here.

use uplift_model::Ecosystem;

use crate::entry::Place;
use crate::version::Scheme;

/// `pkg:npm/%40scope/name@1.0.0`; without a version it means all of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Purl {
    pub(crate) place: Place,
    pub(crate) version: Option<String>,
}

impl Purl {
    /// `None` for other types and for what is no package URL.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = rest.split(['?', '#']).next()?;
        let (kind, rest) = rest.split_once('/')?;
        let ecosystem = match kind.to_ascii_lowercase().as_str() {
            "pypi" => Ecosystem::Python,
            "npm" => Ecosystem::JavaScript,
            _ => return None,
        };
        // The `@` of a scope is escaped by the letter of the specification, and often is not in documents.
        let (name, version) = match rest.rfind('@').filter(|at| *at > 0) {
            Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
            None => (rest, None),
        };
        let name = unescaped(name)?;
        let version = match version.filter(|version| !version.is_empty()) {
            Some(version) => Some(unescaped(version)?),
            None => None,
        };
        (!name.trim().is_empty()).then(|| Self { place: Place::new(ecosystem, &name), version })
    }

    pub(crate) fn holds(&self, place: &Place, version: &str) -> bool {
        let scheme = Scheme::of(place.ecosystem);
        let same =
            |own: &String| own == version || scheme.read(own).is_some_and(|own| scheme.read(version) == Some(own));
        self.place == *place && self.version.as_ref().is_none_or(same)
    }
}

/// `None` for escapes that are cut off, no hexadecimal, or no text.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let value = digit()? * 16 + digit()?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purls_name_packages_with_or_without_a_version() {
        let read = |text: &str| Purl::read(text).map(|purl| (purl.place.name, purl.version.unwrap_or_default()));
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(read("pkg:pypi/Django_Rest@4.2?x=1#y"), pair("django-rest", "4.2"));
        assert_eq!(read("pkg:npm/%40Scope/name@1.0.0"), pair("@scope/name", "1.0.0"));
        assert_eq!(read("pkg:npm/@scope/name"), pair("@scope/name", ""));
        assert_eq!(read("pkg:pypi/torch@2.1.0%2Bcu121"), pair("torch", "2.1.0+cu121"));
        for bad in
            ["pkg:golang/x@1", "pypi/x", "pkg:pypi/", "pkg:pypi", "pkg:npm/%4", "pkg:npm/%zz", "", "pkg:pypi/%ff"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_version_is_one_however_it_is_escaped() {
        let purl = Purl::read("pkg:npm/%40scope/name@1.0.0-rc.1%2Bb").unwrap();
        assert!(purl.holds(&Place::new(Ecosystem::JavaScript, "@scope/name"), "1.0.0-rc.1+b"));
        assert!(!purl.holds(&Place::new(Ecosystem::JavaScript, "@scope/name"), "1.0.0"));
        let any = Purl::read("pkg:pypi/a@1.0").unwrap();
        assert!(any.holds(&Place::new(Ecosystem::Python, "A"), "1.0.0"));
    }
}
