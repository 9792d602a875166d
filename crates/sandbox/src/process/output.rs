//! What a program writes: read as it comes, kept in bounds, copied into the log.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::thread;

use super::ProcessError;

/// A piece of output, or the end of one stream.
#[derive(Debug)]
pub(super) enum Piece {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    End,
}

/// Reads `stream` on a thread of its own until it ends. The channel is bounded, so that a flood makes the program
/// wait and not this process grow.
pub(super) fn read(mut stream: impl Read + Send + 'static, to: SyncSender<Piece>, wrap: fn(Vec<u8>) -> Piece) {
    thread::spawn(move || {
        let mut buffer = vec![0_u8; 64 << 10];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => {
                    let piece = buffer.get(..n).unwrap_or_default().to_vec();
                    if to.send(wrap(piece)).is_err() {
                        return;
                    }
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let _ = to.send(Piece::End);
    });
}

/// The last `limit` bytes of a stream.
#[derive(Debug)]
pub(super) struct Tail {
    limit: usize,
    bytes: Vec<u8>,
    dropped: u64,
}

impl Tail {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, bytes: Vec::new(), dropped: 0 }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
        // Cut rarely: at twice the limit, so that the cost per byte stays constant.
        if self.bytes.len() > self.limit.saturating_mul(2) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let excess = self.bytes.len().saturating_sub(self.limit);
        self.bytes.drain(..excess);
        self.dropped += excess as u64;
    }

    /// The bytes kept, and the number of those let go.
    pub(super) fn finish(mut self) -> (Vec<u8>, u64) {
        self.cut();
        (self.bytes, self.dropped)
    }
}

/// The log file, if one is asked for.
#[derive(Debug)]
pub(super) struct Log(Option<(PathBuf, File)>);

impl Log {
    pub(super) fn create(path: Option<&Path>) -> Result<Self, ProcessError> {
        let Some(path) = path else {
            return Ok(Self(None));
        };
        let file = File::create(path).map_err(|source| ProcessError::Log { path: path.to_owned(), source })?;
        Ok(Self(Some((path.to_owned(), file))))
    }

    pub(super) fn write(&mut self, piece: &[u8]) -> Result<(), ProcessError> {
        let Some((path, file)) = &mut self.0 else {
            return Ok(());
        };
        file.write_all(piece).map_err(|source| ProcessError::Log { path: path.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_keeps_the_last_bytes_and_counts_the_rest() {
        let mut tail = Tail::new(4);
        for piece in [&b"abc"[..], b"defghijkl", b"m"] {
            tail.push(piece);
        }
        assert_eq!(tail.finish(), (b"jklm".to_vec(), 9));
    }
}
