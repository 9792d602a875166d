//! Taking credentials out of what people and logs get to see: the one rule for every text that comes from outside.
//!
//! Lives here: what a secret looks like in a text. Lives elsewhere: addresses as such (`uplift_sandbox::redact`), which
//! texts of an audit are shown (`uplift_hygiene`). It masks too much rather than too little.

mod words;

use words::{HARMLESS, is_flag, is_named, is_reference};

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// What a token of a known issuer begins with, how long the rest is at least, and whose it is.
const SHAPES: [(&str, usize, &str); 12] = [
    ("AKIA", 16, "an access key of AWS"),
    ("ghp_", 36, "a token of GitHub"),
    ("github_pat_", 50, "a token of GitHub"),
    ("glpat-", 20, "a token of GitLab"),
    ("sk_live_", 20, "a live key of Stripe"),
    ("rk_live_", 20, "a live key of Stripe"),
    ("xoxb-", 20, "a token of Slack"),
    ("xoxp-", 20, "a token of Slack"),
    ("SG.", 60, "a key of SendGrid"),
    ("AIza", 35, "a key of Google"),
    ("sk-ant-", 40, "a key of Anthropic"),
    ("npm_", 36, "a token of npm"),
];

/// Any text without its secrets: the user of an address, values behind names and flags such as `token=`, `password:` and
/// `--api-key`, headers that authorise, tokens of known shape, private keys. Doing it twice changes nothing more,
/// save for a private key that is cut off.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_key = false;
    for whole in text.split_inclusive('\n') {
        let (body, end) = whole.strip_suffix('\n').map_or((whole, ""), |body| (body, "\n"));
        // A key that is cut off ends with the first line that cannot be a part of it.
        in_key = in_key && (is_key_line(body) || body.contains("-----END"));
        if in_key || body.contains("PRIVATE KEY-----") {
            let (shown, goes_on) = key(body, in_key);
            out.push_str(&shown);
            in_key = goes_on;
        } else {
            out.push_str(&line(body));
        }
        out.push_str(end);
    }
    out
}

/// Most often that a line is gone through: what one mask uncovers is seen by the next turn.
const TURNS: usize = 6;

fn line(line: &str) -> String {
    let mut shown = line.to_owned();
    for _ in 0..TURNS {
        let next = shapes(&named(&flags(&bearer(&bare_users(&users(&shown))))));
        if next == shown {
            break;
        }
        shown = next;
    }
    shown
}

/// Whose token a line holds, when it holds one that is no placeholder.
pub fn issuer(line: &str) -> Option<&'static str> {
    shaped(line).into_iter().find(|(.., token)| !is_placeholder(token)).map(|(_, whose, _)| whose)
}

fn is_placeholder(token: &str) -> bool {
    let lower = token.to_lowercase();
    lower.contains("xxxx") || lower.contains("example")
}

/// Tokens of known shape: where each begins, whose it is, the token.
fn shaped(line: &str) -> Vec<(usize, &'static str, &str)> {
    let is_rest = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let mut found = Vec::new();
    for (prefix, least, whose) in SHAPES {
        for (at, _) in line.match_indices(prefix) {
            let before = line.get(..at).and_then(|b| b.chars().next_back());
            let rest = line.get(at + prefix.len()..).unwrap_or_default();
            let length = rest.find(|c| !is_rest(c)).unwrap_or(rest.len());
            let body = rest.get(..length).unwrap_or_default();
            let varied = body.chars().any(|c| c.is_ascii_digit()) && body.chars().any(|c| c.is_ascii_alphabetic());
            if before.is_none_or(|c| !is_rest(c)) && length >= least && varied {
                found.push((at, whose, line.get(at..at + prefix.len() + length).unwrap_or_default()));
            }
        }
    }
    found
}

fn shapes(line: &str) -> String {
    let tokens: Vec<String> = shaped(line).into_iter().map(|(.., token)| token.to_owned()).collect();
    tokens.iter().fold(line.to_owned(), |line, token| line.replace(token, MASK))
}

/// What stands between the first and the last line of a key, as a diff or a program's text has it too.
fn is_key_line(line: &str) -> bool {
    let plain = line.trim_start_matches(['+', '-', ' ']).trim();
    ["Proc-Type:", "DEK-Info:"].iter().any(|h| plain.starts_with(h))
        || plain.chars().all(|c| c.is_ascii_alphanumeric() || "+/=*\"'\\,".contains(c))
}

