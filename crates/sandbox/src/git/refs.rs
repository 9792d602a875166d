//! References: moved only from where they are known to be.

use super::{Git, GitError, Oid};

impl Git {
    /// Moves `reference` (full name) to `new` if it is at `old`; `None`: if it does not exist yet.
    ///
    /// # Errors
    /// [`GitError::Moved`] when it is elsewhere, [`GitError::Locked`].
    pub fn update_ref(&self, reference: &str, new: &Oid, old: Option<&Oid>) -> Result<(), GitError> {
        let old = old.map_or_else(|| new.zero_like(), |oid| oid.as_str().to_owned());
        self.move_ref(reference, &["update-ref", "--no-deref", reference, new.as_str(), &old])
    }

    /// Removes `reference` if it is at `old`. One that is already gone is fine.
    ///
    /// # Errors
    /// [`GitError::Moved`] when it is elsewhere, [`GitError::Locked`].
    pub fn delete_ref(&self, reference: &str, old: &Oid) -> Result<(), GitError> {
        if self.reference(reference)?.is_none() {
            return Ok(());
        }
        self.move_ref(reference, &["update-ref", "--no-deref", "-d", reference, old.as_str()])
    }

    fn move_ref(&self, reference: &str, args: &[&str]) -> Result<(), GitError> {
        match self.run(args) {
            Ok(_) => Ok(()),
            Err(GitError::Failed { message, .. })
                if message.contains("but expected") || message.contains("reference already exists") =>
            {
                Err(GitError::Moved { reference: reference.to_owned() })
            }
            Err(GitError::Failed { message, .. }) if message.contains("unable to resolve reference") => {
                Err(GitError::Moved { reference: reference.to_owned() })
            }
            Err(error) => Err(error),
        }
    }

    /// Where a reference (full name) is; `None` when it does not exist.
    ///
    /// # Errors
    /// Those of running git.
    pub fn reference(&self, reference: &str) -> Result<Option<Oid>, GitError> {
        let answer = self.run(&["for-each-ref", "--format=%(objectname) %(refname)", reference])?;
        let text = String::from_utf8_lossy(&answer);
        // The pattern also matches everything below a folder of that name.
        let oid = text.lines().find_map(|line| line.split_once(' ').filter(|(_, name)| *name == reference));
        Ok(oid.and_then(|(oid, _)| Oid::parse(oid)))
    }

    /// References whose full names begin with `prefix` (whole folders: `refs/uplift/`), with where they are.
    ///
    /// # Errors
    /// Those of running git.
    pub fn references(&self, prefix: &str) -> Result<Vec<(String, Oid)>, GitError> {
        let answer = self.run(&["for-each-ref", "--format=%(objectname) %(refname)", prefix])?;
        let text = String::from_utf8_lossy(&answer);
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        Ok(pairs.filter_map(|(oid, name)| Some((name.to_owned(), Oid::parse(oid)?))).collect())
    }

    /// Whether `older` is `newer` or one of its ancestors.
    ///
    /// # Errors
    /// [`GitError::Failed`] when one of them is no commit.
    pub fn is_ancestor(&self, older: &Oid, newer: &Oid) -> Result<bool, GitError> {
        let args = ["merge-base", "--is-ancestor", older.as_str(), newer.as_str()];
        let finished = self.answer(&args, None)?;
        match finished.exit {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(self.failure(&args, &finished)),
        }
    }

    /// Moves the branch that is checked out, its index and its files on to `commit`. The one act on the user's own work
    /// tree, for `--apply`; git refuses when that would lose a change.
    ///
    /// # Errors
    /// [`GitError::Failed`] with git's reason when `commit` is not ahead or a changed file is in the way.
    pub fn merge_ff(&self, commit: &Oid) -> Result<(), GitError> {
        self.run(&["merge", "--ff-only", "--no-stat", "--no-autostash", commit.as_str()]).map(drop)
    }
}
