use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::cdr::Cdr;
use super::manifest::{Facts, Manifest};
use super::model::{Direction, State};
use super::playback::AskedRange;
use super::waveform;
use crate::error::ErrorCode;
use crate::inference::PcmChannels;

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-21T09:00:00+08:00").unwrap().to_utc()
}

fn record() -> Value {
    json!({
        "call_id": "demo-refund:1.2_3", "direction": "inbound",
        "started_at": "2026-11-20T09:32:14+08:00", "ended_at": "2026-11-20T01:33:02.996Z",
        "caller": "13800000001", "callee": "95500", "agent_login": " Agent1 ", "agent_channel": 1, "customer_channel": 0,
    })
}

fn parse(record: &Value) -> crate::error::Result<Cdr> {
    Cdr::parse(record.to_string().as_bytes(), now())
}

#[test]
fn a_call_record_is_read_with_its_zone() {
    let cdr = parse(&record()).unwrap();
    assert_eq!((cdr.ended_at - cdr.started_at).num_milliseconds(), 48_996);
    assert_eq!((cdr.agent_channel, cdr.agent_login.as_str(), cdr.direction), (1, "agent1", Direction::Inbound));
    assert_eq!(cdr.customer_number(), Some("13800000001"));
    let mut outbound = record();
    outbound["direction"] = json!("outbound");
    assert_eq!(parse(&outbound).unwrap().customer_number(), Some("95500"));
    let mut withheld = record();
    withheld["caller"] = json!("anonymous");
    assert_eq!(parse(&withheld).unwrap().customer_number(), None);
}

#[test]
fn every_bad_field_is_named_and_its_value_is_not() {
    for (field, value, why) in [
        ("call_id", json!(""), "call_id"),
        ("call_id", json!("呼叫一"), "call_id"),
        ("call_id", json!("a".repeat(65)), "call_id"),
        ("call_id", json!("../../etc"), "call_id"),
        ("direction", json!("sideways"), "direction"),
        ("started_at", json!("2026-11-20 09:32:14"), "started_at"),
        ("started_at", json!("2026-11-20T09:32:14"), "started_at"),
        ("ended_at", json!("2026-11-20T09:32:14+08:00"), "not after started_at"),
        ("ended_at", json!("2026-11-21T12:00:00+08:00"), "future"),
        ("caller", json!("138-0000-0001"), "caller"),
        ("caller", json!("12"), "caller"),
        ("callee", json!(95500), "callee"),
        ("callee", json!("+"), "callee"),
        ("agent_login", json!(" "), "agent_login"),
        ("agent_channel", json!(0), "the same channel"),
        ("agent_channel", json!(2), "0 or 1"),
        ("agent_channel", json!(-1), "agent_channel"),
        ("secret_note", json!("x"), "secret_note: unknown field"),
    ] {
        let mut bad = record();
        bad[field] = value.clone();
        let refused = parse(&bad).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::CdrRefused);
        assert!(refused.detail().contains(why), "{field}: {}", refused.detail());
        if let Some(text) = value.as_str().filter(|t| t.len() > 1) {
            assert!(!refused.detail().contains(text), "{}", refused.detail());
        }
    }
    let mut missing = record();
    missing.as_object_mut().unwrap().remove("callee");
    assert_eq!(parse(&missing).unwrap_err().detail(), "callee: missing");
    for (bytes, why) in
        [(&b"{\"call_id\":"[..], "not JSON"), (b"", "not JSON"), (b"\xff\xfe", "not JSON"), (b"[]", "wrong type")]
    {
        assert!(Cdr::parse(bytes, now()).unwrap_err().detail().contains(why), "{bytes:?}");
    }
    let twice = record().to_string() + "{}";
    assert!(Cdr::parse(twice.as_bytes(), now()).unwrap_err().detail().contains("more after the end"));
}

#[test]
fn a_recording_is_as_long_as_its_call() {
    let cdr = parse(&record()).unwrap();
    let within = |ms| cdr.check_duration(ms, TimeDelta::seconds(2));
    for ms in [48_996, 46_996, 50_996] {
        within(ms).unwrap();
    }
    for ms in [0, 46_995, 50_997, u64::MAX] {
        assert_eq!(within(ms).unwrap_err().code(), ErrorCode::CdrRefused);
    }
    assert!(within(10_000).unwrap_err().detail().contains("48.9 s by its record, the recording has 10.0 s"));
}

#[test]
fn only_these_transitions_exist() {
    use State::{Failed, Imported, Transcribed, Transcribing};
    let all = [Imported, Transcribing, Transcribed, Failed];
    let count = all.iter().flat_map(|from| all.map(|to| from.to(to))).filter(Result::is_ok).count();
    assert_eq!(count, 6);
    assert!(Transcribed.to(Transcribing).is_err() && Imported.to(Transcribed).is_err());
    assert!(Transcribing.to(Transcribing).is_ok() && Failed.to(Transcribing).is_ok());
}

