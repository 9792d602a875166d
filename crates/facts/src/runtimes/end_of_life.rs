//! When a line of a runtime came into use, and when it gets no more fixes.
//!
//! Source: the Python developer guide's page "Status of Python versions" with the release schedules it names (PEP 494,
//! 537, 569, 596, 619, 664, 693, 719, 745), and the Node.js release schedule (`schedule.json` of nodejs/Release). A month
//! without a day is taken to its end; dates to come are plans.

use uplift_model::analysis::EndOfLife;

use super::statement::Runtime;

/// A line, the day from which it can be expected in use, the day of its end. Python: its first stable release. Node:
/// the beginning of long-term support, or the first release of a line that gets none.
type Row = (&'static str, &'static str, &'static str);

const PYTHON: &[Row] = &[
    ("2.6", "2008-10-01", "2013-10-29"),
    ("2.7", "2010-07-03", "2020-01-01"),
    ("3.3", "2012-09-29", "2017-09-29"),
    ("3.4", "2014-03-16", "2019-03-18"),
    ("3.5", "2015-09-13", "2020-09-30"),
    ("3.6", "2016-12-23", "2021-12-23"),
    ("3.7", "2018-06-27", "2023-06-27"),
    ("3.8", "2019-10-14", "2024-10-07"),
    ("3.9", "2020-10-05", "2025-10-31"),
    ("3.10", "2021-10-04", "2026-10-31"),
    ("3.11", "2022-10-24", "2027-10-31"),
    ("3.12", "2023-10-02", "2028-10-31"),
    ("3.13", "2024-10-07", "2029-10-31"),
    ("3.14", "2025-10-07", "2030-10-31"),
];

const NODE: &[Row] = &[
    ("0.8", "2012-06-25", "2014-07-31"),
    ("0.10", "2013-03-11", "2016-10-31"),
    ("0.12", "2015-02-06", "2016-12-31"),
    ("4", "2015-10-12", "2018-04-30"),
    ("5", "2015-10-29", "2016-06-30"),
    ("6", "2016-10-18", "2019-04-30"),
    ("7", "2016-10-25", "2017-06-30"),
    ("8", "2017-10-31", "2019-12-31"),
    ("9", "2017-10-01", "2018-06-30"),
    ("10", "2018-10-30", "2021-04-30"),
    ("11", "2018-10-23", "2019-06-01"),
    ("12", "2019-10-21", "2022-04-30"),
    ("13", "2019-10-22", "2020-06-01"),
    ("14", "2020-10-27", "2023-04-30"),
    ("15", "2020-10-20", "2021-06-01"),
    ("16", "2021-10-26", "2023-09-11"),
    ("17", "2021-10-19", "2022-06-01"),
    ("18", "2022-10-25", "2025-04-30"),
    ("19", "2022-10-18", "2023-06-01"),
    ("20", "2023-10-24", "2026-04-30"),
    ("21", "2023-10-17", "2024-06-01"),
    ("22", "2024-10-29", "2027-04-30"),
    ("23", "2024-10-16", "2025-06-01"),
    ("24", "2025-10-28", "2028-04-30"),
    ("25", "2025-10-15", "2026-06-01"),
    ("26", "2026-10-28", "2029-04-30"),
    ("27", "2027-10-20", "2030-04-30"),
];

fn table(runtime: Runtime) -> &'static [Row] {
    match runtime {
        Runtime::Python => PYTHON,
        Runtime::Node => NODE,
    }
}

/// The day from which `line` can be expected in use, `YYYY-MM-DD`; `None`: not known here.
pub fn began(runtime: Runtime, line: &str) -> Option<&'static str> {
    table(runtime).iter().find(|(known, ..)| *known == line).map(|(_, began, _)| *began)
}

/// Lines in use on the day `as_of`, those that are proposed first: supported ones before those that ended, lines with
/// long-term support before others, newer before older.
pub(crate) fn in_use(runtime: Runtime, as_of: &str) -> Vec<&'static str> {
    let short = |line: &str| runtime == Runtime::Node && line.parse::<u32>().is_ok_and(|major| major % 2 == 1);
    let mut found: Vec<&Row> = table(runtime).iter().rev().filter(|(_, began, _)| *began <= as_of).collect();
    found.sort_by_key(|(line, _, end)| (*end < as_of, short(line)));
    found.into_iter().map(|(line, ..)| *line).collect()
}

/// The end of `line` (`3.9`, `18`) seen from the day `as_of`, `YYYY-MM-DD`.
pub fn of(runtime: Runtime, line: &str, as_of: &str) -> EndOfLife {
    let date = table(runtime).iter().find(|(known, ..)| *known == line).map(|(.., date)| (*date).to_owned());
    // Dates of this form are in the order of their letters.
    let passed = date.as_deref().is_some_and(|date| date < as_of);
    EndOfLife { line: line.to_owned(), date, passed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_over_on_the_day_after() {
        assert!(!of(Runtime::Python, "3.8", "2024-10-07").passed);
        assert!(of(Runtime::Python, "3.8", "2024-10-08").passed);
        assert!(of(Runtime::Node, "18", "2025-11-01").passed);
        assert_eq!(
            of(Runtime::Node, "99", "2025-11-01"),
            EndOfLife { line: "99".to_owned(), date: None, passed: false }
        );
    }

    #[test]
    fn every_date_is_a_day() {
        for (line, began, date) in PYTHON.iter().chain(NODE) {
            let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
            assert!(day(began) < day(date), "{line}: {began} {date}");
        }
    }

    #[test]
    fn supported_lines_come_first_then_the_newest() {
        let lines = |runtime, day| in_use(runtime, day);
        assert_eq!(lines(Runtime::Python, "2022-01-01")[..5], ["3.10", "3.9", "3.8", "3.7", "3.6"]);
        assert_eq!(lines(Runtime::Node, "2025-11-01")[..5], ["24", "22", "20", "25", "18"]);
        assert_eq!(began(Runtime::Python, "3.9"), Some("2020-10-05"));
    }
}
