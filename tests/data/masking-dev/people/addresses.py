"""Made-up postal addresses, written and said, in towns and in the country."""

import re
from pathlib import Path

from common import counted
from spelling import HAN, HAN_YAO, han

PLACES = [line.split() for line in (Path(__file__).parent / "places.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
# Great cities are met more often than their line in the list would have it.
WEIGHTS = [6 if p[1] == "-" else 4 if p[1] in "杭州市 南京市 苏州市 成都市 武汉市 西安市 广州市 深圳市 郑州市 长沙市 青岛市 宁波市 东莞市 佛山市 合肥市 济南市 沈阳市 大连市".split() else 1 for p in PLACES]
STEMS = ("人民 中山 解放 建设 和平 新华 文化 胜利 民主 团结 友谊 光明 朝阳 长江 黄河 长安 青年 幸福 迎宾 站前 滨河 滨江 环城 学府 科技 创业 工业 振兴 复兴 富强 兴隆 永安 太平 延安 井冈山 韶山 黄山 泰山 华山 衡山 昆仑 天山 祁连 峨眉 "
         "北京 南京 上海 天津 重庆 广州 杭州 苏州 福州 沈阳 太原 西安 兰州 湘江 嘉陵江 珠江 松花江 钱塘江 淮海 金陵 虎踞 秦淮 紫金 凤凰 龙泉 玉泉 清泉 香泉 石泉 桃源 梅园 兰园 竹园 菊园 桂园 柳林 松林 枫林 银杏 梧桐 樱花 牡丹 荷花 茉莉 海棠 丁香 紫荆 木棉 榕树 "
         "金鸡湖 东湖 西湖 南湖 北湖 月湖 莲湖 星湖 翠湖 玄武 白鹭 天鹅 孔雀 金牛 骏马 白马 铁塔 鼓楼 钟楼 文庙 孔庙 城隍庙 观音 佛光 普陀 灵隐 大学 学院 师范 实验 育才 育英 崇文 尚德 明德 弘毅 致远 博学 敬业 诚信 仁爱 德胜 安定 广安 永定 宣武 "
         "纺织 钢铁 机场 航天 航海 电子 软件 高新 开发 兴业 宏业 鸿运 隆昌 顺昌 宝龙 万达 大润发 漕溪 曹杨 宜山 吴中 龙华 虹桥 天目 长寿 江宁 镇宁 武宁 岚皋 甘泉 共和新 四川北 西藏南 世纪 张杨 浦建 锦绣 花木 云台 林展 深南 滨海 宝安 龙岗 布吉 坂田 沙井 民治 石厦 莲花 "
         "体育西 天河北 江南大 工业大 黄埔 白云 沙面 府前 府后 市府 县前 西大 东大 南大 北大 老城 新城 书院 状元 将军 巡抚 都督 衙前 米市 盐市 布市 菜市 马市 骡马 羊坝 花市 珠市 缸瓦 铁匠 木匠 油坊 酱园 豆腐 打铜").split()
ESTATES = ("阳光 金色 锦绣 碧桂 恒大 绿城 保利 万科 龙湖 中海 华润 雅居 世茂 融创 金地 星河 水岸 江畔 滨江 湖畔 翠湖 东方 南国 北苑 西溪 嘉和 嘉华 康乐 康居 安居 和谐 幸福 如意 吉祥 富贵 荣华 鸿运 丽景 丽水 丽江 御景 御龙 帝景 尚东 尚城 公园 学府 书香 "
           "铂金 金域 天悦 紫金 紫云 翡翠 琥珀 珍珠 玫瑰 香樟 桂花 梧桐 银杏 枫叶 橡树 绿洲 绿地 绿岛 云顶 云锦 云栖 星光 星海 月亮湾 太阳 时代 世纪 新世界 都市 广电 铁路 纺织 教师 公安 石油 煤矿 电力 邮电 粮食 供销 供电 职工 机关 老干部").split()
ESTATE_ENDS = "花园 小区 家园 苑 公寓 府 城 新村 名邸 名苑 华庭 雅苑 豪庭 一期 二期 三期 广场 国际 里 佳园 新城 花苑 嘉园 大院 宿舍 家属院 家属楼 别墅 山庄 湾 庭院 人家 天下 壹号 南区 北区 东区".split()
TOWERS = "国际 中心 财富 环球 金融 时代 世贸 恒隆 嘉里 银泰 凯德 华贸 创新 科创 软件 智慧 数码 电子 商会 总部 明珠 金茂 海关 邮政 电信 联通 粮油 外贸 工会 报业 广电 信息 交通 地王 国贸 五矿 天安 华强 赛格 创维 方正 东软".split()
TOWNS = "张集 李庄 王店 刘桥 陈官 杨柳 黄陂 赵屯 吴堡 周巷 徐庄 孙河 马桥 朱家角 胡埭 郭店 何桥 高桥 林头 罗店 郑集 梁山 宋埠 唐庄 韩村 冯庙 邓家 彭店 曾都 肖港 田庄 董铺 袁店 潘塘 余集 杜桥 叶榭 程集 大王 小河 双桥 三岔 四合 五里 七里 八里 十里 白沙 黑石 青山 红旗 东风 前进 跃进 胜利 团结 石桥 木桥 柳河 清河 沙河 龙泉 凤山 虎山 马鞍 牛头 羊角 鹿头 鸡鸣 黄土 红土 水口 河口 江口 湖口 山口 坪上 坝上 塘下 桥头 渡口 新市 老街 太平 永兴 长兴 大兴 兴隆 安乐".split()
VILLAGES = "李家 王家 张家 刘家 陈家 赵家 杨家 周家 吴家 徐家 孙家 马家 胡家 郭家 何家 高家 罗家 郑家 梁家 谢家 宋家 唐家 许家 韩家 冯家 邓家 曹家 彭家 大石 小石 上河 下河 前进 后山 东沟 西沟 南坡 北坡 新建 新民 光明 红星 桃花 杏花 梨树 榆树 柳树 松树 竹林 石板 黄泥 白塔 清水 泉水 龙王 观音 关帝 土地 碾子 磨盘 油坊 瓦窑 双龙 八角 三道 四方".split()
VILLAGE_ENDS = "村 庄 庄村 屯 湾 沟 寨 坪 坡 岭 店 铺 堡 塘 坝 桥 垸 冲 坳 营 洼 集".split()


def room(r):
    return "%d%02d" % (r.randrange(1, 33), r.randrange(1, 12)) if r.random() < 0.85 else "10" + str(r.randrange(1, 9))


def house(r):
    """Which building, which door, as people write it."""
    b, u, n = r.randrange(1, 60), r.randrange(1, 6), r.randrange
    cn = counted
    return r.choice([
        f"{b}号楼{u}单元{room(r)}室", f"{b}号楼{u}单元{room(r)}", f"{b}栋{room(r)}", f"{b}栋{u}单元{room(r)}号", f"{b}幢{room(r)}室", f"{b}幢{u}单元{room(r)}室", f"{b}-{u}-{room(r)}", f"{b}-{room(r)}", f"{b}#{u}-{room(r)}", f"{b}#{room(r)}",
        f"{b}座{room(r)}", f"{r.choice('ABCDEF')}座{room(r)}室", f"{r.choice('ABCD')}栋{n(1, 40)}楼{r.choice('ABCDEFGH')}", f"{b}号楼{room(r)}", f"第{b}栋第{u}单元{room(r)}房", f"{cn(b)}号楼{cn(u)}单元{cn(n(1, 7))}楼{r.choice('东西中')}户", f"{cn(b)}栋{cn(u)}单元",
        f"{b}幢{r.choice('甲乙丙')}单元{room(r)}室", f"{b}号{room(r)}室", f"T{u}-{room(r)}", f"{b}楼{u}门{room(r)}", f"{r.choice('东南西北')}{n(1, 9)}排{n(1, 20)}号", f"{b}号院{n(1, 12)}号楼{room(r)}", f"{u}区{b}栋{room(r)}", f"{b}号楼{u}单元{n(1, 30)}层{room(r)}", f"{b}栋"])


def road(r):
    end = r.choices(["路", "街", "大道", "大街", "东路", "西路", "南路", "北路", "中路", "巷", "支路", "一路", "二路", "三街", "横街", "后街"], [30, 10, 7, 5, 6, 6, 5, 5, 5, 5, 1, 2, 2, 1, 1, 1])[0]
    return r.choice(STEMS) + end + (r.choice("一二三四五") + "段" if end in ("中路", "大道", "西路") and r.random() < 0.2 else "")


def number(r):
    n = r.randrange(1, r.choice([60, 300, 900, 2600]))
    return r.choice(["%d号"] * 6 + ["%d号之" + r.choice("一二三"), "%d-" + str(r.randrange(1, 9)) + "号", "甲%d号", "%d号附" + str(r.randrange(1, 9)) + "号", "%d号" + r.choice("甲乙")]) % n


def estate(r):
    return r.choice(ESTATES) + (r.choice(["", "", r.choice(STEMS)[:2]])) + r.choice(ESTATE_ENDS)


def tower(r):
    return r.choice(TOWERS) + r.choice(["大厦", "广场", "中心", "大楼", "商务楼", "写字楼", "科技园", "SOHO"]) + r.choice(["", r.choice("ABC") + "座", "%d号楼" % r.randrange(1, 9)]) + r.choice(["%d层", "%d楼", "%d0" + str(r.randrange(1, 9)) + "室", "%d1" + str(r.randrange(1, 9)), "%d层" + r.choice("东西") + "区"]) % r.randrange(2, 40)


def street(r):
    """From the road on, in towns."""
    shape = r.choices(range(12), [20, 18, 12, 10, 6, 5, 5, 5, 4, 4, 5, 6])[0]
    if shape == 0:
        return road(r) + number(r) + estate(r) + house(r)
    if shape == 1:
        return road(r) + number(r) + (house(r) if r.random() < 0.4 else "")
    if shape == 2:
        return road(r) + number(r) + tower(r)
    if shape == 3:
        return estate(r) + house(r)
    if shape == 4:
        return road(r)[:8] + "%d弄%d号%s室" % (r.randrange(3, 2000), r.randrange(1, 120), room(r))
    if shape == 5:
        return r.choice(STEMS) + r.choice("胡同 巷 里 弄 坊 条".split()) + "%d号" % r.randrange(1, 90) + r.choice(["", "院", "院%d号楼" % r.randrange(1, 9)])
    if shape == 6:
        return road(r) + r.choice(["与", "和"]) + road(r) + r.choice(["交叉口", "交汇处", "路口"]) + r.choice(["", "往东%d米" % (r.randrange(1, 9) * 50), "东北角", "向南200米路西", estate(r) + house(r), "西侧"])
    if shape == 7:
        return r.choice(TOWNS) + "街道" + r.choice(STEMS) + r.choice(["社区", "居委会", "社区居委会"]) + estate(r) + house(r)
    if shape == 8:
        return r.choice(STEMS) + r.choice(["工业园", "产业园", "科技园", "开发区", "物流园", "创业园"]) + r.choice(["A区", "二期", "", road(r)]) + r.choice(["%d号厂房", "%d栋", "%d号库", "%d号"]) % r.randrange(1, 30)
    if shape == 9:
        return r.choice([road(r) + number(r), ""]) + r.choice(STEMS)[:2] + r.choice(["大学", "中学", "职业学院", "医院", "小学", "师范学院"]) + r.choice(["东区", "南苑", "北校区", "家属区", ""]) + r.choice(["宿舍%d号楼%s", "%d栋%s", "教工%d幢%s室"]) % (r.randrange(1, 30), room(r))
    if shape == 10:
        return road(r) + estate(r) + house(r)
    return road(r) + number(r) + r.choice(["底商", "临街商铺", "一楼门面", "%d号商铺" % r.randrange(1, 90), "门面房", "三楼", "后院", "地下室", "2楼"])


def hamlet(r):
    """From the town on, in the country."""
    town = r.choice(TOWNS)
    town += r.choice("镇镇镇乡") if town[-1] != "镇" else ""
    place = r.choice(VILLAGES) + r.choice(VILLAGE_ENDS)
    place += "" if place.endswith("村") else r.choice(["村", "村", ""])
    n = r.randrange(1, 30)
    return town + place + r.choice(["%d组" % n, "%d组%d号" % (n, n + 7), "%d号" % (n * 7), "第%s村民小组" % counted(n), "%s社" % counted(n), "%d队" % n, "%s屯" % r.choice(VILLAGES), "%s组" % r.choice(["东", "西", "南", "前", "后"]), "%d门牌" % (n * 3), "", ""])


def region(r):
    """Province, city, district; each perhaps shortened or left out."""
    place = r.choices(PLACES, WEIGHTS)[0]
    district = r.choice(place[2:])
    city = "" if place[1] == "-" else place[1]
    how = r.random()
    cut = lambda text: re.sub("(壮族|回族|维吾尔)?自治区$|[省市]$", "", text) if len(text) > 2 else text
    if how < 0.4:
        parts = [place[0], city, district]
    elif how < 0.7:
        parts = [city or place[0], district]
    elif how < 0.82:
        parts = [cut(place[0]), cut(city), district]
    elif how < 0.95 or len(district) < 3:
        parts = [cut(city or place[0]), district]
    else:
        parts = [city or place[0]]
    return [p for p in parts if p]


def special(r):
    n = r.randrange
    return r.choice([
        lambda: "香港" + r.choice(["九龙旺角弥敦道", "新界沙田大围道", "中环皇后大道中", "湾仔轩尼诗道", "元朗青山公路", "特别行政区九龙观塘道"]) + f"{n(10, 700)}号" + r.choice(["金辉大厦", "富豪花园", "荣华楼", "百利中心"]) + f"{n(1, 40)}楼{r.choice('ABCDEF')}室",
        lambda: "澳门" + r.choice(["新马路", "氹仔成都街", "黑沙环马路", "高士德大马路"]) + f"{n(1, 300)}号" + r.choice(["金苑", "海天居", "丽都大厦"]) + f"{n(1, 30)}楼{r.choice('ABCD')}",
        lambda: "新疆" + r.choice(["第八师石河子", "第一师阿拉尔", "第三师图木舒克"]) + f"{n(100, 152)}团{n(1, 20)}连{n(1, 60)}栋{n(1, 20)}号",
        lambda: "内蒙古" + r.choice(["锡林郭勒盟东乌珠穆沁旗", "呼伦贝尔市鄂温克旗", "兴安盟科右中旗"]) + r.choice(["巴彦", "乌兰", "查干"]) + "苏木" + r.choice(["哈日", "宝力格", "阿日"]) + f"嘎查{n(1, 90)}号",
        lambda: "西藏" + r.choice(["拉萨市城关区", "日喀则市桑珠孜区", "林芝市巴宜区"]) + r.choice(["娘热", "纳金", "夺底"]) + r.choice(["乡", "路"]) + f"{n(1, 9)}组{n(1, 60)}号",
        lambda: "台湾省台北市大安区忠孝东路四段" + f"{n(1, 300)}号{n(2, 15)}楼"])()


def join(r, parts, rest):
    how = r.random()
    gap = "" if how < 0.87 else " " if how < 0.95 else "-" if how < 0.97 else "，"
    return gap.join(parts + [rest]) if r.random() < 0.6 else gap.join(parts) + rest


def address(r):
    how = r.random()
    if how < 0.03:
        return special(r)
    if how < 0.12:
        return village(r)
    if how < 0.2:
        return address_part(r)
    return join(r, region(r), street(r))


def address_part(r):
    if r.random() < 0.45:
        return r.choice(r.choices(PLACES, WEIGHTS)[0][2:]) + street(r)
    return hamlet(r) if r.random() < 0.12 else street(r)


def village(r):
    parts = region(r)
    while parts[-1][-1] == "区" and r.random() < 0.7:
        parts = region(r)
    rest = hamlet(r)
    if parts[-1][-1] in "镇道":
        rest = re.split("[镇乡]", rest, maxsplit=1)[1]
    return join(r, parts[-1:] if r.random() < 0.2 else parts, rest)


def address_said(r):
    """As speech recognition writes it: few digits, no dashes, now and then a pause."""
    parts = region(r)
    rest = street(r) if r.random() < 0.85 or parts[-1][-1] in "镇道" else hamlet(r)
    text = r.choice(["", "", "", "", "", "", "嗯", "呃", "那个", " "]).join(["".join(parts), rest]) if r.random() < 0.75 else rest
    if r.random() < 0.15:
        return text
    text = text.replace("#", "号楼").replace("-", r.choice(["杠", "的", "杠"]))
    table = r.choice([HAN, HAN, HAN_YAO])

    def say(found):
        figures, after = found[0], text[found.end():found.end() + 1]
        as_count = len(figures) < 3 or len(figures) == 3 and after in ("号", "弄", "米") and r.random() < 0.7
        return counted(int(figures)) if as_count else han(r, figures, table)

    return re.sub(r"\d+", say, text)
