//! The same package had differently by components of one repository: told by `uplift check` as a section and as data.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use check_support::{Desk, Market, PythonFile, Seed, Stock};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

fn stock() -> Stock {
    let file =
        |name: &str| PythonFile { name: name.to_owned(), day: Some("2025-01-01".to_owned()), ..PythonFile::default() };
    let both = |name: &str| ["1.0", "2.0"].map(|v| file(&format!("{name}-{v}-py3-none-any.whl"))).to_vec();
    Stock { python: ["alpha", "beta", "gamma"].map(|n| (n.to_owned(), both(n))).into(), ..Stock::default() }
}

/// `package differs shared: component version specifier file:line, …` of each difference.
fn told(analysis: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let one = |drift: &Value| {
        let sides: Vec<String> = drift["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| {
                let first = &c["stated"][0];
                let place = format!("{}:{}", text(&first["file"]), first["line"]);
                format!(
                    "{} {} {:?} {place}",
                    text(&c["component"]),
                    text(&c["current_version"]),
                    text(&first["specifier"])
                )
            })
            .collect();
        let shared = if drift["shared"] == true { "shared" } else { "aside" };
        format!("{} {} {shared}: {}", text(&drift["package"]), text(&drift["differs"]), sides.join(", "))
    };
    analysis["drift"].as_array().unwrap().iter().map(one).collect()
}

#[test]
fn versions_that_differ_between_components_are_told_with_their_places() {
    let market = Market::serve(stock());
    let files: [(&str, &[u8]); 5] = [
        ("api/requirements.txt", b"# pinned\nalpha==1.0\nbeta==1.0\n"),
        ("api/requirements-dev.txt", b"gamma==1.0\n"),
        ("worker/requirements.in", b"alpha\nbeta>=1.0\n"),
        ("worker/requirements.txt", b"alpha==2.0\nbeta==1.0\n"),
        ("worker/requirements-dev.txt", b"gamma==2.0\n"),
    ];
    let desk = Desk::new(BINARY, &market, &files);
    let analysis = desk.analysis(&["--as-of", "2025-06-01"]);
    assert_eq!(
        told(&analysis.0),
        [
            "alpha version shared: api 1.0 \"==1.0\" api/requirements.txt:2, worker 2.0 \"\" worker/requirements.in:1",
            "gamma version aside: api 1.0 \"==1.0\" api/requirements-dev.txt:1, \
             worker 2.0 \"==2.0\" worker/requirements-dev.txt:1",
        ],
        "beta runs in one version, whatever is written"
    );
    let screen = desk.run(&["check", "--as-of", "2025-06-01"]);
    assert_eq!(screen.code, Some(0), "{}", screen.all());
    let section: Vec<&str> = screen
        .stdout
        .lines()
        .skip_while(|line| !line.contains("between components"))
        .take_while(|line| !line.is_empty())
        .collect();
    assert_eq!(
        section,
        [
            "2 packages differ between components",
            "  alpha 1.0 in api (api/requirements.txt:2), 2.0 in worker (worker/requirements.in:1)",
            "  gamma 1.0 in api (api/requirements-dev.txt:1), 2.0 in worker (worker/requirements-dev.txt:1) (at",
            "  most one needs it to run)",
        ]
    );
}

#[test]
fn the_platforms_backend_and_gateway_differ_in_seven_packages() {
    let seed = Seed::read("omni-platform").with_targets();
    let (desk, _market) = seed.desk(BINARY, &[]);
    let analysis = desk.analysis(&["--as-of", &seed.as_of]);
    let found = told(&analysis.0);
    assert_eq!(found.len(), 7, "{found:#?}");
    assert!(found.iter().all(|f| f.contains(" version shared: backend ")), "{found:#?}");
    let fastapi = "fastapi version shared: backend 0.104.1 \"==0.104.1\" backend/requirements.txt:2, \
                   gateway 0.115.0 \"==0.115.0\" gateway/requirements.txt:1";
    assert!(found.iter().any(|f| f == fastapi), "{found:#?}");
}

#[test]
fn the_video_project_states_four_packages_without_a_version_beside_pins() {
    let seed = Seed::read("video-ai-system").with_targets();
    let (desk, _market) = seed.desk(BINARY, &[]);
    let found = told(&desk.analysis(&["--as-of", &seed.as_of]).0);
    let names: Vec<&str> = found.iter().filter_map(|f| f.split(' ').next()).collect();
    assert_eq!(names, ["arq", "fastapi", "prometheus-fastapi-instrumentator", "uvicorn"], "{found:#?}");
    assert!(found.iter().all(|f| f.contains(" requirement shared: ")), "{found:#?}");
}
