"""Ways in which people type digits in a chat, and in which speech recognition writes digits that were said.

The one source of chance is here too, since every choice below draws from it.
"""

import random
import re
import unicodedata
from dataclasses import dataclass

SEED = 7_340_519_286
R = random.Random(SEED)


@dataclass
class Value:
    kind: str
    text: str
    # What the text says once it is brought back to ASCII; empty where the speaker puts a part of it right.
    plain: str = ""
    raw: str = ""


def digits(n, first="0123456789"):
    return R.choice(first) + "".join(R.choice("0123456789") for _ in range(n - 1))


# Numerals

HAN = "零一二三四五六七八九"


def han(number, channel):
    """Digit by digit, as one reader would say or write the whole number."""
    table = dict(zip("0123456789", HAN))
    table["1"] = "幺" if R.random() < (0.65 if channel == "call" else 0.2) else "一"
    if R.random() < (0.05 if channel == "call" else 0.4):
        table["0"] = "〇"
    table["X"] = R.choice("叉叉叉XXx") if channel == "call" else "X"
    return "".join(table.get(c, c) for c in number)


def counted(n):
    """12 as 十二, 305 as 三百零五."""
    text, rest = "", n
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十")):
        digit, rest = divmod(rest, unit)
        if digit:
            text += HAN[digit] + sign
        elif text and not text.endswith("零") and rest:
            text += "零"
    text += HAN[rest] if rest or not text else ""
    return text[1:] if text.startswith("一十") else text


def wide(text):
    return "".join(chr(ord(c) + 0xFEE0) if c in "0123456789-X@." else c for c in text)


# Groups

# How many digits are written or said in one go.
GROUPS = {
    "phone": ([3, 4, 4], [3, 3, 5], [4, 3, 4], [3, 3, 3, 2], [3, 2, 3, 3], [3, 8], [3, 5, 3], [4, 4, 3], [3, 2, 2, 4]),
    "tel": ([4, 4], [8], [3, 2, 3], [2, 3, 3], [3, 5], [2, 2, 4]),
    "card": ([4, 4, 4, 4, 4], [4, 4, 4, 3, 4], [6, 3, 5, 5], [6, 6, 3, 4], [4, 8, 7], [5, 5, 5, 4], [6, 2, 4, 4, 3], [10, 9]),
    "id_number": ([6, 8, 4], [6, 4, 2, 2, 4], [3, 3, 4, 4, 4], [3, 3, 8, 4], [6, 4, 4, 2, 2], [10, 4, 4], [2, 2, 2, 4, 4, 4]),
    "account": ([4, 4, 4, 4, 4, 4], [4, 5, 5, 5, 5], [3, 5, 5, 4, 4], [2, 4, 4, 4, 4, 4], [6, 5, 5, 5], [3, 3, 4, 4, 4, 4]),
    "password": ([3, 3], [2, 2, 2], [4, 2]),
    "verification_code": ([3, 3], [2, 2, 2], [2, 4]),
    "cvn": ([3],),
}  # fmt: skip
SHORT = ("password", "verification_code", "cvn")
FILLERS = (
    "，额，|，完了是，|，接下来，|，接下来是，|，就是，|唔|，唔，|，这个，|，下面是，|，再来，|，哎，|，哦，|，我看看啊，|。|，跟着是，|，之后是，|哈|"
    "，下一段，|，下一组，|，稍等，|，还有，|嘛，|，咳，"
).split("|")
# Only before the last group.
CLOSERS = "，最后是，|，末了是，|，结尾，|，剩下的是，|，最后几位，|最后".split("|")
MENDS = "，呸，|，看岔了，|，更正，|，应该是，|，哎呀，|，重来，|，看花眼了，|，打住，|，看串了，|，记反了，|，刚那组不算，|，口误，".split("|")


def split(number, sizes):
    out = []
    while number:
        size = sizes.pop(0) if sizes else len(number)
        out.append(number[:size])
        number = number[size:]
    if len(out) > 1 and len(out[-1]) == 1:
        last = out.pop()
        out[-1] += last
    return out


def split_like(text, parts):
    return split(text, [len(p) for p in parts])


# Typed, and said


