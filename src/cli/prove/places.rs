//! The places where data rests, each read as bytes.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use uuid::Uuid;

use super::ProveArgs;
use super::plant::Planted;
use crate::app::Base;
use crate::cli::raw_scan::{self, Hit, Needle, Search};
use crate::config::EventLogBackend;
use crate::crypto::file_form::FileForm;
use crate::db::server;
use crate::error::{ErrorCode, Result};
use crate::{search, vault};

/// How long the running service gets to carry what was planted into the index, at most.
const ARRIVAL: Duration = Duration::from_secs(60);
/// How long nothing must change there before it is read.
const QUIET: Duration = Duration::from_secs(2);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What was planted lies there, and nothing of it can be read.
    Ciphertext,
    Readable,
    /// It cannot be seen that what was planted lies there, so nothing is shown.
    NotShown,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Ciphertext => "ciphertext",
            Verdict::Readable => "readable",
            Verdict::NotShown => "not_shown",
        }
    }

    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Verdict::Ciphertext => ("密文", "ciphertext"),
            Verdict::Readable => ("明文可读", "READABLE"),
            Verdict::NotShown => ("未能证明", "not shown"),
        }
    }
}

/// What was found in a place.
#[derive(Debug, Serialize)]
pub struct Looked {
    pub place: &'static str,
    pub verdict: Verdict,
    pub folders: Vec<PathBuf>,
    /// Files that changed since the planting, and what they hold.
    pub files: u64,
    pub bytes: u64,
    /// Where something planted can be read.
    pub hits: Vec<Hit>,
    /// Why nothing is shown, and what to do.
    pub why: Option<String>,
}

/// How it is known that what was planted has come to a place.
enum Arrival {
    /// The conversation's id stands there as 16 bytes, beside the sealed values.
    IdInBinary,
    /// The conversation's id stands there as text.
    IdAsText,
    /// Files there have changed, each of which must be sealed from end to end: a needle that was cut into terms or compressed would not be seen.
    SealedFiles(FileForm),
    /// Nothing is expected there; it is searched all the same.
    NotExpected,
}

pub struct Place {
    pub name: &'static str,
    folders: Vec<PathBuf>,
    arrival: Arrival,
    /// What to do when nothing is shown.
    advice: &'static str,
}

const POSTGRESQL: &str = "run it on the database's machine as a user who may read its folder, or name that with --postgresql-dir; \
                          the role needs pg_checkpoint and pg_read_all_settings";
const KAFKA: &str = "run it on a broker's machine with --kafka-dir";
const SERVICE: &str = "guitai has to run on this machine while this is shown";

impl Place {
    /// Every place of this installation, once what was planted at `since` had time to get there.
    pub async fn all(base: &Base, args: &ProveArgs, since: SystemTime) -> Result<Vec<Self>> {
        let data_dir = &base.config.storage.data_dir;
        let folder = |name: &str| vec![data_dir.join(name)];
        let index = Place {
            name: "index",
            folders: folder("search"),
            arrival: Arrival::SealedFiles(search::FILE_FORM),
            advice: SERVICE,
        };
        // The index is the last to get the conversation; once it rests there, everything else does.
        index.settle(since, ARRIVAL.min(Duration::from_secs(args.within / 2))).await;
        let files = Place {
            name: "vault",
            folders: folder("attachments"),
            arrival: Arrival::SealedFiles(vault::FILE_FORM),
            advice: SERVICE,
        };
        let (tables, wal) = postgresql(base, args.postgresql_dir.as_deref()).await?;
        let mut places = vec![tables, wal, files, index];
        if base.config.eventlog.backend == EventLogBackend::Kafka {
            let folders = args.kafka_dir.clone().into_iter().collect();
            places.push(Place { name: "event log", folders, arrival: Arrival::IdAsText, advice: KAFKA });
        }
        if !args.folders.is_empty() {
            let folders = args.folders.clone();
            places.push(Place { name: "other folders", folders, arrival: Arrival::NotExpected, advice: "" });
        }
        Ok(places)
    }

