"""Values that are nobody's and stand beside names and addresses: banks, products, companies, amounts, dates and the like."""

import re

from common import counted, digits
from spelling import EVERYDAY, han

from .addresses import PLACES

BANKS = "工行 建行 农行 中行 交行 工商银行 建设银行 农业银行 中国银行 交通银行 招商银行 平安银行 中信银行 光大银行 民生银行 兴业银行 浦发银行 华夏银行 广发银行 邮储银行 浙商银行 渤海银行 恒丰银行 江苏银行 宁波银行 南京银行 徽商银行 温州银行 盛京银行 江西银行 农商行 农信社 村镇银行".split()
CITIES = [re.sub("市$", "", p[1]) for p in PLACES if p[1].endswith("市")] + "北京 上海 天津 重庆 昆山 义乌 高邮 于都 温岭 任丘 万宁 安吉 常熟 石狮 丁山 江阴 余姚 乐清 平湖 金坛 高密 宁海".split()
PRODUCTS = "稳盈三十天 高增利 周周发 安心存 白领通 余额盈 和美理财 常青藤定投 万利宝 黄金积存 成长优选混合 方圆贷 万事达白金卡 金葵花卡 龙卡 薪享通 牡丹卡 温馨贷 惠农e贷 易贷通 沃德添利 钱生钱 安盈象 财富直通车 孝心存 季季红 严选定期 双喜存单 简单盈 时时付 申享债券 云闪贷 福满多 康乐保 成才卡 石榴籽联名卡 祥瑞年金 乐游卡 章鱼卡 路路通".split()
APPS = "手机银行 支付宝 微信 云闪付 抖音 拼多多 京东 美团 饿了么 滴滴 花呗 白条 安逸花 钱站 高德地图 百度地图 腾讯会议 向日葵 闲鱼 小红书 同花顺 个税App 易信 连信 万能遥控".split()
SITES = "icbc-safe.cn ccb-login.top bank95588.vip ebank.gaoxin.com www-abc.cc jinrong365.com anquan-zx.xyz yikatong.com.cn pay.huiminka.net t.cn/A6abc m.zhaohang.club etc-renzheng.com".split()
TRADES = "贸易 科技 商贸 建筑工程 物流 餐饮管理 电子 机械 食品 服饰 装饰 文化传媒 信息技术 置业 农业发展 医药 纺织 化工".split()


def company(r):
    how = r.random()
    stem = r.choice("方圆 安泰 康宁 高新 江南 万和 金龙 成功 和谐 平安 温馨 常青 云帆 华夏 宏图 石林 黄河 白云 明珠 向荣 东升 钱江 盛世 易通 时代 周到 任我行 古风 严选 花语 路路达 关东 尚品 连城 余庆 双鑫 天润 鑫隆".split())
    if how < 0.7:
        return r.choice(["", r.choice(CITIES), r.choice(CITIES) + "市"]) + stem + r.choice(TRADES) + r.choice(["有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团", "公司"])
    return stem + r.choice("超市 药房 汽修厂 印刷厂 律师事务所 幼儿园 养殖场 服装店 五金店 火锅店 家具城 物业 培训学校 美容院".split())


def amount(r):
    n = r.randrange
    return r.choice([f"{n(1, 90000)}元", f"{n(1, 9000)}块", f"{n(1, 900)}块钱", f"{n(1, 9000)}.{digits(r, 2)}元", f"¥{n(1, 9000)}", f"{n(1, 90)}万", f"{n(1, 99)},{digits(r, 3)}.00元", f"{n(1, 900) * 100}", f"{n(1, 500)}万元", amount_cn(r), amount_cn(r)])


def amount_cn(r):
    head, unit = r.choice("一二三四五六七八九两"), r.choice(["百", "千", "万", "十万", "百多", "千多"])
    return r.choice([head + unit + r.choice(["块", "块钱", "元", ""]) if unit[-1] != "多" else head + unit + "块", head + "千" + r.choice("二三四五六八") + r.choice(["百块", "", "百元"]), counted(r.randrange(11, 999)) + r.choice(["块", "元", "块钱"]), head + "万" + r.choice("一二三五六八") + r.choice(["", "千"]), "几" + unit[0] + "块"])


