//! The user's `.netrc`: user and password by host.
//!
//! `default` entries are left out on purpose: they would send a password to every host that is asked.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

#[derive(Clone, Default)]
pub(super) struct Netrc(BTreeMap<String, (String, String)>);

impl fmt::Debug for Netrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Netrc({} hosts)", self.0.len())
    }
}

impl Netrc {
    /// A file that is missing or unreadable knows no host.
    pub(super) fn read(path: &Path) -> Self {
        fs::read_to_string(path).map(|text| Self::parse(&text)).unwrap_or_default()
    }

    fn parse(text: &str) -> Self {
        let mut hosts: BTreeMap<String, (String, String)> = BTreeMap::new();
        let mut host: Option<String> = None;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut words = line.split_whitespace();
            while let Some(word) = words.next() {
                match word {
                    "machine" => {
                        host = words.next().map(str::to_ascii_lowercase);
                        if let Some(host) = &host {
                            hosts.entry(host.clone()).or_default();
                        }
                    }
                    "default" => host = None,
                    "login" | "password" | "account" => {
                        let value = words.next().map(|value| value.trim_matches('"')).unwrap_or_default();
                        if let Some(entry) = host.as_ref().and_then(|host| hosts.get_mut(host)) {
                            match word {
                                "login" => entry.0 = value.to_owned(),
                                "password" => entry.1 = value.to_owned(),
                                _ => {}
                            }
                        }
                    }
                    // A macro reaches up to the next empty line.
                    "macdef" => {
                        for line in lines.by_ref() {
                            if line.trim().is_empty() {
                                break;
                            }
                        }
                        break;
                    }
                    word if word.starts_with('#') => break,
                    _ => {}
                }
            }
        }
        Self(hosts)
    }

    pub(super) fn find(&self, host: &str) -> Option<(&str, &str)> {
        let (user, password) = self.0.get(&host.to_ascii_lowercase())?;
        Some((user, password))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_and_defaults_are_not() {
        let netrc = Netrc::parse(
            "# mine\nmachine One.example.invalid login me password \"p#1\"\nmacdef init\n machine x\n\n\
             machine two.example.invalid\n  login you\n  account a\n  password p2\ndefault login any password any\n",
        );
        assert_eq!(netrc.find("one.EXAMPLE.invalid"), Some(("me", "p#1")));
        assert_eq!(netrc.find("two.example.invalid"), Some(("you", "p2")));
        assert_eq!((netrc.find("x"), netrc.find("three.example.invalid")), (None, None));
        assert_eq!(format!("{netrc:?}"), "Netrc(2 hosts)");
    }
}
