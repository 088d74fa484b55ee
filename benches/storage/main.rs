//! Sealing a message with its key in a warm cache of 10,000, and writing a vault file to memory, on one core.

#![expect(clippy::print_stdout, reason = "it reports to whoever runs it")]

#[path = "../harness.rs"]
mod harness;

use guitai::crypto::{Aad, ClassKey, DataKey, Keyring, RootKey, Sealed, Suite};
use guitai::vault::Vault;
use harness::{Report, Side, compare, rate_of};
use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use uuid::Uuid;

const KEYS: usize = 10_000;
const MESSAGE: usize = 300;
const FILE: usize = 64 << 20;
const SEALING: &str = "seal, key found in the cache";
const WRITING: &str = "write, tmpfs";

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

    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|err| err.to_string())?;
    let memory = if Path::new("/dev/shm").is_dir() { Path::new("/dev/shm") } else { Path::new("/tmp") };
    let folder = tempfile::tempdir_in(memory).map_err(|err| err.to_string())?;
    let vault = Vault::open(folder.path()).map_err(|err| err.to_string())?;
    let content = vec![0x5a; FILE];
    let key = new_key()?;
    let file = Uuid::now_v7();
    let put = |id: Uuid| {
        runtime.block_on(async {
            let mut writer = vault.create(id, &key).await?;
            writer.append(&content).await?;
            writer.finish().await
        })
    };
    put(file).map_err(|err| err.to_string())?;
    let rates = compare(vec![
        Side::new(WRITING, FILE as f64, || {
            let id = Uuid::now_v7();
            let written = put(id).and_then(|_| runtime.block_on(vault.delete(id)));
            assert!(written.is_ok(), "writing refused");
        }),
        Side::new("read all", FILE as f64, || {
            let read = runtime.block_on(vault.read_range(file, &key, 0..FILE as u64));
            assert!(black_box(read).is_ok(), "reading refused");
        }),
    ]);
    report.table("a vault file of 64 MiB", "GB/s", 1e9, &rates);
    report.at_least("vault, writing, GB/s", rate_of(&rates, WRITING) / 1e9, 1.5);
    report.finish()
}

fn class_key() -> guitai::error::Result<ClassKey> {
    Ok(Keyring::from_root(RootKey::generate()?).generate_class_key("conversation", "2026-11", 1)?.0)
}

fn place(row: Uuid) -> Aad<'static> {
    Aad { table: "messages", column: "body", row }
}
