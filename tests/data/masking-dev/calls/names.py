"""Names of people: by era and sex, rare and two-character surnames, minorities, foreigners, pinyin, spelt out."""

from random import Random

COMMON = "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 覃 武 戴 莫 孔 向 汤".split()
RARE = "柏 鲍 卞 亓 逄 冼 仉 佘 昝 麦 缪 臧 阚 蔺 璩 郗 郇 厍 邬 晏 桑 祁 仝 訾 禚 笪 芮 荀 逯 雒 鞠 庾 隗 滕 巩 詹 靳 娄 裴 甄 褚 戚 宫 冉 阮 尚 苑 褟 楚 檀 粟 萨 敖 丛 耿 谷 郎 辛 宗 柯 闵 舒 岳 佟 项 屈 蒙 麻 路 边 卫 亢 朴 权 仲 管 窦 卓 官 柴 解 单 查 仇 区 巫 沙".split()
# Surnames that are everyday words; only where a cue says that a name comes.
UNLIKELY = "占 都 哈 拓 展 折 练 巴 布 淡 但 豆 揭 盖 乜 由 幸 明 车 原 英 银 黑 母 火 老 海 热 撒 才 青 干 门 水 同 初 来".split()
COMPOUND = "欧阳 上官 司马 诸葛 夏侯 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 长孙 宇文 轩辕 端木 南宫 申屠 呼延 钟离 鲜于 闾丘 濮阳 澹台 独孤 拓跋 百里 第五 西门 左丘".split()

