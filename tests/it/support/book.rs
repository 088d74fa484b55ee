//! An audit ledger that a test writes, seals, tampers with and verifies.

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text};
use guitai::audit::{Action, ActorKind, AuditDraft, Caller, Object, Sealer, VerificationReport, Verifier};
use guitai::db::Scope;
use guitai::db::ids::{ApprovalId, AuditId, CustomerId, SessionId};
use guitai::error::ErrorCode;
use guitai::eventlog::{EventDraft, Topic};
use guitai::transaction::Transactions;
use uuid::Uuid;

use super::core::TestCore;

pub struct Book {
    pub core: TestCore,
    pub transactions: Transactions,
    pub sealer: Arc<Sealer>,
}

impl Book {
    pub async fn create() -> Self {
        let core = TestCore::create().await;
        let transactions = core.transactions(Vec::new());
        let sealer = Arc::new(Sealer::new(core.db.db().clone(), Arc::clone(&core.keys), core.clock.clock(), core.org));
        Self { core, transactions, sealer }
    }

    /// A sealer of another process.
    pub fn another_sealer(&self) -> Arc<Sealer> {
        let keys = Arc::clone(&self.core.keys);
        Arc::new(Sealer::new(self.core.db.db().clone(), keys, self.core.clock.clock(), self.core.org))
    }

    /// Records of as many acts: one fully filled, one refused, the others plain. Time passes between them.
    pub async fn write(&self, acts: usize) -> Vec<AuditId> {
        let mut ids = Vec::new();
        for i in 0..acts {
            self.core.clock.advance(TimeDelta::milliseconds(3));
            let draft = AuditDraft::new(if i == 0 { Action::RecordingPlay } else { Action::TicketRead });
            let id = draft.id;
            match i {
                0 => self.rich(draft).await,
                1 => {
                    let error = ErrorCode::Forbidden.into();
                    self.transactions.refuse(&self.core.caller(), draft, error, async |_| Ok(())).await;
                }
                _ => {
                    let draft = draft.detail("n", i);
                    self.transactions.perform(&self.core.caller(), draft, async |_| Ok(())).await.expect("a record");
                }
            }
            ids.push(id);
        }
        ids
    }

    async fn rich(&self, draft: AuditDraft) {
        let caller = Caller {
            kind: ActorKind::Staff,
            id: Some(Uuid::now_v7()),
            name: "质检员 吴敏".into(),
            roles: "inspector".into(),
            session_id: Some(SessionId::fresh()),
            source_ip: Some("10.1.2.3".into()),
            ..self.core.caller()
        };
        let draft = draft.on(Object::new("recording", Uuid::now_v7()).labelled("CALL-1")).customer(CustomerId::fresh());
        self.transactions
            .perform(&caller, draft, async |tx| {
                tx.approval(ApprovalId::fresh());
                tx.reason("客户投诉，需要复核录音");
                tx.detail("ms", 1200);
                Ok(())
            })
            .await
            .expect("a record");
    }

    /// A record that an event names.
    pub async fn write_with_event(&self) -> AuditId {
        let draft = AuditDraft::new(Action::TicketCreate);
        let id = draft.id;
        self.transactions
            .perform(&self.core.caller(), draft, async |tx| {
                let key = tx.shared_key(Scope::Event).await?;
                let event = EventDraft::new(Topic::Tickets, "ticket.created", "ticket", Uuid::now_v7(), &"x")?;
                tx.publish(&event, &key).await.map(|_| ())
            })
            .await
            .expect("a record");
        id
    }

    /// Writes and seals batches of these sizes, each under a head of its own.
    pub async fn seal_batches(&self, sizes: &[usize]) -> Vec<AuditId> {
        let mut ids = Vec::new();
        for size in sizes {
            ids.extend(self.write(*size).await);
            self.core.clock.advance(TimeDelta::milliseconds(500));
            self.sealer.seal_all().await.expect("sealed");
        }
        ids
    }

    pub async fn verify(&self) -> VerificationReport {
        self.verify_from(None).await
    }

    pub async fn verify_from(&self, from: Option<u64>) -> VerificationReport {
        self.verifier(Arc::clone(&self.sealer)).verify(from).await.expect("the ledger is read")
    }

