//! The form of pnpm's lock through its formats, brought to one: importers with what was asked and chosen, and copies.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::LockError;
use super::pnpm::first_line;

type Texts = BTreeMap<String, String>;

pub(super) struct File {
    pub(super) format: String,
    /// By folder, `.` for the root.
    pub(super) importers: BTreeMap<String, Importer>,
    pub(super) copies: BTreeMap<String, Copy>,
}

#[derive(Default)]
pub(super) struct Importer {
    pub(super) dependencies: BTreeMap<String, Chosen>,
    pub(super) dev_dependencies: BTreeMap<String, Chosen>,
    pub(super) optional_dependencies: BTreeMap<String, Chosen>,
}

/// What a member asked for and what it got.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Chosen {
    pub(super) specifier: String,
    pub(super) version: String,
}

#[derive(Deserialize, Default, Clone)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Copy {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) resolution: Resolution,
    pub(super) engines: Texts,
    pub(super) deprecated: Option<String>,
    pub(super) dependencies: Texts,
    pub(super) optional_dependencies: Texts,
    pub(super) peer_dependencies: Texts,
    pub(super) peer_dependencies_meta: BTreeMap<String, Meta>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Resolution {
    pub(super) integrity: Option<String>,
    pub(super) tarball: Option<String>,
    pub(super) directory: Option<String>,
    pub(super) repo: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Meta {
    pub(super) optional: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Head {
    lockfile_version: Option<String>,
}

/// Formats 6 to 9: what was asked stands beside what was chosen.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Inline {
    dependencies: BTreeMap<String, Chosen>,
    dev_dependencies: BTreeMap<String, Chosen>,
    optional_dependencies: BTreeMap<String, Chosen>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Newer {
    importers: BTreeMap<String, Inline>,
    dependencies: BTreeMap<String, Chosen>,
    dev_dependencies: BTreeMap<String, Chosen>,
    optional_dependencies: BTreeMap<String, Chosen>,
    packages: Option<BTreeMap<String, Copy>>,
    snapshots: Option<BTreeMap<String, Copy>>,
}

/// Format 5: what was asked stands apart.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Apart {
    specifiers: Texts,
    dependencies: Texts,
    dev_dependencies: Texts,
    optional_dependencies: Texts,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Older {
    importers: BTreeMap<String, Apart>,
    specifiers: Texts,
    dependencies: Texts,
    dev_dependencies: Texts,
    optional_dependencies: Texts,
    packages: Option<BTreeMap<String, Copy>>,
}

fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, LockError> {
    serde_saphyr::from_str(text).map_err(|e| LockError::Syntax(first_line(&e)))
}

impl File {
    pub(super) fn parse(text: &str) -> Result<Self, LockError> {
        let head: Head = yaml(text)?;
        let format =
            head.lockfile_version.ok_or_else(|| LockError::Syntax("it does not say its lockfileVersion".to_owned()))?;
        let unknown = || LockError::Format { tool: "pnpm", format: format.clone() };
        let number = format.split(['.', '-']).next().unwrap_or_default();
        let number: u32 = number.parse().map_err(|_| unknown())?;
        match number {
            // `5.4-inlineSpecifiers` was the trial of format 6.
            5 if !format.contains("inline") => Ok(Self::from_older(format, yaml(text)?)),
            5..=9 => Ok(Self::from_newer(format, yaml(text)?)),
            _ => Err(unknown()),
        }
    }

    fn from_newer(format: String, newer: Newer) -> Self {
        let Newer { mut importers, dependencies, dev_dependencies, optional_dependencies, packages, snapshots } = newer;
        if importers.is_empty() {
            let root = Inline { dependencies, dev_dependencies, optional_dependencies };
            importers.insert(".".to_owned(), root);
        }
        let importer = |i: Inline| Importer {
            dependencies: i.dependencies,
            dev_dependencies: i.dev_dependencies,
            optional_dependencies: i.optional_dependencies,
        };
        let packages = packages.unwrap_or_default();
        let copies = match snapshots {
            Some(snapshots) => with_metadata(snapshots, &packages),
            None => packages,
        };
        Self { format, importers: importers.into_iter().map(|(k, v)| (k, importer(v))).collect(), copies }
    }

    fn from_older(format: String, older: Older) -> Self {
        let Older { mut importers, specifiers, dependencies, dev_dependencies, optional_dependencies, packages } =
            older;
        if importers.is_empty() {
            let root = Apart { specifiers, dependencies, dev_dependencies, optional_dependencies };
            importers.insert(".".to_owned(), root);
        }
        let importer = |apart: Apart| {
            let table = |chosen: &Texts| {
                let asked = |name: &String| apart.specifiers.get(name).cloned().unwrap_or_default();
                let one = |(name, version): (&String, &String)| {
                    (name.clone(), Chosen { specifier: asked(name), version: version.clone() })
                };
                chosen.iter().map(one).collect()
            };
            Importer {
                dependencies: table(&apart.dependencies),
                dev_dependencies: table(&apart.dev_dependencies),
                optional_dependencies: table(&apart.optional_dependencies),
            }
        };
        let importers = importers.into_iter().map(|(folder, apart)| (folder, importer(apart))).collect();
        Self { format, importers, copies: packages.unwrap_or_default() }
    }
}

/// Format 9 keeps what a package is (`packages`) apart from what each copy of it got (`snapshots`).
fn with_metadata(snapshots: BTreeMap<String, Copy>, packages: &BTreeMap<String, Copy>) -> BTreeMap<String, Copy> {
    let whole = |(key, snapshot): (String, Copy)| {
        let bare = key.split('(').next().unwrap_or(&key);
        let metadata = packages.get(bare).cloned().unwrap_or_default();
        let copy = Copy {
            dependencies: snapshot.dependencies,
            optional_dependencies: snapshot.optional_dependencies,
            ..metadata
        };
        (key, copy)
    };
    snapshots.into_iter().map(whole).collect()
}
