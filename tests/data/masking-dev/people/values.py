"""Values for the patterns beside this file: names, postal addresses, e-mail addresses, telephone numbers, and what is nobody's.

KINDS makes a labelled value from a random source, LABELS says where the label differs from the placeholder, OTHERS makes
what stands for `{_what}`, without the underscore. Python 3.11, standard library only.
"""

import re
from pathlib import Path

from common import NUMERALS, counted, digits, full_width

# --- names ---------------------------------------------------------------------------------------------------------------
# The hundred commonest surnames with their share in per mille of the people, as the ministry counts them.
COMMON = dict(zip(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦"
    "付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤",
    [72.5, 71.9, 68.3, 53.8, 45.3, 30.8, 22.3, 22.9, 20.5, 21.2, 16.7, 15.4, 12.9, 12.6, 13.1, 11.5, 11.7, 10, 11.8, 8.6, 8.6,
     8.3, 7.6, 7, 6.5, 6.6, 6.8, 6.4, 6.2, 6, 5.9, 5.8, 5.9, 5.3, 5.1, 5, 5, 4.9, 4.9, 4.6, 4.8, 4.6, 4.7, 4.5, 4.6, 4.5, 4.4, 4.3,
     4.2, 4.1, 4, 4, 3.9, 3.8, 3.8, 3.8, 3.6, 3.5, 3.6, 3.5, 3.4, 3.4, 3.3, 3.2, 3.2, 3.2, 3, 3, 3, 2.9, 2.8, 2.8, 2.8, 2.7, 2.6, 2.5,
     2.5, 2.5, 2.4, 2.4, 2.3, 2.2, 2.2, 2.1, 2, 2, 1.9, 1.9, 1.9, 1.9, 1.8, 1.8, 1.8, 1.7, 1.7, 1.7, 1.7, 1.6, 1.6, 1.6], strict=True))
# After them, from about one in a thousand down to one in some ten thousand.
TAIL = ("温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时阳穆农司卓"
        "古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳"
        "谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺"
        "战慕危玉银亢嵇公哈湛宾戎勾茅利居揭干但尉斯元束檀衣信展阴昝智幸奉植富尧藏由苍")
COMPOUND = "欧阳 上官 司徒 诸葛 皇甫 尉迟 司马 令狐 夏侯 慕容 端木 东方 公孙 轩辕 独孤 宇文 长孙 南宫 百里 呼延 澹台 赫连 拓跋 钟离 申屠 闻人 淳于 太史 完颜 第五".split()

# Given names as they are met, by generation.
OLD = ("建国 建华 建军 建民 国强 国庆 国华 国栋 国平 志强 志明 志刚 志国 德福 德胜 德明 永福 永强 永贵 福生 福来 长贵 长顺 有才 有福 金生 金山 金水 玉山 玉成 春生 春林 树林 树森 宝山 宝贵 宝珠 "
       "秀英 秀兰 秀珍 秀云 秀芳 秀华 秀梅 秀芝 桂兰 桂英 桂珍 桂芳 桂香 桂花 玉兰 玉珍 玉梅 玉英 玉华 玉凤 玉芝 凤英 凤兰 凤霞 凤琴 淑珍 淑英 淑芬 淑华 淑兰 淑贤 素珍 素芬 素英 素梅 兰英 兰芝 菊香 菊英 美英 美珍 "
       "金凤 金莲 金花 彩云 彩霞 腊梅 冬梅 春花 春兰 翠兰 翠花 翠英 爱珍 爱莲 月英 月娥 银花 招娣 来娣 根娣 巧云 巧珍 杏花 荷花 连英 水英 火根 水根 土根 根生 根宝 阿毛 阿根 阿珍 援朝 抗美 跃进 解放 拥军 卫东 卫国 "
       "卫红 红旗 红卫 红星 文革 胜利 和平 新民 爱国 爱民 爱华 学农 学军 学文 向东 向阳 东升 立新 继红 继东 大庆 耀祖 光宗 光荣 世昌 世荣 兆祥 兆丰 廷玉 廷贵 绍文 绍祖 鸿儒 鸿福 仲文 伯年 叔平 季常 守信 守仁 克勤 克俭 传福 传芳 "
       "庆祥 庆云 万福 万金 满仓 满囤 石头 铁柱 拴柱 大山 二妮 三妹 四喜 五福 六一 七斤 八斤 九妹 茂林 茂才 发财 发根 进财 进宝 来福 来喜 喜凤 喜莲 存良 天佑 天赐 云鹏 云龙 占元 占魁 殿臣 殿英 凤祥 凤岐")
