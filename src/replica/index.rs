//! The life of a replica.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, watch};
use tokio_util::sync::CancellationToken;

use super::source::{Change, Source};
use crate::audit::{Action, AuditDraft, Caller};
use crate::crypto::DataKey;
use crate::db::Scope;
use crate::db::ids::DataKeyId;
use crate::error::{ErrorCode, Result};
use crate::eventlog::Event;
use crate::search::{DEFAULT_MEMORY_BYTES, Filter, Hit, Index, MemoryFigures, Query, blocking};
use crate::transaction::{Transactions, Tx};

/// Told now and then during a rebuild: documents done, documents in all.
pub type Progress = dyn Fn(i64, i64) + Send + Sync;

/// How long an event waits for an index that is away, which is less than its delivery may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long after a rebuild that failed the next one begins.
const BEFORE_NEXT_TRY: Duration = Duration::from_secs(5);

/// An index of this node. Clones are the same replica.
#[derive(Clone)]
pub struct Replica(Arc<Parts>);

struct Parts {
    name: &'static str,
    folder: PathBuf,
    memory_bytes: usize,
    transactions: Transactions,
    caller: Caller,
    sources: Vec<Arc<dyn Source>>,
    standing: watch::Sender<Standing>,
    rebuilding: Mutex<()>,
    /// Held from reading PostgreSQL until what was read is in the index, so that the last reader writes last.
    reading: Mutex<()>,
    /// Changes that the index has in memory, and how many of them are on the disk.
    added: AtomicU64,
    committed: Mutex<u64>,
}

/// How far the replica is.
#[derive(Clone)]
enum Standing {
    /// There is no index that can be opened in full, and why.
    Away(&'static str),
    /// It takes changes, but does not answer yet.
    Filling(Arc<Index>),
    Ready(Arc<Index>),
}

impl Replica {
    /// Opens the index as the last process left it. When there is none that can be opened in full the replica stays away until it is rebuilt.
    ///
    /// `folder` belongs to this replica alone; beside it stands a file of its name with `.key` added, which names its data key. At most
    /// [`DEFAULT_MEMORY_BYTES`] of the decrypted index are kept in memory. `caller` is in whose
    /// name a rebuild is recorded.
    pub async fn open(
        name: &'static str,
        folder: impl Into<PathBuf>,
        transactions: Transactions,
        caller: Caller,
        sources: Vec<Arc<dyn Source>>,
    ) -> Result<Self> {
        Self::open_within(name, folder, DEFAULT_MEMORY_BYTES, transactions, caller, sources).await
    }

    /// As [`Replica::open`], keeping at most `memory_bytes` of the decrypted index in memory besides what searches hold.
    pub async fn open_within(
        name: &'static str,
        folder: impl Into<PathBuf>,
        memory_bytes: usize,
        transactions: Transactions,
        caller: Caller,
        sources: Vec<Arc<dyn Source>>,
    ) -> Result<Self> {
        let this = Self(Arc::new(Parts {
            name,
            folder: folder.into(),
            memory_bytes,
            transactions,
            caller,
            sources,
            standing: watch::Sender::new(Standing::Away("there is no index yet")),
            rebuilding: Mutex::new(()),
            reading: Mutex::new(()),
            added: AtomicU64::new(0),
            committed: Mutex::new(0),
        }));
        this.destroy_superseded().await?;
        match this.find().await {
            Ok(index) => this.stand(Standing::Ready(index)),
            Err(e) if e.code() == ErrorCode::SearchRebuilding => {
                tracing::info!(index = name, error = ?e, "search index has to be rebuilt");
                this.stand(Standing::Away("the index could not be opened in full"));
            }
            Err(e) => return Err(e),
        }
        Ok(this)
    }

