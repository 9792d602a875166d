//! Versions and ranges as npm reads them (node-semver).
