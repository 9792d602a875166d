//! What a package is: framework, payment library, build tool, test tool, …
//!
//! Lives here: the classes and how a name is looked up. Lives elsewhere: the names (`table`).

mod table;

use uplift_model::{Ecosystem, Role};

/// What a package is to a project. Tools take no part in what is delivered to users, save build tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    Framework,
    Payment,
    Security,
    MlFramework,
    Inference,
    Numeric,
    AiSdk,
    Database,
    Observability,
    Library,
    BuildTool,
    DevTool,
    TestTool,
    TestPlugin,
    Types,
}

impl Class {
    pub const ALL: [Self; 15] = [
        Self::Framework,
        Self::Payment,
        Self::Security,
        Self::MlFramework,
        Self::Inference,
        Self::Numeric,
        Self::AiSdk,
        Self::Database,
        Self::Observability,
        Self::Library,
        Self::BuildTool,
        Self::DevTool,
        Self::TestTool,
        Self::TestPlugin,
        Self::Types,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Framework => "core framework",
            Self::Payment => "payment library",
            Self::Security => "security library",
            Self::MlFramework => "machine learning framework",
            Self::Inference => "inference or media library",
            Self::Numeric => "numeric library",
            Self::AiSdk => "AI service client",
            Self::Database => "database library",
            Self::Observability => "observability library",
            Self::Library => "runtime library",
            Self::BuildTool => "build tool",
            Self::DevTool => "development tool",
            Self::TestTool => "test tool",
            Self::TestPlugin => "test plugin",
            Self::Types => "type declarations",
        }
    }

    /// The class with this word, in any case.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word().eq_ignore_ascii_case(word.trim()))
    }

    /// It helps to make the product and is not part of it.
    pub fn is_tool(self) -> bool {
        matches!(self, Self::BuildTool | Self::DevTool | Self::TestTool | Self::TestPlugin | Self::Types)
    }
}

/// What the package is by its name, whole names before patterns. `None`: the table does not know it.
pub fn by_name(ecosystem: Ecosystem, name: &str) -> Option<Class> {
    let normal = normal(ecosystem, name);
    let whole = table::NAMES.iter().find(|(of, _, names)| *of == ecosystem && names.contains(&normal.as_str()));
    if let Some((_, class, _)) = whole {
        return Some(*class);
    }
    table::PATTERNS
        .iter()
        .find(|(of, _, patterns)| *of == ecosystem && patterns.iter().any(|pattern| fits(pattern, &normal)))
        .map(|(_, class, _)| *class)
}

/// What it is to this project: a tool where the name says so; a tool of the group it stands in where the manifests keep
/// it out of the product; else what the name says, and a runtime library where that says nothing.
pub fn classify(ecosystem: Ecosystem, name: &str, role: Role) -> Class {
    let known = by_name(ecosystem, name);
    match (known, role) {
        (Some(class), _) if class.is_tool() => class,
        (_, Role::Test) => Class::TestTool,
        (_, Role::Development) => Class::DevTool,
        (_, Role::Build) => Class::BuildTool,
        (Some(class), Role::Runtime) => class,
        (None, Role::Runtime) => Class::Library,
    }
}

/// `*` at one end or the other stands for anything.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => pattern == name,
    }
}

/// Lower case; for Python with runs of `-_.` as one `-`.
pub(crate) fn normal(ecosystem: Ecosystem, name: &str) -> String {
    match ecosystem {
        Ecosystem::Python => uplift_model::PackageName::new(name.trim())
            .map_or_else(|_| name.trim().to_ascii_lowercase(), |name| name.as_str().to_owned()),
        Ecosystem::JavaScript => name.trim().to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_of_both_worlds_are_known_in_any_spelling() {
        let cases = [
            (Ecosystem::Python, "FastAPI", Some(Class::Framework)),
            (Ecosystem::Python, "Flask_JWT_Extended", Some(Class::Security)),
            (Ecosystem::Python, "isort", Some(Class::DevTool)),
            (Ecosystem::Python, "pytest", Some(Class::TestTool)),
            (Ecosystem::Python, "pytest-cov", Some(Class::TestPlugin)),
            (Ecosystem::Python, "types-requests", Some(Class::Types)),
            (Ecosystem::Python, "opentelemetry-instrumentation-flask", Some(Class::Observability)),
            (Ecosystem::JavaScript, "@vitejs/plugin-vue", Some(Class::BuildTool)),
            (Ecosystem::JavaScript, "@types/node", Some(Class::Types)),
            (Ecosystem::JavaScript, "eslint-plugin-vue", Some(Class::DevTool)),
            (Ecosystem::JavaScript, "@stripe/stripe-js", Some(Class::Payment)),
            (Ecosystem::JavaScript, "left-pad", None),
        ];
        for (ecosystem, name, class) in cases {
            assert_eq!(by_name(ecosystem, name), class, "{name}");
        }
    }

    #[test]
    fn the_group_decides_where_the_name_does_not_say_tool() {
        let python = |name, role| classify(Ecosystem::Python, name, role);
        assert_eq!(python("flask", Role::Test), Class::TestTool);
        assert_eq!(python("flask", Role::Runtime), Class::Framework);
        assert_eq!(python("pytest", Role::Runtime), Class::TestTool);
        assert_eq!(python("no-one-knows-it", Role::Build), Class::BuildTool);
        assert_eq!(python("no-one-knows-it", Role::Runtime), Class::Library);
    }

    #[test]
    fn every_name_of_the_table_stands_once_and_in_normal_form() {
        let mut seen = BTreeSet::new();
        for (ecosystem, class, names) in table::NAMES {
            for name in *names {
                assert_eq!(normal(*ecosystem, name), *name, "{class:?}");
                assert!(seen.insert((*ecosystem, *name)), "{name} twice");
            }
        }
        assert!(seen.len() >= 150, "{}", seen.len());
        for (_, class, patterns) in table::PATTERNS {
            assert!(patterns.iter().all(|p| p.starts_with('*') != p.ends_with('*')), "{class:?}");
        }
    }

    #[test]
    fn every_class_has_a_word_of_its_own_that_names_it() {
        for class in Class::ALL {
            assert_eq!(Class::of_word(&class.word().to_ascii_uppercase()), Some(class));
        }
    }
}
