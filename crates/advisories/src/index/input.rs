//! Where records come from on disk: export archives, folders, single files.
//!
//! Lives here: walking them, sizes, what could not be read, whether they changed. Lives elsewhere: records (`record`),
//! the index (`build`).

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::error::BuildError;
use crate::record::Record;

/// Bytes of one file of records, unpacked. The largest record known is far below a megabyte; lists are larger.
const FILE_LIMIT: u64 = 256 << 20;
/// Bytes of one archive, unpacked.
const ARCHIVE_LIMIT: u64 = 16 << 30;
/// Reasons kept one by one; all are counted.
const REASONS: usize = 50;

/// One input and what was found in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Name of the file or folder.
    pub name: String,
    /// Records read, those taken back among them.
    pub records: usize,
    pub withdrawn: usize,
    /// Records on packages of other worlds only.
    pub elsewhere: usize,
    /// Newest `modified` of its records: the data is as of then.
    pub newest: Option<String>,
    /// When the file, or the newest of the folder, was last written: Unix seconds.
    pub changed: Option<u64>,
    /// Files or elements that are no record.
    pub skipped: usize,
    /// The first of them, each with the reason.
    pub reasons: Vec<String>,
    /// Changes when the input does: a hash over names, sizes and times.
    pub fingerprint: String,
}

impl SourceInfo {
    fn skip(&mut self, file: &str, why: impl std::fmt::Display) {
        self.skipped += 1;
        if self.reasons.len() < REASONS {
            self.reasons.push(format!("{file}: {why}"));
        }
    }
}

/// A file or folder as it lies there, without looking inside.
pub(super) struct Input {
    path: PathBuf,
    /// The JSON files of a folder, sorted; nothing for a file.
    files: Option<Vec<PathBuf>>,
    changed: Option<u64>,
    pub(super) fingerprint: String,
}

/// Archives in a folder stand for themselves, beside the records that lie there as files.
pub(super) fn archives_within(paths: &[PathBuf]) -> Result<Vec<PathBuf>, BuildError> {
    let mut all = Vec::new();
    for path in paths {
        let trouble = |source| BuildError::Read { path: path.to_owned(), source };
        if !fs::metadata(path).map_err(trouble)?.is_dir() {
            all.push(path.clone());
            continue;
        }
        let (mut archives, mut records) = (Vec::new(), false);
        for entry in fs::read_dir(path).map_err(trouble)? {
            let file = entry.map_err(trouble)?.path();
            records |= has_ending(&file, "json");
            if file.is_file() && has_ending(&file, "zip") {
                archives.push(file);
            }
        }
        archives.sort();
        // A folder with neither is kept, so that it is told to hold nothing.
        if records || archives.is_empty() {
            all.push(path.clone());
        }
        all.extend(archives);
    }
    Ok(all)
}

