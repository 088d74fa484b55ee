//! The life of an index: opening, filling, committing, emptying.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::error::{LockError, OpenReadError};
use tantivy::directory::{Directory, DirectoryLock, Lock};
use tantivy::index::SegmentComponent;
use tantivy::indexer::IndexWriterOptions;
use tantivy::{IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term};
use uuid::Uuid;

use super::analyser::{ANALYSER, Analyser};
use super::directory::{DEFAULT_MEMORY_BYTES, MemoryFigures, SealedDirectory};
use super::document::{Document, Fields, tantivy_time};
use crate::crypto::DataKey;
use crate::error::{Error, ErrorCode, Result};

/// Clear text and terms the writer gathers in memory before it writes a segment (tantivy's minimum is 15 MB).
const WRITER_BYTES: usize = 32_000_000;

/// The files a segment may have.
const COMPONENTS: [SegmentComponent; 7] = [
    SegmentComponent::Terms,
    SegmentComponent::FieldNorms,
    SegmentComponent::FastFields,
    SegmentComponent::Delete,
    SegmentComponent::Postings,
    SegmentComponent::Store,
    SegmentComponent::Positions,
];

/// A full-text index in a directory, for one process: one writer, any number of searches. What the product keeps is in a folder of sealed files.
pub struct Index<D = SealedDirectory> {
    /// Present until the index is dropped.
    pub(super) writer: Mutex<Option<IndexWriter>>,
    pub(super) reader: IndexReader,
    pub(super) index: tantivy::Index,
    pub(super) directory: D,
    pub(super) fields: Fields,
    _owner: DirectoryLock,
}

impl Index {
    /// Opens the index in a folder, of which at most [`DEFAULT_MEMORY_BYTES`] lie in memory.
    ///
    /// # Errors
    /// `SearchRebuilding` when there is no index, or it cannot be opened in full with this key, or it was made by another analyser or schema:
    /// call [`Index::create`] and fill it again. `Internal` when another process owns the folder or the disk fails.
    pub fn open(dir: &Path, key: Arc<DataKey>) -> Result<Self> {
        Self::open_within(dir, key, DEFAULT_MEMORY_BYTES)
    }

    /// As [`Index::open`], keeping at most `memory_bytes` of opened files in memory besides what searches hold.
    pub fn open_within(dir: &Path, key: Arc<DataKey>, memory_bytes: usize) -> Result<Self> {
        let directory = SealedDirectory::within(dir, key, memory_bytes).map_err(disk)?;
        let owner = own(&directory)?;
        directory.tidy().map_err(|e| rebuild_or_internal(e.into()))?;
        Self::start(existing(&directory)?, directory, owner).and_then(Self::verified)
    }

    /// Opens every chunk of every file, so that damage is found here and not in a search.
    fn verified(self) -> Result<Self> {
        for segment in self.index.searchable_segment_metas().map_err(rebuild_or_internal)? {
            for component in COMPONENTS {
                let file = segment.relative_path(component);
                self.directory.verify(&file).map_err(|e| rebuild_or_internal(e.into()))?;
            }
        }
        Ok(self)
    }

    /// Makes an empty index in a folder, removing whatever index was there.
    pub fn create(dir: &Path, key: Arc<DataKey>) -> Result<Self> {
        Self::create_within(dir, key, DEFAULT_MEMORY_BYTES)
    }

    /// As [`Index::create`], keeping at most `memory_bytes` of opened files in memory besides what searches hold.
    pub fn create_within(dir: &Path, key: Arc<DataKey>, memory_bytes: usize) -> Result<Self> {
        let directory = SealedDirectory::within(dir, key, memory_bytes).map_err(disk)?;
        let owner = own(&directory)?;
        directory.wipe().map_err(disk)?;
        Self::make(directory, owner)
    }

    /// Bytes of decrypted index held in memory.
    pub fn resident_bytes(&self) -> usize {
        self.directory.resident_bytes()
    }

    /// What the decrypted index takes in memory, and how often a read found there what it asked for.
    pub fn memory(&self) -> MemoryFigures {
        self.directory.memory()
    }
}

impl<D: Directory + Clone> Index<D> {
    /// Makes an empty index in any directory, which has none yet: how tantivy's own directories are measured beside the sealed one.
    pub fn over(directory: D) -> Result<Self> {
        let owner = own(&directory)?;
        Self::make(directory, owner)
    }

    /// Opens the index in any directory. Errors: as [`Index::open`], except that damage may be found by a search only.
    pub fn open_over(directory: D) -> Result<Self> {
        let owner = own(&directory)?;
        Self::start(existing(&directory)?, directory, owner)
    }

    fn make(directory: D, owner: DirectoryLock) -> Result<Self> {
        let index = tantivy::Index::create(directory.clone(), Fields::schema().0, IndexSettings::default())
            .map_err(rebuild_or_internal)?;
        Self::start(index, directory, owner)
    }

    fn start(index: tantivy::Index, directory: D, owner: DirectoryLock) -> Result<Self> {
        index.tokenizers().register(ANALYSER, Analyser::shared());
        let writer = new_writer(&index).map_err(rebuild_or_internal)?;
        let reader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(rebuild_or_internal)?;
        let (_, fields) = Fields::schema();
        Ok(Index { writer: Mutex::new(Some(writer)), reader, index, directory, fields, _owner: owner })
    }

