//! What holds for every plain requirements file: written for a solution, it states exactly that solution.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uplift_ecosystems::python::lockfile::{LockKind, parse, write_plain, write_plain_with};
use uplift_ecosystems::python::manifest::Hashes;
use uplift_model::{PackageName, Solution, Version};

fn pins() -> impl Strategy<Value = BTreeMap<PackageName, Version>> {
    let name = "[a-e]{1,2}".prop_map(|n| n.parse().unwrap());
    let version = "[0-9](\\.[0-9]){1,2}".prop_map(|v| v.parse().unwrap());
    prop::collection::btree_map(name, version, 0..8)
}

/// A file of pins: sorted or not, comments and blank lines between, either line ending, with or without the last one.
fn file() -> impl Strategy<Value = String> {
    let between = prop_oneof![Just(""), Just("# note\n"), Just("\n"), Just("    # via x\n")];
    (pins(), prop::collection::vec(between, 8), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(pins, between, reversed, crlf, open, mark)| {
            let mut lines: Vec<String> = pins.iter().map(|(n, v)| format!("{n}=={v}\n")).collect();
            if reversed {
                lines.reverse();
            }
            let mut text: String = lines.iter().zip(between).map(|(l, b)| format!("{l}{b}")).collect();
            if open {
                text = text.trim_end().to_owned();
            }
            if crlf {
                text = text.replace('\n', "\r\n");
            }
            if mark { format!("\u{feff}{text}") } else { text }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_file_states_the_solution_and_keeps_its_layout(old in file(), packages in pins()) {
        let solution = Solution { packages, urls: BTreeMap::new() };
        let new = write_plain_with(&old, &solution, &BTreeSet::new(), &Hashes::new()).unwrap();
        let lock = parse(LockKind::Requirements, &new).unwrap();
        let stated: BTreeMap<_, _> = lock.packages.iter().map(|p| (p.name.clone(), p.version.clone().unwrap())).collect();
        prop_assert_eq!(lock.packages.len(), stated.len());
        prop_assert_eq!(&stated, &solution.packages);
        prop_assert!(lock.problems.is_empty());
        let comments = |t: &str| t.trim_start_matches('\u{feff}').lines().filter(|l| l.starts_with('#')).count();
        prop_assert_eq!(comments(&old), comments(&new));
        let crlf = old.contains("\r\n");
        prop_assert!(!crlf || !new.replace("\r\n", "").contains('\n'), "{:?}", new);
        prop_assert_eq!(old.starts_with('\u{feff}'), new.starts_with('\u{feff}'));
        prop_assert_eq!(write_plain(&new, &solution), new.clone());
    }

    #[test]
    fn a_file_that_states_the_solution_already_stays_byte_for_byte(old in file()) {
        let lock = parse(LockKind::Requirements, &old).unwrap();
        let packages = lock.packages.iter().map(|p| (p.name.clone(), p.version.clone().unwrap())).collect();
        let solution = Solution { packages, urls: BTreeMap::new() };
        prop_assert_eq!(write_plain(&old, &solution), old);
    }
}