/// A line of a private key; whether the key goes on behind it.
fn key(line: &str, inside: bool) -> (String, bool) {
    const MARK: &str = "PRIVATE KEY-----";
    let begin = if inside { Some(0) } else { line.find(MARK).map(|at| at + MARK.len()) };
    let Some(from) = begin else { return (line.to_owned(), false) };
    let rest = line.get(from..).unwrap_or_default();
    let (end, goes_on) = match rest.find("-----END") {
        Some(at) => (from + at, false),
        None => (line.len(), true),
    };
    let mask = if line.get(from..end).unwrap_or_default().trim().is_empty() { "" } else { MASK };
    let (head, tail) = (line.get(..from).unwrap_or_default(), line.get(end..).unwrap_or_default());
    (format!("{head}{mask}{tail}"), goes_on && (inside || line.contains("-----BEGIN")))
}

fn ends_a_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '<' | '>' | '`')
}

/// `scheme://user:password@host` without its user.
fn users(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let whole = after.get(..after.find(ends_a_url).unwrap_or(after.len())).unwrap_or_default();
        let end = whole.find(['/', '?', '#', '\'']).unwrap_or(whole.len());
        let authority = whole.get(..end).unwrap_or_default();
        // Passwords are written unescaped as well: what follows the colon is then no port.
        let is_open = authority.split_once(':').is_some_and(|(_, port)| !port.bytes().all(|b| b.is_ascii_digit()));
        let at = if authority.contains('@') || is_open { last_user(whole, end) } else { None };
        rest = match at {
            Some(at) => {
                out.push_str(MASK);
                after.get(at..).unwrap_or_default()
            }
            None => after,
        };
    }
    out.push_str(rest);
    out
}

/// Where the `@` behind the user stands: the last of the authority, or else the first behind it.
fn last_user(whole: &str, end: usize) -> Option<usize> {
    let (authority, rest) = whole.split_at_checked(end)?;
    authority.rfind('@').or_else(|| rest.find('@').map(|at| end + at))
}

/// `user:password@host` without a scheme, as images and git have it.
fn bare_users(line: &str) -> String {
    let mut out = String::new();
    for word in line.split_inclusive(|c: char| c.is_whitespace() || "\"'`<>(),".contains(c)) {
        let masked = word.split_once('@').filter(|_| !word.contains("://")).and_then(|(user, host)| {
            let (name, password) = user.rsplit_once('=').map_or(user, |(_, u)| u).split_once(':')?;
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
            let is_protocol =
                ["npm", "patch", "workspace", "file", "link", "mailto", "catalog", "jsr", "pkg"].contains(&name);
            let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric())
                && !host.starts_with("sha256:")
                && host.find(['.', '/', ':']).is_some_and(|at| at > 0)
                && (is_address(host)
                    || host.split(['/', ':']).next()?.bytes().any(|b| !b.is_ascii_digit() && b != b'.'));
            let start = user.len() - name.len() - 1 - password.len();
            (is_name && !is_protocol && !password.is_empty() && !password.contains('/') && is_host)
                .then(|| format!("{}{MASK}@{host}", user.get(..start).unwrap_or_default()))
        });
        out.push_str(masked.as_deref().unwrap_or(word));
    }
    out
}

/// Four numbers with dots between them.
fn is_address(host: &str) -> bool {
    let host = host.split(['/', ':']).next().unwrap_or_default();
    host.split('.').filter(|p| p.parse::<u8>().is_ok()).count() == 4
}

/// `Bearer abc`, and everything that an `Authorization` header says.
fn bearer(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    if let Some(at) = lower.find("authorization:") {
        let end = at + "authorization:".len();
        // A header that is an argument ends with its quote, any other with the line.
        let quote = line.get(..at).and_then(|b| b.chars().next_back()).filter(|c| matches!(c, '"' | '\''));
        let rest = line.get(end..).unwrap_or_default();
        let tail = quote.and_then(|q| rest.find(q)).and_then(|at| rest.get(at..)).unwrap_or_default();
        return format!("{} {MASK}{}", line.get(..end).unwrap_or_default(), named(&flags(tail)));
    }
    let mut out = String::new();
    let mut from = 0;
    for (at, word) in lower.match_indices("bearer ") {
        let start = at + word.len();
        let value = line.get(start..).unwrap_or_default();
        let length = value.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')).unwrap_or(value.len());
        let is_word = ["token", "tokens", "auth", "authentication"].contains(&value.get(..length).unwrap_or_default());
        if start < from || length == 0 || is_word || is_reference(value) {
            continue;
        }
        out.push_str(line.get(from..start).unwrap_or_default());
        out.push_str(MASK);
        from = start + length;
    }
    out.push_str(line.get(from..).unwrap_or_default());
    out
}

