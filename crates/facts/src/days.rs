//! Days between two dates.

use jiff::civil::Date;

/// Days from one `YYYY-MM-DD` to another; `None` when either is not a date.
pub fn between(from: &str, to: &str) -> Option<i64> {
    let (from, to): (Date, Date) = (from.parse().ok()?, to.parse().ok()?);
    Some(i64::from(from.until(to).ok()?.get_days()))
}

/// The day of a time in seconds since 1970, UTC.
pub fn of_seconds(seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

/// The time of day of a time in seconds since 1970, UTC: `14:05`.
pub fn minute_of(seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let time = time.to_zoned(jiff::tz::TimeZone::UTC).time();
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The last second of a day, UTC, in seconds since 1970; `None`: it is not a date.
pub fn end_of(day: &str) -> Option<i64> {
    let day: Date = day.parse().ok()?;
    Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second() + 86_399)
}

/// Whether the text is a date, `YYYY-MM-DD`.
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_years() {
        assert_eq!(between("2024-02-28", "2024-03-01"), Some(2));
        assert_eq!(between("2026-01-01", "2025-12-31"), Some(-1));
        assert_eq!(between("soon", "2025-12-31"), None);
        assert_eq!(of_seconds(86_400), "1970-01-02");
        assert_eq!(end_of("1970-01-02").map(of_seconds).as_deref(), Some("1970-01-02"));
        assert_eq!(end_of("1970-01-02").map(|s| of_seconds(s + 1)).as_deref(), Some("1970-01-03"));
        assert_eq!(end_of("soon"), None);
        assert_eq!((minute_of(0), minute_of(86_399 + 7_260)), ("00:00".to_owned(), "02:00".to_owned()));
    }
}
