"""Sentences of bank calls, made from templates with slots.

Deterministic: the same count gives the same lists. Training and held-out sentences are disjoint; only sentences with a filled slot
may be held out, since a fixed one would simply be learnt by heart.
"""

import random
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
TEMPLATES = HERE.joinpath("templates.txt").read_text(encoding="utf-8").split("\n")[:-1]
HELD_OUT = 600

DIGITS = "零一二三四五六七八九"
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹"
    "薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN = "建国 小红 志强 丽娟 海燕 文静 伟 敏 静 磊 洋 艳 勇 军 杰 娟 涛 明 超 秀英 桂兰 玉梅 国庆 晓东 雪梅 佳怡 子轩 浩然 欣怡 梓涵 俊杰 春花".split()
BANKS = "建设银行 工商银行 农业银行 中国银行 交通银行 招商银行 邮储银行 民生银行 光大银行 浦发银行 中信银行 平安银行 兴业银行 本行 我行 贵行".split()
CARDS = "信用卡 储蓄卡 借记卡 银行卡 社保卡 附属卡 白金卡 金卡 工资卡 定期存折 存折 贷记卡".split()
PRODUCTS = (
    "理财产品 定期存款 大额存单 结构性存款 基金 国债 保险 黄金积存 活期存款 货币基金 消费贷 房贷 车贷 信用贷款 公积金贷款 装修贷 经营贷 助学贷款"
).split()
CHANNELS = (
    "手机银行 网上银行 微信银行 柜台 营业网点 自助柜员机 智能柜台 电话银行 短信验证码 客服热线 微信公众号 小程序"
).split()
PROBLEMS = (
    "登录不了 转账失败 被锁定了 密码忘记了 显示系统繁忙 余额不足 被冻结了 限额不够 没有收到验证码 重复扣款 一直没到账 无法绑定 提示交易异常 "
    "人脸识别不通过 过期了 消磁了 被吞了 丢失了 被盗刷了"
).split()
CITIES = "北京 上海 广州 深圳 成都 杭州 武汉 西安 南京 重庆 天津 长沙 郑州 青岛 苏州 济南 合肥 福州 沈阳 昆明".split()
FEES = "年费 手续费 滞纳金 违约金 利息 短信服务费 取现手续费 管理费 分期手续费 账户管理费".split()
MOODS = "太慢了 太不负责任了 让人失望 不能接受 太过分了 很生气 很着急 等了很久 很满意 非常感谢你".split()
DOCUMENTS = "身份证 户口本 收入证明 结婚证 营业执照 工作证明 征信报告 银行流水 房产证 完税证明".split()
ACTIONS = (
    "挂失 补办 激活 注销 冻结 解冻 开通 关闭 升级 修改密码 重置密码 调整额度 申请分期 更换手机号 打印流水 开具证明 查询余额 查询明细 "
    "提前还款 变更地址"
).split()
RELIEFS = "延期 减免 分期 宽限几天 协商还款".split()
INSTALMENTS = "三 六 九 十二 十八 二十四 三十六".split()
RISKS = "低风险 中低风险 中风险 中高风险 高风险".split()
FILLERS = "嗯 那个 啊 就是 我想问一下 是这样的 请问 麻烦你 你好 哎 好的 对 这个 那".split()


def digits(rng, count, yao=True):
    """Digits as read out one by one; half of the time 一 is said 幺, as on the telephone."""
    text = "".join(rng.choice(DIGITS) for _ in range(count))
    return text.replace("一", "幺") if yao and rng.random() < 0.5 else text


