//! A rich document with made-up content, as HTML or, with `--markdown`, as Markdown: what pages are looked at and checked
//! with. `cargo run -p uplift-report --example sample_page > target/sample.html`
#![allow(clippy::print_stdout, reason = "an example that prints")]

use uplift_report::document::{Block, Document, Figure, Item, ItemState, Section, Span, Table, Target, Text, Tone};
use uplift_report::pictures::{Bars, Map, Matrix, Node, Picture, Stretch, Timeline};

fn main() {
    let document = document();
    if std::env::args().any(|argument| argument == "--markdown") {
        print!("{}", uplift_report::markdown::document(&document));
    } else {
        print!("{}", uplift_report::html::document(&document));
    }
}

fn document() -> Document {
    let table = dependencies();
    let urgent = Text::new()
        .plain("Of ")
        .span(table.count("dependency"))
        .plain(", ")
        .span(table.count_where("package", |row| row.tone == Tone::Bad))
        .plain(" must not wait: ")
        .code("cryptography")
        .plain(" has open advisories and is reached by requests. Release notes of two packages: ")
        .unknown("no answer within 10 s")
        .plain(".");
    Document {
        title: Text::new().plain("Dependency assessment of ").code("shop"),
        header: vec![
            ("Repository".to_owned(), "shop".into()),
            ("Commit".to_owned(), Text::new().code("0123456789ab")),
            ("As of".to_owned(), "2026-11-21".into()),
            ("Urgency".to_owned(), Text::new().strong("high")),
            ("Status".to_owned(), "proposed, not verified".into()),
        ],
        sections: vec![
            Section::new("summary", "Executive summary")
                .say(urgent)
                .with(Block::Callout(
                    Tone::Bad,
                    Text::new().plain("Upgrade ").code("cryptography").plain(" first; one advisory is known to be exploited."),
                ))
                .with(Block::Callout(Tone::Warning, "pydantic 2 changes 31 places in 12 files of this code.".into()))
                .with(Block::Callout(Tone::Good, "Every target fits together on Python 3.11 and 3.12.".into()))
                .with(Block::Callout(Tone::Unknown, "Whether the images build was not tried.".into()))
                .with(figure("advisories", "Advisories now and after the plan", advisories())),
            Section::new("dependencies", "Dependencies")
                .say("Sorted by what is most urgent. Ages count to the day of the analysis.")
                .with(Block::Table(table))
                .below(Section::new("map", "What leads to advisories").with(figure(
                    "dependency-map",
                    "Paths that end at an advisory or a high risk",
                    map(),
                )))
                .below(Section::new("transitive", "Transitive packages").with(Block::Table(Table::new(
                    "transitive-table",
                    "Transitive packages with findings",
                    &["package", "in use", "needed by"],
                    "No transitive package has a finding.",
                )))),
            Section::new("compatibility", "Compatibility")
                .say("Each cell is what the resolver answered for the complete set.")
                .with(figure("matrix", "Verdicts by interpreter", matrix())),
            plan(),
            Section::new("breaking", "Breaking changes in this code")
                .with(Block::Code {
                    language: "diff".to_owned(),
                    text: "@@ shop/settings.py:3 @@\n-from pydantic import BaseSettings\n+from pydantic_settings import BaseSettings\n \n class Settings(BaseSettings):\n     debug: bool = False\n"
                        .to_owned(),
                })
                .with(Block::Details {
                    summary: Text::new().plain("All 31 places"),
                    blocks: vec![
                        Block::List(vec![
                            Text::new().code("shop/settings.py:3").plain(" from pydantic import BaseSettings"),
                            Text::new().code("shop/api.py:14").plain(" @validator(\"name\")"),
                        ]),
                        Block::Code { language: "sh".to_owned(), text: "grep -rn 'validator(' shop | wc -l".to_owned() },
                    ],
                }),
        ],
        footer: vec![
            ("Version".to_owned(), "1.0".into()),
            ("Date".to_owned(), "2026-11-21".into()),
            ("Made by".to_owned(), "Uplift".into()),
        ],
    }
}

