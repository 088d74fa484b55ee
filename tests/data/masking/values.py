"""Made-up values of each kind, and the ways in which people write and say them.

Every function takes the channel ("chat" or "call") where it matters and returns `Value`s. Numbers are drawn at random;
where one belongs to somebody, that is chance.
"""

import random
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
R = random.Random(20260214)
PLACES = [line.split() for line in (HERE / "places.txt").read_text("utf-8").splitlines() if not line.startswith("#")]

SURNAMES = (
    "王李刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎" * 3
    + "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文樊兰殷施陶洪翟"
    + "安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁舒耿牟卜柴蒙鲍华甄覃佘闵仇冼亓"
)
COMPOUND = "司马 上官 诸葛 皇甫 尉迟 慕容 令狐 端木 东方 夏侯 公孙 宇文 长孙 司徒 独孤 南宫".split()
GIVEN = {
    "m": (
        "伟 强 磊 军 洋 勇 杰 涛 明 超 刚 平 辉 鹏 飞 浩 凯 斌 波 宁 峰 帆 睿 哲 毅 志强 建华 国庆 海涛 俊杰 文博 子轩 浩然 宇航 "
        "家豪 立新 永康 振华 晓东 少华 天佑 思远 一鸣 泽宇 伟东 继宏 德胜 兴旺 红兵 卫东 庆丰 启明 景行 鹏程 铭泽 梓豪"
    ).split(),
    "f": (
        "芳 敏 静 丽 艳 娟 霞 婷 雪 玲 燕 倩 颖 琳 洁 欣 莉 晶 薇 悦 秀英 桂兰 丽华 春梅 晓燕 雪梅 佳怡 梦琪 欣怡 雨桐 诗涵 思琪 "
        "婉清 美玲 海燕 玉珍 淑华 若曦 子涵 慧敏 凤霞 翠萍 晓红 艳红 文静 亚男 冬梅 紫萱 可馨 语嫣 素芬 彩云"
    ).split(),
}
NO_NAMES = {"安静", "高明", "高洁", "方静", "安宁", "文静", "白雪", "高丽", "明明", "安平", "江平", "严明", "黄芳", "康平", "万平"}
MINORITY = (
    "迪丽努尔·吐尔逊 艾尔肯·热合曼 阿依古丽·卡德尔 古丽米热·艾山 帕尔哈提·司马义 叶尔兰·别克 努尔兰·哈森 麦合木提·亚森 "
    "热娜古丽·库尔班 玉素甫·依明 木拉提·赛力克 海丽切木·伊布拉音"
).split()
UNDOTTED = "扎西顿珠 次仁央金 索朗旺堆 格桑曲珍 旦增罗布 萨仁高娃 那仁朝格图 巴雅尔图 阿牛木呷 吉克日布".split()
FOREIGN = "Emily Carter|Michael Brown|Anna Kowalska|Daniel Lee|Sophie Martin|Liu Jianhua|CHEN XIAODONG|ZHAO LI|Oliver Hansen".split("|")
ALIKE = dict(zip("静晓红华明杰敏婷洋伟涛军浩丽平峰", "婧小虹桦铭洁闽庭阳炜韬君皓莉萍锋"))

# Issuer prefix and length.
BINS = [
    ("621700", 19), ("622700", 19), ("622848", 19), ("622845", 19), ("621661", 19), ("621785", 19), ("621226", 19), ("622208", 19),
    ("622262", 19), ("621098", 19), ("622188", 19), ("622588", 16), ("621483", 16), ("621486", 16), ("622622", 16), ("622516", 16),
    ("622155", 16), ("621771", 16), ("622568", 16), ("622909", 18), ("622908", 18), ("622258", 17), ("601428", 17), ("436742", 19),
    ("518710", 16), ("436728", 16), ("356889", 16), ("625155", 16),
]  # fmt: skip
MOBILE = (
    "130 131 132 133 135 136 137 139 145 147 150 151 152 155 157 158 159 166 173 175 176 177 178 180 182 185 187 "
    "188 189 191 193 198 199"
).split()


@dataclass
class Value:
    kind: str
    text: str
    # What the text says once it is brought back to ASCII; empty where the speaker puts a part of it right.
    plain: str = ""
    raw: str = ""


