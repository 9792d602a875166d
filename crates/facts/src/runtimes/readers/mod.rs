//! One file a kind of file that states versions of runtimes.
//!
//! Lives here: which reader a path has, and what all readers fill. A reader never fails: what it cannot read
//! becomes a problem or is passed over.

mod ci;
mod compiled;
mod compose;
mod dockerfile;
mod environments;
mod hosting;
mod images;
mod manifests;
mod package_json;
mod version_files;
mod workflows;

use uplift_model::analysis::RuntimeStatement;

use super::statement::{Runtime, Stated};
use super::versions::{Named, named, sorted};

/// Path, text, and where the findings go.
pub(super) type Reader = fn(&str, &str, &mut Found);

/// Folders whose files are not the project's own.
const VENDORED: [&str; 9] =
    ["node_modules", ".venv", "venv", "site-packages", ".tox", ".nox", "vendor", "third_party", ".git"];

/// The reader of a file; `None`: it states no runtime.
pub(super) fn of(path: &str) -> Option<Reader> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folder.split('/').any(|part| VENDORED.contains(&part)) {
        return None;
    }
    let small = name.to_ascii_lowercase();
    let yaml = small.ends_with(".yml") || small.ends_with(".yaml");
    let reader: Reader = match name {
        "pyproject.toml" | "setup.py" | "setup.cfg" | "Pipfile" => manifests::read,
        "tox.ini" | "tox.toml" => environments::tox,
        "noxfile.py" => environments::nox,
        ".python-version" | ".nvmrc" | ".node-version" | "runtime.txt" | ".tool-versions" => version_files::read,
        "mise.toml" | ".mise.toml" => version_files::mise,
        "package.json" => package_json::read,
        "netlify.toml" => hosting::netlify,
        ".gitlab-ci.yml" | "bitbucket-pipelines.yml" => ci::images,
        ".travis.yml" => ci::travis,
        _ if folder == ".circleci" && yaml => ci::images,
        _ if folder == ".github/workflows" && yaml => workflows::read,
        _ if folder.starts_with(".github/actions/") && small.starts_with("action.") && yaml => workflows::read,
        _ if small.starts_with("azure-pipelines") && yaml => ci::azure,
        _ if small.starts_with("cloudbuild") && yaml => ci::images,
        _ if (small.starts_with("docker-compose") || small.starts_with("compose.")) && yaml => compose::read,
        _ if (small == "app.yaml" || small.starts_with("serverless.") || small.starts_with("template.")) && yaml => {
            hosting::runtime_keys
        }
        _ if small.starts_with("dockerfile")
            || small.starts_with("containerfile")
            || small.ends_with(".dockerfile") =>
        {
            dockerfile::read
        }
        _ if compiled::is_one(folder, name) => compiled::read,
        _ => return None,
    };
    Some(reader)
}

/// What a reader found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) stated: Vec<Stated>,
    /// Line, message, hint.
    pub(super) problems: Vec<(Option<u32>, String, Option<String>)>,
}

/// Where and how something is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) file: &'a str,
    pub(super) line: u32,
    /// One of [`super::kind`].
    pub(super) kind: &'static str,
    /// What stands before it: `FROM`.
    pub(super) lead: &'static str,
    /// See [`Stated::around`].
    pub(super) around: &'a str,
}

/// What the written text means.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    /// As in [`RuntimeStatement::lines`].
    pub(super) lines: Vec<String>,
    /// See [`Stated::versions`].
    pub(super) versions: Vec<String>,
    pub(super) exact: bool,
    /// See [`Stated::range`].
    pub(super) range: Option<String>,
}

impl Meaning {
    /// Single lines and nothing else.
    fn lines(lines: Vec<String>) -> Self {
        Self { versions: lines.clone(), lines, exact: true, range: None }
    }
}

impl Found {
    /// States what `texts` name, in their order; without any version the place is kept with no line.
    pub(super) fn state(&mut self, at: At<'_>, runtime: Runtime, written: &str, texts: &[&str]) {
        let found: Vec<Named> = texts.iter().filter_map(|t| named(runtime, t)).collect();
        let exact = !found.is_empty() && found.iter().all(|n| n.exact);
        let lines = sorted(found.iter().map(|n| n.line.clone()));
        let versions = found.into_iter().map(|n| n.version).collect();
        self.push(at, runtime, written, Meaning { lines, versions, exact, range: None });
        self.written_at(texts.iter().map(|text| (at.line, (*text).to_owned())).collect());
    }

    /// The versions of the last statement stand at `sites`, where they do not all stand on its line.
    pub(super) fn written_at(&mut self, sites: Vec<(u32, String)>) {
        if let Some(last) = self.stated.last_mut() {
            last.sites = sites;
        }
    }

    pub(super) fn push(&mut self, at: At<'_>, runtime: Runtime, written: &str, meaning: Meaning) {
        let Meaning { lines, versions, exact, range } = meaning;
        let statement = RuntimeStatement {
            file: at.file.to_owned(),
            line: at.line,
            written: written.to_owned(),
            kind: at.kind.to_owned(),
            lines,
            exact,
        };
        let sites = versions.iter().map(|version| (at.line, version.clone())).collect();
        let around = at.around.to_owned();
        self.stated.push(Stated { runtime, statement, lead: at.lead, versions, sites, range, around });
    }
}

/// 1-based line of a byte offset.
fn line_at(text: &str, offset: usize) -> u32 {
    let before = text.get(..offset).unwrap_or(text).matches('\n').count();
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests;
