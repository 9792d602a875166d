//! A flag that asks work in progress to stop. Who raises it (Ctrl-C, a deadline): `cli`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Cloneable; every clone is the same flag. Once raised it stays raised.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
