//! Manifests that are broken in every way, and registries that misbehave in every way: `uplift check` says which file or
//! source it is, and goes on with the rest.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use std::time::{Duration, Instant};

use check_support::desk::{Analysis, found};
use check_support::{Desk, Market, Mood, NpmRelease, PythonFile, Stock};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");
const NOTHING_KNOWN: &str =
    r#"{"advisories": [{"id": "X-1", "package": "other", "ecosystem": "PyPI", "events": [{"introduced": "0"}]}]}"#;

fn stock() -> Stock {
    let file =
        |name: &str| PythonFile { name: name.to_owned(), day: Some("2025-01-01".to_owned()), ..PythonFile::default() };
    let release = |version: &str| NpmRelease {
        version: version.to_owned(),
        day: Some("2025-01-01".to_owned()),
        ..NpmRelease::default()
    };
    Stock {
        python: [
            ("alpha", vec![file("alpha-1.0-py3-none-any.whl"), file("alpha-2.0-py3-none-any.whl")]),
            ("beta", vec![file("beta-1.0-py3-none-any.whl")]),
        ]
        .map(|(name, files)| (name.to_owned(), files))
        .into(),
        npm: [("left", vec![release("1.0.0"), release("1.1.0")]), ("right", vec![release("3.0.0")])]
            .map(|(name, releases)| (name.to_owned(), releases))
            .into(),
    }
}

