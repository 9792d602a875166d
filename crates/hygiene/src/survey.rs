//! Everything that checks look at, read once.

use crate::ci::{Pipelines, Step, pipelines};
use crate::code::{Source, sources};
use crate::container::{Dockerfile, dockerfiles};
use crate::repository::{Component, Repository};
use crate::service::{Service, own, services};

#[derive(Debug)]
pub(crate) struct Survey<'a> {
    pub(crate) repository: &'a Repository<'a>,
    pub(crate) ci: Pipelines,
    pub(crate) code: Vec<Source>,
    pub(crate) dockerfiles: Vec<Dockerfile>,
    pub(crate) services: Vec<Service>,
}

impl<'a> Survey<'a> {
    pub(crate) fn of(repository: &'a Repository<'a>) -> Self {
        let code = sources(repository);
        Self {
            repository,
            ci: pipelines(repository),
            services: services(repository, &code),
            code,
            dockerfiles: dockerfiles(repository),
        }
    }

    pub(crate) fn component(&self, service: &Service) -> Option<&Component> {
        self.repository.components.iter().find(|c| c.root == service.root && c.ecosystem == service.ecosystem)
    }

    /// The service's own production code.
    pub(crate) fn code_of(&self, service: &Service) -> Vec<&Source> {
        self.component(service).map(|c| own(self.repository, &self.code, c).collect()).unwrap_or_default()
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
