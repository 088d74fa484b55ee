"""Derives given_names.txt and surnames.txt from the dictionary of jieba (MIT licence): python3 derive.py <dict.txt>.

A line is a weight and the characters that have it. The weight is the natural logarithm of how probable the character is,
times minus two, rounded: 8 stands for e^-4. See README.md.
"""

import math
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
# The hundred that four fifths of the Chinese bear, by frequency, then the others.
COMMON = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤"
OTHERS = (
    "康易乔赖文庞樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦齐梅庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丛华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来"
    "岑连褚佟娄占冼巫应喻茅虞支简蓝傅岳阎萧肖谌麦蒲邢嵇尚宗桑卓缪容党仇栾冀楚敖储钮龙郎练桓蔚晏谯干代全敬仝撒巴雍屠郁胥刑匡皮封闻揭艾占展戈麻慕刀危满哈衣商丰寇鄢符过召鹿劳旷师官都乐仲谈廉岩居初海花郜粟邸帅厉楼和扈平尧衡隆芮羿蓟印宿怀从索咸籍逄邝蔺鞠艾糜庾步耿暴匡国蒙池浦幸农原于那鲜佘佴伯赏墨年爱阳佟盖逯库"
    "昝郗竺轩奚乌山红游竹权益桓公晁勾利空曾沙养须巢蒯相后荆红游楮冷訾阚那简饶空鞠丰关蒯相查翦藤郗班仰秋仉督归海羊舌微生墨哈谯笪年侬云玄水肇修操铁南东冬图泰明买税问淡令苟缑茆贡郏浑卞汲邴糜松井富幕蓬池乔阴郁胥能苍双闻莘翟谭劳逄姬申扶堵宰郦雍却璩桑桂濮寿通扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦鱼向慎戈廖庾终暨衡步都耿满弘匡国寇广禄阙欧殳沃利蔚越夔隆巩厍聂晁敖融冷訾辛朴冶战钦智乜亓仇令狐阿訾回木才揣栗漆台撖化但字依力拉次双火车代候撒亢母苏禹尉瞿肇邰洛迟啜战矫由卯荀羊惠曲富储靖邓段山嘉景詹束龙幸司韶郜黎蓟溥印宿"
)
# Surnames that are nearly always another word, and characters that no given name has.
FUNCTION = "那都和能相从来但问回后当会因自已年要开发信用红师便把"
NEVER = "死卡路街镇区县市省村转汇托打说给去到要让叫问帮替办取付买卖看听写寄住拿送接查的了吗呢吧啊呀哦嗯是我你您他她它们这哪么怎谁把被给没"
COMPOUND = "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 宇文 长孙 南宫 独孤 司空 轩辕 百里 呼延 澹台 闻人 赫连 公羊 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 鲜于 闾丘 亓官 司寇 子车 颛孙 巫马 公西 乐正 壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 太史 富察 佟佳 那拉 叶赫那拉 钮祜禄 梁丘 南荣 叔孙 季孙 公仪 王孙 屈突 夏后 高堂 即墨 北宫 东郭 南门 羊舌 微生 左丘 东门 西门 第五 纳兰 爱新觉罗 叶赫 完颜 耶律 万俟 贺兰 达奚 哥舒 欧陽 司馬 山本 佐藤 铃木 田中 渡边 伊藤 中村 小林 加藤 吉田 山田 佐佐木 松本 井上 木村 清水 山口 高桥 小泉 安倍 三浦 石川 藤田 前田 桥本 石井 坂本 藤井 冈田 长谷川 近藤 村上 远藤 青木 西村 福田 太田 藤原 松田 中岛 中野 原田 小野 田村 竹内 金子 和田 中山"
# Characters that parents choose today and that old books lack.
MODERN_FIRST = "建国志晓小玉秀桂淑春海永文明家子雨梓思若雅嘉佳俊浩宇泽天一诗梦欣怡美丽金银宝德福庆长少云月红艳凤荣彩素慧雪冬秋景振兴宏伟正大立世光学成绍继祥瑞民新东维锦绮芷沐亦奕语可心依书启宥承屹知羽翊晨思佩佳静雅慧婉清靖钰铭柏竣致乐安沛昕昱晟峻彦彤彩忆恩悦惠惟意智朝杰松林柯栩桐梅森欢歆沁沐泓泽洋洛涵淼清湘源溪滢漫潇澄澜灵灿炜焕煜熙燕爱玥玲珂珈珊琦琪琬琳瑜瑞瑾璇璐璟甜皓盈睿碧程竹笑筱紫綺红纪美翠翰腾舒航艺艾芊芝芮芯芳芸苒苑苗英茜茹荣莉莎莹菁菲萌萍萱蓉蓓蓝蔚蕊蕾薇虹蝶裕西觅诗诺谦超逸道邦郁采金钧铠锐锦镇长阳雄雅雨雪霄霏露青靓静韵韶顺颖风飞馨骏高鸣鸿鹏麒黎齐龙"
MODERN_SECOND = "华国明平强芳英兰珍梅红霞燕玲娟敏静丽萍琴云莲凤香秀杰军伟勇刚涛斌波辉超鹏飞龙虎林森生根福贵财祥瑞成洋江峰岩山宇轩涵萱琪怡欣悦妍婷娜雯佳慧颖晨曦阳辰熙然泽霖豪博文武哲睿诚远航帆清澜舟宁安康乐溪竹桐柠希言之一恩瑜瑾玥君子俊俐倩健光兴冉冰凡凯利力功勤卓南卿双可叶同名向吉君和咏品喆嘉园坤城堂境墨夏天奇奎好如妮妹姗姣姿威娇婕嫣子孝学宏宝宾富少尧山岗岚峻川巍州帅平年庆应强彤彦彪彬影征德心志忠怀思恒恩悦惠意慈成扬振捷政敬斐新方旋旭昂昊昌昕星春昱显晓晖晟普景晴智暄暖曼月朋朗本材来松果枫柏柔柱栋栩树格梁梓梦楠楷榕槐模樱歌正毅民水永汉沁沛沫法泉泓洁津洪流浦浩海润淇淑深清渊湘源滢滨漫潇潼澄灵灿炎炜烁烨烽焕然煜照熠燃爽牧玉玮玲珂珊珍珠琛琦琨琬琰琳瑄瑛瑞瑶璇璐璟甜田畅登皓盈盛真睿石硕礼祺禾程穗立章童笑筠红纯纲维绪绮美翔翠翰耀聪胜腾臣良艳艺芝芬芮花芸若苒苗茂茜茵茹荣莉莎莹菁菊菡菱菲萌蓉蓓蓝蕊蕴蕾薇虹蜜裕西言训诗语诺谊谦豫贝贞贤贺越跃达运进远连迪逸道邦郎金鑫钊钧钰铃铎铠铭银锋锐锦镇雄雅雨雪雷霄霏露青靖韬韵韶顺风香馨骁骏骥高魁鸣鸿鹤麒麟齐龄龙"
ONE = "伟芳娜敏静丽强磊军洋勇艳杰娟涛超霞平刚辉玲桂英华鹏飞鑫波斌宇浩凯健俊帆雪琳倩颖婷晶莹洁萍红燕丹露璐欣悦妍媛怡佳宁雯蕾薇琪瑶岚翔旭博晨阳亮毅峰岩林森楠彬诚信义仁礼哲睿涵轩然昊天雷震霖钢铁柱山川海河江波澜兵武文斐" \
    "军明亮刚勇建辉旺龙虎彪涌渊潇湛灿炜炎焱煜爽玮珊珍珏琦琴琼瑞瑾璇璟田畅皓盼真睿硕祥秀立竹策筠红纯维绮美翠聪肖胜良艺芬芮芸苗英茜茹荣莉莎莲菁菊菲萌萱蓉蓓蕊虹衡诗谦贝贤赫超越跃达迅进远迪逊逸邦郁钊钧钰铎铭锋锐锦锴镇闯雄雁青靖韬韵顺颂颉风飒馨骁骏魁鸣麒麟黎" \
    "乐云仪伦佩俐信倩健元光全冉冰凌凡凤利力勤卉卓卿双可吉君启唯喆嘉园坤城墨夏天奇奎好妮姗姝姣娇婕嫣嬛孜宏宝宾寅岗岱峥峻嵘嵩巍帅帆平年庆康弘彤彦影征微忠忱念怀思恒恬悠悦惠愉慧懿成扬振捷政敬文新方旭旻昂昌昕星春昱晋晓晔晖晗晟晴曦曼月朋朔朗杉来松枫柏柔柯栋桃桐桦梁梅梓梦棋楷榕樱欢歆正毓民永江汐沁沛沫泉泓泽洋洪津涓润淇淼清一三五六七四二"


