//! Import names in JavaScript that are no packages from a registry: the project's own packages, and the
//! aliases of `tsconfig.json` (`paths`, `baseUrl`).

use std::collections::BTreeSet;

use serde_json::Value;

#[derive(Debug, Default)]
pub(crate) struct Aliases {
    /// Names of the `package.json` files of the repository.
    packages: BTreeSet<String>,
    /// Folder of the configuration, and an alias without its `/*` or a name below `baseUrl`.
    paths: BTreeSet<(String, String)>,
}

impl Aliases {
    pub(crate) fn of(files: &[String], read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Self {
        let mut aliases = Self::default();
        for file in files.iter().filter(|f| !f.contains("node_modules/")) {
            let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
            let is_config = (name.starts_with("tsconfig") || name.starts_with("jsconfig")) && name.ends_with(".json");
            if name != "package.json" && !is_config {
                continue;
            }
            let Some(bytes) = read(file) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            // Types of the repository's own configuration files: both are small.
            let Ok(root) = serde_json::from_str::<Value>(&plain_json(&text)) else { continue };
            if let Some(own) = root.get("name").and_then(Value::as_str).filter(|_| name == "package.json") {
                aliases.packages.insert(own.to_owned());
            }
            let options = root.get("compilerOptions");
            for alias in
                options.and_then(|o| o.get("paths")).and_then(Value::as_object).into_iter().flat_map(|p| p.keys())
            {
                aliases.paths.insert((folder.to_owned(), alias.trim_end_matches(['*', '/']).to_owned()));
            }
            if let Some(base) = options.and_then(|o| o.get("baseUrl")).and_then(Value::as_str) {
                aliases.below(files, folder, base);
            }
        }
        aliases
    }

    /// Everything that lies in `base` can be imported by its name.
    fn below(&mut self, files: &[String], folder: &str, base: &str) {
        let base = base.trim_start_matches("./").trim_matches(['/', '.']);
        let parts = [folder, base];
        let start: String = parts.iter().filter(|p| !p.is_empty()).map(|p| format!("{p}/")).collect();
        for rest in files.iter().filter_map(|f| f.strip_prefix(&start)) {
            let name = rest.split(['/', '.']).next().unwrap_or(rest);
            self.paths.insert((folder.to_owned(), name.to_owned()));
        }
    }

    /// Whether `package` in `file` is the project's own.
    pub(crate) fn hold(&self, package: &str, file: &str) -> bool {
        let applies = |folder: &str| folder.is_empty() || file.strip_prefix(folder).is_some_and(|r| r.starts_with('/'));
        let inside = |name: &str, of: &str| name.strip_prefix(of).is_some_and(|r| r.is_empty() || r.starts_with('/'));
        let meant = |alias: &str| !alias.is_empty() && (inside(package, alias) || inside(alias, package));
        self.packages.contains(package) || self.paths.iter().any(|(folder, alias)| meant(alias) && applies(folder))
    }
}

/// `text` without comments and trailing commas, as strict JSON wants it.
fn plain_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek().copied()) {
            ('"', _) => {
                out.push(c);
                let mut escaped = false;
                for inner in chars.by_ref() {
                    out.push(inner);
                    if inner == '"' && !escaped {
                        break;
                    }
                    escaped = inner == '\\' && !escaped;
                }
            }
            ('/', Some('/')) => {
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            ('/', Some('*')) => {
                let mut last = ' ';
                for inner in chars.by_ref() {
                    if last == '*' && inner == '/' {
                        break;
                    }
                    last = inner;
                }
            }
            (']' | '}', _) => {
                let kept = out.trim_end().len();
                if out.get(..kept).is_some_and(|t| t.ends_with(',')) {
                    out.truncate(kept - 1);
                }
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_hold_below_their_configuration() {
        let files =
            ["web/tsconfig.json", "web/src/store/a.ts", "packages/ui/package.json", "web/a.ts"].map(str::to_owned);
        let read = |path: &str| {
            match path {
            "web/tsconfig.json" => Some(
                br#"{ // aliases
                "compilerOptions": { "baseUrl": "./src", "paths": { "@app/*": ["x/*"], "config": ["c"], }, /* end */ } }"#
                    .to_vec(),
            ),
            "packages/ui/package.json" => Some(br#"{"name": "@acme/ui"}"#.to_vec()),
            _ => None,
        }
        };
        let aliases = Aliases::of(&files, &read);
        for own in ["@app/x", "config", "store", "@acme/ui"] {
            assert!(aliases.hold(own, "web/a.ts"), "{own}");
        }
        assert!(!aliases.hold("react", "web/a.ts"));
        assert!(!aliases.hold("store", "other/a.ts"));
    }

    proptest::proptest! {
        #[test]
        fn any_configuration_is_read(text in "(\\{|\\}|\"|,|//|/\\*|\\*/|:|compilerOptions|paths|\n|\\PC){0,30}") {
            let read = |_: &str| Some(text.clone().into_bytes());
            Aliases::of(&["tsconfig.json".to_owned()], &read);
        }
    }
}
