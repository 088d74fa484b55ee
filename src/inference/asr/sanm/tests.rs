//! Against the golden files of `tests/data/asr`, made by a numpy implementation that was itself compared with FunASR's.

use super::*;
use crate::inference::manifest::{Manifest, Role};
use guitai_kernels::fbank::{Fbank, FbankConfig, stack_frames};
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn golden(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(root().join("tests/data/asr").join(name)).unwrap()).unwrap()
}

fn matrix(value: &Value) -> Vec<Vec<f32>> {
    serde_json::from_value(value.clone()).unwrap()
}

fn size(value: &Value, name: &str) -> usize {
    value[name].as_u64().unwrap() as usize
}

/// The generator of `make_golden.py`.
fn numbers(count: usize, seed: u32) -> Vec<f64> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state) / 2f64.powi(31) - 1.0
        })
        .collect()
}

fn signal(count: usize) -> Vec<i16> {
    let noise = numbers(count, 1);
    (0..count)
        .map(|i| {
            let (t, pi) = (i as f64 / 8000.0, std::f64::consts::PI);
            let tone = |a: f64, hz: f64, f: f64| a * (2.0 * pi * hz * t).sin() * (pi * t * f).sin();
            let tones = tone(6000.0, 310.0, 1.7) + tone(3000.0, 930.0, 2.9) + tone(1500.0, 2400.0, 4.3);
            (tones + 300.0 * noise[i]).trunc() as i16
        })
        .collect()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}

fn demo_features() -> (Manifest, Vec<f32>) {
    let manifest = Manifest::read(&root().join("appliance/demo/models/asr-demo")).unwrap();
    let f = manifest.features;
    let fbank = Fbank::new(FbankConfig {
        sample_rate_hz: manifest.sample_rate_hz,
        mels: f.mels,
        frame_ms: f.frame_ms,
        shift_ms: f.shift_ms,
        preemphasis: f.preemphasis,
        low_hz: f.low_hz,
        high_hz: f.high_hz,
    });
    (manifest, fbank.unwrap().compute(&signal(8000)))
}

#[test]
fn features_are_those_the_model_was_trained_on() {
    let golden = golden("fbank.json");
    let first: Vec<i16> = serde_json::from_value(golden["first_samples"].clone()).unwrap();
    assert_eq!(signal(8), first, "the signal itself differs");
    let (_, features) = demo_features();
    assert_eq!(features.len(), size(&golden, "frames") * 40);
    let every_seventh: Vec<f32> = features.chunks(40).step_by(7).flatten().copied().collect();
    let difference = largest_difference(&every_seventh, &matrix(&golden["every_seventh_frame"]).concat());
    println!("fbank: largest difference {difference:.1e}");
    assert!(difference < 1e-3);
    let stacked = stack_frames(&features, 40, 7, 6);
    let mean = stacked.iter().sum::<f32>() / stacked.len() as f32;
    assert!((f64::from(mean) - golden["stacked_mean"].as_f64().unwrap()).abs() < 1e-3);
}

#[test]
fn demo_model_gives_the_reference_probabilities() {
    let golden = golden("demo_encoder.json");
    let (manifest, features) = demo_features();
    let weights = manifest.verified(&root().join("appliance/demo/models/asr-demo"), Role::Weights).unwrap();
    let tensors = tensors(weights).unwrap();
    let row = |name: &str| tensors.get(280, name).unwrap().to_vec1::<f32>().unwrap();
    let (mean, std) = (row("cmvn.mean"), row("cmvn.std"));
    let mut x = stack_frames(&features, 40, 7, 6);
    for row in x.chunks_mut(280) {
        row.iter_mut().zip(&mean).zip(&std).for_each(|((x, m), s)| *x = (*x - m) / s);
    }
    let encoder = Encoder::load(&manifest.sanm, 280, 631, &tensors).unwrap();
    let rows = encoder.log_probs(x).unwrap().to_vec2::<f32>().unwrap();
    let best: Vec<usize> = rows.iter().map(|r| (0..r.len()).max_by(|a, b| r[*a].total_cmp(&r[*b])).unwrap()).collect();
    assert_eq!(serde_json::json!(best), golden["best"]);
    let sampled: Vec<f32> = rows.iter().flat_map(|r| r.iter().step_by(20)).copied().collect();
    let difference = largest_difference(&sampled, &matrix(&golden["log_probs_every_20th_token"]).concat());
    println!("demo model: largest difference of a log probability {difference:.1e}");
    // Features in single precision move the input by up to 3e-4; the encoder adds about as much.
    assert!(difference < 2e-3);
}

