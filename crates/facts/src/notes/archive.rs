//! The texts of an archive that may hold release notes: read in memory, bounded, nothing unpacked.
//!
//! Lives here: tar.gz and zip as hostile input. Lives elsewhere: which files are of interest (`candidates`).
//! Entries that are no plain files, and names that lead out of the archive, are passed over.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;
use tar::EntryType;

/// Largest archive that is read, in bytes.
pub(crate) const PACKED: u64 = 30 << 20;
/// Bytes that may come out of one, read or skipped: the largest source distributions unpack to a third of it.
const UNPACKED: u64 = 512 << 20;
/// Entries of one; packages of 30,000 icons exist.
const ENTRIES: usize = 60_000;
/// Bytes of one text; the rest is left out.
const TEXT: u64 = super::changelog::LARGEST as u64;
/// Bytes of all texts, and how many: one file a release is common.
const TEXTS: u64 = 24 << 20;
const MOST_TEXTS: usize = 600;
/// Longest name, in bytes.
const NAME: u64 = 4096;

/// How much of an archive is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Bytes of the archive itself.
    pub(crate) packed: u64,
    /// Bytes of one text.
    pub(crate) text: u64,
    /// Bytes of all texts.
    pub(crate) texts: u64,
    /// How many texts.
    pub(crate) most: usize,
    /// Texts that are left out, or cut, make the whole archive unread.
    pub(crate) strict: bool,
}

/// For changelogs, of which a part is better than nothing.
const NOTES: Bounds = Bounds { packed: PACKED, text: TEXT, texts: TEXTS, most: MOST_TEXTS, strict: false };

/// One file of interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    /// Below the archive's top folder, where it has one.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Why an archive is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error("`{0}` is neither a tar.gz nor a zip")]
    Form(String),
    #[error("`{name}` is larger than {} MiB", most >> 20)]
    TooLarge { name: String, most: u64 },
    #[error("`{name}` unpacks to more than {} MiB", UNPACKED >> 20)]
    Bomb { name: String },
    #[error("`{name}` holds more text than is read")]
    TooMuch { name: String },
    #[error("`{name}` has more than {ENTRIES} entries")]
    TooMany { name: String },
    #[error("`{name}` cannot be read: {why}")]
    Broken { name: String, why: String },
}

/// Reads every entry of an archive that `wants` names; the archive's `name` says its form.
///
/// # Errors
/// [`ArchiveError`] when it is broken or beyond the bounds; then nothing of it is believed.
pub(crate) fn texts(name: &str, bytes: &[u8], wants: &dyn Fn(&str) -> bool) -> Result<Vec<Text>, ArchiveError> {
    texts_within(name, bytes, wants, NOTES)
}

/// [`texts`] within other bounds.
pub(crate) fn texts_within(
    name: &str,
    bytes: &[u8],
    wants: &dyn Fn(&str) -> bool,
    bounds: Bounds,
) -> Result<Vec<Text>, ArchiveError> {
    if bytes.len() as u64 > bounds.packed {
        return Err(ArchiveError::TooLarge { name: name.to_owned(), most: bounds.packed });
    }
    let mut kept = Kept { texts: Vec::new(), bytes: 0, cut: false, bounds };
    let lower = name.to_ascii_lowercase();
    if [".tar.gz", ".tgz"].iter().any(|e| lower.ends_with(e)) {
        from_tar(name, bytes, wants, &mut kept)?;
    } else if [".zip", ".whl"].iter().any(|e| lower.ends_with(e)) {
        from_zip(name, bytes, wants, &mut kept)?;
    } else {
        return Err(ArchiveError::Form(name.to_owned()));
    }
    if bounds.strict && kept.cut {
        return Err(ArchiveError::TooMuch { name: name.to_owned() });
    }
    Ok(kept.texts)
}

/// What is kept so far.
struct Kept {
    texts: Vec<Text>,
    bytes: u64,
    /// Something was left out.
    cut: bool,
    bounds: Bounds,
}

impl Kept {
    fn is_full(&self) -> bool {
        self.texts.len() >= self.bounds.most || self.bytes >= self.bounds.texts
    }

    fn read(&mut self, path: String, from: &mut dyn Read) -> io::Result<()> {
        if self.is_full() {
            self.cut = true;
            return Ok(());
        }
        let mut bytes = Vec::new();
        let most = self.bounds.text.min(self.bounds.texts.saturating_sub(self.bytes));
        from.take(most).read_to_end(&mut bytes)?;
        self.cut |= bytes.len() as u64 >= most;
        self.bytes += bytes.len() as u64;
        self.texts.push(Text { path, text: decoded(&bytes) });
        Ok(())
    }
}

