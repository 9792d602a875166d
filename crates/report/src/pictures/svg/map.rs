//! Who depends on whom, in columns from left to right; as an indented list where columns have no room.

use super::Width;
use super::canvas::{At, Canvas, SMALL, TEXT, class, px, sign};
use super::letters;
use super::outline;
use crate::pictures::{Map, Node};

/// More columns than this cannot hold a name each.
const COLUMNS: usize = 5;
const GAP: f64 = 44.0;

pub(super) fn draw(canvas: &mut Canvas, map: &Map, width: Width) {
    let mut ranks: Vec<usize> = map.nodes.iter().map(|node| node.column).collect();
    ranks.sort_unstable();
    ranks.dedup();
    // An edge that does not lead to the right cannot be drawn between columns; the list names it.
    let forward = map.edges.iter().all(|(from, to)| column(map, *from) < column(map, *to));
    if width == Width::Narrow || ranks.len() > COLUMNS || !forward {
        outline::draw(canvas, map);
    } else {
        columns(canvas, map, &ranks);
    }
    if map.left_out > 0 {
        let told = format!("{} more left out to keep it readable", map.left_out);
        canvas.text(0.0, canvas.height + 14.0, At::Start, "small soft", &told, canvas.width);
        canvas.height += 22.0;
    }
}

/// A node in its place.
#[derive(Clone, Copy, Default)]
struct Place {
    x: f64,
    y: f64,
    height: f64,
}

fn columns(canvas: &mut Canvas, map: &Map, ranks: &[usize]) {
    let count = ranks.len().max(1) as f64;
    let wide = ((canvas.width - GAP * (count - 1.0)) / count).min(240.0);
    let mut places = vec![Place::default(); map.nodes.len()];
    let mut order: Vec<Vec<usize>> = Vec::new();
    for rank in ranks {
        let mut here: Vec<usize> = (0..map.nodes.len()).filter(|i| column(map, *i) == Some(*rank)).collect();
        // Next to what needs it, so that few lines cross.
        let before = order.last().cloned().unwrap_or_default();
        here.sort_by(|a, b| centre(map, *a, &before).total_cmp(&centre(map, *b, &before)));
        order.push(here);
    }
    let high = |index: &usize| map.nodes.get(*index).map_or(0.0, |node| height(node, wide));
    let tall = |all: &Vec<usize>| all.iter().map(|index| high(index) + 10.0).sum::<f64>();
    canvas.height = order.iter().map(tall).fold(0.0, f64::max);
    for (number, here) in order.iter().enumerate() {
        let mut y = (canvas.height - tall(here)) / 2.0 + 5.0;
        for index in here {
            if let Some(place) = places.get_mut(*index) {
                *place = Place { x: number as f64 * (wide + GAP), y, height: high(index) };
                y += place.height + 10.0;
            }
        }
    }
    for (from, to) in &map.edges {
        let (Some(a), Some(b)) = (places.get(*from), places.get(*to)) else { continue };
        let (x1, y1) = (a.x + wide, a.y + a.height / 2.0);
        let (x2, y2) = (b.x, b.y + b.height / 2.0);
        let bend = GAP / 2.0;
        let marked = map.nodes.get(*to).is_some_and(|node| !node.note.is_empty());
        let data = format!(
            "M{} {}C{} {} {} {} {} {}",
            px(x1),
            px(y1),
            px(x1 + bend),
            px(y1),
            px(x2 - bend),
            px(y2),
            px(x2),
            px(y2)
        );
        canvas.path(&data, if marked { "edge strong" } else { "edge" });
    }
    for (node, place) in map.nodes.iter().zip(&places) {
        boxed(canvas, node, *place, wide);
    }
    canvas.height += 6.0;
}

fn boxed(canvas: &mut Canvas, node: &Node, place: Place, wide: f64) {
    canvas.rect(place.x + 1.0, place.y, wide - 2.0, place.height, 4.0, &format!("box {}", class(node.tone)));
    let label = if node.note.is_empty() { node.label.clone() } else { format!("{} {}", sign(node.tone), node.label) };
    canvas.text(place.x + 9.0, place.y + 18.0, At::Start, "", &label, wide - 18.0);
    for (line, text) in letters::wrap(&crate::clean::line(&node.note), SMALL, wide - 18.0, 2).iter().enumerate() {
        canvas.text(place.x + 9.0, place.y + 34.0 + 14.0 * line as f64, At::Start, "small", text, wide - 18.0);
    }
}

fn height(node: &Node, wide: f64) -> f64 {
    let lines = letters::wrap(&crate::clean::line(&node.note), SMALL, wide - 18.0, 2).len();
    if lines == 0 { TEXT + 14.0 } else { TEXT + 14.0 + 14.0 * lines as f64 }
}

fn column(map: &Map, index: usize) -> Option<usize> {
    map.nodes.get(index).map(|node| node.column)
}

/// Where, among the column before, a node's users stand on average.
fn centre(map: &Map, index: usize, before: &[usize]) -> f64 {
    let places: Vec<f64> = map
        .edges
        .iter()
        .filter(|(_, to)| *to == index)
        .filter_map(|(from, _)| before.iter().position(|one| one == from))
        .map(|place| place as f64)
        .collect();
    if places.is_empty() { f64::MAX } else { places.iter().sum::<f64>() / places.len() as f64 }
}
