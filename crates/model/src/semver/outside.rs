//! Which side of a range a version lies on.

use super::comparator::Comparator;
use super::{Operator, Range, Version};

impl Range {
    /// True when `version` is greater than everything that satisfies the range.
    pub fn is_below(&self, version: &Version) -> bool {
        self.leaves_outside(version, Side::Above)
    }

    /// True when `version` is less than everything that satisfies the range.
    pub fn is_above(&self, version: &Version) -> bool {
        self.leaves_outside(version, Side::Below)
    }

    fn leaves_outside(&self, version: &Version, side: Side) -> bool {
        let Some(zero) = Version::release(0, 0, 0) else { return false };
        if self.satisfies(version) {
            return false;
        }
        self.alternatives().iter().all(|set| {
            let bounds = set.iter().map(|comparator| match comparator {
                Comparator::Any => (Operator::GreaterOrEqual, &zero),
                Comparator::Bound(operator, bound) => (*operator, bound),
            });
            let mut edges: Option<[(Operator, &Version); 2]> = None;
            for bound in bounds {
                let [high, low] = edges.get_or_insert([bound, bound]);
                if side.beyond(bound.1, high.1) {
                    *high = bound;
                } else if side.beyond(low.1, bound.1) {
                    *low = bound;
                }
            }
            let Some([high, low]) = edges else { return true };
            let open = |operator: Operator| match side {
                Side::Above => operator.is_upward(),
                Side::Below => operator.is_downward(),
            };
            let strictly = match side {
                Side::Above => Operator::Greater,
                Side::Below => Operator::Less,
            };
            let within = if low.0 == Operator::Equal || low.0 == strictly {
                !side.beyond(version, low.1)
            } else if open(low.0) {
                side.beyond(low.1, version)
            } else {
                false
            };
            !open(high.0) && !within
        })
    }
}

#[derive(Clone, Copy)]
enum Side {
    Above,
    Below,
}

impl Side {
    /// `a` lies farther out on this side than `b`.
    fn beyond(self, a: &Version, b: &Version) -> bool {
        match self {
            Self::Above => a > b,
            Self::Below => a < b,
        }
    }
}
