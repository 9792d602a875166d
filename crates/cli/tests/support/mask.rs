//! Masks for what differs between two runs of the same thing: ids, dates, times, hashes, ports, places.
//!
//! Lives here: [`text`] for screens, [`outcome`] for the document of a run.

use serde_json::{Map, Value};

/// `text` with names in the place of what no two runs share; `places` are folders and what to call them.
pub fn text(text: &str, places: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (place, name) in places {
        text = text.replace(place, name);
    }
    let mut masked = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let fresh = !masked.ends_with(|c: char| c.is_ascii_alphanumeric());
        if let Some((name, length)) = fresh.then(|| special(rest)).flatten() {
            masked.push_str(name);
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        masked.push(first);
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    masked
}

/// What begins here and differs between runs: its mask and its length.
fn special(text: &str) -> Option<(&'static str, usize)> {
    let word = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (word, after) = text.split_at(word);
    let of = |fits: fn(char) -> bool| !word.is_empty() && word.chars().all(fits);
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
    if word.len() == 26 && of(|c| c.is_ascii_digit() || c.is_ascii_uppercase()) {
        return Some(("RUN", 26));
    }
    if matches!(word.len(), 10 | 40)
        && of(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
        && word.contains(char::is_alphabetic)
    {
        return Some(("COMMIT", word.len()));
    }
    if let Some(rest) = text.strip_prefix("127.0.0.1:") {
        return Some(("127.0.0.1:PORT", 10 + digits(rest)));
    }
    if digits(word) == word.len() && word.len() == 4 && after.starts_with('-') {
        let date = text.get(..10)?;
        let shape = |(i, c): (usize, char)| if i == 4 || i == 7 { c == '-' } else { c.is_ascii_digit() };
        if date.char_indices().all(shape) {
            let tail = text.get(10..17).unwrap_or_default();
            let run = tail.len() == 7
                && tail.starts_with('-')
                && tail.chars().skip(1).all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            return Some(if run { ("DATE-RUN", 17) } else { ("DATE", 10) });
        }
    }
    let whole = digits(text);
    if whole > 0 {
        let tail = text.get(whole..)?;
        let parts = tail.strip_prefix('.').map_or(0, |t| 1 + digits(t));
        if tail.get(parts..)?.starts_with(" s") && !tail.get(parts + 2..)?.starts_with(|c: char| c.is_alphanumeric()) {
            return Some(("N s", whole + parts + 2));
        }
    }
    None
}

/// What two runs of the same thing must agree on: kept, held and refreshed packages, the tests, the verdict; no commit
/// ids, times, folders or counts.
pub fn outcome(report: &Value) -> Value {
    let mut outcome = Map::new();
    for field in ["state", "component", "base_commit", "verified", "interpreter"] {
        outcome.insert(field.to_owned(), report[field].clone());
    }
    let without = |list: &Value, fields: &[&str]| {
        let mut list = list.as_array().cloned().unwrap_or_default();
        for entry in list.iter_mut().filter_map(Value::as_object_mut) {
            fields.iter().for_each(|f| drop(entry.remove(*f)));
        }
        Value::Array(list)
    };
    outcome.insert("kept".to_owned(), without(&report["kept"], &["commit"]));
    let mut held = without(&report["held"], &["logs"]);
    for entry in held.as_array_mut().into_iter().flatten() {
        // The whole text of a failure tells durations.
        if let Some(error) = entry["first_error"].as_object_mut() {
            error.remove("text");
        }
    }
    outcome.insert("held".to_owned(), held);
    outcome.insert("refreshed".to_owned(), report["refreshed"].clone());
    let mut baseline = report["baseline"].clone();
    if let Some(baseline) = baseline.as_object_mut() {
        baseline.remove("seconds");
    }
    outcome.insert("baseline".to_owned(), baseline);
    Value::Object(outcome)
}
