use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use tantivy::directory::error::{LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, Lock, TerminatingWrite, WatchCallback};

use super::{folder, key};
use crate::search::directory::SealedDirectory;

fn open(path: &Path) -> SealedDirectory {
    SealedDirectory::open(path, key()).unwrap()
}

fn write(directory: &SealedDirectory, name: &str, pieces: &[&[u8]]) {
    let mut writer = directory.open_write(Path::new(name)).unwrap();
    for piece in pieces {
        writer.write_all(piece).unwrap();
    }
    writer.terminate().unwrap();
}

fn read(directory: &SealedDirectory, name: &str) -> Result<Vec<u8>, OpenReadError> {
    Ok(directory.open_read(Path::new(name))?.read_bytes().unwrap().to_vec())
}

fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The sizes around which chunking could go wrong.
const SIZES: [usize; 8] = [0, 1, 65_535, 65_536, 65_537, 131_071, 131_072, 200_000];

#[test]
fn what_is_written_is_read_back_at_every_edge_of_a_chunk() {
    let (_keep, path) = folder();
    let directory = open(&path);
    for size in SIZES {
        let data: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        let name = format!("{size}.bin");
        write(&directory, &name, &[&data]);
        assert_eq!(read(&directory, &name).unwrap(), data);
        directory.atomic_write(Path::new("meta.json"), &data).unwrap();
        assert_eq!(directory.atomic_read(Path::new("meta.json")).unwrap(), data);
    }
}

#[test]
fn a_file_is_not_there_before_it_is_finished_and_never_overwritten() {
    let (_keep, path) = folder();
    let directory = open(&path);
    let mut writer = directory.open_write(Path::new("a.term")).unwrap();
    writer.write_all(b"half").unwrap();
    assert!(!directory.exists(Path::new("a.term")).unwrap());
    assert!(matches!(read(&directory, "a.term"), Err(OpenReadError::FileDoesNotExist(_))));
    assert!(matches!(directory.open_write(Path::new("a.term")), Err(OpenWriteError::FileAlreadyExists(_))));
    drop(writer);
    assert_eq!(names(&path), Vec::<String>::new());
    write(&directory, "a.term", &[b"whole"]);
    assert!(matches!(directory.open_write(Path::new("a.term")), Err(OpenWriteError::FileAlreadyExists(_))));
    directory.delete(Path::new("a.term")).unwrap();
    assert!(directory.delete(Path::new("a.term")).is_err());
}

#[test]
fn names_that_leave_the_folder_or_say_something_are_refused() {
    let (_keep, path) = folder();
    let directory = open(&path);
    for name in ["../a", "a/b", "/etc/passwd", "..", "", "张三.term", "a b"] {
        assert!(directory.open_write(Path::new(name)).is_err(), "{name}");
        assert!(directory.atomic_write(Path::new(name), b"x").is_err(), "{name}");
        assert!(directory.atomic_read(Path::new(name)).is_err(), "{name}");
        assert!(directory.delete(Path::new(name)).is_err(), "{name}");
    }
}

#[test]
fn readers_share_one_copy_and_outlive_the_file() {
    let (_keep, path) = folder();
    let directory = open(&path);
    write(&directory, "a.idx", &[&[7; 1000]]);
    let one = directory.open_read(Path::new("a.idx")).unwrap();
    let two = directory.clone().open_read(Path::new("a.idx")).unwrap();
    assert_eq!(directory.resident_bytes(), 1000);
    directory.delete(Path::new("a.idx")).unwrap();
    assert_eq!(one.read_bytes().unwrap().as_slice(), two.read_bytes().unwrap().as_slice());
    drop((one, two));
    assert_eq!(directory.resident_bytes(), 0);
}

#[test]
fn a_lock_keeps_a_second_owner_out_and_goes_with_its_holder() {
    let (_keep, path) = folder();
    let lock = Lock { filepath: PathBuf::from(".w.lock"), is_blocking: false };
    let (one, two) = (open(&path), open(&path));
    let held = one.acquire_lock(&lock).unwrap();
    assert!(matches!(two.acquire_lock(&lock), Err(LockError::LockBusy)));
    drop(held);
    assert!(two.acquire_lock(&lock).is_ok());
    assert_eq!(std::fs::metadata(path.join(".w.lock")).unwrap().len(), 0);
}

