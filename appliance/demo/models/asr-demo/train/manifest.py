"""Writes manifest.toml beside a trained model: what it is, what it may be used for, and the SM3 digest of each file."""

import hashlib
import sys
from pathlib import Path

from safetensors import safe_open

import features

TEMPLATE = '''# Written by train/manifest.py; the program refuses a file whose size or digest differs.
schema = 1
name = "asr-demo"
version = "1"
family = "sanm-ctc"
languages = ["zh"]
sample_rate_hz = {rate}
licence = "Apache-2.0"
demo = true

[card]
zh = """
演示用声学模型，不代表真实准确率。
训练数据全部由 espeak-ng 合成：一个合成嗓音家族的 18 种变体、129 个银行通话句式、630 个汉字、约 9 小时 8 kHz 电话音质语音。
同句式、未见过的变体与句子上字错率 3.8 %；换一种说法字错率约 40 %；真人语音基本无法识别。
仅用于演示和测试，不得用于生产，也不得作为准确率对外展示。
"""
en = """
A demonstration acoustic model; it says nothing about real accuracy.
All training data is synthesised by espeak-ng: 18 variants of one synthetic voice family, 129 sentence templates of bank calls, 630 characters,
about 9 hours of telephone-quality speech at 8 kHz. Character error rate 3.8 % on held-out sentences of its own templates in voice
variants it never heard, about 40 % on sentences of new wording; human speech is mostly not recognised.
For demonstrations and tests only.
"""

[features]
mels = {mels}
frame_ms = 25
shift_ms = 10
preemphasis = {preemphasis}
low_hz = {low}
high_hz = {high}
stack = {stack}
stride = {stride}

[sanm]
width = {width}
heads = 4
inner = {inner}
blocks = {blocks}
tp_blocks = {tp_blocks}
kernel = {kernel}
encoder = "enc"
output = "out"
'''

FILE = '''
[[files]]
role = "{role}"
path = "{path}"
bytes = {bytes}
sm3 = "{sm3}"
'''


def main(directory):
    with safe_open(directory / "model.safetensors", "numpy") as weights:
        keys = set(weights.keys())
        shape = lambda key: weights.get_slice(key).get_shape()
        inner, width = shape("enc.encoders0.0.feed_forward.w_1.weight")
        kernel = shape("enc.encoders0.0.self_attn.fsmn_block.weight")[2]
    count = lambda stage: sum(k.startswith(f"enc.{stage}.") and k.endswith(".norm1.weight") for k in keys)
    text = TEMPLATE.format(
        rate=features.RATE, mels=features.MELS, preemphasis=features.PREEMPHASIS, low=features.LOW_HZ, high=features.HIGH_HZ,
        stack=features.STACK, stride=features.STRIDE, width=width, inner=inner, kernel=kernel,
        blocks=1 + count("encoders"), tp_blocks=count("tp_encoders"),
    )  # fmt: skip
    for role, name in [("weights", "model.safetensors"), ("tokens", "tokens.json")]:
        content = directory.joinpath(name).read_bytes()
        text += FILE.format(role=role, path=name, bytes=len(content), sm3=hashlib.new("sm3", content).hexdigest())
    directory.joinpath("manifest.toml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
