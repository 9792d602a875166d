//! Words of commands that people are told to type: whatever a folder, file or package is called, a shell takes it back
//! as one word and nothing more.

/// `word` as bash, zsh and ksh take it back. Control characters are written in the `$'…'` form, so that the word stays on
/// one line and harms no terminal; everything else that is not plain stands in single quotes.
#[must_use]
pub fn word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./+@%:,=".contains(c);
    if word.chars().any(hidden) {
        let mut quoted = String::from("$'");
        for c in word.chars() {
            match c {
                '\'' | '\\' => quoted.extend(['\\', c]),
                c if hidden(c) => {
                    let mut bytes = [0; 4];
                    quoted.extend(c.encode_utf8(&mut bytes).bytes().map(|b| format!("\\{b:03o}")));
                }
                c => quoted.push(c),
            }
        }
        quoted + "'"
    } else if !word.is_empty() && word.chars().all(plain) && !word.starts_with(['-', '=', '%']) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Not seen, or seen elsewhere than it stands: controls, line breaks, and what turns the direction of writing.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_words_stay_as_they_are_and_others_are_one_word() {
        for plain in ["backend", "src/api_gateway", "react@18.3.1", "flask==3.1.3", "größe/x"] {
            assert_eq!(word(plain), plain);
        }
        assert_eq!(word("x;touch ${HOME:-}PWNED;"), "'x;touch ${HOME:-}PWNED;'");
        assert_eq!(word("a'$(b)"), "'a'\\''$(b)'");
        assert_eq!(word("=cmd|calc!A1"), "'=cmd|calc!A1'");
        assert_eq!(word("-rf"), "'-rf'");
        assert_eq!(word("~"), "'~'");
        assert_eq!(word(""), "''");
        assert_eq!(word("a\nb\t'c"), "$'a\\012b\\011\\'c'");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_shell_takes_back_what_was_meant(text in "[^\0]{0,12}") {
            let said = word(&text);
            prop_assert!(!said.chars().any(char::is_control));
            let told = Command::new("bash").args(["-c", &format!("printf %s {said}")]).output().unwrap();
            prop_assert_eq!(told.stdout, text.as_bytes());
        }
    }
}