    /// Rebuilds if there is nothing to answer from, and tries again later when that fails; returns at the latest when told to stop.
    pub async fn rebuild_if_needed(&self, stop: CancellationToken) {
        let name = self.0.name;
        let progress =
            move |done: i64, total: i64| tracing::debug!(index = name, done, total, "search index is being filled");
        while !self.is_ready() {
            let rebuilt = tokio::select! {
                rebuilt = self.rebuild(&progress) => rebuilt,
                () = stop.cancelled() => return,
            };
            let Err(e) = rebuilt else { return };
            tracing::error!(index = name, error = ?e, "search index could not be rebuilt");
            tokio::select! {
                () = tokio::time::sleep(BEFORE_NEXT_TRY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Whether searches are answered.
    pub fn is_ready(&self) -> bool {
        matches!(&*self.0.standing.borrow(), Standing::Ready(_))
    }

    /// The best hits for a question, off the async workers. `dependency.search_rebuilding` until the index is complete.
    pub async fn search(&self, query: Query, filter: Filter, limit: usize) -> Result<Vec<Hit>> {
        let Standing::Ready(index) = self.0.standing.borrow().clone() else {
            return Err(ErrorCode::SearchRebuilding.because(self.0.name));
        };
        blocking(move || index.search(&query, &filter, limit)).await
    }

    /// Brings the index up to date with what an event tells; returns when the disk has it.
    pub async fn take(&self, event: &Event) -> Result<()> {
        let index = self.index().await?;
        let reading = self.reading().await;
        let mut conn = self.0.transactions.db().connection().await?;
        let mut change = Change::default();
        for source in &self.0.sources {
            let own = source.change(&mut conn, self.0.transactions.keys(), event).await?;
            change.upsert.extend(own.upsert);
            change.delete.extend(own.delete);
        }
        drop(conn);
        if change.upsert.is_empty() && change.delete.is_empty() {
            return Ok(());
        }
        let mine = self.add(&index, change).await?;
        drop(reading);
        self.commit_up_to(&index, mine).await
    }

    pub(super) async fn add(&self, index: &Arc<Index>, change: Change) -> Result<u64> {
        let index = Arc::clone(index);
        blocking(move || {
            index.delete(change.delete)?;
            index.upsert(change.upsert.iter().map(|text| text.document()))
        })
        .await?;
        Ok(self.0.added.fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// Waits until the first `mine` changes are on the disk. Whoever comes while a commit runs is carried by the next one.
    pub(super) async fn commit_up_to(&self, index: &Arc<Index>, mine: u64) -> Result<()> {
        let mut committed = self.0.committed.lock().await;
        if *committed >= mine {
            return Ok(());
        }
        let upto = self.0.added.load(Ordering::SeqCst);
        let index = Arc::clone(index);
        blocking(move || index.commit()).await?;
        *committed = upto;
        Ok(())
    }

    /// The index that takes changes. One that is away is waited for a while: at start the rebuild is about to begin.
    pub(super) async fn index(&self) -> Result<Arc<Index>> {
        let mut standing = self.0.standing.subscribe();
        let there = standing.wait_for(|standing| !matches!(standing, Standing::Away(_)));
        match tokio::time::timeout(PATIENCE, there).await {
            Ok(Ok(standing)) => match &*standing {
                Standing::Filling(index) | Standing::Ready(index) => Ok(Arc::clone(index)),
                Standing::Away(_) => Err(ErrorCode::SearchRebuilding.because(self.0.name)),
            },
            _ => Err(ErrorCode::SearchRebuilding.because(self.0.name)),
        }
    }

    /// Opens the index that is on the disk.
    async fn find(&self) -> Result<Arc<Index>> {
        let id = self.key_id()?.ok_or_else(|| ErrorCode::SearchRebuilding.because("there is no index yet"))?;
        let mut conn = self.0.transactions.db().connection().await?;
        let key = self.0.transactions.keys().load(&mut conn, id).await.map_err(|e| match e.code() {
            ErrorCode::NotFound | ErrorCode::KeyDestroyed | ErrorCode::DataAltered => {
                ErrorCode::SearchRebuilding.caused_by(e).context("the key of the index is gone")
            }
            _ => e,
        })?;
        drop(conn);
        let (folder, memory_bytes) = (self.0.folder.clone(), self.0.memory_bytes);
        let index = blocking(move || {
            let index = Index::open_within(&folder, key, memory_bytes)?;
            // Only a rebuild that came to its end sets the position.
            match index.position()? {
                Some(_) => Ok(index),
                None => Err(ErrorCode::SearchRebuilding.because("the last rebuild was cut off")),
            }
        });
        index.await.map(Arc::new)
    }

    /// Fills the index from PostgreSQL: a new one under a new key when there is none, otherwise the one there is, emptied first.
    /// Searches are refused until it has come to its end.
    pub async fn rebuild(&self, progress: &Progress) -> Result<()> {
        let _one_at_a_time = self.0.rebuilding.lock().await;
        let started = self.0.transactions.now();
        let before = self.0.standing.borrow().clone();
        let index = match before {
            Standing::Ready(index) | Standing::Filling(index) => self.empty(index).await?,
            Standing::Away(why) => Arc::new(self.create(why).await?),
        };
        self.stand(Standing::Filling(Arc::clone(&index)));
        let documents = self.fill(&index, progress).await?;
        let filled = Arc::clone(&index);
        blocking(move || filled.commit_at(started.timestamp_micros())).await?;
        tracing::info!(index = self.0.name, documents, "search index is complete");
        self.stand(Standing::Ready(index));
        Ok(())
    }

    /// Reads everything again into the index that is in use, so that what was committed before this call is found after it. Nothing to do while
    /// there is no index: the rebuild that has to come reads it.
    pub async fn refresh(&self) -> Result<()> {
        let _not_while_it_is_filled = self.0.rebuilding.lock().await;
        let Standing::Ready(index) = self.0.standing.borrow().clone() else { return Ok(()) };
        self.fill(&index, &|_, _| {}).await?;
        let mine = self.0.added.load(Ordering::SeqCst);
        self.commit_up_to(&index, mine).await
    }

    async fn fill(&self, index: &Arc<Index>, progress: &Progress) -> Result<i64> {
        let mut conn = self.0.transactions.db().connection().await?;
        let mut total = 0;
        for source in &self.0.sources {
            total += source.count(&mut conn).await?;
        }
        let mut done = 0;
        for source in &self.0.sources {
            let mut after = None;
            loop {
                let _reading = self.0.reading.lock().await;
                let page = source.page(&mut conn, self.0.transactions.keys(), after).await?;
                done += i64::try_from(page.texts.len()).unwrap_or_default();
                self.add(index, Change { upsert: page.texts, delete: Vec::new() }).await?;
                // Texts may have come since they were counted.
                progress(done, total.max(done));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(done)
    }

    /// Empties an index that is open, under the key that it has.
    async fn empty(&self, index: Arc<Index>) -> Result<Arc<Index>> {
        let attempt = self.rebuild_attempt("asked for");
        self.0.transactions.perform(&self.0.caller, attempt, async |_: &mut Tx| Ok(())).await?;
        let emptied = Arc::clone(&index);
        self.stand(Standing::Filling(index));
        blocking(move || emptied.wipe().map(|()| emptied)).await
    }

    fn rebuild_attempt(&self, why: &str) -> AuditDraft {
        AuditDraft::new(Action::SearchRebuild).detail("index", self.0.name).detail("because", why)
    }

    /// An empty index under a new key. The old key, if it was one of ours, is destroyed.
    async fn create(&self, why: &str) -> Result<Index> {
        let old = self.key_id()?;
        let attempt = self.rebuild_attempt(why);
        let key: Arc<DataKey> = self
            .0
            .transactions
            .perform(&self.0.caller, attempt, async |tx: &mut Tx| {
                if let Some(old) = old {
                    tx.destroy_key(old, Scope::SearchIndex).await?;
                }
                tx.create_key(Scope::SearchIndex).await
            })
            .await?;
        let (folder, memory_bytes, key_file) = (self.0.folder.clone(), self.0.memory_bytes, self.key_file());
        blocking(move || {
            write_whole(&key_file, &key.id().to_string()).map_err(|e| ErrorCode::StorageUnavailable.caused_by(e))?;
            Index::create_within(&folder, key, memory_bytes)
        })
        .await
    }

    /// Destroys what is left of texts that were deleted from the index: what it holds of them is written over without them, and the data key
    /// under which old files could still be opened is destroyed. Safe to call again when it was cut off.
    ///
    /// Errors: `dependency.search_rebuilding` while there is no complete index; the rebuild that has to come destroys the old key, or call again after it.
    pub async fn purge(&self) -> Result<()> {
        let _not_while_it_is_filled = self.0.rebuilding.lock().await;
        let Standing::Ready(index) = self.0.standing.borrow().clone() else {
            return Err(ErrorCode::SearchRebuilding.because(self.0.name));
        };
        // Whatever an earlier purge left undone: this one notes its own old key in the same place.
        self.destroy_superseded().await?;
        let before = self.key_id()?.ok_or_else(|| ErrorCode::SearchRebuilding.because("the index has no data key"))?;
        let attempt = self.rebuild_attempt("deleted texts are destroyed");
        let next: Arc<DataKey> = self
            .0
            .transactions
            .perform(&self.0.caller, attempt, async |tx: &mut Tx| tx.create_key(Scope::SearchIndex).await)
            .await?;
        let key_file = self.key_file();
        blocking(move || {
            let noted = format!("{}\n{before}\n", next.id());
            index.purge(next, || write_whole(&key_file, &noted).map_err(|e| ErrorCode::StorageUnavailable.caused_by(e)))
        })
        .await?;
        self.destroy_superseded().await
    }

    /// Destroys the data keys that a purge has put out of use, also one that was cut off before it came to that.
    async fn destroy_superseded(&self) -> Result<()> {
        let noted = self.noted_keys()?;
        let Some((current, superseded)) = noted.split_first() else { return Ok(()) };
        if superseded.is_empty() {
            return Ok(());
        }
        let attempt = self.rebuild_attempt("the data key of destroyed texts is destroyed");
        self.0
            .transactions
            .perform(&self.0.caller, attempt, async |tx: &mut Tx| {
                for id in superseded.iter().copied() {
                    tx.destroy_key(id, Scope::SearchIndex).await?;
                }
                Ok(())
            })
            .await?;
        let (key_file, current) = (self.key_file(), current.to_string());
        blocking(move || write_whole(&key_file, &current).map_err(|e| ErrorCode::StorageUnavailable.caused_by(e))).await
    }

    /// What the decrypted index takes in memory, and how often a read found there what it asked for; absent while there is no index.
    pub fn memory(&self) -> Option<MemoryFigures> {
        match &*self.0.standing.borrow() {
            Standing::Filling(index) | Standing::Ready(index) => Some(index.memory()),
            Standing::Away(_) => None,
        }
    }

    fn key_file(&self) -> PathBuf {
        self.file_beside(".key")
    }

    /// A file beside the index's folder, which belongs to the index alone.
    pub(super) fn file_beside(&self, ending: &str) -> PathBuf {
        let mut name = self.0.folder.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    pub(super) fn name(&self) -> &'static str {
        self.0.name
    }

    pub(super) fn transactions(&self) -> &Transactions {
        &self.0.transactions
    }

    pub(super) fn sources(&self) -> &[Arc<dyn Source>] {
        &self.0.sources
    }

    /// Taken before PostgreSQL is read, kept until what was read is in the index.
    pub(super) async fn reading(&self) -> MutexGuard<'_, ()> {
        self.0.reading.lock().await
    }

    /// The id of the index's data key: a name and no secret.
    pub(super) fn key_id(&self) -> Result<Option<DataKeyId>> {
        Ok(self.noted_keys()?.first().copied())
    }

    /// That id, and after it the ids of data keys that are out of use and may not be destroyed yet. A file that holds something else counts as absent.
    fn noted_keys(&self) -> Result<Vec<DataKeyId>> {
        match std::fs::read_to_string(self.key_file()) {
            Ok(text) => Ok(text.split_whitespace().map_while(|id| id.parse().ok()).collect()),
            Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::InvalidData) => {
                Ok(Vec::new())
            }
            Err(e) => Err(ErrorCode::StorageUnavailable.caused_by(e)),
        }
    }

    fn stand(&self, standing: Standing) {
        self.0.standing.send_replace(standing);
    }
}

/// Writes a small file so that it is there in full or not at all.
pub(super) fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let mut file = std::fs::File::create(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    // Without this a power cut could bring the older file back, after what it names has been destroyed.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}
