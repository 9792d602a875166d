//! Progress: what happened so far, made from events; as a few lines to redraw, or as one line an event.
//!
//! Lives here: the state and its two forms. The caller tells how much time has passed.
//! Lives elsewhere: moving the cursor, deciding which form suits (`cli`).

use std::time::Duration;

use uplift_model::{Event, Phase};

use super::lines::{cut, pad, width};
use crate::clean;
use crate::numbers::{count, duration, list};
use crate::view::{Tone, View};

/// Lines of the current phase that stay in sight.
const RECENT: usize = 4;

/// Symptoms that are named in one line, and columns of each.
const SYMPTOMS: usize = 3;
const SYMPTOM: usize = 80;

/// What a root without a name is called.
const ROOT: &str = "the project";

/// What is known of a run under way.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    run: String,
    component: String,
    /// What ended: one line each.
    done: Vec<String>,
    /// What happened in the current stage, newest last.
    recent: Vec<String>,
    /// What goes on right now.
    doing: String,
    phase: Option<Phase>,
    full_runs: u32,
    probes: u32,
    probe_seconds: f64,
    /// Seconds of one run of the whole suite.
    suite: Option<f64>,
    symptoms: usize,
    blamed: usize,
    finished: bool,
}

impl Progress {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event in and gives it as a line, with the time since the run started.
    pub fn tell(&mut self, event: &Event, elapsed: Duration) -> String {
        self.take(event);
        format!("{:>7}  {}", clock(elapsed), sentence(event))
    }

    /// Takes an event in.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::Started { run, component } => {
                self.run = clean::line(run);
                self.component = crate::words::component(component, ROOT);
            }
            Event::Doing { what } => self.doing = clean::line(what),
            Event::Noted { .. } | Event::Committed { .. } => self.remember(sentence(event)),
            Event::BaselineRun { number, of, seconds, .. } => {
                self.full_runs += 1;
                self.suite = Some(*seconds);
                self.doing = if number < of {
                    format!("baseline: run {} of {of}", number + 1)
                } else {
                    "baseline: comparing the runs".to_owned()
                };
            }
            Event::BaselineDone { seconds, .. } => {
                self.suite = Some(*seconds);
                self.settle(sentence(event));
            }
            Event::PhaseStarted { phase, moves } => {
                self.recent.clear();
                self.phase = Some(*phase);
                (self.symptoms, self.blamed) = (0, 0);
                self.doing = format!("trying {} together", count(*moves, "move"));
            }
            Event::FullRun { newly_failing, .. } => {
                self.full_runs += 1;
                self.remember(sentence(event));
                self.doing =
                    if *newly_failing > 0 { "looking for who breaks them" } else { "keeping what passed" }.to_owned();
            }
            Event::Symptoms { symptoms } => {
                self.symptoms = symptoms.len();
                self.remember(sentence(event));
            }
            Event::Probe { seconds, .. } => {
                self.probes += 1;
                self.probe_seconds += seconds;
                self.doing = format!("probing; the last one: {}", sentence(event));
            }
            Event::Blamed { .. } => {
                self.blamed += 1;
                self.remember(sentence(event));
            }
            Event::Searching { .. } => self.doing = sentence(event),
            Event::Best { .. } => self.remember(sentence(event)),
            Event::PhaseDone { .. } => self.settle(sentence(event)),
            Event::Verified { .. } => self.settle(sentence(event)),
            Event::Finished { .. } => {
                self.finished = true;
                self.doing.clear();
            }
        }
    }

    fn remember(&mut self, line: String) {
        self.recent.push(line);
        if self.recent.len() > RECENT {
            self.recent.remove(0);
        }
    }

    fn settle(&mut self, line: String) {
        self.recent.clear();
        self.done.push(line);
        self.doing.clear();
    }

    /// The lines to draw now; never more than `rows`, never wider than the view.
    pub fn screen(&self, elapsed: Duration, rows: usize, view: &View) -> Vec<String> {
        let columns = view.columns();
        let mut lines = vec![(Tone::Heading, self.title(elapsed, columns))];
        lines.extend(self.done.iter().map(|d| (Tone::Good, format!("  ok {d}"))));
        if !self.doing.is_empty() {
            let phase = self.phase.map(|p| format!("phase {} {}: ", p.number(), p)).unwrap_or_default();
            lines.push((Tone::Plain, format!("  .. {phase}{}", self.doing)));
        }
        lines.extend(self.recent.iter().map(|r| (Tone::Plain, format!("       {r}"))));
        // The title and what goes on now stay; the oldest of what is done goes first.
        let rows = rows.max(2);
        if lines.len() > rows {
            lines.drain(1..=lines.len() - rows);
        }
        lines.into_iter().map(|(tone, text)| view.paint(tone, &cut(&text, columns))).collect()
    }

    /// What it is about on the left, time on the right; counts and the run's id as far as there is room.
    fn title(&self, elapsed: Duration, columns: usize) -> String {
        let phase = match self.phase {
            Some(phase) => format!("phase {} of 4: {phase}", phase.number()),
            None => "getting ready".to_owned(),
        };
        let component = if self.component.is_empty() { String::new() } else { format!("{}  ", self.component) };
        let time = self.remaining().map(|r| format!(", about {} left", roughly(r))).unwrap_or_default();
        let time = format!("{}{time}", clock(elapsed));
        let counts =
            format!("{}, {}, ", count(usize_of(self.full_runs), "full run"), count(usize_of(self.probes), "probe"));
        let run = format!("run {}  ", self.run);
        let mut left = format!("{component}{phase}");
        let mut right = time;
        let fits = |left: &str, right: &str, more: &str| width(left) + width(right) + width(more) + 2 <= columns;
        if self.full_runs > 0 && fits(&left, &right, &counts) {
            right.insert_str(0, &counts);
        }
        if !self.run.is_empty() && fits(&left, &right, &run) {
            left.insert_str(0, &run);
        }
        let left = cut(&left, columns.saturating_sub(width(&right) + 2));
        format!("{}{right}", pad(&left, columns.saturating_sub(width(&right))))
    }

    /// Seconds that are probably left: a full run for this phase, each later one and the last verification, and for
    /// every symptom that nobody is blamed for a handful of probes and a confirming run. `None` before the baseline.
    pub fn remaining(&self) -> Option<f64> {
        let suite = self.suite?;
        if self.finished {
            return None;
        }
        let phases = self.phase.map_or(4, |p| 5 - p.number());
        let probe = if self.probes == 0 { suite * 0.3 } else { self.probe_seconds / f64::from(self.probes) };
        let open = self.symptoms.saturating_sub(self.blamed) as f64;
        Some((phases as f64 + 1.0) * suite + open * (4.0 * probe + 2.0 * suite))
    }
}

