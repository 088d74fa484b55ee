use std::io::{Read, Seek, SeekFrom};

use futures::TryStreamExt;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::crypto::envelope::OVERHEAD;
use crate::crypto::{Keyring, RootKey, Suite, sm3};
use format::HEADER_BYTES;

fn key() -> DataKey {
    let keyring = Keyring::from_root(RootKey::generate().unwrap());
    let (class, _) = keyring.generate_class_key("recording", "2026-11", 1).unwrap();
    class.generate_data_key(Uuid::now_v7(), 1, Suite::Sm4Gcm).unwrap().0
}

/// A vault whose chunks are small, so that short contents have many.
fn vault(chunk_bytes: u32) -> (TempDir, Vault) {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault { chunk_bytes, ..Vault::open(dir.path()).unwrap() };
    (dir, vault)
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

async fn put(vault: &Vault, file_id: Uuid, key: &DataKey, content: &[u8]) -> Sealed {
    let mut writer = vault.create(file_id, key).await.unwrap();
    writer.append(content).await.unwrap();
    writer.finish().await.unwrap()
}

/// Content that tells every byte's place.
fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at / 251 + at % 251) as u8).collect()
}

fn files_under(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn a_large_file_comes_back_and_its_digests_hold() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    let (file_id, key, content) = (Uuid::now_v7(), key(), content(700_001));
    let mut writer = vault.create(file_id, &key).await.unwrap();
    // Parts that agree neither with chunks nor with batches.
    for part in content.chunks(99_991) {
        writer.append(part).await.unwrap();
    }
    let sealed = writer.finish().await.unwrap();
    assert_eq!((sealed.bytes, sealed.chunks), (700_001, 11));
    let list: Vec<_> = content.chunks(64 << 10).map(sm3::digest).collect();
    assert_eq!(sealed.digest_sm3, sm3::digest(list.as_flattened()));
    assert_eq!(content_digest(&content), sealed.digest_sm3);
    assert_eq!(vault.verify(file_id, &key).await.unwrap(), Verification { sealed: Some(sealed), faults: vec![] });
    assert_eq!(vault.key_of(file_id).await.unwrap(), (key.id(), key.version()));

    let reader = vault.reader(file_id, &key).await.unwrap();
    assert_eq!(reader.bytes(), 700_001);
    assert_eq!(reader.read_range(65_530..65_542).await.unwrap(), content[65_530..65_542]);
    let streamed: Vec<Vec<u8>> = reader.stream(10..700_001).unwrap().try_collect().await.unwrap();
    assert_eq!((streamed.len(), streamed.concat()), (11, content[10..].to_vec()));
    assert!(reader.stream(0..700_002).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_range_equals_the_plaintext(length in 0usize..700, ends in any::<[prop::sample::Index; 2]>(), part in 1usize..200) {
        let (_dir, vault) = vault(64);
        let (file_id, key, content) = (Uuid::now_v7(), key(), content(length));
        let [mut from, mut to] = ends.map(|end| end.index(length + 1));
        if from > to {
            (from, to) = (to, from);
        }
        let range = from as u64..to as u64;
        run(async {
            let mut writer = vault.create(file_id, &key).await.unwrap();
            for part in content.chunks(part) {
                writer.append(part).await.unwrap();
            }
            let sealed = writer.finish().await.unwrap();
            let list: Vec<_> = content.chunks(64).map(sm3::digest).collect();
            let whole = if content.is_empty() { vec![sm3::digest(b"")] } else { list };
            prop_assert_eq!(sealed.digest_sm3, sm3::digest(whole.as_flattened()));
            prop_assert_eq!(&vault.read_range(file_id, &key, range.clone()).await.unwrap()[..], &content[from..to]);
            let reader = vault.reader(file_id, &key).await.unwrap();
            prop_assert_eq!(reader.bytes(), length as u64);
            let streamed: Vec<Vec<u8>> = reader.stream(range).unwrap().try_collect().await.unwrap();
            prop_assert_eq!(&streamed.concat()[..], &content[from..to]);
            prop_assert_eq!(vault.verify(file_id, &key).await.unwrap().sealed, Some(sealed));
            Ok(())
        })?;

        let mut file = vault.content(file_id, &key).unwrap();
        file.seek(SeekFrom::End(-((length - from) as i64))).unwrap();
        let mut read = Vec::new();
        (&mut file).take((to - from) as u64).read_to_end(&mut read).unwrap();
        prop_assert_eq!(&read[..], &content[from..to]);
    }
}

#[tokio::test]
async fn contents_around_whole_groups_of_chunks_come_back() {
    let (_dir, vault) = vault(64);
    let (key, group) = (key(), 64 * format::GROUP_CHUNKS);
    for length in [group - 1, group, group + 1, 2 * group - 64, 2 * group, 2 * group + 1] {
        let content = content(length);
        for part in [length, 1, 100] {
            let file_id = Uuid::now_v7();
            let mut writer = vault.create(file_id, &key).await.unwrap();
            for part in content.chunks(part) {
                writer.append(part).await.unwrap();
            }
            let sealed = writer.finish().await.unwrap();
            assert_eq!((sealed.bytes, sealed.chunks), (length as u64, length.div_ceil(64) as u64));
            let list: Vec<_> = content.chunks(64).map(sm3::digest).collect();
            assert_eq!(sealed.digest_sm3, sm3::digest(list.as_flattened()));
            assert_eq!(vault.verify(file_id, &key).await.unwrap().sealed, Some(sealed));
            assert_eq!(vault.read_range(file_id, &key, 0..length as u64).await.unwrap(), content);
        }
    }
}

#[tokio::test]
async fn a_range_beyond_the_content_is_refused() {
    let (_dir, vault) = vault(64);
    let (file_id, key) = (Uuid::now_v7(), key());
    put(&vault, file_id, &key, &content(100)).await;
    #[expect(clippy::reversed_empty_ranges, reason = "what a client may send")]
    for range in [0..101, 101..101, 60..50, 0..u64::MAX] {
        let refused = vault.read_range(file_id, &key, range).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidParameter);
    }
}

