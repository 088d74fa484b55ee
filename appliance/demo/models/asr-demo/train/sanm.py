"""SANM-CTC in torch: the encoder of SenseVoiceSmall (self-attention with an FSMN memory), here in a tiny size.

Tensor names are those of FunASR's `SenseVoiceEncoderSmall`, so that the program reads both through one loader. Shapes: (batch,
frames, features) in, (batch, frames, tokens) log probabilities out. Frames beyond a clip's length must not reach the others: they are
masked in the attention and zeroed before the memory.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, inputs, width, heads, kernel, dropout):
        super().__init__()
        self.heads, self.width, self.kernel = heads, width, kernel
        self.linear_q_k_v = nn.Linear(inputs, 3 * width)
        self.linear_out = nn.Linear(width, width)
        self.fsmn_block = nn.Conv1d(width, width, kernel, groups=width, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        batch, frames, _ = x.shape
        q, k, v = self.linear_q_k_v(x).chunk(3, -1)
        left = (self.kernel - 1) // 2
        kept = v * mask[..., None]
        memory = self.fsmn_block(F.pad(kept.transpose(1, 2), (left, self.kernel - 1 - left))).transpose(1, 2) + kept
        memory = self.dropout(memory) * mask[..., None]
        q, k, v = (t.view(batch, frames, self.heads, -1).transpose(1, 2) for t in (q, k, v))
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
        scores = scores.masked_fill(~mask[:, None, None, :].bool(), -math.inf)
        heads = self.dropout(scores.softmax(-1)) @ v
        return self.linear_out(heads.transpose(1, 2).reshape(batch, frames, self.width)) + memory


class FeedForward(nn.Module):
    def __init__(self, width, inner, dropout):
        super().__init__()
        self.w_1, self.w_2, self.dropout = nn.Linear(width, inner), nn.Linear(inner, width), nn.Dropout(dropout)

    def forward(self, x):
        return self.w_2(self.dropout(F.relu(self.w_1(x))))


class Layer(nn.Module):
    def __init__(self, inputs, width, heads, inner, kernel, dropout):
        super().__init__()
        self.residual = inputs == width
        self.norm1, self.norm2 = nn.LayerNorm(inputs), nn.LayerNorm(width)
        self.self_attn = Attention(inputs, width, heads, kernel, dropout)
        self.feed_forward = FeedForward(width, inner, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        attended = self.dropout(self.self_attn(self.norm1(x), mask))
        x = x + attended if self.residual else attended
        return x + self.dropout(self.feed_forward(self.norm2(x)))


def positions(frames, depth):
    """Sines in the first half, cosines in the second, counted from one."""
    rate = torch.exp(torch.arange(depth // 2) * (-math.log(10000) / (depth / 2 - 1)))
    angle = torch.arange(1, frames + 1)[:, None] * rate[None]
    return torch.cat([angle.sin(), angle.cos()], 1)


class Encoder(nn.Module):
    def __init__(self, inputs, width, heads, inner, blocks, tp_blocks, kernel, dropout):
        super().__init__()
        self.width = width
        self.encoders0 = nn.ModuleList([Layer(inputs, width, heads, inner, kernel, dropout)])
        self.encoders = nn.ModuleList(Layer(width, width, heads, inner, kernel, dropout) for _ in range(blocks - 1))
        self.tp_encoders = nn.ModuleList(Layer(width, width, heads, inner, kernel, dropout) for _ in range(tp_blocks))
        self.after_norm, self.tp_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        x = self.dropout(x * self.width**0.5 + positions(x.shape[1], x.shape[2]).to(x))
        for layer in [*self.encoders0, *self.encoders]:
            x = layer(x, mask)
        x = self.after_norm(x)
        for layer in self.tp_encoders:
            x = layer(x, mask)
        return self.tp_norm(x)


class Recogniser(nn.Module):
    """Normalisation, encoder and output layer."""

    def __init__(self, inputs, tokens, width=160, heads=4, blocks=4, tp_blocks=1, kernel=11, dropout=0.03):
        super().__init__()
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("std", torch.ones(inputs))
        self.enc = Encoder(inputs, width, heads, 3 * width, blocks, tp_blocks, kernel, dropout)
        self.out = nn.Linear(width, tokens)

    def forward(self, x, lengths):
        mask = (torch.arange(x.shape[1])[None] < lengths[:, None]).to(x)
        return self.out(self.enc((x - self.mean) / self.std, mask)).log_softmax(-1)

    def tensors(self):
        """What is written to model.safetensors."""
        named = {"cmvn.mean": self.mean, "cmvn.std": self.std}
        named.update((k, v) for k, v in self.state_dict().items() if k not in ("mean", "std"))
        return {k: v.detach().float().contiguous() for k, v in named.items()}
