//! Which registry a package is asked of, and as whom: the user's npm settings, read here.
//!
//! Lives here: which `.npmrc` files count, npm asked once for its default. Lives elsewhere: what the files say
//! (`super::npmrc`), fetching (`facts`), what the answer means (`super::registry`).
//! Starting npm costs a third of a second and more, so that its answer is kept beside what it was made from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uplift_sandbox::environment;
use uplift_sandbox::fetch::Request;

use super::npmrc::{self, Layers, Npmrc};
use crate::python::client::{ClientError, Clients};

/// How much of a package's document is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What installing needs: no days. A tenth of the size.
    Abbreviated,
    /// With the day of every release.
    Full,
}

const ABBREVIATED: &str = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8";
const ASKED: &str = "config get registry --no-workspaces";

/// The registries of one project. Addresses may hold credentials: they are shown without.
#[derive(Clone)]
pub struct Registries {
    layers: Layers,
    /// npm's own default, when no file names one.
    default: String,
}

impl fmt::Debug for Registries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registries").field("layers", &self.layers).finish_non_exhaustive()
    }
}

/// npm's answer, and what it was made from.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    registry: String,
}

impl Registries {
    /// Reads the settings that hold for a project's folder; `None`: for no project.
    ///
    /// # Errors
    /// [`ClientError`] when no file names a registry and npm cannot be asked for its default.
    pub fn load(clients: &Clients, project: Option<&Path>) -> Result<Self, ClientError> {
        let npm = clients.on_path("npm");
        let (layers, sources) = layers(&clients.home(), project, npm.as_deref());
        let default = match layers.registry("") {
            Some(registry) => registry.to_owned(),
            None => default_registry(clients, npm.as_deref(), &sources)?,
        };
        Ok(Self { layers, default })
    }

    /// Settings without a machine: for tests and for callers that know their registry.
    pub fn of(layers: Layers, default: &str) -> Self {
        Self { layers, default: default.trim_end_matches('/').to_owned() }
    }

    /// The registry of a package, without a slash at its end. It may hold credentials: never print it, never keep it.
    pub fn address(&self, package: &str) -> &str {
        self.layers.registry(package).unwrap_or(&self.default)
    }

    /// The request for a package's document, with the credentials that its registry is to get.
    pub fn request(&self, package: &str, form: Form) -> Request {
        let url = format!("{}/{}", self.address(package), package.replace('/', "%2f"));
        let accept = match form {
            Form::Abbreviated => ABBREVIATED,
            Form::Full => "application/json",
        };
        let request = Request::new(&url).header("accept", accept);
        match self.layers.credentials(&url) {
            Some(credentials) => request.header("authorization", credentials.header()),
            None => request,
        }
    }
}

/// The layers that hold for a folder, what counts most first, and the text that they were made from.
fn layers(home: &Path, project: Option<&Path>, npm: Option<&Path>) -> (Layers, String) {
    let environment = from_environment();
    let named =
        |key: &str| environment.entries.iter().rev().find(|(k, _)| k == key).map(|(_, value)| PathBuf::from(value));
    let user = named("userconfig").unwrap_or_else(|| home.join(".npmrc"));
    let prefix = named("prefix").or_else(|| npm.and_then(Path::parent).and_then(Path::parent).map(Path::to_owned));
    let global = named("globalconfig").or_else(|| prefix.map(|prefix| prefix.join("etc/npmrc")));
    let own = npm.and_then(|npm| std::fs::canonicalize(npm).ok());
    let own = own.as_deref().and_then(Path::parent).and_then(Path::parent).map(|folder| folder.join("npmrc"));
    let files = [project.map(|folder| folder.join(".npmrc")), Some(user), global, own];
    let mut found = vec![environment];
    let mut sources = String::new();
    for path in files.into_iter().flatten() {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        sources.push_str(&text);
        sources.push('\0');
        found.push(npmrc::parse(&text, |name| environment::variable(name).and_then(|v| v.into_string().ok())));
    }
    for (key, value) in found.first().map(|layer| layer.entries.as_slice()).unwrap_or_default() {
        sources.push_str(&format!("{key}={value}\0"));
    }
    (Layers::new(found), sources)
}

/// `NPM_CONFIG_REGISTRY`, `npm_config_registry` and the like; addresses and scopes keep their case.
fn from_environment() -> Npmrc {
    let none: [(&str, &str); 0] = [];
    let mut entries: Vec<(String, String)> = Vec::new();
    for (name, value) in environment::trusted(none) {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        let lower = name.to_ascii_lowercase();
        if let (Some(_), Some(key)) = (lower.strip_prefix("npm_config_"), name.get("npm_config_".len()..))
            && !value.is_empty()
        {
            entries.push((key_of(key), value.to_owned()));
        }
    }
    Npmrc { entries }
}

