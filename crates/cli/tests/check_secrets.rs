//! Credentials are used where the clients' settings put them, and stand nowhere afterwards: no screen, no JSON, no log,
//! no file of the cache, no analysis that is kept.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use std::path::{Path, PathBuf};

use check_support::desk::{Analysis, found};
use check_support::{Desk, Market, Mood, NpmRelease, PythonFile, Stock};

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

/// Each secret in a form that stands nowhere else. The last ones are the Basic forms of the first ones' logins.
const SECRETS: [&str; 9] = [
    "hunter2hunter2",
    "netrcnetrc9",
    "npmtokennpmtoken",
    "gittokengittoken",
    "urlinfileurlinfile",
    "lockedlockedlocked",
    "signedsignedsigned",
    // robot:hunter2hunter2
    "cm9ib3Q6aHVudGVyMmh1bnRlcjI=",
    // robot:netrcnetrc9
    "cm9ib3Q6bmV0cmNuZXRyYzk=",
];

fn stock() -> Stock {
    let metadata = "Metadata-Version: 2.1\nName: alpha\nVersion: 1.0\nProvides-Extra: fast\n";
    let file = |name: &str| PythonFile {
        name: name.to_owned(),
        day: Some("2025-01-01".to_owned()),
        metadata: Some(metadata.to_owned()),
        ..PythonFile::default()
    };
    let left = NpmRelease { version: "1.0.0".to_owned(), day: Some("2025-01-01".to_owned()), ..NpmRelease::default() };
    Stock {
        python: [("alpha".to_owned(), vec![file("alpha-1.0-py3-none-any.whl"), file("alpha-2.0-py3-none-any.whl")])]
            .into(),
        npm: [("left".to_owned(), vec![left])].into(),
    }
}

/// A project whose own files hold credentials too.
fn files() -> Vec<(&'static str, &'static [u8])> {
    vec![
        (
            "requirements.txt",
            b"--extra-index-url https://robot:urlinfileurlinfile@extra.example/simple\nalpha[fast,odd]==1.0\n\
              tool @ git+https://gittokengittoken@git.example/tool.git@main\n\
              wheel @ https://files.example/w-1.0-py3-none-any.whl?signature=signedsignedsigned\n\
              --index-url=https://robot:urlinfileurlinfile@again.example nonsense nonsense\n",
        ),
        (
            "web/package.json",
            br#"{"name": "web", "dependencies": {"left": "1.0.0",
                "tool": "git+https://gittokengittoken:x-oauth-basic@git.example/tool.git#main",
                "ball": "https://robot:urlinfileurlinfile@files.example/ball.tgz",
                "odd": "npm:@https://robot:urlinfileurlinfile@files.example"}}"#,
        ),
        (
            "web/package-lock.json",
            br#"{"lockfileVersion": 3, "packages": {"": {"dependencies": {"left": "1.0.0"}},
                "node_modules/left": {"version": "1.0.0", "resolved": "https://robot:lockedlockedlocked@r.example/left.tgz"},
                "node_modules/ball": {"version": "https://robot:lockedlockedlocked@files.example/ball.tgz"}}}"#,
        ),
        ("app.py", b"import alpha\n"),
    ]
}

/// Every way to look, with everything logged; what was said, one text a look.
fn looks(desk: &Desk) -> Vec<(String, String)> {
    let known = desk.home.path().join("known.json");
    std::fs::write(
        &known,
        r#"[{"id": "X-1", "package": "alpha", "ecosystem": "PyPI", "events": [{"introduced": "0"}]}]"#,
    )
    .unwrap();
    let known = known.display().to_string();
    let ways: [&[&str]; 7] = [
        &["check", "-vvv"],
        &["check", "-vvv", "--all", "--fresh"],
        &["check", "-vvv", "--format", "json", "--fresh"],
        &["check", "-vvv", "--explain", "alpha"],
        &["check", "-vvv", "--diff", "last"],
        &["check", "-vvv", "--offline", "--fail-on", "low,unavailable,not-retrieved"],
        &["check", "-vvv", "--history", "--format", "json"],
    ];
    let look = |way: &&[&str]| {
        let more: &[&str] =
            if way.contains(&"--history") { &[] } else { &["--advisories", &known, "--as-of", "2025-06-01"] };
        let outcome = desk.run(&[*way, more].concat());
        assert!(matches!(outcome.code, Some(0 | 1)), "{way:?}: {}", outcome.all());
        assert!(
            outcome.stderr.contains("TRACE") || outcome.stderr.contains("DEBUG") || way.contains(&"--history"),
            "nothing was logged: {way:?}"
        );
        (way.join(" "), outcome.all())
    };
    ways.iter().map(look).collect()
}

/// Every file that Uplift may have written: its cache, and what it keeps below the git directory.
fn written(desk: &Desk) -> Vec<PathBuf> {
    let mut open = vec![desk.home.path().join("cache"), desk.path().join(".git/uplift")];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|part| part.eq_ignore_ascii_case(secret.as_bytes()))
}

