use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use tantivy::directory::{Directory, FileSlice, OwnedBytes, TerminatingWrite};

use super::{folder, key};
use crate::search::directory::SealedDirectory;

/// A directory with files of these sizes, opened anew, and what is in them.
fn filled(path: &Path, memory_bytes: usize, sizes: &[usize]) -> (SealedDirectory, Vec<FileSlice>, Vec<Vec<u8>>) {
    let key = key();
    let contents: Vec<Vec<u8>> =
        sizes.iter().enumerate().map(|(n, size)| (0..*size).map(|i| (i * 7 + i / 251 + n) as u8).collect()).collect();
    let writing = SealedDirectory::open(path, Arc::clone(&key)).unwrap();
    for (n, content) in contents.iter().enumerate() {
        let mut writer = writing.open_write(Path::new(&format!("{n}.idx"))).unwrap();
        writer.write_all(content).unwrap();
        writer.terminate().unwrap();
    }
    let directory = SealedDirectory::within(path, key, memory_bytes).unwrap();
    let files = (0..sizes.len()).map(|n| directory.open_read(Path::new(&format!("{n}.idx"))).unwrap()).collect();
    (directory, files, contents)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever is read, in whatever order, and however long it is held: it is what was written, and memory never holds more than the budget and
    /// what readers hold.
    #[test]
    fn memory_stays_within_its_budget_and_reads_are_right(
        memory_bytes in prop_oneof![Just(0), 1usize..200_000, 200_000usize..2_000_000],
        sizes in proptest::collection::vec(0usize..300_000, 1..6),
        reads in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0usize..100_000, any::<bool>()), 1..200),
        deleted in any::<prop::sample::Index>(),
    ) {
        let (_keep, path) = folder();
        let (directory, files, contents) = filled(&path, memory_bytes, &sizes);
        let mut held: Vec<(usize, OwnedBytes)> = Vec::new();
        for (number, (file, at, length, keep)) in reads.iter().enumerate() {
            let n = file.index(sizes.len());
            let from = at.index(sizes[n] + 1);
            let to = (from + length).min(sizes[n]);
            let bytes = files[n].slice(from..to).read_bytes().unwrap();
            prop_assert_eq!(bytes.as_slice(), &contents[n][from..to]);
            if *keep {
                held.push((n, bytes));
            } else {
                drop(bytes);
            }
            if number == reads.len() / 2 {
                directory.delete(Path::new(&format!("{}.idx", deleted.index(sizes.len())))).unwrap();
            }
            if number % 16 == 15 && !held.is_empty() {
                held.remove(0);
            }
            // A slice holds on to the buffer it was cut from: the file, or a chunk, or just itself.
            let readers: usize = held.iter().map(|(n, _)| sizes[*n]).sum();
            let figures = directory.memory();
            prop_assert!(figures.resident_bytes <= memory_bytes + readers, "{:?}", figures);
        }
        drop(held);
        prop_assert!(directory.resident_bytes() <= memory_bytes);
    }
}

#[test]
fn within_the_budget_everything_is_opened_once() {
    let (_keep, path) = folder();
    let (directory, files, _) = filled(&path, 1 << 20, &[100_000, 200_000]);
    for _ in 0..10 {
        for file in &files {
            file.slice(5..50_000).read_bytes().unwrap();
        }
    }
    let figures = directory.memory();
    assert_eq!((figures.resident_bytes, figures.misses, figures.hits), (300_000, 2, 18));
    assert_eq!(figures.budget_bytes, 1 << 20);
}

#[test]
fn without_a_budget_nothing_stays() {
    let (_keep, path) = folder();
    let (directory, files, contents) = filled(&path, 0, &[100_000]);
    for _ in 0..3 {
        let held = files[0].slice(10..60_000).read_bytes().unwrap();
        assert_eq!(held.as_slice(), &contents[0][10..60_000]);
        assert_eq!(directory.resident_bytes(), 59_990);
    }
    let figures = directory.memory();
    assert_eq!((figures.resident_bytes, figures.misses, figures.hits), (0, 3, 0));
}

#[test]
fn a_file_that_is_read_more_takes_the_place_of_one_that_is_read_less() {
    let (_keep, path) = folder();
    // Either file fits, both do not.
    let (directory, files, _) = filled(&path, 300_000, &[200_000, 200_000]);
    files[0].slice(0..10).read_bytes().unwrap();
    assert_eq!(directory.resident_bytes(), 200_000);
    for _ in 0..20 {
        files[1].slice(0..150_000).read_bytes().unwrap();
    }
    let misses = directory.memory().misses;
    for _ in 0..20 {
        files[1].slice(0..150_000).read_bytes().unwrap();
    }
    assert_eq!(directory.memory().misses, misses);
    // What a reader holds keeps its place.
    let held = files[1].slice(0..10).read_bytes().unwrap();
    for _ in 0..1_000 {
        files[0].slice(0..150_000).read_bytes().unwrap();
    }
    let misses = directory.memory().misses;
    drop(held);
    files[0].slice(0..150_000).read_bytes().unwrap();
    assert_eq!(directory.memory().misses, misses + 1);
    for _ in 0..20 {
        files[0].slice(0..150_000).read_bytes().unwrap();
    }
    assert_eq!(directory.memory().misses, misses + 1);
    assert!(directory.resident_bytes() <= 300_000);
}

#[test]
fn pieces_that_are_read_again_are_there() {
    let (_keep, path) = folder();
    // The file never fits; an eighth of the budget holds three chunks.
    let (directory, files, _) = filled(&path, 8 * 3 * 16 * 1024, &[1_000_000]);
    let read = |at: usize| drop(files[0].slice(at..at + 100).read_bytes().unwrap());
    for _ in 0..10 {
        [0, 20_000, 500_000].into_iter().for_each(read);
    }
    let figures = directory.memory();
    assert_eq!((figures.misses, figures.hits), (3, 27));
    // Next to what was read, too, and whatever was not read for longest goes first.
    [100, 20_200, 600_000, 300].into_iter().for_each(read);
    assert_eq!(directory.memory().misses, 4);
    read(500_000);
    assert_eq!(directory.memory().misses, 5);
}

#[test]
fn readers_in_many_threads_share_what_is_there() {
    let (_keep, path) = folder();
    let (directory, files, contents) = filled(&path, 250_000, &[100_000, 150_000, 60_000]);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (files, contents) = (&files, &contents);
            scope.spawn(move || {
                for n in 0..400 {
                    let file = (n + thread) % files.len();
                    let from = (n * 977 + thread * 31) % (contents[file].len() - 2_000);
                    let bytes = files[file].slice(from..from + 2_000).read_bytes().unwrap();
                    assert_eq!(bytes.as_slice(), &contents[file][from..from + 2_000]);
                }
            });
        }
    });
    assert!(directory.resident_bytes() <= 250_000);
}
