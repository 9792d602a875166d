//! What `run` promises about limits, output and the end of a process tree.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use uplift_sandbox::launch::Launcher;
use uplift_sandbox::{Cancel, Env, Finished, Limits, ProcessError, Stopped, Task, run};

fn supervised() -> Launcher {
    Launcher::Program(env!("CARGO_BIN_EXE_uplift-launch-test").into())
}

fn shell(script: &str) -> Task {
    let env = Env::from([("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())]);
    Task::new("sh", "/").args(["-c", script]).env(env).launcher(supervised())
}

fn ran(task: &Task) -> Finished {
    run(task, &Cancel::new()).expect("the task runs")
}

/// Processes whose command line holds `mark`; zombies have none.
fn alive(mark: &str) -> usize {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(mark)).count()
}

fn gone(mark: &str) -> bool {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(8) {
        if alive(mark) == 0 {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// A sleeper that has left its parent, its session and its group.
fn escapee(mark: &str) -> String {
    format!(
        "setsid sh -c 'setsid sleep {mark} & setsid sh -c \"sleep {mark} & sleep {mark}\" & exit 0' > /dev/null 2>&1 &"
    )
}

#[test]
fn output_exit_code_and_cpu_time_arrive() {
    let finished = ran(&shell("echo out; echo err >&2; exit 7"));
    assert_eq!((finished.exit, finished.signal, finished.stopped), (Some(7), None, None));
    assert_eq!((finished.stdout.as_slice(), finished.stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));
    assert!(finished.cpu_seconds.is_some());
    assert_eq!(finished.survivors, 0);
}

#[test]
fn a_death_by_signal_is_told_as_one() {
    let finished = ran(&shell("kill -9 $$"));
    assert_eq!((finished.exit, finished.signal), (None, Some(9)));
    assert!(!finished.success());
}

#[test]
fn the_environment_is_exactly_the_given_one() {
    let mut task = shell("env");
    task.env.insert("GIVEN".into(), "yes".into());
    let text = ran(&task).stdout_text();
    let mut names: Vec<&str> = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    // The shell adds these by itself.
    names.retain(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name));
    names.sort_unstable();
    assert_eq!(names, ["GIVEN", "PATH"]);
}

#[test]
fn the_wall_limit_ends_a_tree_that_fled_by_setsid_and_double_fork() {
    let mark = "7461.01";
    let task = shell(&format!("{} sleep {mark}", escapee(mark))).wall_limit(Duration::from_millis(600));
    let finished = ran(&task);
    assert_eq!(finished.stopped, Some(Stopped::WallLimit));
    assert_eq!(finished.survivors, 0);
    assert!(finished.seconds < 5.0, "TERM should have sufficed, took {}", finished.seconds);
    assert_eq!(alive(mark), 0);
}

#[test]
fn what_ignores_term_is_killed() {
    let mark = "7461.02";
    let script = format!("trap '' TERM; while :; do sleep {mark}; done");
    let finished = ran(&shell(&script).wall_limit(Duration::from_millis(300)));
    assert_eq!((finished.stopped, finished.signal), (Some(Stopped::WallLimit), Some(9)));
    assert!(finished.seconds < 12.0);
    assert_eq!(alive(mark), 0);
}

#[test]
fn what_a_program_leaves_behind_is_ended_with_it() {
    let mark = "7461.03";
    let finished = ran(&shell(&format!("{} sleep 0.2; exit 0", escapee(mark))));
    assert!(finished.success());
    assert!(finished.seconds < 5.0);
    assert_eq!(alive(mark), 0);
}

#[test]
fn silence_ends_a_program_and_output_keeps_it_alive() {
    let task = shell("echo start; sleep 60").silence_limit(Duration::from_millis(400));
    let finished = ran(&task);
    assert_eq!(finished.stopped, Some(Stopped::SilenceLimit));
    assert_eq!(finished.stdout, b"start\n");
    let task = shell("for i in 1 2 3 4 5; do echo $i; sleep 0.3; done").silence_limit(Duration::from_millis(1200));
    assert_eq!(ran(&task).stopped, None);
}

#[test]
fn cancelling_ends_a_program() {
    let cancel = Cancel::new();
    let other = cancel.clone();
    let thread = std::thread::spawn(move || run(&shell("sleep 60"), &other).unwrap());
    std::thread::sleep(Duration::from_millis(200));
    cancel.cancel();
    let finished = thread.join().unwrap();
    assert_eq!(finished.stopped, Some(Stopped::Cancelled));
    assert!(finished.seconds < 10.0);
}

#[test]
fn a_flood_is_kept_in_bounds_and_its_end_survives() {
    let finished = ran(&shell("head -c 12000000 /dev/zero; printf THE-END"));
    assert_eq!(finished.stdout.len(), 4 << 20);
    assert!(finished.stdout.ends_with(b"THE-END"));
    assert_eq!(finished.dropped + finished.stdout.len() as u64, 12_000_007);
}

#[test]
fn output_that_is_no_text_survives_in_capture_and_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let finished = ran(&shell(r"printf '\377\000\376'").log(&log));
    assert_eq!(finished.stdout, b"\xff\x00\xfe");
    assert_eq!(fs::read(log).unwrap(), b"\xff\x00\xfe");
}

#[test]
fn without_capture_only_the_log_has_the_output() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut task = shell("echo out; echo err >&2").log(&log);
    task.capture = false;
    let finished = ran(&task);
    assert!(finished.stdout.is_empty() && finished.stderr.is_empty());
    assert_eq!(fs::read_to_string(log).unwrap().lines().count(), 2);
}

#[test]
fn arguments_that_are_no_utf8_arrive_as_they_are() {
    use std::os::unix::ffi::OsStringExt;
    let odd = std::ffi::OsString::from_vec(b"a\xffb".to_vec());
    let finished = ran(&shell("printf %s \"$1\"").args(["x".into(), odd]));
    assert_eq!(finished.stdout, b"a\xffb");
}

#[test]
fn limits_reach_the_program() {
    let limits = Limits { open_files: Some(64), file_bytes: Some(1 << 20), cpu_seconds: Some(9) };
    let finished = ran(&shell("ulimit -n; ulimit -t; ulimit -c").limits(limits));
    assert_eq!(finished.stdout_text(), "64\n9\n0\n");
}

#[test]
fn a_missing_program_is_named_with_the_place_where_it_was_looked_for() {
    let mut task = shell("");
    task.program = "no-such-program".into();
    let error = run(&task, &Cancel::new()).unwrap_err();
    assert_eq!(error.to_string(), "the program `no-such-program` was not found in PATH `/usr/local/bin:/usr/bin:/bin`");
    task.program = "/etc/passwd".into();
    assert!(matches!(run(&task, &Cancel::new()), Err(ProcessError::NotExecutable { .. })));
    task.cwd = "/no/such/folder".into();
    assert!(matches!(run(&task, &Cancel::new()), Err(ProcessError::NoFolder { .. })));
}

#[test]
fn a_script_with_a_missing_interpreter_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    fs::write(&script, "#!/no/such/interpreter\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let mut task = shell("");
    task.program = script.into();
    let error = run(&task, &Cancel::new()).unwrap_err().to_string();
    assert!(error.contains("the interpreter it names"), "{error}");
}

#[test]
fn a_program_that_fails_like_the_launcher_is_not_taken_for_it() {
    let finished = ran(&shell("echo nope >&2; exit 126"));
    assert_eq!(finished.exit, Some(126));
}

/// Not a test by itself: the parent that the next test kills.
#[test]
fn parent_that_will_be_killed() {
    if let Some(mark) = std::env::var_os("UPLIFT_TEST_MARK") {
        let mark = mark.to_string_lossy().into_owned();
        let _ = run(&shell(&format!("{} sleep {mark}", escapee(&mark))), &Cancel::new());
    }
}

#[test]
fn killing_uplift_ends_everything_below_it() {
    let mark = "7461.04";
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "parent_that_will_be_killed"])
        .env("UPLIFT_TEST_MARK", mark)
        .spawn()
        .unwrap();
    let began = Instant::now();
    while alive(mark) < 4 && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(alive(mark) >= 4, "the tree did not come up");
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert!(gone(mark), "{} processes outlived Uplift", alive(mark));
}

