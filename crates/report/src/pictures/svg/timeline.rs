//! Stretches of time, a row each, over a ruler of units.

use super::Width;
use super::canvas::{At, Canvas, SMALL, TEXT, class, px, sign};
use super::letters;
use crate::document::Tone;
use crate::pictures::{Timeline, words};

const TONES: [Tone; 5] = [Tone::Good, Tone::Warning, Tone::Bad, Tone::Plain, Tone::Unknown];
/// Units between two marks of the ruler; beyond the last it is doubled until few enough are left.
const STEPS: [u64; 8] = [1, 2, 4, 8, 13, 26, 52, 104];

pub(super) fn draw(canvas: &mut Canvas, timeline: &Timeline, width: Width) {
    let tones: Vec<Tone> = TONES.into_iter().filter(|tone| timeline.rows.iter().any(|row| row.tone == *tone)).collect();
    let legend: Vec<(String, String)> = tones
        .iter()
        .map(|tone| (*tone, words::meaning(timeline, *tone)))
        .filter(|(_, word)| !word.is_empty())
        .map(|(tone, word)| (format!("fill {}", class(tone)), format!("{} {word}", sign(tone))))
        .collect();
    let top = canvas.legend(0.0, &legend);
    let last = timeline.rows.iter().map(|row| row.to.max(row.from)).max().unwrap_or(1).clamp(1, 100_000);
    let before = match width {
        Width::Wide => {
            let longest = timeline.rows.iter().map(|row| letters::width(&row.label, TEXT)).fold(0.0, f64::max);
            longest.clamp(60.0, 220.0) + 34.0
        }
        Width::Narrow => 0.0,
    };
    let room = canvas.width - before;
    let unit = room / last as f64;
    let (row_height, offset) = match width {
        Width::Wide => (28.0, 0.0),
        Width::Narrow => (42.0, 18.0),
    };
    let first_row = top + 24.0;
    let end = first_row + row_height * timeline.rows.len() as f64;
    ruler(canvas, &timeline.unit, (before, top), (last, unit), end, width);
    for (index, row) in timeline.rows.iter().enumerate() {
        let y = first_row + row_height * index as f64;
        let label = format!("{} {}", sign(row.tone), crate::clean::line(&row.label));
        let wide = if before > 0.0 { before - 12.0 } else { canvas.width };
        canvas.text(0.0, y + 16.0, At::Start, "", &label, wide);
        let from = row.from.clamp(1, last);
        let to = row.to.clamp(from, last);
        let x = before + (from - 1) as f64 * unit;
        let long = ((to - from + 1) as f64 * unit - 2.0).max(3.0);
        canvas.rect(x + 1.0, y + 4.0 + offset, long, 16.0, 3.0, &format!("fill {}", class(row.tone)));
    }
    canvas.height = end + 4.0;
}

fn ruler(canvas: &mut Canvas, name: &str, (left, top): (f64, f64), (last, unit): (u64, f64), end: f64, width: Width) {
    let most = match width {
        Width::Wide => 13,
        Width::Narrow => 7,
    };
    let mut step = STEPS.into_iter().find(|step| last.div_ceil(*step) <= most).unwrap_or(208);
    while last.div_ceil(step) > most {
        step = step.saturating_mul(2);
    }
    let mut number = 1;
    while number <= last {
        let x = left + (number - 1) as f64 * unit;
        canvas.path(&format!("M{} {}V{}", px(x), px(top + 18.0), px(end)), "rule");
        let label = if number == 1 { format!("{name} 1") } else { number.to_string() };
        let room = (step as f64 * unit).min(canvas.width - x) - 4.0;
        // The first mark says what is counted, where there is room for it.
        let label = if letters::width(&label, SMALL) > room { number.to_string() } else { label };
        canvas.text(x + 3.0, top + 12.0, At::Start, "small soft", &label, room.max(12.0));
        number = number.saturating_add(step);
    }
}
