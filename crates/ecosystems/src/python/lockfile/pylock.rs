//! `pylock.toml`. Source: PEP 751.

use toml_edit::TableLike;

use super::toml_packages::{Reader, add, names, on, table, tables, text};
use super::{Lock, LockError, LockKind, Locked, Tool};

pub(super) fn parse(source: &str) -> Result<Lock, LockError> {
    let reader = Reader::new(source)?;
    reader.expect("PEP 751", "packages", &[(&[], "lock-version")])?;
    let mut lock = Lock::new(LockKind::Pylock);
    lock.format = reader.scalar(&[], "lock-version");
    lock.requires_python = reader.scalar(&[], "requires-python");
    lock.tool = reader.scalar(&[], "created-by").map(|name| Tool { name, version: None });
    reader.packages(&mut lock, "packages", package);
    Ok(lock)
}

fn package(of: &dyn TableLike, locked: &mut Locked) {
    if let Some(vcs) = table(of, "vcs") {
        let kind = text(vcs, "type").unwrap_or("git");
        if let Some(url) = text(vcs, "url") {
            let commit = text(vcs, "commit-id").map(|c| format!("@{c}")).unwrap_or_default();
            locked.url = Some(format!("{kind}+{url}{commit}"));
        } else {
            locked.path = text(vcs, "path").map(str::to_owned);
        }
    } else if let Some(directory) = table(of, "directory") {
        locked.path = text(directory, "path").map(str::to_owned);
        locked.editable = on(directory, "editable");
    } else if let Some(archive) = table(of, "archive") {
        locked.url = text(archive, "url").map(str::to_owned);
        locked.path = text(archive, "path").map(str::to_owned).filter(|_| locked.url.is_none());
        locked.hashes += hashes(archive);
    }
    locked.marker = text(of, "marker").map(str::to_owned);
    locked.hashes += table(of, "sdist").map_or(0, hashes);
    locked.hashes += tables(of, "wheels").into_iter().map(hashes).sum::<usize>();
    add(&mut locked.dependencies, names(of, "dependencies"));
}

fn hashes(file: &dyn TableLike) -> usize {
    table(file, "hashes").map_or(0, |t| t.iter().count())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_every_source_are_read() {
        let lock = parse(
            "lock-version = \"1.0\"\ncreated-by = \"uv\"\nrequires-python = \">=3.9\"\n\n[[packages]]\nname = \"a\"\nversion = \"1.0\"\nmarker = \"os_name == 'nt'\"\nsdist = { url = \"https://example.invalid/a\", hashes = { sha256 = \"0\" } }\nwheels = [{ url = \"https://example.invalid/b\", hashes = { sha256 = \"1\" } }]\n\n[[packages]]\nname = \"b\"\nvcs = { type = \"git\", url = \"https://example.invalid/b.git\", commit-id = \"c0\" }\n\n[[packages]]\nname = \"c\"\ndirectory = { path = \".\", editable = true }\n",
        )
        .unwrap();
        let [a, b, c] = lock.packages.as_slice() else { panic!("{lock:?}") };
        assert_eq!((a.hashes, a.version.is_some()), (2, true));
        assert_eq!(b.url.as_deref(), Some("git+https://example.invalid/b.git@c0"));
        assert!(c.is_local() && c.editable);
    }
}
