//! Which program a command line really runs, behind `uv run`, `python -m`, `npx` and the like, and what kind it is.

/// Runners with the words that they take before the program.
const RUNNERS: [&[&str]; 20] = [
    &["uv", "run"],
    &["uvx"],
    &["uv", "tool", "run"],
    &["pipx", "run"],
    &["poetry", "run"],
    &["pdm", "run"],
    &["pipenv", "run"],
    &["hatch", "run"],
    &["rye", "run"],
    &["python", "-m"],
    &["python3", "-m"],
    &["py", "-m"],
    &["npx"],
    &["pnpm", "dlx"],
    &["pnpm", "exec"],
    &["yarn", "dlx"],
    &["bunx"],
    &["coverage", "run", "-m"],
    &["xvfb-run"],
    &["dotenv", "run"],
];

/// The program's name without its folder, and its arguments.
pub(crate) fn tool(words: &[String]) -> Option<(&str, &[String])> {
    let mut rest = words;
    for _ in 0..4 {
        let runner = RUNNERS.iter().find(|r| r.len() < rest.len() && r.iter().zip(rest).all(|(a, b)| a == b));
        let Some(runner) = runner else { break };
        rest = rest.get(runner.len()..)?;
        while rest.first().is_some_and(|w| w.starts_with('-')) {
            // `uv run --with x pytest`: flags with a value of their own.
            let takes = rest
                .first()
                .is_some_and(|w| ["--with", "--group", "--extra", "-p", "--python", "--from"].contains(&w.as_str()));
            rest = rest.get(1 + usize::from(takes)..)?;
        }
    }
    if let ["docker" | "podman", "run", ..] = rest.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        let known = ["trivy", "grype", "snyk", "osv-scanner", "k6", "locust"];
        let image = rest.iter().position(|w| known.contains(&image_name(w)))?;
        return Some((image_name(rest.get(image)?), rest.get(image + 1..)?));
    }
    let (program, arguments) = rest.split_first()?;
    Some((crate::place::name(program), arguments))
}

/// `aquasec/trivy:0.50` is `trivy`.
fn image_name(word: &str) -> &str {
    let name = crate::place::name(word);
    name.split([':', '@']).next().unwrap_or(name)
}

/// The value of `--flag=value` or `--flag value`.
pub(crate) fn flag<'w>(arguments: &'w [String], names: &[&str]) -> Option<&'w str> {
    for (index, word) in arguments.iter().enumerate() {
        if names.contains(&word.as_str()) {
            return arguments.get(index + 1).map(String::as_str);
        }
        if let Some((name, value)) = word.split_once('=')
            && names.contains(&name)
        {
            return Some(value);
        }
    }
    None
}

/// Words that are neither flags nor, as far as that is known, values of flags.
pub(crate) fn plain(arguments: &[String]) -> Vec<&str> {
    let mut out = Vec::new();
    let mut skip = false;
    for word in arguments {
        if skip {
            skip = false;
        } else if word.starts_with('-') {
            // Long flags of scanners take their value as the next word unless it is joined with `=`.
            let switch = [
                "--quiet",
                "--json",
                "--recursive",
                "--no-progress",
                "--ignore-unfixed",
                "--all-projects",
                "--strict",
                "--no-deps",
                "--disable-pip",
                "--require-hashes",
                "--skip-editable",
                "--local",
                "--dry-run",
                "--fix",
            ];
            let short = ["-q", "-v", "-d", "-S", "-l"];
            skip = !word.contains('=')
                && !switch.contains(&word.as_str())
                && !short.contains(&word.as_str())
                && word != "-";
        } else if !word.contains('>') {
            out.push(word.as_str());
        }
    }
    out
}

/// A command that runs tests.
pub(crate) fn is_test(words: &[String]) -> bool {
    let Some((program, arguments)) = tool(words) else { return false };
    let first = arguments.first().map_or("", String::as_str);
    let named_test = |name: &str| name == "test" || name.starts_with("test:") || name.starts_with("test-");
    match program {
        "pytest" | "py.test" | "nose2" | "tox" | "nox" | "unittest" | "vitest" | "jest" | "mocha" | "ava" | "karma"
        | "cypress" | "k6" | "locust" | "artillery" | "behave" | "robot" => true,
        "playwright" => first == "test",
        "manage.py" | "hatch" | "react-scripts" | "ng" | "deno" | "bun" | "vue-cli-service" | "turbo" => {
            named_test(first)
        }
        "python" | "python3" => {
            arguments.iter().any(|a| a.ends_with("manage.py")) && arguments.iter().any(|a| a == "test")
        }
        "npm" | "yarn" | "pnpm" => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            crate::ci::called::npm_name(&words).is_some_and(named_test) || (program == "yarn" && named_test(first))
        }
        "make" => arguments.iter().any(|a| named_test(a)),
        "node" => arguments.iter().any(|a| a == "--test"),
        _ => false,
    }
}

/// A command that judges the code without running it.
pub(crate) fn is_lint(words: &[String]) -> bool {
    let Some((program, arguments)) = tool(words) else { return false };
    match program {
        "flake8" | "pylint" | "mypy" | "pyright" | "basedpyright" | "eslint" | "vue-tsc" | "biome" | "oxlint"
        | "stylelint" | "bandit" => true,
        "ruff" => arguments
            .first()
            .is_some_and(|a| a == "check" || (a == "format" && arguments.iter().any(|a| a == "--check"))),
        "black" | "isort" | "prettier" => {
            arguments.iter().any(|a| ["--check", "--check-only", "-c", "--diff"].contains(&a.as_str()))
        }
        "tsc" => arguments.iter().any(|a| a == "--noEmit"),
        "npm" | "yarn" | "pnpm" => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            crate::ci::called::npm_name(&words).is_some_and(|n| n.starts_with("lint") || n.starts_with("type"))
        }
        _ => false,
    }
}
