//! Root keys, class keys, derivation.

use crate::support::{Rig, assert_kind, failed, pid, wait_for};
use guitai_sdf::client::{DataKeyRef, Phase};
use guitai_sdf::config::KekMode;
use guitai_sdf::{ErrorKind, Root};
use std::collections::HashSet;
use std::fs;
use uuid::Uuid;

const SECRET: [u8; 16] = [0xd7; 16];

#[test]
fn a_wrapped_key_opens_on_every_device_and_for_its_place_only() {
    let rig = Rig::with_root(2);
    let client = rig.ready_client();
    let wrapped = client.wrap(b"conversation 2026-07", &SECRET).unwrap();
    assert_eq!(wrapped.len(), 82);
    assert_eq!(wrapped[..2], [1, 4]);
    assert_eq!(wrapped[2..18], *Uuid::from_u128(42).as_bytes());
    assert_eq!(client.roots(), [(Uuid::from_u128(42), 1)]);
    assert!(!wrapped.windows(16).any(|part| part == SECRET), "the secret stands in the wrapped key");
    assert_eq!(**client.unwrap(b"conversation 2026-07", &wrapped).unwrap(), SECRET);
    assert_kind(client.unwrap(b"conversation 2026-08", &wrapped), ErrorKind::Altered);
    for at in 0..wrapped.len() {
        let mut changed = wrapped.clone();
        changed[at] ^= 1;
        assert_kind(client.unwrap(b"conversation 2026-07", &changed), ErrorKind::Altered);
    }
    for length in [0, 1, 22, 34, 66, 81] {
        assert_kind(client.unwrap(b"conversation 2026-07", &wrapped[..length]), ErrorKind::Altered);
    }
    let longer = [wrapped.as_slice(), &[0]].concat();
    assert_kind(client.unwrap(b"conversation 2026-07", &longer), ErrorKind::Altered);
    assert_kind(client.unwrap(b"", &vec![0; 100_000]), ErrorKind::Altered);
    assert_kind(client.wrap(&vec![0; 100_000], &SECRET), ErrorKind::Malformed);
    assert!(client.state().iter().all(|device| device.starts == 1), "a forgery does not cost a device");

    rig.tell(0, "fail * 0x01000004");
    failed(&client, 0);
    assert_eq!(**client.unwrap(b"conversation 2026-07", &wrapped).unwrap(), SECRET, "by the second device");
}

#[test]
fn equal_secrets_look_different_and_random_bytes_do_not_repeat() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let wrapped: HashSet<_> = (0..20).map(|_| client.wrap(b"place", &SECRET).unwrap()).collect();
    assert_eq!(wrapped.len(), 20);
    let mut long = vec![0; 100_001];
    client.random(&mut long).unwrap();
    assert!(long.chunks(8).filter(|part| part.iter().all(|byte| *byte == 0)).count() == 0);
    client.random(&mut []).unwrap();
}

#[test]
fn derived_secrets_are_the_same_on_every_device_and_after_every_start() {
    let rig = Rig::with_root(2);
    let client = rig.ready_client();
    let (one, other) = (client.derive("keyring").unwrap(), client.derive("other").unwrap());
    assert_ne!(one, other);
    assert_eq!(client.derive("keyring").unwrap(), one);
    rig.tell(0, "fail * 0x01000004");
    failed(&client, 0);
    assert_eq!(client.derive("keyring").unwrap(), one, "by the second device");
    drop(client);
    rig.tell(0, "");
    assert_eq!(rig.ready_client().derive("keyring").unwrap(), one, "after a restart");
}

#[test]
fn what_a_library_can_do_changes_no_result() {
    let mut rig = Rig::with_root(1);
    let (wrapped, derived) = {
        let client = rig.ready_client();
        (client.wrap(b"place", &SECRET).unwrap(), client.derive("keyring").unwrap())
    };
    for poorer in ["no-ecb", "no-cbc", "ctr", "ctr\nhmac\nno-ecb", "missing SDF_ImportKey", "missing SDF_DestroyKey"] {
        rig.tell(0, poorer);
        rig.configs[0].device.chunk_bytes = 16;
        let client = rig.client();
        if poorer == "no-cbc" {
            // Nothing else is lost with CBC.
            rig.configs[0].device.chunk_bytes = 4096;
        }
        if poorer == "missing SDF_DestroyKey" {
            // A library that has the function and refuses it is another matter than one without it.
            assert_eq!(failed(&client, 0).kind, ErrorKind::Unsupported);
            continue;
        }
        client.wait_ready(crate::support::LIMIT).unwrap();
        assert_eq!(**client.unwrap(b"place", &wrapped).unwrap(), SECRET, "{poorer}");
        assert_eq!(client.derive("keyring").unwrap(), derived, "{poorer}");
    }
}

