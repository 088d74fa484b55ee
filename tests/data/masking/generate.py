"""Writes held_out.jsonl: labelled Chinese sentences that the masker is tried on, and that nobody tunes it by.

Templates stand in positives.txt and negatives.txt, the making of values in values.py and impersonal.py. The same seed,
the same file.
What a label covers is said in README.md; the checks at the end hold the file to it.
"""

import collections
import json
import re
import unicodedata

from impersonal import FREE
from names import DOTTED, UNDOTTED
from values import HERE, MAKERS, gb11643, is_luhn, mended
from writing import R, reading

KINDS = "phone card account id_number name email address cvn password verification_code".split()
PER_SECTION = {"mixed": 210, "name": 170, "address": 150}
USUAL = 140
NEGATIVES = 1000

BEFORE = {
    "chat": [""] * 5
    + "请问有人吗？|客服在不在，|晚上好，|求助，|问一下，|哈喽，|Hello，|着急，|嗨，|小姐姐，|上班了吗？|补充下，|老师好，|有人在不 ".split("|"),
    "call": [""] * 4
    + "喂喂，听得到吗，|哈喽，|哎，|我跟你说啊，|额，|听到了，|嗯嗯，|哦，|唉，|那什么，|哎呀，|姑娘，|小伙子，|同志啊，|可以可以，|来，".split("|"),
}  # fmt: skip
AFTER = {
    "chat": ["", "", "", "", "", "。", "。", "，辛苦了", "，拜托了", "，挺急的", "，感谢", "，尽快回我", "，等回复"],
    "call": ["", "。", "。", "。", "，是的。", "，嗯。", "，麻烦你了。", "，辛苦你了。"],
}
# A clause of thanks does not follow a question, nor does an opening stand before a form's line.
CLOSED = tuple(
    "？ ！ 吗 怎么办 呢 吧 再见 谢谢 记一下 没有 对不对 可以 多少 哪 怎么改 怎么移交 怎么转账 怎么验证 怎么解 怎么操作 啊 不 不行 什么 "
    "是谁 为准".split()
)
MALE = re.compile("先生|大爷|师傅|老公|儿子|弟弟|自称|自己叫|大叔|叔叔|爸|父亲|前夫|外甥|外孙")
FEMALE = re.compile("女士|阿姨|老婆|妈|女儿|妹妹|小姑娘|小姐|太太|母亲|婆婆|我姐")

# Sentences


def choose(template):
    return re.sub(r"\[([^\]]*\|[^\]]*)\]", lambda m: R.choice(m[1].split("|")), template)


def sex_of(before, after):
    near = re.match(r"(先生|大爷|师傅|叔叔)|(女士|阿姨|小姐|太太)", after)
    if near:
        return "m" if near[1] else "f"
    near = before[-8:]
    return "m" if MALE.search(near) else "f" if FEMALE.search(near) or "小姑娘" in after else None


def lighten(literal, channel, inner):
    """Recognisers drop commas, and people type halves of them; what touches a value stays."""
    if len(literal) > 4 and inner:
        core = literal[1:-1]
        if channel == "call" and R.random() < 0.25:
            core = core.replace("，", "")
        if channel == "chat" and R.random() < 0.12:
            core = core.replace("，", R.choice((" ", ",")))
        return literal[0] + core + literal[-1]
    return literal


def sentence(template, channel):
    """Text, and spans as (kind, start, end, value)."""
    text, spans, said = "", [], {}
    opened = re.match(r"[{\[【C]|您|请|已|尊敬|.{0,8}[：:]|好的|嗯|不是|稍等|行，", template)
    # The bank's own people and its messages do not open or close like that.
    bank = re.search("您|请尽快|请备注|【|先生|女士|小姐|太太|回访记录|抄送|反映", template)
    if not opened and not bank:
        text += R.choice(BEFORE[channel])
    pieces = re.split(r"(\{\w+!?\}|<\w+>)", choose(template))
    for at, piece in enumerate(pieces):
        slot = piece[1:-1]
        if piece.startswith("{"):
            if slot.endswith("!"):
                value = mended(slot[:-1], said[slot[:-1]], channel)
            elif slot == "name":
                value = MAKERS["name"](channel, sex_of("".join(pieces[:at]), "".join(pieces[at + 1 :])))
            else:
                value = MAKERS[slot](channel)
            said[slot.rstrip("!")] = value
            spans.append((value.kind, len(text), len(text) + len(value.text), value))
            text += value.text
        elif piece.startswith("<"):
            text += FREE[slot](channel)
        else:
            text += lighten(piece, channel, True)
    if not template.endswith(CLOSED + ("】",)):
        short = bank or channel == "call" and not template.endswith("}")
        noted = ["，记下来了吧。"] * 2 if channel == "call" and re.search("{(phone|tel|addr|email)}$", template) else []
        text += R.choice(("", "。")) if short else R.choice(AFTER[channel] + noted)
    elif channel == "call":
        text += "？" if template.endswith(("吗", "吧", "没有", "对不对")) and R.random() < 0.5 else ""
    return text, spans


def sections(name):
    found = {}
    for line in (HERE / name).read_text("utf-8").splitlines():
        if line.startswith("## "):
            lines = found[line[3:]] = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


def positives():
    for title, templates in sections("positives.txt").items():
        about, channel = title.split()
        wanted, seen = PER_SECTION.get(about, USUAL), set()
        while len(seen) < wanted:
            R.shuffle(templates)
            for template in templates[: wanted - len(seen)]:
                text, spans = sentence(template, channel)
                if text not in seen:
                    seen.add(text)
                    yield template, text, spans


