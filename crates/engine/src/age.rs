//! The minimum release age: nothing that was uploaded too recently enters, neither named nor brought along. A plan as of a
//! past day is the same rule with another limit.
//!
//! Lives here: which packages are excepted, how far each may go, what is told where the index gives no dates.
//! Lives elsewhere: asking under it (`crate::solver`); what was installed from the start is never judged.

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::python::registry::{self, Release};
use uplift_ecosystems::python::resolve::Youngest;
use uplift_model::settings::Upgrade;
use uplift_model::{PackageName, Solution, Version};

use crate::error::EngineError;
use crate::index::Index;

/// What ages are counted to, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Day {
    /// The present; later releases are taken where no age is asked for.
    Present(i64),
    /// A day that has passed; no later release is seen.
    Past(i64),
}

impl Day {
    pub(crate) fn seconds(self) -> i64 {
        match self {
            Self::Present(at) | Self::Past(at) => at,
        }
    }

    /// RFC 3339: nothing of this moment or later existed yet; `None`: the present.
    pub(crate) fn ended(self) -> Option<String> {
        match self {
            Self::Present(_) => None,
            Self::Past(at) => Some(jiff::Timestamp::from_second(at).ok()?.to_string()),
        }
    }
}

/// The rule as it applies to one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Age {
    /// In words, such as `the minimum-release-age of 7 days`; empty: no rule.
    rule: String,
    /// The settings ask for it, and not the day.
    chosen: bool,
    /// Unix seconds: what was uploaded later is too young.
    limit: i64,
    /// Packages that the rule does not bind: those whose versions the settings choose.
    exempt: BTreeSet<PackageName>,
    /// Packages that are in use in a version that is itself too young.
    young: BTreeSet<PackageName>,
    /// Packages of which the index tells no upload dates.
    undated: BTreeSet<PackageName>,
    /// Constraint lines that keep out what an exception would let in.
    barred: Vec<String>,
    /// The index tells no dates at all.
    unknown: bool,
}

impl Age {
    /// The rule of `settings` on `day`, for an environment that holds `base`. `fixes`: packages that only a young release
    /// mends, and that release.
    ///
    /// # Errors
    /// Those of asking the index.
    pub(crate) fn of(
        settings: &Upgrade,
        day: Day,
        index: &Index<'_>,
        base: &Solution,
        exempt: BTreeSet<PackageName>,
        fixes: &BTreeMap<PackageName, Version>,
    ) -> Result<Self, EngineError> {
        let days = settings.minimum_release_age;
        let exempt = exempt.into_iter().chain(fixes.keys().cloned()).collect();
        let limit = day.seconds().saturating_sub(i64::from(days) * 86_400);
        let chosen = matches!(day, Day::Present(_));
        let mut age = Self { rule: rule(day, days, limit), chosen, limit, exempt, ..Self::default() };
        if !age.binds() {
            return Ok(age);
        }
        let names: Vec<PackageName> = base.packages.keys().cloned().collect();
        index.load(&names)?;
        let mut dated = false;
        for (name, version) in &base.packages {
            let releases = index.releases(name)?;
            dated |= releases.iter().any(|r| r.uploaded.is_some());
            age.enter(name, version, &releases);
            // A fix may be young; what is younger still may not enter with it.
            age.barred.extend(fixes.get(name).map(|fix| format!("{name}<={fix}")));
        }
        age.unknown = !dated && !base.packages.is_empty();
        Ok(age)
    }

    fn binds(&self) -> bool {
        !self.rule.is_empty()
    }

    fn enter(&mut self, name: &PackageName, current: &Version, releases: &[Release]) {
        if releases.is_empty() || self.exempt.contains(name) {
            return;
        }
        if releases.iter().all(|r| r.uploaded.is_none()) {
            self.barred.push(format!("{name}=={current}"));
            self.undated.insert(name.clone());
        } else if releases.iter().any(|r| r.version == *current && !self.is_old(r)) {
            let others = releases.iter().filter(|r| r.version != *current && !self.is_old(r));
            let barred: Vec<String> = others.map(|r| format!("{name}!={}", r.version)).collect();
            self.barred.extend(barred);
            self.young.insert(name.clone());
        }
    }

    fn is_old(&self, release: &Release) -> bool {
        uploaded(release).is_some_and(|at| at <= self.limit)
    }

    /// Whether nothing may enter because nothing is known about dates.
    pub(crate) fn forbids_all(&self) -> bool {
        self.unknown
    }

    /// What the resolver is told; `None`: nothing.
    pub(crate) fn youngest(&self) -> Option<Youngest> {
        if !self.binds() || self.unknown {
            return None;
        }
        Some(Youngest {
            before: jiff::Timestamp::from_second(self.limit).ok()?.to_string(),
            exempt: self.exempt.iter().chain(&self.young).chain(&self.undated).cloned().collect(),
        })
    }

    /// Constraint lines that go with [`Self::youngest`].
    pub(crate) fn constraints(&self) -> &[String] {
        if self.unknown { &[] } else { &self.barred }
    }