def date(r):
    m, d, n = r.randrange(1, 13), r.randrange(1, 29), r.choice
    return n([f"2026年{m}月{d}日", f"2025-{m:02}-{d:02}", f"{m}月{d}号", f"{m}月{d}日", f"{m}.{d}", f"2025/{m}/{d}", "昨天", "前天", "上周三", "上个月", "上月底", "去年", "大前天", "今年三月", f"{counted(m)}月{counted(d)}号", "二零二五年六月", "国庆前", "中秋节那天", "礼拜一", "月初"])


def hotline(r):
    return r.choice("95588 95533 95599 95566 95555 95559 95511 95558 95595 95568 95561 95528 95577 95508 12378 12315 12345 10086 10010 10000 96110 12363 400-820-8820 4008111111 400 669 5566 800-820-1234 九五五八八 九五五三三".split())


OTHERS = {
    "amount": amount, "amount_cn": amount_cn, "date": date, "hotline": hotline, "company": company,
    "time": lambda r: r.choice([f"{r.randrange(0, 24)}:{r.choice(['00', '30', '15', '45', '08'])}", "上午9点", "下午三点半", "晚上八点", "凌晨两点", f"{r.randrange(1, 24)}点{r.randrange(1, 60)}分", "10:30:25", "中午"]),
    "bank": lambda r: r.choice(BANKS), "city": lambda r: r.choice(CITIES), "product": lambda r: r.choice(PRODUCTS), "app": lambda r: r.choice(APPS), "site": lambda r: r.choice(SITES),
    "branch": lambda r: r.choice(["", r.choice(BANKS)]) + r.choice("王府井 高新 朝阳 人民路 金水 中关村 黄浦 黄河路 解放路 城东 营业部 白云 江南 常青 万达 平安里 马家堡 石桥铺 和平门 古北 新街口 花园路 大学城 安定门 宋家庄 文化路 滨江 于洪 康桥 张江 陆家嘴 关山 周浦 林荫路".split()) + r.choice(["支行", "支行", "分理处", "网点"]),
    "order": lambda r: r.choice(["2026%02d%02d" % (r.randrange(1, 13), r.randrange(1, 29)) + digits(r, r.randrange(4, 12)), "DD" + digits(r, 12), "O" + digits(r, 12), "TX" + digits(r, 10)]),
    "parcel": lambda r: r.choice(["SF" + digits(r, 13), "YT" + digits(r, 13), "JD" + digits(r, 12), "JT" + digits(r, 13), "EMS" + digits(r, 10)]),
    "ticket": lambda r: r.choice(["GD" + digits(r, 8), "T-" + digits(r, 6), "CS2026" + digits(r, 6), digits(r, 6), "第" + digits(r, 4) + "号"]),
    "serial": lambda r: r.choice(["SN" + digits(r, 8), "HT-2026-" + digits(r, 4), "NO." + digits(r, 7), "ZD" + digits(r, 9)]),
    "rate": lambda r: r.choice([f"{r.randrange(1, 9)}.{digits(r, 2)}%", "百分之三点二", "3.85%", "万分之五", "千分之六", f"{r.randrange(2, 7)}个点"]),
    "fund": lambda r: digits(r, 6), "errcode": lambda r: r.choice(["E", "ERR-", "0x8007", ""]) + digits(r, 4), "branchcode": lambda r: digits(r, 12), "postcode": lambda r: digits(r, 6),
    "tail4": lambda r: han(r, digits(r, 4), r.choice(EVERYDAY)) if r.random() < 0.2 else digits(r, 4), "int": lambda r: str(r.randrange(2, 60)), "version": lambda r: "%d.%d.%d" % (r.randrange(1, 10), r.randrange(10), r.randrange(30)),
}
