//! Documents of npm packages, fetched as they are needed and seen as of a day.

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::javascript::client::{Form, Registries};
use uplift_ecosystems::javascript::registry::{self, Packument};
use uplift_sandbox::fetch::FetchError;

/// Documents of packages, fetched as they are needed.
pub(super) struct Documents<'a> {
    pub(super) doors: &'a Doors,
    pub(super) registries: Registries,
    pub(super) as_of: Option<&'a str>,
    pub(super) known: BTreeMap<String, Result<Option<Packument>, String>>,
}

impl Documents<'_> {
    pub(super) fn load(&mut self, names: impl IntoIterator<Item = String>) {
        let open: BTreeSet<String> = names.into_iter().filter(|n| !self.known.contains_key(n)).collect();
        // Days stand in the full form only.
        let form = if self.as_of.is_some() { Form::Full } else { Form::Abbreviated };
        let requests = open.iter().map(|name| self.registries.request(name, form)).collect();
        for (name, answer) in open.into_iter().zip(self.doors.fetch.get_all(requests)) {
            let read = match answer {
                Ok(response) => match registry::parse(&response.body) {
                    Ok(document) => Ok(Some(self.as_of.map_or(document.clone(), |day| document.until(day)))),
                    Err(e) => Err(e.to_string()),
                },
                Err(FetchError::Status { status: 404 | 410, .. }) => Ok(None),
                Err(e) => Err(e.to_string()),
            };
            self.known.insert(name, read);
        }
    }

    pub(super) fn of(&mut self, name: &str) -> Result<Option<&Packument>, String> {
        self.load([name.to_owned()]);
        match self.known.get(name) {
            Some(Ok(document)) => Ok(document.as_ref()),
            Some(Err(why)) => Err(why.clone()),
            None => Ok(None),
        }
    }
}