def digits(n, first="0123456789"):
    return R.choice(first) + "".join(R.choice("0123456789") for _ in range(n - 1))


def luhn(body):
    odd = sum(int(c) if i % 2 else sum(divmod(int(c) * 2, 10)) for i, c in enumerate(reversed(body)))
    return str(-odd % 10)


def is_luhn(number):
    return luhn(number[:-1]) == number[-1]


def gb11643(body):
    return "10X98765432"[sum(int(c) * w for c, w in zip(body, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11]


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


# How many digits are written or said in one go.
GROUPS = {
    "phone": ([3, 3, 5], [4, 4, 3], [3, 4, 4], [3, 2, 2, 2, 2], [3, 4, 2, 2], [4, 3, 4], [3, 8], [5, 6], [7, 4]),
    "tel": ([4, 4], [8], [2, 2, 2, 2], [3, 3, 2], [4, 2, 2]),
    "card": ([4, 4, 4, 4, 4], [6, 4, 4, 5], [4, 4, 4, 7], [6, 13], [4, 4, 5, 6], [8, 8, 3], [6, 6, 7], [3, 3, 3, 3, 3, 4]),
    "id_number": ([6, 4, 4, 4], [3, 3, 4, 4, 4], [6, 8, 4], [14, 4], [4, 4, 4, 4, 2], [6, 4, 2, 2, 4], [3, 3, 4, 2, 2, 4]),
    "account": ([4, 4, 4, 4, 4, 4], [3, 4, 4, 4, 4, 4], [2, 15, 8], [5, 5, 5, 5, 5], [4, 6, 6, 6], [3, 3, 3, 3, 3, 3, 3, 3]),
    "password": ([3, 3], [2, 2, 2]),
    "verification_code": ([3, 3], [2, 2, 2]),
    "cvn": ([3],),
}  # fmt: skip
SHORT = ("password", "verification_code", "cvn")
FILLERS = "，嗯，|，呃，|，然后，|，然后是|，那个，|，后面是|，接着|嗯|，啊，|……|，等一下啊，|、|，再是|，后面，".split("|")
MENDS = "，不对，|，哦不，|，错了，|，不是，|，说错了，".split("|")


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
        return R.choice(("", "", " ", "-")).join([han(number, "chat")] if R.random() < 0.5 else split_like(han(number, "chat"), parts))
    if style == "mixed":
        said = split_like(han(number, "chat"), parts)
        odd = R.randrange(2)
        return R.choice(("", " ", "-")).join(s if i % 2 == odd else p for i, (p, s) in enumerate(zip(parts, said)))
    return "".join(p + R.choice((" ", "-", "  ", " - ")) for p in parts[:-1]) + parts[-1]


def split_like(text, parts):
    return split(text, [len(p) for p in parts])


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
        # A group put right or said twice belongs to the number.
        at = R.randrange(1, len(base))
        if R.random() < 0.6:
            wrong = base[at][:-1] + R.choice([c for c in (HAN[1:] if style == "fillers" else "123456789") if c != base[at][-1]])
            return "，".join(base[:at]) + "，" + wrong + R.choice(MENDS) + "，".join(base[at:]), False
        return "，".join(base[:at] + [base[at - 1]] + base[at:]), False
    gaps = [R.choice(("，", "", "，")) for _ in base[1:]]
    for at in R.sample(range(len(gaps)), min(len(gaps), R.choice((1, 1, 2)))):
        gaps[at] = R.choice(FILLERS)
    return base[0] + "".join(g + b for g, b in zip(gaps, base[1:])), True


def shown(kind, number, channel, groups=None):
    if channel == "chat":
        return Value(kind, write(kind, number, groups), number, number)
    text, reads = say(kind, number, groups)
    return Value(kind, text, number if reads else "", number)


# Kinds


def phone(channel, number=None):
    while number is None or number in ("13812345678", "13987654321"):
        number = R.choice(MOBILE) + digits(8)
        if channel == "call" and R.random() < 0.08:
            number = number[:7] + R.choice("35678") * 4
    if channel == "chat" and R.random() < 0.06:
        return Value("phone", R.choice(("+86 ", "+86-", "86-", "+86", "0086 ")) + number, "", number)
    return shown("phone", number, channel)


def tel(channel, number=None):
    place = R.choice(PLACES)
    whole = number or place[4] + "-" + digits(int(place[5]), "2345678")
    code, local = whole.split("-")
    area = code
    if R.random() < 0.15:
        area = ""
    if channel == "chat":
        written = write("phone", local, "tel")
        if not area:
            return Value("phone", written, local, whole)
        area = wide(area) if "０" <= written[0] <= "９" else han(area, "chat") if written[0] in HAN + "幺〇" else area
        return Value("phone", area + R.choice("---－— " if written[0] not in HAN else "- ") + written, code + local, whole)
    said, reads = say("phone", local, "tel")
    spoken = said[0] in HAN + "幺〇三四"
    area = (han(area, "call") if spoken else area) if area else ""
    joint = R.choice(("杠", "，", "", " ", "，嗯，") if spoken else ("-", "-", "，", " ")) if area else ""
    return Value("phone", area + joint + said, ((code if area else "") + local) if reads else "", whole)


def card(channel, number=None):
    if number is None:
        prefix, length = R.choice(BINS)
        body = prefix + digits(length - 7)
        number = body + luhn(body)
    return shown("card", number, channel)


def resident(last=None):
    while True:
        birth = f"{R.randint(1948, 2007)}{R.randint(1, 12):02}{R.randint(1, 28):02}"
        body = R.choice(PLACES)[3] + birth + digits(3)
        if last is None or gb11643(body) == last:
            return body + gb11643(body)


def id_number(channel, number=None, last=None):
    number = number or resident(last or ("X" if R.random() < 0.12 else None))
    value = shown("id_number", number, channel)
    if channel == "chat" and R.random() < 0.3:
        value.text = value.text.replace("X", "x")
    return value


def id15(channel):
    number = R.choice(PLACES)[3] + f"{R.randint(35, 79)}{R.randint(1, 12):02}{R.randint(1, 28):02}" + digits(3)
    return shown("id_number", number, channel)


def letters_then(letters, n, channel):
    letter, number = R.choice(letters), digits(n)
    if channel == "chat":
        return Value("id_number", R.choice((letter, letter, letter + " ", letter.lower())) + number, "", letter + number)
    return Value("id_number", letter + R.choice(("", " ", "，")) + R.choice((number, han(number, "call"))), "", letter + number)


def passport(channel):
    return R.choice((letters_then(["E", "G"], 8, channel), letters_then(["EA", "EJ", "EH", "EK"], 7, channel)))


def account(channel, number=None):
    while number is None or number[:2] in ("62", "60") or is_luhn(number):
        number = R.choice(("0200", "3100", "4402", "7559", "1100", "3300", "1050", "8110", "2013", "0160", "9550")) + digits(R.choice((8, 11, 11, 13, 14, 15, 15, 16, 17)))
    return shown("account", number, channel)


def name(channel, sex=None):
    dice = R.random()
    if dice < 0.04 and not sex:
        return minority(channel)
    sex = sex or R.choice("mf")
    while True:
        family = R.choice(COMPOUND) if dice < 0.12 else R.choice(SURNAMES)
        whole = family + R.choice(GIVEN[sex])
        if whole not in NO_NAMES:
            return Value("name", whole, whole, whole)


def compound(channel):
    whole = R.choice(COMPOUND) + R.choice([g for g in GIVEN["m"] + GIVEN["f"] if len(g) == 2])
    return Value("name", whole, whole, whole)


def minority(channel):
    return dotted(channel, MINORITY + UNDOTTED)


def dotted(channel, whom=MINORITY):
    whole = R.choice(whom)
    text = whole.replace("·", R.choice(("·", "·", "•", ".")) if channel == "chat" else R.choice(("", "·")))
    return Value("name", text, text, whole)


def foreign(channel):
    whole = R.choice(FOREIGN)
    return Value("name", whole, whole, whole)


ESTATES = (
    "锦绣花园 金色家园 翠湖雅居 阳光水岸 书香名邸 和谐家园 紫荆苑 滨江国际 御景湾 万和城 世纪新城 梧桐苑 铁路新村 "
    "棉纺厂家属院 东篱小区 丽景天成"
).split()
TOWERS = "恒隆大厦 国贸中心 鼎盛大厦 汇金广场 时代大厦 创业大厦 金融港中心 联合大厦".split()
VILLAGES = (
    "李家庄村 后河村 杨柳村 大石桥村 三合村 新庄村 前进村 柏树坪村 王家湾村 白塔村"
).split()


def address(channel):
    province, city, district, *_, roads = R.choice(PLACES)
    road = R.choice(roads.split(","))
    spoken = channel == "call" and R.random() < 0.75
    count = (lambda n: counted(n)) if spoken else str
    read = (lambda n: han(str(n), "call")) if spoken else str
    head = [("" if province == "-" else province), city, district]
    style = R.random()
    if style < 0.3:
        head[0] = ""
    elif style < 0.42 and province != "-":
        head = [re.sub("壮族自治区|回族自治区|维吾尔自治区|省$", "", province), re.sub("市$", "", city), district]
    elif style < 0.5:
        head = ["", "", district]
    elif style < 0.58 and province != "-":
        head[0] = re.sub("壮族自治区|回族自治区|维吾尔自治区|省$", "", province)
    room = f"{R.randint(1, 28)}0{R.randint(1, 6)}"
    if district.endswith("县"):
        tail = [road, R.choice(VILLAGES)]
        tail.append(R.choice((f"{count(R.randint(1, 12))}组{count(R.randint(2, 88))}号", f"{count(R.randint(2, 199))}号", f"{count(R.randint(1, 9))}组")))
    else:
        door = f"{count(R.randint(2, 399))}号"
        flat = R.choice((
            f"{count(R.randint(1, 32))}{R.choice('栋幢')}{count(R.randint(1, 4))}单元{read(room)}{R.choice(('室', '', '号'))}",
            f"{count(R.randint(1, 32))}号楼{count(R.randint(1, 4))}单元{read(room)}",
            f"{count(R.randint(1, 32))}座{read(room)}室",
        ))  # fmt: skip
        if not spoken and R.random() < 0.25:
            flat = f"{R.randint(1, 32)}-{R.randint(1, 4)}-{room}"
        tail = R.choice((
            [road, door, R.choice(ESTATES), flat],
            [road, door, R.choice(ESTATES), flat],
            [road, R.choice(ESTATES), flat],
            [road, door, R.choice(TOWERS) + f"{R.choice('ABC')}座{read(room)}室"],
            [road, door + "院", f"{count(R.randint(1, 18))}号楼{read(room)}"],
            [road, door],
        ))  # fmt: skip
    if channel == "chat" and R.random() < 0.15:
        parts = [p for p in head + tail if p]
        sep = R.choice((" ", " ", "，"))
        text = sep.join(parts)
    elif channel == "call" and R.random() < 0.25:
        text = "".join(head) + R.choice(("，", "，嗯，", "，那个，", " ")) + "".join(tail)
    else:
        text = "".join(head + tail)
    if channel == "chat" and R.random() < 0.08:
        text = wide(text).replace("－", "-")
    return Value("address", text, text, text)


LOCAL = (
    "liuyang chenxi zhaolei wuhao xujing sunqian zhoumin guofeng hexin linyu luoyi tangbo caiwu finance hr_dept "
    "sales service.li zhengxy"
).split()
DOMAINS = (
    "qq.com 163.com 126.com sina.com foxmail.com outlook.com gmail.com hotmail.com sohu.com yeah.net aliyun.com "
    "sina.cn vip.163.com hengtai-tech.cn ruifeng.com.cn mail.hlgroup.com.cn stu.njxy.edu.cn 189.cn"
).split()


def email(channel):
    local = R.choice((
        R.choice(LOCAL) + R.choice(("", str(R.randint(1, 2024)), "_" + str(R.randint(10, 99)), "." + R.choice(LOCAL), "-office")),
        R.choice(LOCAL)[0] + R.choice(LOCAL) + str(R.randint(1, 99)),
        digits(R.choice((8, 9, 10)), "123456789"),
        R.choice(LOCAL).capitalize() + str(R.randint(1970, 2005)),
    ))  # fmt: skip
    if R.random() < 0.06:
        local = R.choice(MOBILE) + digits(8)
    domain = R.choice(DOMAINS)
    text = f"{local}@{domain}"
    if channel == "chat":
        dice = R.random()
        if dice < 0.1:
            text = text.replace("@", "＠")
        elif dice < 0.16:
            text = text.replace("@", "＠").replace(".", "．")
        elif dice < 0.2:
            text = wide(text)
        elif dice < 0.26:
            text = text.replace("@", " @ ")
        elif dice < 0.3:
            text = text.upper()
        return Value("email", text, "", text)
    dice = R.random()
    if dice < 0.3:
        return Value("email", text, "", text)
    spoken = re.sub(r"\d+", lambda m: R.choice((m[0], han(m[0], "call"), han(m[0], "call"))), local)
    gap = R.choice(("", " ", "，"))
    spoken = spoken.replace("_", gap + "下划线" + gap).replace(".", gap + "点" + gap).replace("-", gap + "杠" + gap)
    if R.random() < 0.15:
        spoken = re.sub("[a-zA-Z]+", lambda m: " ".join(m[0]), spoken)
    tail = re.sub(r"\d+", lambda m: R.choice((m[0], han(m[0], "call"))), domain).replace("-", "杠").replace(".", gap + "点" + gap)
    return Value("email", spoken + gap + R.choice(("艾特", "艾特", "@", "at")) + gap + tail, "", text)


def pin(channel, number=None):
    return shown("password", number or digits(6), channel)


def web_password(channel):
    body = R.choice(LOCAL).split(".")[0].split("_")[0]
    text = R.choice((
        body.capitalize() + R.choice("@#_&") + digits(R.randint(3, 6)),
        body + digits(R.randint(2, 6)),
        digits(R.randint(4, 6)) + body,
        body[0].upper() + body[1:3] + digits(6),
        "".join(R.choice("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(9)) + digits(1),
    ))  # fmt: skip
    return Value("password", text, "", text)


def password(channel):
    return web_password(channel) if channel == "chat" and R.random() < 0.45 else pin(channel)


def code(channel, number=None, length=None):
    return shown("verification_code", number or digits(length or R.choice((4, 6, 6, 6))), channel)


def cvn(channel, number=None, length=3):
    number = number or digits(length)
    if channel == "chat":
        text = R.choices((number, wide(number), " ".join(number), han(number, "chat")), (75, 8, 5, 12))[0]
    else:
        text = R.choices((number, han(number, "call"), "，".join(han(number, "call")), " ".join(han(number, "call"))), (25, 55, 12, 8))[0]
    return Value("cvn", text, number, number)


MAKERS = {
    "phone": phone,
    "tel": tel,
    "card": card,
    "id": id_number,
    "idx": lambda c: id_number(c, last="X"),
    "id15": id15,
    "pass": passport,
    "hkp": lambda c: letters_then(["H", "M"], 8, c),
    "twp": lambda c: Value("id_number", *[digits(8)] * 3),
    "acct": account,
    "name": name,
    "cname": compound,
    "mname": dotted,
    "ename": foreign,
    "addr": address,
    "email": email,
    "cvn": cvn,
    "cvn4": lambda c: cvn(c, length=4),
    "pwd": password,
    "pin": pin,
    "webpwd": web_password,
    "code": code,
    "num6": lambda c: code(c, length=6),
    "num4": lambda c: code(c, length=4),
}


def mended(slot, before, channel):
    """The value said before, with one digit (of a name: one character) put right."""
    raw = before.raw
    if slot == "name":
        spots = [i for i, c in enumerate(raw) if i and c in ALIKE]
        if spots:
            at = R.choice(spots)
            new = raw[:at] + ALIKE[raw[at]] + raw[at + 1 :]
        else:
            alike = GIVEN["f" if any(raw.endswith(g) for g in GIVEN["f"]) else "m"]
            new = raw[0] + R.choice([g for g in alike if not raw.endswith(g)])
        return Value("name", new, new, new)
    while True:
        if slot == "id":
            new = resident()
            new = raw[:14] + new[14:17]
            new += gb11643(new)
        elif slot == "card":
            new = raw[:9] + digits(len(raw) - 10)
            new += luhn(new)
        else:
            at = R.randrange(len(raw) // 2 + 1, len(raw))
            new = raw[:at] + digits(1) + raw[at + 1 :]
        if new != raw and not (slot == "acct" and is_luhn(new)):
            return MAKERS[slot](channel, new)
