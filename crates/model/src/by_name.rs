//! Maps keyed by package names in files that people write: the same package in two spellings is an error, not a lost rule.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use crate::PackageName;

/// For `#[serde(deserialize_with)]`.
///
/// # Errors
/// Those of the format; a name that is none; a package that an earlier key names already, however it is spelled.
pub(crate) fn once_each<'de, D, T>(input: D) -> Result<BTreeMap<PackageName, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    input.deserialize_map(Names(PhantomData))
}

struct Names<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Names<T> {
    type Value = BTreeMap<PackageName, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table with a package's name as each key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let (mut map, mut spelled) = (BTreeMap::new(), BTreeMap::new());
        // The key is judged while it is read, so that the error has its line.
        while let Some(name) = entries.next_key_seed(NewKey(&mut spelled))? {
            map.insert(name, entries.next_value()?);
        }
        Ok(map)
    }
}

/// A key, unless it names a package that one before it names.
struct NewKey<'a>(&'a mut BTreeMap<PackageName, String>);

impl<'de> DeserializeSeed<'de> for NewKey<'_> {
    type Value = PackageName;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<PackageName, D::Error> {
        let written = String::deserialize(input)?;
        let name = PackageName::new(&written).map_err(D::Error::custom)?;
        match self.0.insert(name.clone(), written.clone()) {
            None => Ok(name),
            Some(earlier) => Err(D::Error::custom(format!(
                "`{written}` and `{earlier}` are one package: state it once, with all bounds, such as \"<5,!=4.2\""
            ))),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<BTreeMap<PackageName, String>, String> {
        let mut input = serde_json::Deserializer::from_str(text);
        once_each(&mut input).map_err(|e| e.to_string())
    }

    #[test]
    fn one_package_in_two_spellings_is_refused() {
        let told = read(r#"{"flask": "<5", "Flask": "<2"}"#).unwrap_err();
        assert!(told.contains("`Flask` and `flask` are one package"), "{told}");
        assert!(read(r#"{"zope.interface": "<5", "zope-interface": "<5"}"#).is_err());
        assert_eq!(read(r#"{"Flask": "<5", "django": "<2"}"#).unwrap().len(), 2);
        assert!(read(r#"{"a b": "<5"}"#).is_err());
    }

    proptest! {
        /// No bound is ever lost: each key that was read is in the map, or the whole is refused.
        #[test]
        fn what_is_accepted_is_whole(names in proptest::collection::vec("[a-cA-C]([-_.]{1,2}[a-c])?", 0..5)) {
            let entries: Vec<String> = names.iter().map(|n| format!("{n:?}: \"<1\"")).collect();
            if let Ok(map) = read(&format!("{{{}}}", entries.join(","))) {
                prop_assert_eq!(map.len(), names.len());
            }
        }
    }
}
