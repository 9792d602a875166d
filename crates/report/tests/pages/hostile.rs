//! Documents full of text that tries to become markup.

use proptest::prelude::*;
use uplift_report::document::{
    Block, Document, Figure, Item, ItemState, Row, Section, Span, Spare, Table, Target, Text, Tone,
};
use uplift_report::pictures::{Bars, Map, Matrix, Node, Picture, Stretch, Timeline};

const PIECES: [&str; 30] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='x",
    "]]>",
    "javascript:alert(1)",
    "`",
    "```\n# x\n",
    "|",
    "\\|",
    "\\",
    "\u{202e}exe",
    "\u{0}\u{7}\u{1b}[31m",
    "</title></style></pre></table>",
    "--><!--",
    "&lt;b&gt;",
    "@everyone #1",
    "\n\n## heading\n",
    "<a id=\"rows\">",
    "[x](javascript:1)",
    "![x](https://index.example/x.png)",
    "https://index.example/?a=1&b=\"2\"",
    "- item",
    "1. item",
    "> quote",
    "**bold**",
    "<details>",
    "שלום",
    "名前",
    "e\u{301}\u{200b}",
    "   ",
];

pub(crate) fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned), 1 => any::<String>(),
        2 => "[a-z]{1,12}"];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-d]", 1 => words()]
}

fn text() -> impl Strategy<Value = Text> {
    let span = prop_oneof![
        words().prop_map(Span::Plain),
        words().prop_map(Span::Strong),
        words().prop_map(Span::Code),
        (words(), id()).prop_map(|(text, to)| Span::Link { text, to: Target::Here(to) }),
        (words(), words()).prop_map(|(text, to)| Span::Link { text, to: Target::Web(to) }),
        (words(), words())
            .prop_map(|(text, to)| Span::Link { text, to: Target::Web(format!("https://index.example/{to}")) }),
        (0..9_usize, words(), id()).prop_map(|(value, noun, rows)| Span::Count { value, noun, rows }),
        words().prop_map(Span::Unknown),
    ];
    prop::collection::vec(span, 0..4).prop_map(Text)
}

fn tone() -> impl Strategy<Value = Tone> {
    prop::sample::select(vec![Tone::Plain, Tone::Good, Tone::Warning, Tone::Bad, Tone::Unknown])
}

fn table() -> impl Strategy<Value = Table> {
    let row = (prop::option::of(id()), tone(), prop::collection::vec(text(), 0..5));
    let titles = prop::collection::vec(words(), 0..4);
    (id(), text(), titles, prop::collection::vec(row, 0..4), text()).prop_map(|(id, caption, titles, rows, empty)| {
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        let mut table = Table::new(id, caption, &titles, empty);
        table.rows = rows.into_iter().map(|(id, tone, cells)| Row { id, tone, cells }).collect();
        table
    })
}

pub(crate) fn picture() -> impl Strategy<Value = Picture> {
    let value = prop_oneof![5 => 0.0..50.0, 1 => prop::num::f64::ANY];
    let bars = (
        prop::collection::vec((words(), tone()), 0..4),
        prop::collection::vec((words(), prop::collection::vec(value, 0..5)), 0..5),
        words(),
    )
        .prop_map(|(parts, bars, unit)| Picture::Bars(Bars { parts, bars, unit }));
    let week = prop_oneof![5 => 0..60_u64, 1 => any::<u64>()];
    let row = (words(), week.clone(), week, tone());
    let timeline = (words(), prop::collection::vec(row, 0..5)).prop_map(|(unit, rows)| {
        let rows = rows.into_iter().map(|(label, from, to, tone)| Stretch { label, from, to, tone }).collect();
        Picture::Timeline(Timeline { unit, rows, legend: vec![] })
    });
    let column = prop_oneof![5 => 0..4_usize, 1 => any::<usize>()];
    let node =
        (words(), column, tone(), words()).prop_map(|(label, column, tone, note)| Node { label, column, tone, note });
    let map = (prop::collection::vec(node, 0..9), prop::collection::vec((0..10_usize, 0..10_usize), 0..9), 0..3_usize)
        .prop_map(|(nodes, edges, left_out)| Picture::Map(Map { nodes, edges, left_out }));
    let cells = prop::collection::vec((tone(), words()), 0..12);
    let matrix = (prop::collection::vec(words(), 0..14), prop::collection::vec((words(), cells), 0..4))
        .prop_map(|(columns, rows)| Picture::Matrix(Matrix { columns, rows }));
    prop_oneof![bars, timeline, map, matrix]
}

fn block() -> impl Strategy<Value = Block> {
    let texts = || prop::collection::vec(text(), 0..3);
    let state = prop::sample::select(vec![ItemState::Open, ItemState::Done, ItemState::Blocked, ItemState::Skipped]);
    let flat = prop_oneof![
        text().prop_map(Block::Paragraph),
        texts().prop_map(Block::List),
        texts().prop_map(Block::Steps),
        prop::collection::vec((state, text()).prop_map(|(state, text)| Item { state, text }), 0..3)
            .prop_map(Block::Checklist),
        table().prop_map(Block::Table),
        (prop_oneof![Just("diff".to_owned()), words()], words())
            .prop_map(|(language, text)| Block::Code { language, text }),
        (tone(), text()).prop_map(|(tone, text)| Block::Callout(tone, text)),
        (id(), text(), picture()).prop_map(|(id, caption, picture)| Block::Figure(Figure { id, caption, picture })),
    ];
    flat.prop_recursive(2, 6, 2, |inner| {
        (text(), prop::collection::vec(inner, 0..3)).prop_map(|(summary, blocks)| Block::Details { summary, blocks })
    })
}

fn section() -> impl Strategy<Value = Section> {
    let flat = (id(), text(), prop::collection::vec(block(), 0..3)).prop_map(|(id, title, blocks)| Section {
        id,
        title,
        blocks,
        sections: vec![],
        spare: None,
    });
    flat.prop_recursive(3, 6, 2, |inner| {
        let spare = prop::option::of(prop::sample::select(vec![Spare::Notes, Spare::LowRisk, Spare::HighRisk]));
        (id(), text(), prop::collection::vec(inner, 0..3), spare).prop_map(|(id, title, sections, spare)| Section {
            id,
            title,
            blocks: vec![],
            sections,
            spare,
        })
    })
}

pub(crate) fn document() -> impl Strategy<Value = Document> {
    let facts = || prop::collection::vec((words(), text()), 0..3);
    (text(), facts(), prop::collection::vec(section(), 0..4), facts())
        .prop_map(|(title, header, sections, footer)| Document { title, header, sections, footer })
}