#[test]
fn a_device_that_wraps_in_cbc_is_used_as_well() {
    let mut rig = Rig::new(1);
    rig.tell(0, "cbc-kek\nno-ecb\nctr");
    let client = rig.client();
    failed(&client, 0);
    drop(client);
    rig.configs[0].device.kek_mode = KekMode::Cbc;
    let root = rig.make_root();
    assert!(root.to_text().contains(" cbc "));
    let client = rig.ready_client();
    let wrapped = client.wrap(b"place", &SECRET).unwrap();
    assert_eq!(**client.unwrap(b"place", &wrapped).unwrap(), SECRET);
}

#[test]
fn a_device_with_another_kek_is_refused() {
    let rig = Rig::with_root(2);
    fs::write(rig.device(1).join("kek-1.key"), "00112233445566778899aabbccddeeff").unwrap();
    let client = rig.client();
    let error = failed(&client, 1);
    assert_eq!(error.kind, ErrorKind::Altered, "{error}");
    assert!(error.detail.contains("another key at this index"), "{error}");
    client.wait_ready(crate::support::LIMIT).unwrap();
    client.wrap(b"place", &SECRET).unwrap();
}

#[test]
fn a_kek_that_changes_under_way_is_noticed() {
    let rig = Rig::with_root(2);
    let client = rig.ready_client();
    let first = pid(&client, 0);
    fs::write(rig.device(0).join("kek-1.key"), "00112233445566778899aabbccddeeff").unwrap();
    // The keys of open sessions are what they were; a new broker finds the other KEK.
    crate::support::kill(first);
    assert_eq!(failed(&client, 0).kind, ErrorKind::DeviceAway);
    wait_for("the self-test to find the other key", || failed(&client, 0).kind == ErrorKind::Altered);
    client.wrap(b"place", &SECRET).unwrap();
}

#[test]
fn changed_root_keys_are_refused() {
    let rig = Rig::with_root(1);
    let file = rig.path("root");
    let text = fs::read_to_string(&file).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    let swapped = {
        let mut words = words.clone();
        words.swap(5, 6);
        words.join(" ")
    };
    let other_version = text.replacen(" 1 1 ecb ", " 2 1 ecb ", 1);
    let other_index = text.replacen(" 1 1 ecb ", " 1 2 ecb ", 1);
    for (changed, kind) in [
        (swapped, ErrorKind::Altered),
        (other_version, ErrorKind::Altered),
        (other_index, ErrorKind::Device),
        (format!("{text}{text}"), ErrorKind::Malformed),
        (String::new(), ErrorKind::Malformed),
        ("guitai-device-root-1 x".to_owned(), ErrorKind::Malformed),
        ("x".repeat(10_000), ErrorKind::Malformed),
    ] {
        assert_ne!(changed, text);
        fs::write(&file, &changed).unwrap();
        assert_eq!(failed(&rig.client(), 0).kind, kind, "{changed}");
    }
}

#[test]
fn without_root_keys_only_they_can_be_made() {
    let rig = Rig::new(1);
    let client = rig.ready_client();
    assert_eq!(client.roots(), []);
    assert_kind(client.wrap(b"place", &SECRET), ErrorKind::NoRoot);
    assert_kind(client.unwrap(b"place", &[0; 82]), ErrorKind::NoRoot);
    assert_kind(client.derive("keyring"), ErrorKind::NoRoot);
    assert_kind(client.new_data_key(b"place"), ErrorKind::NoRoot);
    client.random(&mut [0; 8]).unwrap();
    let (one, other) = (client.create_root(Uuid::nil(), 1).unwrap(), client.create_root(Uuid::nil(), 1).unwrap());
    assert_ne!(one, other);
    assert_eq!(Root::parse(&one.to_text()).unwrap(), one);
}

#[test]
fn secrets_of_other_lengths_are_wrapped_as_well() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    for length in [16, 17, 32, 64] {
        let wrapped = client.wrap(b"place", &vec![7; length]).unwrap();
        assert_eq!(wrapped.len(), length + 66);
        assert_eq!(**client.unwrap(b"place", &wrapped).unwrap(), vec![7; length]);
    }
    for length in [0, 15, 65, 5_000] {
        assert_kind(client.wrap(b"place", &vec![7; length]), ErrorKind::Malformed);
    }
}

