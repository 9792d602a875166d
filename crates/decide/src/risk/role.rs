//! Signal: what the package is to the project, together with the step.

use uplift_model::{Datum, Risk};

use super::Said;
use super::classes::{Class, by_name, classify};
use super::evidence::{Evidence, Step};

/// Files of the code base up to which a use is small.
pub(super) const FEW_FILES: usize = 3;

pub(super) fn weigh(evidence: &Evidence) -> Said {
    let class = classify(evidence.ecosystem, &evidence.name, evidence.role);
    let step = evidence.step();
    if step == Step::Same {
        return Said::factor(0, Risk::Low, format!("{}, and it does not move", article(class)));
    }
    let at_least = at_least(class, step, evidence);
    let points = match class {
        Class::Payment => 16,
        Class::Security | Class::MlFramework => 14,
        Class::Framework | Class::AiSdk | Class::Database | Class::Numeric => 10,
        Class::Inference => 8,
        Class::BuildTool => 6,
        Class::Library => 5,
        Class::Observability => 4,
        Class::DevTool | Class::TestTool => 2,
        Class::TestPlugin => 1,
        Class::Types => 0,
    };
    Said::factor(points, at_least, sentence(class, step, at_least, evidence))
}

/// The level that class and step ask for. Source: requirement row B2 (phase 1 patches and minors, 2 build tools and
/// development, 3 core frameworks, runtime and majors).
fn at_least(class: Class, step: Step, evidence: &Evidence) -> Risk {
    use Class as C;
    match (class, step) {
        (_, Step::Same | Step::Patch) => Risk::Low,
        (C::BuildTool | C::Types, Step::Major(_)) | (C::DevTool | C::TestTool | C::TestPlugin, Step::Major(_)) => {
            Risk::Medium
        }
        (C::BuildTool, _) | (C::DevTool | C::TestTool | C::TestPlugin | C::Types, Step::Unknown) => Risk::Medium,
        (C::DevTool | C::TestTool | C::TestPlugin | C::Types, _) => Risk::Low,
        (C::Payment | C::Security | C::AiSdk, Step::Zero | Step::Major(_)) => Risk::High,
        (C::Payment | C::Security | C::AiSdk, _) => Risk::Medium,
        // Models saved under one minor release are not promised to load, or to answer the same, under the next.
        (C::MlFramework, _) => of_direct(evidence, Risk::High),
        (C::Framework | C::Numeric, Step::Major(_)) => Risk::High,
        (C::Framework, _) => of_direct(evidence, Risk::Medium),
        (_, Step::Minor) => Risk::Low,
        (_, Step::Unknown | Step::Zero) => Risk::Medium,
        (_, Step::Major(_)) if !evidence.direct || known_small(evidence) => Risk::Medium,
        (_, Step::Major(_)) => Risk::High,
    }
}

/// One step less for what only other packages require.
fn of_direct(evidence: &Evidence, level: Risk) -> Risk {
    match (evidence.direct, level) {
        (true, level) => level,
        (false, Risk::High) => Risk::Medium,
        (false, _) => Risk::Low,
    }
}

/// One major step of pure code that few files use, with the breaking changes looked up and none of them touching the
/// code. Every part is a fact: where one is missing, the use is not known to be small.
fn known_small(evidence: &Evidence) -> bool {
    let few = match &evidence.usage {
        Datum::Found { value } => value.files <= FEW_FILES,
        Datum::None => true,
        Datum::NotRetrieved { .. } => false,
    };
    let untouched = match &evidence.breaking {
        Datum::Found { value } => value.removed.is_empty() && value.untold == 0,
        Datum::None => true,
        Datum::NotRetrieved { .. } => false,
    };
    let pure = match &evidence.native {
        Datum::Found { value } => !value.before && !value.after,
        Datum::None => true,
        Datum::NotRetrieved { .. } => false,
    };
    evidence.majors == 1 && few && untouched && pure
}

