//! The workshop: everything that a plan, a run and a rollback work with, set up in one way.
//!
//! Lives here: doors, tree, component, interpreter and folders; from them the index, the solver and the lab.
//! Lives elsewhere: how component and interpreter are chosen (`crate::subject`), what is done with it all.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::discover::Component;
use uplift_facts as facts;
use uplift_model::outcome::Counts;
use uplift_model::plan::Mended;
use uplift_model::{Event, PackageName, Settings, Solution, Version};
use uplift_sandbox::Cancel;

use crate::age::{Age, Day};
use crate::commits;
use crate::desk::{self, Desk};
use crate::error::EngineError;
use crate::index::Index;
use crate::lab::Lab;
use crate::layer::Layer;
use crate::mending;
use crate::research::{FRESH, Research};
use crate::solver::Solver;
use crate::stated::{self, Looked};
use crate::subject::{self, Asked, Tree};

/// What a workshop is set up for.
pub(crate) struct Order<'d> {
    pub(crate) desk: &'d Desk,
    /// Name below which answers and outcomes are journalled and the run's folders lie.
    pub(crate) run: &'d str,
    /// The commit to start from.
    pub(crate) commit: &'d str,
    /// The component's folder, or a folder in it, from the repository's root; empty or `.` for the root.
    pub(crate) inner: &'d str,
    pub(crate) settings: &'d Settings,
    pub(crate) cancel: &'d Cancel,
    /// The interpreter of `settings` was named on the command line.
    pub(crate) python_asked: bool,
    /// The day as of which an interpreter is assumed where none is stated, `YYYY-MM-DD`.
    pub(crate) as_of: String,
    /// Ask the index anew for pages that were fetched a moment ago.
    pub(crate) fresh: bool,
    pub(crate) site: Site,
}

/// Where the work goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    /// In a work tree of the run's own, made if it is not there yet.
    OwnTree,
    /// In the user's folder, which is only read.
    ReadOnly,
}

/// One component on one interpreter, with the doors open.
pub(crate) struct Workshop<'d> {
    order: Order<'d>,
    pub(crate) doors: Doors,
    pub(crate) tree: Tree<'d>,
    pub(crate) component: Component,
    /// What tests run on, what targets are for, and why.
    pub(crate) python: subject::Chosen,
    worktree: PathBuf,
    pub(crate) logs: PathBuf,
    /// The component's folder in the work tree.
    folder: PathBuf,
    wheels: PathBuf,
}

impl<'d> Workshop<'d> {
    /// # Errors
    /// [`EngineError::Repository`] when there is no component or no interpreter for it.
    pub(crate) fn open(order: Order<'d>, tell: &dyn Fn(Event) -> Result<(), EngineError>) -> Result<Self, EngineError> {
        let doors = desk::doors(order.settings, order.cancel)?;
        let tree = Tree::of(&order.desk.git, order.commit)?;
        let component = subject::component(&tree, order.inner, order.settings)?;
        let own = doors.clients.dirs.run(order.run);
        let logs = own.join("logs");
        let worktree = match order.site {
            Site::ReadOnly => order.desk.repository.top.clone(),
            Site::OwnTree => {
                std::fs::create_dir_all(&logs).map_err(|e| EngineError::Disk(logs.clone(), e))?;
                let place = own.join("tree");
                if !place.join(".git").exists() {
                    order.desk.git.worktree_add_detached(&place, order.commit)?;
                }
                place
            }
        };
        let folder = commits::folder(&worktree, &component);
        tell(Event::Doing { what: "choosing the interpreter".to_owned() })?;
        let wheels = |minor: &str| doors.clients.dirs.wheels(minor);
        let asked = order
            .settings
            .project
            .python
            .as_deref()
            .map(|wanted| Asked { wanted, by: if order.python_asked { "--python" } else { "the settings" } });
        let read = |path: &str| tree.read(path);
        let choice = subject::Choice {
            doors: &doors,
            component: &component,
            files: &tree.files,
            read: &read,
            asked,
            only_planned: order.site == Site::ReadOnly,
            directory: &folder,
            wheels: &wheels,
        };
        let top = &order.desk.repository.top;
        let chosen = subject::interpreter(&choice, || {
            stated::python(&Looked {
                doors: &doors,
                tree: &facts::tree::Tree::of(top, &tree.files, &read),
                top,
                root: &component.root,
                as_of: &order.as_of,
                max_age: if order.fresh { Duration::ZERO } else { FRESH },
            })
        })?;
        let wheels = wheels(&chosen.interpreter.minor());
        std::fs::create_dir_all(&wheels).map_err(|e| EngineError::Disk(wheels.clone(), e))?;
        let component = subject::with_own_lock(&doors, &tree, component, &chosen, &folder, &wheels)?;
        Ok(Self { order, doors, tree, component, python: chosen, worktree, logs, folder, wheels })
    }

