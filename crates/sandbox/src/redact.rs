//! Taking credentials out of what people and logs get to see.

use url::Url;

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// Names before `=` or `:` whose values are secrets, in lower case.
const SECRETS: [&str; 9] =
    ["token", "password", "passwd", "secret", "api_key", "apikey", "_authtoken", "_auth", "signature"];

/// A URL without user, password, query and fragment.
pub fn url(url: &Url) -> String {
    let mut clean = url.clone();
    clean.set_query(None);
    clean.set_fragment(None);
    // These fail for URLs that cannot have a user, which then have none.
    let _ = clean.set_username("");
    let _ = clean.set_password(None);
    clean.to_string()
}

/// Any text: `scheme://user:password@` loses its user, `token=…`, `password: …` and the like lose their values, and so
/// does an `Authorization` header.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        out.push_str(&values(&users(line)));
    }
    out
}

fn ends_a_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`')
}

fn users(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let end = after.find(|c| ends_a_url(c) || matches!(c, '/' | '?' | '#')).unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => out.push_str(&format!("{MASK}@{host}")),
            None => out.push_str(authority),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn values(line: &str) -> String {
    // ASCII lower case keeps all byte positions.
    let lower = line.to_ascii_lowercase();
    if let Some(at) = lower.find("authorization:") {
        let end = at + "authorization:".len();
        let newline = if line.ends_with('\n') { "\n" } else { "" };
        return format!("{} {MASK}{newline}", line.get(..end).unwrap_or_default());
    }
    let mut out = String::new();
    let mut from = 0;
    for (at, sign) in lower.match_indices(['=', ':']) {
        let name = lower.get(from..at).unwrap_or_default().trim_end_matches(['"', '\'', ' ']);
        if at < from || !SECRETS.iter().any(|secret| name.ends_with(secret)) {
            continue;
        }
        let after = line.get(at + sign.len()..).unwrap_or_default();
        let value = after.trim_start_matches([' ', '"', '\'']);
        let start = line.len() - value.len();
        let length = value.find(|c: char| ends_a_url(c) || matches!(c, '&' | ',' | ';')).unwrap_or(value.len());
        if length == 0 || value.starts_with("//") {
            continue;
        }
        out.push_str(line.get(from..start).unwrap_or_default());
        out.push_str(MASK);
        from = start + length;
    }
    out.push_str(line.get(from..).unwrap_or_default());
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_host_and_path_only() {
        let full = Url::parse("https://me:pa%40ss@example.invalid:8443/simple/x/?token=1#frag").unwrap();
        assert_eq!(url(&full), "https://example.invalid:8443/simple/x/");
        assert_eq!(url(&Url::parse("file:///tmp/x?y").unwrap()), "file:///tmp/x");
    }

    #[test]
    fn secrets_leave_a_text_and_the_rest_stays() {
        for (before, after) in [
            ("GET https://me:p@ss@example.invalid/x failed\n", "GET https://***@example.invalid/x failed\n"),
            ("see https://example.invalid/a@b", "see https://example.invalid/a@b"),
            ("\"https://t0ken@example.invalid\" and http://u@h", "\"https://***@example.invalid\" and http://***@h"),
            ("x?access_token=abc&y=1", "x?access_token=***&y=1"),
            ("password: hunter2, user: me", "password: ***, user: me"),
            ("\"_authToken\": \"abc\"", "\"_authToken\": \"***\""),
            ("Authorization: Basic YTpi\nnext", "Authorization: ***\nnext"),
            ("a==1; b=2", "a==1; b=2"),
            ("tokens are fine: yes", "tokens are fine: yes"),
            ("", ""),
        ] {
            assert_eq!(text(before), after);
        }
    }

    #[test]
    fn redacting_twice_changes_nothing_more() {
        for line in ["token=abc", "https://a:b@c/d?password=e f", "secret: x; api_key='y'"] {
            assert_eq!(text(&text(line)), text(line));
        }
    }
}
