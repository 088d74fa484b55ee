"""Telephone numbers as people type them in a chat, dictate them on the telephone, and as speech recognition writes that.

Written apart from `spelling.py`, so that other groups, other pauses and other slips come up. What a function returns is the
label: from the first digit (or the `+`) to the last.
"""

from random import Random

from common import digits, full_width, luhn_digit, resident_digit

MOBILE = "130 131 132 133 134 135 136 137 138 139 145 147 149 150 151 152 153 155 156 157 158 159 166 171 172 173 175 176 177 178 180 181 182 183 184 185 186 187 188 189 190 191 193 195 196 198 199".split()
# Area codes, and whether the numbers there have seven digits or eight.
AREA_8 = "010 020 021 022 023 024 025 027 028 029 0311 0371 0411 0431 0451 0510 0512 0513 0519 0531 0532 0551 0571 0574 0575 0577 0579 0591 0592 0595 0731 0755 0757 0769 0771 0851 0871 0898 0991".split()
AREA_7 = "0310 0335 0352 0375 0379 0421 0436 0453 0470 0516 0527 0534 0553 0555 0558 0570 0598 0635 0712 0717 0730 0743 0750 0766 0775 0791 0816 0831 0855 0872 0891 0913 0931 0951 0971 0993".split()
OVERSEAS = [("+852", (4, 4), "5689"), ("+852", (4, 4), "5689"), ("+853", (4, 4), "6"), ("+886", (3, 3, 3), "9"), ("+65", (4, 4), "89"), ("+81", (2, 4, 4), "789"), ("+1", (3, 3, 4), "2346"), ("+44", (4, 6), "7"), ("+61", (3, 3, 3), "4")]

HAN = "零一二三四五六七八九"
YAO = "零幺二三四五六七八九"
RING = "〇一二三四五六七八九"
RADIO = ["洞幺两三四五六拐八勾", "洞幺二三四五六拐八九", "洞幺两三四五六拐八九", "零幺两三四五六拐八九", "洞幺二三四五六七八勾"]
SPOKEN = [HAN, HAN, HAN, YAO, YAO, YAO, YAO, YAO, RING] + RADIO[1:3]
KEYCAP = [d + "\ufe0f\u20e3" for d in "0123456789"]
# What an ordinary reader still takes for a digit among digits.
SLIPS = {"0": "林", "1": "要腰妖", "3": "山", "5": "午", "6": "溜", "7": "起", "8": "吧巴", "9": "久酒"}

PAUSES = ["嗯", "呃", "然后", "对", "后面是", "你记一下", "完了是", "然后呢", "哦", "那个", "后头是", "接着是", "再一个", "完了", "后边", "后边是", "我看看啊", "稍等", "记了没", "记下了吗", "有吧", "嗯嗯", "额", "这边是", "嗯啊", "嘛", "呢", "哈", "记到没得", "跟住系", "下面是", "还有", "再是", "加上", "哎对", "是伐", "你写", "写好了吗", "慢点啊", "完事儿"]
IN_THE_MIDDLE = ["中间是", "中间", "中间四位", "中间四个", "当中是"]
AT_THE_END = ["后四位是", "后四位", "最后是", "最后四个", "尾数是", "尾数", "末尾", "后面四个", "最后四位"]
FIXES = ["不对", "不是", "不对不对", "错了", "说错了", "哦错了", "啊不", "哦不是", "不不不", "讲错了", "搞错了", "诶不对", "呃不对", "不好意思", "重来", "等等", "sorry", "应该是", "唔系", "弄错了", "打错了", "看错了"]
TYPED_JOINTS = [" "] * 9 + ["-"] * 9 + [".", ".", "—", "/", "·", "_", "  ", " - ", "–", "－", "\u3000", "、", ",", "~"]


def groups(text: str, sizes) -> list[str]:
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at:at + size])
        at += size
    return [part for part in [*parts, text[at:]] if part]


def mobile_sizes(r: Random):
    return r.choice([(3, 4, 4)] * 10 + [(3, 3, 5)] * 3 + [(4, 4, 3)] * 2 + [(3, 2, 2, 2, 2), (3, 2, 3, 3), (5, 6), (3, 8), (7, 4), (3, 4, 2, 2), (4, 3, 4), (3, 5, 3), (2, 3, 3, 3)])


