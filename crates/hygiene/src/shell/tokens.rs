//! Words and operators of a shell script.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    And,
    Or,
    Pipe,
    /// `;`, `&` or the end of a line.
    End,
    Open,
    Close,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word { text: String, line: usize },
    Op(Op),
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Word { text, .. } => Some(text),
            Self::Op(_) => None,
        }
    }

    pub(super) fn line(&self) -> Option<usize> {
        match self {
            Self::Word { line, .. } => Some(*line),
            Self::Op(_) => None,
        }
    }

    pub(super) fn is(&self, op: Op) -> bool {
        matches!(self, Self::Op(this) if *this == op)
    }
}

/// Reads `script`; comments, line continuations and here documents are taken out.
pub(super) fn tokens(script: &str) -> Vec<Token> {
    let mut lexer = Lexer { out: Vec::new(), word: String::new(), quoted: false, line: 0, begun: 0 };
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\n') => lexer.line += 1,
                Some('\r') if chars.next_if_eq(&'\n').is_some() => lexer.line += 1,
                Some(next) => lexer.push(next),
                None => {}
            },
            '\'' | '"' => {
                lexer.quote();
                while let Some(inner) = chars.next() {
                    match inner {
                        q if q == c => break,
                        '\\' if c == '"' => lexer.word.extend(chars.next()),
                        '\n' => {
                            lexer.line += 1;
                            lexer.word.push(' ');
                        }
                        other => lexer.word.push(other),
                    }
                }
            }
            '$' if matches!(chars.peek(), Some('(' | '{')) => {
                // Kept whole: what is run inside says nothing of the command around it.
                lexer.push('$');
                let mut depth = 0_usize;
                for inner in chars.by_ref() {
                    lexer.word.push(inner);
                    lexer.line += usize::from(inner == '\n');
                    depth += usize::from(matches!(inner, '(' | '{'));
                    depth -= usize::from(matches!(inner, ')' | '}') && depth > 0);
                    if depth == 0 {
                        break;
                    }
                }
            }
            '#' if lexer.word.is_empty() && !lexer.quoted => {
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            '\n' => {
                lexer.op(Op::End);
                lexer.line += 1;
            }
            '<' if chars.peek() == Some(&'<') => {
                chars.next();
                chars.next_if_eq(&'-');
                let mut end = String::new();
                while let Some(c) = chars.next_if(|c| !c.is_whitespace() && !";|&)".contains(*c)) {
                    end.extend((!"'\"".contains(c)).then_some(c));
                }
                if end.starts_with('<') || end.is_empty() {
                    continue;
                }
                lexer.here_document(&mut chars, &end);
            }
            '&' if chars.next_if_eq(&'&').is_some() => lexer.op(Op::And),
            '&' if lexer.word.ends_with('>') || chars.peek() == Some(&'>') => lexer.push('&'),
            '|' if chars.next_if_eq(&'|').is_some() => lexer.op(Op::Or),
            '|' => {
                chars.next_if_eq(&'&');
                lexer.op(Op::Pipe);
            }
            ';' => {
                while chars.next_if_eq(&';').is_some() {}
                lexer.op(Op::End);
            }
            '&' => lexer.op(Op::End),
            '(' => lexer.op(Op::Open),
            ')' => lexer.op(Op::Close),
            '{' if lexer.word.is_empty() && chars.peek().is_some_and(|c| c.is_whitespace()) => lexer.op(Op::Open),
            '}' if lexer.word.is_empty() && chars.peek().is_none_or(|c| c.is_whitespace() || ";|&)".contains(*c)) => {
                lexer.op(Op::Close);
            }
            c if c.is_whitespace() => lexer.end_word(),
            c => lexer.push(c),
        }
    }
    lexer.end_word();
    lexer.out
}

struct Lexer {
    out: Vec<Token>,
    word: String,
    /// The word has a quoted part, so that it counts even when empty.
    quoted: bool,
    line: usize,
    begun: usize,
}

impl Lexer {
    fn push(&mut self, c: char) {
        if self.word.is_empty() && !self.quoted {
            self.begun = self.line;
        }
        self.word.push(c);
    }

    fn quote(&mut self) {
        if self.word.is_empty() && !self.quoted {
            self.begun = self.line;
        }
        self.quoted = true;
    }

    fn end_word(&mut self) {
        if !self.word.is_empty() || self.quoted {
            self.out.push(Token::Word { text: std::mem::take(&mut self.word), line: self.begun });
        }
        self.quoted = false;
    }

    fn op(&mut self, op: Op) {
        self.end_word();
        self.out.push(Token::Op(op));
    }

    /// Skips from the next line to the one that is `end`.
    fn here_document(&mut self, chars: &mut std::iter::Peekable<std::str::Chars<'_>>, end: &str) {
        // What stands behind `<<END` on its own line still counts: it is put back by reading on first.
        let rest: String = std::iter::from_fn(|| chars.next_if(|c| *c != '\n')).collect();
        self.end_word();
        for token in tokens(&rest) {
            self.out.push(match token {
                Token::Word { text, .. } => Token::Word { text, line: self.line },
                op @ Token::Op(_) => op,
            });
        }
        let mut line = String::new();
        let mut first = true;
        for c in chars.by_ref() {
            if c != '\n' {
                line.push(c);
                continue;
            }
            self.line += 1;
            if !first && line.trim() == end {
                break;
            }
            first = false;
            line.clear();
        }
        self.out.push(Token::Op(Op::End));
    }
}
