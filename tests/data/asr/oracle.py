"""SANM-CTC in plain numpy, double precision: the second opinion for `src/inference/asr/sanm.rs`.

Written from the published description of the encoder, sharing no code with the program or with the training script.
"""

import numpy as np


def layer_norm(x, weight, bias):
    mean = x.mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-5) * weight + bias


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def positions(frames, depth):
    rate = np.exp(np.arange(depth // 2) * (-np.log(10000) / (depth / 2 - 1)))
    angle = np.arange(1, frames + 1)[:, None] * rate[None]
    return np.concatenate([np.sin(angle), np.cos(angle)], 1)


class Sanm:
    """`tensors` maps names to arrays, `encoder` and `output` are the two name prefixes."""

    def __init__(self, tensors, width, heads, blocks, tp_blocks, encoder="enc", output="out"):
        self.t = {k: np.asarray(v, dtype=np.float64) for k, v in tensors.items()}
        self.width, self.heads, self.blocks, self.tp_blocks = width, heads, blocks, tp_blocks
        self.encoder, self.output = encoder, output

    def linear(self, name, x):
        return x @ self.t[name + ".weight"].T + self.t[name + ".bias"]

    def norm(self, name, x):
        return layer_norm(x, self.t[name + ".weight"], self.t[name + ".bias"])

    def attention(self, name, x):
        q, k, v = np.split(self.linear(name + ".linear_q_k_v", x), 3, -1)
        weight = self.t[name + ".fsmn_block.weight"][:, 0, :]
        taps = weight.shape[1]
        left = (taps - 1) // 2
        padded = np.pad(v, ((left, taps - 1 - left), (0, 0)))
        memory = v + sum(padded[j : j + len(v)] * weight[:, j] for j in range(taps))
        size = self.width // self.heads
        out = np.empty_like(v)
        for h in range(self.heads):
            part = slice(h * size, (h + 1) * size)
            out[:, part] = softmax(q[:, part] @ k[:, part].T * size**-0.5) @ v[:, part]
        return self.linear(name + ".linear_out", out) + memory

    def layer(self, name, x):
        attended = self.attention(name + ".self_attn", self.norm(name + ".norm1", x))
        x = x + attended if attended.shape == x.shape else attended
        hidden = np.maximum(self.linear(name + ".feed_forward.w_1", self.norm(name + ".norm2", x)), 0)
        return x + self.linear(name + ".feed_forward.w_2", hidden)

    def __call__(self, x):
        """frames × inputs → frames × tokens, log probabilities."""
        e = self.encoder
        x = x * self.width**0.5 + positions(*x.shape)
        x = self.layer(f"{e}.encoders0.0", x)
        for i in range(self.blocks - 1):
            x = self.layer(f"{e}.encoders.{i}", x)
        x = self.norm(f"{e}.after_norm", x)
        for i in range(self.tp_blocks):
            x = self.layer(f"{e}.tp_encoders.{i}", x)
        return log_softmax(self.linear(self.output, self.norm(f"{e}.tp_norm", x)))
