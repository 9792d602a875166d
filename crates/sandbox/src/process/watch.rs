//! Watching one started program: output, limits, cancellation, and the end of its tree.
//!
//! Two ways to hold a tree: by Uplift's own supervisor, which ends every descendant however it hid
//! (`crate::launch::supervise`), or by the process group alone, for trusted clients and for bubblewrap, whose
//! namespace dies as a whole.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::output::{self, Log, Piece, Tail};
use super::{CAPTURE_BYTES, Finished, GRACE, ProcessError, Stopped, Task};
use crate::cancel::Cancel;
use crate::launch::{self, Launcher, Report};

/// How long a signal to the whole process group may take to reach this process after it reached a child.
const INTERRUPTED: Duration = Duration::from_millis(250);
/// How often limits and cancellation are looked at.
const TICK: Duration = Duration::from_millis(20);
/// Time beyond [`GRACE`] after which ending a tree counts as failed.
const PATIENCE: Duration = Duration::from_secs(15);
/// Time to read what is left in the pipes once everything has ended.
const DRAIN: Duration = Duration::from_secs(2);

/// What happens to the streams of a program that is held by its process group.
#[derive(Debug, Clone)]
pub(crate) struct Streams {
    pub(crate) input: Option<Vec<u8>>,
    /// Bytes kept of stdout.
    pub(crate) keep: usize,
}

/// A started program and the way to end it.
struct Held {
    child: Child,
    /// Line to the supervisor; without one the process group is signalled.
    line: Option<UnixStream>,
    ending_since: Option<Instant>,
    killed: bool,
}

impl Held {
    fn end(&mut self) {
        if self.ending_since.is_some() {
            return;
        }
        self.ending_since = Some(Instant::now());
        match &mut self.line {
            // A failed write means that the supervisor is gone, which the next tick sees.
            Some(line) => drop(line.write_all(launch::END_GENTLY)),
            None => self.signal(Signal::TERM),
        }
    }

    /// Moves an ending along; false when all patience is used up.
    fn press(&mut self) -> bool {
        let Some(since) = self.ending_since else {
            return true;
        };
        if self.line.is_none() && !self.killed && since.elapsed() > GRACE {
            self.killed = true;
            self.signal(Signal::KILL);
        }
        since.elapsed() <= GRACE + PATIENCE
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            let _ = kill_process_group(pid, signal);
        }
    }
}