fn plan() -> Section {
    Section::new("plan", "Action plan")
        .with(figure("risk", "Packages by phase and risk", risk()))
        .with(figure("calendar", "Weeks of the calendar", timeline()))
        .with(Block::Steps(vec![
            Text::new().plain("Upgrade ").code("certifi").plain(" and seven more of low risk together."),
            Text::new().plain("Upgrade ").code("redis").plain(", then run the integration tests."),
            Text::new().plain("Agree with the technical lead, then upgrade ").code("pydantic").plain(" in a phase of its own."),
        ]))
        .with(Block::Checklist(vec![
            item(ItemState::Done, "baseline run three times: 212 passed"),
            item(ItemState::Done, "phase 1 kept"),
            item(ItemState::Open, "phase 2"),
            item(ItemState::Blocked, "phase 3 waits for the technical lead"),
            item(ItemState::Skipped, "load test: no tool is configured"),
        ]))
        .with(Block::Code {
            language: "sh".to_owned(),
            text: "uplift upgrade backend --phase low\nuv pip compile requirements.in -o requirements.txt --upgrade-package 'cryptography==46.0.3' --upgrade-package 'certifi==2026.10.5'\n"
                .to_owned(),
        })
        .say(
            Text::new()
                .plain("Further reading: ")
                .link("the migration guide", Target::Web("https://index.example/pydantic/migration?from=1&to=2".to_owned()))
                .plain(", and ")
                .link("the dependencies above", Target::Here("dependencies".to_owned()))
                .plain("."),
        )
        .below(Section::new("rollback", "How to undo it").say(
            Text::new().plain("Every step is one commit; ").code("uplift rollback 01JD8Q pydantic").plain(" takes one back."),
        ))
}

fn item(state: ItemState, text: &str) -> Item {
    Item { state, text: text.into() }
}

fn figure(id: &str, caption: &str, picture: Picture) -> Block {
    Block::Figure(Figure { id: id.to_owned(), caption: caption.into(), picture })
}

fn dependencies() -> Table {
    let mut table = Table::new(
        "dependency-table",
        "Dependencies of backend",
        &["package", ">in use", ">target", "behind", ">age", "why", "risk"],
        "No dependency is stated.",
    );
    let rows: [([&str; 7], Tone); 7] = [
        (
            ["cryptography", "38.0.4", "46.0.3", "8 majors", "3.9 y", "3 high, 1 moderate", "high: ABI, 4 call sites"],
            Tone::Bad,
        ),
        (["pydantic", "1.10.2", "2.14.1", "1 major", "3.8 y", "outdated", "high: 31 uses break here"], Tone::Bad),
        (["redis", "4.5.1", "5.3.1", "3 majors", "3.7 y", "held below 6 by arq", "medium"], Tone::Warning),
        (["certifi", "2022.9.24", "2026.10.5", "14 releases", "4.1 y", "1 high", "low"], Tone::Good),
        (
            ["opentelemetry-instrumentation-fastapi", "0.41b0", "0.59b0", "18 minors", "2.4 y", "outdated", "medium"],
            Tone::Warning,
        ),
        (["internal-pricing", "1.2.0", "", "", "", "", ""], Tone::Unknown),
        (["idna", "3.11", "", "current", "0.2 y", "", ""], Tone::Plain),
    ];
    for ([name, now, target, behind, age, why, risk], tone) in rows {
        let unknown = Text::new().span(Span::Unknown("not retrieved: the index wants credentials".to_owned()));
        let why = if tone == Tone::Unknown { unknown } else { why.into() };
        let cells = vec![
            Text::new().code(name),
            now.into(),
            if target.is_empty() { Text::new() } else { target.into() },
            if behind.is_empty() { Text::new() } else { behind.into() },
            if age.is_empty() { Text::new() } else { age.into() },
            why,
            if risk.is_empty() { Text::new() } else { risk.into() },
        ];
        let row = table.row(cells);
        row.id = Some(format!("package-{name}"));
        row.tone = tone;
    }
    table
}