#[test]
fn the_signed_manifest_has_one_form() {
    let facts = Facts {
        recording_id: uuid::Uuid::from_u128(7),
        call_id: "c-1",
        direction: "inbound",
        started_at: now(),
        ended_at: now() + TimeDelta::microseconds(1_500),
        agent_channel: 0,
        caller_index: &[1; 2],
        callee_index: &[2; 2],
        codec: "a_law",
        sample_rate: 8_000,
        channels: 2,
        duration_ms: 1,
        bytes: 60,
        digest: &[3; 2],
    };
    let want = r#"{"format":"guitai.recording.v1","recording_id":"00000000-0000-0000-0000-000000000007","call_id":"c-1","direction":"inbound","started_at":"2026-11-21T01:00:00.000000Z","ended_at":"2026-11-21T01:00:00.001500Z","agent_channel":0,"caller_index":"0101","callee_index":"0202","codec":"a_law","sample_rate":8000,"channels":2,"duration_ms":1,"bytes":60,"digest_sm3":"0303"}"#;
    assert_eq!(String::from_utf8(Manifest::of(&facts).to_bytes().unwrap()).unwrap(), want);
}

#[test]
fn byte_ranges_are_those_of_the_rfc() {
    use AskedRange::{From, Suffix, Whole};
    for (header, want) in [
        ("bytes=0-", From(0, None)),
        ("bytes=10-19", From(10, Some(19))),
        (" bytes=5 - 6", From(5, Some(6))),
        ("bytes=-4", Suffix(4)),
        // What is not one range of bytes is answered with everything.
        ("bytes=6-5", Whole),
        ("bytes=0-1,3-4", Whole),
        ("bytes=-", Whole),
        ("items=0-1", Whole),
        ("bytes=a-", Whole),
    ] {
        assert_eq!(AskedRange::parse(header), want, "{header}");
    }
    assert_eq!(From(0, None).of(10).unwrap(), 0..10);
    assert_eq!(From(3, Some(5)).of(10).unwrap(), 3..6);
    assert_eq!(From(3, Some(u64::MAX)).of(10).unwrap(), 3..10);
    assert_eq!(Suffix(4).of(10).unwrap(), 6..10);
    assert_eq!(Suffix(40).of(10).unwrap(), 0..10);
    for asked in [From(10, None), From(10, Some(11)), Suffix(0)] {
        assert_eq!(asked.of(10).unwrap_err().code(), ErrorCode::RangeNotSatisfiable);
    }
}

#[test]
fn a_waveform_shows_the_loudest_sample_of_each_stretch() {
    let mut left = vec![0i16; 6_000];
    left[0] = 16_384;
    left[5_999] = i16::MIN;
    let peaks = waveform::peaks(&PcmChannels::new(8_000, vec![left, vec![0; 6_000]]).unwrap());
    assert_eq!((peaks[0].len(), peaks[0][0], peaks[0][1], peaks[0][599]), (600, 127, 0, 255));
    assert!(peaks[1].iter().all(|p| *p == 0));
    let few = waveform::scaled(&peaks[0], 3);
    assert_eq!(few, [0.498, 0.0, 1.0]);
    let short = waveform::peaks(&PcmChannels::new(8_000, vec![vec![1_000; 5]; 2]).unwrap());
    assert_eq!(short[0].len(), 5);
    assert_eq!(waveform::scaled(&short[0], 600).len(), 5);
    assert!(waveform::decode(&[], 2).is_err() && waveform::decode(&[1, 2, 3], 2).is_err());
}

proptest! {
    #[test]
    fn a_waveform_survives_and_keeps_its_greatest_peak(
        left in proptest::collection::vec(any::<i16>(), 1..2_000),
        buckets in 1usize..700,
    ) {
        let right = vec![0; left.len()];
        let loudest = left.iter().map(|s| s.unsigned_abs()).max().unwrap();
        let peaks = waveform::peaks(&PcmChannels::new(8_000, vec![left, right]).unwrap());
        let opened = waveform::decode(&waveform::encode(&peaks), 2).unwrap();
        prop_assert_eq!(&opened, &peaks);
        let scaled = waveform::scaled(&peaks[0], buckets);
        prop_assert!(scaled.len() <= buckets && scaled.iter().all(|p| (0.0..=1.0).contains(p)));
        let most = scaled.iter().copied().fold(0.0, f32::max);
        prop_assert!((most - f32::from(loudest) / 32_767.0).abs() < 0.006, "{most} {loudest}");
    }
}
