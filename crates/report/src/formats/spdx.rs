//! SPDX 2.3 as JSON: the packages, what needs what, and where advisories are to be read.
//!
//! Source: the SPDX specification 2.3. Licences are not part of an analysis, so that they are `NOASSERTION`.

use serde::Serialize;

use super::bill::{Bill, Node};
use super::identity::{TOOL, VERSION, advisory, moment_or_epoch};

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const SUBJECT: &str = "SPDXRef-Repository";
const UNKNOWN: &str = "NOASSERTION";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    spdx_version: &'static str,
    data_license: &'static str,
    #[serde(rename = "SPDXID")]
    id: &'static str,
    name: String,
    document_namespace: String,
    creation_info: CreationInfo,
    #[serde(skip_serializing_if = "String::is_empty")]
    comment: String,
    packages: Vec<Package>,
    relationships: Vec<Relationship>,
}

#[derive(Serialize)]
struct CreationInfo {
    created: String,
    creators: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    #[serde(rename = "SPDXID")]
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<String>,
    download_location: &'static str,
    files_analyzed: bool,
    license_concluded: &'static str,
    license_declared: &'static str,
    copyright_text: &'static str,
    primary_package_purpose: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    comment: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<ExternalRef>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: String,
    relationship_type: &'static str,
    related_spdx_element: String,
}

pub(super) fn document(bill: &Bill) -> Document {
    let mut packages = vec![package(SUBJECT.to_owned(), &bill.subject, bill.commit.clone(), "APPLICATION")];
    let mut relationships = vec![related(DOCUMENT, "DESCRIBES", SUBJECT)];
    for (index, part) in bill.parts.iter().enumerate() {
        let mut one = package(id(Node::Part(index)), &part.name, None, "APPLICATION");
        one.comment = told(part.remarks.iter().map(|(name, text)| (*name, text.as_str())));
        relationships.push(related(SUBJECT, "CONTAINS", &one.id));
        packages.push(one);
    }
    for (index, known) in bill.packages.iter().enumerate() {
        let mut one = package(id(Node::Package(index)), &known.name, known.version.clone(), "LIBRARY");
        one.comment = told(known.remarks.iter().map(|(name, text)| (*name, text.as_str())));
        one.external_refs.extend(known.purl.clone().map(|purl| ExternalRef {
            reference_category: "PACKAGE-MANAGER",
            reference_type: "purl",
            reference_locator: purl,
            comment: None,
        }));
        packages.push(one);
    }
    // The first packages are the repository and its components.
    let before = 1 + bill.parts.len();
    for threat in &bill.threats {
        if let Some(package) = packages.get_mut(before + threat.package) {
            package.external_refs.push(ExternalRef {
                reference_category: "SECURITY",
                reference_type: "advisory",
                reference_locator: advisory(&threat.finding.id),
                comment: Some(format!("{}: {}", threat.finding.severity, crate::clean::line(&threat.finding.summary))),
            });
        }
    }
    relationships.extend(bill.edges.iter().map(|(from, to)| related(&id(*from), "DEPENDS_ON", &id(*to))));
    Document {
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        id: DOCUMENT,
        name: named(&bill.subject),
        document_namespace: format!("https://spdx.org/spdxdocs/{TOOL}-{}", bill.uuid("spdx")),
        creation_info: CreationInfo {
            created: moment_or_epoch(&bill.day),
            creators: vec![format!("Tool: {TOOL}-{VERSION}")],
        },
        comment: told(
            bill.remarks
                .iter()
                .map(|(name, text)| (*name, text.as_str()))
                .chain(bill.incomplete.as_deref().map(|why| ("incomplete", why))),
        ),
        packages,
        relationships,
    }
}

/// Ids may hold letters, digits, `.` and `-` only.
fn id(node: Node) -> String {
    match node {
        Node::Part(index) => format!("SPDXRef-Component-{index}"),
        Node::Package(index) => format!("SPDXRef-Package-{index}"),
    }
}

fn package(id: String, name: &str, version: Option<String>, purpose: &'static str) -> Package {
    Package {
        id,
        name: named(name),
        version_info: version,
        download_location: UNKNOWN,
        files_analyzed: false,
        license_concluded: UNKNOWN,
        license_declared: UNKNOWN,
        copyright_text: UNKNOWN,
        primary_package_purpose: purpose,
        comment: String::new(),
        external_refs: Vec::new(),
    }
}

/// Names must not be empty.
fn named(name: &str) -> String {
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}

fn related(from: &str, kind: &'static str, to: &str) -> Relationship {
    Relationship { spdx_element_id: from.to_owned(), relationship_type: kind, related_spdx_element: to.to_owned() }
}

fn told<'a>(remarks: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    remarks.map(|(name, text)| format!("{name}: {text}")).collect::<Vec<_>>().join("\n")
}
