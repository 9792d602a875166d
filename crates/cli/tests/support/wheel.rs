//! Tiny real distributions: wheels with metadata and a RECORD whose hashes are right, and source archives.
//!
//! Lives here: [`Package`] and its two forms. The same package makes the same bytes on every machine.
//! Lives elsewhere: serving them (`super::index`).
//! Source: the binary distribution format (PEP 427), core metadata 2.1 (PEP 566).

use std::io::{Cursor, Write};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

/// What a distribution says and holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// In its normal form: lower case, dashes.
    pub name: String,
    pub version: String,
    /// Requirements as in `Requires-Dist`.
    pub requires: Vec<String>,
    pub requires_python: Option<String>,
    /// Path within the package's root and text.
    pub files: Vec<(String, String)>,
    /// False: it is published as a source archive only.
    pub wheel: bool,
    /// The reason, when it was yanked.
    pub yanked: Option<String>,
}

impl Package {
    /// A package of one module, named like the package, with `text` as its source.
    pub fn new(name: &str, version: &str, text: &str) -> Self {
        let path = format!("{}/__init__.py", module(name));
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            requires: Vec::new(),
            requires_python: None,
            files: vec![(path, format!("__version__ = \"{version}\"\n{text}"))],
            wheel: true,
            yanked: None,
        }
    }

    #[must_use]
    pub fn requires(mut self, requirement: &str) -> Self {
        self.requires.push(requirement.to_owned());
        self
    }

    #[must_use]
    pub fn for_python(mut self, specifier: &str) -> Self {
        self.requires_python = Some(specifier.to_owned());
        self
    }

    #[must_use]
    pub fn with_file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    #[must_use]
    pub fn sources_only(mut self) -> Self {
        self.wheel = false;
        self
    }

    #[must_use]
    pub fn yanked(mut self, reason: &str) -> Self {
        self.yanked = Some(reason.to_owned());
        self
    }

    /// Name of the file that [`Self::bytes`] fills.
    pub fn file_name(&self) -> String {
        let stem = format!("{}-{}", module(&self.name), self.version);
        if self.wheel { format!("{stem}-py3-none-any.whl") } else { format!("{stem}.zip") }
    }

    /// `METADATA`, also served beside the file (PEP 658).
    pub fn metadata(&self) -> String {
        let mut text = format!("Metadata-Version: 2.1\nName: {}\nVersion: {}\n", self.name, self.version);
        if let Some(python) = &self.requires_python {
            text.push_str(&format!("Requires-Python: {python}\n"));
        }
        for requirement in &self.requires {
            text.push_str(&format!("Requires-Dist: {requirement}\n"));
        }
        text
    }

    /// The wheel, or the source archive of a package that has none.
    pub fn bytes(&self) -> Vec<u8> {
        if self.wheel { self.wheel_bytes() } else { self.archive_bytes() }
    }

    fn wheel_bytes(&self) -> Vec<u8> {
        let info = format!("{}-{}.dist-info", module(&self.name), self.version);
        let about = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
        let mut files = self.files.clone();
        files.push((format!("{info}/METADATA"), self.metadata()));
        files.push((format!("{info}/WHEEL"), about.to_owned()));
        let mut record = String::new();
        for (path, text) in &files {
            let digest = base64(&Sha256::digest(text.as_bytes()));
            record.push_str(&format!("{path},sha256={digest},{}\n", text.len()));
        }
        record.push_str(&format!("{info}/RECORD,,\n"));
        files.push((format!("{info}/RECORD"), record));
        zipped(files)
    }

    fn archive_bytes(&self) -> Vec<u8> {
        let top = format!("{}-{}", module(&self.name), self.version);
        let about = ("PKG-INFO".to_owned(), self.metadata());
        let files = self.files.iter().chain([&about]);
        zipped(files.map(|(path, text)| (format!("{top}/{path}"), text.clone())))
    }
}

/// The default time of an entry is 1980, not now: the same files make the same bytes.
fn zipped(files: impl IntoIterator<Item = (String, String)>) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (path, text) in files {
        archive.start_file(path, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// A distribution's name as a module's: `my-tool` is imported as `my_tool`.
pub fn module(name: &str) -> String {
    name.replace(['-', '.'], "_")
}

/// URL-safe base64 without padding, as RECORD wants it.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut word = [0u8; 4];
        word[1..=chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes(word);
        for at in 0..=chunk.len() {
            let letter = (number >> (18 - 6 * at)) & 63;
            text.push(char::from(LETTERS[letter as usize]));
        }
    }
    text
}
