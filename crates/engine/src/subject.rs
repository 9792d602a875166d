//! The subject of a run: which component, on which interpreter, tested how, standing where.
//!
//! Lives here: choosing. Lives elsewhere: what components exist (`ecosystems::python::discover`).

use std::collections::BTreeMap;
use std::path::Path;

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::discover::{self, Component, EnvironmentSource};
use uplift_ecosystems::python::interpreter::{self, Interpreter};
use uplift_ecosystems::python::manifest;
use uplift_ecosystems::python::relock;
use uplift_ecosystems::python::resolve::{Answer, Freshness, Question, Resolver};
use uplift_facts::usage;
use uplift_model::{Ecosystem, PackageName, Settings, Version};
use uplift_sandbox::git::Git;

use crate::error::EngineError;
use crate::index::Index;
use crate::signs;
use crate::stated;

/// The files of one commit.
pub(crate) struct Tree<'a> {
    pub(crate) git: &'a Git,
    pub(crate) commit: &'a str,
    pub(crate) files: Vec<String>,
    /// Texts that stand in place of the committed ones: what had to be mended first.
    pub(crate) over: BTreeMap<String, Vec<u8>>,
}

impl<'a> Tree<'a> {
    /// # Errors
    /// Those of running git. Names that are not UTF-8 hold no manifest and are left out.
    pub(crate) fn of(git: &'a Git, commit: &'a str) -> Result<Self, EngineError> {
        let files = git.list_files(commit)?.into_iter().filter_map(|p| p.into_os_string().into_string().ok()).collect();
        Ok(Self { git, commit, files, over: BTreeMap::new() })
    }

    pub(crate) fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.over.get(path).cloned().or_else(|| self.committed(path))
    }

    /// The file as the commit has it.
    pub(crate) fn committed(&self, path: &str) -> Option<Vec<u8>> {
        self.git.read_file(self.commit, Path::new(path)).ok().flatten()
    }

    pub(crate) fn components(&self) -> Vec<Component> {
        discover::components(&self.files, &|path| self.read(path))
    }
}

/// The component that was asked for, by the settings, else by the path, else the only one; made of the files that the
/// settings name, where they do.
pub(crate) fn component(tree: &Tree<'_>, inner: &str, settings: &Settings) -> Result<Component, EngineError> {
    let chosen = chosen(tree, inner, settings)?;
    let project = &settings.project;
    chosen.made_of(&project.requirements, &project.constraints, &|path| tree.read(path)).map_err(not_as_named)
}

/// The files that `[project]` names cannot be taken.
pub(crate) fn not_as_named(why: String) -> EngineError {
    EngineError::repository(
        format!("what `[project] requirements` and `constraints` name cannot be used: {why}"),
        "name requirements files by their path from the repository's root, or leave the setting out",
    )
}

fn chosen(tree: &Tree<'_>, inner: &str, settings: &Settings) -> Result<Component, EngineError> {
    let inner = if inner == "." { "" } else { inner };
    let mut all = tree.components();
    let names = |all: &[Component]| {
        all.iter().map(|c| if c.root.is_empty() { "." } else { c.root.as_str() }).collect::<Vec<_>>().join(", ")
    };
    if let Some(wanted) = &settings.project.component {
        let wanted = wanted.trim_matches('/').trim_start_matches("./");
        let wanted = if wanted == "." { "" } else { wanted };
        let found = all.iter().position(|c| c.root == wanted);
        return found.map(|i| all.swap_remove(i)).ok_or_else(|| {
            EngineError::repository(
                format!("there is no Python component at `{wanted}`"),
                format!("components found: {}", names(&all)),
            )
        });
    }
    // The deepest component that the path lies in, else the only one below it.
    let holds = |c: &Component| c.root.is_empty() || inner == c.root || inner.starts_with(&format!("{}/", c.root));
    if let Some(i) =
        (0..all.len()).filter(|i| all.get(*i).is_some_and(holds)).max_by_key(|i| all.get(*i).map(|c| c.root.len()))
    {
        return Ok(all.swap_remove(i));
    }
    all.retain(|c| inner.is_empty() || c.root.starts_with(&format!("{inner}/")));
    let unreadable =
        if all.is_empty() { discover::unreadable(&tree.files, &|path| tree.read(path)) } else { Vec::new() };
    match all.len() {
        0 if !unreadable.is_empty() => Err(EngineError::repository(
            format!("no Python requirements could be read: {}", unreadable.join("; ")),
            "correct the file (requirements are UTF-8 text), or name another project's path",
        )),
        0 => Err(EngineError::repository(
            "no Python requirements were found: no requirements file, pyproject.toml, setup.cfg, setup.py or Pipfile states any",
            nothing_here(tree),
        )),
        1 => Ok(all.swap_remove(0)),
        _ => {
            let commands: Vec<String> = all.iter().map(|c| format!("`uplift plan {}`", shown_path(&c.root))).collect();
            Err(EngineError::repository(
                format!("there are {} Python components: {}", all.len(), names(&all)),
                format!(
                    "name one of them, from the repository's root: {}; `uplift upgrade` the same",
                    commands.join(", ")
                ),
            ))
        }
    }
}

