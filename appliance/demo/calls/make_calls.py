"""Speaks the demonstration calls. Usage: make_calls.py [OUT_DIR] (needs espeak-ng, numpy and scipy).

Every call is a stereo recording at 8 kHz, the agent on the left channel and the customer on the right, with a line of idle noise on each.
The lines are of the closed domain that the demonstration model was trained on; the two voices are among its training voices. Beside
each recording stand its call detail record (`NAME.cdr.json`) and who said what when (`NAME.reference.json`).
"""

import json
import struct
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from scipy.signal import sosfilt

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "models/asr-demo/train"))
from speech import RATE, TELEPHONE_BAND, noise, speak  # noqa: E402

AGENT, CUSTOMER = 0, 1
ZONE = timezone(timedelta(hours=8))

# Lines are (speaker, text, pause before it in seconds). A negative pause interrupts.
CALLS = {
    # Everything as the rules want it: greeting with the agent's number, verification, solution, satisfaction, closing.
    "refund": {
        "codec": "mu-law",
        "started": datetime(2026, 11, 20, 9, 32, 14, tzinfo=ZONE),
        "caller": "13800000001",
        "agent_login": "agent1",
        "voices": [("+f2", 225, 55), ("+m3", 230, 45)],
        "lines": [
            (AGENT, "您好建设银行客服中心工号二零三五很高兴为您服务", 0.6),
            (CUSTOMER, "你好我的信用卡重复扣款", 0.7),
            (AGENT, "非常理解您的心情我马上为您处理", 0.5),
            (AGENT, "请您提供一下信用卡卡号后四位", 0.5),
            (CUSTOMER, "卡号后四位是六二八七", 0.8),
            (AGENT, "请问您的身份证号码后六位是多少", 0.6),
            (CUSTOMER, "身份证后六位是三零五二四八", 0.9),
            (AGENT, "李先生您好请您稍等我帮您查询一下", 0.6),
            (AGENT, "经核实三月五号确实多收了三百元", 2.4),
            (AGENT, "我们将在七个工作日内退回您的信用卡", 0.6),
            (CUSTOMER, "好的我知道了", 0.7),
            (AGENT, "还有其他可以帮您的吗", 0.6),
            (CUSTOMER, "没有了谢谢", 0.6),
            (AGENT, "请您对我的服务进行评价", 0.5),
            (AGENT, "感谢您的来电祝您生活愉快再见", 0.4),
        ],
    },
    # Breaks the rules: no greeting, no verification, a guaranteed return promised, fourteen seconds of silence,
    # "I cannot deal with it" for an answer, no closing.
    "wealth": {
        "codec": "a-law",
        "started": datetime(2026, 11, 20, 15, 8, 41, tzinfo=ZONE),
        "caller": "13800000002",
        "agent_login": "agent1",
        "voices": [("+f2", 235, 55), ("+m5", 225, 40)],
        "lines": [
            (AGENT, "喂你好听得到吗", 0.5),
            (CUSTOMER, "我想咨询一下理财产品的利率是多少", 0.6),
            (AGENT, "目前理财产品最低五万元起购", 0.7),
            (CUSTOMER, "这个产品保本吗", 0.6),
            (AGENT, "该产品保本保收益没有风险", 0.6),
            (CUSTOMER, "我想买十万元的理财产品", 0.8),
            (AGENT, "好的请您稍等", 0.5),
            (CUSTOMER, "喂你好听得到吗", 14.0),
            (AGENT, "产品期限是一百八十天到期后本金和收益自动到账", 0.6),
            (CUSTOMER, "我的理财产品可以提前支取吗", 0.6),
            (AGENT, "我不能处理", 0.7),
            (CUSTOMER, "你们的服务太慢了", 0.6),
            (AGENT, "那就这样吧", 0.5),
        ],
    },
    # A complaint, handled as it should be: it becomes a ticket.
    "complaint": {
        "codec": "pcm",
        "started": datetime(2026, 11, 20, 10, 47, 3, tzinfo=ZONE),
        "caller": "13800000003",
        "agent_login": "agent2",
        "voices": [("+m1", 235, 45), ("+f3", 225, 60)],
        "lines": [
            (AGENT, "您好我行客服中心工号一零二六很高兴为您服务", 0.4),
            (CUSTOMER, "我要投诉你们的服务太不负责任了", 0.5),
            (AGENT, "给您带来不便非常抱歉", 0.4),
            (CUSTOMER, "我打了六次电话都没有人处理", 0.5),
            (AGENT, "我会把您的问题反馈给相关部门", 0.4),
            (AGENT, "三个工作日内会有专员联系您", 0.4),
            (CUSTOMER, "好的谢谢你再见", 0.5),
            (AGENT, "感谢您的来电祝您生活愉快再见", 0.4),
        ],
    },
}


