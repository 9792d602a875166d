//! Pages that a package names as its changelog: which address, and HTML as text with headings and items.
//!
//! Lives here: pure work on addresses and pages. Lives elsewhere: asking (`gathering`).

use serde_json::Value;
use url::Url;

use super::changelog::Form;

/// Labels of project URLs that lead to changes, in normal form. Source: PyPA's well-known project URLs.
const LABELS: [&str; 9] =
    ["changelog", "changes", "releasenotes", "whatsnew", "history", "news", "releases", "changelogs", "releasehistory"];

/// The address that metadata name as the changelog.
pub(crate) fn of_metadata(metadata: &str) -> Option<String> {
    let head = metadata.lines().take_while(|line| !line.trim().is_empty());
    let mut urls = head.filter_map(|line| {
        let (key, rest) = line.split_once(':')?;
        let (label, url) = rest.split_once(',').filter(|_| key.eq_ignore_ascii_case("project-url"))?;
        Some((normal(label), url.trim().to_owned()))
    });
    urls.find(|(label, _)| LABELS.contains(&label.as_str())).map(|(_, url)| url)
}

fn normal(label: &str) -> String {
    label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The changelog beside the sources that a `package.json` names, where those lie on GitHub.
pub(crate) fn of_manifest(manifest: &str) -> Option<String> {
    let manifest: Value = serde_json::from_str(manifest).ok()?;
    let repository = manifest.get("repository")?;
    let address = repository.as_str().or_else(|| repository.get("url")?.as_str())?;
    let folder = repository.get("directory").and_then(Value::as_str).unwrap_or_default().trim_matches('/');
    let tail = match address.rsplit_once("github.com") {
        Some((_, tail)) => tail,
        None => address.strip_prefix("github:").or_else(|| (!address.contains(':')).then_some(address))?,
    };
    let tail = tail.trim_start_matches([':', '/']);
    let mut parts = tail.split('/');
    let (owner, name) = (parts.next()?, parts.next()?);
    let name = name.split('#').next()?.trim_end_matches(".git");
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let within = folder.split('/').all(|part| part != ".." && (part.is_empty() || plain(part.trim_start_matches('@'))));
    if !plain(owner) || !plain(name) || !within {
        return None;
    }
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    Some(format!("https://raw.githubusercontent.com/{owner}/{name}/HEAD/{folder}CHANGELOG.md"))
}

/// Where a page's text itself is: files on GitHub as they are, fragments cut off. `None`: nothing to be asked.
pub(crate) fn address(named: &str) -> Option<String> {
    let mut url = Url::parse(named).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.set_fragment(None);
    // Credentials that a stranger's metadata hold are nobody's to send, and a name that is shown holds none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    if url.host_str() == Some("github.com") {
        let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
        if let [owner, name, "blob" | "raw", rest @ ..] = parts.as_slice() {
            return Some(format!("https://raw.githubusercontent.com/{owner}/{name}/{}", rest.join("/")));
        }
    }
    Some(url.into())
}

/// A page as text, with the markup that it is in.
pub(crate) fn text(body: &[u8], content_type: &str, address: &str) -> (String, Form) {
    let body = body.get(..body.len().min(super::changelog::LARGEST)).unwrap_or_default();
    let text = String::from_utf8_lossy(body);
    let html = content_type.contains("html")
        || text.trim_start().get(..9).is_some_and(|t| t.eq_ignore_ascii_case("<!doctype"));
    if html {
        return (flat(&text), Form::Markdown);
    }
    let file = address.split('?').next().unwrap_or(address);
    (text.into_owned(), Form::of(file))
}

