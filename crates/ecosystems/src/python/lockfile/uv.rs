//! `uv.lock`, versions 1 and up.

use toml_edit::TableLike;

use super::toml_packages::{Reader, add, names, strings, table, tables, text};
use super::{Lock, LockError, LockKind, Locked, Tool};

pub(super) fn parse(source: &str) -> Result<Lock, LockError> {
    let reader = Reader::new(source)?;
    reader.expect("uv", "package", &[(&[], "version")])?;
    let mut lock = Lock::new(LockKind::Uv);
    lock.format = reader.scalar(&[], "version");
    lock.revision = reader.scalar(&[], "revision");
    lock.requires_python = reader.scalar(&[], "requires-python");
    lock.tool = Some(Tool { name: "uv".to_owned(), version: None });
    reader.packages(&mut lock, "package", package);
    Ok(lock)
}

fn package(of: &dyn TableLike, locked: &mut Locked) {
    if let Some(source) = table(of, "source") {
        if let Some(git) = text(source, "git") {
            locked.url = Some(format!("git+{git}"));
        } else if let Some(url) = text(source, "url") {
            locked.url = Some(url.to_owned());
        } else {
            let local = ["path", "directory", "editable", "virtual"].iter().find_map(|k| Some((*k, text(source, k)?)));
            locked.path = local.map(|(_, path)| path.to_owned());
            locked.editable = local.is_some_and(|(kind, _)| kind == "editable");
        }
    }
    let markers = strings(of, "resolution-markers");
    locked.marker = match markers.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        many => Some(many.iter().map(|m| format!("({m})")).collect::<Vec<_>>().join(" or ")),
    };
    add(&mut locked.dependencies, names(of, "dependencies"));
    for group in ["optional-dependencies", "dev-dependencies"] {
        for (key, _) in table(of, group).into_iter().flat_map(|t| t.iter()) {
            let more = table(of, group).map(|t| names(t, key)).unwrap_or_default();
            add(&mut locked.dependencies, more);
        }
    }
    let sdist = table(of, "sdist").filter(|t| text(*t, "hash").is_some());
    let wheels = tables(of, "wheels").into_iter().filter(|t| text(*t, "hash").is_some());
    locked.hashes = wheels.count() + usize::from(sdist.is_some());
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn forks_sources_and_groups_are_read() {
        let lock = parse(
            r#"
version = 1
revision = 3
requires-python = ">=3.8"

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [
    { name = "numpy", version = "1.24.4", source = { registry = "https://example.invalid/simple" }, marker = "python_full_version < '3.9'" },
    { name = "numpy", version = "2.0.2", marker = "python_full_version >= '3.9'" },
]

[package.dev-dependencies]
dev = [{ name = "pytest" }]

[[package]]
name = "numpy"
version = "1.24.4"
source = { registry = "https://example.invalid/simple" }
resolution-markers = ["python_full_version < '3.9'"]
sdist = { url = "https://example.invalid/a.tar.gz", hash = "sha256:00", size = 1 }
wheels = [{ url = "https://example.invalid/a.whl", hash = "sha256:11" }]

[[package]]
name = "numpy"
version = "2.0.2"
source = { registry = "https://example.invalid/simple" }
resolution-markers = ["python_full_version >= '3.9' and os_name == 'nt'", "python_full_version >= '3.9' and os_name != 'nt'"]

[[package]]
name = "Tool"
version = "1"
source = { git = "https://example.invalid/tool?rev=main#abc" }
"#,
        )
        .unwrap();
        assert_eq!((lock.format.as_deref(), lock.revision.as_deref()), (Some("1"), Some("3")));
        assert_eq!(lock.requires_python.as_deref(), Some(">=3.8"));
        let [app, old, new, tool] = lock.packages.as_slice() else { panic!("{lock:?}") };
        assert!(app.is_local() && app.editable);
        assert_eq!(app.dependencies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["numpy", "pytest"]);
        assert_eq!((old.hashes, old.line), (2, 19));
        assert_eq!(old.marker.as_deref(), Some("python_full_version < '3.9'"));
        assert!(new.marker.as_deref().unwrap().contains(") or ("));
        assert_eq!(tool.url.as_deref(), Some("git+https://example.invalid/tool?rev=main#abc"));
    }
}
