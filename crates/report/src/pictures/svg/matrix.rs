//! A grid of verdicts: a sign and, where there is room, the word in every cell.

use super::Width;
use super::canvas::{At, Canvas, SMALL, TEXT, class, sign};
use super::letters;
use crate::document::Tone;
use crate::pictures::{Alike, Matrix};

const ROW: f64 = 28.0;

/// Columns that do not fit beside each other go on in another band below.
pub(super) fn draw(canvas: &mut Canvas, matrix: &Matrix, width: Width) {
    let (most, least) = match width {
        Width::Wide => (230.0, 58.0),
        Width::Narrow => (130.0, 36.0),
    };
    // A hundred rows that all say the same hide the one that does not.
    let rows: Vec<(String, Alike<'_>)> = matrix.folded().into_iter().map(|alike| (alike.label(), alike)).collect();
    let longest = rows.iter().map(|(label, _)| letters::width(label, TEXT)).fold(0.0, f64::max);
    let before = longest.clamp(60.0, most) + 10.0;
    let words = matrix.rows.iter().flat_map(|(_, cells)| cells).map(|(_, word)| letters::width(word, SMALL));
    let titles = matrix.columns.iter().map(|title| letters::width(title, SMALL));
    let wanted = words.chain(titles).fold(0.0, f64::max) + 34.0;
    let room = canvas.width - before;
    let share = room / matrix.columns.len().clamp(1, 1000) as f64;
    let cell = share.clamp(least, wanted.max(least));
    let band = ((room / cell).floor() as usize).max(1);
    for (number, columns) in matrix.columns.chunks(band).enumerate() {
        let first = number * band;
        for (index, title) in columns.iter().enumerate() {
            let x = before + cell * (index as f64 + 0.5);
            canvas.text(x, canvas.height + 14.0, At::Middle, "small soft", title, cell - 4.0);
        }
        canvas.height += 22.0;
        for (label, alike) in &rows {
            let (x, y) = (0.0, canvas.height + 18.0);
            canvas.titled(x, y, label, &alike.labels.join(", "), before - 8.0);
            for index in 0..columns.len() {
                let Some((tone, word)) = alike.cells.get(first + index) else { continue };
                one(canvas, (before + cell * index as f64, canvas.height), cell, *tone, word);
            }
            canvas.height += ROW;
        }
        canvas.height += 12.0;
    }
    let legend: Vec<(String, String)> = [Tone::Good, Tone::Warning, Tone::Bad, Tone::Plain, Tone::Unknown]
        .into_iter()
        .filter_map(|tone| meaning(matrix, tone).map(|word| (format!("fill {}", class(tone)), word)))
        .collect();
    canvas.height += canvas.legend(canvas.height, &legend);
}

fn one(canvas: &mut Canvas, (x, y): (f64, f64), cell: f64, tone: Tone, word: &str) {
    let word = crate::clean::line(word);
    canvas.out.push_str(&format!("<g><title>{}</title>", crate::html::escape::text(&word)));
    canvas.rect(x + 1.5, y + 1.5, cell - 3.0, ROW - 3.0, 3.0, &format!("fill {}", class(tone)));
    let whole = format!("{} {word}", sign(tone));
    let told = if letters::width(&whole, SMALL) <= cell - 8.0 { whole.as_str() } else { sign(tone) };
    canvas.text(x + cell / 2.0, y + 18.0, At::Middle, "small", told, cell - 4.0);
    canvas.out.push_str("</g>");
}

/// Every word that a tone stands for in this grid, behind its sign.
fn meaning(matrix: &Matrix, of: Tone) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for (tone, word) in matrix.rows.iter().flat_map(|(_, cells)| cells) {
        if *tone == of && !words.contains(&word.as_str()) {
            words.push(word);
        }
    }
    (!words.is_empty()).then(|| format!("{} {}", sign(of), words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_say_the_same_are_drawn_once_and_name_all_they_stand_for() {
        let row = |label: &str, tone: Tone, word: &str| (label.to_owned(), vec![(tone, word.to_owned())]);
        let rows = vec![
            row("a", Tone::Good, "fits"),
            row("b", Tone::Bad, "no set"),
            row("c", Tone::Good, "fits"),
            row("d", Tone::Good, "fits"),
        ];
        let matrix = Matrix { columns: vec!["3.12".to_owned()], rows };
        let labels: Vec<String> = matrix.folded().iter().map(Alike::label).collect();
        assert_eq!(labels, ["a and 2 more", "b"]);
        let mut canvas = Canvas::new(720.0);
        draw(&mut canvas, &matrix, Width::Wide);
        assert_eq!(canvas.out.matches("<g>").count(), 2);
        assert!(canvas.out.contains("<title>a, c, d</title>"), "{}", canvas.out);
        let told = crate::pictures::words::table(&crate::pictures::Picture::Matrix(matrix));
        assert_eq!(told.rows[0].cells[0].words(), "a, c, d");
    }

    #[test]
    fn columns_that_do_not_fit_stand_in_a_band_below() {
        let columns: Vec<String> = (0..30).map(|n| format!("3.{n}")).collect();
        let cells = vec![(Tone::Good, "fits".to_owned()); 30];
        let matrix = Matrix { columns, rows: vec![("complete set".to_owned(), cells)] };
        for width in [Width::Wide, Width::Narrow] {
            let mut canvas = Canvas::new(if width == Width::Wide { 720.0 } else { 330.0 });
            draw(&mut canvas, &matrix, width);
            assert_eq!(canvas.out.matches("<g>").count(), 30);
            assert!(canvas.out.matches("complete set").count() > 1);
        }
    }
}
