//! The lab: one set of packages, one environment, one run of the tests, in the run's own work tree.
//!
//! Lives here: making the environment and running whole suites or chosen tests in it; every run is journalled.
//! Lives elsewhere: the project's own part of an environment (`crate::layer`), which sets to try (`crate::trials`), what the outcome means (`decide`).

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uplift_ecosystems::doors::{Doors, Foreign};
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::environment::{Builder, Environment, EnvironmentError};
use uplift_ecosystems::python::interpreter::Interpreter;
use uplift_model::outcome::Counts;
use uplift_model::{Settings, Solution, SuiteRun, TestId};
use uplift_sandbox::git::Git;
use uplift_verify::checks::imports::{self, ImportRequest};
use uplift_verify::checks::unit::{self, Prepared, SuiteRequest};
use uplift_verify::discover::TestCommand;

use crate::error::EngineError;
use crate::journal::Journal;
use crate::layer::Layer;

/// Longest first run of a suite whose duration is not known yet.
const FIRST_LIMIT: Duration = Duration::from_secs(1800);
/// How much longer a whole run may take that our own limit has cut off once.
const PATIENCE: f64 = 5.0;

/// Everything that running tests needs.
pub(crate) struct Lab<'a> {
    pub(crate) doors: &'a Doors,
    pub(crate) git: &'a Git,
    pub(crate) journal: &'a Journal,
    pub(crate) run: &'a str,
    pub(crate) settings: &'a Settings,
    pub(crate) component: &'a Component,
    pub(crate) interpreter: &'a Interpreter,
    pub(crate) worktree: &'a Path,
    pub(crate) logs: &'a Path,
    pub(crate) wheels: &'a Path,
    /// The tree that the work tree holds during trials.
    pub(crate) tree: RefCell<String>,
    pub(crate) layer: RefCell<Layer>,
    /// Test tools put on top of every environment that lacks them.
    pub(crate) tools: RefCell<Solution>,
    pub(crate) rootdir: RefCell<Option<String>>,
    /// Seconds of the first baseline run.
    pub(crate) usual: Cell<Option<f64>>,
    pub(crate) counts: RefCell<Counts>,
}

/// One run of the tests, as journalled.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ran {
    suite: SuiteRun,
    rootdir: Option<String>,
}

