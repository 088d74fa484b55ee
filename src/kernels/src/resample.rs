//! Conversion between the two sample rates of telephone and wide-band speech, 8 and 16 kHz.
//!
//! A half-band low-pass (windowed sinc, 63 taps, Blackman) in front of the decimation and behind the zero-stuffing. Its
//! pass band reaches 3.4 kHz, the upper edge of a telephone line (ITU-T G.712); what stands above 5 kHz folds back by less than
//! −56 dB.

/// Taps on either side of the centre one.
const HALF: usize = 31;

/// Keeps every second sample after removing what would fold back.
pub fn halve(samples: &[i16]) -> Vec<i16> {
    let taps = taps();
    let padded = padded(samples.iter().map(|&s| f32::from(s)));
    padded.windows(taps.len()).step_by(2).map(|window| to_pcm(dot(window, &taps))).collect()
}

/// Puts a sample between every two.
pub fn double(samples: &[i16]) -> Vec<i16> {
    let taps = taps();
    // The zeroes take half of the energy away; the factor of two gives it back.
    let padded = padded(samples.iter().flat_map(|&s| [2.0 * f32::from(s), 0.0]));
    padded.windows(taps.len()).map(|window| to_pcm(dot(window, &taps))).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn to_pcm(sample: f32) -> i16 {
    sample.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16
}

/// As many zeroes on either side as the filter reaches over.
fn padded(samples: impl Iterator<Item = f32>) -> Vec<f32> {
    let silence = || std::iter::repeat_n(0.0, HALF);
    silence().chain(samples).chain(silence()).collect()
}

fn taps() -> Vec<f32> {
    let count = 2 * HALF + 1;
    let raw: Vec<f64> = (0..count)
        .map(|i| {
            let x = (i as f64 - HALF as f64) / 2.0 * std::f64::consts::PI;
            let sinc = if i == HALF { 1.0 } else { x.sin() / x };
            let phase = 2.0 * std::f64::consts::PI * i as f64 / (count - 1) as f64;
            sinc * (0.42 - 0.5 * phase.cos() + 0.08 * (2.0 * phase).cos())
        })
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.into_iter().map(|t| (t / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f32, rate: f32, n: usize) -> Vec<i16> {
        (0..n).map(|i| ((2.0 * std::f32::consts::PI * hz / rate * i as f32).sin() * 10_000.0) as i16).collect()
    }

    /// Root mean square without the edges, where the filter runs into silence.
    fn level(samples: &[i16]) -> f64 {
        let inner = &samples[40..samples.len() - 40];
        (inner.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / inner.len() as f64).sqrt()
    }

    #[test]
    fn speech_band_passes_both_ways_and_keeps_its_time() {
        for hz in [300.0, 1000.0, 3000.0, 3400.0] {
            let down = halve(&tone(hz, 16_000.0, 4000));
            let up = double(&tone(hz, 8000.0, 2000));
            assert_eq!((down.len(), up.len()), (2000, 4000));
            let difference = |a: &[i16], b: &[i16]| {
                let d: Vec<i16> = a.iter().zip(b).map(|(x, y)| x.saturating_sub(*y)).collect();
                level(&d) / level(a)
            };
            assert!(difference(&down, &tone(hz, 8000.0, 2000)) < 0.06, "{hz} Hz down");
            assert!(difference(&up, &tone(hz, 16_000.0, 4000)) < 0.06, "{hz} Hz up");
        }
    }

    #[test]
    fn what_would_fold_back_is_gone() {
        assert!(level(&halve(&tone(5000.0, 16_000.0, 4000))) < 10.0);
        assert!(level(&halve(&tone(7000.0, 16_000.0, 4000))) < 10.0);
    }

    #[test]
    fn edges_are_safe() {
        assert!(halve(&[]).is_empty() && double(&[]).is_empty());
        assert_eq!((halve(&[5]).len(), double(&[5]).len()), (1, 2));
        assert!(double(&[i16::MAX; 64]).iter().all(|&s| s > -4000));
    }
}
