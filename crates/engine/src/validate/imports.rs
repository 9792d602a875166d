//! Whether a set that metadata accept also imports: in a real environment, confined and offline.
//!
//! Lives here: when that is worth while by itself (an ABI boundary is crossed), what is imported, and what a failure means.
//! Lives elsewhere: environments (`ecosystems::python::environment`), the import script (`verify::checks::imports`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use uplift_ecosystems::doors::Foreign;
use uplift_ecosystems::python::environment::{Builder, Environment, EnvironmentError};
use uplift_ecosystems::python::resolve::Solved;
use uplift_facts::usage::Index;
use uplift_model::compatibility::{Cause, Import};
use uplift_model::{Distance, Ecosystem, PackageName, Solution, TestStatus, Version};
use uplift_verify::checks::imports::{self, ImportRequest};

use super::ask::Asker;
use super::blame;
use super::pages::Pages;
use super::python::Subject;
use crate::error::EngineError;
use crate::usage;

/// Most that is downloaded without being asked for, in bytes.
const DOWNLOAD: u64 = 1 << 30;
/// Longest that all imports together, or one probe, may take.
const LIMIT: Duration = Duration::from_secs(300);
/// Folders that packages leave at the top of an environment by mistake.
const STRAY: [&str; 8] = ["tests", "test", "docs", "doc", "examples", "example", "benchmarks", "scripts"];

/// What of imports was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) imports: bool,
    /// Nothing is downloaded or imported.
    pub(super) none: bool,
    /// Python code, each run on its own.
    pub(super) probes: Vec<String>,
}

impl Wish {
    pub(super) fn asked(&self) -> bool {
        self.imports || !self.probes.is_empty()
    }
}

/// A package that ships compiled code and headers and moves by a major, and the compiled packages that require it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Crossed {
    pub(super) name: PackageName,
    pub(super) from: Version,
    pub(super) to: Version,
    pub(super) dependents: Vec<PackageName>,
}

/// ABI boundaries between the set as it was and as it is.
pub(super) fn crossed(pages: &Pages<'_>, base: &Solution, solved: &Solved) -> Vec<Crossed> {
    let mut all = Vec::new();
    for change in base.changes(&solved.solution) {
        let (Some(from), Some(to)) = (change.from, change.to) else { continue };
        let parents = solved.via.get(&change.name).into_iter().flatten();
        // One that does not admit the old version was made for the new one.
        let at_risk = |p: &&PackageName| {
            let Some(version) = solved.solution.version(p).filter(|v| pages.is_native(p, v)) else { return false };
            match pages.metadata(p, version) {
                Some(metadata) => metadata.requires.iter().filter(|r| r.name == change.name).all(|r| r.admits(&from)),
                // Nothing is known of what it admits; one that stays while the other moves is the danger.
                None => base.version(p) == Some(version),
            }
        };
        if from.distance(&to) != Distance::Major || !pages.is_native(&change.name, &to) {
            continue;
        }
        let dependents: Vec<PackageName> = parents.filter(at_risk).cloned().collect();
        // What nobody can compile against has no ABI to break.
        if !dependents.is_empty() && pages.ships_headers(&change.name, &to) {
            all.push(Crossed { name: change.name, from, to, dependents });
        }
    }
    all
}

/// `numpy 1.26.4 -> 2.3.1 under opencv-python`.
pub(super) fn told(crossed: &[Crossed]) -> String {
    let one = |c: &Crossed| {
        let under: Vec<&str> = c.dependents.iter().map(PackageName::as_str).collect();
        format!("{} {} -> {} under {}", c.name, c.from, c.to, under.join(", "))
    };
    crossed.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What the imports showed.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) imports: Vec<Import>,
    /// Those that fail because of the overlay.
    pub(super) causes: Vec<Cause>,
    /// Why nothing was imported.
    pub(super) not_run: Option<String>,
}

/// Imports what the component needs of the solved set; what fails is tried without the overlay as well.
///
/// # Errors
/// When the machine or the index is at fault rather than the set.
pub(super) fn run(
    subject: &Subject<'_>,
    asker: &Asker<'_>,
    base: Option<&Solution>,
    solved: &Solved,
    crossed: &[Crossed],
) -> Result<Outcome, EngineError> {
    let whole = subject.wish.asked();
    let solution = if whole { solved.solution.clone() } else { below(solved, crossed) };
    if !whole && let Some(not_run) = too_large(subject, asker, &solution) {
        return Ok(Outcome { not_run: Some(not_run), ..Outcome::default() });
    }
    let environment = match environment(asker, &solution)? {
        Ok(environment) => environment,
        Err(why) => {
            let not_run = Some(format!("no environment could be made of the set: {why}"));
            return Ok(Outcome { not_run, ..Outcome::default() });
        }
    };
    let wanted: BTreeSet<PackageName> = if subject.wish.imports {
        subject.after.roots.iter().map(|r| r.name.clone()).collect()
    } else {
        crossed.iter().flat_map(|c| c.dependents.iter().chain([&c.name])).cloned().collect()
    };
    let modules = modules(subject, &environment.dir, &wanted);
    let mut all = import(asker, &environment, &modules)?;
    for probe in &subject.wish.probes {
        all.push(self::probe(subject, asker, &environment, probe)?);
    }
    if let Some(base) = base
        && all.iter().any(|i| !i.ok)
    {
        before(subject, asker, base, whole, &solution, &mut all)?;
    }
    let failed = all.iter().filter(|i| !i.ok && !i.before);
    let causes = failed.map(|i| blame::cause(i, &environment.dir, &solved.solution, crossed)).collect();
    Ok(Outcome { imports: all, causes, not_run: None })
}

