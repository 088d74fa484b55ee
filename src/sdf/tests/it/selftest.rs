//! What a device must answer before it is used.

use crate::support::{LIMIT, Rig, failed, library};
use guitai_sdf::config::AlgorithmIds;
use guitai_sdf::{ErrorKind, client::Phase};
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_device_that_passes_says_what_it_is() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let state = &client.state()[0];
    let hello = state.hello.as_ref().unwrap();
    assert_eq!(hello.issuer, guitai_sdf_test_device::ISSUER);
    assert_eq!((hello.device.as_str(), hello.standard_version), ("test device", 2023));
    assert!(hello.ecb && !hello.ctr && !hello.hmac);
    assert_eq!((state.name.as_str(), state.starts, state.last_error.clone()), ("a", 1, None));
    assert_eq!(client.public_key().unwrap()[0], 4);
    client.ready().unwrap();
}

#[test]
fn every_wrong_answer_is_caught() {
    let rig = Rig::with_root(1);
    for wrong in [
        "wrong SDF_GenerateRandom",
        "wrong SDF_Encrypt",
        "short SDF_Encrypt",
        "long SDF_Encrypt",
        "wrong SDF_ImportKeyWithKEK",
        "short SDF_GenerateKeyWithKEK",
        "wrong SDF_ExportSignPublicKey_ECC",
        "wrong SDF_InternalSign_ECC",
        "missing SDF_ImportKey\nwrong SDF_GenerateKeyWithEPK_ECC",
        "missing SDF_ImportKey\nlong SDF_GenerateKeyWithEPK_ECC",
        "old-ids",
    ] {
        rig.tell(0, wrong);
        let client = rig.client();
        let error = failed(&client, 0);
        assert!(
            matches!(error.kind, ErrorKind::SelfTest | ErrorKind::Altered | ErrorKind::Device),
            "{wrong}: {:?} {error}",
            error.kind
        );
        assert!(client.ready().is_err());
        rig.tell(0, "");
        client.wait_ready(LIMIT).unwrap();
    }
}

#[test]
fn old_numbers_are_used_when_they_are_configured() {
    let mut rig = Rig::new(1);
    rig.tell(0, "old-ids");
    rig.configs[0].device.algorithm_ids = AlgorithmIds::Old;
    rig.ready_client();
}

#[test]
fn a_device_without_any_known_answer_is_refused() {
    let rig = Rig::new(1);
    rig.tell(0, "missing SDF_ImportKey\nmissing SDF_GenerateKeyWithEPK_ECC");
    let error = failed(&rig.client(), 0);
    assert!(error.detail.contains("known answers"), "{error}");
}

#[test]
fn errors_carry_the_name_of_the_standards_header() {
    let rig = Rig::new(1);
    for (code, name) in [
        ("0x01000004", "SDR_HARDFAIL"),
        ("0x01000008", "SDR_KEYNOTEXIST"),
        ("0x0100000A", "SDR_ALGMODNOTSUPPORT"),
        ("0x02345678", "a code of the vendor's own"),
    ] {
        rig.tell(0, &format!("fail SDF_GenerateKeyWithKEK {code}"));
        let error = failed(&rig.client(), 0);
        assert!(error.detail.contains(name) && error.detail.contains(code), "{error}");
        assert!(error.detail.contains("SDF_GenerateKeyWithKEK"), "{error}");
        assert_eq!(error.code, Some(u32::from_str_radix(code.trim_start_matches("0x"), 16).unwrap()));
    }
}

#[test]
fn a_library_that_is_none_is_named() {
    let mut rig = Rig::new(1);
    rig.configs[0].device.library = rig.path("absent.so");
    let error = failed(&rig.client(), 0);
    assert_eq!(error.kind, ErrorKind::Malformed);
    assert!(error.detail.contains("absent.so"), "{error}");
    // A library of another kind.
    std::fs::write(rig.path("other.so"), "not a library").unwrap();
    rig.configs[0].device.library = rig.path("other.so");
    assert_eq!(failed(&rig.client(), 0).kind, ErrorKind::Malformed);
    // One that anybody could have replaced.
    std::fs::copy(library(), rig.path("open.so")).unwrap();
    std::fs::set_permissions(rig.path("open.so"), std::fs::Permissions::from_mode(0o757)).unwrap();
    rig.configs[0].device.library = rig.path("open.so");
    assert!(failed(&rig.client(), 0).detail.contains("757"));
    // A relative path is never looked up along the system's own ways.
    rig.configs[0].device.library = "libc.so.6".into();
    assert!(failed(&rig.client(), 0).detail.contains("library: an absolute path"));
}

#[test]
fn a_library_that_looks_in_its_folder_runs_there() {
    let mut rig = Rig::new(1);
    rig.configs[0].device.working_dir = rig.configs[0].device.settings.take();
    rig.configs[0].device.library = library();
    assert_eq!(rig.ready_client().state()[0].phase, Phase::Ready);
}