/// A folder as a shell takes it back.
fn shown_path(root: &str) -> String {
    uplift_model::shell::word(if root.is_empty() { "." } else { root })
}

/// What to do where no component is Python.
fn nothing_here(tree: &Tree<'_>) -> String {
    let found = uplift_ecosystems::javascript::discover::components(&tree.files, &|path| tree.read(path));
    let names: Vec<&str> = found.iter().map(|c| if c.root.is_empty() { "." } else { c.root.as_str() }).collect();
    if names.is_empty() {
        return "give the path of the project, or name it in uplift.toml: [project] component = \"backend\"".to_owned();
    }
    format!(
        "there is JavaScript ({}), and plan and upgrade are for Python so far: `uplift check` and `uplift validate` read both",
        names.join(", ")
    )
}

/// A component's folder as reports name it: `.` for the root.
pub(crate) fn shown(component: &Component) -> String {
    if component.root.is_empty() { ".".to_owned() } else { component.root.clone() }
}

/// An interpreter and why it was taken.
pub(crate) struct Chosen {
    /// What tests run on.
    pub(crate) interpreter: Interpreter,
    /// What the project runs on, where this machine does not have it: `interpreter` lends its program and platform.
    pub(crate) stands_for: Option<Interpreter>,
    pub(crate) reason: String,
    /// Where the project's files contradict the place that names it.
    pub(crate) notes: Vec<String>,
}

impl Chosen {
    pub(crate) fn here(interpreter: Interpreter, reason: String) -> Self {
        Self { interpreter, stands_for: None, reason, notes: Vec::new() }
    }

    /// The interpreter that targets are for.
    pub(crate) fn resolves_for(&self) -> &Interpreter {
        self.stands_for.as_ref().unwrap_or(&self.interpreter)
    }
}

/// An interpreter that was named outright, and by whom: `the settings`, `--python`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) wanted: &'a str,
    pub(crate) by: &'a str,
}

/// What an interpreter is chosen by.
pub(crate) struct Choice<'a> {
    pub(crate) doors: &'a Doors,
    pub(crate) component: &'a Component,
    /// From the root, and how they are read.
    pub(crate) files: &'a [String],
    pub(crate) read: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    pub(crate) asked: Option<Asked<'a>>,
    /// No test is run: where the one that was asked for is not on this machine, another one may stand in for it.
    pub(crate) only_planned: bool,
    /// The component's folder: its `[tool.uv]` applies.
    pub(crate) directory: &'a Path,
    pub(crate) wheels: &'a dyn Fn(&str) -> std::path::PathBuf,
}

/// Takes the interpreter that a check judges for (see [`stated`], asked only where nobody named one); where that is not
/// pinned and a trial of the lock proves it wrong, the one that reproduces the lock.
pub(crate) fn interpreter(
    choice: &Choice<'_>,
    stated: impl FnOnce() -> Option<stated::Stated>,
) -> Result<Chosen, EngineError> {
    let Choice { doors, component, asked, .. } = choice;
    let found = interpreter::find(&doors.clients)?;
    let have = || found.iter().map(Interpreter::minor).collect::<Vec<_>>().join(", ");
    if let Some(Asked { wanted, by }) = *asked {
        let here = named(doors, &found, wanted, &format!("chosen by {by}"))?;
        let stands_in = || stated::Stated::named(wanted, by).filter(|_| choice.only_planned)?.in_its_place(&found, &[]);
        return here.or_else(stands_in).ok_or_else(|| missing(wanted, by, &have()));
    }
    let stated = stated();
    let requires = stated::requires(component);
    if let Some(stated) = stated.as_ref().filter(|s| s.runs()) {
        let here = named(doors, &found, &stated.chosen.version, &stated.chosen.from)?;
        // Where nothing runs, the one that lends its platform need not be admitted itself.
        let bound = if choice.only_planned { &[] } else { requires.as_slice() };
        let taken = here.or_else(|| stated.in_its_place(&found, bound));
        let taken = taken.ok_or_else(|| missing(&stated.chosen.version, &stated.chosen.from, &have()))?;
        return Ok(Chosen { notes: stated.against.clone(), ..taken });
    }
    let admitted: Vec<&Interpreter> =
        found.iter().filter(|i| i.parsed().is_some_and(|v| requires.iter().all(|r| manifest::admits(r, &v)))).collect();
    if admitted.is_empty() {
        return Err(missing(&requires.join(" and "), "the project", &have()));
    }
    let reproducing = reproducing(choice, &admitted)?;
    if let Some(stated) = &stated {
        return from_a_check(choice, stated, &admitted, &reproducing);
    }
    if let Some((chosen, why)) = likeliest(choice, &reproducing)? {
        return Ok(Chosen::here(chosen.clone(), format!("it reproduces the lock{why}")));
    }
    let Some(best) = admitted.iter().find(|i| i.default).or_else(|| admitted.first()) else {
        return Err(missing("3", "the project", &have()));
    };
    let reason = match requires.as_slice() {
        [] => "the project names none, and this is the one that `python3` means here".to_owned(),
        stated => format!("it satisfies the project's requires-python ({})", stated.join(" and ")),
    };
    Ok(Chosen::here((*best).clone(), reason))
}

