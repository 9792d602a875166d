//! Shell lines, read as carefully as a line of CI needs and no further.
//!
//! Lives here: words, quotes, variables that are known, and the operators between commands. What
//! cannot be known without a shell (command substitution, unknown variables, globs) makes the line
//! unusable rather than guessed. Lives elsewhere: what the words mean (`command`).

use std::collections::BTreeMap;

/// One command of a line, and how the next one hangs on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Simple {
    pub words: Vec<String>,
    /// `&&`, `;`, `||`, `|`, `&`, or empty at the end.
    pub then: String,
    /// Output was redirected.
    pub redirected: bool,
}

#[derive(Default)]
struct Reader {
    commands: Vec<Simple>,
    simple: Simple,
    word: Option<String>,
    /// The next word is the target of a redirection.
    skip: bool,
}

impl Reader {
    fn push(&mut self, c: char) {
        self.word.get_or_insert_with(String::new).push(c);
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take() {
            if std::mem::take(&mut self.skip) {
                self.simple.redirected = true;
            } else {
                self.simple.words.push(word);
            }
        }
    }

    fn end_command(&mut self, then: &str) {
        self.end_word();
        let mut simple = std::mem::take(&mut self.simple);
        simple.then = then.to_owned();
        if !simple.words.is_empty() {
            self.commands.push(simple);
        }
    }
}

/// Splits a line into its commands. Variables are filled in from `env`.
///
/// # Errors
/// Why the line cannot be read without a shell.
pub(super) fn commands(line: &str, env: &BTreeMap<String, String>) -> Result<Vec<Simple>, String> {
    let mut reader = Reader::default();
    let mut rest = line.chars().peekable();
    let mut quote: Option<char> = None;
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), c) => reader.push(c),
            (_, '$') => {
                let value = variable(&mut rest, env)?;
                if quote.is_some() {
                    value.chars().for_each(|c| reader.push(c));
                } else {
                    // Unquoted, a value falls apart into words.
                    for (at, part) in value.split_whitespace().enumerate() {
                        if at > 0 {
                            reader.end_word();
                        }
                        part.chars().for_each(|c| reader.push(c));
                    }
                }
            }
            (_, '`') => return Err("command substitution".into()),
            (Some('"'), '\\') => match rest.next() {
                Some(c @ ('"' | '\\' | '$' | '`')) => reader.push(c),
                Some(c) => {
                    reader.push('\\');
                    reader.push(c);
                }
                None => return Err("the quotes do not close".into()),
            },
            (Some(_), c) => reader.push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                reader.word.get_or_insert_with(String::new);
            }
            (None, '\\') => match rest.next() {
                Some('\n') | None => reader.end_word(),
                Some(c) => reader.push(c),
            },
            (None, '#') if reader.word.is_none() => while rest.next_if(|c| *c != '\n').is_some() {},
            (None, '\n' | ';') => reader.end_command(";"),
            (None, c) if c.is_whitespace() => reader.end_word(),
            (None, '|') => {
                let or = rest.next_if_eq(&'|').is_some();
                rest.next_if_eq(&'&');
                reader.end_command(if or { "||" } else { "|" });
            }
            (None, '&') if rest.next_if_eq(&'&').is_some() => reader.end_command("&&"),
            (None, '&') if rest.peek() == Some(&'>') => reader.end_word(),
            (None, '&') => reader.end_command("&"),
            (None, '<') if rest.peek() == Some(&'<') => return Err("a here-document".into()),
            (None, '>' | '<') => {
                // `2>&1`, `>file`, `>> file`: the number and the target are no arguments.
                if reader.word.as_ref().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit())) {
                    reader.word = None;
                }
                reader.end_word();
                rest.next_if_eq(&'>');
                rest.next_if_eq(&'&');
                reader.skip = true;
            }
            (None, '*' | '?') => return Err("a file pattern that the shell fills in".into()),
            (None, '(' | ')') => return Err("a subshell".into()),
            (None, c) => reader.push(c),
        }
    }
    if quote.is_some() {
        return Err("the quotes do not close".into());
    }
    reader.end_command("");
    Ok(reader.commands)
}

