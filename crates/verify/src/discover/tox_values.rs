//! tox's `{…}` substitutions, as far as they can be known without tox.

use super::ini::Section;

/// What substitutions are filled in with.
pub(super) struct Values<'a> {
    pub sections: &'a [Section],
    pub env_name: &'a str,
    /// Arguments behind `--`; `None`: the default of each `{posargs:default}`.
    pub posargs: Option<&'a str>,
    /// From the working directory to the folder of `tox.ini`: `.` or `../..`.
    pub root: &'a str,
}

/// Stands for a value that only tox knows; the word that holds it is left out.
pub(super) const UNKNOWN: char = '\u{0}';

impl Values<'_> {
    /// The text with its substitutions filled in; unknown ones become [`UNKNOWN`].
    pub(super) fn fill(&self, text: &str, depth: u32) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (head, tail) = rest.split_at(open);
            filled.push_str(head);
            let Some(close) = closing(tail) else {
                filled.push_str(tail);
                return filled;
            };
            let inside = tail.get(1..close).unwrap_or_default();
            filled.push_str(&self.value(inside, depth));
            rest = tail.get(close + 1..).unwrap_or_default();
        }
        filled.push_str(rest);
        filled
    }

    fn value(&self, inside: &str, depth: u32) -> String {
        if depth > 8 {
            return UNKNOWN.to_string();
        }
        if let Some((section, key)) = inside.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let lines = self.sections.iter().find(|have| have.name == section).and_then(|have| have.get(key));
            return match lines {
                Some(entry) => {
                    let lines: Vec<String> = entry.lines.iter().map(|(_, line)| self.fill(line, depth + 1)).collect();
                    lines.join("\n")
                }
                None => UNKNOWN.to_string(),
            };
        }
        let (name, default) = inside.split_once(':').map_or((inside, None), |(name, rest)| (name, Some(rest)));
        match name {
            "posargs" => match self.posargs {
                Some(given) => given.to_owned(),
                None => default.map(|text| self.fill(text, depth + 1)).unwrap_or_default(),
            },
            "envpython" | "basepython" | "env_python" => "python".to_owned(),
            "envname" | "env_name" => self.env_name.to_owned(),
            "toxinidir" | "tox_root" => self.root.to_owned(),
            "/" => "/".to_owned(),
            "" => ":".to_owned(),
            "tty" => default.and_then(|rest| rest.split_once(':')).map(|(_, off)| off.to_owned()).unwrap_or_default(),
            // `{env:NAME:default}`
            "env" => match default.and_then(|rest| rest.split_once(':')) {
                Some((_, default)) => self.fill(default, depth + 1),
                None => UNKNOWN.to_string(),
            },
            _ => UNKNOWN.to_string(),
        }
    }
}

/// Index of the brace that closes the one at the start.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a line with this condition (`py38-cov`, `!django`, `a,b`) counts for an environment of that name.
pub(super) fn applies(condition: &str, env_name: &str) -> bool {
    let have: Vec<&str> = env_name.split('-').collect();
    condition.split(',').any(|all| {
        all.trim().split('-').all(|factor| match factor.strip_prefix('!') {
            Some(not) => !have.contains(&not),
            None => have.contains(&factor),
        })
    })
}

/// Splits `condition: rest`; no condition when there is none.
pub(super) fn condition(line: &str) -> (Option<String>, &str) {
    match line.split_once(':') {
        Some((head, rest)) if is_condition(head) && (rest.is_empty() || rest.starts_with(' ')) => {
            (Some(expanded(head.trim())), rest.trim())
        }
        _ => (None, line),
    }
}

fn is_condition(head: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-_,.!{} ".contains(c);
    // `{posargs` and a command's first word never stand before a colon and a space.
    !head.trim().is_empty() && head.chars().all(plain) && (!head.trim().contains(' ') || head.contains(','))
}

/// `py{38,39}-x` as `py38-x,py39-x`.
fn expanded(text: &str) -> String {
    let Some((head, rest)) = text.split_once('{') else {
        return text.to_owned();
    };
    let Some((choices, tail)) = rest.split_once('}') else {
        return text.to_owned();
    };
    let before = head.rsplit(',').next().unwrap_or_default();
    let kept = head.strip_suffix(before).unwrap_or_default();
    let (after, later) = tail.split_once(',').map_or((tail, ""), |(after, later)| (after, later));
    let all: Vec<String> =
        choices.split(',').map(|choice| expanded(&format!("{before}{}{after}", choice.trim()))).collect();
    let later = if later.is_empty() { String::new() } else { format!(",{}", expanded(later)) };
    format!("{kept}{}{later}", all.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_choose_lines() {
        assert!(applies("py38-cov", "py38-cov"));
        assert!(!applies("py38-cov", "py38"));
        assert!(applies("!django", "py38"));
        assert_eq!(condition("py{38,39}-cov,x: pytest"), (Some("py38-cov,py39-cov,x".to_owned()), "pytest"));
        assert_eq!(condition("pytest {posargs:tests}"), (None, "pytest {posargs:tests}"));
        assert_eq!(condition("python -c 'a: b'").0, None);
    }
}
