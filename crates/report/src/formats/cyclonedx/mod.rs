//! CycloneDX 1.6 as JSON: components, what depends on what, vulnerabilities with their analysis.
//!
//! Source: the CycloneDX specification 1.6. Lives here: the document around them. Lives elsewhere: one vulnerability
//! (`vulnerability.rs`), the inventory (`super::bill`).

mod vulnerability;

use std::collections::BTreeMap;

use serde::Serialize;

use self::vulnerability::Vulnerability;
use super::bill::{Bill, Node, Package};
use super::identity::{TOOL, VERSION, moment_or_epoch};

/// Refers to the repository as a whole.
const SUBJECT: &str = "repository";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
    dependencies: Vec<Dependency>,
    compositions: Vec<Composition>,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Serialize)]
struct Metadata {
    timestamp: String,
    tools: Tools,
    component: Component,
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Tools {
    components: Vec<Component>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Component {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bom_ref: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Property {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    r#ref: String,
    depends_on: Vec<String>,
}

/// How complete the inventory is.
#[derive(Serialize)]
struct Composition {
    aggregate: &'static str,
    assemblies: Vec<String>,
    dependencies: Vec<String>,
}

pub(super) fn document(bill: &Bill) -> Document {
    let mut metadata: Vec<Property> = bill.remarks.iter().map(|(name, text)| property(name, text)).collect();
    metadata.extend(bill.incomplete.as_deref().map(|why| property("incomplete", why)));
    let mut components: Vec<Component> = bill
        .parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let mut one = application(&part.name, bill.reference(Node::Part(index)), None);
            one.properties = part.remarks.iter().map(|(name, text)| property(name, text)).collect();
            one
        })
        .collect();
    let libraries = bill.packages.iter().enumerate();
    components.extend(libraries.map(|(index, package)| library(package, bill.reference(Node::Package(index)))));
    Document {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: format!("urn:uuid:{}", bill.uuid("cyclonedx")),
        version: 1,
        metadata: Metadata {
            timestamp: moment_or_epoch(&bill.day),
            tools: Tools {
                components: vec![Component { bom_ref: None, ..application(TOOL, String::new(), Some(VERSION)) }],
            },
            component: application(&bill.subject, SUBJECT.to_owned(), bill.commit.as_deref()),
            properties: metadata,
        },
        components,
        dependencies: dependencies(bill),
        compositions: vec![Composition {
            // Even a lock that was read whole says nothing of what the system brings along.
            aggregate: if bill.incomplete.is_some() { "incomplete" } else { "unknown" },
            assemblies: vec![SUBJECT.to_owned()],
            dependencies: vec![SUBJECT.to_owned()],
        }],
        vulnerabilities: vulnerability::all(bill),
    }
}

/// Packages that nothing is known to be needed by are left out of the graph: it says nothing of what they need.
fn dependencies(bill: &Bill) -> Vec<Dependency> {
    let mut needs: BTreeMap<Node, Vec<String>> = BTreeMap::new();
    for (from, to) in &bill.edges {
        needs.entry(*from).or_default().push(bill.reference(*to));
    }
    let parts: Vec<Node> = (0..bill.parts.len()).map(Node::Part).collect();
    for part in &parts {
        needs.entry(*part).or_default();
    }
    let root = Dependency {
        r#ref: SUBJECT.to_owned(),
        depends_on: parts.into_iter().map(|part| bill.reference(part)).collect(),
    };
    let rest = needs.into_iter().map(|(node, depends_on)| Dependency { r#ref: bill.reference(node), depends_on });
    std::iter::once(root).chain(rest).collect()
}

fn application(name: &str, reference: String, version: Option<&str>) -> Component {
    Component {
        r#type: "application",
        bom_ref: Some(reference),
        name: name.to_owned(),
        version: version.map(str::to_owned),
        scope: None,
        purl: None,
        properties: Vec::new(),
    }
}

fn library(package: &Package, reference: String) -> Component {
    Component {
        r#type: "library",
        bom_ref: Some(reference),
        name: package.name.clone(),
        version: package.version.clone(),
        scope: Some(if package.required { "required" } else { "excluded" }),
        purl: package.purl.clone(),
        properties: package.remarks.iter().map(|(name, text)| property(name, text)).collect(),
    }
}

fn property(name: &str, value: &str) -> Property {
    Property { name: format!("{TOOL}:{name}"), value: value.to_owned() }
}
