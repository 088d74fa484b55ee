"""What the value writers of all sets share: digits, check digits, numerals."""

NUMERALS = "零一二三四五六七八九"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def digits(r, count):
    return "".join(r.choice("0123456789") for _ in range(count))


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def luhn_digit(body):
    """The check digit of a card whose other digits are `body`."""
    total = 0
    for at, c in enumerate(reversed(body)):
        d = int(c) * (2 - at % 2)
        total += d - 9 if d > 9 else d
    return str(-total % 10)


def is_luhn(number):
    return luhn_digit(number[:-1]) == number[-1]


def resident_digit(body):
    """The check digit of a resident identity number whose other seventeen are `body`."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS)) % 11]


def counted(number):
    """A number as it is counted: 一百零八, 三万五千."""
    if number >= 10000:
        high, low = divmod(number, 10000)
        return counted(high) + "万" + (("零" if low < 1000 else "") + counted(low) if low else "")
    out, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        d = number // unit % 10
        if d:
            out += ("零" if zero and out else "") + NUMERALS[d] + name
            zero = False
        elif out:
            zero = True
    return (out[1:] if out.startswith("一十") else out) or NUMERALS[0]
