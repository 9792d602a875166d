//! Answers kept on disk, one file each: a line of JSON, then the body.
//!
//! The file's name is a hash of URL (credentials included, so that two users never share an answer) and headers; no
//! secret is written down. The file's modification time is when the server last confirmed it. A file that is torn,
//! foreign or from another version is no answer.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use super::{Request, Response, Source, Validators};

const VERSION: u32 = 1;

#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    url: Url,
    content_type: Option<String>,
    validators: Validators,
    /// SHA-256 of the body, in hexadecimal.
    sha256: String,
}

/// An answer found.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) age: Duration,
    pub(super) validators: Validators,
    response: Response,
}

impl Kept {
    pub(super) fn response(&self, source: Source) -> Response {
        Response { source, ..self.response.clone() }
    }
}

impl Cache {
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn path(&self, request: &Request) -> PathBuf {
        let mut hash = Sha256::new();
        hash.update(&request.url);
        for (name, value) in &request.headers {
            hash.update([0]);
            hash.update(name.to_ascii_lowercase());
            hash.update([0]);
            hash.update(value);
        }
        let name = hex(&hash.finalize());
        let (shelf, rest) = name.split_at(2);
        self.folder.join(shelf).join(rest)
    }

    pub(super) fn find(&self, request: &Request) -> Option<Kept> {
        let path = self.path(request);
        let bytes = fs::read(&path).ok()?;
        let line = bytes.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(bytes.get(..line)?).ok()?;
        let body = bytes.get(line + 1..)?;
        if head.version != VERSION || hex(&Sha256::digest(body)) != head.sha256 {
            return None;
        }
        let confirmed = fs::metadata(&path).and_then(|found| found.modified()).ok()?;
        Some(Kept {
            // A time in the future says that some clock was wrong: as good as never confirmed.
            age: SystemTime::now().duration_since(confirmed).unwrap_or(Duration::MAX),
            validators: head.validators.clone(),
            response: Response {
                body: body.to_vec(),
                content_type: head.content_type,
                url: head.url,
                source: Source::Cache,
                validators: head.validators,
            },
        })
    }

    pub(super) fn keep(&self, request: &Request, response: &Response) -> io::Result<()> {
        let path = self.path(request);
        let shelf = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(shelf)?;
        let mut url = response.url.clone();
        // A query may hold a secret; relative links do not need it.
        url.set_query(None);
        let head = Head {
            version: VERSION,
            url,
            content_type: response.content_type.clone(),
            validators: response.validators.clone(),
            sha256: hex(&Sha256::digest(&response.body)),
        };
        // Written beside and renamed, so that a reader sees the old answer or the new one.
        let mut file = tempfile::NamedTempFile::new_in(shelf)?;
        let mut line = serde_json::to_vec(&head)?;
        line.push(b'\n');
        file.write_all(&line)?;
        file.write_all(&response.body)?;
        file.persist(&path).map_err(|e| e.error)?;
        Ok(())
    }

    /// Notes that the server confirmed the answer just now. Failing costs a question next time.
    pub(super) fn confirm(&self, request: &Request) {
        if let Ok(file) = File::options().write(true).open(self.path(request)) {
            let _ = file.set_modified(SystemTime::now());
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
