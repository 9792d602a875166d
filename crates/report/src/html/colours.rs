//! Whether the style sheet's colours can be told apart, computed from the sheet itself: 4.5 to 1 for text, 3 to 1 for
//! edges, in both themes. A browser's check cannot see what stands behind the text of a drawing.
//!
//! Source: WCAG 2.2, success criteria 1.4.3 and 1.4.11; relative luminance as defined there.

use std::collections::HashMap;

use super::STYLE;

const TONES: [&str; 4] = ["good", "warn", "bad", "unknown"];

/// The variables of both themes; the dark one changes what the light one sets.
fn themes() -> [HashMap<String, [f64; 3]>; 2] {
    let (light, rest) = STYLE.split_once("@media screen and (prefers-color-scheme:dark)").unwrap();
    let dark = rest.split_once("}}").unwrap().0;
    let light = variables(light);
    let mut both = light.clone();
    both.extend(variables(dark));
    [light, both]
}

fn variables(text: &str) -> HashMap<String, [f64; 3]> {
    let set = text.split([';', '{']).filter_map(|one| one.trim().strip_prefix("--")?.split_once(":#"));
    set.map(|(name, digits)| (name.to_owned(), colour(digits))).collect()
}

fn colour(digits: &str) -> [f64; 3] {
    let long: String =
        if digits.len() == 3 { digits.chars().flat_map(|c| [c, c]).collect() } else { digits.to_owned() };
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&long[at..at + 2], 16).unwrap()) / 255.0)
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |share: f64| if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// `over` with a share of itself on `ground`.
fn mixed(over: [f64; 3], ground: [f64; 3], share: f64) -> [f64; 3] {
    [0, 1, 2].map(|part| over[part] * share + ground[part] * (1.0 - share))
}

#[test]
fn every_text_can_be_read_and_every_edge_be_seen_in_both_themes() {
    for theme in themes() {
        let get = |name: &str| *theme.get(name).unwrap_or_else(|| panic!("no colour --{name}"));
        let holds = |what: &str, a: [f64; 3], b: [f64; 3], least: f64| {
            assert!(contrast(a, b) >= least, "{what}: {:.2}", contrast(a, b));
        };
        for ground in ["ground", "raised", "hit"] {
            for text in ["ink", "soft", "accent", "good", "warn", "bad", "unknown"] {
                holds(&format!("{text} on {ground}"), get(text), get(ground), 4.5);
            }
        }
        for tone in TONES {
            let tint = get(&format!("{tone}-tint"));
            for text in [tone, "ink", "accent"] {
                holds(&format!("{text} on {tone}-tint"), get(text), tint, 4.5);
            }
        }
        for tone in TONES.into_iter().chain(["plain"]) {
            let fill = get(&format!("{tone}-fill"));
            for share in [1.0, 0.55, 0.3] {
                let seen = mixed(fill, get("raised"), share);
                holds(&format!("ink on {share} of {tone}-fill"), get("ink"), seen, 4.5);
            }
            holds(&format!("{tone}-edge on ground"), get(&format!("{tone}-edge")), get("ground"), 3.0);
        }
    }
}

#[test]
fn the_ratio_is_that_of_the_definition() {
    assert!((contrast(colour("000"), colour("fff")) - 21.0).abs() < 1e-9);
    assert!((contrast(colour("777777"), colour("fff")) - 4.48).abs() < 0.01);
}
