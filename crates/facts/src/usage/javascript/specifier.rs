//! The package that an import names: `@scope/name` of `@scope/name/part`.

/// Modules that Node brings along. Source: `require("module").builtinModules` of Node 24, underscored ones left out.
const BUILTIN: [&str; 43] = [
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
    "bun",
];

pub(in crate::usage) fn is_builtin(name: &str) -> bool {
    BUILTIN.contains(&name.split('/').next().unwrap_or(name))
}

/// `None` for files, URLs, aliases such as `@/x` and `#x`, and modules of the runtime itself.
///
/// A slash after a runtime's name means the package: `punycode/`.
pub(in crate::usage) fn package(specifier: &str) -> Option<String> {
    // Bundlers take a query (`?raw`) and loaders (`raw-loader!./x`).
    let path = specifier.split(['?', '!']).next().unwrap_or_default();
    let mut parts = path.split('/');
    let first = parts.next()?;
    let name = match first.strip_prefix('@') {
        Some(scope) => {
            let name = parts.next()?;
            if !is_name(scope) || !is_name(name) {
                return None;
            }
            format!("{first}/{name}")
        }
        None => first.to_owned(),
    };
    let whole = path.strip_suffix('/').is_some_and(|rest| rest == name);
    let plain = first.starts_with('@') || is_name(first);
    (plain && (whole || !is_builtin(&name))).then_some(name)
}

/// Letters, digits, `-`, `_`, `.`, `~`; not at the beginning a dot, as in npm's rules for names.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_the_first_part_or_two() {
        for (specifier, name) in [
            ("lodash", "lodash"),
            ("lodash/fp", "lodash"),
            ("@mui/material/Button", "@mui/material"),
            ("socket.io-client", "socket.io-client"),
            ("punycode/", "punycode"),
            ("bootstrap/dist/a.css?inline", "bootstrap"),
        ] {
            assert_eq!(package(specifier).as_deref(), Some(name), "{specifier}");
        }
    }

    #[test]
    fn files_aliases_and_the_runtimes_own_are_none() {
        for specifier in [
            "./a",
            "../a",
            "/a",
            "",
            ".",
            "@/a",
            "~/a",
            "#a",
            "node:fs",
            "fs",
            "fs/promises",
            "https://x/y.js",
            "@",
            "$lib/a",
        ] {
            assert_eq!(package(specifier), None, "{specifier}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_answer(text in "(@|/|\\.|[a-z]|\\PC){0,12}") {
            if let Some(name) = package(&text) {
                proptest::prop_assert!(text.starts_with(&name));
            }
        }
    }
}