MID = ("建平 建新 建明 建辉 建忠 建伟 建东 建英 建红 志勇 志伟 志华 志远 志军 志红 俊杰 俊峰 俊华 晓明 晓东 晓军 晓辉 晓峰 晓红 晓燕 晓梅 晓丽 晓霞 晓玲 晓华 小平 小军 小红 小明 小燕 小玲 小英 丽华 丽萍 丽娟 丽君 丽娜 丽芳 "
       "丽霞 丽红 艳红 艳丽 艳霞 艳芳 艳梅 海燕 海霞 海英 海波 海涛 海军 海龙 海峰 春梅 春燕 春红 春霞 春明 雪梅 雪芹 雪莲 红梅 红霞 红英 红艳 红军 红兵 红波 爱军 爱平 文斌 文华 文辉 文军 文兵 文杰 少华 少峰 少波 永红 永刚 永军 永明 "
       "国伟 国辉 国良 国民 国梁 卫平 卫华 卫民 卫星 卫兵 新华 新建 新平 新宇 光辉 光明 光华 立军 立平 立群 立娟 慧敏 慧芳 慧玲 惠芳 惠玲 惠敏 玉玲 玉霞 玉红 玉琴 玉龙 玉刚 秋菊 秋香 秋霞 秋生 冬生 冬冬 福林 桂林 桂荣 桂琴 桂芹 淑敏 淑琴 淑萍 "
       "素华 素琴 素云 亚军 亚平 亚琴 亚男 胜男 若男 招弟 东海 东明 东平 东风 江海 江涛 江华 长江 长春 长明 长青 大伟 大勇 大军 大鹏 宏伟 宏志 宏亮 洪波 洪涛 洪亮 振华 振国 振宇 振兴 锦华 锦荣 伟民 伟强 伟东 伟华 伟明 家强 家明 启明 启华 "
       "世杰 世平 学东 学明 学武 学文 云霞 云飞 云华 月华 月琴 月红 美华 美玲 美兰 美娟 美琴 瑞芳 瑞华 瑞英 松林 松涛 柏林 柏青 庆华 庆丰 庆国 庆生 显贵 善平 仁杰 义军 礼平 廉洁 孝忠 忠诚 志成 开明 开山 继承 继军 承志 益民 利民 利华 利军 全胜 全福 全喜")
YOUNG = ("佳怡 佳佳 佳慧 佳敏 佳欣 佳琪 嘉慧 嘉豪 嘉伟 嘉欣 嘉玲 嘉诚 婷婷 丹丹 莉莉 媛媛 娜娜 倩倩 静静 晶晶 莹莹 圆圆 露露 珊珊 芳芳 萍萍 燕燕 蓉蓉 菲菲 玲玲 甜甜 文静 文婷 文倩 文豪 文博 文涛 文杰 思思 思敏 思远 思琪 思雨 晓雯 晓婷 "
         "晓彤 晓宇 晓阳 晓晨 晓玉 雅婷 雅丽 雅静 雅琴 雪莹 雪婷 雪娇 雪松 雪飞 梦瑶 梦婷 梦洁 梦颖 梦雪 梦琪 诗雨 诗琪 诗韵 诗雅 欣然 欣怡 欣欣 欣悦 宇航 宇飞 宇轩 宇杰 宇鹏 俊豪 俊伟 俊辉 俊凯 俊宏 俊良 浩然 浩宇 浩杰 浩东 浩天 浩楠 志鹏 志豪 "
         "志航 志恒 志超 鹏飞 鹏程 鹏辉 鹏宇 鹏举 海洋 海林 海鹏 海宁 海彬 立强 立伟 立波 明辉 明亮 明哲 明月 明珠 明远 明阳 冰冰 冰洁 冰倩 凯文 凯旋 凯峰 伟杰 伟峰 伟豪 伟健 伟业 文强 文龙 文昊 天宇 天翔 天龙 天成 天明 博文 博雅 博宇 博涛 子豪 "
         "子轩 子健 子龙 子君 子奇 子怡 家豪 家伟 家乐 家辉 家宝 家欣 梓豪 泽宇 泽民 泽林 泽华 泽涛 少杰 少伟 少东 世豪 世龙 世超 晨曦 晨光 晨阳 旭东 旭阳 旭辉 旭明 旭升 亚楠 亚飞 亚东 亚辉 亚丽 亚鹏 美琪 美玉 美娜 美辰 若琳 若曦 若兰 若愚 紫薇 紫琪 紫怡 紫嫣 "
         "丽莎 丽媛 丽雯 丽丹 丽颖 玉洁 玉婷 玉莹 玉倩 玉佳 慧琳 慧娟 慧颖 慧文 慧中 春雨 春晓 春阳 秋月 秋雨 秋实 夏雨 夏阳 夏天 冬雪 冬青 冬阳 云帆 云峰 云涛 云飞 云开 雨晴 雨欣 雨薇 雨桐 雨婷 雨馨 雨轩 雨生 一帆 一鸣 一凡 一丹 一平 一心 一飞 千惠 千里 万里 百川 光耀 光远 "
         "耀华 耀辉 耀东 乐乐 笑笑 笑天 欢欢 贝贝 蕾蕾 楠楠 洋洋 强强 伟伟 帅帅 超超 鹏鹏 东东 龙龙 壮壮 磊磊 亮亮 毛毛 豆豆 阳阳 彬彬 军军 勇勇 涛涛 波波 坤坤 康康 健健")
