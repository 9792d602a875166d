//! Names that can be imported: of installed packages, and of the project itself.
//!
//! Lives elsewhere: where the code imports them (`uplift_facts::usage`).

use std::collections::BTreeMap;
use std::path::Path;

use uplift_model::PackageName;

/// Import names of every package of an environment.
pub(crate) fn import_names(environment: &Path) -> Vec<(PackageName, Vec<String>)> {
    let mut names: BTreeMap<PackageName, Vec<String>> = BTreeMap::new();
    for site in site_packages(environment) {
        for entry in std::fs::read_dir(&site).into_iter().flatten().flatten() {
            let folder = entry.path();
            let file = entry.file_name().to_string_lossy().into_owned();
            let Some(stem) = file.strip_suffix(".dist-info") else { continue };
            let Some(package) = stem.split('-').next().and_then(|n| PackageName::new(n).ok()) else { continue };
            names.entry(package).or_default().extend(modules(&folder));
        }
    }
    names.into_iter().collect()
}

/// `lib/python3.9/site-packages` of an environment.
pub(crate) fn site_packages(environment: &Path) -> Vec<std::path::PathBuf> {
    let lib = std::fs::read_dir(environment.join("lib")).into_iter().flatten().flatten();
    lib.map(|e| e.path().join("site-packages")).filter(|p| p.is_dir()).collect()
}

fn modules(dist_info: &Path) -> Vec<String> {
    if let Ok(text) = std::fs::read_to_string(dist_info.join("top_level.txt")) {
        let listed: Vec<String> = text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
        if !listed.is_empty() {
            return listed;
        }
    }
    let record = std::fs::read_to_string(dist_info.join("RECORD")).unwrap_or_default();
    let mut tops: Vec<String> = Vec::new();
    for line in record.lines() {
        let path = line.split(',').next().unwrap_or_default();
        let top = match path.split_once('/') {
            Some((top, _)) if !top.contains('.') => top,
            None => path.strip_suffix(".py").unwrap_or_default(),
            Some(_) => continue,
        };
        if !top.is_empty() && top != "bin" && top != ".." && !tops.iter().any(|t| t == top) {
            tops.push(top.to_owned());
        }
    }
    tops
}

fn is_test(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let aside = ["tests", "test", "testing", "docs", "doc", "examples"];
    name.starts_with("test_")
        || name.ends_with("_test.py")
        || matches!(name, "conftest.py" | "setup.py" | "noxfile.py" | "tasks.py")
        || file.split('/').any(|part| aside.contains(&part))
}

/// Top-level packages and modules of the project: what an import check imports.
pub(crate) fn own_modules(files: &[String], root: &str) -> Vec<String> {
    let prefix = if root.is_empty() { String::new() } else { format!("{root}/") };
    let mut modules = Vec::new();
    for file in files.iter().filter_map(|f| f.strip_prefix(&prefix)) {
        let inner = file.strip_prefix("src/").unwrap_or(file);
        let parts: Vec<&str> = inner.split('/').collect();
        let module = match parts.as_slice() {
            [package, "__init__.py"] => (*package).to_owned(),
            [module] if module.ends_with(".py") && !is_test(module) => module.trim_end_matches(".py").to_owned(),
            _ => continue,
        };
        if !is_test(file) && !modules.contains(&module) && module.chars().all(|c| c.is_alphanumeric() || c == '_') {
            modules.push(module);
        }
    }
    modules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_told_from_code() {
        assert!(is_test("tests/helpers.py") && is_test("pkg/test_a.py") && is_test("conftest.py"));
        assert!(!is_test("pkg/contest.py"));
    }

    #[test]
    fn own_modules_are_packages_and_top_level_files() {
        let files =
            ["src/app/__init__.py", "src/app/x.py", "tool.py", "setup.py", "tests/__init__.py"].map(str::to_owned);
        assert_eq!(own_modules(&files, ""), ["app", "tool"]);
    }
}
