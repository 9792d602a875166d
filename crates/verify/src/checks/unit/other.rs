//! Commands that are neither pytest nor unittest by their look: scripts, make, shell lines.
//!
//! Where such a command runs pytest inside, the plug-in comes along by `PYTEST_ADDOPTS` and tests
//! report one by one all the same; else only the exit status is known.

use super::{Prepared, SuiteRequest, pytest, python_path, text};

/// Id of the one pseudo test that stands for a command of which only the exit status is known.
pub const COMMAND: &str = "<command>";

pub(super) fn prepare(request: &SuiteRequest<'_>, prepared: &mut Prepared) {
    let folder = request.scratch.join("plugin");
    prepared.files.push((folder.join("uplift_pytest.py"), pytest::PLUGIN.to_owned()));
    let path = python_path(request, &folder);
    let options = match request.command.env.get("PYTEST_ADDOPTS") {
        Some(own) => format!("{own} -p uplift_pytest"),
        None => "-p uplift_pytest".to_owned(),
    };
    prepared.env.insert("PYTHONPATH".into(), path);
    prepared.env.insert("PYTEST_ADDOPTS".into(), options);
    prepared.env.insert("UPLIFT_REPORT".into(), text(&prepared.report));
}
