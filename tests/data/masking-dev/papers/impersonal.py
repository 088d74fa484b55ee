"""Numbers that are nobody's: of orders, tickets, branches, money, time and machines."""

from common import counted, digits, full_width, is_luhn, resident_digit

HAN = "零一二三四五六七八九"
CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def spoken(r, text):
    table = r.choice([HAN, "零幺二三四五六七八九"])
    return "".join(table[int(c)] if c.isdigit() else c for c in text)


def plain(r, count, heads=("",)):
    """Digits that are by chance neither a mobile number, a valid card nor a valid resident number."""
    while True:
        head = r.choice(heads)
        text = head + digits(r, count - len(head))
        if count == 11 and text[0] == "1" and text[1] > "2" or text[0] in "3456" and 16 <= count <= 19 and is_luhn(text):
            continue
        if count == 18 and resident_digit(text[:17]) == text[17]:
            continue
        return text


def long_number(r, counts, heads=("",)):
    """A long number as it is copied or read out."""
    text, how = plain(r, r.choice(counts), heads), r.random()
    if how < 0.78:
        return text
    if how < 0.86:
        return " ".join(text[i:i + 4] for i in range(0, len(text), 4))
    if how < 0.90:
        return "-".join((text[:4], text[4:8], text[8:]))
    if how < 0.92:
        return full_width(text)
    return spoken(r, text)


def lettered(r, heads, counts):
    head = r.choice(heads)
    return head + r.choice(["", "", "", "-"]) + plain(r, r.choice(counts))


def day(r):
    return r.randint(2019, 2026), r.randint(1, 12), r.randint(1, 28)


def date(r):
    year, month, at = day(r)
    return r.choice([f"{year}{month:02}{at:02}", f"{year}-{month:02}-{at:02}", f"{year}/{month}/{at}", f"{year}.{month:02}.{at:02}", f"{year}年{month}月{at}日", f"{month}月{at}号", f"{year % 100}年{month}月", f"{month:02}{at:02}"])


def time(r):
    hour, minute, second = r.randint(0, 23), r.randint(0, 59), r.randint(0, 59)
    return r.choice([f"{hour:02}:{minute:02}", f"{hour}点{minute:02}", f"{hour:02}:{minute:02}:{second:02}", f"{hour}点{counted(max(minute, 11))}", f"{hour}：{minute:02}"])


def stamp(r):
    year, month, at = day(r)
    return f"{year}{month:02}{at:02}{r.randint(0, 23):02}{r.randint(0, 59):02}{r.randint(0, 59):02}"


def amount(r):
    value = r.choice([r.randint(1, 999), r.randint(1000, 99999), r.randint(100000, 9999999)])
    return r.choice([str(value), f"{value:,}", f"{value:.2f}", f"{value:,.2f}", f"{value}.{r.randint(1, 99):02}", full_width(str(value)), counted(value) if value < 100000 else f"{value // 10000}万"])


def big_amount(r):
    value = r.randint(10**7, 10**10 - 1)
    return r.choice([str(value), f"{value:,}", f"{value:,}.00", f"{value}.00", f"{value / 10000:.2f}万"])


def round_amount(r):
    value = r.choice([50, 100, 200, 300, 500, 800, 1000, 2000, 3000, 5000, 6000, 8000, 10000, 20000, 50000])
    return r.choice([str(value), counted(value), f"{value:,}"])


def small(r, low=2, high=99):
    value = r.randint(low, high)
    return r.choice([str(value), str(value), counted(value)])


def hotline(r):
    return r.choice(["955" + digits(r, 2), "4008" + digits(r, 6), f"400-{r.randint(600, 899)}-{digits(r, 4)}", "800" + digits(r, 7), "12378", "12363", "96110", "12345", "10086", "1069" + digits(r, 8), "9" + r.choice(["51", "61"]) + digits(r, 2)])


def sender(r):
    """The number from which a bank's text messages come."""
    return r.choice(["106980", "106575", "10690", "106", "1069", "106"]) + r.choice(["95588", "95533", "96588", digits(r, 5), digits(r, 6), digits(r, 8)])


def company(r):
    """A unified social credit code with letters in it."""
    return r.choice(["9111", "9131", "9144", "9133", "1237", "5251"]) + digits(r, 4) + "MA" + "".join(r.choice("0123456789" + "ABCDEFGHJKLMNPQRTUWXY") for _ in range(7)) + r.choice("ABCEFGHKX")