/// What a check assumes, held against the lock and against what this machine has.
fn from_a_check(
    choice: &Choice<'_>,
    stated: &stated::Stated,
    admitted: &[&Interpreter],
    reproducing: &[&Interpreter],
) -> Result<Chosen, EngineError> {
    let (line, why) = (&stated.chosen.line, stated.why());
    let is_it = |i: &&&Interpreter| i.minor() == *line;
    let taken = |i: &Interpreter, reason: String| Ok(Chosen::here(i.clone(), reason));
    if let Some(same) = reproducing.iter().find(is_it) {
        return taken(same, format!("it reproduces the lock; {why}"));
    }
    if let Some((other, among)) = likeliest(choice, reproducing)? {
        let reason = if admitted.iter().any(|i| i.minor() == *line) {
            format!(
                "it reproduces the lock{among}; a check assumes {line} ({why}), and on that the lock comes out otherwise"
            )
        } else {
            format!("it reproduces the lock{among}; a check assumes {line} ({why}), which is not on this machine")
        };
        return taken(other, reason);
    }
    if let Some(same) = admitted.iter().find(is_it) {
        return taken(same, why.to_owned());
    }
    let nearest = stated.of(admitted).or_else(|| admitted.iter().find(|i| i.default).or(admitted.first()).copied());
    let Some(nearest) = nearest else { return Err(missing(line, why, "")) };
    taken(nearest, format!("it is the likeliest on this machine; a check assumes {line} ({why}), which is not here"))
}

/// The likeliest of interpreters that reproduce the lock equally, with what to add to the reason. Decision: 0019.
fn likeliest<'i>(
    choice: &Choice<'_>,
    pool: &[&'i Interpreter],
) -> Result<Option<(&'i Interpreter, String)>, EngineError> {
    let Choice { doors, component, .. } = choice;
    let minor = |i: &Interpreter| i.minor().strip_prefix("3.").and_then(|m| m.parse::<u32>().ok());
    let minors: Vec<u32> = pool.iter().filter_map(|i| minor(i)).collect();
    let day = || pool.first().map_or(Ok(None), |some| written_on(doors, component, some));
    let Some((best, why)) = signs::likeliest(&minors, &signs::named(choice.files, choice.read, component), day)? else {
        return Ok(None);
    };
    Ok(pool.iter().find(|i| minor(i) == Some(best)).map(|i| (*i, why)))
}

/// The day on which the youngest release of a lock was uploaded, as the index tells; `None` when it does not.
fn written_on(doors: &Doors, component: &Component, interpreter: &Interpreter) -> Result<Option<String>, EngineError> {
    let index = Index::new(doors, interpreter, false);
    let pins: Vec<(&PackageName, &Version)> =
        component.locked.iter().flatten().filter_map(|p| Some((&p.name, p.version.as_ref()?))).collect();
    index.load(&pins.iter().map(|(name, _)| (*name).clone()).collect::<Vec<_>>())?;
    let mut youngest: Option<String> = None;
    for (name, version) in pins {
        let releases = index.releases(name)?;
        let day = releases.iter().find(|r| r.version == *version).and_then(|r| r.uploaded.as_ref()?.get(..10));
        youngest = youngest.max(day.map(str::to_owned));
    }
    Ok(youngest)
}

