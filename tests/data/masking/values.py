"""Made-up values of each kind: phones, cards, identity numbers, names, addresses, mail addresses, secrets.

Every function takes the channel ("chat" or "call") where it matters and returns a `Value`. Numbers are drawn at random;
where one belongs to somebody, that is chance.
"""

import re
from pathlib import Path

from names import compound, dotted, foreign, name, renamed
from writing import HAN, R, Value, counted, digits, han, reading, say, shown, wide, write

HERE = Path(__file__).parent
PLACES = [line.split() for line in (HERE / "places.txt").read_text("utf-8").splitlines() if not line.startswith("#")]

# Issuer prefix and length.
BINS = [
    ("622202", 19), ("620058", 19), ("621288", 19), ("621080", 19), ("622966", 19), ("622846", 19), ("623052", 19), ("621282", 19),
    ("621660", 19), ("621668", 19), ("621799", 19), ("622150", 19), ("621095", 19), ("622260", 19), ("621485", 16), ("622609", 16),
    ("622575", 16), ("622690", 16), ("622696", 16), ("622660", 16), ("622522", 16), ("622615", 16), ("622631", 16), ("622555", 16),
    ("622902", 18), ("405512", 17), ("622253", 17), ("439225", 16), ("524094", 16), ("552599", 16), ("356857", 16), ("625330", 16),
    ("622298", 19), ("622986", 19), ("456351", 19),
]  # fmt: skip
MOBILE = (
    "130 131 132 133 134 135 136 137 139 146 148 149 150 151 152 153 155 156 157 158 159 162 165 166 167 170 171 172 175 176 177 178 "
    "180 181 182 183 184 185 186 187 188 189 190 191 192 193 195 196 197 198 199"
).split()


def luhn(body):
    """The check digit of a card number, ISO/IEC 7812-1."""
    odd = sum(int(c) if i % 2 else sum(divmod(int(c) * 2, 10)) for i, c in enumerate(reversed(body)))
    return str(-odd % 10)


def is_luhn(number):
    return luhn(number[:-1]) == number[-1]


def gb11643(body):
    """The check digit of a resident identity number, GB 11643."""
    return "10X98765432"[sum(int(c) * w for c, w in zip(body, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11]


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
    joint = R.choice(("杠", "，", "", " ", "，完了，") if spoken else ("-", "-", "，", " ")) if area else ""
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
    return R.choice((letters_then(["E", "G"], 8, channel), letters_then(["ED", "EF", "EL", "EM"], 7, channel)))


# Branch numbers that some bank's accounts begin with.
BRANCHES = "0302 1602 4500 7919 1209 3200 1105 8104 2616 0404 9040 5001 6930".split()


def account(channel, number=None):
    while number is None or is_luhn(number):
        number = R.choice(BRANCHES) + digits(R.choice((8, 11, 11, 13, 14, 15, 15, 16, 17)))
    while True:
        value = shown("account", number, channel)
        # Nor is it a card where a part is said twice and all the digits are read as one number.
        if not is_luhn(reading(value.text)):
            return value


ESTATES = (
    "怡海花园 银杏嘉苑 观澜府 玫瑰湾 春江名都 枫林绿洲 康馨里 学府壹号 水木兰亭 化肥厂宿舍 邮电小区 机床厂生活区 北苑新村 桂花城 静安里 山水人家 "
    "凤凰城 中央公馆 四季青苑"
).split()
TOWERS = "新华大厦 环球中心 财富广场 明珠大厦 宏源写字楼 科创中心 海关大楼 万象国际 八方商务楼".split()
VILLAGES = "赵家沟村 上营村 双龙村 柳树屯村 石门坎村 南泉村 小河沿村 半坡村 长岭村 沙湾村 高家屯村".split()


def address(channel):
    province, city, district, *_, roads = R.choice(PLACES)
    road = R.choice(roads.split(","))
    spoken = channel == "call" and R.random() < 0.75
    count = (lambda n: counted(n)) if spoken else str
    read = (lambda n: han(str(n), "call")) if spoken else str
    head = [("" if province == "-" else province), city, district]
    short = re.sub("(壮族|回族|维吾尔|)自治区|省$", "", province)
    style = R.random()
    if style < 0.3:
        head[0] = ""
    elif style < 0.42 and province != "-":
        head = [short, re.sub("市$", "", city), district]
    elif style < 0.5:
        head = ["", "", district]
    elif style < 0.58 and province != "-":
        head[0] = short
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
        text = "".join(head) + R.choice(("，", "，额，", "，就是，", " ")) + "".join(tail)
    else:
        text = "".join(head + tail)
    if channel == "chat" and R.random() < 0.08:
        text = wide(text).replace("－", "-")
    return Value("address", text, text, text)


LOCAL = (
    "gaoyuan liqiang yangjing dengfei caimeng jiangtao weilan pengbo songyue xiaoyu_fan kuaiji caigou xingzheng renshi admin.q "
    "bookkeeping tianhe moqiu duanrui"
).split()
DOMAINS = (
    "vip.qq.com 163.net tom.com 21cn.com icloud.com live.cn live.com wo.cn yahoo.com 188.com vip.126.com sina.com.cn msn.com 263.net "
    "jinghua-steel.com ytlogistics.cn oa.kaida.com.cn mail.sdxy.edu.cn zt-group.net qq.com 126.com 163.com"
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
    dash = R.choice(("横杠", "中划线", "减号"))
    spoken = spoken.replace("_", gap + "下划线" + gap).replace(".", gap + "点" + gap).replace("-", gap + dash + gap)
    if R.random() < 0.15:
        spoken = re.sub("[a-zA-Z]+", lambda m: " ".join(m[0]), spoken)
    tail = re.sub(r"\d+", lambda m: R.choice((m[0], han(m[0], "call"))), domain).replace("-", dash).replace(".", gap + "点" + gap)
    return Value("email", spoken + gap + R.choice(("艾特", "艾特", "@", "at", "圈a")) + gap + tail, "", text)


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
    """The value said before, with a part of it put right."""
    raw = before.raw
    if slot == "name":
        return renamed(before)
    while True:
        if slot == "id":
            new = raw[:14] + digits(3)
            new += gb11643(new)
        elif slot == "card":
            new = raw[:9] + digits(len(raw) - 10)
            new += luhn(new)
        else:
            at = R.randrange(len(raw) // 2 + 1, len(raw))
            new = raw[:at] + digits(1) + raw[at + 1 :]
        if new != raw and not (slot == "acct" and is_luhn(new)):
            return MAKERS[slot](channel, new)