/// What follows a `$`.
fn variable(
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    env: &BTreeMap<String, String>,
) -> Result<String, String> {
    let known = |name: &str| env.get(name).cloned().ok_or_else(|| format!("`${name}` is not known here"));
    match rest.peek() {
        Some('(') => Err("command substitution".into()),
        Some('{') => {
            rest.next();
            let expression = rest.next_if_eq(&'{').is_some();
            let mut inside = String::new();
            loop {
                match rest.next() {
                    Some('}') => break,
                    Some(c) => inside.push(c),
                    None => return Err("a brace that does not close".into()),
                }
            }
            if expression {
                rest.next_if_eq(&'}');
                let name = inside.trim();
                return match name.strip_prefix("env.") {
                    Some(name) => known(name),
                    None => Err(format!("`${{{{ {name} }}}}` is not known here")),
                };
            }
            match inside.split_once(":-").or_else(|| inside.split_once('-')) {
                Some((name, default)) => Ok(known(name).unwrap_or_else(|_| default.trim_matches('"').to_owned())),
                None => known(&inside),
            }
        }
        Some(c) if c.is_alphabetic() || *c == '_' => {
            let mut name = String::new();
            while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                name.push(c);
            }
            known(&name)
        }
        Some('@' | '*') => {
            rest.next();
            Ok(String::new())
        }
        _ => Ok("$".into()),
    }
}

/// Physical lines joined where they end in `\`, each with the index of its first physical line.
pub(super) fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        let ends = line.trim_end();
        let (part, more) = match ends.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (ends, false),
        };
        match lines.last_mut().filter(|_| open) {
            Some((_, whole)) => {
                whole.push(' ');
                whole.push_str(part.trim());
            }
            None => lines.push((at, part.trim().to_owned())),
        }
        open = more;
    }
    lines
}

/// Splits `NAME=value`, when that is what the word is.
pub(super) fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let first = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    (first && name.chars().all(|c| c.is_alphanumeric() || c == '_')).then_some((name, value))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Vec<(Vec<String>, String)>, String> {
        let env = BTreeMap::from([("PKG".to_owned(), "src/a b".to_owned())]);
        Ok(commands(line, &env)?.into_iter().map(|simple| (simple.words, simple.then)).collect())
    }

    fn words(line: &str) -> Vec<String> {
        read(line).unwrap().into_iter().flat_map(|(words, _)| words).collect()
    }

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(
            words(r#"pytest -m "not slow" 'a b'\ c $PKG "${PKG}""#),
            ["pytest", "-m", "not slow", "a b c", "src/a", "b", "src/a b"]
        );
    }

    #[test]
    fn operators_split_and_redirections_vanish() {
        let all = read("cd x && pytest 2>&1 | tee log.txt || true; echo >out done # pytest").unwrap();
        let shown: Vec<_> = all.iter().map(|(words, then)| format!("{} {then}", words.join(" "))).collect();
        assert_eq!(shown, ["cd x &&", "pytest |", "tee log.txt ||", "true ;", "echo done "]);
    }

    #[test]
    fn what_only_a_shell_knows_is_refused_with_its_reason() {
        for line in [
            "pytest $(ls)",
            "pytest `ls`",
            "pytest ${{ matrix.x }}",
            "pytest $UNKNOWN",
            "pytest tests/*.py",
            "pytest 'x",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
        assert_eq!(words("pytest ${OPTS:-tests}"), ["pytest", "tests"]);
    }

    proptest::proptest! {
        #[test]
        fn no_line_makes_the_reader_panic(line in "\\PC{0,60}") {
            let _ = read(&line);
        }
    }
}
