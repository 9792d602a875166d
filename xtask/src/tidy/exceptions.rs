//! Files that may be longer than the house allows; the list can only shrink.
//!
//! Lives here: the list and its ratchet. Lives elsewhere: how long a file may be (`shape`).

use serde::Deserialize;

use super::Finding;

/// The file `xtask/tidy.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exceptions {
    long: Vec<Long>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Long {
    file: String,
    lines: usize,
    reason: String,
}

/// How many exceptions there may be. Lower it when one goes; raising it is a change of the house's rules.
const MOST: usize = 0;
const FILE: &str = "xtask/tidy.toml";

impl Exceptions {
    /// Whether `file` with `lines` lines is excused.
    pub(crate) fn excuse(&self, file: &str, lines: usize) -> bool {
        self.long.iter().any(|long| long.file == file && lines <= long.lines)
    }

    /// Holds the list to what is there: `lines_of` says how long a file is, or that it is gone.
    pub(crate) fn check(&self, limit: usize, lines_of: impl Fn(&str) -> Option<usize>) -> Vec<Finding> {
        let mut wrong = Vec::new();
        if self.long.len() > MOST {
            wrong.push(format!("{} exceptions, and at most {MOST} are allowed: split a file instead", self.long.len()));
        }
        for Long { file, lines, reason } in &self.long {
            if reason.trim().is_empty() {
                wrong.push(format!("the exception for {file} gives no reason"));
            }
            match lines_of(file) {
                None => wrong.push(format!("{file} is gone; take its exception out")),
                Some(now) if now <= limit => wrong.push(format!("{file} has {now} lines; take its exception out")),
                Some(now) if now < *lines => {
                    wrong.push(format!("{file} has {now} lines by now; lower its ceiling from {lines}"))
                }
                Some(_) => {}
            }
        }
        wrong.into_iter().map(|what| Finding::error(FILE, 0, what)).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn list(lines: usize, reason: &str) -> Exceptions {
        toml::from_str(&format!("[[long]]\nfile = 'a.rs'\nlines = {lines}\nreason = '{reason}'")).unwrap()
    }

    fn says(exceptions: &Exceptions, now: Option<usize>, words: &str) -> bool {
        exceptions.check(600, |_| now).iter().any(|finding| finding.what.contains(words))
    }

    #[test]
    fn a_file_is_excused_up_to_its_ceiling() {
        let exceptions = list(700, "one table");
        assert!(exceptions.excuse("a.rs", 700));
        assert!(!exceptions.excuse("a.rs", 701) && !exceptions.excuse("b.rs", 10));
    }

    #[test]
    fn the_list_follows_the_file_down() {
        assert!(says(&list(700, "one table"), Some(650), "lower its ceiling"));
        assert!(says(&list(700, "one table"), Some(600), "take its exception out"));
        assert!(says(&list(700, "one table"), None, "is gone"));
        assert!(!says(&list(700, "one table"), Some(700), "a.rs"));
    }

    #[test]
    fn an_exception_needs_a_reason_and_a_place() {
        assert!(says(&list(700, " "), Some(700), "gives no reason"));
        assert!(says(&list(700, "one table"), Some(700), "at most 0"));
    }
}
