//! Imports of a JavaScript file that does not parse (Flow types, templates), line by line.

use super::specifier::package;
use crate::usage::sighting::{Kind, Sighting, short};

/// What stands before the quoted specifier.
const BEFORE: [&str; 5] = [" from", "}from", "import", "require(", "import("];

/// Specifiers in `import "x"`, `… from "x"`, `require("x")` and `import("x")`.
pub(in crate::usage) fn imports(text: &str, lines_before: u32) -> Vec<Sighting> {
    let mut found: Vec<Sighting> = Vec::new();
    for (number, line) in (lines_before.saturating_add(1)..).zip(text.lines()) {
        let code = line.trim_start();
        if ["//", "*", "/*"].iter().any(|c| code.starts_with(c)) {
            continue;
        }
        // Odd parts stand between two quotes.
        for quote in ['"', '\''] {
            let parts: Vec<&str> = code.split(quote).collect();
            for pair in parts.windows(2).step_by(2) {
                let [before, specifier] = pair else { continue };
                // `} from "x"` on a line of its own.
                let before = format!(" {}", before.trim_end());
                if !BEFORE.iter().any(|b| before.ends_with(b)) {
                    continue;
                }
                if let Some(module) = package(specifier) {
                    found.push(Sighting {
                        kind: Kind::Import,
                        module,
                        member: String::new(),
                        line: number,
                        what: short(code),
                        guarded: false,
                    });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_are_found_in_any_file() {
        let text = "// import 'no'\nimport type { A } from 'flow-a';\nimport 'side';\nconst b = require(\"b/c\"), d = require(\"./d\");\n} from \"e\";\nconst text = \"f\";\n";
        let found: Vec<(u32, String)> = imports(text, 10).into_iter().map(|s| (s.line, s.module)).collect();
        let want = [(12, "flow-a"), (13, "side"), (14, "b"), (15, "e")];
        assert_eq!(found, want.map(|(line, name)| (line, name.to_owned())));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "( from|import|require\\(|\"|'|\n|[a-z]|\\PC){0,30}") {
            imports(&text, 7);
        }
    }
}
