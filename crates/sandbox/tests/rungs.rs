//! What each rung refuses, seen from inside. A rung that this machine cannot offer is reported, not passed over in
//! silence: these tests need bubblewrap and Landlock where they run.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use uplift_sandbox::launch::Launcher;
use uplift_sandbox::{
    Access, Bind, Cancel, Confinement, Env, Finished, Ladder, ProcessError, Rung, Stopped, Task, run,
};

fn supervised() -> Launcher {
    Launcher::Program(env!("CARGO_BIN_EXE_uplift-launch-test").into())
}

/// A private place with a pretended home. Not below `/tmp`, which bubblewrap hides anyway.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        for name in ["home/.ssh", "home/tools", "work", "tmp", "private-home"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("home/.ssh/key"), "secret").unwrap();
        fs::write(folder.path().join("home/tools/tool"), "a tool").unwrap();
        Self(folder)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn confinement(&self, rung: Rung) -> Confinement {
        let mut confinement = Confinement::new(rung, self.at("tmp"), self.at("private-home"));
        confinement.read_write = vec![self.at("work")];
        confinement.read_only = vec![self.at("home/tools")];
        confinement.hide = vec![self.at("home")];
        confinement
    }

    fn task(&self, confinement: Confinement, script: &str) -> Task {
        let env = Env::from([
            ("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into()),
            ("ROOT".into(), self.0.path().as_os_str().to_owned()),
        ]);
        Task::new("sh", self.at("work")).args(["-c", script]).env(env).confined(confinement).launcher(supervised())
    }

    fn sh(&self, rung: Rung, script: &str) -> Finished {
        run(&self.task(self.confinement(rung), script), &Cancel::new()).expect("the sandbox starts")
    }
}

fn python(script: &str) -> String {
    format!("python3 -c '{script}'")
}

#[test]
fn the_ladder_takes_the_best_rung_and_says_what_it_leaves_open() {
    let began = Instant::now();
    let ladder = Ladder::detect_with(&supervised(), &Cancel::new());
    assert_eq!(ladder.rung, Rung::Bubblewrap, "{:?}", ladder.canaries);
    assert!(ladder.statement.contains("memory is not limited"));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[test]
fn without_a_launcher_bubblewrap_is_still_proven() {
    let ladder = Ladder::detect_with(&Launcher::None, &Cancel::new());
    assert_eq!(ladder.rung, Rung::Bubblewrap, "{:?}", ladder.canaries);
}

#[test]
fn the_home_is_hidden_and_what_is_shown_in_it_can_be_read_only() {
    let place = Place::new();
    for rung in [Rung::Bubblewrap, Rung::Landlock] {
        let finished = place.sh(rung, "cat $ROOT/home/tools/tool; cat $ROOT/home/.ssh/key");
        assert_eq!(finished.stdout_text(), "a tool", "{rung:?}: {}", finished.stderr_text());
        assert_ne!(finished.exit, Some(0), "{rung:?}");
        let finished = place.sh(rung, "echo x > $ROOT/home/tools/tool");
        assert_ne!(finished.exit, Some(0), "{rung:?}");
    }
    assert_eq!(fs::read_to_string(place.at("home/tools/tool")).unwrap(), "a tool");
}

#[test]
fn only_listed_folders_can_be_written() {
    let place = Place::new();
    for rung in [Rung::Bubblewrap, Rung::Landlock] {
        let script = "echo 1 > in && echo 1 > $ROOT/tmp/in && echo 1 > $ROOT/private-home/in && echo 1 > /dev/null";
        let finished = place.sh(rung, script);
        assert!(finished.success(), "{rung:?}: {}", finished.stderr_text());
        assert_eq!(fs::read_to_string(place.at("work/in")).unwrap(), "1\n");
        for outside in [place.at("outside"), "/uplift-sandbox-test".into(), "/etc/uplift-sandbox-test".into()] {
            let finished = place.sh(rung, &format!("echo 1 > {}", outside.display()));
            assert_ne!(finished.exit, Some(0), "{rung:?} wrote {}", outside.display());
            assert!(!outside.exists());
        }
    }
}

#[test]
fn the_network_of_the_machine_is_refused() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connect = python(&format!("import socket; socket.create_connection((\"127.0.0.1\", {port}), 1)"));
    for rung in [Rung::Bubblewrap, Rung::Landlock] {
        assert_ne!(place.sh(rung, &connect).exit, Some(0), "{rung:?}");
        let mut open = place.confinement(rung);
        open.network = true;
        let finished = run(&place.task(open, &connect), &Cancel::new()).unwrap();
        assert!(finished.success(), "{rung:?}: {}", finished.stderr_text());
    }
    assert!(place.sh(Rung::Plain, &connect).success());
}

#[test]
fn loopback_is_up_inside_bubblewrap_and_refused_under_landlock() {
    let place = Place::new();
    let talk = python(
        "import socket; s = socket.create_server((\"127.0.0.1\", 0)); socket.create_connection(s.getsockname())",
    );
    let finished = place.sh(Rung::Bubblewrap, &talk);
    assert!(finished.success(), "{}", finished.stderr_text());
    assert!(place.sh(Rung::Landlock, &talk).stderr_text().contains("PermissionError"));
}

