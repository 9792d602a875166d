//! The packages of the seeds, and the promises over any releases.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use uplift_model::Version;

use super::*;

fn version(text: &str) -> Version {
    Version::new(text).unwrap()
}

fn releases(texts: &[&str]) -> Vec<Release<Version>> {
    let release = |text: &&str| Release {
        version: version(text),
        age_days: Some(400),
        installable: true,
        yanked: false,
        affected_by: Vec::new(),
    };
    texts.iter().map(release).collect()
}

fn anything(_: &Version) -> bool {
    true
}

fn question<'a>(releases: &'a [Release<Version>], current: Option<&'a Version>) -> Question<'a, Version> {
    Question {
        releases,
        current,
        floor: None,
        reach: Reach::Latest,
        within: &anything,
        minimum_age_days: 0,
        advisories: Datum::None,
        ignored: false,
        pin: None,
        hold: None,
        refused: &|_| None,
        requested: None,
        deprecated: false,
        needed_by: None,
        lockstep_with: None,
    }
}

fn fix(id: &str, fixed: &[&str]) -> Fix<Version> {
    Fix { id: id.to_owned(), fixed: fixed.iter().map(|text| version(text)).collect() }
}

fn text(target: Option<&Version>) -> String {
    target.map_or_else(|| "stays".to_owned(), ToString::to_string)
}

#[test]
fn a_security_target_is_the_lowest_without_any_known_advisory() {
    let mut all = releases(&["41.0.7", "42.0.2", "42.0.4", "44.0.0", "44.0.1", "45.0.0"]);
    for release in &mut all[1..4] {
        release.affected_by.push("CVE-2024-12797".to_owned());
    }
    let current = version("41.0.7");
    let mut asked = question(&all, Some(&current));
    asked.reach = Reach::Security;
    asked.advisories = Datum::found(vec![fix("CVE-2023-50782", &["42.0.0"]), fix("CVE-2024-26130", &["42.0.4"])]);
    let answer = propose(&asked);
    assert_eq!(text(answer.target.as_ref()), "44.0.1");
    assert_eq!(answer.reasons, [Reason::Security]);
    assert_eq!(answer.because, ["44.0.1 fixes CVE-2023-50782, CVE-2024-26130"]);
    assert_eq!(answer.held_by.as_deref(), Some("the strategy: the lowest release without known advisories"));
    asked.advisories = Datum::None;
    assert_eq!(propose(&asked).target, None, "without an advisory it stays");
}

#[test]
fn where_no_release_is_clean_the_fewest_advisories_are_kept_and_the_reason_is_not_the_strategy() {
    let mut all = releases(&["2.1.0", "2.1.2", "2.6.0", "2.7.0"]);
    for release in &mut all {
        release.affected_by.push("CVE-2025-9".to_owned());
    }
    for release in &mut all[..2] {
        release.affected_by.push("CVE-2025-32434".to_owned());
    }
    let current = version("2.1.0");
    let ask = |all: &[Release<Version>]| {
        let advisories = Datum::found(vec![fix("CVE-2025-32434", &["2.6.0"]), fix("CVE-2025-9", &[])]);
        propose(&Question { reach: Reach::Security, advisories, ..question(all, Some(&current)) })
    };
    let answer = ask(&all);
    assert_eq!(text(answer.target.as_ref()), "2.6.0");
    assert_eq!(answer.held_by.unwrap(), "no release is free of known advisories, and 2.6.0 has the fewest");
    // One that brings an advisory of its own is no way out.
    for release in &mut all[2..] {
        release.affected_by = vec!["CVE-2026-1".to_owned()];
    }
    let answer = ask(&all);
    assert_eq!((answer.target, answer.held_by.as_deref()), (None, Some("no release is known that mends it")));
}

#[test]
fn a_requested_target_below_the_fix_below_the_latest_or_below_what_runs_is_warned_about() {
    let all = releases(&["2.1.0", "2.5.0", "2.5.1", "2.6.0"]);
    let (current, requested) = (version("2.1.0"), version("2.5.0"));
    let mut asked = question(&all, Some(&current));
    asked.requested = Some(&requested);
    asked.advisories = Datum::found(vec![fix("CVE-2025-32434", &["2.6.0"])]);
    let answer = propose(&asked);
    assert_eq!(text(answer.target.as_ref()), "2.5.0");
    let expected = [
        "2.5.0 is not the latest: 2.6.0 is",
        "2.5.0 is not the newest patch of its line: 2.5.1 is",
        "CVE-2025-32434 is fixed in 2.6.0, and the target stays below",
    ];
    assert_eq!(answer.warnings, expected);

    let all = releases(&["1.7.7", "1.13.1", "1.13.2"]);
    let (current, requested) = (version("1.13.1"), version("1.7.7"));
    let mut asked = question(&all, Some(&current));
    asked.requested = Some(&requested);
    let answer = propose(&asked);
    assert_eq!(text(answer.target.as_ref()), "1.13.2");
    assert_eq!(answer.warnings[0], "1.7.7 is older than 1.13.1, which is in use: no version is lowered");
}