    /// How far `name` may go from `current`, when the rule keeps it below `newest`, and why.
    pub(crate) fn ceiling(
        &self,
        name: &PackageName,
        current: &Version,
        newest: &Version,
        releases: &[Release],
    ) -> Option<(Version, String)> {
        if !self.binds() || self.exempt.contains(name) {
            return None;
        }
        let old_enough = registry::offered(releases).into_iter().rfind(|r| self.is_old(r)).map(|r| r.version.clone());
        let ceiling = old_enough.unwrap_or_else(|| current.clone()).max(current.clone());
        if ceiling >= *newest {
            return None;
        }
        let reason = if self.unknown || self.undated.contains(name) {
            format!("release dates not retrieved, and nothing younger than {} may enter", self.rule)
        } else if self.chosen {
            format!("{newest} is younger than {}", self.rule)
        } else {
            format!("{newest} came after {}", self.rule)
        };
        Some((ceiling, reason))
    }

    /// What a reader should know.
    pub(crate) fn note(&self) -> Option<String> {
        if self.unknown {
            return Some(format!(
                "release dates not retrieved: the package index does not tell when versions were uploaded, so {} cannot be \
                 checked and nothing new is taken{}",
                self.rule,
                if self.chosen { "; set it to 0 to upgrade without it" } else { "" }
            ));
        }
        let names: Vec<&str> = self.undated.iter().map(PackageName::as_str).collect();
        (!names.is_empty())
            .then(|| format!("release dates not retrieved of {}: they stay as they are", names.join(", ")))
    }
}

fn rule(day: Day, days: u32, limit: i64) -> String {
    match (day, days) {
        (Day::Present(_), 0) => String::new(),
        (Day::Present(_), days) => format!("the minimum-release-age of {days} days"),
        (Day::Past(_), _) => {
            let day = jiff::Timestamp::from_second(limit).map(|at| at.strftime("%Y-%m-%d").to_string());
            day.unwrap_or_else(|_| "the day asked for".to_owned())
        }
    }
}

fn uploaded(release: &Release) -> Option<i64> {
    release.uploaded.as_deref()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn release(version: &str, uploaded: Option<&str>) -> Release {
        let version = Version::new(version).unwrap();
        Release { version, yanked: None, uploaded: uploaded.map(str::to_owned), wheel: true, sdist: None }
    }

    fn rule() -> Age {
        let limit = "2026-11-14T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
        Age { chosen: true, rule: "the minimum-release-age of 7 days".to_owned(), limit, ..Age::default() }
    }

    #[test]
    fn the_newest_version_that_is_old_enough_is_the_ceiling() {
        let name = PackageName::new("demo").unwrap();
        let v = |text: &str| Version::new(text).unwrap();
        let releases = [
            release("1.0", Some("2026-01-01T00:00:00Z")),
            release("1.1", Some("2026-11-13T23:59:59Z")),
            release("2.0", Some("2026-11-20T00:00:00Z")),
        ];
        let (ceiling, why) = rule().ceiling(&name, &v("1.0"), &v("2.0"), &releases).unwrap();
        assert_eq!((ceiling, why.as_str()), (v("1.1"), "2.0 is younger than the minimum-release-age of 7 days"));
        assert_eq!(rule().ceiling(&name, &v("1.0"), &v("1.1"), &releases), None);
        let exempt = Age { exempt: BTreeSet::from([name.clone()]), ..rule() };
        assert_eq!(exempt.ceiling(&name, &v("1.0"), &v("2.0"), &releases), None);
        assert_eq!(Age::default().ceiling(&name, &v("1.0"), &v("2.0"), &releases), None);
    }

    #[test]
    fn what_is_in_use_and_young_stays_possible_and_its_young_neighbours_do_not() {
        let name = PackageName::new("demo").unwrap();
        let mut age = rule();
        let day = |day: u32| format!("2026-11-{day}T00:00:00Z");
        let releases = [release("1.4", Some(&day(10))), release("1.5", Some(&day(19))), release("2.0", Some(&day(18)))];
        age.enter(&name, &Version::new("1.5").unwrap(), &releases);
        assert_eq!(age.constraints(), ["demo!=2.0"]);
        let youngest = age.youngest().unwrap();
        assert_eq!((youngest.before.as_str(), youngest.exempt), ("2026-11-14T00:00:00Z", vec![name]));
        assert_eq!(age.note(), None);
    }

    #[test]
    fn without_dates_a_package_stays_and_that_is_told() {
        let name = PackageName::new("demo").unwrap();
        let mut age = rule();
        age.enter(&name, &Version::new("1.0").unwrap(), &[release("1.0", None), release("2.0", None)]);
        assert_eq!(age.constraints(), ["demo==1.0"]);
        assert!(age.note().unwrap().starts_with("release dates not retrieved of demo"));
        let blind = Age { unknown: true, ..age };
        assert!(blind.forbids_all() && blind.youngest().is_none() && blind.constraints().is_empty());
        assert!(blind.note().unwrap().contains("nothing new is taken"));
    }
}
