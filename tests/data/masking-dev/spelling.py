"""Ways in which people type and say digits, letter by letter and in groups."""

from random import Random

from common import NUMERALS, digits, full_width

PLAIN = "0123456789"
HAN = NUMERALS
HAN_YAO = "零幺二三四五六七八九"
HAN_RING = "〇一二三四五六七八九"
RADIO = "洞幺两三四五六拐八九"
RADIO_HOOK = "洞幺两三四五六拐八勾"
HAN_FORMAL = "零壹贰叁肆伍陆柒捌玖"
# Without what only a few say; SPOKEN has that as well.
EVERYDAY = [HAN, HAN_YAO, HAN_YAO]
SPOKEN = [HAN] * 5 + [HAN_YAO] * 9 + [HAN_RING] * 1 + [RADIO] * 2 + [RADIO_HOOK]
FILLERS = ["呃", "嗯", "然后", "对", "然后是", "那个", "啊", "再", "接着", "后面", "后面是", "额", "对吧", "就是", "嗯对", "完了是", "哎", "再来", "还有", "等下", "好", "继续", "中间", "最后", "是吧", "你记", "跟着"]
CORRECTIONS = ["不对", "不是", "说错了", "错了", "哦不", "啊不对", "等等", "噢错了", "更正", "念错了"]
SAID_SEPARATORS = ["空格", "横杠", "杠", "短横", "点", "逗号"]
TYPED_SEPARATORS = [" "] * 8 + ["-"] * 6 + ["."] * 2 + [",", "，", "_", "/", "·", "—", "  ", " - ", "、", "..", "~", "－"]


def lumpy(r: Random, n: int) -> str:
    """Digits with a run in them, which people love and say as such."""
    text = digits(r, n)
    if n >= 3 and r.random() < 0.35:
        size = r.randint(2, min(4, n - 1))
        at = r.randrange(n - size + 1)
        text = text[:at] + r.choice(PLAIN) * size + text[at + size:]
    return text


def cut(text: str, sizes) -> list[str]:
    parts, at = [], 0
    for size in sizes:
        if at < len(text):
            parts.append(text[at:at + size])
            at += size
    if at < len(text):
        parts.append(text[at:])
    return parts


def cuts(r: Random, text: str) -> list[str]:
    """Parts of any sizes, as somebody reads a long number off."""
    sizes = []
    while sum(sizes) < len(text):
        sizes.append(r.choice([2, 3, 3, 4, 4, 4, 5]))
    parts = cut(text, sizes)
    if len(parts) > 1 and len(parts[-1]) == 1:
        parts[-2:] = [parts[-2] + parts[-1]]
    return parts


def han(r: Random, text: str, table: str | None = None) -> str:
    table = table or r.choice(SPOKEN)
    return "".join(table[int(c)] if c in PLAIN else c for c in text)


def runs(r: Random, text: str) -> str:
    """Runs said as "三个8"; the rest as it comes."""
    arabic = r.random() < 0.6
    out, at = [], 0
    while at < len(text):
        end = at
        while end < len(text) and text[end] == text[at]:
            end += 1
        size = end - at
        digit = text[at] if arabic else han(r, text[at], HAN)
        if size >= 3 or size == 2 and r.random() < 0.4:
            count = r.choice([HAN[size], HAN[size], str(size)]) if size != 2 else r.choice(["两", "俩", "2"])
            piece = count + ("" if count == "俩" else "个") + digit
            out.append((" " if arabic and out else "") + piece + (" " if arabic and end < len(text) else ""))
        else:
            out.append(digit * size)
        at = end
    return "".join(out).replace("  ", " ").strip()


