//! What a person can do about an error.

/// An error says what failed; its hint says what to do next.
pub trait Hint {
    fn hint(&self) -> Option<String>;
}
