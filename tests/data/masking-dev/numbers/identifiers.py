"""Made-up telephone, card and account numbers and identity papers, in the ways people type and say them."""

from random import Random

from common import digits, luhn_digit, resident_digit
from spelling import SPOKEN, cut, cuts, either, han, lumpy, said, typed

# Telephones

MOBILE = ["130", "131", "132", "133", "134", "135", "136", "137", "138", "139", "147", "150", "151", "152", "153", "155", "156", "157", "158", "159", "165", "166", "173", "175", "176", "177", "178", "180", "181", "182", "183", "185", "186", "187", "188", "189", "191", "193", "195", "198", "199"]
AREA = ["010", "020", "021", "022", "023", "024", "025", "027", "028", "029"]
AREA_FAR = ["0311", "0371", "0411", "0431", "0451", "0512", "0532", "0551", "0571", "0574", "0591", "0595", "0731", "0755", "0769", "0771", "0791", "0851", "0871", "0898", "0931", "0951", "0991"]
AREA_SMALL = ["0316", "0377", "0379", "0454", "0534", "0563", "0575", "0579", "0594", "0712", "0736", "0751", "0795", "0834", "0873", "0912", "0971"]
PHONE_SIZES = [[3, 4, 4]] * 5 + [[3, 3, 5], [4, 4, 3], [3, 4, 2, 2], [3, 2, 2, 2, 2], [4, 3, 4], [5, 6], [3, 8]]


def mobile_number(r: Random) -> str:
    return r.choice(MOBILE) + lumpy(r, 8)


def prefixed(r: Random, text: str) -> str:
    if r.random() < 0.12:
        text = r.choice(["+86", "+86 ", "+86-", "0086", "0086-", "86-", "86 ", "(+86)", "（+86）", "0086 ", "＋86", "+86", "86"]) + text
    return text


def mobile_typed(r: Random) -> str:
    return prefixed(r, typed(r, mobile_number(r), r.choice(PHONE_SIZES)))


def mobile_said(r: Random) -> str:
    text = said(r, mobile_number(r), r.choice(PHONE_SIZES))
    if r.random() < 0.03:
        text = r.choice(["加八六 ", "加86 ", "八六 "]) + text
    return text


def land_number(r: Random) -> tuple[str, str]:
    area = r.choice(AREA + AREA_FAR + AREA_SMALL)
    return area, r.choice("2345678") + lumpy(r, 6 if area in AREA_SMALL else 7)


def land_typed(r: Random) -> str:
    area, rest = land_number(r)
    body = rest if r.random() < 0.6 else r.choice([" ", "-", " "]).join(cut(rest, [len(rest) - 4, 4]))
    form = r.choice(["{a}-{b}", "{a}-{b}", "{a}-{b}", "{a}{b}", "{a}{b}", "{a} {b}", "({a}){b}", "（{a}）{b}", "（{a}） {b}", "{a}—{b}", "+86 {c} {b}", "+86-{c}-{b}", "{a}－{b}", "0086{c}{b}", "{a}.{b}", "{a}/{b}"])
    return form.format(a=area, b=body, c=area[1:])


def land_said(r: Random) -> str:
    area, rest = land_number(r)
    table = r.choice(SPOKEN)
    show = (lambda t: t) if r.random() < 0.3 else (lambda t: han(r, t, table))
    joint = r.choice([" ", "，", "", "杠", "横杠", " 然后 ", "，嗯，", " ", " 后面 "])
    tail = r.choice([[8], [4, 4], [3, 4], [2, 2, 2, 2]])
    return show(area) + joint + r.choice([" ", "，", ""]).join(show(p) for p in cut(rest, tail))


def phone(r: Random) -> str:
    how = r.random()
    return mobile_typed(r) if how < 0.58 else mobile_said(r) if how < 0.88 else land_typed(r) if how < 0.95 else land_said(r)


def phone_mobile(r: Random) -> str:
    return mobile_said(r) if r.random() < 0.35 else mobile_typed(r)


def phone_land(r: Random) -> str:
    return land_said(r) if r.random() < 0.35 else land_typed(r)


def phone_hk(r: Random) -> str:
    number = r.choice("5679") + digits(r, 7)
    return r.choice(["+852 ", "+852", "00852", "852-", "+852-", "00852 "]) + r.choice([number, number[:4] + " " + number[4:], number[:4] + "-" + number[4:]])


# Cards and accounts

BINS = ["622202", "622848", "621700", "621661", "622588", "622700", "621226", "622262", "623058", "625996", "622155", "621483", "436742", "518710", "524094", "356890", "622908", "622622", "621799", "625858", "622689", "627069", "620302", "403361", "552245"]


def card_number(r: Random) -> str:
    start = r.choice(BINS)
    size = 16 if start[:3] in ("436", "518", "524", "356", "403", "552", "625", "622") and r.random() < 0.6 else r.choice([19, 19, 19, 19, 19, 16, 16, 17, 18])
    if start[0] != "6":
        size = 16
    body = start + lumpy(r, size - 7)
    return body + luhn_digit(body)


CARD_SIZES = [[4, 4, 4, 4, 3]] * 5 + [[6, 4, 4, 5], [4, 4, 4, 7], [3, 3, 4, 4, 5], [4, 3, 4, 4, 4], [6, 6, 7], [2, 4, 4, 4, 4]]


def card(r: Random) -> str:
    return either(r, card_number(r), r.choice(CARD_SIZES), 0.3)


def card_of(r: Random, good) -> str:
    number = card_number(r)
    while not good(number):
        number = card_number(r)
    return either(r, number, r.choice(CARD_SIZES), 0.4)


