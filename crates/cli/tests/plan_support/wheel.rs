//! Tiny real wheels.

use std::io::Write;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

/// A package to make: pure Python, one module of its own name.
#[derive(Debug, Clone)]
pub struct Package {
    pub name: &'static str,
    pub version: &'static str,
    pub requires: &'static [&'static str],
    /// Text of the module.
    pub module: &'static str,
}

impl Package {
    pub fn file_name(&self) -> String {
        format!("{}-{}-py3-none-any.whl", self.name, self.version)
    }

    /// The wheel's bytes; the same package makes the same bytes.
    pub fn wheel(&self) -> Vec<u8> {
        let info = format!("{}-{}.dist-info", self.name, self.version);
        let requires: String = self.requires.iter().map(|r| format!("Requires-Dist: {r}\n")).collect();
        let files = [
            (format!("{}.py", self.name), format!("{}\n__version__ = '{}'\n", self.module, self.version)),
            (
                format!("{info}/METADATA"),
                format!("Metadata-Version: 2.1\nName: {}\nVersion: {}\n{requires}", self.name, self.version),
            ),
            (
                format!("{info}/WHEEL"),
                "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_owned(),
            ),
        ];
        let mut record: String = files.iter().map(|(path, text)| format!("{path},,{}\n", text.len())).collect();
        record.push_str(&format!("{info}/RECORD,,\n"));
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (path, text) in files.into_iter().chain([(format!("{info}/RECORD"), record)]) {
            zip.start_file(path, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}

/// Hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
