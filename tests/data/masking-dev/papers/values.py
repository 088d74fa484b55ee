"""Personal values of accounts, papers, cards and secrets, and numbers that look like them and are nobody's."""

from common import digits, is_luhn, luhn_digit, resident_digit
from . import reading
from .impersonal import OTHERS  # noqa: F401  (the generator reads it here)
from .reading import either, said, typed

REGIONS = "110105 120103 130406 140221 150304 210213 220382 230606 310114 320981 330784 340503 350625 360733 370829 410325 420684 430922 440983 450722 460107 500236 510781 520423 530927 610826 620522 630123 640221 652923 810000 820000 830000".split()
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英志华建国春梅玉珍海燕文斌晓东俊辉佳怡子涵宇轩梓萱思远雅琴红波鹏飞振宁立新秋月淑贞根生水莲金凤国庆卫东爱民启航鸣嘉豪若曦"
WORDS = "panda summer lucky xiaoyu laowang mama baobao sunny tiger qwer zxcv iloveu dragon fish happy haizi yezi mimi chen zhou doudou niuniu".split()


def not_luhn(r, number):
    while is_luhn(number):
        number = number[:-1] + r.choice("0123456789")
    return number


# The last account and one-time code, for people who say one again.
LAST = {}


def account_number(r):
    """A bank account, corporate or personal, a passbook, a securities or housing fund account; 12 to 21 digits."""
    head, count = r.choice([
        ("0200", 19), ("3602", 19), ("1202", 19), ("4000", 19), ("110", 20), ("3200", 20), ("44", 20), ("3310", 20),
        ("1105", 17), ("0518", 17), ("4410", 17), ("34", 12), ("77", 12), ("2", 12), ("31006", 18), ("11006", 21),
        ("7559", 15), ("1109", 15), ("6928", 15), ("8110", 19), ("7111", 19), ("0109", 17), ("9550", 16), ("2000", 16),
        ("60", 16), ("60", 18), ("801", 18), ("9", 12), ("20", 12), ("1", 14), ("30", 13), ("80", 21),
    ])
    number = not_luhn(r, reading.lumps(r, head + digits(r, count - len(head))))
    if len(number) == 18 and resident_digit(number[:17]) == number[17] or len(number) == 15 and "0101" <= number[8:12] <= "1231":
        return account_number(r)
    LAST["account"] = number
    return number


def account_dashed(r):
    """As an agricultural bank prints it: a branch, a dash, the rest."""
    number = account_number(r)
    cut = r.choice([2, 2, 4, 5])
    return number[:cut] + "-" + number[cut:]


def card_number(r):
    head, count = r.choice([("622202", 19), ("621700", 19), ("622848", 19), ("621785", 19), ("622588", 16), ("621483", 16), ("622262", 19), ("436742", 16), ("625978", 16), ("521899", 16), ("622155", 16), ("621559", 17), ("622908", 18), ("370246", 16)])
    body = reading.lumps(r, head + digits(r, count - 1 - len(head)), 6)
    return body + luhn_digit(body)


def birth(r, years=(1942, 2008)):
    return f"{r.randint(*years)}{r.randint(1, 12):02}{r.randint(1, 28):02}"


def resident(r):
    body = r.choice(REGIONS) + birth(r) + digits(r, 3)
    number = body + resident_digit(body)
    return number if number[-1] == "X" or r.random() < 0.75 else resident(r)


def resident15(r):
    return r.choice(REGIONS[:30]) + birth(r, (1930, 1985))[2:] + digits(r, 3)


def passport_number(r):
    how = r.random()
    if how < 0.4:
        return "E" + digits(r, 8)
    if how < 0.75:
        return "E" + r.choice("ABCDEFGHJK") + digits(r, 7)
    return "G" + digits(r, 8)


def homeward_number(r):
    """The permit with which residents of Hong Kong and Macao come to the mainland."""
    return r.choice("HHHM") + digits(r, r.choice([8, 8, 8, 10]))


