//! Project pages of the simple repository API, in both of their forms.

use serde::Deserialize;

use super::File;

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error("the index answered with JSON that is not a project page")]
    Json(#[source] serde_json::Error),
    #[error("the index answered with something that is not a project page")]
    NotAPage,
}

#[derive(Deserialize)]
struct JsonPage {
    files: Vec<JsonFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct JsonFile {
    filename: String,
    url: String,
    #[serde(default)]
    hashes: std::collections::BTreeMap<String, String>,
    requires_python: Option<String>,
    #[serde(default)]
    yanked: serde_json::Value,
    upload_time: Option<String>,
    #[serde(default)]
    size: serde_json::Value,
}

/// Reads a page. `content_type` decides the form; without a known one the body's first character does.
///
/// # Errors
/// [`PageError`] when the body is neither form. A page without files is an empty list where it says that it is such a page.
pub fn parse(content_type: &str, body: &str) -> Result<Vec<File>, PageError> {
    if content_type.contains("json") || body.trim_start().starts_with('{') {
        let page: JsonPage = serde_json::from_str(body).map_err(PageError::Json)?;
        return Ok(page.files.into_iter().map(from_json).collect());
    }
    if !body.contains('<') {
        return Err(PageError::NotAPage);
    }
    let files = anchors(body);
    // A proxy's page to log in, an error page with status 200: read as a page, every release would be gone.
    let says_so = || {
        let start: String = body.chars().take(4096).collect::<String>().to_ascii_lowercase();
        start.contains("repository-version") || start.contains("<title>links for") || start.contains("<h1>links for")
    };
    if files.iter().any(|file| is_distribution(&file.name)) || says_so() { Ok(files) } else { Err(PageError::NotAPage) }
}

fn is_distribution(name: &str) -> bool {
    [".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".egg", ".tar.xz", ".exe", ".msi", ".rpm", ".dmg"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

fn from_json(file: JsonFile) -> File {
    let yanked = match file.yanked {
        serde_json::Value::Bool(true) => Some(String::new()),
        serde_json::Value::String(reason) => Some(reason),
        _ => None,
    };
    File {
        name: file.filename,
        url: file.url,
        sha256: file.hashes.get("sha256").cloned(),
        requires_python: file.requires_python.filter(|r| !r.is_empty()),
        yanked,
        uploaded: file.upload_time,
        size: file.size.as_u64(),
    }
}

/// Every `<a href=…>name</a>` of the page.
fn anchors(body: &str) -> Vec<File> {
    let mut files = Vec::new();
    let mut rest = body;
    while let Some(start) = find_anchor(rest) {
        let Some(tag) = rest.get(start + 2..) else { break };
        let Some(end) = tag_end(tag) else { break };
        let (attributes, after) = (tag.get(..end).unwrap_or_default(), tag.get(end + 1..).unwrap_or_default());
        let Some(close) = after.find("</") else { break };
        let name = unescape(after.get(..close).unwrap_or_default().trim());
        rest = after.get(close..).unwrap_or_default();
        let Some(href) = attribute(attributes, "href") else { continue };
        let (url, fragment) = href.split_once('#').map_or((href.as_str(), ""), |(u, f)| (u, f));
        files.push(File {
            name,
            url: url.to_owned(),
            sha256: fragment.strip_prefix("sha256=").map(str::to_owned),
            requires_python: attribute(attributes, "data-requires-python").filter(|r| !r.is_empty()),
            yanked: attribute(attributes, "data-yanked"),
            uploaded: attribute(attributes, "data-upload-time"),
            size: None,
        });
    }
    files
}

fn find_anchor(text: &str) -> Option<usize> {
    text.match_indices('<').map(|(at, _)| at).find(|at| {
        let mut next = text.get(at + 1..).unwrap_or_default().chars();
        matches!(next.next(), Some('a' | 'A')) && next.next().is_some_and(char::is_whitespace)
    })
}

/// Where the tag ends: the first `>` outside quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '>' => return Some(at),
            None => {}
        }
    }
    None
}

/// The value of `name` in a tag's attributes; present without a value gives an empty text.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let key = rest.get(..end).unwrap_or_default();
        rest = rest.get(end..).unwrap_or_default().trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quoted = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (raw, remaining) = match quoted {
                Some(q) => {
                    let inner = after.get(1..).unwrap_or_default();
                    inner.split_once(q).unwrap_or((inner, ""))
                }
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = unescape(raw);
            rest = remaining;
        } else if end == 0 {
            // A stray `=` or similar: step over it so that the loop always ends.
            rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
        }
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
    }
}

/// The character references that index pages use.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&gt;", ">")
        .replace("&#62;", ">")
        .replace("&lt;", "<")
        .replace("&#60;", "<")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_html_form_gives_name_hash_interpreter_yank_and_date() {
        let page = r#"<!DOCTYPE html><html><body><h1>Links</h1>
          <a href="https://files.example.invalid/demo-1.0.tar.gz#sha256=abc" data-requires-python="&gt;=3.7" data-upload-time="2022-01-01T00:00:00Z">demo-1.0.tar.gz</a><br/>
          <a href='demo-1.1-py3-none-any.whl' data-yanked=''>demo-1.1-py3-none-any.whl</a></body></html>"#;
        let files = parse("text/html", page).unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files[0].requires_python.as_deref(), Some(">=3.7"));
        assert_eq!(files[0].sha256.as_deref(), Some("abc"));
        assert_eq!(files[1].yanked.as_deref(), Some(""));
        assert_eq!(files[1].url, "demo-1.1-py3-none-any.whl");
    }

    #[test]
    fn the_json_form_gives_the_same() {
        let page = r#"{"files":[{"filename":"demo-1.0.tar.gz","url":"u","hashes":{"sha256":"abc"},"requires-python":">=3.7","yanked":"bad"}]}"#;
        let files = parse("application/vnd.pypi.simple.v1+json", page).unwrap();
        assert_eq!(files[0].yanked.as_deref(), Some("bad"));
        assert_eq!(files[0].sha256.as_deref(), Some("abc"));
    }

    #[test]
    fn garbage_is_refused_or_empty_never_a_panic() {
        assert!(parse("text/plain", "no such package").is_err());
        assert!(parse("application/json", "{\"files\": 3}").is_err());
        assert!(parse("text/html", "<html>nothing</html>").is_err());
        assert!(parse("text/html", "<html><body>Please <a href=\"/login\">log in</a></body></html>").is_err());
        for empty in [
            "<html><head><title>Links for x</title></head></html>",
            "<meta name=\"pypi:repository-version\" content=\"1.0\">",
        ] {
            assert!(parse("text/html", empty).unwrap().is_empty());
        }
    }

    proptest! {
        #[test]
        fn no_page_makes_the_reader_panic(body in "[<>a\"'=&#; /hrefdt\\-yndé]{0,200}") {
            let _ = parse("text/html", &body);
        }
    }
}
