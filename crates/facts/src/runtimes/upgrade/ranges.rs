//! Ranges that a manifest promises: `>=3.8,<3.12`, `^3.9`, `>=18.0.0`, `18.x`, with another lowest line.

use super::version::Line;

/// `written` with every lower bound at `floor`, and with upper bounds that admit `to`; the words are why it is left to a
/// person. Clauses that are no bounds of a line stay.
pub(super) fn renewed(written: &str, floor: &Line, to: &Line) -> Result<String, String> {
    if written.contains('|') {
        return Err("it names alternatives".to_owned());
    }
    let separator = if written.contains(',') { ',' } else { ' ' };
    let mut out = Vec::new();
    for clause in joined(written, separator) {
        let bare = clause.trim();
        let lead = clause.get(..clause.len() - clause.trim_start().len()).unwrap_or_default();
        let at = bare.find(|c: char| c.is_ascii_digit()).ok_or("a clause of it names no version")?;
        let (operator, version) = bare.split_at(at);
        let new = match operator.trim() {
            ">=" | "^" | "~=" | "" | "==" | "===" | "~" | "=" | "v" => {
                let line = if matches!(operator.trim(), "==" | "===" | "~" | "=") { to } else { floor };
                if bound(version) >= bound(line.text()) && !operator.trim().is_empty() {
                    version.to_owned()
                } else {
                    precise(version, line).ok_or("a bound of it has a form of its own")?
                }
            }
            ">" => return Err("its lower bound leaves a version out".to_owned()),
            "<" | "<=" if bound(version) > bound(to.text()) => version.to_owned(),
            "<" => {
                let mut numbers = bound(to.text());
                numbers.last_mut().map(|last| *last += 1).ok_or("a bound of it has a form of its own")?;
                let next = numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
                let zeros = version.split('.').count().saturating_sub(numbers.len());
                format!("{next}{}", ".0".repeat(zeros))
            }
            "<=" => precise(version, to).ok_or("a bound of it has a form of its own")?,
            "!=" => version.to_owned(),
            _ => return Err("a clause of it has a form of its own".to_owned()),
        };
        out.push(format!("{lead}{operator}{new}"));
    }
    Ok(out.join(&separator.to_string()))
}

/// Clauses; an operator with a space behind it belongs to the version that follows.
fn joined(written: &str, separator: char) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in written.split(separator) {
        match out.last_mut() {
            Some(last) if !last.contains(|c: char| c.is_ascii_digit()) => {
                last.push(separator);
                last.push_str(part);
            }
            _ => out.push(part.to_owned()),
        }
    }
    out
}

/// The line, as precise as `version` is written: `3.9` is `3.12`, `18.0.0` is `22.0.0`, `3.9.*` is `3.12.*`.
fn precise(version: &str, line: &Line) -> Option<String> {
    let wanted = line.text().split('.').count();
    let parts: Vec<&str> = version.split('.').collect();
    let rest: Vec<&str> =
        parts.iter().skip(wanted).map(|part| if matches!(*part, "*" | "x" | "X") { *part } else { "0" }).collect();
    let numbers = parts.iter().take(wanted).all(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
    // A line without its second number (`^3`) promises all of them.
    if !numbers || parts.len() < wanted {
        return None;
    }
    Some(std::iter::once(line.text()).chain(rest).collect::<Vec<_>>().join("."))
}

fn bound(version: &str) -> Vec<u64> {
    version.split('.').map_while(|n| n.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtimes::statement::Runtime;

    fn python(written: &str) -> Option<String> {
        let to = Line::new(Runtime::Python, "3.12");
        renewed(written, &to, &to).ok()
    }

    fn node(written: &str) -> Option<String> {
        let to = Line::new(Runtime::Node, "22");
        renewed(written, &to, &to).ok()
    }

    #[test]
    fn lower_bounds_go_up_and_upper_bounds_let_the_new_line_in() {
        for (written, want) in [
            (">=3.8", ">=3.12"),
            (">=3.8,<3.11", ">=3.12,<3.13"),
            (">=3.8, <4", ">=3.12, <4"),
            (">= 3.8.1", ">= 3.12.0"),
            ("^3.9", "^3.12"),
            ("==3.9.*", "==3.12.*"),
            ("~=3.9", "~=3.12"),
            ("3.9", "3.12"),
            (">=3.7,!=3.8.0", ">=3.12,!=3.8.0"),
            (">=3.13", ">=3.13"),
        ] {
            assert_eq!(python(written).as_deref(), Some(want), "{written}");
        }
        for written in [">3.8", "^3", "^3.8 || ^3.10", "*", "", "three"] {
            assert_eq!(python(written), None, "{written}");
        }
        for (written, want) in [
            (">=18", ">=22"),
            (">=18.0.0", ">=22.0.0"),
            ("^18.12.0", "^22.0.0"),
            ("18.x", "22.x"),
            ("18", "22"),
            (">=16 <21", ">=22 <23"),
            (">= 14 <= 16", ">= 22 <= 22"),
        ] {
            assert_eq!(node(written).as_deref(), Some(want), "{written}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(>=|<=|<|\\^|~|==|!=|[0-9]{1,25}|\\.|x|\\*|,| |\\|\\||\\PC){0,12}") {
            python(&text);
            node(&text);
        }
    }
}
