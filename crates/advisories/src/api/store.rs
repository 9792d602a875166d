//! Records that the API gave, kept by id and time of change: one file each, as it came.
//!
//! A record that has not changed is never asked for again. A file that cannot be read is as good as none.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use super::Reference;
use crate::record::Record;

#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// `None` for a record without a time of change: it could never be told from a newer one.
    fn path(&self, (id, modified): &Reference) -> Option<PathBuf> {
        let modified: String =
            modified.as_ref()?.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let tame = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let short = id.len() <= 100 && modified.len() <= 100;
        (short && !id.is_empty() && id.chars().all(tame)).then(|| self.folder.join(format!("{id}@{modified}.json")))
    }

    pub(super) fn find(&self, reference: &Reference) -> Option<Record> {
        let record = Record::parse(&fs::read(self.path(reference)?).ok()?).ok()?;
        (record.id == reference.0).then_some(record)
    }

    /// A full disk costs speed, not the answer.
    pub(super) fn keep(&self, reference: &Reference, body: &[u8]) {
        let Some(path) = self.path(reference) else { return };
        let written = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(body)?;
            file.persist(&path).map_err(|e| e.error)?;
            Ok(())
        };
        if let Err(error) = written() {
            tracing::warn!(record = %reference.0, %error, "Could not keep a record");
        }
    }
}
