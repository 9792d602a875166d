//! A repository to check, and the binary run on it in an environment that holds nothing of the machine's but its
//! programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::market::Market;
use crate::support::tools;

/// The day on which the tests look, where a project names none.
pub const TODAY: &str = "2025-11-01";

/// A repository with the folders that go with it.
pub struct Desk {
    pub home: TempDir,
    binary: PathBuf,
    /// Variables on top of the scrubbed environment.
    pub variables: Vec<(String, String)>,
}

impl Desk {
    /// A repository with one commit that holds `files`; its clients ask `market`.
    pub fn new(binary: &str, market: &Market, files: &[(&str, &[u8])]) -> Self {
        let mut desk = Self::alone(binary, files);
        desk.variables.push(("UV_DEFAULT_INDEX".to_owned(), market.simple("")));
        desk.variables.push(("npm_config_registry".to_owned(), market.npm("")));
        desk
    }

    /// The same with no index set up: whoever asks for one has to say which.
    pub fn alone(binary: &str, files: &[(&str, &[u8])]) -> Self {
        let desk = Self { home: tempfile::tempdir().unwrap(), binary: PathBuf::from(binary), variables: Vec::new() };
        std::fs::create_dir_all(desk.path()).unwrap();
        std::fs::create_dir_all(desk.home.path().join("home")).unwrap();
        for (file, bytes) in files {
            desk.write(file, bytes);
        }
        desk.git(&["init", "--quiet", "--initial-branch=main"]);
        desk.git(&["add", "--all"]);
        desk.git(&["commit", "--quiet", "--allow-empty", "-m", "as it was"]);
        desk
    }

    /// The repository's folder.
    pub fn path(&self) -> PathBuf {
        self.home.path().join("shop")
    }

    pub fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Commits everything as it lies there.
    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", message]);
    }

    fn git(&self, args: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Test", "-c", "user.email=test@example.invalid"]).args(args);
        command.current_dir(self.path()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// `uplift` with `args`, in the repository.
    pub fn run(&self, args: &[&str]) -> Outcome {
        let mut command = Command::new(&self.binary);
        command.args(args).current_dir(self.path()).env_clear().stdin(Stdio::null());
        let uv = tools::uv().expect("these tests need uv");
        let python = tools::python().expect("these tests need python3");
        let folders = [uv, &python.folder, Path::new("/usr/local/bin")];
        let folders: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
        command
            .env("PATH", format!("{}:/usr/bin:/bin", folders.join(":")))
            .env("HOME", self.home.path().join("home"))
            .env("CI", "1")
            .env("NO_COLOR", "1")
            .env("UPLIFT_CACHE_DIR", self.home.path().join("cache"))
            .env("UV_CACHE_DIR", self.home.path().join("uv"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs(self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// The analysis: `uplift check` as JSON with `args` on top. Ends the test when the check fails.
    pub fn analysis(&self, args: &[&str]) -> Analysis {
        let outcome = self.run(&[&["check", "--format", "json"], args].concat());
        assert_eq!(outcome.code, Some(0), "{args:?}: {}", outcome.all());
        Analysis(serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("no JSON ({e}): {}", outcome.all())))
    }
}

/// How the binary ended.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// The JSON of an analysis, with short ways to what the tests ask for.
#[derive(Debug, Clone)]
pub struct Analysis(pub Value);

impl Analysis {
    pub fn component(&self, path: &str) -> &Value {
        let all = self.0["components"].as_array().unwrap();
        all.iter().find(|c| c["path"] == path).unwrap_or_else(|| {
            let paths: Vec<&Value> = all.iter().map(|c| &c["path"]).collect();
            panic!("no component `{path}` among {paths:?}")
        })
    }

    pub fn row(&self, component: &str, package: &str) -> &Value {
        let wanted = package.to_ascii_lowercase();
        let rows = self.component(component)["dependencies"].as_array().unwrap();
        let found = rows.iter().find(|r| r["name"].as_str().unwrap().to_ascii_lowercase() == wanted);
        found.unwrap_or_else(|| panic!("`{component}` has no `{package}`"))
    }

    /// Every sentence that the component says about itself: drift, notes, and what is odd about its dependencies.
    pub fn sentences(&self, component: &str) -> Vec<String> {
        let component = self.component(component);
        let rows = component["dependencies"].as_array().unwrap();
        let lists = [&component["drift"], &component["notes"]].into_iter().chain(rows.iter().map(|r| &r["findings"]));
        lists.flat_map(|list| list.as_array().unwrap()).map(|s| s.as_str().unwrap().to_owned()).collect()
    }

    /// `file:line: message` of every problem.
    pub fn problems(&self) -> Vec<String> {
        let all = self.0["problems"].as_array().unwrap();
        all.iter()
            .map(|p| format!("{}:{}: {}", p["file"].as_str().unwrap(), p["line"], p["message"].as_str().unwrap()))
            .collect()
    }
}

/// The value of a datum that was found.
pub fn found(datum: &Value) -> &Value {
    assert_eq!(datum["state"], "found", "{datum}");
    &datum["value"]
}

/// The names of the advisories that touch a row, each by its first name.
pub fn advisories(row: &Value) -> Vec<String> {
    let list = row["advisories"]["value"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut ids: Vec<String> = list.iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}
