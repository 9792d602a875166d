//! What stands behind a package's name: a range, a tag, another name, a place outside the registry.
//!
//! Source: npm's `npm-package-arg`, and the protocols of yarn, pnpm and bun.

use std::fmt;

use uplift_model::semver::{Options, Range, Version};

/// One specifier, told apart by where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Specifier {
    /// `1.2.3` alone.
    Exact(Version),
    /// `^1.2.3`; nothing at all is `*`.
    Range(Range),
    /// `latest`, `next`: whatever the registry's tag points to.
    Tag(String),
    /// `npm:other@^1`: installed under this name, another package in fact.
    Alias { name: String, inner: Box<Specifier> },
    /// `workspace:^`: a member of the same workspace. The text behind the colon.
    Workspace(String),
    /// `catalog:`, `catalog:react18`: a range that the workspace keeps; empty for the default catalog.
    Catalog(String),
    /// `file:`, `link:`, `portal:`, `./x`: a folder or archive. The path as written.
    Path(String),
    /// A repository, in any of the forms that npm knows. May hold credentials: redact before showing.
    Git(String),
    /// An archive at an address. May hold credentials: redact before showing.
    Url(String),
    /// `patch:…`, `exec:…`: a protocol that is not followed.
    Other(String),
}

const PATHS: [&str; 3] = ["file:", "link:", "portal:"];
const GIT: [&str; 7] = ["git+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "gist:"];

impl Specifier {
    /// Reads any text; what is nothing else is a tag, as npm has it.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("npm:") {
            return Self::aliased(rest);
        }
        if let Some(rest) = text.strip_prefix("workspace:") {
            return Self::Workspace(rest.to_owned());
        }
        if let Some(rest) = text.strip_prefix("catalog:") {
            return Self::Catalog(if rest == "default" { String::new() } else { rest.to_owned() });
        }
        if let Some(path) = PATHS.iter().find_map(|p| text.strip_prefix(p)) {
            return Self::Path(path.to_owned());
        }
        if text.starts_with("./") || text.starts_with("../") || text.starts_with("~/") || text.starts_with('/') {
            return Self::Path(text.to_owned());
        }
        if GIT.iter().any(|p| text.starts_with(p)) {
            return Self::Git(text.to_owned());
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            let address = text.split('#').next().unwrap_or(text);
            return if address.ends_with(".git") { Self::Git(text.to_owned()) } else { Self::Url(text.to_owned()) };
        }
        if let Ok(version) = Version::parse(text, Options::LOOSE) {
            return Self::Exact(version);
        }
        if let Ok(range) = Range::parse(text, Options::LOOSE) {
            return Self::Range(range);
        }
        if let Some((owner, repository)) = text.split_once('/')
            && !owner.is_empty()
            && !owner.starts_with(['@', '.'])
            && !repository.is_empty()
            && !text.contains(char::is_whitespace)
        {
            return Self::Git(text.to_owned());
        }
        if text.contains(':') { Self::Other(text.to_owned()) } else { Self::Tag(text.to_owned()) }
    }

    /// `other@^1`, `@scope/other`; also `^1` alone, which yarn writes for the package itself.
    fn aliased(text: &str) -> Self {
        let (scope, rest) = match text.strip_prefix('@') {
            Some(rest) => ("@", rest),
            None => ("", text),
        };
        let (name, range) = rest.split_once('@').unwrap_or((rest, ""));
        let plain = scope.is_empty() && range.is_empty();
        if plain && (text.is_empty() || Range::parse(text, Options::LOOSE).is_ok()) {
            return Self::parse(text);
        }
        // An alias of an alias is none; its text stays with the tag that it then looks like.
        let inner = match Self::parse(range) {
            inner @ (Self::Exact(_) | Self::Range(_) | Self::Tag(_)) => inner,
            _ => Self::Tag(range.to_owned()),
        };
        Self::Alias { name: format!("{scope}{name}"), inner: Box::new(inner) }
    }

    /// The package that the registry is asked for, when it is another one than the name stated.
    pub fn alias(&self) -> Option<&str> {
        match self {
            Self::Alias { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The range of versions that it admits; `None` where no version decides (tags, places outside the registry).
    pub fn range(&self) -> Option<Range> {
        match self {
            Self::Exact(version) => Range::parse(&version.to_string(), Options::LOOSE).ok(),
            Self::Range(range) => Some(range.clone()),
            Self::Alias { inner, .. } => inner.range(),
            _ => None,
        }
    }

    /// It comes from a registry: by range, tag or alias.
    pub fn is_registry(&self) -> bool {
        matches!(self, Self::Exact(_) | Self::Range(_) | Self::Tag(_) | Self::Alias { .. })
    }
}

impl fmt::Display for Specifier {
    /// Without credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(version) => write!(f, "{version}"),
            Self::Range(range) => f.write_str(range.written()),
            Self::Tag(text) => f.write_str(text),
            Self::Alias { name, inner } => write!(f, "npm:{name}@{inner}"),
            Self::Workspace(text) => write!(f, "workspace:{text}"),
            Self::Catalog(text) => write!(f, "catalog:{text}"),
            Self::Path(text) => write!(f, "file:{text}"),
            Self::Git(text) | Self::Url(text) | Self::Other(text) => f.write_str(&uplift_sandbox::redact::text(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_are_told_apart() {
        let kind = |text: &str| match Specifier::parse(text) {
            Specifier::Exact(_) => "exact",
            Specifier::Range(_) => "range",
            Specifier::Tag(_) => "tag",
            Specifier::Alias { .. } => "alias",
            Specifier::Workspace(_) => "workspace",
            Specifier::Catalog(_) => "catalog",
            Specifier::Path(_) => "path",
            Specifier::Git(_) => "git",
            Specifier::Url(_) => "url",
            Specifier::Other(_) => "other",
        };
        for (text, expected) in [
            ("1.2.3", "exact"),
            ("=1.2.3", "exact"),
            ("", "range"),
            ("*", "range"),
            ("^1 || ^2", "range"),
            ("1.x", "range"),
            ("latest", "tag"),
            ("npm:lodash@^4", "alias"),
            ("npm:@scope/a", "alias"),
            ("npm:^4", "range"),
            ("workspace:^", "workspace"),
            ("catalog:", "catalog"),
            ("file:../a", "path"),
            ("./a.tgz", "path"),
            ("link:../a", "path"),
            ("git+ssh://git@host.example/a/b.git#v1", "git"),
            ("github:a/b", "git"),
            ("a/b#semver:^1", "git"),
            ("git@host.example:a/b.git", "git"),
            ("https://host.example/a/b.git", "git"),
            ("https://host.example/a.tgz", "url"),
            ("patch:a@npm%3A1#x", "other"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn an_alias_knows_its_package_and_range() {
        let alias = Specifier::parse("npm:@scope/real@^1.2");
        assert_eq!(alias.alias(), Some("@scope/real"));
        assert_eq!(alias.range().unwrap().to_string(), ">=1.2.0 <2.0.0-0");
    }

    #[test]
    fn credentials_are_not_shown() {
        let shown = Specifier::parse("git+https://user:word@host.example/a.git").to_string();
        assert!(!shown.contains("word"), "{shown}");
    }
}