def levels(counts, total, floor):
    out = {}
    for char, n in counts.items():
        level = round(-2 * math.log(n / total))
        if level <= floor:
            out.setdefault(level, []).append(char)
    return out


def write(file, tables):
    with open(HERE / file, "w", encoding="utf-8") as f:
        for name, table in tables:
            for level in sorted(table):
                f.write(f"{name} {level} {''.join(sorted(table[level]))}\n")


def main():
    surnames = list(dict.fromkeys(COMMON + OTHERS))
    single, known = set(surnames), {c for c in COMPOUND.split()}
    born, first, second = Counter(), Counter(), Counter()
    for line in open(sys.argv[1], encoding="utf-8"):
        word, freq, *tag = line.split()
        if tag and tag[0] in ("nr", "nrfg") and len(word) == 3 and word[0] in single and word[:2] not in known and int(freq) < 500:
            born[word[0]] += 1
            first[word[1]] += 1
            second[word[2]] += 1
    # Living people: the order of COMMON with a harmonic fall, four fifths of all.
    weight = {s: 1 / (i + 4) for i, s in enumerate(COMMON)}
    scale = 0.85 / sum(weight.values())
    weight = {s: w * scale for s, w in weight.items()}
    # Books are full of words that begin like a rare surname: no more than forty of them count.
    rest = [s for s in surnames if s not in weight]
    often = {s: 1 if s in FUNCTION else min(born[s], 40) + 8 for s in rest}
    scale = 0.15 / sum(often.values())
    weight.update({s: often[s] * scale for s in rest})
    table = {}
    for s, w in weight.items():
        table.setdefault(round(-2 * math.log(w)), []).append(s)
    write("surnames.txt", [("single", table)])
    with open(HERE / "surnames.txt", "a", encoding="utf-8") as f:
        f.write("compound 18 " + " ".join(COMPOUND.split()) + "\n")

    total_first, total_second = sum(first.values()), sum(second.values())
    def mixed(counts, total, modern):
        share = {c: 0.5 * n / total for c, n in counts.items() if n >= 3}
        ranks = list(dict.fromkeys(modern))
        norm = sum(1 / (i + 40) for i in range(len(ranks)))
        for i, c in enumerate(ranks):
            share[c] = share.get(c, 0) + 0.5 / (i + 40) / norm
        return share
    one = Counter()
    ranks = list(dict.fromkeys(ONE))
    norm = sum(1 / (i + 60) for i in range(len(ranks)))
    for i, c in enumerate(ranks):
        one[c] += 0.7 / (i + 60) / norm
    for c, w in mixed(second, total_second, MODERN_SECOND).items():
        one[c] += 0.3 * w
    for char in NEVER:
        for counts in (first, second, one):
            counts.pop(char, None)
    # Their weight is beyond that of a character that is in no list.
    never = {60: sorted(set(NEVER))}
    write("given_names.txt", [
        ("first", never), ("second", never), ("one", never),
        ("first", levels(mixed(first, total_first, MODERN_FIRST), 1, 22)),
        ("second", levels(mixed(second, total_second, MODERN_SECOND), 1, 22)),
        ("one", levels(one, 1, 22)),
    ])


main()
