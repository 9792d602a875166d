//! Runs and holds: the rows that outlive a process.

use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row};
use uplift_model::approval::Approval;
use uplift_model::outcome::{RunReport, RunState};
use uplift_model::{PackageName, Plan, Settings, Version};

use super::{Journal, JournalError, crash};

/// One run, as the journal knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    pub id: String,
    pub component: String,
    /// The commit that it started from.
    pub base: String,
    pub state: RunState,
    /// Unix seconds.
    pub created: i64,
    pub settings: Settings,
    pub branch: Option<String>,
    pub tip: Option<String>,
    pub report: Option<RunReport>,
}

/// A package that was rolled back: it stays until something newer than `above` exists, or the hold is lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub component: String,
    pub package: PackageName,
    pub version: Version,
    pub above: Version,
    pub run: String,
    pub reason: String,
}

fn state_text(state: RunState) -> &'static str {
    match state {
        RunState::Running => "running",
        RunState::Interrupted => "interrupted",
        RunState::Done => "done",
        RunState::Failed => "failed",
        RunState::Cancelled => "cancelled",
        RunState::RolledBack => "rolledback",
    }
}

fn state_of(text: &str) -> RunState {
    match text {
        "running" => RunState::Running,
        "done" => RunState::Done,
        "failed" => RunState::Failed,
        "cancelled" => RunState::Cancelled,
        "rolledback" => RunState::RolledBack,
        _ => RunState::Interrupted,
    }
}

