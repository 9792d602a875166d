//! Everything that checks look at, read once.

use uplift_model::analysis::FileProblem;

use crate::ci::{Pipelines, Step, pipelines};
use crate::code::{Source, sources};
use crate::container::{Dockerfile, dockerfiles};
use crate::repository::{Component, Repository};
use crate::service::{Owned, Service, services};

#[derive(Debug)]
pub(crate) struct Survey<'a> {
    pub(crate) repository: &'a Repository<'a>,
    pub(crate) ci: Pipelines,
    pub(crate) code: Vec<Source>,
    /// Files of code that were not read.
    pub(crate) unread: Vec<FileProblem>,
    owned: Owned,
    pub(crate) dockerfiles: Vec<Dockerfile>,
    pub(crate) services: Vec<Service>,
}

impl<'a> Survey<'a> {
    pub(crate) fn of(repository: &'a Repository<'a>) -> Self {
        let (code, unread) = sources(repository);
        let owned = Owned::new(repository, &code);
        Self {
            repository,
            ci: pipelines(repository),
            services: services(repository, &code, &owned),
            code,
            unread,
            owned,
            dockerfiles: dockerfiles(repository),
        }
    }

    pub(crate) fn component(&self, service: &Service) -> Option<&Component> {
        self.repository.components.iter().find(|c| c.root == service.root && c.ecosystem == service.ecosystem)
    }

    /// The service's own production code.
    pub(crate) fn code_of(&self, service: &Service) -> Vec<&Source> {
        self.component(service).map(|c| self.code_in(c).collect()).unwrap_or_default()
    }

    /// Production code of a component, without what lies in a deeper one.
    pub(crate) fn code_in(&self, component: &Component) -> impl Iterator<Item = &Source> {
        self.owned.of(&self.code, component)
    }

    /// What CI runs in the end: a step that calls a script is left out for the script's own commands.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.ci.steps.iter().filter(|s| !s.expands)
    }

    /// Production code of the whole repository.
    pub(crate) fn production(&self) -> impl Iterator<Item = &Source> {
        self.code.iter().filter(|s| s.production)
    }
}