MEN = {
    "old": "建国 国庆 援朝 福生 德胜 长海 金山 来福 满仓 有田 振华 跃进 卫东 解放 保国 抗美 永贵 继先 文革 红军 铁柱 根生 水生 土根 荣贵 宝才 万年 世昌 守义 启明 树森 志远 庆丰 学文 学武 凤鸣 兆祥 祖德 耀宗 泽民 克勤 其昌 兴旺 占魁 长顺 喜贵 连生 润生 炳坤 锡麟 阿毛 阿福 伯年 仲英 玉堂 广发 大庆 二牛 秋生 春林 双喜 天佑 鸿儒".split(),
    "middle": "伟 强 军 勇 磊 涛 斌 杰 鹏 辉 刚 超 波 飞 亮 峰 凯 健 明 华 建军 建华 建平 志强 志刚 志华 海涛 海波 晓东 晓峰 文斌 文杰 永强 永刚 国强 国栋 立新 立军 春雷 小军 小龙 大鹏 新民 少华 云飞 洪涛 宏伟 宏亮 冬生 向东 跃东 利民 红兵 爱军 卫国 卫平 光辉 世杰 家辉 振宇 振兴 俊峰 俊杰 晓明 继红 长征 一鸣 绍波 兆伟 忠良 义军 益民 远航 景涛 松涛 柏林 仕雄 伟强 志明 家明 国雄".split(),
    "young": "浩 宇 博 轩 睿 阳 航 帆 浩然 子豪 子轩 俊熙 宇航 宇轩 博文 嘉伟 嘉豪 思远 天宇 天翔 一凡 泽宇 晨阳 梓豪 明轩 家豪 文轩 昊天 致远 鑫磊 梦龙 志鹏 雨泽 皓轩 逸飞 逸凡 景行 奕辰 启航 煜城 柏宇 鹏程 瑞麟 子墨 伟豪 承恩 世豪 少杰 泓毅 云帆 向荣".split(),
    "kid": "沐宸 奕泽 宇宸 浩宇 亦辰 允乐 梓睿 煜祺 星宇 屿安 昱霖 宸铭 书珩 泽霖 予安 时安 景澄 禹辰 嘉木 小满 一诺 亦航 知行 米乐 锦程 弈川 川泽 沐阳 清和 云舟".split(),
}
WOMEN = {
    "old": "秀英 桂兰 玉珍 淑芬 秀兰 凤英 玉兰 桂英 兰英 素珍 翠花 金花 荷花 招娣 来娣 菊香 月娥 巧云 彩凤 银娣 腊梅 淑贞 桂芝 玉梅 春香 秋菊 爱华 惠芳 美珍 阿珍 阿妹 三妹 细妹 凤仙 瑞芝 宝珠 雅琴 文秀 素芳 志英 静娴 冬梅 玉凤 素云 银花 贵珍 小妹 水仙 月英 慧珠 毓秀 佩兰 蕴华".split(),
    "middle": "丽 敏 静 燕 霞 玲 娟 艳 芳 红 梅 莉 萍 琴 云 洁 颖 娜 慧 琳 丽华 丽娟 丽萍 晓燕 晓红 晓丽 海燕 春梅 红梅 雪梅 小红 小燕 艳红 艳丽 美玲 美华 玉玲 玉霞 文静 文娟 雅丽 雪莲 晓霞 爱玲 秀丽 秋月 冬霞 翠萍 凤霞 志红 卫红 亚男 亚萍 惠敏 惠玲 月华 金凤 玉红 佩珊 淑娴 嘉雯 慧仪 绮雯 咏梅 丽仪 剑萍 兰芝 荣芳".split(),
    "young": "婷 倩 雪 悦 璐 瑶 妍 菲 萌 蕾 思雨 雨桐 梦瑶 雨婷 诗涵 欣怡 佳怡 佳琪 梦琪 雪莹 婉婷 嘉欣 晓彤 思颖 子涵 梓涵 雅静 静怡 语嫣 可欣 梦洁 若曦 心怡 紫萱 雨薇 乐瑶 怡然 晨曦 梓晴 芷若 钰莹 慧琳 楚楚 盼盼 莎莎 圆圆 佳佳 甜甜 婧怡 璟雯 凌霄 晓萌 亚楠 笑笑".split(),
    "kid": "若汐 沐瑶 一诺 依诺 诗琪 梓萱 可馨 语桐 思语 芷萱 艺涵 夏沫 念初 书瑶 星玥 安然 恩熙 苡沫 朵朵 果果 清越 溪宁 知夏 南乔 初一 苏禾 予墨 听雨 小雨 暖阳".split(),
}
# First and second characters of the same eras, put together at random.
MEN_COMPOSED = {
    "old": ("德福永长世金玉文武振学炳庆树宝贵兴绍士怀", "山林财明才生发祥田和顺贤元魁堂昌义亭清宽"),
    "middle": ("建志国海永晓文立卫少春新宏光家俊学大正伟", "军强平民峰东辉斌勇刚涛林波胜华利宁龙江根"),
    "young": ("子浩宇嘉俊天思梓明泽志佳逸鸿晨启柏彦锦", "轩豪航涵阳杰睿霖鸣凯翔辰恒铭坤骏哲帆楠"),
    "kid": ("沐奕宸煜亦昱景屿承砚书晏星知翊", "辰泽安川霖礼尧行珩远然野洲舟"),
}
WOMEN_COMPOSED = {
    "old": ("秀桂玉淑凤素兰翠金美惠月菊彩巧爱云春冬瑞", "英芳珍兰芬华梅花云娥香琴莲仙芝荣清珠蓉琼"),
    "middle": ("丽晓海雪艳小亚文美玉春红志慧雅秋凤佩爱立", "华燕红娟萍梅霞敏芳玲静琴英洁云君平莉娜蓉"),
    "young": ("思雨欣梦佳婉诗嘉雅晓紫若心怡静可语楚梓雪", "涵琪瑶婷怡彤萱妍雯颖悦莹璇洁晴菲蕾桐琳雪"),
    "kid": ("沐若语诗知念夏清书星苡芷予南伊", "汐瑶宁初禾桐晚棠笙月沫恩柠溪朵"),
}
ERAS = ["old", "middle", "middle", "middle", "young", "young", "kid"]
NAMED_LIKE_WORDS = "高兴 江山 向阳 白雪 马上 常青 安静 万里 高峰 方圆 时光 田野 马力 白云 江河 米兰 向前 高飞 平安 唐诗 高原 金山 夏天 包容 常乐 康健 从容 齐全 童话 路程 阳光 左右 田甜 方向 明亮 易行 雷雨 温馨 黄金 石磊 沙漠 宁静 云彩 燕子 于飞 段落 梁山 丁香 杜鹃 柳絮 谷雨 白露 秋实 水仙 和平 文明 谢意 花瓣 乐意 祝福 常识 艾叶 牛奔 陆地 苗条 冷静 余庆 钟声 金星 池塘".split()
MINORITY = "阿卜杜拉·买买提 古丽娜尔·艾尔肯 热合曼·吐尔逊 艾力·阿不都热依木 米热古丽·玉素甫 帕提古丽·库尔班 努尔兰·哈布力 赛力克·木拉提 加娜尔·别克 吾买尔·依明 玛依拉·肉孜 迪丽努尔·阿迪力 木沙江·托合提 阿力木·萨迪克 阿依达娜·沙依兰 扎西·多吉 其其格·巴特尔 马木提·牙生 热孜万古丽·亚森 凯赛尔·艾海提 沙吾提·卡地尔 阿曼古丽·赛买提".split()
MINORITY_PLAIN = "扎西顿珠 卓玛央宗 格桑梅朵 次仁旺堆 洛桑平措 达瓦卓玛 巴图孟和 乌兰托雅 娜仁格日乐 那木拉 阿拉坦仓 苏日娜 斯琴图雅 吉克阿木 沙马石一 阿苦拉体 木乃阿牛 买买提江 阿依古丽 依力哈木 吐尔洪江 萨日娜 呼和巴特尔 丹增罗布 才让东知 拉毛草 仁青加 旦正才让 布仁巴雅尔 孟根其其格 宝音德力格尔 岩温罕 玉罕香 岩罕叫".split()
FOREIGN = "约翰·史密斯 玛丽·布朗 大卫·米勒 安娜·伊万诺娃 亚历山大·彼得罗夫 卡洛斯·加西亚 穆罕默德·阿里扎德 索菲·杜邦 汤姆·哈里森 艾米丽·沃克 罗伯特·怀特 詹姆斯·科尔曼 伊莎贝拉·罗西 哈桑·易卜拉欣 阮文雄 阮氏香 陈氏梅 田中健一 山本由美 佐藤美咲 铃木一郎太 渡边直树 朴智恩 金敏洙 崔成俊 朴恩贞 拉杰什·库马尔 普丽娅·夏尔马 奥列格·斯米尔诺夫 丹尼尔·科恩 凯瑟琳·贝克".split()
SYLLABLE_SURNAMES = "Zhang Wang Li Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Lin Luo Zheng Liang Xie Song Tang Han Feng Deng Cao Peng Zeng Xiao Tian Dong Pan Yu Jiang Cai Du Ye Cheng Su Wei Lu Ding Ren Shen Yao Ouyang Situ Zhuge Qin Jin Shi".split()
SYLLABLE_GIVEN = "Wei Lei Xiaoming Jianguo Meiling Fang Na Yuhan Zihan Haoran Jing Tao Yifan Xinyi Guoqiang Xiuying Lihua Zhiqiang Peng Chao Ting Yan Junjie Siyu Mengyao Shufen Haibo Wenjie Ruoxi Yichen Xiaohong Dawei Qiang Ping Yun Weidong Xue Hui Bo Kai Mingzhe".split()
WESTERN_GIVEN = "Jason Emily Kevin Cindy Michael Grace Tony Vivian Daniel Amy Leo Cherry Robert Anna Peter Sophie Oliver Laura Marco Elena Ivan Yuki Hassan Priya Carlos Linda Frank Nancy".split()
WESTERN_SURNAMES = "Lee Wong Chan Cheung Lam Johnson Smith Brown Miller Garcia Rossi Petrov Tanaka Kim Park Nguyen Kumar Walker Harris Becker Dupont Leung Ng Tan Lim".split()