/// An estimate, without figures that it does not have: `1 min`, `12 min`, `2 h`.
fn roughly(seconds: f64) -> String {
    let minutes = (seconds / 60.0).ceil().max(1.0) as u64;
    if minutes < 90 { format!("{minutes} min") } else { format!("{} h", (minutes + 30) / 60) }
}

fn usize_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// `0:07`, `12:30`, `1:02:03`.
fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// A test's own words, short enough to stand in a line with others.
fn told(text: &str) -> String {
    cut(&clean::line(text), SYMPTOM)
}

fn sentence(event: &Event) -> String {
    match event {
        Event::Started { run, component } => {
            format!("run {} of {}", clean::line(run), crate::words::component(component, ROOT))
        }
        Event::Doing { what } => clean::line(what),
        Event::Noted { text } => format!("note: {}", clean::line(text)),
        Event::BaselineRun { number, of, seconds, passed, failed } => {
            format!("baseline run {number} of {of}: {passed} passed, {failed} failed, {}", duration(*seconds))
        }
        Event::BaselineDone { command, passed, known, flaky, seconds } => {
            format!(
                "baseline: {}: {passed} passed, {}, {flaky} flaky, {} each",
                clean::line(command),
                count(*known, "known failure"),
                duration(*seconds)
            )
        }
        Event::PhaseStarted { phase, moves } => format!("phase {} {phase}: {}", phase.number(), count(*moves, "move")),
        Event::FullRun { packages, seconds, newly_failing } => {
            format!(
                "full run with {} moved: {} newly failing, {}",
                count(*packages, "package"),
                count(*newly_failing, "test"),
                duration(*seconds)
            )
        }
        Event::Symptoms { symptoms } => {
            let mut all: Vec<String> = symptoms.iter().take(SYMPTOMS).map(|s| told(s)).collect();
            if symptoms.len() > SYMPTOMS {
                all.push(format!("{} more", symptoms.len() - SYMPTOMS));
            }
            format!("{}: {}", count(symptoms.len(), "symptom"), list(&all))
        }
        Event::Probe { packages, tests, seconds, failing } => {
            format!(
                "{} with {} moved: {failing} fail, {}",
                count(*tests, "test"),
                count(*packages, "package"),
                duration(*seconds)
            )
        }
        Event::Blamed { name, proof, why } => {
            format!("{name} breaks them ({}): {}", crate::words::proof(*proof), told(why))
        }
        Event::Searching { name, between: (from, to) } => {
            format!("looking for the highest {name} that passes, between {from} and {to}")
        }
        Event::Best { name, version } => format!("{name} {version} is the highest that passes"),
        Event::PhaseDone { phase, kept, held } => format!("phase {} {phase}: {kept} kept, {held} held", phase.number()),
        Event::Committed { commit, subject } => {
            format!("commit {} {}", clean::line(commit).chars().take(10).collect::<String>(), clean::line(subject))
        }
        Event::Verified { passed, seconds } => {
            format!("everything kept, together from a clean environment: {passed} passed, {}", duration(*seconds))
        }
        Event::Finished { branch: Some(branch) } => format!("finished: branch {}", clean::line(branch)),
        Event::Finished { branch: None } => "finished: nothing was delivered".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn on_a_terminal_the_finished_stages_stay_and_the_current_one_says_what_runs() {
        let mut progress = Progress::new();
        for event in sample::events() {
            progress.take(&event);
        }
        let lines = progress.screen(Duration::from_secs(661), 20, &View::new(100, false));
        insta::assert_snapshot!(lines.join("\n"), @r"
        run 01JD8Q  backend  phase 3 of 4: high                3 full runs, 1 probe, 11:01, about 2 min left
          ok baseline: pytest -q: 212 passed, 2 known failures, 1 flaky, 14 s each
          ok phase 1 low: 1 kept, 0 held
          .. phase 3 high: probing; the last one: 8 tests with 2 packages moved: 8 fail, 3.0 s
               full run with 3 packages moved: 17 tests newly failing, 13 s
               2 symptoms: ImportError BaseSettings (9 tests) and TypeError url_decode (8 tests)
               pydantic breaks them (passes without it, fails with it): ImportError BaseSettings
        ");
    }

    #[test]
    fn in_a_log_every_event_is_one_line_with_its_time() {
        let mut progress = Progress::new();
        let lines: Vec<String> =
            (0..).zip(sample::events()).map(|(n, e)| progress.tell(&e, Duration::from_secs(n * 61))).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
         0:00  run 01JD8Q of backend
         1:01  building the environment of 31 packages
         2:02  baseline run 1 of 3: 212 passed, 3 failed, 14 s
         3:03  baseline: pytest -q: 212 passed, 2 known failures, 1 flaky, 14 s each
         4:04  phase 1 low: 1 move
         5:05  full run with 1 package moved: 0 tests newly failing, 14 s
         6:06  phase 1 low: 1 kept, 0 held
         7:07  phase 3 high: 3 moves
         8:08  full run with 3 packages moved: 17 tests newly failing, 13 s
         9:09  2 symptoms: ImportError BaseSettings (9 tests) and TypeError url_decode (8 tests)
        10:10  pydantic breaks them (passes without it, fails with it): ImportError BaseSettings
        11:11  8 tests with 2 packages moved: 8 fail, 3.0 s
        ");
    }

    #[test]
    fn a_small_window_keeps_the_title_and_what_runs_now() {
        let mut progress = Progress::new();
        for event in sample::events() {
            progress.take(&event);
        }
        let lines = progress.screen(Duration::from_secs(5), 3, &View::new(80, false));
        assert_eq!(lines.len(), 3);
        assert!(lines.first().is_some_and(|l| l.contains("phase 3 of 4")), "{lines:?}");
        assert!(lines.iter().all(|l| l.chars().count() <= 80), "{lines:?}");
    }

    #[test]
    fn nothing_is_guessed_before_the_baseline() {
        let mut progress = Progress::new();
        progress.take(&Event::Doing { what: "resolving".to_owned() });
        assert_eq!(progress.remaining(), None);
        progress.take(&Event::BaselineRun { number: 1, of: 3, seconds: 10.0, passed: 5, failed: 0 });
        assert_eq!(progress.remaining(), Some(50.0));
    }

    #[test]
    fn an_event_cannot_smuggle_in_a_second_line_or_a_code() {
        let line = Progress::new().tell(&Event::Noted { text: "a\nb\u{1b}[2Jc\r".to_owned() }, Duration::ZERO);
        assert_eq!(line, "   0:00  note: a b\\x1b[2Jc");
    }
}
