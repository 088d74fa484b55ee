//! The audit ledger against people who own the database: whatever is changed, removed, moved, cut or forged is named (control U3).

use chrono::TimeDelta;
use guitai::audit::{Failure, Round, VerificationReport};
use guitai::db::ids::AuditId;
use guitai::error::ErrorCode;

use crate::support::book::Book;

/// Whether a failure names this record, by its place or its id.
fn names(report: &VerificationReport, position: i64, id: AuditId) -> bool {
    let is_it = |f: &Failure| f.position == Some(position) || f.id == Some(id.0);
    !report.ok && report.failures.iter().any(is_it)
}

fn told(report: &VerificationReport) -> Vec<String> {
    report.failures.iter().map(|f| format!("{:?} {}", f.position, f.what)).collect()
}

#[tokio::test]
async fn what_was_written_is_sealed_without_gaps_and_stands() {
    let book = Book::create().await;
    let empty = book.verify().await;
    assert!(empty.ok && empty.head.is_none() && empty.tree_size == 0, "{empty:?}");
    let ids = book.seal_batches(&[3, 1, 7]).await;
    assert_eq!(book.sealer.seal_all().await.unwrap(), Round::Idle);
    let report = book.verify().await;
    assert!(report.ok, "{:?}", told(&report));
    assert_eq!((report.checked, report.sealed, report.unsealed, report.tree_size), (11, 11, 0, 11));
    let head = report.head.expect("a head");
    assert!(head.signature_ok && head.tree_size == 11 && head.root == report.root);
    let in_order = ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(",");
    let sealed = format!(
        "SELECT CASE WHEN (SELECT array_agg(record_id ORDER BY position) FROM audit_seals) = ARRAY[{in_order}]::uuid[]
         AND (SELECT array_agg(position ORDER BY position) FROM audit_seals) = (SELECT array_agg(n) FROM generate_series(0::bigint, 10) n)
         THEN 1 ELSE 0 END"
    );
    assert_eq!(book.number(&sealed).await, 1);
    assert_eq!(book.number("SELECT count(*) FROM audit_heads").await, 3);
    for (from, walked) in [(0, 11), (3, 8), (5, 7), (11, 0), (999, 0)] {
        let part = book.verify_from(Some(from)).await;
        assert!(part.ok && part.sealed == walked && part.root == report.root, "{from}: {part:?}");
    }
    assert!(book.verify_afresh().await.ok);
}

#[tokio::test]
async fn the_tables_refuse_every_change() {
    let book = Book::create().await;
    book.seal_batches(&[2]).await;
    for table in ["audit_records", "audit_seals", "audit_heads"] {
        for sql in [
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table} CASCADE"),
            format!(
                "UPDATE {table} SET {} = {0}",
                if table == "audit_records" {
                    "node"
                } else if table == "audit_seals" {
                    "leaf_hash"
                } else {
                    "root_hash"
                }
            ),
        ] {
            use diesel_async::SimpleAsyncConnection;
            let refused = book.core.db.connection().await.batch_execute(&sql).await;
            assert!(refused.unwrap_err().to_string().contains("append-only"), "{sql}");
        }
    }
}

#[tokio::test]
async fn every_column_of_every_record_is_covered() {
    let book = Book::create().await;
    let ids = book.seal_batches(&[2, 3]).await;
    book.break_in().await;
    // The first is filled in every column but the code, the second is a refusal and has that, most columns of the third are empty.
    for position in [0, 1, 4] {
        let id = ids[position];
        let position = i64::try_from(position).unwrap();
        for (column, sql) in book.changes("audit_records", &format!("id = '{id}'")).await {
            let report = book.verify_after(&sql).await;
            assert!(names(&report, position, id), "{column}: {:?}", told(&report));
        }
    }
    assert!(book.verify().await.ok, "all is back as it was");
}

