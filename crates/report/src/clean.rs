//! Text from packages, tests and repositories, made safe to print.
//!
//! Lives here: control characters. Lives elsewhere: Markdown's own special characters (`crate::markdown::escape`).

/// One line: line breaks and tabs become spaces, colour codes go, every other control character is shown as `\x1b`.
pub fn line(text: &str) -> String {
    let text = without_colours(text);
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => {
                if !clean.ends_with(' ') {
                    clean.push(' ');
                }
            }
            _ => push(&mut clean, c),
        }
    }
    clean.trim_end().to_owned()
}

/// The path of a file or folder: in one line like [`line`], and no two paths look alike, since every control character is
/// shown, `\t` and `\n` as well.
pub fn path(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut clean, c);
    }
    clean
}

/// Several lines: line breaks stay, tabs become four spaces, the rest as in [`line`].
pub fn block(text: &str) -> String {
    let text = without_colours(text).replace("\r\n", "\n");
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => clean.push('\n'),
            '\t' => clean.push_str("    "),
            _ => push(&mut clean, c),
        }
    }
    clean
}

/// What could move a cursor, recolour, ring, or turn the direction of writing around.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn push(clean: &mut String, c: char) {
    if !is_unsafe(c) {
        clean.push(c);
    } else if u32::from(c) < 0x100 {
        clean.push_str(&format!("\\x{:02x}", u32::from(c)));
    } else {
        clean.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
    }
}

/// Test runners colour their output; those codes (`ESC [ 31 m`) carry nothing and only they are dropped silently.
fn without_colours(text: &str) -> String {
    let mut rest = text;
    let mut clean = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        clean.push_str(before);
        let parameters = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        match parameters.strip_prefix('m') {
            Some(behind) => rest = behind,
            None => {
                clean.push_str("\u{1b}[");
                rest = after;
            }
        }
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_be_set_and_the_screen_cannot_be_cleared() {
        assert_eq!(line("\u{1b}]0;owned\u{7}x\u{1b}[2J"), "\\x1b]0;owned\\x07x\\x1b[2J");
        assert_eq!(line("a\u{9b}31mb"), "a\\x9b31mb");
    }

    #[test]
    fn a_carriage_return_cannot_write_over_what_was_said() {
        assert_eq!(line("1 failed\r212 passed"), "1 failed 212 passed");
        assert_eq!(block("1 failed\r212 passed\r\nnext"), "1 failed\\x0d212 passed\nnext");
    }

    #[test]
    fn writing_direction_cannot_be_turned_around() {
        assert_eq!(line("safe\u{202e}exe.txt"), "safe\\u{202e}exe.txt");
    }

    #[test]
    fn paths_that_differ_in_a_control_character_look_different() {
        let all =
            ["a b", "a\tb", "a\nb", "a\rb", "a\u{1}b", "a\u{2}b", "a\u{1b}[31mb", "ab", "a\u{2028}b", "a\u{200b}b"];
        let shown: std::collections::BTreeSet<String> = all.iter().map(|p| path(p)).collect();
        assert_eq!(shown.len(), all.len(), "{shown:?}");
        assert!(shown.iter().all(|p| !p.chars().any(is_unsafe)), "{shown:?}");
        assert_eq!(path("a\tb"), "a\\x09b");
    }

    #[test]
    fn colours_of_a_test_runner_go_without_a_trace() {
        assert_eq!(line("\u{1b}[31;1mE   boom\u{1b}[0m"), "E   boom");
        assert_eq!(line("\u{1b}[31"), "\\x1b[31");
    }
}