NEW = ("子涵 子萱 子墨 子睿 子宸 子昂 子晨 子琪 子瑜 子衿 梓萱 梓涵 梓轩 梓睿 梓晨 梓彤 梓妍 梓馨 浩轩 浩宸 浩铭 浩泽 皓轩 皓宇 皓月 昊天 昊然 昊宇 昊阳 雨泽 雨萱 雨涵 雨菲 雨彤 雨辰 雨墨 欣妍 欣桐 欣玥 欣彤 思涵 思彤 思源 思睿 思辰 思妍 诗涵 "
       "诗妍 诗语 诗瑶 诗彤 语桐 语嫣 语涵 语汐 可欣 可馨 可心 可儿 可昕 一诺 一鸣 一涵 一宸 一然 一冉 一航 一依 依诺 依依 依晨 伊诺 伊伊 艺涵 艺馨 艺萌 艺菲 芷涵 芷若 芷晴 芷萱 若汐 若溪 若曦 若涵 沐辰 沐阳 沐宸 沐晴 沐言 沐瑶 睿哲 睿泽 睿轩 睿涵 睿渊 宸睿 "
       "宸宇 辰逸 辰希 晨轩 晨希 晨熙 晨羽 晨皓 铭泽 铭轩 铭宇 铭浩 泽轩 泽洋 泽霖 泽楷 泽阳 宇泽 宇辰 宇涵 宇宸 宇恒 宇桐 奕辰 奕泽 奕涵 奕霖 奕阳 俊熙 俊泽 俊宇 俊逸 俊哲 煜城 煜祺 煜宸 烨霖 烨磊 熠彤 炫明 立轩 立诚 立果 建辉 弘文 弘毅 鸿煊 越泽 越彬 "
       "博超 博涛 博远 锦程 锦瑜 锦萱 致远 靖琪 靖瑶 嘉懿 嘉熙 嘉禾 嘉树 嘉言 佳琪 佳宁 佳妮 佳颖 静怡 静雯 静涵 静姝 怡然 怡悦 怡嘉 怡萱 悦然 悦心 悦溪 悦宁 心怡 心悦 心妍 心仪 馨怡 馨月 馨予 清妍 清扬 清越 清欢 清禾 云舒 云汐 云起 云熙 月初 星辰 星宇 星河 星阑 星朗 夏沫 夏至 "
       "秋白 初夏 初晴 初一 初心 知夏 知行 知微 知许 知遥 予安 予墨 予希 安然 安琪 安之 安宁 安歌 以安 以宁 以沫 以轩 南星 南风 南乔 北辰 北川 西子 西洲 东临 望舒 望月 慕白 慕青 慕言 言蹊 言希 景行 景澄 景明 景天 时安 时雨 时光 允文 允儿 允泽 书瑶 书涵 书意 书宁 书航 墨涵 墨轩 墨白 "
       "画晴 乐瑶 乐怡 乐言 乐天 丞泽 丞轩 承泽 承宇 承恩 屿森 屿川 谨言 慎行 瑾瑜 瑾萱 瑾年 琪琪 瑶瑶 果果 朵朵 糖糖 豆豆 米粒 小满 小雪 小雨 小鱼儿 天一 天意 元宝 元一 九思 三省 万舟 长安 长乐 未央 未晞 无忧 无恙 如意 如玉 如是 如愿 若水 上善 永宁 永嘉")
# How the generations put two characters together when the name is none of the above: men's and women's, by generation.
FIRSTS = [("建国志文德永玉金春福长有树宝兴旺顺兆绍世廷殿鸿守传庆万满茂喜存连仁义礼怀炳焕耀光启继承培锡铭宗祖显维学经纪维正立根水克守先应天云振成开道明洪汉", "秀桂淑素凤兰菊美彩翠爱月银招巧杏荷玉春金水莲慧瑞香云雪腊冬秋贵喜连玲琴芝珍梅英"),
          ("俊晓小文少国卫新光立冬亚江大宏洪振锦伟家世云瑞松柏善益利开明向东胜智勇锐力毅忠孝诚信良友兵铁石青海红建永志学景跃", "晓小丽艳海雪红文惠慧秋冬亚春云瑞宁静敏艺芬芳萍娟霞莉蓉英素淑玉美爱桂凤秀彩翠月向立建卫志凌"),
          ("佳嘉宇浩鹏海明凯天博子泽晨旭一千恒健坤康翔飞腾航帆超越展卓彦斌彬俊志文伟世家振立国冠承绍宏梓少建晓启远思景书", "佳嘉婷丹雅梦诗欣冰若紫玉慧雨一千乐笑贝琳琪颖瑶珊珂倩茜楠蕾薇莹菲露璐妮娅媛嫣婉娇晶洁雯霏霖晓思文丽雪静亚梓馨美佩婧艺"),
          ("梓皓昊思一宸辰铭奕俊煜烨熠炫弘越锦致靖星夏知安以南望慕言景时允书墨丞屿谨瑾羽瀚澄沛淳泓湛润琛琰璟子浩宇泽睿嘉博承沐云", "梓思语可依伊艺芷沐睿奕锦静怡悦心馨清云星夏秋初知予安以慕言书画未如羽澄淇涵渲漫澜溪汐洛淼沁淑珺瑄玥珞璇瑛子诗雨欣若佳婉")]
SECONDS = [("国华军民强庆平栋明刚福胜贵生来才山水成林森财宝良善仁信昌荣祥丰文祖儒年田仓柱根发堂臣元魁祯禄寿海江春涛", "英兰珍云芳梅芝香花凤霞琴芬贤莲娥娣珠玉华荣清秀菊仙美珍贞惠娟萍"),
           ("平新辉忠伟东勇华远杰峰波涛龙兵斌刚良民梁群荣亮志宇兴强家启武学飞松诚坤辰生军庆利喜凯宁岩革奎鸣钢", "英红燕梅丽霞玲萍娟君娜芳艳敏琴芹美青洁静云华平芬莉香蓉琼宁凤珍兰莲花文琳"),
           ("豪博晨松航飞轩鹏宏凯良杰天超恒程举彬哲亮旋业健翔龙成宇涛奇宝曦阳中帆凡川耀磊辉明远峰强伟康林森勇", "怡慧敏欣琪婷倩雯彤静娇瑶洁颖雪韵悦楠珠乐琳薇嫣莎媛桐馨鸣丹心惠里蕾萍玲芳燕莉蓉雅云君妍菲"),
           ("昂晨轩铭泽宇阳辰源航哲渊逸希熙羽皓洋霖楷恒祺城磊毅煊彬超程致懿禾树宁扬越朗白行许川澄年恩森舟睿宸然墨博谦霆", "涵萱彤妍月然菲桐玥语汐昕诺冉依萌若晴溪曦言瑶琪妮雯姝仪予欢舒沫微遥歌乔意萌琳怡桦蕊茉甯凝")]
