//! What must hold for every npm version and range, and for every text that is none.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use uplift_model::semver::{Options, Range, Version};

fn any_options() -> impl Strategy<Value = Options> {
    (any::<bool>(), any::<bool>()).prop_map(|(loose, include_prerelease)| Options { loose, include_prerelease })
}

fn version_text() -> impl Strategy<Value = String> {
    let ids = "(-[0-9a-zA-Z-]{1,3}(\\.(0|[1-9][0-9]{0,2}|[a-z-]{1,3})){0,2})?(\\+[a-z0-9]{1,3})?";
    (0..4u64, 0..4u64, 0..4u64, ids).prop_map(|(a, b, c, rest)| format!("{a}.{b}.{c}{rest}"))
}

/// Texts made of the pieces of ranges, mostly in their places.
fn range_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        version_text(),
        "[0-3](\\.[0-3x*])?",
        "(>=|<=|<|>|=|~|~>|\\^) ?v?[0-3](\\.([0-3]|x)){0,2}(-[a-z]{1,3}(\\.[0-9])?)?",
        "[0-3](\\.[0-3])? - [0-3](\\.[0-3]){0,2}",
        Just("*".to_owned()),
        Just("||".to_owned()),
        Just(String::new()),
    ];
    prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,40}", options in any_options()) {
        let _version = Version::parse(&text, options);
        let _range = Range::parse(&text, options);
    }

    #[test]
    fn no_text_of_range_signs_makes_it_panic(text in "[0-9x*^~<>=|v. +a-]{0,24}", options in any_options()) {
        if let Ok(range) = Range::parse(&text, options) {
            let _floor = range.min_version();
            prop_assert_eq!(Range::parse(&range.to_string(), options).map(|r| r.to_string()), Ok(range.to_string()));
        }
    }

    #[test]
    fn a_version_is_printed_as_it_is_read(text in version_text()) {
        if let Ok(version) = Version::new(&text) {
            prop_assert_eq!(version.to_string(), text);
        }
    }

    #[test]
    fn a_range_is_read_as_it_is_printed(text in range_text(), options in any_options()) {
        if let Ok(range) = Range::parse(&text, options) {
            prop_assert_eq!(&Range::parse(&range.to_string(), options).unwrap(), &range);
        }
    }

    #[test]
    fn the_order_is_total(a in version_text(), b in version_text(), c in version_text()) {
        if let (Ok(a), Ok(b), Ok(c)) = (Version::new(&a), Version::new(&b), Version::new(&c)) {
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            if a <= b && b <= c {
                prop_assert!(a <= c);
            }
            prop_assert_eq!(a == b, a.cmp(&b).is_eq());
        }
    }

    #[test]
    fn the_floor_satisfies_and_nothing_below_it_does(text in range_text(), probe in version_text()) {
        if let (Ok(range), Ok(probe)) = (Range::new(&text), Version::new(&probe))
            && let Some(floor) = range.min_version()
        {
            prop_assert!(range.satisfies(&floor));
            // 0.0.0 is preferred to its own prereleases, as node-semver does.
            let zero = floor.numbers() == [0, 0, 0];
            prop_assert!(zero || probe >= floor || !range.satisfies(&probe), "{} < {}", probe, floor);
        }
    }

    #[test]
    fn a_version_lies_within_or_on_one_side_or_between(text in range_text(), probe in version_text()) {
        if let (Ok(range), Ok(probe)) = (Range::new(&text), Version::new(&probe)) {
            let places = [range.satisfies(&probe), range.is_below(&probe)];
            prop_assert!(places.iter().filter(|p| **p).count() <= 1);
            prop_assert!(!(range.is_above(&probe) && range.satisfies(&probe)));
        }
    }

    #[test]
    fn ranges_that_share_a_version_meet(a in range_text(), b in range_text(), probe in version_text()) {
        if let (Ok(a), Ok(b), Ok(probe)) = (Range::new(&a), Range::new(&b), Version::new(&probe))
            && !probe.is_prerelease() && a.satisfies(&probe) && b.satisfies(&probe)
        {
            prop_assert!(a.intersects(&b), "{} and {} share {}", a, b, probe);
        }
    }
}
