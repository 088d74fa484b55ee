use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use tantivy::directory::error::{LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, Lock, TerminatingWrite, WatchCallback};
use uuid::Uuid;

use super::{folder, key};
use crate::crypto::{DataKey, SealingGate, envelope_key_id};
use crate::search::directory::SealedDirectory;

const CHUNK: usize = 16 * 1024;

fn open(path: &Path) -> SealedDirectory {
    SealedDirectory::open(path, key()).unwrap()
}

/// What a reader gets that comes to the folder anew, with every file in memory and with none.
fn read_anew(path: &Path, key: &Arc<DataKey>, name: &str) -> Result<Vec<u8>, String> {
    let [all, none] = [usize::MAX / 2, 0].map(|memory_bytes| {
        let directory = SealedDirectory::within(path, Arc::clone(key), memory_bytes).unwrap();
        let slice = directory.open_read(Path::new(name)).map_err(|e| e.to_string())?;
        slice.read_bytes().map(|bytes| bytes.to_vec()).map_err(|e| e.to_string())
    });
    assert_eq!(all.is_ok(), none.is_ok());
    assert!(all.is_err() || all == none);
    all
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
    names.retain(|name| !name.starts_with("keys-"));
    names.sort();
    names
}

/// The sizes around which chunking, and sealing and opening several chunks at once, could go wrong.
const SIZES: [usize; 13] = [
    0,
    1,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    2 * CHUNK,
    16 * CHUNK - 1,
    16 * CHUNK,
    17 * CHUNK - 1,
    17 * CHUNK,
    17 * CHUNK + 1,
    33 * CHUNK,
    50 * CHUNK + 7,
];

#[test]
fn what_is_written_is_read_back_at_every_edge_of_a_chunk() {
    let (_keep, path) = folder();
    let key = key();
    let directory = SealedDirectory::open(&path, Arc::clone(&key)).unwrap();
    for size in SIZES {
        let data: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        let name = format!("{size}.bin");
        write(&directory, &name, &[&data]);
        assert_eq!(read(&directory, &name).unwrap(), data);
        assert_eq!(read_anew(&path, &key, &name).unwrap(), data);
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
    let lent = one.read_bytes().unwrap();
    assert_eq!(two.read_bytes().unwrap().as_ptr(), lent.as_ptr());
    assert_eq!(directory.resident_bytes(), 1000);
    directory.delete(Path::new("a.idx")).unwrap();
    // What a reader holds stays, and the file can be read by whoever has it open.
    assert_eq!(directory.resident_bytes(), 1000);
    assert_eq!(two.read_bytes().unwrap().as_slice(), lent.as_slice());
    drop((one, two, lent));
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
    let pieces: [&[u8]; 3] = [&vec![1; CHUNK], &vec![2; CHUNK], &[3; 10]];
    write(&directory, "a.pos", &pieces);
    let whole = std::fs::read(path.join("a.pos")).unwrap();
    let (head, chunk) = (21, CHUNK + crate::crypto::envelope::OVERHEAD);
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
        assert!(read_anew(&path, &key, "a.pos").is_err(), "forgery {number}");
    }
    std::fs::write(path.join("a.pos"), &whole).unwrap();
    assert_eq!(read_anew(&path, &key, "a.pos").unwrap(), pieces.concat());
    std::fs::copy(path.join("a.pos"), path.join("b.pos")).unwrap();
    assert!(read_anew(&path, &key, "b.pos").is_err());
    // A chunk of an older version of the same file does not fit the newer one.
    directory.delete(Path::new("a.pos")).unwrap();
    write(&directory, "a.pos", &[&vec![9; CHUNK], &vec![2; CHUNK], &[3; 10]]);
    let newer = std::fs::read(path.join("a.pos")).unwrap();
    std::fs::write(path.join("a.pos"), [&newer[..head + chunk], part(1), part(2)].concat()).unwrap();
    assert!(read_anew(&path, &key, "a.pos").is_err());
}

