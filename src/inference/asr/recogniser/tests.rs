use super::*;
use std::path::PathBuf;
use std::time::Duration;

fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("appliance/demo/models/asr-demo")
}

/// A copy of the model that a test may damage.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["manifest.toml", "model.safetensors", "tokens.json"] {
        std::fs::copy(model().join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn refusal(folder: &Path) -> String {
    let error = Recogniser::load(folder).err().unwrap();
    assert_eq!(error.code(), ErrorCode::ModelRefused);
    error.detail().to_owned()
}

fn edit(folder: &Path, from: &str, to: &str) {
    let path = folder.join("manifest.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_flipped_byte_is_named() {
    for name in ["model.safetensors", "tokens.json"] {
        let folder = copy();
        let path = folder.path().join(name);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let detail = refusal(folder.path());
        assert!(detail.contains(name) && detail.contains("altered"), "{detail}");
    }
}

#[test]
fn what_does_not_fit_the_manifest_is_refused() {
    let folder = copy();
    std::fs::write(folder.path().join("tokens.json"), "[]").unwrap();
    assert!(refusal(folder.path()).contains("tokens.json has 2 bytes"));

    let cases = [
        ("schema = 1", "schema = 2", "schema 2"),
        ("schema = 1", "schema = 1\nfuture = true", "unknown field"),
        ("path = \"tokens.json\"", "path = \"../tokens.json\"", "not in its folder"),
        ("role = \"tokens\"", "role = \"weights\"", "Tokens"),
        ("heads = 4", "heads = 3", "multiple"),
        ("inner = 480", "inner = 481", "w_1"),
        ("stride = 6", "stride = 0", "stride"),
        ("high_hz = 4000.0", "high_hz = 5000.0", "half the sample rate"),
    ];
    for (from, to, expected) in cases {
        let folder = copy();
        edit(folder.path(), from, to);
        let detail = refusal(folder.path());
        assert!(detail.contains(expected), "{to}: {detail}");
    }
    assert!(refusal(&model().join("nowhere")).contains("manifest.toml cannot be read"));
}

#[test]
fn a_transcript_names_its_model() {
    let recogniser = Recogniser::load(&model()).unwrap();
    let silence = PcmChannels::new(8000, vec![vec![0; 80_000]; 2]).unwrap();
    let transcript = recogniser.transcribe(&silence, &Control::default()).unwrap();
    assert!(transcript.segments.is_empty() && transcript.demo_model);
    assert_eq!((transcript.model.as_str(), transcript.model_digest.len()), ("asr-demo 1", 64));
}

#[test]
fn audio_of_any_shape_ends_in_a_result() {
    let recogniser = Recogniser::load(&model()).unwrap();
    let noise = |n: usize, step: u32| -> Vec<i16> {
        let mut state = 9u32;
        (0..n)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(step);
                (state >> 16) as i16
            })
            .collect()
    };
    for channels in [
        vec![vec![]],
        vec![vec![1]],
        vec![noise(199, 7)],
        vec![noise(1000, 3), noise(1000, 5)],
        vec![vec![i16::MIN; 16_000]],
    ] {
        let audio = PcmChannels::new(8000, channels).unwrap();
        recogniser.transcribe(&audio, &Control::default()).unwrap();
    }
    let song = PcmChannels::new(44_100, vec![noise(44_100, 7)]).unwrap();
    assert_eq!(recogniser.transcribe(&song, &Control::default()).unwrap_err().code(), ErrorCode::InvalidParameter);
}

#[test]
fn stops_when_it_is_told_to() {
    let recogniser = Recogniser::load(&model()).unwrap();
    let wav = std::fs::read(model().join("../../calls/complaint.wav")).unwrap();
    let (_, audio) = crate::inference::decode_wav(&wav, &crate::inference::WavRules::CALL).unwrap();
    let late = Control { deadline: Instant::now().checked_sub(Duration::from_millis(1)), ..Control::default() };
    let cancelled = Control { cancelled: true.into(), ..Control::default() };
    for control in [late, cancelled] {
        assert_eq!(recogniser.transcribe(&audio, &control).unwrap_err().code(), ErrorCode::EngineTimedOut);
    }
}
