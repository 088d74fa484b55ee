//! Devices that fail, hang, crash and come back.

use crate::support::{LIMIT, Rig, assert_kind, failed, kill, pid, signal, wait_for};
use guitai_sdf::ErrorKind;
use guitai_sdf::client::{ClientConfig, DataKeyRef, NOTICED_WITHIN, Phase};
use guitai_sdf::config::DeviceConfig;
use nix::sys::signal::Signal;
use sm2::dsa::signature::hazmat::PrehashVerifier as _;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const SECRET: [u8; 16] = [0xd7; 16];
/// What the control K5 grants.
const FAIL_OVER: Duration = Duration::from_secs(10);

#[test]
fn the_second_device_takes_over_and_the_first_comes_back() {
    let rig = Rig::with_root(2);
    let client = rig.ready_client();
    let wrapped = client.wrap(b"place", &SECRET).unwrap();
    for wrong in
        ["fail * 0x01000003", "hang *", "crash *", "hang SDF_Encrypt", "crash SDF_Encrypt", "wrong SDF_Encrypt"]
    {
        rig.tell(0, wrong);
        let started = Instant::now();
        assert_eq!(**client.unwrap(b"place", &wrapped).unwrap(), SECRET, "{wrong}");
        assert!(started.elapsed() < FAIL_OVER, "{wrong}: {:?}", started.elapsed());
        failed(&client, 0);
        assert_eq!(client.state()[1].starts, 1, "{wrong}: the second device is not touched");
        rig.tell(0, "");
        wait_for("the first device to come back", || client.state()[0].phase == Phase::Ready);
    }
}

#[test]
fn no_wrong_answer_gets_through_after_the_self_test() {
    let mut rig = Rig::with_root(2);
    // No probe comes first.
    rig.patience.probe_interval = Duration::from_secs(60);
    let client = rig.ready_client();
    let (wrapped, derived) = (client.wrap(b"place", &SECRET).unwrap(), client.derive("keyring").unwrap());
    let stored = client.new_data_key(b"key").unwrap();
    let key = DataKeyRef { stored: &stored, context: b"key" };
    let sealed = client.encrypt(key, b"body", b"hello").unwrap();
    let public = client.public_key().unwrap();
    let calls: [(&str, &dyn Fn()); 7] = [
        ("SDF_Encrypt", &|| assert_eq!(**client.unwrap(b"place", &wrapped).unwrap(), SECRET)),
        ("SDF_Encrypt", &|| {
            let wrapped = client.wrap(b"place", &SECRET).unwrap();
            wait_for("the first device to fail", || client.state()[0].phase == Phase::Failing);
            assert_eq!(**client.unwrap(b"place", &wrapped).unwrap(), SECRET);
        }),
        ("SDF_Encrypt", &|| assert_eq!(client.derive("keyring").unwrap(), derived)),
        ("SDF_Encrypt", &|| assert_eq!(**client.decrypt(key, b"body", &sealed).unwrap(), *b"hello")),
        ("SDF_Encrypt", &|| {
            let sealed = client.encrypt(key, b"body", b"again").unwrap();
            wait_for("the first device to fail", || client.state()[0].phase == Phase::Failing);
            assert_eq!(**client.decrypt(key, b"body", &sealed).unwrap(), *b"again");
        }),
        ("SDF_InternalSign_ECC", &|| {
            let signature = sm2::dsa::Signature::from_slice(&client.sign(&[7; 32]).unwrap()).unwrap();
            let key = sm2::dsa::VerifyingKey::from_sec1_bytes("1234567812345678", &public).unwrap();
            key.verify_prehash(&[7; 32], &signature).unwrap();
        }),
        ("SDF_GenerateRandom", &|| {
            let mut drawn = [0; 32];
            client.random(&mut drawn).unwrap();
            assert_ne!(drawn, [0; 32]);
        }),
    ];
    for (call, right) in calls {
        rig.tell(0, &format!("wrong {call}"));
        right();
        assert_eq!(failed(&client, 0).kind, ErrorKind::SelfTest, "{call}");
        rig.tell(0, "");
        wait_for("the first device to come back", || client.state()[0].phase == Phase::Ready);
    }
    assert_eq!(client.state()[1].starts, 1);
}

#[test]
fn a_device_that_nobody_asks_is_found_out_by_the_probe() {
    let rig = Rig::with_root(2);
    let client = rig.ready_client();
    rig.tell(1, "fail SDF_GenerateRandom 0x01000004");
    let error = failed(&client, 1);
    assert!(error.detail.contains("SDR_HARDFAIL"), "{error}");
    rig.tell(1, "");
    wait_for("the device to come back", || client.state()[1].phase == Phase::Ready);
    rig.tell(1, "hang SDF_Encrypt");
    let error = failed(&client, 1);
    assert_eq!(error.kind, ErrorKind::Timeout, "{error}");
}

