//! `pdm.lock`, lock versions 3 and 4.

use toml_edit::TableLike;
use uplift_model::PackageName;

use super::toml_packages::{Reader, add, on, strings, tables, text};
use super::{Lock, LockError, LockKind, Locked, Tool};

pub(super) fn parse(source: &str) -> Result<Lock, LockError> {
    let reader = Reader::new(source)?;
    reader.expect("pdm", "package", &[(&["metadata"], "lock_version")])?;
    let mut lock = Lock::new(LockKind::Pdm);
    let metadata = reader.toml.table(&["metadata"]);
    lock.format = reader.scalar(&["metadata"], "lock_version");
    lock.content_hash = reader.scalar(&["metadata"], "content_hash");
    let target = metadata.and_then(|m| tables(m, "targets").into_iter().next());
    lock.requires_python = target.and_then(|t| text(t, "requires_python")).map(str::to_owned);
    lock.tool = Some(Tool { name: "pdm".to_owned(), version: None });
    reader.packages(&mut lock, "package", package);
    Ok(lock)
}

fn package(of: &dyn TableLike, locked: &mut Locked) {
    if let Some(git) = text(of, "git") {
        let commit = text(of, "revision").or_else(|| text(of, "ref"));
        locked.url = Some(commit.map_or_else(|| format!("git+{git}"), |c| format!("git+{git}@{c}")));
    } else if let Some(url) = text(of, "url") {
        locked.url = Some(url.to_owned());
    } else {
        locked.path = text(of, "path").map(str::to_owned);
    }
    locked.editable = on(of, "editable");
    locked.marker = text(of, "marker").map(str::to_owned);
    locked.extras = strings(of, "extras").into_iter().map(str::to_owned).collect();
    locked.groups =
        strings(of, "groups").into_iter().map(|g| if g == "default" { "main" } else { g }.to_owned()).collect();
    locked.hashes = tables(of, "files").into_iter().filter(|t| text(*t, "hash").is_some()).count();
    let name = |requirement: &str| {
        let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        PackageName::new(requirement.get(..end.unwrap_or(requirement.len()))?).ok()
    };
    add(&mut locked.dependencies, strings(of, "dependencies").into_iter().filter_map(name));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn packages_their_groups_and_dependencies_are_read() {
        let lock = parse(
            "[metadata]\ngroups = [\"default\"]\nlock_version = \"4.5.0\"\ncontent_hash = \"sha256:ab\"\n\n[[metadata.targets]]\nrequires_python = \">=3.8\"\n\n[[package]]\nname = \"uvicorn\"\nversion = \"0.2\"\nextras = [\"standard\"]\ngroups = [\"default\"]\nmarker = \"os_name == 'nt'\"\ndependencies = [\n    \"click>=7.0\",\n    \"colorama; sys_platform == \\\"win32\\\"\",\n]\nfiles = [{file = \"a\", hash = \"sha256:0\"}]\n",
        )
        .unwrap();
        let package = &lock.packages[0];
        assert_eq!((lock.format.as_deref(), lock.requires_python.as_deref()), (Some("4.5.0"), Some(">=3.8")));
        assert_eq!(
            (package.extras.len(), package.hashes, package.groups[0].as_str(), package.line),
            (1, 1, "main", 10)
        );
        assert_eq!(package.dependencies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["click", "colorama"]);
    }
}
