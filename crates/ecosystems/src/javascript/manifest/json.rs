//! JSON with places: which line a key stands on, which keys are there twice.

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::Problem;

/// The strict grammar: what `JSON.parse` takes.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// A file's text, its byte order mark taken off, and where its lines begin.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    /// Bytes of the mark.
    pub(super) skipped: usize,
    breaks: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
        let breaks = bare.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect();
        Self { text: bare, skipped: text.len() - bare.len(), breaks }
    }

    /// The 1-based line of a byte.
    pub(super) fn line(&self, at: usize) -> u32 {
        u32::try_from(self.breaks.partition_point(|b| *b < at) + 1).unwrap_or(u32::MAX)
    }

    pub(super) fn parse(&self) -> Result<Option<Value<'a>>, (u32, String)> {
        parse_to_ast(self.text, &CollectOptions::default(), &STRICT)
            .map(|parsed| parsed.value)
            .map_err(|e| (u32::try_from(e.line_display()).unwrap_or(u32::MAX), e.kind().to_string()))
    }

    /// The entries of an object, the last of each name as `JSON.parse` has it, in the order of the file. Earlier ones
    /// become problems.
    pub(super) fn entries<'o, 'v>(
        &self,
        object: &'o Object<'v>,
        problems: &mut Vec<Problem>,
    ) -> Vec<&'o ObjectProp<'v>> {
        let mut last = std::collections::HashMap::new();
        for (index, property) in object.properties.iter().enumerate() {
            last.insert(property.name.as_str(), index);
        }
        let mut kept = Vec::with_capacity(last.len());
        for (index, property) in object.properties.iter().enumerate() {
            let name = property.name.as_str();
            if last.get(name) == Some(&index) {
                kept.push(property);
            } else {
                let message = format!("`{name}` is stated again further down, which is what counts");
                problems.push(Problem { line: self.line(property.start()), message });
            }
        }
        kept
    }
}

/// What a value is, for people.
pub(super) fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::StringLit(_) => "a string",
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(_) => "true or false",
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        Value::NullKeyword(_) => "null",
    }
}
