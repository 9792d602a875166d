//! Counts and durations as people say them.

/// `1 test`, `2 tests`.
pub(crate) fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {}", many(one)),
    }
}

/// A noun's plural, by its ending: `tests`, `dependencies`, `days`, `branches`.
pub(crate) fn many(one: &str) -> String {
    if one == "person" {
        return "people".to_owned();
    }
    let vowel_before_y = ["ay", "ey", "oy", "uy"].iter().any(|end| one.ends_with(end));
    match one.strip_suffix('y') {
        Some(stem) if !vowel_before_y => format!("{stem}ies"),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| one.ends_with(end)) => format!("{one}es"),
        _ => format!("{one}s"),
    }
}

/// `0.4 s`, `14 s`, `3 min 20 s`, `11 min`, `2 h 5 min`.
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "? s".to_owned();
    }
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    // Saturates far beyond any run; the fraction does not matter any more.
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..600 if whole.is_multiple_of(60) => format!("{} min", whole / 60),
        60..600 => format!("{} min {} s", whole / 60, whole % 60),
        600..3600 => format!("{} min", (whole + 30) / 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [start @ .., last] => {
            let start: Vec<&str> = start.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", start.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_lose_precision_as_they_grow() {
        let told: Vec<String> = [0.42, 14.2, 59.4, 60.0, 200.0, 779.0, 7500.0].into_iter().map(duration).collect();
        assert_eq!(told, ["0.4 s", "14 s", "59 s", "1 min", "3 min 20 s", "13 min", "2 h 5 min"]);
    }

    #[test]
    fn one_is_never_many() {
        assert_eq!(
            [count(0, "test"), count(1, "test"), count(3, "dependency")],
            ["0 tests", "1 test", "3 dependencies"]
        );
        assert_eq!([count(2, "day"), count(2, "branch"), count(2, "fix")], ["2 days", "2 branches", "2 fixes"]);
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
