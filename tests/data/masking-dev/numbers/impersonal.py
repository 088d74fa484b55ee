"""Values that are nobody's and look like numbers and secrets of somebody: amounts, dates, orders, hotlines and the like."""

from random import Random

from common import counted, digits
from spelling import HAN, HAN_YAO, PLAIN, cut, han, said

from .identifiers import BINS, REGIONS

BRANCHES = ["滨江支行", "城关支行", "解放路支行", "东湖支行", "南门分理处", "科技园支行", "火车站支行", "新华街支行", "开发区支行", "西大街支行", "总部营业部", "桥头分理处", "大学城支行", "钟楼支行"]
HOTLINES = ["95588", "95533", "95599", "95566", "95555", "95559", "95561", "95568", "95595", "95528", "95577", "95508", "95511", "95519", "95580", "400-889-5566", "4006695599", "400 810 6600", "800-830-8003", "4008205555", "400-66-95555", "12378", "12363", "12345", "96110", "96588", "10086", "10010", "10000", "1008611", "96669", "021-962999"]
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def formal(n: int) -> str:
    """As it is written on a cheque."""
    text = counted(n).translate(str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟"))
    return ("壹" + text if text.startswith("拾") else text) + "元整"


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
