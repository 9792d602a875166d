//! The licence that a release's core metadata state.
//!
//! `License-Expression` first, then the classifiers, then the free text where it is short and says something. Classifiers
//! that name a family, and several of them, leave open what holds: then every meaning is given.
//! Source: the core metadata specification 2.4 and PEP 639, with its list of ambiguous classifiers.

use uplift_model::Licence;
use uplift_model::licence::Expression;

/// What classifiers below `License :: ` mean in SPDX; more than one: any of them.
const CLASSIFIERS: &[(&str, &[&str])] = &[
    ("MIT License", &["MIT"]),
    ("MIT No Attribution License (MIT-0)", &["MIT-0"]),
    ("Apache Software License", &["Apache-2.0"]),
    ("BSD License", &["BSD-2-Clause", "BSD-3-Clause"]),
    ("ISC License (ISCL)", &["ISC"]),
    ("Mozilla Public License 2.0 (MPL 2.0)", &["MPL-2.0"]),
    ("Mozilla Public License 1.1 (MPL 1.1)", &["MPL-1.1"]),
    ("Mozilla Public License 1.0 (MPL)", &["MPL-1.0"]),
    ("Python Software Foundation License", &["PSF-2.0"]),
    ("Python License (CNRI Python License)", &["CNRI-Python"]),
    ("The Unlicense (Unlicense)", &["Unlicense"]),
    ("zlib/libpng License", &["Zlib"]),
    ("Zope Public License", &["ZPL-2.0", "ZPL-2.1"]),
    ("Zero-Clause BSD (0BSD)", &["0BSD"]),
    ("Boost Software License 1.0 (BSL-1.0)", &["BSL-1.0"]),
    ("Blue Oak Model License (BlueOak-1.0.0)", &["BlueOak-1.0.0"]),
    ("Historical Permission Notice and Disclaimer (HPND)", &["HPND"]),
    ("University of Illinois/NCSA Open Source License", &["NCSA"]),
    ("Universal Permissive License (UPL)", &["UPL-1.0"]),
    ("Artistic License", &["Artistic-1.0", "Artistic-2.0"]),
    ("Academic Free License (AFL)", &["AFL-2.1", "AFL-3.0"]),
    ("PostgreSQL License", &["PostgreSQL"]),
    ("CMU License (MIT-CMU)", &["MIT-CMU"]),
    ("SIL Open Font License 1.1 (OFL-1.1)", &["OFL-1.1"]),
    ("W3C License", &["W3C"]),
    ("Mulan Permissive Software License v2 (MulanPSL-2.0)", &["MulanPSL-2.0"]),
    ("Eclipse Public License 1.0 (EPL-1.0)", &["EPL-1.0"]),
    ("Eclipse Public License 2.0 (EPL-2.0)", &["EPL-2.0"]),
    ("European Union Public Licence 1.1 (EUPL 1.1)", &["EUPL-1.1"]),
    ("European Union Public Licence 1.2 (EUPL 1.2)", &["EUPL-1.2"]),
    ("Common Development and Distribution License 1.0 (CDDL-1.0)", &["CDDL-1.0"]),
    ("CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", &["CC0-1.0"]),
    ("GNU General Public License (GPL)", &["GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later"]),
    ("GNU General Public License v2 (GPLv2)", &["GPL-2.0-only"]),
    ("GNU General Public License v2 or later (GPLv2+)", &["GPL-2.0-or-later"]),
    ("GNU General Public License v3 (GPLv3)", &["GPL-3.0-only"]),
    ("GNU General Public License v3 or later (GPLv3+)", &["GPL-3.0-or-later"]),
    (
        "GNU Library or Lesser General Public License (LGPL)",
        &[
            "LGPL-2.0-only",
            "LGPL-2.0-or-later",
            "LGPL-2.1-only",
            "LGPL-2.1-or-later",
            "LGPL-3.0-only",
            "LGPL-3.0-or-later",
        ],
    ),
    ("GNU Lesser General Public License v2 (LGPLv2)", &["LGPL-2.0-only", "LGPL-2.1-only"]),
    ("GNU Lesser General Public License v2 or later (LGPLv2+)", &["LGPL-2.0-or-later", "LGPL-2.1-or-later"]),
    ("GNU Lesser General Public License v3 (LGPLv3)", &["LGPL-3.0-only"]),
    ("GNU Lesser General Public License v3 or later (LGPLv3+)", &["LGPL-3.0-or-later"]),
    ("GNU Affero General Public License v3", &["AGPL-3.0-only"]),
    ("GNU Affero General Public License v3 or later (AGPLv3+)", &["AGPL-3.0-or-later"]),
];

