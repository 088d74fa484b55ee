"""Made-up values that are nobody's: amounts, dates, rates, order numbers, hotlines, codes of banks and products."""

import re

from values import MOBILE, PLACES, is_luhn
from writing import HAN, R, counted, digits, han, wide

# ISO 9362: the branch part of a BIC that means the head office.
HEAD_OFFICE = "XXX"


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


def written_amount():
    """As on a cheque."""
    a, b, c = (R.choice("壹贰叁肆伍陆柒捌玖") for _ in range(3))
    return R.choice((f"{a}万{b}仟", f"{a}拾{b}万", f"{a}仟{b}佰", f"{a}佰{b}拾{c}", f"{a}万{b}仟{c}佰")) + "元整"


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


HOTLINES = (
    "95580 95558 95511 95516 95526 95559 95501 95594 95537 95105 12306 12366 12333 12329 12348 12381 12321 12388 10086 10010 96568 11185"
).split()

BRANCHES = "滨湖支行 解放路支行 城北支行 科技园支行 万寿路支行 新街口支行 开发区支行 长江路支行 五里店支行 马坡支行".split()
BANKS = "光大银行 民生银行 兴业银行 邮储银行 华夏银行 广发银行 平安银行 徽商银行".split()
ERRANDS = "关闭小额免密 临时提额 开具结清证明 更换主卡 延期还款 开通网银 补打回单 注销附属卡 调整账单日 打印资信证明".split()
BICS = "ICBKCNBJ SPDBCNSH FJIBCNBA CIBKCNBJ EVERCNBJ MSBCCNBJ HXBKCNBJ".split()
HOURS = "早上七 上午九 上午十一 中午十二 下午两 下午四 傍晚六 晚上八 半夜一".split()


def hotline():
    return R.choice(HOTLINES)


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
        f"{R.randint(10, 90) / 10:g}万元", f"¥{R.randint(1000, 90000):,}.00", wide(str(R.randint(10000, 99999))) + "元",
    )),
    "amth": lambda c: spoken_amount(),
    "amtbig": lambda c: R.choice((
        f"{R.randint(10, 999)},{digits(3)},{digits(3)},{digits(3)}.00元", f"{R.randint(10, 99)}亿{R.randint(1000, 9000)}万元",
        f"{digits(9, '123456789')}.{digits(2)}元", f"{R.randint(100, 990) * 10000}元",
    )),
    "amtcap": lambda c: written_amount(),
    "usd": lambda c: R.choice((f"USD {R.randint(20, 9000):,}", f"{R.randint(20, 9000)}美元", f"${R.randint(20, 900)}.{digits(2)}")),
    "fee": lambda c: f"{R.randint(1, 300)}.{digits(1)}{R.choice('05')}元",
    "date": day,
    "dated": lambda c: figures_date(),
    "period": lambda c: period(),
    "dateh": lambda c: spoken_date(),
    "dt": lambda c: f"{R.choice((figures_date(), figures_date()))} {clock()}:{R.choice('012345')}{digits(1)}",
    "stamp": lambda c: stamp() + R.choice(("", clock().replace(":", "") + "00")),
    "timed": lambda c: clock(),
    "timeh": lambda c: R.choice(HOURS) + R.choice(("点", "点半", "点一刻", "点三十五分")),
    "nday": lambda c: str(R.randint(1, 28)),
    "n": lambda c: str(R.randint(2, 48)),
    "nh": lambda c: counted(R.choice((3, 4, 5, 6, 7, 8, 9, 12, 15, 26))),
    "rate": lambda c: f"{R.randint(1, 5)}.{digits(2)}%",
    "rateh": lambda c: said_rate(),
    "pct": lambda c: f"{R.randint(0, 12)}.{R.randint(1, 9)}%",
    "fx": lambda c: f"{R.randint(6, 7)}.{digits(4)}",
    "tick": lambda c: R.choice((
        f"KF{stamp()}{digits(4)}", f"WT-2025-{digits(5)}", digits(8, "123456789"), f"SL{digits(7)}", f"{stamp()[:6]}-{digits(4)}",
    )),
    "ord": lambda c: R.choice((
        f"PO{stamp()}{digits(6)}", no_card(10), no_card(20), f"{stamp()}-{digits(5)}", f"M{digits(9)}K", no_card(12),
    )),
    "ser": lambda c: R.choice((digits(8, "23456789"), f"{stamp()}{no_card(10)}", no_card(22), f"TX{digits(9)}")),
    "exp": lambda c: R.choice((f"ZT{digits(13)}", f"DPK{digits(12)}", f"YD{digits(11, '2345678')}", f"XA{digits(9)}CN")),
    "inval": lambda c: R.choice(MOBILE) + R.choice((digits(7), digits(7), digits(9))),
    "q": lambda c: R.choice("DEGW") + f"{R.randint(1, 180):03}",
    "ctr": lambda c: R.choice("CG DY RZ".split()) + (f"〔2025〕{R.randint(1, 300)}号" if R.random() < 0.4 else f"2025-{digits(4)}"),
    "vou": lambda c: R.choice((digits(8), f"No:{digits(7)}", f"{digits(4)}-{digits(3)}")),
    "sn": lambda c: f"{R.choice('VM TQ EU'.split())}{digits(4)}{R.choice('ABCDEF')}{digits(5)}",
    "hot": lambda c: hotline() if R.random() < 0.8 else line400(),
    "hoth": lambda c: han(hotline(), "call") if R.random() < 0.7 else "四零零" + han(digits(3, "68") + digits(4), "call"),
    "h400": lambda c: line400(),
    "br": lambda c: R.choice(BRANCHES),
    "bank": lambda c: R.choice(BANKS),
    "cnaps": lambda c: R.choice("102 103 104 302 303 305 306 309 310 402 403".split()) + digits(9),
    "swift": lambda c: R.choice(BICS) + R.choice(("", HEAD_OFFICE)),
    "prod": lambda c: R.choice((
        f"HY{digits(5)}", f"RYQK{digits(5)}", f"AXB-{digits(4)}", f"GS24{digits(3)}C", f"JC-{digits(3)}天",
    )),
    "err": lambda c: R.choice((f"P{digits(4)}", f"CODE-{digits(5)}", f"0x8024{digits(4)}", f"NB{digits(6)}")),
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
    "biz": lambda c: R.choice(ERRANDS),
}  # fmt: skip