def taiwan_number(r):
    return r.choice("01") + digits(r, 7)


def resident_typed(r):
    number = resident(r)
    if number[-1] == "X" and r.random() < 0.5:
        number = number[:-1] + "x"
    how = r.random()
    if how < 0.25:
        return r.choice([" ", " ", "-", ".", "  "]).join((number[:6], number[6:14], number[14:]))
    if how < 0.32:
        return r.choice([" ", "-"]).join((number[:3], number[3:6], number[6:10], number[10:14], number[14:]))
    return number if how < 0.6 else typed(r, number)


def resident_said(r):
    number = resident(r)
    last = {"X": r.choice(["X", "x", "叉", "艾克斯", "埃克斯", "爱克斯", "X", "叉"])}.get(number[-1])
    if not last:
        return said(r, number)
    joint = r.choice(["", "", " ", "，", "，最后是个", "，最后一位", "，末位是", "，最后一个", "然后"])
    return said(r, number[:-1]) + joint + last


def lettered(r, number, how):
    """A paper whose number begins with letters."""
    head = number[:2] if number[1].isalpha() else number[0]
    body = how(r, number[len(head):])
    case = r.random()
    if how is typed:
        return (head.lower() if case < 0.15 else head) + ("" if case < 0.8 else r.choice([" ", "-", " "])) + body
    head = head.lower() if case < 0.2 else head
    return (" " if case > 0.8 else "").join(head) + r.choice(["", " ", "，", "，然后", "，后面", "，后面是", " 呃 "]) + body


def cvn_number(r):
    return digits(r, 4 if r.random() < 0.12 else 3)


def few_said(r, number):
    """Three or four digits, aloud."""
    table = r.choice(reading.TABLES)
    arabic = r.random() < 0.35
    shown = [d if arabic else reading.show(d, table) for d in number]
    how = r.random()
    if how < 0.45:
        return "".join(shown)
    if how < 0.65:
        return r.choice([" ", "，", "、", " ", "…"]).join(shown)
    if how < 0.75:
        return shown[0] + r.choice(["，呃，", " 嗯 ", "，然后，", "…", " 啊 "]) + "".join(shown[1:])
    if how < 0.87:
        # Only the last digit is put right: the whole again would be a second value.
        wrong = r.choice([d for d in "0123456789" if d != number[-1]])
        joint = r.choice(["，", " ", "，"])
        slip = r.choice(["不对", "哦不", "说错了", "啊不是", "不是", "应该是"])
        return "".join(shown[:-1]) + joint + (wrong if arabic else reading.show(wrong, table)) + joint + slip + joint + shown[-1]
    return reading.counted_runs(r, number, table)


def few_typed(r, number):
    how = r.random()
    if how < 0.75:
        return number
    if how < 0.85:
        return r.choice([" ", "-", "."]).join(number)
    return r.choice([reading.full_width, reading.keycaps, lambda t: reading.show(t, reading.HAN)])(number)


def code_number(r):
    LAST["code"] = digits(r, r.choice([6] * 12 + [4, 4, 4, 5, 8, 8, 7]))
    return LAST["code"]