/// Writes `file` in the place of the vault's file and returns what a check finds; reading everything must be refused.
async fn faults_of(vault: &Vault, file_id: Uuid, key: &DataKey, file: &[u8]) -> Vec<Fault> {
    fs::write(vault.path(file_id), file).unwrap();
    let verification = vault.verify(file_id, key).await.unwrap();
    assert_eq!(verification.sealed, None);
    let read = async {
        let reader = vault.reader(file_id, key).await?;
        reader.read_range(0..reader.bytes()).await
    };
    let refused = read.await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::DataAltered);
    let named = verification.faults.iter().any(|fault| refused.detail().contains(&fault.to_string()));
    assert!(named, "{refused}");
    verification.faults
}

const SEALED: usize = 64 + OVERHEAD;

#[tokio::test]
async fn any_flipped_byte_is_refused_and_its_chunk_named() {
    let (_dir, vault) = vault(64);
    let (file_id, key, content) = (Uuid::now_v7(), key(), content(150));
    put(&vault, file_id, &key, &content).await;
    let whole = fs::read(vault.path(file_id)).unwrap();
    assert_eq!(whole.len(), HEADER_BYTES + 150 + 3 * OVERHEAD);
    for at in 0..whole.len() {
        let mut file = whole.clone();
        file[at] ^= 1 << (at % 8);
        let chunk = at.checked_sub(HEADER_BYTES).map(|at| at / SEALED);
        let expected = chunk.map_or(Fault::Header, |chunk| Fault::Chunk(chunk as u64));
        assert_eq!(faults_of(&vault, file_id, &key, &file).await, [expected], "byte {at}");
    }
    // The chunks before a bad one can still be read, and never a byte of the bad one.
    let mut file = whole.clone();
    file[HEADER_BYTES + SEALED + 40] ^= 1;
    fs::write(vault.path(file_id), &file).unwrap();
    assert_eq!(vault.read_range(file_id, &key, 0..64).await.unwrap(), content[..64]);
    assert_eq!(vault.read_range(file_id, &key, 128..150).await.unwrap(), content[128..]);
    assert!(vault.read_range(file_id, &key, 63..65).await.is_err());
}

#[tokio::test]
async fn a_cut_file_is_refused_wherever_it_was_cut() {
    let (_dir, vault) = vault(64);
    let (file_id, key) = (Uuid::now_v7(), key());
    put(&vault, file_id, &key, &content(150)).await;
    let whole = fs::read(vault.path(file_id)).unwrap();
    for length in 0..whole.len() {
        let faults = faults_of(&vault, file_id, &key, &whole[..length]).await;
        let body = length.saturating_sub(HEADER_BYTES);
        // Not a byte can be read, not even before the cut: how long the content was is part of it.
        assert!(vault.read_range(file_id, &key, 0..0).await.is_err(), "length {length}");
        if body > 0 && body.is_multiple_of(SEALED) {
            assert_eq!(faults, [Fault::CutAfter((body / SEALED) as u64 - 1)], "length {length}");
        }
    }
    let extended = [&whole[..], &whole[HEADER_BYTES..]].concat();
    assert!(!faults_of(&vault, file_id, &key, &extended).await.is_empty());
}