/// Two sound components that must come out whatever lies beside them.
const SOUND: [(&str, &[u8]); 3] = [
    ("sound/requirements.txt", b"alpha==1.0\nbeta==1.0\n"),
    ("sound/app.py", b"import alpha\n"),
    ("web/package.json", br#"{"name": "web", "dependencies": {"left": "1.0.0", "right": "^3.0.0"}}"#),
];

fn desk(market: &Market, files: &[(&str, &[u8])]) -> Desk {
    let desk = Desk::new(BINARY, market, &[&SOUND, files].concat());
    std::fs::write(desk.home.path().join("known.json"), NOTHING_KNOWN).unwrap();
    desk
}

fn look(desk: &Desk, more: &[&str]) -> Analysis {
    let known = desk.home.path().join("known.json").display().to_string();
    desk.analysis(&[&["--as-of", "2025-06-01", "--advisories", &known], more].concat())
}

fn sound(analysis: &Analysis) {
    let alpha = analysis.row("sound", "alpha");
    assert_eq!(alpha["target_version"], "2.0");
    assert_eq!(found(&alpha["usage"])["sites"][0]["file"], "sound/app.py");
    assert_eq!(analysis.row("web", "left")["target_version"], "1.1.0");
}

#[test]
fn each_broken_manifest_is_named_with_its_line_and_the_rest_goes_on() {
    let deep = format!("{{\"dependencies\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("alpha=={}\n", "1".repeat(1 << 20));
    let (utf16, latin) = (b"\xff\xfea\0l\0p\0h\0a\0\n\0".as_slice(), b"alpha==1.0\n# caf\xe9\n".as_slice());
    // File, content, the line that has to be named (0: none can be), a word of the message.
    let broken: [(&str, &[u8], u32, &str); 15] = [
        (
            "json-cut/package.json",
            b"{\n  \"name\": \"cut\",\n  \"dependencies\": {\n    \"left\": \"1.0.0\",\n",
            3,
            "Unterminated",
        ),
        ("json-list/package.json", b"[1, 2]", 0, ""),
        (
            "json-twice/package.json",
            b"{\n \"dependencies\": {\"left\": \"1.0.0\",\n  \"left\": \"1.1.0\"}}\n",
            2,
            "left",
        ),
        ("json-deep/package.json", deep.as_bytes(), 0, ""),
        ("json-latin/package.json", b"{\"name\": \"caf\xe9\"}", 0, "UTF-8"),
        ("toml-cut/pyproject.toml", b"[project]\nname = \"cut\"\ndependencies = [\n  \"alpha==1.0\",\n", 0, ""),
        ("toml-twice/pyproject.toml", b"[project]\nname = \"a\"\nname = \"b\"\n", 3, ""),
        ("toml-types/pyproject.toml", b"[project]\nname = \"a\"\ndependencies = 7\n", 3, ""),
        ("pipfile-cut/Pipfile", b"[packages\nalpha = \"*\"\n", 1, ""),
        ("latin/requirements.txt", latin, 2, "UTF-8"),
        ("utf16/requirements.txt", utf16, 0, "UTF-16"),
        ("words/requirements.txt", b"alpha==1.0\nthis is no requirement at all\n", 2, ""),
        ("nul/requirements.txt", b"alpha==1.0\nbe\0ta==1.0\n", 2, ""),
        ("long/requirements.txt", long.as_bytes(), 0, ""),
        ("gone/requirements.txt", b"alpha==1.0\n-r nowhere.txt\n", 2, "nowhere.txt"),
    ];
    let market = Market::serve(stock());
    let files: Vec<(&str, &[u8])> = broken.iter().map(|(file, bytes, ..)| (*file, *bytes)).collect();
    let desk = desk(&market, &files);
    let analysis = look(&desk, &[]);
    sound(&analysis);
    let problems = analysis.problems();
    let notes: Vec<String> = analysis.0["components"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|c| c["notes"].as_array().unwrap())
        .map(|n| n.as_str().unwrap().to_owned())
        .collect();
    let said = [problems, notes].concat();
    let mut unsaid = Vec::new();
    for (file, _, line, word) in broken.iter().filter(|(file, ..)| !file.starts_with("long/")) {
        let start = if *line > 0 { format!("{file}:{line}") } else { format!("{file}:") };
        if !said.iter().any(|s| s.starts_with(&start) && s.contains(word)) {
            let near: Vec<&String> = said.iter().filter(|s| s.contains(file)).collect();
            unsaid.push(format!("{start} … {word}: {near:?}"));
        }
    }
    assert!(unsaid.is_empty(), "not said:\n{}", unsaid.join("\n"));
    let screen = desk.run(&["check", "--as-of", "2025-06-01", "--offline"]);
    assert_eq!(screen.code, Some(0), "{}", screen.all());
    let widest = screen.stdout.lines().map(|l| l.chars().count()).max().unwrap();
    assert!(widest <= 160, "a line of {widest} characters");
}

#[test]
fn locks_that_are_cut_or_foreign_are_named_and_their_manifests_still_count() {
    let market = Market::serve(stock());
    let files: [(&str, &[u8]); 9] = [
        ("poetry/pyproject.toml", b"[tool.poetry]\nname = \"a\"\n[tool.poetry.dependencies]\nalpha = \"^1.0\"\n"),
        ("poetry/poetry.lock", b"[[package]]\nname = \"alpha\"\nversion = "),
        ("uv/pyproject.toml", b"[project]\nname = \"b\"\nversion = \"1\"\ndependencies = [\"alpha>=1.0\"]\n"),
        ("uv/uv.lock", b"version = 1\n<<<<<<< HEAD\n"),
        ("npm/package.json", br#"{"name": "n", "dependencies": {"left": "^1.0.0"}}"#),
        ("npm/package-lock.json", br#"{"lockfileVersion": 3, "packages": {"": {"dependencies": {"left""#),
        ("pnpm/package.json", br#"{"name": "p", "dependencies": {"left": "^1.0.0"}}"#),
        ("pnpm/pnpm-lock.yaml", b"lockfileVersion: '9.0'\nimporters:\n  .: [\n &a *a"),
        ("notes.txt", b"nothing"),
    ];
    let analysis = look(&desk(&market, &files), &[]);
    sound(&analysis);
    for (component, package, lock) in [
        ("poetry", "alpha", "poetry.lock"),
        ("uv", "alpha", "uv.lock"),
        ("npm", "left", "package-lock.json"),
        ("pnpm", "left", "pnpm-lock.yaml"),
    ] {
        assert_eq!(analysis.row(component, package)["current_version"], Value::Null, "{component}");
        let said = [analysis.problems(), analysis.sentences(component)].concat();
        assert!(said.iter().any(|s| s.contains(lock)), "{component}: {said:?}");
    }
}

/// What is of the right syntax and still says nothing: each is told with its line, and what is beside it counts.
#[test]
fn nothing_is_passed_over_in_silence() {
    let market = Market::serve(stock());
    let files: [(&str, &[u8]); 11] = [
        ("list/package.json", b"{\n  \"name\": \"list\",\n  \"dependencies\": []\n}\n"),
        ("number/package.json", b"{\"dependencies\": {\n  \"left\": \"1.0.0\",\n  \"right\": 3}}\n"),
        ("number/package-lock.json", b"{\"hello\": 1}\n"),
        ("empty/pyproject.toml", b"[tool.poetry.dependencies]\nalpha = []\nbeta = \"1.0\"\n"),
        ("empty/poetry.lock", b"hello = 1\n"),
        ("foreign/pyproject.toml", b"[project]\nname = \"f\"\nversion = \"1\"\ndependencies = [\"alpha==1.0\"]\n"),
        ("foreign/uv.lock", b"# of no tool\nhello = 1\n"),
        ("pipenv/Pipfile", b"[packages]\nalpha = \"==1.0\"\n"),
        ("pipenv/Pipfile.lock", b"{\"hello\": 1}\n"),
        ("text/requirements.txt", b"beta==1.0\nalpha===weird\n"),
        (
            "groups/pyproject.toml",
            b"[project]\nname = \"g\"\nversion = \"1\"\ndependencies = [\"beta\"]\noptional-dependencies = []\n",
        ),
    ];
    let analysis = look(&desk(&market, &files), &[]);
    sound(&analysis);
    let problems = analysis.problems();
    for start in [
        "list/package.json:3: `dependencies` is a list, not an object",
        "number/package.json:3: `right` is a number, not a string",
        "number/package-lock.json:1: ",
        "empty/pyproject.toml:2: `alpha` is an empty list",
        "empty/poetry.lock:1: ",
        "foreign/uv.lock:1: ",
        "pipenv/Pipfile.lock:1: ",
        "text/requirements.txt:2: `===weird` of `alpha` names no version",
        "groups/pyproject.toml:5: `optional-dependencies` wants a table",
    ] {
        assert!(problems.iter().any(|p| p.starts_with(start)), "{start}: {problems:#?}");
    }
    for (component, package) in [("number", "left"), ("empty", "beta"), ("foreign", "alpha"), ("pipenv", "alpha")] {
        let row = analysis.row(component, package);
        assert_ne!(row["current_from"], "locked", "{component}: nothing is locked by a file that is no lock");
    }
    let kept = analysis.row("text", "alpha");
    assert_eq!((&kept["pinning"], &kept["current_version"]), (&"pinned".into(), &Value::Null));
    assert_eq!(kept["stated"][0]["specifier"], "===weird");
    let lost = analysis.0["sources"].as_array().unwrap().iter().find(|s| s["source"] == "manifests and locks").unwrap();
    assert_eq!(lost["state"], "partly", "{lost}");
}

#[test]
fn folders_that_differ_in_a_control_character_look_different() {
    let market = Market::serve(stock());
    let folders = ["odd a", "odd\ta", "odd\u{1}a", "odd\u{2}a"];
    let files: Vec<(String, &[u8])> =
        folders.iter().map(|f| (format!("{f}/requirements.txt"), b"alpha==1.0\n".as_slice())).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(f, b)| (f.as_str(), *b)).collect();
    let screen = desk(&market, &files).run(&["check", "--as-of", "2025-06-01", "--offline"]);
    for shown in ["odd a/", "odd\\x09a/", "odd\\x01a/", "odd\\x02a/"] {
        let times = screen.stdout.lines().filter(|line| line.starts_with(shown)).count();
        assert_eq!(times, 1, "{shown}:\n{}", screen.stdout);
    }
}

#[test]
fn a_bare_repository_is_called_one() {
    let market = Market::serve(stock());
    let desk = desk(&market, &[]);
    let bare = desk.home.path().join("bare.git");
    let made = std::process::Command::new("git").args(["init", "--quiet", "--bare"]).arg(&bare).output().unwrap();
    assert!(made.status.success());
    let outcome = desk.run(&["check", &bare.display().to_string()]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.all());
    assert!(
        outcome.stderr.contains("is a bare git repository") && outcome.stderr.contains("git clone"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn includes_that_run_in_circles_end() {
    let market = Market::serve(stock());
    let files: [(&str, &[u8]); 3] = [
        ("ring/requirements.txt", b"-r requirements-a.txt\nalpha==1.0\n"),
        ("ring/requirements-a.txt", b"-r requirements.txt\n-r requirements-a.txt\nbeta==1.0\n"),
        ("ring/self.txt", b"-r self.txt\n"),
    ];
    let analysis = look(&desk(&market, &files), &[]);
    sound(&analysis);
    assert_eq!(analysis.row("ring", "alpha")["current_version"], "1.0");
    assert_eq!(analysis.row("ring", "beta")["current_version"], "1.0");
}

#[test]
fn marks_line_ends_and_mojibake_change_no_requirement_and_no_line() {
    let market = Market::serve(stock());
    // "größer" in UTF-8, read as Mac Roman and saved as UTF-8 again.
    let mojibake = "# gr\u{221a}\u{2202}\u{221a}\u{fc}er\r\nbeta==1.0 # \u{201a}\u{c4}\u{ec}\r\n";
    let files: [(&str, &[u8]); 4] = [
        ("marks/requirements.txt", b"\xef\xbb\xbf# first\r\nalpha==1.0\r\n"),
        ("mojibake/requirements.txt", mojibake.as_bytes()),
        ("mac/requirements.txt", b"alpha==1.0\rbeta==1.0\r"),
        ("marked/package.json", b"\xef\xbb\xbf{\r\n\"name\": \"m\",\r\n\"dependencies\": {\"left\": \"1.0.0\"}}\r\n"),
    ];
    let analysis = look(&desk(&market, &files), &[]);
    sound(&analysis);
    for (component, package, line) in [("marks", "alpha", 2), ("mojibake", "beta", 2), ("marked", "left", 3)] {
        let row = analysis.row(component, package);
        assert_eq!(row["current_version"], if package == "left" { "1.0.0" } else { "1.0" }, "{component}");
        assert_eq!(row["stated"][0]["line"], line, "{component}/{package}");
    }
    // Lines that end as on the Macintosh of old are lines, as to pip.
    for package in ["alpha", "beta"] {
        assert_eq!(analysis.row("mac", package)["current_version"], "1.0", "{package}");
    }
    assert!(!analysis.0["sources"].to_string().contains("manifests and locks"), "{:#}", analysis.0["sources"]);
    let written = analysis.row("marks", "alpha")["stated"][0]["written"].as_str().unwrap();
    assert_eq!(written, "alpha==1.0");
}

#[test]
fn a_line_that_cannot_be_read_is_a_package_that_no_gate_passes_over() {
    let utf16: Vec<u8> = "alpha==1.0\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (file, bytes, place) in [
        (
            "words/requirements.txt",
            b"alpha==1.0\nthis is no requirement at all\n".as_slice(),
            "words/requirements.txt:2",
        ),
        ("utf16/requirements.txt", &utf16, "utf16/requirements.txt"),
    ] {
        let market = Market::serve(stock());
        let desk = desk(&market, &[(file, bytes)]);
        let analysis = look(&desk, &[]);
        sound(&analysis);
        let sources = analysis.0["sources"].as_array().unwrap();
        let lost = sources.iter().find(|s| s["source"] == "manifests and locks").expect("a source that failed");
        assert!(lost["state"] == "partly" && lost["detail"].as_str().unwrap().starts_with(place), "{lost}");
        let known = desk.home.path().join("known.json").display().to_string();
        for gate in ["not-retrieved", "critical"] {
            let args = ["check", "--as-of", "2025-06-01", "--advisories", &known, "--fail-on", gate];
            let outcome = desk.run(&args);
            assert_eq!(outcome.code, Some(1), "{file}, {gate}: {}", outcome.stdout);
            let violations = outcome.stdout.split("failed: ").last().unwrap();
            assert!(violations.contains("manifests and locks"), "{file}, {gate}: {violations}");
            assert!(!outcome.stdout.contains("no manifest that states"), "{file}: {}", outcome.stdout);
        }
    }
}

#[test]
fn an_index_that_knows_no_package_at_all_is_doubted() {
    let market = Market::serve(stock());
    let desk = desk(&market, &[("lost/requirements.txt", b"gamma==1.0\ndelta==1.0\nepsilon==1.0\n")]);
    // Together with what is there, the three are simply unknown.
    let analysis = look(&desk, &[]);
    assert_eq!(found(&analysis.row("lost", "gamma")["availability"])["kind"], "no-such-package");
    let desk = Desk::new(BINARY, &market, &[("requirements.txt", b"gamma==1.0\ndelta==1.0\nepsilon==1.0\n")]);
    std::fs::write(desk.home.path().join("known.json"), NOTHING_KNOWN).unwrap();
    let analysis = look(&desk, &[]);
    let row = analysis.row(".", "gamma");
    let why = row["availability"]["why"].as_str().expect("not retrieved");
    assert!(why.contains("does not seem to be the index of this project"), "{why}");
    assert!(!analysis.0["urgency"]["because"].to_string().contains("cannot be installed"), "{}", analysis.0["urgency"]);
}

#[test]
fn what_is_no_plain_file_or_leads_out_is_not_read() {
    let market = Market::serve(stock());
    let desk = desk(&market, &[]);
    let outside = desk.home.path().join("outside.txt");
    std::fs::write(&outside, "secret-package==1.0\n").unwrap();
    for folder in ["link", "pipe", "folder/requirements.txt", "huge", "loop"] {
        std::fs::create_dir_all(desk.path().join(folder)).unwrap();
    }
    std::os::unix::fs::symlink(&outside, desk.path().join("link/requirements.txt")).unwrap();
    std::os::unix::fs::symlink("requirements.txt", desk.path().join("loop/requirements.txt")).unwrap();
    std::fs::File::create(desk.path().join("huge/requirements.txt")).unwrap().set_len(100 << 20).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(desk.path().join("pipe/requirements.txt")).status().unwrap();
    assert!(pipe.success());
    let analysis = look(&desk, &[]);
    sound(&analysis);
    assert!(!analysis.0.to_string().contains("secret-package"));
    for (file, words) in [
        ("link/requirements.txt", "leads out of the repository"),
        ("loop/requirements.txt", "link to nothing"),
        ("huge/requirements.txt", "100 MiB"),
        ("pipe/requirements.txt", "no plain file"),
    ] {
        let problems = analysis.problems();
        assert!(problems.iter().any(|p| p.starts_with(file) && p.contains(words)), "{file}: {problems:?}");
    }
}

#[test]
fn code_that_is_nested_without_end_is_passed_over() {
    let market = Market::serve(stock());
    let python = format!("import beta\nx = {}1{}\n", "(".repeat(200_000), ")".repeat(200_000));
    let unary = format!("x = {}1\n", "not ".repeat(200_000));
    let script = format!("import 'left';\nlet x = {}1{};\n", "[".repeat(200_000), "]".repeat(200_000));
    let yaml = format!("on: push\njobs: {}{}\n", "[".repeat(50_000), "]".repeat(50_000));
    let files: [(&str, &[u8]); 4] = [
        ("sound/deep.py", python.as_bytes()),
        ("sound/unary.py", unary.as_bytes()),
        ("web/deep.js", script.as_bytes()),
        (".github/workflows/ci.yml", yaml.as_bytes()),
    ];
    sound(&look(&desk(&market, &files), &[]));
}

#[test]
fn a_registry_that_misbehaves_leaves_its_data_not_retrieved() {
    for mood in [Mood::Status(500), Mood::Status(403), Mood::Garbage, Mood::WrongTypes, Mood::BreaksOff, Mood::Huge] {
        let market = Market::serve(stock());
        market.set("/", mood);
        let desk = desk(&market, &[]);
        let analysis = look(&desk, &[]);
        for (component, package) in [("sound", "alpha"), ("sound", "beta"), ("web", "left"), ("web", "right")] {
            let row = analysis.row(component, package);
            for datum in ["latest", "latest_installable", "released", "availability", "deprecation"] {
                assert_eq!(row[datum]["state"], "not-retrieved", "{mood:?}: {package}: {datum}: {}", row[datum]);
                assert!(!row[datum]["why"].as_str().unwrap().is_empty());
            }
            assert_eq!(row["target_version"], Value::Null, "{mood:?}");
        }
        // What needs no registry is there all the same.
        assert_eq!(analysis.row("sound", "alpha")["current_version"], "1.0");
        for source in ["releases (python)", "releases (javascript)"] {
            let sources = analysis.0["sources"].as_array().unwrap();
            let state = sources.iter().find(|s| s["source"] == source).unwrap();
            assert_eq!(state["state"], "not-retrieved", "{mood:?}: {state}");
        }
        let screen = desk.run(&["check", "--as-of", "2025-06-01", "--fail-on", "not-retrieved"]);
        assert_eq!(screen.code, Some(1), "{mood:?}: {}", screen.all());
        assert!(screen.stdout.contains("not retrieved"), "{}", screen.stdout);
        assert!(!screen.stdout.contains("no such package"), "{mood:?}: {}", screen.stdout);
    }
}

#[test]
fn a_package_that_nobody_has_is_told_from_one_that_was_not_retrieved() {
    let market = Market::serve(stock());
    market.set("/simple/alpha/", Mood::Status(404));
    market.set("/simple/beta/", Mood::Status(502));
    market.set("/npm/left", Mood::Status(410));
    let analysis = look(&desk(&market, &[]), &[]);
    assert_eq!(found(&analysis.row("sound", "alpha")["availability"])["kind"], "no-such-package");
    assert_eq!(analysis.row("sound", "beta")["availability"]["state"], "not-retrieved");
    assert_eq!(found(&analysis.row("web", "left")["availability"])["kind"], "no-such-package");
    assert_eq!(found(&analysis.row("web", "right")["latest"]), "3.0.0");
    let sources = analysis.0["sources"].as_array().unwrap();
    let python = sources.iter().find(|s| s["source"] == "releases (python)").unwrap();
    assert_eq!(python["state"], "partly");
    assert!(python["detail"].as_str().unwrap().contains("1 of 2"), "{python}");
}

#[test]
fn a_slow_registry_is_waited_for_and_a_second_look_asks_nothing() {
    let market = Market::serve(stock());
    market.set("/", Mood::Slow(Duration::from_millis(700)));
    let desk = desk(&market, &[]);
    sound(&look(&desk, &[]));
    let asked = market.seen().len();
    let began = Instant::now();
    sound(&look(&desk, &["--offline"]));
    assert_eq!(market.seen().len(), asked, "an offline check asks nobody");
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn without_network_and_cache_everything_says_so() {
    let market = Market::serve(stock());
    let desk = desk(&market, &[]);
    let analysis = desk.analysis(&["--offline", "--as-of", "2025-06-01"]);
    assert!(market.seen().is_empty(), "{:?}", market.seen());
    for (component, package) in [("sound", "alpha"), ("web", "left")] {
        let row = analysis.row(component, package);
        for datum in ["latest", "released", "availability", "advisories"] {
            assert_eq!(row[datum]["state"], "not-retrieved", "{package}: {datum}: {}", row[datum]);
        }
    }
    let urgency = &analysis.0["urgency"];
    assert!(urgency["because"].to_string().contains("not"), "silence must not read as calm: {urgency}");
}

#[test]
fn a_source_of_advisories_that_fails_is_not_silence() {
    let market = Market::serve(stock());
    let address = market.npm("").replace("/npm/", "/osv");
    let desk = desk(&market, &[]);
    let settings = format!("[advisories]\napi = \"{address}\"\n");
    desk.write("uplift.toml", &settings);
    for mood in [Mood::Status(500), Mood::Status(404), Mood::Garbage, Mood::WrongTypes, Mood::BreaksOff] {
        market.set("/osv", mood);
        let analysis = desk.analysis(&["--as-of", "2025-06-01"]);
        sound(&analysis);
        let advisories = &analysis.row("sound", "alpha")["advisories"];
        assert_eq!(advisories["state"], "not-retrieved", "{mood:?}: {advisories}");
        let screen = desk.run(&["check", "--all", "--as-of", "2025-06-01"]);
        assert!(screen.stdout.contains("advisories not retrieved"), "{mood:?}: {}", screen.stdout);
    }
    for bytes in [b"{\"advisories\": [{}, 7, {\"id\": 3}]}".as_slice(), b"PK\x03\x04 cut", b"\xff\xfe", b""] {
        let file = desk.home.path().join("broken.json");
        std::fs::write(&file, bytes).unwrap();
        let analysis = desk.analysis(&["--as-of", "2025-06-01", "--advisories", file.to_str().unwrap()]);
        sound(&analysis);
        assert_eq!(analysis.row("sound", "alpha")["advisories"]["state"], "not-retrieved", "{bytes:?}");
    }
    // A name typed wrongly is no source that failed today.
    let missing = desk.run(&["check", "--as-of", "2025-06-01", "--advisories", "/nowhere/at/all.zip"]);
    assert_eq!(missing.code, Some(3), "{}", missing.all());
    assert!(missing.stderr.contains("/nowhere/at/all.zip"), "{}", missing.stderr);
}
