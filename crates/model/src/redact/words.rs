//! Words by which a secret is told: names of variables and keys, flags of programs, references that hold none.

/// Ends of names whose values are secrets, in lower case with `_`.
const NAMES: [&str; 15] = [
    "token",
    "password",
    "passwd",
    "passphrase",
    "secret",
    "api_key",
    "apikey",
    "access_key",
    "secret_key",
    "private_key",
    "accountkey",
    "authtoken",
    "_auth",
    "signature",
    "authorization",
];
/// The same for words that also end others: they stand alone or behind `_`, `-` or `.`.
const WHOLE: [&str; 5] = ["pwd", "pass", "pw", "pat", "credential"];
/// Flags that are followed by a secret, besides those that are named like one.
const FLAGS: [&str; 4] = ["--key", "--pass", "--pw", "--pat"];
/// What takes a password behind `-p`.
const LOGINS: [&str; 6] = ["login", "mysql", "mysqldump", "mysqladmin", "sshpass", "twine"];
/// What takes a name and a password behind `-u`.
const FETCHERS: [&str; 4] = ["curl", "wget", "http", "https"];

/// Values that are none: types and permissions.
pub(super) const HARMLESS: [&str; 16] = [
    "read",
    "write",
    "none",
    "null",
    "nil",
    "true",
    "false",
    "str",
    "string",
    "bytes",
    "any",
    "object",
    "optional[str]",
    "str|none",
    "secretstr",
    "undefined",
];

/// Whether the last word of `before` is called like a secret.
pub(super) fn is_named(before: &str) -> bool {
    let tail = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let name = before.get(tail.len()..).unwrap_or_default().to_ascii_lowercase().replace('-', "_");
    NAMES.iter().any(|n| name.ends_with(n)) || WHOLE.contains(&name.rsplit(['_', '.']).next().unwrap_or_default())
}

/// Whether `flag`, with `given` behind it in `line`, hands a secret over.
pub(super) fn is_flag(flag: &str, given: &str, line: &str) -> bool {
    let has = |programs: &[&str]| line.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| programs.contains(&word));
    match flag {
        "-p" | "-P" => has(&LOGINS),
        "-u" | "-U" | "--user" => given.contains(':') && has(&FETCHERS),
        "-a" => has(&["redis"]),
        flag if !flag.starts_with("--") || flag.starts_with("--no-") => false,
        flag => FLAGS.contains(&flag) || is_named(flag),
    }
}

/// `$NAME`, `${NAME}`, `${{ secrets.NAME }}`, `$(command)`: where a secret comes from, and none itself.
pub(super) fn is_reference(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('$') else { return false };
    if let Some(inner) = rest.strip_prefix("{{") {
        return inner.split_once("}}").is_some_and(|(inner, _)| !inner.contains("||"));
    }
    if rest.starts_with('(') {
        return true;
    }
    let name = rest.strip_prefix('{').map_or(rest, |inner| inner.split('}').next().unwrap_or_default());
    let whole = if rest.starts_with('{') {
        name
    } else {
        name.split(|c: char| c.is_whitespace() || "\"'`,;&|)".contains(c)).next().unwrap_or_default()
    };
    !whole.is_empty() && whole.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
