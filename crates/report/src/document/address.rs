//! Web addresses from outside: which of them a form may link.

use crate::clean;

/// The address when it is `http` or `https`, names a host, carries no user name and holds nothing that could end an
/// attribute or a Markdown link; `None`: it is written as text.
pub fn linkable(address: &str) -> Option<&str> {
    let address = address.trim();
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))?;
    let rest = address.get(scheme.len()..)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd = |c: char| {
        c.is_whitespace() || clean::is_unsafe(c) || matches!(c, '"' | '\'' | '<' | '>' | '`' | '\\' | '{' | '}' | '^')
    };
    let host = authority.starts_with(|c: char| c.is_alphanumeric() || c == '[') && !authority.contains('@');
    (host && !address.contains(odd) && address.len() <= 2000).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_are_linked() {
        for good in ["https://index.example/a?b=c&d#e", "HTTP://127.0.0.1:8080/x(1)", "https://[::1]/"] {
            assert_eq!(linkable(good), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//index.example",
            "https://",
            "https:///x",
            "https://good.example@evil.example/",
            "https://index.example/\"onclick=x",
            "https://index.example/a b",
            "https://index.example/\u{202e}x",
            " java\nscript:x",
            "\u{1}https://index.example",
        ] {
            assert_eq!(linkable(bad), None, "{bad}");
        }
    }
}