/// Why the wheels of a set are not downloaded for a check that nobody asked for; `None`: they are small enough, as far as
/// the index tells their sizes.
fn too_large(subject: &Subject<'_>, asker: &Asker<'_>, solution: &Solution) -> Option<String> {
    let tags = asker.runtime.tags();
    let sizes = solution.packages.iter().filter_map(|(name, version)| subject.pages.wheel_size(name, version, &tags));
    let bytes: u64 = sizes.sum();
    (bytes > DOWNLOAD).then(|| {
        format!(
            "imports were not tried: the wheels are {} MiB, and more than {} MiB are only downloaded with --imports",
            bytes >> 20,
            DOWNLOAD >> 20
        )
    })
}

/// Marks what fails without the overlay as well.
fn before(
    subject: &Subject<'_>,
    asker: &Asker<'_>,
    base: &Solution,
    whole: bool,
    solution: &Solution,
    all: &mut [Import],
) -> Result<(), EngineError> {
    let mut same = base.clone();
    if !whole {
        same.packages.retain(|name, _| solution.packages.contains_key(name));
    }
    // A set that cannot be installed tells nothing; then every failure counts.
    let Ok(environment) = environment(asker, &same)? else { return Ok(()) };
    let failing: Vec<(PackageName, String)> = all
        .iter()
        .filter(|i| !i.ok)
        .filter_map(|i| Some((PackageName::new(i.package.as_deref()?).ok()?, i.what.clone())))
        .collect();
    let again = import(asker, &environment, &failing)?;
    for item in all.iter_mut().filter(|i| !i.ok) {
        item.before = if item.package.is_some() {
            again.iter().any(|a| a.what == item.what && !a.ok)
        } else {
            !probe(subject, asker, &environment, &item.what)?.ok
        };
    }
    Ok(())
}

/// The part of the set that the compiled dependents of what crossed a boundary need.
fn below(solved: &Solved, crossed: &[Crossed]) -> Solution {
    let mut wanted: BTreeSet<&PackageName> =
        crossed.iter().flat_map(|c| c.dependents.iter().chain([&c.name])).collect();
    loop {
        let more: Vec<&PackageName> = solved
            .via
            .iter()
            .filter(|(name, parents)| !wanted.contains(name) && parents.iter().any(|p| wanted.contains(p)))
            .map(|(name, _)| name)
            .collect();
        if more.is_empty() {
            break;
        }
        wanted.extend(more);
    }
    let mut part = solved.solution.clone();
    part.packages.retain(|name, _| wanted.contains(name));
    part.urls.retain(|name, _| wanted.contains(name));
    part
}

fn environment(asker: &Asker<'_>, solution: &Solution) -> Result<Result<Environment, String>, EngineError> {
    let wheels = asker.wheels();
    let builder = Builder {
        clients: &asker.doors.clients,
        interpreter: &asker.runtime.interpreter,
        wheels: &wheels,
        limit: Duration::from_secs(900),
    };
    match builder.build(solution, &[]) {
        Ok(environment) => Ok(Ok(environment)),
        Err(EnvironmentError::NotInstallable(why)) => Ok(Err(why)),
        Err(other) => Err(other.into()),
    }
}