ONES = ("伟强勇军磊涛超杰鹏辉刚毅俊峰斌波亮明健鑫浩飞凯宁帅博旭阳龙林宇晨洋浪潮江海洪涌泉湛淼森林松柏杨桦楠桐梅兰芳芬莲荷菊萍蓉薇蕾茜莉莹菁蓓苗燕雁莺凤鸾娟娜婷婧妍妮娇媛嫣姗婉嫒妤姣婕颖静丽敏慧洁琴琳瑶瑾璐珊玲珍珠玉琼瑛瑜琪珂琦玮"
        "璇倩艳红霞雪雯露霖霏云虹岚晴晓昕旻昊昱晟晖晗曦昭晔晏智哲睿聪颜悦怡欣乐欢喜思念想志恒恺惟忻愉慈忠诚信义礼仁孝廉正直良善平安康宁泰和祥瑞福禄寿禧祺祎祯昌盛荣华富贵锦绣绮缘红丹彤朱青蓝紫翠碧彩金银铜铁钢锋锐钧铭锴镇铮钰鉴钊"
        "炜炎焱煜烨灿炯煌煊燃炫照熙熠烁焕坤坚垒城堃培基增岩峻岭嵩崇巍岳峥嵘屹崧岱峤山川河湖溪清澈洁涵润泽沛浚深渊瀚滔汉沁沐淳淇滢漪潇湘源澜澄霄雷震霆电雨露霜冰凌寒冬春夏秋月星辰宸宙寰宏宽容宾宝实定宪宣宗"
        "文武斐彬彦彪虎豹骏骥骁腾驰驹骞骅麟麒羚翔翼翀翎羽翰翊鸿鹄鹤鹰雕隼鸥鹂可可心念一凡帆航舟舰行远达通迅进迎逸遥超越起立奇奕奎奋冲冠冉军农冶准凝利勋劲励勤勉勃匀北卉卓南博卫友双发叶同向君启吟含呈周品咏哲唯商善喆嘉")
RARE = ("翀祎玥珺琛琰璟瑄珞璇璨甯妘姮婳媞媖嬿娅娴嫱孜孟孺宓宥寅峣嵘嶙巽帧庚庭廉延弈弢彧徽徵怿恬恂悫愫慜懋戬戟扬挺捷掣揆撷攸敦斓旖昀昶晞晢晷暄暖暮曜朔朗杉杞杭枫枢柠柯柳栩栾桢梵棣棠椿楚楷榕榛槿樱樾橙檬歆殊毓沅沄沚沣泠泯洵洺浔浠涔淙"
        "渝渺湄溯滟漾潼澍濡灏炘烜焓煦燊爽牧犀狄珏珝珩琬琨琮瑀瑗瑭璋璞璧甄畅皎皑盈盼真睦瞻矗砚硕磐祈祉祐禛禹秉秋秦稷穆竣竹笙笛筠筱箐箫粲纬纯纳纾绎绚绪维绵缜缨罡罗羲翌翘耘聆肃胤舜芃芊芋芙芸芷苇苒苓茉茗茵荃荔荟莘莞菀菡萃萦葆葳蒙蓁蔓蔚蔷薪藜藤"
        "虔蝉融衍衡裕襄览觅觉解训诏试诣询谆谊谦谱豫贝贤赋赞赫轶轼辕辙迪逊逢道遒邈郁郗酉醒钦铠锟锷镕闯闳闻阅阔陶隽雍雩霁霓靓韬韫韶顷顺颂颉颐飒饶馥馨驭骊骐魁鲲鸢鸣鹭麓黛黎默齐龄")
WORDS = ("高峰 黄河 白雪 高兴 江山 万里 金山 安康 夏天 周全 常青 项链 成功 马力 黎明 石磊 向前 向阳 方圆 高原 江河 江南 平安 和平 时光 文静 文明 安宁 安静 安心 金星 金鑫 云飞 高明 高洁 高山 白云 "
         "白露 白鸽 白杨 黄金 黄莺 黄昏 蓝天 蓝图 蓝海 马达 牛犇 雷雨 雷电 雷鸣 梅花 兰花 水清 古今 古风 石头 石林 石英 林海 林业 林立 任重 凌云 凌晨 年华 应运 国强 国庆 全胜 丁香 冷静 冷锋 冷雪 辛勤 盛夏 盛开 成长 康宁 "
         "康健 陶冶 陶醉 童真 包容 包涵 宁静 甘霖 甘露 路遥 曲直 师范 党生 党旗 荣光 华山 华夏 牧歌 边疆 边关 花开 花蕾 山峰 海洋 海涛 海燕 杨柳 杨帆 杨梅 柳絮 柳叶 叶子 叶茂 苗条 苗圃 程序 "
         "常乐 常宁 史册 史诗 易经 易安 简洁 余生 余晖 余粮 时尚 谈笑 乐章 乐天 贺喜 贺岁 祝福 明月 明天 强壮 强盛 满仓 支柱 汤圆 米兰 麦田 麦浪 龙井 龙泉 侯门 卫星 卫士 毛笋 栗子 阳光 阳春 "
         "申明 施展 连城 艾草 冉冉 冬青 温馨 万幸 任远 方正 张扬 陈述 程程 严格 严明 周密 周到 唐诗 宋词 元旦 钟声 钟情 戴月 许诺 孟春 范围 彭湃 贾真 罗列 白洁").split()
