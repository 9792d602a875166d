//! Chains and circles among steps that need each other.
//!
//! Lives here: strongly connected groups and the longest chain over them. Indexes that point nowhere are passed over.

/// Groups of nodes that reach each other, each before the groups that need it; nodes of a group ascending.
///
/// Tarjan's algorithm without recursion: a plan may hold thousands of steps in one chain.
pub(super) fn groups(needs: &[&[usize]]) -> Vec<Vec<usize>> {
    let count = needs.len();
    let mut state =
        Tarjan { order: vec![None; count], low: vec![0; count], open: vec![false; count], ..Tarjan::default() };
    for start in 0..count {
        if state.order.get(start).is_some_and(Option::is_none) {
            state.walk(start, needs);
        }
    }
    state.found
}

#[derive(Default)]
struct Tarjan {
    /// When a node was first seen.
    order: Vec<Option<usize>>,
    /// The earliest node that it reaches.
    low: Vec<usize>,
    open: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    found: Vec<Vec<usize>>,
}

impl Tarjan {
    fn enter(&mut self, node: usize) {
        if let (Some(order), Some(low), Some(open)) =
            (self.order.get_mut(node), self.low.get_mut(node), self.open.get_mut(node))
        {
            (*order, *low, *open) = (Some(self.next), self.next, true);
            self.next += 1;
            self.stack.push(node);
        }
    }

    fn lower(&mut self, node: usize, to: usize) {
        if let Some(low) = self.low.get_mut(node) {
            *low = (*low).min(to);
        }
    }

    fn low_of(&self, node: usize) -> usize {
        self.low.get(node).copied().unwrap_or(usize::MAX)
    }

    fn walk(&mut self, start: usize, needs: &[&[usize]]) {
        self.enter(start);
        let mut path = vec![(start, 0)];
        while let Some((node, edge)) = path.pop() {
            let to = needs.get(node).and_then(|edges| edges.get(edge)).copied();
            let Some(to) = to else {
                if let Some((parent, _)) = path.last() {
                    let (parent, low) = (*parent, self.low_of(node));
                    self.lower(parent, low);
                }
                if self.order.get(node).copied().flatten() == Some(self.low_of(node)) {
                    self.close(node);
                }
                continue;
            };
            path.push((node, edge + 1));
            match self.order.get(to).copied() {
                Some(None) => {
                    self.enter(to);
                    path.push((to, 0));
                }
                Some(Some(seen)) if self.open.get(to) == Some(&true) => self.lower(node, seen),
                _ => {}
            }
        }
    }

    fn close(&mut self, node: usize) {
        let mut group = Vec::new();
        while let Some(member) = self.stack.pop() {
            if let Some(open) = self.open.get_mut(member) {
                *open = false;
            }
            group.push(member);
            if member == node {
                break;
            }
        }
        group.sort_unstable();
        self.found.push(group);
    }
}

/// The most minutes along one chain of needs, and that chain in order. Steps of different chains run side by side.
pub(super) fn longest(minutes: &[u64], needs: &[&[usize]]) -> (u64, Vec<usize>) {
    let groups = groups(needs);
    let mut group_of = vec![usize::MAX; needs.len()];
    for (number, group) in groups.iter().enumerate() {
        for node in group {
            if let Some(of) = group_of.get_mut(*node) {
                *of = number;
            }
        }
    }
    // For each group, in an order where needs come first: its end, and the group before it on the chain.
    let mut ends: Vec<(u64, Option<usize>)> = Vec::with_capacity(groups.len());
    for (number, group) in groups.iter().enumerate() {
        let own = group.iter().filter_map(|node| minutes.get(*node)).fold(0u64, |sum, one| sum.saturating_add(*one));
        let needed = group.iter().filter_map(|node| needs.get(*node)).flat_map(|edges| edges.iter());
        let before = needed.filter_map(|to| group_of.get(*to).copied()).filter(|of| *of < number);
        let best = before
            .filter_map(|of| ends.get(of).map(|(end, _)| (*end, of)))
            .max_by_key(|(end, of)| (*end, std::cmp::Reverse(*of)));
        ends.push((best.map_or(0, |(end, _)| end).saturating_add(own), best.map(|(_, of)| of)));
    }
    let last = ends.iter().enumerate().max_by_key(|(number, (end, _))| (*end, std::cmp::Reverse(*number)));
    let Some((last, (total, _))) = last else { return (0, Vec::new()) };
    let mut path = Vec::new();
    let mut at = Some(last);
    while let Some(number) = at {
        path.push(number);
        at = ends.get(number).and_then(|(_, before)| *before);
    }
    let nodes = path.iter().rev().filter_map(|number| groups.get(*number)).flatten().copied().collect();
    (*total, nodes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallel_steps_count_once() {
        // 3 needs 1 and 2, which need 0.
        let needs: [&[usize]; 4] = [&[], &[0], &[0], &[1, 2]];
        assert_eq!(longest(&[10, 20, 50, 5], &needs), (65, vec![0, 2, 3]));
        assert_eq!(longest(&[10, 20], &[&[], &[]]), (20, vec![1]));
        assert_eq!(longest(&[], &[]), (0, vec![]));
    }

    #[test]
    fn a_circle_is_one_link_and_a_wrong_index_none() {
        let needs: [&[usize]; 3] = [&[1], &[0, 9], &[0]];
        assert_eq!(longest(&[10, 20, 5], &needs), (35, vec![0, 1, 2]));
        assert_eq!(groups(&needs), [vec![0, 1], vec![2]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<Vec<usize>> = (0..20_000).map(|n: usize| n.checked_sub(1).into_iter().collect()).collect();
        let needs: Vec<&[usize]> = edges.iter().map(Vec::as_slice).collect();
        assert_eq!(longest(&vec![1; 20_000], &needs).0, 20_000);
    }
}
