"""Writes the golden files of this folder. Usage: make_golden.py (needs numpy and safetensors)."""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from oracle import Sanm

HERE = Path(__file__).parent
MODEL = HERE.parents[2] / "appliance/demo/models/asr-demo"
sys.path.insert(0, str(MODEL / "train"))
import features  # noqa: E402  (the reference front end lives with the training scripts)


def numbers(count, seed):
    """Numerical Recipes' 32-bit linear congruential generator, as −1 … 1. The tests have the same four lines in Rust."""
    out, state = np.empty(count), seed
    for i in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        out[i] = state / 2**31 - 1
    return out


def signal(count):
    """Noise under three swelling tones: something with structure that needs no file."""
    t = np.arange(count) / features.RATE
    tones = sum(a * np.sin(2 * np.pi * hz * t) * np.sin(np.pi * t * f) for a, hz, f in [(6000, 310, 1.7), (3000, 930, 2.9), (1500, 2400, 4.3)])
    return np.trunc(tones + 300 * numbers(count, 1)).astype(np.int16)


def rounded(array, digits):
    return [[round(float(v), digits) for v in row] for row in array]


def shapes(inputs, width, inner, blocks, tp_blocks, kernel, tokens):
    """Names and shapes of all tensors, in the order in which the generator's numbers fill them."""
    def layer(name, first):
        yield name + ".norm1.weight", (first,)
        yield name + ".norm1.bias", (first,)
        yield name + ".self_attn.linear_q_k_v.weight", (3 * width, first)
        yield name + ".self_attn.linear_q_k_v.bias", (3 * width,)
        yield name + ".self_attn.fsmn_block.weight", (width, 1, kernel)
        yield name + ".self_attn.linear_out.weight", (width, width)
        yield name + ".self_attn.linear_out.bias", (width,)
        yield name + ".norm2.weight", (width,)
        yield name + ".norm2.bias", (width,)
        yield name + ".feed_forward.w_1.weight", (inner, width)
        yield name + ".feed_forward.w_1.bias", (inner,)
        yield name + ".feed_forward.w_2.weight", (width, inner)
        yield name + ".feed_forward.w_2.bias", (width,)

    yield from layer("encoder.encoders0.0", inputs)
    for i in range(blocks - 1):
        yield from layer(f"encoder.encoders.{i}", width)
    yield "encoder.after_norm.weight", (width,)
    yield "encoder.after_norm.bias", (width,)
    for i in range(tp_blocks):
        yield from layer(f"encoder.tp_encoders.{i}", width)
    yield "encoder.tp_norm.weight", (width,)
    yield "encoder.tp_norm.bias", (width,)
    yield "ctc.ctc_lo.weight", (tokens, width)
    yield "ctc.ctc_lo.bias", (tokens,)


def write(name, value):
    HERE.joinpath(name).write_text(json.dumps(value) + "\n", encoding="utf-8")


def main():
    samples = signal(8000)
    fbank = features.fbank(samples)
    write("fbank.json", {
        "samples": len(samples), "first_samples": samples[:8].tolist(), "frames": len(fbank),
        "every_seventh_frame": rounded(fbank[::7], 5), "stacked_mean": round(float(features.stack(fbank).mean()), 6),
    })  # fmt: skip

    tensors = load_file(MODEL / "model.safetensors")
    x = (features.stack(fbank) - tensors["cmvn.mean"]) / tensors["cmvn.std"]
    log_probs = Sanm(tensors, width=160, heads=4, blocks=4, tp_blocks=1)(x)
    write("demo_encoder.json", {
        "frames": len(log_probs), "best": log_probs.argmax(1).tolist(), "log_probs_every_20th_token": rounded(log_probs[:, ::20], 5),
    })  # fmt: skip

    # The shape of SenseVoiceSmall (names, blocks, tp_blocks, uneven sizes), small enough to be filled by a generator.
    size = dict(inputs=80, width=64, inner=96, blocks=4, tp_blocks=2, kernel=11, tokens=50)
    tensors = {}
    for seed, (name, shape) in enumerate(shapes(**size)):
        values = numbers(int(np.prod(shape)), seed + 1).reshape(shape)
        tensors[name] = 1 + 0.1 * values if "norm" in name and name.endswith("weight") else 0.2 * values
    x = numbers(30 * size["inputs"], 1000).reshape(30, size["inputs"])
    model = Sanm(tensors, size["width"], 4, size["blocks"], size["tp_blocks"], "encoder", "ctc.ctc_lo")
    write("sensevoice_shape.json", {**size, "heads": 4, "frames": 30, "log_probs": rounded(model(x), 5)})


if __name__ == "__main__":
    main()
