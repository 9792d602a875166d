//! Reading files that anybody may have put there: plain ones, of a bounded size, and none that a link fetches from outside.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// More than any settings need.
const LARGEST: u64 = 1024 * 1024;

/// The text of `file`, which must lie in `root` (canonical), whatever links lead to it, when one is given.
///
/// # Errors
/// Those of reading; a pipe, device or folder, a file of more than 1 MiB, a link that leads out of `root`, no UTF-8.
pub(super) fn text(file: &Path, root: Option<&Path>) -> io::Result<String> {
    let real = file.canonicalize()?;
    if root.is_some_and(|root| !real.starts_with(root)) {
        return Err(io::Error::other("it is a link that leads out of the repository, and is not followed"));
    }
    if !fs::metadata(&real)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(&real)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it has more than 1 MiB, which no settings need"));
    }
    String::from_utf8(bytes).map_err(|e| {
        let line = 1 + e.as_bytes().iter().take(e.utf8_error().valid_up_to()).filter(|b| **b == b'\n').count();
        io::Error::new(io::ErrorKind::InvalidData, format!("line {line} is not UTF-8"))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn only_plain_files_of_the_repository_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("repo");
        fs::create_dir(&root).unwrap();
        let said = |name: &str| text(&root.join(name), Some(&root)).map_err(|e| e.to_string());
        fs::write(root.join("a"), "x = 1\n").unwrap();
        symlink("a", root.join("inside")).unwrap();
        assert_eq!((said("a"), said("inside")), (Ok("x = 1\n".to_owned()), Ok("x = 1\n".to_owned())));
        fs::write(folder.path().join("other"), "").unwrap();
        symlink("../other", root.join("out")).unwrap();
        symlink("/dev/zero", root.join("zero")).unwrap();
        let _held = UnixListener::bind(root.join("socket")).unwrap();
        fs::write(root.join("large"), vec![b'#'; 2 << 20]).unwrap();
        fs::write(root.join("latin"), b"a\nb\xe9").unwrap();
        for (name, word) in [
            ("out", "out of the repository"),
            ("zero", "out of the repository"),
            ("socket", "no regular file"),
            (".", "no regular file"),
            ("large", "1 MiB"),
            ("latin", "line 2 is not UTF-8"),
        ] {
            let error = said(name).unwrap_err();
            assert!(error.contains(word), "{name}: {error}");
        }
        // A person's own path may lead anywhere, but not to something without an end.
        assert!(text(Path::new("/dev/zero"), None).unwrap_err().to_string().contains("regular"));
        assert_eq!(text(&root.join("none"), Some(&root)).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
