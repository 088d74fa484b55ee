"""Ways of writing and saying a value, names and places: the first set. Everything is drawn from the random generator passed in."""

import re

from common import NUMERALS, counted, digits, full_width, is_luhn, luhn_digit, resident_digit

SPOKEN = {"0": "零", "1": "一", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六", "7": "七", "8": "八", "9": "九"}
FILLERS = ["嗯", "呃", "那个", "啊", "然后", "额", "就是", "后面是", "接着", "再后面", "然后是", "等一下", "我看一下", "中间", "最后", "还有"]
ASIDES = ["你在听吗", "稍等我换个眼镜", "字太小了", "信号不好", "听得见吗", "孩子别闹", "我翻一下", "别急啊", "写到哪了", "这个看不清", "喂喂", "我接着念", "慢慢来", "往下念"]
CORRECTIONS = ["不不不", "等等不对", "念岔了", "我更正", "刚说错", "sorry说错了", "写错啦", "不对", "错了", "不是", "哦不对", "说错了", "不好意思", "应该是", "啊不", "我看错了", "sorry", "更正一下"]


def spoken(r, digits, style=None):
    style = style or {
        "1": r.choice("一幺幺"), "2": r.choice("二二二两"), "0": r.choice("零零零〇洞") if r.random() < 0.9 else "〇",
        "7": "七" if r.random() < 0.95 else "拐", "9": "九" if r.random() < 0.95 else "勾",
    }
    return "".join(style.get(d, SPOKEN.get(d, d)) for d in digits)


def groups(r, digits, sizes):
    out, at, i = [], 0, 0
    while at < len(digits):
        n = sizes[i % len(sizes)]
        out.append(digits[at:at + n])
        at, i = at + n, i + 1
    return out


def runs_spoken(r, digits):
    """三个八 for 888 where a digit stands at least twice in a row."""
    out, at = "", 0
    style = {"1": r.choice("一幺"), "0": "零"}
    while at < len(digits):
        d, n = digits[at], 1
        while at + n < len(digits) and digits[at + n] == d:
            n += 1
        if n >= 2 and n <= 6 and r.random() < 0.8 and d.isdigit():
            out += ("两" if n == 2 else SPOKEN[str(n)]) + "个" + spoken(r, d, style)
        else:
            out += spoken(r, d * n, style)
        at += n
    return out


def number(r, digits, sizes, mixed=True):
    """Any way of writing `digits`; `sizes` are the groups in which people say it."""
    parts = groups(r, digits, sizes)
    plain = r.random()
    if plain < 0.34:
        return digits
    if plain < 0.42:
        return r.choice([" ", "-", " ", " - ", "."]).join(parts)
    if plain < 0.45:
        return full_width(digits)
    if plain < 0.57:
        return spoken(r, digits)
    if plain < 0.64:
        style = {"1": r.choice("一幺"), "0": "零"}
        return r.choice([" ", "，", "、", ", ", "  ", "…"]).join(spoken(r, p, style) for p in parts)
    if plain < 0.68 and any(digits[i] == digits[i + 1] for i in range(len(digits) - 1)):
        return runs_spoken(r, digits)
    if plain < 0.71:
        return r.choice([" ", "，", "-", "、", ","]).join(digits)
    if plain < 0.73:
        return r.choice([" ", "，"]).join(spoken(r, digits))
    how = (lambda p: spoken(r, p)) if r.random() < 0.6 else (lambda p: p)
    if plain < 0.83 and len(parts) > 1:
        at = r.randrange(1, len(parts))
        pause = r.choice(["，", "", " ", "，"]) + r.choice(FILLERS) + r.choice(["，", "", " ", "，"])
        out = ""
        for i, p in enumerate(parts):
            if i:
                out += pause if i == at else r.choice(["", " ", "，"])
            out += how(p)
        return out
    if plain < 0.88 and len(parts) > 1:
        # one part twice
        at = r.randrange(len(parts))
        out = [how(p) for p in parts]
        out.insert(at, out[at])
        return r.choice(["，", " ", "，"]).join(out)
    if plain < 0.94 and len(parts) > 1:
        # a slip that is put right
        at = r.randrange(len(parts))
        slip = list(parts[at])
        i = r.randrange(len(slip))
        slip[i] = r.choice([d for d in "0123456789" if d != slip[i]])
        out = [how(p) for p in parts]
        fixed = how("".join(slip)) + r.choice(["，", "", " "]) + r.choice(CORRECTIONS) + r.choice(["，", "", " "]) + out[at]
        out[at] = fixed
        return r.choice(["，", " ", ""]).join(out)
    if plain < 0.955 and len(parts) > 1:
        # something unforeseen in the middle
        at = r.randrange(1, len(parts))
        out = ""
        for i, p in enumerate(parts):
            if i == at:
                out += r.choice(["，", " ", ""]) + r.choice(ASIDES) + r.choice(["，", " "])
            out += how(p)
        return out
    if plain < 0.97 and len(parts) > 1:
        lead = r.choice([("前面是", "后面是"), ("前三位", "后面"), ("", "后面是"), ("", "然后是"), ("开头", "后边是"), ("", "剩下的是")])
        cut = r.randrange(1, len(parts))
        a, b = "".join(parts[:cut]), "".join(parts[cut:])
        return how(a) + r.choice(["，", " ", ""]) + lead[1] + how(b)
    at = r.randrange(1, len(digits))
    return digits[:at] + spoken(r, digits[at:])


def mobile(r):
    raw = "1" + r.choice("3456789") + digits(r, 9)
    if r.random() < 0.2:
        i = r.randrange(3, 8)
        raw = raw[:i] + raw[i] * 3 + raw[i + 3:]
    if r.random() < 0.06:
        return r.choice(["+86", "+86 ", "86-", "0086", "+86-"]) + r.choice([raw, raw[:3] + " " + raw[3:7] + " " + raw[7:]])
    return number(r, raw, r.choice([[3, 4, 4], [3, 4, 4], [3, 3, 5], [3, 8], [4, 4, 3], [3, 4, 2, 2], [5, 6]]))


AREAS = ["010", "021", "022", "023", "020", "025", "027", "028", "029", "0755", "0571", "0512", "0531", "0411", "0311", "0371", "0451", "0591", "0771", "0851", "0898", "0991", "0471", "0351"]


def landline(r):
    area, local = r.choice(AREAS), r.choice("2345678") + digits(r, 7)
    if len(area) == 4 and r.random() < 0.4:
        local = local[:7]
    how = r.random()
    if how < 0.35:
        return area + r.choice(["-", "-", " ", ""]) + local
    if how < 0.45:
        return r.choice(["(%s)%s", "（%s）%s", "(%s) %s"]) % (area, local)
    if how < 0.55:
        return area + "-" + local[:4] + r.choice([" ", "-"]) + local[4:]
    style = {"1": r.choice("一幺"), "0": "零"}
    if how < 0.85:
        return spoken(r, area, style) + r.choice(["", "，", " ", "，嗯，", "杠", "-", "横杠"]) + spoken(r, local, style)
    return number(r, area + local, [len(area), 4, 4], mixed=False)


def card(r):
    body = r.choice(["6222", "6217", "6228", "6225", "4392", "5187", "6214", "6230", "6259", "3568", "6013", "9558"])
    n = r.choice([16, 16, 19, 19, 19, 17, 18]) if body[0] in "69" else 16
    body += digits(r, n - 5)
    raw = body + luhn_digit(body)
    return number(r, raw, r.choice([[4], [4], [4], [6, 4], [4, 4, 4, 7], [3], [6, 13], [5]]))


def account(r):
    while True:
        n = r.choice([12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
        raw = r.choice("0123456789") + digits(r, n - 1)
        if not is_luhn(raw) and any(c not in "0" for c in raw):
            break
    return number(r, raw, r.choice([[4], [4], [5], [3], [6], [4, 3]]))


def resident(r):
    region = r.choice(["110105", "310115", "440305", "330106", "320102", "510104", "420106", "610113", "370202", "210203", "430104", "130102", "620102", "650102", "152201", "460105", "810000"])
    body = region + "%04d%02d%02d" % (r.randrange(1940, 2012), r.randrange(1, 13), r.randrange(1, 29)) + digits(r, 3)
    return body + resident_digit(body)


def id_number(r):
    raw = resident(r)
    if raw.endswith("X"):
        raw = raw[:-1] + r.choice("XXXx")
    text = number(r, raw, r.choice([[6, 8, 4], [6, 4, 4, 4], [3], [6, 4, 8], [6, 6, 6], [4]]))
    if text[-1] in "Xx" and r.random() < 0.35:
        text = text[:-1] + r.choice(["叉", "，叉", "艾克斯", "埃克斯", "大写X", "字母X", " X", "大写的X", "，最后是X", "一个X", "，X", "艾克斯"])
    return text


def id15(r):
    raw = resident(r)
    raw = raw[:6] + raw[8:17]
    return number(r, raw, [6, 6, 3])


def passport(r):
    head = r.choice(["E", "G", "EA", "EB", "D", "S", "P", "e", "EJ"])
    raw = digits(r, 9 - len(head))
    how = r.random()
    if how < 0.6:
        return head + raw
    if how < 0.7:
        return head + " " + raw
    if how < 0.8:
        return head + spoken(r, raw)
    if how < 0.9:
        return head + r.choice(["，", "-", " ", "，然后"]) + number(r, raw, [4, 4])
    return head + r.choice(["", " "]) + raw[:4] + " " + raw[4:]


def permit(r):
    head = r.choice("HMHMC")
    raw = digits(r, r.choice([8, 8, 10]) if head != "C" else 8)
    return head + (raw if r.random() < 0.7 else spoken(r, raw))


def permit_tw(r):
    raw = digits(r, 8)
    return raw if r.random() < 0.7 else spoken(r, raw)


def cvn(r, n=3):
    raw = digits(r, n)
    how = r.random()
    if how < 0.55:
        return raw
    if how < 0.62:
        return full_width(raw)
    if how < 0.85:
        return spoken(r, raw)
    if how < 0.93:
        return " ".join(raw)
    return r.choice(["，", "、", " "]).join(spoken(r, raw))


def secret_digits(r, n):
    raw = digits(r, n)
    kind = r.random()
    if kind < 0.1:
        raw = r.choice("0123456789") * n
    elif kind < 0.15:
        raw = "1234567890"[:n]
    how = r.random()
    if how < 0.45:
        return raw
    if how < 0.5:
        return full_width(raw)
    if how < 0.7:
        return spoken(r, raw)
    if how < 0.76:
        return " ".join(raw)
    if how < 0.8:
        return r.choice(["，", "、", " "]).join(spoken(r, raw))
    if how < 0.86:
        return r.choice([" ", "，", "-"]).join([raw[:n // 2], raw[n // 2:]])
    if how < 0.9:
        return r.choice([" ", "，", "，嗯，", "，然后"]).join([spoken(r, raw[:n // 2]), spoken(r, raw[n // 2:])])
    return runs_spoken(r, raw)


WORDS = ["zhang", "wang", "love", "abc", "qwer", "admin", "hello", "bank", "lily", "long", "feng", "Aa", "Pass", "happy", "mima", "jia"]


def password(r):
    if r.random() < 0.7:
        return secret_digits(r, r.choice([6, 6, 6, 6, 8, 4]))
    how = r.random()
    word = r.choice(WORDS)
    if how < 0.4:
        return word + digits(r, r.choice([3, 4, 6]))
    if how < 0.6:
        return word.capitalize() + r.choice("@#_!$.") + digits(r, r.choice([3, 4]))
    if how < 0.75:
        return digits(r, 4) + word + r.choice(["", "!", "#"])
    if how < 0.85:
        return word + spoken(r, digits(r, 4))
    return r.choice(["大写", ""]) + r.choice("ABCXYZ") + "小写" + r.choice("abcxyz") + spoken(r, digits(r, 6))


def code(r):
    if r.random() < 0.05:
        return "".join(r.choice("ABCDEFGH23456789") for _ in range(5)) + r.choice("2345")
    return secret_digits(r, r.choice([6, 6, 6, 6, 4, 4, 8, 5]))


DOMAINS = ["qq.com", "163.com", "126.com", "gmail.com", "sina.com", "sina.cn", "139.com", "outlook.com", "hotmail.com", "foxmail.com", "yeah.net", "aliyun.com", "icloud.com", "huatai.com.cn", "zju.edu.cn", "vip.163.com", "sohu.com"]


def email(r):
    name = r.choice(WORDS).lower() + r.choice(["", ".", "_", "-", ""]) + r.choice([r.choice(WORDS).lower(), digits(r, 3), digits(r, 4), ""])
    if r.random() < 0.3:
        name = digits(r, r.choice([8, 9, 10, 11]))
    name = name.strip("._-")
    domain = r.choice(DOMAINS)
    how = r.random()
    if how < 0.45:
        return name + "@" + domain
    if how < 0.5:
        return name.upper() + "@" + domain
    if how < 0.54:
        return full_width(name + "@" + domain)
    if how < 0.58:
        return name + r.choice([" @ ", " @", "@ "]) + domain
    if how < 0.62:
        return name + r.choice(["(at)", "[at]", "（at）", " AT ", "#", "@@"][:4]) + domain.replace(".", r.choice([".", "(dot)", " DOT ", "."]) if how < 0.6 else ".")
    if how < 0.65:
        return name + "@" + domain.replace(".", r.choice(["。", " .", ". ", "·", "，"]))
    at = r.choice(["@符号", "小老鼠", "at符号", "爱特", "艾特", " a t ", "花a", "阿特", "诶特"] + ["艾特", "at", " at ", "圈a", "艾特", "@", " 艾特 ", "圈A", "爱特"])
    dot = r.choice(["点", "点儿", "."] + ["点", "点", " 点 ", "dot", " dot "])
    spelled = name if r.random() < 0.5 else spoken(r, name)
    spelled = spelled.replace("_", r.choice(["下划线", "_"])).replace("-", r.choice(["杠", "-", "横杠"])).replace(".", dot)
    if r.random() < 0.15:
        spelled = r.choice(["，", "-", "、", "，然后"]).join(p for p in re.split(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", spelled))
    if r.random() < 0.15:
        spelled = " ".join(name.replace("_", "").replace("-", "").replace(".", ""))
    host = domain if r.random() < 0.3 else spoken(r, domain)
    if r.random() < 0.15:
        host = ".".join(" ".join(p) for p in domain.split("."))
    if domain.startswith("qq") and r.random() < 0.2:
        host = host.replace("qq", "扣扣").replace("q q", "Q Q")
    if r.random() < 0.08:
        host = host.replace("com", r.choice(["康姆", "com", "抗母", "COM"]))
    return spelled + at + host.replace(".", dot)


SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文庞樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦齐梅庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丛华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺"
GIVEN_ONE = "伟芳娜敏静丽强磊军洋勇艳杰娟涛超霞平刚辉玲桂英华鹏飞鑫波斌宇浩凯健俊帆雪琳倩颖婷晶莹洁萍红燕丹露璐欣悦妍媛怡佳宁雯蕾薇琪瑶岚翔旭博晨阳亮毅峰岩林森楠彬诚信义仁礼哲睿涵轩然昊天雷震霖钢铁柱山川海河江波澜兵武文斐"
GIVEN_A = "建国志晓小玉秀桂淑春海永文明家子雨梓思若雅嘉佳俊浩宇泽天一诗梦欣怡美丽金银宝德福永庆长少云月红艳凤荣彩素慧雪冬秋景振兴宏伟正大立世光学成绍继祥瑞民新东立维振兆克敬先锦绮芷沐亦奕奕语可心依若书启宥承景屹知羽翊"
GIVEN_B = "华国明平强芳英兰珍梅红霞燕玲娟敏静丽萍琴云莲凤香秀杰军伟勇刚涛斌波辉超鹏飞龙虎林森生根福贵财祥瑞成龙海洋江涛峰岩山宇轩涵萱琪怡欣悦妍婷婷娜雯佳慧颖晨曦阳辰熙然泽霖豪博文武斌哲睿诚远航帆清澜舟宁安康乐溪竹桐柠希言之一恩瑜瑾玥"
COMPOUND = ["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木", "宇文", "长孙", "南宫", "独孤", "司空", "轩辕", "百里", "呼延", "澹台", "闻人", "赫连"]
WORD_NAMES = ["李想", "马力", "高峰", "江山", "白雪", "石磊", "杜鹃", "文静", "安然", "夏雨", "金星", "方圆", "黄河", "高洁", "常青", "严明", "程功", "万里", "陆地", "田野", "向阳", "路遥", "雷鸣", "关山月", "成龙", "钱多多", "高明", "徐徐", "毛毛", "牛奔"]
LATIN = ["Michael Johnson", "Emily Chen", "David Smith", "John Brown", "Sarah O'Neil", "Wang Xiaoming", "ZHANG WEI", "Li Na", "Kim Min-ji", "Tanaka Hiroshi", "Anna Petrova", "James T. Kirk", "Robert Miller", "MARIA GARCIA", "Jean-Pierre Dupont", "Liu Yang", "CHEN JIAN GUO", "Thomas Müller", "Peter Van Dyke", "Nguyen Van An", "Ouyang Nana", "Jessica Lee", "William Taylor", "ZHAO/LEI", "Sun Yue"]
MINORITY = ["阿依古丽·买买提", "迪丽努尔·阿不都热合曼", "买买提·艾力", "阿卜杜拉·吐尔逊", "努尔江·哈斯木", "古丽米热·肉孜", "扎西·次仁", "热依汗·尼亚孜", "艾山江·玉素甫", "帕丽达•克里木", "阿不力孜·依明", "迈克尔·杰克逊", "安娜·卡列尼娜", "约翰·史密斯", "玛丽亚·加西亚", "让·皮埃尔", "巴特尔", "其其格", "乌兰图雅", "扎西次仁", "卓玛央金", "洛桑平措", "格桑梅朵", "旦增罗布", "阿迪力江", "买买提明", "古丽娜尔", "斯琴高娃", "苏日娜", "山本一郎", "佐藤健", "朴志勋", "金秀贤"]

PLACES = [
    ("北京市", "", ["朝阳区", "海淀区", "丰台区", "通州区", "昌平区"]), ("上海市", "", ["浦东新区", "徐汇区", "闵行区", "静安区"]),
    ("天津市", "", ["河西区", "南开区"]), ("重庆市", "", ["渝北区", "江北区", "九龙坡区"]),
    ("广东省", "深圳市", ["南山区", "福田区", "龙岗区"]), ("广东省", "广州市", ["天河区", "越秀区", "番禺区"]), ("广东省", "东莞市", [""]),
    ("浙江省", "杭州市", ["西湖区", "余杭区", "滨江区"]), ("浙江省", "宁波市", ["鄞州区", "海曙区"]), ("浙江省", "义乌市", [""]),
    ("江苏省", "南京市", ["江宁区", "鼓楼区"]), ("江苏省", "苏州市", ["姑苏区", "昆山市"]), ("四川省", "成都市", ["武侯区", "锦江区", "双流区"]),
    ("湖北省", "武汉市", ["洪山区", "江汉区"]), ("湖南省", "长沙市", ["岳麓区", "雨花区"]), ("陕西省", "西安市", ["雁塔区", "长安区"]),
    ("山东省", "青岛市", ["市南区", "李沧区"]), ("山东省", "济南市", ["历下区"]), ("河南省", "郑州市", ["金水区", "二七区"]),
    ("河北省", "石家庄市", ["长安区", "正定县"]), ("辽宁省", "大连市", ["沙河口区", "中山区"]), ("黑龙江省", "哈尔滨市", ["道里区"]),
    ("福建省", "厦门市", ["思明区", "湖里区"]), ("云南省", "大理白族自治州", ["祥云县"]), ("贵州省", "贵阳市", ["云岩区"]),
    ("广西壮族自治区", "南宁市", ["青秀区"]), ("内蒙古自治区", "呼和浩特市", ["新城区"]), ("新疆维吾尔自治区", "乌鲁木齐市", ["天山区"]),
    ("安徽省", "合肥市", ["蜀山区"]), ("江西省", "赣州市", ["章贡区", "于都县"]), ("甘肃省", "兰州市", ["城关区"]),
]
ROADS = ["建国路", "人民路", "中山北路", "科技园南路", "解放大道", "文一西路", "望京西街", "学院路", "世纪大道", "长江中路", "和平巷", "朝阳门外大街", "五四大街", "二环南路", "前进二路", "珠江东路", "湖滨路", "天府大道中段", "三里屯路", "永嘉路", "南京西路", "龙华街道民治大道"]
ESTATES = ["幸福小区", "阳光花园", "万科城", "翠苑一区", "龙湖滟澜山", "金地名京", "保利香槟国际", "绿地中心", "恒大名都", "碧桂园", "丽水嘉园", "御景湾", "华润置地大厦", "世贸广场", "国贸大厦", "天安数码城", "软件园二期", "中海国际公寓", "教师新村", "机床厂宿舍"]
TOWNS = ["禾甸镇", "柳林乡", "城关镇", "大王庄镇", "石桥乡", "周庄镇", "红旗乡", "龙泉街道", "梅溪镇"]
VILLAGES = ["王家村", "大李庄村", "上河村", "新民村", "黄泥塘村", "三合村", "东湖村"]
def address(r):
    said = r.random() < 0.35
    num = (lambda n: (counted(n) if n < 1000 and r.random() < 0.6 else "".join(NUMERALS[int(d)] for d in str(n)))) if said else str
    province, city, districts = r.choice(PLACES)
    district = r.choice(districts)
    head = [province, city, district]
    how = r.random()
    if how < 0.25 and city:
        head = [city, district]
    elif how < 0.33 and district:
        head = [district]
    elif how < 0.45:
        short = lambda name: name[:-1] if name.endswith(("省", "市")) else name
        head = [short(province), short(city) if r.random() < 0.5 else city, district]
    parts = [p for p in head if p]
    if r.random() < 0.2:
        parts += [r.choice(TOWNS), r.choice(VILLAGES), r.choice(["%s组" % num(r.randrange(1, 12)), "%s号" % num(r.randrange(1, 200)), "%s组%s号" % (num(r.randrange(1, 9)), num(r.randrange(1, 99)))])]
    else:
        if r.random() < 0.8:
            parts.append(r.choice(ROADS) + (num(r.randrange(1, 999)) + r.choice(["号", "号", "号院", "弄%s号" % num(r.randrange(1, 60))]) if r.random() < 0.85 else ""))
            estate = r.random() < 0.5
        else:
            estate = True
        if estate:
            parts.append(r.choice(ESTATES))
        if estate or r.random() < 0.4:
            block = num(r.randrange(1, 30)) + r.choice(["栋", "幢", "号楼", "座", "号楼"])
            unit = num(r.randrange(1, 6)) + "单元" if r.random() < 0.5 else ""
            room = r.choice([num(r.randrange(101, 3300)) + r.choice(["室", "号", "房", ""]), num(r.randrange(2, 30)) + r.choice(["楼", "层"])])
            parts.append(block + unit + room)
    glue = r.choice(["", "", "", "", " "]) if not said else r.choice(["", "", "，", " ", "，嗯，"])
    return glue.join(parts)


def name(r):
    if r.random() < 0.02:
        return r.choice(WORD_NAMES)
    surname = r.choice(COMPOUND) if r.random() < 0.04 else r.choice(SURNAMES[:100] if r.random() < 0.75 else SURNAMES)
    if r.random() < 0.28:
        return surname + r.choice(GIVEN_ONE)
    if r.random() < 0.05:
        return surname + r.choice(GIVEN_B) * 2
    return surname + r.choice(GIVEN_A) + r.choice(GIVEN_B)


KINDS = {
    "name": name, "latin": lambda r: r.choice(LATIN), "minority": lambda r: r.choice(MINORITY),
    "compound": lambda r: r.choice(COMPOUND) + r.choice([r.choice(GIVEN_ONE), r.choice(GIVEN_A) + r.choice(GIVEN_B)]),
    "phone": lambda r: landline(r) if r.random() < 0.12 else mobile(r), "landline": landline, "card": card, "account": account,
    "id_number": id_number, "id15": id15, "passport": passport, "permit": permit, "permit_tw": permit_tw,
    "email": email, "address": address, "cvn": cvn, "cvn4": lambda r: cvn(r, 4), "password": password, "code": code,
}
LABELS = {"latin": "name", "minority": "name", "compound": "name", "landline": "phone", "id15": "id_number", "passport": "id_number",
          "permit": "id_number", "permit_tw": "id_number", "cvn4": "cvn", "code": "verification_code"}
CITIES = ["北京", "上海", "深圳", "杭州", "成都", "西安", "武汉", "长沙", "石家庄", "苏州", "张家界", "黄山", "安康", "海宁", "金华", "马鞍山", "江门", "常德"]
BANKS = ["工行", "建设银行", "农行", "招商银行", "平安银行", "中信银行", "江苏银行", "华夏银行", "民生银行", "徽商银行", "广发银行"]
OTHERS = {
    "amount": lambda r: r.choice(["%d元" % r.randrange(1, 90000), "%d块" % r.randrange(1, 9000), "%d.%s元" % (r.randrange(1, 9000), digits(r, 2)), "¥%d" % r.randrange(1, 9000), "%d万" % r.randrange(1, 90), "%d,%s.%s元" % (r.randrange(1, 99), digits(r, 3), digits(r, 2)), "人民币%d" % (r.randrange(1, 900) * 100), "%d万元" % r.randrange(1, 500), "100000元", "%s0000块钱" % r.randrange(1, 99)]),
    "amount_cn": lambda r: r.choice(["三千五百块", "一万二", "两万五千元", "五十万", "一百二十三块四毛", "八千八百八十八元", "三百六十五块", "十二万三千", "二百五十元", "四万八", "九千九", "六七万", "一百多万"]),
    "date": lambda r: r.choice(["2026年%d月%d日" % (r.randrange(1, 13), r.randrange(1, 29)), "2025-%02d-%02d" % (r.randrange(1, 13), r.randrange(1, 29)), "%d月%d号" % (r.randrange(1, 13), r.randrange(1, 29)), "昨天", "上个月", "2024/%d/%d" % (r.randrange(1, 13), r.randrange(1, 29)), "2026.%d.%d" % (r.randrange(1, 13), r.randrange(1, 29)), "二零二五年三月", "上周三", "2026%02d%02d" % (r.randrange(1, 13), r.randrange(1, 29))]),
    "time": lambda r: r.choice(["%d:%s" % (r.randrange(1, 24), r.choice(["00", "30", "15", "45"])), "上午9点", "下午三点半", "%d点%d分" % (r.randrange(1, 24), r.randrange(1, 60)), "10:30:25", "晚上八点"]),
    "order": lambda r: r.choice(["2026" + "%02d%02d" % (r.randrange(1, 13), r.randrange(1, 29)) + digits(r, r.randrange(4, 12)), digits(r, r.randrange(12, 21)), "DD" + digits(r, r.randrange(10, 16)), digits(r, 16), "O" + digits(r, 12)]),
    "parcel": lambda r: r.choice(["SF" + digits(r, 13), "YT" + digits(r, 13), digits(r, 12), "7" + digits(r, 13), "JD" + digits(r, 12), "EMS " + digits(r, 10)]),
    "ticket": lambda r: r.choice(["GD" + digits(r, 8), digits(r, 8), digits(r, 10), "T-" + digits(r, 6), "CS2026" + digits(r, 6), digits(r, 6), digits(r, 9)]),
    "serial": lambda r: r.choice(["SN" + digits(r, 8), "HT-2026-" + digits(r, 4), "A%sB%s" % (digits(r, 3), digits(r, 3)), "NO." + digits(r, 7)]),
    "hotline": lambda r: r.choice(["95588", "95533", "400-820-8820", "4008888888", "12378", "10086", "12345", "400 669 5566", "800-820-1234", "9 5 5 8 8", "95555"]),
    "rate": lambda r: r.choice(["%d.%s%%" % (r.randrange(1, 9), digits(r, 2)), "百分之三点二", "%d.%s" % (r.randrange(0, 7), digits(r, 4)), "3.85%", "万分之五"]),
    "fund": lambda r: digits(r, 6), "errcode": lambda r: r.choice(["E" + digits(r, 4), digits(r, 4), "ERR-" + digits(r, 5), digits(r, 6), "0x8007" + digits(r, 4)]),
    "branchcode": lambda r: digits(r, 12), "postcode": lambda r: digits(r, 6), "tail4": lambda r: r.choice([digits(r, 4), spoken(r, digits(r, 4))]), "int": lambda r: str(r.randrange(2, 60)),
    "city": lambda r: r.choice(CITIES), "bank": lambda r: r.choice(BANKS), "branch": lambda r: r.choice(BANKS) + r.choice(["王府井支行", "高新支行", "朝阳支行", "人民路支行", "金水支行", "中关村支行", "黄浦支行"]),
    "company": lambda r: r.choice(["上海明德贸易有限公司", "杭州云飞科技有限公司", "张江机械厂", "金龙鱼食品有限公司", "深圳市华强电子公司", "王老五餐饮店", "高博建筑工程有限公司", "江南皮革厂"]),
    "company_code": lambda r: "91" + "310115" + digits(r, 9)[:8] + r.choice("ABCDMNPQ") + "X" if r.random() < .5 else "9144030" + digits(r, 10) + r.choice("ABCDE"),
    "user": lambda r: r.choice(["zhangwei88", "admin", "lucky_cat"]), "version": lambda r: "%d.%d.%d" % (r.randrange(1, 10), r.randrange(0, 10), r.randrange(0, 30)),
    "uuid": lambda r: "%s-%s-4%s-a%s-%s" % tuple("".join(r.choice("0123456789abcdef") for _ in range(k)) for k in (8, 4, 3, 3, 12)),
}
