//! Signatures with a key pair in the device, and its PIN.

use crate::support::{LIMIT, PIN, Rig, assert_kind, failed, pin_attempts, wait_for};
use guitai_sdf::ErrorKind;
use guitai_sdf::client::Phase;
use sm2::dsa::signature::hazmat::PrehashVerifier as _;
use sm2::dsa::{Signature, VerifyingKey};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

#[test]
fn signatures_verify_with_another_implementation() {
    let rig = Rig::with_root(2);
    let client = rig.ready_client();
    let key = VerifyingKey::from_sec1_bytes("1234567812345678", &client.public_key().unwrap()).unwrap();
    for at in 0..5 {
        let digest = [at; 32];
        let signature = Signature::from_slice(&client.sign(&digest).unwrap()).unwrap();
        key.verify_prehash(&digest, &signature).unwrap();
        assert!(key.verify_prehash(&[99; 32], &signature).is_err());
    }
}

#[test]
fn a_wrong_pin_is_presented_once_and_then_left_alone() {
    let rig = Rig::with_root(2);
    fs::write(rig.device(0).join("pin-1"), "87654321").unwrap();
    let before = pin_attempts(&rig.device(0));
    let client = rig.client();
    wait_for("the device to be left alone", || client.state()[0].phase == Phase::Refused);
    client.wait_ready(LIMIT).unwrap();
    let error = failed(&client, 0);
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(error.detail.contains("SDR_PRKRERR") && !error.detail.contains(PIN), "{error}");
    // The second device works on, long enough for several restarts of the first.
    for _ in 0..200 {
        client.sign(&[1; 32]).unwrap();
    }
    assert_eq!(pin_attempts(&rig.device(0)), before + 1);
    assert_eq!(client.state()[0].starts, 1);

    // People set the device right and touch the PIN's file.
    fs::write(rig.device(0).join("pin-1"), PIN).unwrap();
    touch(&rig.path("pin"), 1);
    wait_for("the device to be ready", || client.state()[0].phase == Phase::Ready);
    assert_eq!(client.state()[1].starts, 1);
}

/// Gives the file another time of its last change.
fn touch(file: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    fs::File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
}

#[test]
fn a_corrected_pin_file_is_tried_once_for_each_correction() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    drop(client);
    fs::write(rig.device(0).join("pin-1"), "87654321").unwrap();
    let before = pin_attempts(&rig.device(0));
    let client = rig.client();
    wait_for("the device to be left alone", || client.state()[0].phase == Phase::Refused);
    // The wrong correction costs one attempt, and no more.
    fs::write(rig.path("pin"), "00000000\n").unwrap();
    wait_for("the correction to be tried", || pin_attempts(&rig.device(0)) == before + 2);
    // Long enough for it to be tried again, would it be.
    let (tried, again) = (Instant::now(), 3 * rig.patience.longest_restart_pause);
    wait_for("some time", || tried.elapsed() > again);
    assert_eq!((pin_attempts(&rig.device(0)), client.state()[0].phase), (before + 2, Phase::Refused));
    fs::write(rig.path("pin"), "87654321\n").unwrap();
    wait_for("the device to be ready", || client.state()[0].phase == Phase::Ready);
    client.sign(&[1; 32]).unwrap();
}

#[test]
fn a_pin_that_changes_while_the_program_runs_needs_no_restart() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    client.sign(&[1; 32]).unwrap();
    let before = pin_attempts(&rig.device(0));
    // Somebody changes the PIN of the key in the device; sessions that are opened from now on must present the new one.
    fs::write(rig.device(0).join("pin-1"), "87654321").unwrap();
    rig.tell(0, "lost 1");
    wait_for("signing to be refused", || client.sign(&[1; 32]).is_err_and(|e| e.kind == ErrorKind::Refused));
    // Side by side, in every session: one attempt.
    thread::scope(|s| {
        for _ in 0..8 {
            s.spawn(|| (0..10).for_each(|_| drop(assert_kind(client.sign(&[1; 32]), ErrorKind::Refused))));
        }
    });
    assert_eq!(pin_attempts(&rig.device(0)), before + 1);
    client.wrap(b"place", &[1; 16]).unwrap();
    fs::write(rig.path("pin"), "87654321\n").unwrap();
    client.sign(&[1; 32]).unwrap();
    assert_eq!(client.state()[0].starts, 1);
}

#[test]
fn when_every_device_refused_the_pin_callers_are_told_so_at_once() {
    let rig = Rig::with_root(1);
    fs::write(rig.device(0).join("pin-1"), "87654321").unwrap();
    let client = rig.client();
    assert_kind(client.wait_ready(LIMIT), ErrorKind::Refused);
    assert_kind(client.ready(), ErrorKind::Refused);
    assert_kind(client.sign(&[1; 32]), ErrorKind::Refused);
    assert_eq!(pin_attempts(&rig.device(0)), 2, "one of the rig, one of this test");
}

#[test]
fn a_pin_that_others_may_read_is_not_used() {
    let rig = Rig::new(1);
    fs::set_permissions(rig.path("pin"), fs::Permissions::from_mode(0o640)).unwrap();
    let error = failed(&rig.client(), 0);
    assert!(error.detail.contains("640"), "{error}");
    assert_eq!(pin_attempts(&rig.device(0)), 0);
}

#[test]
fn a_device_with_another_signing_key_is_refused() {
    let mut rig = Rig::with_root(2);
    let first = rig.ready_client().public_key();
    fs::remove_file(rig.device(1).join("sm2-1.key")).unwrap();
    guitai_sdf_test_device::keys::prepare(&rig.device(1)).unwrap();
    rig.patience.public_key = first;
    let client = rig.client();
    let error = failed(&client, 1);
    assert!(error.detail.contains("another signing key"), "{error}");
    client.wait_ready(LIMIT).unwrap();
    client.sign(&[1; 32]).unwrap();
}

#[test]
fn nothing_is_signed_without_a_key() {
    let mut rig = Rig::with_root(1);
    rig.configs[0].signing_key_index = None;
    rig.configs[0].pin_file = None;
    let client = rig.ready_client();
    assert_kind(client.sign(&[1; 32]), ErrorKind::Unsupported);
    assert_eq!(client.public_key(), None);
}