OTHERS = {
    "order": lambda r: long_number(r, [10, 12, 14, 15, 16, 17, 18, 19, 20, 22, 24]),
    "order_dated": lambda r: stamp(r)[:r.choice([8, 12, 14])] + plain(r, r.choice([4, 6, 8, 10])),
    "order_letters": lambda r: lettered(r, ["DD", "SO", "OR", "JY", "PO", "TB", "E", "WX", "ZF", "P"], [8, 10, 12, 14, 16]),
    "ticket": lambda r: r.choice([lettered(r, ["GD", "WO", "T", "CASE", "INC", "SR"], [6, 8, 10, 12]), stamp(r)[:8] + plain(r, 5), long_number(r, [8, 10, 12])]),
    "complaint": lambda r: r.choice([lettered(r, ["TS", "C", "CP", "XF"], [8, 10, 13]), stamp(r)[:8] + plain(r, 6), long_number(r, [9, 12, 14])]),
    "tracking": lambda r: r.choice(["SF" + plain(r, 13), "YT" + plain(r, 13), "JD0" + plain(r, 12), "EMS" + plain(r, 10), plain(r, 12, ["7730", "4312", "8829"]), plain(r, 13, ["98", "11"]), plain(r, 15, ["43", "75"]), "1" + plain(r, 12) + "CN"]),
    "serial": lambda r: r.choice(["SN" + plain(r, 10), plain(r, 2) + r.choice(CAPITALS) + plain(r, 9), plain(r, 10), plain(r, 12), plain(r, 13), r.choice(CAPITALS) + r.choice(CAPITALS) + plain(r, 8), plain(r, 16)]),
    "imei": lambda r: plain(r, 15, ["86", "35"]),
    "invoice": lambda r: r.choice([plain(r, 8), plain(r, 20, ["24", "25", "26"]), plain(r, 12, ["0110", "0440", "0310"]), plain(r, 10)]),
    "contract": lambda r: r.choice([lettered(r, ["HT", "JK", "DK", "XD", "GDDK", "HTZH"], [8, 11, 14, 17]), f"{r.randint(2017, 2026)}年贷字第{digits(r, r.choice([4, 6, 8]))}", plain(r, 14, ["20"]), plain(r, 18, ["05", "20"]), plain(r, 24, ["11"])]),
    "policy": lambda r: r.choice([plain(r, 15, ["88", "00"]), plain(r, 22, ["1", "20"]), "P" + plain(r, 15), plain(r, 19, ["82", "10"]), "PDZA" + plain(r, 18)]),
    "terminal": lambda r: plain(r, 8),
    "merchant": lambda r: plain(r, 15, ["8981", "3051", "1023", "8223"]),
    "reference": lambda r: long_number(r, [12, 12, 14, 16, 20, 24]),
    "batch": lambda r: r.choice([plain(r, 6), plain(r, 6), "PC" + plain(r, 8), stamp(r)[:8] + plain(r, 3)]),
    "trace": lambda r: plain(r, 6),
    "swift": lambda r: r.choice(["BKCHCNBJ", "ICBKCNBJ", "PCBCCNBJ", "ABOCCNBJ", "CMBCCNBS", "COMMCNSH", "BKCHHKHH", "CITIUS33", "CHASUS33"]) + r.choice(["", "", "XXX", "110", "45A", "300", "SHA"]),
    "bank_code": lambda r: r.choice(["102", "103", "104", "105", "301", "302", "305", "308", "313", "402", "403"]) + digits(r, 9),
    "fund": lambda r: r.choice(["00", "11", "16", "51", "27", "01"]) + digits(r, 4),
    "stock": lambda r: r.choice(["600", "601", "603", "000", "002", "300", "688"]) + digits(r, 3),
    "post": lambda r: r.choice(["1", "2", "3", "4", "5", "6", "7"]) + digits(r, 3) + "00",
    "amount": amount, "big_amount": big_amount, "round_amount": round_amount,
    "date": date, "time": time, "stamp": stamp,
    "year": lambda r: str(r.randint(1998, 2026)),
    "n": small,
    "few": lambda r: small(r, 2, 9),
    "d2": lambda r: digits(r, 2),
    "n3": lambda r: str(r.randint(100, 999)),
    "n4": lambda r: str(r.randint(1000, 9999)),
    "n5": lambda r: str(r.randint(10000, 99999)),
    "n6": lambda r: str(r.randint(100000, 999999)),
    "queue": lambda r: r.choice("ABCVPD") + f"{r.randint(1, 299):03}",
    "room": lambda r: str(r.randint(2, 32) * 100 + r.randint(1, 20)),
    "error": lambda r: r.choice([r.choice(["E", "ERR", "EC", "P", "A", "FE", "PB"]) + digits(r, r.choice([3, 4, 5, 6])), digits(r, 4), str(r.randint(400, 599)), "-" + str(r.randint(1000, 1999)), "0x80" + digits(r, 6)]),
    "rate": lambda r: r.choice([f"{r.randint(1, 24)}.{r.randint(0, 99):02}%", f"百分之{counted(r.randint(2, 36))}", f"{r.randint(1, 6)}.{digits(r, 3)}%", f"万分之{r.randint(2, 9)}", f"{r.randint(2, 36)}%"]),
    "hotline": hotline, "sender": sender, "company": company,
    "version": lambda r: r.choice([f"{r.randint(1, 12)}.{r.randint(0, 20)}.{r.randint(0, 20)}", f"v{r.randint(1, 9)}.{r.randint(0, 9)}", f"{r.randint(5, 10)}.{r.randint(0, 9)}.{r.randint(0, 9)}.{digits(r, 4)}", f"V{r.randint(2, 8)}.0.{digits(r, 3)}"]),
    "ip": lambda r: ".".join(str(r.randint(1, 254)) for _ in range(4)),
    "length": lambda r: r.choice([f"{r.randint(2, 900)}米", f"{r.randint(2, 40)}公里", f"{r.randint(30, 220)}厘米", f"{r.randint(300, 9900)}m", f"{r.randint(60, 240)}平米"]),
}