#[test]
fn young_releases_wait_unless_only_they_hold_the_fix() {
    let mut all = releases(&["1.0.0", "1.1.0", "1.2.0", "1.2.1"]);
    (all[2].age_days, all[3].age_days) = (Some(5), Some(2));
    let current = version("1.0.0");
    let mut asked = question(&all, Some(&current));
    asked.minimum_age_days = 7;
    let answer = propose(&asked);
    assert_eq!(text(answer.target.as_ref()), "1.1.0");
    assert_eq!(answer.held_by.as_deref(), Some("newer releases are younger than 7 days"));
    asked.advisories = Datum::found(vec![fix("CVE-1", &["1.2.0"])]);
    let answer = propose(&asked);
    assert_eq!(text(answer.target.as_ref()), "1.2.0", "the oldest that is fixed");
    assert!(
        answer
            .warnings
            .contains(&"1.2.0 is younger than 7 days; it is taken because nothing older is fixed".to_owned())
    );
}

#[test]
fn each_strategy_reaches_as_far_as_it_says() {
    let all = releases(&["1.2.0", "1.2.9", "1.4.0", "2.0.0", "2.1.0rc1"]);
    let current = version("1.2.0");
    let below_two = |version: &Version| *version < Version::new("2").unwrap();
    let target = |reach| {
        let mut asked = question(&all, Some(&current));
        (asked.reach, asked.within) = (reach, &below_two);
        text(propose(&asked).target.as_ref())
    };
    assert_eq!(target(Reach::Latest), "2.0.0");
    assert_eq!(target(Reach::Compatible), "1.4.0");
    assert_eq!(target(Reach::Patch), "1.2.9");
    assert_eq!(target(Reach::Minimal), "1.2.9");
    assert_eq!(target(Reach::Security), "stays");
    let mut asked = question(&all, Some(&current));
    asked.within = &below_two;
    let raised = "2.0.0 lies outside the bounds that the project wrote: they have to be raised";
    assert_eq!(propose(&asked).warnings, [raised]);
    assert_eq!(Reach::from(uplift_model::settings::Strategy::Patch), Reach::Patch);
}

#[test]
fn holds_pins_and_ignores_limit_it_and_say_so() {
    let all = releases(&["4.2.0", "4.2.9", "5.1.0"]);
    let current = version("4.2.0");
    let below_five = |version: &Version| *version < Version::new("5").unwrap();
    let mut asked = question(&all, Some(&current));
    asked.hold = Some(Hold { admits: &below_five, text: "<5" });
    let answer = propose(&asked);
    assert_eq!(
        (text(answer.target.as_ref()), answer.held_by.as_deref()),
        ("4.2.9".into(), Some("held at <5 by the settings"))
    );
    asked.hold = None;
    let pin = version("4.2.5");
    asked.pin = Some(&pin);
    let answer = propose(&asked);
    assert_eq!(answer.target, None, "what does not exist is no target");
    assert_eq!(answer.warnings[0], "4.2.5 was never released");
    let pin = version("4.2.9");
    asked.pin = Some(&pin);
    let answer = propose(&asked);
    assert_eq!(text(answer.target.as_ref()), "4.2.9");
    assert_eq!(answer.held_by.as_deref(), Some("pinned to 4.2.9 by the settings"));
    asked.pin = None;
    asked.ignored = true;
    let answer = propose(&asked);
    assert_eq!((answer.target, answer.held_by.as_deref()), (None, Some("ignored by the settings")));
}

#[test]
fn every_reason_has_its_code() {
    let mut all = releases(&["2.15.0", "2.19.1"]);
    all[0].installable = false;
    let current = version("2.15.0");
    let mut asked = question(&all, Some(&current));
    assert_eq!(propose(&asked).reasons, [Reason::Unavailable]);
    asked.deprecated = true;
    asked.needed_by = Some(("keras", None));
    asked.lockstep_with = Some("torch");
    let expected = [Reason::Unavailable, Reason::Compatibility, Reason::Deprecated, Reason::Lockstep];
    assert_eq!(propose(&asked).reasons, expected);
    let all = releases(&["2.15.0", "2.19.1"]);
    assert_eq!(propose(&question(&all, Some(&current))).reasons, [Reason::Outdated]);
    assert_eq!(propose(&question(&all, None)).reasons, [Reason::Compatibility], "nothing pins it");
}

#[test]
fn a_fix_in_an_older_line_counts_for_that_line_only() {
    let both = fix("CVE-2023-45803", &["1.26.18", "2.0.7"]);
    let fixed = |text| is_fixed(&both, &version(text));
    assert!(fixed("1.26.18") && fixed("1.26.20") && fixed("2.0.7") && fixed("2.2.0"));
    assert!(!fixed("1.26.17") && !fixed("2.0.0"));
    assert!(!is_fixed(&fix("CVE-0", &[]), &version("99")));
}