def mobile(r: Random) -> str:
    body = digits(r, 8)
    how = r.random()
    if how < 0.12:
        body = body[:4] + r.choice("6898") * 4
    elif how < 0.3:
        size, at = r.randint(2, 4), r.randrange(5)
        body = body[:at] + body[at] * size + body[at + size:]
    elif how < 0.36:
        body = body[:2] * 2 + body[4:]
    elif how < 0.42:
        body = body[:4] + body[:4]
    return r.choice(MOBILE) + body[:8]


def landline(r: Random) -> tuple[str, str]:
    """Area code and number."""
    if r.random() < 0.6:
        return r.choice(AREA_8), r.choice("235678") + digits(r, 7)
    return r.choice(AREA_7), r.choice("235678") + digits(r, 6)


def said_as(table: str, text: str) -> str:
    return "".join(table[int(c)] if c.isdigit() else c for c in text)


def typed(r: Random, number: str, sizes) -> str:
    how = r.random()
    if how < 0.48:
        return number
    if how < 0.82:
        return r.choice(TYPED_JOINTS).join(groups(number, sizes))
    if how < 0.86:
        return full_width(number)
    if how < 0.89:
        return r.choice([" ", " ", ".", "-", "\u3000"]).join(number)
    if how < 0.92:
        first, *rest = groups(number, sizes)
        return first + r.choice(["(", "（", "【", "["]) + rest[0] + r.choice([")", "）", "】", "]"]) + "".join(rest[1:]) if len(rest) > 1 else number
    if how < 0.95:
        parts = groups(number, sizes)
        at = r.randrange(len(parts))
        parts[at] = said_as(r.choice([HAN, YAO]), parts[at])
        return r.choice(["", " ", "-"]).join(parts)
    return said_as(r.choice([HAN, RING, "零壹贰叁肆伍陆柒捌玖", YAO]), number)


def counted_runs(r: Random, number: str) -> str:
    """Runs said as 三个八, 四个七, double 6."""
    arabic, out, at = r.random() < 0.5, [], 0
    table = r.choice([HAN, YAO])
    while at < len(number):
        end = at + 1
        while end < len(number) and number[end] == number[at] and end - at < 5:
            end += 1
        size, digit = end - at, number[at]
        one = digit if arabic else table[int(digit)]
        if size > 2:
            out.append(" " + HAN[size] + "个" + one + " ")
        elif size == 2 and r.random() < 0.5:
            out.append(" " + r.choice(["两个" + one, "双" + one, "俩" + one, "double " + one]) + " ")
        else:
            out.append(one * size)
        at = end
    return " ".join("".join(out).split())


def dictated(r: Random, number: str, sizes, how: str | None = None) -> str:
    """As somebody says it in groups."""
    parts = groups(number, sizes)
    table, style = r.choice(SPOKEN), r.random()

    def show(part: str) -> str:
        if style < 0.4:
            return part
        if style < 0.52 and r.random() < 0.5:
            return part
        return said_as(table, part)

    how = how or r.choice(["flat"] * 5 + ["joined"] * 5 + ["paused"] * 6 + ["twice"] * 2 + ["fixed"] * 3 + ["single"] * 2 + ["runs"] * 2)
    if how == "runs":
        return counted_runs(r, number)
    if how == "flat" or len(parts) < 2:
        return show(number)
    if how == "single":
        return r.choice([" ", "，", "、", "…", " "]).join(show(c) for c in number)
    joint = r.choice([" ", " ", "，", "，", "、", "…", "……", "。", "——", ", "])
    if how == "joined":
        return joint.join(show(part) for part in parts)
    if how == "paused":
        out = show(parts[0])
        must = r.randrange(1, len(parts))
        for at, part in enumerate(parts[1:], 1):
            if at == must or r.random() < 0.5:
                gap = r.choice([" ", "，", "", "，", "…"])
                words = PAUSES
                if len(part) == 4 and len(parts) == 3 and r.random() < 0.4:
                    words = IN_THE_MIDDLE if at == 1 else AT_THE_END
                out += gap + r.choice(words) + r.choice([gap, "", " "]) + show(part)
            else:
                out += joint + show(part)
        return out
    at = r.randrange(len(parts))
    shown = [show(part) for part in parts]
    if how == "twice":
        shown[at] += r.choice([" ", "，", "，", " "]) + r.choice(["", "", "对", "嗯", "是", "重复一下"]) + shown[at]
        return joint.join(shown)
    right = parts[at]
    where = r.randrange(len(right))
    if at == 0 and where == 0 and number[0] in "01":
        where = len(right) - 1
    wrong = right[:where] + r.choice([d for d in "0123456789" if d != right[where]]) + right[where + 1:]
    gap = r.choice(["，", " ", "…", "，"])
    words = r.choice(FIXES)
    shown[at] = show(wrong) + gap + words + r.choice([gap, "", gap if words[-1] in "是系" else gap + "是"]) + show(right)
    return joint.join(shown)


