"""Trains the demo acoustic model. Usage: train.py DATA_DIR OUT_DIR [--epochs N] [--threads N] [--limit CLIPS]

What made it work: the first epoch goes from short clips to long ones (a curriculum), the learning rate rises over 400 steps and falls
as a cosine, bands of features and of time are masked, and the level is shifted at random.
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_
from torch.nn.utils.rnn import pad_sequence

from features import MELS, STACK, features
from sanm import Recogniser

PEAK_RATE, WARM_UP, BATCH = 2e-3, 400, 16


def load(directory, split, limit=None):
    data = np.load(directory / (split + ".npz"))
    wav, offsets = data["wav"], data["offsets"]
    texts = directory.joinpath(split + ".txt").read_text(encoding="utf-8").split("\n")[:-1][:limit]
    clips = [torch.from_numpy(features(wav[offsets[i] : offsets[i + 1]])).half() for i in range(len(texts))]
    return clips, texts


def batch(clips, indices):
    rows = [clips[i].float() for i in indices]
    return pad_sequence(rows, batch_first=True), torch.tensor([len(r) for r in rows])


def augment(x, lengths, mean):
    """Masks a band of filters and a stretch of time with the mean, and shifts the level by up to 1 (about 4.3 dB)."""
    bands = mean.view(STACK, MELS)
    for row, length in zip(x, lengths):
        if random.random() < 0.6:
            width = random.randint(1, 6)
            first = random.randint(0, MELS - width)
            row.view(-1, STACK, MELS)[:, :, first : first + width] = bands[:, first : first + width]
        if random.random() < 0.5:
            width = random.randint(1, 3)
            first = random.randint(0, max(0, int(length) - width))
            row[first : first + width] = mean
    return x + random.uniform(-1, 1)


def distance(a, b):
    """Levenshtein distance."""
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a):
        current = [i + 1]
        for j, y in enumerate(b):
            current.append(min(previous[j] + (x != y), previous[j + 1] + 1, current[j] + 1))
        previous = current
    return previous[-1]


def error_rate(model, clips, texts, tokens):
    """Character error rate of the greedy reading."""
    model.eval()
    wrong = total = 0
    with torch.no_grad():
        for start in range(0, len(clips), 32):
            indices = range(start, min(start + 32, len(clips)))
            x, lengths = batch(clips, indices)
            best = model(x, lengths).argmax(-1)
            for row, i in enumerate(indices):
                kept = torch.unique_consecutive(best[row, : lengths[row]]).tolist()
                wrong += distance("".join(tokens[t] for t in kept if t), texts[i])
                total += len(texts[i])
    model.train()
    return wrong / total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--limit", type=int, help="train on this many clips only (a trial of the recipe, not a model)")
    parser.add_argument("--evaluate-only", action="store_true", help="measure the model that stands in OUT_DIR")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    random.seed(0)

    held_out, new_wording = load(args.data, "held_out"), load(args.data, "new_wording")
    if args.evaluate_only:
        tokens = json.loads(args.out.joinpath("tokens.json").read_text(encoding="utf-8"))
        stored = load_file(args.out / "model.safetensors")
        model = Recogniser(STACK * MELS, len(tokens))
        model.load_state_dict({k.removeprefix("cmvn."): v for k, v in stored.items()})
    else:
        clips, texts = load(args.data, "train", args.limit)
        tokens = ["<b>"] + sorted(set("".join(texts)))
        model = fit(args, clips, texts, tokens, held_out)
        args.out.mkdir(parents=True, exist_ok=True)
        save_file(model.tensors(), args.out / "model.safetensors")
        args.out.joinpath("tokens.json").write_text(json.dumps(tokens, ensure_ascii=False), encoding="utf-8")
    print(f"held-out sentences, unseen voices: CER {100 * error_rate(model, *held_out, tokens):.2f} %")
    print(f"new wording, unseen voices: CER {100 * error_rate(model, *new_wording, tokens):.2f} %")


def fit(args, clips, texts, tokens, held_out):
    every = torch.cat(clips[::20]).float()
    model = Recogniser(STACK * MELS, len(tokens))
    model.mean.copy_(every.mean(0))
    model.std.copy_(every.std(0))
    index = {token: i for i, token in enumerate(tokens)}
    order = sorted(range(len(clips)), key=lambda i: len(clips[i]))
    batches = [order[i : i + BATCH] for i in range(0, len(order) - BATCH + 1, BATCH)]
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=1e-3)
    steps, step, started = args.epochs * len(batches), 0, time.process_time()
    for epoch in range(args.epochs):
        if epoch:
            random.shuffle(batches)
        for indices in batches:
            rate = PEAK_RATE * min(1, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * step / steps)) + 1e-6
            for group in optimiser.param_groups:
                group["lr"] = rate
            x, lengths = batch(clips, indices)
            log_probs = model(augment(x, lengths, model.mean), lengths)
            targets = [torch.tensor([index[c] for c in texts[i]]) for i in indices]
            target_lengths = torch.tensor([len(t) for t in targets])
            loss = F.ctc_loss(log_probs.transpose(0, 1), torch.cat(targets), lengths, target_lengths, zero_infinity=True)
            optimiser.zero_grad()
            loss.backward()
            clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            step += 1
            if step % 100 == 0:
                print(f"step {step}/{steps} loss {loss.item():.3f}, {time.process_time() - started:.0f} CPU-s", flush=True)
        sample = (held_out[0][:200], held_out[1][:200])
        print(f"epoch {epoch + 1}: CER of 200 held-out {100 * error_rate(model, *sample, tokens):.2f} %", flush=True)
    return model


if __name__ == "__main__":
    main()
