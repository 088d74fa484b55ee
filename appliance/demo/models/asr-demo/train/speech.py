"""Telephone speech from text: espeak-ng, then noise, band limit and G.711, as a bank's recorder would have heard it.

The held-out set is spoken by voice variants and at speeds and pitches that training never used.
"""

import multiprocessing
import subprocess
import sys
from pathlib import Path

import numpy as np
from scipy.signal import butter, resample_poly, sosfilt

RATE = 8000
TRAINING_VOICES = " +m1 +m2 +m3 +m4 +m5 +m7 +f1 +f2 +f3 +Andy +steph +adam +anika +edward +linda +max +belinda".split(" ")
HELD_OUT_VOICES = "+m6 +f4 +m8 +f5 +Alex +Annie +david +aunty +michel +Denis".split()
TELEPHONE_BAND = butter(4, [250, 3500], "band", fs=RATE, output="sos")


def speak(text, variant, speed, pitch):
    """Speaks `text`; 8 kHz, −1 … 1. The voice is `cmn-latn-pinyin`: plain `cmn` reads the pinyin of its own dictionary as English."""
    command = ["espeak-ng", "-b", "1", "-v", "cmn-latn-pinyin" + variant, "-s", str(speed), "-p", str(pitch), "--stdout", text]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    samples = np.frombuffer(wav[44:], dtype="<i2").astype(np.float32) / 32768
    return resample_poly(samples, 160, 441).astype(np.float32)  # 22,050 Hz to 8,000 Hz


def noise(rng, count):
    """White noise, half of the time coloured by a random decay; unit variance."""
    samples = rng.standard_normal(count + 64).astype(np.float32)
    if rng.random() < 0.5:
        decay = np.exp(-np.arange(64) / rng.uniform(1, 12)).astype(np.float32)
        samples = np.convolve(samples, decay)[: count + 64]
    return samples[64 : 64 + count] / (samples.std() + 1e-9)


def through_mu_law(samples):
    """To 8 bits and back by the continuous µ-law curve."""
    mu = 255
    coded = np.sign(samples) * np.log1p(mu * np.abs(np.clip(samples, -1, 1))) / np.log1p(mu)
    coded = np.round((coded + 1) / 2 * 255) / 255 * 2 - 1
    return np.sign(coded) * ((1 + mu) ** np.abs(coded) - 1) / mu


def degrade(samples, rng, snr_db):
    """Random level and padding, noise at `snr_db` (None: none), and most of the time the telephone's band and companding."""
    samples = samples / (np.abs(samples).max() + 1e-6) * 10 ** (-rng.uniform(1, 20) / 20)
    samples = np.pad(samples, (int(rng.uniform(0.05, 0.4) * RATE), int(rng.uniform(0.05, 0.4) * RATE)))
    if snr_db is not None:
        level = np.sqrt((samples**2).mean() + 1e-9)
        samples = samples + noise(rng, len(samples)) * level * 10 ** (-snr_db / 20)
    if rng.random() < 0.7:
        samples = sosfilt(TELEPHONE_BAND, samples).astype(np.float32)
    if rng.random() < 0.7:
        samples = through_mu_law(samples)
    return (np.clip(samples, -1, 1) * 32767).astype(np.int16)


def utterance(job):
    """One clip; its random numbers depend on nothing but the sentence's place in its list."""
    index, text, split = job
    rng = np.random.default_rng(index * 7 + {"train": 1, "held_out": 2, "new_wording": 3}[split])
    if split == "train":
        voice, speed, pitch = TRAINING_VOICES[rng.integers(len(TRAINING_VOICES))], rng.integers(190, 300), rng.integers(20, 85)
    else:
        voice, speed, pitch = HELD_OUT_VOICES[rng.integers(len(HELD_OUT_VOICES))], rng.integers(180, 310), rng.integers(15, 90)
    snr_db = None if rng.random() < 0.3 else rng.uniform(8, 35)
    return index, degrade(speak(text, voice, int(speed), int(pitch)), rng, snr_db)


def synthesise(directory, split, processes):
    """Reads `split`.txt, writes `split`.npz: all samples end to end (`wav`) and where each clip starts (`offsets`)."""
    texts = directory.joinpath(split + ".txt").read_text(encoding="utf-8").split("\n")[:-1]
    clips = [None] * len(texts)
    with multiprocessing.Pool(processes) as pool:
        jobs = [(i, text, split) for i, text in enumerate(texts)]
        for index, clip in pool.imap_unordered(utterance, jobs, chunksize=16):
            clips[index] = clip
    np.savez(directory / (split + ".npz"), wav=np.concatenate(clips), offsets=np.cumsum([0] + [len(c) for c in clips]))
    seconds = sum(map(len, clips)) / RATE
    print(f"{split}: {len(texts)} clips, {seconds / 3600:.2f} h, {sum(map(len, texts)) / seconds:.2f} characters/s", flush=True)


if __name__ == "__main__":
    for split in ["held_out", "new_wording", "train"]:
        synthesise(Path(sys.argv[1]), split, int(sys.argv[2]))
