//! `setup.py`, as far as it is static: nothing is run and nothing guessed.
//!
//! Lives here: the call of `setup` and its keywords. Lives elsewhere: what the values are (`evaluate`), what code may change (`touched`).

mod evaluate;
mod touched;

use super::collect::{Collector, Group};
use super::fragment::{Fragment, Lines, without_mark};
use super::specifier::Syntax;
use super::{Manifest, ManifestError, ManifestKind, requirement};
use evaluate::{Known, Value};
use uplift_model::{PackageName, Role};

/// Longest file that is read, in bytes; real ones stay far below.
const LONGEST: usize = 256 * 1024;
/// Walking and dropping a syntax tree takes stack for each of its levels, and a hostile file has one per byte.
const STACK: usize = 512 * 1024 * 1024;

/// Reads the `setup(…)` call. A value that is not literal is listed in `dynamic`.
pub(crate) fn parse(text: &str) -> Result<Manifest, ManifestError> {
    let refuse = |message: &str| ManifestError::Syntax { line: 1, message: message.to_owned() };
    if text.len() > LONGEST {
        return Err(refuse("the file is too long to be a setup.py"));
    }
    // Only address space: pages are taken as they are touched.
    let reader = std::thread::Builder::new().stack_size(STACK);
    std::thread::scope(|scope| {
        let thread = reader.spawn_scoped(scope, || read(text)).map_err(|_| refuse("no thread to read it with"))?;
        thread.join().unwrap_or_else(|_| Err(refuse("the file cannot be read")))
    })
}

fn read(text: &str) -> Result<Manifest, ManifestError> {
    let (mark, body) = without_mark(text);
    let module = ruff_python_parser::parse_module(body).map_err(|error| ManifestError::Syntax {
        line: Lines::of(body).number(usize::from(error.location.start())),
        message: error.error.to_string(),
    })?;
    let mut collector = Collector::new(ManifestKind::SetupPy, text);
    let mut known = Known::new(text, mark);
    known.run(module.suite());
    for (keyword, value) in known.setup() {
        keywords(&mut collector, keyword, value);
    }
    Ok(collector.manifest)
}

fn keywords(collector: &mut Collector, keyword: &str, value: &Value) {
    let main = Group { name: "main", role: Role::Runtime };
    match keyword {
        "install_requires" => requirements(collector, value, main, None, keyword),
        "tests_require" => requirements(collector, value, Group { name: "tests", role: Role::Test }, None, keyword),
        "setup_requires" => requirements(collector, value, Group::of("build"), None, keyword),
        "extras_require" => match value {
            Value::Dict(entries) => {
                for (key, value) in entries {
                    extra(collector, key, value);
                }
            }
            other => collector.dynamic(other.at(), keyword),
        },
        "python_requires" => match value {
            Value::Text(text) => collector.requires_python(text, Syntax::Pep440),
            other => collector.dynamic(other.at(), keyword),
        },
        "name" => {
            if let Value::Text(text) = value {
                collector.manifest.project = PackageName::new(text.text()).ok();
            }
        }
        "classifiers" => {
            for item in items(value) {
                match item {
                    Value::Text(text) => text.text().lines().for_each(|line| collector.classifier(line)),
                    other => collector.dynamic(other.at(), keyword),
                }
            }
        }
        // `**options` may hold any of them.
        "**" => collector.dynamic(value.at(), "install_requires"),
        _ => {}
    }
}

/// One entry of `extras_require`. A key may be `extra:marker`, also `:marker` for the package itself.
fn extra(collector: &mut Collector, key: &Value, value: &Value) {
    let Value::Text(key) = key else { return collector.dynamic(key.at(), "extras_require") };
    let (name, marker) = match key.text().split_once(':') {
        Some((name, marker)) => (name, Some(marker)),
        None => (key.text(), None),
    };
    let marker = match marker.map(requirement::marker).transpose() {
        Ok(marker) => marker,
        Err(message) => return collector.lost(key.span().start, message),
    };
    let group = if name.is_empty() { Group { name: "main", role: Role::Runtime } } else { Group::extra(name) };
    requirements(collector, value, group, marker.as_deref(), "extras_require");
}

fn requirements(collector: &mut Collector, value: &Value, group: Group<'_>, marker: Option<&str>, field: &str) {
    for item in items(value) {
        let text = match item {
            Value::Text(text) => text,
            other => {
                collector.dynamic(other.at(), field);
                continue;
            }
        };
        // A string may hold one requirement a line.
        for line in text.split('\n') {
            let cut = line.text().find(" #").or_else(|| line.text().trim_start().starts_with('#').then_some(0));
            let line = line.slice(0..cut.unwrap_or(line.text().len())).trimmed();
            if !line.is_empty() {
                requirement_with(collector, &line, group, marker);
            }
        }
    }
}

fn requirement_with(collector: &mut Collector, text: &Fragment, group: Group<'_>, marker: Option<&str>) {
    match requirement::read(text) {
        Ok(mut read) => {
            read.marker = match (read.marker, marker) {
                (Some(own), Some(outer)) => Some(format!("({own}) and ({outer})")),
                (own, outer) => own.or_else(|| outer.map(str::to_owned)),
            };
            collector.state(read, text.text(), group);
        }
        Err(message) => collector.lost(text.span().start, message),
    }
}

/// The items of a list, or the value itself.
fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        other => std::slice::from_ref(other),
    }
}
