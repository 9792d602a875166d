//! unittest and Django's runner: a `sitecustomize` that writes down every result.
//!
//! Chosen tests are not passed on: a run always runs everything. Django ids depend on how its runner
//! was told to look for tests, and unittest ids on the folder where its discovery started.

use super::{Prepared, SuiteRequest, python_path, text};

const SHIM: &str = include_str!("../../../plugin/uplift_unittest/sitecustomize.py");

pub(super) fn prepare(request: &SuiteRequest<'_>, prepared: &mut Prepared) {
    let folder = request.scratch.join("plugin");
    prepared.files.push((folder.join("sitecustomize.py"), SHIM.to_owned()));
    prepared.env.insert("PYTHONPATH".into(), python_path(request, &folder));
    prepared.env.insert("UPLIFT_REPORT".into(), text(&prepared.report));
}
