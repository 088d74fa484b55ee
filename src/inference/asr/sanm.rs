//! The SANM encoder with a CTC output layer: self-attention with a memory filter, the shape of SenseVoiceSmall.
//!
//! Source: FunASR `sense_voice/model.py` (`SenseVoiceEncoderSmall`), whose tensor names are read as they are. One implementation for every
//! size: the bundled demonstration model (280 → 160, 4 + 1 blocks) and SenseVoiceSmall (560 → 512, 50 + 20). Differences from FunASR's
//! own output are below 1e-4 (`tests/data/asr`).
//!
//! One utterance at a time, so there is no padding and no mask: tensors are `frames × width`.

use crate::inference::manifest;
use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::{LayerNorm, Linear, Module, VarBuilder, layer_norm, linear, ops};

/// A loaded encoder.
pub struct Encoder {
    width: usize,
    inputs: usize,
    first: Layer,
    blocks: Vec<Layer>,
    after_norm: LayerNorm,
    tp_blocks: Vec<Layer>,
    tp_norm: LayerNorm,
    output: Linear,
}

impl Encoder {
    /// Takes the weights out of `tensors`; `inputs` is the width of a feature frame, `tokens` the size of the output layer.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape; the message names it.
    pub fn load(config: &manifest::Sanm, inputs: usize, tokens: usize, tensors: &VarBuilder<'_>) -> Result<Self> {
        let width = config.width;
        if config.heads == 0 || !width.is_multiple_of(config.heads) || config.blocks == 0 || inputs < 4 {
            candle_core::bail!("the encoder's width must be a multiple of its heads, and it needs at least one block");
        }
        let root = tensors.pp(&config.encoder);
        let layers = |name: &str, count: usize| -> Result<Vec<Layer>> {
            (0..count).map(|i| Layer::load(config, width, &root.pp(name).pp(i))).collect()
        };
        Ok(Self {
            width,
            inputs,
            first: Layer::load(config, inputs, &root.pp("encoders0").pp(0))?,
            blocks: layers("encoders", config.blocks - 1)?,
            after_norm: layer_norm(width, 1e-5, root.pp("after_norm"))?,
            tp_blocks: layers("tp_encoders", config.tp_blocks)?,
            tp_norm: layer_norm(width, 1e-5, root.pp("tp_norm"))?,
            output: linear(width, tokens, tensors.pp(&config.output))?,
        })
    }

    /// Normalised features (`frames × inputs`, row by row) → log probabilities of the tokens (`frames × tokens`).
    ///
    /// # Errors
    /// When the features are not a whole number of frames, or candle cannot do the arithmetic.
    pub fn log_probs(&self, features: Vec<f32>) -> Result<Tensor> {
        let frames = features.len() / self.inputs;
        let x = Tensor::from_vec(features, (frames, self.inputs), &Device::Cpu)?;
        let mut x = ((x * (self.width as f64).sqrt())? + positions(frames, self.inputs)?)?;
        x = self.first.forward(&x)?;
        for layer in &self.blocks {
            x = layer.forward(&x)?;
        }
        x = self.after_norm.forward(&x)?;
        for layer in &self.tp_blocks {
            x = layer.forward(&x)?;
        }
        ops::log_softmax(&self.output.forward(&self.tp_norm.forward(&x)?)?, D::Minus1)
    }
}

/// Sines in the first half of a row, cosines in the second; positions count from one.
fn positions(frames: usize, depth: usize) -> Result<Tensor> {
    let half = depth / 2;
    let step = -(10_000f64.ln()) / (half as f64 - 1.0);
    let rates: Vec<f64> = (0..half).map(|i| (i as f64 * step).exp()).collect();
    let rows = (1..=frames).flat_map(|position| {
        let angles = rates.iter().map(move |rate| position as f64 * rate);
        angles.clone().map(|a| a.sin() as f32).chain(angles.map(|a| a.cos() as f32))
    });
    Tensor::from_iter(rows.collect::<Vec<_>>(), &Device::Cpu)?.reshape((frames, 2 * half))
}

