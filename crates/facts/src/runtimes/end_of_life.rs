//! When a line of a runtime gets no more fixes.
//!
//! Source: the Python developer guide's page "Status of Python versions" and the Node.js release schedule
//! (`schedule.json` of nodejs/Release). A month without a day is taken to its end; dates to come are plans.

use uplift_model::analysis::EndOfLife;

use super::statement::Runtime;

const PYTHON: &[(&str, &str)] = &[
    ("2.6", "2013-10-29"),
    ("2.7", "2020-01-01"),
    ("3.3", "2017-09-29"),
    ("3.4", "2019-03-18"),
    ("3.5", "2020-09-30"),
    ("3.6", "2021-12-23"),
    ("3.7", "2023-06-27"),
    ("3.8", "2024-10-07"),
    ("3.9", "2025-10-31"),
    ("3.10", "2026-10-31"),
    ("3.11", "2027-10-31"),
    ("3.12", "2028-10-31"),
    ("3.13", "2029-10-31"),
    ("3.14", "2030-10-31"),
];

const NODE: &[(&str, &str)] = &[
    ("0.8", "2014-07-31"),
    ("0.10", "2016-10-31"),
    ("0.12", "2016-12-31"),
    ("4", "2018-04-30"),
    ("5", "2016-06-30"),
    ("6", "2019-04-30"),
    ("7", "2017-06-30"),
    ("8", "2019-12-31"),
    ("9", "2018-06-30"),
    ("10", "2021-04-30"),
    ("11", "2019-06-01"),
    ("12", "2022-04-30"),
    ("13", "2020-06-01"),
    ("14", "2023-04-30"),
    ("15", "2021-06-01"),
    ("16", "2023-09-11"),
    ("17", "2022-06-01"),
    ("18", "2025-04-30"),
    ("19", "2023-06-01"),
    ("20", "2026-04-30"),
    ("21", "2024-06-01"),
    ("22", "2027-04-30"),
    ("23", "2025-06-01"),
    ("24", "2028-04-30"),
    ("25", "2026-06-01"),
    ("26", "2029-04-30"),
    ("27", "2030-04-30"),
];

/// The end of `line` (`3.9`, `18`) seen from the day `as_of`, `YYYY-MM-DD`.
pub fn of(runtime: Runtime, line: &str, as_of: &str) -> EndOfLife {
    let table = match runtime {
        Runtime::Python => PYTHON,
        Runtime::Node => NODE,
    };
    let date = table.iter().find(|(known, _)| *known == line).map(|(_, date)| (*date).to_owned());
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
        for (line, date) in PYTHON.iter().chain(NODE) {
            assert!(date.parse::<jiff::civil::Date>().is_ok(), "{line}: {date}");
        }
    }
}
