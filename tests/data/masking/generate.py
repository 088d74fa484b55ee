"""Writes held_out.jsonl: labelled Chinese sentences that the masker is tried on, and that nobody tunes it by.

Templates stand in positives.txt and negatives.txt, the making of values in values.py. The same seed, the same file.
What a label covers is said in README.md; the checks at the end hold the file to it.
"""

import collections
import json
import re
import unicodedata

import values
from values import HAN, HERE, MAKERS, MINORITY, MOBILE, PLACES, R, UNDOTTED, counted, digits, han, is_luhn

KINDS = "phone card account id_number name email address cvn password verification_code".split()
PER_SECTION = {"mixed": 210, "name": 170, "address": 150}
USUAL = 140
NEGATIVES = 900

# Without a value of anybody's


def amount(channel):
    n = R.choice((R.randint(1, 99) * 100, R.randint(1, 60) * 1000, R.randint(1, 40) * 10000))
    if channel == "chat":
        return R.choice((f"{n}元", f"{n:,}元", f"{n}块", f"{n / 10000:g}万" if n >= 1000 else f"{n}元", f"¥{n}"))
    return spoken_amount(n)


def spoken_amount(n=None):
    n = n or R.choice((R.randint(12, 99) * 100, R.randint(3, 60) * 1000, R.randint(3, 90) * 10000))
    high, low = divmod(n, 10000)
    text = (counted(high) + "万" if high else "") + (("零" if high and low < 1000 else "") + counted(low) if low else "")
    return text + R.choice(("块", "块钱", "元", ""))[: 2 if low else 1] if low else text + R.choice(("", "元", "块"))


def day(channel):
    m, d = R.randint(1, 12), R.randint(1, 28)
    if channel == "call":
        return R.choice((f"{counted(m)}月{counted(d)}号", f"上个月{counted(d)}号", f"{m}月{d}号"))
    return R.choice((f"{m}月{d}日", f"{m}月{d}号", f"2025年{m}月{d}日", f"2025-{m:02}-{d:02}"))


def figures_date():
    y, m, d = R.randint(2018, 2026), R.randint(1, 12), R.randint(1, 28)
    return R.choice((f"{y}-{m:02}-{d:02}", f"{y}年{m}月{d}日", f"{y}/{m}/{d}", f"{y}.{m:02}.{d:02}", f"{y}{m:02}{d:02}"))


def spoken_date():
    year = "".join(HAN[int(c)] for c in str(R.randint(2015, 2025)))
    return R.choice((year + "年", "去年", "前年", "")) + f"{counted(R.randint(1, 12))}月{counted(R.randint(1, 28))}号"


def hotline():
    return R.choice("95533 95566 95599 95555 95577 95528 95561 95595 95568 95508 12378 12363 12345 12315 96369 11183 95338 95518 95519".split())


def line400():
    a, b = digits(3), digits(4)
    c = R.choice("6 8 0".split()) + a[1:]
    return R.choice((f"400-{c}-{b}", f"400{c}{b}", f"400 {c} {b}", f"400{c[0]}-{c[1:]}{b[0]}-{b[1:]}", f"800-{c}-{b}"))