/// Import names of `wanted`: those that the component's code imports, else all that the package puts at the top.
fn modules(subject: &Subject<'_>, environment: &Path, wanted: &BTreeSet<PackageName>) -> Vec<(PackageName, String)> {
    let root = &subject.component.root;
    let inside = |file: &&String| root.is_empty() || file.starts_with(&format!("{root}/"));
    let files: Vec<String> = subject.tree.files.iter().filter(inside).cloned().collect();
    let code = Index::read(&files, &|path| subject.tree.read(path));
    let used_at_all = |name: &String| code.usage(Ecosystem::Python, name, Some(std::slice::from_ref(name))).count > 0;
    let mut all = Vec::new();
    for (package, names) in usage::import_names(environment).into_iter().filter(|(p, _)| wanted.contains(p)) {
        let usable = |n: &&String| {
            !n.starts_with('_') && !STRAY.contains(&n.as_str()) && n.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        let names: Vec<&String> = names.iter().filter(usable).collect();
        let used: Vec<&String> = names.iter().filter(|n| used_at_all(n)).copied().collect();
        let chosen = if used.is_empty() { names } else { used };
        all.extend(chosen.into_iter().map(|name| (package.clone(), name.clone())));
    }
    all
}

fn import(
    asker: &Asker<'_>,
    environment: &Environment,
    modules: &[(PackageName, String)],
) -> Result<Vec<Import>, EngineError> {
    if modules.is_empty() {
        return Ok(Vec::new());
    }
    let clients = &asker.doors.clients;
    let scratch = clients.scratch("imports").map_err(|e| EngineError::Disk(clients.dirs.scratch(), e))?;
    let log = scratch.path().join("imports.log");
    let names: Vec<String> = modules.iter().map(|(_, module)| module.clone()).collect();
    let env = BTreeMap::new();
    let prepared = imports::prepare(&ImportRequest {
        modules: &names,
        python: &environment.python,
        path_dirs: vec![environment.bin()],
        python_path: Vec::new(),
        env: &env,
        directory: "",
        scratch: scratch.path(),
        log: &log,
        worktree: scratch.path(),
    });
    prepared.write_files().map_err(|e| EngineError::Disk(scratch.path().to_owned(), e))?;
    let finished = asker.doors.foreign(&foreign(
        asker,
        environment,
        prepared.argv.clone(),
        prepared.env.clone(),
        scratch.path(),
        Some(&log),
    ))?;
    if clients.cancel.is_cancelled() {
        return Err(EngineError::Cancelled);
    }
    let stopped = finished.stopped.map(|_| format!("it ran longer than {} s", LIMIT.as_secs()));
    let run = imports::collect(&prepared, finished.exit, stopped, finished.seconds).0;
    let outcome = |(package, module): &(PackageName, String)| {
        let record = run.tests.iter().find(|(id, _)| id.0 == format!("import:{module}")).map(|(_, record)| record);
        let ok = record.is_some_and(|r| r.status == TestStatus::Passed);
        let failure = record.and_then(|r| r.failure.as_ref());
        let error = failure
            .map(|f| format!("{}: {}", f.error, f.message))
            .or_else(|| run.crashes.values().next().map(|crash| crash.message.clone()));
        Import {
            what: module.clone(),
            package: Some(package.to_string()),
            ok,
            error: if ok {
                None
            } else {
                Some(error.unwrap_or_else(|| "the interpreter ended without a word".to_owned()))
            },
            before: false,
        }
    };
    Ok(modules.iter().map(outcome).collect())
}

/// Runs the code of a probe, with the component's own folders importable.
fn probe(
    subject: &Subject<'_>,
    asker: &Asker<'_>,
    environment: &Environment,
    code: &str,
) -> Result<Import, EngineError> {
    let clients = &asker.doors.clients;
    let scratch = clients.scratch("probe").map_err(|e| EngineError::Disk(clients.dirs.scratch(), e))?;
    let argv = vec![environment.python.display().to_string(), "-c".to_owned(), code.to_owned()];
    let folders: Vec<String> = [subject.directory.join("src"), subject.directory.clone()]
        .iter()
        .filter(|f| f.is_dir())
        .map(|f| f.display().to_string())
        .collect();
    let env = BTreeMap::from([("PYTHONPATH".to_owned(), folders.join(":"))]);
    let mut task = foreign(asker, environment, argv, env, scratch.path(), None);
    task.read_only.push(subject.directory.clone());
    let finished = asker.doors.foreign(&task)?;
    if clients.cancel.is_cancelled() {
        return Err(EngineError::Cancelled);
    }
    let ok = finished.exit == Some(0);
    let text = finished.stderr_text();
    let last =
        text.lines().rev().map(str::trim).find(|l| !l.is_empty()).unwrap_or("it ended without a word").to_owned();
    Ok(Import { what: code.to_owned(), package: None, ok, error: (!ok).then_some(last), before: false })
}

fn foreign<'f>(
    asker: &Asker<'_>,
    environment: &Environment,
    argv: Vec<String>,
    mut env: BTreeMap<String, String>,
    scratch: &'f Path,
    log: Option<&Path>,
) -> Foreign<'f> {
    env.insert("VIRTUAL_ENV".to_owned(), environment.dir.display().to_string());
    env.insert("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned());
    Foreign {
        argv,
        directory: scratch,
        env,
        path: vec![environment.bin()],
        read_write: vec![scratch.to_owned()],
        read_only: vec![environment.dir.clone(), asker.runtime.interpreter.base_prefix.clone()],
        network: false,
        wall_limit: LIMIT,
        silence_limit: None,
        log: log.map(Path::to_owned),
        services: Vec::new(),
    }
}