    /// Adds documents, or replaces those with the same id. Seen by searches after [`Index::commit`].
    pub fn upsert<'a>(&self, documents: impl IntoIterator<Item = Document<'a>>) -> Result<()> {
        let f = self.fields;
        self.writing(|writer| {
            for document in documents {
                writer.delete_term(Term::from_field_bytes(f.id, document.id.as_bytes()));
                let mut fields = TantivyDocument::new();
                fields.add_bytes(f.id, document.id.as_bytes());
                fields.add_u64(f.kind, document.kind.number());
                fields.add_bytes(f.org, document.org_id.as_bytes());
                if let Some(parent) = document.parent_id {
                    fields.add_bytes(f.parent, parent.as_bytes());
                }
                fields.add_text(f.title, document.title);
                fields.add_text(f.body, document.body);
                fields.add_date(f.at, tantivy_time(document.at));
                writer.add_document(fields)?;
            }
            Ok(())
        })
    }

    /// Removes documents. Gone from searches after [`Index::commit`], from the disk when their segment is merged with others or after
    /// [`Index::purge`].
    pub fn delete(&self, ids: impl IntoIterator<Item = Uuid>) -> Result<()> {
        self.writing(|writer| {
            for id in ids {
                writer.delete_term(Term::from_field_bytes(self.fields.id, id.as_bytes()));
            }
            Ok(())
        })
    }

    /// Puts what was added and removed since the last commit on the disk, all of it or none, and shows it to searches.
    pub fn commit(&self) -> Result<()> {
        let position = self.position()?;
        self.commit_with(position)
    }

    /// As [`Index::commit`], remembering how far in the event log the index has come.
    pub fn commit_at(&self, position: i64) -> Result<()> {
        self.commit_with(Some(position))
    }

    fn commit_with(&self, position: Option<i64>) -> Result<()> {
        self.writing(|writer| {
            let mut commit = writer.prepare_commit()?;
            if let Some(position) = position {
                commit.set_payload(&position.to_string());
            }
            commit.commit()?;
            self.reader.reload()
        })
    }

    /// Where in the event log the last [`Index::commit_at`] stood; absent while a rebuild has not come to its end.
    pub fn position(&self) -> Result<Option<i64>> {
        let metas = self.index.load_metas().map_err(rebuild_or_internal)?;
        Ok(metas.payload.and_then(|payload| payload.parse().ok()))
    }

    /// Empties the index in place and commits; what follows is filling it again. [`Index::position`] is absent until then.
    pub fn wipe(&self) -> Result<()> {
        self.writing(|writer| {
            writer.delete_all_documents()?;
            writer.commit()?;
            self.reader.reload()?;
            writer.garbage_collect_files().wait().map(drop)
        })
    }

    /// The number of committed documents.
    pub fn len(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Whether no document is committed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn writing<R>(&self, work: impl FnOnce(&mut IndexWriter) -> tantivy::Result<R>) -> Result<R> {
        // tantivy keeps its own account of a failed thread and answers every later call with an error.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(writer) = writer.as_mut() else { return Err(ErrorCode::Internal.because("the index is closed")) };
        work(writer).map_err(rebuild_or_internal)
    }
}

impl<D> Drop for Index<D> {
    /// Lets merges come to their end before the folder is given free, so that nobody else's index finds their files.
    fn drop(&mut self) {
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(e)) = writer.map(IndexWriter::wait_merging_threads) {
            tracing::warn!(error = %e, "the search index did not close cleanly");
        }
    }
}

impl<D: std::fmt::Debug> std::fmt::Debug for Index<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({:?}, {} documents)", self.directory, self.reader.searcher().num_docs())
    }
}

/// The index that is in a directory, if it is one of ours.
fn existing(directory: &(impl Directory + Clone)) -> Result<tantivy::Index> {
    if !tantivy::Index::exists(directory).map_err(|e| rebuild_or_internal(e.into()))? {
        return Err(ErrorCode::SearchRebuilding.because("there is no index yet"));
    }
    let index = tantivy::Index::open(directory.clone()).map_err(rebuild_or_internal)?;
    if index.schema() != Fields::schema().0 {
        return Err(ErrorCode::SearchRebuilding.because("the index was made by another version"));
    }
    Ok(index)
}

pub(super) fn new_writer(index: &tantivy::Index) -> tantivy::Result<IndexWriter> {
    let options = IndexWriterOptions::builder()
        .num_worker_threads(1)
        .num_merge_threads(1)
        .memory_budget_per_thread(WRITER_BYTES)
        .build();
    index.writer_with_options(options)
}

/// The lock that makes this process the owner of a directory.
fn own(directory: &impl Directory) -> Result<DirectoryLock> {
    let lock = Lock { filepath: "owner.lock".into(), is_blocking: false };
    directory.acquire_lock(&lock).map_err(|e| match e {
        LockError::LockBusy => ErrorCode::Internal.because("the search index is in use by another process"),
        LockError::IoError(e) => ErrorCode::Internal.caused_by(e),
    })
}

fn disk(e: std::io::Error) -> Error {
    ErrorCode::Internal.caused_by(e)
}

/// What is wrong with the content of the folder is cured by a rebuild; a full disk or a second process is not.
pub(super) fn rebuild_or_internal(e: TantivyError) -> Error {
    use std::io::ErrorKind::{InvalidData, UnexpectedEof};
    let damaged = |e: &std::io::Error| matches!(e.kind(), InvalidData | UnexpectedEof);
    let rebuild = match &e {
        TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. }) => damaged(io_error),
        TantivyError::IoError(e) => damaged(e),
        TantivyError::OpenReadError(_)
        | TantivyError::DataCorruption(_)
        | TantivyError::SchemaError(_)
        | TantivyError::FieldNotFound(_)
        | TantivyError::DeserializeError(_)
        | TantivyError::IncompatibleIndex(_) => true,
        _ => false,
    };
    if rebuild { ErrorCode::SearchRebuilding.caused_by(e) } else { ErrorCode::Internal.caused_by(e) }
}