/// Waits until the client says that no device is there, and says how long that took.
fn noticed(client: &guitai_sdf::Client, gone: Instant) -> Duration {
    wait_for("nobody to count on the devices", || client.ready().is_err());
    gone.elapsed()
}

#[test]
fn devices_that_hang_together_are_found_out_in_the_time_of_one() {
    let rig = Rig::with_root(4);
    let client = rig.ready_client();
    (0..4).for_each(|at| rig.tell(at, "hang *"));
    let took = noticed(&client, Instant::now());
    // One after the other they would take four seconds.
    let patience = &rig.patience;
    assert!(took < patience.probe_interval + patience.call_timeout + Duration::from_millis(1_000), "{took:?}");
}

#[test]
fn with_the_usual_patience_nobody_counts_on_devices_that_are_gone() {
    for gone in ["hang *", "hang SDF_Encrypt", "crash *", "fail * 0x01000003"] {
        let mut rig = Rig::with_root(2);
        rig.patience = ClientConfig::new(Vec::new());
        rig.configs.iter_mut().for_each(|config| config.device = usual(&config.device));
        let client = rig.ready_client();
        (0..2).for_each(|at| rig.tell(at, gone));
        let took = noticed(&client, Instant::now());
        assert!(took < NOTICED_WITHIN + Duration::from_millis(500), "{gone}: {took:?}");
    }
}

/// A device with the usual limits.
fn usual(device: &DeviceConfig) -> DeviceConfig {
    DeviceConfig {
        settings: device.settings.clone(),
        ..DeviceConfig::new(device.name.as_str(), device.library.as_path())
    }
}

#[test]
fn brokers_that_stand_still_as_a_whole_are_not_counted_on() {
    let rig = Rig::with_root(2);
    let client = rig.ready_client();
    (0..2).for_each(|at| signal(pid(&client, at), Signal::SIGSTOP));
    let took = noticed(&client, Instant::now());
    let patience = &rig.patience;
    // And the half second for which an answer is waited beyond its limit.
    assert!(took < patience.probe_interval + patience.call_timeout + Duration::from_millis(1_500), "{took:?}");
    client.wait_ready(LIMIT).unwrap();
}

#[test]
fn when_all_are_gone_callers_are_refused_in_time_and_nothing_stands_in() {
    let rig = Rig::with_root(2);
    let client = rig.ready_client();
    rig.tell(0, "hang *");
    rig.tell(1, "hang *");
    let started = Instant::now();
    let error = client.wrap(b"place", &SECRET).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::DeviceAway | ErrorKind::Timeout), "{error}");
    assert!(started.elapsed() < FAIL_OVER, "{:?}", started.elapsed());
    assert!(client.ready().is_err());
}

#[test]
fn once_all_have_been_gone_for_a_while_refusals_are_immediate() {
    let mut rig = Rig::with_root(2);
    rig.patience.give_up_after = Duration::from_secs(2);
    let client = rig.ready_client();
    rig.tell(0, "fail * 0x01000005");
    rig.tell(1, "crash SDF_OpenDevice\nfail * 0x01000003");
    wait_for("both to be given up", || {
        client.state().iter().all(|device| device.phase == Phase::Failing && device.since > Duration::from_secs(2))
    });
    let started = Instant::now();
    let error = assert_kind(client.random(&mut [0; 16]), ErrorKind::DeviceAway);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    assert!(error.detail.contains("SDR_OPENDEVICE"), "{error}");
    assert_eq!(client.ready().unwrap_err().kind, ErrorKind::DeviceAway);
    rig.tell(1, "");
    client.wait_ready(LIMIT).unwrap();
    client.random(&mut [0; 16]).unwrap();
}

#[test]
fn a_lost_session_is_opened_anew_without_anybody_noticing() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let wrapped = client.wrap(b"place", &SECRET).unwrap();
    for epoch in 1..4 {
        rig.tell(0, &format!("lost {epoch}"));
        assert_eq!(**client.unwrap(b"place", &wrapped).unwrap(), SECRET);
        client.sign(&[1; 32]).unwrap();
    }
    assert_eq!(client.state()[0].starts, 1);
}

#[test]
fn a_device_that_grants_few_sessions_is_used_with_few() {
    let mut rig = Rig::with_root(1);
    rig.configs[0].device.sessions = 8;
    rig.tell(0, "sessions 2");
    let client = rig.ready_client();
    thread::scope(|s| {
        for _ in 0..8 {
            s.spawn(|| (0..20).for_each(|_| drop(client.wrap(b"place", &SECRET).unwrap())));
        }
    });
    assert_eq!(client.state()[0].starts, 1);
}