impl Lab<'_> {
    pub(crate) fn builder(&self) -> Builder<'_> {
        Builder {
            clients: &self.doors.clients,
            interpreter: self.interpreter,
            wheels: self.wheels,
            limit: Duration::from_secs(self.settings.limits.build_seconds),
        }
    }

    /// The environment of `solution` with the project on top; the inner error says why the set cannot be installed.
    pub(crate) fn environment(&self, solution: &Solution) -> Result<Result<Environment, String>, EngineError> {
        self.environment_at(solution, None)
    }

    /// The same at a place of the caller's choice.
    pub(crate) fn environment_at(
        &self,
        solution: &Solution,
        dir: Option<&Path>,
    ) -> Result<Result<Environment, String>, EngineError> {
        let extra: Vec<PathBuf> = self.layer.borrow().wheels.clone();
        let builder = self.builder();
        let mut whole = solution.clone();
        whole.packages.extend(crate::tools::without(&self.tools.borrow(), solution).packages);
        let built = match dir {
            None => builder.build(&whole, &extra),
            Some(dir) => builder.build_at(dir, builder.key(&whole, &extra), &whole, &extra),
        };
        match built {
            Ok(environment) => {
                self.counts.borrow_mut().environments += 1;
                Ok(Ok(environment))
            }
            Err(EnvironmentError::NotInstallable(why)) => Ok(Err(why)),
            Err(other) => Err(other.into()),
        }
    }

    /// Runs the tests in `environment`: all, or the chosen ones. `attempt` tells reruns of the same apart.
    pub(crate) fn suite(
        &self,
        command: &TestCommand,
        environment: &Environment,
        select: Option<&[TestId]>,
        attempt: u32,
    ) -> Result<SuiteRun, EngineError> {
        let chosen = select.map_or_else(|| "all".to_owned(), |ids| digest(ids.iter().map(|i| i.0.as_str())));
        let short: String = environment.key.chars().take(12).collect();
        let key = format!("suite:{}:{}:{chosen}:{attempt}", environment.key, self.tree.borrow());
        let log = self.logs.join(format!(
            "{short}-{}-{attempt}.log",
            if select.is_some() { format!("probe-{chosen}") } else { "full".to_owned() }
        ));
        {
            let mut counts = self.counts.borrow_mut();
            if select.is_some() { counts.probes += 1 } else { counts.full_runs += 1 }
        }
        if crate::untested::is_stand_in(command) {
            return self.imports(environment, &crate::untested::modules(command), &command.directory);
        }
        let ran: Ran = self.journal.step(self.run, &key, || self.run_suite(command, environment, select, &log))?;
        if ran.rootdir.is_some() {
            *self.rootdir.borrow_mut() = ran.rootdir;
        }
        Ok(ran.suite)
    }

    fn run_suite(
        &self,
        command: &TestCommand,
        environment: &Environment,
        select: Option<&[TestId]>,
        log: &Path,
    ) -> Result<Ran, EngineError> {
        self.clean()?;
        let scratch =
            self.doors.clients.scratch("suite").map_err(|e| EngineError::Disk(self.doors.clients.dirs.scratch(), e))?;
        let rootdir = self.rootdir.borrow().clone();
        let request = SuiteRequest {
            command,
            python: &environment.python,
            path_dirs: vec![environment.bin()],
            python_path: self.python_path(),
            select,
            rootdir: rootdir.as_deref(),
            scratch: scratch.path(),
            log,
            worktree: self.worktree,
        };
        let prepared = unit::prepare(&request);
        let (mut exit, mut stopped, mut seconds) =
            self.start(&prepared, environment, scratch.path(), self.limit(1.0))?;
        if select.is_none()
            && stopped.is_some()
            && self.settings.test.time_limit.is_none()
            && self.usual.get().is_some()
        {
            // Nobody asked for this limit. A busy machine takes longer than usual, and half a run proves nothing.
            self.clean()?;
            (exit, stopped, seconds) = self.start(&prepared, environment, scratch.path(), self.limit(PATIENCE))?;
        }
        let mut collected = unit::collect(&prepared, exit, stopped, seconds);
        self.neutral(&mut collected.run, environment);
        Ok(Ran { suite: collected.run, rootdir: collected.rootdir })
    }

    /// Takes the places of this run's folders out of messages: they differ between environments and tell nobody anything.
    fn neutral(&self, run: &mut SuiteRun, environment: &Environment) {
        let site = crate::usage::site_packages(&environment.dir);
        let mut places: Vec<(String, &str)> = site.iter().map(|s| (s.display().to_string(), "site-packages")).collect();
        places.push((environment.dir.display().to_string(), "environment"));
        places.push((format!("{}/", self.worktree.display()), ""));
        let failures = run.tests.values_mut().filter_map(|t| t.failure.as_mut()).chain(run.crashes.values_mut());
        for failure in failures {
            for (place, word) in &places {
                if failure.message.contains(place) || failure.text.contains(place) {
                    failure.message = failure.message.replace(place, word);
                    failure.text = failure.text.replace(place, word);
                }
            }
        }
    }

    /// Imports the project's top-level modules in `environment`: what remains when no test can run.
    pub(crate) fn imports(
        &self,
        environment: &Environment,
        modules: &[String],
        directory: &str,
    ) -> Result<SuiteRun, EngineError> {
        let key = format!("imports:{}:{}", environment.key, self.tree.borrow());
        let log = self.logs.join(format!("{}-imports.log", environment.key.chars().take(12).collect::<String>()));
        self.journal.step(self.run, &key, || {
            self.clean()?;
            let scratch = self
                .doors
                .clients
                .scratch("imports")
                .map_err(|e| EngineError::Disk(self.doors.clients.dirs.scratch(), e))?;
            let env = self.settings.test.env.clone();
            let request = ImportRequest {
                modules,
                python: &environment.python,
                path_dirs: vec![environment.bin()],
                python_path: self.python_path(),
                env: &env,
                directory,
                scratch: scratch.path(),
                log: &log,
                worktree: self.worktree,
            };
            let prepared = imports::prepare(&request);
            let (exit, stopped, seconds) = self.start(&prepared, environment, scratch.path(), self.limit(1.0))?;
            Ok::<_, EngineError>(imports::collect(&prepared, exit, stopped, seconds).0)
        })
    }

    /// How long one process of the tests may take: what the settings say; else several times the first run, `more` times
    /// over.
    fn limit(&self, more: f64) -> Duration {
        let usual = self.usual.get().map(|s| Duration::from_secs_f64((s * 4.0).max(120.0) * more).min(FIRST_LIMIT));
        self.settings.test.time_limit.map(Duration::from_secs).or(usual).unwrap_or(FIRST_LIMIT)
    }

    fn start(
        &self,
        prepared: &Prepared,
        environment: &Environment,
        scratch: &Path,
        wall_limit: Duration,
    ) -> Result<(Option<i32>, Option<String>, f64), EngineError> {
        prepared.write_files().map_err(|e| EngineError::Disk(scratch.to_owned(), e))?;
        // Byte code is kept per environment: its sources never change, and every process would compile them anew.
        let bytecode = self.doors.clients.dirs.bytecode().join(&environment.key);
        std::fs::create_dir_all(&bytecode).map_err(|e| EngineError::Disk(bytecode.clone(), e))?;
        let mut env: BTreeMap<String, String> = prepared.env.clone();
        env.insert("PYTHONPYCACHEPREFIX".to_owned(), bytecode.display().to_string());
        env.insert("VIRTUAL_ENV".to_owned(), environment.dir.display().to_string());
        env.extend(self.settings.test.env.clone());
        let settings = &self.settings.test;
        let finished = self.doors.foreign(&Foreign {
            argv: prepared.argv.clone(),
            directory: &prepared.directory,
            env,
            path: prepared.path_dirs.clone(),
            read_write: vec![self.worktree.to_owned(), scratch.to_owned(), bytecode],
            read_only: vec![environment.dir.clone(), self.interpreter.base_prefix.clone()],
            network: settings.network,
            wall_limit,
            silence_limit: Some(Duration::from_secs(settings.silence_limit)),
            log: Some(prepared.log.clone()),
            services: self.settings.services.clone(),
        })?;
        if self.doors.clients.cancel.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        let stopped = finished.stopped.map(|s| match s {
            uplift_sandbox::Stopped::WallLimit => format!("it ran longer than its limit ({:.0} s)", finished.seconds),
            uplift_sandbox::Stopped::SilenceLimit => format!("it said nothing for {} s", settings.silence_limit),
            uplift_sandbox::Stopped::Cancelled => "it was cancelled".to_owned(),
        });
        Ok((finished.exit, stopped, finished.seconds))
    }
}

/// A short name for a list of texts.
pub(crate) fn digest<'t>(parts: impl Iterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect()
}
