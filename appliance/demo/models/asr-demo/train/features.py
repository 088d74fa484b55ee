"""The model's front end in numpy: Kaldi's log mel filter bank and FunASR's frame stacking.

The program computes the same in `src/kernels/src/fbank.rs`; `tests/data/asr` holds the two to each other.
"""

import math

import numpy as np

RATE, MELS, STACK, STRIDE = 8000, 40, 7, 6
FRAME, SHIFT, FFT = 200, 80, 256
PREEMPHASIS, LOW_HZ, HIGH_HZ = 0.97, 20.0, 4000.0
ENERGY_FLOOR = 1.1920929e-7
WINDOW = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(FRAME) / (FRAME - 1))


def mel(hz):
    return 1127 * math.log(1 + hz / 700)


def filter_bank():
    low, high = mel(LOW_HZ), mel(HIGH_HZ)
    step = (high - low) / (MELS + 1)
    bank = np.zeros((MELS, FFT // 2 + 1))
    for m in range(MELS):
        left, centre, right = low + m * step, low + (m + 1) * step, low + (m + 2) * step
        for i in range(FFT // 2):
            x = mel(i * RATE / FFT)
            if left < x < right:
                bank[m, i] = (x - left) / (centre - left) if x <= centre else (right - x) / (right - centre)
    return bank


BANK = filter_bank()


def fbank(samples):
    """Samples on the scale of 16-bit integers → frames × MELS natural logarithms."""
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(samples, dtype=np.float64), FRAME)[::SHIFT]
    frames = frames - frames.mean(1, keepdims=True)
    previous = np.concatenate([frames[:, :1], frames[:, :-1]], 1)
    power = np.abs(np.fft.rfft((frames - PREEMPHASIS * previous) * WINDOW, FFT)) ** 2
    return np.log(np.maximum(power @ BANK.T, ENERGY_FLOOR))


def stack(frames):
    """Seven neighbouring frames side by side, every sixth kept; the edge frames repeat."""
    starts = np.arange(0, len(frames), STRIDE)
    index = np.clip(starts[:, None] + np.arange(STACK)[None] - (STACK - 1) // 2, 0, len(frames) - 1)
    return frames[index].reshape(len(starts), STACK * MELS)


def features(samples):
    return stack(fbank(samples))