#[tokio::test]
async fn every_column_of_every_seal_and_head_is_covered() {
    let book = Book::create().await;
    let ids = book.seal_batches(&[2, 3, 2]).await;
    book.break_in().await;
    for position in 0..7 {
        for (column, sql) in book.changes("audit_seals", &format!("position = {position}")).await {
            let report = book.verify_after(&sql).await;
            assert!(
                names(&report, position, ids[usize::try_from(position).unwrap()]),
                "{column} of {position}: {:?}",
                told(&report)
            );
        }
        let report = book
            .verify_after(&format!("UPDATE audit_seals SET position = -1 - position WHERE position = {position}"))
            .await;
        assert!(names(&report, position, ids[usize::try_from(position).unwrap()]), "{position}: {:?}", told(&report));
    }
    for size in [2, 5, 7] {
        for (column, sql) in book.changes("audit_heads", &format!("tree_size = {size}")).await {
            let report = book.verify_after(&sql).await;
            assert!(
                !report.ok && report.failures.iter().any(|f| f.position.is_some()),
                "{column} of {size}: {:?}",
                told(&report)
            );
        }
        let report = book.verify_after(&format!("DELETE FROM audit_heads WHERE tree_size = {size}")).await;
        let first = if size == 2 {
            0
        } else if size == 5 {
            2
        } else {
            5
        };
        assert!(report.failures.iter().any(|f| f.position == Some(first)), "head {size}: {:?}", told(&report));
    }
    assert!(book.verify().await.ok, "all is back as it was");
}

#[tokio::test]
async fn what_was_removed_is_missed() {
    let book = Book::create().await;
    let ids = book.seal_batches(&[2, 4, 2]).await;
    book.break_in().await;
    for (position, id) in ids.iter().enumerate() {
        let position = i64::try_from(position).unwrap();
        let record = format!("DELETE FROM audit_records WHERE id = '{id}'");
        let seal = format!("DELETE FROM audit_seals WHERE position = {position}");
        for sql in [record.clone(), seal.clone(), format!("{record}; {seal}")] {
            let report = book.verify_after(&sql).await;
            assert!(names(&report, position, *id), "{sql}: {:?}", told(&report));
        }
    }
    let report = book
        .verify_after(
            "DELETE FROM audit_seals WHERE position IN (1, 3, 4); DELETE FROM audit_records WHERE actor_name <> 'test'",
        )
        .await;
    for position in [0, 1, 2, 3] {
        assert!(names(&report, position, ids[usize::try_from(position).unwrap()]), "{position}: {:?}", told(&report));
    }
    let every = told(&report).join("\n");
    assert!(every.contains("positions 3 to 4 are missing"), "{every}");
}

#[tokio::test]
async fn what_waits_for_its_seal_is_watched_too() {
    let book = Book::create().await;
    book.seal_batches(&[2]).await;
    book.break_in().await;
    // Another process holds the lease and does not seal, so that records wait.
    let other = book.another_sealer();
    book.core.clock.advance(TimeDelta::seconds(11));
    book.write(1).await;
    assert_eq!(other.seal_all().await.unwrap(), Round::Sealed(1));
    let waiting = book.write(3).await;
    let with_event = book.write_with_event().await;
    let report = book.verify().await;
    assert!(report.ok && report.unsealed == 4 && report.checked == 7, "{report:?}");
    for (what, sql, id) in [
        ("changed", format!("UPDATE audit_records SET actor_name = 'x' WHERE id = '{}'", waiting[0]), waiting[0]),
        ("removed", format!("DELETE FROM audit_records WHERE id = '{}'", waiting[1]), waiting[1]),
        ("kept from sealing", format!("DELETE FROM audit_unsealed WHERE record_id = '{}'", waiting[2]), waiting[2]),
        (
            "removed without a trace but its event",
            format!(
                "DELETE FROM audit_records WHERE id = '{with_event}'; DELETE FROM audit_unsealed WHERE record_id = '{with_event}'"
            ),
            with_event,
        ),
    ] {
        let report = book.verify_after(&sql).await;
        assert!(report.failures.iter().any(|f| f.id == Some(id.0)), "{what}: {:?}", told(&report));
        assert_eq!(report.failures.len(), 1, "{what}: {:?}", told(&report));
    }
}

