//! The lowest rung: time and resource limits, a cleared environment, a swept process tree. Nothing is confined, and
//! that is said.

/// What people are told when this rung is all there is.
pub(super) const STATEMENT: &str = "plain limits only: the tests can read and change your files and reach the network; \
                                    install bubblewrap to confine them";