/// A variable's key as files write it: lower case, dashes within; addresses (`//…`) as they are.
fn key_of(text: &str) -> String {
    if text.starts_with("//") {
        return text.to_owned();
    }
    let lower = text.to_ascii_lowercase();
    match lower.char_indices().nth(1) {
        // The first sign stays, so that `_auth` does.
        Some((at, _)) => {
            let (first, rest) = lower.split_at_checked(at).unwrap_or((&lower, ""));
            format!("{first}{}", rest.replace('_', "-"))
        }
        None => lower,
    }
}

/// npm's default, from what was kept of an earlier answer or from npm itself.
fn default_registry(clients: &Clients, npm: Option<&Path>, sources: &str) -> Result<String, ClientError> {
    let npm = npm.ok_or_else(|| ClientError::Missing { program: "npm".to_owned() })?;
    let program = std::fs::canonicalize(npm).unwrap_or_else(|_| npm.to_owned());
    let written = std::fs::metadata(&program).and_then(|m| m.modified()).ok();
    let written = written.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok()).map_or(0, |age| age.as_nanos());
    let digest = Sha256::digest(format!("{}\0{written}\0{sources}", program.display()));
    let key: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let place = clients.dirs.clients().join("npm-registry.json");
    let kept = std::fs::read(&place).ok().and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
    if let Some(kept) = kept.filter(|kept| kept.key == key) {
        return Ok(kept.registry);
    }
    let failed = |why: String| ClientError::Failed { program: "npm".to_owned(), why };
    let scratch = clients.scratch("npm").map_err(|e| failed(e.to_string()))?;
    let args: Vec<String> = ASKED.split(' ').map(str::to_owned).collect();
    let quiet = BTreeMap::from([("npm_config_update_notifier".to_owned(), "false".to_owned())]);
    let answer = clients.run_with(npm, &args, scratch.path(), Duration::from_secs(60), &quiet)?;
    let registry = answer.stdout.trim().trim_end_matches('/').to_owned();
    let address = url::Url::parse(&registry).map_err(|_| failed("it named no registry".to_owned()))?;
    // Credentials are never kept, and an answer that cannot be kept is asked for again.
    if address.username().is_empty() && address.password().is_none() {
        keep(&place, &Kept { key, registry: registry.clone() });
    }
    Ok(registry)
}

/// Written beside its place and renamed into it. Failing costs the next run a third of a second.
fn keep(place: &Path, kept: &Kept) {
    let Some(folder) = place.parent() else { return };
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let fresh = tempfile::NamedTempFile::new_in(folder)?;
        std::fs::write(fresh.path(), serde_json::to_vec(kept)?)?;
        fresh.persist(place).map_err(|e| e.error)?;
        Ok(())
    };
    if let Err(e) = write() {
        tracing::debug!("npm's default registry was not kept: {e}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registries(text: &str) -> Registries {
        Registries::of(Layers::new(vec![npmrc::parse(text, |_| None)]), "https://index.example/npm/")
    }

    #[test]
    fn a_request_goes_to_the_scopes_registry_with_its_credentials_only() {
        let registries = registries("@shop:registry=https://shop.example/r/\n//shop.example/r/:_authToken=hush\n");
        let scoped = registries.request("@shop/core", Form::Abbreviated);
        assert_eq!(scoped.url, "https://shop.example/r/@shop%2fcore");
        assert!(scoped.headers.iter().any(|(k, v)| k == "authorization" && v == "Bearer hush"));
        let other = registries.request("react", Form::Full);
        assert_eq!(other.url, "https://index.example/npm/react");
        assert_eq!(other.headers, [("accept".to_owned(), "application/json".to_owned())]);
        assert!(!format!("{registries:?}").contains("hush"));
    }

    #[test]
    fn variables_name_keys_as_files_do() {
        for (variable, key) in [
            ("REGISTRY", "registry"),
            ("strict_ssl", "strict-ssl"),
            ("@shop:registry", "@shop:registry"),
            ("_auth", "_auth"),
            ("//index.example/:_authToken", "//index.example/:_authToken"),
        ] {
            assert_eq!(key_of(variable), key);
        }
    }

    #[test]
    fn the_project_wins_over_the_user() {
        let folder = tempfile::tempdir().unwrap();
        let (home, project) = (folder.path().join("home"), folder.path().join("project"));
        for (at, host) in [(&home, "user.example"), (&project, "project.example")] {
            std::fs::create_dir(at).unwrap();
            let text = format!("registry=https://{host}/\n@{}:registry=https://scope.{host}/\n", &host[..4]);
            std::fs::write(at.join(".npmrc"), text).unwrap();
        }
        let (layers, _) = layers(&home, Some(&project), None);
        // This machine's own variables may name a registry; a scope of our own none does.
        assert_eq!(layers.registry("@user/a"), Some("https://scope.user.example"));
        assert_eq!(layers.registry("@proj/a"), Some("https://scope.project.example"));
    }
}