    /// Waits until something has changed here after `since` and then nothing any more.
    async fn settle(&self, since: SystemTime, limit: Duration) {
        let began = tokio::time::Instant::now();
        while began.elapsed() < limit {
            tokio::time::sleep(LOOK).await;
            let last = self.folders.iter().filter_map(|folder| last_change(folder)).max();
            let is_quiet = last.is_some_and(|last| last.elapsed().is_ok_and(|quiet| quiet > QUIET));
            if is_quiet && last > Some(since) {
                return;
            }
        }
    }

    /// Reads what changed here.
    pub async fn look(self, planted: &Planted, since: SystemTime, limit: Duration) -> Result<Looked> {
        let Self { name, folders, arrival, advice } = self;
        let not_shown = |folders: Vec<PathBuf>, why: String| Looked {
            place: name,
            verdict: Verdict::NotShown,
            folders,
            files: 0,
            bytes: 0,
            hits: Vec::new(),
            why: Some(why),
        };
        if folders.is_empty() {
            return Ok(not_shown(folders, format!("its folder is not known here: {advice}")));
        }
        let id = planted.conversation_id.0;
        let markers = match arrival {
            Arrival::IdInBinary => vec![Needle::bytes("conversation id", id.as_bytes())],
            Arrival::IdAsText => vec![Needle::words("conversation id", &id.to_string())],
            Arrival::SealedFiles(_) | Arrival::NotExpected => Vec::new(),
        };
        let (needles, searched) = (planted.needles.clone(), folders.clone());
        let report = tokio::task::spawn_blocking(move || {
            let search =
                Search { folders: &searched, needles: &needles, markers: &markers, changed_since: Some(since) };
            search.run(limit)
        })
        .await
        .map_err(|e| ErrorCode::Internal.caused_by(e))?;
        let report = match report {
            Ok(report) => report,
            Err(e) if e.code() == ErrorCode::StorageUnavailable => {
                return Ok(not_shown(folders, format!("it cannot be read ({}): {advice}", e.detail())));
            }
            Err(e) => return Err(e),
        };
        let has_arrived = match arrival {
            Arrival::IdInBinary | Arrival::IdAsText => !report.markers_seen.is_empty(),
            Arrival::SealedFiles(_) => report.files > 0,
            Arrival::NotExpected => true,
        };
        let unsealed = match arrival {
            Arrival::SealedFiles(form) => first_unsealed(&folders, since, &form)?,
            _ => None,
        };
        if let (Some(file), true) = (unsealed, report.hits.is_empty()) {
            return Ok(not_shown(folders, format!("{} is not sealed from end to end", file.display())));
        }
        let verdict = match (report.hits.is_empty(), has_arrived && report.unread.is_empty()) {
            (false, _) => Verdict::Readable,
            (true, true) => Verdict::Ciphertext,
            (true, false) => Verdict::NotShown,
        };
        let why = (verdict == Verdict::NotShown).then(|| match report.unread.first() {
            Some(unread) => format!("not everything could be read, for example {unread}: {advice}"),
            None => format!("what was planted is not to be seen there: {advice}"),
        });
        Ok(Looked { place: name, verdict, folders, files: report.files, bytes: report.bytes, hits: report.hits, why })
    }
}

/// The first file, of those that were changed since a time, that is not sealed from end to end. Empty ones are locks; one that is nothing but an id
/// says under which key the others are.
fn first_unsealed(folders: &[PathBuf], since: SystemTime, form: &FileForm) -> Result<Option<PathBuf>> {
    for path in raw_scan::changed_files(folders, since)? {
        let is_well = File::open(&path).and_then(|file| {
            let bytes = file.metadata()?.len();
            let is_an_id = || std::fs::read_to_string(&path).is_ok_and(|text| Uuid::try_parse(text.trim()).is_ok());
            Ok(bytes == 0 || form.is_throughout(&file)? || (bytes < 64 && is_an_id()))
        });
        match is_well {
            Ok(true) => {}
            // An index removes files while it runs.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Ok(false) => return Ok(Some(path)),
            Err(e) => return Err(ErrorCode::StorageUnavailable.caused_by(e).context(path.display().to_string())),
        }
    }
    Ok(None)
}