fn named(doors: &Doors, found: &[Interpreter], wanted: &str, by: &str) -> Result<Option<Chosen>, EngineError> {
    let chosen = |interpreter: Interpreter| Chosen::here(interpreter, by.to_owned());
    if wanted.contains('/') {
        return Ok(interpreter::ask(&doors.clients, Path::new(wanted))?.map(chosen));
    }
    let bare = wanted.trim_start_matches("cpython-").trim_start_matches("python").trim_start_matches('-');
    let exact = found.iter().find(|i| i.version == bare);
    let minor: String = bare.split('.').take(2).collect::<Vec<_>>().join(".");
    Ok(exact.or_else(|| found.iter().find(|i| i.minor() == minor)).cloned().map(chosen))
}

fn missing(wanted: &str, who: &str, have: &str) -> EngineError {
    EngineError::repository(
        format!("Python {wanted}, named by {who}, is not on this machine"),
        format!("found here: {have}. Install the one that is asked for, or choose with --python VERSION"),
    )
}

/// Interpreters for which the requirements, held to the lock's versions, give exactly the lock. Decision: 0019.
fn reproducing<'i>(choice: &Choice<'_>, admitted: &[&'i Interpreter]) -> Result<Vec<&'i Interpreter>, EngineError> {
    let Choice { doors, component, directory, wheels, .. } = choice;
    let Some(pins) = &component.locked else { return Ok(Vec::new()) };
    if !matches!(component.environment, EnvironmentSource::Compiled { .. }) || pins.iter().any(|p| p.marker.is_some()) {
        return Ok(Vec::new());
    }
    let complete = relock::question_of(pins);
    let roots: Vec<String> = component
        .roots()
        .into_iter()
        .map(|(_, s)| {
            let extras = if s.extras.is_empty() { String::new() } else { format!("[{}]", s.extras.join(",")) };
            let marker = s.marker.as_ref().map(|m| format!(" ; {m}")).unwrap_or_default();
            format!("{}{extras}{}{marker}", s.name, s.pep440)
        })
        .collect();
    let question = Question { roots, constraints: complete.roots.clone(), ..Question::default() };
    let mut exact: Vec<(usize, &Interpreter)> = Vec::new();
    for candidate in admitted {
        let folder = wheels(&candidate.minor());
        let resolver = Resolver {
            clients: &doors.clients,
            interpreter: candidate,
            directory,
            wheels: &folder,
            limit: std::time::Duration::from_secs(30),
        };
        let Answer::Solved(solved) = resolver.ask(&question, Freshness::CacheFirst)? else { continue };
        let locked: std::collections::BTreeMap<_, _> =
            pins.iter().filter_map(|p| Some((p.name.clone(), p.version.clone()?))).collect();
        let differs = locked.iter().filter(|(n, v)| solved.solution.version(n) != Some(v)).count()
            + solved.solution.packages.keys().filter(|n| !locked.contains_key(*n)).count();
        exact.push((differs, candidate));
    }
    let least = exact.iter().map(|(d, _)| *d).min();
    // A handful of strays (packages added by hand) must not hide which interpreter wrote the lock.
    Ok(exact.into_iter().filter(|(d, _)| Some(*d) == least && *d <= 3).map(|(_, i)| i).collect())
}

/// The component with requirements files that are locks of their own told from files of wishes.
pub(crate) fn with_own_lock(
    doors: &Doors,
    tree: &Tree<'_>,
    component: Component,
    chosen: &Chosen,
    directory: &Path,
    wheels: &Path,
) -> Result<Component, EngineError> {
    let Some(roots) = component.lines_to_freeze() else { return Ok(component) };
    let interpreter = &chosen.interpreter;
    let resolver =
        Resolver { clients: &doors.clients, interpreter, directory, wheels, limit: std::time::Duration::from_secs(60) };
    let python_version = chosen.stands_for.as_ref().map(|i| i.version.clone());
    let question = Question { roots, python_version, ..Question::default() };
    // What the resolver refuses here is told when the base is read.
    let Answer::Solved(solved) = resolver.ask(&question, Freshness::CacheFirst)? else {
        return Ok(component);
    };
    let code = usage::Index::read(&tree.files, &|path| tree.read(path));
    let imported = |name: &PackageName| code.usage(Ecosystem::Python, name.as_str(), None).count > 0;
    Ok(component.frozen(&solved.solution, &solved.via, &imported))
}

/// The version that the project's build would tell, for tools that ask git: from the nearest tag, else 0.
pub(crate) fn pretended_version(text: Option<&str>) -> String {
    let bare = text.unwrap_or_default().trim().trim_start_matches('v');
    if Version::new(bare).is_ok() { bare.to_owned() } else { "0".to_owned() }
}
