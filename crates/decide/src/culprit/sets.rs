//! Sets of units as bits, and the order that "needs" puts on them.
//!
//! Lives here: [`UnitSet`] and [`Graph`], which keeps sets closed under what the resolver wants together.
//! Lives elsewhere: what is concluded from a set's outcome (`super::suspects`).

use std::fmt;

/// A set of unit numbers (positions in the slice given to [`super::search`]).
///
/// Equality, order and hash look at the members only.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitSet {
    // No trailing zero word, so that derived equality is equality of members.
    words: Vec<u64>,
}

impl UnitSet {
    pub fn new() -> Self {
        Self::default()
    }

    /// The numbers `0..count`.
    pub fn first(count: usize) -> Self {
        (0..count).collect()
    }

    pub fn contains(&self, unit: usize) -> bool {
        self.words.get(unit / 64).is_some_and(|word| word >> (unit % 64) & 1 == 1)
    }

    /// Adds `unit`; true when it was not there.
    pub fn insert(&mut self, unit: usize) -> bool {
        let new = !self.contains(unit);
        if self.words.len() <= unit / 64 {
            self.words.resize(unit / 64 + 1, 0);
        }
        if let Some(word) = self.words.get_mut(unit / 64) {
            *word |= 1 << (unit % 64);
        }
        new
    }

    /// Takes `unit` out; true when it was there.
    pub fn remove(&mut self, unit: usize) -> bool {
        let old = self.contains(unit);
        if let Some(word) = self.words.get_mut(unit / 64) {
            *word &= !(1 << (unit % 64));
        }
        self.trim();
        old
    }

    pub fn with(&self, unit: usize) -> Self {
        let mut set = self.clone();
        set.insert(unit);
        set
    }

    pub fn without(&self, unit: usize) -> Self {
        let mut set = self.clone();
        set.remove(unit);
        set
    }

    pub fn union(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    pub fn minus(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    pub fn both(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    pub fn is_subset(&self, other: &Self) -> bool {
        let word = |i: usize| other.words.get(i).copied().unwrap_or(0);
        self.words.iter().enumerate().all(|(i, mine)| mine & !word(i) == 0)
    }

    pub fn meets(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The lowest member.
    pub fn lowest(&self) -> Option<usize> {
        self.iter().next()
    }

    /// Members in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    at * 64 + bit
                })
            })
        })
    }

    fn zip(&self, other: &Self, of: impl Fn(u64, u64) -> u64) -> Self {
        let word = |set: &Self, i: usize| set.words.get(i).copied().unwrap_or(0);
        let words = (0..self.words.len().max(other.words.len())).map(|i| of(word(self, i), word(other, i))).collect();
        let mut set = Self { words };
        set.trim();
        set
    }

    fn trim(&mut self) {
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
    }
}

impl FromIterator<usize> for UnitSet {
    fn from_iter<I: IntoIterator<Item = usize>>(units: I) -> Self {
        let mut set = Self::new();
        for unit in units {
            set.insert(unit);
        }
        set
    }
}

impl Extend<usize> for UnitSet {
    fn extend<I: IntoIterator<Item = usize>>(&mut self, units: I) {
        for unit in units {
            self.insert(unit);
        }
    }
}

impl fmt::Debug for UnitSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Who needs whom, transitively. Grows when the resolver shows a need that nobody had declared.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    needs: Vec<UnitSet>,
    users: Vec<UnitSet>,
}

impl Graph {
    /// Numbers outside of `direct` are passed over.
    pub(super) fn new(direct: impl Iterator<Item = UnitSet>) -> Self {
        let mut graph = Self { needs: direct.collect(), users: Vec::new() };
        let all = UnitSet::first(graph.needs.len());
        for (unit, needs) in graph.needs.iter_mut().enumerate() {
            *needs = needs.both(&all).without(unit);
        }
        graph.settle();
        graph
    }

    /// Notes that `unit` cannot be in place without `needed`.
    pub(super) fn learn(&mut self, unit: usize, needed: usize) {
        if unit != needed && needed < self.needs.len() {
            if let Some(needs) = self.needs.get_mut(unit) {
                needs.insert(needed);
            }
            self.settle();
        }
    }

    /// `set` and all that its members need.
    pub(super) fn close(&self, set: &UnitSet) -> UnitSet {
        set.iter().filter_map(|unit| self.needs.get(unit)).fold(set.clone(), |all, needs| all.union(needs))
    }

    /// `set` without `out` and without all that needs a member of `out`.
    pub(super) fn leave(&self, set: &UnitSet, out: &UnitSet) -> UnitSet {
        set.minus(&self.with_users(out))
    }

    /// `set` and all that needs one of its members.
    pub(super) fn with_users(&self, set: &UnitSet) -> UnitSet {
        set.iter().filter_map(|unit| self.users.get(unit)).fold(set.clone(), |all, users| all.union(users))
    }

    /// What `unit` needs, itself left out.
    pub(super) fn needs(&self, unit: usize) -> UnitSet {
        self.needs.get(unit).cloned().unwrap_or_default()
    }

    /// Needed ones first, then by `weight`, lightest first: every prefix is closed within `units`,
    /// except in the middle of a ring of mutual needs.
    pub(super) fn order(&self, units: &UnitSet, weight: impl Fn(usize) -> f64) -> Vec<usize> {
        let mut order: Vec<_> = units.iter().collect();
        let depth = |unit: usize| self.needs(unit).both(units).len();
        order.sort_by(|a, b| depth(*a).cmp(&depth(*b)).then(weight(*a).total_cmp(&weight(*b))).then(a.cmp(b)));
        order
    }

    fn settle(&mut self) {
        loop {
            let wider: Vec<_> =
                self.needs.iter().enumerate().map(|(unit, needs)| self.close(needs).without(unit)).collect();
            if wider == self.needs {
                break;
            }
            self.needs = wider;
        }
        let count = self.needs.len();
        let uses = |unit: usize| (0..count).filter(|user| self.needs(*user).contains(unit)).collect();
        self.users = (0..count).map(uses).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_with_the_same_members_are_equal_however_they_came_about() {
        let mut far: UnitSet = [1, 200].into_iter().collect();
        assert!(far.remove(200));
        assert_eq!(far, UnitSet::new().with(1));
        assert_eq!(UnitSet::first(70).minus(&UnitSet::first(69)).iter().collect::<Vec<_>>(), [69]);
    }

    #[test]
    fn needs_reach_through_others_and_leaving_takes_the_users_along() {
        let graph = Graph::new([vec![], vec![0], vec![1, 9], vec![]].into_iter().map(UnitSet::from_iter));
        assert_eq!(graph.close(&UnitSet::new().with(2)), UnitSet::first(3));
        assert_eq!(graph.leave(&UnitSet::first(4), &UnitSet::new().with(0)), UnitSet::new().with(3));
    }
}