#[test]
fn a_killed_broker_comes_back() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let wrapped = client.wrap(b"place", &SECRET).unwrap();
    for life in 1..4 {
        let first = pid(&client, 0);
        kill(first);
        assert_eq!(**client.unwrap(b"place", &wrapped).unwrap(), SECRET, "the call waits for the next broker");
        assert_ne!(pid(&client, 0), first);
        assert_eq!(client.state()[0].starts, life + 1);
    }
}

#[test]
fn many_threads_share_the_devices_while_one_fails_again_and_again() {
    let rig = Rig::with_root(2);
    let client = rig.ready_client();
    let (stop, done) = (AtomicBool::new(false), AtomicU32::new(0));
    thread::scope(|s| {
        for number in 0..16_u8 {
            let (client, stop, done) = (&client, &stop, &done);
            s.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let context = [number; 5];
                    let wrapped = client.wrap(&context, &[number; 16]).unwrap();
                    assert_eq!(**client.unwrap(&context, &wrapped).unwrap(), [number; 16]);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for _ in 0..3 {
            kill(pid(&client, 0));
            let before = done.load(Ordering::Relaxed);
            wait_for("work to go on", || done.load(Ordering::Relaxed) > before + 50);
            wait_for("the device to come back", || client.state()[0].phase == Phase::Ready);
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn an_open_device_is_closed_and_its_broker_ends_with_the_client() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let pid = pid(&client, 0);
    drop(client);
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    // A broker that hangs does not hold the program up.
    let client = rig.ready_client();
    rig.tell(0, "hang *");
    let started = Instant::now();
    drop(client);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn a_signal_to_the_whole_service_leaves_the_devices_to_the_program() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let pid = pid(&client, 0);
    for end in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        signal(pid, end);
    }
    client.wrap(b"place", &SECRET).unwrap();
    assert_eq!(client.state()[0].starts, 1);
    drop(client);
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn a_broker_that_hears_noise_ends() {
    let rig = Rig::with_root(1);
    let noises: [&[u8]; 4] = [b"GET / HTTP/1.1\r\n\r\n........", b"GTSD\x02", &[0; 24], &[0xff; 5_000]];
    for noise in noises {
        let command = rig.command(0, &rig.configs[0]);
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        ours.set_read_timeout(Some(LIMIT)).unwrap();
        let mut child = std::process::Command::new(command.program)
            .args(command.args)
            .stdin(OwnedFd::from(theirs))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        ours.write_all(noise).unwrap();
        ours.shutdown(std::net::Shutdown::Write).unwrap();
        // Whatever it says, it stops saying it.
        let _said = ours.read_to_end(&mut Vec::new());
        assert!(!child.wait().unwrap().success());
    }
}

#[test]
fn a_broker_lets_nobody_look_into_its_memory() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let pid = pid(&client, 0);
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    // What is not dumpable belongs to root, whoever runs it.
    use std::os::unix::fs::MetadataExt;
    assert_eq!(std::fs::metadata(format!("/proc/{pid}/mem")).unwrap().uid(), 0);
}

#[test]
fn nothing_secret_is_in_errors_or_debug_text() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let secret = *b"a secret of ours";
    let wrapped = client.wrap(b"place", &secret).unwrap();
    let mut texts = vec![format!("{client:?}"), format!("{:?}", client.state())];
    rig.tell(0, "fail SDF_Encrypt 0x0100000F");
    texts.push(format!("{:?}", client.wrap(b"place", &secret).unwrap_err()));
    texts.push(format!("{:?}", client.unwrap(b"place", &wrapped).unwrap_err()));
    texts.push(format!("{:?}", client.state()));
    let numbers = format!("{:?}", &secret[..4]).replace(['[', ']'], "");
    for text in texts {
        assert!(
            !text.contains("a secret") && !text.contains(&numbers) && !text.contains(crate::support::PIN),
            "{text}"
        );
        assert!(!text.contains(&hex::encode(&secret[..4])), "{text}");
    }
}

#[test]
fn a_client_needs_devices_with_names() {
    let rig = Rig::new(2);
    let mut config = rig.patience.clone();
    assert_kind(guitai_sdf::Client::start(config.clone()), ErrorKind::Malformed);
    let command = |name: &str| guitai_sdf::client::BrokerCommand {
        name: name.to_owned(),
        program: "/nonexistent/guitai".into(),
        args: Vec::new(),
    };
    config.devices = vec![command("a"), command("a")];
    assert_kind(guitai_sdf::Client::start(config.clone()), ErrorKind::Malformed);
    config.devices = vec![command("a")];
    let client = guitai_sdf::Client::start(config).unwrap();
    assert!(failed(&client, 0).detail.contains("/nonexistent/guitai"));
}