#[test]
fn a_segments_file_opens_under_its_own_key_alone() {
    let (_keep, path) = folder();
    let key = key();
    let directory = SealedDirectory::open(&path, Arc::clone(&key)).unwrap();
    let [one, two] = [1, 2].map(|number| format!("{}.idx", Uuid::from_u128(number).simple()));
    for name in [&one, &two] {
        write(&directory, name, &[b"terms"]);
    }
    let key_id = |name: &str| envelope_key_id(&std::fs::read(path.join(name)).unwrap()[21..]).unwrap();
    assert_ne!(key_id(&one), key_id(&two));
    assert_ne!(key_id(&one).0, key.id());
    // Without the list, and with the list of another folder, nothing opens.
    let list = path.join(format!("keys-{}", key.id().simple()));
    let (_keep, elsewhere) = folder();
    write(&SealedDirectory::open(&elsewhere, Arc::clone(&key)).unwrap(), &one, &[b"terms"]);
    let kept = std::fs::read(&list).unwrap();
    std::fs::copy(elsewhere.join(list.file_name().unwrap()), &list).unwrap();
    assert!(read_anew(&path, &key, &one).is_err());
    std::fs::remove_file(&list).unwrap();
    assert!(read_anew(&path, &key, &one).is_err());
    for at in 0..kept.len() {
        let mut changed = kept.clone();
        changed[at] ^= 0x01;
        std::fs::write(&list, changed).unwrap();
        assert!(read_anew(&path, &key, &one).is_err(), "byte {at} of the list");
    }
    std::fs::write(&list, kept).unwrap();
    assert_eq!(read_anew(&path, &key, &one).unwrap(), b"terms");
}

#[test]
fn the_key_of_a_segment_goes_with_its_last_file() {
    let (_keep, path) = folder();
    let key = key();
    let directory = SealedDirectory::open(&path, Arc::clone(&key)).unwrap();
    let segment = Uuid::from_u128(7).simple();
    let names = ["idx", "term"].map(|ending| format!("{segment}.{ending}"));
    for name in &names {
        write(&directory, name, &[b"terms"]);
    }
    let kept = std::fs::read(path.join(&names[0])).unwrap();
    directory.delete(Path::new(&names[0])).unwrap();
    directory.sync_directory().unwrap();
    assert_eq!(read_anew(&path, &key, &names[1]).unwrap(), b"terms");
    directory.delete(Path::new(&names[1])).unwrap();
    directory.sync_directory().unwrap();
    std::fs::write(path.join(&names[0]), kept).unwrap();
    assert!(read_anew(&path, &key, &names[0]).unwrap_err().contains("key of the segment is gone"));
}

#[test]
fn nothing_is_sealed_while_the_provider_of_the_root_key_is_away() {
    let (_keep, path) = folder();
    let gate = SealingGate::default();
    let key = Arc::new(key().as_ref().clone().behind(gate.clone()));
    let directory = SealedDirectory::open(&path, Arc::clone(&key)).unwrap();
    write(&directory, "a.idx", &[b"before"]);
    gate.close();
    let mut writer = directory.open_write(Path::new("b.idx")).unwrap();
    writer.write_all(b"while it is away").unwrap();
    assert!(writer.terminate().is_err());
    assert!(!directory.exists(Path::new("b.idx")).unwrap());
    let of_a_new_segment = format!("{}.idx", Uuid::from_u128(1).simple());
    assert!(directory.open_write(Path::new(&of_a_new_segment)).is_err());
    assert!(directory.atomic_write(Path::new("meta.json"), b"{}").is_err());
    assert_eq!(read_anew(&path, &key, "a.idx").unwrap(), b"before");
    gate.open();
    write(&directory, "b.idx", &[b"after"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn random_writes_come_back_and_no_flipped_byte_goes_unnoticed(
        pieces in proptest::collection::vec((any::<u8>(), 0usize..50_000), 0..6),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 12),
    ) {
        let (_keep, path) = folder();
        let key = key();
        let directory = SealedDirectory::open(&path, Arc::clone(&key)).unwrap();
        let pieces: Vec<Vec<u8>> = pieces.into_iter().map(|(byte, length)| vec![byte; length]).collect();
        write(&directory, "x.fast", &pieces.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert_eq!(read_anew(&path, &key, "x.fast").unwrap(), pieces.concat());
        let whole = std::fs::read(path.join("x.fast")).unwrap();
        for (at, mask) in flips {
            let mut changed = whole.clone();
            changed[at.index(whole.len())] ^= mask;
            std::fs::write(path.join("x.fast"), changed).unwrap();
            // An empty file has no bytes to read, so only its opening can tell.
            let directory = SealedDirectory::open(&path, Arc::clone(&key)).unwrap();
            prop_assert!(directory.verify(Path::new("x.fast")).is_err());
        }
    }
}

#[test]
fn every_single_byte_of_a_file_matters() {
    let (_keep, path) = folder();
    let key = key();
    let directory = SealedDirectory::open(&path, Arc::clone(&key)).unwrap();
    write(&directory, "x.store", &["一小段内容".as_bytes()]);
    let whole = std::fs::read(path.join("x.store")).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x01;
        std::fs::write(path.join("x.store"), &changed).unwrap();
        assert!(read_anew(&path, &key, "x.store").is_err(), "byte {at}");
    }
}