/// The tables' files and the write-ahead log, when they are on this machine.
async fn postgresql(base: &Base, named: Option<&Path>) -> Result<(Place, Place)> {
    let mut conn = base.transactions.db().connection().await?;
    let folder = match named {
        Some(folder) => Some(folder.to_owned()),
        None => server::data_folder(&mut conn).await?,
    };
    if let Err(e) = server::checkpoint(&mut conn).await {
        tracing::warn!(error = ?e, "no checkpoint: what was planted may not be in the tables' files yet");
    }
    let folder = folder.filter(|folder| folder.join("PG_VERSION").is_file());
    let wal: Vec<PathBuf> = folder.iter().map(|folder| folder.join("pg_wal")).collect();
    let tables = match &folder {
        Some(folder) => parts(folder)?,
        None => Vec::new(),
    };
    let place = |name, folders| Place { name, folders, arrival: Arrival::IdInBinary, advice: POSTGRESQL };
    Ok((place("tables", tables), place("wal", wal)))
}

/// Every folder of a cluster but that of the write-ahead log.
fn parts(cluster: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(cluster).map_err(|e| ErrorCode::StorageUnavailable.caused_by(e))?;
    let folders = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir());
    Ok(folders.filter(|path| !path.ends_with("pg_wal")).collect())
}

/// When anything below a folder was last changed.
fn last_change(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries
        .filter_map(|entry| {
            let (path, about) = (entry.as_ref().ok()?.path(), entry.as_ref().ok()?.metadata().ok()?);
            if about.is_dir() { last_change(&path).max(about.modified().ok()) } else { about.modified().ok() }
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Keyring, RootKey, Suite};
    use crate::vault::Vault;

    #[test]
    fn files_of_the_vault_are_sealed_and_one_in_clear_among_them_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path()).unwrap();
        let keyring = Keyring::from_root(RootKey::generate().unwrap());
        let (class, _) = keyring.generate_class_key("attachment", "2026-11", 1).unwrap();
        let key = class.generate_data_key(Uuid::now_v7(), 1, Suite::Sm4Gcm).unwrap().0;
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for bytes in [0, 1, 64 << 10, 300_000] {
            runtime.block_on(async {
                let mut writer = vault.create(Uuid::now_v7(), &key).await.unwrap();
                writer.append(&vec![7; bytes]).await.unwrap();
                writer.finish().await.unwrap();
            });
        }
        let first = || first_unsealed(&[folder.path().to_owned()], SystemTime::UNIX_EPOCH, &vault::FILE_FORM).unwrap();
        assert_eq!(first(), None);
        let other = class.generate_data_key(Uuid::now_v7(), 1, Suite::Sm4Gcm).unwrap().0;
        let sealed = |key: &crate::crypto::DataKey| {
            let place = crate::crypto::Aad { table: "t", column: "c", row: Uuid::nil() };
            key.seal(&place, &vec![7; 64 << 10]).unwrap().into_bytes()
        };
        let head = [vault::FILE_FORM.magic, &[0; 24]].concat();
        for (name, bytes) in [
            ("in clear", "客户王芳的卡号".repeat(100).into_bytes()),
            ("head alone", head.clone()),
            (
                "a tail in clear",
                [head.as_slice(), &sealed(&key), b"13800138000 and so on, long enough to be a chunk"].concat(),
            ),
            ("two keys", [head.as_slice(), &sealed(&key), &sealed(&other)].concat()),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(first().as_ref(), Some(&path), "{name}");
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn a_plain_index_is_not_taken_for_a_sealed_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut schema = tantivy::schema::Schema::builder();
        let body = schema.add_text_field("body", tantivy::schema::TEXT);
        let index = tantivy::Index::create_in_dir(folder.path(), schema.build()).unwrap();
        let mut writer = index.writer_with_num_threads(1, 20_000_000).unwrap();
        writer.add_document(tantivy::doc!(body => "my card is lost")).unwrap();
        writer.commit().unwrap();
        let found = first_unsealed(&[folder.path().to_owned()], SystemTime::UNIX_EPOCH, &search::FILE_FORM).unwrap();
        assert!(found.is_some());
    }
}
