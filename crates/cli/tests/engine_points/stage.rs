//! A stage for one run: an index with upload times on this machine's loopback, a repository, the binary on it.
//!
//! Lives here: the least that these tests need, with nothing shared between two of them.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

/// A pure Python package of one module, named as the package is.
#[derive(Debug, Clone)]
pub struct Package {
    name: String,
    version: String,
    requires: Vec<String>,
    python: Option<String>,
    module: String,
    /// RFC 3339; `None`: the index does not say.
    uploaded: Option<String>,
    /// Its wheel is for this platform; with C headers, others can be compiled against it.
    compiled: Option<bool>,
}

pub fn package(name: &str, version: &str, module: &str) -> Package {
    Package {
        name: name.to_owned(),
        version: version.to_owned(),
        requires: Vec::new(),
        python: None,
        module: module.to_owned(),
        uploaded: None,
        compiled: None,
    }
}

impl Package {
    pub fn needs(mut self, requirement: &str) -> Self {
        self.requires.push(requirement.to_owned());
        self
    }

    /// `Requires-Python`.
    pub fn python(mut self, specifier: &str) -> Self {
        self.python = Some(specifier.to_owned());
        self
    }

    pub fn uploaded(mut self, when: &str) -> Self {
        self.uploaded = Some(when.to_owned());
        self
    }

    /// Its wheel holds compiled code, and C headers with `headers`.
    pub fn compiled(mut self, headers: bool) -> Self {
        self.compiled = Some(headers);
        self
    }

    fn platform(&self) -> String {
        self.compiled.map_or("any".to_owned(), |_| format!("linux_{}", std::env::consts::ARCH))
    }

    fn file_name(&self) -> String {
        format!("{}-{}-py3-none-{}.whl", self.name, self.version, self.platform())
    }

    fn wheel(&self) -> Vec<u8> {
        let info = format!("{}-{}.dist-info", self.name, self.version);
        let mut requires: String = self.requires.iter().map(|r| format!("Requires-Dist: {r}\n")).collect();
        requires.extend(self.python.iter().map(|p| format!("Requires-Python: {p}\n")));
        let mut files = vec![
            (format!("{}.py", self.name), self.module.clone()),
            (
                format!("{info}/METADATA"),
                format!("Metadata-Version: 2.1\nName: {}\nVersion: {}\n{requires}", self.name, self.version),
            ),
            (
                format!("{info}/WHEEL"),
                format!(
                    "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-{}\n",
                    self.platform()
                ),
            ),
        ];
        if self.compiled == Some(true) {
            files.push((format!("{}_api/include/{}/api.h", self.name, self.name), "int one;".to_owned()));
        }
        let mut record: String = files.iter().map(|(path, text)| format!("{path},,{}\n", text.len())).collect();
        record.push_str(&format!("{info}/RECORD,,\n"));
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (path, text) in files.into_iter().chain([(format!("{info}/RECORD"), record)]) {
            zip.start_file(path, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}

/// The repository, its caches and its index.
pub struct Stage {
    home: TempDir,
    packages: Arc<Mutex<Vec<Package>>>,
    breaks_off: Arc<AtomicBool>,
    port: u16,
}

/// How the binary ended.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// The document on standard output, of a command that did what it was asked for.
    pub fn report(&self) -> serde_json::Value {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).unwrap()
    }
}

impl Stage {
    /// A repository with one commit of `files` and an index of `packages`.
    pub fn set(packages: Vec<Package>, files: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let packages = Arc::new(Mutex::new(packages));
        let breaks_off = Arc::new(AtomicBool::new(false));
        let served = (Arc::clone(&packages), Arc::clone(&breaks_off));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (packages, breaks_off) = served.clone();
                std::thread::spawn(move || answer(stream, &packages, breaks_off.load(Ordering::SeqCst)));
            }
        });
        let stage = Self { home: tempfile::tempdir().unwrap(), packages, breaks_off, port };
        std::fs::create_dir_all(stage.path()).unwrap();
        stage.git(&["init", "--quiet", "--initial-branch=main"]);
        stage.commit(files);
        stage
    }

    pub fn path(&self) -> PathBuf {
        self.home.path().join("shop")
    }

    pub fn publish(&self, package: Package) {
        self.packages.lock().unwrap().push(package);
    }

    /// From now on every answer ends in its middle.
    pub fn break_answers_off(&self) {
        self.breaks_off.store(true, Ordering::SeqCst);
    }

    pub fn commit(&self, files: &[(&str, &str)]) {
        for (file, text) in files {
            let path = self.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", "state"]);
    }

    /// Runs git in the repository and gives what it says.
    pub fn git(&self, args: &[&str]) -> String {
        let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
        let output = Command::new("git")
            .args(identity)
            .args(args)
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A file as the run delivered it.
    pub fn delivered(&self, report: &serde_json::Value, file: &str) -> String {
        let branch = report["branch"].as_str().unwrap_or_else(|| panic!("nothing delivered: {report:#}"));
        self.git(&["show", &format!("{branch}:{file}")])
    }

    /// Runs uv in the repository.
    pub fn uv(&self, args: &[&str]) {
        let output = self.command(Path::new("uv"), args).output().unwrap();
        assert!(output.status.success(), "uv {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs `uplift`.
    pub fn run(&self, args: &[&str]) -> Outcome {
        self.run_with(args, &[])
    }

    /// Everything of the user's: HEAD, index, references, stash, work tree.
    pub fn fingerprint(&self) -> String {
        uplift_sandbox::git::Git::at(self.path()).fingerprint().unwrap()
    }

    /// Runs `uplift` with folders put before the others on `PATH`.
    pub fn run_with(&self, args: &[&str], first: &[&Path]) -> Outcome {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_uplift")), args);
        if !first.is_empty() {
            let path = std::env::join_paths(first.iter().map(|p| p.to_path_buf()).chain(search_path())).unwrap();
            command.env("PATH", path);
        }
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    fn command(&self, program: &Path, args: &[&str]) -> Command {
        let home = self.home.path();
        let mut command = Command::new(program);
        command.args(args).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::join_paths(search_path()).unwrap());
        command.env("HOME", home.join("home")).env("CI", "1").env("NO_COLOR", "1");
        command.env("UPLIFT_CACHE_DIR", home.join("cache")).env("UV_CACHE_DIR", home.join("uv"));
        command.env("UV_DEFAULT_INDEX", format!("http://127.0.0.1:{}/simple", self.port));
        // Nothing listens there: what is not on this machine cannot be asked, and no test depends on it.
        command.env("HTTPS_PROXY", "http://127.0.0.1:9");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null");
        command
    }
}

/// Folders of uv, of the interpreter behind `python3`, and the system's.
fn search_path() -> Vec<PathBuf> {
    let uv = uv();
    let uv = uv.parent().unwrap().to_path_buf();
    let script = "import os, sys; print(os.path.join(sys.base_prefix, 'bin'))";
    let output = Command::new("python3").args(["-c", script]).output().expect("these tests need python3");
    let python = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let system = ["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from);
    [uv, python].into_iter().chain(system).collect()
}

/// uv: on `PATH`, else installed once through this machine's own pip.
pub fn uv() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(found) = std::env::split_paths(&path).map(|dir| dir.join("uv")).find(|p| p.is_file()) {
        return found;
    }
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("uv");
    let exe = place.join("bin/uv");
    let _one_at_a_time = loop {
        match uplift_sandbox::lock::Lock::take(&place.with_extension("lock")) {
            Ok(lock) => break lock,
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(200)),
        }
    };
    if !exe.is_file() {
        let run = |program: &Path, args: &[&str]| Command::new(program).args(args).status().is_ok_and(|s| s.success());
        let made = run(Path::new("python3"), &["-m", "venv", &place.display().to_string()]);
        let pip = ["-m", "pip", "install", "--quiet", "uv>=0.9,<0.14"];
        assert!(made && run(&place.join("bin/python"), &pip), "these tests need uv, and pip could not install it");
    }
    exe
}

fn answer(mut stream: TcpStream, packages: &Mutex<Vec<Package>>, breaks_off: bool) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    if reader.read_line(&mut first).is_err() {
        return;
    }
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap_or(0) > 2 {
        line.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
    let (status, kind, body) = page(&path, &packages.lock().unwrap());
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let end = if first.starts_with("HEAD") { 0 } else { length / if breaks_off { 2 } else { 1 } };
    // A client that hangs up in the middle is its own business.
    let _sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body[..end]));
}

