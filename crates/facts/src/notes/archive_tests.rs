//! Archives that somebody made to do harm, and honest ones.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use super::*;

fn tar_gz(fill: impl FnOnce(&mut tar::Builder<GzEncoder<Vec<u8>>>)) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    fill(&mut builder);
    builder.into_inner().unwrap().finish().unwrap()
}

fn header(size: u64, kind: EntryType) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header
}

/// An entry under any name at all, which the library itself refuses to write.
fn raw(builder: &mut tar::Builder<GzEncoder<Vec<u8>>>, name: &[u8], kind: EntryType, body: &[u8]) {
    let mut header = header(body.len() as u64, kind);
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    if kind == EntryType::Symlink {
        header.as_old_mut().linkname[..11].copy_from_slice(b"/etc/passwd");
    }
    header.set_cksum();
    builder.append(&header, body).unwrap();
}

fn all(_: &str) -> bool {
    true
}

fn paths(found: &[Text]) -> Vec<&str> {
    found.iter().map(|t| t.path.as_str()).collect()
}

#[test]
fn names_that_lead_out_and_links_are_passed_over() {
    let bytes = tar_gz(|b| {
        raw(b, b"demo-1.0/../../etc/CHANGES", EntryType::Regular, b"x");
        raw(b, b"/etc/CHANGES", EntryType::Regular, b"x");
        raw(b, b"demo-1.0/..\\..\\CHANGES", EntryType::Regular, b"x");
        raw(b, b"demo-1.0/CHANGES", EntryType::Symlink, b"");
        raw(b, b"demo-1.0/HISTORY", EntryType::Link, b"");
        raw(b, b"demo-1.0/dir", EntryType::Directory, b"");
        raw(b, b"demo-1.0/a\x1b[31m", EntryType::Regular, b"x");
        raw(b, b"demo-1.0/NEWS", EntryType::Regular, b"1.0");
    });
    let found = texts("demo-1.0.tar.gz", &bytes, &all).unwrap();
    assert_eq!(paths(&found), ["NEWS"]);
    assert_eq!(found[0].text, "1.0");
}

#[test]
fn long_names_of_both_kinds_are_read_and_held_to_a_bound() {
    let long = format!("demo-1.0/{}/CHANGES", "d".repeat(150));
    let bytes = tar_gz(|b| {
        let mut header = header(1, EntryType::Regular);
        b.append_data(&mut header, &long, b"x".as_slice()).unwrap();
        let record = b"30 path=demo-1.0/docs/NEWS.md\n";
        raw(b, b"pax", EntryType::XHeader, record);
        raw(b, b"demo-1.0/cut", EntryType::Regular, b"y");
        // A name of a mebibyte.
        raw(b, b"././@LongLink", EntryType::GNULongName, &vec![b'n'; 1 << 20]);
        raw(b, b"demo-1.0/after", EntryType::Regular, b"z");
    });
    let found = texts("demo-1.0.tar.gz", &bytes, &all).unwrap();
    assert_eq!(paths(&found), [long.split_once('/').unwrap().1, "docs/NEWS.md"]);
}

#[test]
fn a_bomb_is_stopped_at_the_bound() {
    let bytes = tar_gz(|b| {
        let size = UNPACKED + (1 << 20);
        let mut header = header(size, EntryType::Regular);
        b.append_data(&mut header, "demo-1.0/big.bin", io::repeat(0).take(size)).unwrap();
    });
    assert!(bytes.len() < 8 << 20, "{}", bytes.len());
    assert!(matches!(texts("demo-1.0.tar.gz", &bytes, &all_but_big), Err(ArchiveError::Bomb { .. })));
}

fn all_but_big(path: &str) -> bool {
    path != "big.bin"
}

#[test]
fn a_changelog_that_never_ends_is_cut_and_a_hundred_thousand_entries_are_refused() {
    let bytes = tar_gz(|b| {
        let mut header = header(TEXT * 4, EntryType::Regular);
        b.append_data(&mut header, "demo-1.0/CHANGES", io::repeat(b'a').take(TEXT * 4)).unwrap();
    });
    let found = texts("demo-1.0.tar.gz", &bytes, &all).unwrap();
    assert_eq!(found[0].text.len() as u64, TEXT);
    let bytes = tar_gz(|b| {
        for at in 0..100_000 {
            raw(b, format!("d/{at}").as_bytes(), EntryType::Regular, b"");
        }
    });
    assert!(matches!(texts("demo-1.0.tar.gz", &bytes, &all), Err(ArchiveError::TooMany { .. })));
    let many = b"PK\x01\x02".repeat(ENTRIES + 1);
    assert!(matches!(texts("demo.whl", &many, &all), Err(ArchiveError::TooMany { .. })));
}

#[test]
fn a_zip_that_lies_unpacks_no_further_than_a_text_may_be_long() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("../../evil/CHANGES", options).unwrap();
    zip.write_all(b"x").unwrap();
    zip.add_symlink("demo.dist-info/HISTORY", "/etc/passwd", options).unwrap();
    zip.start_file("demo.dist-info/METADATA", options).unwrap();
    zip.write_all(&vec![b'm'; 32 << 20]).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20);
    let found = texts("demo-1.0-py3-none-any.whl", &bytes, &all).unwrap();
    assert_eq!(paths(&found), ["demo.dist-info/METADATA"]);
    assert_eq!(found[0].text.len() as u64, TEXT);
}

#[test]
fn texts_in_other_encodings_are_read_as_far_as_they_go() {
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("1.0\r\n- é".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let bytes = tar_gz(|b| {
        raw(b, b"d/wide", EntryType::Regular, &wide);
        raw(b, b"d/latin", EntryType::Regular, b"1.0\r- caf\xe9");
        raw(b, b"d/\xff\xfe", EntryType::Regular, b"x");
    });
    let found = texts("d.tar.gz", &bytes, &all).unwrap();
    assert_eq!(found[0].text, "1.0\n- é");
    assert_eq!(found[1].text, "1.0\n- caf\u{fffd}");
    assert_eq!(found.len(), 3);
}

#[test]
fn what_is_no_archive_is_refused_with_its_name() {
    let error = texts("demo-1.0.tar.gz", b"<html>sign in</html>", &all).unwrap_err().to_string();
    assert!(error.starts_with("`demo-1.0.tar.gz` cannot be read"), "{error}");
    assert!(matches!(texts("demo.tar.bz2", b"", &all), Err(ArchiveError::Form(_))));
    let whole = tar_gz(|b| raw(b, b"d/CHANGES", EntryType::Regular, &[b'x'; 4000]));
    assert!(texts("d.tar.gz", &whole[..whole.len() / 2], &all).is_err(), "half an archive is not believed");
}

proptest! {
    #[test]
    fn no_archive_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2000), at in 0_usize..400, with in any::<u8>()) {
        for name in ["a.tar.gz", "a.whl", "a.zip"] {
            let _ = texts(name, &bytes, &all);
        }
        let mut packed = tar_gz(|b| raw(b, b"d/CHANGES", EntryType::Regular, b"1.0\n---\n- x"));
        if let Some(byte) = packed.get_mut(at) {
            *byte = with;
        }
        let _ = texts("a.tar.gz", &packed, &all);
        let loose = { let mut e = GzEncoder::new(Vec::new(), Compression::fast()); e.write_all(&bytes).unwrap(); e.finish().unwrap() };
        let _ = texts("a.tar.gz", &loose, &all);
    }
}