#[tokio::test]
async fn seals_that_changed_places_are_named() {
    let book = Book::create().await;
    let ids = book.seal_batches(&[3, 3]).await;
    book.break_in().await;
    let swap = |columns: &str, a: i64, b: i64| {
        let set = columns.split(' ').map(|c| format!("{c} = o.{c}")).collect::<Vec<_>>().join(", ");
        format!(
            "UPDATE audit_seals s SET {set} FROM (SELECT CASE position WHEN {a} THEN {b} ELSE {a} END AS place, record_id, leaf_hash, sealed_at FROM audit_seals WHERE position IN ({a}, {b})) o WHERE s.position = o.place"
        )
    };
    // The uniqueness of record_id would stop the statement in the middle.
    book.tamper("ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_record_id_key").await;
    for (columns, a, b) in [
        ("record_id leaf_hash", 0, 2),
        ("record_id leaf_hash", 1, 2),
        ("record_id leaf_hash", 2, 3),
        ("record_id leaf_hash sealed_at", 0, 5),
        ("record_id", 1, 4),
        ("leaf_hash", 1, 4),
    ] {
        let report = book.verify_after(&swap(columns, a, b)).await;
        let in_batch =
            |f: &Failure| f.position.is_some_and(|p| p / 3 == a / 3) || f.position.is_some_and(|p| p / 3 == b / 3);
        assert!(!report.ok && report.failures.iter().all(in_batch), "{columns} {a} {b}: {:?}", told(&report));
        if columns != "record_id leaf_hash" || a / 3 == b / 3 {
            let exact = [a, b].iter().any(|p| names(&report, *p, ids[usize::try_from(*p).unwrap()]));
            assert!(exact, "{columns} {a} {b}: {:?}", told(&report));
        }
    }
}

#[tokio::test]
async fn a_log_that_was_cut_is_noticed() {
    let book = Book::create().await;
    book.seal_batches(&[3, 2]).await;
    let with_event = book.write_with_event().await;
    book.core.clock.advance(TimeDelta::seconds(1));
    book.sealer.seal_all().await.unwrap();
    book.break_in().await;
    let report = book.verify_after("DELETE FROM audit_seals WHERE position >= 4").await;
    assert!(told(&report).join("\n").contains("positions 4 to 4"), "{:?}", told(&report));

    // Cut cleanly behind a head: records, seals and heads. The process remembers, and so does the event.
    let cut = "DELETE FROM audit_records WHERE id IN (SELECT record_id FROM audit_seals WHERE position >= 3);
        DELETE FROM audit_seals WHERE position >= 3; DELETE FROM audit_heads WHERE tree_size > 3";
    let report = book.verify_after(cut).await;
    let every = told(&report).join("\n");
    assert!(every.contains("the log had a signed head over 6 records; it is gone"), "{every}");
    assert!(report.failures.iter().any(|f| f.id == Some(with_event.0)), "{every}");
    book.tamper(cut).await;
    let afresh = book.verify_afresh().await;
    assert!(afresh.failures.iter().any(|f| f.id == Some(with_event.0)), "{:?}", told(&afresh));

    // Nothing is appended to what is left.
    book.write(1).await;
    assert_eq!(book.sealer.seal_all().await.unwrap_err().code(), ErrorCode::DataAltered);
    assert_eq!(book.number("SELECT count(*) FROM audit_unsealed").await, 1, "records go on being written");
    let report = book.verify().await;
    assert!(told(&report).join("\n").contains("the sealer has stopped"), "{:?}", told(&report));
}

