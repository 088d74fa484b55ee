"""Made-up passwords, verification codes and card verification numbers, in the ways people type and say them."""

from random import Random

from common import digits, full_width
from spelling import CORRECTIONS, EVERYDAY, HAN, HAN_YAO, PLAIN, SPOKEN, cut, han, lumpy, runs, said, tens

from .identifiers import birthday

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
    table = r.choice(EVERYDAY)
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


def code_six(r: Random) -> str:
    return secret_digits(r, lumpy(r, 6))


def code_four(r: Random) -> str:
    return secret_digits(r, lumpy(r, 4))


def code_spoken(r: Random) -> str:
    text = lumpy(r, r.choice([6, 6, 6, 6, 4, 8]))
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
        return secret_digits(r, lumpy(r, 8))
    if how < 0.90:
        return secret_digits(r, lumpy(r, 5))
    if how < 0.92:
        return secret_digits(r, lumpy(r, 7))
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
