//! How wide text is at most, and cutting it to the room there is.
//!
//! Nobody knows the reader's font, so every character is taken to be as wide as in a wide one (DejaVu Sans).

/// Pixels that `text` needs at a font size in pixels.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(share).sum::<f64>() * size
}

/// The width of one character as a share of the font size.
fn share(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.36,
        'f' | 't' | 'r' | '-' | '(' | ')' | '[' | ']' | '/' | '"' | '`' => 0.46,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1.02,
        'A'..='Z' | '_' | '+' | '=' | '<' | '>' | '~' | '#' => 0.84,
        c if c.is_ascii() => 0.66,
        // Scripts of which each sign fills a square, pictures and everything unheard of.
        '\u{2e80}'.. => 1.1,
        _ => 0.85,
    }
}

/// The text, or as much of it as fits with an ellipsis; empty when not even one letter does.
pub(super) fn cut(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let room = room - width("…", size);
    let mut used = 0.0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            used += share(*c) * size;
            used <= room
        })
        .collect();
    let kept = kept.trim_end();
    if kept.is_empty() { String::new() } else { format!("{kept}…") }
}

/// The text in at most `lines` lines, broken between words; the last is cut.
pub(super) fn wrap(text: &str, size: f64, room: f64, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = Vec::new();
    let mut rest = text.split_whitespace().peekable();
    while rest.peek().is_some() && wrapped.len() + 1 < lines {
        let mut line = String::new();
        while let Some(word) = rest.peek() {
            let longer = if line.is_empty() { (*word).to_owned() } else { format!("{line} {word}") };
            if width(&longer, size) > room && !line.is_empty() {
                break;
            }
            line = longer;
            rest.next();
        }
        wrapped.push(cut(&line, size, room));
    }
    let last: Vec<&str> = rest.collect();
    if !last.is_empty() {
        wrapped.push(cut(&last.join(" "), size, room));
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone_and_what_does_not_ends_in_an_ellipsis() {
        assert_eq!(cut("flask", 12.0, 100.0), "flask");
        let short = cut("a-package-with-a-long-name", 12.0, 80.0);
        assert!(short.ends_with('…') && width(&short, 12.0) <= 80.0, "{short}");
        assert_eq!(cut("wide", 12.0, 3.0), "");
    }

    #[test]
    fn words_are_wrapped_and_the_last_line_is_cut() {
        let lines = wrap("2 advisories, worst critical; high risk to move", 11.0, 150.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width(line, 11.0) <= 150.0), "{lines:?}");
        assert!(wrap("", 11.0, 150.0, 2).is_empty());
    }
}
