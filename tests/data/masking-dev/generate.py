"""Writes train.jsonl and check.jsonl: labelled sentences for developing the masker. See README.md."""

import hashlib
import json
import random
import re
from pathlib import Path

import people
import values

HERE = Path(__file__).parent
KINDS = {
    "name": people.name, "latin": lambda r: r.choice(people.LATIN), "minority": lambda r: r.choice(people.MINORITY),
    "compound": lambda r: r.choice(people.COMPOUND) + r.choice([r.choice(people.GIVEN_ONE), r.choice(people.GIVEN_A) + r.choice(people.GIVEN_B)]),
    "phone": lambda r: values.landline(r) if r.random() < 0.12 else values.mobile(r), "landline": values.landline, "card": values.card, "account": values.account,
    "id_number": values.id_number, "id15": values.id15, "passport": values.passport, "permit": values.permit, "permit_tw": values.permit_tw,
    "email": values.email, "address": people.address, "cvn": values.cvn, "cvn4": lambda r: values.cvn(r, 4), "password": values.password, "code": values.code,
}
LABELS = {"latin": "name", "minority": "name", "compound": "name", "landline": "phone", "id15": "id_number", "passport": "id_number",
          "permit": "id_number", "permit_tw": "id_number", "cvn4": "cvn", "code": "verification_code"}
CITIES = ["北京", "上海", "深圳", "杭州", "成都", "西安", "武汉", "长沙", "石家庄", "苏州", "张家界", "黄山", "安康", "海宁", "金华", "马鞍山", "江门", "常德"]
BANKS = ["工行", "建设银行", "农行", "招商银行", "平安银行", "中信银行", "江苏银行", "华夏银行", "民生银行", "徽商银行", "广发银行"]


def rest(r, what):
    d = lambda n: values.digits(r, n)
    n = r.randrange
    return {
        "amount": lambda: r.choice(["%d元" % n(1, 90000), "%d块" % n(1, 9000), "%d.%s元" % (n(1, 9000), d(2)), "¥%d" % n(1, 9000), "%d万" % n(1, 90), "%d,%s.%s元" % (n(1, 99), d(3), d(2)), "人民币%d" % (n(1, 900) * 100), "%d万元" % n(1, 500), "100000元", "%s0000块钱" % n(1, 99)]),
        "amount_cn": lambda: r.choice(["三千五百块", "一万二", "两万五千元", "五十万", "一百二十三块四毛", "八千八百八十八元", "三百六十五块", "十二万三千", "二百五十元", "四万八", "九千九", "六七万", "一百多万"]),
        "date": lambda: r.choice(["2026年%d月%d日" % (n(1, 13), n(1, 29)), "2025-%02d-%02d" % (n(1, 13), n(1, 29)), "%d月%d号" % (n(1, 13), n(1, 29)), "昨天", "上个月", "2024/%d/%d" % (n(1, 13), n(1, 29)), "2026.%d.%d" % (n(1, 13), n(1, 29)), "二零二五年三月", "上周三", "2026%02d%02d" % (n(1, 13), n(1, 29))]),
        "time": lambda: r.choice(["%d:%s" % (n(1, 24), r.choice(["00", "30", "15", "45"])), "上午9点", "下午三点半", "%d点%d分" % (n(1, 24), n(1, 60)), "10:30:25", "晚上八点"]),
        "order": lambda: r.choice(["2026" + "%02d%02d" % (n(1, 13), n(1, 29)) + d(n(4, 12)), d(n(12, 21)), "DD" + d(n(10, 16)), d(16), "O" + d(12)]),
        "parcel": lambda: r.choice(["SF" + d(13), "YT" + d(13), d(12), "7" + d(13), "JD" + d(12), "EMS " + d(10)]),
        "ticket": lambda: r.choice(["GD" + d(8), d(8), d(10), "T-" + d(6), "CS2026" + d(6), d(6), d(9)]),
        "serial": lambda: r.choice(["SN" + d(8), "HT-2026-" + d(4), "A%sB%s" % (d(3), d(3)), "NO." + d(7)]),
        "hotline": lambda: r.choice(["95588", "95533", "400-820-8820", "4008888888", "12378", "10086", "12345", "400 669 5566", "800-820-1234", "9 5 5 8 8", "95555"]),
        "rate": lambda: r.choice(["%d.%s%%" % (n(1, 9), d(2)), "百分之三点二", "%d.%s" % (n(0, 7), d(4)), "3.85%", "万分之五"]),
        "fund": lambda: d(6), "errcode": lambda: r.choice(["E" + d(4), d(4), "ERR-" + d(5), d(6), "0x8007" + d(4)]),
        "branchcode": lambda: d(12), "postcode": lambda: d(6), "tail4": lambda: r.choice([d(4), values.spoken(r, d(4))]), "int": lambda: str(n(2, 60)),
        "city": lambda: r.choice(CITIES), "bank": lambda: r.choice(BANKS), "branch": lambda: r.choice(BANKS) + r.choice(["王府井支行", "高新支行", "朝阳支行", "人民路支行", "金水支行", "中关村支行", "黄浦支行"]),
        "company": lambda: r.choice(["上海明德贸易有限公司", "杭州云飞科技有限公司", "张江机械厂", "金龙鱼食品有限公司", "深圳市华强电子公司", "王老五餐饮店", "高博建筑工程有限公司", "江南皮革厂"]),
        "company_code": lambda: "91" + "310115" + d(9)[:8] + r.choice("ABCDMNPQ") + "X" if r.random() < .5 else "9144030" + d(10) + r.choice("ABCDE"),
        "user": lambda: r.choice(["zhangwei88", "admin", "lucky_cat"]), "version": lambda: "%d.%d.%d" % (n(1, 10), n(0, 10), n(0, 30)),
        "uuid": lambda: "%s-%s-4%s-a%s-%s" % tuple("".join(r.choice("0123456789abcdef") for _ in range(k)) for k in (8, 4, 3, 3, 12)),
    }[what]()


