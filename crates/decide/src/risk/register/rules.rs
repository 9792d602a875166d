//! Who owns a risk and who has to agree, per class, and the words of an entry; rules of the project override roles.

use uplift_model::Risk;
use uplift_model::risk::RegisterEntry;

use crate::risk::classes::{Class, fits};

/// A project's own rule. The first that matches a package is taken for each thing that it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Names, or patterns with `*` at one end. Empty: any name.
    pub packages: Vec<String>,
    /// `None`: any class.
    pub class: Option<Class>,
    /// `None`: as the class has it. An empty list: nobody has to agree.
    pub reviewers: Option<Vec<String>>,
    pub owner: Option<String>,
    /// Test layers beyond the usual.
    pub required_tests: Vec<String>,
}

impl Rule {
    fn matches(&self, class: Class, name: &str) -> bool {
        let named = |pattern: &String| fits(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase());
        (self.packages.is_empty() || self.packages.iter().any(named)) && self.class.is_none_or(|of| of == class)
    }
}

pub(super) struct People {
    pub(super) owner: String,
    pub(super) reviewers: Vec<String>,
}

pub(super) fn people(class: Class, name: &str, rules: &[Rule]) -> People {
    let matching = || rules.iter().filter(|rule| rule.matches(class, name));
    let (owner, reviewers): (&str, &[&str]) = match class {
        Class::Payment => ("backend lead", &["business owner", "security"]),
        Class::Security => ("security", &["security"]),
        Class::MlFramework | Class::Inference => ("machine learning lead", &["machine learning team"]),
        Class::Numeric => ("data engineer", &["technical lead"]),
        Class::AiSdk => ("backend lead", &["machine learning team"]),
        Class::Database => ("backend lead", &["data owner"]),
        Class::Framework => ("technical lead", &["technical lead"]),
        Class::Observability => ("operations", &[]),
        Class::BuildTool => ("build lead", &["build lead"]),
        Class::Library => ("backend engineer", &[]),
        Class::DevTool | Class::Types => ("developer experience", &[]),
        Class::TestTool | Class::TestPlugin => ("quality engineer", &[]),
    };
    People {
        owner: matching().find_map(|rule| rule.owner.clone()).unwrap_or_else(|| owner.to_owned()),
        reviewers: matching()
            .find_map(|rule| rule.reviewers.clone())
            .unwrap_or_else(|| reviewers.iter().map(|role| (*role).to_owned()).collect()),
    }
}

/// Whether the project itself says who has to agree, were it nobody.
pub(super) fn name_reviewers(class: Class, name: &str, rules: &[Rule]) -> bool {
    rules.iter().any(|rule| rule.matches(class, name) && rule.reviewers.is_some())
}

/// Layers that the project's rules add, of every rule that matches.
pub(super) fn tests(class: Class, name: &str, rules: &[Rule]) -> Vec<String> {
    rules.iter().filter(|rule| rule.matches(class, name)).flat_map(|rule| rule.required_tests.clone()).collect()
}

pub(super) struct Text {
    pub(super) risk: &'static str,
    pub(super) mitigation: String,
    pub(super) rollback: String,
}

