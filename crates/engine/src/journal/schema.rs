//! The journal's tables, and their forms over time.

use std::path::Path;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Executor, Row};

use super::JournalError;

const FORM: i64 = 3;

const TABLES: &str = "
BEGIN;
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, component TEXT NOT NULL, base TEXT NOT NULL, state TEXT NOT NULL, created INTEGER NOT NULL,
    settings TEXT NOT NULL, branch TEXT, tip TEXT, report TEXT, pid INTEGER
);
CREATE TABLE IF NOT EXISTS steps (
    run TEXT NOT NULL, key TEXT NOT NULL, intent_at INTEGER NOT NULL, outcome TEXT, done_at INTEGER, PRIMARY KEY (run, key)
);
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_of_run ON events (run, seq);
CREATE TABLE IF NOT EXISTS holds (
    component TEXT NOT NULL, package TEXT NOT NULL, version TEXT NOT NULL, above TEXT NOT NULL, run TEXT NOT NULL, reason TEXT NOT NULL,
    created INTEGER NOT NULL, PRIMARY KEY (component, package)
);
CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, at INTEGER NOT NULL, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS approvals (
    plan TEXT NOT NULL, package TEXT NOT NULL, role TEXT NOT NULL, by_whom TEXT NOT NULL, day TEXT NOT NULL, note TEXT,
    at INTEGER NOT NULL, PRIMARY KEY (plan, package, role, by_whom)
);
CREATE TABLE IF NOT EXISTS agreements (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, withdrawn INTEGER NOT NULL, plan TEXT NOT NULL, package TEXT NOT NULL,
    role TEXT NOT NULL, by_whom TEXT NOT NULL, day TEXT NOT NULL, note TEXT
);
CREATE INDEX IF NOT EXISTS agreements_to_plan ON agreements (plan, package, role);
INSERT INTO agreements (at, withdrawn, plan, package, role, by_whom, day, note)
    SELECT at, 0, plan, package, role, by_whom, day, note FROM approvals ORDER BY at, rowid;
DROP TABLE approvals;
PRAGMA user_version = 3;
COMMIT;";

/// Checks the file and brings it to the current form.
pub(super) async fn prepare(connection: &mut SqliteConnection, file: &Path) -> Result<(), JournalError> {
    let failed = |e: sqlx::Error| JournalError::Database { file: file.to_owned(), what: e.to_string() };
    let healthy: String = sqlx::query("PRAGMA quick_check")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?
        .try_get(0)
        .map_err(failed)?;
    if healthy != "ok" {
        return Err(JournalError::Damaged(file.to_owned()));
    }
    let form: i64 = sqlx::query("PRAGMA user_version")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?
        .try_get(0)
        .map_err(failed)?;
    match form {
        FORM => Ok(()),
        // Form 2 added `approvals`, form 3 keeps them as a record of what was agreed and withdrawn.
        0..FORM => connection.execute(TABLES).await.map(|_| ()).map_err(failed),
        _ => Err(JournalError::Newer(file.to_owned())),
    }
}
