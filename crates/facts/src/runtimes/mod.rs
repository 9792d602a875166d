//! Interpreters and engines as dependencies: who states which version, disagreements, end of life.