def negatives():
    lines = [line for group in sections("negatives.txt").values() for line in group]
    filled = [line for line in lines if re.search(r"<\w+>|\[", line)]
    seen = set()

    def fill(line):
        channel = R.choice(("chat", "call"))
        text = re.sub(r"<(\w+)>", lambda m: FREE[m[1]](channel), choose(line))
        return text + R.choice(("", "", "。", "？" if text.endswith("吗") else ""))

    rest = NEGATIVES - len(lines)
    for line in lines + [filled[i % len(filled)] for i in range(rest)]:
        text = fill(line)
        while text.rstrip("。？") in seen:
            text = fill(line)
        seen.add(text.rstrip("。？"))
        yield line, text, []


# Checks

# What the first set says or names, so that this one is not its echo.
FIRST_SET = (
    "张三|张小三|欧阳|阿卜杜拉|买买提|我的手机是|我的密码是|我的是|不要告诉别人|CVV2 是|转账 50000.00|400-820-8820|4008208820|会话 |起购|alice|"
    "@example|@139|朝阳区|建国路|深圳|南山区|呼和浩特|海东路|义乌|幸福小区|祥云县|E12345678"
).split("|")
NUMERIC = {"phone", "card", "account", "id_number", "cvn", "password", "verification_code"}
FIGURE = re.compile(r"[0-9０-９零〇一幺二三四五六七八九]")


def is_resident(number):
    shape = re.fullmatch(r"[1-8]\d{5}(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dX]", number)
    return bool(shape) and gb11643(number[:17]) == number[17]


def check(rows):
    texts = [row[1] for row in rows]
    assert len(set(texts)) == len(texts), [t for t, n in collections.Counter(texts).items() if n > 1][:5]
    for template, text, spans in rows:
        for needle in FIRST_SET:
            assert needle not in text, (needle, text)
        assert unicodedata.normalize("NFC", text) == text and "\n" not in text, text
        assert not re.search(r"[{}<>\[\]|]", text), text
        last = 0
        for kind, start, end, value in spans:
            covered = text[start:end]
            assert kind in KINDS and last <= start < end <= len(text) and covered == value.text, text
            assert covered == covered.strip(" ，、。-－—\u3000…"), (covered, text)
            last = end
            if kind in NUMERIC:
                for beside in text[:start][-1:] + text[end:][:1]:
                    assert not FIGURE.match(beside) and (kind == "cvn" or not (beside.isascii() and beside.isalnum())), text
            plain = value.plain
            if plain and kind in NUMERIC:
                assert reading(covered) == plain.upper(), (covered, plain, text)
            if kind == "card":
                assert is_luhn(value.raw) and 16 <= len(value.raw) <= 19, value
            if kind == "id_number" and len(value.raw) == 18:
                assert is_resident(value.raw), value
            if kind == "account":
                assert 12 <= len(value.raw) <= 21 and not is_luhn(value.raw), value
                assert not is_resident(value.raw), value
            if kind == "name":
                assert covered[0] != "张" and not re.search("先生|女士|阿姨|小姐|太太|叔叔|经理", covered), covered
            if kind == "address":
                assert FIGURE.search(covered.replace("十", "一")), covered
            if kind == "email":
                ending = unicodedata.normalize("NFKC", covered).lower()
                assert re.search("@|艾特|at|圈a", ending) and re.search("(com|cn|net)$", ending), covered
        if not spans:
            flat = unicodedata.normalize("NFKC", text)
            for number in re.findall(r"(?<!\d)\d{11,}(?!\d)", flat):
                assert not re.fullmatch(r"1[3-9]\d{9}", number), text
                assert not (16 <= len(number) <= 19 and is_luhn(number)), text
                assert not is_resident(number), text
            assert "@" not in flat, text
            for person in DOTTED + UNDOTTED:
                assert person not in text, text
    positive = collections.Counter(kind for row in rows for kind in {s[0] for s in row[2]})
    negative = sum(not row[2] for row in rows)
    spans = collections.Counter(span[0] for row in rows for span in row[2])
    assert all(spans[kind] >= 300 for kind in KINDS), spans
    assert negative >= 900 and len(rows) - negative >= 2000, (negative, len(rows))
    return positive, negative


def main():
    rows = [*positives(), *negatives()]
    unique = list({row[1]: row for row in rows}.values())
    R.shuffle(unique)
    positive, negative = check(unique)
    with open(HERE / "held_out.jsonl", "w", encoding="utf-8", newline="\n") as out:
        for n, (_, text, spans) in enumerate(unique, 1):
            labels = [{"kind": kind, "start": start, "end": end} for kind, start, end, _ in spans]
            out.write(json.dumps({"id": f"h{n:04}", "text": text, "spans": labels}, ensure_ascii=False) + "\n")
    spans = collections.Counter(s[0] for row in unique for s in row[2])
    groups = {line: title for title, lines in sections("negatives.txt").items() for line in lines}
    empty = collections.Counter(groups[row[0]] for row in unique if not row[2])
    landlines = sum(any(s[0] == "phone" and "-" in s[3].raw for s in row[2]) for row in unique)
    print(f"{len(unique)} sentences, {negative} without a span; {landlines} of those with a phone have a landline\n")
    for kind in KINDS:
        print(f"| `{kind}` | {positive[kind]} | {spans[kind]} | {len(unique) - positive[kind]} |")
    print()
    for title, n in empty.most_common():
        print(f"| {title} | {n} |")


if __name__ == "__main__":
    main()