# How a character of a name is told from others of its sound.
SURNAMES_SPELT = {"陈": "耳东陈", "张": "弓长张", "李": "木子李", "章": "立早章", "吴": "口天吴", "许": "言午许", "徐": "双人徐", "杨": "木易杨", "胡": "古月胡", "王": "三横王", "黄": "草头黄", "刘": "文刀刘", "孙": "子小孙", "林": "双木林", "何": "人可何", "郑": "关耳郑", "江": "三点水的江", "姜": "生姜的姜", "余": "年年有余的余", "于": "干钩于", "董": "草重董", "曾": "曾经的曾", "冯": "两点水一个马", "谢": "言身寸谢", "潘": "三点水一个番", "魏": "委鬼魏", "罗": "四夕罗", "程": "前程的程", "沈": "三点水的沈", "岳": "山丘岳", "贺": "祝贺的贺", "雷": "打雷的雷", "石": "石头的石", "翟": "羽字头的翟", "邹": "包耳邹", "蒋": "草字头蒋", "金": "黄金的金", "付": "付钱的付", "傅": "师傅的傅", "仇": "仇恨的仇，念球", "单": "简单的单，念善", "解": "解放的解，念谢", "查": "检查的查，念扎", "麦": "小麦的麦", "夏": "夏天的夏", "姚": "女字旁一个兆", "萧": "草字头的萧", "肖": "肖像的肖"}
CHARACTERS_SPELT = {"建": "建设的建", "国": "国家的国", "文": "文化的文", "丽": "美丽的丽", "华": "中华的华", "明": "光明的明", "志": "志气的志", "强": "强大的强", "军": "军队的军", "红": "红色的红", "梅": "梅花的梅", "兰": "兰花的兰", "芳": "芬芳的芳", "英": "英雄的英", "伟": "伟大的伟", "敏": "敏捷的敏", "静": "安静的静", "燕": "燕子的燕", "婷": "女字旁一个亭子的亭", "浩": "三点水一个告", "涛": "波涛的涛", "洋": "海洋的洋", "子": "儿子的子", "涵": "三点水一个函", "轩": "车字旁的轩", "雨": "下雨的雨", "欣": "欣欣向荣的欣", "怡": "竖心旁一个台", "佳": "单人旁两个土", "思": "思想的思", "宇": "宇宙的宇", "博": "博士的博", "晨": "早晨的晨", "春": "春天的春", "玉": "玉石的玉", "珍": "珍珠的珍", "淑": "三点水一个叔叔的叔", "桂": "桂花的桂", "秀": "优秀的秀", "福": "幸福的福", "生": "生活的生", "德": "道德的德", "海": "大海的海", "波": "波浪的波", "峰": "山峰的峰", "鹏": "大鹏的鹏", "飞": "飞机的飞", "超": "超过的超", "杰": "杰出的杰", "俊": "英俊的俊", "凯": "凯旋的凯", "磊": "三个石头那个磊", "鑫": "三个金的鑫", "彬": "彬彬有礼的彬", "斌": "文武斌", "霞": "彩霞的霞", "琳": "王字旁一个林", "慧": "智慧的慧", "颖": "聪颖的颖", "倩": "单人旁一个青", "娜": "女字旁的娜", "晓": "春晓的晓", "立": "站立的立", "平": "平安的平", "新": "新旧的新", "民": "人民的民"}