pub(super) fn text(class: Class, level: Risk) -> Text {
    let (risk, mitigation, rollback) = match class {
        Class::Payment => (
            "calls to the payment service may change, and payments may fail or be booked twice",
            "read the upgrade guide first; replay test payments in staging; expose to few users first",
            "keep the old version running in parallel until the books agree, then redirect to it",
        ),
        Class::Security => (
            "algorithms, defaults or stored formats may change, and users may lose access or doors may open",
            "check that existing tokens, sessions and encrypted data stay readable; security review before release",
            "redeploy what ran before; keep old keys valid until the new version has held",
        ),
        Class::MlFramework => (
            "saved models may not load, or may answer differently",
            "load every model in use and compare its answers with recorded ones; keep the old model files",
            "redeploy the image with the old versions and the old model files",
        ),
        Class::Inference => (
            "models or media may be read differently or more slowly",
            "run recorded inputs through both versions and compare answers and times",
            "redeploy the image with the old versions",
        ),
        Class::Numeric => (
            "compiled packages built against it may fail at import, and results may differ in type or rounding",
            "move what is built against it first; import everything in a clean environment; compare results",
            "revert the step's commit together with the packages that moved with it",
        ),
        Class::AiSdk => (
            "calls, model names or limits of the service may change",
            "replay recorded requests; check model names, streaming and error handling against the new client",
            "revert the step's commit; the service still speaks to the old client",
        ),
        Class::Database => (
            "queries, sessions or migrations may behave differently",
            "run migrations up and down on a copy of the data; compare slow queries",
            "revert the step's commit, and restore the backup where a migration ran",
        ),
        Class::Framework => (
            "request handling, validation or rendering may change across the whole application",
            "move it alone; run all end-to-end tests; follow the migration guide",
            "revert the step's commit and redeploy what ran before",
        ),
        Class::Observability => (
            "errors or metrics may no longer arrive",
            "send a test event and look for it; compare the number of events before and after",
            "revert the step's commit",
        ),
        Class::Library => (
            "functions in use may change",
            "run unit and integration tests; read the release notes for what the code uses",
            "revert the step's commit",
        ),
        Class::BuildTool => (
            "what is built may change, grow or no longer build",
            "compare size and content of the build before and after; build in the pipeline's own image",
            "revert the step's commit; the last good build stays deployed",
        ),
        Class::DevTool | Class::Types => (
            "checks may find new faults or rewrite many files",
            "take its rewriting as a commit of its own; look at the new findings before they block",
            "revert the step's commit; nothing that is delivered changes",
        ),
        Class::TestTool | Class::TestPlugin => (
            "tests may no longer be found, or pass without checking",
            "compare the number of tests and the coverage before and after",
            "revert the step's commit; nothing that is delivered changes",
        ),
    };
    let guarded =
        if level == Risk::High && !class.is_tool() { "; release in steps with automatic redirection" } else { "" };
    Text { risk, mitigation: format!("{mitigation}{guarded}"), rollback: rollback.to_owned() }
}

pub(super) fn escalation(level: Risk, owner: &str, reviewers: &[String]) -> String {
    let agree = match reviewers.is_empty() {
        true => String::new(),
        false => format!(" and asks {}", reviewers.join(", ")),
    };
    match level {
        Risk::High => format!(
            "the step stops at the first new test failure that one attempt does not settle; {owner} takes over{agree}: \
             adapt the code, take a version in between, or hold the package"
        ),
        _ => format!("when the step is held, {owner} decides{agree}: adapt the code, or leave it for the next run"),
    }
}

/// What a whole plan may risk.
pub(super) struct Concern {
    level: Risk,
    risk: &'static str,
    mitigation: &'static str,
    rollback: &'static str,
    owner: &'static str,
    tests: &'static [&'static str],
}

impl Concern {
    pub(super) fn entry(&self, packages: Vec<String>) -> RegisterEntry {
        RegisterEntry {
            risk: format!("{}; it follows from {}", self.risk, packages.join(", ")),
            packages,
            level: self.level,
            mitigation: self.mitigation.to_owned(),
            rollback: self.rollback.to_owned(),
            owner: self.owner.to_owned(),
            reviewers: Vec::new(),
            required_tests: self.tests.iter().map(|layer| (*layer).to_owned()).collect(),
            escalation: escalation(self.level, self.owner, &[]),
        }
    }
}

pub(super) const DOWNTIME: Concern = Concern {
    level: Risk::High,
    risk: "the service may be interrupted",
    mitigation: "two environments side by side, traffic in steps, a switch for each feature",
    rollback: "redirect traffic to the old environment, automatically when a limit is passed",
    owner: "operations",
    tests: &["integration", "end-to-end"],
};

pub(super) const INTERFACES: Concern = Concern {
    level: Risk::Medium,
    risk: "interfaces that the code calls, or offers to others, may break",
    mitigation: "integration and contract tests over every interface before the step is merged",
    rollback: "revert the step's commit",
    owner: "technical lead",
    tests: &["integration", "contract"],
};

pub(super) const PERFORMANCE: Concern = Concern {
    level: Risk::Medium,
    risk: "answers may take longer or need more memory",
    mitigation: "measure response time and memory before and after on the same machine",
    rollback: "revert the step's commit",
    owner: "operations",
    tests: &["performance"],
};

pub(super) const MIGRATION: Concern = Concern {
    level: Risk::Medium,
    risk: "database migrations may fail or change the schema unasked",
    mitigation: "compare the models with the schema, and run migrations on a copy in staging first",
    rollback: "run the migration back on the copy first, then restore the backup",
    owner: "data owner",
    tests: &["migration"],
};
