use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use tantivy::ReloadPolicy;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};
use uuid::Uuid;

use super::{folder, key};
use crate::crypto::DataKey;
use crate::error::{ErrorCode, Result};
use crate::search::directory::SealedDirectory;
use crate::search::{Document, Filter, Index, Kind, Query};

const ORG: Uuid = Uuid::from_u128(1_000);
/// Words that no dictionary has, so that each stands in the index as it is.
const DESTROYED: &str = "xanadu7788";
const KEPT: &str = "zephyr9900";

fn message(id: u128, body: &str) -> Document<'_> {
    let at: DateTime<Utc> = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    Document { id: Uuid::from_u128(id), kind: Kind::Message, org_id: ORG, parent_id: None, title: "", body, at }
}

fn found<D>(index: &Index<D>, word: &str) -> usize {
    let filter = Filter { orgs: vec![ORG], ..Filter::default() };
    index.search(&Query::new(word), &filter, 100).unwrap().len()
}

/// The file beside the folder that says which data key is current.
fn key_file(folder: &Path) -> PathBuf {
    folder.with_extension("key")
}

/// Notes a data key as the current one, as the caller of a purge does.
fn note(folder: &Path, key: &DataKey) -> Result<()> {
    let part = folder.with_extension("key.part");
    std::fs::write(&part, key.id().to_string()).unwrap();
    std::fs::rename(part, key_file(folder)).unwrap();
    Ok(())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    if key_file(from).exists() {
        std::fs::copy(key_file(from), key_file(to)).unwrap();
    }
}

fn names(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
}

/// Every term of the segments that make up an index: words, and the ids of documents.
fn terms(folder: &Path, key: &Arc<DataKey>) -> HashSet<Vec<u8>> {
    let index = tantivy::Index::open(SealedDirectory::open(folder, Arc::clone(key)).unwrap()).unwrap();
    let schema = index.schema();
    let reader: tantivy::IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().unwrap();
    let mut all = HashSet::new();
    for segment in reader.searcher().segment_readers() {
        for (field, _) in schema.fields().filter(|(_, entry)| entry.is_indexed()) {
            let inverted = segment.inverted_index(field).unwrap();
            let mut terms = inverted.terms().stream().unwrap();
            while terms.advance() {
                all.insert(terms.key().to_vec());
            }
        }
    }
    all
}

fn has(terms: &HashSet<Vec<u8>>, term: &[u8]) -> bool {
    terms.contains(term)
}

/// The files of a folder that open under a data key.
fn openable(folder: &Path, key: &Arc<DataKey>) -> Vec<String> {
    let directory = SealedDirectory::open(folder, Arc::clone(key)).unwrap();
    let mut names = names(folder);
    names.retain(|name| directory.atomic_read(Path::new(name)).is_ok());
    names
}

/// An index of three segments, in two of which there is something to destroy.
fn filled<D: Directory + Clone>(index: &Index<D>) {
    let (destroyed, kept) = (format!("{DESTROYED} 转账"), format!("{KEPT} 转账"));
    index.upsert([message(1, &destroyed), message(2, &kept)]).unwrap();
    index.commit_at(1).unwrap();
    index.upsert([message(3, &kept), message(4, &kept)]).unwrap();
    index.commit_at(2).unwrap();
    index.upsert([message(5, &destroyed), message(6, &kept)]).unwrap();
    index.commit_at(3).unwrap();
}

#[test]
fn what_was_purged_cannot_be_read_from_anything_that_is_left() {
    let (_keep, path) = folder();
    let (_keep_old, old) = folder();
    let (first, next) = (key(), key());
    let index = Index::create(&path, Arc::clone(&first)).unwrap();
    filled(&index);
    index.delete([1, 5].map(Uuid::from_u128)).unwrap();
    index.commit().unwrap();
    // Somebody keeps a copy of everything. Under the key of the time it gives away what was deleted.
    copy(&path, &old);
    let given_away = terms(&old, &first);
    assert!([DESTROYED, KEPT].iter().all(|word| has(&given_away, word.as_bytes())));
    assert!(has(&given_away, Uuid::from_u128(1).as_bytes()));

    index.purge(Arc::clone(&next), || note(&path, &next)).unwrap();
    assert_eq!((index.len(), found(&index, KEPT), found(&index, DESTROYED)), (4, 4, 0));
    assert_eq!(index.position().unwrap(), Some(3));
    drop(index);
    let left = terms(&path, &next);
    assert!(has(&left, KEPT.as_bytes()) && has(&left, Uuid::from_u128(2).as_bytes()));
    assert!(!has(&left, DESTROYED.as_bytes()));
    assert!(![1, 5].iter().any(|id| has(&left, Uuid::from_u128(*id).as_bytes())));
    assert_eq!(names(&path).iter().filter(|name| name.starts_with("keys-")).count(), 1);

    // The first data key is destroyed. With the new one, its list and all old files there is nothing to be had.
    let list = |key: &DataKey| format!("keys-{}", key.id().simple());
    let gone: Vec<String> = names(&old).into_iter().filter(|name| !path.join(name).exists()).collect();
    assert!(gone.iter().filter(|name| name.ends_with(".term")).count() == 2);
    for name in &gone {
        std::fs::copy(old.join(name), path.join(name)).unwrap();
    }
    assert!(gone.iter().all(|name| *name == list(&first) || openable(&old, &first).contains(name)));
    assert!(!openable(&path, &next).iter().any(|name| gone.contains(name)));
    // Nor with the old list in the place of the new one.
    std::fs::copy(old.join(list(&first)), path.join(list(&next))).unwrap();
    assert!(openable(&path, &next).is_empty());
    assert_eq!(Index::open(&path, next).unwrap_err().code(), ErrorCode::SearchRebuilding);
}