fn clean(desk: &Desk) {
    let mut leaks = Vec::new();
    for (way, said) in looks(desk) {
        leaks.extend(SECRETS.iter().filter(|s| holds(said.as_bytes(), s)).map(|s| {
            let line = said.lines().find(|l| holds(l.as_bytes(), s)).unwrap_or_default();
            format!("{s} in the output of `{way}`: {line}")
        }));
    }
    let files = written(desk);
    assert!(files.iter().any(|f| f.starts_with(desk.path())), "no analysis was kept");
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let name = file.display().to_string();
        let found = SECRETS.iter().filter(|s| holds(&bytes, s) || holds(name.as_bytes(), s));
        leaks.extend(found.map(|s| format!("{s} in {name}")));
    }
    leaks.sort();
    leaks.dedup();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

fn seen(desk: &Desk) -> Analysis {
    desk.analysis(&["--as-of", "2025-06-01", "--fresh"])
}

#[test]
fn credentials_in_the_index_address_are_used_and_never_shown() {
    let market = Market::serve(stock());
    let basic = "Basic cm9ib3Q6aHVudGVyMmh1bnRlcjI=";
    market.set("/", Mood::Asks(basic));
    let mut desk = Desk::alone(BINARY, &files());
    desk.variables.push(("UV_DEFAULT_INDEX".to_owned(), market.simple("robot:hunter2hunter2@")));
    desk.variables.push(("npm_config_registry".to_owned(), market.npm("robot:hunter2hunter2@")));
    let analysis = seen(&desk);
    assert_eq!(found(&analysis.row(".", "alpha")["latest"]), "2.0");
    assert_eq!(found(&analysis.row("web", "left")["latest"]), "1.0.0");
    let finding = analysis.row(".", "alpha")["findings"].to_string();
    assert!(finding.contains("no extra `odd`"), "the metadata beside the wheel wants the login as well: {finding}");
    clean(&desk);
    for mood in [Mood::Status(500), Mood::Garbage, Mood::Status(401)] {
        market.set("/", mood);
        clean(&desk);
    }
}

#[test]
fn credentials_in_pip_conf_are_used_and_never_shown() {
    let market = Market::serve(stock());
    market.set("/simple", Mood::Asks("Basic cm9ib3Q6aHVudGVyMmh1bnRlcjI="));
    let mut desk = Desk::alone(BINARY, &files());
    let text = format!("[global]\nindex-url = {}\n", market.simple("robot:hunter2hunter2@"));
    let folder = desk.home.path().join("home/.config/pip");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("pip.conf"), text).unwrap();
    desk.variables.push(("npm_config_registry".to_owned(), market.npm("")));
    assert_eq!(found(&seen(&desk).row(".", "alpha")["latest"]), "2.0");
    clean(&desk);
    market.set("/simple", Mood::Status(500));
    clean(&desk);
}

#[test]
fn credentials_in_netrc_are_used_and_never_shown() {
    let market = Market::serve(stock());
    market.set("/simple", Mood::Asks("Basic cm9ib3Q6bmV0cmNuZXRyYzk="));
    let desk = Desk::new(BINARY, &market, &files());
    std::fs::write(desk.home.path().join("home/.netrc"), "machine 127.0.0.1\nlogin robot\npassword netrcnetrc9\n")
        .unwrap();
    assert_eq!(found(&seen(&desk).row(".", "alpha")["latest"]), "2.0");
    clean(&desk);
    market.set("/simple", Mood::Status(403));
    clean(&desk);
}

#[test]
fn the_token_in_npmrc_goes_to_its_registry_alone_and_is_never_shown() {
    let (market, other) = (Market::serve(stock()), Market::serve(stock()));
    market.set("/npm", Mood::Asks("Bearer npmtokennpmtoken"));
    let mut desk = Desk::alone(BINARY, &files());
    desk.variables.push(("UV_DEFAULT_INDEX".to_owned(), other.simple("")));
    let address = market.npm("");
    let bare = address.trim_start_matches("http:");
    let text = format!("registry={address}\n{bare}:_authToken=npmtokennpmtoken\n@far:registry={}\n", other.npm(""));
    std::fs::write(desk.home.path().join("home/.npmrc"), text).unwrap();
    desk.write("web/package.json", r#"{"name": "web", "dependencies": {"left": "1.0.0", "@far/away": "1.0.0"}}"#);
    assert_eq!(found(&seen(&desk).row("web", "left")["latest"]), "1.0.0");
    assert!(other.seen().iter().any(|s| s.path.contains("@far")), "{:?}", other.seen());
    assert!(other.seen().iter().all(|s| s.authorization.is_none()), "{:?}", other.seen());
    clean(&desk);
    market.set("/npm", Mood::Status(500));
    clean(&desk);
}

#[test]
fn a_login_that_is_wrong_is_not_retrieved_and_says_where_to_look() {
    let market = Market::serve(stock());
    market.set("/", Mood::Asks("Basic somebody-else"));
    let desk = Desk::new(BINARY, &market, &files());
    let analysis = seen(&desk);
    let latest = &analysis.row(".", "alpha")["latest"];
    assert_eq!(latest["state"], "not-retrieved", "{latest}");
    assert!(latest["why"].as_str().unwrap().contains("401"), "{latest}");
    assert!(Path::new(&desk.path().join(".git/uplift")).is_dir());
}
