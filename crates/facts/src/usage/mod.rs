//! Where the code uses its dependencies: imports and uses of imported names, by file and line.
