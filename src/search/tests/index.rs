use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{folder, key};
use crate::error::ErrorCode;
use crate::search::{Document, Filter, Hit, Index, Kind, Query};

const ORG: Uuid = Uuid::from_u128(1);
const OTHER_ORG: Uuid = Uuid::from_u128(2);

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn message(id: u128, body: &str) -> Document<'_> {
    Document { id: Uuid::from_u128(id), kind: Kind::Message, org_id: ORG, parent_id: None, title: "", body, at: now() }
}

fn ids(hits: &[Hit]) -> Vec<u128> {
    let mut ids: Vec<u128> = hits.iter().map(|hit| hit.id.as_u128()).collect();
    ids.sort_unstable();
    ids
}

fn everything() -> Filter {
    Filter { orgs: vec![ORG], ..Filter::default() }
}

fn search(index: &Index, text: &str, filter: &Filter) -> Vec<Hit> {
    index.search(&Query::new(text), filter, 10).unwrap()
}

fn files(path: &Path) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path());
    files.filter(|f| std::fs::metadata(f).unwrap().len() > 0).collect()
}

#[test]
fn documents_are_found_after_a_commit_replaced_by_id_and_gone_when_deleted() {
    let (_keep, path) = folder();
    let index = Index::create(&path, key()).unwrap();
    assert!(index.is_empty());
    index.upsert([message(1, "信用卡账单看不懂"), message(2, "手机银行登录不了")]).unwrap();
    assert!(search(&index, "信用卡", &everything()).is_empty());
    index.commit().unwrap();
    assert_eq!(ids(&search(&index, "信用卡", &everything())), [1]);
    index.upsert([message(1, "我要提前还贷款")]).unwrap();
    index.commit().unwrap();
    assert!(search(&index, "信用卡", &everything()).is_empty());
    assert_eq!(index.len(), 2);
    index.delete([Uuid::from_u128(2)]).unwrap();
    index.commit().unwrap();
    assert!(search(&index, "手机银行", &everything()).is_empty());
    assert_eq!(ids(&search(&index, "贷款", &everything())), [1]);
    assert!(search(&index, "", &everything()).is_empty());
}

#[test]
fn filters_let_through_what_they_name_and_no_organisation_sees_nothing() {
    let (_keep, path) = folder();
    let index = Index::create(&path, key()).unwrap();
    let conversation = Uuid::from_u128(77);
    let hour = TimeDelta::hours(1);
    index
        .upsert([
            message(1, "投诉柜员态度"),
            Document { org_id: OTHER_ORG, ..message(2, "投诉柜员态度") },
            Document { kind: Kind::Ticket, title: "投诉", ..message(3, "客户反映排队太久") },
            Document { parent_id: Some(conversation), at: now() + hour, ..message(4, "还是要投诉") },
            Document { kind: Kind::Segment, at: now() - hour, ..message(5, "投诉短信收费") },
        ])
        .unwrap();
    index.commit().unwrap();
    let found = |filter: Filter| ids(&search(&index, "投诉", &filter));
    assert_eq!(found(everything()), [1, 3, 4, 5]);
    assert_eq!(found(Filter::default()), Vec::<u128>::new());
    assert_eq!(found(Filter { orgs: vec![ORG, OTHER_ORG], ..Filter::default() }), [1, 2, 3, 4, 5]);
    assert_eq!(found(Filter { kinds: vec![Kind::Ticket, Kind::Segment], ..everything() }), [3, 5]);
    assert_eq!(found(Filter { parent: Some(conversation), ..everything() }), [4]);
    assert_eq!(found(Filter { from: Some(now()), until: Some(now() + hour), ..everything() }), [1, 3]);
    assert_eq!(found(Filter { from: Some(now() + hour), ..everything() }), [4]);
    let hits =
        search(&index, "投诉", &Filter { kinds: vec![Kind::Message], parent: Some(conversation), ..everything() });
    assert_eq!((hits[0].kind, hits[0].parent_id), (Kind::Message, Some(conversation)));
}

