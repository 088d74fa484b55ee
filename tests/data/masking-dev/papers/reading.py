"""How people in these sentences type digits, read them aloud, pause, repeat themselves and put themselves right."""

from common import full_width

HAN = "零一二三四五六七八九"
TABLES = [HAN] * 5 + ["零幺二三四五六七八九"] * 8 + ["〇一二三四五六七八九"] + ["洞幺两三四五六拐八九", "洞幺两三四五六拐八勾", "洞幺二三四五六拐八勾"]
FORMAL = "零壹贰叁肆伍陆柒捌玖"
# Said between two groups wherever they stand, before a group in the middle, and before the last.
PAUSES = ["嗯", "呃", "额", "然后", "对", "再", "嗯，对", "啊", "那个", "是", "接着", "接着是", "然后是", "后面", "后面是", "你记一下", "稍等", "嗯嗯", "还有", "再后面", "然后呢", "哦", "我看看", "看不太清", "诶"]
MIDDLE = ["中间是", "中间", "中间四位", "再往后", "接下来是", "完了是", "往后是", "下面是", "再接"]
LAST = ["最后是", "末尾是", "最后", "尾巴上是", "结尾是", "完了就是", "最后几位是", "末了"]
SLIPS = ["不对", "不对不对", "不是", "哦不是", "错了", "说错了", "我看错了", "啊不", "哎不对", "应该是", "等一下", "等会儿", "重来", "更正一下", "念错了", "sorry"]
COUNT = "零一两三四五六七八九"


def show(text, table):
    return "".join(table[int(c)] if c in "0123456789" else c for c in text)


def lumps(r, text, start=1):
    """Now and then a run in a number, because people love such numbers and say them as "三个八"."""
    if len(text) >= 12 and r.random() < 0.3:
        size = r.randint(2, 4)
        at = r.randrange(start, len(text) - size)
        text = (text[:at] + r.choice("0688350912") * size + text[at + size:])[:len(text)]
    return text


def groups(r, text):
    """Parts as they are read: fours, threes, sixes, or as they come."""
    how = r.random()
    if len(text) <= 4:
        sizes = [len(text)] if how < 0.6 else [1] * len(text)
    elif len(text) <= 8:
        sizes = [r.choice([2, 3, 3, 4])] * 4
    elif how < 0.45:
        sizes = [4] * 6
    elif how < 0.6:
        sizes = [3] * 7
    elif how < 0.7:
        sizes = [6] * 4
    elif how < 0.76:
        sizes = [2] * 11
    else:
        sizes = [r.choice([2, 3, 3, 4, 4, 5]) for _ in range(12)]
    out, at = [], 0
    for size in sizes:
        if at < len(text):
            out.append(text[at:at + size])
            at += size
    if at < len(text):
        out.append(text[at:])
    if len(out) > 1 and len(out[-1]) == 1 and len(text) > 4:
        out[-2:] = [out[-2] + out[-1]]
    return out


def counted_runs(r, part, table):
    """Runs of a part as "三个8"."""
    # Where 2 is said 两, "四两个八" would be 4288 as well as 488.
    table = HAN if "两" in table else table
    arabic, out, at = r.random() < 0.4, "", 0
    while at < len(part):
        end = at
        while end < len(part) and part[end] == part[at]:
            end += 1
        digit = part[at] if arabic else show(part[at], table)
        size = end - at
        if part[at].isdigit() and (size >= 3 or size == 2 and r.random() < 0.5):
            run = ("仨" if size == 3 and r.random() < 0.1 else COUNT[size] + "个") + digit
            out += (" " if out else "") + run + (" " if end < len(part) else "") if arabic else run
        else:
            out += digit * size
        at = end
    return out.replace("  ", " ")


def keycaps(text):
    return "".join(c + "\ufe0f\u20e3" if c.isdigit() else c for c in text)


def lookalikes(r, text):
    """Letters for noughts and ones, as somebody types who never learnt the keys of digits, or as a scan reads them."""
    out = "".join(r.choice("oOo0") if c == "0" else r.choice("lI11") if c == "1" else c for c in text)
    return out if out[0].isdigit() and out[-1].isdigit() else text


