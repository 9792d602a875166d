//! Folders of one crate that must not know each other, such as the saga and the steps it carries out.
//!
//! Lives here: finding paths into the forbidden module. Lives elsewhere: edges between crates (`layers`).

use serde::Deserialize;

use super::Finding;
use super::files::File;

/// One `[[apart]]` of `layers.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Apart {
    /// Files below this folder (or the file of that name with `.rs`) ...
    folder: String,
    /// ... may not name this module of their crate.
    not: String,
}

pub(crate) fn check(rules: &[Apart], files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules {
        let below = format!("{}/", rule.folder);
        let same = format!("{}.rs", rule.folder);
        for file in files.iter().filter(|file| file.is_rust() && (file.path.starts_with(&below) || file.path == same)) {
            findings.extend(reaches(file, &rule.not).map(|line| {
                Finding::error(
                    &file.path,
                    line,
                    format!("reaches into `{}`; `{}` must not know it", rule.not, rule.folder),
                )
            }));
        }
    }
    findings
}

/// Lines on which `module` is named as part of a path of this crate.
fn reaches<'a>(file: &'a File, module: &'a str) -> impl Iterator<Item = usize> + 'a {
    let mut in_use = false;
    file.lines().filter_map(move |(number, line)| {
        let code = line.split("//").next().unwrap_or_default();
        // An import may stretch over lines, so what counts as "inside `use`" lasts until its semicolon.
        let import =
            in_use || ["use ", "pub use ", "pub(crate) use "].iter().any(|start| code.trim_start().starts_with(start));
        in_use = import && !code.contains(';');
        names(code, module, import).then_some(number)
    })
}

fn names(code: &str, module: &str, import: bool) -> bool {
    let word = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(module).any(|(start, _)| {
        let (before, after) = (&code[..start], &code[start + module.len()..]);
        let whole = !before.ends_with(word) && !after.starts_with(word);
        whole && (import || before.ends_with("crate::") || before.ends_with("super::") || after.starts_with("::"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::files::file;
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let rule = Apart { folder: "crates/engine/src/saga".to_owned(), not: "steps".to_owned() };
        check(&[rule], &[file(path, text)]).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn every_way_into_the_other_folder_is_seen() {
        let text =
            "use crate::steps::bump;\nuse crate::{\n    journal,\n    steps,\n};\nlet x = super::steps::run();\n";
        assert_eq!(lines("crates/engine/src/saga/run.rs", text), [1, 4, 6]);
        assert_eq!(lines("crates/engine/src/saga.rs", "use crate::steps;"), [1]);
    }

    #[test]
    fn the_word_itself_is_free() {
        let text =
            "// crate::steps is not ours\nfor step in self.steps.iter() {}\nlet footsteps = crate::footsteps::new();\n";
        assert_eq!(lines("crates/engine/src/saga/run.rs", text), Vec::<usize>::new());
    }

    #[test]
    fn others_may_know_both() {
        assert_eq!(lines("crates/engine/src/pipeline.rs", "use crate::steps;"), Vec::<usize>::new());
    }
}
