//! Bulk data under keys that stay in the device.

use crate::support::{Rig, assert_kind, failed};
use guitai_sdf::ErrorKind;
use guitai_sdf::client::DataKeyRef;
use guitai_sdf::config::HmacPlace;

fn text(length: usize) -> Vec<u8> {
    (0..length).map(|at| at as u8).collect()
}

#[test]
fn data_comes_back_and_nothing_else_opens() {
    let rig = Rig::with_root(2);
    let client = rig.ready_client();
    let stored = client.new_data_key(b"message 7").unwrap();
    let key = DataKeyRef { stored: &stored, context: b"message 7" };
    for length in [0, 1, 15, 16, 17, 4_096, 4_097, 70_000] {
        let sealed = client.encrypt(key, b"body", &text(length)).unwrap();
        assert_eq!(sealed.len(), length + 28);
        assert_eq!(**client.decrypt(key, b"body", &sealed).unwrap(), text(length));
    }
    let sealed = client.encrypt(key, b"body", b"hello").unwrap();
    assert_ne!(client.encrypt(key, b"body", b"hello").unwrap(), sealed);
    assert_kind(client.decrypt(key, b"subject", &sealed), ErrorKind::Altered);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_kind(client.decrypt(key, b"body", &changed), ErrorKind::Altered);
    }
    assert_kind(client.decrypt(key, b"body", &sealed[..27]), ErrorKind::Altered);
    assert_kind(client.decrypt(DataKeyRef { context: b"message 8", ..key }, b"body", &sealed), ErrorKind::Altered);
    for at in 0..stored.len() {
        let mut changed = stored.clone();
        changed[at] ^= 1;
        let error = client.decrypt(DataKeyRef { stored: &changed, ..key }, b"body", &sealed).unwrap_err();
        // Under an index at which there is no KEK the device refuses it before the check.
        let expected = if (3..=6).contains(&at) { ErrorKind::Device } else { ErrorKind::Altered };
        assert_eq!(error.kind, expected, "{at}: {error}");
    }
    assert!(client.state().iter().all(|device| device.starts == 1), "a forgery does not cost a device");
    assert_kind(client.encrypt(key, b"body", &vec![0; 1 << 20]), ErrorKind::Malformed);

    rig.tell(0, "fail * 0x01000004");
    failed(&client, 0);
    assert_eq!(**client.decrypt(key, b"body", &sealed).unwrap(), *b"hello", "by the second device");
}

#[test]
fn the_key_stream_is_the_same_whatever_the_library_offers() {
    let mut rig = Rig::with_root(1);
    let (stored, sealed) = {
        let client = rig.ready_client();
        let stored = client.new_data_key(b"place").unwrap();
        let key = DataKeyRef { stored: &stored, context: b"place" };
        let sealed = client.encrypt(key, b"body", &text(300)).unwrap();
        (stored, sealed)
    };
    for library in ["no-ecb", "no-cbc", "ctr", "ctr\nno-ecb\nhmac"] {
        rig.tell(0, library);
        rig.configs[0].device.chunk_bytes = 48;
        let client = rig.ready_client();
        let hello = client.state()[0].hello.clone().unwrap();
        assert_eq!(hello.ctr, library.contains("ctr"));
        let key = DataKeyRef { stored: &stored, context: b"place" };
        assert_eq!(**client.decrypt(key, b"body", &sealed).unwrap(), text(300), "{library}");
    }
}

#[test]
fn hmac_is_computed_in_the_device_where_it_can_be() {
    let mut rig = Rig::with_root(2);
    rig.configs[0].device.hmac = HmacPlace::Device;
    let client = rig.client();
    let error = failed(&client, 0);
    assert_eq!(error.kind, ErrorKind::Unsupported, "{error}");
    drop(client);

    rig.tell(0, "hmac");
    let client = rig.ready_client();
    let stored = client.new_data_key(b"place").unwrap();
    let key = DataKeyRef { stored: &stored, context: b"place" };
    let sealed = client.encrypt(key, b"body", &text(10_000)).unwrap();
    assert_eq!(**client.decrypt(key, b"body", &sealed).unwrap(), text(10_000));
    // The second device has no HMAC, and the key says that it needs one.
    rig.tell(0, "fail * 0x01000004");
    failed(&client, 0);
    assert_kind(client.decrypt(key, b"body", &sealed), ErrorKind::Unsupported);
}

#[test]
fn many_keys_do_not_fill_the_device() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let keys: Vec<_> = (0..30_u8).map(|at| (vec![at], client.new_data_key(&[at]).unwrap())).collect();
    let refer = |(context, stored): &'_ (Vec<u8>, Vec<u8>)| {
        let key = DataKeyRef { stored, context };
        client.encrypt(key, b"", context).map(|sealed| (context.clone(), stored.clone(), sealed)).unwrap()
    };
    let sealed: Vec<_> = keys.iter().map(refer).collect();
    for (context, stored, sealed) in sealed.iter().rev() {
        assert_eq!(**client.decrypt(DataKeyRef { stored, context }, b"", sealed).unwrap(), **context);
    }
}