#[tokio::test]
async fn chunks_do_not_open_anywhere_but_in_their_place() {
    let (_dir, vault) = vault(64);
    let (file_id, other_id, key) = (Uuid::now_v7(), Uuid::now_v7(), key());
    put(&vault, file_id, &key, &content(256)).await;
    put(&vault, other_id, &key, &content(256)).await;
    let (whole, other) = (fs::read(vault.path(file_id)).unwrap(), fs::read(vault.path(other_id)).unwrap());
    let part = |file: &[u8], chunk: usize| file[HEADER_BYTES + chunk * SEALED..][..SEALED].to_vec();
    let put_part = |file: &mut [u8], chunk: usize, part: &[u8]| {
        file[HEADER_BYTES + chunk * SEALED..][..SEALED].copy_from_slice(part);
    };

    let mut reordered = whole.clone();
    put_part(&mut reordered, 0, &part(&whole, 1));
    put_part(&mut reordered, 1, &part(&whole, 0));
    assert_eq!(faults_of(&vault, file_id, &key, &reordered).await, [Fault::Chunk(0), Fault::Chunk(1)]);

    let mut foreign = whole.clone();
    put_part(&mut foreign, 2, &part(&other, 2));
    assert_eq!(faults_of(&vault, file_id, &key, &foreign).await, [Fault::Chunk(2)]);

    // The end is there, but chunks follow it.
    let extended = [&whole[..], &part(&whole, 0)].concat();
    assert_eq!(faults_of(&vault, file_id, &key, &extended).await, [Fault::ExtendedAfter(3), Fault::Chunk(4)]);

    // A whole file under another's name, with and without its header.
    assert_eq!(faults_of(&vault, file_id, &key, &other).await, [Fault::Header]);
    let disguised = [&whole[..HEADER_BYTES], &other[HEADER_BYTES..]].concat();
    assert_eq!(faults_of(&vault, file_id, &key, &disguised).await, [0, 1, 2, 3].map(Fault::Chunk));

    // Another key.
    fs::write(vault.path(file_id), &whole).unwrap();
    let other_key = self::key();
    assert_eq!(vault.verify(file_id, &other_key).await.unwrap().faults.len(), 4);
    assert_eq!(vault.read_range(file_id, &other_key, 0..1).await.unwrap_err().code(), ErrorCode::DataAltered);
}

#[tokio::test]
async fn a_file_is_whole_or_not_there() {
    let (dir, vault) = vault(64);
    let (file_id, key) = (Uuid::now_v7(), key());
    let mut writer = vault.create(file_id, &key).await.unwrap();
    writer.append(&content(64 * format::GROUP_CHUNKS + 1)).await.unwrap();
    assert_eq!(vault.reader(file_id, &key).await.err().unwrap().code(), ErrorCode::NotFound);
    assert_eq!(vault.create(file_id, &key).await.err().unwrap().code(), ErrorCode::Conflict);
    // Another process opens the same folder while we write: our file stays.
    Vault::open(dir.path()).unwrap();
    assert_eq!(files_under(dir.path()).len(), 1);
    drop(writer);
    assert!(files_under(dir.path()).is_empty());

    put(&vault, file_id, &key, b"").await;
    assert_eq!(vault.read_range(file_id, &key, 0..0).await.unwrap(), b"");
    assert_eq!(vault.create(file_id, &key).await.err().unwrap().code(), ErrorCode::Conflict);
    assert!(vault.delete(file_id).await.unwrap());
    assert!(!vault.delete(file_id).await.unwrap());
    assert!(files_under(dir.path()).is_empty());
}

#[tokio::test]
async fn what_a_crash_left_is_removed_at_the_next_start() {
    let (dir, vault) = vault(64);
    let (kept, key) = (Uuid::now_v7(), key());
    put(&vault, kept, &key, &content(200)).await;
    // A killed process leaves the bytes and loses the lock.
    fs::write(dir.path().join(UNFINISHED).join(Uuid::now_v7().to_string()), "half a file").unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    assert_eq!(files_under(dir.path()), [vault.path(kept)]);
    assert_eq!(vault.read_range(kept, &key, 0..200).await.unwrap(), content(200));
}

#[tokio::test]
async fn no_plaintext_on_the_disk() {
    let (dir, vault) = vault(1024);
    let (file_id, key) = (Uuid::now_v7(), key());
    let planted = "客户王芳的卡号是 6222021234567890123".as_bytes();
    let scan = |dir: &Path| {
        let files = files_under(dir);
        assert!(!files.is_empty());
        let found =
            |path: &PathBuf| fs::read(path).unwrap().windows(12).any(|bytes| planted.windows(12).any(|p| p == bytes));
        files.iter().filter(|path| found(path)).count()
    };
    let mut writer = vault.create(file_id, &key).await.unwrap();
    for _ in 0..8_000 {
        writer.append(planted).await.unwrap();
    }
    assert_eq!(scan(dir.path()), 0);
    writer.finish().await.unwrap();
    assert_eq!(scan(dir.path()), 0);
    // The scan finds what is there.
    fs::write(dir.path().join("control"), planted).unwrap();
    assert_eq!(scan(dir.path()), 1);
}

#[test]
fn files_spread_by_the_random_end_of_their_ids_and_are_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, vault) = vault(64);
    let file_id = Uuid::parse_str("018f0000-0000-7000-8000-000000003a7f").unwrap();
    run(put(&vault, file_id, &key(), b"x"));
    let path = vault.path(file_id);
    assert_eq!(path, dir.path().join(format!("7f/3a/{file_id}")));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
}