#[test]
fn sensevoice_shape_agrees_to_four_places() {
    let golden = golden("sensevoice_shape.json");
    let [inputs, width, inner, blocks, tp_blocks, kernel, tokens, heads, frames] =
        ["inputs", "width", "inner", "blocks", "tp_blocks", "kernel", "tokens", "heads", "frames"]
            .map(|n| size(&golden, n));
    let config = manifest::Sanm {
        width,
        heads,
        inner,
        blocks,
        tp_blocks,
        kernel,
        encoder: "encoder".into(),
        output: "ctc.ctc_lo".into(),
    };
    let tensors = VarBuilder::from_tensors(generated(&config, inputs, tokens), DType::F32, &Device::Cpu);
    let encoder = Encoder::load(&config, inputs, tokens, &tensors).unwrap();
    let x: Vec<f32> = numbers(frames * inputs, 1000).into_iter().map(|v| v as f32).collect();
    let got = encoder.log_probs(x).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let difference = largest_difference(&got, &matrix(&golden["log_probs"]).concat());
    println!("SenseVoice shape: largest difference of a log probability {difference:.1e}");
    assert!(difference < 1e-4);
}

/// The tensors of `make_golden.py`, in its order.
fn generated(config: &manifest::Sanm, inputs: usize, tokens: usize) -> HashMap<String, Tensor> {
    let (width, inner) = (config.width, config.inner);
    let mut shapes: Vec<(String, Vec<usize>)> = Vec::new();
    let layer = |shapes: &mut Vec<(String, Vec<usize>)>, name: String, first: usize| {
        for (part, shape) in [
            ("norm1.weight", vec![first]),
            ("norm1.bias", vec![first]),
            ("self_attn.linear_q_k_v.weight", vec![3 * width, first]),
            ("self_attn.linear_q_k_v.bias", vec![3 * width]),
            ("self_attn.fsmn_block.weight", vec![width, 1, config.kernel]),
            ("self_attn.linear_out.weight", vec![width, width]),
            ("self_attn.linear_out.bias", vec![width]),
            ("norm2.weight", vec![width]),
            ("norm2.bias", vec![width]),
            ("feed_forward.w_1.weight", vec![inner, width]),
            ("feed_forward.w_1.bias", vec![inner]),
            ("feed_forward.w_2.weight", vec![width, inner]),
            ("feed_forward.w_2.bias", vec![width]),
        ] {
            shapes.push((format!("{name}.{part}"), shape));
        }
    };
    layer(&mut shapes, "encoder.encoders0.0".into(), inputs);
    for i in 0..config.blocks - 1 {
        layer(&mut shapes, format!("encoder.encoders.{i}"), width);
    }
    shapes.push(("encoder.after_norm.weight".into(), vec![width]));
    shapes.push(("encoder.after_norm.bias".into(), vec![width]));
    for i in 0..config.tp_blocks {
        layer(&mut shapes, format!("encoder.tp_encoders.{i}"), width);
    }
    shapes.push(("encoder.tp_norm.weight".into(), vec![width]));
    shapes.push(("encoder.tp_norm.bias".into(), vec![width]));
    shapes.push(("ctc.ctc_lo.weight".into(), vec![tokens, width]));
    shapes.push(("ctc.ctc_lo.bias".into(), vec![tokens]));
    shapes
        .into_iter()
        .zip(1..)
        .map(|((name, shape), seed)| {
            let norm = name.contains("norm") && name.ends_with("weight");
            let values = numbers(shape.iter().product(), seed);
            let values: Vec<f32> =
                values.into_iter().map(|v| (if norm { 1.0 + 0.1 * v } else { 0.2 * v }) as f32).collect();
            (name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
        })
        .collect()
}

#[test]
fn a_tensor_of_another_shape_is_named() {
    let config = manifest::Sanm {
        width: 8,
        heads: 2,
        inner: 8,
        blocks: 1,
        tp_blocks: 0,
        kernel: 3,
        encoder: "encoder".into(),
        output: "ctc.ctc_lo".into(),
    };
    let mut tensors = generated(&config, 8, 5);
    tensors.insert("encoder.encoders0.0.norm2.bias".into(), Tensor::zeros(9, DType::F32, &Device::Cpu).unwrap());
    let tensors = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let error = Encoder::load(&config, 8, 5, &tensors).err().unwrap().to_string();
    assert!(error.contains("norm2.bias"), "{error}");
    assert!(Encoder::load(&manifest::Sanm { heads: 3, ..config }, 8, 5, &tensors).is_err());
}
