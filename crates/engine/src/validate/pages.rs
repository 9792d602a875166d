//! What the index says of packages: files, and the requirements of single releases.
//!
//! Lives here: fetching project pages and core metadata, and what a release comes to on an interpreter.
//! Lives elsewhere: reading both (`ecosystems::python::{registry, resolve}`), judging (`super::conflict`).

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::registry::{self, File, Tags};
use uplift_ecosystems::python::resolve::Metadata;
use uplift_model::{PackageName, Version};
use uplift_sandbox::fetch::{FetchError, Request};

use crate::error::EngineError;

const ACCEPT: &str = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
/// A page counts as fresh for this long; metadata of a release never change.
const FRESH: Duration = Duration::from_secs(600);
const FOR_GOOD: Duration = Duration::from_secs(365 * 86_400);

/// Bytes from the end of a wheel that hold the list of its files; numpy's takes some 150 KiB.
const LISTING: u32 = 512 << 10;

/// What is known of the packages of a set; filled as questions come up.
pub(crate) struct Pages<'a> {
    doors: &'a Doors,
    indexes: Vec<String>,
    /// Files uploaded after this day are not seen.
    as_of: Option<String>,
    pages: RefCell<BTreeMap<PackageName, Result<Option<Page>, String>>>,
    /// Files seen at all, and those with an upload time.
    seen: Cell<(usize, usize)>,
    metadata: RefCell<BTreeMap<(PackageName, Version), Option<Metadata>>>,
}

/// Files by release, those after the day left out.
type Page = Rc<BTreeMap<Version, Vec<File>>>;

/// What a release is on one interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    Wheel,
    /// The sources alone fit.
    Sources(File),
    /// `None`: the package has no release at all. `last`: the newest below it of the same line.
    NeverReleased {
        last: Option<Version>,
        line: String,
    },
    NoSuchPackage,
    /// `requires` is what its files say: `>=3.10`.
    OtherPython {
        requires: String,
    },
    /// Tags of the wheels that exist: `cp39`.
    OtherTags {
        exist: Vec<String>,
    },
    /// The page was not retrieved, with the reason.
    Unknown(String),
}

impl<'a> Pages<'a> {
    /// # Errors
    /// When uv cannot tell which index it uses.
    pub(crate) fn open(doors: &'a Doors, as_of: Option<String>) -> Result<Self, EngineError> {
        let indexes = doors.clients.index_urls()?;
        Ok(Self {
            doors,
            indexes,
            as_of,
            pages: RefCell::default(),
            seen: Cell::default(),
            metadata: RefCell::default(),
        })
    }

    /// Fetches the pages of `names` at once. The first index that knows a package is the one that counts, as uv has it.
    pub(crate) fn load(&self, names: impl IntoIterator<Item = PackageName>) {
        let mut open: Vec<PackageName> = names.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        open.retain(|n| !self.pages.borrow().contains_key(n));
        for index in &self.indexes {
            let request =
                |n: &PackageName| Request::new(format!("{index}/{n}/")).header("accept", ACCEPT).max_age(FRESH);
            let answers = self.doors.fetch.get_all(open.iter().map(request).collect());
            let mut pages = self.pages.borrow_mut();
            for (name, answer) in open.iter().zip(answers) {
                let page = match answer {
                    Ok(response) => {
                        let body = String::from_utf8_lossy(&response.body);
                        let files = registry::parse(response.content_type.as_deref().unwrap_or_default(), &body);
                        let base = format!("{index}/{name}/");
                        files.map(|f| Some(self.page(name, absolute(f, &base)))).map_err(|e| e.to_string())
                    }
                    Err(FetchError::Status { status: 404 | 410, .. }) => Ok(None),
                    Err(e) => Err(e.to_string()),
                };
                pages.insert(name.clone(), page);
            }
            open.retain(|n| matches!(pages.get(n), Some(Ok(None))));
        }
    }

    fn page(&self, name: &PackageName, files: Vec<File>) -> Page {
        let dated = files.iter().filter(|f| f.uploaded.is_some()).count();
        let (all, with) = self.seen.get();
        self.seen.set((all + files.len(), with + dated));
        let mut page: BTreeMap<Version, Vec<File>> = BTreeMap::new();
        for file in files {
            let day = file.uploaded.as_deref().and_then(|u| u.get(..10));
            let later = self.as_of.as_deref().zip(day).is_some_and(|(as_of, day)| day > as_of);
            if let Some(version) = file.version(name).filter(|_| !later) {
                page.entry(version).or_default().push(file);
            }
        }
        Rc::new(page)
    }

