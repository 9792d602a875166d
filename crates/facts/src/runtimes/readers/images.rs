//! Which runtimes a container image holds, by its name and tag.

use crate::runtimes::statement::Runtime;
use crate::runtimes::versions::undotted;

/// Each runtime of the image with the version as the tag gives it; empty where the tag says none.
///
/// `python:3.11-slim`, `public.ecr.aws/lambda/python:3.9`, `ghcr.io/astral-sh/uv:python3.12-bookworm`,
/// `ubi8/python-39`, `nikolaik/python-nodejs:python3.11-nodejs20`.
pub(super) fn runtimes(image: &str) -> Vec<(Runtime, String)> {
    let image = image.trim().trim_start_matches("docker://").to_ascii_lowercase();
    let image = image.split('@').next().unwrap_or_default();
    let (path, last) = image.rsplit_once('/').unwrap_or(("", image));
    let (name, tag) = last.split_once(':').unwrap_or((last, ""));
    // Development containers lead with a version of their own: `0-3.11`, `dev-3.11-bookworm`.
    let tag = match tag.split_once('-') {
        Some((own, rest)) if path.contains("devcontainers") && !own.contains('.') && rest.starts_with(digit) => rest,
        _ => tag,
    };
    match name {
        "python" => return vec![(Runtime::Python, numbers(tag.trim_start_matches("python")).to_owned())],
        "node" | "nodejs" | "javascript-node" | "typescript-node" => return vec![(Runtime::Node, node_tag(tag))],
        _ => {}
    }
    let mut found = Vec::new();
    for part in [name, tag] {
        if let Some(version) = after(part, "python").and_then(undotted) {
            found.push((Runtime::Python, version));
        }
        let node = after(part, "nodejs").or_else(|| after(part, "node"));
        if let Some(version) = node {
            found.push((Runtime::Node, version.to_owned()));
        }
    }
    found
}

/// The tag's version, or its first word where that may be a codename: `hydrogen-alpine`.
fn node_tag(tag: &str) -> String {
    match numbers(tag) {
        "" => tag.split('-').next().unwrap_or_default().to_owned(),
        version => version.to_owned(),
    }
}

/// Version right behind `word` or behind `word-`.
fn after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    text.match_indices(word).find_map(|(at, _)| {
        // `pypy`, `micropython` are others.
        let before = text.get(..at).unwrap_or_default();
        let rest = text.get(at + word.len()..)?;
        let version = numbers(rest.strip_prefix('-').unwrap_or(rest)).trim_end_matches('.');
        (!before.ends_with(char::is_alphanumeric) && !version.is_empty()).then_some(version)
    })
}

fn numbers(text: &str) -> &str {
    text.get(..text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len())).unwrap_or_default()
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(image: &str) -> String {
        let all: Vec<String> = runtimes(image).iter().map(|(r, v)| format!("{} {v}", r.name())).collect();
        all.join(", ")
    }

    #[test]
    fn images_name_their_runtime() {
        for (image, want) in [
            ("python:3.11-slim", "python 3.11"),
            ("docker.io/library/python:3.9.7@sha256:abc", "python 3.9.7"),
            ("registry.example:5000/python:3.8-alpine", "python 3.8"),
            ("python", "python "),
            ("python:slim", "python "),
            ("node:18-alpine", "node 18"),
            ("node:hydrogen-slim", "node hydrogen"),
            ("node:lts", "node lts"),
            ("mirror.example/devcontainers/python:0-3.11-bullseye", "python 3.11"),
            ("ghcr.io/astral-sh/uv:python3.12-bookworm", "python 3.12"),
            ("tiangolo/uvicorn-gunicorn-fastapi:python3.8", "python 3.8"),
            ("nikolaik/python-nodejs:python3.11-nodejs20", "python 3.11, node 20"),
            ("ubi8/python-39:1", "python 3.9"),
            ("distroless/nodejs18-debian11", "node 18"),
            ("cimg/node:18.2", "node 18.2"),
            ("pypy:3.9", ""),
            ("postgres:15", ""),
            ("python-api:latest", ""),
            ("", ""),
        ] {
            assert_eq!(told(image), want, "{image}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(python|node|nodejs|:|/|@|-|\\.|[0-9]{1,3}|\\PC){0,12}") {
            runtimes(&text);
        }
    }
}