def code_letters(r):
    """A one-time code with letters in it."""
    while True:
        text = "".join(r.choice("0123456789" * 2 + "ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(r.choice([4, 6, 6, 6, 8])))
        if not text.isdigit() and sum(c.isdigit() for c in text) >= 2:
            return text.lower() if r.random() < 0.2 else text


def code_typed(r):
    number, how = code_number(r), r.random()
    if how < 0.72:
        return number
    if how < 0.82:
        half = len(number) // 2
        return number[:half] + r.choice([" ", "-", " "]) + number[half:]
    return typed(r, number)


def pin(r):
    return digits(r, 6) if r.random() < 0.85 else digits(r, 4) if r.random() < 0.4 else r.choice("1368905") * 3 + digits(r, 3)


def secret(r):
    """A password of a web bank or an app."""
    word, tail = r.choice(WORDS), digits(r, r.choice([2, 3, 4, 4, 6]))
    how = r.random()
    if how < 0.3:
        return word.capitalize() + r.choice(["@", "#", "!", "_", ".", "*", "&", "$"]) + tail
    if how < 0.55:
        return word + tail
    if how < 0.7:
        return tail + word + r.choice(["", "!", "@@", "#"])
    if how < 0.85:
        return word.upper()[:3] + word[3:] + tail + r.choice(["", "!", "?", "~"])
    return "".join(r.choice("abcdefghkmnpqrstuvwxyzABCDEFGHKMNPRSTUVWXYZ23456789") for _ in range(9)) + tail[:1] + r.choice("kTz")


def person(r):
    return r.choice(SURNAMES) + "".join(r.sample(GIVEN, 2 if r.random() < 0.8 else 1))


def mobile(r):
    return r.choice(["138", "139", "151", "186", "177", "199", "133", "158", "132", "150"]) + digits(r, 8)


def mobile_shown(r):
    number, how = mobile(r), r.random()
    if how < 0.6:
        return number
    if how < 0.8:
        return r.choice([" ", "-"]).join((number[:3], number[3:7], number[7:]))
    return said(r, number)


KINDS = {
    "account_typed": lambda r: account_dashed(r) if r.random() < 0.08 else typed(r, account_number(r)),
    "account_said": lambda r: said(r, account_number(r)),
    "account_again": lambda r: said(r, LAST["account"]),
    "account_plain": account_number,
    "card": lambda r: either(r, card_number(r), 0.35),
    "card_typed": lambda r: typed(r, card_number(r)),
    "card_said": lambda r: said(r, card_number(r)),
    "card_plain": card_number,
    "id_typed": resident_typed,
    "id_said": resident_said,
    "id_plain": resident,
    "id15": lambda r: either(r, resident15(r), 0.3),
    "passport": lambda r: lettered(r, passport_number(r), typed),
    "passport_said": lambda r: lettered(r, passport_number(r), said),
    "homeward": lambda r: lettered(r, homeward_number(r), typed),
    "homeward_said": lambda r: lettered(r, homeward_number(r), said),
    "taiwan": lambda r: either(r, taiwan_number(r), 0.3),
    "cvn": lambda r: few_typed(r, cvn_number(r)) if r.random() < 0.6 else few_said(r, cvn_number(r)),
    "cvn3": lambda r: few_typed(r, digits(r, 3)),
    "cvn3_said": lambda r: few_said(r, digits(r, 3)),
    "cvn4": lambda r: few_typed(r, digits(r, 4)) if r.random() < 0.5 else few_said(r, digits(r, 4)),
    "cvn_plain": lambda r: digits(r, 3),
    "code": lambda r: code_typed(r) if r.random() < 0.65 else said(r, code_number(r)),
    "code_said": lambda r: said(r, code_number(r)),
    "code_again": lambda r: said(r, LAST["code"]),
    "code_plain": code_number,
    "code4": lambda r: few_typed(r, digits(r, 4)) if r.random() < 0.5 else few_said(r, digits(r, 4)),
    "code6": lambda r: digits(r, 6) if r.random() < 0.7 else typed(r, digits(r, 6)),
    "code6_said": lambda r: said(r, digits(r, 6)),
    "code_letters": code_letters,
    "password": secret,
    "pin": lambda r: typed(r, pin(r)) if r.random() < 0.5 else pin(r),
    "pin_said": lambda r: said(r, pin(r)),
    "name": person,
    "phone": mobile_shown,
    "phone_plain": mobile,
}
LABELS = {name: next((label for start, label in (
    ("account", "account"), ("card", "card"), ("id", "id_number"), ("passport", "id_number"), ("homeward", "id_number"),
    ("taiwan", "id_number"), ("cvn", "cvn"), ("code", "verification_code"), ("pin", "password"), ("phone", "phone"),
) if name.startswith(start)), name) for name in KINDS}
