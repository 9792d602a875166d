//! Pictures out of the model's data: what there is to draw, and what of it matters.
//!
//! Lives here: one function a picture; none of them decides anything that the data do not say.
//! Lives elsewhere: how a picture looks (`super::svg`), what it says in words (`super::words`).

mod ages;
mod compatibility;
mod dependencies;
mod phases;
mod weeks;

#[cfg(test)]
mod tests;

pub use ages::ages_before_after;
pub use compatibility::matrix;
pub use dependencies::dependency_map;
pub use phases::{advisories, advisories_before_after, risk_by_phase};
pub use weeks::timeline;

use uplift_model::Risk;
use uplift_model::advisory::Severity;

use crate::document::Tone;

/// The tone that a level of risk is shown in.
pub fn risk_tone(risk: Risk) -> Tone {
    match risk {
        Risk::Low => Tone::Good,
        Risk::Medium => Tone::Warning,
        Risk::High => Tone::Bad,
    }
}

/// The tone that a severity is shown in; an unknown one never looks harmless.
pub fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::High => Tone::Bad,
        Severity::Moderate => Tone::Warning,
        Severity::Low | Severity::None => Tone::Plain,
        Severity::Unknown => Tone::Unknown,
    }
}
