//! pip's settings, as far as they say which index is asked.
//!
//! Lives here: the files and variables that pip reads, in its order (later wins). Read by us because asking pip costs
//! a third of a second, more than a whole check. Source: pip's user guide, "Configuration".

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use uplift_sandbox::environment;

/// Option (`index-url`) to value, from all places.
pub(super) fn settings() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for file in files() {
        if let Ok(text) = std::fs::read_to_string(&file) {
            read(&text, &mut all);
        }
    }
    for option in ["index-url", "extra-index-url", "cert"] {
        let name = format!("PIP_{}", option.replace('-', "_").to_uppercase());
        if let Some(value) = environment::variable(&name).and_then(|v| v.into_string().ok()).filter(|v| !v.is_empty()) {
            all.insert(option.to_owned(), value);
        }
    }
    all
}

/// Files that pip would read, in order.
fn files() -> Vec<PathBuf> {
    let named = environment::variable("PIP_CONFIG_FILE").map(PathBuf::from);
    if named.as_deref() == Some(Path::new("/dev/null")) {
        return Vec::new();
    }
    let system = environment::variable("XDG_CONFIG_DIRS").and_then(|v| v.into_string().ok());
    let system = system.unwrap_or_else(|| "/etc/xdg".to_owned());
    let mut files: Vec<PathBuf> =
        system.split(':').filter(|d| !d.is_empty()).map(|d| Path::new(d).join("pip/pip.conf")).collect();
    files.push(PathBuf::from("/etc/pip.conf"));
    if named.as_ref().is_none_or(|file| !file.exists())
        && let Some(home) = environment::home()
    {
        files.push(home.join(".pip/pip.conf"));
        let config = environment::variable("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from);
        files.push(config.join("pip/pip.conf"));
    }
    files.extend(environment::variable("VIRTUAL_ENV").map(|venv| Path::new(&venv).join("pip.conf")));
    files.extend(named);
    files
}

/// The options of the sections that installing reads; a value may go on over indented lines.
fn read(text: &str, into: &mut BTreeMap<String, String>) {
    let mut section = String::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some(value) = open.as_ref().and_then(|key| into.get_mut(key)) {
                if !value.is_empty() {
                    value.push(' ');
                }
                value.push_str(bare);
            }
            continue;
        }
        open = None;
        if let Some(name) = bare.strip_prefix('[').and_then(|b| b.strip_suffix(']')) {
            section = name.trim().to_ascii_lowercase();
        } else if let Some((key, value)) = bare.split_once(['=', ':'])
            && matches!(section.as_str(), "global" | "install" | "download")
        {
            let key = key.trim().replace('_', "-").to_ascii_lowercase();
            into.insert(key.clone(), value.trim().to_owned());
            open = Some(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn options_are_read_over_several_lines_and_from_the_right_sections() {
        let mut all = BTreeMap::new();
        read(
            "# ours\n[global]\nindex-url = https://index.example/simple\nextra_index_url =\n  https://a.example\n  https://b.example\n[list]\nindex-url = https://no.example\n",
            &mut all,
        );
        assert_eq!(all["index-url"], "https://index.example/simple");
        assert_eq!(all["extra-index-url"], "https://a.example https://b.example");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*", lines in proptest::collection::vec("[ \\[\\]=:a-z#;\t]{0,12}", 0..12)) {
            read(&text, &mut BTreeMap::new());
            read(&lines.join("\n"), &mut BTreeMap::new());
        }
    }
}
