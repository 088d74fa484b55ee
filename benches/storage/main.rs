//! Sealing a message with its key in a warm cache of 10,000, and writing a vault file to memory, on one core.
//!
//! Usage: `guitai-storage-figures [FOLDER]`, where a tmpfs of large pages is mounted at FOLDER. There the file system takes
//! little, and what is left is the vault's own work; without one, pages of 4 KiB must do.

#![expect(clippy::print_stdout, reason = "it reports to whoever runs it")]

#[path = "../harness.rs"]
mod harness;

use guitai::crypto::{Aad, ClassKey, DataKey, Keyring, RootKey, Sealed, Suite};
use guitai::vault::Vault;
use harness::{Rate, Report, Side, compare, rate_of};
use std::collections::HashMap;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::{env, fs};
use uuid::Uuid;

const KEYS: usize = 10_000;
const MESSAGE: usize = 300;
const FILE: usize = 64 << 20;
const PIECE: usize = 64 << 10;
const SEALING: &str = "seal, key found in the cache";
const WRITING: &str = "write";

fn main() -> Result<(), String> {
    let mut report = Report::new("guitai storage: medians of one run on one core");
    let class = class_key().map_err(|err| err.to_string())?;
    let new_key =
        || class.generate_data_key(Uuid::now_v7(), 1, Suite::Sm4Gcm).map(|(key, _)| key).map_err(|err| err.to_string());

    let cache: HashMap<Uuid, DataKey> =
        (0..KEYS).map(|_| new_key().map(|key| (key.id(), key))).collect::<Result<_, String>>()?;
    let ids: Vec<Uuid> = cache.keys().copied().collect();
    let message = [0x5a; MESSAGE];
    let stored = cache.values().map(|key| key.seal(&place(key.id()), &message)).collect::<Result<Vec<_>, _>>();
    let stored: Vec<(&DataKey, Sealed)> = cache.values().zip(stored.map_err(|err| err.to_string())?).collect();
    let (mut next, mut opened) = (ids.iter().cycle(), stored.iter().cycle());
    let rates = compare(vec![
        Side::new(SEALING, 1.0, || {
            let sealed =
                next.next().and_then(|id| cache.get(id)).map(|key| key.seal(&place(key.id()), black_box(&message)));
            assert!(matches!(black_box(sealed), Some(Ok(_))), "sealing refused");
        }),
        Side::new("open", 1.0, || {
            let plain = opened.next().map(|(key, stored)| key.open(&place(key.id()), black_box(stored)));
            assert!(matches!(black_box(plain), Some(Ok(_))), "opening refused");
        }),
    ]);
    report.table("a message of 300 bytes, 10,000 keys in turn", "million/s", 1e6, &rates);
    let seconds = 1.0 / rate_of(&rates, SEALING);
    report.at_least("sealed messages for each microsecond", 1e-6 / seconds, 1.0);

    let key = new_key()?;
    let normal = vault_in(Path::new("/dev/shm"), &key)?;
    report.table("a vault file of 64 MiB, tmpfs of pages of 4 KiB", "GB/s", 1e9, &normal);
    let large = env::args().nth(1);
    let written = match &large {
        Some(folder) => {
            let rates = vault_in(Path::new(folder), &key)?;
            report.table("a vault file of 64 MiB, tmpfs of large pages", "GB/s", 1e9, &rates);
            rate_of(&rates, WRITING)
        }
        None => rate_of(&normal, WRITING),
    };
    report.at_least("vault, writing, GB/s", written / 1e9, 1.5);
    report.finish()
}

/// Writing, a piece at a time, and reading of a vault in `memory`, beside the file system with nothing done to the bytes.
fn vault_in(memory: &Path, key: &DataKey) -> Result<Vec<Rate>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|err| err.to_string())?;
    let folder = tempfile::tempdir_in(memory).map_err(|err| err.to_string())?;
    let vault = Vault::open(folder.path()).map_err(|err| err.to_string())?;
    // What comes from a connection is in the cache when it is taken in.
    let piece = vec![0x5a; PIECE];
    let put = |id: Uuid| {
        runtime.block_on(async {
            let mut writer = vault.create(id, key).await?;
            for _ in 0..FILE / PIECE {
                writer.append(black_box(&piece)).await?;
            }
            writer.finish().await
        })
    };
    let file = Uuid::now_v7();
    put(file).map_err(|err| err.to_string())?;
    let bare = folder.path().join("bare");
    let batch = vec![0x5a; 1 << 20];
    Ok(compare(vec![
        Side::new(WRITING, FILE as f64, || {
            let id = Uuid::now_v7();
            let written = put(id).and_then(|_| runtime.block_on(vault.delete(id)));
            assert!(written.is_ok(), "writing refused");
        }),
        Side::new("read all", FILE as f64, || {
            let read = runtime.block_on(vault.read_range(file, key, 0..FILE as u64));
            assert!(black_box(read).is_ok(), "reading refused");
        }),
        Side::new("the file system alone, write", FILE as f64, || {
            let written = fs::File::create(&bare)
                .and_then(|mut file| (0..FILE / batch.len()).try_for_each(|_| file.write_all(&batch)))
                .and_then(|()| fs::remove_file(&bare));
            assert!(written.is_ok(), "writing refused");
        }),
    ]))
}

fn class_key() -> guitai::error::Result<ClassKey> {
    Ok(Keyring::from_root(RootKey::generate()?).generate_class_key("conversation", "2026-11", 1)?.0)
}

fn place(row: Uuid) -> Aad<'static> {
    Aad { table: "messages", column: "body", row }
}