def typed(r: Random, text: str, sizes=None) -> str:
    """As it is typed, or as speech recognition writes it when it knows digits."""
    parts = cut(text, sizes) if sizes else cuts(r, text)
    how = r.random()
    if how < 0.50:
        return text
    if how < 0.80:
        return r.choice(TYPED_SEPARATORS).join(parts)
    if how < 0.84:
        return full_width(text)
    if how < 0.86:
        return r.choice(["  ", "-", " ", "-"]).join(full_width(p) for p in parts)
    if how < 0.91:
        return r.choice([" ", " ", " ", "-", ".", ",", "、"]).join(text)
    if how < 0.95:
        return "".join((r.choice([" ", "-", " ", ""]) if i else "") + p for i, p in enumerate(cuts(r, text)))
    if how < 0.97:
        return r.choice([" ", ""]).join(han(r, p, HAN) if r.random() < 0.4 else p for p in parts)
    return han(r, text, r.choice([HAN, HAN, HAN_RING, HAN_FORMAL]))


def said(r: Random, text: str, sizes=None) -> str:
    """As it is said: in parts, with what people put between them."""
    table = r.choice(SPOKEN)
    arabic = r.random()
    parts = cut(text, sizes) if sizes and r.random() < 0.7 else cuts(r, text)

    def show(part: str) -> str:
        if arabic < 0.42:
            return part
        if arabic < 0.54:
            return "".join(han(r, c, table) if r.random() < 0.5 else c for c in part) if r.random() < 0.4 else han(r, part, table) if r.random() < 0.5 else part
        return han(r, part, table)

    how = r.random()
    if how < 0.20:
        return show(text)
    if how < 0.40:
        return r.choice([" ", " ", "，", "，", "、", ",", " ", "，", "…", "……"]).join(show(p) for p in parts)
    if how < 0.60 and len(parts) > 1:  # fillers
        out = show(parts[0])
        for part in parts[1:]:
            if r.random() < 0.6:
                space = r.choice([" ", " ", "，", ""])
                out += space + r.choice(FILLERS) + r.choice([space, " "] if space else [""]) + show(part)
            else:
                out += r.choice([" ", "，", " "]) + show(part)
        return out
    if how < 0.70 and len(parts) > 1:  # a part twice
        again = r.randrange(len(parts))
        joint = r.choice([" ", "，", " ", " "])
        out = []
        for i, part in enumerate(parts):
            out.append(show(part))
            if i == again:
                out.append(r.choice(["", "", "对", "嗯", "是"]) + show(part))
        return joint.join(out)
    if how < 0.78 and len(parts) > 1:  # put right on the way
        wrong_at = r.randrange(len(parts))
        right = parts[wrong_at]
        at = r.randrange(len(right))
        wrong = right[:at] + (r.choice([d for d in PLAIN if d != right[at]]) if right[at] in PLAIN else right[at]) + right[at + 1:]
        if wrong == right:
            return " ".join(show(p) for p in parts)
        joint = r.choice([" ", "，", " "])
        out = [show(p) for p in parts]
        out[wrong_at] = show(wrong) + joint + r.choice(CORRECTIONS) + joint + show(right)
        return joint.join(out)
    if how < 0.84 and len(parts) > 1:
        return r.choice(SAID_SEPARATORS).join(show(p) for p in parts)
    if how < 0.92:
        return runs(r, text)
    return r.choice([" ", "，", "、", " ", "..."]).join(show(c) for c in text)


def tens(r: Random, text: str) -> str:
    """Pairs read as numbers below a hundred: 482913 as 四十八 二十九 十三."""
    out = []
    for pair in cut(text, [2] * ((len(text) + 1) // 2)):
        if len(pair) < 2 or pair[0] == "0":
            out.append(han(r, pair, HAN))
        else:
            out.append((HAN[int(pair[0])] if pair[0] != "1" else r.choice(["", "一"])) + "十" + (HAN[int(pair[1])] if pair[1] != "0" else ""))
    return r.choice([" ", "，", " "]).join(out)


def either(r: Random, text: str, sizes=None, share: float = 0.35) -> str:
    return said(r, text, sizes) if r.random() < share else typed(r, text, sizes)
