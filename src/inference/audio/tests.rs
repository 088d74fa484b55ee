use super::*;
use proptest::prelude::*;

/// A WAV file as a telephone recorder writes it.
fn wav(tag: u16, bits: u16, channels: u16, rate: u32, data: &[u8]) -> Vec<u8> {
    let mut format = Vec::new();
    for field in [tag, channels] {
        format.extend(field.to_le_bytes());
    }
    let align = channels * bits / 8;
    format.extend(rate.to_le_bytes());
    format.extend((rate * u32::from(align)).to_le_bytes());
    format.extend(align.to_le_bytes());
    format.extend(bits.to_le_bytes());
    container(&[(b"fmt ", &format), (b"LIST", b"odd"), (b"data", data)])
}

fn container(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WAVE".to_vec();
    for (id, data) in chunks {
        body.extend(*id);
        body.extend((data.len() as u32).to_le_bytes());
        body.extend(*data);
        body.extend(vec![0; data.len() % 2]);
    }
    [b"RIFF".as_slice(), &(body.len() as u32).to_le_bytes(), &body].concat()
}

fn pcm(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|s| s.to_le_bytes()).collect()
}

fn refusal(bytes: &[u8], rules: &WavRules) -> String {
    let error = decode_wav(bytes, rules).unwrap_err();
    assert_eq!(error.code(), ErrorCode::WavRefused);
    error.detail().to_owned()
}

#[test]
fn pcm_keeps_every_sample_and_its_channel() {
    let (info, audio) =
        decode_wav(&wav(1, 16, 2, 8000, &pcm(&[1, -1, 2, -2, i16::MAX, i16::MIN])), &WavRules::CALL).unwrap();
    assert_eq!(info, WavInfo { codec: WavCodec::Pcm16, sample_rate_hz: 8000, channels: 2, duration_ms: 0 });
    assert_eq!(audio.channels(), [vec![1, 2, i16::MAX], vec![-1, -2, i16::MIN]]);
}

#[test]
fn long_files_are_decoded_whole() {
    let samples: Vec<i16> = (0..40_002).map(|i| (i % 30_000) as i16).collect();
    let (info, audio) = decode_wav(&wav(1, 16, 2, 16_000, &pcm(&samples)), &WavRules::CALL).unwrap();
    assert_eq!((info.duration_ms, audio.frames(), audio.duration_ms()), (1250, 20_001, 1250));
    assert!(audio.channels()[1].iter().zip(samples.iter().skip(1).step_by(2)).all(|(a, b)| a == b));
}

/// Reference values of ITU-T G.711, tables 1a and 2a, scaled to 16 bits.
#[test]
fn g711_expands_as_the_standard_says() {
    let (_, a_law) = decode_wav(&wav(6, 8, 1, 8000, &[0xD5, 0x55, 0xAA, 0x2A]), &WavRules::SPEECH).unwrap();
    assert_eq!(a_law.channels(), [vec![8, -8, 32_256, -32_256]]);
    let (_, mu_law) = decode_wav(&wav(7, 8, 1, 8000, &[0xFF, 0x7F, 0x80, 0x00, 0xFE]), &WavRules::SPEECH).unwrap();
    assert_eq!(mu_law.channels(), [vec![0, 0, 32_124, -32_124, 8]]);
}

#[test]
fn extensible_headers_name_their_real_codec() {
    let mut format = vec![0; 40];
    format[..2].copy_from_slice(&0xFFFEu16.to_le_bytes());
    format[2] = 2;
    format[4..8].copy_from_slice(&8000u32.to_le_bytes());
    format[14] = 16;
    format[24] = 1;
    let file = container(&[(b"fmt ", &format), (b"data", &pcm(&[3, 4]))]);
    assert_eq!(decode_wav(&file, &WavRules::CALL).unwrap().1.channels(), [[3], [4]]);
}

#[test]
fn every_refusal_says_what_is_wrong() {
    let good = wav(1, 16, 2, 8000, &pcm(&[0; 64]));
    let short = WavRules { longest: Duration::from_secs(60), ..WavRules::CALL };
    let cases: &[(Vec<u8>, &str)] = &[
        (vec![], "empty"),
        (b"ID3\x04 not a wav file at all".to_vec(), "not a RIFF/WAVE"),
        (b"RIFF\0\0\0\0AVI LIST".to_vec(), "not a RIFF/WAVE"),
        (good[..good.len() - 1].to_vec(), "truncated: its header promises 128 bytes of audio, 127 are there"),
        (good[..30].to_vec(), "truncated inside its header"),
        (good[..40].to_vec(), "truncated"),
        (wav(1, 16, 2, 8000, &[0; 6]), "ends inside a sample"),
        (wav(1, 16, 2, 8000, &[]), "length is zero"),
        (wav(1, 16, 1, 8000, &[0; 64]), "mono"),
        (wav(1, 16, 6, 8000, &[0; 64]), "6 channels"),
        (wav(1, 16, 0, 8000, &[0; 64]), "0 channels"),
        (wav(1, 16, 2, 44_100, &[0; 64]), "44100 Hz"),
        (wav(1, 24, 2, 8000, &[0; 66]), "24-bit PCM"),
        (wav(3, 32, 2, 8000, &[0; 64]), "floating point"),
        (wav(0x31, 0, 1, 8000, &[0; 65]), "GSM 6.10"),
        (wav(7, 16, 2, 8000, &[0; 64]), "G.711 with 16 bits"),
        (wav(1, 16, 2, 8000, &vec![0; 61 * 32_000]), "1 minutes long; at most 1"),
        (container(&[(b"data", &[0; 8])]), "no 'fmt ' chunk"),
        (container(&[(b"fmt ", &[1, 0, 2]), (b"data", &[0; 8])]), "too short"),
        (container(&[(b"LIST", b"only")]), "no audio in it"),
    ];
    for (file, expected) in cases {
        let detail = refusal(file, &short);
        assert!(detail.contains(expected), "expected '{expected}', got '{detail}'");
    }
    assert!(decode_wav(&wav(1, 16, 1, 8000, &[0; 64]), &WavRules::SPEECH).is_ok());
}

proptest! {
    #[test]
    fn garbage_is_refused_and_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..60, with in any::<u8>()) {
        prop_assert!(decode_wav(&bytes, &WavRules::SPEECH).is_err());
        let mut damaged = wav(7, 8, 2, 8000, &[0x55; 32]);
        damaged[at] = with;
        if let Err(error) = decode_wav(&damaged, &WavRules::SPEECH) {
            prop_assert_eq!(error.code(), ErrorCode::WavRefused);
        }
    }
}