def trimmed(samples):
    """Without the silence that espeak-ng leaves at both ends, so that the reference times are those of the speech."""
    loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
    return samples[loud[0] : loud[-1] + 1]


def record(call, seed):
    """The two channels and the reference turns."""
    rng = np.random.default_rng(seed)
    turns, clips, at = [], [], 0.0
    for channel, text, pause in call["lines"]:
        voice, speed, pitch = call["voices"][channel]
        clip = trimmed(speak(text, voice, speed, pitch))
        clip *= 0.35 / np.abs(clip).max()
        start = at + pause
        at = start + len(clip) / RATE
        clips.append((channel, round(start * RATE), clip))
        turns.append({"channel": channel, "start_ms": round(start * 1000), "end_ms": round(at * 1000), "text": text})
    length = round((at + 0.6) * RATE)
    channels = np.zeros((2, length), dtype=np.float32)
    for channel, start, clip in clips:
        channels[channel, start : start + len(clip)] += clip
    for row in channels:
        # The idle noise of a good line: about −62 dB of full scale.
        row += noise(rng, length) * 8e-4
        row[:] = sosfilt(TELEPHONE_BAND, row)
    return (np.clip(channels, -1, 1) * 32767).astype(np.int16), turns


def mu_law(samples):
    """ITU-T G.711 µ-law, one byte per sample."""
    magnitude = np.minimum(np.abs(samples.astype(np.int32)), 32635) + 132
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    code = (segment << 4) | ((magnitude >> (segment + 3)) & 15)
    return (~np.where(samples < 0, code | 128, code) & 255).astype(np.uint8)


def a_law(samples):
    """ITU-T G.711 A-law, one byte per sample."""
    samples = samples.astype(np.int32)
    magnitude = np.where(samples < 0, -samples - 1, samples).clip(0, 32767)
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 7, 0)
    code = np.where(segment == 0, magnitude >> 4, (segment << 4) | ((magnitude >> (segment + 3)) & 15))
    return (np.where(samples < 0, code, code | 128) ^ 0x55).astype(np.uint8)


def wav(codec, channels):
    tag, width, code = {"pcm": (1, 2, lambda s: s.astype("<i2")), "a-law": (6, 1, a_law), "mu-law": (7, 1, mu_law)}[codec]
    data = code(channels.T.reshape(-1)).tobytes()
    format_chunk = struct.pack("<HHIIHH", tag, 2, RATE, RATE * 2 * width, 2 * width, 8 * width)
    if tag != 1:
        format_chunk += struct.pack("<H", 0)
    chunks = struct.pack("<4sI", b"fmt ", len(format_chunk)) + format_chunk
    if tag != 1:
        chunks += struct.pack("<4sII", b"fact", 4, channels.shape[1])
    chunks += struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks


def main(out):
    for seed, (name, call) in enumerate(CALLS.items()):
        channels, turns = record(call, seed)
        ended = call["started"] + timedelta(milliseconds=round(channels.shape[1] * 1000 / RATE))
        cdr = {
            "call_id": f"demo-{name}",
            "direction": "inbound",
            "started_at": call["started"].isoformat(),
            "ended_at": ended.isoformat(timespec="milliseconds"),
            "caller": call["caller"],
            "callee": "95500",
            "agent_login": call["agent_login"],
            "agent_channel": AGENT,
            "customer_channel": CUSTOMER,
        }
        content = wav(call["codec"], channels)
        out.joinpath(name + ".wav").write_bytes(content)
        for suffix, value in [(".cdr.json", cdr), (".reference.json", turns)]:
            text = json.dumps(value, ensure_ascii=False, indent=1)
            out.joinpath(name + suffix).write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {channels.shape[1] / RATE:.1f} s, {call['codec']}, {len(content) / 1024:.0f} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
