//! Options that are taken off a pytest command line, because they change which tests run or cost time.
//!
//! What the project's `addopts` say stays; the plug-in (`plugin/uplift_pytest.py`) makes those harmless.

/// Options with a value (`--x v` or `--x=v`).
const WITH_VALUE: &[&str] = &[
    "--cov-report",
    "--cov-config",
    "--cov-fail-under",
    "--cov-context",
    "--cov-precision",
    "--numprocesses",
    "--dist",
    "--tx",
    "--maxprocesses",
    "--max-worker-restart",
    "--rsyncdir",
    "--maxfail",
    "--junitxml",
    "--junit-xml",
    "--junit-prefix",
    "--html",
    "--css",
    "--json-report-file",
    "--report-log",
    "--alluredir",
    "--pdbcls",
    "--splits",
    "--group",
    "--splitting-algorithm",
    "--durations-path",
    "--result-log",
    "--resultlog",
    "--md",
    "--testmon-env",
    "--shard-id",
    "--num-shards",
    "--randomly-seed",
    "--random-order-seed",
    "--random-order-bucket",
    "--xml",
];

/// Options without a value.
const FLAGS: &[&str] = &[
    "--cov-append",
    "--cov-branch",
    "--no-cov",
    "--no-cov-on-fail",
    "--cov-reset",
    "--exitfirst",
    "--pdb",
    "--trace",
    "--looponfail",
    "--lf",
    "--last-failed",
    "--ff",
    "--failed-first",
    "--nf",
    "--new-first",
    "--sw",
    "--stepwise",
    "--stepwise-skip",
    "--sw-skip",
    "--cache-clear",
    "--self-contained-html",
    "--json-report",
    "--testmon",
    "--random-order",
    "--clean-alluredir",
    "--store-durations",
];

/// Options that make pytest do something else than run tests.
const NO_RUN: &[&str] = &[
    "--collect-only",
    "--co",
    "--collectonly",
    "--version",
    "--help",
    "-h",
    "--fixtures",
    "--funcargs",
    "--markers",
    "--setup-plan",
    "--setup-only",
    "--cache-show",
];

/// The arguments that stay, and a note that names the others. `None`: this line runs no test.
pub(super) fn pytest(arguments: &[String]) -> Option<(Vec<String>, Vec<String>)> {
    let (mut kept, mut left) = (Vec::new(), Vec::new());
    let mut rest = arguments.iter().peekable();
    while let Some(word) = rest.next() {
        let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        if NO_RUN.contains(&name) {
            return None;
        }
        if name == "--cov" {
            // Its value is optional, and argparse takes the next word that is no option.
            left.push(word.clone());
            if value.is_none() {
                left.extend(rest.next_if(|next| !next.starts_with('-')).cloned());
            }
        } else if WITH_VALUE.contains(&name) {
            left.push(word.clone());
            if value.is_none() {
                left.extend(rest.next().cloned());
            }
        } else if FLAGS.contains(&name) {
            left.push(word.clone());
        } else if word == "-n" || word == "-d" || word == "-f" {
            left.push(word.clone());
            if word == "-n" {
                left.extend(rest.next().cloned());
            }
        } else if word.strip_prefix("-n").is_some_and(|count| count == "auto" || count.parse::<u32>().is_ok()) {
            left.push(word.clone());
        } else if let Some(letters) = without_x(word) {
            left.push("-x".to_owned());
            if !letters.is_empty() {
                kept.push(format!("-{letters}"));
            }
        } else {
            kept.push(word.clone());
            if matches!(word.as_str(), "-k" | "-m" | "-p" | "-W" | "-c" | "-o" | "--tb" | "--ignore" | "--deselect") {
                kept.extend(rest.next().cloned());
            }
        }
    }
    let note = format!("left out of the command: `{}` (they change which tests run, or cost time)", left.join(" "));
    Some((kept, if left.is_empty() { Vec::new() } else { vec![note] }))
}

/// The other letters of a group of one-letter flags that holds `x`: `-xvs` gives `vs`.
fn without_x(word: &str) -> Option<String> {
    let letters = word.strip_prefix('-')?;
    let flags = !letters.is_empty() && letters.chars().all(|c| "xvqsl".contains(c));
    (flags && letters.contains('x')).then(|| letters.replace('x', ""))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn kept(line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        pytest(&words).unwrap().0.join(" ")
    }

    #[test]
    fn coverage_workers_and_early_stops_go() {
        assert_eq!(kept("--cov=src --cov-report term-missing --cov-append --cov jose tests"), "tests");
        assert_eq!(kept("-n auto --dist loadfile -n4 -xvs --maxfail=1 --junitxml=a.xml tests"), "-vs tests");
    }

    #[test]
    fn everything_else_stays() {
        let line = "-m x -k y -p no:logging -W error -rxs --asyncio-mode=auto --reruns 2 -vv tests/a.py::b";
        assert_eq!(kept(line), line);
    }

    #[test]
    fn a_line_that_only_lists_is_no_test_command() {
        assert_eq!(pytest(&["--collect-only".to_owned()]), None);
    }
}
