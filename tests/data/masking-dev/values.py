"""Ways of writing and saying a value. Everything is drawn from the random generator that is passed in."""

SPOKEN = {"0": "零", "1": "一", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六", "7": "七", "8": "八", "9": "九"}
FILLERS = ["嗯", "呃", "那个", "啊", "然后", "额", "就是", "后面是", "接着", "再后面", "然后是", "等一下", "我看一下", "中间", "最后", "还有"]
ASIDES = ["你在听吗", "稍等我换个眼镜", "字太小了", "信号不好", "听得见吗", "孩子别闹", "我翻一下", "别急啊", "写到哪了", "这个看不清", "喂喂", "我接着念", "慢慢来", "往下念"]
CORRECTIONS = ["不不不", "等等不对", "念岔了", "我更正", "刚说错", "sorry说错了", "写错啦", "不对", "错了", "不是", "哦不对", "说错了", "不好意思", "应该是", "啊不", "我看错了", "sorry", "更正一下"]


def spoken(r, digits, style=None):
    style = style or {
        "1": r.choice("一幺幺"), "2": r.choice("二二二两"), "0": r.choice("零零零〇洞") if r.random() < 0.9 else "〇",
        "7": "七" if r.random() < 0.95 else "拐", "9": "九" if r.random() < 0.95 else "勾",
    }
    return "".join(style.get(d, SPOKEN.get(d, d)) for d in digits)


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def groups(r, digits, sizes):
    out, at, i = [], 0, 0
    while at < len(digits):
        n = sizes[i % len(sizes)]
        out.append(digits[at:at + n])
        at, i = at + n, i + 1
    return out


def runs_spoken(r, digits):
    """三个八 for 888 where a digit stands at least twice in a row."""
    out, at = "", 0
    style = {"1": r.choice("一幺"), "0": "零"}
    while at < len(digits):
        d, n = digits[at], 1
        while at + n < len(digits) and digits[at + n] == d:
            n += 1
        if n >= 2 and n <= 6 and r.random() < 0.8 and d.isdigit():
            out += ("两" if n == 2 else SPOKEN[str(n)]) + "个" + spoken(r, d, style)
        else:
            out += spoken(r, d * n, style)
        at += n
    return out


def number(r, digits, sizes, mixed=True):
    """Any way of writing `digits`; `sizes` are the groups in which people say it."""
    parts = groups(r, digits, sizes)
    plain = r.random()
    if plain < 0.34:
        return digits
    if plain < 0.42:
        return r.choice([" ", "-", " ", " - ", "."]).join(parts)
    if plain < 0.45:
        return full_width(digits)
    if plain < 0.57:
        return spoken(r, digits)
    if plain < 0.64:
        style = {"1": r.choice("一幺"), "0": "零"}
        return r.choice([" ", "，", "、", ", ", "  ", "…"]).join(spoken(r, p, style) for p in parts)
    if plain < 0.68 and any(digits[i] == digits[i + 1] for i in range(len(digits) - 1)):
        return runs_spoken(r, digits)
    if plain < 0.71:
        return r.choice([" ", "，", "-", "、", ","]).join(digits)
    if plain < 0.73:
        return r.choice([" ", "，"]).join(spoken(r, digits))
    how = (lambda p: spoken(r, p)) if r.random() < 0.6 else (lambda p: p)
    if plain < 0.83 and len(parts) > 1:
        at = r.randrange(1, len(parts))
        pause = r.choice(["，", "", " ", "，"]) + r.choice(FILLERS) + r.choice(["，", "", " ", "，"])
        out = ""
        for i, p in enumerate(parts):
            if i:
                out += pause if i == at else r.choice(["", " ", "，"])
            out += how(p)
        return out
    if plain < 0.88 and len(parts) > 1:
        # one part twice
        at = r.randrange(len(parts))
        out = [how(p) for p in parts]
        out.insert(at, out[at])
        return r.choice(["，", " ", "，"]).join(out)
    if plain < 0.94 and len(parts) > 1:
        # a slip that is put right
        at = r.randrange(len(parts))
        slip = list(parts[at])
        i = r.randrange(len(slip))
        slip[i] = r.choice([d for d in "0123456789" if d != slip[i]])
        out = [how(p) for p in parts]
        fixed = how("".join(slip)) + r.choice(["，", "", " "]) + r.choice(CORRECTIONS) + r.choice(["，", "", " "]) + out[at]
        out[at] = fixed
        return r.choice(["，", " ", ""]).join(out)
    if plain < 0.955 and len(parts) > 1:
        # something unforeseen in the middle
        at = r.randrange(1, len(parts))
        out = ""
        for i, p in enumerate(parts):
            if i == at:
                out += r.choice(["，", " ", ""]) + r.choice(ASIDES) + r.choice(["，", " "])
            out += how(p)
        return out
    if plain < 0.97 and len(parts) > 1:
        lead = r.choice([("前面是", "后面是"), ("前三位", "后面"), ("", "后面是"), ("", "然后是"), ("开头", "后边是"), ("", "剩下的是")])
        cut = r.randrange(1, len(parts))
        a, b = "".join(parts[:cut]), "".join(parts[cut:])
        return how(a) + r.choice(["，", " ", ""]) + lead[1] + how(b)
    at = r.randrange(1, len(digits))
    return digits[:at] + spoken(r, digits[at:])


def luhn(body):
    total = 0
    for i, c in enumerate(reversed(body)):
        d = int(c)
        if i % 2 == 0:
            d *= 2
            if d > 9:
                d -= 9
        total += d
    return body + str((10 - total % 10) % 10)


def is_luhn(number):
    return luhn(number[:-1]) == number


def digits(r, n):
    return "".join(r.choice("0123456789") for _ in range(n))


def mobile(r):
    raw = "1" + r.choice("3456789") + digits(r, 9)
    if r.random() < 0.2:
        i = r.randrange(3, 8)
        raw = raw[:i] + raw[i] * 3 + raw[i + 3:]
    if r.random() < 0.06:
        return r.choice(["+86", "+86 ", "86-", "0086", "+86-"]) + r.choice([raw, raw[:3] + " " + raw[3:7] + " " + raw[7:]])
    return number(r, raw, r.choice([[3, 4, 4], [3, 4, 4], [3, 3, 5], [3, 8], [4, 4, 3], [3, 4, 2, 2], [5, 6]]))


AREAS = ["010", "021", "022", "023", "020", "025", "027", "028", "029", "0755", "0571", "0512", "0531", "0411", "0311", "0371", "0451", "0591", "0771", "0851", "0898", "0991", "0471", "0351"]


def landline(r):
    area, local = r.choice(AREAS), r.choice("2345678") + digits(r, 7)
    if len(area) == 4 and r.random() < 0.4:
        local = local[:7]
    how = r.random()
    if how < 0.35:
        return area + r.choice(["-", "-", " ", ""]) + local
    if how < 0.45:
        return r.choice(["(%s)%s", "（%s）%s", "(%s) %s"]) % (area, local)
    if how < 0.55:
        return area + "-" + local[:4] + r.choice([" ", "-"]) + local[4:]
    style = {"1": r.choice("一幺"), "0": "零"}
    if how < 0.85:
        return spoken(r, area, style) + r.choice(["", "，", " ", "，嗯，", "杠", "-", "横杠"]) + spoken(r, local, style)
    return number(r, area + local, [len(area), 4, 4], mixed=False)


def card(r):
    body = r.choice(["6222", "6217", "6228", "6225", "4392", "5187", "6214", "6230", "6259", "3568", "6013", "9558"])
    n = r.choice([16, 16, 19, 19, 19, 17, 18]) if body[0] in "69" else 16
    raw = luhn(body + digits(r, n - 5))
    return number(r, raw, r.choice([[4], [4], [4], [6, 4], [4, 4, 4, 7], [3], [6, 13], [5]]))


def account(r):
    while True:
        n = r.choice([12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
        raw = r.choice("0123456789") + digits(r, n - 1)
        if not is_luhn(raw) and any(c not in "0" for c in raw):
            break
    return number(r, raw, r.choice([[4], [4], [5], [3], [6], [4, 3]]))


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident(r):
    region = r.choice(["110105", "310115", "440305", "330106", "320102", "510104", "420106", "610113", "370202", "210203", "430104", "130102", "620102", "650102", "152201", "460105", "810000"])
    body = region + "%04d%02d%02d" % (r.randrange(1940, 2012), r.randrange(1, 13), r.randrange(1, 29)) + digits(r, 3)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS)) % 11]