def write(kind, number, groups=None):
    """As typed in a chat."""
    parts = split(number, list(R.choice(GROUPS[groups or kind])))
    style = R.choices(
        ("plain", "parted", "wide", "wide parted", "han", "mixed", "ragged"), (36, 34, 9, 6, 6, 3, 6)
    )[0]
    if kind in SHORT:
        style = R.choices(("plain", "wide", "han", "parted"), (76, 8, 8, 8))[0]
    if groups and style == "mixed":
        style = "parted"
    if len(parts) == 1 and style in ("parted", "wide parted", "ragged", "mixed"):
        style = "plain"
    if style == "plain":
        return number
    if style == "parted":
        return R.choice(" " if kind in SHORT else " " * 8 + "-----" + ("." if kind == "phone" and len(parts) == 3 else "")).join(parts)
    if style == "wide":
        return wide(number)
    if style == "wide parted":
        return R.choice(("－", "\u3000", "-", " ", "，", "—")).join(map(wide, parts))
    if style == "han":
        said = han(number, "chat")
        return R.choice(("", "", " ", "-")).join([said] if R.random() < 0.5 else split_like(said, parts))
    if style == "mixed":
        said = split_like(han(number, "chat"), parts)
        odd = R.randrange(2)
        return R.choice(("", " ", "-")).join(s if i % 2 == odd else p for i, (p, s) in enumerate(zip(parts, said)))
    return "".join(p + R.choice((" ", "-", "  ", " - ")) for p in parts[:-1]) + parts[-1]


def say(kind, number, groups=None):
    """As speech recognition writes it: (text, whether it still reads as the number)."""
    parts = split(number, list(R.choice(GROUPS[groups or kind])))
    said = split_like(han(number, "call"), parts)
    style = R.choices(
        ("han", "commas", "spaces", "fillers", "figures", "figures parted", "mixed", "figures fillers"), (22, 18, 8, 22, 10, 6, 6, 8)
    )[0]
    runs = [m for m in re.finditer(r"(\d)\1{2,}", number) if len(m[0]) < 5]
    if runs and "figures" not in style and style != "mixed":
        m = R.choice(runs)
        many = "三四"[len(m[0]) - 3] + "个"
        whole = "".join(said)
        pieces = (whole[: m.start()], many + whole[m.start()], whole[m.end() :])
        return "，".join(p for p in pieces if p), True
    if style == "han":
        return "".join(said), True
    if style == "commas":
        return "，".join(said), True
    if style == "spaces":
        return " ".join(said), True
    if style == "figures":
        return number, True
    if style == "figures parted":
        return R.choice(("，", " ", "、")).join(parts), True
    if style == "mixed":
        return "".join(s if R.random() < 0.5 else p for p, s in zip(parts, said)), True
    base = parts if style == "figures fillers" else said
    if len(base) == 1:
        return base[0], True
    if len(number) > 10 and R.random() < 0.22:
        return put_right(base, style), False
    gaps = [R.choice(("，", "", "，")) for _ in base[1:]]
    for at in R.sample(range(len(gaps)), min(len(gaps), R.choice((1, 1, 2)))):
        gaps[at] = R.choice(CLOSERS if at == len(gaps) - 1 and R.random() < 0.35 else FILLERS)
    return base[0] + "".join(g + b for g, b in zip(gaps, base[1:])), True


def put_right(base, style):
    """A group put right or said twice belongs to the number."""
    at = R.randrange(1, len(base))
    if R.random() < 0.6:
        wrong = base[at][:-1] + R.choice([c for c in (HAN[1:] if style == "fillers" else "123456789") if c != base[at][-1]])
        return "，".join(base[:at]) + "，" + wrong + R.choice(MENDS) + "，".join(base[at:])
    return "，".join(base[:at] + [base[at - 1]] + base[at:])


def shown(kind, number, channel, groups=None):
    if channel == "chat":
        return Value(kind, write(kind, number, groups), number, number)
    text, reads = say(kind, number, groups)
    return Value(kind, text, number if reads else "", number)


# Read back

# What stands between the digits and holds a numeral itself.
COUNTING = [word.strip("，") for word in FILLERS + CLOSERS if re.search("[零一二三四五六七八九]", word)]
FORMS = dict(zip("零〇一幺二三四五六七八九叉艾", "001123456789XX"))


def reading(text):
    """Spoken or wide figures back to ASCII, without what stands between."""
    text = unicodedata.normalize("NFKC", text)
    for between in COUNTING:
        text = text.replace(between, "")
    text = re.sub("([三四])个(.)", lambda m: m[2] * (3 if m[1] == "三" else 4), text)
    return "".join(FORMS.get(c, c) for c in text.upper() if c in FORMS or c.isascii() and c.isalnum())
