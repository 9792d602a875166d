//! Markdown: the text of a pull request.
//!
//! Lives here: what a reviewer needs. Everything from outside goes through `escape`.

mod escape;
mod pull_request;

pub use pull_request::{pull_request, title};