struct Layer {
    norm1: LayerNorm,
    attention: Attention,
    norm2: LayerNorm,
    widen: Linear,
    narrow: Linear,
    /// The first layer changes the width, so it has nothing to add its output to.
    residual: bool,
}

impl Layer {
    fn load(config: &manifest::Sanm, inputs: usize, tensors: &VarBuilder<'_>) -> Result<Self> {
        let feed_forward = tensors.pp("feed_forward");
        Ok(Self {
            norm1: layer_norm(inputs, 1e-5, tensors.pp("norm1"))?,
            attention: Attention::load(config, inputs, &tensors.pp("self_attn"))?,
            norm2: layer_norm(config.width, 1e-5, tensors.pp("norm2"))?,
            widen: linear(config.width, config.inner, feed_forward.pp("w_1"))?,
            narrow: linear(config.inner, config.width, feed_forward.pp("w_2"))?,
            residual: inputs == config.width,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let attended = self.attention.forward(&self.norm1.forward(x)?)?;
        let x = if self.residual { (x + attended)? } else { attended };
        let hidden = self.widen.forward(&self.norm2.forward(&x)?)?.relu()?;
        x + self.narrow.forward(&hidden)?
    }
}

struct Attention {
    heads: usize,
    width: usize,
    qkv: Linear,
    out: Linear,
    /// Taps of the memory filter, each a row of `width` weights: a depthwise convolution is a sum of shifted products.
    taps: Vec<Tensor>,
}

impl Attention {
    fn load(config: &manifest::Sanm, inputs: usize, tensors: &VarBuilder<'_>) -> Result<Self> {
        let (width, kernel) = (config.width, config.kernel);
        let memory = tensors.get((width, 1, kernel), "fsmn_block.weight")?;
        let taps = (0..kernel).map(|j| memory.narrow(2, j, 1)?.reshape((1, width))?.contiguous());
        Ok(Self {
            heads: config.heads,
            width,
            qkv: linear(inputs, 3 * width, tensors.pp("linear_q_k_v"))?,
            out: linear(width, width, tensors.pp("linear_out"))?,
            taps: taps.collect::<Result<_>>()?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let frames = x.dim(0)?;
        let qkv = self.qkv.forward(x)?;
        let part = |i: usize| qkv.narrow(1, i * self.width, self.width);
        let heads = |t: Tensor| t.reshape((frames, self.heads, self.width / self.heads))?.transpose(0, 1)?.contiguous();
        let value = part(2)?.contiguous()?;
        let memory = self.memory(&value)?;
        let (q, k, v) = (heads(part(0)?)?, heads(part(1)?)?, heads(value)?);
        let scale = ((self.width / self.heads) as f64).powf(-0.5);
        let weights = ops::softmax_last_dim(&(q * scale)?.matmul(&k.transpose(1, 2)?.contiguous()?)?)?;
        let mixed = weights.matmul(&v)?.transpose(0, 1)?.reshape((frames, self.width))?;
        self.out.forward(&mixed)? + memory
    }

    /// What the frames around carry over: a filter over time per column, plus the values themselves.
    fn memory(&self, value: &Tensor) -> Result<Tensor> {
        let frames = value.dim(0)?;
        let left = self.taps.len().saturating_sub(1) / 2;
        let padded = value.pad_with_zeros(0, left, self.taps.len().saturating_sub(1) - left)?;
        let mut sum = value.clone();
        for (j, tap) in self.taps.iter().enumerate() {
            sum = (sum + padded.narrow(0, j, frames)?.broadcast_mul(tap)?)?;
        }
        Ok(sum)
    }
}

/// Reads tensors out of a safetensors file held in memory.
///
/// # Errors
/// When the bytes are not such a file.
pub fn tensors(bytes: Vec<u8>) -> Result<VarBuilder<'static>> {
    VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu)
}

#[cfg(test)]
mod tests;
