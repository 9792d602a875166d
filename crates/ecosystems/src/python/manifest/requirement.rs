//! One requirement on PEP 508's grammar: `name[extra] >=1,<2 ; marker` and `name @ url`.
//!
//! Lives here: finding the parts and their places. The check of markers is `uv_pep508`'s.
//! Lives elsewhere: what surrounds a requirement in its file (one module for each kind of manifest).

use std::str::FromStr;

use uplift_model::PackageName;

use super::fragment::Fragment;
use super::specifier::{Reading, Syntax, arbitrary};

/// A requirement taken apart. `specifier` is empty but placed when none is written.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    pub(crate) name: PackageName,
    pub(crate) extras: Vec<String>,
    pub(crate) specifier: Fragment,
    pub(crate) marker: Option<String>,
    pub(crate) url: Option<String>,
}

/// Reads the requirement in `text`.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn read(text: &Fragment) -> Result<Requirement, String> {
    let text = text.trimmed();
    let all = text.text();
    let name_end = all.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(all.len());
    let name = all.get(..name_end).unwrap_or_default();
    let name = PackageName::new(name).map_err(|_| format!("`{all}` does not start with a package name"))?;
    // Where a specifier would be added.
    let mut behind = name_end;
    let mut at = skip(all, name_end);
    let mut extras = Vec::new();
    if rest(all, at).starts_with('[') {
        let end = rest(all, at).find(']').ok_or_else(|| format!("`[` of `{all}` is not closed"))?;
        let inside = all.get(at + 1..at + end).unwrap_or_default();
        for extra in inside.split(',').map(str::trim).filter(|e| !e.is_empty()) {
            let extra = PackageName::new(extra).map_err(|_| format!("`{extra}` is not an extra's name"))?;
            extras.push(extra.to_string());
        }
        behind = at + end + 1;
        at = skip(all, behind);
    }
    if rest(all, at).starts_with('@') {
        let url = rest(all, at + 1);
        // In a URL only ` ;` ends it.
        let cut = url.find(" ;").or_else(|| url.find("\t;"));
        let marker = cut.and_then(|cut| url.get(cut + 2..)).map(marker).transpose()?;
        let url = url.get(..cut.unwrap_or(url.len())).unwrap_or_default().trim().to_owned();
        if url.is_empty() {
            return Err(format!("`{all}` has no URL behind its `@`"));
        }
        let specifier = text.slice(behind..behind);
        return Ok(Requirement { name, extras, specifier, marker, url: Some(url) });
    }
    let (end, marker) = match rest(all, at).find(';') {
        Some(length) => (at + length, Some(marker(rest(all, at + length + 1))?)),
        None => (all.len(), None),
    };
    let mut specifier = text.slice(at..end).trimmed();
    if specifier.text().starts_with('(') && specifier.text().ends_with(')') {
        specifier = specifier.slice(1..specifier.text().len() - 1).trimmed();
    }
    if specifier.is_empty() {
        specifier = text.slice(behind..behind);
    }
    if arbitrary(specifier.text()).is_none() {
        Reading::new(specifier.text(), Syntax::Pep440).map_err(|bad| format!("{bad} (of `{}`)", name))?;
    }
    Ok(Requirement { name, extras, specifier, marker, url: None })
}

fn rest(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// The first position from `at` on that is not white space.
fn skip(text: &str, at: usize) -> usize {
    at + (rest(text, at).len() - rest(text, at).trim_start().len())
}

/// The marker as written, once it is known to be one.
pub(crate) fn marker(text: &str) -> Result<String, String> {
    let text = text.trim();
    // The marker's parser recurses, so what no person writes is not given to it.
    if text.len() > 4096 || text.matches('(').count() > 100 {
        return Err("the marker is too long".to_owned());
    }
    uv_pep508::MarkerTree::from_str(text).map_err(|_| format!("`{text}` is not a marker"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, Vec<String>, String, Option<String>, Option<String>) {
        let r = read(&Fragment::raw(text, 0..text.len())).unwrap();
        let specifier = r.specifier.text().to_owned();
        assert_eq!(&text[r.specifier.span()], specifier);
        (r.name.to_string(), r.extras, specifier, r.marker, r.url)
    }

    #[test]
    fn the_parts_are_found_with_their_places() {
        let some = |s: &str| Some(s.to_owned());
        assert_eq!(parts("requests"), ("requests".into(), vec![], String::new(), None, None));
        assert_eq!(
            parts("Django [argon2, bcrypt] >= 3.2 , < 4 ; python_version < '3.8'"),
            (
                "django".into(),
                vec!["argon2".into(), "bcrypt".into()],
                ">= 3.2 , < 4".into(),
                some("python_version < '3.8'"),
                None
            )
        );
        assert_eq!(parts("zope.event (>=1)").2, ">=1");
        assert_eq!(parts("foo~=1.0;os_name=='nt'").2, "~=1.0");
        let url = parts("pip @ https://example.invalid/pip-1.zip ; os_name == 'nt'");
        assert_eq!((url.4, url.3), (some("https://example.invalid/pip-1.zip"), some("os_name == 'nt'")));
    }

    #[test]
    fn what_is_no_requirement_is_told_in_words() {
        for (text, word) in [
            ("", "package name"),
            ("-foo", "package name"),
            ("foo[", "closed"),
            ("foo[a b]", "extra"),
            ("foo==", "specifier"),
            ("foo bar", "specifier"),
            ("foo; bar", "marker"),
            ("foo @", "URL"),
        ] {
            let message = read(&Fragment::raw(text, 0..text.len())).unwrap_err();
            assert!(message.contains(word), "{text}: {message}");
        }
    }

    #[test]
    fn arbitrary_equality_is_kept_and_called_what_it_is() {
        let read = crate::python::manifest::parse(
            crate::python::manifest::ManifestKind::Requirements,
            "six===weird\nfoo===1.0\nbar ===a,>1\n",
        );
        let read = read.unwrap();
        let stated: Vec<(&str, &str, &str)> =
            read.stated.iter().map(|s| (s.name.as_str(), s.specifier.as_str(), s.pep440.as_str())).collect();
        assert_eq!(stated, [("six", "===weird", ""), ("foo", "===1.0", "===1.0")]);
        assert!(read.stated.iter().all(|s| !s.admits(&uplift_model::Version::new("2.0").unwrap())));
        let told: Vec<(u32, bool)> =
            read.problems.iter().map(|p| (p.line, p.message.contains("it is kept as it stands"))).collect();
        assert_eq!(told, [(1, true), (3, false)]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_behind_three_equal_signs_panics_or_vanishes(text in "[ -~é\u{1}]{0,20}") {
            let line = format!("six==={text}\n");
            let read = crate::python::manifest::parse(crate::python::manifest::ManifestKind::Requirements, &line).unwrap();
            let told = read.stated.len() + read.problems.len() + read.references.len();
            proptest::prop_assert!(told > 0, "{line}");
        }
    }
}
