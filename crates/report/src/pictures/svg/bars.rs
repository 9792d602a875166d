//! Stacked bars: a row each, values at the parts and the sum behind them.

use super::Width;
use super::canvas::{At, Canvas, SMALL, TEXT, class};
use super::letters;
use crate::document::Tone;
use crate::pictures::{Bars, words};

const BAR: f64 = 22.0;

pub(super) fn draw(canvas: &mut Canvas, bars: &Bars, width: Width) {
    let classes = part_classes(bars);
    let entry = |index: usize| Some((classes.get(index)?.clone(), bars.parts.get(index)?.0.clone()));
    let legend: Vec<(String, String)> = bars.used().into_iter().filter_map(entry).collect();
    canvas.height = canvas.legend(0.0, &legend);
    let sums: Vec<String> =
        bars.bars.iter().map(|(_, values)| words::value(words::total(values).min(1e12), &bars.unit)).collect();
    let behind = sums.iter().map(|sum| letters::width(sum, SMALL)).fold(0.0, f64::max).min(canvas.width * 0.35) + 10.0;
    let before = match width {
        Width::Wide => {
            let longest = bars.bars.iter().map(|(label, _)| letters::width(label, TEXT)).fold(0.0, f64::max);
            longest.clamp(60.0, 220.0) + 14.0
        }
        Width::Narrow => 0.0,
    };
    let room = canvas.width - before - behind;
    let most = bars.bars.iter().map(|(_, values)| words::total(values).min(1e12)).fold(0.0, f64::max);
    for ((label, values), sum) in bars.bars.iter().zip(&sums) {
        let top = match width {
            Width::Wide => {
                canvas.text(0.0, canvas.height + 16.0, At::Start, "", label, before - 12.0);
                canvas.height
            }
            Width::Narrow => {
                canvas.text(0.0, canvas.height + 13.0, At::Start, "", label, canvas.width);
                canvas.height + 19.0
            }
        };
        canvas.rect(before, top, room, BAR, 3.0, "track");
        let mut x = before;
        for (index, ((part, _), class)) in bars.parts.iter().zip(&classes).enumerate() {
            let value = amount(values.get(index));
            if value <= 0.0 || most <= 0.0 {
                continue;
            }
            let long = (room * value / most).max(2.0).min(before + room - x);
            canvas.rect(x, top, long, BAR, 2.0, class);
            let number = words::number(value);
            let named = format!("{number} {part}");
            let fits = |text: &str| letters::width(text, SMALL) + 8.0 <= long;
            let told = [named, number].into_iter().find(|text| fits(text)).unwrap_or_default();
            canvas.text(x + long / 2.0, top + 15.0, At::Middle, "small", &told, long);
            x += long;
        }
        canvas.text(x + 8.0, top + 15.0, At::Start, "small soft", sum, canvas.width - x - 8.0);
        canvas.height = top + BAR + 12.0;
    }
}

/// The class of each part: one of several with the same tone is paler than the one before.
fn part_classes(bars: &Bars) -> Vec<String> {
    let mut seen: Vec<Tone> = Vec::new();
    let mut classes = Vec::new();
    for (_, tone) in &bars.parts {
        let before = seen.iter().filter(|known| *known == tone).count();
        seen.push(*tone);
        let paler = if before == 0 { String::new() } else { format!(" pale{}", before.min(2)) };
        classes.push(format!("fill {}{paler}", class(*tone)));
    }
    classes
}

fn amount(value: Option<&f64>) -> f64 {
    value.copied().filter(|value| value.is_finite() && *value > 0.0).unwrap_or_default().min(1e12)
}