fn page(path: &str, packages: &[Package]) -> (u16, &'static str, Vec<u8>) {
    if let Some(file) = path.strip_prefix("/files/") {
        let found = packages.iter().find(|p| p.file_name() == file);
        return found.map_or((404, "text/plain", Vec::new()), |p| (200, "application/octet-stream", p.wheel()));
    }
    let name = path.trim_start_matches("/simple/").trim_end_matches('/');
    let file = |p: &Package| {
        let sha256: String = Sha256::digest(p.wheel()).iter().map(|b| format!("{b:02x}")).collect();
        let mut file = serde_json::json!({
            "filename": p.file_name(),
            "url": format!("/files/{}", p.file_name()),
            "hashes": { "sha256": sha256 },
            "size": p.wheel().len(),
        });
        if let Some(python) = &p.python {
            file["requires-python"] = python.as_str().into();
        }
        if let Some(uploaded) = &p.uploaded {
            file["upload-time"] = uploaded.as_str().into();
        }
        file
    };
    let files: Vec<serde_json::Value> = packages.iter().filter(|p| p.name == name).map(file).collect();
    if files.is_empty() {
        return (404, "text/plain", Vec::new());
    }
    let page = serde_json::json!({ "meta": { "api-version": "1.1" }, "name": name, "files": files });
    (200, "application/vnd.pypi.simple.v1+json", page.to_string().into_bytes())
}

/// A test file for unittest with these bodies of test functions.
pub fn tests(bodies: &[&str]) -> String {
    let mut text = "import os, unittest\n\nclass Tests(unittest.TestCase):\n".to_owned();
    for (at, body) in bodies.iter().enumerate() {
        text += &format!("    def test_{at}(self):\n        {}\n", body.replace('\n', "\n        "));
    }
    text
}

/// A `uv` in front of the real one that fails with `words` when its arguments fit a shell `pattern`.
pub fn failing_uv(folder: &Path, pattern: &str, words: &str) {
    use std::os::unix::fs::PermissionsExt;
    let real = uv();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in\n{pattern}) echo 'warning: an aside' >&2; echo 'error: {words}' >&2; exit 2;;\nesac\nexec {} \"$@\"\n",
        real.display()
    );
    std::fs::write(folder.join("uv"), script).unwrap();
    std::fs::set_permissions(folder.join("uv"), std::fs::Permissions::from_mode(0o755)).unwrap();
}
