//! One file of JavaScript or TypeScript, read by its words: imports, calls, and the keys of objects that calls get.

use uplift_model::Ecosystem;

use super::{Argument, Call, Import, Source, begin, first_line};
use crate::place;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// Names and dots: `app.use`.
    Word(String),
    Text(String),
    Sign(char),
}

/// Keywords before a parenthesis that make no call.
const NO_CALLS: [&str; 9] = ["if", "for", "while", "switch", "catch", "function", "return", "import", "require"];
/// Words in one call that are looked at.
const REACH: usize = 400;

pub(super) fn read(text: &str) -> Source {
    let tokens = tokens(text);
    let lines: Vec<&str> = text.lines().collect();
    let at = |line: u32| {
        lines.get(usize::try_from(line).unwrap_or(1).saturating_sub(1)).map_or_else(String::new, |l| first_line(l))
    };
    let mut imports = Vec::new();
    let mut calls = Vec::new();
    for (index, (token, line)) in tokens.iter().enumerate() {
        let next = |by: usize| tokens.get(index + by).map(|(t, _)| t);
        let Token::Word(word) = token else { continue };
        let module = match (word.as_str(), next(1), next(2)) {
            ("from" | "import", Some(Token::Text(module)), _)
            | ("require" | "import", Some(Token::Sign('(')), Some(Token::Text(module))) => Some(module),
            _ => None,
        };
        if let Some(module) = module {
            imports.push(Import { module: module.clone(), line: *line, text: at(*line) });
        } else if next(1) == Some(&Token::Sign('(')) && !NO_CALLS.contains(&word.as_str()) {
            let before = index.checked_sub(1).and_then(|i| tokens.get(i)).map(|(t, _)| t);
            let new = before == Some(&Token::Word("new".to_owned()));
            let name = if new { format!("new {word}") } else { word.clone() };
            let (keywords, spread, texts) = arguments(tokens.get(index + 2..).unwrap_or_default());
            calls.push(Call { name, line: *line, keywords, spread, texts, text: at(*line) });
        }
    }
    Source {
        path: String::new(),
        language: Ecosystem::JavaScript,
        production: true,
        imports,
        calls,
        assigned: Vec::new(),
    }
}

/// Keys (`max:` at any depth), whether something is spread in, and texts, up to the closing parenthesis.
fn arguments(rest: &[(Token, u32)]) -> (Vec<Argument>, bool, Vec<String>) {
    let (mut keywords, mut spread, mut texts) = (Vec::new(), false, Vec::new());
    let mut depth = 1_usize;
    for (index, (token, line)) in rest.iter().take(REACH).enumerate() {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            Token::Word(word) if word.starts_with("...") => spread = true,
            Token::Text(text) => texts.push(begin(text).to_owned()),
            Token::Word(name) => {
                let follow = |by: usize| rest.get(index + by).map(|(t, _)| t);
                let value = match (follow(1), follow(2)) {
                    (Some(Token::Sign(':')), Some(Token::Word(value) | Token::Text(value))) => begin(value).to_owned(),
                    (Some(Token::Sign(':')), _) => String::new(),
                    (Some(Token::Sign(',' | '}')), _) => begin(name).to_owned(),
                    _ => continue,
                };
                keywords.push(Argument { name: begin(name).to_owned(), value, line: *line });
            }
            Token::Sign(_) => {}
        }
    }
    (keywords, spread, texts)
}

fn tokens(text: &str) -> Vec<(Token, u32)> {
    let mut out = Vec::new();
    let mut line = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let begun = place::number(line);
        match c {
            '\n' => line += 1,
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if chars.next_if_eq(&'*').is_some() => {
                let mut before = ' ';
                for c in chars.by_ref() {
                    line += usize::from(c == '\n');
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
            }
            '\'' | '"' | '`' => {
                let mut inner = String::new();
                while let Some(next) = chars.next() {
                    line += usize::from(next == '\n');
                    match next {
                        '\\' => inner.extend(chars.next().inspect(|c| line += usize::from(*c == '\n'))),
                        end if end == c => break,
                        // A quote that does not end on its line is none, as in a regular expression.
                        '\n' if c != '`' => break,
                        other => inner.push(other),
                    }
                }
                out.push((Token::Text(inner), begun));
            }
            c if c.is_alphanumeric() || "_$.".contains(c) => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || "_$.".contains(*c)) {
                    word.push(c);
                }
                out.push((Token::Word(word), begun));
            }
            c if c.is_whitespace() => {}
            c => out.push((Token::Sign(c), begun)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_and_calls_are_found_and_comments_are_not() {
        let source = read(
            "import rateLimit from 'express-rate-limit'\n// import x from 'redis'\n/* require('pg') */\nconst {Pool} = require(\"pg\")\nimport 'dd-trace/init'\nconst pool = new Pool({\n  max: 20, ...more,\n  idleTimeoutMillis: 1000,\n})\napp.use(rateLimit({ windowMs }))\n",
        );
        let imports: Vec<(&str, u32)> = source.imports.iter().map(|i| (i.module.as_str(), i.line)).collect();
        assert_eq!(imports, [("express-rate-limit", 1), ("pg", 4), ("dd-trace/init", 5)]);
        let pool = source.calls_any(&["new Pool"]).unwrap();
        assert_eq!((pool.line, pool.spread), (6, true));
        assert!(pool.keywords.iter().any(|k| k.name == "max" && k.value == "20" && k.line == 7));
        assert!(source.imports_any(&["dd-trace"]).is_some());
        assert!(source.calls_any(&["rateLimit"]).is_some());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(import|from|require|new|x|\\.|\\(|\\)|\\{|\\}|:|,|'|\"|`|/|\\*|\\\\|\n| |\\PC){0,40}") {
            read(&text);
        }
    }
}
