//! Packages that leave the set because the target asks for them only with one of its extras: what used them is found out
//! when it runs, and by no resolver.
//!
//! Lives here: which of them a move drops, and whether the code imports what the extra is for. Lives elsewhere: reading
//! the metadata (`uplift_facts::optional`), what it weighs (`decide::risk`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_decide::risk::Dropped;
use uplift_ecosystems::python::resolve::{Answer, Freshness, Question, Solved};
use uplift_facts::optional::Optional;
use uplift_model::PackageName;
use uplift_model::analysis::Site;
use uplift_model::solution::Change;

use super::Facts;
use crate::error::EngineError;
use crate::state::{Mover, Step};

/// Names of the code that are tried as extras.
const NAMED: usize = 24;

impl Facts<'_> {
    /// By package of the mover, what it no longer brings along.
    ///
    /// # Errors
    /// When the resolver did not answer.
    pub(super) fn dropped(
        &self,
        mover: &Mover,
        along: &[Change],
    ) -> Result<BTreeMap<PackageName, Vec<Dropped>>, EngineError> {
        let gone: Vec<&PackageName> = along.iter().filter(|c| c.to.is_none()).map(|c| &c.name).collect();
        let mut all: BTreeMap<PackageName, Vec<Dropped>> = BTreeMap::new();
        if gone.is_empty() {
            return Ok(all);
        }
        let releases: Vec<(PackageName, String)> =
            mover.steps.iter().map(|s| (s.name.clone(), s.to.to_string())).collect();
        let known = self.research.optional(&releases);
        for (step, release) in mover.steps.iter().zip(&releases) {
            let row = self.research.judged().row(&step.name);
            let sites = row.and_then(|row| row.usage.value()).map(|usage| usage.sites.as_slice()).unwrap_or_default();
            let optional = match known.get(release) {
                Some(Ok(optional)) => optional.clone(),
                // Not every index serves metadata beside its wheels: then the resolver is asked about what the code names.
                _ => self.named_in_code(step, &gone, sites)?,
            };
            let dropped = gone.iter().filter_map(|name| one(step, name, &optional, sites));
            all.entry(step.name.clone()).or_default().extend(dropped);
        }
        Ok(all)
    }

    /// Extras named like something that the code imports from the package, and which of `gone` each brings.
    fn named_in_code(&self, step: &Step, gone: &[&PackageName], sites: &[Site]) -> Result<Vec<Optional>, EngineError> {
        let named: BTreeSet<PackageName> = sites.iter().flat_map(|site| words(&site.what)).collect();
        let named: Vec<&PackageName> = named.iter().filter(|word| **word != step.name).take(NAMED).collect();
        let mut optional = Vec::new();
        let Some(solved) = self.with_extras(step, &named)?.filter(|_| !named.is_empty()) else { return Ok(optional) };
        let exists = |extra: &&&PackageName| !solved.unknown_extras.iter().any(|(_, _, none)| none == extra.as_str());
        for extra in named.iter().filter(exists) {
            let Some(with) = self.with_extras(step, &[extra])? else { continue };
            let brought = gone.iter().filter(|name| with.solution.packages.contains_key(**name));
            optional.extend(brought.map(|name| Optional { package: (*name).clone(), extra: extra.to_string() }));
        }
        Ok(optional)
    }

    /// The set of the target with extras alone; `None`: there is none.
    fn with_extras(&self, step: &Step, extras: &[&PackageName]) -> Result<Option<Solved>, EngineError> {
        let extras: Vec<&str> = extras.iter().map(|extra| extra.as_str()).collect();
        let root = format!("{}[{}]=={}", step.name, extras.join(","), step.to);
        let question = Question { roots: vec![root], ..Question::default() };
        Ok(match self.solver.ask(&question, Freshness::CacheFirst)? {
            Answer::Solved(solved) => Some(solved),
            Answer::Refused(_) => None,
        })
    }
}

/// `None`: no extra of the target asks for it.
fn one(step: &Step, gone: &PackageName, optional: &[Optional], sites: &[Site]) -> Option<Dropped> {
    let extras: Vec<&str> = optional.iter().filter(|o| o.package == *gone).map(|o| o.extra.as_str()).collect();
    let used = extras.iter().find_map(|extra| Some((*extra, sites.iter().find(|site| is_for(extra, &site.what))?)));
    // Where the code does not tell: the extra that is about this package more than the others are.
    let size = |extra: &str| optional.iter().filter(|o| o.extra == extra).count();
    let extra = used.map(|(extra, _)| extra).or_else(|| extras.iter().copied().min_by_key(|e| (size(e), *e)))?;
    let (name, to) = (&step.name, &step.to);
    let imported = used.map(|(_, site)| format!(" ({}:{}: `{}`)", site.file, site.line, site.what)).unwrap_or_default();
    let sentence = format!(
        "{gone} is no longer installed with {name} {to}: only with its extra {extra}; write {name}[{extra}] where it is \
         used{imported}"
    );
    Some(Dropped { sentence, used: used.is_some() })
}

/// Whether a name of the path in `what` is the extra's: `sqlalchemy.ext.asyncio` and `asyncio`.
fn is_for(extra: &str, what: &str) -> bool {
    words(what).any(|word| word.as_str() == extra)
}

fn words(what: &str) -> impl Iterator<Item = PackageName> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    what.split(move |c: char| !part(c)).filter_map(|word| PackageName::new(word).ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use uplift_model::Version;

    use super::*;

    #[test]
    fn the_extra_that_the_code_imports_is_named_before_others() {
        let name = |text: &str| PackageName::new(text).unwrap();
        let version = |text: &str| Version::new(text).unwrap();
        let step = Step { name: name("sqlalchemy"), from: version("2.0.44"), to: version("2.1.9") };
        let of = |package: &str, extra: &str| Optional { package: name(package), extra: extra.to_owned() };
        let optional = [of("aiomysql", "aiomysql"), of("greenlet", "aiomysql"), of("greenlet", "asyncio")];
        let site = Site { file: "db.py".to_owned(), line: 3, what: "sqlalchemy.ext.asyncio".to_owned() };
        let used = one(&step, &name("greenlet"), &optional, std::slice::from_ref(&site)).unwrap();
        assert_eq!(
            used.sentence,
            "greenlet is no longer installed with sqlalchemy 2.1.9: only with its extra asyncio; write \
             sqlalchemy[asyncio] where it is used (db.py:3: `sqlalchemy.ext.asyncio`)"
        );
        assert!(used.used);
        let unused = one(&step, &name("greenlet"), &optional, &[]).unwrap();
        assert!(!unused.used && unused.sentence.ends_with("write sqlalchemy[asyncio] where it is used"), "{unused:?}");
        assert_eq!(one(&step, &name("six"), &optional, &[site]), None);
    }
}