    /// The package's releases as of the day; `Err`: why they are not known.
    fn releases(&self, name: &PackageName) -> Result<Option<Page>, String> {
        self.load([name.clone()]);
        self.pages.borrow().get(name).cloned().unwrap_or(Ok(None))
    }

    /// Files of one release.
    fn of(&self, name: &PackageName, version: &Version) -> Vec<File> {
        let page = self.releases(name).ok().flatten();
        page.and_then(|p| p.get(version).cloned()).unwrap_or_default()
    }

    /// The index gives upload times, so that a day can be asked for; true when no file was seen.
    pub(super) fn dated(&self) -> bool {
        let (all, with) = self.seen.get();
        all == 0 || with > 0
    }

    /// Whether the pages that were asked for so far could be had.
    pub(super) fn not_retrieved(&self) -> Vec<(PackageName, String)> {
        self.pages.borrow().iter().filter_map(|(n, p)| Some((n.clone(), p.as_ref().err()?.clone()))).collect()
    }

    /// Released versions that `tags` can install, ascending; those of which all files are withdrawn are left out.
    pub(super) fn installable(&self, name: &PackageName, tags: &Tags) -> Vec<Version> {
        let Ok(Some(page)) = self.releases(name) else { return Vec::new() };
        let files: Vec<File> = page.values().flatten().cloned().collect();
        let releases = registry::releases(name, &files, tags);
        releases.into_iter().filter(|r| r.installable() && r.yanked.is_none()).map(|r| r.version).collect()
    }

    /// What `version` of `name` is on the interpreter.
    pub(super) fn standing(&self, name: &PackageName, version: &Version, tags: &Tags) -> Standing {
        let page = match self.releases(name) {
            Ok(Some(page)) => page,
            Ok(None) => return Standing::NoSuchPackage,
            Err(why) => return Standing::Unknown(why),
        };
        let Some(of) = page.get(version) else {
            let first = version.line(1);
            let same = page.keys().filter(|v| v.line(1) == first && !v.is_prerelease());
            let line = format!("{}.x", first.first().copied().unwrap_or_default());
            return Standing::NeverReleased { last: same.max().cloned(), line };
        };
        let of: Vec<&File> = of.iter().collect();
        let admitted: Vec<&&File> = of.iter().filter(|f| tags.admits_python(f.requires_python.as_deref())).collect();
        if admitted.is_empty() {
            let requires = of.iter().find_map(|f| f.requires_python.clone()).unwrap_or_default();
            return Standing::OtherPython { requires };
        }
        if admitted.iter().any(|f| f.is_wheel() && tags.admits_wheel(&f.name)) {
            return Standing::Wheel;
        }
        match admitted.iter().find(|f| f.is_sdist()) {
            Some(sources) => Standing::Sources((**sources).clone()),
            None => Standing::OtherTags { exist: python_tags(&of) },
        }
    }

    /// Bytes of the smallest wheel of the version that `tags` can install; `None`: there is none, or the index does not
    /// tell.
    pub(super) fn wheel_size(&self, name: &PackageName, version: &Version, tags: &Tags) -> Option<u64> {
        let fits = |f: &File| f.is_wheel() && tags.admits_wheel(&f.name);
        self.of(name, version).iter().filter(|f| fits(f)).filter_map(|f| f.size).min()
    }

    /// True when a wheel of the version holds compiled code: it is for one platform.
    pub(crate) fn is_native(&self, name: &PackageName, version: &Version) -> bool {
        self.of(name, version).iter().any(|f| f.is_wheel() && !f.name.ends_with("-any.whl"))
    }

    /// True when a wheel of the version brings C headers, so that others are compiled against it. Read from the end of
    /// the archive, where the names of its files stand.
    pub(crate) fn ships_headers(&self, name: &PackageName, version: &Version) -> bool {
        let wheel = self.of(name, version).into_iter().find(|f| f.is_wheel() && !f.name.ends_with("-any.whl"));
        let Some(wheel) = wheel else { return false };
        let url = wheel.url.split('#').next().unwrap_or(&wheel.url);
        let request = Request::new(url).header("range", format!("bytes=-{LISTING}")).max_age(FOR_GOOD);
        self.doors.fetch.get(request).is_ok_and(|response| lists_headers(&response.body))
    }