#[test]
fn the_root_rotates_to_another_kek_and_what_was_wrapped_before_still_opens() {
    let mut rig = Rig::with_root(2);
    let old = fs::read_to_string(rig.path("root")).unwrap();
    let (client, file) = (rig.ready_client(), rig.path("roots"));
    let wrapped = client.wrap(b"place", &SECRET).unwrap();
    let key = client.new_data_key(b"key").unwrap();
    drop(client);
    for (at, config) in rig.configs.iter_mut().enumerate() {
        fs::write(rig.folder.path().join(format!("device-{at}/kek-2.key")), "ffeeddccbbaa99887766554433221100")
            .unwrap();
        config.key_index = 2;
    }
    let next = rig.ready_client().create_root(Uuid::from_u128(42), 2).unwrap();
    assert_eq!(next.key_index, 2);
    fs::write(&file, format!("{old}{}", next.to_text())).unwrap();
    rig.configs.iter_mut().for_each(|config| config.root_file = Some(file.clone()));

    let client = rig.ready_client();
    assert_eq!(client.roots(), [(Uuid::from_u128(42), 1), (Uuid::from_u128(42), 2)]);
    let again = client.wrap(b"place", &client.unwrap(b"place", &wrapped).unwrap()).unwrap();
    assert_eq!(again[18..22], [0, 0, 0, 2]);
    let data_key = DataKeyRef { stored: &key, context: b"key" };
    let sealed = client.encrypt(data_key, b"", b"hello").unwrap();
    assert_eq!(**client.decrypt(data_key, b"", &sealed).unwrap(), *b"hello");
    let next_key = client.new_data_key(b"key").unwrap();
    drop(client);

    // The old one is given up.
    fs::write(&file, next.to_text()).unwrap();
    let client = rig.ready_client();
    assert_eq!(**client.unwrap(b"place", &again).unwrap(), SECRET);
    assert_kind(client.unwrap(b"place", &wrapped), ErrorKind::Altered);
    // A data key is under the KEK and not under the root: data made before is neither lost nor to be wrapped anew.
    assert_eq!(**client.decrypt(data_key, b"", &sealed).unwrap(), *b"hello");
    client.encrypt(data_key, b"", b"hello").unwrap();
    client.encrypt(DataKeyRef { stored: &next_key, ..data_key }, b"", b"hello").unwrap();
    drop(client);

    // With its KEK it ends, and the error says of what.
    for at in 0..2 {
        fs::write(rig.device(at).join("kek-1.key"), "00112233445566778899aabbccddeeff").unwrap();
    }
    let client = rig.ready_client();
    let error = assert_kind(client.decrypt(data_key, b"", &sealed), ErrorKind::Altered);
    assert!(error.detail.contains("another key-encryption key"), "{error}");
    client.encrypt(DataKeyRef { stored: &next_key, ..data_key }, b"", b"hello").unwrap();
}

#[test]
fn as_many_roots_as_a_file_may_have_are_loaded() {
    let mut rig = Rig::with_root(1);
    let file = rig.path("root");
    for version in 2..=4 {
        let next = rig.ready_client().create_root(Uuid::from_u128(42), version).unwrap();
        let mut roots = Root::read_all(&file).unwrap();
        roots.push(next);
        fs::write(&file, Root::file_text(&roots).unwrap()).unwrap();
    }
    rig.configs[0].device.sessions = 1;
    let client = rig.ready_client();
    assert_eq!(client.roots().len(), guitai_sdf::root::MOST_ROOTS);
    let fifth = client.create_root(Uuid::from_u128(42), 5).unwrap();
    let mut roots = Root::read_all(&file).unwrap();
    roots.push(fifth);
    assert_kind(Root::file_text(&roots), ErrorKind::Malformed);
    // Without the oldest there is room for it.
    roots.remove(0);
    fs::write(&file, Root::file_text(&roots).unwrap()).unwrap();
    drop(client);
    assert_eq!(rig.ready_client().roots().iter().map(|(_, version)| *version).collect::<Vec<_>>(), [2, 3, 4, 5]);
}

#[test]
fn a_root_file_that_changes_while_the_program_runs_is_named() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let next = client.create_root(Uuid::from_u128(42), 2).unwrap();
    let mut roots = Root::read_all(&rig.path("root")).unwrap();
    roots.push(next);
    fs::write(rig.path("root"), Root::file_text(&roots).unwrap()).unwrap();
    crate::support::kill(pid(&client, 0));
    wait_for("its new broker to be refused", || failed(&client, 0).kind == ErrorKind::Altered);
    assert!(failed(&client, 0).detail.contains("must be started anew"));
}

#[test]
fn keys_of_another_root_do_not_open() {
    let mut rig = Rig::with_root(1);
    let wrapped = rig.ready_client().wrap(b"place", &SECRET).unwrap();
    rig.configs[0].root_file = None;
    rig.make_root();
    // The same id and version, but other keys.
    let client = rig.ready_client();
    assert_kind(client.unwrap(b"place", &wrapped), ErrorKind::Altered);
    assert_eq!(client.state()[0].phase, Phase::Ready);
}