# By people, for a Kazakh has no Tibetan father: what stands before the dot and after it.
MINORITIES = [tuple(half.split() for half in people.split("/")) for people in (
    "买买提 阿不都 阿卜杜拉 艾力 吐尔逊 努尔 古丽 迪丽努尔 阿依努尔 热依汗 帕提古丽 玛依拉 依布拉音 艾合买提 木合塔尔 库尔班 麦麦提 如则 亚森 塔依尔 哈力克 祖丽菲亚 米娜瓦尔 热孜万古丽 阿迪力 阿米娜 艾则孜 姑丽巴哈尔/买买提 艾力 吐尔逊 阿不力孜 依明 亚森 热合曼 卡德尔 麦麦提 艾尔肯 吾斯曼 玉素甫 司马义 艾山 阿布都热依木 努尔买买提 塔西 库尔班 萨迪克 肉孜",
    "叶尔江 加娜尔 哈那提 努尔兰 阿依丹 赛力克 古丽娜尔 巴合提 叶尔兰 阿勒腾 胡安德克 马依努尔/哈孜 努尔泰 叶尔肯 沙吾列提 别克 木拉提 胡马尔别克 赛尔江 阿斯哈尔",
    "吉克 阿尔 沙马 曲比 阿苦 俄木 吉木 马海 的日 且沙 海来/木呷 日哈 阿呷 伍各 尔古 子古 依火 拉铁 曲布 乌牛 阿木 什布",
    "扎西 卓玛 次仁 丹增 格桑 洛桑 白玛 巴桑 达娃 尼玛 索朗 央金 旦增 边巴 仁青 才让 多吉/次仁 卓玛 平措 顿珠 旺堆 曲珍 央宗 德吉 加措 达瓦 群培 措姆 卓嘎 旺姆 多吉 拉姆",
    "巴音 乌兰 那仁 孟和 斯琴 萨仁 娜仁 阿拉坦 巴特 哈斯 敖登 乌云 宝音 青格 苏日/巴特尔 其其格 高娃 图雅 格日勒 巴雅尔 托娅 朝鲁 毕力格 巴图 娜拉 达来")]
FOREIGN_A = "约翰 大卫 迈克尔 安德鲁 詹姆斯 罗伯特 玛丽亚 安娜 伊丽莎白 凯瑟琳 汤姆 彼得 保罗 马克 亚历山大 尼古拉 谢尔盖 弗拉基米尔 娜塔莎 皮埃尔 卡洛斯 何塞 路易斯 穆罕默德 艾哈迈德 汉斯 克劳斯 乔瓦尼 索菲亚 艾玛 奥利维亚 露西 杰克 威廉 亨利".split()
FOREIGN_B = "史密斯 约翰逊 威廉姆斯 布朗 米勒 戴维斯 安德森 泰勒 托马斯 莫尔 杰克逊 怀特 哈里斯 马丁 伊万诺夫 彼得罗夫 斯米尔诺娃 穆勒 施密特 韦伯 迪布瓦 罗西 加西亚 费尔南德斯 席尔瓦 阿里 哈桑 辛格 帕特尔 科斯塔 奥康纳 麦克唐纳".split()
FOREIGN_WHOLE = "山本健一 佐藤美咲 铃木一郎太 高桥由美 中村正树 小林惠子 金智恩 朴成俊 李敏赫 崔秀雅 阮氏梅 阮文雄 陈氏秋 黎文南".split()
LATIN_A = "David Michael Jason Kevin Eric Tony Peter Andy Simon Grace Cindy Lily Amy Vivian Emily Maria Anna Robert Thomas Olivia Nathan Ahmed".split()
LATIN_B = "Chen Wong Chan Lee Lau Smith Johnson Brown Garcia Miller Kim Park Nguyen Tanaka Sato Ivanov Schmidt Rossi Patel Khan Cheung Yip Ng Ho".split()


def surname(r):
    shares = list(COMMON.values()) + [max(0.15, 1.6 * 0.985 ** at) for at in range(len(TAIL))]
    return r.choices(list(COMMON) + list(TAIL), shares)[0]


def given_two(r):
    era, sex = r.choices(range(4), [3, 4, 5, 4])[0], r.randrange(2)
    how = r.random()
    if how < 0.5:
        return r.choice((OLD, MID, YOUNG, NEW)[era].split())
    first, second = r.choice(FIRSTS[era][sex]), r.choice(SECONDS[era][sex])
    if how > 0.88:
        first, second = (first, r.choice(RARE)) if r.random() < 0.5 else (r.choice(RARE), second)
    return first + second


def given(r):
    if r.random() < 0.25:
        return r.choice(r.choices([ONES[:140], ONES, RARE], [5, 3, 2])[0])
    return given_two(r)


def compound(r):
    return r.choices(COMPOUND, [max(1, 14 - at) for at in range(len(COMPOUND))])[0] + given(r)


def minority(r, dot=None):
    first, second = MINORITIES[r.choices(range(5), [8, 3, 3, 2, 1])[0]] if dot is None else MINORITIES[r.randrange(3, 5)]
    return r.choice(first) + (r.choice("·····•．") if dot is None else dot) + r.choice(second)


def foreign(r):
    return r.choice(FOREIGN_WHOLE) if r.random() < 0.25 else r.choice(FOREIGN_A) + "·" + r.choice(FOREIGN_B)


def latin(r):
    how = r.random()
    if how < 0.55:
        return r.choice(LATIN_A) + " " + r.choice(LATIN_B)
    first, second = r.choice(PINYIN), r.choice(GIVEN_PINYIN) + r.choice(["", r.choice(GIVEN_PINYIN)])
    return f"{first} {second}".upper() if how < 0.85 else f"{first.title()} {second.title()}"


def name(r):
    how = r.random()
    if how < 0.015:
        return compound(r)
    if how < 0.035:
        return r.choice(WORDS)
    if how < 0.045:
        return minority(r, None if r.random() < 0.6 else "")
    if how < 0.05:
        return foreign(r)
    if how < 0.06:
        return surname(r) + surname(r) + given_two(r)
    return surname(r) + given(r)


