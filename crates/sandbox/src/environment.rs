//! Environments of started programs, and the only reader of this process's own environment.
//!
//! Foreign code (tests, builds) gets a short list made from nothing. Trusted clients (uv, git, npm) get the user's
//! environment, since proxies, credentials and indexes are configured there, less what would make them look at the
//! wrong project.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

/// A complete environment: name to value.
pub type Env = BTreeMap<OsString, OsString>;

/// Variables of a virtual environment, an interpreter or a repository that is not the one at hand.
const MISLEADING: [&str; 23] = [
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PROJECT",
    "UV_WORKING_DIRECTORY",
    "UV_PYTHON",
    "UV_FROZEN",
    "UV_LOCKED",
    "PIPENV_ACTIVE",
    "POETRY_ACTIVE",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// The environment of code that nobody vouches for: fixed, so that two runs differ by what is tested and by nothing
/// else. `extra` (the caller's, the project's `[test] env`) wins over what is set here.
pub fn foreign<N, V>(path: &[PathBuf], home: &Path, tmp: &Path, extra: impl IntoIterator<Item = (N, V)>) -> Env
where
    N: Into<OsString>,
    V: Into<OsString>,
{
    let mut env = Env::new();
    let mut set = |name: &str, value: &OsStr| {
        env.insert(name.into(), value.to_owned());
    };
    set("PATH", &join_paths(path));
    set("HOME", home.as_os_str());
    set("TMPDIR", tmp.as_os_str());
    for (name, value) in [
        ("PYTHONHASHSEED", "0"),
        ("PYTHONNOUSERSITE", "1"),
        ("TZ", "UTC"),
        ("LC_ALL", "C.UTF-8"),
        ("LANG", "C.UTF-8"),
        ("CI", "1"),
        ("NO_COLOR", "1"),
    ] {
        set(name, OsStr::new(value));
    }
    env.extend(extra.into_iter().map(|(name, value)| (name.into(), value.into())));
    env
}

/// The environment of a client that acts for the user: theirs, less what misleads. `extra` is added last.
pub fn trusted<N, V>(extra: impl IntoIterator<Item = (N, V)>) -> Env
where
    N: Into<OsString>,
    V: Into<OsString>,
{
    without_misleading(std::env::vars_os(), extra)
}

fn without_misleading<N, V>(
    from: impl IntoIterator<Item = (OsString, OsString)>,
    extra: impl IntoIterator<Item = (N, V)>,
) -> Env
where
    N: Into<OsString>,
    V: Into<OsString>,
{
    let misleads = |name: &OsStr| MISLEADING.iter().any(|word| name == *word);
    let mut env: Env = from.into_iter().filter(|(name, _)| !misleads(name)).collect();
    env.extend(extra.into_iter().map(|(name, value)| (name.into(), value.into())));
    env
}

/// One variable of this process; `None` when unset or empty.
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The user's home folder, when there is one.
pub fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| home.is_absolute())
}

/// Every home folder of the user: what `HOME` says, and what the account's entry says, which sudo and CI make differ.
pub fn homes() -> Vec<PathBuf> {
    let mut homes: Vec<PathBuf> = home().into_iter().collect();
    let entries = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    if let Some(own) = home_in(&entries, rustix::process::getuid().as_raw())
        && !homes.contains(&own)
    {
        homes.push(own);
    }
    homes
}

/// Files that only root reads: foreign code started by root must not, and nobody misses them who is somebody else.
pub fn secrets() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        ["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers"].map(PathBuf::from).to_vec();
    files.push(PathBuf::from("/etc/sudoers.d"));
    files.push(PathBuf::from("/etc/ssl/private"));
    let host_keys = std::fs::read_dir("/etc/ssh").into_iter().flatten().filter_map(Result::ok);
    let private = |path: &PathBuf| {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with("ssh_host_") && name.ends_with("_key")
    };
    files.extend(host_keys.map(|entry| entry.path()).filter(private));
    files.retain(|path| path.exists());
    files
}

/// The home of a user in the text of `/etc/passwd`; the root folder is nobody's home.
fn home_in(entries: &str, user: u32) -> Option<PathBuf> {
    let mut lines = entries.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let entry = lines.find(|fields| fields.get(2).and_then(|id| id.parse::<u32>().ok()) == Some(user))?;
    entry.get(5).map(PathBuf::from).filter(|home| home.is_absolute() && home.parent().is_some())
}

/// Folders of the user's `PATH`, absolute ones only.
pub fn path_folders() -> Vec<PathBuf> {
    let path = variable("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// The folders of [`path_folders`] outside the user's home: where foreign code finds the system's programs.
pub fn system_path() -> Vec<PathBuf> {
    let home = home();
    let outside = |folder: &PathBuf| home.as_ref().is_none_or(|home| !folder.starts_with(home));
    path_folders().into_iter().filter(outside).collect()
}

/// First executable of that name on the user's `PATH`.
pub fn find_on_path(name: &str) -> Option<PathBuf> {
    path_folders()
        .into_iter()
        .map(|folder| folder.join(name))
        .find(|path| path.is_file() && access(path, Access::EXEC_OK).is_ok())
}

/// The folders as a `PATH`; one that holds a colon cannot be written down and is left out.
fn join_paths(folders: &[PathBuf]) -> OsString {
    std::env::join_paths(folders.iter().filter(|folder| !folder.as_os_str().as_encoded_bytes().contains(&b':')))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_says_where_its_home_is() {
        let entries = "root:x:0:0:root:/root:/bin/sh\nodd\nbuild:x:1000:1000::/srv/build:/bin/sh\nnobody:x:7:7::/:/\n";
        assert_eq!(home_in(entries, 1000), Some(PathBuf::from("/srv/build")));
        assert_eq!(home_in(entries, 7), None);
        assert_eq!(home_in(entries, 5), None);
    }

    #[test]
    fn foreign_code_sees_the_list_and_nothing_of_the_user() {
        let env = foreign(&["/env/bin".into(), "/bin".into()], Path::new("/h"), Path::new("/t"), [("A", "1")]);
        let names: Vec<_> = env.keys().map(|name| name.to_string_lossy()).collect();
        assert_eq!(
            names,
            [
                "A",
                "CI",
                "HOME",
                "LANG",
                "LC_ALL",
                "NO_COLOR",
                "PATH",
                "PYTHONHASHSEED",
                "PYTHONNOUSERSITE",
                "TMPDIR",
                "TZ"
            ]
        );
        assert_eq!(env.get(OsStr::new("PATH")), Some(&"/env/bin:/bin".into()));
    }

    #[test]
    fn the_callers_variables_win() {
        let env = foreign(&[], Path::new("/h"), Path::new("/t"), [("TZ", "Asia/Tokyo")]);
        assert_eq!(env.get(OsStr::new("TZ")), Some(&"Asia/Tokyo".into()));
    }

    #[test]
    fn trusted_clients_keep_proxies_and_lose_foreign_projects() {
        let from = ["HTTPS_PROXY", "UV_INDEX_URL", "VIRTUAL_ENV", "GIT_INDEX_FILE"];
        let from = from.map(|name| (OsString::from(name), OsString::from("x")));
        let env = without_misleading(from, [("GIT_TERMINAL_PROMPT", "0")]);
        let names: Vec<_> = env.keys().map(|name| name.to_string_lossy()).collect();
        assert_eq!(names, ["GIT_TERMINAL_PROMPT", "HTTPS_PROXY", "UV_INDEX_URL"]);
    }
}
