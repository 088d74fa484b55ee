"""Values that are nobody's, and the addresses and mailboxes that stand beside names and numbers."""

from random import Random

from common import counted, digits

from . import names

CITIES = "宁波 温州 嘉兴 徐州 常州 无锡 烟台 潍坊 洛阳 襄阳 宜昌 株洲 衡阳 九江 赣州 桂林 柳州 遵义 大理 宝鸡 咸阳 包头 大连 鞍山 吉林 大庆 唐山 保定 泉州 漳州 佛山 东莞 中山 惠州 珠海 海口 绵阳 德阳 昆山 义乌".split()
ROADS = "解放路 人民中路 建设二路 和平街 中山北路 体育场路 文昌街 环城西路 滨河大道 学府路 迎宾大道 青年路 东风路 新华街 光明巷 友谊大街 凤凰路 振兴街".split()
ESTATES = "金色家园 阳光花园 翠湖苑 锦绣江南 万和城 书香门第 东方名居 水岸新城 丽景湾 幸福里".split()
DISTRICTS = "海曙区 鹿城区 南湖区 鼓楼区 天宁区 芝罘区 奎文区 西工区 樊城区 天元区 浔阳区 秀峰区 昆都仑区 沙河口区 路北区 鲤城区 禅城区 香洲区 涪城区 开发区".split()
HOTLINES = "95588 95533 95599 95566 95559 95555 95561 95568 95528 95595 95577 95508 95511 95558 95580 95594 95526 95516 95527 95395 96588 96262 96669 10086 10010 10000 12315 12378 12363 12386 12345 12306 96110 110 114 95338 95311".split()
PRODUCTS = "天天盈 添利宝 安心存 惠民贷 快e贷 乐享金 周周发 稳添利 月月鑫 金葵盈 龙卡信用卡 白金卡 车主卡 校园卡 大额存单 结构性存款 纸黄金 定投计划 零钱组合 随心贷 融易贷 朝朝享 安盈宝 养老金账户".split()
BRANCHES = "城东支行 高新区支行 人民路网点 开发区支行 中山路支行 火车站分理处 大学城支行 滨江支行 新区营业部 营业部 西郊支行 建设路支行 会展中心支行".split()
COMPANIES = "宏达建材有限公司 盛世物流 恒信商贸 康泰药房 鑫源超市 华美家具厂 新东升电子厂 顺意装饰 佳和物业 博雅培训学校 老地方火锅店 东湖汽修 福满楼饭店 天成广告 永兴五金 长青园林 远航货运".split()
BRANDS = "王老吉 李宁 周大福 马应龙 张小泉 老干妈 吴裕泰 谢馥春 周黑鸭 安踏 海尔 乔丹 江小白 章光101 六福珠宝 老凤祥 周六福 杜蕾斯 曼秀雷敦 阿玛尼 路易威登 迪奥 欧莱雅 范思哲".split()
TITLES = "先生 女士 小姐 经理 老师 总 主任 行长 师傅 大夫 阿姨 大哥 姐 叔 工 局 老板 同学 会计 律师 警官 校长 护士长 董 哥 科长".split()
NICKNAMES = "小辣椒 大熊 豆豆妈 胖哥 阿呆 糖糖 老猫 二丫 眼镜 小太阳 大白 铁蛋 球球爸".split()


def titled(r: Random) -> str:
    surname = r.choice(names.COMMON + names.RARE[:40] + names.COMPOUND[:6])
    if len(surname) == 1 and r.random() < 0.2:
        return r.choice(["老", "小", "阿"]) + surname
    return surname + r.choice(TITLES if r.random() < 0.5 else TITLES[:5])


def amount(r: Random) -> str:
    value = r.choice([r.randint(1, 99) * 100, r.randint(10, 9999), r.randint(1, 80) * 1000, r.randint(100, 20000), r.randint(10000, 400000)])
    if r.random() < 0.1:
        return f"¥{value:,}.{r.randint(0, 99):02}"
    return r.choice([f"{value}", f"{value:,}", f"{value}.{r.randint(0, 99):02}", f"{value // 100 / 100:g}万", counted(value), f"{value}"]) + r.choice(["元", "块", "块钱", "元", "元"])


def date(r: Random) -> str:
    y, m, d = r.randint(2019, 2026), r.randint(1, 12), r.randint(1, 28)
    return r.choice([f"{y}年{m}月{d}日", f"{m}月{d}号", f"{y}-{m:02}-{d:02}", f"{y}{m:02}{d:02}", f"{y}/{m}/{d}", f"{m}.{d}", f"{counted(m)}月{counted(d)}号", f"上个月{d}号"])


def clock(r: Random) -> str:
    h, m = r.randint(8, 20), r.randint(0, 59)
    return r.choice([f"{h}:{m:02}", f"{h}点{m}分", f"{counted(h % 12 or 12)}点半", f"下午{r.randint(1, 6)}点", f"{h}:{m:02}:{r.randint(0, 59):02}", f"上午{r.choice('九十')}点多"])