/// The licence that `metadata` state for a release; `None`: they are read, and state none.
///
/// # Errors
/// That they are no metadata.
pub fn licence(version: &str, metadata: &str) -> Result<Option<Licence>, String> {
    let fields = fields(metadata);
    if !fields.iter().any(|(key, _)| key == "metadata-version") {
        return Err("what the index served is no metadata".to_owned());
    }
    let all = |key: &'static str| {
        let of = fields.iter().filter(move |(k, _)| k == key).map(|(_, value)| value.trim());
        of.filter(|value| !value.is_empty() && !value.eq_ignore_ascii_case("unknown"))
    };
    if let Some(expression) = all("license-expression").next() {
        return Ok(Some(Licence::read(version, "License-Expression", expression)));
    }
    let classifiers: Vec<&str> = all("classifier").filter_map(below_licence).collect();
    let text = all("license").next();
    // Of a whole licence in the field, its title.
    let text = text.map(|text| Licence::read(version, "License", text.lines().next().unwrap_or_default()));
    let by_text = text.clone().filter(Licence::is_plain);
    let by_class = of_classifiers(version, &classifiers);
    Ok(match (by_class, by_text) {
        (Some(class), Some(text)) if !class.is_plain() && agree(&class, &text) => Some(text),
        (Some(class), text) if class.spdx.is_none() && class.candidates.is_empty() => text.or(Some(class)),
        (Some(class), _) => Some(class),
        (None, by_text) => by_text.or(text),
    })
}

/// A text may say which of its classifiers' meanings holds, or how several of them are joined; never something else.
fn agree(class: &Licence, text: &Licence) -> bool {
    let stated = text.spdx.as_deref().unwrap_or_default();
    if class.candidates.is_empty() || class.candidates.iter().any(|candidate| candidate == stated) {
        return true;
    }
    let terms = |text: &str| -> Vec<String> {
        let parsed = Expression::parse(text);
        parsed.iter().flat_map(Expression::terms).map(ToString::to_string).collect()
    };
    let named: Vec<String> = class.candidates.iter().flat_map(|candidate| terms(candidate)).collect();
    let stated = terms(stated);
    stated.len() > 1 && stated.iter().all(|term| named.contains(term))
}

/// `MIT License` of `License :: OSI Approved :: MIT License`; `OSI Approved` alone says nothing.
fn below_licence(classifier: &str) -> Option<&str> {
    let name = classifier.strip_prefix("License ::")?.trim();
    let name = name.strip_prefix("OSI Approved").map_or(name, |rest| rest.trim_start_matches([' ', ':']));
    (!name.is_empty()).then_some(name)
}

fn of_classifiers(version: &str, names: &[&str]) -> Option<Licence> {
    let shown = names.join("; ");
    let found: Vec<&[&str]> = names
        .iter()
        .filter_map(|name| CLASSIFIERS.iter().find(|(known, _)| known == name).map(|(_, meant)| *meant))
        .collect();
    let meant: Vec<String> = match found.as_slice() {
        _ if found.len() < names.len() => Vec::new(),
        [] => return None,
        [one] => one.iter().map(|id| (*id).to_owned()).collect(),
        // Whether all of them hold or one may be chosen, no classifier says.
        several => {
            let part =
                |meant: &&[&str]| if meant.len() == 1 { meant.join("") } else { format!("({})", meant.join(" AND ")) };
            let parts: Vec<String> = several.iter().map(part).collect();
            vec![parts.join(" AND "), parts.join(" OR ")]
        }
    };
    (!names.is_empty()).then(|| Licence::meaning(version, "Classifier", &shown, meant))
}

