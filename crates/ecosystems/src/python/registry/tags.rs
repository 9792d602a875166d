//! Which wheels an interpreter can install: wheel tags and `Requires-Python`.

use std::str::FromStr;

/// An interpreter as wheel tags see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tags {
    version: Option<uv_pep440::Version>,
    /// `3.9` stands for every release of the line, `3.9.18` for itself.
    line: Option<String>,
    /// Minor number of Python 3.
    minor: u64,
    system: String,
    machine: String,
}

/// Stands for the newest release of a line: more than any has had.
const LAST_PATCH: u64 = 60;

impl Tags {
    /// `version` as `platform.python_version()` says it, or a line such as `3.9`; `system` and `machine` in lower case (`linux`, `x86_64`).
    pub fn new(version: &str, system: &str, machine: &str) -> Self {
        let parsed = uv_pep440::Version::from_str(version).ok();
        let minor = parsed.as_ref().and_then(|v| v.release().get(1).copied()).unwrap_or(0);
        let line = parsed.as_ref().filter(|v| v.release().len() == 2).map(|_| version.to_owned());
        Self { version: parsed, line, minor, system: system.to_lowercase(), machine: machine.to_lowercase() }
    }

    /// Whether a `Requires-Python` text admits the interpreter, or any release of the line; an unreadable one does, as
    /// pip has it.
    pub fn admits_python(&self, requires: Option<&str>) -> bool {
        let (Some(requires), Some(version)) = (requires, &self.version) else { return true };
        let Ok(specifiers) = uv_pep440::VersionSpecifiers::from_str(requires) else { return true };
        let Some(line) = &self.line else { return specifiers.contains(version) };
        let patch = |patch: u64| {
            let mut numbers = version.release().to_vec();
            numbers.push(patch);
            specifiers.contains(&uv_pep440::Version::new(numbers))
        };
        // Releases between the first and the last differ only where the text names one of them.
        patch(LAST_PATCH) || patch(0) || (requires.contains(&format!("{line}.")) && (1..LAST_PATCH).any(patch))
    }

    /// Whether the wheel's tags fit. Generous on manylinux and macOS versions: the client has the last word.
    pub fn admits_wheel(&self, file: &str) -> bool {
        let Some(stem) = file.strip_suffix(".whl") else { return false };
        let mut tail = stem.rsplitn(4, '-');
        let (Some(platform), Some(abi), Some(python)) = (tail.next(), tail.next(), tail.next()) else { return false };
        python.split('.').any(|p| self.python_fits(p, abi)) && platform.split('.').any(|p| self.platform_fits(p))
    }

    fn python_fits(&self, python: &str, abi: &str) -> bool {
        if python == "py3" {
            return true;
        }
        let Some(minor) = python.strip_prefix("cp3").or_else(|| python.strip_prefix("py3")) else { return false };
        let Ok(minor) = minor.parse::<u64>() else { return false };
        let stable = abi.split('.').any(|a| a == "abi3") || python.starts_with("py3");
        if stable {
            return minor <= self.minor;
        }
        // `cp39-cp39`, `cp37-cp37m`, `cp39-none`; free-threaded builds (`t`) are another interpreter.
        minor == self.minor && abi.split('.').any(|a| a == "none" || (a.starts_with("cp3") && !a.ends_with('t')))
    }

    fn platform_fits(&self, platform: &str) -> bool {
        if platform == "any" {
            return true;
        }
        let machine =
            platform.ends_with(&self.machine) || (self.machine == "arm64" && platform.ends_with("universal2"));
        match self.system.as_str() {
            "linux" => machine && platform.contains("linux") && !platform.starts_with("musllinux"),
            "darwin" => platform.starts_with("macosx") && (machine || platform.ends_with("universal2")),
            "windows" => platform.starts_with("win"),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wheels_fit_by_interpreter_abi_and_platform() {
        let tags = Tags::new("3.9.18", "linux", "x86_64");
        for yes in [
            "a-1-py3-none-any.whl",
            "a-1-py2.py3-none-any.whl",
            "a-1-cp39-cp39-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            "a-1-cp37-abi3-manylinux_2_28_x86_64.whl",
            "a-1-1-cp39-cp39-linux_x86_64.whl",
        ] {
            assert!(tags.admits_wheel(yes), "{yes}");
        }
        for no in [
            "a-1-cp310-cp310-manylinux2014_x86_64.whl",
            "a-1-cp39-cp39-macosx_11_0_arm64.whl",
            "a-1-cp39-cp39-musllinux_1_1_x86_64.whl",
            "a-1-cp311-abi3-manylinux_2_28_x86_64.whl",
            "a-1-py2-none-any.whl",
            "a-1-cp39-cp39-manylinux2014_aarch64.whl",
            "a.tar.gz",
        ] {
            assert!(!tags.admits_wheel(no), "{no}");
        }
    }

    #[test]
    fn requires_python_is_honoured_and_nonsense_ignored() {
        let tags = Tags::new("3.9.18", "linux", "x86_64");
        assert!(tags.admits_python(Some(">=3.7")));
        assert!(!tags.admits_python(Some(">=3.10")));
        assert!(tags.admits_python(Some("whatever")));
        assert!(!tags.admits_python(Some("<3.9,>=3.6")));
    }

    #[test]
    fn a_line_is_admitted_where_any_release_of_it_is() {
        let tags = Tags::new("3.9", "linux", "x86_64");
        for yes in ["!=3.9.0,!=3.9.1,>=3.9", ">=3.9.2", ">=3.8,<3.9.5", ">3.9.2,<3.9.5", "==3.9.7", "~=3.9"] {
            assert!(tags.admits_python(Some(yes)), "{yes}");
        }
        for no in [">=3.10", "<3.9", "==3.9.7,!=3.9.7", ">3.9.4,<3.9.5"] {
            assert!(!tags.admits_python(Some(no)), "{no}");
        }
    }
}
