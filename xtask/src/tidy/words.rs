//! Words that must not be committed.
//!
//! Lives here: the words, put together from pieces so that this file does not hold them itself.
//! Lives elsewhere: the shape of files (`shape`).

use super::Finding;
use super::files::File;

/// Hosts of package registries. Uplift learns indexes from the clients' own settings and names none (decision 12).
fn hosts() -> [String; 7] {
    [
        ["pypi", "org"],
        ["pythonhosted", "org"],
        ["npmjs", "org"],
        ["npmjs", "com"],
        ["yarnpkg", "com"],
        ["crates", "io"],
        ["rubygems", "org"],
    ]
    .map(|[name, end]| format!("{name}.{end}"))
}

/// Work left undone: a command that is not built yet does not exist, and a test that is not run is no test.
fn undone() -> [String; 3] {
    [["todo", "!"], ["unimplemented", "!"], ["#[", "ignore"]].map(|[start, end]| format!("{start}{end}"))
}

/// Files in which cargo itself writes the address of its registry.
const WRITTEN_BY_CARGO: &str = "Cargo.lock";

pub(crate) fn check(files: &[File]) -> Vec<Finding> {
    let (hosts, undone) = (hosts(), undone());
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| !file.path.ends_with(WRITTEN_BY_CARGO)) {
        for (number, line) in file.lines() {
            let small = line.to_lowercase();
            for host in hosts.iter().filter(|host| small.contains(host.as_str())) {
                let what = format!("names the registry host `{host}`; use example.invalid or 127.0.0.1");
                findings.push(Finding::error(&file.path, number, what));
            }
            for word in undone.iter().filter(|word| file.is_rust() && line.contains(word.as_str())) {
                findings.push(Finding::error(&file.path, number, format!("`{word}` is work left undone")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::files::file;
    use super::*;

    #[test]
    fn a_registry_host_is_found_in_any_file_and_any_case() {
        for host in hosts() {
            let text = format!("first\nhttps://FILES.{}/simple\n", host.to_uppercase());
            let found = check(&[file("docs/a.md", &text)]);
            assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2], "{host}");
        }
    }

    #[test]
    fn cargos_own_lock_may_name_its_registry() {
        assert!(check(&[file("Cargo.lock", &hosts().join("\n"))]).is_empty());
    }

    #[test]
    fn work_left_undone_is_found_in_rust_only() {
        for word in undone() {
            assert_eq!(check(&[file("crates/a/src/b.rs", &word)]).len(), 1, "{word}");
            assert!(check(&[file("docs/a.md", &word)]).is_empty(), "{word}");
        }
    }

    #[test]
    fn the_media_type_of_an_index_page_is_not_a_host() {
        assert!(check(&[file("crates/a/src/b.rs", "application/vnd.pypi.simple.v1+json")]).is_empty());
    }
}