# --- e-mail --------------------------------------------------------------------------------------------------------------
PINYIN = "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang han feng deng cao peng zeng xiao tian dong yuan pan jiang cai yu du ye cheng su wei lv ding ren shen yao lu cui zhong tan fan jin shi liao jia xia fu bai zou meng xiong qin qiu yin xue yan duan lei hou long tao li ouyang".split()
GIVEN_PINYIN = "wei qiang yong jun lei tao chao jie peng hui gang fei kai hao bo yu chen yang ming jian hua guo zhi wen xin yi jia ling fang fen ping rong yan juan na ting jing li min hui qin lin yao zi han xuan rui ze mu xiao xiu ying lan mei yun xia hong ning bin dong hai long shan shu ya meng shi qi si an le xi ran".split()
ENGLISH = "sunshine happy lucky sky blue rain star moon dream angel cat tiger dragon apple coffee summer winter spring snow smile baby king queen super cool free fly ocean forest music love forever hello milk panda bear fish wind cloud stone river orange lemon tea".split()
ENGLISH_NAMES = "david jack tom lucy lily amy kevin jason eric tony peter andy grace cindy vivian emily anna sam leo max ivy coco jessie alan frank helen".split()
PROVIDERS = dict(zip(
    "qq.com 163.com 126.com sina.com 139.com foxmail.com gmail.com outlook.com hotmail.com sohu.com 189.cn sina.cn yeah.net aliyun.com icloud.com vip.qq.com vip.163.com vip.126.com vip.sina.com "
    "live.cn live.com msn.com wo.cn 188.com tom.com 21cn.com yahoo.com yahoo.com.cn yahoo.cn me.com 263.net eyou.com chinaren.com proton.me petalmail.com 88.com email.cn 111.com citiz.net sogou.com".split(),
    [30, 24, 12, 6, 6, 5, 6, 5, 4, 4, 4, 2, 3, 3, 3, 2, 2, 1] + [1] * 22))
FIRMS = "huaxin dingsheng hengtai jinqiao yuanda tiancheng zhongrui baoli shengda mingyang longteng kaiyue xinghe dongfang nanfeng haoyu ruixin boyuan jiahe lantian sunrise greenland bluesea skytech goldlink newway unitech smartec easyway topstar".split()
ENDINGS = dict(zip("com cn com.cn net net.cn org.cn com.hk tech group ltd co io cc vip top".split(), [45, 14, 18, 4, 1, 2, 2, 2, 2, 1, 2, 1, 1, 1, 1]))
SCHOOLS = "hzlg njcj xadz whsf gdwm scny tjkj dlhs cqyd snnu zjsy bjld".split()


def person_mailbox(r):
    """The part before the sign as people make it of their names."""
    s, a, b = r.choice(PINYIN), r.choice(GIVEN_PINYIN), r.choice(GIVEN_PINYIN)
    year = str(r.randrange(1958, 2013))
    number = r.choice(["", "", year, year[2:], digits(r, 2), digits(r, 3), r.choice("123456789"), "520", "1314", "666", "888", "%02d%02d" % (r.randrange(1, 13), r.randrange(1, 29))])
    mark = r.choice(["_", ".", "-", "_"])
    return r.choice([
        s + a + b + number, s + a + number, a + b + number, s + mark + a + b, s + mark + a + number, a + b + mark + s, s + a[0] + b[0] + number,
        s[0] + a[0] + b[0] + (number or year), s[0] + a + b + number, a + mark + s + number, s + a + b + mark + (number or "01"), r.choice(ENGLISH_NAMES) + mark + s,
        r.choice(ENGLISH_NAMES) + number + s, s.title() + a.title() + b + number, "xiao" + a + number, "lao" + s + (number or "1"), number + s + a if number else s + a])


def public_mailbox(r):
    words = r.choice(ENGLISH), r.choice(ENGLISH)
    return r.choice([
        words[0] + digits(r, r.randrange(2, 5)), words[0] + r.choice(["_", "-", ".", ""]) + words[1], words[0] + "_" + words[1] + digits(r, 2), words[0] + digits(r, 2) + words[1],
        "".join(r.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(r.randrange(2, 5))) + digits(r, r.randrange(3, 7)), "a" + digits(r, 6), "qwer" + digits(r, 4), "i" + words[0], "my" + words[0] + digits(r, 3),
        words[0][0] + digits(r, 3) + words[1][0] + digits(r, 2), r.choice(PINYIN) + r.choice(PINYIN) + r.choice(["jia", "de", "ai", "bao", "mama", "baba"])])


def domain(r):
    how = r.random()
    if how < 0.78:
        return r.choices(list(PROVIDERS), list(PROVIDERS.values()))[0]
    if how < 0.95:
        stem = r.choice(FIRMS) + r.choice(["", "", "", "-" + r.choice(["group", "tech", "sh", "bj"]), r.choice(["tech", "soft", "food", "steel", "law", "med", "8", "99", "2008"])])
        return r.choice(["", "", "", "", "", "mail."]) + stem + "." + r.choices(list(ENDINGS), list(ENDINGS.values()))[0]
    return r.choice(["", "stu.", "mail.", "mails.", "student."]) + r.choice(SCHOOLS) + ".edu.cn"


