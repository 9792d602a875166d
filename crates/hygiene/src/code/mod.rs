//! What the code imports and calls: comments, documents and texts do not count.
//!
//! Lives here: [`Source`] and reading all of them. Lives elsewhere: Python's syntax (`python`), JavaScript's words
//! (`javascript`), what is looked for (`crate::checks`).

mod javascript;
mod python;

use std::panic::catch_unwind;

use uplift_model::Ecosystem;
use uplift_model::analysis::FileProblem;
use uplift_model::hygiene::Evidence;

use crate::place;
use crate::repository::Repository;

/// Longest file of Python that is parsed, in bytes, and deepest nesting of brackets, as for uses of packages.
/// What else nests (signs, sums, chains of calls) is bounded by the length and by [`crate::STACK`].
const PARSED: usize = 256 * 1024;
const NESTING: usize = 1000;
/// Longest text that is kept of one place in the code, in characters.
const KEPT: usize = 1000;

/// One file of code.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) language: Ecosystem,
    /// False for tests, examples and documents.
    pub(crate) production: bool,
    pub(crate) imports: Vec<Import>,
    pub(crate) calls: Vec<Call>,
    /// Names that are assigned at the top, such as Django's settings.
    pub(crate) assigned: Vec<(String, u32)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// Dotted for Python with the imported name (`sqlalchemy.create_engine`), as written for JavaScript.
    pub(crate) module: String,
    /// 1-based.
    pub(crate) line: u32,
    pub(crate) text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Through imports for Python: `sqlalchemy.create_engine`; as written for JavaScript: `new Pool`.
    pub(crate) name: String,
    /// 1-based.
    pub(crate) line: u32,
    /// Names of arguments, or keys of an object that is given.
    pub(crate) keywords: Vec<Argument>,
    /// `**options`: more may come from elsewhere.
    pub(crate) spread: bool,
    /// Texts among the arguments, at any depth.
    pub(crate) texts: Vec<String>,
    /// The first line of the call.
    pub(crate) text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Argument {
    pub(crate) name: String,
    /// As written, for what is short.
    pub(crate) value: String,
    /// 1-based.
    pub(crate) line: u32,
}

impl Source {
    /// The first import of one of `modules`: itself or something in it.
    pub(crate) fn imports_any(&self, modules: &[&str]) -> Option<Evidence> {
        let import = self.imports.iter().find(|i| modules.iter().any(|m| self.is_in(&i.module, m)))?;
        Some(place::evidence(&self.path, Some(import.line), &import.text))
    }

    fn is_in(&self, import: &str, module: &str) -> bool {
        let separator = if self.language == Ecosystem::Python { '.' } else { '/' };
        import == module || import.strip_prefix(module).is_some_and(|rest| rest.starts_with(separator))
    }

    /// The first call whose name ends in one of `names`: `Limiter` is met by `slowapi.Limiter`.
    pub(crate) fn calls_any(&self, names: &[&str]) -> Option<&Call> {
        self.calls.iter().find(|c| names.iter().any(|n| called(&c.name, n)))
    }

    pub(crate) fn evidence(&self, call: &Call) -> Evidence {
        place::evidence(&self.path, Some(call.line), &call.text)
    }
}

/// Whether a call's name is `wanted`, or ends in it behind a dot.
pub(crate) fn called(name: &str, wanted: &str) -> bool {
    name == wanted || name.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('.'))
}

/// Reads every file of Python and JavaScript once, and says which were not read.
pub(crate) fn sources(repository: &Repository<'_>) -> (Vec<Source>, Vec<FileProblem>) {
    let (mut all, mut unread) = (Vec::new(), Vec::new());
    for path in repository.files() {
        let extension = place::name(path).rsplit_once('.').map_or("", |(_, e)| e);
        let language = match extension {
            "py" => Ecosystem::Python,
            "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" | "jsx" | "tsx" => Ecosystem::JavaScript,
            _ => continue,
        };
        if path.ends_with(".min.js") || path.ends_with(".d.ts") || made(path) {
            continue;
        }
        let Some(text) = repository.text(path) else { continue };
        let read = match language {
            Ecosystem::Python => parsed(&text),
            Ecosystem::JavaScript => Ok(javascript::read(&text)),
        };
        match read {
            Ok(source) => {
                all.push(Source { production: !place::beside_production(path), path: path.clone(), ..source });
            }
            Err(why) => unread.push(FileProblem {
                file: path.clone(),
                line: None,
                message: format!("was not read: {why}"),
                hint: Some("what it imports and calls was left out of the audit".to_owned()),
            }),
        }
    }
    (all, unread)
}

/// One file of Python, or why it is not parsed.
fn parsed(text: &str) -> Result<Source, String> {
    if text.len() > PARSED {
        return Err(format!("it is longer than {} KiB", PARSED / 1024));
    }
    if nesting(text) > NESTING {
        return Err(format!("its brackets are nested deeper than {NESTING}"));
    }
    // A parser that gives up by panicking costs one file, not the audit.
    catch_unwind(|| python::read(text)).map_err(|_| "the parser gave up".to_owned())
}

/// Deepest nesting of brackets, those in texts and comments counted as well.
fn nesting(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                most = most.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// Folders that hold what builds made.
fn made(path: &str) -> bool {
    place::folder(path).split('/').any(|part| ["dist", "build", "vendor", "coverage", "htmlcov"].contains(&part))
}

/// The beginning of the first line of `text`, without what surrounds it.
fn first_line(text: &str) -> String {
    // Neither the line's end nor that of the text is looked for beyond what is kept: both may be far away.
    let text = begin(text.trim_start());
    text.lines().next().unwrap_or_default().trim().to_owned()
}

/// What is kept of `text`.
fn begin(text: &str) -> &str {
    text.char_indices().nth(KEPT).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

#[cfg(test)]
mod tests;
