//! Ctrl-C and TERM: the first asks the run to stop at its next step, the second leaves at once.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::signal::unix::{SignalKind, signal};
use uplift_sandbox::Cancel;

/// Exit code of a program that was interrupted, by the shell's convention.
const INTERRUPTED: i32 = 130;

/// Listens from now on, on a thread of its own.
pub(crate) fn watch(cancel: &Cancel) {
    let cancel = cancel.clone();
    let started = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        let seen = Arc::new(AtomicU32::new(0));
        runtime.block_on(async {
            for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
                let Ok(mut stream) = signal(kind) else { continue };
                let (cancel, seen) = (cancel.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    while stream.recv().await.is_some() {
                        arrived(&cancel, seen.fetch_add(1, Ordering::SeqCst));
                    }
                });
            }
            std::future::pending::<()>().await;
        });
    });
    if let Err(error) = started {
        tracing::warn!("Ctrl-C ends the run at once: {error}");
    }
}

fn arrived(cancel: &Cancel, before: u32) {
    if before > 0 {
        std::process::exit(INTERRUPTED);
    }
    cancel.cancel();
    let _closed = writeln!(anstream::stderr(), "\nstopping after the step that runs now; once more to leave at once");
}
