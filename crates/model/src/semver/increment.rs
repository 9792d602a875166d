//! The version after a version, and a version cut short.

use super::{Identifier, Version};

/// A number of the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Release {
    Major,
    Minor,
    Patch,
}

/// What the next version is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The next release of that kind; a prerelease of it becomes it.
    To(Release),
    /// The first prerelease of the next release of that kind.
    Before(Release),
    /// The next prerelease.
    Prerelease,
    /// The release that this is a prerelease of.
    Finish,
}

/// What the counter of a prerelease begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Base {
    #[default]
    Zero,
    One,
    /// No counter: `-beta` alone.
    Without,
}

impl Version {
    /// The next version; `identifier` names its prerelease (`beta`, or nothing). `None` when there is none: a release
    /// cannot be finished, an identifier must be one, and numbers end at 2^53 - 1.
    pub fn incremented(&self, step: Step, identifier: &str, base: Base) -> Option<Self> {
        let mut next = self.clone().without_build();
        let names = if identifier.is_empty() { Vec::new() } else { Identifier::parse_all(identifier, false)? };
        if matches!(step, Step::Before(_) | Step::Prerelease) && names.is_empty() && base == Base::Without {
            return None;
        }
        match step {
            Step::Finish if self.prerelease.is_empty() => return None,
            Step::Finish => next.prerelease.clear(),
            Step::To(release) => next.raise(release)?,
            Step::Before(release) => {
                next.prerelease.clear();
                match release {
                    // From a release each of these goes up, also where `raise` would only drop a prerelease.
                    Release::Major => (next.major, next.minor, next.patch) = (next.major.checked_add(1)?, 0, 0),
                    Release::Minor => (next.minor, next.patch) = (next.minor.checked_add(1)?, 0),
                    Release::Patch => next.patch = next.patch.checked_add(1)?,
                }
                next.count(&names, base)?;
            }
            Step::Prerelease => {
                if next.prerelease.is_empty() {
                    next.raise(Release::Patch)?;
                }
                next.count(&names, base)?;
            }
        }
        Self::release(next.major, next.minor, next.patch).map(|_| next)
    }

    fn raise(&mut self, release: Release) -> Option<()> {
        let pre = self.is_prerelease();
        match release {
            Release::Major => {
                if self.minor != 0 || self.patch != 0 || !pre {
                    self.major = self.major.checked_add(1)?;
                }
                (self.minor, self.patch) = (0, 0);
            }
            Release::Minor => {
                if self.patch != 0 || !pre {
                    self.minor = self.minor.checked_add(1)?;
                }
                self.patch = 0;
            }
            Release::Patch => {
                if !pre {
                    self.patch = self.patch.checked_add(1)?;
                }
            }
        }
        self.prerelease.clear();
        Some(())
    }

    /// Counts the prerelease on, or begins it anew under `names`.
    fn count(&mut self, names: &[Identifier], base: Base) -> Option<()> {
        let first = Identifier::Number(u64::from(base == Base::One));
        let last_number = self.prerelease.iter_mut().rev().find_map(|identifier| match identifier {
            Identifier::Number(number) => Some(number),
            _ => None,
        });
        match last_number {
            Some(number) => *number = number.checked_add(1)?,
            None => {
                if !names.is_empty() && names == self.prerelease && base == Base::Without {
                    return None;
                }
                self.prerelease.push(first.clone());
            }
        }
        let continues = self.prerelease.starts_with(names)
            && matches!(self.prerelease.get(names.len()), Some(Identifier::Number(_)));
        if !names.is_empty() && !continues {
            self.prerelease = names.to_vec();
            if base != Base::Without {
                self.prerelease.push(first);
            }
        }
        Some(())
    }

    /// The version with everything to the right of `release` at zero, without prerelease and build.
    pub fn truncated(&self, release: Release) -> Self {
        let mut cut = self.clone().without_build();
        cut.prerelease.clear();
        match release {
            Release::Major => (cut.minor, cut.patch) = (0, 0),
            Release::Minor => cut.patch = 0,
            Release::Patch => {}
        }
        cut
    }

    /// The next version in order: the next patch of a release, one identifier more on a prerelease.
    pub(super) fn just_above(&self) -> Option<Self> {
        let mut next = self.clone().without_build();
        if next.is_prerelease() {
            next.prerelease.push(Identifier::Number(0));
            return Some(next);
        }
        Self::release(next.major, next.minor, next.patch.checked_add(1)?)
    }
}
