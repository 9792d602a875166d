//! What an environment beside a component holds: `.venv` and the like.
//!
//! Only names of folders are read: `name-version.dist-info`.

use std::collections::BTreeMap;
use std::path::Path;

use uplift_model::{PackageName, Version};

/// Name to version, of the first environment in `folder` that has any.
pub(super) fn python(folder: &Path) -> BTreeMap<PackageName, Version> {
    for venv in [".venv", "venv", "env"] {
        let lib = folder.join(venv).join("lib");
        let sites = std::fs::read_dir(lib).into_iter().flatten().flatten().map(|e| e.path().join("site-packages"));
        let mut found = BTreeMap::new();
        for entry in sites.filter_map(|s| std::fs::read_dir(s).ok()).flatten().flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            let Some((name, version)) = file.strip_suffix(".dist-info").and_then(|stem| stem.rsplit_once('-')) else {
                continue;
            };
            if let (Ok(name), Ok(version)) = (PackageName::new(name), Version::new(version)) {
                found.insert(name, version);
            }
        }
        if !found.is_empty() {
            return found;
        }
    }
    BTreeMap::new()
}

/// The version of a package in a `node_modules`.
pub(super) fn node(node_modules: &Path, name: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Manifest {
        version: String,
    }
    if name.split('/').any(|part| part == ".." || part.is_empty()) {
        return None;
    }
    let text = std::fs::read_to_string(node_modules.join(name).join("package.json")).ok()?;
    serde_json::from_str::<Manifest>(&text).ok().map(|m| m.version)
}