/// HTML with `#` for headings and `-` for items; scripts, styles and what frames the page are left out.
fn flat(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    let mut mute: Option<&'static str> = None;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        if mute.is_none() {
            out.push_str(&words(before));
        }
        let Some(end) = from.find('>') else {
            rest = "";
            break;
        };
        let tag = from.get(1..end).unwrap_or_default();
        rest = from.get(end + 1..).unwrap_or_default();
        let name: String =
            tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect::<String>().to_ascii_lowercase();
        if let Some(open) = mute {
            if name.strip_prefix('/') == Some(open) {
                mute = None;
            }
            continue;
        }
        mute = ["script", "style", "nav", "footer", "svg", "template", "pre"].into_iter().find(|m| *m == name);
        match name.as_str() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                out.push_str("\n\n");
                let level = name.as_bytes().get(1).map_or(1, |b| usize::from(b.saturating_sub(b'0')));
                out.push_str(&"#".repeat(level));
                out.push(' ');
            }
            "/h1" | "/h2" | "/h3" | "/h4" | "/h5" | "/h6" | "ul" | "/ul" | "ol" | "/ol" | "div" | "/div"
            | "section" | "/section" | "/p" | "table" | "tr" => {
                out.push_str("\n\n");
            }
            "li" => out.push_str("\n- "),
            "br" => out.push(' '),
            _ => {}
        }
    }
    if mute.is_none() {
        out.push_str(&words(rest));
    }
    // `¶` is the mark of a link to the heading.
    out.replace('¶', "")
}

/// Text between elements, in one line, blanks at its ends kept.
fn words(text: &str) -> String {
    let ends = |c: Option<char>| if c.is_some_and(char::is_whitespace) { " " } else { "" };
    let inner = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if inner.is_empty() {
        return ends(text.chars().next()).to_owned();
    }
    format!("{}{inner}{}", ends(text.chars().next()), ends(text.chars().next_back()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_changelog_is_named_by_a_well_known_label() {
        let metadata = "Metadata-Version: 2.1\nProject-URL: Home, https://x.example\nProject-URL: Release Notes, https://x.example/n\n\nProject-URL: Changelog, https://no.example";
        assert_eq!(of_metadata(metadata).as_deref(), Some("https://x.example/n"));
        assert_eq!(of_metadata("Metadata-Version: 2.1\n\n"), None);
    }

    #[test]
    fn files_on_github_are_asked_for_as_they_are() {
        assert_eq!(
            address("https://github.com/o/r/blob/main/docs/CHANGES.rst#v2").as_deref(),
            Some("https://raw.githubusercontent.com/o/r/main/docs/CHANGES.rst")
        );
        assert_eq!(address("https://x.example/changes.html#top").as_deref(), Some("https://x.example/changes.html"));
        assert_eq!(address("https://me:hush@x.example/c?token=hush").as_deref(), Some("https://x.example/c"));
        assert_eq!(address("file:///etc/passwd"), None);
        let raw = |json: &str| of_manifest(json);
        let found = "https://raw.githubusercontent.com/o/r/HEAD/packages/p/CHANGELOG.md";
        assert_eq!(
            raw(r#"{"repository":{"url":"git+https://github.com/o/r.git","directory":"packages/p"}}"#).as_deref(),
            Some(found)
        );
        assert_eq!(
            raw(r#"{"repository":"github:o/r"}"#).as_deref(),
            Some("https://raw.githubusercontent.com/o/r/HEAD/CHANGELOG.md")
        );
        assert_eq!(raw(r#"{"repository":"https://gitlab.example/o/r"}"#), None);
        assert_eq!(raw(r#"{"repository":{"url":"https://github.com/o/r","directory":"../../x"}}"#), None);
    }

    #[test]
    fn a_page_becomes_headings_and_items() {
        let page = "<!DOCTYPE html><html><script>var x = '<h2>9.9</h2>';</script><h2>1.2.0 <a>¶</a></h2><ul><li>Fixed\n <b>a</b> thing</li><li>Added</li></ul></html>";
        let (text, _) = text(page.as_bytes(), "text/html", "https://x.example");
        assert!(text.contains("## 1.2.0") && text.contains("- Fixed a thing") && text.contains("- Added"), "{text}");
        assert!(!text.contains("9.9"));
    }

    proptest! {
        #[test]
        fn nothing_from_outside_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), html in "[<>/hlipreé &;\"a-c ]{0,300}", json in "[{}\":,a-z/.@#]{0,120}") {
            let _ = text(&bytes, "text/html", "https://x.example");
            let _ = text(html.as_bytes(), "text/html", "");
            let _ = (of_manifest(&json), of_metadata(&html), address(&json));
        }
    }
}
