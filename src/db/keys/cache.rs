//! Unwrapped keys kept in memory: bounded in number and in age, and forgotten when another node says that one has changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::crypto::{ClassKey, DataKey};
use crate::db::ids::DataKeyId;

/// Data keys kept warm. Past this many the cache starts afresh, which costs one unwrap per key in use.
const CACHED_KEYS: usize = 10_000;

/// Keys that were unwrapped not long ago.
pub(super) struct KeyCache {
    kept: Mutex<Kept>,
    /// How long a data key is believed without being read again. A notification usually ends it sooner.
    age: Duration,
}

#[derive(Default)]
struct Kept {
    data: HashMap<DataKeyId, (Arc<DataKey>, Instant)>,
    /// Their rows are read each time; what is kept is the answer of the provider, until its lease ends.
    class: HashMap<Uuid, ClassKey>,
    /// Counts what was forgotten, so that a key which was read before it changed is not put in after it was forgotten.
    forgotten: u64,
}

/// When a key was begun to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading(u64);

impl KeyCache {
    pub(super) fn new(age: Duration) -> Self {
        Self { kept: Mutex::default(), age }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Every change is one call on a map: a panic elsewhere leaves nothing half done.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be asked for before the key is read from the database.
    pub(super) fn begin(&self) -> Reading {
        Reading(self.kept().forgotten)
    }

    pub(super) fn data_key(&self, id: DataKeyId) -> Option<Arc<DataKey>> {
        self.kept().data.get(&id).filter(|(_, since)| since.elapsed() < self.age).map(|(key, _)| Arc::clone(key))
    }

    pub(super) fn keep_data_key(&self, id: DataKeyId, key: DataKey, reading: Reading) -> Arc<DataKey> {
        let key = Arc::new(key);
        let mut kept = self.kept();
        if Reading(kept.forgotten) == reading {
            if kept.data.len() >= CACHED_KEYS && !kept.data.contains_key(&id) {
                kept.data.clear();
            }
            kept.data.insert(id, (Arc::clone(&key), Instant::now()));
        }
        key
    }

    pub(super) fn class_key(&self, id: Uuid) -> Option<ClassKey> {
        self.kept().class.get(&id).cloned()
    }

    pub(super) fn keep_class_key(&self, id: Uuid, key: &ClassKey, reading: Reading) {
        let mut kept = self.kept();
        if Reading(kept.forgotten) == reading {
            kept.class.insert(id, key.clone());
        }
    }

    pub(super) fn forget_data_key(&self, id: DataKeyId) {
        let mut kept = self.kept();
        kept.forgotten += 1;
        kept.data.remove(&id);
    }

    /// Clears what is too old to be used, so that the keys of a process that rests do not stay in memory.
    pub(super) fn forget_expired(&self) {
        self.kept().data.retain(|_, (_, since)| since.elapsed() < self.age);
    }

    pub(super) fn forget_all(&self) {
        let mut kept = self.kept();
        *kept = Kept { forgotten: kept.forgotten + 1, ..Kept::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Keyring, RootKey, Suite};

    fn key(id: DataKeyId) -> DataKey {
        let ring = Keyring::from_root(RootKey::generate().unwrap());
        let class = ring.generate_class_key("conversation", "2026-11", 1).unwrap().0;
        class.generate_data_key(id.0, 1, Suite::Sm4Gcm).unwrap().0
    }

    #[test]
    fn a_key_that_changed_while_it_was_read_is_not_kept() {
        let (cache, id) = (KeyCache::new(Duration::from_secs(60)), DataKeyId::fresh());
        let reading = cache.begin();
        cache.forget_data_key(id);
        cache.keep_data_key(id, key(id), reading);
        assert!(cache.data_key(id).is_none());
        cache.keep_data_key(id, key(id), cache.begin());
        assert!(cache.data_key(id).is_some());
        cache.forget_all();
        assert!(cache.data_key(id).is_none());
    }

    #[test]
    fn an_old_entry_is_read_again() {
        let (cache, id) = (KeyCache::new(Duration::ZERO), DataKeyId::fresh());
        let key = Arc::downgrade(&cache.keep_data_key(id, key(id), cache.begin()));
        assert!(cache.data_key(id).is_none());
        assert!(key.upgrade().is_some(), "still there");
        cache.forget_expired();
        assert!(key.upgrade().is_none());
    }
}
