//! Taking parts out of a document, as few as will do, the last ones first.

use std::collections::{HashMap, HashSet};

use super::Sizes;
use crate::document::{Block, Document, Item, ItemState, Row, Section, Span, Spare, Table, Text, Tone};
use crate::numbers::count;

/// Names that a section says of the parts that it lost.
const NAMED: usize = 8;
/// Smaller folds stay: saying that they are gone takes as much room. In bytes.
const SMALL: usize = 600;
/// Room for what is said of rows that are left out. In bytes.
const SAID: usize = 600;

/// Sections of one kind, the last first; how many went.
pub(super) fn sections(document: &mut Document, sizes: &Sizes, spare: Spare, over: usize) -> usize {
    let mut all = Vec::new();
    document.sections.iter().for_each(|section| spares(section, spare, &mut all));
    let mut chosen: HashSet<String> = HashSet::new();
    let mut saved = 0;
    for id in all.into_iter().rev() {
        if saved > over {
            break;
        }
        saved += sizes.sections.get(&id).copied().unwrap_or_default();
        chosen.insert(id);
    }
    for section in &mut document.sections {
        without(section, &chosen);
    }
    document.sections.retain(|section| !chosen.contains(&section.id));
    chosen.len()
}

/// Ids of the outermost sections of one kind, in reading order.
fn spares(section: &Section, spare: Spare, all: &mut Vec<String>) {
    if section.spare == Some(spare) {
        all.push(section.id.clone());
        return;
    }
    section.sections.iter().for_each(|below| spares(below, spare, all));
}

fn without(section: &mut Section, chosen: &HashSet<String>) {
    let gone: Vec<String> =
        section.sections.iter().filter(|below| chosen.contains(&below.id)).map(|below| below.title.words()).collect();
    if !gone.is_empty() {
        section.sections.retain(|below| !chosen.contains(&below.id));
        let named = gone.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = match gone.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        section.blocks.push(Block::Paragraph(Text::from(format!("Left out here: {named}{more}."))));
    }
    section.sections.iter_mut().for_each(|below| without(below, chosen));
}

/// Calls `act` with every list of blocks, outermost first.
fn each(document: &mut Document, act: &mut dyn FnMut(&mut Vec<Block>)) {
    fn blocks(all: &mut Vec<Block>, act: &mut dyn FnMut(&mut Vec<Block>)) {
        act(all);
        for block in all {
            if let Block::Details { blocks: inner, .. } = block {
                blocks(inner, act);
            }
        }
    }
    fn section(one: &mut Section, act: &mut dyn FnMut(&mut Vec<Block>)) {
        blocks(&mut one.blocks, act);
        one.sections.iter_mut().for_each(|below| section(below, act));
    }
    document.sections.iter_mut().for_each(|one| section(one, act));
}

/// Rows of the largest tables; how many went. `known`: caption, rows then and rows now of each table that lost some.
pub(super) fn rows(
    document: &mut Document,
    sizes: &Sizes,
    most: usize,
    over: usize,
    known: &mut HashMap<String, (Text, usize, usize)>,
) -> usize {
    let mut long: Vec<(usize, usize, String)> = Vec::new();
    each(document, &mut |blocks| {
        for block in blocks {
            if let Block::Table(table) = block
                && !table.whole
                && table.rows.len() > most
            {
                let each = sizes.tables.get(&table.id).copied().unwrap_or_default() / table.rows.len();
                long.push((each * (table.rows.len() - most), each, table.id.clone()));
            }
        }
    });
    long.sort_by(|a, b| b.cmp(a));
    // The last table that is shortened loses as many rows as it has to, and those before it all beyond `most`.
    let (mut chosen, mut missing) = (HashMap::new(), over + SAID);
    for (size, each, id) in long {
        if missing == 0 {
            break;
        }
        chosen.insert(id, (size >= missing && each > 0).then(|| missing.div_ceil(each)));
        missing = missing.saturating_sub(size);
    }
    let mut gone = 0;
    each(document, &mut |blocks| {
        for block in blocks {
            if let Block::Table(table) = block
                && let Some(few) = chosen.get(&table.id)
            {
                let left = few.map_or(most, |few| table.rows.len().saturating_sub(few).max(most));
                gone += shorter(table, left, known);
            }
        }
    });
    gone
}

fn shorter(table: &mut Table, most: usize, known: &mut HashMap<String, (Text, usize, usize)>) -> usize {
    let (caption, had, has) =
        known.entry(table.id.clone()).or_insert_with(|| (table.caption.clone(), table.rows.len(), table.rows.len()));
    let gone = table.rows.len().saturating_sub(most);
    let mut order: Vec<usize> = (0..table.rows.len()).collect();
    // The first rows are what comes first; of the others the worst stay.
    order.sort_by_key(|at| (*at >= most.div_ceil(2), table.rows.get(*at).map_or(u8::MAX, worst), *at));
    let kept: HashSet<usize> = order.into_iter().take(most).collect();
    let mut at = 0;
    table.rows.retain(|_| {
        at += 1;
        kept.contains(&(at - 1))
    });
    *has = table.rows.len();
    table.caption =
        caption.clone().plain(format!(" ({has} of {} shown: the first and the riskiest)", count(*had, "row")));
    gone
}