/// `--token abc`, `-p abc` of what logs in, `-u name:abc` of what fetches.
fn flags(line: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for (at, _) in line.match_indices('-') {
        let before = line.get(..at).and_then(|b| b.chars().next_back());
        if at < from || before.is_some_and(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '`' | '(')) {
            continue;
        }
        let rest = line.get(at..).unwrap_or_default();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(rest.len());
        let flag = rest.get(..length).unwrap_or_default();
        let after = rest.get(length..).unwrap_or_default();
        if !after.starts_with([' ', '\t', '=']) {
            continue;
        }
        let Some((skip, length)) = value(after.strip_prefix('=').unwrap_or(after)) else { continue };
        let start = at + flag.len() + usize::from(after.starts_with('=')) + skip;
        let given = line.get(start..start + length).unwrap_or_default();
        if given.starts_with(['-', '|', '&', ';']) || is_reference(given) || !is_flag(flag, given, line) {
            continue;
        }
        out.push_str(line.get(from..start).unwrap_or_default());
        out.push_str(MASK);
        from = start + length;
    }
    out.push_str(line.get(from..).unwrap_or_default());
    out
}

/// `token=abc`, `"password": "abc"`, `getenv("SECRET", "abc")`.
fn named(line: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    // A type stands between the name and its value: `token: str = "abc"`.
    let mut typed: Option<usize> = None;
    for (at, sign) in line.match_indices(['=', ':', ',']) {
        if at < from {
            continue;
        }
        let before = line.get(from..at).unwrap_or_default();
        let after = line.get(at + 1..).unwrap_or_default();
        let compares = sign == "=" && (after.starts_with('=') || before.ends_with(['=', '<', '>', '!', '~']));
        let name = before.trim_end_matches(['"', '\'', ' ', ']', ')', '\\', '=', '!', '<', '>', '~', ':']);
        let is_typed = sign == "=" && typed.take().is_some_and(|end| end <= at);
        if !is_named(name) && !is_typed {
            continue;
        }
        let is_quoted = before.ends_with(['"', '\'']);
        let after = after.trim_start_matches(['=', '>', ':']);
        let Some((skip, length)) = value(after) else { continue };
        let start = line.len() - after.len() + skip;
        let given = line.get(start..start + length).unwrap_or_default();
        let literal = line.get(..start).is_some_and(|b| b.ends_with(['"', '\'', '`']));
        let is_value = match sign {
            "," => is_quoted && literal,
            _ if compares => literal,
            ":" if given.starts_with('?') || after.starts_with("//") => false,
            _ => true,
        };
        if is_value && HARMLESS.contains(&given.to_ascii_lowercase().as_str()) && !literal {
            typed = Some(start + length);
            continue;
        }
        if !is_value || is_reference(line.get(start..).unwrap_or_default()) {
            continue;
        }
        out.push_str(line.get(from..start).unwrap_or_default());
        out.push_str(MASK);
        from = start + length;
        typed = (sign == ":" && !literal).then_some(from);
    }
    out.push_str(line.get(from..).unwrap_or_default());
    spaced(&out)
}

/// `ENV API_TOKEN abc` of a Dockerfile.
fn spaced(line: &str) -> String {
    let trimmed = line.trim_start_matches(['+', '-', ' ']);
    let Some((name, value)) = trimmed.strip_prefix("ENV ").and_then(|rest| rest.split_once(' ')) else {
        return line.to_owned();
    };
    if !is_named(name) || name.contains('=') || is_reference(value) {
        return line.to_owned();
    }
    format!("{}{MASK}", line.get(..line.len() - value.len()).unwrap_or_default())
}

/// Where the value in `after` begins and how long it is; what is in quotes goes up to its quote.
fn value(after: &str) -> Option<(usize, usize)> {
    let text = after.trim_start_matches([' ', '\t', '\\']);
    let prefix = text.len() - text.trim_start_matches(['f', 'b', 'r', 'u', 'F', 'B', 'R', 'U']).len();
    let quote =
        text.get(prefix..).and_then(|t| t.chars().next()).filter(|c| prefix < 3 && matches!(c, '"' | '\'' | '`'));
    let (value, length) = match quote {
        Some(quote) => {
            let value = text.get(prefix..)?.trim_start_matches(quote);
            let length = value.find(quote).unwrap_or(value.len());
            (value, value.get(..length)?.trim_end_matches('\\').len())
        }
        None => {
            let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '&' | ',' | ';');
            (text, text.find(ends).unwrap_or(text.len()))
        }
    };
    (length > 0).then_some((after.len() - value.len(), length))
}

#[cfg(test)]
mod tests;
