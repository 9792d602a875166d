//! Looking without doing: what `init` writes down and what `doctor` checks.

use std::path::Path;

use uplift_ecosystems::python::interpreter;
use uplift_facts as facts;
use uplift_model::{PackageName, Settings};
use uplift_sandbox::dirs::Dirs;
use uplift_sandbox::environment::find_on_path;
use uplift_sandbox::{Cancel, Ladder, Rung, clock};

use crate::baseline;
use crate::desk::{self, Desk};
use crate::error::EngineError;
use crate::research::FRESH;
use crate::stated::{self, Looked};
use crate::subject::{self, Asked, Choice, Tree};

/// What a project looks like to Uplift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub component: String,
    pub environment: String,
    pub interpreter: Option<String>,
    /// Commands that may run the tests, with where each was found, best first.
    pub test_commands: Vec<(String, String)>,
    pub notes: Vec<String>,
}

/// Looks at the project at `path`.
///
/// # Errors
/// [`EngineError`].
pub fn found(path: &Path, settings: &Settings, cancel: &Cancel) -> Result<Found, EngineError> {
    let desk = Desk::open(path, cancel)?;
    let head = desk.repository.usable_head()?.to_string();
    let tree = Tree::of(&desk.git, &head)?;
    let component = subject::component(&tree, &desk.inner, settings)?;
    let doors = desk::doors(settings, cancel)?;
    let folder = crate::commits::folder(&desk.repository.top, &component);
    let asked = settings.project.python.as_deref().map(|wanted| Asked { wanted, by: "the settings" });
    let wheels = |minor: &str| doors.clients.dirs.wheels(minor);
    let read = |path: &str| tree.read(path);
    let choice = Choice {
        doors: &doors,
        component: &component,
        files: &tree.files,
        read: &read,
        asked,
        only_planned: false,
        directory: &folder,
        wheels: &wheels,
    };
    let top = &desk.repository.top;
    let chosen = subject::interpreter(&choice, || {
        stated::python(&Looked {
            doors: &doors,
            tree: &facts::tree::Tree::of(top, &tree.files, &read),
            top,
            root: &component.root,
            as_of: &facts::days::of_seconds(clock::now()),
            max_age: FRESH,
        })
    });
    let mut notes = component.notes.clone();
    let interpreter = match chosen {
        Ok(chosen) => Some(chosen.resolves_for().minor()),
        Err(EngineError::Cancelled) => return Err(EngineError::Cancelled),
        Err(e) => {
            notes.push(e.to_string());
            None
        }
    };
    let pins = component.locked.clone().unwrap_or_default();
    let stated: Vec<PackageName> =
        component.manifests.iter().flat_map(|m| m.manifest.stated.iter().map(|s| s.name.clone())).collect();
    let has =
        |name: &str| PackageName::new(name).is_ok_and(|n| stated.contains(&n) || pins.iter().any(|p| p.name == n));
    let commands = baseline::commands(&tree, &component.root, settings, &has, None)?;
    notes.extend(commands.notes);
    Ok(Found {
        component: subject::shown(&component),
        environment: component.environment.describe(),
        interpreter,
        test_commands: commands.commands.iter().map(|c| (c.shown(), c.found_in.clone())).collect(),
        notes,
    })
}

/// One thing that was looked at on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    pub what: String,
    pub state: String,
    pub ok: bool,
    /// Without it nothing works.
    pub needed: bool,
    pub hint: Option<String>,
}

/// Looks at everything that Uplift needs of the machine.
pub fn inspect(cancel: &Cancel) -> Vec<Inspection> {
    let item = |what: &str, state: Result<String, String>, needed: bool, hint: &str| {
        let ok = state.is_ok();
        Inspection {
            what: what.to_owned(),
            state: state.unwrap_or_else(|e| e),
            ok,
            needed,
            hint: (!ok && !hint.is_empty()).then(|| hint.to_owned()),
        }
    };
    let mut all = vec![item(
        "git",
        find_on_path("git").map(|p| p.display().to_string()).ok_or_else(|| "not found".to_owned()),
        true,
        "install git",
    )];
    let dirs = match Dirs::find() {
        Ok(dirs) => dirs,
        Err(e) => {
            all.push(item("cache", Err(e.to_string()), true, "set UPLIFT_CACHE_DIR to a folder that can be written"));
            return all;
        }
    };
    let writable = Dirs::make(dirs.root()).map(|()| dirs.root().display().to_string()).map_err(|e| e.to_string());
    all.push(item("cache", writable, true, "make it writable, or set UPLIFT_CACHE_DIR"));
    let free = uplift_sandbox::disk::free_bytes(dirs.root())
        .map(|bytes| format!("{:.1} GiB", bytes as f64 / (1u64 << 30) as f64));
    all.push(item(
        "free disk",
        free.map_err(|e| e.to_string()),
        false,
        "environments and wheels need about 1 GiB a project",
    ));
    let clients = uplift_ecosystems::python::client::Clients::new(dirs, cancel.clone());
    let pythons = interpreter::find(&clients).map_err(|e| e.to_string()).and_then(|all| {
        let names: Vec<String> = all.iter().map(|i| i.version.clone()).collect();
        if names.is_empty() { Err("none found".to_owned()) } else { Ok(names.join(", ")) }
    });
    all.push(item("Python", pythons, true, "install the Python that your project asks for"));
    let uv = clients.uv_path().map(|p| p.display().to_string()).map_err(|e| e.to_string());
    all.push(item("uv", uv, true, "let pip reach your package index, or install uv and put it on PATH"));
    let index = clients.index_url().map(|u| uplift_sandbox::redact::text(&u)).map_err(|e| e.to_string());
    all.push(item("package index", index, true, "configure pip or uv"));
    let ladder = Ladder::detect(cancel);
    let best = ladder.rung == Rung::Bubblewrap;
    all.push(item(
        "sandbox",
        if best { Ok(ladder.statement) } else { Err(ladder.statement) },
        false,
        "install bubblewrap, and allow user namespaces",
    ));
    all
}
