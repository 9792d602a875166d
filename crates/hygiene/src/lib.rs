//! Hygiene: what a repository does to keep its dependencies and its service in order, and what it leaves undone.
//!
//! Lives here: reading CI files, containers, code and roadmap files out of texts that are given, one small file a check
//! (`checks`), and what mends a finding (`fixes`). All of it pure: files come in as text, findings and texts go out.
//! Lives elsewhere: walking a repository and making commits (`engine`), showing findings (`report`).
//! Start reading at [`audit`].

mod audit;
mod checks;
mod ci;
mod code;
mod container;
mod fixes;
mod place;
mod repository;
mod roadmap;
mod service;
mod shell;
mod survey;
mod unread;

pub use audit::{audit, names};
pub use fixes::{Change, Fix, FixError, Wish, fix};
pub use repository::{Component, Repository, Requirement};

/// Stack that a thread needs for whatever code [`audit`] and [`fix`] may meet, in bytes: a syntax tree is as deep as its
/// file wants, and parsing, walking and dropping it take stack for each level. Only address space: pages are taken as
/// they are touched.
pub const STACK: usize = 1024 * 1024 * 1024;
