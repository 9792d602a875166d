//! The entrant: limits and confines itself, then becomes the program.

use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use rustix::process::{Signal, getppid, set_parent_process_death_signal};

use super::{Refusal, Spec};

/// Returns only when the program could not be entered.
pub(super) fn enter() -> Result<(), Refusal> {
    let spec =
        Spec::receive(&mut std::io::stdin().lock()).map_err(|e| Refusal::new(format!("no order received: {e}")))?;
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|e| Refusal::new(format!("cannot be tied to the supervisor: {e}")))?;
    // The supervisor may have died before the line above took effect.
    if getppid().map(|pid| pid.as_raw_nonzero().get()) != Some(spec.supervisor) {
        return Err(Refusal::new("the supervisor is gone"));
    }
    let mut command = Command::new(&spec.program);
    command.args(&spec.args).env_clear().envs(spec.env.iter().map(|(name, value)| (name, value)));
    command.current_dir(&spec.cwd).stdin(Stdio::null());
    spec.limits.apply().map_err(Refusal::new)?;
    if let Some(jail) = &spec.jail {
        jail.enter().map_err(Refusal::new)?;
    }
    let error = command.exec();
    let program = spec.program.to_string_lossy();
    Err(Refusal {
        code: if error.kind() == ErrorKind::NotFound { 127 } else { 126 },
        message: match error.kind() {
            ErrorKind::NotFound => {
                format!("`{program}`, the interpreter it names or its folder does not exist")
            }
            _ => format!("`{program}` cannot be executed: {error}"),
        },
    })
}
