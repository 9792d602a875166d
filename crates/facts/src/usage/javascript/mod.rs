//! One JavaScript or TypeScript file: its imports and the uses of what they bind.
//!
//! Lives here: parsing and what to do when it fails. Lives elsewhere: packages of specifiers (`specifier`),
//! the walk over the tree (`walk`), `<script>` blocks (`blocks`), reading without a tree (`lines`).

mod blocks;
pub(super) mod lines;
pub(super) mod specifier;
mod walk;

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::reading::Read;
use super::sighting::{Kind, LineNumbers, Sighting, short};
use super::sources::Language;

pub(super) fn read(text: &str, language: Language) -> Read {
    let mut read = Read::default();
    if language == Language::Blocks {
        for block in blocks::of(text) {
            one(block.text, kind(block.language), block.lines_before, &mut read);
        }
    } else {
        one(text, kind(language), 0, &mut read);
    }
    read
}

fn kind(language: Language) -> SourceType {
    match language {
        Language::Module => SourceType::mjs().with_jsx(true),
        Language::CommonJs => SourceType::cjs().with_jsx(true),
        Language::TypeScript => SourceType::ts(),
        Language::Tsx => SourceType::tsx(),
        Language::Declarations => SourceType::d_ts(),
        Language::JavaScript | Language::Blocks | Language::Python => SourceType::unambiguous().with_jsx(true),
    }
}

fn one(text: &str, kind: SourceType, lines_before: u32, into: &mut Read) {
    let allocator = Allocator::default();
    let mut parsed = Parser::new(&allocator, text, kind).parse();
    if kind.is_unambiguous() && parsed.diagnostics.has_errors() {
        // Node runs a script in a function: it may return.
        let script = Parser::new(&allocator, text, SourceType::cjs().with_jsx(true)).parse();
        if !script.diagnostics.has_errors() {
            parsed = script;
        }
    }
    if let Some(error) = parsed.diagnostics.errors().next() {
        into.unparsed = Some(error.to_string());
    } else if parsed.panicked {
        into.unparsed = Some("the parser gave up".to_owned());
    }
    let numbers = LineNumbers::of(text, lines_before);
    into.sightings.extend(walk::walk(text, &numbers, &parsed.program));
    if parsed.panicked {
        into.sightings.extend(lines::imports(text, lines_before));
    }
    into.sightings.extend(referenced_types(text, lines_before));
}

/// `/// <reference types="vite/client" />`
fn referenced_types(text: &str, lines_before: u32) -> Vec<Sighting> {
    let mut found = Vec::new();
    if !text.contains("<reference") {
        return found;
    }
    for (number, line) in (lines_before.saturating_add(1)..).zip(text.lines()) {
        let comment = line.trim_start().strip_prefix("///").filter(|rest| rest.contains("<reference"));
        let Some((_, after)) = comment.and_then(|rest| rest.split_once("types=")) else { continue };
        let named = after.strip_prefix(['"', '\'']).and_then(|rest| rest.split(['"', '\'']).next());
        let types = |name: &str| {
            specifier::package(name).or_else(|| specifier::is_builtin(name).then(|| "@types/node".to_owned()))
        };
        let package = match named {
            Some("node") => Some("@types/node".to_owned()),
            other => other.and_then(types),
        };
        if let Some(module) = package {
            found.push(Sighting {
                kind: Kind::Import,
                module,
                member: String::new(),
                line: number,
                what: short(line),
                // `jest` may stand for `@types/jest`: no proof that the package itself is missing.
                guarded: true,
            });
        }
    }
    found
}
