use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::rc::Rc;

use kontor_core::{Code, Problem};
use kontor_datev::{Unpacked, ZipLimits, unpack};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const LIMITS: ZipLimits = ZipLimits { max_files: 10, max_bytes: 100_000 };

type Files = Rc<RefCell<BTreeMap<String, Vec<u8>>>>;

struct Part(Files, String);

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().entry(self.1.clone()).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        writer.write_all(bytes).expect("bytes");
    }
    writer.finish().expect("a zip").into_inner()
}

fn unpacked(archive: Vec<u8>) -> Result<(Unpacked, BTreeMap<String, Vec<u8>>), Problem> {
    let files = Files::default();
    let done = unpack(Cursor::new(archive), LIMITS, &mut |name| {
        Ok(Box::new(Part(files.clone(), name.to_owned())))
    })?;
    let files = files.borrow().clone();
    Ok((done, files))
}

fn refused(archive: Vec<u8>) -> Code {
    unpacked(archive).expect_err("refused").code
}

#[test]
fn csv_files_are_unpacked_from_folders_too_and_others_are_named() {
    let archive = zip(&[
        ("EXTF_a.csv", b"one"),
        ("alt/EXTF_A.CSV", b"two"),
        ("liesmich.txt", b"x"),
        ("__MACOSX/._EXTF_a.csv", b"x"),
        ("innen.zip", b"PK"),
    ]);
    let (done, files) = unpacked(archive).expect("unpacked");
    assert_eq!(done.batches, ["EXTF_a.csv", "EXTF_A_2.csv"]);
    assert_eq!(done.skipped, ["liesmich.txt", "__MACOSX/._EXTF_a.csv", "innen.zip"]);
    assert_eq!(files["EXTF_A_2.csv"], b"two");
}

#[test]
fn paths_that_lead_outside_are_refused_before_anything_is_unpacked() {
    for name in
        ["../EXTF_a.csv", "a/../../b.csv", "/etc/b.csv", "..\\b.csv", "C:\\b.csv", "C:b.csv"]
    {
        let files = Files::default();
        let archive = zip(&[("EXTF_ok.csv", b"fine"), (name, b"bad")]);
        let problem = unpack(Cursor::new(archive), LIMITS, &mut |n| {
            Ok(Box::new(Part(files.clone(), n.to_owned())))
        })
        .expect_err(name);
        assert_eq!(problem.code, Code::DatevZipUnsafe, "{name}");
        assert!(files.borrow().is_empty(), "{name}");
    }
}

#[test]
fn a_link_is_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("EXTF_a.csv", "/etc/passwd", SimpleFileOptions::default()).expect("a link");
    assert_eq!(refused(writer.finish().expect("a zip").into_inner()), Code::DatevZipUnsafe);
}

#[test]
fn a_bomb_is_stopped_at_the_limit_whatever_its_header_claims() {
    let bomb = zip(&[("EXTF_a.csv", &vec![b'0'; 5_000_000])]);
    assert!(bomb.len() < 20_000);
    let size = 5_000_000_u32.to_le_bytes();
    let mut lying = bomb.clone();
    let at: Vec<usize> =
        lying.windows(4).enumerate().filter(|(_, w)| *w == size).map(|(i, _)| i).collect();
    assert!(!at.is_empty());
    for place in at {
        lying[place..place + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    assert_eq!(refused(bomb), Code::DatevZipTooLarge);
    let code = refused(lying);
    assert!(matches!(code, Code::DatevZipTooLarge | Code::DatevZipUnreadable), "{code}");
}

#[test]
fn many_small_files_count_together() {
    let piece = vec![b'x'; 60_000];
    assert_eq!(refused(zip(&[("a.csv", &piece), ("b.csv", &piece)])), Code::DatevZipTooLarge);
    let names: Vec<String> = (0..11).map(|n| format!("{n}.csv")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b"x"[..])).collect();
    assert_eq!(refused(zip(&entries)), Code::DatevZipTooLarge);
}

#[test]
fn what_is_damaged_or_holds_no_csv_is_refused() {
    let whole = zip(&[("EXTF_a.csv", &[b'x'; 500])]);
    assert_eq!(refused(whole[..whole.len() / 2].to_vec()), Code::DatevZipUnreadable);
    assert_eq!(refused(Vec::new()), Code::DatevZipUnreadable);
    assert_eq!(refused(zip(&[("liesmich.txt", b"x")])), Code::DatevZipEmpty);
    let mut broken = zip(&[("EXTF_a.csv", b"x;y;z and so on, long enough to be stored")]);
    broken[45] ^= 0xff;
    assert_eq!(refused(broken), Code::DatevZipUnreadable);
}

#[test]
fn a_name_is_judged_as_it_will_be_used_and_cut_when_no_file_system_takes_it() {
    let long = format!("EXTF_{}.csv", "ü".repeat(200));
    let archive = zip(&[("|.x.csv", b"hidden"), ("a?.csv", b"plain"), (&long, b"long")]);
    let (done, files) = unpacked(archive).expect("unpacked");
    assert_eq!(done.skipped, ["|.x.csv"]);
    assert_eq!(done.batches[0], "a.csv");
    let cut = &done.batches[1];
    assert!(cut.len() <= 160 && cut.starts_with("EXTF_ü") && cut.ends_with("ü.csv"), "{cut}");
    assert_eq!(files.get(cut).map(Vec::as_slice), Some(b"long".as_slice()));
}
