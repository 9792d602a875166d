//! Which phase an upgrade belongs to, and why: from its distance and from what the project uses it for.
//!
//! Lives here: the rule. Lives elsewhere: finding out where a package is imported (`engine`).

use uplift_model::{Distance, Phase, Risk, Role};

/// What is known of one upgrade before anything is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    pub distance: Distance,
    pub role: Role,
    /// Files of the project's own code, tests apart, that import it.
    pub code_files: usize,
    /// Test files that import it.
    pub test_files: usize,
    /// It ships compiled code.
    pub native: bool,
}

/// A phase with its risk and the reasons, one sentence each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub risk: Risk,
    pub phase: Phase,
    pub reasons: Vec<String>,
}

/// Low: patches, and minors that reach nobody's code. Medium: minors in use, and majors of tools for development and
/// tests. High: majors of what the code runs on. Source: requirement rows B2 and C3.
pub fn place(traits: &Traits) -> Placed {
    let mut reasons = Vec::new();
    let step = match traits.distance {
        Distance::Major => "a major step",
        Distance::Minor => "a minor step",
        Distance::Patch | Distance::Same => "a patch",
    };
    reasons.push(step.to_owned());
    let runtime = traits.role == Role::Runtime && traits.code_files > 0;
    reasons.push(match (traits.role, traits.code_files, traits.test_files) {
        (_, 0, 0) => "not imported by the project".to_owned(),
        (_, 0, tests) => format!("imported by {} only", files(tests, "test file")),
        (Role::Runtime, code, _) => format!("imported by {} of the project's code", files(code, "file")),
        (_, code, _) => format!("for development or tests, imported by {}", files(code, "file")),
    });
    if traits.native && runtime && traits.distance == Distance::Major {
        reasons.push("it ships compiled code".to_owned());
    }
    let risk = match (traits.distance, runtime) {
        (Distance::Patch | Distance::Same, _) | (Distance::Minor, false) => Risk::Low,
        (Distance::Minor, true) | (Distance::Major, false) => Risk::Medium,
        (Distance::Major, true) => Risk::High,
    };
    let phase = match risk {
        Risk::Low => Phase::Low,
        Risk::Medium => Phase::Medium,
        Risk::High => Phase::High,
    };
    Placed { risk, phase, reasons }
}

fn files(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(distance: Distance, role: Role, code_files: usize) -> Phase {
        place(&Traits { distance, role, code_files, test_files: 1, native: false }).phase
    }

    #[test]
    fn distance_and_use_decide_the_phase() {
        assert_eq!(phase(Distance::Patch, Role::Runtime, 9), Phase::Low);
        assert_eq!(phase(Distance::Minor, Role::Runtime, 9), Phase::Medium);
        assert_eq!(phase(Distance::Major, Role::Runtime, 9), Phase::High);
        assert_eq!(phase(Distance::Major, Role::Development, 0), Phase::Medium);
        assert_eq!(phase(Distance::Minor, Role::Runtime, 0), Phase::Low);
    }

    #[test]
    fn the_reasons_say_who_imports_it() {
        let placed = place(&Traits {
            distance: Distance::Major,
            role: Role::Runtime,
            code_files: 1,
            test_files: 0,
            native: true,
        });
        assert_eq!(
            placed.reasons,
            ["a major step", "imported by 1 file of the project's code", "it ships compiled code"]
        );
    }
}
