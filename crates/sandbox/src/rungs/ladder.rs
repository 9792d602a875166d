//! The ladder: every rung is tried with a canary, and the best one that holds is taken.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::{Confinement, Rung, bubblewrap, landlock, plain};
use crate::cancel::Cancel;
use crate::environment::Env;
use crate::launch::{self, Findings, Launcher, Probe};
use crate::limits::Limits;
use crate::process::{Task, run};

/// Time that one canary may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one canary said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Canary {
    pub rung: Rung,
    /// `None`: the rung holds. Else why not, in one phrase.
    pub problem: Option<String>,
}

/// The rung to use on this machine. Finding it costs well below 150 ms; keep it for the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ladder {
    pub rung: Rung,
    /// One per rung tried, best first; the last one holds unless `rung` is [`Rung::Plain`].
    pub canaries: Vec<Canary>,
    /// One sentence for people: which rung holds and what it leaves open.
    pub statement: String,
}

impl Ladder {
    /// Tries the rungs from the best down. Never fails: the plain rung needs nothing.
    pub fn detect(cancel: &Cancel) -> Self {
        Self::detect_with(&Launcher::default(), cancel)
    }

    /// The same with a given launcher.
    pub fn detect_with(launcher: &Launcher, cancel: &Cancel) -> Self {
        let mut canaries = Vec::new();
        for (rung, statement) in [(Rung::Bubblewrap, bubblewrap::STATEMENT), (Rung::Landlock, landlock::STATEMENT)] {
            let problem = prove(rung, launcher, cancel).err();
            tracing::debug!(?rung, ?problem, "Tried a rung of the sandbox");
            let holds = problem.is_none();
            canaries.push(Canary { rung, problem });
            if holds {
                return Self { rung, canaries, statement: statement.to_owned() };
            }
        }
        Self { rung: Rung::Plain, canaries, statement: plain::STATEMENT.to_owned() }
    }
}

/// `Ok` when the rung refuses what it must refuse and allows what it must allow.
fn prove(rung: Rung, launcher: &Launcher, cancel: &Cancel) -> Result<(), String> {
    let io = |e: io::Error| format!("the canary could not be prepared: {e}");
    let cage = Cage::build().map_err(io)?;
    let findings = match launcher {
        Launcher::Program(path) => cage.with_launcher(rung, launcher, path, cancel)?,
        Launcher::None if rung == Rung::Landlock => {
            return Err("it needs Uplift's own launcher".to_owned());
        }
        Launcher::None => cage.with_a_shell(rung, cancel)?,
    };
    let escaped = cage.sweep();
    if !findings.wrote_inside {
        Err("a folder that should be writable is not".to_owned())
    } else if escaped || (rung == Rung::Landlock && findings.wrote_outside) {
        Err("a file outside the allowed folders could be written".to_owned())
    } else if findings.read_hidden {
        Err("a hidden file could be read".to_owned())
    } else if findings.connected {
        Err("the network of the machine could be reached".to_owned())
    } else {
        Ok(())
    }
}

/// Folders and a listener for one canary.
struct Cage {
    folder: tempfile::TempDir,
    probe: Probe,
    _listener: TcpListener,
}

impl Cage {
    fn build() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("uplift-canary-").tempdir()?;
        for name in ["open", "tmp", "home", "hidden"] {
            fs::create_dir(folder.path().join(name))?;
        }
        let root = folder.path().canonicalize()?;
        let hidden = root.join("hidden/secret");
        fs::write(&hidden, b"secret")?;
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let name = root.file_name().map(PathBuf::from).unwrap_or_default();
        let probe = Probe {
            inside: root.join("open/inside"),
            outside: vec![root.join("outside"), Path::new("/var/tmp").join(&name), Path::new("/").join(&name)],
            hidden,
            listener: listener.local_addr()?,
        };
        Ok(Self { folder, probe, _listener: listener })
    }

    fn confinement(&self, rung: Rung) -> Confinement {
        let at = |name: &str| self.folder.path().join(name);
        let mut confinement = Confinement::new(rung, at("tmp"), at("home"));
        confinement.read_write.push(at("open"));
        confinement.hide.push(at("hidden"));
        confinement
    }

    fn with_launcher(&self, rung: Rung, launcher: &Launcher, path: &Path, cancel: &Cancel) -> Result<Findings, String> {
        // Inside, `/proc/self/exe` would be something else.
        let program = if path.starts_with("/proc") { std::env::current_exe() } else { Ok(path.to_owned()) };
        let program = program.map_err(|e| e.to_string())?;
        let probe = serde_json::to_string(&self.probe).map_err(|e| e.to_string())?;
        let mut confinement = self.confinement(rung);
        confinement.read_only.push(program.clone());
        let mut task = Task::new(&program, self.folder.path().join("open"));
        task = task.args([launch::VERB, launch::CANARY, probe.as_str()]).confined(confinement);
        let text = Self::answer(task.launcher(launcher.clone()), cancel)?;
        serde_json::from_str(&text).map_err(|_| format!("the canary answered `{}`", text.trim()))
    }

    /// Without a launcher the canary is a shell, and "reaches the network" means "is in our network namespace".
    fn with_a_shell(&self, rung: Rung, cancel: &Cancel) -> Result<Findings, String> {
        const SONG: &str = r#"
            inside=$1 hidden=$2; shift 2
            for file; do (echo canary > "$file") 2> /dev/null; done
            (echo canary > "$inside") 2> /dev/null && echo wrote
            cat "$hidden" > /dev/null 2>&1 && echo read
            echo "net $(readlink /proc/self/ns/net)"
        "#;
        let mut args = vec!["-c".into(), SONG.into(), "canary".into()];
        args.extend([self.probe.inside.clone(), self.probe.hidden.clone()].map(PathBuf::into_os_string));
        args.extend(self.probe.outside.iter().map(|path| path.clone().into_os_string()));
        let mut task = Task::new("/bin/sh", self.folder.path().join("open")).args::<std::ffi::OsString>(args);
        task = task.env(Env::from([("PATH".into(), "/usr/bin:/bin".into())])).confined(self.confinement(rung));
        let text = Self::answer(task.launcher(Launcher::None), cancel)?;
        let ours = fs::read_link("/proc/self/ns/net").map_err(|e| e.to_string())?;
        Ok(Findings {
            wrote_inside: text.lines().any(|line| line == "wrote"),
            wrote_outside: false,
            read_hidden: text.lines().any(|line| line == "read"),
            connected: !text.contains("net net:[") || text.contains(&format!("net {}", ours.display())),
        })
    }

    fn answer(task: Task, cancel: &Cancel) -> Result<String, String> {
        let finished = run(&task.wall_limit(PATIENCE).limits(Limits::none()), cancel).map_err(|e| e.to_string())?;
        if finished.success() {
            return Ok(finished.stdout_text());
        }
        let stderr = finished.stderr_text();
        Err(format!("the canary did not sing: {}", stderr.lines().next().unwrap_or("it ended early")))
    }

    /// Whether a file arrived outside; removes it.
    fn sweep(&self) -> bool {
        self.probe.outside.iter().filter(|path| fs::remove_file(path).is_ok()).count() > 0
    }
}
