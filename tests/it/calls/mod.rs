//! A call from its delivery to the inspector's confirmation: real PostgreSQL, real vault, the real demonstration model.

mod inspection;
mod playback;
mod recordings;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use guitai::db::schema::audit_records;
use guitai::error::{ErrorCode, Result};
use guitai::identity::{Principal, Role};
use guitai::inference::asr::{Control, Recogniser};
use guitai::inference::{PcmChannels, SpeechRecogniser, Transcript};
use guitai::inspection::Inspections;
use guitai::recordings::{Delivery, RecordingSettings, RecordingView, Recordings, Transcribe};
use guitai::transaction::Transactions;
use guitai::vault::Vault;
use serde_json::Value;

use crate::support::core::TestCore;
use crate::support::who::principal;

/// The nouns of this story on a database and a folder of their own.
struct Bank {
    core: TestCore,
    transactions: Transactions,
    recordings: Recordings,
    inspections: Inspections,
    vault: Vault,
    folder: tempfile::TempDir,
    inspector: Principal,
    supervisor: Principal,
    agent: Principal,
}

impl Bank {
    async fn open() -> Self {
        let core = TestCore::create().await;
        let transactions = core.transactions(Vec::new());
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path()).unwrap();
        let settings = RecordingSettings {
            max_bytes: 4 << 20,
            duration_tolerance: TimeDelta::seconds(2),
            task_grant: TimeDelta::hours(72),
            approval_grant: TimeDelta::hours(2),
        };
        let recordings = Recordings::new(transactions.clone(), vault.clone(), settings);
        let inspections = Inspections::new(transactions.clone(), recordings.clone());
        inspections.ensure_default_rules(&core.caller()).await.unwrap();
        let inspector = principal(&core, "inspector1", Role::Inspector).await;
        let supervisor = principal(&core, "supervisor1", Role::Supervisor).await;
        let agent = principal(&core, "agent1", Role::Agent).await;
        principal(&core, "agent2", Role::Agent).await;
        Self { core, transactions, recordings, inspections, vault, folder, inspector, supervisor, agent }
    }

    async fn import(&self, call: &str) -> Result<(RecordingView, bool)> {
        self.recordings.import(&self.inspector, delivery(call)).await
    }

    /// Takes a demonstration call in and has it recognised.
    async fn transcribed(&self, call: &str) -> RecordingView {
        let (recording, _) = self.import(call).await.unwrap();
        self.transcriber(Arc::new(DemoModel)).transcribe(self.core.org, recording.id, &|_| {}).await.unwrap();
        recording
    }

    fn transcriber(&self, recogniser: Arc<dyn SpeechRecogniser>) -> Transcribe {
        Transcribe::new(self.recordings.clone(), recogniser)
    }

    /// Outcome and code of every record of this action, in order.
    async fn audited(&self, action: &str) -> Vec<(String, Option<String>)> {
        audit_records::table
            .filter(audit_records::action.eq(action))
            .order(audit_records::id)
            .select((audit_records::outcome, audit_records::code))
            .load(&mut self.core.db.connection().await)
            .await
            .unwrap()
    }
}

fn demo(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("appliance/demo").join(path)
}

fn wav(call: &str) -> Vec<u8> {
    std::fs::read(demo(&format!("calls/{call}.wav"))).unwrap()
}

fn record(call: &str) -> Value {
    serde_json::from_slice(&std::fs::read(demo(&format!("calls/{call}.cdr.json"))).unwrap()).unwrap()
}

fn delivery(call: &str) -> Delivery {
    delivered(&record(call), wav(call))
}

fn delivered(record: &Value, audio: Vec<u8>) -> Delivery {
    Delivery { cdr: record.to_string().into_bytes(), audio: audio.into() }
}

/// The demonstration model in this process.
struct DemoModel;

#[async_trait]
impl SpeechRecogniser for DemoModel {
    async fn transcribe(&self, audio: PcmChannels, _: tokio::time::Instant) -> Result<Transcript> {
        static MODEL: LazyLock<Recogniser> = LazyLock::new(|| Recogniser::load(&demo("models/asr-demo")).unwrap());
        tokio::task::spawn_blocking(move || MODEL.transcribe(&audio, &Control::default())).await.unwrap()
    }
}

/// An engine that always answers with the same error.
struct Refusing(ErrorCode);

#[async_trait]
impl SpeechRecogniser for Refusing {
    async fn transcribe(&self, _: PcmChannels, _: tokio::time::Instant) -> Result<Transcript> {
        Err(self.0.into())
    }
}
