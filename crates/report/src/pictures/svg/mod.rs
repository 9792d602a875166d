//! Pictures as inline SVG: drawn from data, coloured by the page's style sheet, told in words as well.
//!
//! Lives here: one file a kind of picture, and the frame with title and description. A picture is drawn for a wide page
//! and once more for a telephone, because text that is merely shrunk cannot be read.
//! Lives elsewhere: the data (`super`), the table beside it (`super::words`), colours (`crate::html`'s `page.css`).

mod bars;
pub(crate) mod canvas;
mod fan;
mod letters;
mod map;
mod matrix;
mod outline;
mod timeline;

use super::{Picture, words};
use crate::html::escape;
use canvas::{Canvas, px};

/// What a drawing is laid out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 720 pixels: screens and paper.
    Wide,
    /// 330 pixels: a telephone held upright.
    Narrow,
}

impl Width {
    fn pixels(self) -> f64 {
        match self {
            Self::Wide => 720.0,
            Self::Narrow => 330.0,
        }
    }

    fn mark(self) -> char {
        match self {
            Self::Wide => 'w',
            Self::Narrow => 'n',
        }
    }
}

/// The drawing as an `<svg>` element; empty when the picture is.
///
/// `id`: of the figure, `[a-z0-9-]+`; ids inside begin with it and hold a `_`, which no id of a document has.
pub fn draw(id: &str, caption: &str, picture: &Picture, width: Width) -> String {
    if picture.is_empty() {
        return String::new();
    }
    let mut canvas = Canvas::new(width.pixels());
    match picture {
        Picture::Bars(bars) => bars::draw(&mut canvas, bars, width),
        Picture::Timeline(timeline) => timeline::draw(&mut canvas, timeline, width),
        Picture::Map(map) => map::draw(&mut canvas, map, width),
        Picture::Matrix(matrix) => matrix::draw(&mut canvas, matrix, width),
    }
    let (wide, high) = (px(canvas.width), px(canvas.height));
    let (id, mark) = (escape::attribute(id), width.mark());
    format!(
        "<svg class=\"drawing\" role=\"img\" aria-labelledby=\"{id}_t{mark} {id}_d{mark}\" viewBox=\"0 0 {wide} {high}\" \
         width=\"{wide}\" height=\"{high}\"><title id=\"{id}_t{mark}\">{}</title><desc id=\"{id}_d{mark}\">{}</desc>{}</svg>",
        escape::text(caption),
        escape::text(&words::description(picture)),
        canvas.out
    )
}
