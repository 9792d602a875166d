//! The supervisor: starts the entrant, waits, and ends whatever is left of the tree.
//!
//! It is the sub-reaper of everything below it: a process whose parent dies becomes its child, so that walking its
//! children finds all of them, and "no child left" means "nothing left".

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, getpid, set_child_subreaper, wait};

use super::{ENTER, ITSELF, Refusal, Report, Spec, VERB, descendants};
use crate::process::GRACE;

/// How long KILL is repeated before the rest counts as survivors.
const KILLING: Duration = Duration::from_secs(10);

pub(super) fn supervise() -> Result<(), Refusal> {
    let refuse = |what: &'static str| move |e| Refusal::new(format!("{what}: {e}"));
    let line = std::io::stdin().as_fd().try_clone_to_owned().map_err(refuse("no line to Uplift"))?;
    let mut line = UnixStream::from(line);
    let mut spec = Spec::receive(&mut line).map_err(refuse("no order from Uplift"))?;
    // The kernel reads the argument as a flag; a pid of our own is what rustix takes for "on".
    set_child_subreaper(Some(getpid())).map_err(|e| Refusal::new(format!("cannot become a sub-reaper: {e}")))?;
    spec.supervisor = getpid().as_raw_nonzero().get();

    let report = match start(&spec) {
        Ok(leader) => {
            let over = Arc::new(AtomicBool::new(false));
            let listener = line.try_clone().map_err(refuse("cannot listen to Uplift"))?;
            let spared = spec.spare_leader.then_some(leader);
            let seen = Arc::clone(&over);
            thread::spawn(move || obey(listener, spared, &seen));
            let mut report = see_to_the_end(leader);
            over.store(true, Ordering::SeqCst);
            report.cpu_seconds = cpu_seconds_of_children();
            report
        }
        Err(e) => Report { error: Some(format!("could not start itself: {e}")), ..Report::default() },
    };
    let text = serde_json::to_vec(&report).map_err(|e| Refusal::new(e.to_string()))?;
    // Uplift may be gone by now: then nobody wants to know.
    let _ = line.write_all(&text);
    Ok(())
}

fn start(spec: &Spec) -> std::io::Result<Pid> {
    let mut entrant = Command::new(ITSELF)
        .arg(VERB)
        .arg(ENTER)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .process_group(0)
        .spawn()?;
    if let Some(mut stdin) = entrant.stdin.take() {
        // An entrant that died early shows by its exit code.
        let _ = spec.send(&mut stdin);
    }
    Pid::from_raw(entrant.id().cast_signed()).ok_or_else(|| std::io::Error::other("a child without a pid"))
}

/// Waits for the leader, then for everything else, which is killed.
fn see_to_the_end(leader: Pid) -> Report {
    let mut report = Report::default();
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == leader => {
                report.exit = status.exit_status();
                report.signal = status.terminating_signal();
                break;
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => break,
        }
    }
    let began = Instant::now();
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) => continue,
            Ok(None) => {}
            // No child, and thus nothing left.
            Err(_) => return report,
        }
        if began.elapsed() > KILLING {
            report.survivors = descendants::of(getpid()).len();
            return report;
        }
        descendants::signal(Signal::KILL, None);
        thread::sleep(Duration::from_millis(2));
    }
}

/// Ends the tree when Uplift asks for it, or when Uplift is gone.
fn obey(mut line: UnixStream, spared: Option<Pid>, over: &AtomicBool) {
    let mut order = [0_u8; 1];
    let asked = loop {
        match line.read(&mut order) {
            Ok(n) => break n > 0,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => break false,
        }
    };
    if asked {
        descendants::signal(Signal::TERM, spared);
        let since = Instant::now();
        line.set_read_timeout(Some(Duration::from_millis(10))).ok();
        while since.elapsed() < GRACE && !over.load(Ordering::SeqCst) {
            // The line breaking now means that Uplift died while it waited.
            if matches!(line.read(&mut order), Ok(0)) {
                break;
            }
        }
    }
    while !over.load(Ordering::SeqCst) {
        descendants::signal(Signal::KILL, None);
        thread::sleep(Duration::from_millis(10));
    }
}

/// CPU time of all children that were waited for: fields 16 and 17 of `/proc/self/stat`, in ticks of 1/100 s
/// (`USER_HZ`, the same on every architecture supported here).
fn cpu_seconds_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the name in parentheses and may hold anything; count from behind it.
    let ticks: u32 = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().skip(13).take(2).filter_map(|n| n.parse::<u32>().ok()).sum())
        .unwrap_or_default();
    f64::from(ticks) / 100.0
}
