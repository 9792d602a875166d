//! One comparator of a range: `>=1.2.3`, `<2.0.0-0`, or anything at all.

use std::fmt;

use super::{Options, Version};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

impl Operator {
    pub(super) fn is_upward(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterOrEqual)
    }

    pub(super) fn is_downward(self) -> bool {
        matches!(self, Self::Less | Self::LessOrEqual)
    }

    fn is_inclusive(self) -> bool {
        matches!(self, Self::GreaterOrEqual | Self::LessOrEqual)
    }

    /// The operator that `text` begins with (`Equal` for none) and what follows it.
    pub(super) fn leading(text: &str) -> (Self, &str) {
        for (written, operator) in [
            (">=", Self::GreaterOrEqual),
            ("<=", Self::LessOrEqual),
            (">", Self::Greater),
            ("<", Self::Less),
            ("=", Self::Equal),
        ] {
            if let Some(rest) = text.strip_prefix(written) {
                return (operator, rest);
            }
        }
        (Self::Equal, text)
    }
}

/// An operator and its version, or anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Comparator {
    Any,
    Bound(Operator, Version),
}

impl Comparator {
    /// Reads `>=1.2.3`; `None` when it is no comparator. An empty text is [`Self::Any`].
    pub fn parse(text: &str, options: Options) -> Option<Self> {
        let text = super::trim(text);
        if text.is_empty() {
            return Some(Self::Any);
        }
        let (operator, rest) = Operator::leading(text);
        let version = Version::parse(super::trim(rest), options).ok()?;
        Some(Self::Bound(operator, version.without_build()))
    }

    /// No version at all is below `0.0.0-0`.
    pub fn is_null(&self) -> bool {
        let zero = |v: &Version| v.numbers() == [0, 0, 0] && v.prerelease == [super::Identifier::Number(0)];
        matches!(self, Self::Bound(Operator::Less, version) if zero(version))
    }

    /// Compares by precedence alone; the rule on prereleases is the range's.
    pub fn admits(&self, version: &Version) -> bool {
        let Self::Bound(operator, bound) = self else { return true };
        match operator {
            Operator::Less => version < bound,
            Operator::LessOrEqual => version <= bound,
            Operator::Equal => version == bound,
            Operator::GreaterOrEqual => version >= bound,
            Operator::Greater => version > bound,
        }
    }

    /// Whether some version can satisfy both.
    pub fn intersects(&self, other: &Self, options: Options) -> bool {
        use Operator::Equal;
        let (a, x, b, y) = match (self, other) {
            (Self::Any, _) => return true,
            (Self::Bound(Equal, exact), _) => return admits_all(std::slice::from_ref(other), exact, options),
            (_, Self::Any) => return true,
            (_, Self::Bound(Equal, exact)) => return admits_all(std::slice::from_ref(self), exact, options),
            (Self::Bound(a, x), Self::Bound(b, y)) => (*a, x, *b, y),
        };
        if self.leaves_nothing(options) || other.leaves_nothing(options) {
            return false;
        }
        (a.is_upward() && b.is_upward())
            || (a.is_downward() && b.is_downward())
            || (x == y && a.is_inclusive() && b.is_inclusive())
            || (x < y && a.is_upward() && b.is_downward())
            || (x > y && a.is_downward() && b.is_upward())
    }

    /// Below this bound there is nothing, or nothing but prereleases that do not count.
    fn leaves_nothing(&self, options: Options) -> bool {
        let Self::Bound(Operator::Less, version) = self else { return false };
        if options.include_prerelease { self.is_null() } else { version.numbers() == [0, 0, 0] }
    }
}

/// Whether a version satisfies every comparator of one alternative of a range. A prerelease does only when one of the
/// comparators names a prerelease of the same three numbers, or when `options` let every prerelease count.
pub(super) fn admits_all(set: &[Comparator], version: &Version, options: Options) -> bool {
    if !set.iter().all(|comparator| comparator.admits(version)) {
        return false;
    }
    let opts_in = |comparator: &Comparator| match comparator {
        Comparator::Any => false,
        Comparator::Bound(_, bound) => bound.is_prerelease() && bound.numbers() == version.numbers(),
    };
    !version.is_prerelease() || options.include_prerelease || set.iter().any(opts_in)
}

impl fmt::Display for Comparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Bound(operator, version) = self else { return Ok(()) };
        let operator = match operator {
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Equal => "",
            Operator::GreaterOrEqual => ">=",
            Operator::Greater => ">",
        };
        write!(f, "{operator}{version}")
    }
}
