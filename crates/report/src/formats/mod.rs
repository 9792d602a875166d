//! Standard formats that other programs read: SARIF 2.1.0, CycloneDX 1.6, SPDX 2.3, OpenVEX 0.2.0, CSV.
//!
//! Lives here: which answer has which format, and the three ways in ([`analysis`], [`plan`], [`run`]). What a format
//! is made of is written down in `docs/reference/formats.md`.
//! Lives elsewhere: the inventory that three of them tell ([`bill`]), one folder or file a format, reading files (`cli`).
//! The same data always give the same bytes: ids are hashes, times are the day of the data.

mod bill;
mod csv;
mod cyclonedx;
mod error;
mod identity;
mod openvex;
mod purl;
mod sarif;
mod spdx;
mod standing;

pub use error::FormatError;

use serde::Serialize;
use uplift_model::Plan;
use uplift_model::analysis::Analysis;
use uplift_model::outcome::RunReport;

use self::bill::Bill;

/// Line `number` (1-based) of a file of the repository, without its line break; `None` where it cannot be had.
pub type ReadLine<'a> = dyn Fn(&str, u32) -> Option<String> + 'a;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standard {
    Sarif,
    CycloneDx,
    Spdx,
    Csv,
    OpenVex,
}

impl Standard {
    pub const ALL: [Self; 5] = [Self::Sarif, Self::CycloneDx, Self::Spdx, Self::Csv, Self::OpenVex];
    /// Those that a plan has: what is only intended is stated by no VEX document.
    pub const OF_PLANS: [Self; 3] = [Self::Sarif, Self::CycloneDx, Self::Csv];
    pub const OF_RUNS: [Self; 4] = [Self::Sarif, Self::CycloneDx, Self::Csv, Self::OpenVex];

    /// As `--format` has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sarif => "sarif",
            Self::CycloneDx => "cyclonedx",
            Self::Spdx => "spdx",
            Self::Csv => "csv",
            Self::OpenVex => "openvex",
        }
    }
}

/// An analysis. `lines` lets SARIF place the text that a fix replaces; without a line there is no fix.
///
/// # Errors
/// [`FormatError`].
pub fn analysis(analysis: &Analysis, standard: Standard, lines: &ReadLine<'_>) -> Result<String, FormatError> {
    match standard {
        Standard::Sarif => json(&sarif::analysis(analysis, lines)),
        Standard::CycloneDx => json(&cyclonedx::document(&Bill::of_analysis(analysis))),
        Standard::Spdx => json(&spdx::document(&Bill::of_analysis(analysis))),
        Standard::Csv => Ok(csv::analysis(analysis)),
        Standard::OpenVex => json(&openvex::document(&Bill::of_analysis(analysis))?),
    }
}

/// A plan; as CycloneDX the state that it leads to.
///
/// # Errors
/// [`FormatError`]; [`FormatError::NotOfThis`] for a standard that is not in [`Standard::OF_PLANS`].
pub fn plan(plan: &Plan, standard: Standard) -> Result<String, FormatError> {
    match standard {
        Standard::Sarif => json(&sarif::plan(plan)),
        Standard::CycloneDx => json(&cyclonedx::document(&Bill::of_plan(plan))),
        Standard::Csv => Ok(csv::plan(plan)),
        Standard::Spdx | Standard::OpenVex => Err(FormatError::NotOfThis { standard, answer: "a plan" }),
    }
}

/// What a run came to: kept moves as fixed, held ones as open.
///
/// # Errors
/// [`FormatError`]; [`FormatError::NotOfThis`] for a standard that is not in [`Standard::OF_RUNS`].
pub fn run(report: &RunReport, standard: Standard) -> Result<String, FormatError> {
    match standard {
        Standard::Sarif => json(&sarif::run(report)),
        Standard::CycloneDx => json(&cyclonedx::document(&Bill::of_run(report))),
        Standard::Csv => Ok(csv::run(report)),
        Standard::OpenVex => json(&openvex::document(&Bill::of_run(report))?),
        Standard::Spdx => Err(FormatError::NotOfThis { standard, answer: "a run" }),
    }
}

fn json<T: Serialize>(body: &T) -> Result<String, FormatError> {
    Ok(crate::json::v1::bare(body)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