def uscc():
    chars = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91" + R.choice(PLACES)[3] + "MA" + "".join(R.choice(chars) for _ in range(7))
    total = sum(chars.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + chars[-total % 31]


def no_card(n):
    while True:
        number = R.choice("12389") + digits(n - 1)
        if not is_luhn(number) and not re.search("1[3-9]", number[:2]):
            return number


def period():
    y, m = R.randint(2019, 2025), R.randint(1, 11)
    n = R.randint(m + 1, 12)
    return R.choice((f"{y}-{m:02}-01至{y}-{n:02}-28", f"{y}年{m}月到{n}月", f"{y}{m:02}01-{y}{n:02}28", f"{y}/{m}/1到{y}/{n}/15"))


def clock():
    return f"{R.randint(8, 20):02}:{R.choice('012345')}{R.randint(0, 9)}"


def stamp():
    return f"2025{R.randint(1, 12):02}{R.randint(1, 28):02}"


def city():
    return R.choice(PLACES)[1].removesuffix("市")


def said_rate():
    return f"百分之{counted(R.randint(1, 5))}点{HAN[R.randint(0, 9)]}{HAN[R.randint(1, 9)]}"


FREE = {
    "amt": amount,
    "amtd": lambda c: R.choice((
        f"{R.randint(100, 99999)}.{R.randint(0, 99):02}元", f"{R.randint(1000, 90000):,}元", f"{R.randint(1, 99) * 100}块",
        f"{R.randint(10, 90) / 10:g}万元", f"¥{R.randint(1000, 90000):,}.00", values.wide(str(R.randint(10000, 99999))) + "元",
    )),
    "amth": lambda c: spoken_amount(),
    "amtbig": lambda c: R.choice((
        f"{R.randint(10, 999)},{digits(3)},{digits(3)},{digits(3)}.00元", f"{R.randint(10, 99)}亿{R.randint(1000, 9000)}万元",
        f"{digits(9, '123456789')}.{digits(2)}元", f"{R.randint(100, 990) * 10000}元",
    )),
    "amtcap": lambda c: R.choice("壹贰叁肆伍陆柒捌玖") + R.choice(("万", "拾万", "仟")) + R.choice("贰叁伍捌") + R.choice(("佰", "佰肆拾")) + "元整",
    "usd": lambda c: R.choice((f"USD {R.randint(20, 9000):,}", f"{R.randint(20, 9000)}美元", f"${R.randint(20, 900)}.{digits(2)}")),
    "fee": lambda c: f"{R.randint(1, 300)}.{digits(1)}{R.choice('05')}元",
    "date": day,
    "dated": lambda c: figures_date(),
    "period": lambda c: period(),
    "dateh": lambda c: spoken_date(),
    "dt": lambda c: f"{R.choice((figures_date(), figures_date()))} {clock()}:{R.choice('012345')}{digits(1)}",
    "stamp": lambda c: stamp() + R.choice(("", clock().replace(":", "") + "00")),
    "timed": lambda c: clock(),
    "timeh": lambda c: R.choice("早上八 上午九 上午十 中午十二 下午三 下午四 下午五 晚上七 晚上九".split()) + R.choice(("点", "点半", "点二十", "点四十五分")),
    "nday": lambda c: str(R.randint(1, 28)),
    "n": lambda c: str(R.randint(2, 48)),
    "nh": lambda c: counted(R.choice((3, 4, 5, 6, 7, 8, 9, 12, 15, 26))),
    "rate": lambda c: f"{R.randint(1, 5)}.{digits(2)}%",
    "rateh": lambda c: said_rate(),
    "pct": lambda c: f"{R.randint(0, 12)}.{R.randint(1, 9)}%",
    "fx": lambda c: f"{R.randint(6, 7)}.{digits(4)}",
    "tick": lambda c: R.choice((
        f"GD{stamp()}{digits(4)}", f"GD-2025-{digits(5)}", digits(8, "123456789"),
        f"TS{digits(7)}", f"{stamp()[:6]}-{digits(4)}",
    )),
    "ord": lambda c: R.choice((
        f"DD{stamp()}{digits(6)}", no_card(10), no_card(20),
        f"{stamp()}-{digits(5)}", f"E{digits(9)}B", no_card(12),
    )),
    "ser": lambda c: R.choice((digits(8, "23456789"), f"{stamp()}{no_card(10)}", no_card(22), f"LS{digits(9)}")),
    "exp": lambda c: R.choice((f"SF{digits(13)}", f"YT{digits(13)}", f"JD{digits(11)}", f"EMS{digits(9)}CN")),
    "inval": lambda c: R.choice(MOBILE) + R.choice((digits(7), digits(7), digits(9))),
    "q": lambda c: R.choice("ABCV") + f"{R.randint(1, 180):03}",
    "ctr": lambda c: f"{R.choice('ZB GG XD'.split())}〔2025〕{R.randint(1, 300)}号" if R.random() < 0.4 else f"{R.choice('ZB GG CG'.split())}2025-{digits(4)}",
    "vou": lambda c: R.choice((digits(8), f"NO.{digits(7)}", f"{digits(4)}-{digits(3)}")),
    "sn": lambda c: f"{R.choice('PX KT NL'.split())}{digits(4)}{R.choice('ABCDEF')}{digits(5)}",
    "hot": lambda c: hotline() if R.random() < 0.8 else line400(),
    "hoth": lambda c: han(hotline(), "call") if R.random() < 0.7 else "四零零" + han(digits(3, "68") + digits(4), "call"),
    "h400": lambda c: line400(),
    "br": lambda c: R.choice("城西支行 金鸡湖支行 文化路支行 东风路支行 软件园支行 火车站支行 江北新区支行 大学城支行".split()),
    "bank": lambda c: R.choice("建设银行 农业银行 中国银行 交通银行 招商银行 中信银行 浦发银行".split()),
    "cnaps": lambda c: R.choice("102 103 104 105 301 308 313".split()) + digits(9),
    "swift": lambda c: R.choice("PCBCCNBJ BKCHCNBJ ABOCCNBJ CMBCCNBS COMMCNSH".split()) + R.choice(("", "XXX")),
    "prod": lambda c: R.choice((
        f"AX{digits(5)}", f"FGDA{digits(5)}", f"WYB-{digits(4)}",
        f"ZZ25{digits(3)}A", f"TL-{digits(3)}天",
    )),
    "err": lambda c: R.choice((f"E{digits(4)}", f"ERR-{digits(5)}", f"0x8007{digits(4)}", f"MB{digits(6)}")),
    "ver": lambda c: f"{R.randint(5, 9)}.{R.randint(0, 12)}.{R.randint(0, 30)}",
    "d4": lambda c: digits(4),
    "d5": lambda c: digits(5),
    "d6": lambda c: digits(6),
    "d8": lambda c: digits(8),
    "d15": lambda c: no_card(15),
    "post": lambda c: R.choice(PLACES)[6],
    "area": lambda c: R.choice(PLACES)[4],
    "citypost": lambda c: "{1}的邮编是{6}".format(*R.choice(PLACES)),
    "cityarea": lambda c: "{1}的区号是{4}".format(*R.choice(PLACES)),
    "uscc": lambda c: uscc(),
    "city": lambda c: city(),
    "biz": lambda c: R.choice("销户 提前还款 理财赎回 改转账限额 打印流水 解除冻结 存款证明 补换存折 变更预留手机号".split()),
}  # fmt: skip

BEFORE = {
    "chat": ["", "", "", "", "", "你好，", "您好，", "在吗？", "麻烦了，", "客服你好，", "早上好，", "下午好，", "急！", "打扰一下，", "hi，", "亲，", "你好 "],
    "call": ["", "", "", "", "喂你好，", "哎你好，", "嗯，", "那个，", "是这样的啊，", "对对对，", "好的，", "喂，", "行，", "啊，", "麻烦你一下，", "诶，"],
}  # fmt: skip
AFTER = {
    "chat": ["", "", "", "", "。", "。", "，谢谢", "，麻烦尽快", "，收到请回复", "", "，多谢", "，在线等"],
    "call": ["", "。", "。", "。", "，对。", "，麻烦了啊。", "，谢谢。"],
}
# A clause of thanks does not follow a question, nor does an opening stand before a form's line.
CLOSED = ("？", "！", "吗", "怎么办", "呢", "吧", "再见", "谢谢", "谢谢啊", "记一下", "没有", "对不对", "可以", "多少", "哪", "怎么改")
MALE = re.compile("先生|大爷|师傅|老公|儿子|弟弟|自称|大叔")
FEMALE = re.compile("女士|阿姨|老婆|妈|女儿|妹妹|小姑娘")

# Sentences


def choose(template):
    return re.sub(r"\[([^\]]*\|[^\]]*)\]", lambda m: R.choice(m[1].split("|")), template)


def sex_of(before, after):
    near = re.match(r"(先生|大爷|师傅)|(女士|阿姨)", after)
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
    bank = re.search("您|请尽快|请备注|【|先生|女士", template)
    if not opened and not bank:
        text += R.choice(BEFORE[channel])
    pieces = re.split(r"(\{\w+!?\}|<\w+>)", choose(template))
    for at, piece in enumerate(pieces):
        slot = piece[1:-1]
        if piece.startswith("{"):
            if slot.endswith("!"):
                value = values.mended(slot[:-1], said[slot[:-1]], channel)
            elif slot == "name":
                value = values.name(channel, sex_of("".join(pieces[:at]), "".join(pieces[at + 1 :])))
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
        noted = ["，你记一下。"] * 2 if channel == "call" and re.search("{(phone|tel|addr|email)}$", template) else []
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
        while text in seen:
            text = fill(line)
        seen.add(text)
        yield line, text, []


# Checks

FORMS = dict(zip("零〇一幺二三四五六七八九叉艾", "001123456789XX"))


def reading(text):
    """Spoken or wide figures back to ASCII, without what stands between."""
    text = unicodedata.normalize("NFKC", text).replace("等一下", "")
    text = re.sub("([三四])个(.)", lambda m: m[2] * (3 if m[1] == "三" else 4), text)
    return "".join(FORMS.get(c, c) for c in text.upper() if c in FORMS or c.isascii() and c.isalnum())


# What the first set says or names, so that this one is not its echo.
FIRST_SET = (
    "张三|张小三|欧阳|阿卜杜拉|我的手机是|我的密码是|我的是|不要告诉别人|CVV2 是|转账 50000.00|400-820-8820|4008208820|会话 |起购|alice|"
    "@example|@139|朝阳区|建国路|深圳|南山区|呼和浩特|海东路|义乌|幸福小区|祥云县|E12345678"
).split("|")
NUMERIC = {"phone", "card", "account", "id_number", "cvn", "password", "verification_code"}
FIGURE = re.compile(r"[0-9０-９零〇一幺二三四五六七八九]")


def is_resident(number):
    shape = re.fullmatch(r"[1-8]\d{5}(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dX]", number)
    return bool(shape) and values.gb11643(number[:17]) == number[17]


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
                assert covered[0] != "张" and not re.search("先生|女士|阿姨|经理", covered), covered
            if kind == "address":
                assert FIGURE.search(covered), covered
            if kind == "email":
                ending = unicodedata.normalize("NFKC", covered).lower()
                assert re.search("@|艾特|at", ending) and re.search("(com|cn|net)$", ending), covered
        if not spans:
            flat = unicodedata.normalize("NFKC", text)
            for number in re.findall(r"(?<!\d)\d{11,}(?!\d)", flat):
                assert not re.fullmatch(r"1[3-9]\d{9}", number), text
                assert not (16 <= len(number) <= 19 and is_luhn(number)), text
                assert not is_resident(number), text
            assert "@" not in flat, text
            for person in MINORITY + UNDOTTED:
                assert person not in text, text
    positive = collections.Counter(kind for row in rows for kind in {s[0] for s in row[2]})
    negative = sum(not row[2] for row in rows)
    assert all(positive[kind] >= 250 for kind in KINDS), positive
    assert negative >= 600 and len(rows) >= 2600, (negative, len(rows))
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
    for title, n in empty.items():
        print(f"| {title} | {n} |")


if __name__ == "__main__":
    main()
