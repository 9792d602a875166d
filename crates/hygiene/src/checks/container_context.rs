//! `container-context`: which folder a Dockerfile is built from, and whether that holds what it copies.

use uplift_model::hygiene::{Evidence, Presence};

use super::{Answer, found, present};
use crate::container::Dockerfile;
use crate::place;
use crate::survey::Survey;
use uplift_yaml::{self as yaml, Node};

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let mut doubtful: Vec<Evidence> = Vec::new();
    let mut absent: Vec<Evidence> = Vec::new();
    let mut looked = 0_usize;
    for file in &survey.dockerfiles {
        let copies = copies(file);
        if copies.is_empty() {
            continue;
        }
        looked += 1;
        let own = place::folder(&file.path);
        let contexts = stated(survey, file)
            .unwrap_or_else(|| if own.is_empty() { vec![String::new()] } else { vec![own.to_owned(), String::new()] });
        for (line, source, text) in &copies {
            let holds: Vec<&String> = contexts.iter().filter(|c| exists(survey, &place::join(c, source))).collect();
            let shown = || place::evidence(&file.path, Some(*line), text);
            match holds.as_slice() {
                [] => absent.push(shown()),
                [_, _, ..] => doubtful.push(shown()),
                [_] => {}
            }
        }
    }
    if looked == 0 {
        return Answer::left_out("no Dockerfile copies files");
    }
    let advice =
        "say the context where the image is built (compose `build: {context: …}`, CI), and copy by the path from there";
    if !absent.is_empty() {
        absent.extend(doubtful);
        return found(
            Presence::Partial,
            "a Dockerfile copies what is not in the repository at that place",
            absent,
            advice,
        );
    }
    if !doubtful.is_empty() {
        let because =
            "which file is copied depends on the folder that the image is built from, and nothing here says which";
        return found(Presence::Unknown, because, doubtful, advice);
    }
    present("what Dockerfiles copy is there", Vec::new())
}

/// The folder to build a Dockerfile from: the stated one, else the one that holds what it copies.
pub(crate) fn context_of(survey: &Survey<'_>, file: &Dockerfile) -> String {
    if let Some(first) = stated(survey, file).and_then(|all| all.into_iter().next()) {
        return first;
    }
    let own = place::folder(&file.path);
    let holds =
        |context: &str| copies(file).iter().filter(|(_, s, _)| exists(survey, &place::join(context, s))).count();
    if holds("") > holds(own) { String::new() } else { own.to_owned() }
}

/// Sources of `COPY` and `ADD` from the context: line, path, text. Patterns and variables are passed over.
fn copies(file: &Dockerfile) -> Vec<(u32, String, String)> {
    let mut all = Vec::new();
    for copy in file.instructions.iter().filter(|i| i.name == "COPY" || i.name == "ADD") {
        if copy.rest.contains("--from=") || copy.rest.starts_with('[') || copy.rest.contains("<<") {
            continue;
        }
        let mut words: Vec<&str> = copy.rest.split_whitespace().filter(|w| !w.starts_with("--")).collect();
        words.pop();
        for word in words.into_iter().filter(|w| !w.contains(['*', '?', '$', '[']) && !w.contains("://")) {
            if place::join("", word).is_empty() {
                continue;
            }
            all.push((copy.line, word.to_owned(), format!("{} {}", copy.name, copy.rest)));
        }
    }
    all
}

fn exists(survey: &Survey<'_>, path: &str) -> bool {
    survey.repository.has(path) || survey.repository.has_folder(path)
}

/// The contexts that compose files and workflows state for this Dockerfile; `None`: none says anything.
fn stated(survey: &Survey<'_>, file: &Dockerfile) -> Option<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for path in survey.repository.files().iter().filter(|f| {
        let name = place::name(f);
        (name.starts_with("docker-compose") || name.starts_with("compose"))
            && (name.ends_with(".yml") || name.ends_with(".yaml"))
    }) {
        let Some(root) = survey.repository.text(path).and_then(|t| yaml::read(&t).ok()) else { continue };
        for (_, service) in root.get("services").map(Node::entries).unwrap_or_default() {
            let Some(build) = service.get("build") else { continue };
            let Some(context) = build.text().or_else(|| build.get("context").and_then(Node::text)) else { continue };
            let context = place::join(place::folder(path), context);
            let dockerfile = build.get("dockerfile").and_then(Node::text).unwrap_or("Dockerfile");
            if place::join(&context, dockerfile) == file.path {
                all.push(context);
            }
        }
    }
    for step in survey.steps() {
        if let crate::ci::Does::Uses { name, with } = &step.does
            && name.starts_with("docker/build-push-action")
        {
            let value = |key: &str| with.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
            let context = place::join("", value("context").unwrap_or("."));
            let dockerfile = value("file").map_or_else(|| place::join(&context, "Dockerfile"), |f| place::join("", f));
            if dockerfile == file.path {
                all.push(context);
            }
        }
        let words = step.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let ["docker" | "podman", "build" | "buildx", rest @ ..] = words.as_slice()
            && let Some(context) = rest.last().filter(|c| !c.starts_with('-') && !c.contains('$'))
        {
            let named = rest.windows(2).find(|w| matches!(w, ["-f" | "--file", _])).and_then(|w| w.get(1));
            let context = place::join(&step.folder, context);
            let dockerfile =
                named.map_or_else(|| place::join(&context, "Dockerfile"), |f| place::join(&step.folder, f));
            if dockerfile == file.path {
                all.push(context);
            }
        }
    }
    all.sort();
    all.dedup();
    (!all.is_empty()).then_some(all)
}
