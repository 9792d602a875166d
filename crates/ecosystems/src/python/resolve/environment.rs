//! What markers are held against: an interpreter's version and the platform it runs on.
//!
//! Lives here: the values of PEP 508 for CPython, as far as a requirement can depend on them. Lives elsewhere: the
//! interpreters (`crate::python::interpreter`), the requirements (`super::metadata`).

use std::str::FromStr;

use uv_pep508::{MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree, Requirement, VerbatimUrl};

use crate::python::interpreter::Interpreter;

/// An environment of which it can be told whether a requirement applies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment(MarkerEnvironment);

impl Environment {
    /// `None`: the interpreter states no version that can be read.
    pub fn of(interpreter: &Interpreter) -> Option<Self> {
        Self::new(&interpreter.version, &interpreter.system, &interpreter.machine)
    }

    /// `version`: `3.11.7`; `system` and `machine` as Python's `platform` names them, in lower case (`linux`, `x86_64`).
    pub fn new(version: &str, system: &str, machine: &str) -> Option<Self> {
        let line: Vec<&str> = version.split('.').take(2).collect();
        let (os_name, sys_platform, platform_system) = match system {
            "windows" => ("nt", "win32", "Windows"),
            "darwin" => ("posix", "darwin", "Darwin"),
            "linux" => ("posix", "linux", "Linux"),
            other => ("posix", other, other),
        };
        // Windows alone names its machines in capitals.
        let capitals = machine.to_ascii_uppercase();
        MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
            implementation_name: "cpython",
            implementation_version: version,
            os_name,
            platform_machine: if os_name == "nt" { &capitals } else { machine },
            platform_python_implementation: "CPython",
            platform_release: "",
            platform_system,
            platform_version: "",
            python_full_version: version,
            python_version: &line.join("."),
            sys_platform,
        })
        .ok()
        .map(Self)
    }

    /// Whether a marker holds here for a package that was asked for with `extras`.
    pub(super) fn holds(&self, marker: MarkerTree, extras: &[String]) -> bool {
        // Names that are none are asked for by nobody.
        let asked = extras.iter().filter_map(|extra| Requirement::<VerbatimUrl>::from_str(&format!("x[{extra}]")).ok());
        let asked: Vec<_> = asked.flat_map(|read| read.extras.into_vec()).collect();
        marker.evaluate(&self.0, &asked)
    }
}
