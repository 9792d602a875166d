//! The canary: a program that tries, from inside, what a sandbox promises to refuse.

use std::ffi::OsString;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Refusal;

/// What to try. Paths of ours only, so UTF-8.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Probe {
    /// Files to write inside the allowed folder, and outside of it.
    pub(crate) inside: PathBuf,
    pub(crate) outside: Vec<PathBuf>,
    /// A file that should not be readable.
    pub(crate) hidden: PathBuf,
    /// A listener on the loopback of the machine.
    pub(crate) listener: SocketAddr,
}

/// What worked, as seen from inside. Writes that "worked" on a throw-away layer are told apart from outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Findings {
    pub(crate) wrote_inside: bool,
    pub(crate) wrote_outside: bool,
    pub(crate) read_hidden: bool,
    pub(crate) connected: bool,
}

/// Prints the findings as JSON.
pub(super) fn sing(probe: Option<&OsString>) -> Result<(), Refusal> {
    let text = probe.and_then(|p| p.to_str()).ok_or_else(|| Refusal::new("the canary needs its probe"))?;
    let probe: Probe = serde_json::from_str(text).map_err(|e| Refusal::new(e.to_string()))?;
    let findings = Findings {
        wrote_inside: fs::write(&probe.inside, b"canary").is_ok(),
        wrote_outside: probe.outside.iter().filter(|path| fs::write(path, b"canary").is_ok()).count() > 0,
        read_hidden: fs::read(&probe.hidden).is_ok(),
        connected: TcpStream::connect_timeout(&probe.listener, Duration::from_millis(200)).is_ok(),
    };
    let told = serde_json::to_writer(std::io::stdout(), &findings);
    told.map_err(|e| Refusal::new(e.to_string()))
}
