"""Writes train.jsonl and check.jsonl of each set: labelled sentences for developing the masker. See README.md."""

import hashlib
import importlib.util
import json
import random
import re
import sys
from collections import Counter
from pathlib import Path

import spelling

HERE = Path(__file__).parent
# How often each pattern with personal data and each without is written.
SETS = {"first": (12, 2), "numbers": (6, 2), "people": (6, 2), "papers": (6, 2), "calls": (6, 2)}


def render(r, values, template):
    """The sentence and its labels."""
    text, spans = "", []
    for piece in re.split(r"(\{\w+\})", template):
        if not piece.startswith("{"):
            text += piece
            continue
        what = piece[1:-1]
        if what.startswith("_"):
            text += values.OTHERS[what[1:]](r)
            continue
        value = values.KINDS[what](r)
        spans.append({"kind": values.LABELS.get(what, what), "start": len(text), "end": len(text) + len(value)})
        text += value
    return text, spans


OPENINGS = ["你好，", "您好，", "麻烦问一下，", "喂，", "那个，", "嗯，", "请问", "不好意思，", "我想问下，", "哎，", "师傅，", "美女，", "客服你好，"]
CLOSINGS = ["。", "？", "！", "谢谢", "，谢谢", "，麻烦了", "，对吧", "啊", "呢", "，你帮我看看", "，急", "，可以吗", "。麻烦尽快处理", " 谢谢", "吧"]


def vary(r, template):
    """The same sentence opened or closed otherwise, or as speech recognition writes it, without punctuation."""
    if r.random() < 0.25:
        template = r.choice(OPENINGS) + template
    if r.random() < 0.35 and template[-1] not in "？。！":
        template += r.choice(CLOSINGS)
    how = r.random()
    if how < 0.15:
        template = re.sub("[，。？：；、]", "", template)
    elif how < 0.2:
        template = re.sub("[，。？：；、]", " ", template)
    elif how < 0.25:
        template = template.replace("，", ",").replace("：", ":")
    return template


def patterns(file, half):
    """The patterns of one half, by the hash of their text: the other half has none of them."""
    lines = [line for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [line for line in lines if hashlib.sha256(line.encode()).digest()[0] % 2 == half]


def load(folder):
    """The set's values.py as a package of its own name: it imports the files beside it (`from .names import name`), and no other set's."""
    spec = importlib.util.spec_from_file_location(f"values_of_{folder.name}", folder / "values.py", submodule_search_locations=[str(folder)])
    values = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(values)
    return values


def write(name, part, half):
    folder, r = HERE / name, random.Random(20261 + half)
    values, out, seen = load(folder), [], set()
    for file, times in zip(("positives.txt", "negatives.txt"), SETS[name]):
        for line in patterns(folder / file, half):
            for _ in range(times if "{" in line else 2):
                text, spans = render(r, values, vary(r, line))
                if text not in seen:
                    seen.add(text)
                    out.append({"id": len(out), "text": text, "spans": spans})
    lines = (json.dumps(row, ensure_ascii=False) for row in out)
    (folder / f"{part}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    print(name, part, len(out), dict(Counter(span["kind"] for row in out for span in row["spans"])))


# What people say between the pieces of a number and where they put one right, in words that are in no list of the rules,
# so that unforeseen words are measured. Whoever writes rules leaves them out of the lists.
UNFORESEEN = "这个嘛 哎呀 我瞧瞧 紧接着呢 你听着啊 没完呢 等我喘口气 是这样 马上 再下来 下一截 您别挂 跟上 听着 往下 接下去 完了再 您听 记着 走 咱继续 随后 随后是 之后 之后是 后半截 余下是 其后 最末是".split()
SLIPS = "念岔 瞎说了 不是这个 看串行了 眼花了 倒回去 前面作废 应当是 给改成 说快了 嘴瓢 哎哟不是 改口 收回 划掉 刚才那段不算 我眼花 不不是".split()


def write_unforeseen():
    folder, r = HERE / "numbers", random.Random(7)
    values, out = load(folder), []
    spelling.FILLERS[:], spelling.CORRECTIONS[:] = UNFORESEEN, SLIPS
    for line in patterns(folder / "positives.txt", 0) + patterns(folder / "positives.txt", 1):
        kinds = {values.LABELS.get(what, what) for what in re.findall(r"\{([a-z]\w*)\}", line)}
        if not kinds <= {"phone", "card", "account", "id_number"}:
            continue
        for _ in range(3):
            text, spans = render(r, values, vary(r, line))
            out.append({"id": len(out), "text": text, "spans": spans})
    lines = (json.dumps(row, ensure_ascii=False) for row in out)
    (folder / "unforeseen.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    print("unforeseen", len(out))


if __name__ == "__main__":
    for name in SETS:
        write(name, "train", 0)
        write(name, "check", 1)
    # Last, because it changes the words between the digits.
    write_unforeseen()
