//! The real executable on a stage of its own: its cache, its home, its index; nothing of the user's environment.
//!
//! Lives here: [`Stage`], and what a command came to ([`Ended`]).

use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::index::Index;
use super::repo::Repo;
use super::tools;
use super::wheel::Package;

/// Longest time that a command may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(180);

/// A place for one test: an executable, an index, a home, caches; repositories are made in it.
#[derive(Debug)]
pub struct Stage {
    pub index: Index,
    program: PathBuf,
    folder: TempDir,
    index_url: String,
    search_path: std::ffi::OsString,
    env: Vec<(String, String)>,
    minor: String,
}

impl Stage {
    /// A stage for `program` whose index serves `packages`; `None`, where tests may be skipped, when this machine
    /// lacks what every upgrade needs.
    pub fn new(program: &str, packages: Vec<Package>) -> Option<Self> {
        let (uv, python) = (tools::uv()?, tools::python()?);
        let git = find("git")?;
        let mut search: Vec<PathBuf> = vec![uv.to_owned(), python.folder.clone(), git];
        // Shells, and the sandbox if this machine has it.
        search.extend(["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"].map(PathBuf::from));
        let folder = tempfile::Builder::new().prefix("uplift-test-").tempdir().expect("no temporary folder");
        for part in ["home", "cache", "uv", "tmp"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        let index = Index::start(packages);
        Some(Self {
            index_url: index.url(),
            index,
            program: PathBuf::from(program),
            search_path: std::env::join_paths(search).unwrap(),
            env: Vec::new(),
            minor: python.minor.clone(),
            folder,
        })
    }

    /// Where everything of this stage lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The user's home on this stage.
    pub fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    /// `3.11`: what `.python-version` of the fixtures says.
    pub fn minor(&self) -> &str {
        &self.minor
    }

    /// A repository with one commit: `files`, and a `.python-version` that this machine has.
    pub fn repo(&self, name: &str, files: &[(&str, &str)]) -> Repo {
        let version = format!("{}\n", self.minor);
        let mut all = vec![(".python-version", version.as_str())];
        all.extend_from_slice(files);
        Repo::with(&self.folder().join(name), &all)
    }

    /// Sets a variable of the commands to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Commands to come use this index instead.
    pub fn use_index(&mut self, url: &str) {
        url.clone_into(&mut self.index_url);
    }

    /// Forgets all caches: as on another machine, or ten minutes later.
    pub fn forget_caches(&self) {
        for part in ["cache", "uv"] {
            let folder = self.folder().join(part);
            std::fs::remove_dir_all(&folder).unwrap();
            std::fs::create_dir(&folder).unwrap();
        }
    }

    /// The executable in `place`, ready to start, in a process group of its own.
    pub fn command(&self, place: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(args)
            .current_dir(place)
            .env_clear()
            .env("PATH", &self.search_path)
            .env("HOME", self.home())
            // What a kill leaves among temporary files goes with the stage.
            .env("TMPDIR", self.folder().join("tmp"))
            .env("UPLIFT_CACHE_DIR", self.folder().join("cache"))
            .env("UV_CACHE_DIR", self.folder().join("uv"))
            .env("UV_DEFAULT_INDEX", &self.index_url)
            .env("UV_HTTP_RETRIES", "0")
            // Nothing listens there: no test depends on what is not on this machine.
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CEILING_DIRECTORIES", self.folder())
            .env("NO_COLOR", "1")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .process_group(0);
        command
    }

    /// Runs the executable in `place` to its end.
    ///
    /// # Panics
    /// When it does not end within three minutes; it is killed then.
    pub fn run(&self, place: &Path, args: &[&str]) -> Ended {
        self.start(place, args).wait()
    }

    /// The same with one more variable, for this command only.
    pub fn run_with(&self, place: &Path, args: &[&str], variable: (&str, &str)) -> Ended {
        Started::new(self.command(place, args).env(variable.0, variable.1)).wait()
    }

    /// Starts the executable in `place`.
    pub fn start(&self, place: &Path, args: &[&str]) -> Started {
        Started::new(&mut self.command(place, args))
    }
}

/// The folder on this process's `PATH` that holds `program`.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).find(|folder| folder.join(program).is_file());
    if found.is_none() {
        tools::missing(&format!("{program}, and there is none on PATH"));
    }
    found
}

/// A command at work. Its streams are read from the start, so that it never waits for a reader.
#[derive(Debug)]
pub struct Started {
    child: Child,
    said: String,
    stdout: Option<std::thread::JoinHandle<Vec<u8>>>,
    stderr: Option<std::thread::JoinHandle<Vec<u8>>>,
}

impl Started {
    /// Starts `command` with its streams captured.
    pub fn new(command: &mut Command) -> Self {
        let said = format!("{:?}", command.get_args().collect::<Vec<_>>());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().map(read_all);
        let stderr = child.stderr.take().map(read_all);
        Self { child, said, stdout, stderr }
    }

    /// Its process id, which is its process group's as well.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// True when it has ended.
    pub fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends a signal to the whole process group, as a terminal or a supervisor does. A group that is gone is no fault.
    pub fn signal(&self, name: &str) {
        signal_group(self.pid(), name);
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Ended {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > PATIENCE {
                signal_group(self.pid(), "KILL");
                panic!("{} did not end within {} s", self.said, PATIENCE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let text = |reader: Option<std::thread::JoinHandle<Vec<u8>>>| {
            let bytes = reader.map(|r| r.join().unwrap()).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ended {
            code: status.code(),
            signal: status.signal(),
            stdout: text(self.stdout.take()),
            stderr: text(self.stderr.take()),
            said: self.said,
        }
    }
}

/// Through the shell's own `kill`: safe code has no other way to a group.
fn signal_group(group: u32, name: &str) {
    let _gone = Command::new("sh").args(["-c", &format!("kill -{name} -{group} 2>/dev/null")]).status();
}

fn read_all(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _cut = stream.read_to_end(&mut bytes);
        bytes
    })
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// `None`: a signal ended it.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    said: String,
}

impl Ended {
    /// The one document on stdout, after a command that must have ended with `code`.
    pub fn json(&self, code: i32) -> Value {
        self.expect(code);
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{}: no document: {e}\n{}", self.said, self.stdout))
    }

    /// Fails the test with everything that was said unless the command ended with `code`.
    pub fn expect(&self, code: i32) -> &Self {
        assert!(
            self.code == Some(code),
            "{} ended with {:?} (signal {:?}), not {code}\n--- stdout\n{}\n--- stderr\n{}",
            self.said,
            self.code,
            self.signal,
            self.stdout,
            self.stderr
        );
        self
    }

    /// Fails the test unless stderr holds each of `words`, and a next step for people.
    pub fn tells(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(self.stderr.contains(word), "{}: no `{word}` in\n{}", self.said, self.stderr);
        }
        assert!(self.stderr.contains("hint: "), "{}: no hint in\n{}", self.said, self.stderr);
        self
    }
}
