"""Made-up names of people: Han with one- and two-character surnames, of other nationalities in China, and foreign.

Surnames and given names are drawn apart from each other, so that a name that somebody bears is chance.
"""

from writing import R, Value

SURNAMES = (
    "王李刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎" * 3
    + "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文樊兰殷施陶洪翟"
    + "褚卫屈麦隋阮蓝苗花云水房车席强时应钮褟都鄢查诸封储匡鞠桑桂滕柏窦戚虞凌盛宫楼裘冉商苟印敖喻晏巩边荆游竺巫牧冀卓阳计"
)
COMPOUND = "淳于 申屠 呼延 濮阳 澹台 鲜于 闻人 赫连 轩辕 西门 钟离 公羊 东郭 万俟 拓跋 宗政 闾丘 完颜".split()
GIVEN = {
    "m": (
        "旭 晨 坤 诚 阳 林 松 健 鑫 彬 峻 翔 龙 康 亮 威 栋 恒 骏 博 勋 钧 旺 建军 国强 志刚 文斌 海波 晓峰 玉林 长青 福来 守义 学文 "
        "家骏 宇轩 奕辰 子墨 皓轩 嘉树 明远 承志 绍辉 光耀 世杰 耀东 培元 金山 广胜 新民 永贵 铁柱 志明 冠宇 春生"
    ).split(),
    "f": (
        "蓉 岚 琴 茜 蕾 瑶 云 梅 兰 珠 萍 媛 璐 瑾 菲 妍 馨 芸 娜 秋 璇 秀兰 玉梅 桂英 淑珍 爱华 建英 月娥 翠花 小兰 金凤 美华 晓丽 "
        "丽娜 婷婷 丹丹 佳慧 雅琪 梦瑶 欣然 可欣 思雨 雨欣 诗雅 若琳 静怡 依诺 芷若 念慈 春燕 巧云 玉兰 红梅"
    ).split(),
}
# Words and towns rather than names, and people whom everybody knows.
NO_NAMES = set(
    "沈阳 凌晨 强健 康健 高峻 水珠 水龙 水云 水松 楼兰 罗兰 苏林 苏菲 白云 白兰 杨梅 桂林 柏林 武林 桂兰 桂阳 凌云 花蕾 石林 石兰 黄龙 黄梅 "
    "马兰 金秋 金兰 金威 金阳 杜康 云云 云阳 云林 云龙 都兰 高阳 高松 应松 时松 武威 武阳 洪亮 阳阳 兰兰 麦秋 夏秋 邵阳 许栋 贺兰 江阳 龙阳 "
    "李光耀 陈云 王菲 刘翔 赵云 武松 李娜 周璇 翟志刚 廖承志 曾子墨 宋丹丹 唐国强".split()
)
# Uyghur, Kazakh and Kyrgyz names have a dot, Tibetan, Mongolian, Yi and Dai names have none.
DOTTED = (
    "阿里木·吐尔地 热依汗·吾买尔 古丽娜尔·阿不都 玛依拉·赛都拉 塔依尔·艾合买提 哈力克·居马 巴哈尔古丽·托合提 叶斯尔·巴合提 "
    "加依娜·胡安 吾买尔江·肉孜 帕提古丽·尼亚孜 依力亚斯·哈米提 夏依旦·木合塔尔 居马别克·托克托"
).split()
UNDOTTED = "丹增曲扎 平措朗杰 白玛措姆 德吉卓嘎 贡嘎坚赞 乌日娜 斯琴塔娜 格日勒图 苏和巴特尔 沙马拉毕 勒格曲布 岩温罕".split()
FOREIGN = (
    "James Whitmore|Olga Petrova|Kenji Tanaka|Maria Fernandes|Nguyen Thi Lan|Thomas Becker|Priya Raman|PARK JIHOON|Huang Yating|LIN ZHIHAO|WU MEI"
).split("|")
# A character that a clerk or a recogniser hears for another.
ALIKE = dict(zip(
    "晨坤诚阳林松健彬峻翔威栋恒骏博勋钧建志刚文波玉家宇轩奕子嘉远承耀元新贵蓉琴茜蕾瑶云梅兰珠媛璐菲妍馨娜璇秀桂英爱佳"
    "慧雅琪然可雨诗依慈燕尔木丹桑德措白哈勒格旭鑫龙康亮旺国晓青福义绍世山广柱生岚萍瑾芸秋珍娥花凤美婷琳怡芷马帕增吉坚温",
    "辰昆成洋琳嵩建斌俊祥微东衡俊勃薰君健智钢闻播钰佳雨宣亦梓佳源成曜源鑫桂容勤倩磊遥芸玫岚朱苑露霏研欣纳旋绣贵瑛艾嘉"
    "惠娅琦冉珂羽思伊辞雁儿姆旦尚得错柏合乐葛序欣隆慷靓望郭筱清富艺邵士珊光祝升兰苹锦纭丘真峨华风梅亭林宜芝玛怕曾基间文",
))  # fmt: skip


def name(channel, sex=None):
    dice = R.random()
    if dice < 0.04 and not sex:
        return minority(channel)
    sex = sex or R.choice("mf")
    while True:
        family = R.choice(COMPOUND) if dice < 0.12 else R.choice(SURNAMES)
        whole = family + R.choice(GIVEN[sex])
        if whole not in NO_NAMES:
            return Value("name", whole, whole, whole)


def compound(channel):
    whole = R.choice(COMPOUND) + R.choice([g for g in GIVEN["m"] + GIVEN["f"] if len(g) == 2])
    return Value("name", whole, whole, whole)


def minority(channel):
    return dotted(channel, DOTTED + UNDOTTED)


def dotted(channel, whom=DOTTED):
    whole = R.choice(whom)
    text = whole.replace("·", R.choice(("·", "·", "•", ".")) if channel == "chat" else R.choice(("", "·")))
    return Value("name", text, text, whole)


def foreign(channel):
    whole = R.choice(FOREIGN)
    return Value("name", whole, whole, whole)


def renamed(before):
    """The name said before, with one character put right."""
    whole = before.text
    family = next((family for family in COMPOUND if whole.startswith(family)), whole[0])
    at = R.choice([i for i, c in enumerate(whole) if i >= len(family) and c in ALIKE])
    new = whole[:at] + ALIKE[whole[at]] + whole[at + 1 :]
    return Value("name", new, new, new)