def typed(r, text):
    """In a chat, a form or a mail."""
    how, parts = r.random(), groups(r, text)
    if how < 0.52 or len(text) <= 4 and how < 0.8:
        return text
    if how < 0.72:
        return r.choice([" "] * 7 + ["-"] * 4 + [".", "  ", "_", "·", "/", "—", " - "]).join(parts)
    if how < 0.78:
        return full_width(text)
    if how < 0.82:
        return r.choice([" ", " ", "-", ".", ",", "，", "、"]).join(text)
    if how < 0.86:
        return "".join((r.choice(["", " ", " ", "-"]) if i else "") + p for i, p in enumerate(parts))
    if how < 0.89:
        return keycaps(text)
    if how < 0.92:
        return lookalikes(r, text) if len(text) > 8 else text
    if how < 0.96:
        return r.choice([" ", ""]).join(show(p, HAN) if r.random() < 0.4 else p for p in parts)
    return show(text, r.choice([HAN, FORMAL, "〇一二三四五六七八九"]))


def paused(r, parts):
    """Parts with what people say between them."""
    gap = r.choice([" ", " ", "，", "，", "", "…"])
    often = r.choice([0.3, 0.6, 0.9])
    out = parts[0]
    for i, part in enumerate(parts[1:], 1):
        if r.random() < often:
            pool = PAUSES
            if i == len(parts) - 1 and r.random() < 0.5:
                pool = LAST + (["最后四位是", "后四位"] if len(part) == 4 else [])
            elif 1 < len(parts) - 1 != i and r.random() < 0.3:
                pool = MIDDLE
            out += gap + r.choice(pool) + (gap if r.random() < 0.8 else "") + part
        else:
            out += (gap or " ") + part
    return out


def slipped(r, parts, raw, table, arabic):
    """A group, or the beginning of one, said wrong and put right."""
    at = r.randrange(len(parts))
    right = raw[at]
    if not right.isdigit():
        return r.choice([" ", "，"]).join(parts)
    where = r.randrange(len(right))
    wrong = right[:where] + r.choice([d for d in "0123456789" if d != right[where]]) + right[where + 1:]
    if len(wrong) > 2 and r.random() < 0.3:
        wrong = wrong[:where + 1]
    wrong = wrong if arabic else show(wrong, table)
    gap = r.choice([" ", "，", "，", ""])
    slip = r.choice(SLIPS)
    if r.random() < 0.2:
        slip += r.choice(["，是", "是", "，这里是"])
    out = list(parts)
    out[at] = wrong + gap + slip + gap + parts[at]
    return r.choice([" ", "，", gap or " "]).join(out)


def said(r, text):
    """On the telephone, as speech recognition writes it."""
    table, arabic = r.choice(TABLES), r.random() < 0.4
    raw = groups(r, text)
    mixed = not arabic and r.random() < 0.2
    parts = [p if arabic or mixed and r.random() < 0.5 else show(p, table) for p in raw]
    how = r.random()
    if how < 0.22:
        return "".join(parts)
    if how < 0.38:
        return r.choice([" ", " ", "，", "，", "、", "…", "。"]).join(parts)
    if how < 0.62 and len(parts) > 1:
        return paused(r, parts)
    if how < 0.70 and len(parts) > 1:
        again = r.randrange(len(parts))
        parts[again] += r.choice(["", "，", " ", "，对，", "，嗯", " 是 ", "，就是"]) + parts[again]
        return r.choice([" ", "，"]).join(parts)
    if how < 0.80 and len(parts) > 1:
        return slipped(r, parts, raw, table, arabic)
    if how < 0.84 and len(parts) > 1:
        return r.choice(["空格", "杠", "横杠", "点", "减"]).join(parts)
    if how < 0.93:
        return r.choice([" ", "，"]).join(counted_runs(r, p, table) for p in raw)
    return r.choice([" ", "，", "、", " ", "。"]).join(text if arabic else show(text, table))


def either(r, text, share=0.4):
    return said(r, text) if r.random() < share else typed(r, text)