# The number that came last, for somebody who says it again.
LAST = {"number": "13800000000"}


def keep(number: str) -> str:
    LAST["number"] = number
    return number


def phone(r: Random) -> str:
    return typed(r, keep(mobile(r)), mobile_sizes(r))


def plain(r: Random) -> str:
    return keep(mobile(r))


def said(r: Random) -> str:
    return dictated(r, keep(mobile(r)), mobile_sizes(r))


def how(name: str):
    return lambda r: dictated(r, keep(mobile(r)), mobile_sizes(r), name)


def lumpy(r: Random) -> str:
    body = list(digits(r, 8))
    at, size = r.randrange(5), r.choice([3, 3, 4])
    body[at:at + size] = body[at] * size
    return counted_runs(r, keep(r.choice(MOBILE) + "".join(body[:8])))


def radio(r: Random) -> str:
    table = r.choice(RADIO)
    return r.choice(["", "", " ", "，"]).join(said_as(table, part) for part in groups(keep(mobile(r)), mobile_sizes(r)))


def parts(r: Random) -> str:
    """前三位, 中间四位, 后四位 with their digits."""
    a, b, c = groups(keep(mobile(r)), (3, 4, 4))
    table = r.choice([None, None, HAN, YAO])
    a, b, c = (said_as(table, p) if table else p for p in (a, b, c))
    first, last = r.choice([("中间是", "最后是"), ("中间四位", "后四位"), ("中间四位是", "后四位是"), ("然后中间", "尾号"), ("第二段", "第三段"), ("中间四个数", "末了四个数"), ("接着四位", "末四位")])
    gap = r.choice(["，", "，", " ", ""])
    return a + gap + first + b + gap + last + c


def tens(r: Random) -> str:
    """The pairs after the first three read as numbers below a hundred."""
    number = r.choice(MOBILE) + "".join(r.choice("23456789") + r.choice("0123456789") for _ in range(4))
    keep(number)
    pairs = [HAN[int(a)] + "十" + (HAN[int(b)] if b != "0" else "") for a, b in groups(number[3:], (2, 2, 2, 2))]
    return r.choice([" ", "，", "、"]).join([said_as(YAO, number[:3]), *pairs])


def slip(r: Random) -> str:
    """One or two digits written as another word of the same sound."""
    number = keep(mobile(r))
    table = r.choice([None, HAN, YAO])
    out = list(said_as(table, number) if table else number)
    places = [at for at in range(1, 10) if number[at] in SLIPS]
    for at in r.sample(places, min(len(places), r.choice([1, 1, 2]))):
        out[at] = r.choice(SLIPS[number[at]])
    return r.choice(["", "", " "]).join(groups("".join(out), (3, 4, 4)))


def odd(r: Random) -> str:
    """Letters for digits, keycaps, full-width digits, one digit at a time."""
    number, way = keep(mobile(r)), r.randrange(8)
    if way < 2:
        return "".join(KEYCAP[int(c)] for c in number)
    if way < 4:
        if "0" not in number:
            number = keep(number[:5] + "0" + number[6:])
        return "".join(r.choice("oO") if c == "0" else r.choice("lI1") if c == "1" and at else c for at, c in enumerate(number))
    if way < 6:
        return r.choice([" ", "-", "－", "\u3000"]).join(full_width(part) for part in groups(number, (3, 4, 4)))
    if way < 7:
        return r.choice(["。", "/", "|", "_", "~", "丶"]).join(number)
    return "".join(c + r.choice(["", "", " ", ".", "-"]) for c in number[:-1]) + number[-1]


def intl(r: Random) -> str:
    number = keep(mobile(r))
    return r.choice(["+86", "+86 ", "+86-", "0086", "0086-", "0086 ", "86", "86-", "86 ", "＋86", "+86 ", "+86"]) + typed(r, number, (3, 4, 4))


