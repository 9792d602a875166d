//! Markdown: whole documents, and the text of a pull request.
//!
//! Lives here: what people read on a forge. Everything from outside goes through `escape`.

mod document;
mod escape;
mod pull_request;

pub use document::document;
pub use pull_request::{pull_request, title};