def email(r):
    where = domain(r)
    if where in ("qq.com", "vip.qq.com") and r.random() < 0.6:
        box = r.choice("123456789") + digits(r, r.choice([4, 5, 6, 7, 8, 8, 9, 9, 9]))
    elif where in ("139.com", "189.cn", "wo.cn", "163.com") and r.random() < 0.4:
        box = mobile_digits(r) if r.random() < 0.8 else "m" + mobile_digits(r)
    elif "edu.cn" in where and r.random() < 0.4:
        box = "20%02d%s" % (r.randrange(10, 26), digits(r, 6))
    elif where not in PROVIDERS and r.random() < 0.25:
        box = r.choice(["hr", "finance", "caiwu", "sales", "office", "admin", "boss", "ap", "xingzheng", "kuaiji"]) + r.choice(["", "", "01", "2", "_sh"])
    else:
        box = person_mailbox(r) if r.random() < 0.68 else public_mailbox(r)
    if where == "gmail.com" and r.random() < 0.1:
        box += "+" + r.choice(["bank", "card", "bill"])
    text = box + "@" + where
    how = r.random()
    return text.upper() if how < 0.02 else box + "@" + where.upper() if how < 0.05 else box.title() + "@" + where if how < 0.07 else text


def email_wide(r):
    """Typed with a Chinese keyboard or around a filter."""
    box, where = email(r).split("@")
    return r.choice([
        lambda: box + "＠" + where, lambda: box + "＠" + where, lambda: box + "＠" + where.replace(".", "．"), lambda: box + "@" + where.replace(".", "。"), lambda: box + "＠" + where.replace(".", "。"),
        lambda: full_width(box + "@" + where), lambda: box + full_width("@" + where), lambda: full_width(box) + "@" + where, lambda: box + " @ " + where, lambda: box + " @" + where, lambda: box + "@ " + where,
        lambda: box + " @" + where.replace(".", " . "), lambda: box + "(at)" + where, lambda: box + "[at]" + where, lambda: box + "#" + where, lambda: box + "＃" + where, lambda: box + "艾特" + where,
        lambda: box + " at " + where.replace(".", " dot "), lambda: box + "@" + where.replace(".", "点"), lambda: box + "（at）" + where, lambda: box + "圈a" + where, lambda: box + "@" + where.replace(".", "·"),
        lambda: box + "@" + where.replace(".", ". ")])()


SAID_AT = "艾特 艾特 艾特 at at 圈a 圈a 圈A 小老鼠 小老鼠 爱特 @ 花a a圈".split()
SAID_WORDS = {"qq": ["qq", "QQ", "q q", "扣扣", "Q Q"], "163": ["163", "一六三", "幺六三", "1 6 3", "一 六 三"], "126": ["126", "一二六", "幺二六"], "139": ["139", "一三九", "幺三九"], "189": ["189", "一八九", "幺八九"],
              "188": ["188", "一八八", "幺八八"], "sina": ["sina", "新浪", "s i n a"], "sohu": ["sohu", "搜狐"], "gmail": ["gmail", "g mail", "Gmail", "谷歌mail"], "outlook": ["outlook", "out look"], "hotmail": ["hotmail", "hot mail"],
              "foxmail": ["foxmail", "fox mail"], "aliyun": ["aliyun", "阿里云"], "vip": ["vip", "VIP", "v i p"], "com": ["com", "com", "com", "康姆", "c o m", "COM"], "cn": ["cn", "cn", "c n", "CN"], "net": ["net", "net", "n e t"]}


def say_digits(r, text, one=None):
    one = one or r.choice("一幺幺")
    return "".join({"0": "零", "1": one, "2": "二", "3": "三", "4": "四", "5": "五", "6": "六", "7": "七", "8": "八", "9": "九"}.get(c, c) for c in text)


def email_said(r):
    box, where = email(r).lower().split("@")
    gap = r.choice(["", "", " "])
    chinese, spelled = r.random() < 0.6, r.random()
    said = {"_": r.choice(["下划线", "下划线", "下杠", "下横线", "底杠", "下划杠"]), "-": r.choice(["减号", "横杠", "中杠", "杠", "横线", "中划线"]), ".": r.choice(["点", "点", "点儿"]), "+": "加号"}
    one = r.choice("一幺幺")
    parts = []
    for part in re.findall(r"[a-z]+|\d+|.", box):
        if part in said:
            parts.append(said[part])
        elif part.isdigit():
            part = say_digits(r, part, one) if chinese else part
            if len(part) > 6 and r.random() < 0.4:
                part = r.choice([" ", "，", " "]).join([part[:3], part[3:7], part[7:]]).strip(" ，")
            parts.append(" ".join(part) if r.random() < 0.1 else part)
        else:
            parts.append(" ".join(part) if spelled < 0.4 else "".join(part) if spelled < 0.9 else " ".join(part).upper())
    at = r.choice(SAID_AT)
    dot = r.choice(["点", "点", "点", "dot"])
    ends = []
    for part in where.split("."):
        words = SAID_WORDS.get(part) or ([say_digits(r, part, one), part] if part.isdigit() else [part, part, " ".join(part)])
        ends.append(r.choice(words).replace("-", r.choice(["杠", "横杠", "-"])))
    if dot == "dot" or gap:
        tail = (" %s " % dot).join(ends)
    else:
        tail = dot.join(ends)
    text = gap.join(parts)
    if len(parts) > 1 and r.random() < 0.12:
        cut = r.randrange(1, len(parts))
        text = gap.join(parts[:cut]) + r.choice(["然后", "，", "呃", "嗯", "后面", " "]) + gap.join(parts[cut:])
    glue = r.choice(["", "", gap, "，", "然后", "嗯"]) if r.random() < 0.3 else gap
    if at == "at" and text[-1].isascii() and not glue.strip():
        glue = " "
    after = " " if at[-1].isascii() and at != "@" and (glue == " " or r.random() < 0.5) else gap
    return text + glue + at + after + tail