def id_number(r):
    raw = resident(r)
    if raw.endswith("X"):
        raw = raw[:-1] + r.choice("XXXx")
    text = number(r, raw, r.choice([[6, 8, 4], [6, 4, 4, 4], [3], [6, 4, 8], [6, 6, 6], [4]]))
    if text[-1] in "Xx" and r.random() < 0.35:
        text = text[:-1] + r.choice(["叉", "，叉", "艾克斯", "埃克斯", "大写X", "字母X", " X", "大写的X", "，最后是X", "一个X", "，X", "艾克斯"])
    return text


def id15(r):
    raw = resident(r)
    raw = raw[:6] + raw[8:17]
    return number(r, raw, [6, 6, 3])


def passport(r):
    head = r.choice(["E", "G", "EA", "EB", "D", "S", "P", "e", "EJ"])
    raw = digits(r, 9 - len(head))
    how = r.random()
    if how < 0.6:
        return head + raw
    if how < 0.7:
        return head + " " + raw
    if how < 0.8:
        return head + spoken(r, raw)
    if how < 0.9:
        return head + r.choice(["，", "-", " ", "，然后"]) + number(r, raw, [4, 4])
    return head + r.choice(["", " "]) + raw[:4] + " " + raw[4:]


def permit(r):
    head = r.choice("HMHMC")
    raw = digits(r, r.choice([8, 8, 10]) if head != "C" else 8)
    return head + (raw if r.random() < 0.7 else spoken(r, raw))


def permit_tw(r):
    raw = digits(r, 8)
    return raw if r.random() < 0.7 else spoken(r, raw)