impl Input {
    pub(super) fn find(path: &Path) -> Result<Self, BuildError> {
        let trouble = |source| BuildError::Read { path: path.to_owned(), source };
        let mut hash = Sha256::new();
        let kind = fs::metadata(path).map_err(trouble)?;
        if !kind.is_dir() && !kind.is_file() {
            return Err(trouble(std::io::Error::other("it is neither a file nor a folder")));
        }
        let files = if kind.is_dir() {
            let mut files = Vec::new();
            for entry in fs::read_dir(path).map_err(trouble)? {
                let file = entry.map_err(trouble)?.path();
                if file.is_file() && has_ending(&file, "json") {
                    files.push(file);
                }
            }
            files.sort();
            Some(files)
        } else {
            None
        };
        let mut changed = None;
        let whole = [path.to_owned()];
        for file in files.as_deref().unwrap_or(&whole) {
            let meta = fs::metadata(file).map_err(trouble)?;
            let time = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            changed = changed.max(time.map(|time| time.as_secs()));
            hash.update(file.file_name().unwrap_or_default().as_encoded_bytes());
            hash.update(format!("\0{}\0{}\0", meta.len(), time.map_or(0, |time| time.as_nanos())));
        }
        let fingerprint = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { path: path.to_owned(), files, changed, fingerprint })
    }

    pub(super) fn name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// Hands every record to `take`.
    pub(super) fn read(&self, take: &mut dyn FnMut(Record)) -> Result<SourceInfo, BuildError> {
        let mut info = SourceInfo {
            name: self.name(),
            changed: self.changed,
            fingerprint: self.fingerprint.clone(),
            ..SourceInfo::default()
        };
        let trouble = |source| BuildError::Read { path: self.path.clone(), source };
        match &self.files {
            Some(files) => {
                for file in files {
                    let name = file.file_name().unwrap_or_default().to_string_lossy();
                    match File::open(file).and_then(|open| limited(open, FILE_LIMIT)) {
                        Ok(Some(json)) => document(&name, &json, &mut info, take),
                        Ok(None) => info.skip(&name, format_args!("larger than {FILE_LIMIT} bytes")),
                        Err(e) => info.skip(&name, e),
                    }
                }
            }
            None => {
                let mut file = File::open(&self.path).map_err(trouble)?;
                if is_archive(&mut file) {
                    self.archive(file, &mut info, take)?;
                } else {
                    let json = limited(file, FILE_LIMIT).map_err(trouble)?;
                    let json =
                        json.ok_or_else(|| BuildError::TooLarge { path: self.path.clone(), limit: FILE_LIMIT })?;
                    document(&info.name.clone(), &json, &mut info, take);
                }
            }
        }
        if info.records == 0 {
            return Err(BuildError::Empty { path: self.path.clone(), first: info.reasons.first().cloned() });
        }
        Ok(info)
    }

    fn archive(&self, file: File, info: &mut SourceInfo, take: &mut dyn FnMut(Record)) -> Result<(), BuildError> {
        let bad = |why: String| BuildError::Archive { path: self.path.clone(), why };
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| bad(e.to_string()))?;
        let mut left = ARCHIVE_LIMIT;
        for at in 0..archive.len() {
            let entry = match archive.by_index(at) {
                Ok(entry) => entry,
                Err(e) => {
                    info.skip(&format!("entry {at}"), e);
                    continue;
                }
            };
            let name = entry.name().map_or_else(|_| format!("entry {at}"), |name| name.into_owned());
            if entry.is_dir() || !name.ends_with(".json") {
                continue;
            }
            match limited(entry, FILE_LIMIT) {
                Ok(Some(json)) => {
                    left = left
                        .checked_sub(json.len() as u64)
                        .ok_or_else(|| BuildError::TooLarge { path: self.path.clone(), limit: ARCHIVE_LIMIT })?;
                    document(&name, &json, info, take);
                }
                Ok(None) => info.skip(&name, format_args!("larger than {FILE_LIMIT} bytes")),
                Err(e) => info.skip(&name, e),
            }
        }
        Ok(())
    }
}

fn document(name: &str, json: &[u8], info: &mut SourceInfo, take: &mut dyn FnMut(Record)) {
    let records = match Record::parse_all(json) {
        Ok(records) => records,
        Err(e) => return info.skip(name, e),
    };
    for record in records {
        match record {
            Ok(record) => {
                info.records += 1;
                info.withdrawn += usize::from(record.is_withdrawn());
                if record.modified > info.newest {
                    info.newest.clone_from(&record.modified);
                }
                if let Some(package) = crate::entry::Entry::lost(&record) {
                    info.skip(name, format_args!("{} names no version of {package} that can be understood", record.id));
                }
                take(record);
            }
            Err(e) => info.skip(name, e),
        }
    }
}

/// By its first bytes: people rename files.
fn is_archive(file: &mut File) -> bool {
    use std::io::Seek;
    let mut start = [0; 2];
    let read = file.read_exact(&mut start).is_ok();
    file.rewind().is_ok() && read && start == *b"PK"
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

/// `None`: there is more than `limit`.
pub(crate) fn limited(from: impl Read, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}
