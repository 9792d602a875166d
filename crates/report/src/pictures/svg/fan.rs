//! A dependency map of one step: what many packages hang from stands above them, and they stand in rows.
//!
//! Lives here: the rows and the rails that lead to them. Lives elsewhere: maps of more steps (`super::map`).

use super::canvas::{Canvas, px};
use super::map::{self, Place};
use crate::pictures::{Map, Node};

/// Fewer than this are read more easily beside what needs them.
const FEWEST: usize = 7;
const ACROSS: usize = 3;
const LEFT: f64 = 26.0;
const GAP: f64 = 14.0;
/// Where the trunk runs down.
const TRUNK: f64 = 11.0;

/// The node that needs all others, and those, when the map has no more to it than that.
pub(super) fn of(map: &Map) -> Option<(&Node, Vec<&Node>)> {
    let mut needed = vec![0_usize; map.nodes.len()];
    let (root, _) = *map.edges.first()?;
    for (from, to) in &map.edges {
        if *from != root || *to == root {
            return None;
        }
        *needed.get_mut(*to)? += 1;
    }
    let others = map.nodes.iter().zip(&needed).enumerate().filter(|(index, _)| *index != root);
    let leaves: Option<Vec<&Node>> = others.map(|(_, (node, by))| (*by == 1).then_some(node)).collect();
    leaves.filter(|leaves| leaves.len() >= FEWEST).and_then(|leaves| Some((map.nodes.get(root)?, leaves)))
}

pub(super) fn draw(canvas: &mut Canvas, root: &Node, leaves: &[&Node]) {
    let wide = (canvas.width - LEFT - GAP * (ACROSS - 1) as f64) / ACROSS as f64;
    let high = map::height(root, wide);
    map::boxed(canvas, root, Place { x: 0.0, y: high / 2.0, height: high }, wide);
    let mut top = high + 14.0;
    for row in leaves.chunks(ACROSS) {
        let tallest = row.iter().map(|node| map::height(node, wide)).fold(0.0, f64::max);
        canvas.path(&format!("M{} {}V{}", px(TRUNK), px(high), px(top)), "edge");
        for (number, node) in row.iter().enumerate() {
            let x = LEFT + number as f64 * (wide + GAP);
            // Along the rail, then down into the box.
            canvas.path(&format!("M{} {}H{}V{}", px(TRUNK), px(top), px(x + 18.0), px(top + 9.0)), "edge");
            map::boxed(canvas, node, Place { x, y: top + 9.0 + tallest / 2.0, height: tallest }, wide);
        }
        top += 9.0 + tallest + 13.0;
    }
    canvas.height = top;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Tone;

    fn map(nodes: usize, edges: Vec<(usize, usize)>) -> Map {
        let node = |n: usize| Node { label: format!("p{n}"), column: n.min(1), tone: Tone::Bad, note: String::new() };
        Map { nodes: (0..nodes).map(node).collect(), edges, left_out: 0 }
    }

    #[test]
    fn only_one_step_from_one_node_is_drawn_in_rows() {
        let star: Vec<(usize, usize)> = (1..9).map(|to| (0, to)).collect();
        assert_eq!(of(&map(9, star.clone())).map(|(_, leaves)| leaves.len()), Some(8));
        assert!(of(&map(10, star.clone())).is_none(), "one that nothing needs");
        assert!(of(&map(9, [star, vec![(1, 2)]].concat())).is_none(), "two steps");
        assert!(of(&map(4, vec![(0, 1), (0, 2), (0, 3)])).is_none(), "few");
        assert!(of(&map(1, vec![(0, 0)])).is_none() && of(&map(2, vec![(0, 7)])).is_none());
    }
}