    /// Core metadata of releases, fetched at once; one whose index serves none is remembered as unknown.
    pub(super) fn load_metadata(&self, releases: impl IntoIterator<Item = (PackageName, Version)>) {
        let mut wanted: Vec<(PackageName, Version)> =
            releases.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        wanted.retain(|key| !self.metadata.borrow().contains_key(key));
        self.load(wanted.iter().map(|(name, _)| name.clone()));
        let wheel = |(name, version): &(PackageName, Version)| {
            self.of(name, version).into_iter().find(File::is_wheel).map(|f| f.url)
        };
        let (found, without): (Vec<_>, Vec<_>) =
            wanted.into_iter().map(|key| (wheel(&key), key)).partition(|(u, _)| u.is_some());
        let request = |url: &Option<String>| {
            let url = url.as_deref().unwrap_or_default();
            let url = url.split('#').next().unwrap_or(url);
            Request::new(format!("{url}.metadata")).max_age(FOR_GOOD)
        };
        let answers = self.doors.fetch.get_all(found.iter().map(|(url, _)| request(url)).collect());
        let mut known = self.metadata.borrow_mut();
        for ((_, key), answer) in found.into_iter().zip(answers) {
            let read = |body: &[u8]| Metadata::parse(&String::from_utf8_lossy(body));
            known.insert(key, answer.ok().map(|response| read(&response.body)));
        }
        known.extend(without.into_iter().map(|(_, key)| (key, None)));
    }

    /// Core metadata of one release; `None`: the index serves none.
    pub(super) fn metadata(&self, name: &PackageName, version: &Version) -> Option<Metadata> {
        let key = (name.clone(), version.clone());
        self.load_metadata([key.clone()]);
        self.metadata.borrow().get(&key).cloned().flatten()
    }
}

/// Addresses with the page's own in front where they are relative.
fn absolute(files: Vec<File>, base: &str) -> Vec<File> {
    let origin: String = base.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let fix = |mut file: File| {
        if file.url.starts_with('/') {
            file.url = format!("{origin}{}", file.url);
        } else if !file.url.contains("://") {
            file.url = format!("{base}{}", file.url);
        }
        file
    };
    files.into_iter().map(fix).collect()
}

/// Whether the list of an archive's files names one such as `numpy/_core/include/numpy/arrayobject.h`.
fn lists_headers(tail: &[u8]) -> bool {
    const FOLDER: &[u8] = b"/include/";
    tail.windows(FOLDER.len()).enumerate().filter(|(_, window)| *window == FOLDER).any(|(at, _)| {
        let rest = tail.get(at + FOLDER.len()..).unwrap_or_default();
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b"/_.-+".contains(b)).count();
        let name = rest.get(..length).unwrap_or_default();
        // What follows a name in the list may look like part of it.
        name.windows(2).any(|pair| pair == b".h")
    })
}

/// `cp39`, `cp310`: the interpreters of the wheels, in order, each once.
fn python_tags(files: &[&File]) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for file in files.iter().filter_map(|f| f.name.strip_suffix(".whl")) {
        let tag = file.rsplit('-').nth(2).unwrap_or_default().to_owned();
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let minor = |tag: &String| {
        tag.trim_start_matches(|c: char| !c.is_ascii_digit()).get(1..).and_then(|m| m.parse::<u32>().ok())
    };
    tags.sort_by_key(|tag| (minor(tag), tag.clone()));
    tags
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_in_the_list_of_an_archive() {
        assert!(lists_headers(b"PK\x01\x02\x00numpy/_core/include/numpy/arrayobject.hPK\x01\x02"));
        assert!(!lists_headers(b"PK\x01\x02PIL/_imaging.so\x00x/include/__init__.pyPK"));
        assert!(!lists_headers(b"/include/"));
    }

    #[test]
    fn tags_are_in_the_order_of_interpreters_and_addresses_absolute() {
        let file = |name: &str, url: &str| File {
            name: name.into(),
            url: url.into(),
            sha256: None,
            requires_python: None,
            yanked: None,
            uploaded: None,
            size: None,
        };
        let files = [
            file("a-1-cp310-cp310-any.whl", "/f/a"),
            file("a-1-cp39-cp39-any.whl", "b"),
            file("a-1.tar.gz", "https://x.example/c"),
        ];
        assert_eq!(python_tags(&files.iter().collect::<Vec<_>>()), ["cp39", "cp310"]);
        let urls: Vec<String> =
            absolute(files.to_vec(), "https://index.example/simple/a/").into_iter().map(|f| f.url).collect();
        assert_eq!(urls, ["https://index.example/f/a", "https://index.example/simple/a/b", "https://x.example/c"]);
    }
}
