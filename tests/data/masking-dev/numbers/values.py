"""Made-up numbers and secrets, and values that are nobody's, in the ways people type and say them. See README.md."""

from random import Random

from common import counted, digits, full_width, luhn_digit, resident_digit
from spelling import CORRECTIONS, HAN, HAN_YAO, PLAIN, SPOKEN, cut, cuts, either, han, lumpy, runs, said, tens, typed

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
    size = 16 if start[:2] in ("43", "51", "52", "35", "40", "55", "62") and start[:3] in ("436", "518", "524", "356", "403", "552", "625", "622") and r.random() < 0.6 else r.choice([19, 19, 19, 19, 19, 16, 16, 17, 18])
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


# Secrets

WORDS = ["woaini", "mima", "xiaobao", "laopo", "dashu", "niuniu", "beibei", "tiantian", "fengye", "baozi", "doudou", "haohao", "xiaoyu", "chunhua", "qiutian", "mianhua", "huasheng", "xingfu", "pingan", "facai", "gongxi", "jiayou", "liulang", "yangguang", "xigua", "taozi", "kele", "maomao", "goudan", "tudou", "qwer", "abc", "asdf", "hello", "lucky", "sunny", "apple", "angel", "king", "love", "baby", "dragon", "monkey", "summer", "happy", "zxcv", "star", "panda", "moon", "tiger"]
TAILS = ["1314", "520", "521", "888", "666", "123", "1234", "2008", "1990", "1987", "0608", "1225", "007", "99", "11", "168", "518", "2020", "5201314", "000", "321", "110", "2468", "777"]
SYMBOLS = "@@@!!#$%&*_.-+"
SAID_SYMBOLS = {"@": ["艾特", "at", "圈a", "艾特符号"], "!": ["感叹号", "叹号"], "#": ["井号", "井"], "$": ["美元符号"], "%": ["百分号"], "&": ["and符号", "与符号"], "*": ["星号", "星"], "_": ["下划线", "下横线"], ".": ["点", "小数点"], "-": ["横杠", "减号"], "+": ["加号"], "?": ["问号"]}


