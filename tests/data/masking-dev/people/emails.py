"""Made-up e-mail addresses, typed, mistyped and said."""

import re

from common import digits, full_width
from spelling import EVERYDAY, han

from .names import GIVEN_PINYIN, PINYIN
from .telephones import mobile_digits

ENGLISH = "sunshine happy lucky sky blue rain star moon dream angel cat tiger dragon apple coffee summer winter spring snow smile baby king queen super cool free fly ocean forest music love forever hello milk panda bear fish wind cloud stone river orange lemon tea".split()
ENGLISH_NAMES = "david jack tom lucy lily amy kevin jason eric tony peter andy grace cindy vivian emily anna sam leo max ivy coco jessie alan frank helen".split()
PROVIDERS = dict(zip(
    "qq.com 163.com 126.com sina.com 139.com foxmail.com gmail.com outlook.com hotmail.com sohu.com 189.cn sina.cn yeah.net aliyun.com icloud.com vip.qq.com vip.163.com vip.126.com vip.sina.com "
    "live.cn live.com msn.com wo.cn 188.com tom.com 21cn.com yahoo.com yahoo.com.cn yahoo.cn me.com 263.net eyou.com chinaren.com proton.me petalmail.com 88.com email.cn 111.com citiz.net sogou.com".split(),
    [30, 24, 12, 6, 6, 5, 6, 5, 4, 4, 4, 2, 3, 3, 3, 2, 2, 1] + [1] * 22))
FIRMS = "huaxin dingsheng hengtai jinqiao yuanda tiancheng zhongrui baoli shengda mingyang longteng kaiyue xinghe dongfang nanfeng haoyu ruixin boyuan jiahe lantian sunrise greenland bluesea skytech goldlink newway unitech smartec easyway topstar".split()
ENDINGS = dict(zip("com cn com.cn net net.cn org.cn com.hk tech group ltd co io cc vip top".split(), [45, 14, 18, 4, 1, 2, 2, 2, 2, 1, 2, 1, 1, 1, 1]))
SCHOOLS = "hzlg njcj xadz whsf gdwm scny tjkj dlhs cqyd snnu zjsy bjld".split()


def person_mailbox(r):
    """The part before the sign as people make it of their names."""
    s, a, b = r.choice(PINYIN), r.choice(GIVEN_PINYIN), r.choice(GIVEN_PINYIN)
    year = str(r.randrange(1958, 2013))
    number = r.choice(["", "", year, year[2:], digits(r, 2), digits(r, 3), r.choice("123456789"), "520", "1314", "666", "888", "%02d%02d" % (r.randrange(1, 13), r.randrange(1, 29))])
    mark = r.choice(["_", ".", "-", "_"])
    return r.choice([
        s + a + b + number, s + a + number, a + b + number, s + mark + a + b, s + mark + a + number, a + b + mark + s, s + a[0] + b[0] + number,
        s[0] + a[0] + b[0] + (number or year), s[0] + a + b + number, a + mark + s + number, s + a + b + mark + (number or "01"), r.choice(ENGLISH_NAMES) + mark + s,
        r.choice(ENGLISH_NAMES) + number + s, s.title() + a.title() + b + number, "xiao" + a + number, "lao" + s + (number or "1"), number + s + a if number else s + a])


def public_mailbox(r):
    words = r.choice(ENGLISH), r.choice(ENGLISH)
    return r.choice([
        words[0] + digits(r, r.randrange(2, 5)), words[0] + r.choice(["_", "-", ".", ""]) + words[1], words[0] + "_" + words[1] + digits(r, 2), words[0] + digits(r, 2) + words[1],
        "".join(r.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(r.randrange(2, 5))) + digits(r, r.randrange(3, 7)), "a" + digits(r, 6), "qwer" + digits(r, 4), "i" + words[0], "my" + words[0] + digits(r, 3),
        words[0][0] + digits(r, 3) + words[1][0] + digits(r, 2), r.choice(PINYIN) + r.choice(PINYIN) + r.choice(["jia", "de", "ai", "bao", "mama", "baba"])])


def domain(r):
    how = r.random()
    if how < 0.78:
        return r.choices(list(PROVIDERS), list(PROVIDERS.values()))[0]
    if how < 0.95:
        stem = r.choice(FIRMS) + r.choice(["", "", "", "-" + r.choice(["group", "tech", "sh", "bj"]), r.choice(["tech", "soft", "food", "steel", "law", "med", "8", "99", "2008"])])
        return r.choice(["", "", "", "", "", "mail."]) + stem + "." + r.choices(list(ENDINGS), list(ENDINGS.values()))[0]
    return r.choice(["", "stu.", "mail.", "mails.", "student."]) + r.choice(SCHOOLS) + ".edu.cn"