impl Journal {
    /// Enters a new run together with what it was asked for: no moment knows the one without the other.
    ///
    /// `asked` holds steps whose outcomes are known from the start, by key.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn begin(&self, run: &RunRow, asked: &[(&str, serde_json::Value)]) -> Result<(), JournalError> {
        let settings =
            serde_json::to_string(&run.settings).map_err(|e| JournalError::Outcome("settings".to_owned(), e))?;
        crash::point("before", "the entry of the run");
        self.block(|c| {
            self.runtime.block_on(async {
                let mut all = c.begin().await?;
                sqlx::query("INSERT INTO runs (id, component, base, state, created, settings) VALUES (?, ?, ?, ?, ?, ?)")
                    .bind(&run.id)
                    .bind(&run.component)
                    .bind(&run.base)
                    .bind(state_text(run.state))
                    .bind(run.created)
                    .bind(settings)
                    .execute(&mut *all)
                    .await?;
                for (key, outcome) in asked {
                    sqlx::query("INSERT INTO steps (run, key, intent_at, outcome, done_at) VALUES (?, ?, unixepoch(), ?, unixepoch())")
                        .bind(&run.id)
                        .bind(key)
                        .bind(outcome.to_string())
                        .execute(&mut *all)
                        .await?;
                }
                all.commit().await
            })
        })?;
        crash::point("after", "the entry of the run");
        Ok(())
    }

    /// Notes where a run stands.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn set_state(&self, run: &str, state: RunState) -> Result<(), JournalError> {
        let query = sqlx::query("UPDATE runs SET state = ? WHERE id = ?").bind(state_text(state)).bind(run);
        crash::point("before", "the state of the run");
        self.block(|c| self.runtime.block_on(query.execute(c)))?;
        crash::point("after", "the state of the run");
        Ok(())
    }

    /// Notes a run's end: its state, branch and report in one write.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn finish(&self, run: &str, report: &RunReport) -> Result<(), JournalError> {
        let text = serde_json::to_string(report).map_err(|e| JournalError::Outcome("report".to_owned(), e))?;
        let query = sqlx::query("UPDATE runs SET state = ?, branch = ?, tip = ?, report = ? WHERE id = ?")
            .bind(state_text(report.state))
            .bind(&report.branch)
            .bind(&report.tip)
            .bind(text)
            .bind(run);
        crash::point("before", "the end of the run");
        self.block(|c| self.runtime.block_on(query.execute(c)))?;
        crash::point("after", "the end of the run");
        Ok(())
    }

    /// Every run, newest first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn runs(&self) -> Result<Vec<RunRow>, JournalError> {
        let query = sqlx::query(
            "SELECT id, component, base, state, created, settings, branch, tip, report FROM runs ORDER BY created DESC, id DESC",
        );
        let rows = self.block(|c| self.runtime.block_on(query.fetch_all(c)))?;
        rows.iter().map(|row| self.read_run(row)).collect()
    }

    /// The run whose id is `id`, starts with it or ends with it (as branch names do), when exactly one does; letters may be
    /// of either case.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn run(&self, id: &str) -> Result<Option<RunRow>, JournalError> {
        let wanted = id.to_uppercase();
        let mut runs = self.runs()?;
        if wanted.is_empty() {
            return Ok(None);
        }
        runs.retain(|r| r.id.starts_with(&wanted) || (wanted.len() >= 4 && r.id.ends_with(&wanted)));
        Ok(if runs.len() == 1 { runs.pop() } else { None })
    }

    fn read_run(&self, row: &sqlx::sqlite::SqliteRow) -> Result<RunRow, JournalError> {
        let text = |i: usize| row.try_get::<String, _>(i).map_err(|e| self.failed(&e));
        let option = |i: usize| row.try_get::<Option<String>, _>(i).map_err(|e| self.failed(&e));
        let read = |e| JournalError::Outcome("run".to_owned(), e);
        Ok(RunRow {
            id: text(0)?,
            component: text(1)?,
            base: text(2)?,
            state: state_of(&text(3)?),
            created: row.try_get(4).map_err(|e| self.failed(&e))?,
            settings: serde_json::from_str(&text(5)?).map_err(read)?,
            branch: option(6)?,
            tip: option(7)?,
            report: option(8)?.map(|t| serde_json::from_str(&t)).transpose().map_err(read)?,
        })
    }

    /// Holds a package; an earlier hold of it is replaced.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn hold(&self, hold: &Hold) -> Result<(), JournalError> {
        let query = sqlx::query("INSERT OR REPLACE INTO holds (component, package, version, above, run, reason, created) VALUES (?, ?, ?, ?, ?, ?, unixepoch())")
            .bind(&hold.component)
            .bind(hold.package.as_str())
            .bind(hold.version.to_string())
            .bind(hold.above.to_string())
            .bind(&hold.run)
            .bind(&hold.reason);
        crash::point("before", "a hold");
        self.block(|c| self.runtime.block_on(query.execute(c)))?;
        crash::point("after", "a hold");
        Ok(())
    }

    /// Lifts a hold; true when there was one.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn lift(&self, component: &str, package: &PackageName) -> Result<bool, JournalError> {
        let query =
            sqlx::query("DELETE FROM holds WHERE component = ? AND package = ?").bind(component).bind(package.as_str());
        crash::point("before", "a lift");
        let done = self.block(|c| self.runtime.block_on(query.execute(c)))?;
        crash::point("after", "a lift");
        Ok(done.rows_affected() > 0)
    }

    /// Takes an agreement down, or that the agreement in its role to its package no longer holds, whoever gave it.
    /// Nothing on record is overwritten.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn agree(&self, approval: &Approval, withdrawn: bool) -> Result<(), JournalError> {
        let query = sqlx::query(
            "INSERT INTO agreements (at, withdrawn, plan, package, role, by_whom, day, note) VALUES (unixepoch(), ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(withdrawn)
        .bind(&approval.plan)
        .bind(approval.package.as_str())
        .bind(&approval.role)
        .bind(&approval.by)
        .bind(&approval.day)
        .bind(&approval.note);
        crash::point("before", "an agreement");
        self.block(|c| self.runtime.block_on(query.execute(c)))?;
        crash::point("after", "an agreement");
        Ok(())
    }

    /// Every agreement to a plan that holds, by package and role; of one person to one thing the latest.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn approvals(&self, plan: &str) -> Result<Vec<Approval>, JournalError> {
        let query = sqlx::query(
            "SELECT plan, package, role, by_whom, day, note FROM agreements AS one WHERE plan = ? AND withdrawn = 0 AND NOT EXISTS (
                SELECT 1 FROM agreements AS later WHERE later.seq > one.seq AND later.plan = one.plan AND later.package = one.package
                AND later.role = one.role AND (later.withdrawn = 1 OR later.by_whom = one.by_whom)
            ) ORDER BY package, role, seq",
        )
        .bind(plan);
        let rows = self.block(|c| self.runtime.block_on(query.fetch_all(c)))?;
        let mut approvals = Vec::with_capacity(rows.len());
        for row in &rows {
            let text = |i: usize| row.try_get::<String, _>(i).map_err(|e| self.failed(&e));
            // A row that no longer parses agrees to nothing; it cannot come from this code.
            let Ok(package) = PackageName::new(&text(1)?) else { continue };
            let note = row.try_get::<Option<String>, _>(5).map_err(|e| self.failed(&e))?;
            approvals.push(Approval { plan: text(0)?, package, role: text(2)?, by: text(3)?, day: text(4)?, note });
        }
        Ok(approvals)
    }

    /// Plans that were drawn here and are still on record, newest first, however old.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn drawn_plans(&self) -> Result<Vec<Plan>, JournalError> {
        let query = sqlx::query("SELECT value FROM facts WHERE key LIKE 'plan:%' ORDER BY at DESC");
        let rows = self.block(|c| self.runtime.block_on(query.fetch_all(c)))?;
        let text = |row: &SqliteRow| row.try_get::<String, _>(0).map_err(|e| self.failed(&e));
        let texts: Vec<String> = rows.iter().map(text).collect::<Result<_, _>>()?;
        // One of an older form is drawn again.
        Ok(texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
    }

    /// Package and bound of every hold, of all components.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn all_holds(&self) -> Result<Vec<(String, String)>, JournalError> {
        let query = sqlx::query("SELECT package, above FROM holds ORDER BY component, package");
        let rows = self.block(|c| self.runtime.block_on(query.fetch_all(c)))?;
        let text = |row: &SqliteRow, i: usize| row.try_get::<String, _>(i).map_err(|e| self.failed(&e));
        rows.iter().map(|row| Ok((text(row, 0)?, text(row, 1)?))).collect()
    }

    /// Packages of a component that a rollback holds.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn holds(&self, component: &str) -> Result<Vec<Hold>, JournalError> {
        let query =
            sqlx::query("SELECT package, version, above, run, reason FROM holds WHERE component = ? ORDER BY package")
                .bind(component);
        let rows = self.block(|c| self.runtime.block_on(query.fetch_all(c)))?;
        let mut holds = Vec::new();
        for row in &rows {
            let text = |i: usize| row.try_get::<String, _>(i).map_err(|e| self.failed(&e));
            // A row that no longer parses holds nothing; it cannot come from this code.
            let (Ok(package), Ok(version), Ok(above)) =
                (PackageName::new(&text(0)?), Version::new(&text(1)?), Version::new(&text(2)?))
            else {
                continue;
            };
            holds.push(Hold {
                component: component.to_owned(),
                package,
                version,
                above,
                run: text(3)?,
                reason: text(4)?,
            });
        }
        Ok(holds)
    }
}
