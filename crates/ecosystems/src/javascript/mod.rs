//! JavaScript: package.json, locks, the registry, peers and engines.
