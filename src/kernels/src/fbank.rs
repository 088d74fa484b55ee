//! Log mel filter-bank features as Kaldi computes them, and the frame stacking that FunASR's acoustic models expect.
//!
//! Source: Kaldi `feature-fbank.cc`, `feature-window.cc` and `mel-computations.cc` with `snip-edges=true`, `dither=0`,
//! `window-type=hamming`, `use-energy=false`; FunASR `wav_frontend.py` for the stacking ("low frame rate", LFR).
//! Samples are on the scale of 16-bit integers (−32768 … 32767), not −1 … 1: the trained normalisation assumes it.

use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// The smallest mel energy whose logarithm is taken: the machine epsilon of `f32`, as in Kaldi.
const ENERGY_FLOOR: f32 = f32::EPSILON;

/// What a feature extractor is built from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FbankConfig {
    pub sample_rate_hz: u32,
    /// Triangular mel filters per frame.
    pub mels: usize,
    pub frame_ms: u32,
    pub shift_ms: u32,
    pub preemphasis: f32,
    /// The lower edge of the first filter and the upper edge of the last, in hertz.
    pub low_hz: f32,
    pub high_hz: f32,
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadFbankConfig(pub &'static str);

impl std::fmt::Display for BadFbankConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BadFbankConfig {}

/// One triangular filter: its first FFT bin and the weights from there on.
struct Filter {
    first: usize,
    weights: Vec<f32>,
}

/// A feature extractor. Cheap to share; [`Fbank::compute`] keeps its scratch space on its own stack frame.
pub struct Fbank {
    window: Vec<f32>,
    shift: usize,
    preemphasis: f32,
    filters: Vec<Filter>,
    fft: Arc<dyn RealToComplex<f32>>,
}

impl Fbank {
    /// Prepares window, filters and FFT.
    ///
    /// # Errors
    /// When the configuration makes no sense: no filter, a frame shorter than its shift or than two samples, or filter edges
    /// outside 0 … half the sample rate.
    pub fn new(config: FbankConfig) -> Result<Self, BadFbankConfig> {
        let FbankConfig { sample_rate_hz, mels, frame_ms, shift_ms, preemphasis, low_hz, high_hz } = config;
        let frame = sample_rate_hz as usize * frame_ms as usize / 1000;
        let shift = sample_rate_hz as usize * shift_ms as usize / 1000;
        if mels == 0 || mels > 512 {
            return Err(BadFbankConfig("the number of mel filters must be 1 to 512"));
        }
        if shift == 0 || frame < 2 || frame < shift || frame > 1 << 16 {
            return Err(BadFbankConfig(
                "the frame must be at least as long as its shift, and both longer than a sample",
            ));
        }
        if !(low_hz >= 0.0 && low_hz < high_hz && high_hz <= sample_rate_hz as f32 / 2.0) {
            return Err(BadFbankConfig("the filter edges must lie between 0 Hz and half the sample rate"));
        }
        if !(0.0..=1.0).contains(&preemphasis) {
            return Err(BadFbankConfig("the pre-emphasis must lie between 0 and 1"));
        }
        let size = frame.next_power_of_two();
        let step = 2.0 * std::f64::consts::PI / (frame - 1) as f64;
        let window = (0..frame).map(|i| (0.54 - 0.46 * (step * i as f64).cos()) as f32).collect();
        let filters = filters(sample_rate_hz, mels, size, low_hz, high_hz);
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(size);
        Ok(Self { window, shift, preemphasis, filters, fft })
    }

    /// How many frames `samples` samples give: only whole frames count.
    pub fn frames(&self, samples: usize) -> usize {
        if samples < self.window.len() { 0 } else { (samples - self.window.len()) / self.shift + 1 }
    }

    /// How many values a frame has.
    pub fn mels(&self) -> usize {
        self.filters.len()
    }

    /// Natural logarithms of the mel energies, frame after frame: `frames × mels` values.
    pub fn compute(&self, samples: &[i16]) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.frames(samples.len()) * self.filters.len());
        let mut time = self.fft.make_input_vec();
        let mut spectrum = self.fft.make_output_vec();
        let mut scratch = self.fft.make_scratch_vec();
        let mut power = vec![0f32; spectrum.len()];
        for frame in samples.windows(self.window.len()).step_by(self.shift) {
            self.condition(frame, &mut time);
            if self.fft.process_with_scratch(&mut time, &mut spectrum, &mut scratch).is_err() {
                // The buffers were made by the same plan, so their lengths fit; there is no other way to fail.
                break;
            }
            for (p, c) in power.iter_mut().zip(&spectrum) {
                *p = c.norm_sqr();
            }
            out.extend(self.filters.iter().map(|filter| {
                let bins = power.iter().skip(filter.first);
                let energy: f32 = filter.weights.iter().zip(bins).map(|(w, p)| w * p).sum();
                energy.max(ENERGY_FLOOR).ln()
            }));
        }
        out
    }

    /// Removes the mean, emphasises, applies the window and pads with zeroes, in Kaldi's order.
    fn condition(&self, frame: &[i16], time: &mut [f32]) {
        let mean = frame.iter().map(|&s| f32::from(s)).sum::<f32>() / frame.len() as f32;
        // The first sample has no predecessor; Kaldi takes the sample itself.
        let mut previous = frame.first().map_or(0.0, |&s| f32::from(s) - mean);
        let mut slots = time.iter_mut();
        for ((&sample, w), slot) in frame.iter().zip(&self.window).zip(slots.by_ref()) {
            let sample = f32::from(sample) - mean;
            *slot = (sample - self.preemphasis * previous) * w;
            previous = sample;
        }
        slots.for_each(|slot| *slot = 0.0);
    }
}

