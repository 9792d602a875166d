//! `Pipfile.lock`.

use serde_json::{Map, Value};
use uplift_model::{PackageName, Version};

use super::{Lock, LockError, LockKind, Locked, Tool};
use crate::python::manifest::{Problem, pinned, without_mark};

pub(super) fn parse(source: &str) -> Result<Lock, LockError> {
    let body = without_mark(source).1;
    let root: Map<String, Value> = serde_json::from_str(body).map_err(|error| LockError::Syntax {
        line: u32::try_from(error.line()).unwrap_or(u32::MAX),
        message: error.to_string(),
    })?;
    if !["_meta", "default", "develop"].iter().any(|key| root.contains_key(*key)) {
        let message =
            "it is JSON, and no lock of pipenv: it has neither `_meta` nor `default` nor `develop`".to_owned();
        return Err(LockError::Syntax { line: 1, message });
    }
    let mut lock = Lock::new(LockKind::Pipfile);
    lock.tool = Some(Tool { name: "pipenv".to_owned(), version: None });
    if let Some(meta) = root.get("_meta") {
        let python = meta.pointer("/requires/python_full_version").or_else(|| meta.pointer("/requires/python_version"));
        lock.requires_python = python.and_then(Value::as_str).map(str::to_owned);
        lock.content_hash = meta.pointer("/hash/sha256").and_then(Value::as_str).map(str::to_owned);
        lock.format = meta.get("pipfile-spec").map(ToString::to_string);
    }
    let lines = KeyLines::of(body);
    for (section, entries) in root.iter().filter(|(key, _)| *key != "_meta") {
        let group = match section.as_str() {
            "default" => "main",
            "develop" => "dev",
            other => other,
        };
        for (key, entry) in entries.as_object().into_iter().flatten() {
            let line = lines.find(section, key);
            match PackageName::new(key) {
                Ok(name) => {
                    let mut locked = package(name, entry, line, &mut lock.problems);
                    locked.groups.push(group.to_owned());
                    lock.packages.push(locked);
                }
                Err(bad) => lock.problems.push(Problem { line, message: bad.to_string() }),
            }
        }
    }
    lock.packages.sort_by_key(|p| p.line);
    Ok(lock)
}

fn package(name: PackageName, entry: &Value, line: u32, problems: &mut Vec<Problem>) -> Locked {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    let list = |key: &str| entry.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut locked = Locked::new(name, line);
    if let Some(written) = text("version") {
        locked.version = pinned(written).or_else(|| Version::new(written).ok());
        if locked.version.is_none() {
            problems.push(Problem { line, message: format!("`{written}` of `{}` is not a pin", locked.name) });
        }
    }
    if let Some(git) = text("git") {
        locked.url = Some(text("ref").map_or_else(|| format!("git+{git}"), |r| format!("git+{git}@{r}")));
    } else if let Some(file) = text("file").or_else(|| text("path")) {
        if file.contains("://") {
            locked.url = Some(file.to_owned());
        } else {
            locked.path = Some(file.to_owned());
        }
    }
    locked.editable = entry.get("editable").and_then(Value::as_bool) == Some(true);
    locked.marker = text("markers").map(str::to_owned);
    locked.extras = list("extras").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    locked.hashes = list("hashes").len();
    locked
}

/// Lines of the keys on the first two levels of a JSON object. `serde_json` keeps no positions.
struct KeyLines {
    /// Section, key, line.
    keys: Vec<(String, String, u32)>,
}

impl KeyLines {
    fn of(text: &str) -> Self {
        let mut keys = Vec::new();
        let (mut depth, mut line, mut section) = (0usize, 1u32, String::new());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let mut length = c.len_utf8();
            match c {
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.saturating_sub(1),
                '\n' => line += 1,
                '"' => {
                    let body = rest.get(1..).unwrap_or_default();
                    let mut escaped = false;
                    let end = body.find(|c| {
                        let ends = c == '"' && !escaped;
                        escaped = c == '\\' && !escaped;
                        ends
                    });
                    let key = body.get(..end.unwrap_or(body.len())).unwrap_or_default();
                    length = (key.len() + 2).min(rest.len());
                    let is_key = rest.get(length..).is_some_and(|r| r.trim_start().starts_with(':'));
                    if is_key && depth == 1 {
                        key.clone_into(&mut section);
                    } else if is_key && depth == 2 {
                        keys.push((section.clone(), key.to_owned(), line));
                    }
                }
                _ => {}
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        Self { keys }
    }

    /// 1-based; 1 when the key is written with escapes.
    fn find(&self, section: &str, key: &str) -> u32 {
        self.keys.iter().find(|(s, k, _)| s == section && k == key).map_or(1, |(_, _, line)| *line)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sections_become_groups() {
        let lock = parse(
            "{\n    \"_meta\": {\"hash\": {\"sha256\": \"ab\"}, \"pipfile-spec\": 6, \"requires\": {\"python_version\": \"3.8\"}},\n    \"default\": {\n        \"requests\": {\n            \"extras\": [\"socks\"],\n            \"hashes\": [\"sha256:0\", \"sha256:1\"],\n            \"markers\": \"python_version >= '3'\",\n            \"version\": \"==2.25.1\"\n        }\n    },\n    \"develop\": {\n        \"app\": {\"editable\": true, \"path\": \".\"}\n    }\n}\n",
        )
        .unwrap();
        let [requests, app] = lock.packages.as_slice() else { panic!("{lock:?}") };
        assert_eq!((requests.line, requests.hashes, requests.groups[0].as_str()), (4, 2, "main"));
        assert_eq!(requests.version, Some(Version::new("2.25.1").unwrap()));
        assert_eq!((app.line, app.is_local(), app.groups[0].as_str()), (12, true, "dev"));
        assert_eq!((lock.requires_python.as_deref(), lock.content_hash.as_deref()), (Some("3.8"), Some("ab")));
        assert!(matches!(parse("{\n\n!"), Err(LockError::Syntax { line: 3, .. })));
    }
}