def number(n):
    """A number below 10⁸ in words."""
    if n < 10:
        return DIGITS[n]
    if n < 20:
        return "十" + (DIGITS[n % 10] if n % 10 else "")
    if n < 100:
        return DIGITS[n // 10] + "十" + (DIGITS[n % 10] if n % 10 else "")
    if n < 1000:
        head, rest = DIGITS[n // 100] + "百", n % 100
        if not rest:
            return head
        if rest < 10:
            return head + "零" + DIGITS[rest]
        return head + ("一" + number(rest) if rest < 20 else number(rest))
    if n < 10000:
        head, rest = DIGITS[n // 1000] + "千", n % 1000
        if not rest:
            return head
        return head + ("零" if rest < 100 else "") + ("一" + number(rest) if 10 <= rest < 20 else number(rest))
    head, rest = number(n // 10000) + "万", n % 10000
    if not rest:
        return head
    return head + ("零" if rest < 1000 else "") + number(rest)


def amount(rng):
    kind = rng.random()
    if kind < 0.3:
        n = rng.randint(1, 99) * 100
    elif kind < 0.5:
        n = rng.randint(1, 99) * 1000
    elif kind < 0.7:
        n = rng.randint(1, 80) * 10000
    else:
        n = rng.randint(10, 99999)
    text = number(n) + rng.choice(["元", "块", "块钱", "元"])
    if rng.random() < 0.1:
        text += DIGITS[rng.randint(1, 9)] + "角"
    return text


def date(rng):
    return number(rng.randint(1, 12)) + "月" + number(rng.randint(1, 31)) + rng.choice(["号", "日"])


def time(rng):
    part = rng.choice(["上午", "下午", "早上", "晚上", "中午", ""])
    return part + number(rng.randint(1, 12)).replace("二", "两") + "点" + rng.choice(["", "半", "十分", "一刻", "三十分"])


def percent(rng):
    return "百分之" + number(rng.randint(1, 30)) + (("点" + DIGITS[rng.randint(1, 9)]) if rng.random() < 0.5 else "")


def mobile(rng):
    if rng.random() < 0.5:
        return "幺" + rng.choice("三五七八九") + digits(rng, 9, False)
    return "一" + digits(rng, 10, False)


def name(rng):
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def one_of(words):
    return lambda rng: rng.choice(words)


def between(low, high):
    return lambda rng: number(rng.randint(low, high))


SLOTS = {
    "bank": one_of(BANKS), "card": one_of(CARDS), "prod": one_of(PRODUCTS), "ch": one_of(CHANNELS), "prob": one_of(PROBLEMS),
    "city": one_of(CITIES), "fee": one_of(FEES), "emo": one_of(MOODS), "doc": one_of(DOCUMENTS), "doc2": one_of(DOCUMENTS),
    "act": one_of(ACTIONS), "act2": one_of(RELIEFS), "inst": one_of(INSTALMENTS), "risk": one_of(RISKS),
    "sur": one_of(SURNAMES), "name": name, "name2": name,
    "dig4": lambda rng: digits(rng, 4), "dig6": lambda rng: digits(rng, 6), "dig11": mobile,
    "d1": one_of(DIGITS[1:]), "d2": one_of(DIGITS[1:]),
    "amount": amount, "amount2": amount, "date": date, "time": time, "time2": time, "pct": percent,
    "num5": between(1, 5), "num7": between(2, 15), "num9": between(3, 9), "num28": between(1, 28), "num60": between(1, 90),
    "num99": between(2, 9), "num365": between(30, 365), "num9999": between(100, 20000),
}


def fill(rng, template):
    return re.sub(r"\{(\w+)\}", lambda slot: SLOTS[slot.group(1)](rng), template)


def sentence(rng):
    """One sentence, sometimes with a filler in front or a second sentence behind, as people talk."""
    text = fill(rng, rng.choice(TEMPLATES))
    kind = rng.random()
    if kind < 0.18:
        text = rng.choice(FILLERS) + text
    if kind > 0.85:
        text += fill(rng, rng.choice(TEMPLATES))
    return text


def lists(count):
    """`count` distinct sentences, as (training, held out)."""
    rng = random.Random(7)
    found = set()
    while len(found) < count:
        text = sentence(rng)
        if 2 <= len(text) <= 40:
            found.add(text)
    every = sorted(found)
    rng.shuffle(every)
    fixed = {t for t in TEMPLATES if "{" not in t}
    held_out = [s for s in every if s not in fixed][:HELD_OUT]
    return [s for s in every if s not in set(held_out)], held_out


if __name__ == "__main__":
    out, count = Path(sys.argv[1]), int(sys.argv[2])
    training, held_out = lists(count)
    out.joinpath("train.txt").write_text("\n".join(training) + "\n", encoding="utf-8")
    out.joinpath("held_out.txt").write_text("\n".join(held_out) + "\n", encoding="utf-8")
    characters = set("".join(training))
    print(f"{len(training)} training and {len(held_out)} held-out sentences of {len(characters)} characters")