    /// Verifies as a process that has just started and remembers nothing.
    pub async fn verify_afresh(&self) -> VerificationReport {
        self.verifier(self.another_sealer()).verify(None).await.expect("the ledger is read")
    }

    pub fn verifier(&self, sealer: Arc<Sealer>) -> Verifier {
        let (db, keys) = (self.core.db.db().clone(), Arc::clone(&self.core.keys));
        Verifier::new(db, keys, self.transactions.ledger().clone(), sealer)
    }

    /// Takes away what keeps the owner of the tables from changing the ledger: its triggers and foreign keys.
    pub async fn break_in(&self) {
        self.core
            .db
            .run_sql(
                "DO $$ DECLARE t text; c record; BEGIN
                   FOREACH t IN ARRAY ARRAY['audit_records', 'audit_seals', 'audit_heads', 'audit_unsealed', 'event_outbox'] LOOP
                     EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', t);
                     FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = t::regclass AND contype = 'f' LOOP
                       EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', t, c.conname);
                     END LOOP;
                   END LOOP;
                 END $$",
            )
            .await;
    }

    pub async fn tamper(&self, sql: &str) {
        self.core.db.run_sql(sql).await;
    }

    pub async fn number(&self, sql: &str) -> i64 {
        self.core.db.number(&format!("SELECT ({sql})::bigint")).await
    }

    /// The columns of a table with a statement each that changes one of its rows in that column alone.
    pub async fn changes(&self, table: &str, row: &str) -> Vec<(String, String)> {
        use diesel_async::RunQueryDsl;
        #[derive(QueryableByName)]
        struct Column {
            #[diesel(sql_type = Text)]
            name: String,
            #[diesel(sql_type = Text)]
            kind: String,
            #[diesel(sql_type = Nullable<Text>)]
            value: Option<String>,
        }
        let columns: Vec<Column> = diesel::sql_query(format!(
            "SELECT a.attname::text AS name, t.typname::text AS kind, to_jsonb(r) ->> a.attname AS value
             FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid, (SELECT * FROM {table} WHERE {row}) r
             WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped"
        ))
        .load(&mut self.core.db.connection().await)
        .await
        .expect("columns");
        assert!(!columns.is_empty(), "no such row: {table} {row}");
        columns
            .into_iter()
            .map(|Column { name, kind, value }| {
                let new = match (kind.as_str(), &value) {
                    (_, Some(v)) if name == "outcome" => {
                        if v == "failed" { "'success'" } else { "'failed'" }.to_owned()
                    }
                    ("text", Some(_)) => format!("overlay({name} placing chr(ascii({name}) + 1) from 1)"),
                    ("text", None) => "'x'".into(),
                    ("uuid", _) => "gen_random_uuid()".into(),
                    ("timestamptz", Some(_)) => format!("{name} + interval '1 microsecond'"),
                    ("bytea", Some(_)) => {
                        format!("set_byte({name}, length({name}) - 1, get_byte({name}, length({name}) - 1) # 1)")
                    }
                    ("bytea", None) => "'\\x00'".into(),
                    ("int8", Some(_)) => format!("{name} + 1000"),
                    other => panic!("no way to change {name}: {other:?}"),
                };
                let sql = format!("UPDATE {table} SET {name} = {new} WHERE {row}");
                (name, sql)
            })
            .collect()
    }

    /// Runs `sql`, verifies, and puts the ledger back as it was.
    pub async fn verify_after(&self, sql: &str) -> VerificationReport {
        const TABLES: [&str; 6] =
            ["audit_records", "audit_seals", "audit_heads", "audit_unsealed", "event_outbox", "signing_keys"];
        let keep: String = TABLES.iter().map(|t| format!("CREATE TABLE kept_{t} AS SELECT * FROM {t};")).collect();
        let restore: String = TABLES
            .iter()
            .map(|t| format!("DELETE FROM {t}; INSERT INTO {t} SELECT * FROM kept_{t}; DROP TABLE kept_{t};"))
            .collect();
        self.tamper(&keep).await;
        self.tamper(sql).await;
        let report = self.verify().await;
        self.tamper(&restore).await;
        report
    }
}
