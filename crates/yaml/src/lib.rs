//! YAML as a tree with lines: files of many tools, of which only a few keys are looked at.
//!
//! Lives here: one tolerant reader for CI, compose and monitoring files. Lives elsewhere: locks, whose whole form is known
//! and typed (`ecosystems`); what a key means (`facts`, `hygiene`).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// 1-based.
    pub line: u32,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    /// As written, without quotes. `number`: without quotes and read as a number by other programs.
    Scalar {
        text: String,
        number: bool,
    },
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// The tree of the first document.
///
/// # Errors
/// The first line of the parser's message.
pub fn read(text: &str) -> Result<Node, String> {
    let options = serde_saphyr::options! { duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins };
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options) {
        Ok(root) => Ok(located(root, text)),
        Err(error) => Err(error.to_string().lines().next().unwrap_or("not YAML").trim().to_owned()),
    }
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// Follows `keys` one after the other.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    pub fn entries(&self) -> &[(String, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The items of a list, or the scalar itself.
    pub fn scalars(&self) -> Vec<&Self> {
        match &self.value {
            Value::List(items) => items.iter().filter(|i| i.text().is_some()).collect(),
            Value::Scalar { .. } => vec![self],
            _ => Vec::new(),
        }
    }

    pub fn is_number(&self) -> bool {
        matches!(self.value, Value::Scalar { number: true, .. })
    }

    /// All keys and texts below, one a line.
    pub fn all_text(&self) -> String {
        let mut out = String::new();
        self.collect(&mut out);
        out
    }

    fn collect(&self, out: &mut String) {
        match &self.value {
            Value::Null => {}
            Value::Scalar { text, .. } => {
                out.push_str(text);
                out.push('\n');
            }
            Value::List(items) => items.iter().for_each(|i| i.collect(out)),
            Value::Map(entries) => {
                for (key, node) in entries {
                    out.push_str(key);
                    out.push('\n');
                    node.collect(out);
                }
            }
        }
    }
}

enum Raw {
    Null,
    Number(String),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(String, Spanned<Raw>)>),
}

fn located(raw: Spanned<Raw>, source: &str) -> Node {
    let place = raw.defined;
    let value = match raw.value {
        Raw::Null => Value::Null,
        // `3.10` has lost its zero on the way through a number.
        Raw::Number(number) => Value::Scalar { text: slice(&place, source).unwrap_or(number), number: true },
        Raw::Text(text) => Value::Scalar { text, number: false },
        Raw::List(items) => Value::List(items.into_iter().map(|i| located(i, source)).collect()),
        Raw::Map(entries) => Value::Map(entries.into_iter().map(|(k, v)| (k, located(v, source))).collect()),
    };
    Node { line: u32::try_from(place.line()).unwrap_or(u32::MAX), value }
}

fn slice(place: &serde_saphyr::Location, source: &str) -> Option<String> {
    let span = place.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let end = start.checked_add(usize::try_from(span.byte_len()?).ok()?)?;
    let text = source.get(start..end)?.trim();
    (!text.is_empty() && text.parse::<f64>().is_ok()).then(|| text.to_owned())
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Raw>>()? {
            all.push(item);
        }
        Ok(Raw::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut all = Vec::new();
        while let Some(entry) = entries.next_entry::<String, Spanned<Raw>>()? {
            all.push(entry);
        }
        Ok(Raw::Map(all))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_lines_and_their_zeros() {
        let root = read("on: [push]\na:\n  - 3.10\n  - '3.9'\n  - 18\nb: &x {c: yes}\nd: *x\n1: z\n").unwrap();
        let list = root.get("a").unwrap();
        let told: Vec<(u32, &str, bool)> =
            list.scalars().iter().map(|n| (n.line, n.text().unwrap(), n.is_number())).collect();
        assert_eq!(told, [(3, "3.10", true), (4, "3.9", false), (5, "18", true)]);
        assert!(root.get("on").is_some());
        assert!(root.at(&["d", "c"]).is_some());
        assert!(root.get("1").is_some());
        assert!(read("a: [").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(a|:|-| |\n|\\[|\\]|\\{|\\}|&x|\\*x|!t|'|3\\.10|<<|\\||\\PC){0,30}") {
            if let Ok(root) = read(&text) {
                root.all_text();
            }
        }
    }
}