impl Drop for Held {
    /// Whatever made the watcher leave early (a full disk, a panic), the program does not run on alone.
    fn drop(&mut self) {
        // The broken line makes a supervisor end the tree; killed at once, it could not.
        if self.line.take().is_some() {
            let since = Instant::now();
            while matches!(self.child.try_wait(), Ok(None)) && since.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        if let Ok(None) = self.child.try_wait() {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

pub(super) fn watch(task: &Task, program: &Path, cancel: &Cancel) -> Result<Finished, ProcessError> {
    let streams = Streams { input: None, keep: if task.capture { CAPTURE_BYTES } else { 0 } };
    match task.launcher.clone() {
        Launcher::Program(launcher) => {
            let spec = launch::Spec::of(task, program)?;
            let (ours, theirs) =
                UnixStream::pair().map_err(|source| ProcessError::Start { program: program.to_owned(), source })?;
            let mut command = Command::new(&launcher);
            command.arg(launch::VERB).arg(launch::SUPERVISE).env_clear().current_dir("/");
            command.stdin(OwnedFd::from(theirs));
            attend(command, task, &streams, program, cancel, Some((ours, spec)))
        }
        Launcher::None => {
            let (outer, args) = match &task.confinement {
                Some(confinement) => confinement.wrap_without_launcher(program, &task.args, &task.cwd)?,
                None => (program.to_owned(), task.args.clone()),
            };
            let mut command = Command::new(outer);
            command.args(args).env_clear().envs(&task.env).current_dir(&task.cwd).stdin(Stdio::null());
            attend(command, task, &streams, program, cancel, None)
        }
    }
}

/// Runs a trusted program that is held by its process group, with input and a capture of any size.
pub(crate) fn group(task: &Task, program: &Path, streams: &Streams, cancel: &Cancel) -> Result<Finished, ProcessError> {
    let mut command = Command::new(program);
    command.args(&task.args).env_clear().envs(&task.env).current_dir(&task.cwd);
    command.stdin(if streams.input.is_some() { Stdio::piped() } else { Stdio::null() });
    attend(command, task, streams, program, cancel, None)
}

fn attend(
    mut command: Command,
    task: &Task,
    streams: &Streams,
    program: &Path,
    cancel: &Cancel,
    supervised: Option<(UnixStream, launch::Spec)>,
) -> Result<Finished, ProcessError> {
    let mut log = Log::create(task.log.as_deref())?;
    let start = |source| ProcessError::Start { program: program.to_owned(), source };
    let began = Instant::now();
    let mut child = command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(start)?;
    // The command holds the supervisor's end of the line; the line only breaks once that is closed here.
    drop(command);
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let is_supervised = supervised.is_some();
    let mut held = Held { child, line: None, ending_since: None, killed: false };

    let (sender, pieces) = sync_channel(64);
    let mut open = 0_usize;
    if let Some(stdout) = stdout {
        output::read(stdout, sender.clone(), Piece::Stdout);
        open += 1;
    }
    if let Some(stderr) = stderr {
        output::read(stderr, sender.clone(), Piece::Stderr);
        open += 1;
    }
    drop(sender);
    if let (Some(mut stdin), Some(input)) = (stdin, streams.input.clone()) {
        // A program that stops reading early is not an error of ours; its exit code tells.
        std::thread::spawn(move || drop(stdin.write_all(&input)));
    }
    if let Some((mut line, spec)) = supervised {
        let sent = spec.send(&mut line);
        held.line = Some(line);
        if let Err(source) = sent {
            // Ctrl-C also ends a child that has not left our process group yet, and may reach it before it reaches us:
            // then this is no fault of the program, which shows a moment later.
            let since = Instant::now();
            while !cancel.is_cancelled() && since.elapsed() < INTERRUPTED {
                std::thread::sleep(Duration::from_millis(5));
            }
            return Err(start(source));
        }
    }

    let (mut out, mut err, mut head) = (Tail::new(streams.keep), Tail::new(streams.keep.max(1 << 16)), Vec::new());
    let mut last_output = Instant::now();
    let mut stopped = None;
    let mut take = |piece: Piece, open: &mut usize, log: &mut Log| -> Result<(), ProcessError> {
        match piece {
            Piece::Stdout(bytes) => {
                log.write(&bytes)?;
                out.push(&bytes);
            }
            Piece::Stderr(bytes) => {
                log.write(&bytes)?;
                if head.len() < 4096 {
                    head.extend_from_slice(bytes.get(..bytes.len().min(4096)).unwrap_or_default());
                }
                err.push(&bytes);
            }
            Piece::End => *open = open.saturating_sub(1),
        }
        Ok(())
    };
    let status = loop {
        // Closed streams mostly mean that the end is near.
        let near = open == 0 && last_output.elapsed() < Duration::from_millis(200);
        let wait = if near { Duration::from_millis(1) } else { TICK };
        match pieces.recv_timeout(wait) {
            Ok(piece) => {
                last_output = Instant::now();
                take(piece, &mut open, &mut log)?;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(wait),
        }
        if let Some(status) = held.child.try_wait().map_err(start)? {
            break status;
        }
        if stopped.is_none() {
            stopped = due(task, cancel, began, last_output);
            if let Some(why) = stopped {
                tracing::debug!(program = %program.display(), ?why, "Ending a program");
                held.end();
            }
        }
        if !held.press() {
            return Err(ProcessError::Unstoppable { program: program.to_owned() });
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    if !is_supervised {
        held.signal(Signal::KILL);
    }
    let deadline = Instant::now() + DRAIN;
    while open > 0 {
        match pieces.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(piece) => take(piece, &mut open, &mut log)?,
            Err(_) => break,
        }
    }

    let report = match &mut held.line {
        Some(line) => Some(report(line, status)?),
        None => None,
    };
    complain(task, status, report.as_ref(), stopped, &head)?;
    let (stdout, lost_out) = out.finish();
    let (stderr, lost_err) = err.finish();
    let kept = streams.keep > 0;
    Ok(Finished {
        exit: report.as_ref().map_or_else(|| status.code(), |r| r.exit),
        signal: report.as_ref().map_or_else(|| status.signal(), |r| r.signal),
        stopped,
        stdout,
        stderr: if kept { stderr } else { Vec::new() },
        dropped: if kept { lost_out + lost_err } else { 0 },
        seconds,
        cpu_seconds: report.as_ref().map(|r| r.cpu_seconds),
        survivors: report.as_ref().map_or(0, |r| r.survivors),
    })
}

fn due(task: &Task, cancel: &Cancel, began: Instant, last_output: Instant) -> Option<Stopped> {
    if cancel.is_cancelled() {
        Some(Stopped::Cancelled)
    } else if began.elapsed() >= task.wall_limit {
        Some(Stopped::WallLimit)
    } else if task.silence_limit.is_some_and(|limit| last_output.elapsed() >= limit) {
        Some(Stopped::SilenceLimit)
    } else {
        None
    }
}

/// The supervisor's last word.
fn report(line: &mut UnixStream, status: ExitStatus) -> Result<Report, ProcessError> {
    let mut text = Vec::new();
    let _ = line.set_read_timeout(Some(DRAIN));
    let _ = line.read_to_end(&mut text);
    serde_json::from_slice(&text).map_err(|_| ProcessError::Launcher {
        message: match status.signal() {
            Some(signal) => format!("it was ended by signal {signal} from outside"),
            None => format!("it left without a report ({status})"),
        },
    })
}

/// Tells failures of the launcher and of bubblewrap from failures of the program.
fn complain(
    task: &Task,
    status: ExitStatus,
    report: Option<&Report>,
    stopped: Option<Stopped>,
    stderr: &[u8],
) -> Result<(), ProcessError> {
    if stopped.is_some() {
        return Ok(());
    }
    let exit = report.map_or_else(|| status.code(), |r| r.exit);
    if let Some(message) = report.and_then(|r| r.error.clone()) {
        return Err(ProcessError::Launcher { message });
    }
    let text = String::from_utf8_lossy(stderr);
    let first = text.lines().next().unwrap_or_default();
    if let Some(message) = first.strip_prefix(launch::PREFIX)
        && matches!(exit, Some(126 | 127))
    {
        return Err(ProcessError::Launcher { message: message.to_owned() });
    }
    if let Some(message) = first.strip_prefix("bwrap: ")
        && exit == Some(1)
        && task.confinement.as_ref().is_some_and(|c| c.rung == crate::rungs::Rung::Bubblewrap)
    {
        return Err(ProcessError::Sandbox { message: message.to_owned() });
    }
    Ok(())
}
