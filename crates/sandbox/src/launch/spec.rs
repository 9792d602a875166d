//! What travels between Uplift, the supervisor and the entrant.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Jail;
use crate::limits::Limits;
use crate::process::{ProcessError, Task};
use crate::rungs::Rung;

/// The program to become, complete. Operating-system strings throughout: names need not be UTF-8.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Spec {
    pub(crate) program: OsString,
    pub(crate) args: Vec<OsString>,
    pub(crate) cwd: OsString,
    pub(crate) env: Vec<(OsString, OsString)>,
    pub(crate) limits: Limits,
    pub(crate) jail: Option<Jail>,
    /// The program is bubblewrap: TERM goes to what runs inside, since bubblewrap would not pass it on.
    pub(crate) spare_leader: bool,
    /// Pid of the supervisor, filled in by it: the entrant checks that its parent is still alive.
    pub(crate) supervisor: i32,
}

/// How the program ended, told by the supervisor when nothing of the tree is left.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) exit: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) cpu_seconds: f64,
    pub(crate) survivors: usize,
    pub(crate) error: Option<String>,
}

impl Spec {
    pub(crate) fn of(task: &Task, program: &Path) -> Result<Self, ProcessError> {
        let mut spec = Self {
            program: program.as_os_str().to_owned(),
            args: task.args.clone(),
            cwd: task.cwd.as_os_str().to_owned(),
            env: task.env.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            limits: task.limits,
            jail: None,
            spare_leader: false,
            supervisor: 0,
        };
        if let Some(confinement) = &task.confinement {
            match confinement.rung {
                Rung::Bubblewrap => {
                    let (outer, args) = confinement.bubblewrapped(program, &task.args, &task.cwd)?;
                    spec.program = outer.into_os_string();
                    spec.args = args;
                    spec.spare_leader = true;
                }
                Rung::Landlock => spec.jail = Some(confinement.jail()?),
                Rung::Plain => confinement.check_plain()?,
            }
        }
        Ok(spec)
    }

    /// Writes the length, eight bytes little endian, and then the text.
    pub(crate) fn send(&self, to: &mut impl Write) -> io::Result<()> {
        let text = serde_json::to_vec(self)?;
        to.write_all(&(text.len() as u64).to_le_bytes())?;
        to.write_all(&text)
    }

    pub(crate) fn receive(from: &mut impl Read) -> io::Result<Self> {
        let mut length = [0_u8; 8];
        from.read_exact(&mut length)?;
        let mut text = Vec::new();
        from.take(u64::from_le_bytes(length)).read_to_end(&mut text)?;
        Ok(serde_json::from_slice(&text)?)
    }
}