#[test]
fn watchers_hear_of_a_new_commit() {
    let (_keep, path) = folder();
    let directory = open(&path);
    let (sender, receiver) = std::sync::mpsc::channel();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let handle = directory.watch(WatchCallback::new(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        sender.send(()).unwrap();
    }));
    directory.atomic_write(Path::new(".managed.json"), b"[]").unwrap();
    directory.atomic_write(Path::new("meta.json"), b"{}").unwrap();
    receiver.recv().unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    drop(handle);
}

#[test]
fn chunks_cannot_be_cut_off_swapped_repeated_or_moved_to_another_file() {
    let (_keep, path) = folder();
    let key = key();
    let directory = SealedDirectory::open(&path, Arc::clone(&key)).unwrap();
    write(&directory, "a.pos", &[&vec![1; 65_536], &vec![2; 65_536], &[3; 10]]);
    let whole = std::fs::read(path.join("a.pos")).unwrap();
    let (head, chunk) = (21, 65_536 + crate::crypto::envelope::OVERHEAD);
    let part = |n: usize| &whole[(head + n * chunk).min(whole.len())..(head + (n + 1) * chunk).min(whole.len())];
    let forged = [
        whole[..head + 2 * chunk].to_vec(),
        whole[..head + chunk].to_vec(),
        whole[..head].to_vec(),
        whole[..10].to_vec(),
        Vec::new(),
        [&whole[..head], part(1), part(0), part(2)].concat(),
        [&whole[..head], part(0), part(0), part(2)].concat(),
        [&whole[..head], part(2)].concat(),
        [&whole[..], part(2)].concat(),
    ];
    for (number, bytes) in forged.iter().enumerate() {
        std::fs::write(path.join("a.pos"), bytes).unwrap();
        assert!(read(&directory, "a.pos").is_err(), "forgery {number}");
    }
    std::fs::write(path.join("a.pos"), &whole).unwrap();
    assert!(read(&directory, "a.pos").is_ok());
    std::fs::copy(path.join("a.pos"), path.join("b.pos")).unwrap();
    assert!(read(&directory, "b.pos").is_err());
    // A chunk of an older version of the same file does not fit the newer one.
    directory.delete(Path::new("a.pos")).unwrap();
    write(&directory, "a.pos", &[&vec![9; 65_536], &vec![2; 65_536], &[3; 10]]);
    let newer = std::fs::read(path.join("a.pos")).unwrap();
    std::fs::write(path.join("a.pos"), [&newer[..head + chunk], part(1), part(2)].concat()).unwrap();
    assert!(read(&directory, "a.pos").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn random_writes_come_back_and_no_flipped_byte_goes_unnoticed(
        pieces in proptest::collection::vec((any::<u8>(), 0usize..50_000), 0..6),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 12),
    ) {
        let (_keep, path) = folder();
        let directory = open(&path);
        let pieces: Vec<Vec<u8>> = pieces.into_iter().map(|(byte, length)| vec![byte; length]).collect();
        write(&directory, "x.fast", &pieces.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert_eq!(read(&directory, "x.fast").unwrap(), pieces.concat());
        let whole = std::fs::read(path.join("x.fast")).unwrap();
        for (at, mask) in flips {
            let mut changed = whole.clone();
            changed[at.index(whole.len())] ^= mask;
            std::fs::write(path.join("x.fast"), changed).unwrap();
            prop_assert!(read(&directory, "x.fast").is_err());
        }
    }
}

#[test]
fn every_single_byte_of_a_file_matters() {
    let (_keep, path) = folder();
    let directory = open(&path);
    write(&directory, "x.store", &["一小段内容".as_bytes()]);
    let whole = std::fs::read(path.join("x.store")).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x01;
        std::fs::write(path.join("x.store"), &changed).unwrap();
        assert!(read(&directory, "x.store").is_err(), "byte {at}");
    }
}
