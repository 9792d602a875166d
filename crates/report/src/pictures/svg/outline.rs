//! A dependency map as an indented list: each package once, below the first that needs it.

use super::canvas::{At, Canvas, SMALL, class, px};
use super::{letters, map};
use crate::document::Tone;
use crate::pictures::Map;

const INDENT: f64 = 16.0;
/// Deeper than this the list goes straight down.
const DEEPEST: usize = 7;

/// One line of the list.
struct Line {
    node: usize,
    depth: usize,
    /// Line of what needs it.
    parent: Option<usize>,
}

pub(super) fn draw(canvas: &mut Canvas, map: &Map) {
    let lines = lines(map);
    let chain = map.is_chain();
    let mut tops: Vec<f64> = Vec::new();
    let mut y = canvas.height;
    for line in &lines {
        tops.push(y);
        let Some(node) = map.nodes.get(line.node) else { continue };
        let x = if chain { 0.0 } else { INDENT * line.depth.min(DEEPEST) as f64 };
        if chain {
            if let Some(top) = line.parent.and_then(|parent| tops.get(parent)) {
                canvas.path(&format!("M{} {}V{}", px(x + 5.5), px(top + 17.0), px(y + 7.0)), "edge");
            }
        } else if let Some(top) = line.parent.and_then(|parent| tops.get(parent)) {
            canvas.path(&format!("M{} {}V{}H{}", px(x - 9.0), px(top + 20.0), px(y + 12.0), px(x - 2.0)), "edge");
        }
        let kind = if node.tone == Tone::Plain { "box" } else { "fill" };
        canvas.rect(x + 0.5, y + 7.0, 10.0, 10.0, 2.0, &format!("{kind} {}", class(node.tone)));
        canvas.text(x + 16.0, y + 17.0, At::Start, "", &map::named(node), canvas.width - x - 16.0);
        y += 24.0;
        let room = canvas.width - x - 16.0;
        let others = others(map, line, &lines);
        let notes = [node.note.clone(), others].into_iter().filter(|note| !note.is_empty());
        for note in notes.flat_map(|note| letters::wrap(&crate::clean::line(&note), SMALL, room, 2)) {
            canvas.text(x + 16.0, y + 9.0, At::Start, "small soft", &note, room);
            y += 15.0;
        }
    }
    canvas.height = y + 6.0;
}

/// Packages besides the one above that need it.
fn others(map: &Map, line: &Line, lines: &[Line]) -> String {
    let above = line.parent.and_then(|parent| lines.get(parent)).map(|parent| parent.node);
    let names: Vec<&str> = map
        .edges
        .iter()
        .filter(|(from, to)| *to == line.node && Some(*from) != above)
        .filter_map(|(from, _)| map.nodes.get(*from))
        .map(|node| node.label.as_str())
        .collect();
    if names.is_empty() { String::new() } else { format!("also needed by {}", names.join(", ")) }
}

/// Depth first from what nothing needs; what only circles reach comes last.
fn lines(map: &Map) -> Vec<Line> {
    let needed = |index: usize| map.edges.iter().any(|(_, to)| *to == index);
    let roots = (0..map.nodes.len()).filter(|index| !needed(*index));
    let mut lines: Vec<Line> = Vec::new();
    let mut seen = vec![false; map.nodes.len()];
    for start in roots.chain(0..map.nodes.len()) {
        let mut open = vec![(start, 0, None)];
        while let Some((node, depth, parent)) = open.pop() {
            match seen.get_mut(node) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            lines.push(Line { node, depth, parent });
            let here = Some(lines.len() - 1);
            let below = map.edges.iter().rev().filter(|(from, _)| *from == node);
            open.extend(below.map(|(_, to)| (*to, depth + 1, here)));
        }
    }
    lines
}
