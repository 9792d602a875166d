//! The doors that ecosystems go through, held together: clients, foreign code, downloads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use uplift_model::settings::Service;
use uplift_sandbox::fetch::{Fetch, FetchError, Request};
use uplift_sandbox::{Confinement, Finished, Ladder, Limits, ProcessError, Task, environment, process};

use crate::python::client::Clients;

/// Every door of one run.
#[derive(Debug)]
pub struct Doors {
    pub clients: Clients,
    pub ladder: Ladder,
    pub fetch: Fetch,
    pub limits: Limits,
}

/// Foreign code to run: a build or a test command. It sees a cleared environment and a private home.
#[derive(Debug)]
pub struct Foreign<'a> {
    pub argv: Vec<String>,
    pub directory: &'a Path,
    pub env: BTreeMap<String, String>,
    /// Folders put before the system's on `PATH`.
    pub path: Vec<PathBuf>,
    pub read_write: Vec<PathBuf>,
    pub read_only: Vec<PathBuf>,
    pub network: bool,
    pub wall_limit: Duration,
    pub silence_limit: Option<Duration>,
    pub log: Option<PathBuf>,
    /// Programs that run beside it, within the same sandbox.
    pub services: Vec<Service>,
}

impl Doors {
    /// Runs foreign code confined, as far as this machine's rung goes, with a fresh home and folder for temporary files.
    ///
    /// # Errors
    /// [`ProcessError`] when it could not be started at all.
    pub fn foreign(&self, what: &Foreign<'_>) -> Result<Finished, ProcessError> {
        let private = self.private()?;
        let (home, tmp) = (private.path().join("home"), private.path().join("tmp"));
        let mut path = what.path.clone();
        path.extend(environment::system_path());
        let env = environment::foreign(&path, &home, &tmp, what.env.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        let mut confinement = Confinement::new(self.ladder.rung, &tmp, &home);
        confinement.read_write.clone_from(&what.read_write);
        confinement.read_only.clone_from(&what.read_only);
        confinement.hide = environment::homes();
        confinement.hide.extend(environment::secrets());
        confinement.network = what.network;
        let argv = with_services(&what.argv, &what.services, private.path())?;
        if !what.services.is_empty() {
            confinement.read_only.push(private.path().join(SCRIPT));
        }
        let (program, args) =
            argv.split_first().ok_or_else(|| ProcessError::Launcher { message: "the command is empty".to_owned() })?;
        let mut task = Task::new(program, what.directory)
            .args(args)
            .env(env)
            .wall_limit(what.wall_limit)
            .limits(self.limits)
            .confined(confinement);
        task.silence_limit = what.silence_limit;
        task.log.clone_from(&what.log);
        process::run(&task, &self.clients.cancel)
    }

    fn private(&self) -> Result<tempfile::TempDir, ProcessError> {
        let made = self.clients.scratch("run").and_then(|dir| {
            std::fs::create_dir(dir.path().join("home"))?;
            std::fs::create_dir(dir.path().join("tmp"))?;
            Ok(dir)
        });
        made.map_err(|e| ProcessError::Launcher { message: format!("no private folder could be made: {e}") })
    }

    /// The body of a file on an index.
    ///
    /// # Errors
    /// [`FetchError`], with the address redacted.
    pub fn download(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let mut answers = self.fetch.get_all(vec![Request::new(url)]);
        match answers.pop() {
            Some(answer) => answer.map(|response| response.body),
            None => Ok(Vec::new()),
        }
    }
}

const SCRIPT: &str = "with-services.sh";

/// The command itself, or a script that starts the services, waits until they answer, runs it and ends them.
fn with_services(argv: &[String], services: &[Service], folder: &Path) -> Result<Vec<String>, ProcessError> {
    if services.is_empty() {
        return Ok(argv.to_vec());
    }
    let mut script = String::from("pids=\"\"\ntrap 'kill $pids 2>/dev/null' EXIT\n");
    for service in services {
        let name = quote(&service.name);
        script.push_str(&format!("( {} ) >\"$TMPDIR\"/{name}.log 2>&1 &\npids=\"$pids $!\"\n", service.command));
        if let Some(ready) = &service.ready {
            let tries = service.wait.saturating_mul(5).max(1);
            script.push_str(&format!(
                "n=0; until ( {ready} ) >/dev/null 2>&1; do n=$((n+1)); if [ $n -ge {tries} ]; then echo \"service {name} did not get ready\" >&2; cat \"$TMPDIR\"/{name}.log >&2; exit 97; fi; sleep 0.2; done\n"
            ));
        }
    }
    script.push_str(&argv.iter().map(|a| quote(a)).collect::<Vec<_>>().join(" "));
    script.push('\n');
    let path = folder.join(SCRIPT);
    std::fs::write(&path, script).map_err(|source| ProcessError::Log { path: path.clone(), source })?;
    Ok(vec!["/bin/sh".to_owned(), path.display().to_string()])
}

/// One word of a shell command.
fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
