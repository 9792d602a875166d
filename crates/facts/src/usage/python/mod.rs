//! One Python file: its imports and the uses of what they bind.
//!
//! Lives here: parsing and what to do when it fails. Lives elsewhere: names and scopes (`scopes`), the walk
//! over the tree (`walk`), reading without a tree (`lines`), dotted names in settings (`settings`).

pub(super) mod lines;
mod scopes;
mod settings;
mod walk;

use ruff_python_ast::Mod;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use super::reading::Read;
use super::sighting::{LineNumbers, Sighting};

pub(super) fn read(text: &str, path: &str) -> Read {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let numbers = LineNumbers::of(text, 0);
    let unparsed = parsed.errors().first().map(|error| {
        let line = numbers.at(usize::from(error.location.start()));
        format!("line {line}: {}", error.error)
    });
    let Mod::Module(module) = parsed.syntax() else { return Read { sightings: lines::imports(text), unparsed } };
    let mut sightings = walk::walk(text, &numbers, &module.body);
    if settings::is_settings(path) {
        settings::strings(&numbers, &module.body, &mut sightings);
    }
    if unparsed.is_some() {
        // The parser goes on after an error; lines that it lost are taken as they stand.
        let more = lines::imports(text);
        let known = |seen: &Sighting| sightings.iter().any(|s| s.line == seen.line && s.module == seen.module);
        let lost: Vec<Sighting> = more.into_iter().filter(|seen| !known(seen)).collect();
        sightings.extend(lost);
    }
    Read { sightings, unparsed }
}
