//! ecosystems
