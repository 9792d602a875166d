//! Package URLs of Python and JavaScript packages.
//!
//! Source: the package-url specification, types `pypi` and `npm`: Python names in the normal form of PEP 503, npm
//! names in lower case with the scope as namespace, everything but unreserved characters percent-encoded.
//! Lives elsewhere: reading them (`uplift_advisories`).

use uplift_model::{Ecosystem, PackageName};

/// `pkg:npm/%40scope/name@1.0.0`; without a version it means the package as such. `None` for a name without letters.
pub(super) fn purl(ecosystem: Ecosystem, name: &str, version: Option<&str>) -> Option<String> {
    let name = normal(ecosystem, name);
    if name.is_empty() {
        return None;
    }
    let path = match (ecosystem, name.strip_prefix('@').and_then(|scoped| scoped.split_once('/'))) {
        (Ecosystem::JavaScript, Some((scope, rest))) => format!("npm/%40{}/{}", escaped(scope), escaped(rest)),
        (Ecosystem::JavaScript, None) => format!("npm/{}", escaped(&name)),
        (Ecosystem::Python, _) => format!("pypi/{}", escaped(&name)),
    };
    let version = version.map(|version| format!("@{}", escaped(version))).unwrap_or_default();
    Some(format!("pkg:{path}{version}"))
}

/// The name as its index compares it.
pub(super) fn normal(ecosystem: Ecosystem, name: &str) -> String {
    match ecosystem {
        Ecosystem::Python => PackageName::new(name).map_or_else(|_| name.to_ascii_lowercase(), |name| name.to_string()),
        Ecosystem::JavaScript => name.to_lowercase(),
    }
}

/// Percent-encoded but for unreserved characters (RFC 3986, section 2.3).
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A path from the repository's root as a relative reference: `/` stays, and no first segment looks like a scheme.
pub(super) fn path(path: &str) -> String {
    path.split('/').map(escaped).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_form_of_their_index() {
        let of = |ecosystem, name: &str, version: &str| purl(ecosystem, name, Some(version)).unwrap_or_default();
        assert_eq!(of(Ecosystem::JavaScript, "@Scope/name", "1.0.0-rc.1+b"), "pkg:npm/%40scope/name@1.0.0-rc.1%2Bb");
        assert_eq!(of(Ecosystem::JavaScript, "left-pad", "1"), "pkg:npm/left-pad@1");
        assert_eq!(of(Ecosystem::Python, "Zope.Interface", "1!2.0"), "pkg:pypi/zope-interface@1%212.0");
        assert_eq!(of(Ecosystem::Python, "a/b @c", "1"), "pkg:pypi/a%2Fb%20%40c@1");
        assert_eq!(purl(Ecosystem::Python, "", Some("1")), None);
        assert_eq!(purl(Ecosystem::Python, "x", None).as_deref(), Some("pkg:pypi/x"));
    }

    #[test]
    fn a_path_is_a_reference_to_nothing_else() {
        assert_eq!(path("back end/requirements.txt"), "back%20end/requirements.txt");
        assert_eq!(path("javascript:alert(1)"), "javascript%3Aalert%281%29");
    }
}
