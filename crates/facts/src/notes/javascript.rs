//! Where an npm release's tarball is: the package's document on its registry.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use uplift_ecosystems::javascript::client::{Form, Registries};
use uplift_model::semver::Version;
use uplift_sandbox::fetch::{Request, Response};
use url::Url;

use super::{Asked, Doors, Place, Sources};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    versions: BTreeMap<String, Release>,
}

#[derive(Deserialize)]
struct Release {
    #[serde(default)]
    dist: Value,
}

/// Tarballs of each release asked for, in the same order.
pub(super) fn sources(asked: &[&Asked], doors: &Doors<'_>) -> Vec<Result<Sources, String>> {
    let registries = match doors.registries {
        Ok(registries) => registries,
        Err(why) => return asked.iter().map(|_| Err(why.clone())).collect(),
    };
    let requests = asked.iter().map(|asked| registries.request(&asked.name, Form::Abbreviated)).collect();
    let answers = doors.store.get_all(requests);
    let read = |(asked, answer): (&&Asked, Result<Response, _>)| match answer {
        Ok(response) => of_document(registries, &response.body, asked),
        Err(e) => Err(uplift_sandbox::fetch::FetchError::to_string(&e)),
    };
    asked.iter().zip(answers).map(read).collect()
}

fn of_document(registries: &Registries, body: &[u8], asked: &Asked) -> Result<Sources, String> {
    let document: Document = serde_json::from_slice(body)
        .map_err(|e| format!("the registry's answer is not the document of {}: {e}", asked.name))?;
    let wanted = Version::new(&asked.to).ok();
    let release = document.versions.get(&asked.to).or_else(|| {
        let same = |(text, _): &(&String, &Release)| wanted.is_some() && Version::new(text).ok() == wanted;
        document.versions.iter().find(same).map(|(_, release)| release)
    });
    let release = release.ok_or_else(|| format!("the registry has no release {} of {}", asked.to, asked.name))?;
    let registry = registries.address(&asked.name);
    let base = asked.name.rsplit('/').next().unwrap_or(&asked.name);
    let name = format!("{base}-{}.tgz", asked.to);
    let usual = format!("{registry}/{}/-/{name}", asked.name);
    let stated = release.dist.get("tarball").and_then(Value::as_str);
    let place = |address: &str| -> Option<Place> {
        let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https" | "file"))?;
        let request = with_credentials(registries, asked, Request::new(url.as_str()), &url);
        Some(Place { name: name.clone(), kind: "npm tarball", request, sha256: None })
    };
    // A mirror hands out documents that still name the origin, which may be out of reach: it is asked itself first.
    let at_home = stated.is_some_and(|stated| origin(stated).is_some() && origin(stated) == origin(registry));
    let (first, second) = if at_home { (stated, None) } else { (Some(usual.as_str()), stated) };
    let archive = first.and_then(place);
    if archive.is_none() {
        return Err(format!("the registry names no tarball of {} {}", asked.name, asked.to));
    }
    Ok(Sources {
        versions: document.versions.keys().cloned().collect(),
        metadata: None,
        archive,
        other: second.and_then(place),
    })
}

fn origin(address: &str) -> Option<url::Origin> {
    Url::parse(address).ok().map(|url| url.origin())
}

/// What the registry gets for its documents it gets for its tarballs, and nobody else does.
fn with_credentials(registries: &Registries, asked: &Asked, request: Request, url: &Url) -> Request {
    let document = registries.request(&asked.name, Form::Abbreviated);
    let same = origin(&document.url).is_some_and(|home| home == url.origin());
    let secret = document.headers.into_iter().find(|(name, _)| name == "authorization").filter(|_| same);
    match secret {
        Some((name, value)) => request.header(name, value),
        None => request,
    }
}
