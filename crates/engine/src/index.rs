//! Releases of packages on the user's own index, fetched once a run.
//!
//! Lives here: which index, and the pages of it. The address comes from uv and is never written anywhere.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::interpreter::Interpreter;
use uplift_ecosystems::python::manifest;
use uplift_ecosystems::python::registry::{self, File, Release};
use uplift_model::{PackageName, Version};
use uplift_sandbox::fetch::Request;

use crate::error::EngineError;

/// How long a page counts as fresh.
const FRESH: Duration = Duration::from_secs(600);

/// The index, and what it said so far.
pub(crate) struct Index<'a> {
    doors: &'a Doors,
    interpreter: &'a Interpreter,
    max_age: Duration,
    base: RefCell<Option<String>>,
    pages: RefCell<BTreeMap<PackageName, Result<Page, String>>>,
}

/// One project page: its files, and what they come to on this interpreter.
struct Page {
    files: Vec<File>,
    releases: Vec<Release>,
}

impl<'a> Index<'a> {
    /// With `fresh`, pages that were fetched a moment ago are asked for again.
    pub(crate) fn new(doors: &'a Doors, interpreter: &'a Interpreter, fresh: bool) -> Self {
        let max_age = if fresh { Duration::ZERO } else { FRESH };
        Self { doors, interpreter, max_age, base: RefCell::new(None), pages: RefCell::new(BTreeMap::new()) }
    }

    /// Fetches the pages of `names` at once; what fails is remembered as not retrieved.
    pub(crate) fn load(&self, names: &[PackageName]) -> Result<(), EngineError> {
        let missing: Vec<PackageName> =
            names.iter().filter(|n| !self.pages.borrow().contains_key(*n)).cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        let base = self.base()?;
        let accept = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
        let page =
            |name: &PackageName| Request::new(format!("{base}/{name}/")).header("accept", accept).max_age(self.max_age);
        let answers = self.doors.fetch.get_all(missing.iter().map(page).collect());
        let tags = self.interpreter.tags();
        let mut pages = self.pages.borrow_mut();
        for (name, answer) in missing.into_iter().zip(answers) {
            let page = answer.map_err(|e| e.to_string()).and_then(|response| {
                let body = String::from_utf8_lossy(&response.body);
                let files = registry::parse(response.content_type.as_deref().unwrap_or_default(), &body)
                    .map_err(|e| e.to_string())?;
                let releases = registry::releases(&name, &files, &tags);
                Ok(Page { files, releases })
            });
            pages.insert(name, page);
        }
        Ok(())
    }

    /// Releases of one package, ascending.
    pub(crate) fn releases(&self, name: &PackageName) -> Result<Vec<Release>, EngineError> {
        self.load(std::slice::from_ref(name))?;
        Ok(self.pages.borrow().get(name).and_then(|p| p.as_ref().ok()).map(|p| p.releases.clone()).unwrap_or_default())
    }

    /// Whether some file of the release may be installed on `python`, by its `Requires-Python`.
    pub(crate) fn serves(&self, name: &PackageName, version: &Version, python: &Version) -> Result<bool, EngineError> {
        self.load(std::slice::from_ref(name))?;
        let pages = self.pages.borrow();
        let files = pages.get(name).and_then(|p| p.as_ref().ok()).map(|p| p.files.as_slice()).unwrap_or_default();
        let mut of = files.iter().filter(|f| f.version(name).as_ref() == Some(version));
        Ok(of.any(|f| f.requires_python.as_deref().is_none_or(|r| manifest::admits(r, python))))
    }

    /// `sha256:…` of every file of a release that is not yanked, sorted.
    pub(crate) fn hashes(&self, name: &PackageName, version: &Version) -> Result<Vec<String>, EngineError> {
        self.load(std::slice::from_ref(name))?;
        let pages = self.pages.borrow();
        let files = pages.get(name).and_then(|p| p.as_ref().ok()).map(|p| p.files.as_slice()).unwrap_or_default();
        let of = files.iter().filter(|f| f.yanked.is_none() && f.version(name).as_ref() == Some(version));
        let mut hashes: Vec<String> = of.filter_map(|f| f.sha256.as_ref().map(|h| format!("sha256:{h}"))).collect();
        hashes.sort();
        Ok(hashes)
    }

    /// Why a package's releases are not known; `None` when they are.
    pub(crate) fn not_retrieved(&self, name: &PackageName) -> Option<String> {
        self.pages.borrow().get(name).and_then(|p| p.as_ref().err().cloned())
    }

    /// The absolute address of a file that the page of `name` lists.
    pub(crate) fn address(&self, name: &PackageName, file: &str) -> String {
        if file.contains("://") {
            return file.to_owned();
        }
        let base = self.base.borrow().clone().unwrap_or_default();
        let origin: String = base.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        if file.starts_with('/') { format!("{origin}{file}") } else { format!("{base}/{name}/{file}") }
    }

    /// Asks uv which index it uses: the user's configuration decides.
    fn base(&self) -> Result<String, EngineError> {
        if let Some(base) = self.base.borrow().clone() {
            return Ok(base);
        }
        let base = self.doors.clients.index_url()?;
        *self.base.borrow_mut() = Some(base.clone());
        Ok(base)
    }
}
