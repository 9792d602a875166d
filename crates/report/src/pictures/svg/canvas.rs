//! What drawings are put together from: shapes, text, a legend. Everything from outside is escaped here.

use super::letters;
use crate::document::Tone;
use crate::html::escape;

/// Font sizes in pixels of the drawing.
pub(super) const TEXT: f64 = 13.0;
pub(super) const SMALL: f64 = 11.0;

/// A drawing in the making: its width is given, its height grows.
pub(super) struct Canvas {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) out: String,
}

/// Which end of a text stands at its place.
#[derive(Clone, Copy)]
pub(super) enum At {
    Start,
    Middle,
}

impl Canvas {
    pub(super) fn new(width: f64) -> Self {
        Self { width, height: 0.0, out: String::new() }
    }

    pub(super) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, radius: f64, class: &str) {
        let round = if radius > 0.0 { format!(" rx=\"{}\"", px(radius)) } else { String::new() };
        self.out.push_str(&format!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{round}/>",
            px(x),
            px(y),
            px(width),
            px(height)
        ));
    }

    pub(super) fn path(&mut self, data: &str, class: &str) {
        self.out.push_str(&format!("<path class=\"{class}\" d=\"{data}\"/>"));
    }

    /// Text that stands for more than it says, which is its title.
    pub(super) fn titled(&mut self, x: f64, y: f64, text: &str, title: &str, room: f64) {
        self.write((x, y), At::Start, "", text, title, room);
    }

    /// Text whose baseline is at `y`, cut to `room`; what was cut has the whole as its title.
    pub(super) fn text(&mut self, x: f64, y: f64, at: At, class: &str, text: &str, room: f64) {
        self.write((x, y), at, class, text, text, room);
    }

    fn write(&mut self, (x, y): (f64, f64), at: At, class: &str, text: &str, title: &str, room: f64) {
        let size = if class.contains("small") { SMALL } else { TEXT };
        let whole = crate::clean::line(text);
        let shown = letters::cut(&whole, size, room);
        if shown.is_empty() && whole.is_empty() {
            return;
        }
        let anchor = match at {
            At::Start => "",
            At::Middle => " text-anchor=\"middle\"",
        };
        let title = crate::clean::line(title);
        let title = if shown == title { String::new() } else { format!("<title>{}</title>", escape::text(&title)) };
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.out.push_str(&format!(
            "<text x=\"{}\" y=\"{}\"{anchor}{class}>{title}{}</text>",
            px(x),
            px(y),
            escape::text(&shown)
        ));
    }

    /// Swatches with their words, wrapped; returns the height that they took.
    pub(super) fn legend(&mut self, y: f64, entries: &[(String, String)]) -> f64 {
        const LINE: f64 = 20.0;
        let (mut x, mut line) = (0.0, 0.0);
        for (class, word) in entries {
            let word = letters::cut(&crate::clean::line(word), SMALL, self.width - 24.0);
            let needs = 18.0 + letters::width(&word, SMALL) + 14.0;
            if x > 0.0 && x + needs > self.width {
                x = 0.0;
                line += 1.0;
            }
            let top = y + line * LINE;
            self.rect(x + 1.0, top + 3.0, 11.0, 11.0, 2.0, class);
            self.text(x + 18.0, top + 13.0, At::Start, "small", &word, self.width);
            x += needs;
        }
        if entries.is_empty() { 0.0 } else { (line + 1.0) * LINE + 8.0 }
    }
}

/// A length with at most one decimal; what is no number is 0.
pub(crate) fn px(length: f64) -> String {
    let length = if length.is_finite() { length.clamp(-100_000.0, 100_000.0) } else { 0.0 };
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// The class that paints a tone, in the page's style sheet.
pub(crate) fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Warning => "warn",
        Tone::Bad => "bad",
        Tone::Unknown => "unknown",
    }
}

/// The sign that stands beside a tone's colour.
pub(crate) fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "○",
        Tone::Good => "✓",
        Tone::Warning => "▲",
        Tone::Bad => "◆",
        Tone::Unknown => "?",
    }
}
