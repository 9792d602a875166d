//! What a requirements file asks for and Uplift does not do: told, since silence would read as done.

use super::ManifestFile;
use crate::python::manifest::ManifestKind;

/// One sentence for each index of the file's own and each folder that is not installed.
pub(super) fn notes(file: &ManifestFile) -> Vec<String> {
    if file.kind != ManifestKind::Requirements {
        return Vec::new();
    }
    let path = &file.path;
    let own = |name: &str| matches!(name, "--index-url" | "--extra-index-url" | "--find-links" | "--no-index");
    let indexes = file.manifest.options.iter().filter(|o| own(&o.name)).map(|o| {
        format!(
            "{path}:{}: `{}` is not followed: only the indexes of your uv and pip settings are asked, for private names \
             too; set it there as well (UV_DEFAULT_INDEX, UV_INDEX, uv.toml, pip.conf)",
            o.line, o.name
        )
    });
    let project = |target: &str| matches!(target.trim_end_matches('/'), "." | "" | ".." | "../..");
    let folder = |target: &str| !target.contains("://") && !project(target);
    let folders = file.manifest.references.iter().filter(|r| folder(&r.target)).map(|r| {
        format!(
            "{path}:{}: the path requirement is not installed for the tests, nor are its own requirements read",
            r.line
        )
    });
    indexes.chain(folders).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::manifest;

    #[test]
    fn own_indexes_and_folders_are_told_without_their_addresses() {
        let text = "--index-url https://u:secret@index.example/simple\n-e .\n./vendor/pkg\nsix==1.0\n";
        let kind = ManifestKind::Requirements;
        let manifest = manifest::parse(kind, text).unwrap();
        let file = ManifestFile { path: "requirements.txt".into(), kind, text: text.into(), manifest };
        let notes = notes(&file);
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].starts_with("requirements.txt:1: `--index-url` is not followed"));
        assert!(notes[1].starts_with("requirements.txt:3: the path requirement"));
        assert!(!notes.concat().contains("secret"));
    }
}