#[test]
fn a_hit_says_how_much_of_the_question_it_covers() {
    let (_keep, path) = folder();
    let index = Index::create(&path, key()).unwrap();
    index.upsert([message(1, "信用卡年费可以减免"), message(2, "信用卡怎么申请"), message(3, "网点营业时间")]).unwrap();
    index.commit().unwrap();
    let hits = search(&index, "信用卡年费", &everything());
    assert_eq!(hits.iter().map(|h| h.id.as_u128()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((hits[0].matched_terms, hits[0].query_terms), (2, 2));
    assert!((hits[0].coverage - 1.0).abs() < 1e-6, "{hits:?}");
    assert_eq!(hits[1].matched_terms, 1);
    assert!(hits[1].coverage < 0.5, "the rarer word weighs more: {hits:?}");
    assert!(hits[0].support() > hits[1].support());
    // Another wording counts, nearly as much.
    let hits = search(&index, "几点上班", &everything());
    assert_eq!(ids(&hits), [3]);
    assert!(hits[0].coverage > 0.8, "{hits:?}");
}

#[test]
fn an_index_opens_again_at_its_position_and_asks_for_a_rebuild_when_there_is_none() {
    let (_keep, path) = folder();
    let key = key();
    let missing = Index::open(&path, Arc::clone(&key)).unwrap_err();
    assert_eq!(missing.code(), ErrorCode::SearchRebuilding);
    let index = Index::create(&path, Arc::clone(&key)).unwrap();
    assert_eq!(index.position().unwrap(), None);
    index.upsert([message(1, "转账限额")]).unwrap();
    index.commit_at(42).unwrap();
    index.upsert([message(2, "转账费用")]).unwrap();
    index.commit().unwrap();
    drop(index);
    let index = Index::open(&path, Arc::clone(&key)).unwrap();
    assert_eq!((index.len(), index.position().unwrap()), (2, Some(42)));
    index.wipe().unwrap();
    assert!(index.is_empty());
    assert_eq!(index.position().unwrap(), None);
    index.upsert([message(3, "转账时间")]).unwrap();
    index.commit_at(43).unwrap();
    assert_eq!(ids(&search(&index, "转账", &everything())), [3]);
    drop(index);
    let index = Index::create(&path, key).unwrap();
    assert!(index.is_empty());
}

#[test]
fn a_second_owner_is_refused_and_not_told_to_rebuild() {
    let (_keep, path) = folder();
    let key = key();
    let index = Index::create(&path, Arc::clone(&key)).unwrap();
    for second in [Index::open(&path, Arc::clone(&key)), Index::create(&path, Arc::clone(&key))] {
        assert_eq!(second.unwrap_err().code(), ErrorCode::Internal);
    }
    drop(index);
    Index::open(&path, key).unwrap();
}

#[test]
fn another_key_or_any_damaged_file_asks_for_a_rebuild() {
    let (_keep, path) = folder();
    let key = key();
    let index = Index::create(&path, Arc::clone(&key)).unwrap();
    let bodies: Vec<String> = (0..200).map(|i| format!("第{i}位客户问转账限额")).collect();
    index.upsert(bodies.iter().zip(1..).map(|(body, id)| message(id, body))).unwrap();
    index.commit_at(1).unwrap();
    index.delete([Uuid::from_u128(7)]).unwrap();
    index.commit().unwrap();
    drop(index);
    assert_eq!(Index::open(&path, super::key()).unwrap_err().code(), ErrorCode::SearchRebuilding);
    for file in files(&path) {
        let whole = std::fs::read(&file).unwrap();
        for at in [0, 4, 5, 30, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 0x80;
            std::fs::write(&file, changed).unwrap();
            let refused = Index::open(&path, Arc::clone(&key)).expect_err(&format!("{} at {at}", file.display()));
            assert_eq!(refused.code(), ErrorCode::SearchRebuilding, "{} at {at}", file.display());
        }
        std::fs::remove_file(&file).unwrap();
        let lost = Index::open(&path, Arc::clone(&key));
        // Two files can be missed: the list for housekeeping, whose loss costs some space, and the positions, which are not indexed.
        let unimportant = file.ends_with(".managed.json") || file.extension().is_some_and(|e| e == "pos");
        assert!(lost.is_err() || unimportant, "{}", file.display());
        drop(lost);
        std::fs::write(&file, whole).unwrap();
    }
    assert_eq!(Index::open(&path, key).unwrap().len(), 199);
}

#[test]
fn nothing_on_the_disk_shows_what_was_indexed() {
    let (_keep, path) = folder();
    let index = Index::create(&path, key()).unwrap();
    let planted = ["我的卡号6222020200112230被盗刷了三万元", "Zhang San called about the Xanadu mortgage"];
    let words = ["盗刷", "卡号", "三万", "Zhang", "zhang", "Xanadu", "xanadu", "mortgage", "6222020200112230"];
    for round in 0..3 {
        let documents =
            planted.iter().zip(1u128..).map(|(body, id)| Document { title: body, ..message(round * 10 + id, body) });
        index.upsert(documents).unwrap();
        index.commit().unwrap();
    }
    index.delete([Uuid::from_u128(1)]).unwrap();
    index.commit().unwrap();
    assert!(!search(&index, "盗刷", &everything()).is_empty());
    // Marks of tantivy's own files: they would show if a file were not sealed at all.
    let marks = ["\"segments\"", "org_id", "index_format_version"];
    let needles: Vec<Vec<u8>> = planted.iter().chain(&words).chain(&marks).flat_map(|text| forms(text)).collect();
    // The scan is worth something only if it finds what is there to be found.
    std::fs::write(path.join("control"), needles.concat()).unwrap();
    let mut found_control = 0;
    for file in files(&path) {
        let bytes = std::fs::read(&file).unwrap();
        let hits = needles.iter().filter(|needle| bytes.windows(needle.len()).any(|w| w == needle.as_slice())).count();
        if file.ends_with("control") {
            found_control = hits;
        } else {
            assert_eq!(hits, 0, "{}", file.display());
        }
    }
    assert_eq!(found_control, needles.len());
}

/// A text in the encodings in which it might lie about: UTF-8, UTF-16 both ways, GBK.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let utf16 = || text.encode_utf16();
    vec![
        text.as_bytes().to_vec(),
        utf16().flat_map(u16::to_le_bytes).collect(),
        utf16().flat_map(u16::to_be_bytes).collect(),
        gbk(text),
    ]
}

/// GBK of the few characters the test plants.
fn gbk(text: &str) -> Vec<u8> {
    let table: std::collections::HashMap<char, [u8; 2]> = GBK.iter().copied().collect();
    text.chars().flat_map(|c| if c.is_ascii() { vec![c as u8] } else { table[&c].to_vec() }).collect()
}

const GBK: [(char, [u8; 2]); 11] = [
    ('我', [0xCE, 0xD2]),
    ('的', [0xB5, 0xC4]),
    ('卡', [0xBF, 0xA8]),
    ('号', [0xBA, 0xC5]),
    ('被', [0xB1, 0xBB]),
    ('盗', [0xB5, 0xC1]),
    ('刷', [0xCB, 0xA2]),
    ('了', [0xC1, 0xCB]),
    ('三', [0xC8, 0xFD]),
    ('万', [0xCD, 0xF2]),
    ('元', [0xD4, 0xAA]),
];

#[test]
fn many_small_commits_merge_and_nothing_is_lost() {
    let (_keep, path) = folder();
    let key = key();
    let index = Index::create(&path, Arc::clone(&key)).unwrap();
    for id in 1..=60u128 {
        let body = format!("客户{id}咨询转账");
        index.upsert([message(id, &body)]).unwrap();
        index.commit_at(id as i64).unwrap();
    }
    assert_eq!(index.len(), 60);
    drop(index);
    assert!(files(&path).iter().all(|f| f.extension().is_none_or(|e| e != "part")));
    let index = Index::open(&path, key).unwrap();
    assert_eq!((index.len(), index.position().unwrap()), (60, Some(60)));
    assert_eq!(index.search(&Query::new("转账"), &everything(), 100).unwrap().len(), 60);
    assert!(index.resident_bytes() > 0);
}

#[test]
fn searches_go_on_while_documents_come_in() {
    let (_keep, path) = folder();
    let index = Index::create(&path, key()).unwrap();
    index.upsert([message(1, "转账限额")]).unwrap();
    index.commit().unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for id in 2..30 {
                index.upsert([message(id, "转账限额")]).unwrap();
                index.commit().unwrap();
            }
        });
        while !writer.is_finished() {
            assert!(!search(&index, "限额", &everything()).is_empty());
        }
        writer.join().unwrap();
    });
    assert_eq!(index.search(&Query::new("限额"), &everything(), 100).unwrap().len(), 29);
}