    /// The version of Python that targets are for: `3.9.18`, or `3.9` where this machine does not have it.
    pub(crate) fn version(&self) -> String {
        let python = self.python.resolves_for();
        if python.version.ends_with(".99") { python.minor() } else { python.version.clone() }
    }

    /// What to know about the interpreter, one sentence each.
    pub(crate) fn told(&self) -> Vec<String> {
        let first = format!("Python {}: {}", self.python.interpreter.version, self.python.reason);
        std::iter::once(first).chain(self.python.notes.iter().cloned()).collect()
    }

    /// Makes what mends the set part of the tree, where today's cannot be installed.
    ///
    /// # Errors
    /// Those of asking, and when the project cannot be read with it.
    pub(crate) fn mend(&mut self, day: Day) -> Result<Option<Mended>, EngineError> {
        let found = {
            let index = self.index();
            mending::found(&self.solver(&index), &index, &self.tree, day, &self.order.settings.upgrade.target)?
        };
        let Some((mended, texts)) = found else { return Ok(None) };
        self.tree.over = texts;
        let component = subject::component(&self.tree, self.order.inner, self.order.settings)?;
        self.component =
            subject::with_own_lock(&self.doors, &self.tree, component, &self.python, &self.folder, &self.wheels)?;
        Ok(Some(mended))
    }

    pub(crate) fn index(&self) -> Index<'_> {
        Index::new(&self.doors, self.python.resolves_for(), self.order.fresh)
    }

    pub(crate) fn solver<'w>(&'w self, index: &'w Index<'w>) -> Solver<'w> {
        Solver {
            doors: &self.doors,
            journal: &self.order.desk.journal,
            run: self.order.run,
            component: &self.component,
            interpreter: self.python.resolves_for(),
            stands_in: self.python.stands_for.is_some(),
            builds: true,
            index,
            directory: &self.folder,
            wheels: &self.wheels,
            limit: Duration::from_secs(self.order.settings.limits.resolve_seconds),
            asked: Cell::new(0),
            age: OnceCell::new(),
            built: OnceCell::new(),
            together: self.order.settings.plan.groups.values().cloned().collect(),
        }
    }

    /// From here on nothing too young enters, save what mends something; `now` in Unix seconds.
    ///
    /// # Errors
    /// Those of asking the index.
    pub(crate) fn keep_out_the_young(
        &self,
        solver: &Solver<'_>,
        base: &Solution,
        day: Day,
        fixes: &BTreeMap<PackageName, Version>,
    ) -> Result<Option<String>, EngineError> {
        let upgrade = &self.order.settings.upgrade;
        let chosen = upgrade.pin.keys().chain(upgrade.target.keys()).cloned().collect();
        let age = Age::of(upgrade, day, solver.index, base, chosen, fixes)?;
        let note = age.note();
        let _set = solver.age.set(age);
        Ok(note)
    }

    /// What is known of the packages at hand, looked up when it is first wanted.
    pub(crate) fn research<'w>(&'w self, base: &'w Solution, now: i64) -> Research<'w> {
        let own = self.order.desk;
        let clean =
            !own.repository.dirty && own.repository.usable_head().is_ok_and(|head| head.as_str() == self.order.commit);
        Research {
            doors: &self.doors,
            settings: self.order.settings,
            tree: &self.tree,
            top: &own.repository.top,
            clean: clean && self.tree.over.is_empty(),
            component: &self.component,
            python: self.python.resolves_for().minor(),
            commit: self.order.commit,
            base,
            now,
            fresh: self.order.fresh,
            judged: OnceCell::new(),
        }
    }

    /// The lab at the commit that the work starts from, with nothing of the project installed yet.
    pub(crate) fn lab(&self) -> Lab<'_> {
        Lab {
            doors: &self.doors,
            git: &self.order.desk.git,
            journal: &self.order.desk.journal,
            run: self.order.run,
            settings: self.order.settings,
            component: &self.component,
            interpreter: &self.python.interpreter,
            worktree: &self.worktree,
            logs: &self.logs,
            wheels: &self.wheels,
            tree: RefCell::new(self.order.commit.to_owned()),
            layer: RefCell::new(Layer::default()),
            tools: RefCell::new(Solution::default()),
            rootdir: RefCell::new(None),
            usual: Cell::new(None),
            counts: RefCell::new(Counts::default()),
        }
    }
}
