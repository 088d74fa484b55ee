//! The picture of a call: the loudest sample of each stretch, channel by channel. No I/O.

use crate::error::{ErrorCode, Result};
use crate::inference::PcmChannels;

/// Stretches that are kept of each channel: as many as a screen has room for.
pub const BUCKETS: usize = 600;

/// Peaks per channel, 0 = silence, 255 = full scale. A call of fewer samples than buckets has a bucket per sample.
pub fn peaks(audio: &PcmChannels) -> Vec<Vec<u8>> {
    let frames = audio.frames();
    let buckets = BUCKETS.min(frames);
    let bound = |i: usize| frames * i / buckets.max(1);
    let loudest = |samples: &[i16]| samples.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0);
    let of_channel = |channel: &Vec<i16>| -> Vec<u8> {
        let stretch = |i| channel.get(bound(i)..bound(i + 1)).unwrap_or_default();
        // 32,768, the magnitude of the most negative sample, becomes 255 like 32,767.
        (0..buckets).map(|i| u8::try_from((u32::from(loudest(stretch(i))) * 255) / 32_767).unwrap_or(u8::MAX)).collect()
    };
    audio.channels().iter().map(of_channel).collect()
}

/// One channel after the other, as it is sealed.
pub fn encode(channels: &[Vec<u8>]) -> Vec<u8> {
    channels.concat()
}

/// Takes what [`encode`] made of `channels` channels apart. `DataAltered` when it does not divide.
pub fn decode(bytes: &[u8], channels: usize) -> Result<Vec<Vec<u8>>> {
    if channels == 0 || bytes.is_empty() || !bytes.len().is_multiple_of(channels) {
        return Err(ErrorCode::DataAltered.because("waveform"));
    }
    Ok(bytes.chunks(bytes.len() / channels).map(<[u8]>::to_vec).collect())
}

/// The same picture in at most `buckets` stretches, peaks from 0 to 1.
pub fn scaled(peaks: &[u8], buckets: usize) -> Vec<f32> {
    let buckets = buckets.clamp(1, peaks.len().max(1));
    let bound = |i: usize| peaks.len() * i / buckets;
    let stretch = |i| peaks.get(bound(i)..bound(i + 1)).unwrap_or_default();
    let loudest = |i| stretch(i).iter().copied().max().unwrap_or(0);
    // Thousandths are more than a screen can show, and keep the answer short.
    (0..buckets).map(|i| (f32::from(loudest(i)) / 255.0 * 1_000.0).round() / 1_000.0).collect()
}
