//! The journal: what a run means to do, what came of it, and everything that happened meanwhile.
//!
//! Lives here: one SQLite file in the repository's common git directory. A step writes its intent, acts, writes
//! its outcome; what has an outcome is never done again, what has none is done again. Decision: 0005.
//! Lives elsewhere: what the steps are (`crate::steps`), how a run is taken up again (`crate::resume`).

mod crash;
mod rows;
mod schema;

pub use rows::{Hold, RunRow};

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, Row};
use uplift_model::{Event, Hint};

/// Why the journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("could not create `{0}`")]
    Folder(PathBuf, #[source] std::io::Error),
    #[error("could not use the journal `{file}`: {what}")]
    Database { file: PathBuf, what: String },
    #[error("the journal `{0}` is damaged")]
    Damaged(PathBuf),
    #[error("the journal `{0}` was written by a newer Uplift")]
    Newer(PathBuf),
    #[error("the journal holds something unreadable for `{0}`")]
    Outcome(String, #[source] serde_json::Error),
}

impl Hint for JournalError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Folder(path, _) => Some(format!(
                "Uplift keeps its journal in the repository's git directory; make `{}` writable",
                path.display()
            )),
            Self::Database { what, .. } if what.contains("full") => {
                Some("the disk is full; free some room, then `uplift resume`".to_owned())
            }
            Self::Damaged(path) => {
                Some(format!("move `{}` away; branches that were delivered stay as they are", path.display()))
            }
            Self::Newer(_) => Some("update Uplift".to_owned()),
            Self::Database { .. } | Self::Outcome(..) => None,
        }
    }
}

/// The open journal. Calls block; the connection's driver runs on a small runtime of its own.
#[derive(Debug)]
pub struct Journal {
    file: PathBuf,
    runtime: tokio::runtime::Runtime,
    connection: std::cell::RefCell<SqliteConnection>,
}

