//! Compose files: images that services run.

use super::{At, Found, dockerfile, images};
use crate::runtimes::statement::kind;
use uplift_yaml as yaml;

pub(super) fn read(file: &str, text: &str, found: &mut Found) {
    let root = match yaml::read(text) {
        Ok(root) => root,
        Err(message) => return found.problems.push((None, format!("cannot be read as YAML: {message}"), None)),
    };
    for (name, service) in root.get("services").map(yaml::Node::entries).unwrap_or_default() {
        let Some(image) = service.get("image") else { continue };
        let written = dockerfile::filled(image.text().unwrap_or_default(), &std::collections::HashMap::new());
        let around = format!("{name}\n{}", service.all_text());
        for (runtime, version) in images::runtimes(&written) {
            let at = At { file, line: image.line, kind: kind::IMAGE, lead: "image:", around: &around };
            found.state(at, runtime, &written, &[version.as_str()]);
        }
    }
}
