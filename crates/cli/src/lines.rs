//! Lines of a repository's files, for formats that point at text.
//!
//! Only files inside the folder are read, and only as many bytes as a manifest can have.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// Bytes of one file; a manifest that is larger has no lines here.
const LIMIT: u64 = 16 << 20;

pub(crate) struct Lines {
    root: Option<PathBuf>,
    files: RefCell<BTreeMap<String, Vec<String>>>,
}

impl Lines {
    /// The files below `path`: what was checked, which files of the analysis are named from.
    pub(crate) fn below(path: &Path) -> Self {
        Self { root: path.canonicalize().ok(), files: RefCell::default() }
    }

    /// `number` is 1-based. `None`: no such file or line, or no text.
    pub(crate) fn line(&self, file: &str, number: u32) -> Option<String> {
        let mut files = self.files.borrow_mut();
        let lines = files.entry(file.to_owned()).or_insert_with(|| self.read(file).unwrap_or_default());
        lines.get(usize::try_from(number).ok()?.checked_sub(1)?).cloned()
    }

    fn read(&self, file: &str) -> Option<Vec<String>> {
        let relative = Path::new(file);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        let root = self.root.as_ref()?;
        let path = root.join(relative).canonicalize().ok().filter(|path| path.starts_with(root) && path.is_file())?;
        let mut bytes = Vec::new();
        std::fs::File::open(path).ok()?.take(LIMIT + 1).read_to_end(&mut bytes).ok()?;
        if bytes.len() as u64 > LIMIT {
            return None;
        }
        let text = String::from_utf8(bytes).ok()?;
        Some(text.lines().map(|line| line.trim_end_matches('\r').to_owned()).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_inside_the_folder_only() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("shop");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("a.txt"), "one\r\ntwo\n").unwrap();
        std::fs::write(home.path().join("secret"), "hidden\n").unwrap();
        std::fs::write(root.join("binary"), [0xff, 0xfe]).unwrap();
        let lines = Lines::below(&root);
        assert_eq!(lines.line("a.txt", 1).as_deref(), Some("one"));
        assert_eq!(lines.line("a.txt", 2).as_deref(), Some("two"));
        for (file, number) in
            [("a.txt", 0), ("a.txt", 3), ("../secret", 1), ("/etc/passwd", 1), ("binary", 1), ("b", 1)]
        {
            assert_eq!(lines.line(file, number), None, "{file}:{number}");
        }
    }
}
