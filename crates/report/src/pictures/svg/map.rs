//! Who depends on whom, in columns from left to right; as an indented list where columns have no room (`outline`), in
//! rows below one that needs them all (`fan`).

use super::Width;
use super::canvas::{At, Canvas, SMALL, TEXT, class, px, sign};
use super::{fan, letters, outline};
use crate::document::Tone;
use crate::pictures::{Map, Node};

/// More columns than this cannot hold a name each.
const COLUMNS: usize = 5;
const GAP: f64 = 36.0;
/// Lines of a note.
const NOTE: usize = 3;

pub(super) fn draw(canvas: &mut Canvas, map: &Map, width: Width) {
    let mut ranks: Vec<usize> = map.nodes.iter().map(|node| node.column).collect();
    ranks.sort_unstable();
    ranks.dedup();
    // An edge that does not lead to the right cannot be drawn between columns; the list names it.
    let forward = map.edges.iter().all(|(from, to)| column(map, *from) < column(map, *to));
    if width == Width::Narrow || ranks.len() > COLUMNS || !forward {
        outline::draw(canvas, map);
    } else if let Some((root, leaves)) = fan::of(map) {
        fan::draw(canvas, root, &leaves);
    } else {
        columns(canvas, map, &ranks);
    }
    if map.left_out > 0 {
        let told = format!("{} more left out to keep it readable", map.left_out);
        canvas.text(0.0, canvas.height + 14.0, At::Start, "small soft", &told, canvas.width);
        canvas.height += 22.0;
    }
}

/// What stands in a column: a node, or room for an edge that passes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Node(usize),
    /// The edge's place in the map's list.
    Passing(usize),
}

/// A stop in its place: middle of its left side, and its height.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) height: f64,
}

fn columns(canvas: &mut Canvas, map: &Map, ranks: &[usize]) {
    let count = ranks.len().max(1) as f64;
    let wide = ((canvas.width - GAP * (count - 1.0)) / count).min(240.0);
    let order = order(map, ranks);
    let high = |stop: &Stop| match stop {
        Stop::Node(index) => map.nodes.get(*index).map_or(0.0, |node| height(node, wide)),
        Stop::Passing(_) => 4.0,
    };
    let tall = |all: &Vec<Stop>| all.iter().map(|stop| high(stop) + 10.0).sum::<f64>();
    canvas.height = order.iter().map(tall).fold(0.0, f64::max);
    let mut places: Vec<Vec<(Stop, Place)>> = Vec::new();
    for (number, here) in order.iter().enumerate() {
        let mut top = (canvas.height - tall(here)) / 2.0 + 5.0;
        let mut column = Vec::new();
        for stop in here {
            let height = high(stop);
            column.push((*stop, Place { x: number as f64 * (wide + GAP), y: top + height / 2.0, height }));
            top += height + 10.0;
        }
        places.push(column);
    }
    for (number, (from, to)) in map.edges.iter().enumerate() {
        let own = [Stop::Node(*from), Stop::Passing(number), Stop::Node(*to)];
        let way: Vec<Place> =
            places.iter().flatten().filter(|(stop, _)| own.contains(stop)).map(|(_, place)| *place).collect();
        let marked = map.nodes.get(*to).is_some_and(|node| !node.note.is_empty());
        canvas.path(&line(&way, wide), if marked { "edge strong" } else { "edge" });
    }
    for (stop, place) in places.into_iter().flatten() {
        if let Stop::Node(index) = stop
            && let Some(node) = map.nodes.get(index)
        {
            boxed(canvas, node, place, wide);
        }
    }
    canvas.height += 6.0;
}

/// The stops of each column from top to bottom: next to what leads to them, so that few lines cross.
fn order(map: &Map, ranks: &[usize]) -> Vec<Vec<Stop>> {
    let mut order: Vec<Vec<Stop>> = Vec::new();
    for rank in ranks {
        let nodes = (0..map.nodes.len()).filter(|index| column(map, *index) == Some(*rank)).map(Stop::Node);
        let passes = |(from, to): &(usize, usize)| {
            column(map, *from).is_some_and(|from| from < *rank) && column(map, *to).is_some_and(|to| to > *rank)
        };
        let passing = map.edges.iter().enumerate().filter(|(_, edge)| passes(edge)).map(|(n, _)| Stop::Passing(n));
        let before = order.last().map(Vec::as_slice).unwrap_or_default();
        let mut here: Vec<(f64, Stop)> = nodes.chain(passing).map(|stop| (centre(map, stop, before), stop)).collect();
        here.sort_by(|a, b| a.0.total_cmp(&b.0));
        order.push(here.into_iter().map(|(_, stop)| stop).collect());
    }
    order
}

/// Where, among the column before, what leads to a stop stands on average.
fn centre(map: &Map, stop: Stop, before: &[Stop]) -> f64 {
    let leads = |edge: usize, from: usize| {
        before.iter().position(|one| *one == Stop::Passing(edge) || *one == Stop::Node(from))
    };
    let edges = map.edges.iter().enumerate().filter(|(number, (_, to))| match stop {
        Stop::Node(index) => *to == index,
        Stop::Passing(edge) => *number == edge,
    });
    let places: Vec<f64> = edges.filter_map(|(number, (from, _))| leads(number, *from)).map(|n| n as f64).collect();
    if places.is_empty() { f64::MAX } else { places.iter().sum::<f64>() / places.len() as f64 }
}

/// A line through the stops of an edge: level across a column, bent between two.
fn line(way: &[Place], wide: f64) -> String {
    let mut data = String::new();
    for two in way.windows(2) {
        let [a, b] = two else { continue };
        let (start, bend) = (a.x + wide, (b.x - a.x - wide) / 2.0);
        let begin = if data.is_empty() { "M" } else { "L" };
        data.push_str(&format!(
            "{begin}{} {}C{} {} {} {} {} {}",
            px(start),
            px(a.y),
            px(start + bend),
            px(a.y),
            px(b.x - bend),
            px(b.y),
            px(b.x),
            px(b.y)
        ));
    }
    data
}

pub(super) fn boxed(canvas: &mut Canvas, node: &Node, place: Place, wide: f64) {
    let top = place.y - place.height / 2.0;
    canvas.rect(place.x + 1.0, top, wide - 2.0, place.height, 4.0, &format!("box {}", class(node.tone)));
    canvas.text(place.x + 9.0, top + 18.0, At::Start, "", &named(node), wide - 18.0);
    for (line, text) in letters::wrap(&crate::clean::line(&node.note), SMALL, wide - 18.0, NOTE).iter().enumerate() {
        canvas.text(place.x + 9.0, top + 34.0 + 14.0 * line as f64, At::Start, "small", text, wide - 18.0);
    }
}

/// The name, behind the sign of its tone.
pub(super) fn named(node: &Node) -> String {
    match node.tone {
        Tone::Plain => node.label.clone(),
        tone => format!("{} {}", sign(tone), node.label),
    }
}

pub(super) fn height(node: &Node, wide: f64) -> f64 {
    let lines = letters::wrap(&crate::clean::line(&node.note), SMALL, wide - 18.0, NOTE).len();
    if lines == 0 { TEXT + 14.0 } else { TEXT + 14.0 + 14.0 * lines as f64 }
}

fn column(map: &Map, index: usize) -> Option<usize> {
    map.nodes.get(index).map(|node| node.column)
}