def order(r: Random) -> str:
    day = f"{r.randint(2023, 2026)}{r.randint(1, 12):02}{r.randint(1, 28):02}"
    return r.choice([day + digits(r, 8), "GD" + day + digits(r, 4), "SF" + digits(r, 12), "TS-" + day + "-" + digits(r, 3), "No." + digits(r, 6), "E" + digits(r, 9), "BX" + digits(r, 10), day + "-" + digits(r, 5), "JD0" + digits(r, 10)])


def hotline(r: Random) -> str:
    if r.random() < 0.7:
        return r.choice(HOTLINES)
    head, body = r.choice(["400", "400", "800"]), r.choice("168") + digits(r, 6)
    return r.choice([f"{head}-{body[:3]}-{body[3:]}", f"{head}{body}", f"{head} {body[:3]} {body[3:]}", f"{head}-{body}", f"{head}-{body[:4]}-{body[4:]}"])


def hotline_said(r: Random) -> str:
    table = r.choice(["零一二三四五六七八九", "零幺二三四五六七八九"])
    return "".join(table[int(c)] if c.isdigit() else " " for c in hotline(r))


def said_digits(low: int, high: int):
    return lambda r: "".join(r.choice("零幺二三四五六七八九" if r.random() < 0.5 else "零一二三四五六七八九") for _ in range(r.randint(low, high)))


def address(r: Random) -> str:
    end = r.choice([f"{r.choice(ROADS)}{r.randint(1, 388)}号", f"{r.choice(ROADS)}{r.randint(1, 388)}号{r.choice(ESTATES)}{r.randint(1, 30)}幢{r.randint(1, 6)}单元{r.randint(1, 26)}0{r.randint(1, 4)}室", f"{r.choice(ESTATES)}{r.randint(1, 20)}栋{r.randint(1, 30)}0{r.randint(1, 6)}"])
    return r.choice(CITIES) + r.choice(["市", "市", ""]) + r.choice(DISTRICTS) + end


def email(r: Random) -> str:
    user = "".join(r.choice("abcdefghjklmnpqrstuvwxyz") for _ in range(r.randint(3, 8))) + r.choice(["", "", digits(r, r.randint(2, 4)), "_" + digits(r, 2), "." + r.choice(["work", "home", "cn"])])
    return r.choice([user, user, user, digits(r, r.randint(8, 10))]) + "@" + r.choice(["qq.com", "163.com", "126.com", "gmail.com", "outlook.com", "foxmail.com", "sina.com", "139.com", "hongdajc.cn", "sslogistics.com.cn"])


def one_of(words):
    return lambda r: r.choice(words)


KINDS = {"address": address, "email": email}
OTHERS = {
    "surname": one_of(names.COMMON), "titled": titled, "title": one_of("先生 女士 先生 女士 小姐 经理 老师 主任 行长".split()), "mr": one_of(["先生", "女士"]), "nick": one_of(NICKNAMES), "amount": amount, "date": date, "clock": clock,
    "order": order, "hotline": hotline, "hotline_said": hotline_said, "city": one_of(CITIES), "branch": one_of(BRANCHES), "product": one_of(PRODUCTS),
    "company": one_of(COMPANIES), "brand": one_of(BRANDS), "road": one_of(ROADS), "said3": said_digits(3, 3), "said4": said_digits(4, 4), "said6": said_digits(6, 6), "said_long": said_digits(12, 16),
    "job": lambda r: digits(r, r.choice([4, 4, 5, 6])), "ext": lambda r: digits(r, r.choice([3, 4])), "code6": lambda r: digits(r, 6), "code4": lambda r: digits(r, 4),
    "nine": lambda r: r.choice("23456789") + digits(r, 8), "twelve": lambda r: r.choice("2345679") + digits(r, 11), "queue": lambda r: r.choice("ABVC") + f"{r.randint(1, 199):03}", "n": lambda r: str(r.randint(2, 60)), "n_said": lambda r: counted(r.randint(2, 99)),
    "rate": lambda r: r.choice([f"{r.randint(1, 5)}.{r.randint(1, 99):02}%", f"百分之{counted(r.randint(2, 18))}", f"{r.randint(1, 4)}.{r.randint(10, 99)}个点", f"年化{r.randint(1, 4)}.{r.randint(1, 9)}"]),
    "nl": lambda r: "\n", "tab": lambda r: "\t", "spell": names.spell, "spell_surname": names.spell_surname, "spell_last": names.spell_last, "spell_new": names.spell_new,
    "spell_new_surname": names.spell_new_surname, "spell_new_last": names.spell_new_last, "dun": lambda r: "、", "comma": lambda r: "，",
}