#[test]
fn segments_without_deletions_stay_as_they_are_and_the_index_goes_on() {
    let (_keep, path) = folder();
    let (first, next, last) = (key(), key(), key());
    let index = Index::create(&path, Arc::clone(&first)).unwrap();
    filled(&index);
    let before = names(&path);
    index.delete([1, 5].map(Uuid::from_u128)).unwrap();
    index.purge(Arc::clone(&next), || note(&path, &next)).unwrap();
    let stayed = names(&path).into_iter().filter(|name| name.ends_with(".term") && before.contains(name)).count();
    assert_eq!(stayed, 1);
    index.upsert([message(7, KEPT)]).unwrap();
    index.commit_at(4).unwrap();
    drop(index);
    assert_eq!(Index::open(&path, first).unwrap_err().code(), ErrorCode::SearchRebuilding);
    let index = Index::open(&path, Arc::clone(&next)).unwrap();
    assert_eq!((index.len(), found(&index, KEPT), index.position().unwrap()), (5, 5, Some(4)));
    // Again, with nothing to destroy, and with everything.
    index.purge(Arc::clone(&last), || note(&path, &last)).unwrap();
    assert_eq!(index.purge(Arc::clone(&last), || Ok(())).unwrap_err().code(), ErrorCode::InvalidParameter);
    index.delete((1..8).map(Uuid::from_u128)).unwrap();
    index.purge(Arc::clone(&next), || note(&path, &next)).unwrap();
    assert!(index.is_empty());
    drop(index);
    assert!(!has(&terms(&path, &next), KEPT.as_bytes()));
    assert!(Index::open(&path, next).unwrap().is_empty());
}

#[test]
fn a_purge_whose_switch_fails_leaves_the_index_under_its_key() {
    let (_keep, path) = folder();
    let (first, next) = (key(), key());
    let index = Index::create(&path, Arc::clone(&first)).unwrap();
    filled(&index);
    index.delete([Uuid::from_u128(1)]).unwrap();
    let refused = index.purge(Arc::clone(&next), || Err(ErrorCode::StorageUnavailable.because("no space")));
    assert_eq!(refused.unwrap_err().code(), ErrorCode::StorageUnavailable);
    index.upsert([message(8, KEPT)]).unwrap();
    index.commit().unwrap();
    drop(index);
    let index = Index::open(&path, first).unwrap();
    assert_eq!((index.len(), found(&index, KEPT)), (6, 5));
    index.purge(Arc::clone(&next), || note(&path, &next)).unwrap();
    drop(index);
    assert_eq!(Index::open(&path, next).unwrap().len(), 6);
}

#[test]
fn searches_go_on_during_a_purge() {
    let (_keep, path) = folder();
    let index = Index::create(&path, key()).unwrap();
    filled(&index);
    std::thread::scope(|scope| {
        let purging = scope.spawn(|| {
            for round in 0..5 {
                index.delete([Uuid::from_u128(1)]).unwrap();
                let next = key();
                index.purge(Arc::clone(&next), || note(&path, &next)).unwrap();
                index.upsert([message(1, &format!("{DESTROYED} {round}"))]).unwrap();
                index.commit().unwrap();
            }
        });
        while !purging.is_finished() {
            assert_eq!(found(&index, KEPT), 4);
        }
        purging.join().unwrap();
    });
    assert_eq!(found(&index, DESTROYED), 2);
}

/// A directory that keeps a copy of the folder after every step that changes it: what a power cut at that point would leave.
#[derive(Clone, Debug)]
struct Snapshots {
    directory: SealedDirectory,
    folder: PathBuf,
    taken: Arc<Mutex<Vec<tempfile::TempDir>>>,
}