def email(r):
    where = domain(r)
    if where in ("qq.com", "vip.qq.com") and r.random() < 0.6:
        box = r.choice("123456789") + digits(r, r.choice([4, 5, 6, 7, 8, 8, 9, 9, 9]))
    elif where in ("139.com", "189.cn", "wo.cn", "163.com") and r.random() < 0.4:
        box = mobile_digits(r) if r.random() < 0.8 else "m" + mobile_digits(r)
    elif "edu.cn" in where and r.random() < 0.4:
        box = "20%02d%s" % (r.randrange(10, 26), digits(r, 6))
    elif where not in PROVIDERS and r.random() < 0.25:
        box = r.choice(["hr", "finance", "caiwu", "sales", "office", "admin", "boss", "ap", "xingzheng", "kuaiji"]) + r.choice(["", "", "01", "2", "_sh"])
    else:
        box = person_mailbox(r) if r.random() < 0.68 else public_mailbox(r)
    if where == "gmail.com" and r.random() < 0.1:
        box += "+" + r.choice(["bank", "card", "bill"])
    text = box + "@" + where
    how = r.random()
    return text.upper() if how < 0.02 else box + "@" + where.upper() if how < 0.05 else box.title() + "@" + where if how < 0.07 else text


def email_wide(r):
    """Typed with a Chinese keyboard or around a filter."""
    box, where = email(r).split("@")
    return r.choice([
        lambda: box + "＠" + where, lambda: box + "＠" + where, lambda: box + "＠" + where.replace(".", "．"), lambda: box + "@" + where.replace(".", "。"), lambda: box + "＠" + where.replace(".", "。"),
        lambda: full_width(box + "@" + where), lambda: box + full_width("@" + where), lambda: full_width(box) + "@" + where, lambda: box + " @ " + where, lambda: box + " @" + where, lambda: box + "@ " + where,
        lambda: box + " @" + where.replace(".", " . "), lambda: box + "(at)" + where, lambda: box + "[at]" + where, lambda: box + "#" + where, lambda: box + "＃" + where, lambda: box + "艾特" + where,
        lambda: box + " at " + where.replace(".", " dot "), lambda: box + "@" + where.replace(".", "点"), lambda: box + "（at）" + where, lambda: box + "圈a" + where, lambda: box + "@" + where.replace(".", "·"),
        lambda: box + "@" + where.replace(".", ". ")])()


SAID_AT = "艾特 艾特 艾特 at at 圈a 圈a 圈A 小老鼠 小老鼠 爱特 @ 花a a圈".split()
SAID_WORDS = {"qq": ["qq", "QQ", "q q", "扣扣", "Q Q"], "163": ["163", "一六三", "幺六三", "1 6 3", "一 六 三"], "126": ["126", "一二六", "幺二六"], "139": ["139", "一三九", "幺三九"], "189": ["189", "一八九", "幺八九"],
              "188": ["188", "一八八", "幺八八"], "sina": ["sina", "新浪", "s i n a"], "sohu": ["sohu", "搜狐"], "gmail": ["gmail", "g mail", "Gmail", "谷歌mail"], "outlook": ["outlook", "out look"], "hotmail": ["hotmail", "hot mail"],
              "foxmail": ["foxmail", "fox mail"], "aliyun": ["aliyun", "阿里云"], "vip": ["vip", "VIP", "v i p"], "com": ["com", "com", "com", "康姆", "c o m", "COM"], "cn": ["cn", "cn", "c n", "CN"], "net": ["net", "net", "n e t"]}


def email_said(r):
    box, where = email(r).lower().split("@")
    gap = r.choice(["", "", " "])
    chinese, spelled = r.random() < 0.6, r.random()
    said = {"_": r.choice(["下划线", "下划线", "下杠", "下横线", "底杠", "下划杠"]), "-": r.choice(["减号", "横杠", "中杠", "杠", "横线", "中划线"]), ".": r.choice(["点", "点", "点儿"]), "+": "加号"}
    table = r.choice(EVERYDAY)
    parts = []
    for part in re.findall(r"[a-z]+|\d+|.", box):
        if part in said:
            parts.append(said[part])
        elif part.isdigit():
            part = han(r, part, table) if chinese else part
            if len(part) > 6 and r.random() < 0.4:
                part = r.choice([" ", "，", " "]).join([part[:3], part[3:7], part[7:]]).strip(" ，")
            parts.append(" ".join(part) if r.random() < 0.1 else part)
        else:
            parts.append(" ".join(part) if spelled < 0.4 else "".join(part) if spelled < 0.9 else " ".join(part).upper())
    at = r.choice(SAID_AT)
    dot = r.choice(["点", "点", "点", "dot"])
    ends = []
    for part in where.split("."):
        words = SAID_WORDS.get(part) or ([han(r, part, table), part] if part.isdigit() else [part, part, " ".join(part)])
        ends.append(r.choice(words).replace("-", r.choice(["杠", "横杠", "-"])))
    if dot == "dot" or gap:
        tail = (" %s " % dot).join(ends)
    else:
        tail = dot.join(ends)
    text = gap.join(parts)
    if len(parts) > 1 and r.random() < 0.12:
        cut = r.randrange(1, len(parts))
        text = gap.join(parts[:cut]) + r.choice(["然后", "，", "呃", "嗯", "后面", " "]) + gap.join(parts[cut:])
    glue = r.choice(["", "", gap, "，", "然后", "嗯"]) if r.random() < 0.3 else gap
    if at == "at" and text[-1].isascii() and not glue.strip():
        glue = " "
    after = " " if at[-1].isascii() and at != "@" and (glue == " " or r.random() < 0.5) else gap
    return text + glue + at + after + tail
