//! Services: components that answer requests, and what is known of each.

use std::collections::BTreeMap;

use uplift_model::hygiene::Evidence;
use uplift_model::{Ecosystem, Role};

use crate::code::Source;
use crate::place;
use crate::repository::{Component, Repository};

/// A component that answers requests.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Service {
    /// Folder of the component.
    pub(crate) root: String,
    pub(crate) ecosystem: Ecosystem,
    /// What makes it one.
    pub(crate) shown_by: Evidence,
}

/// Modules of web frameworks, as code imports them.
const PYTHON: [&str; 16] = [
    "fastapi",
    "flask",
    "django",
    "starlette",
    "aiohttp.web",
    "sanic",
    "tornado.web",
    "litestar",
    "quart",
    "falcon",
    "bottle",
    "flask_openapi3",
    "robyn",
    "grpc.aio",
    "connexion",
    "blacksheep",
];
/// The same as packages.
const PYTHON_PACKAGES: [&str; 13] = [
    "fastapi",
    "flask",
    "django",
    "starlette",
    "sanic",
    "tornado",
    "litestar",
    "quart",
    "falcon",
    "bottle",
    "flask-openapi3",
    "connexion",
    "blacksheep",
];
const JAVASCRIPT: [&str; 9] =
    ["express", "koa", "fastify", "@nestjs/core", "@hapi/hapi", "hono", "restify", "polka", "apollo-server"];

/// The services of the repository, by folder. A framework that is only declared counts: the component says that it runs one.
pub(crate) fn services(repository: &Repository<'_>, code: &[Source], owned: &Owned) -> Vec<Service> {
    let mut found = Vec::new();
    for component in &repository.components {
        let modules: &[&str] = if component.ecosystem == Ecosystem::Python { &PYTHON } else { &JAVASCRIPT };
        let imported = owned.of(code, component).find_map(|s| s.imports_any(modules));
        if let Some(shown_by) = imported.or_else(|| declared_framework(component)) {
            found.push(Service { root: component.root.clone(), ecosystem: component.ecosystem, shown_by });
        }
    }
    found
}

fn declared_framework(component: &Component) -> Option<Evidence> {
    let packages: &[&str] = if component.ecosystem == Ecosystem::Python { &PYTHON_PACKAGES } else { &JAVASCRIPT };
    declares(component, packages)
}

/// Where a component's manifests state one of `packages` for running.
pub(crate) fn declares(component: &Component, packages: &[&str]) -> Option<Evidence> {
    let normal = |name: &str| name.to_lowercase().replace(['_', '.'], "-");
    let wanted = |name: &str| packages.iter().any(|p| name == *p || normal(name) == normal(p));
    let runs = component.requirements.iter().filter(|r| r.role == Role::Runtime && wanted(&r.name));
    let statement = runs.flat_map(|r| &r.stated).next()?;
    Some(place::evidence(&statement.file, Some(statement.line), &statement.written))
}

/// Production code by the component that it belongs to: what lies in a deeper one of the same ecosystem is that one's.
#[derive(Debug, Default)]
pub(crate) struct Owned {
    /// Places in the code, by ecosystem and the component's folder.
    by_root: BTreeMap<(Ecosystem, String), Vec<usize>>,
}

impl Owned {
    /// Asks for each file's owner once.
    pub(crate) fn new(repository: &Repository<'_>, code: &[Source]) -> Self {
        let mut by_root: BTreeMap<(Ecosystem, String), Vec<usize>> = BTreeMap::new();
        for (index, source) in code.iter().enumerate().filter(|(_, s)| s.production) {
            if let Some(root) = repository.root_of(&source.path, source.language) {
                by_root.entry((source.language, root.to_owned())).or_default().push(index);
            }
        }
        Self { by_root }
    }

    pub(crate) fn of<'s>(&self, code: &'s [Source], component: &Component) -> impl Iterator<Item = &'s Source> {
        let own = self.by_root.get(&(component.ecosystem, component.root.clone()));
        own.into_iter().flatten().filter_map(|index| code.get(*index))
    }
}
