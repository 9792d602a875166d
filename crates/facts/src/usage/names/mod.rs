//! Which import names a distribution provides.
//!
//! Lives here: installed metadata first, then the table, then the rules that name families follow, then the name
//! itself. Lives elsewhere: the table of names that differ (`table`).

mod table;

use uplift_model::{Ecosystem, PackageName};

/// Import names of `distribution`: dotted prefixes for Python, package names for JavaScript. Several when
/// nothing tells which one it is. `provided`: names from installed metadata (`top_level.txt`, `RECORD`).
///
/// Names of Python distributions are compared as the index does; those of npm as written.
pub fn import_names(ecosystem: Ecosystem, distribution: &str, provided: Option<&[String]>) -> Vec<String> {
    match ecosystem {
        Ecosystem::JavaScript => javascript(distribution),
        Ecosystem::Python => {
            let own: Vec<String> = provided.into_iter().flatten().filter(|n| is_public(n)).cloned().collect();
            let normal = PackageName::new(distribution).map_or_else(|_| distribution.to_lowercase(), Into::into);
            let mut names = if own.is_empty() || own.iter().all(|n| table::NAMESPACES.contains(&n.as_str())) {
                // The name of a namespace alone does not tell one distribution from the next.
                guessed(&normal)
            } else {
                own
            };
            names.sort();
            names.dedup();
            names
        }
    }
}

fn is_public(name: &str) -> bool {
    !name.is_empty() && !name.starts_with("__") && !matches!(name, "tests" | "test" | "docs" | "examples")
}

fn guessed(normal: &str) -> Vec<String> {
    if let Some((_, names)) = table::DIFFERING.iter().find(|(name, _)| *name == normal) {
        return names.iter().map(|n| (*n).to_owned()).collect();
    }
    // Stubs are read by type checkers, never imported.
    if normal.starts_with("types-") || normal.ends_with("-stubs") {
        return Vec::new();
    }
    for (start, prefix) in table::FAMILIES {
        if let Some(rest) = normal.strip_prefix(start) {
            return vec![
                format!("{prefix}.{}", rest.replace('-', ".")),
                format!("{prefix}.{}", rest.replace('-', "_")),
            ];
        }
    }
    if let Some(service) = normal.strip_prefix("google-cloud-") {
        let joined = service.replace('-', "");
        return vec![format!("google.cloud.{}", service.replace('-', "_")), format!("google.cloud.{joined}")];
    }
    let plain = normal.replace('-', "_");
    // `python-slugify` is imported as `slugify`, `ldap3-python` as it stands or without.
    let bare = plain.strip_prefix("python_").or_else(|| plain.strip_suffix("_python")).map(str::to_owned);
    std::iter::once(plain.clone()).chain(bare).collect()
}

/// The package itself; for `@types/x` the package that it describes too.
fn javascript(name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    if let Some(described) = name.strip_prefix("@types/").filter(|d| *d != "node") {
        names.push(match described.split_once("__") {
            Some((scope, package)) => format!("@{scope}/{package}"),
            None => described.to_owned(),
        });
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(name: &str) -> Vec<String> {
        import_names(Ecosystem::Python, name, None)
    }

    #[test]
    fn the_table_knows_the_names_that_differ() {
        for (name, want) in [
            ("PyYAML", "yaml"),
            ("Pillow", "PIL"),
            ("opencv_python.headless", "cv2"),
            ("scikit-learn", "sklearn"),
            ("python-telegram-bot", "telegram"),
            ("Flask-JWT-Extended", "flask_jwt_extended"),
            ("google-cloud-secret-manager", "google.cloud.secretmanager"),
            ("azure-storage-blob", "azure.storage.blob"),
        ] {
            assert!(python(name).iter().any(|n| n == want), "{name}: {:?}", python(name));
        }
        assert_eq!(python("opentelemetry-instrumentation-flask")[0], "opentelemetry.instrumentation.flask");
        assert!(python("types-requests").is_empty());
    }

    #[test]
    fn the_table_is_in_order_and_normal() {
        let names: Vec<&str> = table::DIFFERING.iter().map(|(name, _)| *name).collect();
        assert!(names.is_sorted(), "keep the table sorted");
        for name in &names {
            assert_eq!(PackageName::new(name).unwrap().as_str(), *name);
            assert_eq!(names.iter().filter(|n| n == &name).count(), 1, "{name} is listed twice");
        }
        assert!(names.len() >= 120, "{}", names.len());
    }

    #[test]
    fn installed_metadata_goes_before_the_table_but_a_bare_namespace_tells_nothing() {
        let provided = ["_yaml", "yaml", "tests"].map(str::to_owned);
        assert_eq!(import_names(Ecosystem::Python, "pyyaml", Some(&provided)), ["_yaml", "yaml"]);
        let namespace = ["google".to_owned()];
        let names = import_names(Ecosystem::Python, "google-cloud-storage", Some(&namespace));
        assert_eq!(names, ["google.cloud.storage"]);
    }

    #[test]
    fn types_describe_their_package() {
        assert_eq!(
            import_names(Ecosystem::JavaScript, "@types/babel__core", None),
            ["@types/babel__core", "@babel/core"]
        );
        assert_eq!(import_names(Ecosystem::JavaScript, "@types/node", None), ["@types/node"]);
        assert_eq!(import_names(Ecosystem::JavaScript, "lodash-es", None), ["lodash-es"]);
    }

    proptest::proptest! {
        #[test]
        fn any_name_has_an_answer(name in "\\PC{0,20}") {
            python(&name);
            import_names(Ecosystem::JavaScript, &name, None);
        }
    }
}