def intl_said(r: Random) -> str:
    number = keep(mobile(r))
    return r.choice(["加八六", "八六", "零零八六", "洞洞八六", "+86，", "86，然后", "0086，"]) + said_as(r.choice([HAN, YAO]), number)


def tel(r: Random) -> str:
    area, local = landline(r)
    keep(area + local)
    shown = local if r.random() < 0.6 else r.choice([" ", "-"]).join(groups(local, (4, 4) if len(local) == 8 else (3, 4)))
    return area + r.choice(["-", "-", "-", "", "", " ", " ", "—", "－", "/", "--", " - ", "."]) + shown


def tel_said(r: Random) -> str:
    area, local = landline(r)
    keep(area + local)
    return dictated(r, area + local, (len(area), len(local) - 4, 4), r.choice(["flat", "joined", "joined", "paused", "paused", "fixed", "twice"]))


def apart(r: Random) -> str:
    """The area code, some words, the number: one label from the first digit to the last."""
    area, local = landline(r)
    keep(area + local)
    words = r.choice(["，号码是", "，电话", "，后面是", "，然后", " 然后是", "，完了", "，电话号码", " 电话是", "，号码", "，座机号", "，本机号"])
    table = r.choice([None, None, HAN, YAO])
    return (said_as(table, area) if table else area) + words + dictated(r, local, (len(local) - 4, 4), r.choice(["flat", "joined"]))


def local(r: Random) -> str:
    number = landline(r)[1]
    keep(number)
    return number if r.random() < 0.7 else r.choice([" ", "-"]).join(groups(number, (len(number) - 4, 4)))


def local_said(r: Random) -> str:
    number = landline(r)[1]
    keep(number)
    return dictated(r, number, (len(number) - 4, 4), r.choice(["flat", "joined", "paused"]))


def close(r: Random) -> str:
    """After an opening bracket that the pattern has: the area code, the closing bracket, the number."""
    area, local_number = landline(r)
    keep(area + local_number)
    return area + r.choice([")", "）", ") ", "）"]) + local_number


def plus_close(r: Random) -> str:
    return "+86" + r.choice([")", "）", ") "]) + typed(r, keep(mobile(r)), (3, 4, 4))


def overseas(r: Random) -> str:
    prefix, sizes, first = r.choice(OVERSEAS)
    number = r.choice(first) + digits(r, sum(sizes) - 1)
    keep(number)
    return r.choice([prefix, prefix, "00" + prefix[1:], prefix]) + r.choice([" ", "-", " "]) + r.choice([" ", "-", " "]).join(groups(number, sizes))


def anyone(r: Random) -> str:
    return r.choice([phone, phone, phone, said, said, tel, intl])(r)


def again(r: Random) -> str:
    """The last number once more, typed as a system shows it."""
    return LAST["number"]


def again_said(r: Random) -> str:
    number = LAST["number"]
    sizes = mobile_sizes(r) if len(number) == 11 and number[0] == "1" else (4, 4, 4)
    return dictated(r, number, sizes, r.choice(["flat", "joined", "joined", "single"]))


def card(r: Random) -> str:
    body = r.choice(["622202", "621700", "621483", "622848", "625912", "622588", "621226", "435744"])
    body += digits(r, r.choice([15, 18, 18]) - len(body))
    number = body + luhn_digit(body)
    return number if r.random() < 0.6 else " ".join(groups(number, (4, 4, 4, 4)))


def id_number(r: Random) -> str:
    body = r.choice("110108 310115 320106 330102 370202 410105 420111 440305 500112 510107 610113 230103".split())
    body += f"{r.randint(1946, 2012)}{r.randint(1, 12):02}{r.randint(1, 28):02}" + digits(r, 3)
    return body + resident_digit(body)


KINDS = {
    "phone": phone, "plain": plain, "said": said, "slow": how("paused"), "fix": how("fixed"), "twice": how("twice"), "groups": how("joined"),
    "single": how("single"), "runs": lumpy, "radio": radio, "parts": parts, "tens": tens, "slip": slip, "odd": odd, "intl": intl,
    "intl_said": intl_said, "tel": tel, "tel_said": tel_said, "apart": apart, "local": local, "local_said": local_said, "close": close,
    "plus_close": plus_close, "overseas": overseas, "any": anyone, "again": again, "again_said": again_said, "card": card, "id_number": id_number,
}
LABELS = {kind: "phone" for kind in KINDS if kind not in ("card", "id_number")}