/// UTF-8, UTF-16 with a mark, else Latin-1-like bytes replaced; line ends as `\n`.
fn decoded(bytes: &[u8]) -> String {
    let wide = |little: bool| {
        let units = bytes.get(2..).unwrap_or_default().chunks_exact(2).map(|pair| match pair {
            [a, b] if little => u16::from_le_bytes([*a, *b]),
            [a, b] => u16::from_be_bytes([*a, *b]),
            _ => 0,
        });
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    let text: String = match bytes {
        [0xff, 0xfe, ..] => wide(true),
        [0xfe, 0xff, ..] => wide(false),
        _ => String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).into_owned(),
    };
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

/// A name as a path within the archive; `None` when it leads out of it or is no name.
fn inside(raw: &[u8], below_top: bool) -> Option<String> {
    let text = String::from_utf8_lossy(raw).replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    let odd = text.is_empty()
        || text.len() as u64 > NAME
        || text.starts_with('/')
        || text.as_bytes().get(1) == Some(&b':')
        || text.chars().any(char::is_control)
        || text.split('/').any(|part| part == "..");
    if odd {
        return None;
    }
    let path = if below_top { text.split_once('/')?.1 } else { text };
    (!path.is_empty()).then(|| path.to_owned())
}

/// Counts what passes and stops at the bound.
struct Counted<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other(Exhausted));
        }
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.from.read(buffer.get_mut(..room).unwrap_or_default())?;
        self.left -= read as u64;
        Ok(read)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("more comes out than is read")]
struct Exhausted;

fn is_exhausted(error: &io::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.is::<Exhausted>() {
            return true;
        }
        let inner = one.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => one.source(),
        };
    }
    false
}

fn from_tar(name: &str, bytes: &[u8], wants: &dyn Fn(&str) -> bool, kept: &mut Kept) -> Result<(), ArchiveError> {
    let broken = |e: &io::Error| {
        if is_exhausted(e) {
            ArchiveError::Bomb { name: name.to_owned() }
        } else {
            ArchiveError::Broken { name: name.to_owned(), why: e.to_string() }
        }
    };
    let mut archive = tar::Archive::new(Counted { from: MultiGzDecoder::new(bytes), left: UNPACKED });
    // Long names come as entries of their own, which the reader below holds to a bound.
    let mut long: Option<Vec<u8>> = None;
    let entries = archive.entries().map_err(|e| broken(&e))?.raw(true);
    for (count, entry) in entries.enumerate() {
        if count >= ENTRIES {
            return Err(ArchiveError::TooMany { name: name.to_owned() });
        }
        let mut entry = entry.map_err(|e| broken(&e))?;
        match entry.header().entry_type() {
            EntryType::GNULongName | EntryType::XHeader => {
                let pax = entry.header().entry_type() == EntryType::XHeader;
                let mut field = Vec::new();
                entry.by_ref().take(NAME * 4).read_to_end(&mut field).map_err(|e| broken(&e))?;
                long =
                    if pax { pax_path(&field).or(long) } else { field.split(|b| *b == 0).next().map(<[u8]>::to_vec) };
                continue;
            }
            EntryType::Regular | EntryType::Continuous => {}
            _ => {
                long = None;
                continue;
            }
        }
        let raw = long.take().unwrap_or_else(|| entry.header().path_bytes().into_owned());
        let Some(path) = inside(&raw, true).filter(|path| wants(path)) else { continue };
        kept.read(path, &mut entry).map_err(|e| broken(&e))?;
    }
    Ok(())
}

/// `path` of an extended header: records of `length key=value\n`.
fn pax_path(field: &[u8]) -> Option<Vec<u8>> {
    let mut records = field.split(|b| *b == b'\n');
    records.find_map(|record| {
        let at = record.iter().position(|b| *b == b' ')?;
        record.get(at + 1..)?.strip_prefix(b"path=").map(<[u8]>::to_vec)
    })
}

fn from_zip(name: &str, bytes: &[u8], wants: &dyn Fn(&str) -> bool, kept: &mut Kept) -> Result<(), ArchiveError> {
    let broken = |why: String| ArchiveError::Broken { name: name.to_owned(), why };
    // The reader holds the whole directory in memory, so that its length is looked at before.
    if bytes.windows(4).filter(|w| w == b"PK\x01\x02").count() > ENTRIES {
        return Err(ArchiveError::TooMany { name: name.to_owned() });
    }
    let below_top = !name.to_ascii_lowercase().ends_with(".whl");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(e.to_string()))?;
    for at in 0..archive.len() {
        let Ok(mut entry) = archive.by_index(at) else {
            kept.cut = true;
            continue;
        };
        if !entry.is_file() || entry.is_symlink() || (kept.is_full() && !kept.bounds.strict) {
            continue;
        }
        let Some(path) = inside(entry.name_raw(), below_top).filter(|path| wants(path)) else { continue };
        kept.read(path, &mut entry).map_err(|e| broken(e.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
