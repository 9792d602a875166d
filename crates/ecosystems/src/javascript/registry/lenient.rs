//! Parts of a package's document whose type is not certain: whatever was published at any time must be read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An object of texts. Values of other types are passed over; a list of `node >=0.8` counts as an object.
#[derive(Default)]
pub(super) struct Texts(pub(super) BTreeMap<String, String>);

/// Names of an object whose values say `"optional": true`.
#[derive(Default)]
pub(super) struct Optionals(pub(super) BTreeSet<String>);

/// Words, or `true`.
#[derive(Default)]
pub(super) struct Deprecated(pub(super) Option<String>);

/// `unpackedSize` of an object.
#[derive(Default)]
pub(super) struct Size(pub(super) Option<u64>);

/// An address: a text, or the `url` of an object.
#[derive(Default)]
pub(super) struct Address(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let address = value.as_str().or_else(|| value.get("url")?.as_str());
        Ok(Self(address.filter(|text| text.len() <= 2000).map(str::to_owned)))
    }
}

/// A licence: a text, the `type` of an object, or several of these, of which one may be chosen.
#[derive(Default)]
pub(super) struct Stated(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Stated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let one = |value: &Value| -> Option<String> {
            let text = value.as_str().or_else(|| value.get("type")?.as_str()).or_else(|| value.get("name")?.as_str());
            text.map(str::trim).filter(|text| !text.is_empty()).map(|text| text.chars().take(2000).collect())
        };
        let value = Value::deserialize(deserializer)?;
        Ok(Self(match value.as_array() {
            Some(several) => {
                let all: Vec<String> = several.iter().filter_map(one).collect();
                (!all.is_empty()).then(|| all.join(" OR "))
            }
            None => one(&value),
        }))
    }
}

/// One text, or anything else.
#[derive(Default)]
struct Text(Option<String>);

/// The methods of a visitor for the types that say nothing.
macro_rules! nothing_from {
    ($($method:ident($kind:ty)),*) => {
        $(fn $method<E>(self, _: $kind) -> Result<Self::Value, E> { Ok(Default::default()) })*
        fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok(Default::default()) }
        fn visit_none<E>(self) -> Result<Self::Value, E> { Ok(Default::default()) }
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("anything") }
    };
}

fn drain<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Texts;
            nothing_from!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                let mut found = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, Text>()? {
                    if let Some(value) = value.0 {
                        found.insert(key, value);
                    }
                }
                Ok(Texts(found))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut found = BTreeMap::new();
                while let Some(entry) = list.next_element::<Text>()? {
                    let entry = entry.0.unwrap_or_default();
                    if let Some((name, range)) = entry.trim().split_once(char::is_whitespace) {
                        found.insert(name.to_owned(), range.trim().to_owned());
                    }
                }
                Ok(Texts(found))
            }
        }
        deserializer.deserialize_any(Walk)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Text;
            nothing_from!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Some(text.to_owned())))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Text, A::Error> {
                drain(list).map(|()| Text(None))
            }
        }
        deserializer.deserialize_any(Walk)
    }
}

// These are small, so that a passing value costs nothing worth saving.

impl<'de> Deserialize<'de> for Optionals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let is_optional = |meta: &Value| meta.get("optional").and_then(Value::as_bool).unwrap_or(false);
        let entries = value.as_object().into_iter().flatten();
        Ok(Self(entries.filter(|(_, meta)| is_optional(meta)).map(|(name, _)| name.clone()).collect()))
    }
}

impl<'de> Deserialize<'de> for Deprecated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            // An empty text takes a deprecation back.
            Value::String(text) if !text.is_empty() => Some(text),
            Value::Bool(true) => Some(String::new()),
            _ => None,
        }))
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Size;
            nothing_from!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Size, A::Error> {
                let mut size = None;
                while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
                    if key == "unpackedSize" {
                        size = map.next_value::<Value>()?.as_u64();
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Size(size))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Size, A::Error> {
                drain(list).map(|()| Size(None))
            }
        }
        deserializer.deserialize_any(Walk)
    }
}