def pin(r: Random, n: int = 6) -> str:
    """Digits as people choose them."""
    how = r.random()
    if how < 0.35:
        return digits(r, n)
    if how < 0.60 and n in (4, 6, 8):
        day = birthday(r, 1950, 2018)
        return {4: day[4:], 6: day[2:], 8: day}[n]
    if how < 0.75:
        return lumpy(r, n)
    if how < 0.85:
        part = digits(r, (n + 1) // 2)
        return (part + part)[:n]
    if how < 0.92:
        a, b, c = r.sample(PLAIN, 3)
        return (a * 2 + b * 2 + c * 2 + a * 2)[:n]
    return r.choice(["520131418", "147258369", "112358132", "168168168", "666888666", "123789456", "987654321", "246810121", "518518518", "135792468"])[:n]


def secret_digits(r: Random, text: str) -> str:
    how = r.random()
    if how < 0.55:
        return text
    if how < 0.65:
        return r.choice([" ", "-", " ", ".", ","]).join(cut(text, r.choice([[3, 3, 2], [2, 2, 2, 2], [3, 5], [4, 4]])))
    if how < 0.68:
        return full_width(text)
    if how < 0.71:
        return r.choice([" ", " ", "-", "、"]).join(text)
    if how < 0.74:
        return tens(r, text) if len(text) in (4, 6) else han(r, text, HAN)
    return said(r, text, r.choice([[3, 3, 2], [2, 2, 2, 2], [4, 4], [3, 5]]))


def password_six(r: Random) -> str:
    return secret_digits(r, pin(r, 6))


def password_four(r: Random) -> str:
    return secret_digits(r, pin(r, 4))


def password_six_spoken(r: Random) -> str:
    text = pin(r, 6)
    return tens(r, text) if r.random() < 0.06 else said(r, text, r.choice([[3, 3], [2, 2, 2]]))


def mixed_word(r: Random) -> str:
    word = r.choice(WORDS)
    how = r.random()
    if how < 0.35:
        word = word.capitalize()
    elif how < 0.42:
        word = word.upper()
    tail = r.choice(TAILS) if r.random() < 0.6 else digits(r, r.randint(2, 6))
    symbol = r.choice(SYMBOLS) if r.random() < 0.45 else ""
    edge = symbol if symbol not in ".-+_" else "@"  # at the ends of the word
    return r.choice([word + symbol + tail, word + tail + edge, word + symbol + tail, tail + symbol + word, edge + word + tail])


def random_word(r: Random) -> str:
    """As a generator of passwords makes them."""
    letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ"
    body = [r.choice(letters) for _ in range(r.randint(3, 6))] + list(digits(r, r.randint(2, 5))) + [r.choice("@!#$%&*") for _ in range(r.randint(0, 2))]
    r.shuffle(body)
    return "".join(body)


def password_letters(r: Random) -> str:
    return mixed_word(r) if r.random() < 0.7 else random_word(r)


def password_pinyin(r: Random) -> str:
    a, b = r.choice(WORDS[:36]), r.choice(WORDS[:30])
    how = r.random()
    if how < 0.45:
        return a + r.choice(TAILS)
    if how < 0.65:
        return a + b
    if how < 0.8:
        return a + b + r.choice(TAILS)
    if how < 0.9:
        return a.capitalize() + b.capitalize() + r.choice(TAILS[:6])
    return a + " " + r.choice(TAILS)


def password_spelled(r: Random) -> str:
    """Letter by letter: 大写A 小写b 然后 一二三 艾特."""
    joint = r.choice([" ", " ", "，", "", " "])
    style = r.random()
    out = []
    for i in range(r.randint(2, 5)):
        c = r.choice("abcdefghjklmnpqrstuvwxyz")
        if style < 0.45 or i == 0 and style < 0.75:
            big = r.random() < 0.4
            out.append(r.choice(["大写" if big else "小写", "大写的" if big else "小写的", "大写" if big else "小写"]) + (c.upper() if big or r.random() < 0.2 else c))
        else:
            out.append(c if style < 0.9 else c.upper())
    table = r.choice([None, None, HAN, HAN_YAO])
    number = pin(r, r.randint(3, 6)) if r.random() < 0.8 else r.choice(TAILS[:8])
    shown = han(r, number, table) if table else number
    symbol = r.choice("@!#*_.")
    mark = r.choice(SAID_SYMBOLS[symbol]) if r.random() < 0.4 else ""
    filler = r.choice(["", "", "然后", "再", "加", "后面是"])
    body = joint.join(out)
    tail = [p for p in r.choice([(filler, shown), (filler, shown), (mark, filler, shown), (filler, shown, mark)]) if p]
    text = body + (joint or "") + (joint or "").join(tail)
    if r.random() < 0.15 and table:
        text = shown + (joint or "然后") + body
    return text


def password_said_word(r: Random) -> str:
    """A word and a number with the symbol said."""
    symbol = r.choice("@!#*_.")
    number = r.choice(TAILS)
    shown = han(r, number, r.choice([HAN, HAN_YAO])) if r.random() < 0.5 else number
    joint = r.choice([" ", "", "，"])
    mark = r.choice(SAID_SYMBOLS[symbol])
    word = r.choice(WORDS)
    return r.choice([word + joint + shown, word + joint + mark + joint + shown, word + joint + shown + joint + mark, word + " 加 " + shown, word.capitalize() + joint + mark + joint + shown])


def password_birthday(r: Random) -> str:
    """The digits of a day; a day in words (六四年十月十六日) is a date of birth, which is not labelled."""
    day = birthday(r, 1945, 2019)
    if r.random() < 0.4:
        return r.choice([day[2:], day, day[2:4] + " " + day[4:]])
    table = r.choice([HAN, HAN_YAO, HAN_YAO])
    return r.choice([han(r, day[2:], table), han(r, day, table), han(r, day[2:4], table) + r.choice([" ", "，"]) + han(r, day[4:], table), han(r, day[:4], table) + " " + han(r, day[4:], table), han(r, day[4:6], table) + r.choice(["", " "]) + han(r, day[6:], table) + r.choice(["", " "]) + han(r, day[2:4], table)])


def password(r: Random) -> str:
    how = r.random()
    if how < 0.50:
        return password_six(r)
    if how < 0.56:
        return secret_digits(r, pin(r, 8))
    if how < 0.76:
        return password_letters(r)
    if how < 0.84:
        return password_pinyin(r)
    if how < 0.93:
        return password_spelled(r)
    return password_said_word(r)


def password_token(r: Random) -> str:
    """What a bank's token shows."""
    return secret_digits(r, digits(r, r.choice([6, 6, 6, 8])))


def code_number(r: Random, n: int) -> str:
    return lumpy(r, n)


def code_six(r: Random) -> str:
    return secret_digits(r, code_number(r, 6))


def code_four(r: Random) -> str:
    return secret_digits(r, code_number(r, 4))


def code_spoken(r: Random) -> str:
    text = code_number(r, r.choice([6, 6, 6, 6, 4, 8]))
    return tens(r, text) if len(text) < 8 and r.random() < 0.08 else said(r, text, r.choice([[3, 3, 2], [2, 2, 2, 2], [4, 4]]))


def code_letters(r: Random) -> str:
    size = r.choice([4, 5, 6, 6, 6])
    while True:
        text = "".join(r.choice("ABCDEFGHJKMNPQRSTUVWXYZ2345678923456789") for _ in range(size))
        if any(c in PLAIN for c in text) and any(c not in PLAIN for c in text):
            break
    how = r.random()
    return text if how < 0.65 else text.lower() if how < 0.85 else " ".join(text) if how < 0.93 else " ".join(han(r, c, HAN) for c in text)


def verification_code(r: Random) -> str:
    how = r.random()
    if how < 0.70:
        return code_six(r)
    if how < 0.82:
        return code_four(r)
    if how < 0.87:
        return secret_digits(r, code_number(r, 8))
    if how < 0.90:
        return secret_digits(r, code_number(r, 5))
    if how < 0.92:
        return secret_digits(r, code_number(r, 7))
    return code_letters(r)


def short(r: Random, text: str, spoken: float) -> str:
    """Three or four digits off a card."""
    if r.random() >= spoken:
        how = r.random()
        return text if how < 0.8 else " ".join(text) if how < 0.9 else full_width(text) if how < 0.95 else r.choice([",", "-", "、", "."]).join(text)
    how = r.random()
    table = r.choice(SPOKEN)
    if how < 0.55:
        return han(r, text, table)
    if how < 0.72:
        return r.choice([" ", "，", " ", "、"]).join(han(r, text, table))
    if how < 0.78:
        return r.choice([" 然后 ", " 嗯 ", " 呃 ", "，再一个", " 后面 "]).join([han(r, text[:-1], table), han(r, text[-1], table)])
    if how < 0.84:
        wrong = r.choice([d for d in PLAIN if d != text[1]])
        return han(r, text[0] + wrong, table) + r.choice([" ", "，"]) + r.choice(CORRECTIONS) + " " + han(r, text, table)
    if how < 0.92:
        return runs(r, text)
    if text[0] != "0" and len(text) == 3:
        value = int(text)
        ones = value % 10
        middle = value // 10 % 10
        return HAN[value // 100] + "百" + (("零" if not middle and ones else "") + (HAN[middle] + "十" if middle else "") + (HAN[ones] if ones else ""))
    return han(r, text, table)


def cvn(r: Random) -> str:
    return short(r, lumpy(r, 3), 0.33)


def cvn_spoken(r: Random) -> str:
    return short(r, lumpy(r, 3), 0.85)


def cvn_four(r: Random) -> str:
    return short(r, lumpy(r, 4), 0.3)


KINDS = {
    "phone": phone, "phone_mobile": phone_mobile, "phone_spoken": mobile_said, "phone_land": phone_land, "phone_hk": phone_hk,
    "card": card, "card_spoken": card_said, "card_foreign": lambda r: card_of(r, lambda n: n[0] != "6"),
    "card_sixteen": lambda r: card_of(r, lambda n: len(n) == 16), "card_nineteen": lambda r: card_of(r, lambda n: len(n) == 19 and n[:2] == "62"),
    "account": account, "account_spoken": account_said,
    "id_number": id_resident, "id_spoken": id_said, "id_x": id_x, "id_old": id_old, "passport": passport,
    "permit_hk": permit_hk, "permit_out_tw": permit_out_tw, "permit_home": permit_home, "permit_tw": permit_tw,
    "cvn": cvn, "cvn_spoken": cvn_spoken, "cvn_four": cvn_four,
    "password": password, "password_six": password_six, "password_six_spoken": password_six_spoken, "password_four": password_four,
    "password_letters": password_letters, "password_pinyin": password_pinyin, "password_spelled": password_spelled,
    "password_said_word": password_said_word, "password_birthday": password_birthday, "password_token": password_token,
    "password_eight": lambda r: secret_digits(r, pin(r, 8)) if r.random() < 0.3 else r.choice(["abcd", "wang", "love", "King", "Baby", "zxcv", "mima"]) + digits(r, 4),
    "verification_code": verification_code, "code_six": code_six, "code_plain": lambda r: code_number(r, 6), "code_four": code_four, "code_spoken": code_spoken, "code_letters": code_letters, "code_eight": lambda r: secret_digits(r, code_number(r, 8)),
}

LABELS = {
    "phone_mobile": "phone", "phone_spoken": "phone", "phone_land": "phone", "phone_hk": "phone",
    "card_spoken": "card", "card_foreign": "card", "card_sixteen": "card", "card_nineteen": "card", "account_spoken": "account",
    "id_spoken": "id_number", "id_x": "id_number", "id_old": "id_number", "passport": "id_number",
    "permit_hk": "id_number", "permit_out_tw": "id_number", "permit_home": "id_number", "permit_tw": "id_number",
    "cvn_spoken": "cvn", "cvn_four": "cvn",
    "password_six": "password", "password_six_spoken": "password", "password_four": "password", "password_letters": "password",
    "password_pinyin": "password", "password_spelled": "password", "password_said_word": "password",
    "password_birthday": "password", "password_token": "password", "password_eight": "password",
    "code_six": "verification_code", "code_plain": "verification_code", "code_four": "verification_code", "code_spoken": "verification_code", "code_letters": "verification_code", "code_eight": "verification_code",
}


# Values that are nobody's

BRANCHES = ["滨江支行", "城关支行", "解放路支行", "东湖支行", "南门分理处", "科技园支行", "火车站支行", "新华街支行", "开发区支行", "西大街支行", "总部营业部", "桥头分理处", "大学城支行", "钟楼支行"]
HOTLINES = ["95588", "95533", "95599", "95566", "95555", "95559", "95561", "95568", "95595", "95528", "95577", "95508", "95511", "95519", "95580", "400-889-5566", "4006695599", "400 810 6600", "800-830-8003", "4008205555", "400-66-95555", "12378", "12363", "12345", "96110", "96588", "10086", "10010", "10000", "1008611", "96669", "021-962999"]
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def formal(n: int) -> str:
    for a, b in zip("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟"):
        n = n if isinstance(n, str) else counted(n)
        n = n.replace(a, b)
    return ("壹" + n if n.startswith("拾") else n) + "元整"


def upper(r: Random, n: int) -> str:
    return "".join(r.choice(UPPER) for _ in range(n))


def round_amount(r: Random) -> int:
    return r.choice([r.randint(1, 99), r.randint(100, 9999), r.randint(1, 99) * 100, r.randint(1, 60) * 1000, r.randint(1, 90) * 10000])


def amount(r: Random) -> str:
    n = round_amount(r)
    cents = digits(r, 2)
    return r.choice(["%d元" % n, "%d块" % n, "%d.%s元" % (n, cents), "¥%d.%s" % (n, cents), "￥%d" % n, "{:,}元".format(n), "{:,}.{}元".format(n, cents), "人民币%d元" % n, "%d万" % r.randint(1, 80), "%d.%d万" % (r.randint(1, 30), r.randint(1, 9)), "%d块钱" % n, "%dw" % r.randint(1, 50), "%dk" % r.randint(1, 50), "RMB %d" % n, amount_said(r), amount_said(r)])


def amount_said(r: Random) -> str:
    n = round_amount(r)
    return r.choice([counted(n) + "块", counted(n) + "块钱", counted(n) + "元", counted(n), counted(r.randint(1, 90)) + "万", r.choice(["一万二", "两万五", "三千六", "八百五", "一千二", "六万八", "十二万三", "两千三", "五万多", "三四千", "千把块", "百十来块", "七八百", "一百二十三块四毛五", "三块九毛九", "两百五", "万把块钱", "四十来万"])])


def date(r: Random) -> str:
    y, m, d = r.randint(2015, 2026), r.randint(1, 12), r.randint(1, 28)
    return r.choice(["%d年%d月%d日" % (y, m, d), "%d-%02d-%02d" % (y, m, d), "%d/%d/%d" % (y, m, d), "%d月%d号" % (m, d), "%d月%d日" % (m, d), "%d.%d" % (m, d), "%d.%d.%d" % (y, m, d), "%s月%s号" % (counted(m), counted(d)), "上个月%d号" % d, "昨天", "前天", "大前天", "上礼拜三", "去年%d月" % m, "今年%s月份" % counted(m), "%02d年%d月" % (y % 100, m)])


def clock(r: Random) -> str:
    h, m = r.randint(0, 23), r.randint(0, 59)
    return r.choice(["%02d:%02d" % (h, m), "%d点%02d" % (h, m), "%d点" % r.randint(1, 12), "%02d:%02d:%02d" % (h, m, r.randint(0, 59)), "早上%s点" % counted(r.randint(6, 11)), "下午%s点半" % counted(r.randint(1, 6)), "晚上%s点多" % counted(r.randint(7, 12)), "中午12点半", "凌晨%d点" % r.randint(1, 5), "%d:%02d" % (h, m), "%d时%d分" % (h, m)])


def order(r: Random) -> str:
    day = "202%d%02d%02d" % (r.randint(3, 6), r.randint(1, 12), r.randint(1, 28))
    return r.choice([day + digits(r, r.randint(6, 16)), "DD" + digits(r, 12), digits(r, r.randint(10, 22)), "4200" + digits(r, 20), "P" + day[2:] + digits(r, 8), upper(r, 2) + day + digits(r, 4), day + "-" + digits(r, 5), day + "2200" + digits(r, 16), "TX" + digits(r, 9)])


def ticket(r: Random) -> str:
    return r.choice([digits(r, r.randint(5, 10)), "W" + digits(r, 8), "TS2026" + digits(r, 5), "GD-" + digits(r, 6), "2026" + digits(r, 7), "No." + digits(r, 6), upper(r, 1) + digits(r, 7), "KF" + digits(r, 10), "#" + digits(r, 5)])


def tracking(r: Random) -> str:
    return r.choice(["SF" + digits(r, 13), "YT" + digits(r, 13), "ZTO" + digits(r, 12), "EA" + digits(r, 9) + "CN", "JDVA" + digits(r, 11), "1" + digits(r, 12), "77" + digits(r, 13), "SF " + " ".join(cut(digits(r, 12), [4, 4, 4])), "9" + digits(r, 12), "JT" + digits(r, 13)])


def error(r: Random) -> str:
    return r.choice(["E" + digits(r, 4), "EBS" + digits(r, 5), digits(r, 4), digits(r, 6), "-" + digits(r, 4), "0x80" + "".join(r.choice("0123456789ABCDEF") for _ in range(6)), "ERR_" + digits(r, 3), "P" + digits(r, 5), "MB-" + digits(r, 4), "99" + digits(r, 4), "C" + digits(r, 5), upper(r, 2) + digits(r, 3), "500", "404", "PE" + digits(r, 4), "1003", "UI-" + digits(r, 6)])


def uscc(r: Random) -> str:
    charset = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = r.choice(["91", "92", "93", "52", "12"]) + r.choice(REGIONS) + "".join(r.choice("0123456789" * 5 + "ABCDMNRX") for _ in range(9))
    total = sum(charset.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + charset[-total % 31]


def version(r: Random) -> str:
    return r.choice(["%d.%d.%d", "%d.%d.%d", "V%d.%d.%d", "v%d.%d.%d"]) % (r.randint(1, 13), r.randint(0, 12), r.randint(0, 30))


def hotline_said(r: Random) -> str:
    return han(r, r.choice(["95588", "95533", "95566", "95555", "4006695599", "95568", "12378", "10086", "4008205555", "95528"]), r.choice([HAN, HAN, HAN_YAO]))


def plate(r: Random) -> str:
    return r.choice(PROVINCES) + r.choice(UPPER) + r.choice(["", "", "·", " "]) + r.choice([digits(r, 5), r.choice(UPPER) + digits(r, 4), digits(r, 3) + upper(r, 2), "D" + digits(r, 5), "F" + digits(r, 5), digits(r, 4) + r.choice(UPPER)])


def stamp(r: Random) -> str:
    y, m, d, h, i, s = r.randint(2022, 2026), r.randint(1, 12), r.randint(1, 28), r.randint(0, 23), r.randint(0, 59), r.randint(0, 59)
    return r.choice(["%d-%02d-%02d %02d:%02d:%02d", "%d%02d%02d%02d%02d%02d", "%d/%02d/%02d %02d:%02d:%02d", "%d%02d%02d %02d%02d%02d"]) % (y, m, d, h, i, s)


def spoken_number(r: Random, text: str) -> str:
    """A number of nobody's, said digit by digit."""
    return said(r, text, [3, 3, 4, 4, 4])


OTHERS = {
    "aba": lambda r: r.choice(["0", "1", "2", "3"]) + digits(r, 8),
    "age": lambda r: r.choice([str(r.randint(18, 92)), counted(r.randint(18, 92))]),
    "amount": amount,
    "amount_formal": lambda r: formal(round_amount(r)),
    "amount_said": amount_said,
    "banknote": lambda r: r.choice([upper(r, 1) + digits(r, 1) + upper(r, 1) + digits(r, 7), upper(r, 2) + digits(r, 8), upper(r, 1) + digits(r, 9)]),
    "bin": lambda r: r.choice(BINS),
    "branch": lambda r: r.choice(BRANCHES),
    "branch_code": lambda r: r.choice([digits(r, 4), digits(r, 5), digits(r, 9), "0" + digits(r, 5)]),
    "branch_code_said": lambda r: spoken_number(r, digits(r, r.choice([4, 5, 9]))),
    "bus": lambda r: str(r.randint(1, 980)),
    "case": lambda r: "（%d）%s%s%s%d号" % (r.randint(2019, 2026), r.choice(PROVINCES), r.choice(["", digits(r, 2), digits(r, 4)]), r.choice(["执", "民初", "执保", "财保", "刑初"]), r.randint(3, 9999)),
    "clause": lambda r: r.choice(["%d" % r.randint(1, 60), "%d.%d" % (r.randint(1, 20), r.randint(1, 9)), "%d.%d.%d" % (r.randint(1, 20), r.randint(1, 9), r.randint(1, 9)), counted(r.randint(1, 60))]),
    "cnaps": lambda r: r.choice(["102", "103", "104", "105", "301", "303", "305", "308", "309", "313", "402", "403"]) + digits(r, 9),
    "cnaps_said": lambda r: spoken_number(r, r.choice(["102", "103", "105", "308", "313", "402"]) + digits(r, 9)),
    "contract": lambda r: r.choice(["HT-%d-%s" % (r.randint(2015, 2026), digits(r, 4)), digits(r, 15), "%d年借字第%s号" % (r.randint(2015, 2026), digits(r, 4)), "ZXQY" + digits(r, 10), upper(r, 3) + "-" + digits(r, 8), "PD" + digits(r, 12), "（%d）信字%s号" % (r.randint(2015, 2026), digits(r, 5))]),
    "coords": lambda r: "%d.%s,%d.%s" % (r.randint(20, 45), digits(r, 6), r.randint(80, 130), digits(r, 6)),
    "count": lambda r: str(r.choice([2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 15, 24, 36, 60])),
    "date": date,
    "date_plain": lambda r: "20%02d%02d%02d" % (r.randint(10, 26), r.randint(1, 12), r.randint(1, 28)),
    "date_said": lambda r: han(r, str(r.randint(1995, 2026)), HAN) + "年" + r.choice(["", counted(r.randint(1, 12)) + "月", counted(r.randint(1, 12)) + "月" + counted(r.randint(1, 28)) + "号"]),
    "day": lambda r: r.choice([str(r.randint(1, 28)), counted(r.randint(1, 28))]),
    "draft": lambda r: r.choice(["1", "2", "5", "6"]) + digits(r, 29),
    "error": error,
    "error_said": lambda r: spoken_number(r, digits(r, r.choice([3, 4, 4, 5, 6]))),
    "fee": lambda r: r.choice(["%d元" % r.randint(2, 3600), "%d块" % r.randint(5, 300), "%d.%s元" % (r.randint(1, 300), digits(r, 2)), counted(r.randint(2, 999)) + "块", "%d块钱" % r.randint(2, 99), "¥%d" % r.randint(3, 999)]),
    "flight": lambda r: r.choice(["CA", "MU", "CZ", "HU", "ZH", "3U", "9C"]) + digits(r, 4),
    "fund": lambda r: r.choice(["00", "11", "16", "51", "60", "30", "68"]) + digits(r, 4),
    "fund_said": lambda r: spoken_number(r, r.choice(["00", "11", "16", "51", "60"]) + digits(r, 4)),
    "fx": lambda r: r.choice(["7.%s" % digits(r, 4), "6.%s" % digits(r, 2), "0.%s" % digits(r, 4), "1.%s" % digits(r, 4), "7%s.%s" % (digits(r, 2), digits(r, 2))]),
    "gb": lambda r: "%d-%d" % (r.randint(1000, 39999), r.randint(2005, 2024)),
    "hotline": lambda r: r.choice(HOTLINES),
    "hotline_said": hotline_said,
    "index": lambda r: "%d.%s" % (r.randint(2600, 4200), digits(r, 2)),
    "invoice": lambda r: r.choice([digits(r, 8), digits(r, 20), "No" + digits(r, 8)]),
    "invoice_code": lambda r: r.choice([digits(r, 10), "0" + digits(r, 11)]),
    "ip": lambda r: "%d.%d.%d.%d" % tuple(r.randint(1, 254) for _ in range(4)),
    "long_sender": lambda r: r.choice(["106", "1069", "1068"]) + digits(r, r.randint(5, 10)) + r.choice(["", "95588", "5533"]),
    "mac": lambda r: ":".join("%02X" % r.randrange(256) for _ in range(6)),
    "mcc": lambda r: digits(r, 4),
    "merchant": lambda r: r.choice([digits(r, 15), "8" + digits(r, 14), "M" + digits(r, 9), "898" + digits(r, 12), digits(r, 10)]),
    "minutes": lambda r: r.choice(["%d分钟", "%d分钟", "%d个小时", "%d天", "%d多分钟"]) % r.randint(2, 50),
    "model": lambda r: r.choice(["P60", "Mate 40 Pro", "Reno9", "V2154A", "M2012K11AC", "iPhone 12", "SM-G9910", "X100", "ANA-AN00", "DE-620K", "HL-2260D", "K50", "Note 11"]),
    "money_plain": lambda r: str(r.choice([round_amount(r), r.randint(1, 99) * 100, r.randint(1, 90) * 1000, 123456, 666666, 888888])),
    "order": order,
    "orgcode": lambda r: digits(r, 8) + "-" + r.choice(PLAIN + "X"),
    "permit_no": lambda r: "J" + digits(r, 13),
    "plate": plate,
    "plate_said": lambda r: r.choice(PROVINCES) + r.choice(UPPER) + " " + said(r, digits(r, 5), [5]),
    "points": lambda r: str(r.choice([r.randint(10, 999), r.randint(1000, 99999), r.randint(1, 99) * 1000])),
    "port": lambda r: r.choice(["8080", "443", "8443", "3389", "18080"]),
    "postcode": lambda r: r.choice(REGIONS)[:2] + digits(r, 4),
    "postcode_said": lambda r: spoken_number(r, digits(r, 6)),
    "product": lambda r: r.choice([upper(r, 2) + digits(r, 6), "AX" + digits(r, 4), digits(r, 6) + upper(r, 1), "GRSDR" + digits(r, 6), "CFLC" + digits(r, 4), digits(r, 7), "安心%d号" % r.randint(1, 365), "%s%d期" % (r.choice(["稳健", "鑫享", "月月盈"]), r.randint(1, 600))]),
    "product_long": lambda r: r.choice(["C", "Z7"]) + digits(r, 13 if r.random() < 0.5 else 12),
    "queue": lambda r: r.choice([upper(r, 1) + digits(r, 3), upper(r, 1) + digits(r, 4), str(r.randint(1, 300)), "VIP" + digits(r, 2)]),
    "queue_said": lambda r: r.choice(["", r.choice("ABCV")]) + han(r, digits(r, 3), r.choice([HAN, HAN_YAO])),
    "rate": lambda r: r.choice(["%d.%s%%" % (r.randint(0, 24), digits(r, 2)), "%d.%d%%" % (r.randint(0, 9), r.randint(0, 9)), "百分之%s点%s" % (counted(r.randint(1, 9)), HAN[r.randint(1, 9)]), "万分之五", "千分之六", "0.%s" % digits(r, 4), "%d.%s％" % (r.randint(1, 7), digits(r, 2)), "%dbp" % r.randint(5, 60), "%s厘" % counted(r.randint(3, 9))]),
    "score": lambda r: str(r.randint(350, 900)),
    "seat": lambda r: str(r.randint(1, 60)) + r.choice("ABCDFHJK"),
    "seq": lambda r: digits(r, 2),
    "serial": lambda r: r.choice(["SN" + digits(r, 10), upper(r, 2) + "-" + digits(r, 5), digits(r, 10), upper(r, 1) + digits(r, 3) + upper(r, 1) + digits(r, 4), "NO." + digits(r, 7), digits(r, 4) + "-" + digits(r, 4), upper(r, 4) + digits(r, 3)]),
    "size": lambda r: str(r.choice([4, 8, 16, 64, 89, 98, 118, 128, 142, 256, 512])),
    "sort": lambda r: r.choice(["-".join(cut(digits(r, 6), [2, 2, 2])), digits(r, 6), digits(r, 3) + "-" + digits(r, 3)]),
    "stamp": stamp,
    "swift": lambda r: r.choice(["ICBK", "BKCH", "PCBC", "ABOC", "CMBC", "COMM", "HSBC", "CHAS", "CITI", "SCBL"]) + r.choice(["CNBJ", "HKHH", "US33", "CNSH", "SGSG", "JPJT"]) + r.choice(["", "XXX", digits(r, 3), digits(r, 2) + "A"]),
    "tail": lambda r: digits(r, 4),
    "tail_said": lambda r: han(r, digits(r, 4), r.choice([HAN, HAN_YAO])),
    "terminal": lambda r: r.choice([digits(r, 8), upper(r, 1) + digits(r, 7), "ATM" + digits(r, 5), digits(r, 6)]),
    "ticket": ticket,
    "ticket_said": lambda r: spoken_number(r, digits(r, r.choice([6, 8, 9, 10]))),
    "time": clock,
    "token_serial": lambda r: r.choice([digits(r, 10), digits(r, 12), digits(r, 8), digits(r, 3) + "-" + digits(r, 7)]),
    "tracking": tracking,
    "tracking_said": lambda r: r.choice(["SF ", "YT ", "", "JT "]) + spoken_number(r, digits(r, 12)),
    "train": lambda r: r.choice("GDKZC") + str(r.randint(1, 9998)),
    "url": lambda r: r.choice(["www.%s%s.com/pay" % (r.choice(["icbk", "ccb", "bank", "mbk"]), digits(r, 3)), "http://t.cn/A6%s" % upper(r, 5), "bk%s.cn" % digits(r, 4), "https://m.bank%s.top/u?id=%s" % (digits(r, 2), digits(r, 6))]),
    "uscc": uscc,
    "version": version,
    "voucher": lambda r: digits(r, 6),
    "voucher8": lambda r: digits(r, 8),
    "window": lambda r: r.choice([str(r.randint(1, 12)), counted(r.randint(1, 9))]),
    "year": lambda r: str(r.randint(1998, 2026)),
}
