//! Compiled and frozen requirements files as locks.

use std::collections::BTreeMap;

use uplift_model::PackageName;

use super::{Lock, LockKind, Locked, Tool, header};
use crate::python::manifest::{self, Lines, ManifestKind, Source, logical_lines};

pub(super) fn parse(text: &str) -> Lock {
    let mut lock = Lock::new(LockKind::Requirements);
    lock.header = header(text);
    if let Some(header) = &lock.header {
        lock.tool = Some(Tool { name: header.compiler.name().to_owned(), version: None });
        lock.requires_python.clone_from(&header.python);
    }
    // Requirements files are never refused as a whole.
    let Ok(manifest) = manifest::parse(ManifestKind::Requirements, text) else { return lock };
    lock.problems = manifest.problems;
    for stated in manifest.stated {
        let mut locked = Locked::new(stated.name, stated.line);
        locked.version = manifest::pinned(&stated.pep440);
        if locked.version.is_none() && stated.source == Source::Index {
            let message = format!("`{}` is not pinned", stated.written);
            lock.problems.push(manifest::Problem { line: stated.line, message });
        }
        match stated.source {
            Source::Url(url) => locked.url = Some(url),
            Source::Path(path) => locked.path = Some(path),
            Source::Index | Source::Named(_) | Source::Workspace => {}
        }
        locked.marker = stated.marker;
        locked.extras = stated.extras;
        locked.editable = stated.editable;
        locked.hashes = stated.hashes.len();
        lock.packages.push(locked);
    }
    dependents(text, &mut lock.packages);
    lock
}

/// Turns `# via` comments round: the package named there depends on the one above.
fn dependents(text: &str, packages: &mut [Locked]) {
    let lines = Lines::of(text);
    let by_line: BTreeMap<u32, PackageName> = packages.iter().map(|p| (p.line, p.name.clone())).collect();
    let mut edges: Vec<(PackageName, PackageName)> = Vec::new();
    let mut current: Option<PackageName> = None;
    let mut listing = false;
    for line in logical_lines(text) {
        if !line.content.is_empty() {
            current = by_line.get(&lines.number(line.content.span().start)).cloned();
            listing = false;
        }
        let Some(comment) = line.comment.as_deref().map(|c| c.trim_start_matches('#').trim()) else { continue };
        let named = match comment.strip_prefix("via") {
            Some(rest) if rest.is_empty() || rest.starts_with([' ', ':', '\t']) => {
                listing = true;
                rest.trim_start_matches(':')
            }
            _ if listing && line.content.is_empty() => comment,
            _ => continue,
        };
        let Some(child) = &current else { continue };
        for word in named.split(',').map(str::trim) {
            // `-r requirements.in` and `project (pyproject.toml)` name files, not packages.
            let name = word.split('[').next().unwrap_or(word);
            if let Ok(parent) = PackageName::new(name) {
                edges.push((parent, child.clone()));
            }
        }
    }
    for package in packages {
        let own = edges.iter().filter(|(parent, _)| *parent == package.name).map(|(_, child)| child.clone());
        package.dependencies = own.collect();
        package.dependencies.sort();
        package.dependencies.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_of_both_styles_give_dependencies() {
        let text = "\
a==1.0 \\
    --hash=sha256:00 \\
    --hash=sha256:11
    # via
    #   -r requirements.in
    #   b[x]
b[x]==2.0 ; os_name == 'nt'    # via -r requirements.in
c==3.0                         # via a, b
d @ https://example.invalid/d.zip
e>=1
";
        let lock = parse(text);
        let names = |i: usize| lock.packages[i].dependencies.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(0), ["c"]);
        assert_eq!(names(1), ["a", "c"]);
        assert_eq!(lock.packages[0].hashes, 2);
        assert_eq!(lock.packages[1].marker.as_deref(), Some("os_name == 'nt'"));
        assert_eq!(lock.packages[3].url.as_deref(), Some("https://example.invalid/d.zip"));
        assert_eq!((lock.problems.len(), lock.problems[0].line), (1, 10));
    }
}