def given(r: Random, table=None, era: str | None = None) -> str:
    table, era = table or r.choice([MEN, WOMEN]), era or r.choice(ERAS)
    if r.random() < 0.6:
        return r.choice(table[era])
    firsts, seconds = (MEN_COMPOSED if table is MEN else WOMEN_COMPOSED)[era]
    first = r.choice(firsts)
    return first + r.choice([c for c in seconds if c != first])


def surname(r: Random) -> str:
    how_rare = r.random()
    if how_rare < 0.8:
        return r.choice(COMMON)
    return r.choice(RARE) if how_rare < 0.96 else r.choice(COMPOUND)


LAST = {"name": "张丽"}


def keep(text: str) -> str:
    LAST["name"] = text
    return text


def of(table=None, era: str | None = None):
    return lambda r: keep(surname(r) + given(r, table, era))


def name(r: Random) -> str:
    how = r.random()
    if how < 0.96:
        return keep(surname(r) + given(r))
    return keep(r.choice(COMMON) + r.choice(COMMON) + given(r, WOMEN)) if how < 0.98 else keep(r.choice(MINORITY))


def compound(r: Random) -> str:
    return keep(r.choice(COMPOUND) + given(r))


def rare(r: Random) -> str:
    return keep(r.choice(RARE * 2 + UNLIKELY) + given(r))


