//! Telling: what people and programs are shown, made from the model's types.
//!
//! Lives here: the terminal's screens, reports as documents in Markdown and HTML with their pictures, the JSON documents,
//! the standard formats. Text in, text out: width, colour and elapsed time are parameters, so the same report gives the
//! same page anywhere.
//! Lives elsewhere: finding out how wide the terminal is and whether it has colours (`cli`), what is true (`engine`).
//! Start reading at [`terminal::run`].

pub mod clean;
pub mod document;
pub mod formats;
pub mod html;
pub mod json;
pub mod kinds;
pub mod markdown;
mod numbers;
pub mod pictures;
pub mod terminal;
pub mod view;
mod words;

#[cfg(test)]
mod sample;

pub use view::View;
