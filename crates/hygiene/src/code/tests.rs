//! What hostile code may cost: a file that is named, never the audit; work that grows with the text, not its square.

use super::*;
use crate::{Component, STACK, audit};

fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

#[test]
fn deep_code_is_named_and_the_rest_goes_on() {
    for open in ["(", "[", "{", "!", "-", "a.", "a.b().", "'a'+", "not ", "lambda:", "a if a else ", "a[", "f('a',"] {
        let text = format!("x = {}\n", open.repeat(100_000 / open.len()));
        let files = ["a.py", "b.py", "c.js"].map(str::to_owned);
        deep(|| {
            let reader = |path: &str| Some(if path == "b.py" { "import redis\n".to_owned() } else { text.clone() });
            let (read, unread) = sources(&Repository::new(&files, &reader, Vec::new()));
            assert!(read.iter().any(|s| s.path == "b.py" && s.imports.len() == 1), "{open}");
            assert_eq!(read.len() + unread.len(), 3, "{open}");
            let nested = open.contains(['(', '[', '{']) && !open.contains(')');
            assert_eq!(unread.iter().any(|p| p.file == "a.py"), nested, "{open}");
        });
    }
}

/// Characters that are kept of a file.
fn kept(source: &Source) -> usize {
    let of = |call: &Call| {
        let keywords: usize = call.keywords.iter().map(|k| k.name.len() + k.value.len()).sum();
        call.name.len() + call.text.len() + keywords + call.texts.iter().map(String::len).sum::<usize>()
    };
    source.calls.iter().map(of).sum()
}

#[test]
fn what_is_kept_of_a_chain_or_of_one_long_line_grows_with_its_length() {
    deep(|| {
        for (part, end) in [(".b()", ""), (".b(k='v')", ""), (";f(a)", "")] {
            let text = |times: usize| format!("x=a{}{end}\n", part.repeat(times));
            let (small, large) = (text(3_000), text(12_000));
            for read in [python::read, javascript::read] {
                let (small, large) = (kept(&read(&small)), kept(&read(&large)));
                assert!(large <= small * 5, "{part}: {small} characters, then {large}");
            }
        }
    });
}

#[test]
fn every_file_is_read_and_asked_for_its_owner_a_bounded_number_of_times() {
    let work = |components: usize| {
        let files: Vec<String> =
            (0..components).flat_map(|c| (0..5).map(move |m| format!("svc{c}/src/a/m{m}.py"))).collect();
        let all = (0..components).map(|c| Component {
            root: format!("svc{c}"),
            ecosystem: Ecosystem::Python,
            runtime: None,
            locked: false,
            requirements: Vec::new(),
        });
        let reads = std::cell::Cell::new(0_usize);
        let reader = |_: &str| {
            reads.set(reads.get() + 1);
            Some("import flask\nimport yaml\n".to_owned())
        };
        let repository = Repository::new(&files, &reader, all.collect());
        audit(&repository, &[]);
        (reads.get(), repository.lookups())
    };
    let (few, many) = (work(20), work(200));
    assert_eq!((few.0 * 10, few.1 * 10), many);
    assert!(many.0 <= 5 * 200 * 4 && many.1 <= 5 * 200 * 8, "{many:?}");
}

#[test]
fn an_audit_that_is_told_to_stop_reads_nothing_more() {
    let files: Vec<String> = (0..100).map(|n| format!("m{n:03}.py")).collect();
    let reads = std::cell::Cell::new(0_usize);
    let reader = |_: &str| {
        reads.set(reads.get() + 1);
        Some(String::new())
    };
    let stop = || reads.get() >= 3;
    let report = audit(&Repository::new(&files, &reader, Vec::new()).stopped_by(&stop), &[]);
    assert_eq!(reads.get(), 3);
    assert!(report.findings.is_empty() && report.left_out.is_empty());
}