/// The fields of the head, keys in lower case; a line that starts with white space goes on with the one before it, and
/// one of white space alone is a folded empty line, not the end.
fn fields(metadata: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in metadata.lines().take_while(|line| !line.trim_end_matches('\r').is_empty()) {
        match (line.starts_with([' ', '\t']), line.split_once(':')) {
            (true, _) => {
                if let Some((_, value)) = found.last_mut() {
                    value.push('\n');
                    value.push_str(line.trim_start_matches([' ', '\t', '|']));
                }
            }
            (false, Some((key, value))) => found.push((key.trim().to_ascii_lowercase(), value.trim().to_owned())),
            (false, None) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(fields: &str) -> Option<Licence> {
        licence("1.0", &format!("Metadata-Version: 2.1\nName: x\n{fields}\n\nLicense: not in the head\n")).unwrap()
    }

    #[test]
    fn every_classifier_means_listed_licences() {
        for (name, meant) in CLASSIFIERS {
            for id in *meant {
                let parsed = Expression::parse(id).unwrap();
                assert!(parsed.terms().iter().all(|term| term.known), "{name}: {id}");
            }
        }
    }

    #[test]
    fn the_expression_comes_before_the_classifiers_and_they_before_the_text() {
        let mit = "Classifier: License :: OSI Approved :: MIT License";
        let bsd = "Classifier: License :: OSI Approved :: BSD License";
        let apache = "Classifier: License :: OSI Approved :: Apache Software License";
        let cases: &[(&str, &[&str], &str)] = &[
            ("License-Expression: MIT OR Apache-2.0\nLicense: GPL", &["MIT OR Apache-2.0"], "License-Expression"),
            (mit, &["MIT"], "Classifier"),
            (&format!("License: GPLv3+\n{mit}"), &["MIT"], "Classifier"),
            (bsd, &["BSD-2-Clause", "BSD-3-Clause"], "Classifier"),
            // The text says which of the two.
            (&format!("License: BSD 3-Clause\n{bsd}"), &["BSD-3-Clause"], "License"),
            (&format!("License: MIT\n{bsd}"), &["BSD-2-Clause", "BSD-3-Clause"], "Classifier"),
            (&format!("{mit}\n{apache}"), &["MIT AND Apache-2.0", "MIT OR Apache-2.0"], "Classifier"),
            ("License: Apache 2.0\nClassifier: License :: OSI Approved", &["Apache-2.0"], "License"),
            (
                &format!("License: Apache-2.0 OR BSD-3-Clause\n{apache}\n{bsd}"),
                &["Apache-2.0 OR BSD-3-Clause"],
                "License",
            ),
            ("License: UNKNOWN", &[], ""),
            ("License: see COPYING\nClassifier: License :: Other/Proprietary License", &[], "Classifier"),
            ("License: MIT License\n        \n        Copyright (c) 2020\n        Permission is", &["MIT"], "License"),
            // A folded empty line does not end the head.
            (&format!("License: Copyright\n        \n        Redistribution\n{mit}"), &["MIT"], "Classifier"),
            ("License: Own terms", &[], "License"),
            ("Summary: none at all", &[], ""),
        ];
        for (fields, expected, by) in cases {
            let found = read(fields);
            let meant: Vec<String> = found.iter().flat_map(|l| l.spdx.iter().chain(&l.candidates)).cloned().collect();
            assert_eq!(meant, *expected, "{fields}");
            assert_eq!(found.map(|l| l.stated_by).unwrap_or_default(), *by, "{fields}");
        }
        assert!(licence("1.0", "<html>sign in</html>").is_err());
    }

    proptest! {
        #[test]
        fn no_metadata_panics(text in "[A-Za-z:\\-\n\r\t é]{0,200}", any in any::<String>()) {
            let _ = licence("1.0", &format!("Metadata-Version: 2.1\n{text}"));
            let _ = licence("1.0", &any);
        }
    }
}