fn sentence(class: Class, step: Step, at_least: Risk, evidence: &Evidence) -> String {
    let what = article(class);
    let only = by_name(evidence.ecosystem, &evidence.name).is_some_and(|known| !known.is_tool()) && class.is_tool();
    let what = if only { format!("{what} by the group it stands in") } else { what };
    match (class, step) {
        (_, Step::Same | Step::Patch) => what,
        (Class::MlFramework, _) => format!("{what}: saved models need not load or answer the same after it"),
        (Class::Payment, _) => format!("{what}: money moves through it"),
        (Class::Security, _) => format!("{what}: a mistake in it opens doors"),
        (Class::AiSdk, Step::Zero | Step::Major(_)) => format!("{what}: its calls change with the service"),
        (Class::BuildTool, _) => format!("{what}: it shapes what is delivered"),
        (_, Step::Major(_)) if !class.is_tool() && at_least < Risk::High && evidence.direct => {
            format!("{what}, used in at most {FEW_FILES} files, and no known breaking change touches them")
        }
        _ if !evidence.direct && !class.is_tool() => format!("{what} that only other packages require"),
        _ => what,
    }
}

fn article(class: Class) -> String {
    let word = class.word();
    match class {
        Class::Types => word.to_owned(),
        _ if word.starts_with(['a', 'A', 'i', 'o']) => format!("an {word}"),
        _ => format!("a {word}"),
    }
}

#[cfg(test)]
mod tests {
    use uplift_model::analysis::Usage;
    use uplift_model::{Distance, Ecosystem, Role};

    use super::*;
    use crate::risk::evidence::{Breaking, Native};

    fn step(name: &str, role: Role, distance: Distance, majors: u64) -> Evidence {
        let mut evidence = Evidence::new(name, Ecosystem::Python, role, "9.0");
        evidence.current = Some("1.0".to_owned());
        (evidence.distance, evidence.majors) = (Some(distance), majors);
        evidence
    }

    #[test]
    fn the_class_gives_the_sentence() {
        let stripe = weigh(&step("stripe", Role::Runtime, Distance::Major, 4));
        assert_eq!(stripe, Said::factor(16, Risk::High, "a payment library: money moves through it"));
        let torch = weigh(&step("torch", Role::Runtime, Distance::Minor, 0));
        let sentence = "a machine learning framework: saved models need not load or answer the same after it";
        assert_eq!(torch, Said::factor(14, Risk::High, sentence));
        let pydantic = weigh(&step("pydantic", Role::Runtime, Distance::Minor, 0));
        assert_eq!(pydantic, Said::factor(10, Risk::Medium, "a core framework"));
        let flask = weigh(&step("flask", Role::Test, Distance::Minor, 0));
        assert_eq!(flask, Said::factor(2, Risk::Low, "a test tool by the group it stands in"));
    }

    #[test]
    fn a_major_of_a_runtime_library_is_high_until_it_is_known_to_be_small() {
        let mut redis = step("redis", Role::Runtime, Distance::Major, 1);
        assert_eq!(weigh(&redis).factors[0].1, Risk::High);
        redis.usage = Datum::found(Usage { files: 1, count: 2, ..Usage::default() });
        redis.native = Datum::found(Native::default());
        redis.breaking = Datum::found(Breaking { known: 4, ..Breaking::default() });
        let sentence = "a database library, used in at most 3 files, and no known breaking change touches them";
        assert_eq!(weigh(&redis), Said::factor(10, Risk::Medium, sentence));
        redis.breaking =
            Datum::found(Breaking { known: 4, removed: vec!["redis.a".to_owned()], ..Breaking::default() });
        assert_eq!(weigh(&redis).factors[0].1, Risk::High);
    }

    #[test]
    fn tools_are_medium_at_a_major_and_build_tools_from_a_minor_on() {
        let level = |name, role, distance, majors| weigh(&step(name, role, distance, majors)).factors[0].1;
        assert_eq!(level("black", Role::Development, Distance::Minor, 0), Risk::Low);
        assert_eq!(level("black", Role::Development, Distance::Major, 1), Risk::Medium);
        assert_eq!(level("setuptools", Role::Build, Distance::Minor, 0), Risk::Medium);
    }
}
