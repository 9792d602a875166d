//! Pytest's settings as files write them, and whether pytest reads them there.

use crate::place;
use crate::repository::Repository;

/// One section of settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) file: String,
    /// 1-based line of the section's head.
    pub(crate) line: u32,
    /// As written: `[tool:pytest]`.
    pub(crate) section: String,
    /// Pytest reads this section of a file of this name.
    pub(crate) read: bool,
    /// The section's lines with their numbers; comments left out.
    pub(crate) lines: Vec<(u32, String)>,
}

impl Settings {
    /// Folder for which it counts.
    pub(crate) fn folder(&self) -> &str {
        place::folder(&self.file)
    }
}

/// The section that a file of this name is read for.
fn wanted(name: &str) -> Option<&'static str> {
    match name {
        "pytest.ini" | ".pytest.ini" | "tox.ini" => Some("[pytest]"),
        "setup.cfg" => Some("[tool:pytest]"),
        "pyproject.toml" => Some("[tool.pytest.ini_options]"),
        _ => None,
    }
}

/// Every section that is meant for pytest.
pub(crate) fn settings(repository: &Repository<'_>) -> Vec<Settings> {
    let mut all = Vec::new();
    for path in repository.files() {
        let Some(wanted) = wanted(place::name(path)) else { continue };
        let Some(text) = repository.text(path) else { continue };
        let meant = ["[pytest]", "[tool:pytest]", "[tool.pytest.ini_options]", "[tool.pytest]"];
        let mut open = false;
        for (index, line) in text.lines().enumerate() {
            let trimmed = line.trim();
            if trimmed.starts_with('[') && trimmed.ends_with(']') && !line.starts_with([' ', '\t']) {
                open = meant.contains(&trimmed);
                if open {
                    let read = trimmed == wanted;
                    let line = place::number(index);
                    all.push(Settings {
                        file: path.clone(),
                        line,
                        section: trimmed.to_owned(),
                        read,
                        lines: Vec::new(),
                    });
                }
            } else if open
                && !trimmed.is_empty()
                && !trimmed.starts_with(['#', ';'])
                && let Some(settings) = all.last_mut()
            {
                settings.lines.push((place::number(index), trimmed.to_owned()));
            }
        }
    }
    all
}

/// Sections that pytest does not read where they stand.
pub(crate) fn dead_sections(repository: &Repository<'_>) -> Vec<Settings> {
    settings(repository).into_iter().filter(|s| !s.read).collect()
}
