//! `.npmrc` files: keys and values, and what they say of registries and credentials.
//!
//! Lives here: text in, settings out. Lives elsewhere: which files there are, and asking npm (`super::client`).
//! Source: npm's `npmrc` and `config` pages. Credentials never leave this module but as a header's value.

mod base64;

use std::fmt;

/// Keys and values of one file, in order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Npmrc {
    pub entries: Vec<(String, String)>,
}

impl fmt::Debug for Npmrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.entries.iter().map(|(key, _)| uplift_sandbox::redact::text(key)).collect();
        f.debug_struct("Npmrc").field("keys", &keys).finish_non_exhaustive()
    }
}

/// Reads a file. `variable` gives what stands for `${NAME}`; one that is not set stays as written, as npm has it.
/// Whatever is no line of `key = value` is passed over.
pub fn parse(text: &str, variable: impl Fn(&str) -> Option<String>) -> Npmrc {
    let mut entries = Vec::new();
    let mut section = false;
    for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        if line.starts_with('[') && line.ends_with(']') {
            // Keys of a section are not npm's.
            section = true;
            continue;
        }
        if section {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, "true"));
        let key = expand(unquoted(key.trim()).as_str(), &variable);
        entries.push((key, expand(&value_of(value.trim()), &variable)));
    }
    Npmrc { entries }
}

fn unquoted(text: &str) -> String {
    match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.to_owned(),
        None if text.starts_with('"') => serde_json::from_str(text).unwrap_or_else(|_| text.to_owned()),
        None => text.to_owned(),
    }
}

/// Quotes taken off; without quotes a comment ends the value, and a backslash keeps its sign.
fn value_of(text: &str) -> String {
    if text.starts_with(['"', '\'']) {
        return unquoted(text);
    }
    let mut value = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' | '#' => break,
            '\\' => match chars.next() {
                Some(kept @ (';' | '#' | '\\')) => value.push(kept),
                Some(other) => value.extend(['\\', other]),
                None => value.push('\\'),
            },
            _ => value.push(c),
        }
    }
    value.trim().to_owned()
}

/// `${NAME}` and `${NAME?}` (nothing when unset).
fn expand(text: &str, variable: &impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        if let Some(kept) = before.strip_suffix('\\') {
            out.push_str(&format!("{kept}${{{name}}}"));
        } else {
            out.push_str(before);
            let (bare, maybe) = (name.strip_suffix('?').unwrap_or(name), name.ends_with('?'));
            match variable(bare) {
                Some(value) => out.push_str(&value),
                None if maybe => {}
                None => out.push_str(&format!("${{{name}}}")),
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// How a registry knows the user. Shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    header: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(***)")
    }
}

impl Credentials {
    /// The value of the `Authorization` header. Never print it.
    pub fn header(&self) -> &str {
        &self.header
    }
}

/// Settings of several files, what counts most first.
#[derive(Clone, Default)]
pub struct Layers {
    layers: Vec<Npmrc>,
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layers").field("files", &self.layers.len()).finish_non_exhaustive()
    }
}

impl Layers {
    /// `layers`: what counts most first (environment, project, user, global, npm's own).
    pub fn new(layers: Vec<Npmrc>) -> Self {
        Self { layers }
    }