#[test]
fn without_a_launcher_the_process_group_is_ended() {
    let mark = "7461.05";
    let task = shell(&format!("sleep {mark} & sleep {mark}")).wall_limit(Duration::from_millis(300));
    let finished = run(&task.launcher(Launcher::None), &Cancel::new()).unwrap();
    assert_eq!((finished.stopped, finished.signal), (Some(Stopped::WallLimit), Some(15)));
    assert!(gone(mark));
}

#[test]
fn a_log_that_cannot_be_written_ends_the_tree_and_says_so() {
    let mark = "7461.06";
    let script = format!("{} while :; do echo noise; sleep 0.1; done", escapee(mark));
    let error = run(&shell(&script).log("/dev/full".as_ref()), &Cancel::new()).unwrap_err();
    assert!(matches!(error, ProcessError::Log { .. }), "{error}");
    assert!(gone(mark));
}

#[test]
fn no_process_survives_twenty_different_escapes() {
    let mark = "7461.07";
    // Forks that leave their parents while the tree is being ended.
    let breeder = format!(
        "breed() {{ sleep {mark} & [ $1 -gt 0 ] && setsid sh -c 'sleep 0.01' & }}; i=0; while [ $i -lt 300 ]; do breed 1; i=$((i+1)); done; wait"
    );
    let threads: Vec<_> = (0..4)
        .map(|lane| {
            let (escape, breeder) = (escapee(mark), breeder.clone());
            std::thread::spawn(move || {
                for round in 0..5_u64 {
                    let script =
                        if (lane + round) % 2 == 0 { format!("{escape} sleep {mark}") } else { breeder.clone() };
                    let finished = ran(&shell(&script).wall_limit(Duration::from_millis(40 + 37 * round)));
                    assert_eq!(finished.survivors, 0);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(alive(mark), 0);
}
