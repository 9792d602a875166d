//! `--format`: every form of an answer, and which answers have which.
//!
//! A form that an answer does not have is refused before any work is done, with those that it has.

use clap::ValueEnum;
use uplift_model::ExitCode;
use uplift_report::formats::Standard;

use super::Command;
use crate::exit::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A screen for people
    Table,
    /// One JSON document of Uplift's own form
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// CycloneDX 1.6, with vulnerabilities and their analysis
    #[value(name = "cyclonedx")]
    CycloneDx,
    /// SPDX 2.3
    Spdx,
    /// One row a dependency
    Csv,
    /// OpenVEX 0.2.0
    #[value(name = "openvex")]
    OpenVex,
    /// A page in Markdown
    Markdown,
    /// A page in HTML, one file
    Html,
}

impl Format {
    /// `None`: the screen, Uplift's own JSON, and pages.
    pub(crate) fn standard(self) -> Option<Standard> {
        match self {
            Self::Sarif => Some(Standard::Sarif),
            Self::CycloneDx => Some(Standard::CycloneDx),
            Self::Spdx => Some(Standard::Spdx),
            Self::Csv => Some(Standard::Csv),
            Self::OpenVex => Some(Standard::OpenVex),
            Self::Table | Self::Json | Self::Markdown | Self::Html => None,
        }
    }

    fn word(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// # Errors
    /// A usage error when what `command` answers has no such form.
    pub(crate) fn check(self, command: &Command) -> Result<(), Failure> {
        let (answer, standards) = answer(command);
        let fits = match (self, self.standard()) {
            (Self::Table | Self::Json, _) => true,
            (Self::Markdown | Self::Html, _) => has_page(command),
            (_, Some(standard)) => standards.contains(&standard),
            _ => false,
        };
        if fits {
            return Ok(());
        }
        let mut known = vec!["table", "json"];
        known.extend(standards.iter().map(|standard| standard.word()));
        known.extend(has_page(command).then_some(["markdown", "html"]).into_iter().flatten());
        let page = matches!(self, Self::Markdown | Self::Html);
        let hint = if page { "; pages are what `uplift report` writes" } else { "" };
        Err(Failure::plain(
            ExitCode::Usage,
            format!("{answer} has no form in {}", self.word()),
            format!("it has {}{hint}", known.join(", ")),
        ))
    }
}

/// Answers that are written as a page: what a standard has a form for, and reports.
fn has_page(command: &Command) -> bool {
    matches!(command, Command::Report(_)) || !answer(command).1.is_empty()
}

/// What a command answers, in words, and the standards that it has a form in.
fn answer(command: &Command) -> (&'static str, &'static [Standard]) {
    match command {
        Command::Check(args) if args.history => ("the list of analyses", &[]),
        Command::Check(args) if args.diff.is_some() => ("the difference of two analyses", &[]),
        Command::Check(args) if args.explain.is_some() => ("what is known of one package", &[]),
        Command::Check(_) => ("an analysis", &Standard::ALL),
        Command::Plan(args) if args.explain.is_some() => ("what is known of one package", &[]),
        Command::Plan(_) => ("a plan", &Standard::OF_PLANS),
        Command::Show(args) if args.package.is_some() => ("what is known of one package", &[]),
        Command::Show(args) if args.events => ("the list of events", &[]),
        Command::Show(args) if args.pull_request => ("a pull request's text", &[]),
        Command::Show(_) => ("a run", &Standard::OF_RUNS),
        _ => ("the answer of this command", &[]),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::Parser;

    use crate::args::Args;

    fn accepted(words: &str) -> bool {
        let args = Args::try_parse_from(words.split(' ')).unwrap();
        args.everywhere.format.check(&args.command).is_ok()
    }

    #[test]
    fn each_answer_has_its_own_forms() {
        for (words, fits) in [
            ("uplift check --format sarif", true),
            ("uplift check --format spdx", true),
            ("uplift check --format openvex", true),
            ("uplift check --format csv --diff last", false),
            ("uplift check --format csv --explain redis", false),
            ("uplift check --format csv --history", false),
            ("uplift plan --format cyclonedx", true),
            ("uplift plan --format openvex", false),
            ("uplift plan --format sarif --explain redis", false),
            ("uplift show 1 --format openvex", true),
            ("uplift show 1 --format spdx", false),
            ("uplift show 1 redis --format csv", false),
            ("uplift show 1 --events --format csv", false),
            ("uplift upgrade --format sarif", false),
            ("uplift runs --format csv", false),
            ("uplift check --format markdown", true),
            ("uplift check --format html", true),
            ("uplift plan --format html", true),
            ("uplift plan --format html --explain redis", false),
            ("uplift show 1 --format markdown", true),
            ("uplift show 1 --events --format markdown", false),
            ("uplift check --format html --history", false),
            ("uplift runs --format html", false),
            ("uplift report plan --format html", true),
            ("uplift report plan --format sarif", false),
            ("uplift runs --format json", true),
        ] {
            assert_eq!(accepted(words), fits, "{words}");
        }
    }
}
