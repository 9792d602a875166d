//! CycloneDX VEX: analyses of vulnerabilities in a bill of materials.
//!
//! Source: CycloneDX 1.6, `vulnerabilities[].analysis` and `.affects`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::purl::Purl;
use super::{Statement, list, reason, text};

/// Components inside components.
const DEPTH: usize = 16;

pub(super) fn statements(name: &str, document: &Value) -> Vec<Statement> {
    let mut components = BTreeMap::new();
    collect(document, &mut components, DEPTH);
    let one = |found: &Value| one(name, document, found, &components);
    list(document, "vulnerabilities").filter_map(one).collect()
}

/// Packages of all components by their `bom-ref`.
fn collect<'a>(of: &'a Value, into: &mut BTreeMap<&'a str, Purl>, depth: usize) {
    for component in list(of, "components") {
        if let (Some(reference), Some(purl)) =
            (text(component, "bom-ref"), text(component, "purl").and_then(Purl::read))
        {
            into.insert(reference, purl);
        }
        if depth > 0 {
            collect(component, into, depth - 1);
        }
    }
}

fn one(name: &str, document: &Value, found: &Value, components: &BTreeMap<&str, Purl>) -> Option<Statement> {
    let analysis = found.get("analysis")?;
    let state = text(analysis, "state")?;
    let others = list(found, "references").filter_map(|reference| text(reference, "id"));
    let names = text(found, "id").into_iter().chain(others).map(str::to_owned).collect();
    let product = |affects: &Value| {
        let reference = text(affects, "ref")?;
        // `urn:cdx:<serial>/<version>#<bom-ref>` points into a document by its serial number.
        let inside = reference.rsplit('#').next().unwrap_or(reference);
        components.get(reference).or_else(|| components.get(inside)).cloned().or_else(|| Purl::read(reference))
    };
    let document_time = document.get("metadata").and_then(|meta| text(meta, "timestamp"));
    let time = text(analysis, "lastUpdated").or_else(|| text(found, "updated")).or(document_time);
    Some(Statement {
        document: name.to_owned(),
        names,
        products: list(found, "affects").filter_map(product).collect(),
        sets_aside: matches!(state, "not_affected" | "false_positive" | "resolved" | "resolved_with_pedigree"),
        reason: reason([Some(state), text(analysis, "justification"), text(analysis, "detail")]),
        time: time.unwrap_or_default().to_owned(),
    })
}
