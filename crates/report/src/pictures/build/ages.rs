//! Bars out of an analysis: how old what is in use is, now and at the targets.

use jiff::civil::Date;
use uplift_model::Datum;
use uplift_model::analysis::{Analysis, DependencyRow};

use super::phases::whole;
use crate::document::Tone;
use crate::pictures::{Bars, Picture};

/// Bands of age: the first day that is too old for it, in days, its name and how it is shown.
const BANDS: [(i64, &str, Tone); 5] = [
    (183, "under 6 months", Tone::Good),
    (365, "6 to 12 months", Tone::Good),
    (731, "1 to 2 years", Tone::Warning),
    (1461, "2 to 4 years", Tone::Bad),
    (i64::MAX, "over 4 years", Tone::Bad),
];

/// Packages by age of the version, two bars a component: in use, and with every target taken.
///
/// Ages are days from a release to the day of the analysis. What has no date counts as unknown and is never left out.
pub fn ages_before_after(analysis: &Analysis) -> Picture {
    let day: Option<Date> = analysis.as_of.parse().ok();
    let mut bars = Vec::new();
    for component in &analysis.components {
        let named = |state: &str| match analysis.components.as_slice() {
            [_] => state.to_owned(),
            _ => format!("{}: {state}", crate::words::component(&component.path, &analysis.repository)),
        };
        let before = component.dependencies.iter().map(|row| row.age_days);
        let after = component.dependencies.iter().map(|row| age_after(row, day));
        bars.push((named("now"), counted(before)));
        bars.push((named("after"), counted(after)));
    }
    let mut parts: Vec<(String, Tone)> = BANDS.iter().map(|(_, name, tone)| ((*name).to_owned(), *tone)).collect();
    parts.push(("age unknown".to_owned(), Tone::Unknown));
    Picture::Bars(Bars { parts, bars, unit: "packages".to_owned() })
}

fn age_after(row: &DependencyRow, day: Option<Date>) -> Option<i64> {
    if row.target_version.is_none() {
        return row.age_days;
    }
    let Datum::Found { value } = &row.target_released else { return None };
    let released: Date = value.parse().ok()?;
    Some(i64::from(day?.since(released).ok()?.get_days()))
}

fn counted(ages: impl Iterator<Item = Option<i64>>) -> Vec<f64> {
    let mut counts = [0_usize; BANDS.len() + 1];
    for age in ages {
        let band = age.and_then(|age| BANDS.iter().position(|(limit, ..)| age < *limit)).unwrap_or(BANDS.len());
        if let Some(count) = counts.get_mut(band) {
            *count += 1;
        }
    }
    counts.into_iter().map(whole).collect()
}
