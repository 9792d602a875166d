//! Whether a licence passes a policy's lists.

use uplift_model::Datum;
use uplift_model::licence::{BadExpression, Expression, Licence, Term};
use uplift_model::settings::Policy;

/// What a policy says of a licence. Ordered: the best first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Passes,
    /// Nobody can tell, with the reason in words.
    Unknown(String),
    /// With the reason in words.
    Fails(String),
}

/// The lists of a policy, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    allowed: Vec<Term>,
    denied: Vec<Term>,
}

/// One entry of a list: a single licence, with or without an exception.
///
/// # Errors
/// What is wrong with it, in words.
pub fn term(text: &str) -> Result<Term, String> {
    match Expression::parse(text).map_err(|e: BadExpression| e.to_string())? {
        Expression::Term(term) if term.known || term.is_reference() => Ok(term),
        Expression::Term(_) => Err(format!("`{text}` is not on SPDX's list")),
        Expression::And(_) | Expression::Or(_) => Err(format!("`{text}` is more than one licence")),
    }
}

impl Terms {
    /// Entries that are none were refused when the settings were read.
    pub fn of(policy: &Policy) -> Self {
        let read = |list: &[String]| list.iter().filter_map(|text| term(text).ok()).collect();
        Self { allowed: read(&policy.licences_allowed), denied: read(&policy.licences_denied) }
    }

    /// What the lists say of what was found out about a licence.
    pub fn standing(&self, licence: &Datum<Licence>) -> Standing {
        match licence {
            Datum::NotRetrieved { why } => Standing::Unknown(format!("its licence was not retrieved: {why}")),
            Datum::None => Standing::Unknown("it states no licence".to_owned()),
            Datum::Found { value } => self.of_licence(value),
        }
    }

    fn of_licence(&self, licence: &Licence) -> Standing {
        let text = licence.text.trim();
        let meant: Vec<&String> = licence.spdx.iter().chain(&licence.candidates).collect();
        let mut all = meant.iter().map(|one| match Expression::parse(one) {
            Ok(expression) => self.judge(&expression),
            Err(e) => Standing::Unknown(e.to_string()),
        });
        let Some(first) = all.next() else {
            return Standing::Unknown(format!("its licence is stated as `{text}`, which names none"));
        };
        let rest: Vec<Standing> = all.collect();
        // A text that can mean several passes where all of them do, and fails where all of them do.
        match &first {
            Standing::Passes if rest.iter().all(|s| *s == Standing::Passes) => first,
            Standing::Fails(_) if rest.iter().all(|s| matches!(s, Standing::Fails(_))) => first,
            Standing::Unknown(_) if rest.is_empty() => first,
            _ => {
                let names: Vec<&str> = meant.iter().map(|one| one.as_str()).collect();
                let names = names.join(" or ");
                Standing::Unknown(format!("its licence is stated as `{text}`, which can be {names}"))
            }
        }
    }

    /// Of a choice the best counts, of licences that hold together the worst.
    fn judge(&self, expression: &Expression) -> Standing {
        let worst = |parts: &[Expression]| parts.iter().map(|part| self.judge(part)).max();
        let best = |parts: &[Expression]| parts.iter().map(|part| self.judge(part)).min();
        match expression {
            Expression::Term(term) => self.of_term(term),
            Expression::And(parts) => worst(parts).unwrap_or(Standing::Passes),
            Expression::Or(parts) => best(parts).unwrap_or(Standing::Passes),
        }
    }

    fn of_term(&self, term: &Term) -> Standing {
        let named = self.allowed.iter().any(|entry| entry == term);
        // A denial of a licence is one of all its forms, but for the one that is allowed by name.
        let denies =
            |entry: &Term| entry.base == term.base && (entry.exception.is_none() || entry.exception == term.exception);
        if !named && self.denied.iter().any(denies) {
            return Standing::Fails(format!("its licence {term} is denied"));
        }
        // Who may take a licence or a later one may take that one. What an exception adds is its own.
        let admits = |entry: &Term| entry.base == term.base && entry.exception == term.exception && !entry.or_later;
        if named || self.allowed.iter().any(admits) {
            return Standing::Passes;
        }
        if !term.known {
            return Standing::Unknown(format!("its licence {term} is on neither list nor SPDX's"));
        }
        if self.allowed.is_empty() {
            Standing::Passes
        } else {
            Standing::Fails(format!("its licence {term} is not allowed"))
        }
    }
}
