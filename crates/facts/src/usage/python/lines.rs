//! Imports of a Python file that does not parse, line by line.

use crate::usage::sighting::{Kind, Sighting, short};

/// `import a.b, c as d` and `from a import b` at the beginning of lines.
pub(in crate::usage) fn imports(text: &str) -> Vec<Sighting> {
    let mut found = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let code = line.split('#').next().unwrap_or_default().trim();
        let mut add = |module: &str, member: &str| {
            found.push(Sighting {
                kind: Kind::Import,
                module: module.to_owned(),
                member: member.to_owned(),
                line: number,
                what: short(code),
                guarded: false,
            });
        };
        if let Some((module, names)) = code.strip_prefix("from ").and_then(|rest| rest.split_once(" import")) {
            let module = module.trim();
            let names: Vec<&str> =
                names.split([',', '(', ')', '\\', ';']).map(first_word).filter(|n| is_dotted(n)).collect();
            if is_dotted(module) && names.is_empty() {
                add(module, "");
            } else if is_dotted(module) {
                names.iter().for_each(|name| add(module, name));
            }
        } else if let Some(rest) = code.strip_prefix("import ") {
            let rest = rest.split(';').next().unwrap_or_default();
            rest.split(',').map(first_word).filter(|m| is_dotted(m)).for_each(|module| add(module, ""));
        }
    }
    found
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// A dotted name such as `a.b_c`.
pub(super) fn is_dotted(text: &str) -> bool {
    let name = |part: &str| {
        part.starts_with(|c: char| c == '_' || c.is_alphabetic())
            && part.chars().all(|c| c == '_' || c.is_alphanumeric())
    };
    text.split('.').all(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(u32, String)> {
        imports(text).into_iter().map(|s| (s.line, s.symbol())).collect()
    }

    #[test]
    fn import_lines_are_found_in_any_file() {
        let text = "print 'old'\nimport os.path, yaml as y\n  from a.b import c, d as e # why\nfrom . import x\nimportant = 1\n";
        let want = [(2, "os.path"), (2, "yaml"), (3, "a.b.c"), (3, "a.b.d")];
        assert_eq!(found(text), want.map(|(line, name)| (line, name.to_owned())));
    }

    #[test]
    fn a_list_over_lines_names_its_module() {
        assert_eq!(found("from redis import (\n    Redis,\n)\n"), [(1, "redis".to_owned())]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,200}") {
            imports(&text);
        }
    }
}