fn advisories() -> Picture {
    let part = |name: &str, tone| (name.to_owned(), tone);
    Picture::Bars(Bars {
        parts: vec![
            part("critical", Tone::Bad),
            part("high", Tone::Bad),
            part("moderate", Tone::Warning),
            part("low", Tone::Plain),
            part("unknown", Tone::Unknown),
        ],
        bars: vec![
            ("now".to_owned(), vec![1.0, 4.0, 3.0, 2.0, 1.0]),
            ("after phase 1".to_owned(), vec![0.0, 2.0, 3.0, 1.0, 1.0]),
            ("after the plan".to_owned(), vec![0.0, 0.0, 1.0, 0.0, 0.0]),
        ],
        unit: "advisories".to_owned(),
    })
}

fn risk() -> Picture {
    let part = |name: &str, tone| (name.to_owned(), tone);
    Picture::Bars(Bars {
        parts: vec![part("low risk", Tone::Good), part("medium risk", Tone::Warning), part("high risk", Tone::Bad)],
        bars: vec![
            ("Phase 1: low".to_owned(), vec![8.0, 0.0, 0.0]),
            ("Phase 2: medium".to_owned(), vec![1.0, 4.0, 0.0]),
            ("Phase 3: high".to_owned(), vec![0.0, 0.0, 5.0]),
        ],
        unit: "packages".to_owned(),
    })
}

fn timeline() -> Picture {
    let row = |label: &str, from, to, tone| Stretch { label: label.to_owned(), from, to, tone };
    Picture::Timeline(Timeline {
        unit: "week".to_owned(),
        rows: vec![
            row("certifi, charset-normalizer, idna, requests, urllib3", 1, 1, Tone::Good),
            row("redis", 1, 2, Tone::Warning),
            row("cryptography", 2, 4, Tone::Bad),
            row("flask, werkzeug", 4, 6, Tone::Bad),
            row("pydantic", 5, 8, Tone::Bad),
        ],
        legend: vec![
            (Tone::Good, "low risk".to_owned()),
            (Tone::Warning, "medium risk".to_owned()),
            (Tone::Bad, "high risk".to_owned()),
        ],
    })
}

fn map() -> Picture {
    let node =
        |label: &str, column, tone, note: &str| Node { label: label.to_owned(), column, tone, note: note.to_owned() };
    Picture::Map(Map {
        nodes: vec![
            node("backend", 0, Tone::Plain, ""),
            node("cryptography", 2, Tone::Bad, "4 advisories, worst critical; high risk to move"),
            node("flask", 1, Tone::Plain, ""),
            node("python-jose", 1, Tone::Plain, ""),
            node("werkzeug", 2, Tone::Bad, "2 advisories, worst high"),
            node("ecdsa", 2, Tone::Warning, "1 advisory, worst moderate"),
            node("jinja2", 2, Tone::Plain, ""),
            node("markupsafe-with-a-name-that-is-far-too-long", 3, Tone::Unknown, "advisories not retrieved"),
        ],
        edges: vec![(0, 1), (0, 2), (0, 3), (2, 4), (3, 5), (2, 6), (6, 7), (4, 7), (3, 1)],
        left_out: 3,
    })
}

fn matrix() -> Picture {
    let cell = |tone, word: &str| (tone, word.to_owned());
    let fits = || cell(Tone::Good, "fits");
    Picture::Matrix(Matrix {
        columns: ["3.9", "3.10", "3.11", "3.12", "3.13"].map(str::to_owned).to_vec(),
        rows: vec![
            (
                "complete set".to_owned(),
                vec![cell(Tone::Bad, "no set"), fits(), fits(), fits(), cell(Tone::Unknown, "not checked")],
            ),
            (
                "tensorflow 2.15.0".to_owned(),
                vec![fits(), fits(), fits(), cell(Tone::Bad, "no wheel"), cell(Tone::Bad, "no wheel")],
            ),
            (
                "numpy 1.26.4".to_owned(),
                vec![fits(), fits(), fits(), cell(Tone::Warning, "downgrade"), cell(Tone::Bad, "import fails")],
            ),
            ("36 other packages".to_owned(), vec![fits(), fits(), fits(), fits(), cell(Tone::Unknown, "not checked")]),
        ],
    })
}