def cvn(r, n=3):
    raw = digits(r, n)
    how = r.random()
    if how < 0.55:
        return raw
    if how < 0.62:
        return full_width(raw)
    if how < 0.85:
        return spoken(r, raw)
    if how < 0.93:
        return " ".join(raw)
    return r.choice(["，", "、", " "]).join(spoken(r, raw))


def secret_digits(r, n):
    raw = digits(r, n)
    kind = r.random()
    if kind < 0.1:
        raw = r.choice("0123456789") * n
    elif kind < 0.15:
        raw = "1234567890"[:n]
    how = r.random()
    if how < 0.45:
        return raw
    if how < 0.5:
        return full_width(raw)
    if how < 0.7:
        return spoken(r, raw)
    if how < 0.76:
        return " ".join(raw)
    if how < 0.8:
        return r.choice(["，", "、", " "]).join(spoken(r, raw))
    if how < 0.86:
        return r.choice([" ", "，", "-"]).join([raw[:n // 2], raw[n // 2:]])
    if how < 0.9:
        return r.choice([" ", "，", "，嗯，", "，然后"]).join([spoken(r, raw[:n // 2]), spoken(r, raw[n // 2:])])
    return runs_spoken(r, raw)


WORDS = ["zhang", "wang", "love", "abc", "qwer", "admin", "hello", "bank", "lily", "long", "feng", "Aa", "Pass", "happy", "mima", "jia"]


def password(r):
    if r.random() < 0.7:
        return secret_digits(r, r.choice([6, 6, 6, 6, 8, 4]))
    how = r.random()
    word = r.choice(WORDS)
    if how < 0.4:
        return word + digits(r, r.choice([3, 4, 6]))
    if how < 0.6:
        return word.capitalize() + r.choice("@#_!$.") + digits(r, r.choice([3, 4]))
    if how < 0.75:
        return digits(r, 4) + word + r.choice(["", "!", "#"])
    if how < 0.85:
        return word + spoken(r, digits(r, 4))
    return r.choice(["大写", ""]) + r.choice("ABCXYZ") + "小写" + r.choice("abcxyz") + spoken(r, digits(r, 6))


def code(r):
    if r.random() < 0.05:
        return "".join(r.choice("ABCDEFGH23456789") for _ in range(5)) + r.choice("2345")
    return secret_digits(r, r.choice([6, 6, 6, 6, 4, 4, 8, 5]))


DOMAINS = ["qq.com", "163.com", "126.com", "gmail.com", "sina.com", "sina.cn", "139.com", "outlook.com", "hotmail.com", "foxmail.com", "yeah.net", "aliyun.com", "icloud.com", "huatai.com.cn", "zju.edu.cn", "vip.163.com", "sohu.com"]


def email(r):
    name = r.choice(WORDS).lower() + r.choice(["", ".", "_", "-", ""]) + r.choice([r.choice(WORDS).lower(), digits(r, 3), digits(r, 4), ""])
    if r.random() < 0.3:
        name = digits(r, r.choice([8, 9, 10, 11]))
    name = name.strip("._-")
    domain = r.choice(DOMAINS)
    how = r.random()
    if how < 0.45:
        return name + "@" + domain
    if how < 0.5:
        return name.upper() + "@" + domain
    if how < 0.54:
        return full_width(name + "@" + domain)
    if how < 0.58:
        return name + r.choice([" @ ", " @", "@ "]) + domain
    if how < 0.62:
        return name + r.choice(["(at)", "[at]", "（at）", " AT ", "#", "@@"][:4]) + domain.replace(".", r.choice([".", "(dot)", " DOT ", "."]) if how < 0.6 else ".")
    if how < 0.65:
        return name + "@" + domain.replace(".", r.choice(["。", " .", ". ", "·", "，"]))
    at = r.choice(["@符号", "小老鼠", "at符号", "爱特", "艾特", " a t ", "花a", "阿特", "诶特"] + ["艾特", "at", " at ", "圈a", "艾特", "@", " 艾特 ", "圈A", "爱特"])
    dot = r.choice(["点", "点儿", "."] + ["点", "点", " 点 ", "dot", " dot "])
    spelled = name if r.random() < 0.5 else spoken(r, name)
    spelled = spelled.replace("_", r.choice(["下划线", "_"])).replace("-", r.choice(["杠", "-", "横杠"])).replace(".", dot)
    if r.random() < 0.15:
        spelled = r.choice(["，", "-", "、", "，然后"]).join(p for p in __import__("re").split(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", spelled))
    if r.random() < 0.15:
        spelled = " ".join(name.replace("_", "").replace("-", "").replace(".", ""))
    host = domain if r.random() < 0.3 else spoken(r, domain)
    if r.random() < 0.15:
        host = ".".join(" ".join(p) for p in domain.split("."))
    if domain.startswith("qq") and r.random() < 0.2:
        host = host.replace("qq", "扣扣").replace("q q", "Q Q")
    if r.random() < 0.08:
        host = host.replace("com", r.choice(["康姆", "com", "抗母", "COM"]))
    return spelled + at + host.replace(".", dot)
