//! Reading many files: the caller's thread fetches, workers with deep stacks parse.

use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};

use super::sighting::{FileUses, Sighting};
use super::sources::{Language, Source};
use super::{javascript, python};

/// Longer files are passed over, in bytes: data in the shape of code.
const LONGEST: usize = 2 * 1024 * 1024;
/// Longer files are read line by line, in bytes; hand-written ones stay far below.
const PARSED: usize = 256 * 1024;
/// Parsers and walks of syntax trees take stack for each level, and a hostile file has one per byte. Only address
/// space: pages are taken as they are touched.
const STACK: usize = 1024 * 1024 * 1024;
/// Deepest nesting of brackets that is parsed; beyond, lines are read. Real code stays below 50.
const NESTING: usize = 1000;
const WORKERS: usize = 4;
/// Files that wait for a worker.
const WAITING: usize = 32;

/// What the syntax of one file gave.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) sightings: Vec<Sighting>,
    pub(crate) unparsed: Option<String>,
}

/// Every source that `fetch` gives, in the order of `sources`.
pub(crate) fn read(sources: &[Source], fetch: &dyn Fn(&str) -> Option<Vec<u8>>) -> Vec<FileUses> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(WORKERS).min(sources.len().max(1));
    let done: Mutex<Vec<(usize, FileUses)>> = Mutex::default();
    let (sender, receiver) = sync_channel::<(usize, Vec<u8>)>(WAITING);
    let receiver = Mutex::new(receiver);
    std::thread::scope(|scope| {
        // Moved in, so that it is dropped before the workers are waited for.
        let (sender, receiver, done) = (sender, &receiver, &done);
        let mut running = 0;
        for _ in 0..workers {
            let worker = std::thread::Builder::new().stack_size(STACK);
            running += usize::from(worker.spawn_scoped(scope, move || work(sources, receiver, done)).is_ok());
        }
        for (number, source) in sources.iter().enumerate() {
            let Some(bytes) = fetch(&source.path).filter(|b| b.len() <= LONGEST) else { continue };
            if running == 0 {
                // No thread with a deep stack to be had: nothing is parsed.
                let file = file(source, &bytes, false);
                keep(done, number, file);
            } else if sender.send((number, bytes)).is_err() {
                break;
            }
        }
    });
    let mut all = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, file)| file).collect()
}

fn work(sources: &[Source], receiver: &Mutex<Receiver<(usize, Vec<u8>)>>, done: &Mutex<Vec<(usize, FileUses)>>) {
    loop {
        let next = match receiver.lock() {
            Ok(receiver) => receiver.recv(),
            Err(_) => return,
        };
        let Ok((number, bytes)) = next else { return };
        let Some(source) = sources.get(number) else { continue };
        keep(done, number, file(source, &bytes, true));
    }
}

fn keep(done: &Mutex<Vec<(usize, FileUses)>>, number: usize, file: FileUses) {
    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((number, file));
}

fn file(source: &Source, bytes: &[u8], deep: bool) -> FileUses {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let refused = if !deep {
        Some("no memory to parse it with".to_owned())
    } else if text.len() > PARSED {
        Some(format!("longer than {} KiB, read line by line", PARSED / 1024))
    } else if nesting(text) > NESTING {
        Some(format!("brackets nested deeper than {NESTING}, read line by line"))
    } else {
        None
    };
    let python = source.language == Language::Python;
    let mut read = match refused {
        Some(why) => {
            let sightings = if python { python::lines::imports(text) } else { javascript::lines::imports(text, 0) };
            Read { sightings, unparsed: Some(why) }
        }
        // A parser that gives up by panicking costs one file, not the run.
        None => catch_unwind(|| {
            if python { python::read(text, &source.path) } else { javascript::read(text, source.language) }
        })
        .unwrap_or_else(|_| {
            let sightings = if python { python::lines::imports(text) } else { javascript::lines::imports(text, 0) };
            Read { sightings, unparsed: Some("the parser gave up".to_owned()) }
        }),
    };
    read.sightings.sort_by(|a, b| (a.line, a.kind, &a.what).cmp(&(b.line, b.kind, &b.what)));
    FileUses {
        path: source.path.clone(),
        language: source.language,
        test: source.test,
        sightings: read.sightings,
        unparsed: read.unparsed,
    }
}

/// Deepest nesting of brackets, those in strings and comments counted as well.
fn nesting(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                most = most.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(path: &str, text: &str) -> FileUses {
        let sources = super::super::sources::of(&[path.to_owned()]);
        read(&sources, &|_| Some(text.as_bytes().to_vec())).remove(0)
    }

    #[test]
    fn hostile_nesting_ends_in_a_file_that_is_read_by_lines() {
        for open in
            ["(", "[", "{", "!", "-", "a=>", "a.", "a+", "`${", "<a>", "if(a)", "not ", "lambda:", "a if a else "]
        {
            for path in ["a.py", "a.js", "a.tsx"] {
                let text = format!("{}\n", open.repeat(200_000 / open.len()));
                read_one(path, &text);
            }
        }
    }

    #[test]
    fn files_come_back_in_their_order() {
        let names: Vec<String> = (0..50).map(|n| format!("m{n:02}.py")).collect();
        let sources = super::super::sources::of(&names);
        let read = read(&sources, &|path| (path != "m07.py").then(|| format!("import {}\n", &path[..3]).into_bytes()));
        let paths: Vec<&str> = read.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths.len(), 49);
        assert!(paths.is_sorted());
        assert!(read.iter().all(|f| f.sightings.len() == 1 && f.path.starts_with(&f.sightings[0].module)));
    }

    #[test]
    fn a_file_that_is_too_long_is_read_by_lines_or_not_at_all() {
        let long = format!("import redis\n{}", "x = 1\n".repeat(50_000));
        let file = read_one("a.py", &long);
        assert_eq!(file.sightings.len(), 1);
        assert!(file.unparsed.is_some());
        let sources = super::super::sources::of(&["a.py".to_owned()]);
        assert!(read(&sources, &|_| Some(vec![b'\n'; LONGEST + 1])).is_empty());
    }
}