/// The mel scale that Kaldi and HTK use.
fn mel(hz: f64) -> f64 {
    1127.0 * (1.0 + hz / 700.0).ln()
}

fn filters(sample_rate_hz: u32, mels: usize, size: usize, low_hz: f32, high_hz: f32) -> Vec<Filter> {
    let (low, high) = (mel(f64::from(low_hz)), mel(f64::from(high_hz)));
    let step = (high - low) / (mels + 1) as f64;
    let bin_hz = f64::from(sample_rate_hz) / size as f64;
    (0..mels)
        .map(|m| {
            let (left, centre, right) =
                (low + m as f64 * step, low + (m + 1) as f64 * step, low + (m + 2) as f64 * step);
            // The Nyquist bin carries no filter, as in Kaldi.
            let inside = |bin: &usize| {
                let x = mel(bin_hz * *bin as f64);
                left < x && x < right
            };
            let first = (0..size / 2).find(inside).unwrap_or(0);
            let weights = (first..size / 2)
                .take_while(inside)
                .map(|bin| {
                    let x = mel(bin_hz * bin as f64);
                    (if x <= centre { (x - left) / (centre - left) } else { (right - x) / (right - centre) }) as f32
                })
                .collect();
            Filter { first, weights }
        })
        .collect()
}

/// Stacks `stack` neighbouring frames into one and keeps every `stride`-th: FunASR's LFR. The first frame is repeated
/// `(stack − 1) / 2` times before the start and the last one as often as needed after the end. Gives
/// `⌈frames / stride⌉ × (stack · width)` values.
pub fn stack_frames(frames: &[f32], width: usize, stack: usize, stride: usize) -> Vec<f32> {
    if width == 0 || stack == 0 || stride == 0 {
        return Vec::new();
    }
    let rows: Vec<&[f32]> = frames.chunks_exact(width).collect();
    let Some(last) = rows.len().checked_sub(1) else { return Vec::new() };
    let mut out = Vec::with_capacity(rows.len().div_ceil(stride) * stack * width);
    for start in (0..rows.len()).step_by(stride) {
        for offset in 0..stack {
            let row = (start + offset).saturating_sub((stack - 1) / 2).min(last);
            if let Some(row) = rows.get(row) {
                out.extend_from_slice(row);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TELEPHONE: FbankConfig = FbankConfig {
        sample_rate_hz: 8000,
        mels: 40,
        frame_ms: 25,
        shift_ms: 10,
        preemphasis: 0.97,
        low_hz: 20.0,
        high_hz: 4000.0,
    };

    #[test]
    fn counts_only_whole_frames() {
        let fbank = Fbank::new(TELEPHONE).unwrap();
        for (samples, frames) in [(0, 0), (199, 0), (200, 1), (279, 1), (280, 2), (8000, 98)] {
            assert_eq!(fbank.frames(samples), frames);
            assert_eq!(fbank.compute(&vec![100; samples]).len(), frames * 40);
        }
    }

    #[test]
    fn a_tone_lights_the_filter_around_it() {
        let fbank = Fbank::new(TELEPHONE).unwrap();
        let tone: Vec<i16> =
            (0..200).map(|i| ((i as f32 * std::f32::consts::FRAC_PI_4).sin() * 8000.0) as i16).collect();
        let features = fbank.compute(&tone);
        let loudest = (0..40).max_by(|a, b| features[*a].total_cmp(&features[*b])).unwrap();
        // 1 kHz is 1000 mel; the filters stand about 51.6 mel apart from 31.7 on.
        assert_eq!(loudest, 18);
        assert!(features.iter().all(|f| f.is_finite()));
    }

    #[test]
    fn silence_is_the_floor_and_not_minus_infinity() {
        let features = Fbank::new(TELEPHONE).unwrap().compute(&[7; 400]);
        assert!(features.iter().all(|f| (*f - f32::EPSILON.ln()).abs() < 1e-6));
    }

    #[test]
    fn nonsense_is_refused() {
        let bad = |change: fn(&mut FbankConfig)| {
            let mut config = TELEPHONE;
            change(&mut config);
            assert!(Fbank::new(config).is_err(), "{config:?}");
        };
        bad(|c| c.mels = 0);
        bad(|c| c.shift_ms = 0);
        bad(|c| c.shift_ms = 30);
        bad(|c| c.high_hz = 4001.0);
        bad(|c| c.low_hz = f32::NAN);
        bad(|c| c.low_hz = 4000.0);
        bad(|c| c.preemphasis = 2.0);
    }

    #[test]
    fn stacking_repeats_the_edges() {
        let frames = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        assert_eq!(
            stack_frames(&frames, 1, 7, 6),
            [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 6.0, 7.0, 7.0, 7.0]
        );
        assert!(stack_frames(&[], 40, 7, 6).is_empty());
    }
}
