//! Pictures at their limits, as HTML: empty, one item, forty, names that are far too long. Made for
//! `cargo xtask accessibility`, which sees labels that stand on each other.
#![allow(clippy::print_stdout, reason = "an example that prints")]

use uplift_report::document::{Block, Document, Figure, Section, Tone};
use uplift_report::pictures::{Bars, Map, Matrix, Node, Picture, Stretch, Timeline};

const TONES: [Tone; 5] = [Tone::Plain, Tone::Good, Tone::Warning, Tone::Bad, Tone::Unknown];

fn main() {
    let sections = [0, 1, 7, 40].map(|count| {
        let pictures =
            [("bars", bars(count)), ("timeline", timeline(count)), ("map", map(count)), ("matrix", matrix(count))];
        pictures.into_iter().fold(
            Section::new(format!("of-{count}"), format!("{count} items")),
            |section, (name, picture)| {
                let caption = format!("{name} of {count}").into();
                section.with(Block::Figure(Figure { id: format!("{name}-{count}"), caption, picture }))
            },
        )
    });
    let document = Document {
        title: "Pictures at their limits".into(),
        header: vec![],
        sections: sections.to_vec(),
        footer: vec![("Made by".to_owned(), "Uplift".into())],
    };
    print!("{}", uplift_report::html::document(&document));
}

fn tone(number: usize) -> Tone {
    TONES.get(number % TONES.len()).copied().unwrap_or(Tone::Plain)
}

/// Every third is far too long, every seventh in a script of wide signs.
fn label(number: usize) -> String {
    match number {
        n if n % 7 == 6 => format!("依存関係のとても長い名前の例です{n}"),
        n if n % 3 == 2 => format!("opentelemetry-instrumentation-with-WIDE-NAMES-and-no-end-{n}"),
        n => format!("package-{n}"),
    }
}

fn bars(count: usize) -> Picture {
    let parts = (0..6).map(|n| (format!("part {n}"), tone(n))).collect();
    let values =
        |n: usize| (0..6).map(|part| ((n * 31 + part * 17) % 23) as f64 * if n == 3 { 0.01 } else { 1.0 }).collect();
    Picture::Bars(Bars {
        parts,
        bars: (0..count).map(|n| (label(n), values(n))).collect(),
        unit: "packages".to_owned(),
    })
}

fn timeline(count: usize) -> Picture {
    let row =
        |n: usize| Stretch { label: label(n), from: n as u64 + 1, to: n as u64 + 1 + (n % 5) as u64, tone: tone(n) };
    Picture::Timeline(Timeline { unit: "week".to_owned(), rows: (0..count).map(row).collect(), legend: vec![] })
}

fn map(count: usize) -> Picture {
    let column = |n: usize| if n == 0 { 0 } else { 1 + n % 3 };
    let note = |n: usize| {
        if n % 2 == 1 { "12 advisories, worst critical; high risk to move".to_owned() } else { String::new() }
    };
    let nodes: Vec<Node> =
        (0..count).map(|n| Node { label: label(n), column: column(n), tone: tone(n), note: note(n) }).collect();
    let edges = (1..count).map(|n| ((1..n).rev().find(|m| column(*m) < column(n)).unwrap_or(0), n)).collect();
    Picture::Map(Map { nodes, edges, left_out: count / 10 })
}

fn matrix(count: usize) -> Picture {
    let columns: Vec<String> = (0..count).map(|n| format!("3.{n}")).collect();
    let words = ["", "fits", "downgrade", "import fails", "not checked"];
    let cell = |n: usize| (tone(n), words.get(n % 5).copied().unwrap_or_default().to_owned());
    let rows = (0..count).map(|n| (label(n), (0..count).map(|m| cell(n + m + 1)).collect())).collect();
    Picture::Matrix(Matrix { columns, rows })
}