#[test]
fn landlock_refuses_udp_and_keeps_unix_sockets() {
    let place = Place::new();
    let udp = python("import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)");
    assert!(place.sh(Rung::Landlock, &udp).stderr_text().contains("PermissionError"));
    let pair = python("import socket; a, b = socket.socketpair(); a.send(b\"x\"); assert b.recv(1) == b\"x\"");
    let finished = place.sh(Rung::Landlock, &pair);
    assert!(finished.success(), "{}", finished.stderr_text());
}

#[test]
fn a_read_only_environment_inside_a_writable_worktree_stays_as_it_is() {
    let place = Place::new();
    fs::create_dir(place.at("work/env")).unwrap();
    let mut confinement = place.confinement(Rung::Bubblewrap);
    confinement.read_only.push(place.at("work/env"));
    let finished = run(&place.task(confinement, "echo 1 > ok && echo 1 > env/no"), &Cancel::new()).unwrap();
    assert_ne!(finished.exit, Some(0));
    assert!(place.at("work/ok").exists() && !place.at("work/env/no").exists());
}

#[test]
fn a_folder_can_be_shown_elsewhere_by_bubblewrap_only() {
    let place = Place::new();
    let with = |rung| {
        let mut confinement = place.confinement(rung);
        let bind = Bind { from: place.at("home/tools"), to: "/tmp/tools".into(), access: Access::ReadOnly };
        confinement.binds.push(bind);
        run(&place.task(confinement, "cat /tmp/tools/tool"), &Cancel::new())
    };
    assert_eq!(with(Rung::Bubblewrap).unwrap().stdout_text(), "a tool");
    assert!(matches!(with(Rung::Landlock), Err(ProcessError::Sandbox { .. })));
    assert!(matches!(with(Rung::Plain), Err(ProcessError::Sandbox { .. })));
}

#[test]
fn capabilities_are_gone_so_that_nothing_can_be_remounted() {
    let place = Place::new();
    let finished = place.sh(Rung::Bubblewrap, "grep CapEff /proc/self/status");
    assert!(finished.stdout_text().contains("0000000000000000"), "{}", finished.stdout_text());
}

#[test]
fn a_missing_writable_folder_is_a_clear_error() {
    let place = Place::new();
    let mut confinement = place.confinement(Rung::Bubblewrap);
    confinement.read_write.push(place.at("missing"));
    let error = run(&place.task(confinement, "true"), &Cancel::new()).unwrap_err().to_string();
    assert!(error.contains("missing"), "{error}");
}

#[test]
fn a_program_in_a_hidden_folder_is_refused_with_its_name() {
    let place = Place::new();
    let mut task = place.task(place.confinement(Rung::Bubblewrap), "");
    fs::copy("/bin/true", place.at("home/true")).unwrap();
    fs::copy("/bin/true", place.at("home/tools/true")).unwrap();
    task.program = place.at("home/true").into();
    assert!(matches!(run(&task, &Cancel::new()), Err(ProcessError::Hidden { .. })));
    task.program = place.at("home/tools/true").into();
    assert!(run(&task, &Cancel::new()).unwrap().success());
}

#[test]
fn below_bubblewrap_programs_get_time_to_end_and_none_survives() {
    let place = Place::new();
    let mark = "7462.01";
    let script = format!("trap 'echo bye; exit 3' TERM; setsid sleep {mark} & echo up; sleep {mark} & wait");
    for launcher in [supervised(), Launcher::None] {
        let gentle = launcher != Launcher::None;
        let task = place.task(place.confinement(Rung::Bubblewrap), &script).wall_limit(Duration::from_secs(1));
        let finished = run(&task.launcher(launcher), &Cancel::new()).unwrap();
        assert_eq!(finished.stopped, Some(Stopped::WallLimit));
        assert!(finished.seconds < 6.0, "{}", finished.seconds);
        assert_eq!(finished.stdout_text(), if gentle { "up\nbye\n" } else { "up\n" });
        let began = Instant::now();
        while alive(mark) > 0 && began.elapsed() < Duration::from_secs(3) {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(alive(mark), 0);
    }
}

fn alive(mark: &str) -> usize {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(mark)).count()
}

#[test]
fn signals_do_not_leave_the_sandbox() {
    let place = Place::new();
    let pid = std::process::id();
    for rung in [Rung::Bubblewrap, Rung::Landlock] {
        assert_ne!(place.sh(rung, &format!("kill -0 {pid}")).exit, Some(0), "{rung:?}");
    }
}

/// Not a test by itself: what the next test runs with a `PATH` that holds no bubblewrap.
#[test]
fn ladder_without_bubblewrap() {
    if std::env::var_os("UPLIFT_TEST_NO_BWRAP").is_none() {
        return;
    }
    let ladder = Ladder::detect_with(&supervised(), &Cancel::new());
    assert_eq!(ladder.rung, Rung::Landlock, "{:?}", ladder.canaries);
    assert!(ladder.statement.contains("loopback included"));
    let problem = ladder.canaries[0].problem.as_deref().unwrap();
    assert!(problem.contains("`bwrap` was not found"), "{problem}");
    let ladder = Ladder::detect_with(&Launcher::None, &Cancel::new());
    assert_eq!(ladder.rung, Rung::Plain);
    assert!(ladder.statement.contains("install bubblewrap"));
}

#[test]
fn without_bubblewrap_the_next_rung_is_proven_and_the_last_one_is_honest() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "ladder_without_bubblewrap"])
        .env("UPLIFT_TEST_NO_BWRAP", "1")
        .env("PATH", "/nowhere")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