def minority(r: Random) -> str:
    if r.random() < 0.4:
        return keep(r.choice(MINORITY_PLAIN))
    return keep(r.choice(MINORITY).replace("·", r.choice(["·", "·", "·", "•", ".", "．", "・", "", ""])))


def foreign(r: Random) -> str:
    return keep(r.choice(FOREIGN).replace("·", r.choice(["·", "·", "·", "•", ".", ""])))


def pinyin(r: Random) -> str:
    first, second = r.choice(SYLLABLE_SURNAMES), r.choice(SYLLABLE_GIVEN)
    return keep(r.choice([f"{first} {second}", f"{first} {second}", f"{first.upper()} {second}", f"{first.upper()} {second.upper()}", f"{second} {first}", f"{first.lower()} {second.lower()}", f"{first.upper()}/{second.upper()}", f"{first}, {second}", f"{first}{second}", f"{second} {first.upper()}"]))


def english(r: Random) -> str:
    return keep(r.choice(WESTERN_GIVEN) + " " + r.choice(WESTERN_SURNAMES + SYLLABLE_SURNAMES))


def word(r: Random) -> str:
    return keep(r.choice(NAMED_LIKE_WORDS))


def spelt(r: Random) -> str:
    """A name whose characters `_spell` can tell."""
    characters = sorted(CHARACTERS_SPELT)
    return keep(r.choice(sorted(SURNAMES_SPELT)) + r.choice(characters) + (r.choice(characters) if r.random() < 0.7 else ""))


def again(r: Random) -> str:
    return LAST["name"]


def spell(r: Random) -> str:
    """How the last name is written."""
    first, *rest = LAST["name"]
    return r.choice(["，", "，", "、", " "]).join([SURNAMES_SPELT[first], *(CHARACTERS_SPELT[c] for c in rest)])


def spell_surname(r: Random) -> str:
    return SURNAMES_SPELT[LAST["name"][0]]


def spell_last(r: Random) -> str:
    return CHARACTERS_SPELT[LAST["name"][-1]]


def spell_new_surname(r: Random) -> str:
    spelt(r)
    return spell_surname(r)


def spell_new_last(r: Random) -> str:
    spelt(r)
    return spell_last(r)


def spell_new(r: Random) -> str:
    """Spells a name that the pattern says afterwards."""
    spelt(r)
    return spell(r)


KINDS = {
    "name": name, "man": of(MEN), "woman": of(WOMEN), "grandpa": of(MEN, "old"), "grandma": of(WOMEN, "old"), "youth": of(None, "young"), "kid": of(None, "kid"),
    "compound": compound, "rare": rare, "minority": minority, "foreign": foreign, "pinyin": pinyin, "english": english, "word": word,
    "spelt": spelt, "name_again": again,
}
LABELS = {kind: "name" for kind in KINDS}