impl Snapshots {
    fn take(&self) {
        let mut taken = self.taken.lock().unwrap();
        let snapshot = tempfile::tempdir().unwrap();
        copy(&self.folder, &snapshot.path().join("index"));
        taken.push(snapshot);
    }
}

impl AsRef<SealedDirectory> for Snapshots {
    fn as_ref(&self) -> &SealedDirectory {
        &self.directory
    }
}

struct Snapping(WritePtr, Snapshots);

impl std::io::Write for Snapping {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl TerminatingWrite for Snapping {
    fn terminate_ref(&mut self, token: AntiCallToken) -> std::io::Result<()> {
        self.0.terminate_ref(token)?;
        self.1.take();
        Ok(())
    }
}

impl Directory for Snapshots {
    fn get_file_handle(&self, path: &Path) -> std::result::Result<Arc<dyn FileHandle>, OpenReadError> {
        self.directory.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> std::result::Result<(), DeleteError> {
        self.directory.delete(path)?;
        self.take();
        Ok(())
    }

    fn exists(&self, path: &Path) -> std::result::Result<bool, OpenReadError> {
        self.directory.exists(path)
    }

    fn open_write(&self, path: &Path) -> std::result::Result<WritePtr, OpenWriteError> {
        let writer = self.directory.open_write(path)?;
        self.take();
        Ok(std::io::BufWriter::new(Box::new(Snapping(writer, self.clone()))))
    }

    fn atomic_read(&self, path: &Path) -> std::result::Result<Vec<u8>, OpenReadError> {
        self.directory.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> std::io::Result<()> {
        self.directory.atomic_write(path, data)?;
        self.take();
        Ok(())
    }

    fn sync_directory(&self) -> std::io::Result<()> {
        self.directory.sync_directory()?;
        self.take();
        Ok(())
    }

    fn acquire_lock(&self, lock: &Lock) -> std::result::Result<DirectoryLock, LockError> {
        self.directory.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.directory.watch(callback)
    }
}

#[test]
fn cut_off_at_any_step_of_commits_and_a_purge_the_index_opens_with_what_was_committed() {
    let (_keep, path) = folder();
    let (first, next) = (key(), key());
    let keys: HashMap<String, Arc<DataKey>> =
        [&first, &next].map(|key| (key.id().to_string(), Arc::clone(key))).into_iter().collect();
    let directory = SealedDirectory::open(&path, Arc::clone(&first)).unwrap();
    note(&path, &first).unwrap();
    let snapshots = Snapshots { directory, folder: path.clone(), taken: Arc::default() };
    let index = Index::over(snapshots.clone()).unwrap();
    snapshots.taken.lock().unwrap().clear();

    filled(&index);
    let filling = std::mem::take(&mut *snapshots.taken.lock().unwrap());
    index.delete([1, 5].map(Uuid::from_u128)).unwrap();
    let switch = || {
        snapshots.take();
        note(&path, &next)?;
        snapshots.take();
        Ok(())
    };
    index.purge(Arc::clone(&next), switch).unwrap();
    snapshots.take();
    let purging = std::mem::take(&mut *snapshots.taken.lock().unwrap());
    assert!(filling.len() > 20 && purging.len() > 20, "{} {}", filling.len(), purging.len());

    let reopened = |snapshot: &tempfile::TempDir| {
        let folder = snapshot.path().join("index");
        let current = std::fs::read_to_string(key_file(&folder)).unwrap();
        let index = Index::open(&folder, Arc::clone(&keys[&current])).unwrap();
        // What is left of the step that was cut off is tidied up, and the index can be filled on.
        assert_eq!(names(&folder).iter().filter(|n| n.ends_with(".part") || n.starts_with("keys-")).count(), 1);
        let state = (index.len(), found(&index, KEPT), found(&index, DESTROYED), index.position().unwrap());
        index.upsert([message(9, KEPT)]).unwrap();
        index.commit().unwrap();
        assert_eq!(found(&index, KEPT), state.1 + 1);
        (current == next.id().to_string(), state)
    };
    let mut seen: Vec<_> = filling.iter().map(&reopened).collect();
    seen.dedup();
    let states = [(0, 0, 0, None), (2, 1, 1, Some(1)), (4, 3, 1, Some(2)), (6, 4, 2, Some(3))];
    assert_eq!(seen, states.map(|state| (false, state)));
    let mut seen: Vec<_> = purging.iter().map(&reopened).collect();
    seen.dedup();
    let (before, after) = ((6, 4, 2, Some(3)), (4, 4, 0, Some(3)));
    assert_eq!(seen, [(false, before), (false, after), (true, after)]);
}