impl Journal {
    /// Opens or creates the journal in `folder`.
    ///
    /// # Errors
    /// [`JournalError`] when the folder is not writable or the file is damaged or newer.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        std::fs::create_dir_all(folder).map_err(|e| JournalError::Folder(folder.to_owned(), e))?;
        let file = folder.join("journal.sqlite3");
        let failed = |what: String| JournalError::Database { file: file.clone(), what };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| failed(e.to_string()))?;
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let mut connection =
            runtime.block_on(SqliteConnection::connect_with(&options)).map_err(|e| failed(e.to_string()))?;
        runtime.block_on(schema::prepare(&mut connection, &file))?;
        Ok(Self { file, runtime, connection: std::cell::RefCell::new(connection) })
    }

    /// The outcome of a step that ran to its end earlier.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn outcome<T: DeserializeOwned>(&self, run: &str, key: &str) -> Result<Option<T>, JournalError> {
        let query = sqlx::query("SELECT outcome FROM steps WHERE run = ? AND key = ? AND outcome IS NOT NULL")
            .bind(run)
            .bind(key);
        let row = self.block(|c| self.runtime.block_on(query.fetch_optional(c)))?;
        let Some(row) = row else { return Ok(None) };
        let text: String = row.try_get(0).map_err(|e| self.failed(&e))?;
        serde_json::from_str(&text).map(Some).map_err(|e| JournalError::Outcome(key.to_owned(), e))
    }

    /// Does `act` unless its outcome is known: intent first, then the act, then the outcome.
    /// An act that fails leaves its intent only, and is done again when the run is taken up again.
    ///
    /// # Errors
    /// What `act` fails with, or [`JournalError`] as `E`.
    pub fn step<T, E>(&self, run: &str, key: &str, act: impl FnOnce() -> Result<T, E>) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<JournalError>,
    {
        if let Some(known) = self.outcome(run, key)? {
            return Ok(known);
        }
        crash::point("before the intent of", key);
        let intent = sqlx::query("INSERT INTO steps (run, key, intent_at) VALUES (?, ?, unixepoch()) ON CONFLICT DO UPDATE SET intent_at = unixepoch()")
            .bind(run)
            .bind(key);
        self.block(|c| self.runtime.block_on(intent.execute(c)))?;
        crash::point("after the intent of", key);
        let outcome = act()?;
        crash::point("before the outcome of", key);
        let text = serde_json::to_string(&outcome).map_err(|e| JournalError::Outcome(key.to_owned(), e))?;
        let done = sqlx::query("UPDATE steps SET outcome = ?, done_at = unixepoch() WHERE run = ? AND key = ?")
            .bind(text)
            .bind(run)
            .bind(key);
        self.block(|c| self.runtime.block_on(done.execute(c)))?;
        crash::point("after the outcome of", key);
        Ok(outcome)
    }

    /// Appends an event.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn record(&self, run: &str, event: &Event) -> Result<(), JournalError> {
        let text = serde_json::to_string(event).map_err(|e| JournalError::Outcome("event".to_owned(), e))?;
        let query = sqlx::query("INSERT INTO events (run, at, event) VALUES (?, unixepoch(), ?)").bind(run).bind(&text);
        crash::event("before", &text);
        self.block(|c| self.runtime.block_on(query.execute(c)))?;
        crash::event("after", &text);
        Ok(())
    }

    /// Every event of a run, in order, with its time in Unix seconds.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn events(&self, run: &str) -> Result<Vec<(i64, Event)>, JournalError> {
        let query = sqlx::query("SELECT at, event FROM events WHERE run = ? ORDER BY seq").bind(run);
        let rows = self.block(|c| self.runtime.block_on(query.fetch_all(c)))?;
        let mut events = Vec::with_capacity(rows.len());
        for row in rows {
            let at: i64 = row.try_get(0).map_err(|e| self.failed(&e))?;
            let text: String = row.try_get(1).map_err(|e| self.failed(&e))?;
            events.push((at, serde_json::from_str(&text).map_err(|e| JournalError::Outcome("event".to_owned(), e))?));
        }
        Ok(events)
    }

    /// Forgets the steps of a run; for questions whose answers are not worth keeping.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn forget_steps(&self, run: &str) -> Result<(), JournalError> {
        let query = sqlx::query("DELETE FROM steps WHERE run = ?").bind(run);
        self.block(|c| self.runtime.block_on(query.execute(c)))?;
        Ok(())
    }

    /// Whether a run was started without tests; it goes on as it began.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn without_tests(&self, run: &str) -> Result<bool, JournalError> {
        Ok(self.outcome::<bool>(run, "tests")?.is_some_and(|tests| !tests))
    }

    /// A fact kept across runs, unless it is older than `max_age` seconds.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn fact<T: DeserializeOwned>(&self, key: &str, max_age: u64) -> Result<Option<T>, JournalError> {
        Ok(self.fact_at(key, max_age)?.map(|(fact, _)| fact))
    }

    /// [`Self::fact`], and when it was kept, in seconds since 1970.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn fact_at<T: DeserializeOwned>(&self, key: &str, max_age: u64) -> Result<Option<(T, i64)>, JournalError> {
        let oldest = i64::try_from(max_age).unwrap_or(i64::MAX);
        let query =
            sqlx::query("SELECT value, at FROM facts WHERE key = ? AND at >= unixepoch() - ?").bind(key).bind(oldest);
        let row = self.block(|c| self.runtime.block_on(query.fetch_optional(c)))?;
        let Some(row) = row else { return Ok(None) };
        let text: String = row.try_get(0).map_err(|e| self.failed(&e))?;
        let at: i64 = row.try_get(1).map_err(|e| self.failed(&e))?;
        // A fact in an older form is simply learnt again.
        Ok(serde_json::from_str(&text).ok().map(|fact| (fact, at)))
    }

    /// Keeps a fact; the one of the same key is replaced.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn keep_fact<T: Serialize>(&self, key: &str, value: &T) -> Result<(), JournalError> {
        let text = serde_json::to_string(value).map_err(|e| JournalError::Outcome(key.to_owned(), e))?;
        let query = sqlx::query("INSERT INTO facts (key, at, value) VALUES (?, unixepoch(), ?) ON CONFLICT DO UPDATE SET at = unixepoch(), value = excluded.value")
            .bind(key)
            .bind(text);
        crash::point("before the fact", key);
        self.block(|c| self.runtime.block_on(query.execute(c)))?;
        crash::point("after the fact", key);
        Ok(())
    }

    fn block<T>(&self, act: impl FnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>) -> Result<T, JournalError> {
        act(&mut self.connection.borrow_mut()).map_err(|e| self.failed(&e))
    }

    fn failed(&self, error: &sqlx::Error) -> JournalError {
        JournalError::Database { file: self.file.clone(), what: error.to_string() }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_step_with_an_outcome_is_never_done_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut done = 0;
        for _ in 0..2 {
            let journal = Journal::open(folder.path()).unwrap();
            let outcome: u32 = journal
                .step("r", "k", || {
                    done += 1;
                    Ok::<_, JournalError>(7)
                })
                .unwrap();
            assert_eq!(outcome, 7);
        }
        assert_eq!(done, 1);
    }

    #[test]
    fn a_step_that_failed_is_done_again() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let failed: Result<u32, JournalError> = journal.step("r", "k", || Err(JournalError::Damaged("x".into())));
        assert!(failed.is_err());
        assert_eq!(journal.step("r", "k", || Ok::<_, JournalError>(3)).unwrap(), 3);
    }

    #[test]
    fn a_run_is_entered_with_what_it_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let row = RunRow {
            id: "R".into(),
            component: String::new(),
            base: "b".into(),
            state: uplift_model::outcome::RunState::Running,
            created: 0,
            settings: uplift_model::Settings::default(),
            branch: None,
            tip: None,
            report: None,
        };
        journal.begin(&row, &[("tests", false.into())]).unwrap();
        assert!(journal.without_tests("R").unwrap());
        // Twice the same run: neither the row nor what belongs to it is written.
        assert!(journal.begin(&row, &[("more", true.into())]).is_err());
        assert_eq!(journal.outcome::<bool>("R", "more").unwrap(), None);
        assert_eq!(journal.runs().unwrap(), [row]);
    }

    #[test]
    fn events_come_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        for text in ["a", "b"] {
            journal.record("r", &Event::Noted { text: text.into() }).unwrap();
        }
        let texts: Vec<Event> = journal.events("r").unwrap().into_iter().map(|(_, e)| e).collect();
        assert_eq!(texts, [Event::Noted { text: "a".into() }, Event::Noted { text: "b".into() }]);
    }

    #[test]
    fn a_journal_of_a_newer_form_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        journal.block(|c| journal.runtime.block_on(sqlx::query("PRAGMA user_version = 99").execute(c))).unwrap();
        drop(journal);
        assert!(matches!(Journal::open(folder.path()), Err(JournalError::Newer(_))));
    }
}