#[tokio::test]
async fn a_forged_head_does_not_stand_whoever_signed_it() {
    use guitai::crypto::sm2::SigningKey;
    let book = Book::create().await;
    book.seal_batches(&[3, 2]).await;
    book.break_in().await;
    let forger = SigningKey::generate().unwrap();
    let mut conn = book.core.db.connection().await;
    let heads = book.transactions.ledger().heads(&mut conn, i64::MAX, 1).await.unwrap();
    drop(conn);
    // Somebody who owns the database signs the true head with a key of his own and registers that key, once beside and once in place of ours.
    let mut head = heads[0].clone();
    let own_key = hex::encode(forger.public().to_bytes());
    let replaced = format!(
        "UPDATE signing_keys SET public_key = '\\x{own_key}';
         UPDATE audit_heads SET signature = '\\x{}' WHERE tree_size = 5",
        hex::encode(forger.sign(&head.signed_bytes()).unwrap())
    );
    head.signing_key_id = guitai::db::ids::SigningKeyId::fresh();
    let beside = format!(
        "INSERT INTO signing_keys SELECT '{id}', data_key_id, purpose, '\\x{own_key}', wrapped, 'verify_only', created_at, held_in FROM signing_keys;
         UPDATE audit_heads SET signing_key_id = '{id}', signature = '\\x{}' WHERE tree_size = 5",
        hex::encode(forger.sign(&head.signed_bytes()).unwrap()),
        id = head.signing_key_id,
    );
    for (how, sql) in [("beside", beside), ("in place", replaced)] {
        let report = book.verify_after(&sql).await;
        assert!(
            report.failures.iter().any(|f| f.position == Some(4) && f.what.contains("signature")),
            "{how}: {:?}",
            told(&report)
        );
        assert!(!report.head.unwrap().signature_ok, "{how}");
    }
}

#[tokio::test]
async fn every_fault_is_told_and_what_lies_behind_it_is_still_checked() {
    let book = Book::create().await;
    let ids = book.seal_batches(&[4, 4, 4]).await;
    book.break_in().await;
    let report = book
        .verify_after(&format!(
            "UPDATE audit_records SET detail = '{{}}' WHERE id = '{}';
             UPDATE audit_seals SET leaf_hash = decode(repeat('00', 32), 'hex') WHERE position = 5;
             UPDATE audit_records SET at = at + interval '1 hour' WHERE id = '{}';
             UPDATE audit_heads SET fence = fence - 1 WHERE tree_size = 12",
            ids[0], ids[10]
        ))
        .await;
    for position in [0, 5, 10] {
        assert!(names(&report, position, ids[usize::try_from(position).unwrap()]), "{position}: {:?}", told(&report));
    }
    assert!(report.failures.iter().any(|f| f.what.contains("signature of the head over 12")), "{:?}", told(&report));
    for position in [1, 2, 3, 6, 7, 8, 9] {
        let blamed = report.failures.iter().any(|f| f.position == Some(position));
        assert!(!blamed, "{position} is as it was: {:?}", told(&report));
    }
    assert_eq!(report.checked, 12);
}

#[tokio::test]
async fn one_sealer_writes_at_a_time_and_a_dead_one_is_replaced() {
    let book = Book::create().await;
    let other = book.another_sealer();
    book.write(2).await;
    assert_eq!(book.sealer.seal_all().await.unwrap(), Round::Sealed(2));
    book.write(2).await;
    assert_eq!(other.seal_all().await.unwrap(), Round::NotHolder);
    book.core.clock.advance(TimeDelta::seconds(11));
    assert_eq!(other.seal_all().await.unwrap(), Round::Sealed(2));
    book.write(2).await;
    assert_eq!(book.sealer.seal_all().await.unwrap(), Round::NotHolder, "the old one is fenced");
    book.core.clock.advance(TimeDelta::seconds(11));
    let (a, b) = tokio::join!(book.sealer.seal_all(), other.seal_all());
    assert!(a.is_ok() && b.is_ok());
    let report = book.verify().await;
    assert!(report.ok && report.sealed == 6, "{:?}", told(&report));
    assert_eq!(book.number("SELECT count(DISTINCT fence) FROM audit_heads").await, 3);
}

#[tokio::test]
async fn many_writers_and_a_running_sealer_leave_no_gap() {
    let book = Book::create().await;
    let stop = tokio_util::sync::CancellationToken::new();
    let sealing = book.sealer.run(stop.clone());
    let writing = async {
        let writers = (0..8).map(|_| book.write(12));
        futures::future::join_all(writers).await;
        stop.cancel();
    };
    tokio::join!(sealing, writing);
    let report = book.verify().await;
    assert!(report.ok && report.sealed == 96 && report.unsealed == 0, "{report:?}");
}