fn any_releases() -> impl Strategy<Value = Vec<Release<Version>>> {
    let one = ((0u64..4, 0u64..4, 0u64..4), any::<[bool; 4]>(), 0i64..30);
    prop::collection::vec(one, 1..25).prop_map(|rows| {
        let of = |((a, b, c), flags, age): ((u64, u64, u64), [bool; 4], i64)| Release {
            version: version(&format!("{a}.{b}.{c}{}", if flags[0] && flags[1] { "rc1" } else { "" })),
            age_days: flags[1].then_some(age),
            installable: flags[2] || flags[1],
            yanked: flags[3] && flags[0],
            affected_by: if flags[0] && flags[2] { vec!["CVE-9".to_owned()] } else { Vec::new() },
        };
        rows.into_iter().map(of).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(5), failure_persistence: None, cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn the_target_is_never_below_what_runs_nor_below_a_fix_in_reach(
        all in any_releases(),
        at in any::<prop::sample::Index>(),
        fixes in prop::collection::vec(prop::collection::vec((0u64..4, 0u64..4, 0u64..4), 0..3), 0..3),
        reach in prop::sample::select(vec![Reach::Latest, Reach::Compatible, Reach::Patch, Reach::Security, Reach::Minimal]),
        (known, minimum_age_days, limit) in (any::<bool>(), 0i64..20, 0u64..5),
        wish in any::<prop::sample::Index>(),
        wished in 0u8..4,
    ) {
        let current = all[at.index(all.len())].version.clone();
        let requested = all[wish.index(all.len())].version.clone();
        let top = version(&limit.to_string());
        let within = |version: &Version| *version < top;
        let mut asked = question(&all, known.then_some(&current));
        if !known {
            asked.floor = Some(&current);
        }
        (asked.reach, asked.within, asked.minimum_age_days) = (reach, &within, minimum_age_days);
        asked.requested = (wished == 0).then_some(&requested);
        let fixes: Vec<Fix<Version>> = fixes
            .iter()
            .enumerate()
            .map(|(n, list)| Fix {
                id: format!("CVE-{n}"),
                fixed: list.iter().map(|(a, b, c)| version(&format!("{a}.{b}.{c}"))).collect(),
            })
            .collect();
        asked.advisories = if fixes.is_empty() { Datum::None } else { Datum::found(fixes.clone()) };
        let answer = propose(&asked);
        let stands = answer.target.clone().or(known.then(|| current.clone()));
        if let Some(target) = &answer.target {
            prop_assert!(*target >= current);
            prop_assert!(!answer.reasons.is_empty() && answer.reasons.len() == answer.because.len());
            let release = all.iter().find(|release| release.version == *target && release.installable && !release.yanked);
            prop_assert!(release.is_some());
        }
        // Whoever asks for a version gets it, with a warning; every other choice is above the fixes in reach.
        let reachable = |release: &&Release<Version>| {
            let prerelease_ahead = release.version.is_prerelease();
            release.version >= current && release.installable && !release.yanked && !prerelease_ahead
                && reach::holds(&asked, &release.version) && is_clean(&asked, release)
        };
        // Two entries of one version contradict each other; the first is believed.
        let unique = all.iter().filter(|release| all.iter().filter(|o| o.version == release.version).count() == 1);
        if wished != 0 && !fixes.is_empty() && unique.clone().any(|release| reachable(&release)) {
            let stands = stands.clone().unwrap();
            prop_assert!(fixes.iter().all(|fix| is_fixed(fix, &stands)), "{stands} of {all:?}");
        }
        for fix in &fixes {
            if stands.as_ref().is_none_or(|stands| !is_fixed(fix, stands)) {
                prop_assert!(answer.warnings.iter().any(|warning| warning.starts_with(&fix.id)), "{:?}", answer.warnings);
            }
        }
    }
}

#[test]
fn what_a_policy_refuses_is_not_proposed_and_the_best_below_it_is() {
    let all = releases(&["1.0", "1.5", "2.0", "2.1"]);
    let current = version("1.0");
    let refused = |v: &Version| (*v >= version("2.0")).then(|| format!("{v} is banned"));
    let ask = Question { refused: &refused, ..question(&all, Some(&current)) };
    let answer = propose(&ask);
    assert_eq!((answer.target, answer.held_by.as_deref()), (Some(version("1.5")), Some("2.1 is banned")));
    let pin = version("2.0");
    let answer = propose(&Question { pin: Some(&pin), ..ask });
    assert_eq!((answer.target, answer.held_by.as_deref()), (None, Some("2.0 is banned")));
    let every = |v: &Version| Some(format!("{v} is banned"));
    assert_eq!(propose(&Question { refused: &every, ..question(&all, Some(&current)) }).target, None);
}