def render(r, template):
    """The sentence and its labels."""
    text, spans = "", []
    for piece in re.split(r"(\{\w+\})", template):
        if not piece.startswith("{"):
            text += piece
            continue
        what = piece[1:-1]
        if what.startswith("_"):
            text += rest(r, what[1:])
            continue
        value = KINDS[what](r)
        spans.append({"kind": LABELS.get(what, what), "start": len(text), "end": len(text) + len(value)})
        text += value
    return text, spans


OPENINGS = ["你好，", "您好，", "麻烦问一下，", "喂，", "那个，", "嗯，", "请问", "不好意思，", "我想问下，", "哎，", "师傅，", "美女，", "客服你好，"]
CLOSINGS = ["。", "？", "！", "谢谢", "，谢谢", "，麻烦了", "，对吧", "啊", "呢", "，你帮我看看", "，急", "，可以吗", "。麻烦尽快处理", " 谢谢", "吧"]


def vary(r, template):
    """The same sentence opened or closed otherwise, or as speech recognition writes it, without punctuation."""
    if r.random() < 0.25:
        template = r.choice(OPENINGS) + template
    if r.random() < 0.35 and template[-1] not in "？。！":
        template += r.choice(CLOSINGS)
    how = r.random()
    if how < 0.15:
        template = re.sub("[，。？：；、]", "", template)
    elif how < 0.2:
        template = re.sub("[，。？：；、]", " ", template)
    elif how < 0.25:
        template = template.replace("，", ",").replace("：", ":")
    return template


def main():
    for part, wanted in (("train", 0), ("check", 1)):
        r = random.Random(20261 + wanted)
        out, seen = [], set()
        for file, times in (("positives.txt", 12), ("negatives.txt", 2)):
            lines = [l for l in (HERE / file).read_text("utf-8").splitlines() if l and not l.startswith("#")]
            for line in lines:
                if hashlib.sha256(line.encode()).digest()[0] % 2 != wanted:
                    continue
                for _ in range(times if "{" in line else 2):
                    text, spans = render(r, vary(r, line))
                    if text not in seen:
                        seen.add(text)
                        out.append({"id": len(out), "text": text, "spans": spans})
        lines = (json.dumps(row, ensure_ascii=False) for row in out)
        (HERE / f"{part}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        count = {}
        for row in out:
            for s in row["spans"]:
                count[s["kind"]] = count.get(s["kind"], 0) + 1
        print(part, len(out), count)


if __name__ == "__main__":
    main()
