//! Progress while a command works: redrawn in place on a terminal, else one line an event; always on stderr.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use uplift_model::Event;
use uplift_report::View;
use uplift_report::terminal::Progress;

use crate::terminal;

/// Time between two redraws.
const BEAT: Duration = Duration::from_millis(500);

/// Shows events until it is dropped.
pub(crate) struct Live {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

struct Shared {
    progress: Mutex<Drawn>,
    started: Instant,
    mode: Mode,
    stop: AtomicBool,
}

enum Mode {
    Silent,
    Lines,
    InPlace,
}

struct Drawn {
    progress: Progress,
    /// Lines on the screen that the next drawing replaces.
    lines: usize,
}

impl Live {
    /// `quiet`: nothing. `logging`: lines, since log lines would tear a drawing apart.
    pub(crate) fn start(quiet: bool, logging: bool) -> Self {
        let mode = match (quiet, terminal::live()) {
            (true, _) => Mode::Silent,
            (false, Some(_)) if !logging => Mode::InPlace,
            _ => Mode::Lines,
        };
        let shared = Arc::new(Shared {
            progress: Mutex::new(Drawn { progress: Progress::new(), lines: 0 }),
            started: Instant::now(),
            mode,
            stop: AtomicBool::new(false),
        });
        let ticker = matches!(shared.mode, Mode::InPlace).then(|| tick(&shared)).flatten();
        Self { shared, ticker }
    }

    pub(crate) fn event(&self, event: &Event) {
        let elapsed = self.shared.started.elapsed();
        let mut drawn = self.shared.progress.lock().unwrap_or_else(PoisonError::into_inner);
        match self.shared.mode {
            Mode::Silent => {}
            Mode::Lines => {
                let line = drawn.progress.tell(event, elapsed);
                let _closed = writeln!(anstream::stderr(), "{line}");
            }
            Mode::InPlace => {
                drawn.progress.take(event);
                drawn.draw(elapsed);
            }
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        if let Some(ticker) = self.ticker.take() {
            ticker.thread().unpark();
            let _ended = ticker.join();
        }
        if matches!(self.shared.mode, Mode::InPlace) {
            self.shared.progress.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }
}

fn tick(shared: &Arc<Shared>) -> Option<JoinHandle<()>> {
    let shared = Arc::clone(shared);
    let beat = move || {
        while !shared.stop.load(Ordering::SeqCst) {
            shared.progress.lock().unwrap_or_else(PoisonError::into_inner).draw(shared.started.elapsed());
            std::thread::park_timeout(BEAT);
        }
    };
    // Without the thread the drawing still changes with every event.
    std::thread::Builder::new().name("progress".to_owned()).spawn(beat).ok()
}

impl Drawn {
    fn draw(&mut self, elapsed: Duration) {
        let (view, rows) = terminal::live().unwrap_or_else(|| (View::new(79, false), 23));
        let lines = self.progress.screen(elapsed, rows, &view);
        let mut text = self.back();
        for line in &lines {
            text.push_str(line);
            text.push('\n');
        }
        self.lines = lines.len();
        put(&text);
    }

    fn clear(&mut self) {
        let text = self.back();
        self.lines = 0;
        put(&text);
    }

    /// To the first line of the last drawing, and everything below wiped.
    fn back(&self) -> String {
        if self.lines == 0 { String::new() } else { format!("\u{1b}[{}A\r\u{1b}[J", self.lines) }
    }
}

/// Straight to stderr: colours were decided by the view, and cursor movements must pass even without colours.
fn put(text: &str) {
    let mut err = std::io::stderr().lock();
    let _closed = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