def card_said(r: Random) -> str:
    return said(r, card_number(r), r.choice(CARD_SIZES))


def account_number(r: Random) -> str:
    size = r.choice([12, 12, 13, 14, 15, 15, 16, 17, 17, 18, 19, 19, 20, 21])
    start = r.choice(["0200", "1001", "3301", "44", "6012", "7318", "0049", "120", "95", "8110", "31050", "5019", "4402", "2700", "69", "370"])
    body = start + lumpy(r, size - len(start) - 1)
    right = int(luhn_digit(body))
    return body + str(r.choice([d for d in range(10) if d != right]))


ACCOUNT_SIZES = [[4] * 6] * 4 + [[4, 4, 3, 4, 4], [3] * 7, [4, 4, 5, 5, 3], [5, 5, 5, 6], [2, 3, 5, 5, 6], [6, 6, 9]]


def account(r: Random) -> str:
    return either(r, account_number(r), r.choice(ACCOUNT_SIZES), 0.3)


def account_said(r: Random) -> str:
    return said(r, account_number(r), r.choice(ACCOUNT_SIZES))


# Identity papers

REGIONS = ["110102", "110114", "120104", "130105", "130682", "140107", "150203", "210213", "220104", "230109", "310112", "310230", "320106", "320583", "330108", "330726", "340122", "341221", "350203", "350582", "360111", "370202", "371321", "410105", "411381", "420106", "421087", "430111", "430723", "440305", "440982", "450103", "460107", "500112", "510107", "511521", "520103", "530112", "540102", "610113", "620105", "630104", "640106", "650104", "652301"]
RESIDENCE = ["810000", "820000", "830000"]


def birthday(r: Random, first: int = 1938, last: int = 2014) -> str:
    return "%d%02d%02d" % (r.randint(first, last), r.randint(1, 12), r.randint(1, 28))


def id_digits(r: Random) -> str:
    start = r.choice(RESIDENCE) if r.random() < 0.03 else r.choice(REGIONS)
    body = start + birthday(r) + digits(r, 3)
    check = resident_digit(body)
    if check != "X" and r.random() < 0.12:
        return id_digits(r)  # some more that end in X
    return body + check


ID_SIZES = [[6, 8, 4]] * 4 + [[6, 4, 4, 4], [3, 3, 4, 4, 4], [6, 6, 6], [3, 3, 4, 2, 2, 4], [4, 4, 4, 4, 2], [10, 8]]


def last_x(r: Random, text: str, spoken: bool) -> str:
    if not text.endswith("X"):
        return text
    ways = ["叉", "叉", "叉", "X", "X", "艾克斯", "埃克斯", "爱克斯", "x", " 叉", "，叉", "大写X", "一个叉", "差", " X"] if spoken else ["X"] * 6 + ["x"] * 4 + ["Ｘ", "×", " X", "-X"]
    return text[:-1].rstrip(" ，、,.-") + r.choice(ways)


def id_typed(r: Random) -> str:
    return last_x(r, typed(r, id_digits(r), r.choice(ID_SIZES)), False)


def id_said(r: Random) -> str:
    return last_x(r, said(r, id_digits(r), r.choice(ID_SIZES)), True)


def id_x(r: Random) -> str:
    text = id_digits(r)
    while text[-1] != "X":
        text = id_digits(r)
    return last_x(r, said(r, text, r.choice(ID_SIZES)), True)


def id_resident(r: Random) -> str:
    return id_said(r) if r.random() < 0.35 else id_typed(r)


def id_old(r: Random) -> str:
    text = r.choice(REGIONS) + birthday(r, 1930, 1985)[2:] + digits(r, 3)
    return either(r, text, r.choice([[6, 6, 3], [3] * 5, [5, 5, 5], [6, 4, 5]]), 0.25)


def lettered(r: Random, letters: str, number: str) -> str:
    """A letter or two and digits, as in a passport."""
    shown = letters if r.random() < 0.8 else letters.lower()
    how = r.random()
    if how < 0.55:
        return shown + number
    if how < 0.70:
        return shown + r.choice([" ", "-", " "]) + number
    if how < 0.80:
        return shown + r.choice([" ", ""]) + r.choice([" ", "-"]).join(cut(number, [4, 4, 2]))
    if how < 0.90:
        return shown + r.choice([" ", ""]) + han(r, number)
    return shown + r.choice([" ", "，", ""]) + r.choice([" ", "，", " 然后 ", " 嗯 "]).join(han(r, p) if r.random() < 0.5 else p for p in cuts(r, number))


def passport(r: Random) -> str:
    if r.random() < 0.35:
        return lettered(r, "E" + r.choice("ABCDEFGHJKLM"), digits(r, 7))
    return lettered(r, r.choice("EEEEGGGPSD"), digits(r, 8))


def permit_hk(r: Random) -> str:
    """Of mainland residents for Hong Kong and Macao, or for Taiwan."""
    return lettered(r, r.choice(["C", "C", "W"]), digits(r, 8)) if r.random() < 0.7 else lettered(r, "C" + r.choice("ABCDEFGH"), digits(r, 7))


def permit_out_tw(r: Random) -> str:
    return lettered(r, r.choice("LT"), digits(r, 8))


def permit_home(r: Random) -> str:
    return lettered(r, r.choice("HHM"), digits(r, r.choice([8, 8, 8, 10])))


def permit_tw(r: Random) -> str:
    return either(r, digits(r, 8) + (digits(r, 2) if r.random() < 0.15 else ""), [4, 4, 2], 0.3)
