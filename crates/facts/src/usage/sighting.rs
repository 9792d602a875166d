//! What was seen in one file: imports of modules and uses of imported names.

use uplift_model::Ecosystem;
use uplift_model::analysis::Site;

use super::sources::Language;

/// Longest text that is kept of a place, in characters.
const WHAT: usize = 120;

/// One source file and what it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileUses {
    /// From the repository's root, with `/`.
    pub(crate) path: String,
    pub(crate) language: Language,
    pub(crate) test: bool,
    /// By line.
    pub(crate) sightings: Vec<Sighting>,
    /// Why the file was not read as a whole.
    pub(crate) unparsed: Option<String>,
}

impl FileUses {
    pub(crate) fn imports(&self) -> impl Iterator<Item = &Sighting> {
        self.sightings.iter().filter(|s| s.kind == Kind::Import)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Import,
    /// A use of a name that an import bound.
    Use,
    /// Named in a string of the settings: Django's `INSTALLED_APPS` and the like.
    Named,
    /// A use of a name that holds what came out of an imported one.
    Derived,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) kind: Kind,
    /// Python: the dotted module or bound name. JavaScript: the package.
    pub(crate) module: String,
    /// What is meant inside `module`, dotted; empty for the module itself.
    pub(crate) member: String,
    /// 1-based.
    pub(crate) line: u32,
    /// The text of the place, in short.
    pub(crate) what: String,
    /// The code is ready for the import to fail, or runs it for types only.
    pub(crate) guarded: bool,
}

impl Sighting {
    /// What the place means, by its full name.
    pub(crate) fn symbol(&self) -> String {
        match self.member.as_str() {
            "" => self.module.clone(),
            // The module itself is called.
            member if member.starts_with('(') => format!("{}{member}", self.module),
            member => format!("{}.{member}", self.module),
        }
    }

    /// `numpy` of `numpy.linalg`; a JavaScript package is its own top.
    pub(crate) fn top(&self, ecosystem: Ecosystem) -> &str {
        match ecosystem {
            Ecosystem::Python => self.module.split('.').next().unwrap_or_default(),
            Ecosystem::JavaScript => &self.module,
        }
    }

    pub(crate) fn is_of(&self, ecosystem: Ecosystem, modules: &[String]) -> bool {
        match ecosystem {
            Ecosystem::JavaScript => modules.contains(&self.module),
            Ecosystem::Python => modules.iter().any(|m| {
                leads(m, &self.module)
                    // `from google.cloud import storage`: the distribution's name is in the second part.
                    || m.strip_prefix(self.module.as_str())
                        .and_then(|rest| rest.strip_prefix('.'))
                        .is_some_and(|rest| leads(rest, &self.member))
            }),
        }
    }

    pub(crate) fn site(&self, file: &str) -> Site {
        Site { file: file.to_owned(), line: self.line, what: self.what.clone() }
    }
}

/// Whether `name` is `prefix` or lies in it; generated clients add their version: `google.cloud.storage_v1`.
fn leads(prefix: &str, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(prefix) else { return false };
    rest.is_empty()
        || rest.starts_with('.')
        || rest.strip_prefix("_v").is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()))
}

/// `text` on one line and not longer than a site may be.
pub(crate) fn short(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        let room = WHAT.saturating_sub(out.chars().count());
        if word.chars().count() + 1 > room {
            out.extend(word.chars().take(room.saturating_sub(2)));
            out.push('…');
            return out;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Line numbers of a text.
#[derive(Debug)]
pub(crate) struct LineNumbers {
    /// Offsets at which lines begin, the first left out.
    starts: Vec<usize>,
    /// Lines before the text.
    before: u32,
}

impl LineNumbers {
    pub(crate) fn of(text: &str, before: u32) -> Self {
        let bytes = text.as_bytes();
        let mut starts = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            // A lone `\r` ends a line too.
            if *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        Self { starts, before }
    }

    /// 1-based line of a byte offset.
    pub(crate) fn at(&self, offset: usize) -> u32 {
        let lines = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(self.before).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(module: &str, member: &str) -> Sighting {
        let (module, member) = (module.to_owned(), member.to_owned());
        Sighting { kind: Kind::Import, module, member, line: 1, what: String::new(), guarded: false }
    }

    #[test]
    fn namespace_packages_are_told_apart_by_their_dotted_prefix() {
        let storage = ["google.cloud.storage".to_owned()];
        assert!(seen("google.cloud", "storage").is_of(Ecosystem::Python, &storage));
        assert!(seen("google.cloud.storage.blob", "Blob").is_of(Ecosystem::Python, &storage));
        assert!(seen("google.cloud", "storage_v1").is_of(Ecosystem::Python, &storage));
        assert!(!seen("google.cloud", "storage_transfer").is_of(Ecosystem::Python, &storage));
        assert!(!seen("google.cloud", "").is_of(Ecosystem::Python, &storage));
        assert!(!seen("google.cloud", "firestore").is_of(Ecosystem::Python, &storage));
    }

    #[test]
    fn lines_are_counted_for_every_kind_of_line_end() {
        let lines = LineNumbers::of("a\nb\r\nc\rd", 0);
        assert_eq!([0, 1, 2, 5, 7].map(|at| lines.at(at)), [1, 1, 2, 3, 4]);
        assert_eq!(LineNumbers::of("a\nb", 10).at(2), 12);
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(short("from a import (\n    b,\n    c,\n)"), "from a import ( b, c, )");
        assert!(short(&"word ".repeat(100)).chars().count() <= WHAT);
        assert!(short(&"w".repeat(1000)).chars().count() <= WHAT);
    }
}