# --- telephone -----------------------------------------------------------------------------------------------------------
PREFIXES = "130 131 132 133 134 135 136 137 138 139 145 147 149 150 151 152 153 155 156 157 158 159 166 170 171 173 175 176 177 178 180 181 182 183 184 185 186 187 188 189 190 191 193 195 196 198 199".split()
AREAS = "010 020 021 022 023 024 025 027 028 029 0311 0351 0371 0411 0431 0451 0471 0512 0531 0532 0551 0571 0574 0577 0591 0592 0595 0731 0755 0757 0769 0771 0791 0851 0871 0891 0898 0931 0951 0971 0991 0379 0516 0536 0663 0717 0816 0873 0937 0999".split()


SHORT = "0351 0471 0663 0717 0816 0873 0891 0931 0937 0951 0971 0991 0999 0536".split()


def mobile_digits(r):
    return r.choice(PREFIXES) + digits(r, 8)


def mobile(r):
    d = mobile_digits(r)
    three = d[:3], d[3:7], d[7:]
    how = r.random()
    if how < 0.5:
        return d
    if how < 0.68:
        return r.choice([" ", "-", " ", "—", ".", "，", "_"]).join(three)
    if how < 0.76:
        return r.choice(["+86", "+86 ", "86-", "0086", "+86-"]) + d
    if how < 0.8:
        return r.choice(["+852 ", "00852-", "+853 ", "+852"]) + "6" + digits(r, 7)
    if how < 0.83:
        return full_width(d)
    if how < 0.87:
        return " ".join([d[:4], d[4:7], d[7:]])
    said = say_digits(r, d)
    return r.choice(["", " ", "，", "", "嗯", "然后"]).join([said[:3], said[3:7], said[7:]]) if r.random() < 0.8 else " ".join(said)


def landline(r):
    area = r.choice(AREAS)
    local = r.choice("2345678") + digits(r, 6 if area in SHORT else 7)
    how = r.random()
    if how < 0.75:
        return r.choice(["%s-%s", "%s-%s", "%s%s", "%s %s", "(%s)%s", "（%s）%s", "%s—%s"]) % (area, local)
    if how < 0.85:
        return local
    if how < 0.9:
        return "+86-%s-%s" % (area[1:], local)
    return say_digits(r, area, "一" if r.random() < 0.5 else "幺") + r.choice(["", " ", "，"]) + say_digits(r, local, "幺")


def phone(r):
    return landline(r) if r.random() < 0.12 else mobile(r)


# --- postal addresses ----------------------------------------------------------------------------------------------------
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


def count_cn(number):
    """0 to 999 as it is counted, more digit by digit."""
    return counted(number) if number < 1000 else "".join(NUMERALS[int(c)] for c in str(number))


def room(r):
    return "%d%02d" % (r.randrange(1, 33), r.randrange(1, 12)) if r.random() < 0.85 else "10" + str(r.randrange(1, 9))


def house(r):
    """Which building, which door, as people write it."""
    b, u, n = r.randrange(1, 60), r.randrange(1, 6), r.randrange
    cn = count_cn
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
    return town + place + r.choice(["%d组" % n, "%d组%d号" % (n, n + 7), "%d号" % (n * 7), "第%s村民小组" % count_cn(n), "%s社" % count_cn(n), "%d队" % n, "%s屯" % r.choice(VILLAGES), "%s组" % r.choice(["东", "西", "南", "前", "后"]), "%d门牌" % (n * 3), "", ""])


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
    one = r.choice("一一幺")

    def say(found):
        digits_of, after = found[0], text[found.end():found.end() + 1]
        counted = len(digits_of) < 3 or len(digits_of) == 3 and after in ("号", "弄", "米") and r.random() < 0.7
        return count_cn(int(digits_of)) if counted else say_digits(r, digits_of, one)

    return re.sub(r"\d+", say, text)


# --- what is nobody's ----------------------------------------------------------------------------------------------------
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
    return r.choice([head + unit + r.choice(["块", "块钱", "元", ""]) if unit[-1] != "多" else head + unit + "块", head + "千" + r.choice("二三四五六八") + r.choice(["百块", "", "百元"]), count_cn(r.randrange(11, 999)) + r.choice(["块", "元", "块钱"]), head + "万" + r.choice("一二三五六八") + r.choice(["", "千"]), "几" + unit[0] + "块"])


def date(r):
    m, d, n = r.randrange(1, 13), r.randrange(1, 29), r.choice
    return n([f"2026年{m}月{d}日", f"2025-{m:02}-{d:02}", f"{m}月{d}号", f"{m}月{d}日", f"{m}.{d}", f"2025/{m}/{d}", "昨天", "前天", "上周三", "上个月", "上月底", "去年", "大前天", "今年三月", f"{count_cn(m)}月{count_cn(d)}号", "二零二五年六月", "国庆前", "中秋节那天", "礼拜一", "月初"])


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
    "tail4": lambda r: say_digits(r, digits(r, 4)) if r.random() < 0.2 else digits(r, 4), "int": lambda r: str(r.randrange(2, 60)), "version": lambda r: "%d.%d.%d" % (r.randrange(1, 10), r.randrange(10), r.randrange(30)),
}
KINDS = {
    "name": name, "compound": compound, "minority": minority, "foreign": foreign, "latin": latin, "wordname": lambda r: r.choice(WORDS), "email": email, "email_wide": email_wide, "email_said": email_said,
    "address": address, "address_part": address_part, "address_said": address_said, "village": village, "phone": phone, "mobile": mobile, "landline": landline,
}
LABELS = {"compound": "name", "minority": "name", "foreign": "name", "latin": "name", "wordname": "name", "email_wide": "email", "email_said": "email", "address_part": "address", "address_said": "address", "village": "address", "mobile": "phone", "landline": "phone"}
