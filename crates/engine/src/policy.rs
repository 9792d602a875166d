//! Policies at work: what they refuse as a target, what they say of the whole analysis.
//!
//! Lives here: bringing their rules together with what was gathered. Lives elsewhere: the rules (`decide::policy`), asking
//! for licences (`facts::licences`), the keys (`model::settings`).

use std::collections::BTreeMap;

use uplift_decide::policy::{self, Gate};
use uplift_ecosystems::python::manifest;
use uplift_facts::gather::Gathered;
use uplift_facts::licences::Licences;
use uplift_facts::releases::Answer;
use uplift_model::analysis::{DependencyRow, PolicyReport};
use uplift_model::semver::{self, Range};
use uplift_model::{Datum, Ecosystem, Settings, Version};

/// By component and package: versions above the one in use that a policy refuses, with the reason.
pub(crate) type Refused = BTreeMap<(String, String), BTreeMap<String, String>>;

/// Rounds in which a target whose licence turns out to be denied is chosen anew; then the package stays.
const ROUNDS: usize = 4;

/// What is refused of the packages of an analysis.
pub(crate) struct Refusals<'a> {
    pub(crate) gate: Gate<'a>,
    /// By component and package: the lowest version that was found to be denied, and why. All above count as denied too:
    /// licences change and rarely change back.
    from: BTreeMap<(String, String), (String, String)>,
}

/// Whether a specifier of a policy admits a version. A version that nobody can read is admitted: a ban is not lost for it.
pub(crate) fn admits(ecosystem: Ecosystem, specifier: &str, version: &str) -> bool {
    match ecosystem {
        Ecosystem::Python => Version::new(version).map_or(true, |v| manifest::admits(specifier, &v)),
        Ecosystem::JavaScript => match (Range::new(specifier), semver::Version::new(version)) {
            (Ok(range), Ok(version)) => range.satisfies(&version),
            _ => true,
        },
    }
}

/// What the policies say; `None`: there is none.
pub(crate) fn report(gathered: &Gathered, settings: &Settings) -> Option<PolicyReport> {
    policy::hold(&gathered.analysis, settings, &admits)
}

impl<'a> Refusals<'a> {
    pub(crate) fn new(gate: Gate<'a>) -> Self {
        Self { gate, from: BTreeMap::new() }
    }

    /// Why a version is not to be proposed.
    pub(crate) fn of(
        &self,
        component: &str,
        row: &DependencyRow,
        answer: Option<&Answer>,
        licences: &Licences,
        version: &str,
    ) -> Option<String> {
        if self.gate.is_open() {
            return None;
        }
        let licence = self.gate.asks_for_licences().then(|| licences.of(row, answer, version)).flatten();
        let refused = self.gate.refuses(component, row, version, licence.as_ref());
        refused.or_else(|| {
            let (lowest, why) = self.from.get(&(component.to_owned(), row.name.clone()))?;
            not_below(row.ecosystem, version, lowest).then(|| why.clone())
        })
    }

    /// Takes down every target whose licence is denied, now that it is known; `false`: there is none, or there were enough
    /// rounds.
    pub(crate) fn learn(&mut self, gathered: &Gathered, round: usize) -> Vec<(usize, usize)> {
        let mut again = Vec::new();
        for (at, component) in gathered.analysis.components.iter().enumerate() {
            for (index, row) in component.dependencies.iter().enumerate() {
                let Some(target) = &row.target_version else { continue };
                let refused = self.gate.refuses(&component.path, row, target, row.target_licence.as_ref());
                let Some(why) = refused else { continue };
                // After so many rounds everything above the version in use is left alone.
                let lowest = if round + 1 >= ROUNDS { String::new() } else { target.clone() };
                self.from.insert((component.path.clone(), row.name.clone()), (lowest, why));
                again.push((at, index));
            }
        }
        again
    }
}

/// `true` where the two cannot be compared.
fn not_below(ecosystem: Ecosystem, version: &str, lowest: &str) -> bool {
    match ecosystem {
        Ecosystem::Python => match (Version::new(version), Version::new(lowest)) {
            (Ok(version), Ok(lowest)) => version >= lowest,
            _ => true,
        },
        Ecosystem::JavaScript => match (semver::Version::new(version), semver::Version::new(lowest)) {
            (Ok(version), Ok(lowest)) => version >= lowest,
            _ => true,
        },
    }
}

/// What to know of the licence before going to the target.
pub(crate) fn warnings(row: &DependencyRow, asked: bool) -> Vec<String> {
    let (Some(from), Some(to)) = (&row.licence, &row.target_licence) else { return Vec::new() };
    match (from, to) {
        (Datum::Found { value: from }, Datum::Found { value: to }) if from.differs(to) => {
            vec![format!("licence changes from {} to {}", from.shown(), to.shown())]
        }
        (Datum::Found { value: from }, Datum::None) => {
            vec![format!("licence changes from {} to none stated", from.shown())]
        }
        (_, Datum::NotRetrieved { why }) if asked => vec![format!("licence of the target not retrieved: {why}")],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specifier_is_read_in_its_own_grammar_and_an_odd_version_escapes_no_ban() {
        assert!(admits(Ecosystem::Python, "<2,>=1.5", "1.9"));
        assert!(!admits(Ecosystem::Python, "<2", "2.0"));
        assert!(admits(Ecosystem::JavaScript, "^4.17.0 <4.17.21", "4.17.20"));
        assert!(!admits(Ecosystem::JavaScript, "<4.17.21", "4.17.21"));
        assert!(admits(Ecosystem::JavaScript, "<4.17.21", "nonsense") && admits(Ecosystem::Python, "<2", "nonsense"));
    }
}