    /// The value that counts; within one file the last one.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.layers.iter().find_map(|layer| {
            let last = layer.entries.iter().rev().find(|(k, _)| k == key)?;
            Some(last.1.as_str())
        })
    }

    /// The registry that a package's scope has, else the default one where any file names it; no slash at its end.
    pub fn registry(&self, package: &str) -> Option<&str> {
        let scope = package.split_once('/').map(|(scope, _)| scope).filter(|scope| scope.starts_with('@'));
        let scoped = scope.and_then(|scope| self.value(&format!("{scope}:registry")));
        scoped.or_else(|| self.value("registry")).map(|url| url.trim_end_matches('/')).filter(|url| !url.is_empty())
    }

    /// Credentials for an address: those of the longest part of it (`//host/path/`) that has any.
    pub fn credentials(&self, url: &str) -> Option<Credentials> {
        let address = url::Url::parse(url).ok()?;
        let host = address.host_str()?;
        let port = address.port().map(|port| format!(":{port}")).unwrap_or_default();
        let mut path = address.path().trim_end_matches('/').to_owned();
        loop {
            let front = format!("//{host}{port}{path}");
            for key in [format!("{front}/"), front] {
                if let Some(found) = self.credentials_of(&key) {
                    return Some(found);
                }
            }
            let shorter = path.rfind('/').and_then(|at| path.get(..at).map(str::to_owned))?;
            path = shorter;
        }
    }

    fn credentials_of(&self, key: &str) -> Option<Credentials> {
        let of = |name: &str| self.value(&format!("{key}:{name}")).filter(|value| !value.is_empty());
        if let Some(token) = of("_authToken") {
            return Some(Credentials { header: format!("Bearer {token}") });
        }
        if let Some(pair) = of("_auth") {
            return Some(Credentials { header: format!("Basic {pair}") });
        }
        let (user, word) = (of("username")?, of("_password")?);
        let word = base64::decode(word)?;
        let pair = [user.as_bytes(), b":", &word].concat();
        Some(Credentials { header: format!("Basic {}", base64::encode(&pair)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(text: &str) -> Npmrc {
        parse(text, |name| (name == "TOKEN").then(|| "word".to_owned()))
    }

    #[test]
    fn lines_are_read_as_npm_reads_them() {
        let read = layer(
            "\u{feff}; comment\n# too\nregistry = https://index.example/npm/ ; mirror\nfund\nquoted=\"a b\"\nhash=a\\#b\nset=${TOKEN}-${NONE}-${NONE?}\n\n[section]\nregistry=other\n",
        );
        let value = |key: &str| read.entries.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
        assert_eq!(value("registry"), Some("https://index.example/npm/"));
        assert_eq!(value("fund"), Some("true"));
        assert_eq!(value("quoted"), Some("a b"));
        assert_eq!(value("hash"), Some("a#b"));
        assert_eq!(value("set"), Some("word-${NONE}-"));
        assert_eq!(read.entries.iter().filter(|(k, _)| k == "registry").count(), 1);
    }

    #[test]
    fn scopes_have_their_own_registry_and_upper_layers_win() {
        let layers = Layers::new(vec![
            layer("@shop:registry=https://shop.example/"),
            layer("registry=https://project.example/\nregistry=https://index.example/npm"),
            layer("registry=https://user.example/"),
        ]);
        assert_eq!(layers.registry("@shop/core"), Some("https://shop.example"));
        assert_eq!(layers.registry("@other/core"), Some("https://index.example/npm"));
        assert_eq!(layers.registry("react"), Some("https://index.example/npm"));
        assert_eq!(Layers::default().registry("react"), None);
    }

    #[test]
    fn the_longest_address_with_credentials_gives_them() {
        let layers = Layers::new(vec![layer(
            "//index.example/:_authToken=outer\n//index.example/npm/team/:_authToken=${TOKEN}\n//basic.example:8080/:username=me\n//basic.example:8080/:_password=c2VjcmV0\n//pair.example/:_auth=bWU6d29yZA==",
        )]);
        let header = |url: &str| layers.credentials(url).map(|c| c.header().to_owned());
        assert_eq!(header("https://index.example/npm/team/react").as_deref(), Some("Bearer word"));
        assert_eq!(header("https://index.example/npm/react").as_deref(), Some("Bearer outer"));
        assert_eq!(header("http://basic.example:8080/react").as_deref(), Some("Basic bWU6c2VjcmV0"));
        assert_eq!(header("https://pair.example/x").as_deref(), Some("Basic bWU6d29yZA=="));
        assert_eq!(header("https://index.example.evil/npm/team/react"), None);
    }

    #[test]
    fn nothing_shows_credentials() {
        let read = layer("//index.example/:_authToken=hush\nregistry=https://me:hush@index.example/");
        let layers = Layers::new(vec![read.clone()]);
        let credentials = layers.credentials("https://index.example/").unwrap();
        let shown = format!("{read:?} {layers:?} {credentials:?}");
        assert!(!shown.contains("hush"), "{shown}");
    }
}