fn worst(row: &Row) -> u8 {
    match row.tone {
        Tone::Bad => 0,
        Tone::Warning => 1,
        Tone::Unknown => 2,
        Tone::Plain => 3,
        Tone::Good => 4,
    }
}

/// What is folded away, the last first; how many went.
pub(super) fn folds(document: &mut Document, sizes: &Sizes, over: usize) -> usize {
    let (mut chosen, mut saved) = (HashSet::new(), 0);
    for (at, size) in sizes.folds.iter().enumerate().rev().filter(|(_, size)| **size > SMALL) {
        if saved > over {
            break;
        }
        saved += size;
        chosen.insert(at);
    }
    let (mut at, mut gone) = (0, 0);
    for section in &mut document.sections {
        unfold(section, &chosen, &mut at, &mut gone);
    }
    gone
}

fn unfold(section: &mut Section, chosen: &HashSet<usize>, at: &mut usize, gone: &mut usize) {
    unfold_blocks(&mut section.blocks, chosen, at, gone);
    section.sections.iter_mut().for_each(|below| unfold(below, chosen, at, gone));
}

fn unfold_blocks(blocks: &mut [Block], chosen: &HashSet<usize>, at: &mut usize, gone: &mut usize) {
    for block in blocks {
        let Block::Details { summary, blocks: inner } = block else { continue };
        let own = *at;
        *at += 1;
        unfold_blocks(inner, chosen, at, gone);
        if chosen.contains(&own) && !inner.iter().any(|block| matches!(block, Block::Table(table) if table.whole)) {
            *gone += 1;
            *block = Block::Paragraph(Text::from("Left out here: ").and(summary.clone()).plain("."));
        }
    }
}

/// Entries of long lists behind the first `most`; how many went.
pub(super) fn items(document: &mut Document, most: usize) -> usize {
    let mut gone = 0;
    each(document, &mut |blocks| {
        let mut at = 0;
        while let Some(block) = blocks.get_mut(at) {
            let left = match block {
                Block::List(items) | Block::Steps(items) => shorten(items, most),
                Block::Checklist(items) if items.len() > most => {
                    // A list of what is left of a checklist would show a progress of its own.
                    let left = shorten(items, most);
                    *block = Block::List(items.drain(..).map(told).collect());
                    left
                }
                _ => 0,
            };
            if left > 0 {
                gone += left;
                let text = Text::from(format!("Left out here: {}.", count(left, "more entry")));
                blocks.insert(at + 1, Block::Paragraph(text));
            }
            at += 1;
        }
    });
    gone
}

fn shorten<T>(items: &mut Vec<T>, most: usize) -> usize {
    let left = items.len().saturating_sub(most);
    items.truncate(most);
    left
}

fn told(item: Item) -> Text {
    let word = match item.state {
        ItemState::Open => "open: ",
        ItemState::Done => "done: ",
        ItemState::Blocked => "blocked: ",
        ItemState::Skipped => "left out: ",
    };
    Text::from(word).and(item.text)
}

/// The ends of long texts; how many went.
pub(super) fn words(document: &mut Document, most: usize) -> usize {
    let mut gone = 0;
    each(document, &mut |blocks| {
        for block in blocks {
            match block {
                Block::Paragraph(text) => gone += end(text, most),
                Block::List(items) | Block::Steps(items) => items.iter_mut().for_each(|text| gone += end(text, most)),
                Block::Table(table) if !table.whole => {
                    table.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(|text| gone += end(text, most));
                }
                _ => {}
            }
        }
    });
    gone
}

/// 1 when the text was longer than `most` bytes, and is no more.
fn end(text: &mut Text, most: usize) -> usize {
    let length = |span: &Span| match span {
        Span::Plain(raw) | Span::Strong(raw) | Span::Code(raw) | Span::Link { text: raw, .. } | Span::Unknown(raw) => {
            raw.len()
        }
        Span::Count { noun, .. } => noun.len(),
    };
    // What is said of the end must not make it too long again.
    if text.0.iter().map(length).sum::<usize>() <= most + 40 {
        return 0;
    }
    let mut room = most;
    let mut kept: Vec<Span> = Vec::new();
    for mut span in std::mem::take(&mut text.0) {
        let own = length(&span);
        if own > room {
            if let Span::Plain(raw) | Span::Strong(raw) | Span::Code(raw) | Span::Unknown(raw) = &mut span {
                let cut = (0..=room).rev().find(|at| raw.is_char_boundary(*at)).unwrap_or_default();
                raw.truncate(cut);
                kept.push(span);
            }
            break;
        }
        room -= own;
        kept.push(span);
    }
    *text = Text(kept).plain(" … (the rest is left out)");
    1
}
