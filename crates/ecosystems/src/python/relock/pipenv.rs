//! `Pipfile.lock`, by pipenv.
//!
//! `pipenv upgrade name==version` rewrites the Pipfile's own line, so the edited Pipfile is put back afterwards.

use std::collections::BTreeMap;

use super::{Relock, RelockError, success};

pub(super) fn write(relock: &Relock<'_>) -> Result<(), RelockError> {
    let tool = relock.tool("pipenv")?;
    let folder = if relock.component.root.is_empty() { String::new() } else { format!("{}/", relock.component.root) };
    let pipfile = format!("{folder}Pipfile");
    let lock = format!("{folder}Pipfile.lock");
    let real = relock.read(&pipfile)?;
    let env = BTreeMap::from([
        ("PIPENV_PYTHON".to_owned(), relock.builder.interpreter.exe.display().to_string()),
        ("PIPENV_DEFAULT_PYTHON_VERSION".to_owned(), relock.builder.interpreter.exe.display().to_string()),
        ("PIPENV_IGNORE_VIRTUALENVS".to_owned(), "1".to_owned()),
        ("PIPENV_YES".to_owned(), "1".to_owned()),
        ("PIPENV_NOSPIN".to_owned(), "1".to_owned()),
        ("WORKON_HOME".to_owned(), relock.builder.clients.dirs.scratch().display().to_string()),
    ]);
    let dev: Vec<_> = relock.component.manifest(&pipfile).map(|m| m.manifest.stated.iter().filter(|s| s.group == "dev-packages" || s.group == "dev").map(|s| s.name.clone()).collect()).unwrap_or_default();
    for (group, is_dev) in [(false, false), (true, true)] {
        let pins: Vec<String> = relock.moved().into_iter().filter(|(name, _)| dev.contains(name) == is_dev).map(|(name, version)| format!("{name}=={version}")).collect();
        if pins.is_empty() {
            continue;
        }
        let mut args: Vec<String> = ["-m", "pipenv", "upgrade"].map(str::to_owned).to_vec();
        if group {
            args.push("--dev".to_owned());
        }
        args.extend(pins);
        let answer = relock.doors.clients.run_with(&tool.python, &args, &relock.folder(), relock.limit, &env)?;
        let ran = success(answer, "pipenv", &lock);
        relock.put(&pipfile, &real)?;
        ran?;
    }
    Ok(())
}
